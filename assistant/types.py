"""The values that travel through the assistant, all immutable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Language = Literal["kk", "ru", "en"]
Verdict = Literal["supported", "partly", "unsupported"]
EventKind = Literal["status", "sources", "delta", "citation", "answer"]
Vectors = NDArray[np.float32]
Span = tuple[int, int]

LANGUAGES: tuple[Language, ...] = ("kk", "ru", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A news article; `id` is the one its source gave, or is made from its URL or text."""

    text: str
    title: str = ""
    url: str = ""
    publisher: str = ""
    published: date | None = None
    language: Language | None = None
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage of an article: `article.text[start:end] == text`. `id` is the ledger's number."""

    id: int
    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A chunk that a search found; `ranks` tells which retriever found it, at which rank from 1."""

    article: Article
    chunk: Chunk
    score: float
    ranks: Mapping[str, int] = field(default_factory=dict)
    also_in: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A span of an article that an answer leans on: `article.text[start:end] == quote`.

    `places` are the spans of the answer's text that lean on it, where a model wrote it; `translation` is what
    the chat model makes of a quote in another language than the reader's, "" where there is none.
    """

    marker: int
    article: Article
    quote: str
    start: int
    end: int
    verdict: Verdict
    also_in: tuple[Article, ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    translation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier question of a conversation with the answer that was given."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which articles a search may use; dates are inclusive, None means any."""

    since: date | None = None
    until: date | None = None
    publisher: str | None = None
    language: Language | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is filtered."""
        return self != Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a question.

    `text` carries markers such as [1]; `short` is the bare answer ("about 60,000") or None; `note` says
    in the reader's language why an answer is cut or a fallback; `timings` are seconds by stage.
    """

    question: str
    text: str
    language: Language
    answerer: str
    short: str | None = None
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    abstained: bool = False
    verdict: Verdict = "supported"
    note: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEvent:
    """One step of a streamed answer; the last one has kind "answer" and carries the Answer."""

    kind: EventKind
    text: str = ""
    hits: tuple[Hit, ...] = ()
    citation: Citation | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A source that could not be ingested, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What an ingest did; added, updated, unchanged and linked hold article ids."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    chunks: int = 0
    seconds: float = 0.0


class Encoder(Protocol):
    """Turns texts into unit-length vectors of one space."""

    @property
    def name(self) -> str:
        """What a person calls it, for instance "builtin"."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would change."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (n, dimension), float32, rows of unit length."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages, shape (n, dimension), float32, rows of unit length."""


@runtime_checkable
class SpanEncoder(Encoder, Protocol):
    """An encoder that gives the vectors of a passage's sentences in the pass that gives the passage's own."""

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Encode passages, shape (n, dimension), and the spans of each, shape (spans, dimension); rows of unit length."""


class Reranker(Protocol):
    """Reads a question and a text together and tells how likely the text answers it."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    def score(self, question: str, texts: Sequence[str]) -> Vectors:
        """Probability that each text answers the question, shape (n,), float32."""


class Retriever(Protocol):
    """Finds the chunks that may answer a question."""

    def search(self, question: str, limit: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return at most `limit` hits, best first."""
