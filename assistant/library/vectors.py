"""The vector index: Chroma, on disk, cosine. The only place that knows chromadb."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import Any

import numpy as np

from assistant.library.faults import storage
from assistant.types import Vectors

_NAME = "chunks"
_AT_ONCE = 1000
_BREADTH = 200
_LINKS = 32
_APART = 0.003


class VectorIndex:
    """One opened Chroma store.

    Chroma shares what it has in memory between all clients of a path in one process, and never notices what
    another process writes. So each index here is a system of its own: opening one shows the store as it is now.
    """

    def __init__(self, folder: Path) -> None:
        """Open the store, making it when there is none; the caller holds the turn of this store.

        Raises:
            LibraryDamaged: it cannot be opened or searched.
            LibraryFull: it cannot be written.
        """
        self._folder = folder
        self._users = 0
        self._free = Condition()
        with storage("vector index", folder, Exception):
            self._system, self._collection = _open(folder)
            some = self._collection.peek(1)["embeddings"]
            if len(some):  # Chroma loads at the first query, and must do so in our turn
                self.query(np.asarray(some, dtype=np.float32), 1)

    def query(self, vectors: Vectors, limit: int) -> list[list[tuple[int, float]]]:
        """Return, for each row, the nearest chunk ids with their cosines, best first."""
        with self._in_use():
            found = self._collection.query(query_embeddings=vectors, n_results=limit, include=["distances"])
        return [
            [(int(id_), 1.0 - distance) for id_, distance in zip(ids, distances, strict=True)]
            for ids, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def upsert(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Write these chunks; what was there under an id is replaced."""
        with self._in_use():
            for at in range(0, len(ids), _AT_ONCE):
                names = [str(id_) for id_ in ids[at : at + _AT_ONCE]]
                self._collection.upsert(ids=names, embeddings=_apart(vectors[at : at + _AT_ONCE], ids[at]))

    def delete(self, ids: Sequence[int]) -> None:
        """Remove these chunks; unknown ids are no error."""
        with self._in_use():
            for at in range(0, len(ids), _AT_ONCE):
                self._collection.delete(ids=[str(id_) for id_ in ids[at : at + _AT_ONCE]])

    def count(self) -> int:
        """Count the rows; says nothing about whether a query finds them."""
        with self._in_use():
            return int(self._collection.count())

    def ids(self) -> list[int]:
        """List the rows; says nothing about whether a query finds them."""
        with self._in_use():
            count = int(self._collection.count())
            pages = (
                self._collection.get(include=[], limit=_AT_ONCE, offset=at)["ids"]
                for at in range(0, count, _AT_ONCE)
            )
            return [int(id_) for page in pages for id_ in page]

    def close(self) -> None:
        """Let go of the store once nobody is using it any more."""
        with self._free:
            self._free.wait_for(lambda: self._users == 0)
            if self._system is not None:
                self._system.stop()
            self._system = self._collection = None

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        with self._free:
            self._users += 1
        try:
            with storage("vector index", self._folder, Exception):
                yield
        finally:
            with self._free:
                self._users -= 1
                self._free.notify_all()


def _apart(vectors: Vectors, seed: int) -> Vectors:
    """Move each vector a little: hundreds of equal ones would be linked with each other only, and hide others."""
    drawn = np.random.default_rng(seed).standard_normal(vectors.shape, dtype=np.float32)
    return np.asarray(vectors + drawn * np.float32(_APART / np.sqrt(vectors.shape[1])), dtype=np.float32)


def _open(folder: Path) -> tuple[Any, Any]:
    from chromadb.api.client import Client, SharedSystemClient
    from chromadb.config import Settings, System

    settings = Settings(anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder))
    system = System(settings)
    system.start()
    client = Client.from_system(system)
    SharedSystemClient._identifier_to_system.pop(str(folder), None)
    SharedSystemClient._identifier_to_refcount.pop(str(folder), None)
    hnsw = {"space": "cosine", "ef_search": _BREADTH, "max_neighbors": _LINKS}
    collection = client.get_or_create_collection(_NAME, embedding_function=None, configuration={"hnsw": hnsw})
    return system, collection
