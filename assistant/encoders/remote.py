"""Any embeddings provider that LangChain knows, as provider:model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.encoders.base import EncoderEmbeddings, unit_rows
from assistant.errors import EncoderError, MissingExtra
from assistant.types import Vectors

OPTIONS: dict[str, dict[str, Any]] = {
    "openai": {"check_embedding_ctx_length": False},  # it would download a tokenizer to count tokens
}


class RemoteEncoder(EncoderEmbeddings):
    """An encoder behind a provider's interface, for instance openai:text-embedding-3-small."""

    def __init__(self, name: str) -> None:
        """Set up the provider and ask it for one vector.

        Raises:
            MissingExtra: the provider's package is not installed.
            EncoderError: the provider is unknown or does not answer.
        """
        from langchain.embeddings import init_embeddings

        self.name = name
        provider, _, _ = name.partition(":")
        try:
            self._provider = init_embeddings(name, **OPTIONS.get(provider, {}))
        except ImportError as error:
            raise MissingExtra(f"The encoder {name!r}", provider) from error
        except Exception as error:
            raise self._failure(error) from error
        self.dimension = 0
        self.dimension = self.encode_queries(["dimension"]).shape[1]
        self.fingerprint = f"{name}-{self.dimension}"

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (n, dimension), float32, rows of unit length."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        try:
            return unit_rows(np.array([self._provider.embed_query(text or " ") for text in texts]))
        except Exception as error:
            raise self._failure(error) from error

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages, shape (n, dimension), float32, rows of unit length."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        try:
            return unit_rows(np.array(self._provider.embed_documents([text or " " for text in texts])))
        except Exception as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> EncoderError:
        message = f"The encoder {self.name!r} failed ({type(error).__name__}: {error})."
        return EncoderError(message, "Check provider:model, the key and the network.")
