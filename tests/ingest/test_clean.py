from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.types import Article
from ingest.clean import clean_article, drop_footers, drop_title, normalise, split_header, split_title, unwrap

SHARED = Path(__file__).parents[3] / "shared" / "articles" / "000_e3e1a676b01f25b4.txt"

TITLE = "Атырауда жаңа мұнай-химия зауыты іске қосылды - министрлік"
LEAD = "Атырау облысында полипропилен шығаратын зауыт жұмысын бастады."
FOOT = """

Материалды пайдаланған жағдайда Дала жаңалықтарына гиперсілтеме жасау міндетті. Барлық авторлық құқықтар қорғалған.


МӘТІННЕН ҚАТЕ ТАПТЫҢЫЗ БА?

Оны белгілеп, Ctrl + Enter пернелерін басыңыз.

тақырып бойынша жаңалықтар

Ең көп оқылған"""


def letters(text):
    return [letter for letter in text if letter.isalpha()]


def is_subsequence(part, whole):
    rest = iter(whole)
    return all(letter in rest for letter in part)


def clean(text, **fields):
    return clean_article(Article(text=text, **fields))


def test_saved_page_yields_title_date_and_text_once():
    article = clean(f"27.11.2024, 14:55 616\n\n{TITLE}\n\n{TITLE}\n{LEAD}{FOOT}")
    assert article.title == TITLE
    assert article.published == date(2024, 11, 27)
    assert article.text == LEAD


@pytest.mark.parametrize("between", ["", " ", ". ", "\n", "\u00a0"])
def test_title_glued_to_the_lead_comes_out_once(between):
    article = clean(f"{TITLE}\n\n{TITLE}{between}{LEAD}\n\nЕкінші абзац.")
    assert article.title == TITLE
    assert article.text == f"{LEAD}\n\nЕкінші абзац."


@pytest.mark.parametrize(
    "text",
    [
        "Алаша хан күмбезі Ұлытауда тұр.",
        "Алаша хан күмбезі - Қазақстандағы ескерткіш.",
        "Алаша хан күмбезінің Ұлытаудағы орны.",
        "Алаша хан күмбезі жақында жөнделді.",
    ],
)
def test_sentence_that_begins_like_the_title_stays_whole(text):
    assert drop_title(text, "Алаша хан күмбезі") == text


def test_text_that_is_only_its_title_is_kept():
    assert clean("Қысқа хабар", title="Қысқа хабар").text == "Қысқа хабар"


@pytest.mark.parametrize(
    "line",
    [
        "27.11.2024, 14:55 616",
        "14:55, 27.11.2024",
        "27/11/2024",
        "2024-11-27 14:55",
        "2024-11-27T14:55:00+05:00",
        "27 қараша 2024",
        "2024 жылғы 27 қараша",
        "27 ноября 2024, 14:55",
        "November 27, 2024 | 14:55 | 1204",
        "Опубликовано: 27.11.2024",
        "Жарияланды: 27 қараша 2024 14:55",
    ],
)
def test_date_lines_are_read_and_taken_away(line):
    assert split_header(f"{line}\nТақырып\n\nМәтін.") == (date(2024, 11, 27), "Тақырып\n\nМәтін.")


@pytest.mark.parametrize(
    "line", ["99.99.2024", "2024", "616", "27 қараша 2024 жылы кездесу өтті", "1 : 0", "ГЭС 27"]
)
def test_other_lines_stay(line):
    assert split_header(f"{line}\nМәтін.") == (None, f"{line}\nМәтін.")


def test_what_the_source_says_wins_over_the_header():
    article = clean("27.11.2024\nБасқа тақырып\nМәтін осы.", title="Тақырып", published=date(2024, 1, 2))
    assert (article.title, article.published) == ("Тақырып", date(2024, 1, 2))


def test_counters_of_views_go():
    assert split_header("Қаралды: 1 204\n616 views\nМәтін.") == (None, "Мәтін.")


def test_footers_in_three_languages_go():
    for foot in (
        FOOT,
        "\n\n© 2024 Vestnik. Все права защищены.\nНашли ошибку в тексте?\nЧитайте также:\nДругая новость",
        "\nAll rights reserved.\nMost read",
    ):
        assert drop_footers(f"Первый абзац.\n\nВторой абзац.{foot}") == "Первый абзац.\n\nВторой абзац."


