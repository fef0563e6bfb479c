"""The parts of the library by themselves: lexical index, ledger, lock, what errors are made of."""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace

import pytest

from assistant.errors import LibraryDamaged, LibraryFull, LibraryLocked
from assistant.library.faults import explain, storage
from assistant.library.ledger import Ledger
from assistant.library.lock import FolderLock
from assistant.library.recent import Recent
from assistant.library.schema import VERSION
from assistant.library.terms import TermIndex
from assistant.types import Filters
from tests.library.support import ENCODER, article, spans


def terms(*words: str) -> SimpleNamespace:
    return SimpleNamespace(stems=words, grams=tuple(word[:3] for word in words))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TermIndex]:
    opened = TermIndex(tmp_path / "terms")
    opened.add(1, article(1), [(10, terms("apple", "pear")), (11, terms("apple", "apple", "plum"))])
    opened.add(2, article(2), [(20, terms("apple", "quince"))])
    opened.commit()
    yield opened
    opened.close()


def test_bm25_prefers_the_rare_word_and_the_frequent_use(index: TermIndex) -> None:
    assert [chunk for chunk, _ in index.search("stems", ["apple", "quince"], 5)] == [20, 11, 10]
    assert [chunk for chunk, _ in index.search("grams", ["qui"], 5)] == [20]
    assert index.search("stems", ["unknown"], 5) == index.search("stems", [], 5) == []


def test_a_group_counts_once_by_its_best_word(index: TermIndex) -> None:
    both = dict(index.search_any("stems", [{"quince": 1.0, "apple": 0.5}, {"pear": 0.5, "unknown": 1.0}], 5))
    quince, apple = (dict(index.search("stems", [word], 5)) for word in ("quince", "apple"))
    pear = dict(index.search("stems", ["pear"], 5))
    assert both[20] == pytest.approx(max(quince[20], apple[20] / 2))
    assert both[11] == pytest.approx(apple[11] / 2)
    assert both[10] == pytest.approx(apple[10] / 2 + pear[10] / 2)
    assert index.search_any("stems", [{"unknown": 1.0}], 5) == index.search_any("stems", [], 5) == []


def test_a_filter_changes_no_score(index: TermIndex) -> None:
    alone = dict(index.search("stems", ["apple"], 5))
    filtered = index.search(
        "stems", ["apple"], 5, Filters(publisher="weekly", language="en", since=article(2).published)
    )
    assert filtered == [(20, pytest.approx(alone[20]))]


def test_what_is_not_committed_is_not_seen(index: TermIndex) -> None:
    index.add(3, article(3), [(30, terms("fig"))])
    assert index.search("stems", ["fig"], 5) == []
    index.commit()
    assert [chunk for chunk, _ in index.search("stems", ["fig"], 5)] == [30]


def test_what_a_killed_writer_left_is_not_in_the_way(tmp_path: Path) -> None:
    folder = tmp_path / "terms"
    index = TermIndex(folder)
    for number in (1, 2):
        index.add(number, article(number), [(number, terms("bridge"))])
    index.commit()
    index.stop_writing()
    index.close()
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    segment = meta["segments"][0]["segment_id"].replace("-", "")
    left = [f"{segment}.{meta['opstamp'] + more}.del" for more in range(6)]
    for name in left:
        (folder / name).write_bytes(b"half")
    managed = json.loads((folder / ".managed.json").read_text("utf-8"))
    (folder / ".managed.json").write_text(json.dumps([*managed, *left]), "utf-8")
    index = TermIndex(folder)
    index.remove(1)
    index.commit()
    assert index.count() == 1
    index.stop_writing()
    index.close()


def test_adding_again_replaces_and_removing_removes(index: TermIndex) -> None:
    index.add(1, article(1), [(10, terms("pear"))])
    index.remove(2)
    index.commit()
    assert index.count() == 1
    index.stop_writing()
    assert [chunk for chunk, _ in index.search("stems", ["pear", "plum", "apple"], 5)] == [10]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path)
    yield opened
    opened.close()


def insert(ledger: Ledger, number: int, **changes: object) -> int:
    one = article(number, **changes)
    pieces = spans(one.text)
    return ledger.insert(one, pieces, ENCODER.encode_passages([one.text[start:end] for start, end in pieces]))


def test_a_version_is_pending_then_live_then_retired(ledger: Ledger) -> None:
    first = insert(ledger, 1)
    assert ledger.article("a1") is None
    assert [version.id for version in ledger.versions("pending")] == [first]
    assert ledger.unfinished()
    assert ledger.flip() == ledger.generation == ledger.newest() == 1
    assert not ledger.unfinished()
    second = insert(ledger, 1, text="Other words.\nAltogether.")
    assert ledger.flip() == 2
    assert [(old.id, len(old.chunks)) for old in ledger.retired()] == [(first, 2)]
    ledger.forget([first, second])
    assert ledger.retired() == []
    assert [version.id for version in ledger.versions("live")] == [second]
    assert [chunk.text for version in ledger.versions("live") for chunk in version.chunks] == [
        "Other words.",
        "Altogether.",
    ]


def test_chunk_numbers_are_never_used_again(ledger: Ledger) -> None:
    insert(ledger, 1)
    used = {chunk.id for version in ledger.versions("pending") for chunk in version.chunks}
    ledger.drop_pending()
    ledger.forget(old.id for old in ledger.retired())
    insert(ledger, 2)
    assert used.isdisjoint(chunk.id for version in ledger.versions("pending") for chunk in version.chunks)


def test_a_failed_transaction_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(LibraryDamaged):
        ledger.insert(article(1), [(None, None)], ENCODER.encode_passages(["x"]))
    assert not ledger.unfinished()
    insert(ledger, 1)
    ledger.flip()
    assert ledger.article("a1") == article(1)


def test_a_ledger_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    Ledger(tmp_path).close()
    db = sqlite3.connect(tmp_path / "ledger.sqlite3")
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    with pytest.raises(LibraryDamaged, match="newer version"):
        Ledger(tmp_path)


def test_two_threads_take_the_lock_in_turn(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "lock")
    both = Barrier(2)

    def take() -> bool:
        both.wait()
        try:
            with lock.held(0), lock.held(0):
                both.wait(5)
                return True
        except LibraryLocked:
            both.wait(5)
            return False

    with ThreadPoolExecutor(2) as threads:
        assert sorted(done.result() for done in [threads.submit(take), threads.submit(take)]) == [False, True]
    with lock.held(0):
        pass


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (sqlite3.OperationalError("database is locked"), LibraryLocked),
        (sqlite3.OperationalError("database or disk is full"), LibraryFull),
        (OSError(errno.ENOSPC, "No space left on device"), LibraryFull),
        (OSError(errno.EROFS, "Read-only file system"), LibraryFull),
        (sqlite3.DatabaseError("file is not a database"), LibraryDamaged),
    ],
)
def test_what_stores_raise_is_explained(tmp_path: Path, error: Exception, kind: type[Exception]) -> None:
    explained = explain(error, "ledger", tmp_path)
    assert type(explained) is kind
    assert str(tmp_path) in explained.message
    assert explained.hint
    with pytest.raises(kind), storage("ledger", tmp_path, type(error)):
        raise error


def test_recent_remembers_the_last_few() -> None:
    made: list[int] = []
    recent: Recent[int] = Recent(2)
    for key in (1, 2, 1, 3, 1, 2):
        assert recent.get(key, lambda key=key: made.append(key) or key) == key
    assert made == [1, 2, 3, 2]
