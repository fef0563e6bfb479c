"""Open both indexes for writing, bring one that lags up to date, and make one that is lost or damaged anew."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np

from assistant.errors import LibraryDamaged
from assistant.library.failpoints import reach
from assistant.library.faults import storage
from assistant.library.ledger import Ledger
from assistant.library.lock import FolderLock
from assistant.library.rows import Version
from assistant.library.seals import Seal
from assistant.library.terms import TermIndex, Terms
from assistant.library.vectors import VectorIndex
from assistant.types import Article, Chunk, Vectors

Progress = Callable[[int, int], None]
KINDS = ("vectors", "terms")
TURN = 30.0
AT_START = 12_000  # chunks of which an index is made anew in seconds; what is bigger does not hold up a start
_STAMP = "generation"
_BATCH = 256
_SAMPLE = 20
_TOLERATED = 0.05  # the search is approximate
_ROUNDS = 5
_WORN = 2000  # chunks written beyond those that are live; Chroma never gives back the room of what is deleted
_Index = TypeVar("_Index")
_log = logging.getLogger(__name__)


class Indexes:
    """The folders of the two indexes; the ledger names which are in use, so a new one is switched to at once."""

    def __init__(
        self, folder: Path, ledger: Ledger, turn: FolderLock, terms_of: Callable[[Article, Chunk], Terms]
    ) -> None:
        """Keep the indexes of the library in this folder; `turn` is the lock of the vector index."""
        self._folder = folder
        self._ledger = ledger
        self._turn = turn
        self.terms_of = terms_of

    def path(self, kind: str) -> Path:
        """Return the folder in use."""
        return self._folder / str(self._ledger.note(kind))

    def lagging(self) -> list[str]:
        """Name the indexes that lack something live."""
        newest = self._ledger.newest()
        return [kind for kind in KINDS if newest > stamp(self.path(kind))]

    def altered(self) -> list[str]:
        """Name the indexes whose files are not as the last writer left them."""
        there = [kind for kind in KINDS if self.path(kind).exists()]
        return [kind for kind in there if not Seal.of(self.path(kind)).holds()]

    def lost(self, *, crashed: bool) -> list[str]:
        """Name the indexes that are not there, after removing those that have to be made anew."""
        wrong = [] if crashed else self.altered()
        if crashed and stamp(self.path("vectors")) >= 0:
            try:
                self.read_vectors(TURN, sealed=False).close()
            except LibraryDamaged:
                wrong = ["vectors"]
        for kind in wrong:
            shutil.rmtree(self.path(kind), ignore_errors=True)
        return [kind for kind in KINDS if stamp(self.path(kind)) < 0]

    def worn(self) -> bool:
        """Tell whether about half of what was written to the vector index is no longer live, and makes it big."""
        written = int(self._ledger.note("next_chunk")) - int(self._ledger.note("vectors_from") or 0)
        return written > self._ledger.count_chunks() + _WORN

    def ahead(self) -> bool:
        """Tell whether an index has seen a generation that the ledger no longer knows: its newest changes are lost."""
        known = self._ledger.generation + self._ledger.unfinished()
        return any(stamp(self.path(kind)) > known for kind in KINDS)

    def seal(self) -> None:
        """Seal both indexes as they are now."""
        for kind in KINDS:
            with self._turn.held(TURN):
                Seal.of(self.path(kind)).put()

    def strays(self) -> list[Path]:
        """List index folders that are not in use: left by an interrupted rebuild."""
        used = {self.path(kind) for kind in KINDS}
        return [path for kind in KINDS for path in self._folder.glob(f"{kind}-*") if path not in used]

    def read_vectors(self, wait: float, *, sealed: bool) -> VectorIndex:
        """Open the vector index as it is now.

        Args:
            wait: seconds to wait for a writer that uses it.
            sealed: nobody is writing and no writer was interrupted, so its files must be as they were left.

        Raises:
            LibraryDamaged: it cannot be opened, or lacks what it once had.
            LibraryLocked: a writer was using it for all of `wait` seconds.
        """
        path = self.path("vectors")
        with self._turn.held(wait):
            if sealed and not Seal.of(path).holds():
                raise LibraryDamaged(
                    f"Files of the vector index {path} are not as they were left.", "Run: assistant rebuild"
                )
            index = VectorIndex(path)
            if sealed:  # opening it changes its files
                Seal.of(path).put()
            lags = stamp(path) < self._ledger.newest()
            lost = (
                []
                if lags
                else [unreachable(index, version) for version in self._ledger.versions("live", newest=3)]
            )
        if lost and all(lost):
            index.close()
            raise LibraryDamaged(f"The vector index {path} lacks what it had.", "Run: assistant rebuild")
        return index

    def open_vectors(self, *, crashed: bool) -> VectorIndex:
        """Open the vector index with everything live in it; `crashed` tells that a writer was interrupted."""
        path = self.path("vectors")
        if stamp(path) < 0:
            return self._lost("vectors", "it is not there", self.new_vectors)
        try:
            index = self.read_vectors(TURN, sealed=not crashed)
            with self._turn.held(TURN):
                self.fill_vectors(index, self._ledger.versions("live", stamp(path)))
            if crashed:
                self._check_vectors(index)
        except LibraryDamaged as error:
            return self._lost("vectors", str(error), self.new_vectors)
        self.stamp("vectors", self._ledger.generation)
        return index

    def open_terms(self, *, crashed: bool) -> TermIndex:
        """Open the lexical index with everything live in it; `crashed` tells that a writer was interrupted."""
        path = self.path("terms")
        if stamp(path) < 0:
            return self._lost("terms", "it is not there", self.new_terms)
        try:
            if not crashed and not Seal.of(path).holds():
                raise LibraryDamaged("its files are not as they were left")
            index = TermIndex(path)
            self.fill_terms(index, self._ledger.versions("live", stamp(path)))
            if index.count() < self._ledger.count_chunks():
                raise LibraryDamaged("chunks are missing from it")
        except LibraryDamaged as error:
            return self._lost("terms", str(error), self.new_terms)
        self.stamp("terms", self._ledger.generation)
        return index

    def new_vectors(self, progress: Progress | None = None, *, sure: bool = False) -> VectorIndex:
        """Make a vector index from the ledger and switch to it; to be `sure`, search it for every chunk."""
        path = self.next_path("vectors")
        index = VectorIndex(path)
        self.fill_vectors(index, self._counted(progress))
        if sure:
            self.make_findable(index)
        self._check_vectors(index)
        self._switch("vectors", path)
        return index

    def new_terms(self, progress: Progress | None = None) -> TermIndex:
        """Make a lexical index from the ledger and switch to it."""
        path = self.next_path("terms")
        index = TermIndex(path)
        self.fill_terms(index, self._counted(progress))
        self._switch("terms", path)
        return index

    def fill_vectors(self, index: VectorIndex, versions: Iterable[Version]) -> None:
        """Write the vectors of versions."""
        for batch in _batches(versions):
            ids = [chunk.id for version in batch for chunk in version.chunks]
            index.upsert(ids, np.concatenate([version.vectors for version in batch]))

    def fill_terms(self, index: TermIndex, versions: Iterable[Version]) -> None:
        """Write the words of versions and commit them."""
        version = None
        for version in versions:
            terms = ((chunk.id, self.terms_of(version.article, chunk)) for chunk in version.chunks)
            index.add(version.id, version.article, terms)
        if version:
            reach("terms added")
            index.commit()

    def stamp(self, kind: str, generation: int) -> None:
        """Note that an index has everything that is live in this generation."""
        _set_stamp(self.path(kind), generation)

    def make_findable(self, index: VectorIndex) -> None:
        """Write again, in other neighbourhoods, the chunks that a query by their own vector does not find."""
        for _ in range(_ROUNDS):
            lost: dict[int, Vectors] = {}
            for version in self._ledger.versions("live"):
                gone = set(unreachable(index, version))
                pairs = zip(version.chunks, version.vectors, strict=True)
                lost |= {chunk.id: vector for chunk, vector in pairs if chunk.id in gone}
            if not lost:
                return
            index.upsert(list(lost), np.array(list(lost.values())))

    def _check_vectors(self, index: VectorIndex) -> None:
        if index.count() < self._ledger.count_chunks():
            raise LibraryDamaged("chunks are missing from it")
        sample = list(self._ledger.versions("live", newest=_SAMPLE))
        lost = sum(len(unreachable(index, version)) for version in sample)
        if lost > _TOLERATED * sum(len(version.chunks) for version in sample):
            raise LibraryDamaged(f"queries do not find {lost} of its newest chunks")

    def _counted(self, progress: Progress | None) -> Iterator[Version]:
        total, done = self._ledger.count_chunks(), 0
        for version in self._ledger.versions("live"):
            yield version
            done += len(version.chunks)
            if progress:
                progress(done, total)

    def next_path(self, kind: str) -> Path:
        """Choose a folder for an index that is made anew."""
        number = int(self.path(kind).name.rpartition("-")[2])
        path = self._folder / f"{kind}-{number + 1}"
        shutil.rmtree(path, ignore_errors=True)
        return path

    def _switch(self, kind: str, path: Path) -> None:
        reach("index filled")
        old = self.path(kind)
        _set_stamp(path, self._ledger.generation)
        first = int(self._ledger.note("next_chunk"))
        self._ledger.set_notes(moved=True, **{kind: path.name, f"{kind}_from": first})
        reach("index switched")
        shutil.rmtree(old, ignore_errors=True)
        reach("old index removed")

    def _lost(self, kind: str, why: str, make: Callable[[], _Index]) -> _Index:
        if self._ledger.newest() >= 0:
            _log.warning("The %s index is made anew from the ledger: %s", kind, why)
        return make()


def stamp(path: Path) -> int:
    """Return the generation that an index has everything of; -1 when it is not there."""
    try:
        return int((path / _STAMP).read_text("ascii"))
    except (OSError, ValueError):
        return -1


def unreachable(index: VectorIndex, version: Version) -> list[int]:
    """Return the chunks of a version that a query by their own vector does not find, equals aside."""
    found = index.query(version.vectors, 10)
    lost = []
    for chunk, hits in zip(version.chunks, found, strict=True):
        if chunk.id not in {id_ for id_, _ in hits} and (not hits or hits[-1][1] < 0.999):
            lost.append(chunk.id)
    return lost


def _set_stamp(path: Path, generation: int) -> None:
    with storage("index", path.parent, OSError):
        new = path / f"{_STAMP}.new"
        new.write_text(str(generation), "ascii")
        reach("stamping")
        new.replace(path / _STAMP)


def _batches(versions: Iterable[Version]) -> Iterator[list[Version]]:
    batch: list[Version] = []
    for version in versions:
        batch.append(version)
        if sum(len(version.chunks) for version in batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
