"""The texts of the page: no language lacks any."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from assistant.errors import EmptyQuestion
from assistant.types import LANGUAGES
from assistant.web.strings import counted, day, day_short, error_text, known, number, preferred, span, words

WEB = Path(__file__).parents[2] / "assistant" / "web"
FORMS = {"kk": 1, "ru": 3, "en": 2}
LISTS = {"months", "months_alone"}
# Keys that are put together from a part that the data says.
MADE = re.compile(
    r"^(in_|answer_|outcome_|col_|sorted_|export_|shared|wrong_|not_answered|too_old|try_)|^(kk|ru|en|supported|partly|unsupported)$"
)


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_or_empty(language):
    table, english = words(language), words("en")
    assert table.keys() == english.keys()
    assert table["errors"].keys() == english["errors"].keys()
    assert all(table.values())
    assert all(table["errors"].values())
    assert {len(table[key]) for key in LISTS} == {12}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_have_the_same_gaps_and_every_plural(language):
    for key, text in words(language).items():
        english = words("en")[key]
        if isinstance(text, list) and key not in LISTS:
            assert len(text) == FORMS[language], key
            assert {frozenset(fields(form)) for form in (*text, *english)} == {frozenset(fields(text[0]))}, (
                key
            )
        elif isinstance(text, str):
            assert key == "day_short" or fields(text) == fields(english), key


def test_every_text_that_is_asked_for_is_there_and_none_is_left_over():
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (*WEB.glob("*.py"), *(WEB / "static").glob("*.js"))
    )
    asked = set(re.findall(r"""(?:table|words\([\w.]+\)|\bword)[\[(]["'](\w+)["']""", code))
    assert asked <= words("en").keys()
    left = {key for key in words("en") if not MADE.match(key) and not re.search(f"[\"']{key}[\"']", code)}
    assert not left


def test_kazakh_texts_have_kazakh_letters():
    text = " ".join(one for one in words("kk").values() if isinstance(one, str))
    assert set("әғқңөұүі") <= set(text.lower())


@pytest.mark.parametrize(
    ("accepted", "chosen", "language"),
    [
        ("kk-KZ,kk;q=0.9,ru;q=0.8", None, "kk"),
        ("de,ru-RU;q=0.5,en;q=0.4", None, "ru"),
        ("en;q=0.1,ru;q=0.9", None, "ru"),
        ("fr", None, "kk"),
        ("", None, "kk"),
        ("ru;q=x,en;q=0", None, "kk"),
        ("kk", "en", "en"),
        ("ru", "xx", "ru"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_browser_s(accepted, chosen, language):
    assert preferred(accepted, chosen) == language
    assert known("xx") == "kk"


def test_numbers_and_plurals():
    assert number(1240, "en") == "1,240"
    assert number(1240, "ru") == number(1240, "kk") == "1\u00a0240"
    assert [counted("articles", n, "ru") for n in (1, 3, 5, 11, 21, 112)] == [
        "1 статья",
        "3 статьи",
        "5 статей",
        "11 статей",
        "21 статья",
        "112 статей",
    ]
    assert counted("searching", 1240, "en") == "Searching 1,240 articles…"
    assert counted("articles", 1, "en") == "1 article"
    assert counted("articles", 7, "kk") == "7 мақала"


def test_days_and_spans():
    assert day(date(2024, 11, 28), "kk") == "2024 жылғы 28 қараша"
    assert day("2024-11-28T10:00:00", "ru") == "28 ноября 2024"
    assert day(None, "en") == day_short(None, "en") == ""
    assert day_short(date(2024, 5, 1), "ru") == "01.05.2024"
    assert day_short(date(2024, 9, 1), "en") == "1 Sep 2024"
    assert span(date(2024, 1, 1), date(2024, 12, 31), "en") == "2024"
    assert span(date(2024, 11, 1), date(2024, 11, 30), "ru") == "ноябрь 2024"
    assert span(date(2024, 11, 4), date(2024, 11, 10), "en") == "4 November 2024 – 10 November 2024"
    assert span(date(2024, 2, 1), date(2024, 3, 31), "en") == "1 February 2024 – 31 March 2024"
    assert span(date(2024, 5, 1), date(2024, 5, 1), "en") == "1 May 2024"
    assert span(date(2024, 5, 1), None, "en") == "From 1 May 2024"
    assert span(None, date(2024, 5, 1), "kk") == "2024 жылғы 1 мамыр дейін"


def test_errors_are_told_in_the_reader_s_language():
    assert error_text(EmptyQuestion("x"), "ru") == words("ru")["errors"]["EmptyQuestion"]
