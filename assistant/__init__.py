"""Ask news articles in Kazakh, Russian and English; get an answer whose citations can be checked.

    from assistant import Assistant, Settings
    print(Assistant.from_settings(Settings()).ask("How many Kazakh students study in Russia?").text)

Every public name is here; each is imported when it is first used, so that `import assistant` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.asking import Answerer
    from assistant.assistant import Assistant
    from assistant.encoders import load_encoder, load_reranker
    from assistant.encoders.fake import HashEncoder
    from assistant.errors import (
        AssistantError,
        Busy,
        EmptyLibrary,
        EmptyQuestion,
        EncoderError,
        EncoderMismatch,
        LibraryDamaged,
        LibraryError,
        LibraryFull,
        LibraryLocked,
        MissingExtra,
        ModelError,
        QuestionTooLong,
        Rejected,
        UnknownLanguage,
        UsageError,
    )
    from assistant.library.library import Library
    from assistant.retrieval.hybrid import HybridRetriever
    from assistant.settings import Settings
    from assistant.types import (
        Answer,
        AnswerEvent,
        Article,
        Chunk,
        Citation,
        Encoder,
        Filters,
        Hit,
        IngestReport,
        Rejection,
        Reranker,
        Retriever,
        Turn,
    )

__all__ = [
    "Answer",
    "AnswerEvent",
    "Answerer",
    "Article",
    "Assistant",
    "AssistantError",
    "Busy",
    "Chunk",
    "Citation",
    "EmptyLibrary",
    "EmptyQuestion",
    "Encoder",
    "EncoderError",
    "EncoderMismatch",
    "Filters",
    "HashEncoder",
    "Hit",
    "HybridRetriever",
    "IngestReport",
    "Library",
    "LibraryDamaged",
    "LibraryError",
    "LibraryFull",
    "LibraryLocked",
    "MissingExtra",
    "ModelError",
    "QuestionTooLong",
    "Rejected",
    "Rejection",
    "Reranker",
    "Retriever",
    "Settings",
    "Turn",
    "UnknownLanguage",
    "UsageError",
    "load_encoder",
    "load_reranker",
]

_HOMES = {
    "Answerer": "assistant.asking",
    "Assistant": "assistant.assistant",
    "HashEncoder": "assistant.encoders.fake",
    "HybridRetriever": "assistant.retrieval.hybrid",
    "Library": "assistant.library.library",
    "Settings": "assistant.settings",
    "load_encoder": "assistant.encoders",
    "load_reranker": "assistant.encoders",
}
_VALUES = {
    "Answer",
    "AnswerEvent",
    "Article",
    "Chunk",
    "Citation",
    "Encoder",
    "Filters",
    "Hit",
    "IngestReport",
    "Rejection",
    "Reranker",
    "Retriever",
    "Turn",
}


def __getattr__(name: str) -> object:
    """Import a public name from its home (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name) or ("assistant.types" if name in _VALUES else "assistant.errors")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
