"""Several processes, killed writers, lost files, disks that are full or read-only."""

from __future__ import annotations

import logging
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.errors import LibraryDamaged, LibraryFull, LibraryLocked
from assistant.library import Library
from assistant.library.encoding import match_encoder
from tests.library.support import ENCODER, article, everything, matching, nearest, process, put

LEDGER = "ledger.sqlite3"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Library.open(tmp_path / "library", ENCODER) as library:
        put(library, *map(article, range(8)))
    return tmp_path / "library"


def run(code: str, folder: Path) -> str:
    child = process(code, folder)
    output = child.communicate(timeout=60)[0]
    assert child.returncode == 0
    return str(output)


def test_a_library_that_another_process_makes_meanwhile_keeps_what_is_in_it(tmp_path: Path) -> None:
    first = Library(tmp_path / "library", ENCODER)
    with ThreadPoolExecutor() as pool:
        with first._lock.held(1):
            second = pool.submit(Library.open, tmp_path / "library", ENCODER, wait=30)
            time.sleep(0.5)  # the second has found nothing yet, and waits for its turn
            match_encoder(ENCODER, first._ledger, first._lock, first._indexes, 1, None)
            put(first, article(1))
        with second.result(60) as library:
            assert nearest(library, "District 1 opened its bridge today.", 1)
            assert [one for one in library.doctor(deep=True) if not one.ok] == []
    first.close()


@pytest.mark.parametrize("fresh", [0, 2000])
def test_a_reader_sees_what_another_process_adds_changes_and_removes(folder: Path, fresh: int) -> None:
    with Library.open(folder, ENCODER, fresh=fresh) as reader:
        assert nearest(reader, "District 6 opened its glacier today.", 1) == [
            "District 6 opened its glacier today."
        ]
        run(
            'put(library, article(20), article(6, text="Ice melted.\\nRivers rose.")); library.remove("a1")',
            folder,
        )
        assert nearest(reader, "District 20 opened its university today.", 1) == [
            "District 20 opened its university today."
        ]
        assert matching(reader, "code20") == ["The university took 22 years and code20 is its sign."]
        assert sorted(everything(reader)) == ["a0", "a2", "a20", "a3", "a4", "a5", "a6", "a7"]
        assert nearest(reader, "Ice melted.", 1) == ["Ice melted."]
        put(reader, article(21))
    assert "a21" in run("print(sorted(everything(library)))", folder)


def test_a_reader_outlives_a_rebuild_by_another_process(folder: Path) -> None:
    with Library.open(folder, ENCODER, fresh=0) as reader:
        assert len(everything(reader)) == 8
        run("library.rebuild(); put(library, article(30))", folder)
        assert len(everything(reader)) == 9


def test_a_second_writer_is_told_within_two_seconds(folder: Path) -> None:
    code = "with library.writing():\n    print('writing', flush=True)\n    input()\n    put(library, article(40))\n"
    writer = process(code, folder)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "writing\n"
    with Library.open(folder, ENCODER) as library:
        started = time.monotonic()
        with pytest.raises(LibraryLocked, match="Another process"):
            library.remove("a1")
        assert time.monotonic() - started < 3
        assert len(everything(library)) == 8
        writer.communicate("\n", timeout=60)
        assert library.remove("a1")
        assert sorted(everything(library)) == ["a0", "a2", "a3", "a4", "a40", "a5", "a6", "a7"]


def test_a_writer_that_waits_gets_its_turn(folder: Path) -> None:
    writer = process("with library.writing():\n    print('writing', flush=True)\n    input()\n", folder)
    assert writer.stdout is not None
    writer.stdout.readline()
    waiting = process("with library.writing(wait=30):\n    put(library, article(41))\n", folder)
    time.sleep(1)
    writer.communicate("\n", timeout=60)
    waiting.communicate(timeout=60)
    with Library.open(folder, ENCODER) as library:
        assert "a41" in everything(library)


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_writer_leaves_whole_articles_only(folder: Path, seed: int) -> None:
    code = (
        "for turn in range(1, 100):\n"
        "    put(library, *(article(n, text=f'Turn {turn} of article{n}.\\nSecond part{turn}x{n}.') for n in range(8)))\n"
        "    library.remove('a7')\n"
        "    print(turn, flush=True)\n"
    )
    writer = process(code, folder)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "1\n"
    time.sleep(random.Random(seed).uniform(0.0, 0.6))
    writer.send_signal(signal.SIGKILL)
    done = [1, *map(int, writer.communicate()[0].split())][-1]
    with Library.open(folder, ENCODER, fresh=0) as library:
        found = everything(library)
        turns = {int(row.article.text.split()[1]) for row in library.articles()}
        assert set(found.values()) == {2}
        assert len(turns) == 1
        assert turns <= {done, done + 1}
        assert all(finding.ok for finding in library.doctor(deep=True))
        assert {finding.detail for finding in library.doctor() if finding.name == "unfinished"} == {"nothing"}
        put(library, *map(article, range(8)))
        assert len(everything(library)) == 8


