"""The encoder and the reranker that the project ships: onnxruntime and tokenizers, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.encoders.base import EncoderEmbeddings, unit_rows
from assistant.encoders.onnx import OnnxModel
from assistant.types import Span, Vectors

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

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Encode passages and, in the same pass, the sentences in them.

        A sentence's vector is the mean of its tokens where it stands ("late chunking", Günther et al. 2024), so that it
        knows its surroundings; one beyond the tokens that are read is encoded by itself.

        Args:
            texts: n passages.
            spans: start and end of each sentence in each passage.

        Returns:
            Shape (n, dimension), and for each passage shape (sentences, dimension); float32, rows of unit length.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32), []
        rows, means = self._model.run_spans(texts, spans)
        beyond = [
            (at, row) for at, own in enumerate(means) for row in np.flatnonzero(~own.any(axis=1)).tolist()
        ]
        alone = self.encode_passages([texts[at][slice(*spans[at][row])] for at, row in beyond])
        for (at, row), vector in zip(beyond, alone, strict=True):
            means[at][row] = vector
        return unit_rows(rows), [unit_rows(own) for own in means]


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
