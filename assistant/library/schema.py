"""The ledger's tables, and the connections to them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from assistant.errors import LibraryDamaged
from assistant.library.faults import LEDGER_DAMAGED, storage

VERSION = 1
CACHE = 8_000  # KB of pages for each connection: a search reads rows all over a big ledger
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', 0), ('next_chunk', 1), ('writing', 0), ('writer', ''),
    ('vectors', 'vectors-1'), ('terms', 'terms-1');
CREATE TABLE versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'live', 'retired')),
    born INTEGER NOT NULL DEFAULT 0,
    first_chunk INTEGER NOT NULL,
    chunk_count INTEGER NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    publisher TEXT NOT NULL,
    publisher_key TEXT NOT NULL,
    published TEXT,
    language TEXT,
    original TEXT NOT NULL,
    added TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    words_hash BLOB NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX versions_article ON versions (article, state);
CREATE INDEX versions_url ON versions (url) WHERE url != '';
CREATE INDEX versions_words ON versions (words_hash) WHERE words_hash != x'';
CREATE INDEX versions_original ON versions (original) WHERE original != '';
CREATE INDEX versions_filters
    ON versions (state, born, published, language, publisher_key, first_chunk, chunk_count);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES versions ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL
);
CREATE INDEX chunks_version ON chunks (version);
CREATE TABLE embeddings (
    version INTEGER PRIMARY KEY REFERENCES versions ON DELETE CASCADE,
    vectors BLOB NOT NULL
);
CREATE TABLE bands (
    hash INTEGER NOT NULL,
    version INTEGER NOT NULL REFERENCES versions ON DELETE CASCADE,
    PRIMARY KEY (hash, version)
) WITHOUT ROWID;
CREATE INDEX bands_version ON bands (version);
"""
# Came later; made in a library that lacks them, in which what was put in before has neither.
_LATER = {
    "digests": """
CREATE TABLE IF NOT EXISTS digests (
    version INTEGER PRIMARY KEY REFERENCES versions ON DELETE CASCADE,
    digest BLOB NOT NULL
)
""",
    "sentences": """
CREATE TABLE IF NOT EXISTS sentences (
    chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
    vectors BLOB NOT NULL
)
""",
}


class Connections:
    """Connections to one ledger: a pool for readers, and one for the writer."""

    def __init__(self, path: Path) -> None:
        """Open the ledger, making it when there is none; on a read-only disk it can only be read.

        Raises:
            LibraryDamaged: the file is no ledger, or was lost although its indexes are there.
            LibraryFull: it is not there and cannot be made.
        """
        self.path = path
        self.read_only = not os.access(path if path.exists() else path.parent, os.W_OK)
        self._idle: list[sqlite3.Connection] = []
        self._lock = Lock()
        self._writer: sqlite3.Connection | None = None
        with self.explained():
            self._prepare()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn SQLite's errors into the library's."""
        with storage("ledger", self.path.parent, sqlite3.Error, OSError):
            yield

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees one state of the ledger per statement."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        with self.explained():
            connection = connection or self._connect()
            try:
                yield connection
            finally:
                with self._lock:
                    self._idle.append(connection)

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """Run one transaction, for the thread that holds the writer lock.

        Args:
            durable: wait until the disk has it, so that it outlives a power cut.
        """
        with self.explained():
            if self._writer is None:
                self._writer = self._connect()
            writer = self._writer
            writer.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield writer
                writer.execute("COMMIT")
            except BaseException:
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in [*idle, *filter(None, [self._writer])]:
            connection.close()
        self._writer = None

    def _connect(self) -> sqlite3.Connection:
        if not self.read_only:
            connection = self._new(self.path.as_uri())
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA journal_mode = WAL")
            return connection
        try:
            connection = self._new(f"{self.path.as_uri()}?mode=ro")
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:  # a WAL ledger that no writer has open wants its files made anew
            connection = self._new(f"{self.path.as_uri()}?immutable=1")
        return connection

    def _new(self, uri: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, timeout=2.0, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA cache_size = -{CACHE}")
        connection.row_factory = sqlite3.Row
        return connection

    def _prepare(self) -> None:
        with self.reading() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
            pages = (
                db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0]
            )
        if version > VERSION:
            raise LibraryDamaged(
                f"The library in {self.path.parent} was made by a newer version of this program.",
                "Update it.",
            )
        if version == 0:
            self._create()
        elif self.path.stat().st_size < pages and not self.path.with_name(self.path.name + "-wal").exists():
            raise LibraryDamaged(f"The ledger {self.path} is cut short.", LEDGER_DAMAGED)
        lacking = [statement for name, statement in _LATER.items() if name not in tables]
        if lacking and not self.read_only:
            with self.writing() as db:
                for statement in lacking:
                    db.execute(statement)

    def _create(self) -> None:
        if any(self.path.parent.glob("vectors-*")):
            raise LibraryDamaged(
                f"The ledger {self.path} is missing or empty, although its indexes are there.",
                LEDGER_DAMAGED,
            )
        with self.writing() as db:
            if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _TABLES.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {VERSION}")
