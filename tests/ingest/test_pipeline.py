from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from assistant.encoders.fake import HashEncoder
from assistant.errors import UsageError
from assistant.library.library import Library
from assistant.types import Article
from ingest.fetch import Fetcher
from ingest.pipeline import Interrupted, ingest_sources
from ingest.watch import changed_files
from tests.ingest.web import answer, serving

STORIES = [
    "Ақтауда жаңа айлақ ашылды. Ол жылына екі миллион тонна жүк қабылдайды, кемелер төрт порттан келеді.",
    "В Бишкеке открыли новую школу. В ней будут учиться девятьсот детей из трёх районов города.",
    "Tashkent has a new metro line. It is twelve kilometres long and has seven stations on viaducts.",
    "Алматыда кітап көрмесі басталды. Оған он елден баспагерлер мен жазушылар қатысып жатыр.",
    "Казахстанские шахматисты выиграли командный турнир в Баку и получили путёвку на чемпионат мира.",
]


class BrokenEncoder(HashEncoder):
    """Fails on texts that name what it cannot bear."""

    def __init__(self, how):
        super().__init__()
        self.how = how

    def encode_passages(self, texts):
        vectors = super().encode_passages(texts)
        bad = [row for row, text in enumerate(texts) if "метро" in text or "metro" in text]
        if bad and self.how == "memory":
            raise MemoryError
        if self.how == "shape":
            return vectors[:, :5]
        if bad:
            vectors[bad] = np.nan
        return vectors


@pytest.fixture
def encoder():
    return HashEncoder()


@pytest.fixture
def library(tmp_path, encoder):
    with Library.open(tmp_path / "library", encoder) as library:
        yield library


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    for number, story in enumerate(STORIES):
        (folder / f"{number}.txt").write_text(f"Тақырып {number}\n\n{story}", encoding="utf-8")
    return folder


def found(library, encoder, text):
    (best, _), *_ = library.nearest(encoder.encode_queries([text])[0], 1)
    article, chunk = library.chunks([best])[best]
    assert article.text[chunk.start : chunk.end] == chunk.text
    return article


def test_folder_goes_in_and_again_is_unchanged(library, encoder, folder):
    report = ingest_sources(library, encoder, [folder])
    assert (len(report.added), report.chunks, report.rejected) == (5, 5, ())
    assert found(library, encoder, STORIES[2]).language == "en"
    again = ingest_sources(library, encoder, [str(folder), folder / "0.txt"])
    assert (len(again.unchanged), again.chunks, again.added) == (5, 0, ())


def test_changed_file_replaces_what_was_there(library, encoder, folder):
    ingest_sources(library, encoder, [folder])
    (folder / "1.txt").write_text(
        "Тақырып 1\n\nШкола в Бишкеке закрыта на ремонт до осени, дети учатся в соседнем здании.",
        encoding="utf-8",
    )
    report = ingest_sources(library, encoder, [folder])
    assert (len(report.updated), len(report.unchanged)) == (1, 4)
    assert "девятьсот" not in found(library, encoder, STORIES[1]).text


def test_copies_are_linked_also_within_a_batch(library, encoder, tmp_path):
    wire = " ".join(STORIES)
    rows = [{"id": name, "text": wire} for name in ("first", "second")]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = ingest_sources(library, encoder, [path])
    assert (report.added, report.linked) == (("first",), ("second",))
    assert [copy.id for copy in library.also_in(["first"])["first"]] == ["second"]


def test_defaults_fill_what_is_missing(library, encoder, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": "a", "text": "12345 67890"}\n{"id": "b", "text": "Новая школа", "publisher": "Вестник", "language": "ru"}',
        encoding="utf-8",
    )
    ingest_sources(library, encoder, [path], publisher="Дала", language="kk")
    first, second = library.article("a"), library.article("b")
    assert (first.publisher, first.language) == ("Дала", "kk")
    assert (second.publisher, second.language) == ("Вестник", "ru")


def test_bad_input_is_named_and_the_rest_goes_in(library, encoder, folder, tmp_path):
    (folder / "binary.txt").write_bytes(bytes(range(32)) * 50)
    (folder / "empty.md").write_text("", encoding="utf-8")
    (folder / "signs.md").write_text("--- *** ---", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"x")
    (folder / "rows.jsonl").write_text('{"text": 1}\n{"text": "Жақсы жаңалық келді."}\n', encoding="utf-8")
    report = ingest_sources(library, encoder, [folder, tmp_path / "nowhere", folder / "picture.png"])
    assert len(report.added) == 6
    reasons = {Path(rejection.source).name: rejection.reason for rejection in report.rejected}
    assert set(reasons) == {"binary.txt", "empty.md", "signs.md", "picture.png", "rows.jsonl:1", "nowhere"}
    assert all(reasons.values())


def test_text_beyond_any_article_is_rejected(library, encoder):
    report = ingest_sources(library, encoder, [Article(id="a", text="сөз " * 600_000)])
    assert "2,400,000 characters" in report.rejected[0].reason


def test_nothing_usable_is_an_error(library, encoder):
    with pytest.raises(UsageError, match="nowhere"):
        ingest_sources(library, encoder, ["nowhere"])


