"""Answers, hits and reports as text for a terminal; articles are hostile, so nothing in them is obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.answering.strings import phrase
from assistant.types import Answer, Article, Hit

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def console() -> Console:
    """Return a console that takes text as it is, without markup."""
    return Console(markup=False, highlight=False, emoji=False, soft_wrap=True)


def harmless(text: str) -> str:
    """Return the text without the control characters that a terminal would obey."""
    return CONTROLS.sub("", text)


def source_line(article: Article) -> str:
    """Return title, publisher, date and address on one line."""
    date = article.published.isoformat() if article.published else ""
    return harmless(
        " · ".join(
            part for part in (article.title or article.id, article.publisher, date, article.url) if part
        )
    )


def citation_lines(answer: Answer) -> str:
    """Return the sources of an answer, each with its quote and what a model makes of it in the reader's language."""
    lines = []
    for citation in answer.citations:
        lines.append(f"[{citation.marker}] {source_line(citation.article)}")
        lines.append(f"    “{harmless(citation.quote)}”")
        if citation.translation:
            label = phrase("translation", answer.language)
            lines.append(f"    ({label}: {harmless(citation.translation)})")
        lines.extend(f"    also in: {source_line(article)}" for article in citation.also_in)
    return "\n".join(lines)


def answer_text(answer: Answer) -> str:
    """Return an answer with its sources."""
    parts = (harmless(answer.text), harmless(answer.note), citation_lines(answer))
    return "\n\n".join(part for part in parts if part)


def hits_text(hits: Sequence[Hit]) -> str:
    """Return hits as numbered blocks."""
    blocks = []
    for number, hit in enumerate(hits, 1):
        found = ", ".join(f"{name} {rank}" for name, rank in hit.ranks.items())
        blocks.append(
            f"{number}. {source_line(hit.article)}\n   {hit.score:.2f} ({found})\n   {harmless(hit.chunk.text)}"
        )
    return "\n\n".join(blocks) or "Nothing found."


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a plain table; columns of numbers stand right."""
    cells = [[str(cell) for cell in row] for row in rows]
    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for at, column in enumerate(columns):
        numbers = bool(cells) and all(re.fullmatch(r"[\d.,]*|–", row[at]) for row in cells)
        drawn.add_column(column, justify="right" if numbers else "left")
    for row in cells:
        drawn.add_row(*(Text(harmless(cell)) for cell in row))
    return drawn
