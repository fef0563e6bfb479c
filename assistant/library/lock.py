"""Locks between processes: one writer, and short turns at the vector index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from filelock import FileLock, Timeout

from assistant.library.faults import explain, locked


class FolderLock:
    """An OS file lock, free again when its process dies; the thread that holds it may take it again."""

    def __init__(self, path: Path) -> None:
        """Lock on this file, which is made when needed."""
        self._folder = path.parent
        self._file = FileLock(path, thread_local=False)
        self._threads = RLock()

    @contextmanager
    def held(self, wait: float) -> Iterator[None]:
        """Hold the lock.

        Raises:
            LibraryLocked: it did not come free within `wait` seconds.
            LibraryFull: the folder cannot be written to.
        """
        if not self._threads.acquire(timeout=wait):
            raise locked(self._folder)
        try:
            self._acquire(wait)
            try:
                yield
            finally:
                self._file.release()
        finally:
            self._threads.release()

    def _acquire(self, wait: float) -> None:
        try:
            self._file.acquire(timeout=wait, poll_interval=0.02)
        except Timeout as error:
            raise locked(self._folder) from error
        except OSError as error:
            raise explain(error, "lock", self._folder) from error
