"""A conversation as the page keeps it, and how it goes on: ask, ask again, edit, stop, open, rate."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.asking import AskFilters
from assistant.assistant import Assistant
from assistant.errors import AssistantError, LibraryError, UsageError
from assistant.library.desk import Desk, Exchange
from assistant.types import AnswerEvent, Filters, Turn
from assistant.web.limits import Gate
from assistant.web.plain import answer_data, citation_data

_log = logging.getLogger(__name__)

REMEMBERED = 8  # turns that a follow-up may lean on
LONGEST_NAME = 80  # characters of a question that name the conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question with what is known of its answer.

    `answer` is plain data as it is kept, or while it is made: {"status": ...}, or what went wrong:
    {"error": name, "text": message}. `id` is given when the desk keeps it.
    """

    question: str
    answer: Mapping[str, Any]
    id: str = ""
    good: bool | None = None
    asked: str = ""

    @classmethod
    def kept(cls, exchange: Exchange) -> Entry:
        """Return what the desk kept."""
        return cls(
            question=exchange.question,
            answer=exchange.answer,
            id=exchange.id,
            good=exchange.good,
            asked=exchange.asked.isoformat(),
        )

    @property
    def ended(self) -> bool:
        """Whether there is an answer, be it that the articles do not tell."""
        return "answerer" in self.answer

    @property
    def running(self) -> bool:
        """Whether the answer is still being made."""
        return "status" in self.answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation; `conversation` is the desk's id, "" when it is not kept there."""

    conversation: str = ""
    entries: tuple[Entry, ...] = ()
    filters: Filters = field(default_factory=Filters)
    notice: str = ""  # key of what stands above the conversation

    @property
    def turns(self) -> list[Turn]:
        """What a follow-up may lean on."""
        ended = [one for one in self.entries if one.ended]
        return [Turn(question=one.question, answer=one.answer["text"]) for one in ended][-REMEMBERED:]

    @property
    def running(self) -> bool:
        """Whether an answer is being made."""
        return bool(self.entries) and self.entries[-1].running

    def stopped(self) -> Talk:
        """Return it with the answer that was being made ended where it was."""
        if not self.running:
            return self
        last = self.entries[-1]
        answer = {name: value for name, value in last.answer.items() if name != "status"}
        return replace(self, entries=(*self.entries[:-1], replace(last, answer={**answer, "stopped": True})))


def asked_with(filters: Filters) -> AskFilters:
    """Return filters as `ask` takes them."""
    return AskFilters(
        since=filters.since,
        until=filters.until,
        publisher=filters.publisher,
        article_language=filters.language,
    )


