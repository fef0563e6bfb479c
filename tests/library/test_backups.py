"""Backups, taken while articles go in; what replaces a ledger; what is saved of a damaged one."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from pathlib import Path

import pytest

from assistant.errors import LibraryDamaged, LibraryLocked, UsageError
from assistant.library import Library, backups
from assistant.library.ledger import FILE
from tests.library.support import ENCODER, article, everything, nearest, process, put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Library.open(tmp_path / "library", ENCODER) as library:
        put(library, *map(article, range(8)))
    return tmp_path / "library"


def test_a_backup_is_the_library_as_it_was(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup.sqlite3"
    assert backups.backup(folder, copy) == 8
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [copy.name]
    with Library.open(folder, ENCODER) as library:
        library.remove("a1")
        put(library, article(2, text="Bridges were repaired.\nFerries wait."), article(20))
    articles, kept = backups.restore(folder, copy)
    assert articles == 8
    assert kept is not None
    assert kept.exists()
    with Library.open(folder, ENCODER, fresh=0) as library:
        assert sorted(everything(library)) == [f"a{number}" for number in range(8)]
        assert nearest(library, "District 2 opened its museum today.", 1) == [
            "District 2 opened its museum today."
        ]
        assert all(finding.ok for finding in library.doctor(deep=True))
        put(library, article(30))
    assert backups.restore(folder, kept)[0] == 8
    with Library.open(folder, ENCODER, fresh=0) as library:
        assert sorted(everything(library)) == ["a0", "a2", "a20", "a3", "a4", "a5", "a6", "a7"]
        assert nearest(library, "Ferries wait.", 1) == ["Ferries wait."]


def test_a_backup_while_articles_go_in_has_whole_articles(folder: Path, tmp_path: Path) -> None:
    code = (
        "with library.writing():\n"
        "    for n in range(100, 100_000):\n"
        "        put(library, article(n))\n"
        "        n % 20 or print(n, flush=True)\n"
    )
    writer = process(code, folder)
    assert writer.stdout is not None
    try:
        for number in range(3):
            writer.stdout.readline()
            copy = tmp_path / f"backup{number}.sqlite3"
            articles = backups.backup(folder, copy)
            backups.restore(tmp_path / f"library{number}", copy)
            with Library.open(tmp_path / f"library{number}", ENCODER, fresh=0) as library:
                assert len(library.articles()) == articles >= 8
                assert all(finding.ok for finding in library.doctor(deep=True))
        with pytest.raises(LibraryLocked):
            backups.restore(folder, copy, wait=0.1)
    finally:
        writer.kill()
        writer.communicate()


def test_a_library_goes_back_to_an_older_ledger_and_says_so(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    backups.backup(folder, tmp_path / "backup.sqlite3")
    with Library.open(folder, ENCODER) as library:
        for number in range(20, 24):
            put(library, article(number))
    (folder / FILE).write_bytes((tmp_path / "backup.sqlite3").read_bytes())
    with caplog.at_level(logging.WARNING), Library.open(folder, ENCODER, fresh=0) as library:
        assert "lacks its newest changes" in caplog.text
        put(library, article(40))
        assert set(everything(library)) == {*(f"a{number}" for number in range(8)), "a40"}
        assert all(finding.ok for finding in library.doctor(deep=True))


def test_what_is_no_backup_is_refused_and_changes_nothing(folder: Path, tmp_path: Path) -> None:
    good = tmp_path / "backup.sqlite3"
    backups.backup(folder, good)
    with pytest.raises(UsageError, match="already"):
        backups.backup(folder, good)
    with pytest.raises(UsageError, match="no library"):
        backups.backup(tmp_path / "nothing", tmp_path / "x")
    with pytest.raises(UsageError, match="There is no"):
        backups.restore(folder, tmp_path / "missing")
    before = (folder / FILE).read_bytes()
    empty, noise, altered = (tmp_path / name for name in ("empty", "noise", "altered"))
    empty.write_bytes(b"")
    noise.write_bytes(os.urandom(20_000))
    altered.write_bytes(good.read_bytes())
    with sqlite3.connect(altered) as db:
        db.execute("UPDATE versions SET text = 'Another text.' WHERE article = 'a3'")
    db.close()
    for bad in (empty, noise, altered):
        with pytest.raises(LibraryDamaged):
            backups.restore(folder, bad)
    assert (folder / FILE).read_bytes() == before
    assert not list(folder.glob("*.new*"))


def test_what_can_be_read_of_a_damaged_ledger_is_saved(folder: Path, tmp_path: Path) -> None:
    with sqlite3.connect(folder / FILE) as db:
        db.execute("UPDATE versions SET text = 'Another text.' WHERE article = 'a3'")
    db.close()
    with pytest.raises(LibraryDamaged, match=r"'a3'.*assistant restore.*assistant rescue"):
        Library.open(folder, ENCODER)
    assert backups.rescue(folder, tmp_path / "saved") == (7, 1)
    lines = (tmp_path / "saved" / backups.RESCUED).read_text("utf-8").splitlines()
    assert {json.loads(line)["id"] for line in lines} == {f"a{number}" for number in range(8) if number != 3}
    assert json.loads(lines[0])["published"] == "2024-01-01"
    assert (tmp_path / "saved" / FILE).read_bytes() == (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(os.urandom(50_000))
    assert backups.rescue(folder, tmp_path / "nothing") == (0, 0)


def test_a_ledger_in_pieces_still_gives_what_is_in_its_whole_pages(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", ENCODER) as library:
        put(library, *(article(number, text=f"Story {number}.\n" + "words " * 900) for number in range(60)))
    path = tmp_path / "library" / FILE
    with path.open("r+b") as stream:
        stream.seek(path.stat().st_size // 2)
        stream.write(os.urandom(20_000))
    with pytest.raises(LibraryDamaged):
        Library.open(tmp_path / "library", ENCODER)
    saved, lost = backups.rescue(tmp_path / "library", tmp_path / "saved")
    assert 30 < saved < 60
    assert 0 < lost <= 60 - saved
