"""Look for anything wrong in a library.

Looked at deeply it proves three things. I1: every article that was put in is found by a search for each of its own
chunks, by its vector and by its words, and can be cited. I2: an article has all its chunks or none, each byte as it
was. I3: neither index holds a version that is no longer live.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from assistant.errors import LibraryError
from assistant.library import checks
from assistant.library.indexes import KINDS, Indexes, stamp, unreachable
from assistant.library.ledger import Ledger
from assistant.library.lexical import LexicalSearch
from assistant.library.records import Finding
from assistant.library.rows import Version
from assistant.library.terms import TermIndex
from assistant.library.vectors import VectorIndex

_SAMPLE = 50
_TIE = 0.999


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
        _whole(ledger, deep),
    ]
    findings += [_unfinished(ledger), _copies(ledger)]
    findings += [_lag(ledger, indexes, kind) for kind in KINDS]
    findings += _words(ledger, indexes, lexical, deep)
    return [*findings, *_vectors(ledger, open_vectors, deep)]


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
    intact = checks.intact(ledger.connections)
    detail = "intact" if intact else "SQLite finds it damaged: assistant restore, or assistant rescue"
    return Finding(name="ledger", ok=intact, detail=detail)


def _encoder(ledger: Ledger) -> Finding:
    detail = f"{ledger.note('encoder')}, {ledger.note('dimension')} dimensions, {ledger.note('fingerprint')}"
    return Finding(name="encoder", ok=ledger.note("fingerprint") is not None, detail=detail)


def _offsets(ledger: Ledger, deep: bool) -> Finding:
    wrong, looked = [], 0
    for version in _versions(ledger, deep):
        looked += len(version.chunks)
        size = len(version.article.text)
        wrong += [chunk.id for chunk in version.chunks if not 0 <= chunk.start < chunk.end <= size]
        ids = [chunk.id for chunk in version.chunks] if deep else []
        wrong += sorted(ledger.live(ids) - set(ledger.chunks(ids)))
    return _about("offsets", wrong, looked, "do not lie in their article")


def _whole(ledger: Ledger, deep: bool) -> Finding:
    wrong = checks.incomplete(ledger.connections)
    if not wrong and deep:
        wrong = checks.altered(ledger.connections)
    if wrong:
        detail = f"{len(wrong)} are not as they were put in, ingest them again; the first: {wrong[0]}"
        return Finding(name="articles", ok=False, detail=detail)
    return Finding(
        name="articles", ok=True, detail="each byte as it was put in" if deep else "all chunks there"
    )


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


def _words(ledger: Ledger, indexes: Indexes, lexical: LexicalSearch, deep: bool) -> Iterator[Finding]:
    try:
        index = lexical.current()
        if index is None:
            yield _amount("terms", 0, ledger)
            return
        index.reload()
        yield _amount("terms", index.count(), ledger)
        if deep:
            yield _entries("terms retired", index.ids(), ledger)
            yield _search("words", ledger, deep, lambda version: _wordless(index, indexes, version))
    except LibraryError as error:
        yield Finding(name="terms", ok=False, detail=str(error))


def _vectors(ledger: Ledger, open_vectors: Callable[[], VectorIndex | None], deep: bool) -> Iterator[Finding]:
    try:
        index = open_vectors()
        if index is None:
            yield _amount("vectors", 0, ledger)
            return
        with closing(index):
            yield _amount("vectors", index.count(), ledger)
            if deep:
                yield _entries("vectors retired", index.ids(), ledger)
            yield _search("search", ledger, deep, lambda version: unreachable(index, version))
    except LibraryError as error:
        yield Finding(name="vectors", ok=False, detail=str(error))


def _search(name: str, ledger: Ledger, deep: bool, lost_of: Callable[[Version], list[int]]) -> Finding:
    """Search for each chunk by itself; what is removed meanwhile need not be found."""
    lost, looked = [], 0
    for version in _versions(ledger, deep):
        looked += len(version.chunks)
        lost += [chunk for chunk in lost_of(version) if chunk in ledger.live([chunk])]
    how = "words" if name == "words" else "vector"
    return _about(name, lost, looked, f"are not found by their own {how}: assistant rebuild")


def _wordless(index: TermIndex, indexes: Indexes, version: Version) -> list[int]:
    """Return the chunks of a version that a search for their own words does not find, equals aside."""
    lost = []
    for chunk in version.chunks:
        stems = indexes.terms_of(version.article, chunk).stems
        hits = index.search("stems", stems, 10)
        if stems and chunk.id not in {id_ for id_, _ in hits}:
            more = dict(index.search("stems", stems, 1000))
            if more.get(chunk.id, 0.0) < _TIE * min((score for _, score in hits), default=1.0):
                lost.append(chunk.id)
    return lost


def _entries(name: str, ids: list[int], ledger: Ledger) -> Finding:
    """Look for entries of what is no longer live, and for entries that are there twice."""
    live = ledger.live(ids)
    twice = [id_ for id_, count in Counter(ids).items() if count > 1]
    wrong = [] if ledger.unfinished() else [id_ for id_ in ids if id_ not in live] + twice
    return _about(
        name, wrong, len(ids), "are no longer in any article, or twice in the index: assistant rebuild"
    )


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
