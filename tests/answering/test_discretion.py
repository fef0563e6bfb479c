"""What is passed on is the text as it came, unless it recites the instructions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answering.discretion import RUN, Discretion
from assistant.answering.faults import ModelFault
from prompts import load_prompt

SAID = load_prompt("answer")
SENTENCE = "Put the number of the source right after each sentence that leans on it"


def passed(pieces):
    discretion = Discretion(SAID)
    return "".join([*map(discretion.feed, pieces), discretion.close()])


def pieces_of(text, size):
    return [text[at : at + size] for at in range(0, len(text), size)]


@given(
    words=st.lists(
        st.sampled_from([*SENTENCE.split()[: RUN - 1], "Астана", "60,000", "[1].", "\n", " "]), max_size=30
    ),
    size=st.integers(1, 9),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_text_comes_out_as_it_went_in_or_not_to_its_end(words, size):
    text = " ".join(words)
    shown: list[str] = []
    discretion = Discretion(SAID)
    try:
        shown += map(discretion.feed, pieces_of(text, size))
        shown.append(discretion.close())
    except ModelFault as fault:
        assert fault.cause == "recited"
        assert text.startswith("".join(shown))
    else:
        assert "".join(shown) == text


@pytest.mark.parametrize("size", [1, 4, 7, 1000])
@pytest.mark.parametrize("before", ["", "The bridge opened in May. "])
def test_a_recital_is_stopped_before_its_second_word(size, before):
    discretion, shown = Discretion(SAID), ""
    with pytest.raises(ModelFault, match="recited"):
        for piece in pieces_of(before + SENTENCE.upper() + " and so on", size):
            shown += discretion.feed(piece)
    assert (before + SENTENCE.upper()).startswith(shown)
    assert len(shown) <= len(before) + len("Put ")


def test_what_fills_the_fields_may_be_said_and_so_may_a_few_of_the_words():
    text = "The articles do not answer this. Put the number of the bus on a sign, keep numbers and dates."
    assert passed(pieces_of(text, 3)) == text


def test_a_long_text_takes_a_time_that_grows_with_it():
    for text in ("put" * 20_000, "put " * 20_000, "put the" + " " * 60_000):
        assert passed(pieces_of(text, 7)) == text
