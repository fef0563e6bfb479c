"""The reader's conversations: their list as HTML, and a conversation as Markdown or JSON to keep."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from assistant.library.desk import Conversation, Exchange
from assistant.types import Language
from assistant.web.plain import openable
from assistant.web.strings import day, known, words

UNSAFE = re.compile(r"[<>\s]")
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")
BLOCK = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)", re.MULTILINE)


def list_html(conversations: Sequence[Conversation], current: str, searched: str, language: Language) -> str:
    """Return the list of conversations, the one that is open marked, with what can be done with it."""
    table = words(language)
    if not conversations:
        told = table["nothing_found"] if searched else table["no_conversations"]
        return f'<p class="none">{escape(told)}</p>'
    items = "".join(_item(one, one.id == current, language) for one in conversations)
    return f'<ul class="talks">{items}</ul>'


def _item(one: Conversation, current: bool, language: Language) -> str:
    table = words(language)
    title = escape(one.title or table["untitled"])
    open_button = (
        f'<button type="button" class="talk" name="open" value="{one.id}"><span class="title">{title}</span>'
        f'<span class="about">{escape(day(one.changed.date(), language))}</span></button>'
    )
    if not current:
        return f"<li>{open_button}</li>"
    acts = "".join(
        f'<button type="button" class="act" name="{name}" value="{one.id}">{escape(label)}</button>'
        for name, label in (
            ("rename", table["rename"]),
            ("export-md", table["export_md"]),
            ("export-json", table["export_json"]),
            ("delete", table["delete"]),
        )
    )
    return f'<li class="current">{open_button}<p class="acts">{acts}</p></li>'


def as_json(title: str, exchanges: Iterable[Exchange]) -> str:
    """Return a conversation as JSON, with its sources and what was found."""
    data = {
        "title": title,
        "exchanges": [
            {"id": one.id, "asked": one.asked.isoformat(), "question": one.question, "answer": one.answer}
            for one in exchanges
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def as_markdown(title: str, exchanges: Iterable[Exchange], language: Language) -> str:
    """Return a conversation as Markdown, with its sources; nothing in it becomes markup or an image."""
    parts = [f"# {plain(title)}"]
    for one in exchanges:
        answer = one.answer
        parts.append(f"## {plain(one.question)}")
        parts.append(
            "*" + plain(words(language)["asked_on"].format(date=day(one.asked.date(), language))) + "*"
        )
        if answer.get("short"):
            parts.append(f"**{plain(str(answer['short']))}**")
        parts.append(plain(str(answer["text"]), lines=True))
        if answer.get("note"):
            parts.append(f"*{plain(str(answer['note']))}*")
        if answer.get("citations"):
            parts.append(f"### {plain(words(language)['sources'])}")
            parts.append("\n".join(_source(citation, language) for citation in answer["citations"]))
    return "\n\n".join(parts) + "\n"


def _source(citation: Mapping[str, Any], language: Language) -> str:
    article, table = citation["article"], words(language)
    title = plain(article["title"] or table["untitled"])
    if openable(article["url"]):
        title = f"{title} <{UNSAFE.sub('', article['url'])}>"
    about = ", ".join(
        plain(part) for part in (article["publisher"], day(article["published"], known(language))) if part
    )
    verdict = table.get(citation["verdict"], "")
    said = " · ".join(part for part in (title, about, verdict) if part)
    return f"- \\[{citation['marker']}\\] {said}\n  > {plain(citation['quote'])}"


def plain(text: str, lines: bool = False) -> str:
    """Return text that Markdown shows as it is; on one line unless `lines` is set."""
    kept = text if lines else " ".join(text.split())
    escaped = BLOCK.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", kept))
    return escaped.replace("\n", "  \n") if lines else escaped
