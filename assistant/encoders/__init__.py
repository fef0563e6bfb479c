"""Encoders and rerankers: the built-in ones, those of sentence-transformers, those of a provider."""

from __future__ import annotations

from assistant.encoders.fake import HashEncoder
from assistant.types import Encoder, Reranker

__all__ = ["HashEncoder", "load_encoder", "load_reranker"]


def load_encoder(name: str = "builtin") -> Encoder:
    """Load an encoder.

    Args:
        name: "builtin"; "hash", which is instant and knows nothing, for tests; "provider:model" of a LangChain embeddings provider, for instance
            "openai:text-embedding-3-small"; or the name or folder of a sentence-transformers model.

    Raises:
        EncoderError: its weights are missing, damaged or cannot be loaded.
        MissingExtra: the provider's package is not installed.
    """
    if name == "builtin":
        from assistant.encoders.builtin import BuiltinEncoder

        return BuiltinEncoder()
    if name == "hash":
        return HashEncoder()
    if ":" in name and not name.startswith(("/", ".")):
        from assistant.encoders.remote import RemoteEncoder

        return RemoteEncoder(name)
    from assistant.encoders.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder(name)


def load_reranker(name: str = "builtin") -> Reranker | None:
    """Load a reranker: "builtin", "none", or the name or folder of a sentence-transformers CrossEncoder.

    Raises:
        EncoderError: its weights are missing, damaged or cannot be loaded.
    """
    if name == "none":
        return None
    if name == "builtin":
        from assistant.encoders.builtin import BuiltinReranker

        return BuiltinReranker()
    from assistant.encoders.sentence_transformer import CrossEncoderReranker

    return CrossEncoderReranker(name)
