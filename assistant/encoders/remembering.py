"""An encoder that remembers: a question is searched and compared, and the same phrases stand in many articles."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b
from threading import Lock

import numpy as np

from assistant.types import Encoder, Vectors

REMEMBERED = 5_000  # texts: 8 MB of 384 numbers each


class Remembering:
    """Another encoder, which is asked only for texts that it has not encoded lately; for many threads."""

    def __init__(self, encoder: Encoder, size: int = REMEMBERED) -> None:
        """Remember so many texts of this encoder."""
        self.encoder = encoder
        self._size = size
        self._lock = Lock()
        self._vectors: OrderedDict[bytes, Vectors] = OrderedDict()

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.encoder.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.encoder.dimension

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would change."""
        return self.encoder.fingerprint

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (n, dimension), float32, rows of unit length."""
        return self._encode(texts, b"question", self.encoder.encode_queries)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages, shape (n, dimension), float32, rows of unit length."""
        return self._encode(texts, b"passage", self.encoder.encode_passages)

    def _encode(self, texts: Sequence[str], kind: bytes, encode: Callable[[list[str]], Vectors]) -> Vectors:
        keys = [
            blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, person=kind).digest()
            for text in texts
        ]
        found = self._remembered(keys)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if new:
            made = dict(zip(new, encode(list(new.values())), strict=True))
            self._remember(made)
            found |= made
        rows = np.empty((len(keys), self.dimension), dtype=np.float32)
        for at, key in enumerate(keys):
            rows[at] = found[key]
        return rows

    def _remembered(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        with self._lock:
            found = {key: self._vectors[key] for key in keys if key in self._vectors}
            for key in found:
                self._vectors.move_to_end(key)
        return found

    def _remember(self, made: dict[bytes, Vectors]) -> None:
        with self._lock:
            for key, row in made.items():
                self._vectors[key] = row.copy()  # not a view, which would keep the whole batch
            while len(self._vectors) > self._size:
                self._vectors.popitem(last=False)
