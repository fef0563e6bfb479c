"""An encoder for tests: deterministic, instant, and near for texts that share letters."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from assistant.types import Span, Vectors


class HashEncoder:
    """Encode texts by hashing their character trigrams; no model, no download."""

    name = "hash"

    def __init__(self, dimension: int = 64) -> None:
        """Make an encoder of vectors of this length."""
        self.dimension = dimension
        self.fingerprint = f"hash-{dimension}"

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (n, dimension), float32, rows of unit length."""
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages, shape (n, dimension), float32, rows of unit length."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            padded = f"  {text.casefold()}  "
            for at in range(len(padded) - 2):
                digest = hashlib.blake2b(padded[at : at + 3].encode(errors="replace"), digest_size=4).digest()
                vectors[row, int.from_bytes(digest, "little") % self.dimension] += 1.0
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Encode passages and the sentences in them, each by itself."""
        sentences = [[text[start:end] for start, end in own] for text, own in zip(texts, spans, strict=True)]
        return self.encode_passages(texts), [self.encode_passages(own) for own in sentences]
