"""Loaders: one for each format, chosen by the suffix of a file or the media type of a page."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from assistant.errors import Rejected
from assistant.types import Article, Rejection
from ingest.charset import decode
from ingest.clean import normalise, unwrap
from ingest.documents import read_docx, read_pdf
from ingest.feeds import load_feed
from ingest.fetch import Fetcher
from ingest.markdown import read_markdown
from ingest.rows import load_csv, load_json, load_jsonl, looks_like_rows, text_id
from ingest.source import Link, Loaded, Loader, Source
from ingest.web_page import read_page

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{2,30})", re.I)
_FEED_START = re.compile(rb"\s*(?:<\?xml[^>]{0,200}>)?\s*(?:<!--[^>]{0,500}-->\s*)?<(?:rss|feed|rdf:RDF)\b")
_STDIN_LIMIT = 200_000_000


def load_text(source: Source) -> Iterator[Loaded]:
    """Yield the article of a plain text."""
    yield Article(text=unwrap(normalise(decode(source.read(), source.charset))), url=source.url)


def load_markdown(source: Source) -> Iterator[Loaded]:
    """Yield the article of a Markdown text."""
    article = read_markdown(normalise(decode(source.read(), source.charset)))
    yield replace(article, url=article.url or source.url)


def load_html(source: Source) -> Iterator[Loaded]:
    """Yield the article of a web page."""
    data = source.read()
    said = _META_CHARSET.search(data[:4096])
    yield read_page(decode(data, source.charset or (said[1].decode() if said else None)), source.url)


def load_pdf(source: Source) -> Iterator[Loaded]:
    """Yield the article of a PDF."""
    yield replace(read_pdf(io.BytesIO(source.read())), url=source.url)


def load_docx(source: Source) -> Iterator[Loaded]:
    """Yield the article of a DOCX."""
    yield replace(read_docx(io.BytesIO(source.read())), url=source.url)


LOADERS: dict[str, Loader] = {
    ".atom": load_feed,
    ".csv": load_csv,
    ".docx": load_docx,
    ".htm": load_html,
    ".html": load_html,
    ".json": load_json,
    ".jsonl": load_jsonl,
    ".md": load_markdown,
    ".pdf": load_pdf,
    ".rss": load_feed,
    ".txt": load_text,
    ".xml": load_feed,
}
SINGLE = frozenset({".docx", ".htm", ".html", ".md", ".pdf", ".txt"})
_MEDIA_TYPES = {
    "application/atom+xml": ".xml",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/rss+xml": ".xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/x-ndjson": ".jsonl",
    "application/xhtml+xml": ".html",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
}


def load_file(path: Path) -> Iterator[Loaded]:
    """Yield the articles of a file, each with its id: its own, its URL, or one made from the file's place.

    Raises:
        Rejected: It cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in LOADERS:
        raise Rejected(
            f"The format {suffix or 'without a suffix'} is not known.", f"Known: {' '.join(sorted(LOADERS))}"
        )
    try:
        with _open(path) as stream:
            for item in LOADERS[suffix](Source(name=str(path), stream=stream)):
                yield _identified(item, file_id(path) if suffix in SINGLE else "")
    except PermissionError as error:
        raise Rejected("There is no permission to read it.") from error
    except OSError as error:
        raise Rejected(f"It cannot be read: {error.strerror or error}.") from error


def load_url(url: str, fetcher: Fetcher, known: Article | None = None) -> Iterator[Loaded]:
    """Fetch an address and yield its articles; those of a feed as links.

    Args:
        url: An http or https address.
        fetcher: Fetches it.
        known: What a feed said of it; a page that a feed named is never taken for a feed itself.

    Raises:
        Rejected: It cannot be fetched or read.
    """
    page = fetcher.fetch(url)
    suffix = _suffix(page.media_type, page.url, page.content)
    if known and suffix not in SINGLE:
        raise Rejected("The feed names something that is no article.")
    source = Source(name=url, stream=io.BytesIO(page.content), url=page.url, charset=page.charset)
    for item in LOADERS[suffix](source):
        merged = _merged(item, known) if known and isinstance(item, Article) else item
        yield _identified(merged, "")


def load_pasted(data: bytes, name: str = "pasted text") -> Iterator[Loaded]:
    """Yield the articles of what came over standard input: rows where its lines are JSON objects, else one text."""
    loader = load_jsonl if looks_like_rows(data) else load_text
    for item in loader(Source(name=name, stream=io.BytesIO(data))):
        yield _identified(item, "")


def read_input(stream: BinaryIO) -> bytes:
    """Read standard input.

    Raises:
        Rejected: It is too big.
    """
    data = stream.read(_STDIN_LIMIT + 1)
    if len(data) > _STDIN_LIMIT:
        raise Rejected(
            "Standard input is too big to be read at once.", "Write it to a .jsonl file and name that."
        )
    return data


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder whose format is known, sorted; links are followed, but no folder is entered twice."""
    entered: set[tuple[int, int]] = set()
    for root, folders, files in os.walk(folder, followlinks=True):
        here = os.stat(root)  # noqa: PTH116 - os.walk gives strings
        if (here.st_dev, here.st_ino) in entered:
            folders.clear()
            continue
        entered.add((here.st_dev, here.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in LOADERS:
                yield Path(root, name)


def file_id(path: Path) -> str:
    """Return an id that a file keeps as long as it stays in its place, whichever way it is named."""
    place = hashlib.blake2b(os.fsencode(path.resolve()), digest_size=5).hexdigest()
    return f"{normalise(path.stem.encode(errors='replace').decode())[:60]}-{place}"


def _open(path: Path) -> BinaryIO:
    """Open a regular file; others, such as a pipe, might never end."""
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    stream = os.fdopen(opened, "rb")
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        stream.close()
        raise Rejected("It is not a regular file.")
    return stream


def _suffix(media_type: str, url: str, content: bytes) -> str:
    if _FEED_START.match(content[:2000]):
        return ".xml"
    if content.startswith(b"%PDF-"):
        return ".pdf"
    by_name = PurePosixPath(unquote(urlsplit(url).path)).suffix.lower()
    if (
        media_type in ("", "text/plain", "application/octet-stream", "text/xml", "application/xml")
        and by_name in LOADERS
    ):
        return by_name
    suffix = _MEDIA_TYPES.get(media_type, ".html" if not media_type else "")
    if not suffix:
        raise Rejected(f"The address gives {media_type[:60]}, which is no article.")
    return suffix


def _merged(page: Article, known: Article) -> Article:
    """Return the fetched article with what the feed knew better: its date, and its title where the page has none."""
    return replace(
        page,
        published=known.published or page.published,
        title=page.title or known.title,
        publisher=page.publisher or known.publisher,
    )


def _identified(item: Loaded, fallback: str) -> Loaded:
    if isinstance(item, Link | Rejection) or item.id:
        return item
    return replace(item, id=item.url or fallback or text_id(item.text))
