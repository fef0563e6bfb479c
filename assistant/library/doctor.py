"""Look for anything wrong in a library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from assistant.errors import LibraryError
from assistant.library.indexes import KINDS, Indexes, stamp, unreachable
from assistant.library.ledger import Ledger
from assistant.library.lexical import LexicalSearch
from assistant.library.records import Finding
from assistant.library.rows import Version
from assistant.library.vectors import VectorIndex

_SAMPLE = 50


def examine(
    folder: Path,
    ledger: Ledger,
    indexes: Indexes,
    lexical: LexicalSearch,
    open_vectors: Callable[[], VectorIndex | None],
    *,
    deep: bool,
) -> list[Finding]:
    """Examine a library; `deep` looks at every chunk instead of a sample."""
    findings = [
        _contents(ledger),
        _sizes(folder),
        _integrity(ledger),
        _encoder(ledger),
        _offsets(ledger, deep),
    ]
    findings += [_unfinished(ledger), _copies(ledger)]
    findings += [_lag(ledger, indexes, kind) for kind in KINDS]
    return [*findings, _words(ledger, lexical), *_vectors(ledger, open_vectors, deep)]


def _contents(ledger: Ledger) -> Finding:
    counts = ledger.counts()
    dates = f", from {counts.first} to {counts.last}" if counts.first else ""
    languages = ", ".join(f"{language or 'unknown'} {count}" for language, count in counts.languages.items())
    detail = f"{counts.articles} articles ({languages or 'none'}), {counts.chunks} chunks{dates}"
    return Finding(name="contents", ok=True, detail=detail)


def _sizes(folder: Path) -> Finding:
    sizes: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            part = path.relative_to(folder).parts[0].partition("-")[0].partition(".")[0]
            sizes[part] = sizes.get(part, 0) + path.stat().st_size
    detail = ", ".join(f"{part} {size / 1e6:.1f} MB" for part, size in sorted(sizes.items()) if size)
    return Finding(name="sizes", ok=True, detail=detail)


def _integrity(ledger: Ledger) -> Finding:
    intact = ledger.intact()
    return Finding(
        name="ledger", ok=intact, detail="intact" if intact else "SQLite finds it damaged: restore a backup"
    )


def _encoder(ledger: Ledger) -> Finding:
    detail = f"{ledger.note('encoder')}, {ledger.note('dimension')} dimensions, {ledger.note('fingerprint')}"
    return Finding(name="encoder", ok=ledger.note("fingerprint") is not None, detail=detail)


def _offsets(ledger: Ledger, deep: bool) -> Finding:
    wrong, looked = [], 0
    for version in _versions(ledger, deep):
        looked += len(version.chunks)
        size = len(version.article.text)
        wrong += [chunk.id for chunk in version.chunks if not 0 <= chunk.start < chunk.end <= size]
        if len(version.vectors) != len(version.chunks):
            wrong += [chunk.id for chunk in version.chunks]
    return _about("offsets", wrong, looked, "do not lie in their article")


def _unfinished(ledger: Ledger) -> Finding:
    left = ledger.unfinished()
    return Finding(
        name="unfinished", ok=True, detail="a writer is at work or was interrupted" if left else "nothing"
    )


def _copies(ledger: Ledger) -> Finding:
    alone = ledger.copies_alone()
    detail = (
        f"the original is gone, ingest them again: {', '.join(alone[:10])}"
        if alone
        else "all have their original"
    )
    return Finding(name="copies", ok=not alone, detail=detail)


def _lag(ledger: Ledger, indexes: Indexes, kind: str) -> Finding:
    newest, has = ledger.newest(), stamp(indexes.path(kind))
    detail = (
        f"generation {ledger.generation}" if has >= newest else f"at {has} where the ledger is at {newest}"
    )
    return Finding(name=f"{kind} lag", ok=has >= newest, detail=detail)


def _words(ledger: Ledger, lexical: LexicalSearch) -> Finding:
    try:
        index = lexical.current()
        if index is None:
            return _amount("terms", 0, ledger)
        index.reload()
        return _amount("terms", index.count(), ledger)
    except LibraryError as error:
        return Finding(name="terms", ok=False, detail=str(error))


def _vectors(ledger: Ledger, open_vectors: Callable[[], VectorIndex | None], deep: bool) -> Iterator[Finding]:
    try:
        index = open_vectors()
        if index is None:
            yield _amount("vectors", 0, ledger)
            return
        with closing(index):
            yield _amount("vectors", index.count(), ledger)
            lost, looked = [], 0
            for version in _versions(ledger, deep):
                looked += len(version.chunks)
                lost += [chunk for chunk in unreachable(index, version) if chunk in ledger.live([chunk])]
            yield _about("search", lost, looked, "are not found by their own vector: assistant rebuild")
    except LibraryError as error:
        yield Finding(name="vectors", ok=False, detail=str(error))


def _amount(name: str, has: int, ledger: Ledger) -> Finding:
    chunks = ledger.count_chunks()
    right = has == chunks or (has > chunks and ledger.unfinished())
    return Finding(name=name, ok=right, detail=f"{has} entries for {chunks} chunks")


def _about(name: str, wrong: list[int], looked: int, what: str) -> Finding:
    if wrong:
        return Finding(
            name=name, ok=False, detail=f"{len(wrong)} of {looked} chunks {what}; the first: {wrong[0]}"
        )
    return Finding(name=name, ok=True, detail=f"{looked} chunks looked at")


def _versions(ledger: Ledger, deep: bool) -> Iterator[Version]:
    return ledger.versions("live", newest=-1 if deep else _SAMPLE)
