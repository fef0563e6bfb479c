"""What every encoder shares: it is a LangChain Embeddings, and its rows have unit length."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings

from assistant.types import Vectors


def unit_rows(vectors: Vectors) -> Vectors:
    """Scale each row to length 1 (a zero row stays zero), float32."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)


class EncoderEmbeddings(Embeddings):
    """The LangChain face of an encoder."""

    @abstractmethod
    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (n, dimension), float32, rows of unit length."""

    @abstractmethod
    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages, shape (n, dimension), float32, rows of unit length."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Encode passages, as LangChain wants them."""
        return [[float(value) for value in row] for row in self.encode_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Encode one question, as LangChain wants it."""
        return [float(value) for value in self.encode_queries([text])[0]]
