"""What the ledger's rows mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from sqlite3 import Row

import numpy as np

from assistant.errors import Rejected
from assistant.library.copies import fingerprint
from assistant.library.queries import publisher_key
from assistant.types import Article, Chunk, Vectors

HALF = np.dtype("<f2")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an article, with its chunks and their vectors."""

    id: int
    article: Article
    chunks: tuple[Chunk, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Retired:
    """A version that is to be removed from the indexes."""

    id: int
    chunks: range


def text_hash(text: str) -> bytes:
    """Make what tells whether a text is the same."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def check_text(article: Article) -> None:
    """Raise `Rejected` for an article without an id, or with a text that cannot be stored."""
    if not article.id:
        raise Rejected("The article has no id.")
    try:
        "".join((article.id, article.title, article.url, article.publisher, article.text)).encode()
    except UnicodeEncodeError as error:
        raise Rejected("The text has characters that are no characters (lone surrogates).") from error


def says_more(article: Article, row: Row) -> bool:
    """Tell whether the article has another text than the row, or gives a detail that the row has otherwise."""
    stored = to_article(row)
    details = ("title", "url", "publisher", "published", "language")
    changed = (getattr(article, name) not in ("", None, getattr(stored, name)) for name in details)
    return row["text_hash"] != text_hash(article.text) or any(changed)


def to_row(article: Article) -> dict[str, object]:
    """Make the row of an article that is added now."""
    return {
        "article": article.id,
        "url": article.url,
        "title": article.title,
        "publisher": article.publisher,
        "publisher_key": publisher_key(article.publisher),
        "published": article.published.isoformat() if article.published else None,
        "language": article.language,
        "added": datetime.now(UTC).isoformat(timespec="seconds"),
        "text_hash": text_hash(article.text),
        "words_hash": fingerprint(article.text).words,
        "text": article.text,
    }


def to_article(row: Row) -> Article:
    """Read the article of a row of versions."""
    return Article(
        id=row["article"],
        text=row["text"],
        title=row["title"],
        url=row["url"],
        publisher=row["publisher"],
        published=date.fromisoformat(row["published"]) if row["published"] else None,
        language=row["language"],
    )


def to_chunk(row: Row, article: Article) -> Chunk:
    """Read the chunk of a row of chunks."""
    start, end = row["start"], row["end"]
    return Chunk(id=row["chunk"], article_id=article.id, start=start, end=end, text=article.text[start:end])


def to_matrix(data: bytes, rows: int) -> Vectors:
    """Read stored vectors, one row for each."""
    return np.frombuffer(data, HALF).reshape(rows, -1).astype(np.float32)