@pytest.mark.parametrize("kind", ["vectors", "terms"])
@pytest.mark.parametrize("fault", ["missing", "truncated"])
def test_a_lost_index_is_made_anew_from_the_ledger(
    folder: Path, kind: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    (path,) = folder.glob(f"{kind}-*")
    if fault == "missing":
        shutil.rmtree(path)
    else:
        for file in path.rglob("*"):
            if file.is_file() and file.name != "generation":
                os.truncate(file, 0)
    with caplog.at_level(logging.WARNING), Library.open(folder, ENCODER, fresh=0) as library:
        assert f"{kind} index is made anew" in caplog.text
        assert len(everything(library)) == 8
        assert all(finding.ok for finding in library.doctor(deep=True))


@pytest.mark.parametrize("kind", ["vectors", "terms"])
def test_an_index_from_an_older_copy_is_brought_up_to_date(folder: Path, kind: str) -> None:
    (path,) = folder.glob(f"{kind}-*")
    shutil.copytree(path, folder.parent / "copy")
    with Library.open(folder, ENCODER) as library:
        put(library, article(50))
    shutil.rmtree(path)
    shutil.copytree(folder.parent / "copy", path)
    with Library.open(folder, ENCODER, fresh=0) as library:
        assert "a50" in everything(library)
        assert all(finding.ok for finding in library.doctor(deep=True))


@pytest.mark.parametrize("how", ["garbage", "empty", "missing", "cut"])
def test_a_damaged_ledger_is_named(folder: Path, how: str) -> None:
    path = folder / LEDGER
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    match how:
        case "garbage":
            path.write_bytes(b"not a ledger" * 10_000)
        case "empty":
            path.write_bytes(b"")
        case "missing":
            path.unlink()
        case "cut":
            os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(LibraryDamaged, match="ledger"):
        Library.open(folder, ENCODER)


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_a_read_only_library_answers_and_cannot_be_written(folder: Path) -> None:
    code = (
        "import os\n"
        "from assistant.errors import LibraryFull\n"
        "library.close()\n"
        "import chromadb, datasketch\n"
        "os.geteuid() or os.setuid(65534)  # root may write anywhere\n"
        "library = Library.open(library.folder, ENCODER)\n"
        "assert len(everything(library)) == 8\n"
        "assert all(finding.ok for finding in library.doctor() if finding.name != 'vectors')\n"
        "try:\n    put(library, article(60))\n"
        "except LibraryFull as error:\n    print('refused', error)\n"
    )
    with tempfile.TemporaryDirectory() as parent:
        here = shutil.copytree(folder, Path(parent) / "library")
        Path(parent).chmod(0o755)
        paths = [here, *here.rglob("*")]
        modes = [path.stat().st_mode for path in paths]
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            assert "refused" in run(code, here)
        finally:
            for path, mode in zip(paths, modes, strict=True):
                path.chmod(mode)


@pytest.mark.parametrize("limit", [150_000, 300_000, 600_000])
def test_a_full_disk_is_named_and_leaves_no_half_article(folder: Path, limit: int) -> None:
    code = (
        "import resource\n"
        "from assistant.errors import LibraryFull\n"
        "put(library, article(69))\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "try:\n"
        "    for n in range(70, 400):\n"
        "        put(library, article(n, text='long words ' * 500 + f'\\ncode{n}.'))\n"
        "except LibraryFull as error:\n"
        "    print('full', error)\n"
    )
    assert "full" in run(code, folder)
    with Library.open(folder, ENCODER, fresh=0) as library:
        found = everything(library)
        assert {f"a{number}" for number in [*range(8), 69]} <= set(found)
        assert set(found.values()) == {2}
        assert all(finding.ok for finding in library.doctor(deep=True))
        assert put(library, article(500)) == ["added"]


def test_a_library_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises((LibraryFull, LibraryDamaged), match="folder"):
        Library.open(tmp_path / "file" / "library", ENCODER)
