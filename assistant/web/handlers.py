"""What the page's events do, in gradio's terms: values in, updates of the page's parts out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.asking import LONGEST_QUESTION
from assistant.library.catalogue import Catalogue
from assistant.types import Article, Language
from assistant.web.access import COOKIE
from assistant.web.adding import discard
from assistant.web.examples import Examples
from assistant.web.library_tab import Listing, problem_html
from assistant.web.parts import Parts
from assistant.web.room import Command, Room, head_html, side_html
from assistant.web.shelf import Shelf
from assistant.web.strings import preferred, words
from assistant.web.talk import Chat, Talk, until

SPOKEN = "language"  # the cookie that remembers the choice

LEAVING = ("new", "open", "delete")  # commands that end what is being answered
LAST_STEP = 0.1  # seconds that a step takes at most to be on its way

Updates = list[Any]


@dataclass(slots=True)
class Running:
    """An answer that is being made, to be stopped from another event; when it is `left`, nothing more of it is shown."""

    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    left: bool = False


class Handlers:
    """The handlers of one page; `chat_parts`, `stock_parts` and `labels` tell the order of their updates."""

    chat_parts = ("talk", "chat", "welcome", "chips", "talks", "box")
    stock_parts = ("listing", "summary", "chart", "table", "head", "seen")
    labels = (
        *("chat_tab", "library_tab", "side", "search_talks", "search_articles", "add_head"),
        *("files", "address", "fetch", "text_title", "text", "add_text"),
    )
    fields = ("address", "text_title", "text")

    def __init__(self, parts: Parts, catalogue: Catalogue) -> None:
        """Serve these parts."""
        chat, addable = Chat(parts.assistant, parts.desk, parts.gate), parts.may_ingest
        self.catalogue = catalogue
        self._answering: dict[str, Running] = {}  # by gradio's session
        self.room = Room(chat, catalogue, addable=addable)
        self.shelf = Shelf(parts.assistant, catalogue, addable=addable, stopping=parts.stopping)
        self.examples = Examples(parts.assistant, catalogue)

    # the chat

    async def submit(
        self, question: str, talk: Talk, language: Language, search: str, request: gr.Request
    ) -> AsyncGenerator[Updates]:
        """Answer what was written in the box."""
        async with aclosing(self.ask(_command("ask", question), talk, language, search, request)) as steps:
            async for step in steps:
                yield step

    async def ask(
        self, raw: str, talk: Talk, language: Language, search: str, request: gr.Request
    ) -> AsyncGenerator[Updates]:
        """Take a command that asks."""
        if talk.running:
            talk = talk.stopped()
        await self._end(request)
        owner, session, running = _owner(request), str(request.session_hash), Running()
        self._answering[session] = running
        last = talk
        try:
            asked = self.room.asks(Command.read(raw), talk, owner)
            async with aclosing(asked), aclosing(until(asked, running.stopped)) as steps:
                async for last in steps:
                    yield await asyncio.to_thread(self._shown, last, language, owner, search)
            if last.running and not running.left:
                yield await asyncio.to_thread(self._shown, last.stopped(), language, owner, search)
        finally:
            running.ended.set()
            if self._answering.get(session) is running:
                del self._answering[session]

    async def stop(self, request: gr.Request) -> None:
        """Stop an answer; what there is of it stays."""
        if running := self._answering.get(str(request.session_hash)):
            running.stopped.set()

    async def _end(self, request: gr.Request) -> None:
        """End what is being answered, and let its last step be on its way before anything else is shown."""
        if running := self._answering.get(str(request.session_hash)):
            running.left = True
            running.stopped.set()
            await running.ended.wait()
            await asyncio.sleep(LAST_STEP)

    async def do(self, raw: str, talk: Talk, language: Language, search: str, request: gr.Request) -> Updates:
        """Take any other command of the chat."""
        command = Command.read(raw)
        if command.name in LEAVING:
            await self._end(request)
        return await asyncio.to_thread(self._done, command, talk, language, _owner(request), search)

    def _done(self, command: Command, talk: Talk, language: Language, owner: str, search: str) -> Updates:
        return self._shown(self.room.does(command, talk, owner), language, owner, search)

    def propose(self, question: str, talk: Talk, language: Language) -> str:
        """Offer the dates in the question as a filter while it is written."""
        return self.room.chips(talk, question, language)

    def search_talks(self, talk: Talk, language: Language, search: str, request: gr.Request) -> str:
        """Search the conversations."""
        return self.room.talks(talk, language, _owner(request), search)

    def exemplify(self, talk: Talk, language: Language) -> Any:
        """Show questions to begin with; they take a moment to make."""
        if talk.entries:
            return gr.skip()
        return self.room.view(talk, language, "", examples=self.examples.of(language)).welcome

    def _shown(self, talk: Talk, language: Language, owner: str, search: str) -> Updates:
        """Return the updates of `chat_parts`."""
        examples = () if talk.entries else self.examples.made(language)
        view = self.room.view(talk, language, owner, search, examples)
        table = words(language)
        busy: dict[str, Any] = {"submit_btn": False, "stop_btn": table["stop"]}
        idle: dict[str, Any] = {"submit_btn": table["ask"], "stop_btn": False}
        return [
            talk,
            gr.update(value=view.messages, visible=bool(view.messages)),
            view.welcome,
            gr.skip() if talk.running else view.chips,
            gr.skip() if view.talks is None else view.talks,
            gr.update(**(busy if talk.running else idle)),
        ]

    # the library

    def stocked(self, listing: Listing, language: Language) -> Updates:
        """Return the updates of `stock_parts`."""
        stock = self.shelf.stock(listing, language)
        head = head_html(self.room.counts, language)
        return [stock.listing, stock.summary, stock.chart, stock.table, head, self.catalogue.generation]

    def look(self, seen: int, listing: Listing, language: Language) -> Updates:
        """Show what others have added or removed meanwhile."""
        if seen == self.catalogue.generation:
            return [gr.skip()] * len(self.stock_parts)
        return self.stocked(listing, language)

    def shelve(self, raw: str, listing: Listing, language: Language) -> Updates:
        """Take a command of the library tab."""
        return self.stocked(self.shelf.does(Command.read(raw), listing, language), language)

    def search(self, search: str, listing: Listing, language: Language) -> Updates:
        """Search the table."""
        return self.stocked(self.shelf.searched(listing, search), language)

    async def add_files(
        self, files: list[str] | None, listing: Listing, language: Language
    ) -> AsyncGenerator[Updates]:
        """Take in uploaded files, which are then deleted."""
        paths = [Path(file) for file in files or ()]
        try:
            async with aclosing(self._adds(paths, "", listing, language)) as steps:
                async for step in steps:
                    yield step
        finally:
            discard(paths)

    async def add_address(
        self, address: str, listing: Listing, language: Language
    ) -> AsyncGenerator[Updates]:
        """Take in a page or a feed."""
        async with aclosing(self._adds(self.shelf.fetched(address), "no_url", listing, language)) as steps:
            async for step in steps:
                yield step

    async def add_text(
        self, title: str, text: str, listing: Listing, language: Language
    ) -> AsyncGenerator[Updates]:
        """Take in a text that was pasted."""
        async with aclosing(
            self._adds(self.shelf.pasted(title, text), "no_text", listing, language)
        ) as steps:
            async for step in steps:
                yield step

    async def _adds(
        self, sources: Sequence[Path | str | Article], missing: str, listing: Listing, language: Language
    ) -> AsyncGenerator[Updates]:
        """Yield the updates of the progress, `fields` and `stock_parts`."""
        rest: Updates = [gr.skip()] * (len(self.fields) + len(self.stock_parts))
        if not sources:
            yield [problem_html(words(language)[missing]) if missing else gr.skip(), *rest]
            return
        async with aclosing(self.shelf.adds(sources, language)) as steps:
            async for step in steps:
                yield [step, *rest]
        yield [gr.skip(), "", "", "", *await asyncio.to_thread(self.stocked, listing, language)]

    # the whole page

    def load(self, talk: Talk, listing: Listing, request: gr.Request) -> Updates:
        """Show the page to somebody who has just opened it, at the answer or conversation that the address names."""
        language = preferred(request.headers.get("accept-language", ""), request.cookies.get(SPOKEN))
        owner, asked = _owner(request), dict(request.query_params)
        if asked.get("answer"):
            talk = self.room.chat.linked(asked["answer"])
        elif asked.get("talk"):
            talk = self.room.chat.opened(owner, asked["talk"])
        return self._all(language, talk, listing, owner, "")

    def speak(
        self,
        raw: str,
        talk: Talk,
        search: str,
        listing: Listing,
        request: gr.Request,
    ) -> Updates:
        """Show the page in another language."""
        return self._all(preferred("", Command.read(raw).value), talk, listing, _owner(request), search)

    def _all(self, language: Language, talk: Talk, listing: Listing, owner: str, search: str) -> Updates:
        """Return the updates of the language, `labels`, `chat_parts` and `stock_parts`."""
        shown = self._shown(talk, language, owner, search)
        box = {
            **shown.pop(),
            "placeholder": words(language)["placeholder"],
            "label": words(language)["question"],
        }
        return [language, *_labels(language), *shown, box, *self.stocked(listing, language)]


def _labels(language: Language) -> Updates:
    """Return the updates of `labels`."""
    table = words(language)
    return [
        gr.update(label=table["tab_chat"]),
        gr.update(label=table["tab_library"]),
        side_html(language),
        *(
            gr.update(label=table[key], placeholder=table[key])
            for key in ("search_conversations", "search_articles")
        ),
        f"<h2>{table['add_title']}</h2><p>{table['add_files_hint']}</p>",
        gr.update(label=table["add_files"]),
        gr.update(label=table["add_url"], placeholder="https://"),
        table["add_url_button"],
        gr.update(label=table["add_text_title"]),
        gr.update(label=table["add_text_name"], placeholder=table["add_text"]),
        table["add_text_button"],
    ]


def _owner(request: gr.Request) -> str:
    return str(request.cookies.get(COOKIE, ""))


def _command(name: str, value: str) -> str:
    """Return a command as the page's script writes it."""
    return json.dumps({"name": name, "value": value[: LONGEST_QUESTION + 1]})
