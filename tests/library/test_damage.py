"""Files of a library that were cut, overwritten or deleted, one of each; `make faults` tries many."""

from __future__ import annotations

import logging
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from assistant.encoders.fake import HashEncoder
from assistant.library import Library, writer
from assistant.library.ledger import FILE
from assistant.library.seals import Seal
from tests.faults.storage import DAMAGES, delete
from tests.library.support import ENCODER, article, everything, put


class Idle(HashEncoder):
    def encode_passages(self, texts):
        raise AssertionError("something was encoded again")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("damage") / "library"
    with Library.open(path, ENCODER) as library:
        put(library, *map(article, range(8)))
    return path


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize(
    "file", ["vectors-*/chroma.sqlite3", "vectors-*/*/data_level0.bin", "terms-*/*.idx", "terms-*/seal"]
)
def test_a_damaged_file_of_an_index_is_noticed_and_mended(
    template: Path, tmp_path: Path, how: str, file: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "library"
    shutil.copytree(template, folder)
    (path,) = list(folder.glob(file))[:1]
    DAMAGES[how](path, random.Random(7))
    with caplog.at_level(logging.WARNING), Library.open(folder, Idle(), fresh=0) as library:
        assert "is made anew from the ledger" in caplog.text
        assert len(everything(library)) == 8
    caplog.clear()
    with caplog.at_level(logging.WARNING), Library.open(folder, Idle(), fresh=0) as library:
        assert not caplog.text
        assert all(finding.ok for finding in library.doctor(deep=True))


@pytest.mark.parametrize("mend", ["put", "rebuild"])
@pytest.mark.parametrize("file", ["vectors-*/chroma.sqlite3", "vectors-*/*/data_level0.bin", "terms-*/*.idx"])
@pytest.mark.parametrize("crashed", [False, True])
def test_a_big_index_is_left_to_who_writes_next_and_the_start_goes_on_without_it(
    template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    file: str,
    crashed: bool,
    mend: str,
) -> None:
    monkeypatch.setattr(writer, "AT_START", 5)
    folder = tmp_path / "library"
    shutil.copytree(template, folder)
    (path,) = list(folder.glob(file))[:1]
    if crashed:
        shutil.rmtree(path.parents[len(path.relative_to(folder).parts) - 2])
        with sqlite3.connect(folder / FILE) as db:
            db.execute("UPDATE meta SET value = 1 WHERE key = 'writing'")
        db.close()
    else:
        delete(path, random.Random(7))
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            with Library.open(folder, Idle(), fresh=0) as library:
                assert caplog.text.count("index is lost or damaged") == 1
                assert "index is made anew" not in caplog.text
                asked = ENCODER.encode_queries([article(3).text.split("\n")[0]])[0]
                hits = library.chunks([id_ for id_, _ in library.nearest(asked, 2)])
                assert "a3" in {found.id for found, _ in hits.values()}
            caplog.clear()
        with Library.open(folder, ENCODER, fresh=0) as library:
            if mend == "put":
                put(library, article(8))
            else:
                library.rebuild()
            assert len(everything(library)) == (9 if mend == "put" else 8)
        caplog.clear()
        with Library.open(folder, Idle(), fresh=0) as library:
            assert not caplog.text
            assert all(finding.ok for finding in library.doctor(deep=True))


def test_a_copied_library_is_taken_for_what_it_is(
    template: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(template, tmp_path / "library", copy_function=shutil.copyfile)
    with caplog.at_level(logging.WARNING), Library.open(tmp_path / "library", Idle(), fresh=0) as library:
        assert not caplog.text
        assert len(everything(library)) == 8


def test_a_seal_holds_until_something_is_changed(tmp_path: Path) -> None:
    for name in ("one", "two", "writer.lock"):
        (tmp_path / name).write_text(name)
    seal = Seal.of(tmp_path)
    assert not seal.holds()
    seal.put()
    assert seal.holds()
    (tmp_path / "writer.lock").write_text("held")
    (tmp_path / "one").write_text("one")
    assert seal.holds()
    (tmp_path / "three").write_text("more")
    assert not seal.holds()
    (tmp_path / "three").unlink()
    assert seal.holds()
    (tmp_path / "two").write_text("tow")
    assert not seal.holds()
    (tmp_path / "seal").write_text("[1, 2]")
    assert not seal.holds()
    Seal.of(tmp_path / "nowhere").put()
