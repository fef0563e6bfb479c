"""Markdown as plain text: titles and words stay, the signs go."""

from __future__ import annotations

import re
from datetime import date

from assistant.types import Article
from ingest.dateline import read_date

_FRONT_MATTER = re.compile(r"---[ \t]*\n((?:(?!---)[^\n]*\n){0,60})---[ \t]*\n")
_FIELD = re.compile(r"(title|date|published|url|publisher)\s*:\s*(.+)", re.I)
_COMMENT = re.compile(r"<!--(?:(?!<!--)[\s\S])*?-->")
_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_BLOCK = re.compile(r"[ \t]{0,3}(?:(#{1,6})[ \t]+|>[ \t]?|(?:[-*+]|\d{1,3}[.)])[ \t]+)")
_RULE = re.compile(r"[ \t]{0,3}(?:[-*_=][ \t]*){3,}$")
_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^()\n]*\)")
_EMPHASIS = re.compile(r"(?<![\w*_])[*_]{1,3}(?=[^\s*_])|(?<=[^\s*_])[*_]{1,3}(?![\w*_])|(?<!`)`(?!`)")


def read_markdown(text: str) -> Article:
    """Read the article of a Markdown file; its title is the front matter's, or the first heading."""
    front = _FRONT_MATTER.match(text)
    fields = (
        {
            found[1].lower(): found[2].strip(" '\"")
            for found in map(_FIELD.match, front[1].split("\n"))
            if found
        }
        if front
        else {}
    )
    title, body = _plain(_COMMENT.sub("", text[front.end() :] if front else text))
    return Article(
        text=body,
        title=fields.get("title") or title,
        url=fields["url"] if re.match(r"https?://", fields.get("url", "")) else "",
        publisher=fields.get("publisher", ""),
        published=_date(fields),
    )


def _date(fields: dict[str, str]) -> date | None:
    return read_date(fields.get("date") or fields.get("published") or "")


def _plain(text: str) -> tuple[str, str]:
    """Return the first heading, where nothing stands before it, and the text with each paragraph on one line."""
    title = ""
    parts: list[str] = []
    goes_on = False
    for line in map(str.rstrip, text.split("\n")):
        if not line or _FENCE.match(line) or _RULE.fullmatch(line):
            parts.append("\n")
            goes_on = False
            continue
        block = _BLOCK.match(line)
        content = _inline(line[block.end() :] if block else line).strip()
        heading = bool(block and block[1])
        if heading and not title and not any(map(str.strip, parts)):
            title = content
            continue
        parts += [" " if goes_on and not block else "\n\n" if heading else "\n", content]
        goes_on = not heading
    return title, "".join(parts)


def _inline(line: str) -> str:
    return _EMPHASIS.sub("", _LINK.sub(r"\1", _IMAGE.sub("", line)))
