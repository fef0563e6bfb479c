import pytest

from assistant.answering.conversation import fold_history
from assistant.types import Turn

BRIDGES = [Turn(question="How many bridges did Almaty build in 2021?", answer="Twelve bridges [1].")]


@pytest.mark.parametrize(
    "question",
    [
        "How many hospitals were opened in Shymkent last autumn?",
        "Сколько больниц открыли в Шымкенте прошлой осенью?",
        "Шымкентте былтыр қанша аурухана ашылды?",
        "Какие законы приняты в этом году в Казахстане?",
        "When did Tokayev and his delegation visit Baku?",
        "Is there a railway between Almaty and Urumqi?",
    ],
)
def test_a_complete_question_stays(question):
    assert fold_history(question, BRIDGES) == question


@pytest.mark.parametrize(
    ("before", "follow_up", "standalone"),
    [
        (
            "How many bridges did Almaty build in 2021?",
            "And in 2023?",
            "How many bridges did Almaty build in 2023?",
        ),
        (
            "How many bridges were built in Almaty?",
            "And in Shymkent?",
            "How many bridges were built in Shymkent?",
        ),
        ("Сколько мостов построили в 2021 году?", "А в 2023?", "Сколько мостов построили в 2023 году?"),
        ("Сколько мостов построили в Алматы?", "А в Шымкенте?", "Сколько мостов построили в Шымкенте?"),
        ("2021 жылы қанша көпір салынды?", "Ал 2023 жылы ше?", "2023 жылы қанша көпір салынды?"),
        ("Алматыда қанша көпір салынды?", "Ал Ақтауда ше?", "Ақтауда қанша көпір салынды?"),
    ],
)
def test_a_year_or_place_is_put_in(before, follow_up, standalone):
    assert fold_history(follow_up, [Turn(question=before)]) == standalone


@pytest.mark.parametrize(
    ("before", "follow_up", "subject"),
    [
        ("How many Turkish firms work in Atyrau?", "How many of them are new?", "Turkish firms"),
        ("Сколько турецких фирм работает в Атырау?", "А сколько из них новых?", "турецких фирм"),
        ("Атырауда қанша түрік фирмасы жұмыс істейді?", "Олардың нешеуі жаңа?", "түрік фирмасы"),
        ("Which stadium hosted the final?", "When was it built?", "stadium hosted"),
        ("Когда открыли новый музей?", "Почему?", "новый музей"),
    ],
)
def test_the_subject_is_taken_over(before, follow_up, subject):
    folded = fold_history(follow_up, [Turn(question=before)])
    assert subject in folded
    assert folded.startswith(follow_up.removeprefix("А ").rstrip("?"))


def test_the_person_named_in_the_answer_is_taken_over():
    history = [Turn(question="Who chairs the committee?", answer="Aigul Bek [1].\n\n«...» [1]")]
    assert "Aigul Bek" in fold_history("When was she elected?", history)


def test_without_history_nothing_changes():
    assert fold_history("And in 2023?", []) == "And in 2023?"


def test_a_chain_goes_back_to_the_first_subject():
    history = [*BRIDGES, Turn(question="And in 2022?")]
    assert fold_history("And in 2023?", history) == "How many bridges did Almaty build in 2023?"


@pytest.mark.parametrize(
    "question", ["How many of them are new?", "And in 2023?", "Why?", "А сколько из них новых?"]
)
def test_folding_twice_is_folding_once(question):
    folded = fold_history(question, BRIDGES)
    assert fold_history(folded, BRIDGES) == folded
