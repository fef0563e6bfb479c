"""Turn what the stores raise into errors for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage

from assistant.errors import LibraryDamaged, LibraryError, LibraryFull, LibraryLocked

_LOCKED = ("database is locked", "database table is locked", "database is busy")
_FULL = (
    "no space left",
    "disk is full",
    "file too large",
    "disk quota",
    "(code: 13)",
    "(code: 778)",
    "(code: 4874)",
)
_FULL_LEDGER = (
    "SQLITE_FULL",
    "SQLITE_IOERR_WRITE",
    "SQLITE_IOERR_FSYNC",
    "SQLITE_IOERR_TRUNCATE",
    "SQLITE_IOERR_SHMSIZE",
)
LEDGER_DAMAGED = (
    "Restore a backup (assistant restore FILE), or save what can be read (assistant rescue FOLDER)."
)
_PANIC = "PanicException"  # of stores written in Rust; it is no Exception
_LEAST_ROOM = 1 << 18
_READ_ONLY = ("read-only", "readonly", "permission denied", "operation not permitted")


def explain(error: BaseException, store: str, folder: Path) -> LibraryError:
    """Choose the library's error for one that a store raised.

    Args:
        error: what SQLite, Chroma, tantivy or the file system raised.
        store: what was being used, for people ("ledger", "vector index").
        folder: where the library is.
    """
    text = " ".join(map(str, _chain(error))).lower()
    if any(sign in text for sign in _LOCKED):
        return locked(folder)
    if (
        any(sign in text for sign in _FULL)
        or getattr(error, "sqlite_errorname", "") in _FULL_LEDGER
        or _is_full(folder)
    ):
        return LibraryFull(
            f"The disk is full or fails: the {store} in {folder} could not be written.",
            "Make room and run the same command again; nothing that was reported as added is lost.",
        )
    if any(sign in text for sign in _READ_ONLY):
        return LibraryFull(
            f"The {store} in {folder} cannot be written: {error}.",
            "Check the folder's permissions, or set ASSISTANT_DATA_DIR.",
        )
    hint = LEDGER_DAMAGED if store == "ledger" else "Run: assistant doctor"
    return LibraryDamaged(f"The {store} in {folder} cannot be used: {error}.", hint)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came from; the stores hide a full disk behind what it led to."""
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _is_full(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return disk_usage(folder).free < _LEAST_ROOM
    except OSError:
        return False


def locked(folder: Path) -> LibraryLocked:
    """Make the error for a library that somebody else writes to."""
    return LibraryLocked(
        f"Another process is writing to the library in {folder}.",
        "Wait until it has finished, then try again.",
    )


@contextmanager
def storage(store: str, folder: Path, *kinds: type[BaseException]) -> Iterator[None]:
    """Explain whatever of these kinds is raised inside; errors of the library pass as they are."""
    try:
        yield
    except LibraryError:
        raise
    except kinds as error:
        raise explain(error, store, folder) from error
    except BaseException as error:
        if type(error).__name__ == _PANIC:
            raise explain(error, store, folder) from error
        raise
