"""Answers, hits and articles as plain data: the one JSON form that the commands, the API, the page and the desk share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from assistant.library.records import ArticleRow, Counts
from assistant.types import Answer, AnswerEvent, Article, Citation, Hit


def openable(url: str) -> bool:
    """Tell whether an address is one of the web, not javascript: and the like."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def article_data(article: Article, text: bool = False) -> dict[str, Any]:
    """Return an article, with its text if wanted; its address only if a browser may open it."""
    row = {
        "id": article.id,
        "title": article.title,
        "url": article.url if openable(article.url) else "",
        "publisher": article.publisher,
        "published": article.published.isoformat() if article.published else None,
        "language": article.language,
    }
    return {**row, "text": article.text} if text else row


def row_data(row: ArticleRow) -> dict[str, Any]:
    """Return a stored article without its text, with what the library says about it."""
    return {
        **article_data(row.article),
        "chunks": row.chunks,
        "added": row.added.isoformat(),
        "also_in": list(row.also_in),
    }


def counts_data(counts: Counts) -> dict[str, Any]:
    """Return how much is stored."""
    return {
        "articles": counts.articles,
        "chunks": counts.chunks,
        "first": counts.first.isoformat() if counts.first else None,
        "last": counts.last.isoformat() if counts.last else None,
        "languages": dict(counts.languages),
    }


def hit_data(hit: Hit) -> dict[str, Any]:
    """Return a hit; `start` and `end` count the characters (code points) of the article's text."""
    return {
        "article": article_data(hit.article),
        "chunk": {"text": hit.chunk.text, "start": hit.chunk.start, "end": hit.chunk.end},
        "score": hit.score,
        "ranks": dict(hit.ranks),
        "also_in": [article_data(article) for article in hit.also_in],
    }


def citation_data(citation: Citation) -> dict[str, Any]:
    """Return a citation; `places` are spans of the answer's text."""
    return {
        "marker": citation.marker,
        "article": article_data(citation.article),
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "verdict": citation.verdict,
        "also_in": [article_data(article) for article in citation.also_in],
        "places": [list(place) for place in citation.places],
        "translation": citation.translation,
    }


def answer_data(answer: Answer) -> dict[str, Any]:
    """Return an answer with its citations and what was found for it."""
    return {
        "question": answer.question,
        "text": answer.text,
        "short": answer.short,
        "language": answer.language,
        "abstained": answer.abstained,
        "verdict": answer.verdict,
        "note": answer.note,
        "answerer": answer.answerer,
        "citations": [citation_data(citation) for citation in answer.citations],
        "hits": [hit_data(hit) for hit in answer.hits],
        "timings": {name: round(seconds, 4) for name, seconds in answer.timings.items()},
    }


def event_data(event: AnswerEvent) -> Mapping[str, Any]:
    """Return a step of a streamed answer, whose kind stands apart."""
    if event.answer:
        return answer_data(event.answer)
    if event.citation:
        return citation_data(event.citation)
    if event.kind == "sources":
        return {"hits": [hit_data(hit) for hit in event.hits]}
    return {"text": event.text}
