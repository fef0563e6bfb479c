"""Chunks that share words with a question, always up to date with the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock

from assistant.errors import LibraryDamaged
from assistant.library.ledger import Ledger
from assistant.library.terms import FIELDS, TermIndex, Terms
from assistant.types import Filters

_log = logging.getLogger(__name__)
_SELECTIVE = 0.2
TRANSLATED = "translated"

Search = Callable[[int, Filters | None], list[tuple[int, float]]]


class LexicalSearch:
    """Search by words; without an index that can be read it finds nothing and says so in the log."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        """Search the index that the ledger of this folder names."""
        self._folder = folder
        self._ledger = ledger
        self._lock = Lock()
        self._index: TermIndex | None = None
        self._name = ""
        self._generation = -1

    def matching(
        self,
        terms: Terms,
        limit: int,
        filters: Filters | None,
        translated: Sequence[Mapping[str, float]] = (),
    ) -> dict[str, list[tuple[int, float]]]:
        """Return, for each field and for the translated stems, the live chunks that pass the filter, best first."""
        try:
            index = self.current()
            if index is not None and limit > 0:
                return self._search(index, terms, limit, filters, translated)
        except LibraryDamaged as error:
            _log.warning("Searching without words: %s", error)
        return {name: [] for name in (*FIELDS, TRANSLATED)}

    def warm(self) -> None:
        """Open the index.

        Raises:
            LibraryDamaged: it cannot be opened.
        """
        self.current()

    def _search(
        self,
        index: TermIndex,
        terms: Terms,
        limit: int,
        filters: Filters | None,
        translated: Sequence[Mapping[str, float]],
    ) -> dict[str, list[tuple[int, float]]]:
        selective = bool(filters) and self._share(filters) < _SELECTIVE
        searches: dict[str, Search] = {
            "stems": partial(index.search, "stems", terms.stems),
            "grams": partial(index.search, "grams", terms.grams),
            TRANSLATED: partial(index.search_any, "stems", translated),
        }
        return {name: self._live(search, limit, filters, selective) for name, search in searches.items()}

    def current(self) -> TermIndex | None:
        """Return the index as the ledger's generation has it."""
        generation = self._ledger.generation
        with self._lock:
            if generation != self._generation:
                self._generation = generation
                self._refresh()
            return self._index

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            index, self._index, self._generation = self._index, None, -1
        if index:
            index.close()

    def _refresh(self) -> None:
        name = str(self._ledger.note("terms"))
        if self._index is not None and self._name == name:
            self._index.reload()
            return
        if self._index is not None:
            self._index.close()
        self._index, self._name = None, name
        if (self._folder / name).exists():
            self._index = TermIndex(self._folder / name, read_only=self._ledger.read_only)

    def _share(self, filters: Filters | None) -> float:
        return self._ledger.count_chunks(filters) / max(1, self._ledger.count_chunks())

    def _live(
        self, search: Search, limit: int, filters: Filters | None, selective: bool
    ) -> list[tuple[int, float]]:
        fetch = limit + 16 if selective or not filters else limit * 4
        while True:
            hits = search(fetch, filters if selective else None)
            live = self._ledger.live((id_ for id_, _ in hits), filters)
            if len(live) >= limit or len(hits) < fetch:
                return [hit for hit in hits if hit[0] in live][:limit]
            fetch *= 4
