"""The article of a web page: text by trafilatura, and what the page says of itself.

Two things that pages say are not believed. Any date in them may be today's or another article's, so only marked ones
count, and lines beside the heading that are nothing but a date. And the title and address of the whole site,
repeated on each of its pages, are not those of an article.
"""

from __future__ import annotations

import itertools
import json
import logging
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lxml.etree import LxmlError, SubElement
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from assistant.errors import Rejected
from assistant.types import Article
from ingest.dateline import read_date, read_dateline

_DATE_NAMES = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "date",
    "pubdate",
    "publishdate",
    "publish_date",
    "publication_date",
    "dc.date.issued",
    "dc.date",
    "dcterms.created",
    "parsely-pub-date",
    "sailthru.date",
)
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|yclid|_openstat", re.I)
_SEPARATOR = re.compile(r"\s+[|—–·»-]\s+")
_LONG_TAG = re.compile(r"<([A-Za-z][\w:-]*)\s[^<>]{10000,}")
_MOST_ATTRIBUTES = 5000
_MOST_CELLS = 1000
_LEVELS_UP = 4
_MOST_NODES = 2000


def read_page(html: str, url: str = "") -> Article:
    """Extract the article of a page.

    Args:
        html: The page.
        url: Where it was fetched from; empty for a file.

    Raises:
        Rejected: There is no article in it.
    """
    html = _LONG_TAG.sub(_lean, html)
    try:
        tree = _parse(html)
        facts = _facts(tree)
        publisher = _first(facts, "og:site_name", "publisher") or (urlsplit(url).hostname or "").removeprefix(
            "www."
        )
        title = _title(tree, facts, publisher)
        return Article(
            title=title,
            published=_published(tree, facts, title),
            url=_address(facts, url),
            publisher=publisher,
            text=_text(html),
        )
    except RecursionError as error:
        raise Rejected("The page is nested too deep to be read.") from error


def _lean(tag: re.Match[str]) -> str:
    """Leave out the attributes of an element that has very many: the parser compares each with all others."""
    return f"<{tag[1]}" if max(tag[0].count("="), len(tag[0].split())) > _MOST_ATTRIBUTES else tag[0]


def normal_url(url: str) -> str:
    """Return the address without its fragment and what only tracks readers, the host in lower case."""
    parts = urlsplit(url.strip())
    query = urlencode(
        [(key, value) for key, value in parse_qsl(parts.query, True) if not _TRACKING.fullmatch(key)]
    )
    return urlunsplit(
        (parts.scheme.lower(), parts.netloc.lower(), parts.path, query if "=" in query else parts.query, "")
    )


def _parse(html: str) -> HtmlElement:
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(html.encode(errors="replace"), parser=parser)
    except LxmlError as error:
        raise Rejected("It is not a web page with text.") from error


def _text(html: str) -> str:
    from trafilatura import extract

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    tree = _narrow(_parse(html))
    text: str = extract(tree, include_comments=False, include_tables=True, output_format="txt") or ""
    if not text.strip():
        text = _all_text(_parse(html))
    if not text.strip():
        raise Rejected("No article text was found in the page.")
    return text


def _narrow(tree: HtmlElement) -> HtmlElement:
    """Make one cell of the cells of rows that have very many: trafilatura counts them again for each."""
    for row in list(tree.iter("tr")):
        if len(row) > _MOST_CELLS:
            text = " ".join(cell.text_content() for cell in row.iterchildren("td", "th"))
            row.clear()
            SubElement(row, "td").text = text
    return tree


def _all_text(tree: HtmlElement) -> str:
    """Return the paragraphs, or else whatever text the page shows."""
    paragraphs = [
        _spaced(node) for node in tree.xpath("//*[self::p or self::li or self::pre][not(.//p or .//li)]")
    ]
    shown = tree.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")
    return "\n".join(paragraphs or (" ".join(text.split()) for text in shown))


