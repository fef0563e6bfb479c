"""How near chunks and their sentences lie to a question: read from the ledger, and remembered for a while."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

import numpy as np

from assistant.library import queries
from assistant.library.rows import HALF
from assistant.library.schema import Connections
from assistant.types import Vectors

REMEMBERED = 4_096  # chunks; some 3 KB each


class _Row(NamedTuple):
    """What is stored of a chunk: its vector, those of its sentences and the lengths of these."""

    vector: bytes
    sentences: bytes
    norms: Vectors


class Nearness:
    """Cosines with stored vectors, for many threads. The vectors of a chunk never change, so they are remembered."""

    def __init__(self, connections: Connections, dimension: int) -> None:
        """Read vectors of this dimension through these connections."""
        self._connections = connections
        self._dimension = dimension
        self._lock = Lock()
        self._rows: dict[int, _Row] = {}

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """Return the vectors of chunks, a row for each; zeros for one that is not there."""
        return self._own(self._read(ids), ids)

    def cosines(self, vector: Vectors, ids: Sequence[int]) -> tuple[Vectors, Vectors]:
        """Return the cosine of each chunk with a vector of unit length, and that of its nearest sentence.

        A chunk without sentences has its own cosine for theirs; one that is not there has 0 for both.
        """
        # einsum, since BLAS would wake every core, and wait for it on a busy machine
        rows = self._read(ids)
        own = np.einsum("ij,j->i", self._own(rows, ids), vector)
        nearest = own.copy()
        spoken = [(at, rows[one]) for at, one in enumerate(ids) if one in rows and len(rows[one].norms)]
        if spoken:
            packed = self._matrix((row.sentences for _, row in spoken), np.dtype(np.int8))
            cosines = np.einsum("ij,j->i", packed, vector) / np.concatenate([row.norms for _, row in spoken])
            starts = np.cumsum([0, *(len(row.norms) for _, row in spoken[:-1])])
            nearest[[at for at, _ in spoken]] = np.maximum.reduceat(cosines, starts)
        return own, nearest

    def sentences(self, ids: Iterable[int]) -> dict[int, Vectors]:
        """Return the vectors of the sentences of those chunks that have them: unit length, shape (sentences, dimension) each."""
        rows = {one: row for one, row in self._read(ids).items() if len(row.norms)}
        vectors = self._matrix((row.sentences for row in rows.values()), np.dtype(np.int8))
        ends = np.cumsum([0, *(len(row.norms) for row in rows.values())])
        return {
            one: vectors[start:end] / row.norms[:, None]
            for (one, row), (start, end) in zip(rows.items(), pairwise(ends), strict=True)
        }

    def _own(self, rows: Mapping[int, _Row], ids: Sequence[int]) -> Vectors:
        nothing = bytes(self._dimension * HALF.itemsize)
        return self._matrix((rows[one].vector if one in rows else nothing for one in ids), HALF)

    def _matrix(self, rows: Iterable[bytes], kind: np.dtype) -> Vectors:
        return np.frombuffer(b"".join(rows), kind).reshape(-1, self._dimension).astype(np.float32)

    def _read(self, ids: Iterable[int]) -> dict[int, _Row]:
        """Return what is stored of those chunks that are there."""
        with self._lock:
            rows = {one: self._rows.get(one) for one in ids}
        if missing := [one for one, row in rows.items() if row is None]:
            read = self._load(missing)
            rows |= read
            with self._lock:
                self._rows |= read
                for one in list(self._rows)[: max(0, len(self._rows) - REMEMBERED)]:
                    del self._rows[one]
        return {one: row for one, row in rows.items() if row is not None}

    def _load(self, ids: Sequence[int]) -> dict[int, _Row]:
        asked = {"ids": queries.numbers(ids), "size": self._dimension * HALF.itemsize}
        with self._connections.reading() as db:
            found = db.execute(queries.VECTORS_OF, asked).fetchall()
        packed = self._matrix((row["sentences"] for row in found), np.dtype(np.int8))
        norms = np.maximum(np.sqrt(np.einsum("ij,ij->i", packed, packed)), np.float32(1e-9))
        ends = np.cumsum([0, *(len(row["sentences"]) // self._dimension for row in found)])
        return {
            row["id"]: _Row(row["vector"], row["sentences"], norms[start:end].copy())
            for row, (start, end) in zip(found, pairwise(ends), strict=True)
        }
