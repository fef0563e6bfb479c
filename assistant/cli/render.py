"""Answers, hits and reports as text for a terminal and as JSON; articles are hostile, so nothing in them is obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.types import Answer, Article, Citation, Hit

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


def citation_lines(citations: Iterable[Citation]) -> str:
    """Return the sources of an answer, each with its quote."""
    lines = []
    for citation in citations:
        lines.append(f"[{citation.marker}] {source_line(citation.article)}")
        lines.append(f"    “{harmless(citation.quote)}”")
        lines.extend(f"    also in: {source_line(article)}" for article in citation.also_in)
    return "\n".join(lines)


def answer_text(answer: Answer) -> str:
    """Return an answer with its sources."""
    parts = (harmless(answer.text), harmless(answer.note), citation_lines(answer.citations))
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


def article_json(article: Article, text: bool = False) -> dict[str, Any]:
    """Return an article as JSON, with its text if wanted."""
    row = {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "publisher": article.publisher,
        "published": article.published.isoformat() if article.published else None,
        "language": article.language,
    }
    return {**row, "text": article.text} if text else row


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return a hit as JSON."""
    return {
        "article": article_json(hit.article),
        "chunk": {"text": hit.chunk.text, "start": hit.chunk.start, "end": hit.chunk.end},
        "score": hit.score,
        "ranks": dict(hit.ranks),
        "also_in": [article_json(article) for article in hit.also_in],
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """Return a citation as JSON."""
    return {
        "marker": citation.marker,
        "article": article_json(citation.article),
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "verdict": citation.verdict,
        "also_in": [article_json(article) for article in citation.also_in],
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON."""
    return {
        "question": answer.question,
        "text": answer.text,
        "short": answer.short,
        "language": answer.language,
        "abstained": answer.abstained,
        "verdict": answer.verdict,
        "note": answer.note,
        "answerer": answer.answerer,
        "citations": [citation_json(citation) for citation in answer.citations],
        "hits": [hit_json(hit) for hit in answer.hits],
        "timings": {name: round(seconds, 4) for name, seconds in answer.timings.items()},
    }
