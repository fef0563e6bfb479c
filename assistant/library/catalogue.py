"""The catalogue: what is stored, without the texts, to be looked through, sorted and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from assistant.library.library import Library
from assistant.library.recent import Recent
from assistant.library.schema import Connections
from assistant.types import Language

Column = Literal["title", "publisher", "published", "language", "chunks", "added"]
COLUMNS: tuple[Column, ...] = get_args(Column)

_ROWS = """
SELECT article, title, publisher, published, language, url, chunk_count, added, original
FROM versions WHERE state = 'live' ORDER BY published DESC, article"""
_KEYS: dict[Column, Callable[[Entry], Any]] = {
    "title": lambda one: one.title.casefold(),
    "publisher": lambda one: one.publisher.casefold(),
    "published": lambda one: one.published or date.min,
    "language": lambda one: one.language or "",
    "chunks": lambda one: one.chunks,
    "added": lambda one: one.added,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A stored article without its text; `copy_of` is the id of the article that it is a wire copy of."""

    id: str
    title: str
    publisher: str
    published: date | None
    language: Language | None
    url: str
    chunks: int
    added: datetime
    copy_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the entries that were looked for, and how many there are in all."""

    entries: tuple[Entry, ...]
    total: int
    offset: int


class Catalogue:
    """Reads what is stored; may be used from any thread, while others write."""

    def __init__(self, connections: Connections) -> None:
        """Use these connections."""
        self._connections = connections
        self._entries: Recent[tuple[Entry, ...]] = Recent(1)

    @classmethod
    def of(cls, library: Library) -> Catalogue:
        """Return the catalogue of a library, open as long as that is."""
        return cls(library._ledger.connections)

    @property
    def generation(self) -> int:
        """Moves whenever an article becomes live or is removed."""
        with self._connections.reading() as db:
            return int(db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])

    def entries(self) -> tuple[Entry, ...]:
        """Return every entry, the newest first."""
        return self._entries.get(self.generation, self._read)

    def page(
        self,
        search: str = "",
        sort: Column = "published",
        *,
        descending: bool = True,
        limit: int = 50,
        offset: int = 0,
    ) -> Page:
        """Return some of the entries.

        Args:
            search: words that title, publisher or address must have, in any case.
            sort: the column to sort by; equal ones stay the newest first.
            descending: whether the highest comes first.
            limit: how many at most.
            offset: how many to leave out; one past the end gives the last page.
        """
        wanted = search.casefold().split()
        found = [one for one in self.entries() if _has(one, wanted)]
        found.sort(key=_KEYS[sort], reverse=descending)
        offset = max(0, min(offset, (len(found) - 1) // limit * limit))
        return Page(entries=tuple(found[offset : offset + limit]), total=len(found), offset=offset)

    def publishers(self, limit: int = 200) -> list[str]:
        """Return the publishers, those with most articles first."""
        counts = Counter(one.publisher for one in self.entries() if one.publisher)
        return [name for name, _ in counts.most_common(limit)]

    def days(self) -> dict[date, dict[str, int]]:
        """Count articles by day and language, under "" those of unknown language."""
        counted: dict[date, dict[str, int]] = {}
        for one in self.entries():
            if one.published:
                languages = counted.setdefault(one.published, {})
                languages[one.language or ""] = languages.get(one.language or "", 0) + 1
        return dict(sorted(counted.items()))

    def _read(self) -> tuple[Entry, ...]:
        with self._connections.reading() as db:
            rows = db.execute(_ROWS).fetchall()
        return tuple(
            Entry(
                id=row["article"],
                title=row["title"],
                publisher=row["publisher"],
                published=date.fromisoformat(row["published"]) if row["published"] else None,
                language=row["language"],
                url=row["url"],
                chunks=row["chunk_count"],
                added=datetime.fromisoformat(row["added"]),
                copy_of=row["original"],
            )
            for row in rows
        )


def _has(entry: Entry, wanted: list[str]) -> bool:
    text = f"{entry.title} {entry.publisher} {entry.url}".casefold()
    return all(word in text for word in wanted)
