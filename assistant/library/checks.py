"""Prove that what the ledger holds is whole: every article with all its chunks, each byte as it was put in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from sqlite3 import Connection
from typing import Any

from assistant.library.schema import Connections

_DETAILS = ("article", "url", "title", "publisher", "published", "language", "original")
_INCOMPLETE = """
WITH kept AS (SELECT version, count(*) AS many, min(id) AS low, max(id) AS high FROM chunks GROUP BY version)
SELECT v.article FROM versions AS v LEFT JOIN kept ON kept.version = v.id LEFT JOIN embeddings AS e ON e.version = v.id
WHERE v.state = 'live' AND (
    v.chunk_count != coalesce(kept.many, 0)
    OR (v.chunk_count > 0 AND (kept.low != v.first_chunk OR kept.high != v.first_chunk + v.chunk_count - 1
        OR length(e.vectors) IS NOT v.chunk_count * :size)))
"""
_TWICE = "SELECT article FROM versions WHERE state = 'live' GROUP BY article HAVING count(*) > 1"
_LIVE = """
SELECT v.*, d.digest, e.vectors FROM versions AS v JOIN digests AS d ON d.version = v.id
LEFT JOIN embeddings AS e ON e.version = v.id WHERE v.state = 'live' ORDER BY v.id
"""


def digest(row: Mapping[str, Any], spans: Sequence[Sequence[int]], vectors: bytes | None) -> bytes:
    """Make what tells whether an article, its chunks and their vectors are as they were put in."""
    details = json.dumps([*(row[name] for name in _DETAILS), [list(span) for span in spans]])
    made = blake2b(details.encode(), digest_size=16)
    made.update(str(row["text"]).encode("utf-8", "replace"))
    made.update(vectors or b"")
    return made.digest()


def incomplete(connections: Connections, dimension: int) -> list[str]:
    """List the live articles that lack a chunk or a vector, or of which two versions are live."""
    with connections.reading() as db:
        size = {"size": dimension * 2}
        return [
            row[0]
            for sql in (_INCOMPLETE, _TWICE)
            for row in db.execute(sql, size if sql == _INCOMPLETE else {})
        ]


def altered(connections: Connections) -> list[str]:
    """List the live articles of which anything is no longer as it was put in."""
    with connections.reading() as db:
        return list(_altered(db))


def _altered(db: Connection) -> Iterator[str]:
    for row in db.execute(_LIVE):
        sql = 'SELECT start, "end" FROM chunks WHERE version = ? ORDER BY id'
        spans = [tuple(span) for span in db.execute(sql, (row["id"],))]
        if digest(dict(row), spans, row["vectors"]) != row["digest"]:
            yield str(row["article"])


def intact(connections: Connections) -> bool:
    """Let SQLite check the whole file."""
    with connections.reading() as db:
        return [row[0] for row in db.execute("PRAGMA integrity_check(1)")] == ["ok"]
