"""Answers from a chat model: grounded in the hits, streamed, every sentence judged.

The whole way of a question: the follow-up is condensed with the history and searched for (by the assistant), then

    sources and history → prompt → model → parse → verify

The first three are a LangChain chain. The last two take its stream piece by piece and are plain objects: as steps of the
chain they would keep the model's call open when the reader closes the stream, since LangChain's generators do not
close what they read from.

A model that fails never loses the answer: before its first words the extractive answer stands in, after them what
was written stays, and either is marked with the cause.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from langchain_core.runnables.config import ensure_config, patch_config

from assistant.answering.background import BACKGROUND
from assistant.answering.calls import Limits, reply
from assistant.answering.context import conversation, fitting, nonce, room, sources_text, tokens
from assistant.answering.conversation import fold_history
from assistant.answering.discretion import Discretion
from assistant.answering.faults import Cause, ModelFault, note
from assistant.answering.markers import plain_text
from assistant.answering.models import close_model
from assistant.answering.questions import analyse_question
from assistant.answering.short import short_answer
from assistant.answering.strings import abstention, phrase
from assistant.answering.translation import Translator
from assistant.answering.verdicts import Judge, Thresholds
from assistant.answering.writing import Writing
from assistant.library.records import Counts
from assistant.text.aliases import Aliases
from assistant.types import Answer, AnswerEvent, Citation, Encoder, Hit, Language, Turn
from prompts import load_prompt

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

LANGUAGE_NAMES: dict[Language, str] = {"kk": "Kazakh (Cyrillic script)", "ru": "Russian", "en": "English"}
HISTORY = 0.25  # the part of the room that the conversation may take
CLOSEST = 3  # articles that are named when there is no answer
TIGHTER = 2  # how much less a model is given that says it was too much

PROMPT = ChatPromptTemplate(
    [("system", load_prompt("answer")), ("placeholder", "{history}"), ("human", load_prompt("question"))]
)


class Fallback(Protocol):
    """What answers when the model does not."""

    def stream(
        self,
        question: str,
        hits: Sequence[Hit],
        language: Language,
        history: Sequence[Turn] = (),
        counts: Counts | None = None,
    ) -> Iterator[AnswerEvent]:
        """Yield pieces of text and citations, lastly an event with the answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question with all that is known for answering it."""

    question: str
    hits: tuple[Hit, ...]
    language: Language
    history: tuple[Turn, ...]
    counts: Counts | None


class GenerativeAnswerer:
    """Let a chat model answer from the hits."""

    def __init__(
        self,
        model: BaseChatModel,
        encoder: Encoder,
        fallback: Fallback,
        *,
        aliases: Aliases | None = None,
        window: int = 8192,
        limits: Limits | None = None,
        thresholds: Thresholds | None = None,
        translator: Translator | None = None,
        name: str = "generative",
    ) -> None:
        """Choose the parts.

        Args:
            model: Any LangChain chat model.
            encoder: Compares the sentences of the answer with the sources.
            fallback: Answers when the model cannot.
            aliases: Names that mean the same.
            window: Tokens that the model can read.
            limits: How long a reply may take and be.
            thresholds: Other ones than those shipped.
            translator: Translates quotes in other languages than the reader's.
            name: What answers are signed with.
        """
        self.model = model
        self.encoder = encoder
        self.fallback = fallback
        self.aliases = aliases or Aliases.load()
        self.window = window
        self.limits = limits or Limits()
        self.thresholds = thresholds
        self.translator = translator
        self.name = name
        self._tells_end = getattr(model, "_llm_type", "").startswith("openai")

    def chain(self, sources: Sequence[Hit]) -> Runnable[Request, Any]:
        """Return sources and history → prompt → model."""

        def variables(asked: Request) -> dict[str, Any]:
            return self._variables(asked, sources)

        return RunnableLambda(variables) | PROMPT | self.model

    def close(self) -> None:
        """Close the model's connections."""
        close_model(self.model)

    def stream(
        self,
        question: str,
        hits: Sequence[Hit],
        language: Language,
        history: Sequence[Turn] = (),
        counts: Counts | None = None,
    ) -> Generator[AnswerEvent]:
        """Answer a question from hits; closing the stream cancels the model's call.

        Args:
            question: What was asked.
            hits: What the search found, best first.
            language: The reader's.
            history: The conversation so far, oldest first.
            counts: What the library holds, named when the articles do not answer.

        Yields:
            Pieces of text and citations as they come; lastly the whole answer.
        """
        answering = _Answering(self, Request(question, tuple(hits), language, tuple(history), counts))
        try:
            with closing(BACKGROUND.stream(answering.pieces)) as pieces:
                for piece in pieces:
                    yield from answering.feed(piece)
        except ModelFault as fault:
            yield from answering.end(fault.cause)
        else:
            yield from answering.end()

    async def astream(
        self,
        question: str,
        hits: Sequence[Hit],
        language: Language,
        history: Sequence[Turn] = (),
        counts: Counts | None = None,
    ) -> AsyncGenerator[AnswerEvent]:
        """Answer a question from hits without blocking the event loop; see `stream`."""
        answering = _Answering(self, Request(question, tuple(hits), language, tuple(history), counts))
        cause: Cause | None = None
        try:
            async with aclosing(BACKGROUND.astream(answering.pieces)) as pieces:
                async for piece in pieces:
                    for event in await asyncio.to_thread(answering.feed, piece):
                        yield event
        except ModelFault as fault:
            cause = fault.cause
        for event in await asyncio.to_thread(lambda: list(answering.end(cause))):
            yield event

    def _variables(self, request: Request, sources: Sequence[Hit]) -> dict[str, Any]:
        fence, language = nonce(), request.language
        budget = room(self.window, load_prompt("answer"), request.question) - sum(
            tokens(hit.chunk.text) for hit in sources
        )
        return {
            "language": LANGUAGE_NAMES[language],
            "translation": phrase("translation", language) + ":",
            "nothing": phrase("nothing", language),
            "fence": fence,
            "today": date.today().isoformat(),
            "history": conversation(request.history, max(0, budget)),
            "sources": sources_text(sources, fence),
            "question": request.question,
        }


