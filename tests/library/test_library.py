"""The library as one: what is added is found, in every version of it that is live and in no other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.encoders.fake import HashEncoder
from assistant.errors import EncoderMismatch, Rejected
from assistant.library import Library, indexes
from assistant.types import Filters
from tests.library.support import ENCODER, article, everything, matching, nearest, put, spans, texts


@pytest.fixture(params=[0, 2000], ids=["chroma", "exact"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """Search by Chroma at once, or exactly while the library is small."""
    with Library.open(tmp_path / "library", ENCODER, fresh=request.param) as opened:
        yield opened


def test_everything_added_is_found_by_vector_and_by_words(library: Library) -> None:
    assert put(library, *map(article, range(20))) == ["added"] * 20
    assert everything(library) == {f"a{number}": 2 for number in range(20)}


def test_an_empty_library_answers_with_nothing(library: Library) -> None:
    assert nearest(library, "anything") == []
    assert matching(library, "anything") == []
    assert library.articles() == []
    assert library.counts().articles == 0
    assert library.article("a0") is None
    assert not library.remove("a0")
    assert all(finding.ok for finding in library.doctor(deep=True))


def test_a_new_version_replaces_the_old_one(library: Library) -> None:
    put(library, *map(article, range(4)))
    before = library.generation
    assert put(library, article(3, text="Bridges were repaired.\nFerries wait.")) == ["updated"]
    assert library.generation > before
    assert nearest(library, "Bridges were repaired.", 1) == ["Bridges were repaired."]
    assert not any(
        "District 3" in text for text in nearest(library, "District 3 opened its football today.", 8)
    )
    assert matching(library, "code3") == []
    assert everything(library)["a3"] == 2
    assert library.counts().articles == 4


def test_the_url_as_an_id_is_the_article_with_that_url(library: Library) -> None:
    put(library, article(1))
    url = article(1).url
    assert put(library, article(1, id=url, text="Ships came.\nThey left.")) == ["updated"]
    assert [row.article.id for row in library.articles()] == [url]
    assert put(library, article(1, text="Ships came back.\nThey left.")) == ["updated"]
    assert [row.article.id for row in library.articles()] == ["a1"]


def test_two_named_articles_may_share_a_url(library: Library) -> None:
    page = "https://news.example/digest"
    put(library, article(1, url=page), article(2, url=page))
    assert everything(library) == {"a1": 2, "a2": 2}
    assert put(library, article(2, url=page, text="Changed.\nIt differs.")) == ["updated"]
    assert nearest(library, "code1 is its sign", 4)
    assert len(library.articles()) == 2


def test_two_versions_in_one_session_leave_the_second(library: Library) -> None:
    outcomes = put(library, article(1), article(1, text="Second try.\nIt differs."))
    assert outcomes == ["added", "updated"]
    assert everything(library) == {"a1": 2}
    assert set(nearest(library, "code1 is its sign", 4)) == {"Second try.", "It differs."}
    assert [row.article.id for row in library.articles()] == ["a1"]


def test_a_removed_article_is_gone_everywhere(library: Library) -> None:
    put(library, *map(article, range(3)))
    assert library.remove("a1")
    assert not library.remove("a1")
    assert library.article("a1") is None
    assert matching(library, "code1") == []
    assert everything(library) == {"a0": 2, "a2": 2}
    findings = {finding.name: finding for finding in library.doctor(deep=True)}
    assert findings["terms"].detail == "4 entries for 4 chunks"


def test_chunks_keep_their_place_in_the_article(library: Library) -> None:
    put(library, article(5))
    ids = [id_ for id_, _ in library.nearest(ENCODER.encode_queries(["code5"])[0], 5)]
    found = library.chunks([*ids, 10**9])
    assert sorted(found) == sorted(ids)
    for whole, chunk in found.values():
        assert whole == article(5)
        assert whole.text[chunk.start : chunk.end] == chunk.text
        assert chunk.article_id == "a5"
    assert library.languages_of(ids) == dict.fromkeys(ids, "en")


def test_vectors_come_back_in_the_order_asked_for(library: Library) -> None:
    put(library, article(1), article(2))
    ids = [id_ for id_, _ in library.nearest(ENCODER.encode_queries(["District"])[0], 4)]
    expected = ENCODER.encode_passages(texts(library, ids))
    assert np.allclose(library.vectors(ids), expected, atol=1e-3)
    assert not library.vectors([10**9]).any()
    assert library.vectors([]).shape == (0, ENCODER.dimension)


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (Filters(language="ru"), [1, 4, 7, 10]),
        (Filters(publisher="  DAILY "), [1, 3, 5, 7, 9, 11]),
        (Filters(since=date(2024, 1, 4), until=date(2024, 1, 6)), [3, 4, 5]),
        (Filters(until=date(2024, 1, 2)), [0, 1]),
        (Filters(since=date(2024, 1, 2), publisher="Daily", language="kk"), [3, 9]),
        (Filters(since=date(2030, 1, 1)), []),
    ],
)
def test_a_filter_leaves_just_what_passes_it(library: Library, filters: Filters, numbers: list[int]) -> None:
    put(library, *map(article, range(12)), article(12, published=None, language=None))
    expected = {f"District {number} opened" for number in numbers}
    for found in (
        nearest(library, "opened its", 30, filters),
        matching(library, "opened", limit=30, filters=filters),
    ):
        assert {text.partition(" its")[0] for text in found if "opened" in text} == expected
    assert sorted(row.article.id for row in library.articles(filters)) == sorted(
        f"a{number}" for number in numbers
    )


def test_articles_are_listed_newest_first_and_by_page(library: Library) -> None:
    put(library, *map(article, range(5)))
    assert [row.article.id for row in library.articles(limit=2, offset=1)] == ["a3", "a2"]
    row = library.articles(limit=1)[0]
    assert (row.chunks, row.added.tzinfo is not None) == (2, True)
    counts = library.counts()
    assert (counts.articles, counts.chunks, counts.first, counts.last) == (
        5,
        10,
        date(2024, 1, 1),
        date(2024, 1, 5),
    )
    assert counts.languages == {"kk": 2, "ru": 2, "en": 1}


def test_questions_full_of_query_syntax_and_markup_are_only_words(library: Library) -> None:
    put(library, *map(article, range(3)))
    for hostile in (
        "stems:* OR (",
        "glacier^9 AND",
        "'; DROP TABLE versions; --",
        "\x00\x01",
        "[* TO *]",
        "a" * 100_000,
    ):
        matching(library, hostile)
        nearest(library, hostile)
        library.articles(Filters(publisher=hostile))
    assert everything(library) == {"a0": 2, "a1": 2, "a2": 2}


def test_what_an_encoder_got_wrong_is_rejected_whole(library: Library) -> None:
    one = article(1)
    right = ENCODER.encode_passages(["x", "y"])
    wrong = [right[:1], right[:, :10], np.full_like(right, np.nan)]
    for vectors in wrong:
        with pytest.raises(Rejected):
            library.add(one, spans(one.text), vectors)
    with pytest.raises(Rejected):
        library.add(one, [(0, 5), (5, 10_000)], right)
    with pytest.raises(Rejected):
        library.add(article(1, text="lone \ud800 surrogate\nhere"), [(0, 4), (5, 6)], right)
    with pytest.raises(Rejected):
        library.add(article(1, id=""), spans(one.text), right)
    assert library.articles() == []
    assert put(library, one) == ["added"]


def test_a_failing_body_keeps_what_was_added_before_it(library: Library) -> None:
    with pytest.raises(KeyboardInterrupt), library.writing():
        put(library, article(1))
        raise KeyboardInterrupt
    assert everything(library) == {"a1": 2}


def test_another_encoder_is_refused_or_encodes_everything_again(tmp_path: Path) -> None:
    with Library.open(tmp_path, ENCODER) as library:
        put(library, *map(article, range(6)))
    other = HashEncoder(32)
    with pytest.raises(EncoderMismatch, match="rebuild"):
        Library.open(tmp_path, other)
    with Library.open(
        tmp_path, other, fresh=0, text_of=lambda one, start, end: one.text[start:end]
    ) as library:
        vector = other.encode_queries([article(2).text.split("\n")[0]])[0]
        assert texts(library, [library.nearest(vector, 1)[0][0]]) == ["District 2 opened its museum today."]
        assert all(finding.ok for finding in library.doctor(deep=True))
    Library.open(tmp_path, other).close()


def test_an_empty_library_takes_any_encoder(tmp_path: Path) -> None:
    Library.open(tmp_path, HashEncoder(16)).close()
    with Library.open(tmp_path, ENCODER) as library:
        put(library, article(1))
        library.remove("a1")
    with Library.open(tmp_path, HashEncoder(16)) as library:
        assert library.articles() == []


def test_many_threads_read_while_one_writes(library: Library) -> None:
    put(library, *map(article, range(10)))

    def ask(turn: int) -> bool:
        text = f"District {turn % 10} opened"
        return any(text in found for found in nearest(library, text, 5)) and bool(matching(library, text))

    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(ask, turn) for turn in range(150)]
        for number in range(10, 16):
            put(library, article(number))
        assert all(done.result() for done in asked)
    assert len(everything(library)) == 16


def test_rebuild_reports_progress_and_changes_nothing(library: Library) -> None:
    put(library, *map(article, range(5)))
    before, seen = everything(library), []
    library.rebuild(lambda done, total: seen.append((done, total)))
    assert everything(library) == before
    assert seen[-1] == (10, 10)
    assert len(list(library.folder.glob("vectors-*"))) == len(list(library.folder.glob("terms-*"))) == 1


def test_a_vector_index_full_of_what_is_gone_is_made_anew(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "_WORN", 10)
    names = set()
    for turn in range(8):
        put(library, *(article(number, text=f"Turn {turn} of {number}.\nIt rains.") for number in range(8)))
        (path,) = library.folder.glob("vectors-*")
        names.add(path.name)
    assert 3 <= len(names) <= 5
    assert "Turn 7 of 3." in nearest(library, "Turn 7 of 3.")
    assert all(finding.ok for finding in library.doctor(deep=True))
