from __future__ import annotations

from assistant.answering.overlap import Overlap, Translated, stem_set

QUESTION = "How many students study in Russia?"
TEXTS = [
    "Ресейде 60 мыңға жуық студент оқиды.",
    "Қытаймен сауда көлемі өсті.",
    "В России открылся музей.",
]


def test_translations_of_the_question_are_found():
    found = Translated(QUESTION, "en", [stem_set(text) for text in TEXTS])
    students, trade, museum = (found.share(at) for at in range(3))
    assert 1 >= students > museum > trade == 0


def test_a_text_in_the_same_language_or_none_has_no_translations():
    assert Translated(QUESTION, "en", [stem_set(QUESTION)]).share(0) == 0
    assert Translated("?", "en", [stem_set(TEXTS[0])]).share(0) == 0


def test_rare_words_count_more():
    overlap = Overlap("mayor tram", ["the tram and the mayor", "the tram", "a tram line", "one mayor"])
    assert overlap.shares(0)[0] == 1
    assert overlap.shares(3)[0] > overlap.shares(1)[0]
