from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.dates import DateMention, find_dates, render_date

ANCHOR = date(2024, 11, 27)


def spans(text: str, anchor: date | None = ANCHOR) -> list[tuple[date, date]]:
    return [(mention.first, mention.last) for mention in find_dates(text, anchor)]


@pytest.mark.parametrize(
    "text",
    [
        "2021 жылғы 5 мамыр", "2021 жылғы 5 мамырда", "2021 жылдың 5 мамырында", "2021 жылы 5 мамырда", "2021 ж. 5 мамыр",
        "5 мамыр 2021", "5 мамыр 2021 жыл", "5 мая 2021 года", "5 мая 2021 г.", "5-го мая 2021", "May 5, 2021", "5 May 2021",
        "5th of May 2021", "May 5th, 2021", "05.05.2021", "5.5.2021", "2021-05-05",
    ],
)  # fmt: skip
def test_a_day(text):
    (mention,) = find_dates(text)
    assert mention == DateMention(0, len(text), date(2021, 5, 5), date(2021, 5, 5), "day")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023 жылы", (2023, 1, 1), (2023, 12, 31)),
        ("2023 жылдан бері", (2023, 1, 1), (2023, 12, 31)),
        ("в 2023 году", (2023, 1, 1), (2023, 12, 31)),
        ("2023 г.", (2023, 1, 1), (2023, 12, 31)),
        ("in 2023", (2023, 1, 1), (2023, 12, 31)),
        ("by 2030.", (2030, 1, 1), (2030, 12, 31)),
        ("2020–2023 жылдары", (2020, 1, 1), (2023, 12, 31)),
        ("2020-2023 годы", (2020, 1, 1), (2023, 12, 31)),
        ("2021 жылғы ақпан", (2021, 2, 1), (2021, 2, 28)),
        ("2024 жылдың ақпанында", (2024, 2, 1), (2024, 2, 29)),
        ("в феврале 2024 года", (2024, 2, 1), (2024, 2, 29)),
        ("February 2024", (2024, 2, 1), (2024, 2, 29)),
        ("Feb. 2024", (2024, 2, 1), (2024, 2, 29)),
        ("May 1-3, 2021", (2021, 5, 1), (2021, 5, 3)),
        ("1–3 мамыр 2021", (2021, 5, 1), (2021, 5, 3)),
    ],
)
def test_without_an_anchor(text, first, last):
    assert spans(text, None) == [(date(*first), date(*last))]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("бүгін", (2024, 11, 27), (2024, 11, 27)),
        ("кешегі", (2024, 11, 26), (2024, 11, 26)),
        ("вчера", (2024, 11, 26), (2024, 11, 26)),
        ("tomorrow", (2024, 11, 28), (2024, 11, 28)),
        ("биыл", (2024, 1, 1), (2024, 12, 31)),
        ("в этом году", (2024, 1, 1), (2024, 12, 31)),
        ("былтыр", (2023, 1, 1), (2023, 12, 31)),
        ("өткен жылы", (2023, 1, 1), (2023, 12, 31)),
        ("в прошлом году", (2023, 1, 1), (2023, 12, 31)),
        ("last year", (2023, 1, 1), (2023, 12, 31)),
        ("келесі жылы", (2025, 1, 1), (2025, 12, 31)),
        ("за прошлую неделю", (2024, 11, 18), (2024, 11, 24)),
        ("last week", (2024, 11, 18), (2024, 11, 24)),
        ("өткен айда", (2024, 10, 1), (2024, 10, 31)),
        ("соңғы бір жылдың ішінде", (2023, 11, 28), (2024, 11, 27)),
        ("over the past year", (2023, 11, 28), (2024, 11, 27)),
        ("5 мамырда", (2024, 5, 5), (2024, 5, 5)),
        ("3 декабря", (2024, 12, 3), (2024, 12, 3)),
        ("Nov. 5", (2024, 11, 5), (2024, 11, 5)),
        ("шілдеде", (2024, 7, 1), (2024, 7, 31)),
        ("в июле", (2024, 7, 1), (2024, 7, 31)),
        ("in July", (2024, 7, 1), (2024, 7, 31)),
        ("биыл шілде айында", (2024, 7, 1), (2024, 7, 31)),
        ("былтыр 5 мамырда", (2023, 5, 5), (2023, 5, 5)),
        ("в июле прошлого года", (2023, 7, 1), (2023, 7, 31)),
    ],
)
def test_counted_from_an_anchor(text, first, last):
    assert spans(text) == [(date(*first), date(*last))]
    assert spans(text, None) == []


