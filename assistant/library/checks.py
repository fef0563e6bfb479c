"""Prove that what the ledger holds is whole: every article with all its chunks, each byte as it was put in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from sqlite3 import Connection
from typing import Any

from assistant.errors import LibraryDamaged
from assistant.library.faults import LEDGER_DAMAGED
from assistant.library.schema import Connections
from assistant.library.seals import Seal

_DETAILS = ("article", "url", "title", "publisher", "published", "language", "original")
_INCOMPLETE = """
WITH kept AS (SELECT version, count(*) AS many, min(id) AS low, max(id) AS high FROM chunks GROUP BY version)
SELECT v.article FROM versions AS v LEFT JOIN kept ON kept.version = v.id LEFT JOIN embeddings AS e ON e.version = v.id
WHERE v.state = 'live' AND (
    v.chunk_count != coalesce(kept.many, 0)
    OR (v.chunk_count > 0 AND (kept.low != v.first_chunk OR kept.high != v.first_chunk + v.chunk_count - 1
        OR length(e.vectors) IS NOT v.chunk_count * 2 * (SELECT value FROM meta WHERE key = 'dimension'))))
"""
_TWICE = "SELECT article FROM versions WHERE state = 'live' GROUP BY article HAVING count(*) > 1"
_LIVE = """
SELECT v.*, d.digest, e.vectors FROM versions AS v JOIN digests AS d ON d.version = v.id
LEFT JOIN embeddings AS e ON e.version = v.id WHERE v.state = 'live' ORDER BY v.id
"""
_PIECES = """
SELECT c.start, c."end", s.vectors FROM chunks AS c LEFT JOIN sentences AS s ON s.chunk = c.id
WHERE c.version = ? ORDER BY c.id
"""


def digest(
    row: Mapping[str, Any],
    spans: Sequence[Sequence[int]],
    vectors: bytes | None,
    sentences: Iterable[bytes] = (),
) -> bytes:
    """Make what tells whether an article, its chunks, their vectors and their sentences' are as they were put in."""
    details = json.dumps([*(row[name] for name in _DETAILS), [list(span) for span in spans]])
    made = blake2b(details.encode(), digest_size=16)
    made.update(str(row["text"]).encode("utf-8", "replace"))
    made.update(vectors or b"")
    for one in sentences:
        made.update(one)
    return made.digest()


def incomplete(connections: Connections) -> list[str]:
    """List the live articles that lack a chunk or a vector, or of which two versions are live."""
    with connections.reading() as db:
        return [row[0] for sql in (_INCOMPLETE, _TWICE) for row in db.execute(sql)]


def altered(connections: Connections) -> list[str]:
    """List the live articles of which anything is no longer as it was put in."""
    with connections.reading() as db:
        return list(_altered(db))


def _altered(db: Connection) -> Iterator[str]:
    for row in db.execute(_LIVE):
        kept = db.execute(_PIECES, (row["id"],)).fetchall()
        spans = [(piece["start"], piece["end"]) for piece in kept]
        sentences = [piece["vectors"] or b"" for piece in kept]
        if digest(dict(row), spans, row["vectors"], sentences) != row["digest"]:
            yield str(row["article"])


def intact(connections: Connections) -> bool:
    """Let SQLite check the whole file."""
    with connections.reading() as db:
        return [row[0] for row in db.execute("PRAGMA integrity_check(1)")] == ["ok"]


class Proof:
    """That the ledger is right: found by reading all of it, then kept in a seal of its file."""

    def __init__(self, connections: Connections) -> None:
        """Prove the ledger of these connections."""
        self._connections = connections
        path = connections.path
        self._seal = Seal(path.with_name(f"{path.name}.seal"), lambda: [path])
        self._found = False

    def find(self) -> None:
        """Read all of the ledger, unless its file is as it was left.

        Raises:
            LibraryDamaged: SQLite finds it damaged, or an article is not as it was put in.
        """
        if not self._seal.holds():
            verify(self._connections)
        self._found = True

    def seal(self) -> None:
        """Seal the file, if it was found right when it was opened."""
        if self._found and not self._connections.read_only:
            self._seal.put()


def verify(connections: Connections) -> None:
    """Read all of a ledger.

    Raises:
        LibraryDamaged: SQLite finds it damaged, or an article is not as it was put in.
    """
    if not intact(connections):
        raise LibraryDamaged(f"The ledger {connections.path} is damaged.", LEDGER_DAMAGED)
    wrong = incomplete(connections) or altered(connections)
    if wrong:
        first = f"{len(wrong)} articles are not as they were put in, the first is {wrong[0]!r}"
        raise LibraryDamaged(f"The ledger {connections.path} is damaged: {first}.", LEDGER_DAMAGED)
