"""No text makes what reads it fail, or take more than two seconds for a megabyte."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.fuzz import TARGETS
from tests.faults.speed import LONG, MB, SECONDS, fastest

SIZE = 250_000
PIECES = st.sampled_from(
    [
        " ", "\n", "\n\n", ". ", "… ", "«", "»", "\"", "[1]", "[", "]", "(2)", "【", "^3", "<", "<think>", "</think>", "<script>", "![a](http://b)",
        "http://x.y", "7", "60 000", "3,5", "3–5 млн", "60 мыңға жуық", "$1.2 billion", "около", "2024", "27 қараша", "2024 жылғы", "29 ақпан 2023",
        "31.02.2024", "вчера", "Қазан", "ХХ", "№", "№ 5", "Мр. ", "г.", "ж.", "т.е.", "U.S. ", "%", "€", "\u0301", "\u200b", "\ud800", "\x00", "İ", "ß",
        "ﬁ", "²", "٣", "Ⅻ", "🙂", "-", "--", "_", "*", "#", "|", "Сколько", "қанша", "How many", "А он?", "мың", "жүз", "бес", "half", "пол", "млрд",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=40).map("".join),
    st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=30).map("".join),
)


@pytest.mark.parametrize("name", TARGETS)
@given(text=TEXTS)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_text_makes_it_fail(name, text):
    TARGETS[name](text)


@pytest.mark.parametrize("name", TARGETS)
def test_a_long_text_takes_a_time_that_a_megabyte_would_take_two_seconds_of(name):
    slow = {what: taken for what in LONG if (taken := fastest(name, what, SIZE)) > SECONDS * SIZE / MB}
    assert not slow
