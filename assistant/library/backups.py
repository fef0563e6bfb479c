"""Copies of the ledger, which is all that a library needs: its indexes are made from it.

They are taken by SQLite while others read and write. What can be read of a damaged ledger is saved article by article.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from assistant.errors import LibraryDamaged, UsageError
from assistant.library import checks
from assistant.library.faults import storage
from assistant.library.indexes import KINDS
from assistant.library.ledger import FILE
from assistant.library.lock import FolderLock
from assistant.library.rows import text_hash, to_article
from assistant.library.schema import Connections

RESCUED = "articles.jsonl"


def backup(folder: Path, target: Path) -> int:
    """Copy the ledger as it is now into a file, while others may write; return the number of its articles.

    Raises:
        UsageError: there is no library, or the file is there already.
        LibraryDamaged: the copy is not right, and was not kept.
    """
    path = _ledger(folder)
    if target.exists():
        raise UsageError(f"{target} is there already.", "Name another file.")
    new = target.with_name(f"{target.name}.new")
    with storage("ledger", folder, sqlite3.Error, OSError):
        new.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(path, timeout=10.0)) as live, closing(sqlite3.connect(new)) as copy:
                live.backup(copy)
            articles = _proven(new)
            with closing(sqlite3.connect(new)) as copy:
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, whatever reads it
            _settle(new)
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)
    return articles


def restore(folder: Path, source: Path, wait: float = 2.0) -> tuple[int, Path | None]:
    """Put a backup in the place of the ledger; the indexes are made anew when the library is opened next.

    Returns:
        The number of its articles, and where the ledger that was there is kept.

    Raises:
        UsageError: there is no such file.
        LibraryDamaged: the backup is damaged; nothing was changed.
        LibraryLocked: somebody is writing to the library.
    """
    if not source.is_file():
        raise UsageError(f"There is no {source}.", "Name a file that assistant backup made.")
    path = folder / FILE
    with storage("ledger", folder, sqlite3.Error, OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with FolderLock(folder / "writer.lock").held(wait):
            new = path.with_name(f"{FILE}.new")
            shutil.copyfile(source, new)
            try:
                articles = _proven(new)
                _as_new(new, folder)
                _settle(new)
                kept = _keep(path) if path.exists() else None
                new.replace(path)
            finally:
                new.unlink(missing_ok=True)
    return articles, kept


def rescue(folder: Path, target: Path) -> tuple[int, int]:
    """Copy a ledger, damaged or not, into a folder as it is, and write what can be read of it into a .jsonl file.

    Returns:
        The number of articles that were saved, and of those that could not be read or are not as they were put in.
    """
    path = _ledger(folder)
    with storage("ledger", folder, sqlite3.Error, OSError):
        target.mkdir(parents=True, exist_ok=True)
        for file in _files(path):
            if file.exists():
                shutil.copyfile(file, target / file.name)
        saved = lost = 0
        with (target / RESCUED).open("w", encoding="utf-8") as stream:
            for row in _readable(target / FILE):
                if row is None:
                    lost += 1
                    continue
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
                saved += 1
    return saved, lost


def _ledger(folder: Path) -> Path:
    path = folder / FILE
    if not path.is_file():
        raise UsageError(f"There is no library in {folder}.", "Set ASSISTANT_DATA_DIR, or pass --data-dir.")
    return path


def _files(path: Path) -> list[Path]:
    return [path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))]


def _proven(path: Path) -> int:
    """Read all of a copy and count its articles."""
    with closing(sqlite3.connect(path)) as db:
        if not db.execute("PRAGMA user_version").fetchone()[0]:
            raise LibraryDamaged(f"{path} is no ledger.", "Name a file that assistant backup made.")
    connections = Connections(path)
    try:
        checks.verify(connections)
        with connections.reading() as db:
            return int(db.execute("SELECT count(*) FROM versions WHERE state = 'live'").fetchone()[0])
    finally:
        connections.close()


def _as_new(path: Path, folder: Path) -> None:
    """Make a copied ledger name indexes that are not there, so that they are made from it."""
    taken = [int(one.name.rpartition("-")[2]) for kind in KINDS for one in folder.glob(f"{kind}-*")]
    free = max(taken, default=0) + 1
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for kind in KINDS:
            db.execute("UPDATE meta SET value = ? WHERE key = ?", (f"{kind}-{free}", kind))


def _keep(path: Path) -> Path:
    """Move a ledger aside."""
    kept = next(
        one for number in count(1) if not (one := path.with_name(f"ledger-before-{number}.sqlite3")).exists()
    )
    for file in _files(path):
        with suppress(FileNotFoundError):
            file.replace(kept.with_name(file.name.replace(FILE, kept.name)))
    path.with_name(f"{FILE}.seal").unlink(missing_ok=True)
    return kept


def _settle(path: Path) -> None:
    """Wait until the disk has a file."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _readable(path: Path) -> Iterator[dict[str, Any] | None]:
    """Yield the live articles one by one, None for each that cannot be read or whose text was altered."""
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        for number in range(1, _highest(db) + 1):
            try:
                row = db.execute(
                    "SELECT * FROM versions WHERE id = ? AND state = 'live'", (number,)
                ).fetchone()
                if row is None:
                    continue
                article = {**asdict(to_article(row)), "published": row["published"]}
                whole = text_hash(row["text"]) == row["text_hash"]
            except (sqlite3.Error, ValueError, TypeError, AttributeError):
                yield None
                continue
            yield article if whole else None


def _highest(db: sqlite3.Connection) -> int:
    for sql in ("SELECT max(id) FROM versions", "SELECT seq FROM sqlite_sequence WHERE name = 'versions'"):
        with suppress(sqlite3.Error):
            return int(db.execute(sql).fetchone()[0] or 0)
    return 0