def test_what_only_looks_like_a_footer_stays():
    text = "Парламент авторлық құқық туралы заңды қабылдады.\n\nХакеры нашли ошибку в программе банка.\n\nЖаңа заң шілдеде күшіне енеді."
    assert drop_footers(text) == text


def test_results_above_a_footer_stay():
    assert (
        drop_footers("Нәтижелер шықты.\nАстана 3\nАлматы 2\n© 2024 Спорт")
        == "Нәтижелер шықты.\nАстана 3\nАлматы 2"
    )


def test_invisible_characters_go_and_spaces_become_plain():
    assert (
        normalise("\ufeffҚа\u00adзақ\u200bстан\u00a060\u202f000\tтеңге\r\n\x00\u2028Соңы \n\n\n\n.")
        == "Қазақстан 60 000 теңге\n\nСоңы\n\n."
    )


def test_letters_written_as_two_characters_become_one():
    assert normalise("и\u0306 e\u0301") == "й é"


def test_lone_surrogates_and_tag_characters_go():
    assert normalise("a\ud800b\U000e0041c") == "abc"


def test_wrapped_lines_are_joined_and_others_are_not():
    wrapped = (
        "Қазақстан мен Өзбекстан арасындағы тауар айналымы биыл тағы да\n"
        "өсті, бұл туралы сауда министрлігі хабарлады. Екі ел темір жол және эконо-\n"
        "микалық байланыстарды кеңейтуге келісті, оның ішінде жаңа бағыт бар.\n\n"
        "Екінші абзац осы жерден басталады және ол да бірнеше жолға бөлінген,\n"
        "сондықтан бірігуі керек."
    )
    first, second = unwrap(wrapped).split("\n\n")
    assert "тағы да өсті" in first
    assert "экономикалық" in first
    assert "\n" not in first + second
    assert unwrap("Бірінші жол\nЕкінші жол") == "Бірінші жол\nЕкінші жол"


def test_hyphen_of_a_compound_stays():
    lines = "Екі елдің сауда көлемі өсті, сондықтан үкіметтер сауда-\nэкономикалық кеңестің отырысын өткізуге келісті, ол күзде болады."
    assert "сауда-экономикалық" in unwrap(lines)


def test_no_title_where_the_first_line_is_a_sentence():
    assert split_title("Бұл бірінші сөйлем.\nБұл екінші.") == ("", "Бұл бірінші сөйлем.\nБұл екінші.")
    assert split_title("Жалғыз жол") == ("", "Жалғыз жол")


TEXTS = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("абвқңі \n\n.-©:0123456789\u00a0\u00ad\u0306")),
    max_size=300,
)


@given(TEXTS, st.sampled_from(["", "а", "абв қңі абв"]))
@settings(max_examples=300, deadline=None)
def test_letters_are_never_changed_or_reordered(text, title):
    cleaned = clean(text, title=title).text
    composed = normalise(text)
    assert is_subsequence(letters(cleaned), letters(composed))
    without_marks = "".join(letter for letter in text if not "\u0300" <= letter <= "\u036f")
    if without_marks == text:
        assert is_subsequence(letters(cleaned), letters(text))


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_normalising_and_footers_are_stable(text):
    once = normalise(text)
    assert normalise(once) == once
    assert drop_footers(drop_footers(once)) == drop_footers(once)


@pytest.mark.parametrize(
    "unit",
    ["а", ". ", "\n", "а\n", " ", '."', "и\u0306", "абв где жзи\n", "эконо-\n", "© 2024\n", "1 ", "ctrl+"],
)
def test_time_grows_with_the_length_only(unit):
    def seconds(size):
        text = unit * (size // len(unit))
        began = time.process_time()
        clean(unwrap(text))
        return time.process_time() - began

    assert seconds(400_000) < 12 * max(seconds(100_000), 0.02)


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/articles")
def test_real_saved_page():
    article = clean(SHARED.read_text(encoding="utf-8"))
    assert article.published == date(2024, 11, 27)
    assert article.title.endswith("Тоқаев")
    assert "616" not in article.text
    assert article.title not in article.text
    assert not any(
        word in article.text for word in ("гиперсілтеме", "Ctrl", "ҚАТЕ", "оқылған", "тақырып бойынша")
    )
    assert "60 мыңға жуық" in article.text
