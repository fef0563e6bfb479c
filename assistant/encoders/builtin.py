"""The encoder and the reranker that the project ships: onnxruntime and tokenizers, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.encoders.base import EncoderEmbeddings, unit_rows
from assistant.encoders.onnx import OnnxModel
from assistant.types import Vectors

WEIGHTS = Path(__file__).parent / "weights"


class BuiltinEncoder(EncoderEmbeddings):
    """Our own small encoder of Kazakh, Russian and English into one space."""

    name = "builtin"

    def __init__(self, folder: Path = WEIGHTS / "encoder") -> None:
        """Load the weights.

        Raises:
            EncoderError: the weights are missing or damaged.
        """
        self._model = OnnxModel(folder)
        self.dimension = int(self._model.about["dimension"])
        self.fingerprint = self._model.checksum

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (n, dimension), float32, rows of unit length."""
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages, shape (n, dimension), float32, rows of unit length."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return unit_rows(self._model.run(texts))


class BuiltinReranker:
    """Our own small cross-encoder: how likely does a text answer a question?"""

    name = "builtin"

    def __init__(self, folder: Path = WEIGHTS / "reranker") -> None:
        """Load the weights.

        Raises:
            EncoderError: the weights are missing or damaged.
        """
        self._model = OnnxModel(folder)
        self.fingerprint = self._model.checksum
        self._slope = float(self._model.about["slope"])
        self._offset = float(self._model.about["offset"])

    def score(self, question: str, texts: Sequence[str]) -> Vectors:
        """Probability that each text answers the question, shape (n,), float32.

        The logit is calibrated by Platt scaling (Platt 1999), fitted when the weights are made.
        """
        if not texts:
            return np.zeros(0, dtype=np.float32)
        logits = self._model.run([(question, text) for text in texts])
        return np.asarray(1 / (1 + np.exp(-(self._slope * logits + self._offset))), dtype=np.float32)
