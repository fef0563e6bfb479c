"""RSS and Atom feeds: the full text where the feed has it, else a link to fetch."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

from assistant.errors import Rejected
from assistant.types import Article, Rejection
from ingest.source import Link, Loaded, Source
from ingest.web_page import normal_url, read_page

_MOST_ENTRIES = 500
_FULL_TEXT = 600


def load_feed(source: Source) -> Iterator[Loaded]:
    """Yield the entries of a feed, the newest of them where there are very many."""
    import feedparser

    feed = feedparser.parse(io.BytesIO(source.read()))
    if not feed.entries:
        raise Rejected("It is not a feed, or one without entries.")
    publisher = str(feed.feed.get("title", ""))
    for number, entry in enumerate(feed.entries[:_MOST_ENTRIES], start=1):
        link = urljoin(source.url, str(entry.get("link", "")))
        web = urlsplit(link).scheme in ("http", "https")
        article = Article(
            text=_content(entry),
            title=str(entry.get("title", "")),
            url=normal_url(link) if web else "",
            publisher=publisher,
            published=_published(entry),
        )
        # Of another host's article a feed on the web is no witness: that one is fetched from where it is.
        foreign = bool(source.url) and urlsplit(link).netloc.lower() != urlsplit(source.url).netloc.lower()
        if web and (foreign or len(article.text) < _FULL_TEXT):
            yield Link(article)
        elif article.text.strip():
            yield article
        else:
            yield Rejection(
                source=f"{source.name}[{number}]", reason="The entry has neither a text nor a link."
            )


def _content(entry: Any) -> str:
    """Return the longest text of an entry, without its markup."""
    parts = [str(part.get("value", "")) for part in entry.get("content", [])] + [
        str(entry.get("summary", ""))
    ]
    html = max(parts, key=len)
    if "<" not in html:
        return html
    try:
        return read_page(f"<html><body><article>{html}</article></body></html>").text
    except Rejected:
        return ""


def _published(entry: Any) -> date | None:
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return date(*moment[:3]) if moment else None
