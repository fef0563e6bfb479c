"""Bring articles into the ledger and both indexes, all or nothing, and mend what an interrupted writer left.

The order of steps makes every crash harmless: the ledger keeps a version as pending; Chroma has its vectors;
tantivy has its words; the ledger flips it live and retires what it replaces, in one transaction; only then is
what is retired removed, from the ledger last. Articles that come close together go through the steps together.
"""

from __future__ import annotations

import logging
import shutil
import time
from uuid import uuid4

from assistant.errors import LibraryError
from assistant.library.dense import DenseSearch
from assistant.library.failpoints import reach
from assistant.library.indexes import AT_START, KINDS, TURN, Indexes, Progress
from assistant.library.ledger import Ledger
from assistant.library.lock import FolderLock
from assistant.library.terms import TermIndex
from assistant.library.vectors import VectorIndex

_GROUP = 256
_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Writer:
    """The steps of writing; whoever calls them holds the writer lock."""

    def __init__(self, ledger: Ledger, indexes: Indexes, dense: DenseSearch, turn: FolderLock) -> None:
        """Write to these; `turn` is the lock of the vector index."""
        self._ledger = ledger
        self._indexes = indexes
        self._dense = dense
        self._turn = turn
        self._name = uuid4().hex
        self._vectors: VectorIndex | None = None
        self._terms: TermIndex | None = None
        self._chunks = 0
        self._since: float | None = None

    def needed(self) -> bool:
        """Tell whether something has to be mended."""
        ledger, indexes = self._ledger, self._indexes
        if ledger.note("writing") or ledger.unfinished():
            return True
        return bool(indexes.strays() or indexes.lagging() or indexes.altered() or indexes.ahead())

    def postponed(self) -> bool:
        """Tell whether an index of a big library is missing, so that mending has to wait for whoever writes next."""
        chunks, crashed = self._ledger.count_chunks(), bool(self._ledger.note("writing"))
        lost = self._indexes.lost(crashed=crashed) if chunks > AT_START else []
        if lost:
            _log.warning(
                "The %s index is lost or damaged. Until it is made anew from the ledger, the search is slower, or knows no words."
                " Run: assistant rebuild (some minutes for %d chunks); the next ingest does it too.",
                " and the ".join(lost),
                chunks,
            )
        return bool(lost)

    def begin(self) -> None:
        """Open both indexes for writing, and mend what needs it."""
        crashed = bool(self._ledger.note("writing"))
        alone = not crashed and self._ledger.note("writer") == self._name
        lost = self._indexes.ahead()
        self._prepare()
        if lost:
            _log.warning(
                "The ledger lacks its newest changes. Restore a backup, or ingest again what came last."
            )
        try:
            self._vectors = self._dense.store if alone and not lost and not self._indexes.lagging() else None
            if lost:
                self._vectors, self._terms = self._indexes.new_vectors(), self._indexes.new_terms()
            elif self._vectors is None:
                self._vectors = self._indexes.open_vectors(crashed=crashed)
            self._terms = self._terms or self._indexes.open_terms(crashed=crashed)
            self._dense.use(self._vectors, self._ledger.generation)
            reach("opened")
            self._collect()
        except LibraryError:
            self._let_go()
            raise

    def added(self, chunks: int) -> None:
        """Note that a version is pending; finish the group when it is big or old enough."""
        reach("pending kept")
        self._since = self._since or time.monotonic()
        self._chunks += chunks
        if self._chunks >= _GROUP or time.monotonic() - self._since > _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Make what is pending live, all of it together, and collect what is retired."""
        try:
            if self._since is None:
                self._collect()
                return
            self._write_vectors()
            self._write_terms()
            self._flip()
            self._collect()
            if self._indexes.worn():
                self._vectors = self._indexes.new_vectors()
                self._dense.use(self._vectors, self._ledger.generation)
        except LibraryError:
            self._let_go()
            raise

    def end(self) -> None:
        """Finish what is pending; after a failure the next start does."""
        if self._terms is None:
            return
        self.flush()
        self._terms.stop_writing()
        reach("writing stopped")
        self._indexes.seal()
        self._ledger.set_notes(writing=0)
        reach("ended")
        self._terms.close()
        self._dense.release()
        self._vectors = self._terms = None

    def rebuild(self, progress: Progress | None) -> None:
        """Make both indexes anew from the ledger, without encoding; what was wrong with the old ones does not matter."""
        begun = self._terms is not None
        if begun:
            self.flush()
        else:
            self._prepare()
        try:
            self._vectors = self._indexes.new_vectors(progress, sure=True)
            self._dense.use(self._vectors, self._ledger.generation)
            if self._terms:
                self._terms.close()
            self._terms = self._indexes.new_terms()
            self._collect()
        except LibraryError:
            self._let_go()
            raise
        if not begun:
            self.end()

    def _prepare(self) -> None:
        """Note that somebody writes, and drop what an interrupted writer left."""
        self._ledger.set_notes(writing=1, writer=self._name)
        reach("begun")
        dropped = self._ledger.drop_pending()
        reach("pending dropped")
        if dropped:
            _log.warning("%d articles that an interrupted ingest left half done were dropped.", dropped)
        for stray in self._indexes.strays():
            shutil.rmtree(stray, ignore_errors=True)

    def _write_vectors(self) -> None:
        with self._turn.held(TURN):
            self._indexes.fill_vectors(self._open()[0], self._ledger.versions("pending"))
        reach("vectors written")

    def _write_terms(self) -> None:
        self._indexes.fill_terms(self._open()[1], self._ledger.versions("pending"))
        reach("terms written")

    def _flip(self) -> None:
        for kind in KINDS:
            self._indexes.stamp(kind, self._ledger.generation + 1)
            reach("stamped")
        born = self._ledger.flip()
        reach("live")
        self._dense.use(self._open()[0], born)
        self._since, self._chunks = None, 0

    def _collect(self) -> None:
        retired = self._ledger.retired()
        if not retired:
            return
        vectors, terms = self._open()
        with self._turn.held(TURN):
            vectors.delete([chunk for version in retired for chunk in version.chunks])
        reach("vectors collected")
        for version in retired:
            terms.remove(version.id)
        terms.commit()
        reach("terms collected")
        self._ledger.forget(version.id for version in retired)
        reach("forgotten")

    def _open(self) -> tuple[VectorIndex, TermIndex]:
        if self._vectors is None or self._terms is None:
            raise LibraryError("The library could not be written.", "See the error before this one.")
        return self._vectors, self._terms

    def _let_go(self) -> None:
        self._dense.use(None)
        if self._terms:
            self._terms.close()
        self._vectors = self._terms = None
        self._since, self._chunks = None, 0