class Chat:
    """Conducts conversations; keeps them where there is a desk."""

    def __init__(self, assistant: Assistant, desk: Desk | None = None, gate: Gate | None = None) -> None:
        """Ask this assistant, as many at a time as the gate lets through."""
        self.assistant = assistant
        self.desk = desk
        self.gate = gate or Gate()

    async def ask(
        self, talk: Talk, question: str, *, owner: str, at: int | None = None
    ) -> AsyncGenerator[Talk]:
        """Answer a question step by step.

        Args:
            talk: the conversation so far.
            question: what is asked.
            owner: the reader.
            at: the entry that is asked anew, with all that came after it; None means a further question.

        Yields:
            The conversation as it grows.
        """
        before = replace(talk, entries=talk.entries[:at], notice="")
        dropped = sum(bool(one.id) for one in talk.entries[len(before.entries) :]) if talk.conversation else 0
        entry = Entry(question=question, answer={"status": "searching"})
        yield _with(before, entry)
        try:
            found = self.assistant.astream(question, before.turns, **asked_with(talk.filters))
            async with aclosing(self.gate.through(found)) as events:
                async for event in events:
                    if event.answer:
                        data = {**answer_data(event.answer), "filters": filter_data(talk.filters)}
                        ended = Entry(question=question, answer=data)
                        yield await asyncio.to_thread(self._keep, before, ended, owner, dropped)
                    elif event.kind != "status":
                        entry = replace(entry, answer=_grown(entry.answer, event))
                        yield _with(before, entry)
        except AssistantError as error:
            failed = {"error": type(error).__name__, "text": str(error)}
            yield _with(before, Entry(question=question, answer=failed))
        except Exception:  # noqa: BLE001 - whatever fails, the reader is told, and may ask again
            _log.exception("An answer failed")
            yield _with(before, Entry(question=question, answer={"error": "Exception", "text": ""}))

    def opened(self, owner: str, conversation: str, filters: Filters | None = None) -> Talk:
        """Return a kept conversation; an empty one if the reader has no such."""
        exchanges = self.desk.exchanges(owner, conversation) if self.desk else []
        return Talk(
            conversation=conversation if exchanges else "",
            entries=tuple(map(Entry.kept, exchanges)),
            filters=filters or Filters(),
        )

    def linked(self, exchange_id: str) -> Talk:
        """Return the one answer that a link leads to."""
        exchange = self.desk.exchange(exchange_id) if self.desk else None
        if exchange is None:
            return Talk(notice="shared_gone")
        return Talk(entries=(Entry.kept(exchange),), notice="shared")

    def rate(self, talk: Talk, owner: str, exchange_id: str, good: bool, reason: str = "") -> Talk:
        """Keep what the reader says of an answer."""
        if self.desk and talk.conversation:
            self.desk.rate(owner, exchange_id, good, reason)
        entries = (replace(one, good=good) if one.id == exchange_id else one for one in talk.entries)
        return replace(talk, entries=tuple(entries))

    def _keep(self, before: Talk, entry: Entry, owner: str, dropped: int) -> Talk:
        """Keep an answer; one that cannot be kept is shown all the same."""
        if self.desk is None or not owner:
            return _with(before, entry)
        try:
            return self._kept(self.desk, before, entry, owner, dropped)
        except LibraryError as error:
            _log.warning("An answer could not be kept: %s", error)
            return _with(before, entry)

    def _kept(self, desk: Desk, before: Talk, entry: Entry, owner: str, dropped: int) -> Talk:
        if before.conversation:
            try:
                exchange = desk.replace_last(
                    owner, before.conversation, entry.question, entry.answer, count=dropped
                )
                return _with(before, Entry.kept(exchange))
            except UsageError:  # deleted meanwhile, in another window
                pass
        begun = desk.start(owner, entry.question[:LONGEST_NAME]).id
        exchange = desk.add(owner, begun, entry.question, entry.answer)
        return _with(replace(before, conversation=begun), Entry.kept(exchange))


async def until(steps: AsyncGenerator[Talk], stopped: asyncio.Event) -> AsyncGenerator[Talk]:
    """Yield steps until it is stopped; the one that is under way then is cancelled."""
    stop = asyncio.ensure_future(stopped.wait())
    step: asyncio.Future[Talk | None] | None = None
    try:
        while True:
            step = asyncio.ensure_future(anext(steps, None))
            await asyncio.wait({step, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not step.done() or (found := step.result()) is None:
                return
            yield found
    finally:
        stop.cancel()
        if step and not step.done():
            step.cancel()
            await asyncio.wait({step})


def filter_data(filters: Filters) -> dict[str, str]:
    """Return filters as plain data, without those that are not set."""
    data = {
        "since": filters.since.isoformat() if filters.since else "",
        "until": filters.until.isoformat() if filters.until else "",
        "publisher": filters.publisher or "",
        "language": filters.language or "",
    }
    return {name: value for name, value in data.items() if value}


def _with(talk: Talk, entry: Entry) -> Talk:
    return replace(talk, entries=(*talk.entries, entry))


def _grown(answer: Mapping[str, Any], event: AnswerEvent) -> Mapping[str, Any]:
    """Add a piece of text or a citation to an answer that is being made."""
    if event.citation:
        return {**answer, "citations": [*answer.get("citations", ()), citation_data(event.citation)]}
    if event.kind == "delta":
        return {**answer, "status": "writing", "text": answer.get("text", "") + event.text}
    return {**answer, "status": "reading"}