def test_a_month_late_in_the_year_is_the_last_one():
    assert spans("12 желтоқсанда", date(2024, 2, 1)) == [(date(2023, 12, 12), date(2023, 12, 12))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Қазан айында жаңбыр жауды", 1),
        ("2023 жылғы қазанда", 1),
        ("былтыр қазанда", 1),
        ("5 қазан күні", 1),
        ("Татарстанның Қазан қаласында", 0),
        ("Қазанда жиын өтті", 0),
        ("Қазанға ұшып келді", 0),
        ("театр маусымы", 0),
        ("2 маусымда", 1),
        ("Наурыз мейрамы", 0),
        ("10 жыл өтті", 0),
        ("100 жылдық", 0),
        ("1500 жыл бұрын", 0),
        ("31.02.2024", 0),
        ("30 ақпан", 0),
        ("of 2000 sheep", 0),
        ("they may march", 0),
        ("маленький майор", 0),
        ("Steppe Today reports", 0),
        ("наурыздың 22-сінде", 1),
        ("12.5", 0),
        ("", 0),
    ],
)
def test_what_is_a_date_and_what_is_not(text, found):
    assert len(find_dates(text, ANCHOR)) == found


def test_where_it_stands():
    text = "Жиын 2021 жылғы 5 мамырда ашылып, 7 мамырда аяқталды."
    assert [text[one.start : one.end] for one in find_dates(text, ANCHOR)] == [
        "2021 жылғы 5 мамырда",
        "7 мамырда",
    ]


@pytest.mark.parametrize(
    ("text", "kazakh", "russian", "english"),
    [
        ("05.05.2021", "2021 жылғы 5 мамыр", "5 мая 2021 года", "5 May 2021"),
        ("3 августа 2021", "2021 жылғы 3 тамыз", "3 августа 2021 года", "3 August 2021"),
        ("май 2021", "2021 жылғы мамыр", "май 2021 года", "May 2021"),
        ("март 2021", "2021 жылғы наурыз", "март 2021 года", "March 2021"),
        ("қазан 2021", "2021 жылғы қазан", "октябрь 2021 года", "October 2021"),
        ("2021 жылы", "2021 жыл", "2021 год", "2021"),
        ("2021–2023 годы", "2021–2023 жылдар", "2021–2023 годы", "2021–2023"),
        (
            "1–3 мая 2021",
            "2021 жылғы 1 мамыр – 2021 жылғы 3 мамыр",
            "1 мая 2021 года – 3 мая 2021 года",
            "1 May 2021 – 3 May 2021",
        ),
    ],
)
def test_written_out(text, kazakh, russian, english):
    (mention,) = find_dates(text)
    assert [render_date(mention, language) for language in ("kk", "ru", "en")] == [kazakh, russian, english]


@given(st.dates(date(1500, 1, 1), date(2100, 12, 31)))
def test_what_is_written_out_is_read_back(day):
    mention = DateMention(0, 0, day, day, "day")
    for language in ("kk", "ru", "en"):
        assert spans(render_date(mention, language), None) == [(day, day)]


@given(
    st.one_of(st.text(), st.text(alphabet="0123456789 .,-–жылғы мамыр майinMJune")), st.dates() | st.none()
)
def test_any_text(text, anchor):
    position = 0
    for mention in find_dates(text, anchor):
        assert position <= mention.start < mention.end <= len(text)
        assert mention.first <= mention.last
        position = mention.end
        for language in ("kk", "ru", "en"):
            assert render_date(mention, language)


@pytest.mark.parametrize(
    "piece", ["1", "а", " ", "1 ", "қазан ", "2024 ", "27 қараша 2024 ж. ", "Бұл бір сөйлем еді, бүгін. "]
)
def test_long_text_takes_linear_time(piece):
    started = time.process_time()
    find_dates(piece * (200_000 // len(piece)), ANCHOR)
    assert time.process_time() - started < 20