def test_dry_run_stores_nothing(library, encoder, folder):
    ingest_sources(library, encoder, [folder / "0.txt"])
    (folder / "0.txt").write_text("Басқа тақырып\n\nМүлде басқа мәтін осында жазылған.", encoding="utf-8")
    report = ingest_sources(library, encoder, [folder], dry_run=True)
    assert (len(report.added), len(report.updated), report.chunks) == (4, 1, 5)
    assert library.counts().articles == 1


@pytest.mark.parametrize(("how", "taken"), [("memory", 4), ("nan", 4), ("shape", 0)])
def test_what_the_encoder_cannot_do_costs_only_that_article(tmp_path, folder, how, taken):
    encoder = BrokenEncoder(how)
    with Library.open(tmp_path / "library", encoder) as library:
        report = ingest_sources(library, encoder, [folder])
        assert len(report.added) == library.counts().articles == taken
        assert len(report.rejected) == 5 - taken


def test_progress_counts_to_the_end(library, encoder, folder):
    seen = []
    (folder / "rows.jsonl").write_text(
        "\n".join(json.dumps({"text": f"{story} Бұл қосымша сөйлем."}) for story in STORIES), encoding="utf-8"
    )
    ingest_sources(library, encoder, [folder], progress=seen.append)
    assert [progress.done for progress in seen] == list(range(1, len(seen) + 1))
    assert seen[-1].done >= 9
    assert seen[-1].left is not None
    assert seen[-1].rate > 0


def test_interruption_keeps_what_was_finished(library, encoder, folder):
    def stop(progress):
        if progress.done == 3:
            raise KeyboardInterrupt

    for path in folder.iterdir():
        path.write_text(
            path.read_text(encoding="utf-8") + "\n\n" + " ".join(STORIES) * 15 + path.name, encoding="utf-8"
        )
    with pytest.raises(Interrupted) as caught:
        ingest_sources(library, encoder, [folder], progress=stop)
    kept = caught.value.report.added + caught.value.report.linked
    assert len(kept) == 3
    assert all(library.article(one) for one in kept)
    assert len(ingest_sources(library, encoder, [folder]).unchanged) == 3


def test_processes_give_the_same(library, encoder, folder):
    (folder / "bad.txt").write_bytes(b"\x00\x01" * 500)
    report = ingest_sources(library, encoder, [folder], jobs=2)
    assert (len(report.added), len(report.rejected)) == (5, 1)
    assert [name[0] for name in report.added] == list("01234")


def test_articles_of_others_are_taken_as_they_are(library, encoder):
    report = ingest_sources(library, encoder, [Article(id="mine", text=STORIES[0], title="Айлақ")])
    assert report.added == ("mine",)


PAGE = "<html><head><title>{0}</title>{2}</head><body><article><h1>{0}</h1><p>{1}</p></article></body></html>"


def test_pages_and_feeds_over_http(library, encoder):
    pages = {}
    with serving(pages) as (url, asked):
        canonical = '<link rel="canonical" href="https://bank.example/login">'
        pages["/a"] = answer(PAGE.format("Айлақ ашылды", STORIES[0] * 4, canonical))
        pages["/b"] = answer(PAGE.format("Школа открыта", STORIES[1] * 4, ""))
        pages["/feed"] = answer(
            f"<?xml version='1.0'?><rss version='2.0'><channel><title>Лента</title>"
            f"<item><title>Школа</title><link>{url}/b</link><pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate><description>Кратко.</description></item>"
            f"<item><title>Лента</title><link>{url}/feed</link><description>Снова лента.</description></item>"
            f"<item><title>Полный</title><link>{url}/c</link><description>{STORIES[4] * 9}</description></item>"
            "</channel></rss>",
            "application/rss+xml",
        )
        pages["/picture"] = answer(b"x", "image/png")
        report = ingest_sources(
            library,
            encoder,
            [f"{url}/a", f"{url}/feed", f"{url}/picture", f"{url}/none"],
            fetcher=Fetcher(["127.0.0.1"]),
        )
    assert report.added == (f"{url}/a", f"{url}/b", f"{url}/c")
    assert asked.count("/feed") == 2
    assert {rejection.source.rpartition("/")[2] for rejection in report.rejected} == {
        "feed",
        "picture",
        "none",
    }
    school = library.article(f"{url}/b")
    assert (school.published.isoformat(), school.publisher) == ("2024-03-05", "127.0.0.1")


def test_private_addresses_are_refused_by_default(library, encoder):
    with serving({"/": answer("x")}) as (url, asked):
        report = ingest_sources(library, encoder, [url, "file:///etc/passwd"])
    assert "private" in report.rejected[0].reason
    assert "Only http" in report.rejected[1].reason
    assert not asked


def test_watching_gives_the_folder_and_then_what_is_written(folder):
    stop = threading.Event()
    groups = changed_files(folder, stop, settle=0.1)
    assert next(groups) == [folder]
    (folder / "new.txt").write_text("жаңа", encoding="utf-8")
    (folder / "new.png").write_bytes(b"x")
    assert [path.name for path in next(groups)] == ["new.txt"]
    stop.set()
    assert list(groups) == []
