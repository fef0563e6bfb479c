"""What is asked and who answers: the questions that can be used, and the two ways of answering them."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter
from typing import Protocol, Self, TypedDict, runtime_checkable

from assistant.errors import EmptyQuestion, QuestionTooLong, UnknownLanguage, UsageError
from assistant.library.records import Counts
from assistant.text.language import question_language
from assistant.types import LANGUAGES, AnswerEvent, Filters, Hit, Language, Turn

LONGEST_QUESTION = 2000
READABLE = re.compile(r"[A-Za-zÀ-ɏЀ-ԯᴀ-ᶿ]")  # Latin and Cyrillic


class SearchFilters(TypedDict, total=False):
    """What `search` may restrict; dates are inclusive."""

    since: date | None
    until: date | None
    publisher: str | None
    language: Language | None


class AskFilters(TypedDict, total=False):
    """What `ask` and `stream` may restrict: dates are inclusive, `article_language` is that of the articles."""

    since: date | None
    until: date | None
    publisher: str | None
    article_language: Language | None


class Answerer(Protocol):
    """Makes an answer of what the search found."""

    def stream(
        self,
        question: str,
        hits: Sequence[Hit],
        language: Language,
        history: Sequence[Turn] = (),
        counts: Counts | None = None,
    ) -> Iterator[AnswerEvent]:
        """Yield pieces of text and citations, lastly an event with the answer.

        Args:
            question: as asked; `history` says what a follow-up leans on.
            hits: what the search found, best first.
            language: of the answer.
            history: earlier turns, oldest first.
            counts: what the library holds, for saying so when there is no answer.
        """


@runtime_checkable
class AsyncAnswerer(Protocol):
    """An answerer that can also stream in an event loop, and stop at once when it is cancelled."""

    def astream(
        self,
        question: str,
        hits: Sequence[Hit],
        language: Language,
        history: Sequence[Turn] = (),
        counts: Counts | None = None,
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield what `Answerer.stream` yields."""


@runtime_checkable
class Closing(Protocol):
    """An answerer that keeps something open."""

    def close(self) -> None:
        """Close it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that can be used, and what is asked of it."""

    question: str
    history: tuple[Turn, ...]
    language: Language
    filters: Filters

    @classmethod
    def of(
        cls, question: str, history: Sequence[Turn], language: Language | None, filters: AskFilters
    ) -> Self:
        """Check a question and what is asked of it.

        Raises:
            UsageError: if it cannot be used.
        """
        question = usable(question, language)
        chosen = Filters(
            since=filters.get("since"),
            until=filters.get("until"),
            publisher=filters.get("publisher"),
            language=filters.get("article_language"),
        )
        return cls(question, tuple(history), language or question_language(question), chosen)


@dataclass(frozen=True, slots=True)
class Begun:
    """A question that has been searched for."""

    asked: Asked
    hits: tuple[Hit, ...]
    counts: Counts
    started: float
    searched: float

    @property
    def arguments(self) -> tuple[str, tuple[Hit, ...], Language, tuple[Turn, ...], Counts]:
        """What an answerer takes."""
        return self.asked.question, self.hits, self.asked.language, self.asked.history, self.counts

    def timed(self, event: AnswerEvent) -> AnswerEvent:
        """Return the event; an answer with its hits and times."""
        if event.answer is None:
            return event
        done = perf_counter()
        timings = {
            "search": self.searched - self.started,
            "answer": done - self.searched,
            "total": done - self.started,
        }
        answer = replace(event.answer, hits=self.hits, timings={**event.answer.timings, **timings})
        return replace(event, answer=answer)


def usable(question: str, language: Language | None) -> str:
    """Return the question, trimmed, or raise the error that tells why it cannot be asked."""
    if language not in (None, *LANGUAGES):
        raise UsageError(f"The language {language!r} is not known.", f"Use one of {', '.join(LANGUAGES)}.")
    if len(question) > LONGEST_QUESTION:
        raise QuestionTooLong(
            f"The question has {len(question):,} characters; {LONGEST_QUESTION:,} are allowed.",
            "Ask something shorter.",
        )
    question = question.encode("utf-8", "ignore").decode().replace("\0", " ").strip()
    letters = [one for one in question if one.isalpha()]
    if not letters and not any(one.isdigit() for one in question):
        raise EmptyQuestion(
            "The question is empty.", "Ask something, for instance: How many Kazakh students study in Russia?"
        )
    if letters and 2 * sum(bool(READABLE.match(one)) for one in letters) < len(letters):
        raise UnknownLanguage(
            "The question is in a language that is not understood here.", "Ask in Kazakh, Russian or English."
        )
    return question
