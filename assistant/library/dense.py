"""Nearest chunks: Chroma for what it has seen, exactly for the rest and for what a filter leaves."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from assistant.errors import LibraryDamaged
from assistant.library.ledger import Ledger
from assistant.library.recent import Recent
from assistant.library.vectors import VectorIndex
from assistant.types import Filters, Vectors

_log = logging.getLogger(__name__)
EXACT = 20_000
FRESH = 12_000  # an exact search of these takes a few milliseconds; importing and opening Chroma takes most of a second
_CACHED = 3
_Matrix = tuple[NDArray[np.int64], Vectors]
_Store = tuple[VectorIndex, int, str]


class DenseSearch:
    """Search by vector, always up to date with the ledger.

    An open Chroma store does not see what others write, and opening a big one takes a while. So what came after
    it was opened is searched exactly, and it is opened again when that has become much.
    """

    def __init__(
        self,
        ledger: Ledger,
        dimension: int,
        reopen: Callable[[], VectorIndex | None],
        fresh: int = FRESH,
        exact: int = EXACT,
    ) -> None:
        """Search what this ledger holds.

        Args:
            ledger: says what is live.
            dimension: length of the vectors.
            reopen: opens the store as it is now, or returns None when that is not possible.
            fresh: how many chunks the store may lag before it is opened again.
            exact: up to how many chunks that pass a filter are searched exactly.
        """
        self._ledger = ledger
        self._dimension = dimension
        self._reopen = reopen
        self._fresh = fresh
        self._exact = exact
        self._lock = Lock()
        self._store: _Store | None = None
        self._held = False
        self._tried = -1
        self._matrices: Recent[_Matrix] = Recent(_CACHED)

    def nearest(self, vector: Vectors, limit: int, filters: Filters | None) -> list[tuple[int, float]]:
        """Return the nearest live chunks that pass the filter, with their cosines."""
        vector = np.asarray(vector, dtype=np.float32).reshape(1, self._dimension)
        generation = self._ledger.generation
        if filters and self._ledger.count_chunks(filters) <= self._exact:
            return _best(self._matrix(generation, filters, -1), vector, limit)
        store, found = self._from_store(generation, vector, limit, filters)
        born = store[1] if store else -1
        found = dict(_best(self._matrix(generation, filters, born), vector, limit)) | found
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]

    def use(self, index: VectorIndex | None, born: int = -1) -> None:
        """Search this store from now on, which has everything up to generation `born`.

        It is the writer's, and no reader puts another in its place, until `release` or until it is None.
        """
        with self._lock:
            old, self._store = self._store, self._stored(index, born)
            self._held = index is not None
        if old and old[0] is not index:
            old[0].close()

    def release(self) -> None:
        """Let readers put a newer store in the place of the writer's."""
        with self._lock:
            self._held = False

    def _replace(self, index: VectorIndex | None, born: int = -1) -> None:
        """Put a store in the place of one that is not the writer's; the one that is not kept is closed."""
        with self._lock:
            unused = index if self._held else self._store and self._store[0]
            if not self._held:
                self._store = self._stored(index, born)
        if unused:
            unused.close()

    def _stored(self, index: VectorIndex | None, born: int) -> _Store | None:
        return (index, born, str(self._ledger.note("vectors"))) if index else None

    @property
    def store(self) -> VectorIndex | None:
        """The store that is searched now."""
        store = self._store
        return store[0] if store else None

    def warm(self) -> None:
        """Open the store if it will be searched.

        Raises:
            LibraryDamaged: it cannot be opened.
        """
        self._current(self._ledger.generation)

    def _current(self, generation: int) -> _Store | None:
        store = self._store
        if self._held:
            return store
        if store and store[2] != self._ledger.note("vectors"):
            self._replace(None)
            store = None
        born = store[1] if store else -1
        if self._tried != generation and self._ledger.count_chunks(None, born) > self._fresh:
            self._tried = generation
            index = self._reopen()
            if index is not None:
                self._replace(index, generation)
        return self._store

    def _from_store(
        self, generation: int, vector: Vectors, limit: int, filters: Filters | None
    ) -> tuple[_Store | None, dict[int, float]]:
        store = None
        for _ in range(2):  # the first may be closed by another thread that opened it anew
            try:
                store = self._current(generation)
                if store is None:
                    break
                return store, self._live(store[0], vector, limit, filters)
            except LibraryDamaged as error:
                if self._store is store:
                    _log.warning("Searching without the vector index: %s", error)
                    self._replace(None)
        return None, {}

    def _live(
        self, index: VectorIndex, vector: Vectors, limit: int, filters: Filters | None
    ) -> dict[int, float]:
        fetch = limit + 16 if not filters else limit * 4
        while True:
            hits = index.query(vector, fetch)[0]
            live = self._ledger.live((id_ for id_, _ in hits), filters)
            if len(live) >= limit or len(hits) < fetch:
                return {id_: score for id_, score in hits if id_ in live}
            fetch *= 4

    def _matrix(self, generation: int, filters: Filters | None, born: int) -> _Matrix:
        return self._matrices.get(
            (generation, filters, born), lambda: self._ledger.matrix(filters, born, self._dimension)
        )


def _best(matrix: _Matrix, vector: Vectors, limit: int) -> list[tuple[int, float]]:
    ids, vectors = matrix
    scores = np.einsum(
        "ij,j->i", vectors, vector[0]
    )  # BLAS would wake every core, and wait for it on a busy machine
    if limit < len(scores):
        kept = np.argpartition(-scores, limit - 1)[:limit]
        ids, scores = ids[kept], scores[kept]
    order = np.lexsort((ids, -scores))
    return [(int(ids[at]), float(scores[at])) for at in order]
