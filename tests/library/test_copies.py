"""Wire copies: found before anything is encoded, shown with the original, never searched twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.library.copies import fingerprint, similarity
from tests.library.support import ENCODER, article, everything, put

WORDS = [f"word{number}" for number in range(400)]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path, ENCODER) as opened:
        yield opened


def story(seed: int, words: int = 200) -> list[str]:
    return random.Random(seed).choices(WORDS, k=words)


def test_similarity_is_jaccard_of_word_shingles() -> None:
    def naive(first: list[str], second: list[str]) -> float:
        ours, theirs = ({tuple(text[at : at + 3]) for at in range(len(text) - 2)} for text in (first, second))
        return len(ours & theirs) / len(ours | theirs)

    first = story(1)
    second = [*first[:100], "changed", *first[101:], "more"]
    assert similarity(" ".join(first), " ".join(second)) == pytest.approx(naive(first, second))
    assert similarity("", "") == 0.0


def test_texts_over_the_limit_share_a_band() -> None:
    for seed in range(20):
        words = story(seed)
        edited = words.copy()
        edited[seed * 5] = "edited"
        first, second = " ".join(words), " ".join(edited)
        assert similarity(first, second) > 0.9
        assert set(fingerprint(first).bands) & set(fingerprint(second).bands)
        assert not set(fingerprint(first).bands) & set(fingerprint(" ".join(story(seed + 100))).bands)


def test_case_and_punctuation_make_no_difference_to_an_exact_copy() -> None:
    assert fingerprint("Ships came. They LEFT!").words == fingerprint("ships came — they left").words
    assert fingerprint("...").words == b""


def test_known_tells_unchanged_copies_and_new_articles_apart(library: Library) -> None:
    words = story(1)
    first = article(1, text=" ".join(words))
    edited = article(2, text=" ".join([*words[:50], "edited", *words[51:]]))
    assert library.known(first) is None
    put(library, first, article(3))
    assert library.known(first) == "unchanged"
    assert (
        library.known(
            article(
                9,
                id=first.url,
                url=first.url,
                text=first.text,
                title="",
                publisher="",
                published=None,
                language=None,
            )
        )
        == "unchanged"
    )
    assert library.known(article(1, text=first.text, title="Another title")) is None
    assert library.known(article(1, text="Another text.")) is None
    assert library.known(article(4, text=first.text.upper())) == "linked"
    assert library.known(edited) == "linked"
    assert library.original_of(edited) == "a1"
    assert library.known(article(5)) is None
    assert library.known(article(6, text="...")) is None


def test_known_sees_what_this_session_has_just_added(library: Library) -> None:
    first = article(1, text=" ".join(story(1)))
    with library.writing():
        put(library, first)
        assert library.known(first) == "unchanged"
        assert library.known(article(2, text=first.text)) == "linked"
        assert library.original_of(article(2, text=first.text)) == "a1"


def test_a_linked_copy_is_shown_with_its_original(library: Library) -> None:
    put(library, article(1))
    copy = article(2, text=article(1).text)
    library.link(copy, "a1")
    assert library.also_in(["a1", "a2"]) == {"a1": (copy,)}
    assert library.article("a2") == copy
    assert {row.article.id: (row.chunks, row.also_in) for row in library.articles()} == {
        "a1": (2, ("a2",)),
        "a2": (0, ()),
    }
    assert library.known(copy) == "unchanged"
    assert everything(library) == {"a1": 2, "a2": 0}
    assert all(finding.ok for finding in library.doctor(deep=True))


def test_a_copy_whose_original_is_gone_can_be_added_in_full(library: Library) -> None:
    put(library, article(1))
    copy = article(2, text=article(1).text)
    library.link(copy, "a1")
    library.remove("a1")
    assert [finding.name for finding in library.doctor() if not finding.ok] == ["copies"]
    assert library.known(copy) is None
    assert put(library, copy) == ["updated"]
    assert everything(library) == {"a2": 2}
    assert all(finding.ok for finding in library.doctor())
