"""The named endpoints: what programs may call through gradio's client, with the parameters that it documents."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import gradio as gr

from assistant.errors import AssistantError, UsageError
from assistant.types import LANGUAGES, Filters, IngestReport, Language
from assistant.web.adding import ingested, is_address
from assistant.web.parts import Parts
from assistant.web.plain import answer_data, hit_data, row_data

MOST = 100  # hits or articles of one call
AT_ONCE = 64  # that gradio lets in; the gate has its own limit


def add(parts: Parts) -> None:
    """Add /ask, /search and /articles to the page that is being made, and /ingest if articles may be added."""
    calls = Calls(parts)
    for name in ("ask", "search", "articles", *(("ingest",) if parts.may_ingest else ())):
        gr.api(getattr(calls, name), api_name=name, concurrency_limit=AT_ONCE)


class Calls:
    """What the endpoints do; an error is told as such, with its message."""

    def __init__(self, parts: Parts) -> None:
        """Call the assistant, when the gate lets a question through."""
        self._assistant = parts.assistant
        self._gate = parts.gate
        self._stopping = parts.stopping

    async def ask(
        self,
        question: str,
        language: str = "",
        since: str = "",
        until: str = "",
        publisher: str = "",
        article_language: str = "",
    ) -> dict[str, Any]:
        """Answer a question from the articles.

        Args:
            question: in Kazakh, Russian or English.
            language: of the answer, kk, ru or en; empty means the question's.
            since: only articles of this day (2024-11-28) or later.
            until: only articles of this day or earlier.
            publisher: only this one's articles.
            article_language: only articles in this language.
        """
        try:
            async with self._gate.turn():
                answer = await self._assistant.aask(
                    question,
                    language=_language(language),
                    since=_date(since),
                    until=_date(until),
                    publisher=publisher or None,
                    article_language=_language(article_language),
                )
        except AssistantError as error:
            raise _told(error) from error
        return answer_data(answer)

    async def search(
        self,
        question: str,
        limit: int = 10,
        since: str = "",
        until: str = "",
        publisher: str = "",
        language: str = "",
    ) -> list[dict[str, Any]]:
        """Find the passages that may answer a question, best first.

        Args:
            question: in Kazakh, Russian or English.
            limit: how many at most, up to 100.
            since: only articles of this day (2024-11-28) or later.
            until: only articles of this day or earlier.
            publisher: only this one's articles.
            language: only articles in this language.
        """
        try:
            async with self._gate.turn():
                hits = await asyncio.to_thread(
                    self._assistant.search,
                    question,
                    max(1, min(limit, MOST)),
                    _date(since),
                    _date(until),
                    publisher or None,
                    _language(language),
                )
        except AssistantError as error:
            raise _told(error) from error
        return [hit_data(hit) for hit in hits]

    async def articles(
        self,
        since: str = "",
        until: str = "",
        publisher: str = "",
        language: str = "",
        limit: int = 50,
        offset: int = 0,
    ) -> list[dict[str, Any]]:
        """List the stored articles, newest first, without their texts.

        Args:
            since: only articles of this day (2024-11-28) or later.
            until: only articles of this day or earlier.
            publisher: only this one's articles.
            language: only articles in this language.
            limit: how many at most, up to 100.
            offset: how many to leave out.
        """
        try:
            filters = Filters(
                since=_date(since),
                until=_date(until),
                publisher=publisher or None,
                language=_language(language),
            )
            rows = await asyncio.to_thread(
                self._assistant.library.articles, filters, max(1, min(limit, MOST)), max(0, offset)
            )
        except AssistantError as error:
            raise _told(error) from error
        return [row_data(row) for row in rows]

    async def ingest(self, address: str) -> dict[str, Any]:
        """Take in a web page or a feed.

        Args:
            address: begins with http:// or https://.
        """
        if not is_address(address):
            raise gr.Error("The address must begin with http:// or https://.", print_exception=False)
        try:
            steps = [one async for one in ingested(self._assistant, [address], self._stopping)]
        except AssistantError as error:
            raise _told(error) from error
        report = next(one for one in steps if isinstance(one, IngestReport))
        kinds = ("added", "updated", "unchanged", "linked")
        return {
            **{kind: list(getattr(report, kind)) for kind in kinds},
            "rejected": [{"source": one.source, "reason": one.reason} for one in report.rejected],
        }


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day such as 2024-11-28.") from error


def _language(text: str) -> Language | None:
    if not text:
        return None
    found = next((one for one in LANGUAGES if one == text), None)
    if found is None:
        raise UsageError(f"The language {text!r} is not known.", f"Use one of {', '.join(LANGUAGES)}.")
    return found


def _told(error: AssistantError) -> gr.Error:
    return gr.Error(" ".join(filter(None, (error.message, error.hint))), print_exception=False)