def _facts(tree: HtmlElement) -> dict[str, str]:
    """Return what meta elements, links and JSON-LD say, by lower-case name; the first of a name counts."""
    facts: dict[str, str] = {}
    for node in tree.iter("meta"):
        name = node.get("property") or node.get("name") or node.get("itemprop") or ""
        facts.setdefault(name.lower(), " ".join((node.get("content") or "").split()))
    for node in tree.iter("script"):
        if node.get("type") == "application/ld+json":
            for key, value in _linked_data(node.text or ""):
                facts.setdefault(key, value)
    for node in tree.iter("link"):
        if (node.get("rel") or "").lower() == "canonical":
            facts.setdefault("canonical", node.get("href") or "")
    return facts


def _linked_data(source: str) -> Iterator[tuple[str, str]]:
    """Yield the date and the publisher that JSON-LD names."""
    try:
        waiting: list[Any] = [json.loads(source)]
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            if isinstance(node.get("datePublished"), str):
                yield "datepublished", node["datePublished"]
            publisher = node.get("publisher")
            if isinstance(publisher, dict) and isinstance(publisher.get("name"), str):
                yield "publisher", publisher["name"]
            waiting.extend(value for value in node.values() if isinstance(value, list | dict))


def _title(tree: HtmlElement, facts: dict[str, str], publisher: str) -> str:
    page_title = _first(facts, "og:title") or _spaced(tree.find(".//title"))
    headings = [text for node in _headings(tree) if (text := _spaced(node))]
    for heading in headings:
        if len(heading) > 10 and _letters(page_title).startswith(_letters(heading)):
            return heading
    if headings and (not page_title or _letters(page_title) == _letters(publisher)):
        return headings[0]
    *front, last = _SEPARATOR.split(page_title)
    return (
        page_title[: page_title.rindex(last)].rstrip(" |—–·»-")
        if front and _letters(last) == _letters(publisher)
        else page_title
    )


def _published(tree: HtmlElement, facts: dict[str, str], title: str) -> date | None:
    for name in _DATE_NAMES:
        if found := read_date(facts.get(name, "")):
            return found
    for node in tree.xpath("//*[@itemprop='datePublished'] | //time[@pubdate]"):
        if found := _date_of(node):
            return found
    for area in _areas(tree, title):
        dates = {found for node in area.iter("time") if (found := _date_of(node))}
        dates |= {found for text in area.itertext() if (found := read_dateline(" ".join(text.split())))}
        if len(dates) == 1:
            return dates.pop()
    return None


def _date_of(node: HtmlElement) -> date | None:
    return read_date(node.get("datetime") or node.get("content") or "") or read_dateline(_spaced(node))


def _areas(tree: HtmlElement, title: str) -> Iterator[HtmlElement]:
    """Yield the elements in which the date of the article may stand, the closest to its heading first."""
    for node in _headings(tree):
        if _letters(_spaced(node)) == _letters(title):
            above = itertools.takewhile(lambda one: one.tag not in ("body", "html"), node.iterancestors())
            yield from itertools.islice(above, _LEVELS_UP)
            break
    yield from tree.iter("article")


def _headings(tree: HtmlElement) -> list[HtmlElement]:
    return [*tree.iter("h1"), *tree.iter("h2")]


def _address(facts: dict[str, str], url: str) -> str:
    """Return the canonical address if it is one of an article, on the same host as where the page came from."""
    said = urljoin(url, _first(facts, "canonical", "og:url"))
    parts = urlsplit(said)
    own = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.path.strip("/"):
        return normal_url(url)
    return normal_url(said if not url or parts.netloc.lower() == own.netloc.lower() else url)


def _first(facts: dict[str, str], *names: str) -> str:
    return next((facts[name] for name in names if facts.get(name)), "")


def _spaced(node: HtmlElement | None) -> str:
    return " ".join(" ".join(node.itertext()).split()) if node is not None else ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
