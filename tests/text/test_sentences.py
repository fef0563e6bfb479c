from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["Форум 2024 ж. 5 мамырда ашылды.", "Оған 3,5 млрд. теңге бөлінді.", "Ә.Т. Серікбаев қатысты."],
        ["ХХ ғ. басында қала кішкентай еді.", "Кейін өсті."],
        ["Мұнда ет, сүт, т.б. өнім сатылады.", "Баға төмен."],
        ["Бұйрық № 5. Ақтау бөлімшесі шығарды.", "Ол күшіне енді."],
        ["В 2023 г. открыли 15 тыс. мест.", "Строил А. П. Иванов.", "Работы идут."],
        ["Он спросил: «Готово?» и ушёл.", "Никто не ответил."],
        ["Mr. Lee went to the U.S. on Nov. 5.", "He paid 3.5 dollars.", "Dr. No laughed…", "Then what?"],
        ["She lives in the U.S.", "The city is small."],
        ["«Үлгердік!» – деді ол.", "Жұрт қуанды."],
        ["— Сәлем.", "— Қалайсың?", "— Жақсы!"],
        ["Ол... келмеді.", "Біз...", "Сен де."],
        ['He said "Stop."', "Then he left."],
        ["Солай ма?!", "Иә."],
        ["«Самұрық» АҚ кірісі өсті.", "Бұл – рекорд."],
    ],
)
def test_sentences(parts):
    assert sentences(" ".join(parts)) == parts


def test_a_new_line_always_ends_a_sentence():
    assert sentences("Бір тақырып\n\n  екінші жол\r\nүшінші\u2028соңы ") == [
        "Бір тақырып",
        "екінші жол",
        "үшінші",
        "соңы",
    ]


def test_nothing_to_split():
    assert sentence_spans("") == sentence_spans(" \n\t ") == []


@given(st.one_of(st.text(), st.text(alphabet='аБ1 .!?…"»)\n№жгU')))
def test_spans_are_trimmed_ordered_and_cover_the_text(text):
    position, covered = 0, []
    for start, end in sentence_spans(text):
        assert position <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered.append(text[position:start])
        position = end
    covered.append(text[position:])
    assert not "".join(covered).strip()


@pytest.mark.parametrize(
    "piece",
    [
        "а",
        "а. ",
        "A. ",
        "«",
        "Бұл бір сөйлем. ",
        ".",
        "1.2",
        " ",
        ".\n",
        '." ',
        '" ',
        ". ",
        "1 ж. ",
        "A.B. The ",
    ],
)
def test_long_text_takes_linear_time(piece):
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    sentence_spans(text)
    assert time.process_time() - started < 20
