"""The chat's room: what the reader does there, and what it shows."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from assistant.errors import AssistantError
from assistant.library.catalogue import Catalogue
from assistant.library.records import Counts
from assistant.types import LANGUAGES, Filters, Language
from assistant.web.answers import Messages, messages
from assistant.web.conversations import list_html
from assistant.web.examples import Example
from assistant.web.filters import chips_html, chosen, proposal_button, without
from assistant.web.strings import counted, day, span, words
from assistant.web.talk import Chat, Talk


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a button of the page says: its name and value, and what a dialog asked for."""

    name: str = ""
    value: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, raw: str) -> Command:
        """Read what the page's script wrote; anything else is no command."""
        try:
            data = json.loads(raw)
        except ValueError:
            return cls()
        if not isinstance(data, dict):
            return cls()
        more = data.get("more")
        return cls(
            name=str(data.get("name", "")),
            value=str(data.get("value", "")),
            more=more if isinstance(more, dict) else {},
        )

    @property
    def text(self) -> str:
        """What the reader wrote in the dialog."""
        return str(self.more.get("text", ""))

    @property
    def number(self) -> int:
        """The value as a number, 0 if it is none."""
        return int(self.value) if self.value.isdecimal() else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the chat tab shows; `talks` is None while the list of conversations is as it was."""

    talk: Talk
    messages: Messages
    welcome: str
    chips: str
    talks: str | None


class Room:
    """Takes the commands of the chat tab."""

    def __init__(self, chat: Chat, catalogue: Catalogue, *, addable: bool) -> None:
        """Serve these parts.

        Args:
            chat: conducts the conversations.
            catalogue: of the library.
            addable: whether readers may add articles.
        """
        self.chat = chat
        self.catalogue = catalogue
        self.addable = addable

    @property
    def counts(self) -> Counts:
        """What the library holds."""
        return self.chat.assistant.library.counts()

    def asks(self, command: Command, talk: Talk, owner: str) -> AsyncGenerator[Talk]:
        """Take a command that asks: a new question, or an earlier one again, edited, or with its dates as filter."""
        at = min(command.number, max(len(talk.entries) - 1, 0))
        if command.name == "ask" or not talk.entries:
            return self.chat.ask(talk, command.value, owner=owner)
        if command.name == "edit":
            return self.chat.ask(talk, command.text, owner=owner, at=at)
        if command.name == "narrow":
            at = len(talk.entries) - 1
            talk = replace(talk, filters=_dated(talk, command.value))
        return self.chat.ask(talk, talk.entries[at].question, owner=owner, at=at)

    def does(self, command: Command, talk: Talk, owner: str) -> Talk:
        """Take any other command."""
        try:
            return self._does(command, talk, owner)
        except AssistantError:
            return replace(talk, notice="wrong")

    def _does(self, command: Command, talk: Talk, owner: str) -> Talk:
        match command.name:
            case "new":
                return Talk(filters=talk.filters)
            case "open":
                return self.chat.opened(owner, command.value, talk.filters)
            case "good" | "bad":
                return self.chat.rate(talk, owner, command.value, command.name == "good", command.text)
            case "drop" | "filter" | "propose":
                return replace(talk, filters=_filters(command, talk))
            case _:
                return self._manage(command, talk, owner)

    def _manage(self, command: Command, talk: Talk, owner: str) -> Talk:
        desk = self.chat.desk
        if desk is None:
            return talk
        if command.name == "rename" and command.text.strip():
            desk.rename(owner, command.value, command.text)
        if command.name == "delete":
            desk.delete(owner, command.value)
            return Talk(filters=talk.filters) if command.value == talk.conversation else talk
        return talk

    def view(
        self,
        talk: Talk,
        language: Language,
        owner: str,
        search: str = "",
        examples: Sequence[Example] = (),
    ) -> View:
        """Return what is shown of a conversation.

        Args:
            talk: the conversation.
            language: the page's.
            owner: the reader.
            search: what the list of conversations is searched for.
            examples: questions to begin with.
        """
        desk = self.chat.desk
        counts = self.counts
        return View(
            talk=talk,
            messages=messages(talk, counts, language, linkable=desk is not None, addable=self.addable),
            welcome=self._welcome(talk, counts, language, examples),
            chips=chips_html(talk.filters, "", language),
            talks=None if talk.running else self.talks(talk, language, owner, search),
        )

    def talks(self, talk: Talk, language: Language, owner: str, search: str) -> str:
        """Return the list of conversations."""
        if self.chat.desk is None:
            return f'<p class="none">{escape(words(language)["not_kept"])}</p>'
        found = self.chat.desk.conversations(owner, search)
        return list_html(found, talk.conversation, search, language)

    def chips(self, talk: Talk, question: str, language: Language) -> str:
        """Return the filters, with the one that the question being written proposes."""
        dated = talk.filters.since or talk.filters.until
        proposal = "" if dated else proposal_button(question, self.counts, language, "propose")
        return chips_html(talk.filters, proposal, language)

    def _welcome(self, talk: Talk, counts: Counts, language: Language, examples: Sequence[Example]) -> str:
        table = words(language)
        notice = f'<p class="notice">{escape(table[talk.notice])}</p>' if talk.notice else ""
        if talk.entries:
            return notice
        intro = f'<p class="intro">{escape(table["intro"])}</p>'
        if not counts.articles:
            tip = table["empty_library_tip" if self.addable else "empty_library_closed"]
            told = f'<p class="lead">{escape(table["empty_library"])}</p><p>{escape(tip)}</p>'
            return f'<div class="welcome">{notice}{intro}{told}</div>'
        return f'<div class="welcome">{notice}{intro}{examples_html(examples, language)}</div>'


def examples_html(examples: Sequence[Example], language: Language) -> str:
    """Return the questions to begin with, "" when there are none."""
    if not examples:
        return ""
    table = words(language)
    items = "".join(
        f'<li><button type="button" class="example" name="ask" value="{escape(one.question)}">'
        f'<span class="question">{escape(one.question)}</span><span class="about">'
        + escape(" · ".join(filter(None, (one.entry.publisher, day(one.entry.published, language)))))
        + "</span></button></li>"
        for one in examples
    )
    return f'<section class="examples"><h3>{escape(table["examples"])}</h3><ul>{items}</ul></section>'


def head_html(counts: Counts, language: Language) -> str:
    """Return the page's head: its name, what the library holds, and the languages."""
    table = words(language)
    held = [counted("articles", counts.articles, language)]
    if counts.first and counts.last:
        held.append(span(counts.first, counts.last, language))
    choices = "".join(
        f'<button type="button" name="language" value="{one}" lang="{one}" class="{"on" if one == language else ""}">'
        f"{escape(words(one)['name'])}"
        + (f'<span class="only-read"> ({escape(table["chosen"])})</span>' if one == language else "")
        + "</button>"
        for one in LANGUAGES
    )
    return (
        f'<div class="bar" lang="{language}"><button type="button" class="act side" name="side" value="">'
        f"{escape(table['conversations'])}</button><h1>{escape(table['title'])}</h1>"
        f'<p class="held">{escape(" · ".join(held))}</p><p class="languages">{choices}</p></div>'
    )


def side_html(language: Language) -> str:
    """Return what stands above the list of conversations."""
    table = words(language)
    return (
        f'<div class="side-head"><h2>{escape(table["conversations"])}</h2><button type="button" class="act new" name="new"'
        f' value="">{escape(table["new"])}</button></div>'
    )


def _filters(command: Command, talk: Talk) -> Filters:
    if command.name == "drop":
        return without(talk.filters, command.value)
    return chosen(command.more) if command.name == "filter" else _dated(talk, command.value)


def _dated(talk: Talk, value: str) -> Filters:
    since, _, until = value.partition("/")
    dates = chosen({"since": since, "until": until})
    return replace(talk.filters, since=dates.since, until=dates.until)
