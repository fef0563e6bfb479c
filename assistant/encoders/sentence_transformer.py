"""Any encoder or cross-encoder of sentence-transformers, by name or folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.encoders.base import EncoderEmbeddings, unit_rows
from assistant.errors import EncoderError
from assistant.types import Vectors

SAFE = {"model_kwargs": {"use_safetensors": True}, "trust_remote_code": False}


def _load(kind: str, name: str) -> Any:
    """Load a model, from this machine if it is here, else from the hub."""
    import sentence_transformers

    make = getattr(sentence_transformers, kind)
    try:
        try:
            return make(name, local_files_only=True, **SAFE)
        except OSError:
            if Path(name).exists():
                raise
            return make(name, **SAFE)
    except Exception as error:
        message = f"The model {name!r} cannot be loaded ({error})."
        raise EncoderError(
            message, "Check the name or folder, and the network if it must be downloaded."
        ) from error


class SentenceTransformerEncoder(EncoderEmbeddings):
    """An encoder of sentence-transformers; its own query and document prompts are honoured."""

    def __init__(self, name: str) -> None:
        """Load the model.

        Raises:
            EncoderError: it cannot be loaded.
        """
        self.name = name
        self._model = _load("SentenceTransformer", name)
        self.dimension = len(self.encode_queries(["dimension"])[0])
        self.fingerprint = (
            f"{name}-{self.dimension}-{np.round(self.encode_passages(['fingerprint'])[0, :8], 3).tolist()}"
        )

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (n, dimension), float32, rows of unit length."""
        return self._encode(self._model.encode_query, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages, shape (n, dimension), float32, rows of unit length."""
        return self._encode(self._model.encode_document, texts)

    def _encode(self, encode: Any, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return unit_rows(np.asarray(encode(list(texts), show_progress_bar=False, convert_to_numpy=True)))


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers with one output, through a sigmoid."""

    def __init__(self, name: str) -> None:
        """Load the model.

        Raises:
            EncoderError: it cannot be loaded.
        """
        self.name = name
        self._model = _load("CrossEncoder", name)

    def score(self, question: str, texts: Sequence[str]) -> Vectors:
        """Probability that each text answers the question, shape (n,), float32."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        from torch.nn import Sigmoid

        pairs = [(question, text) for text in texts]
        scores = self._model.predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False)
        return np.asarray(scores, dtype=np.float32)
