"""Sentences with their markers, however the text is cut up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answering.claims import LONGEST, Claim, Draft
from assistant.answering.markers import MarkerParser


def parts(text, step=0):
    parser, draft, out = MarkerParser(9), Draft(), []
    for at in range(0, len(text), step or len(text) or 1):
        out += draft.feed(parser.feed(text[at : at + (step or len(text))]))
    return [*out, *draft.feed(parser.close()), *draft.close()]


def shown(found):
    return "".join(
        f"[{part}]" if isinstance(part, int) else part for part in found if not isinstance(part, Claim)
    )


def claims(found):
    return [(part.text, part.sources) for part in found if isinstance(part, Claim)]


TEXTS = {
    "One came [1]. Two left. [2] Three stay [3][1].": [
        ("One came.", (1,)),
        ("Two left.", (2,)),
        ("Three stay.", (3, 1)),
    ],
    "Бірі келді [1].\n\n[2] екіншісі кетті": [("Бірі келді.", (1,)), ("екіншісі кетті", (2,))],
    "Ол 2024 ж. 27 қараша күні келді [1]. Кейін кетті.": [
        ("Ол 2024 ж. 27 қараша күні келді.", (1,)),
        ("Кейін кетті.", ()),
    ],
    "Mr. Smith paid 3.5 percent [1]! Fine?": [("Mr. Smith paid 3.5 percent!", (1,)), ("Fine?", ())],
    "\n\n [1]": [],
    "": [],
}


@pytest.mark.parametrize("step", [0, 1, 2, 5])
@pytest.mark.parametrize(("text", "expected"), TEXTS.items())
def test_each_sentence_has_its_own_markers(text, expected, step):
    assert claims(parts(text, step)) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="Ab. ?\n", max_size=60), st.integers(1, 7))
def test_text_comes_out_whole_and_in_order(text, step):
    assert shown(parts(text, step)).rstrip() == text.rstrip()


def test_a_sentence_is_told_right_after_its_last_piece():
    found = parts("One came here [1]. Two left there.")
    at = next(at for at, part in enumerate(found) if isinstance(part, Claim))
    assert shown(found[:at]) == "One came here[1]."


def test_text_comes_out_before_its_sentence_ends():
    draft = Draft()
    assert list(draft.feed(["Nearly 60"])) == ["Nearly 60"]
    assert list(draft.feed([",000 students", 1])) == [",000 students", 1]


def test_an_endless_sentence_is_cut():
    assert len(claims(parts("word " * 1000))) == 5000 // LONGEST + 1
