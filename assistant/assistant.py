"""The assistant: the library, a retriever and an answerer put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Sequence
from contextlib import aclosing
from datetime import date
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from assistant.answering.conversation import fold_history
from assistant.answering.extractive import ExtractiveAnswerer
from assistant.asking import Answerer, Asked, AskFilters, AsyncAnswerer, Begun, Closing, SearchFilters, usable
from assistant.encoders import load_encoder, load_reranker
from assistant.encoders.remembering import Remembering
from assistant.errors import EmptyLibrary, ModelError, UsageError
from assistant.library.library import Library
from assistant.library.records import ArticleRow
from assistant.retrieval.across import TranslatingRetriever
from assistant.retrieval.hybrid import HybridRetriever
from assistant.settings import Settings
from assistant.steps import steps
from assistant.text.aliases import Aliases
from assistant.types import (
    Answer,
    AnswerEvent,
    Article,
    Encoder,
    Filters,
    Hit,
    IngestReport,
    Language,
    Retriever,
    Turn,
)

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable

    from ingest.pipeline import Progress
    from ingest.reader import Origin

HITS = 10


class Assistant:
    """Ask the ingested articles; ingest more."""

    def __init__(
        self,
        *,
        library: Library,
        retriever: Retriever,
        answerer: Answerer,
        encoder: Encoder | None = None,
        allowed_hosts: Sequence[str] = (),
    ) -> None:
        """Put own parts together; `from_settings` makes the usual ones.

        Args:
            library: where the articles are kept; closed with the assistant.
            retriever: finds the chunks for a question.
            answerer: makes an answer of them.
            encoder: the library's; needed by `ingest` only.
            allowed_hosts: private hosts that `ingest` may fetch from.
        """
        self.library = library
        self.retriever = retriever
        self.answerer = answerer
        self.encoder = encoder
        self.allowed_hosts = allowed_hosts

    @classmethod
    def from_settings(cls, settings: Settings | None = None) -> Self:
        """Make an assistant as the settings say.

        Raises:
            LibraryError: if the stored articles cannot be opened.
            EncoderError: if the encoder cannot be loaded.
        """
        settings = settings or Settings()
        encoder = load_encoder(settings.encoder)
        aliases = Aliases.load(settings.aliases)
        reranker = load_reranker(settings.reranker)
        library = Library.open(settings.data_dir, encoder, aliases=aliases)
        remembering = Remembering(encoder)
        extractive = ExtractiveAnswerer(remembering, reranker, aliases, kept=library.sentences)
        answerer: Answerer = extractive
        retriever: Retriever = HybridRetriever(library, remembering)
        if settings.chat_model:
            from assistant.answering.setup import chat_parts

            try:
                answerer, translator = chat_parts(settings, encoder, extractive, aliases)
            except BaseException:
                library.close()
                raise
            if translator:
                retriever = TranslatingRetriever(retriever, translator, lambda: [*library.counts().languages])
        return cls(
            library=library,
            retriever=retriever,
            answerer=answerer,
            encoder=encoder,
            allowed_hosts=settings.allowed_hosts.split(","),
        )

    def __enter__(self) -> Self:
        """Return the assistant; it is closed at the end of the `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the library."""
        self.close()

    def close(self) -> None:
        """Close the library, and what the answerer has open."""
        self.library.close()
        if isinstance(self.answerer, Closing):
            self.answerer.close()

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        **filters: Unpack[AskFilters],
    ) -> Answer:
        """Answer a question from the articles.

        Args:
            question: in Kazakh (Cyrillic or Latin script), Russian or English.
            history: earlier turns, oldest first, that a follow-up may lean on.
            language: of the answer; None means the question's.
            **filters: since, until, publisher, article_language.

        Raises:
            UsageError: if the question cannot be used.
            EmptyLibrary: if nothing has been ingested yet.
        """
        *_, last = self.stream(question, history, language, **filters)
        return _answer(last)

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        **filters: Unpack[AskFilters],
    ) -> Generator[AnswerEvent]:
        """Answer a question step by step: status, sources, status, deltas and citations, then the answer.

        Arguments and errors are those of `ask`; the errors are raised at once, not at the first event.
        """
        return self._events(self._asked(question, history, language, filters))

    async def aask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        **filters: Unpack[AskFilters],
    ) -> Answer:
        """Answer a question without blocking the event loop; see `ask`. Cancelling it stops the work at its next step."""
        last = None
        async for event in self.astream(question, history, language, **filters):
            last = event
        return _answer(last)

    async def astream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        language: Language | None = None,
        **filters: Unpack[AskFilters],
    ) -> AsyncGenerator[AnswerEvent]:
        """Answer a question step by step without blocking the event loop; see `stream`."""
        asked = await asyncio.to_thread(lambda: self._asked(question, history, language, filters))
        async with aclosing(self._unblocked(asked)) as events:
            async for event in events:
                yield event

    def _asked(
        self, question: str, history: Sequence[Turn], language: Language | None, filters: AskFilters
    ) -> Asked:
        asked = Asked.of(question, history, language, filters)
        self._filled()
        return asked

    def _events(self, asked: Asked) -> Generator[AnswerEvent]:
        begun = yield from self._search(asked)
        for event in self.answerer.stream(*begun.arguments):
            yield begun.timed(event)

    async def _unblocked(self, asked: Asked) -> AsyncGenerator[AnswerEvent]:
        """Yield the events of an answerer that streams by itself in the event loop, or else its steps in threads."""
        if not isinstance(self.answerer, AsyncAnswerer):
            async with aclosing(steps(self._events(asked))) as events:
                async for event in events:
                    yield event
            return
        search, begun = self._search(asked), None
        while begun is None:
            stepped, begun = await asyncio.to_thread(_step, search)
            if stepped:
                yield stepped
        async with aclosing(self.answerer.astream(*begun.arguments)) as events:
            async for event in events:
                yield begun.timed(event)

    def _search(self, asked: Asked) -> Generator[AnswerEvent, None, Begun]:
        started = perf_counter()
        yield AnswerEvent(kind="status", text="searching")
        question = fold_history(asked.question, asked.history)
        hits = tuple(self.retriever.search(question, HITS, asked.filters))
        searched = perf_counter()
        yield AnswerEvent(kind="sources", hits=hits)
        yield AnswerEvent(kind="status", text="answering")
        return Begun(asked, hits, self.library.counts(), started, searched)

    def search(
        self,
        question: str,
        limit: int = 10,
        since: date | None = None,
        until: date | None = None,
        publisher: str | None = None,
        language: Language | None = None,
    ) -> list[Hit]:
        """Find the chunks that may answer a question, best first.

        Args:
            question: in any of the languages; it finds articles in all of them.
            limit: how many at most.
            since: published on this day or later.
            until: published on this day or earlier.
            publisher: only this one's articles.
            language: only articles in this language.

        Raises:
            UsageError: if the question cannot be used.
            EmptyLibrary: if nothing has been ingested yet.
        """
        question = usable(question, language)
        self._filled()
        return self.retriever.search(
            question, limit, Filters(since=since, until=until, publisher=publisher, language=language)
        )

    def ingest(
        self,
        sources: Iterable[Origin] | Origin,
        progress: Callable[[Progress], None] | None = None,
        *,
        publisher: str = "",
        language: Language | None = None,
    ) -> IngestReport:
        """Take in articles from files, folders, URLs and feeds.

        Args:
            sources: paths, addresses (http:// or https://), articles, or one of these.
            progress: called as the work goes on.
            publisher: of the articles that do not name theirs.
            language: of the articles; None means found out for each.

        Returns:
            What was added, updated, unchanged, linked to a copy, and rejected with the reason.

        Raises:
            LibraryError: if the library cannot be written; what was finished before is kept.
            UsageError: if the assistant was made without an encoder.
        """
        from ingest.fetch import Fetcher
        from ingest.pipeline import ingest_sources

        if self.encoder is None:
            raise UsageError(
                "This assistant was made without an encoder.", "Pass encoder= to ingest with it."
            )
        wanted = [sources] if isinstance(sources, str | Path | Article) else list(sources)
        return ingest_sources(
            self.library,
            self.encoder,
            wanted,
            publisher=publisher,
            language=language,
            fetcher=Fetcher(self.allowed_hosts),
            progress=progress,
        )

    def articles(
        self,
        since: date | None = None,
        until: date | None = None,
        publisher: str | None = None,
        language: Language | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[ArticleRow]:
        """List the stored articles, newest first, with the number of their chunks."""
        return self.library.articles(
            Filters(since=since, until=until, publisher=publisher, language=language), limit, offset
        )

    def remove(self, article_id: str) -> bool:
        """Remove an article; tell whether there was one."""
        return self.library.remove(article_id)

    def as_retriever(self, limit: int = 10, **filters: Unpack[SearchFilters]) -> BaseRetriever:
        """Return the search as a LangChain retriever."""
        from assistant.interop import AssistantRetriever

        return AssistantRetriever(assistant=self, limit=limit, filters=filters)

    def as_runnable(self) -> Runnable[str | dict[str, Any], Answer]:
        """Return `ask` as a LangChain runnable.

        It takes a question, or a dict with the arguments of `ask`, and gives an Answer; streamed, it gives
        answers whose text grows, the last one complete.
        """
        from assistant.interop import answers_of

        return answers_of(self)

    def _filled(self) -> None:
        if not self.library.counts().articles:
            raise EmptyLibrary(
                "There are no articles yet.", "Add some: assistant ingest FILE_OR_FOLDER_OR_URL"
            )


def _step(search: Generator[AnswerEvent, None, Begun]) -> tuple[AnswerEvent | None, Begun | None]:
    """Take a step of a search: its next event, or what it returns."""
    try:
        return next(search), None
    except StopIteration as stop:
        return None, stop.value


def _answer(event: AnswerEvent | None) -> Answer:
    if event is None or event.answer is None:
        raise ModelError("The answerer ended without an answer.", "Ask again.")
    return event.answer
