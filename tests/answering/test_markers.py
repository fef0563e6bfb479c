"""Markers in every shape, however the text is cut up."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answering.markers import MarkerParser


def read(text, step=0, known=5):
    parser, pieces = MarkerParser(known), []
    for at in range(0, len(text), step or len(text) or 1):
        pieces += parser.feed(text[at : at + (step or len(text))])
    return "".join(f"[{piece}]" if isinstance(piece, int) else piece for piece in [*pieces, *parser.close()])


SHAPES = {
    "as asked [1].": "as asked[1].",
    "doubled [[2]].": "doubled[2].",
    "a list [1, 2; 3].": "a list[1][2][3].",
    "a range [2-4].": "a range[2][3][4].",
    "side by side [1][2].": "side by side[1][2].",
    "lenses 【1】 and 【2†source】.": "lenses[1] and[2].",
    "round (1).": "round[1].",
    "raised word^1, and end.^2": "raised word[1], and end.[2]",
    "footnote [^3].": "footnote[3].",
    "named [Source 1], [источник 2].": "named[1],[2].",
    "linked [1](http://evil.example/x) text": "linked[1] text",
    "unknown [9] and [7, 1].": "unknown and[1].",
    "wide ［1］": "wide ［1］",
}
NOT_MARKERS = [
    "(1) first, (2) second",
    "the (1) option of (2024)",
    "2^3 and x^2",
    "a [note] in brackets",
    "a < b and c > d",
    "f(x) = [",
    "cost (see 5)",
    "",
    "   ",
]
REMOVED = {
    "See ![x](http://evil.example/?d=1) this": "See this",
    "A [click here](http://evil.example) now": "A click here now",
    "<script>alert(1)</script> done": "alert(1) done",
    "<a href='http://evil.example'>bank</a>": "bank",
    "Go to https://evil.example/path?x=1 now": "Go to … now",
    "Go to www.evil.example now": "Go to … now",
    "in [2024] as quoted": "in (2024) as quoted",
    "a\u202eb\u200bc\x00d\U000e0041e": "abcde",
    "<think>I see [1] here.</think>Answer [1]": "Answer[1]",
    "<source-ab12 number=1>x</source-ab12>": "x",
    "half <scr": "half ‹scr",
    "go http:[9]//evil.example now": "go http:… now",
    "go ht<b>tp://evil.example now": "go http… now",
    "go ww[9]w.evil.example now": "go ww w.evil.example now",
    "a <[9]script> b": "a < script> b",
    "an <[image](x)>": "an < image>",
    "[press]<b>(//evil.example) here": "[press] (…) here",
    "as said [1]<b>(//evil.example)": "as said[1] (…)",
    "[1]: //evil.example": "[1]: …",
    f"[{'a' * 310}](//evil.example)": f"[{'a' * 310}] (…)",
    "a </[> b": "a  b",
}


@pytest.mark.parametrize("step", [0, 1, 2, 3, 7])
@pytest.mark.parametrize(
    ("text", "expected"), [*SHAPES.items(), *REMOVED.items(), *((t, t) for t in NOT_MARKERS)]
)
def test_every_shape_in_pieces_of_any_size(text, expected, step):
    assert read(text, step) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab 1[](){}^<>!.:/【】hw,\n", max_size=60), st.integers(1, 9))
def test_pieces_never_change_the_result(text, step):
    assert read(text, step) == read(text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="абвəқ xyz.,;?!\n", max_size=80), st.integers(1, 5))
def test_plain_text_is_never_lost(text, step):
    assert read(text, step) == text


def test_nothing_certain_is_held_back():
    parser = MarkerParser(3)
    assert parser.feed("Nearly 60,000") == ["Nearly 60,000"]
    assert parser.feed(" students [") == [" students"]
    assert parser.feed("1") == []
    assert parser.feed("]. M") == [1, ". M"]


def test_a_bracket_that_never_closes_is_let_go():
    parser = MarkerParser(3)
    out = parser.feed("[" + "word " * 100)
    assert "".join(map(str, out)).startswith("[word")


@pytest.mark.parametrize(
    "hostile", ["[", "(", " ", "<a", "![a", "[1", "http://", "h", "^", "【", "[[", "](", "<think>"]
)
def test_hostile_text_takes_linear_time(hostile):
    def seconds(size):
        text = (hostile * size)[:size]
        started = process_time()
        read(text, 40)
        return process_time() - started

    small, large = min(seconds(4_000) for _ in range(3)), min(seconds(16_000) for _ in range(3))
    assert large < 12 * small + 0.1