class _Answering:
    """One answer on its way."""

    def __init__(self, answerer: GenerativeAnswerer, request: Request) -> None:
        self._by = answerer
        self._request = request
        # The caller's callbacks, tags and tracing go with the model's call.
        self._config: RunnableConfig = ensure_config()
        self._started = perf_counter()
        self._first: float | None = None
        self._room = room(answerer.window, load_prompt("answer"), request.question)
        self._choose(self._room)

    def _choose(self, budget: int) -> None:
        spare = round(HISTORY * budget) if self._request.history else 0
        self._sources = fitting(self._request.hits, budget - spare)
        by = self._by
        self._writing = Writing(
            Judge(self._sources, by.encoder, by.aliases, by.thresholds), self._request.language
        )
        self._discretion = Discretion(load_prompt("answer"))

    async def pieces(self) -> AsyncGenerator[str]:
        """Yield the model's text; one that finds the sources too many gets fewer."""
        if not self._request.hits:
            return
        try:
            async with aclosing(self._reply()) as pieces:
                async for piece in pieces:
                    yield piece
        except ModelFault as fault:
            if fault.cause != "overflow" or self._first is not None:
                raise
            self._choose(self._room // TIGHTER)
            async with aclosing(self._reply()) as pieces:
                async for piece in pieces:
                    yield piece

    def _reply(self) -> AsyncGenerator[str]:
        chain = self._by.chain(self._sources)
        config = patch_config(self._config, run_name="answer")
        return reply(
            lambda: chain.astream(self._request, config), self._by.limits, finish=self._by._tells_end
        )

    def feed(self, piece: str) -> list[AnswerEvent]:
        events = self._writing.feed(self._discretion.feed(piece))
        if events and self._first is None:
            self._first = perf_counter()
        return events

    def end(self, cause: Cause | None = None) -> Iterator[AnswerEvent]:
        """Yield the rest, and the answer."""
        writing, rest = self._writing, ""
        try:
            rest = self._discretion.close() if cause != "recited" else ""
        except ModelFault as fault:
            cause = fault.cause
        yield from writing.feed(rest)
        cut = cause and writing.text.strip()
        yield from writing.break_off() if cut else writing.close()
        if not writing.text.strip():
            yield from self._instead(cause or ("empty" if self._request.hits else None))
            return
        if writing.refused and not cause:
            yield from writing.add(self._nearest())
        yield AnswerEvent(kind="answer", answer=self._answer(cause))

    def _instead(self, cause: Cause | None) -> Iterator[AnswerEvent]:
        """Let the fallback answer."""
        asked = self._request
        for event in self._by.fallback.stream(
            asked.question, asked.hits, asked.language, asked.history, asked.counts
        ):
            if event.answer and cause:
                told = note(cause, asked.language, fallback=True)
                yield replace(event, answer=replace(event.answer, note=told))
            else:
                yield event

    def _nearest(self) -> str:
        """Return what a refusal is followed by: the nearest articles and the dates covered."""
        closest = list({hit.article.id: hit.article for hit in self._request.hits}.values())[:CLOSEST]
        _, newline, rest = abstention(closest, self._request.counts, self._request.language).partition("\n")
        return newline + rest

    def _answer(self, cause: Cause | None) -> Answer:
        asked, writing, now = self._request, self._writing, perf_counter()
        return Answer(
            question=asked.question,
            text=writing.text,
            language=asked.language,
            answerer=self._by.name,
            short=self._short(),
            citations=writing.citations if cause else self._translated(writing.citations),
            hits=asked.hits,
            abstained=writing.refused,
            verdict=writing.verdict,
            note=note(cause, asked.language, fallback=False) if cause else "",
            timings={"first": (self._first or now) - self._started, "model": now - self._started},
        )

    def _translated(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """Give the quotes in other languages their translations, all asked for at once."""
        language, translator = self._request.language, self._by.translator
        waiting = [
            translator.begin(one.quote, (language,))
            if translator and one.article.language not in (None, language)
            else None
            for one in citations
        ]
        return tuple(
            replace(one, translation=plain_text(wait().get(language, ""))) if wait else one
            for one, wait in zip(citations, waiting, strict=True)
        )

    def _short(self) -> str | None:
        """Return the bare answer, if the first sentence has one and is supported."""
        if not self._writing.first or self._writing.first[1].verdict != "supported":
            return None
        claim, judgement = self._writing.first
        anchor = self._sources[next(iter(judgement.spans)) - 1].article.published
        question = analyse_question(fold_history(self._request.question, self._request.history))
        return short_answer(question, claim.text, self._request.language, self._by.encoder, anchor)
