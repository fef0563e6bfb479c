from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.language import cyrillic_kazakh, detect_language, is_latin_kazakh, question_language
from assistant.types import LANGUAGES

NO_KAZAKH_LETTERS = str.maketrans("әғқңөұүһіӘҒҚҢӨҰҮҺІ", "агкноуухиАГКНОУУХИ")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ол кім?", "kk"),
        ("Кеше не болды?", "kk"),
        ("Канша турады?", "kk"),
        ("Теміржол вокзалы қашан ашылды?", "kk"),
        ("Кто он?", "ru"),
        ("Где Ақтау?", "ru"),
        ("Сколько студентов?", "ru"),
        ("Когда выступит Тоқаев?", "ru"),
        ("Who won?", "en"),
        ("Where is Aqtau?", "en"),
        ("Oil prices rose.", "en"),
        ("12 500, 30.11.2023", None),
        ("", None),
        ("?!…", None),
        ("今天天气很好", None),
        ("Wer ist der Präsident von Österreich?", None),
        ("Скільки шкіл відкрили в Україні?", None),
    ],
)
def test_language_of_short_texts(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "Atyrauda qansha munai zauyty bar?",
        "Atırauda qanşa mūnay zauıtı bar?",
        "Atyrauda kansha munay zauyty salyndy?",
        "Jaña mektep qai jyly aşıldı?",
        "Semeidegi kópir qashan salyndy?",
    ],
)
def test_latin_kazakh_is_kazakh(text):
    assert is_latin_kazakh(text)
    assert detect_language(text) == question_language(text) == "kk"


@pytest.mark.parametrize(
    "text", ["How many men study in Qatar?", "Iraq and Kazakhstan sign a deal", "Атырауда канша зауыт бар?"]
)
def test_what_is_not_latin_kazakh(text):
    assert not is_latin_kazakh(text)


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Reseide qansha qazaqstandyq student oqidy?", "Ресейде қанша қазақстандық студент оқиды?"),
        ("Reseyde qanşa qazaqstandıq student oqıdı?", "Ресейде қанша қазақстандық студент оқиды?"),
        ("Reseide kansha kazakstandyk student okidy?", "Ресейде қанша қазақстандық студент оқиды?"),
        ("Ресейде канша казакстандык студент окиды?", "Ресейде қанша қазақстандық студент оқиды?"),
        ("QAZAQSTAN Ükimeti", "ҚАЗАҚСТАН Үкіметі"),
        ("Köktemde jaña köpir salyndy", "Көктемде жаңа көпір салынды"),
        ("2023 jyly 5 mektep", "2023 жылы 5 мектеп"),
        ("Қазақстан", "Қазақстан"),
    ],
)
def test_cyrillic_of_latin_kazakh(latin, cyrillic):
    assert cyrillic_kazakh(latin) == cyrillic


def test_a_question_without_a_known_language_still_gets_one():
    assert question_language("12 500") == "en"
    assert question_language("今天天气") == "en"
    assert question_language("Скільки шкіл відкрили в Україні?") == "kk"
    assert question_language("Колкојж њњж") == "ru"


def test_development_questions(shared: Path):
    right = count = plain = 0
    for name in ("speeches", "kazqad", "interview"):
        for line in (shared / "data" / "dev" / name / "questions.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            right += detect_language(row["question"]) == row["language"]
            count += 1
            if row["language"] == "kk":
                plain += detect_language(row["question"].translate(NO_KAZAKH_LETTERS)) != "kk"
    assert right == count
    assert plain <= 0.01 * count


@given(st.text())
def test_any_text(text):
    assert detect_language(text) in (*LANGUAGES, None)
    assert question_language(text) in LANGUAGES
    assert isinstance(cyrillic_kazakh(text), str)


def test_language_detection_loads_nothing_until_it_is_unsure():
    code = (
        "import sys; from assistant.text.language import detect_language as d;"
        "assert d('How many students study in Russia?') == 'en'; assert d('Сколько студентов учится в России?') == 'ru';"
        "assert d('Ресейде қанша студент оқиды?') == 'kk'; assert 'py3langid' not in sys.modules;"
        "assert d('Тауасар') in ('kk', 'ru'); assert 'py3langid' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
