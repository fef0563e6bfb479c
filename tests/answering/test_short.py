from datetime import date

import pytest

from assistant.answering.questions import analyse_question
from assistant.answering.short import short_answer
from assistant.encoders.fake import HashEncoder

ENCODER = HashEncoder()
HARBOUR = "2023 жылы порт арқылы 12 мыңнан астам кеме өтіп, 40 млн доллар табыс түсті."


def short(question, sentence, language, published=date(2024, 5, 20)):
    return short_answer(analyse_question(question), sentence, language, ENCODER, published)


@pytest.mark.parametrize(
    ("question", "language", "holds"),
    [
        ("2023 жылы порт арқылы қанша кеме өтті?", "kk", "12 мың"),
        ("Сколько судов прошло через порт в 2023 году?", "ru", "12 тыс"),
        ("How many ships passed through the port in 2023?", "en", "12,000"),
        ("Порт қаншаға табыс тапты, қанша доллар?", "kk", "40 м"),
        ("Сколько долларов заработал порт?", "ru", "40 м"),
        ("How much money did the port earn?", "en", "40 m"),
    ],
)
def test_the_number_that_is_asked_for_in_the_readers_language(question, language, holds):
    assert holds in short(question, HARBOUR, language).replace("\xa0", " ")


def test_of_two_numbers_the_one_whose_noun_is_asked_for():
    sentence = "The town has 14 libraries and 230 buses."
    assert short("How many buses does the town have?", sentence, "en") == "230"
    assert short("How many libraries does the town have?", sentence, "en") == "14"


def test_the_questions_own_number_is_no_answer():
    assert short("How many of the 230 buses are electric?", "The town has 230 buses.", "en") is None


def test_a_date():
    assert "2026" in short("When will the tunnel open?", "The tunnel will open in 2026.", "en")
    assert "2023" in short("Порт қашан кеңейді?", "Порт былтыр кеңейді.", "kk")


def test_yes_and_no_only_in_the_questions_own_words():
    assert (
        short("Was the new bridge opened in Atyrau?", "The new bridge was opened in Atyrau.", "en") == "Yes"
    )
    assert (
        short("Was the new bridge opened in Atyrau?", "The new bridge in Atyrau was not opened.", "ru")
        == "Нет"
    )
    assert short("Was the new bridge opened in Atyrau?", "The old ferry still runs in Atyrau.", "en") is None
    assert short("Открыли ли новый мост в Атырау?", "The new bridge was opened in Atyrau.", "ru") is None


def test_other_kinds_have_none():
    assert short("Why did the river flood?", "The river flooded because of rain.", "en") is None
