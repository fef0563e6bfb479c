"""Adding articles from the page: progress as it comes, then what became of each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from pathlib import Path
from threading import Event
from typing import Protocol
from urllib.parse import urlsplit

from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.types import Article, IngestReport
from assistant.web.library_tab import Outcome
from assistant.web.plain import openable

FORMATS = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".json", ".jsonl", ".csv")
LONGEST_TEXT = 200_000
LONGEST_TITLE = 300
LONGEST_URL = 2000


class Progress(Protocol):
    """How far an ingest has come."""

    @property
    def done(self) -> int:
        """Articles that are finished."""

    @property
    def total(self) -> int:
        """Articles that are known of."""

    @property
    def source(self) -> str:
        """Where the last one came from."""


async def ingested(
    assistant: Assistant, sources: Sequence[Path | str | Article], stopping: Event
) -> AsyncGenerator[Progress | IngestReport]:
    """Take in articles in a thread; a reader who leaves does not stop it, a server that stops does after an article.

    Yields:
        How far it has come, lastly the report.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Progress | None] = asyncio.Queue()

    def tell(progress: Progress) -> None:
        if stopping.is_set():
            raise AssistantError("The server is stopping; what was added is kept.", "Add the rest again.")
        loop.call_soon_threadsafe(told.put_nowait, progress)

    work = asyncio.ensure_future(asyncio.to_thread(assistant.ingest, sources, tell))
    work.add_done_callback(lambda _: told.put_nowait(None))
    while (progress := await told.get()) is not None:
        yield progress
    yield await work


def outcomes(report: IngestReport, assistant: Assistant) -> list[Outcome]:
    """Return what became of each article and source, what went wrong first."""
    made = [Outcome(kind="rejected", title=name(one.source), why=one.reason) for one in report.rejected]
    for kind in ("added", "updated", "linked", "unchanged"):
        for article_id in getattr(report, kind):
            article = assistant.library.article(article_id)
            made.append(Outcome(kind=kind, title=article.title if article else "", id=article_id))
    return made


def name(source: str) -> str:
    """Return a source as the reader knows it: a file by its name, without the server's folders."""
    return source if openable(source) else re.split(r"[/\\]", source)[-1]


def is_address(text: str) -> bool:
    """Tell whether a text is the address of a page."""
    return len(text) <= LONGEST_URL and openable(text) and "." in urlsplit(text).netloc


def discard(paths: Iterable[Path]) -> None:
    """Delete uploaded files."""
    for path in paths:
        path.unlink(missing_ok=True)
