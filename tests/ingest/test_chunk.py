from __future__ import annotations

import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.text.sentences import sentence_spans
from assistant.types import Article
from ingest.chunk import MAX_WORDS, MIN_WORDS, chunk_spans, embedding_text


def sentence(number, words=10):
    return " ".join([f"Сөйлем{number}"] + ["сөз"] * (words - 1)) + "."


def paragraph(first, sentences, words=10):
    return " ".join(sentence(number, words) for number in range(first, first + sentences))


def passages(text):
    return [text[start:end] for start, end in chunk_spans(text)]


def count(text):
    return len(text.split())


def test_nothing_gives_nothing():
    assert chunk_spans("") == chunk_spans(" \n ") == []


def test_short_text_is_one_passage():
    assert passages("Бір сөйлем. Екінші сөйлем.") == ["Бір сөйлем. Екінші сөйлем."]


def test_short_paragraphs_are_joined():
    text = "\n\n".join(paragraph(number * 10, 3) for number in range(6))
    assert [count(passage) for passage in passages(text)] == [90, 90]


def test_paragraphs_that_fit_stand_alone():
    text = "\n\n".join(paragraph(number * 20, 12) for number in range(3))
    assert passages(text) == text.split("\n\n")


def test_long_paragraph_is_split_with_a_sentence_of_overlap():
    found = passages(paragraph(0, 40))
    assert all(MIN_WORDS <= count(passage) <= MAX_WORDS for passage in found)
    for before, after in pairwise(found):
        assert sentence_of(before, -1) == sentence_of(after, 0)


def sentence_of(text, at):
    start, end = sentence_spans(text)[at]
    return text[start:end]


def test_no_overlap_between_paragraphs():
    found = chunk_spans(paragraph(0, 12) + "\n" + paragraph(20, 12))
    assert found[0][1] < found[1][0]


def test_heading_goes_with_what_follows():
    text = paragraph(0, 9) + "\n\nЖаңа тарау\n\n" + paragraph(20, 12)
    assert passages(text)[1].startswith("Жаңа тарау\n\nСөйлем20")
    text = paragraph(0, 6) + "\n\nЖаңа тарау\n\n" + paragraph(20, 12)
    assert passages(text)[0] == paragraph(0, 6)
    assert passages(text)[1].startswith("Жаңа тарау")


def test_short_rest_joins_the_last_passage():
    text = paragraph(0, 12) + "\n\nСоңғы қысқа сөйлем осы."
    assert passages(text) == [text]


def test_sentences_stay_whole():
    text = "\n\n".join(paragraph(number * 100, 25, words=17) for number in range(3))
    starts = {start for start, _ in sentence_spans(text)}
    ends = {end for _, end in sentence_spans(text)}
    for start, end in chunk_spans(text):
        assert start in starts
        assert end in ends


def test_endless_sentence_is_cut_at_clauses():
    text = ", ".join("бір екі үш төрт бес" for _ in range(100)) + "."
    found = passages(text)
    assert all(count(passage) <= 200 for passage in found)
    assert all(passage.endswith((",", ".")) for passage in found)


@pytest.mark.parametrize("unit", ["а", "сөз ", "Бұл сөйлем. ", "а\n", "а, "])
def test_anything_is_bounded_and_linear(unit):
    def seconds(size):
        text = unit * (size // len(unit))
        began = time.process_time()
        spans = chunk_spans(text)
        taken = time.process_time() - began
        assert max(end - start for start, end in spans) <= 200 * 15
        return taken

    assert seconds(200_000) < 12 * max(seconds(50_000), 0.02)


@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(
                [
                    "Сөйлем осы. ",
                    "\n\n",
                    "\n",
                    "Тақырып\n",
                    "сөз " * 50,
                    "ұзақсөз" * 60,
                    "2024 ж. 27 қараша ",
                    "?! ",
                ]
            ),
        ),
        max_size=60,
    ).map("".join)
)
@settings(max_examples=300, deadline=None)
def test_every_word_is_in_a_passage_and_offsets_are_trimmed(text):
    spans = chunk_spans(text)
    covered = bytearray(len(text))
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered[start:end] = b"\x01" * (end - start)
    assert all(mark or letter.isspace() for mark, letter in zip(covered, text, strict=True))
    assert spans == sorted(spans)
    assert all(before[1] < after[1] for before, after in pairwise(spans))


def test_title_and_date_travel_with_the_passage():
    article = Article(text="Мәтін осы.", title="Тақырып", published=date(2024, 11, 27))
    assert embedding_text(article, 0, 5) == "Тақырып\n2024-11-27\nМәтін"
    assert embedding_text(Article(text="Мәтін"), 0, 5) == "Мәтін"
