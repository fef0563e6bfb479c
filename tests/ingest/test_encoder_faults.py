"""Encoders that fail in the middle, and clocks that jump: an article is in whole or not at all, and the batch goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.encoders.fake import HashEncoder
from assistant.library import Library, rows
from ingest.pipeline import ingest_sources
from tests.conftest import ARTICLES
from tests.library.support import article, everything, put

TEXT = "The {0} harbour of town {0} was closed for {0} days. Ferries of line {0} wait outside; buses run instead."


class Failing(HashEncoder):
    """Fails at the Nth batch, and for each text again that was in it, or spoils its vectors."""

    def __init__(self, how: str, batch: int) -> None:
        super().__init__()
        self.how, self.left = how, batch
        self.bad: set[str] = set()

    def encode_passages(self, texts):
        self.left -= 1
        if self.left == 0:
            self.bad = {texts[0]}
        vectors = super().encode_passages(texts)
        if self.bad.isdisjoint(texts):
            return vectors
        match self.how:
            case "memory":
                raise MemoryError("std::bad_alloc")
            case "crash":
                raise RuntimeError("the session ended")
            case "nan":
                vectors[[text in self.bad for text in texts]] = np.nan
                return vectors
            case "infinite":
                vectors[[text in self.bad for text in texts]] = np.inf
                return vectors
            case "narrow":
                return vectors[:, :7]
            case "short":
                return vectors[1:]
            case _:
                return vectors.reshape(-1)


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    for number in range(70):
        (folder / f"{number:03}.txt").write_text(
            f"Harbour {number}\n\n{TEXT.format(number)}", encoding="utf-8"
        )
    return folder


@pytest.mark.parametrize("how", ["memory", "crash", "nan", "infinite", "narrow", "short", "flat"])
@pytest.mark.parametrize("batch", [1, 2])
def test_an_encoder_that_fails_costs_its_article_only(tmp_path, files, how, batch):
    encoder = Failing(how, batch)
    with Library.open(tmp_path / "library", encoder) as library:
        report = ingest_sources(library, encoder, [files])
        assert len(report.added) == 69
        assert len(report.rejected) == 1
        assert report.rejected[0].reason
        assert all(finding.ok for finding in library.doctor(deep=True))
        again = ingest_sources(library, HashEncoder(), [files])
        assert (len(again.added), len(again.unchanged), again.rejected) == (1, 69, ())
        assert all(finding.ok for finding in library.doctor(deep=True))


@pytest.mark.parametrize("days", [-366, 366])
def test_a_clock_that_jumps_deletes_nothing(tmp_path, monkeypatch, days):
    class Jumped(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=days)

    with Library.open(tmp_path, HashEncoder()) as library:
        put(library, *map(article, range(6)))
        monkeypatch.setattr(rows, "datetime", Jumped)
        with library.writing():
            put(library, article(2, text="Bridges were repaired.\nFerries wait."), article(20))
        assert library.remove("a1")
    with Library.open(tmp_path, HashEncoder(), fresh=0) as library:
        monkeypatch.undo()
        put(library, article(3, text="Trams came back.\nThey ring."), article(21))
        found = everything(library)
        assert sorted(found) == ["a0", "a2", "a20", "a21", "a3", "a4", "a5"]
        assert library.article("a2").text.startswith("Bridges")
        assert library.article("a3").text.startswith("Trams")
        added = {row.article.id: row.added for row in library.articles()}
        assert abs((added["a20"] - datetime.now(UTC)).days) > 300
        assert all(finding.ok for finding in library.doctor(deep=True))


def test_an_encoder_that_fails_at_every_text_leaves_the_library_as_it_was(library):
    class Dead(HashEncoder):
        def encode_passages(self, texts):
            raise MemoryError

    report = ingest_sources(
        library, Dead(), [article(1, text=TEXT.format(1)), article(2, text=TEXT.format(2))]
    )
    assert [one.reason for one in report.rejected] == ["It could not be encoded: MemoryError"] * 2
    assert {row.article.id for row in library.articles()} == {one.id for one in ARTICLES}
    assert all(finding.ok for finding in library.doctor(deep=True))
