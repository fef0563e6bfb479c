"""Facts across languages, and the verdicts that follow."""

from datetime import date

import pytest

from assistant.answering.claims import Claim
from assistant.answering.facts import contradicts, facts_of
from assistant.answering.names import Names
from assistant.answering.verdicts import Judge, load_thresholds
from assistant.encoders.fake import HashEncoder
from assistant.text.aliases import Aliases
from tests.answering.chat import hit

DAY = date(2024, 10, 4)
KAZAKH = (
    "Астанадағы қысқы бассейнге биыл 40 мыңға жуық адам келді. Оны 27 қыркүйекте Ғылым және жоғары білім министрлігінің "
    "өкілі Ерлан Тоқаев ашты. Құрылысқа Ресей мен Қытайдың компаниялары 3 миллиард теңге жұмсады."
)
NAMES = Names(Aliases.load())


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("Nearly 40,000 people came to the pool.", 0),
        ("Около 40 тысяч человек пришли в бассейн.", 0),
        ("Nearly 50,000 people came to the pool.", 1),
        ("It was opened on 27 September 2024.", 0),
        ("It was opened in September 2024.", 0),
        ("It was opened on 28 September 2024.", 1),
        ("Его открыли в 2023 году.", 1),
        ("3 billion tenge were spent.", 0),
        ("3 billion dollars were spent.", 1),
        ("3 million tenge were spent.", 1),
        ("More than 40,000 people came.", 0),
    ],
)
def test_numbers_and_dates_by_their_normal_form(claim, missing):
    source = facts_of(KAZAKH, DAY, every_digit=True)
    assert facts_of(claim, DAY).missing_from(source) == missing


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("Yerlan Tokayev opened it.", []),
        ("Его открыл Ерлан Токаев.", []),
        ("The Ministry of Science and Higher Education was there.", []),
        ("Russian and Chinese companies built it in Astana.", []),
        ("Компании из России и Китая построили его.", []),
        ("It is in Almaty.", ["Almaty"]),
        ("Его открыл Марат Сулейменов.", ["Марат", "Сулейменов"]),
        ("The German companies built it.", ["German"]),
        ("People swim there.", []),
    ],
)
def test_names_in_any_script_and_form(claim, missing):
    assert NAMES.missing(claim, NAMES.of_source(KAZAKH)) == missing


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("The bridge is open.", "Көпір әлі ашылған жоқ.", True),
        ("Мост не открыт.", "The bridge is not open.", False),
        ("Exports grew.", "Экспорт сократился.", True),
        ("Exports grew.", "Экспорт вырос.", False),
        ("Not only wheat is sold.", "Сатылатыны бидай ғана емес.", False),
    ],
)
def test_denials_and_reversals(one, other, expected):
    assert contradicts(one, other) is expected


def judged(text, *sources, hits=None):
    return Judge(hits or [hit(1, KAZAKH, language="kk", published=DAY)], HashEncoder(), Aliases.load()).judge(
        [Claim(text, sources)]
    )[0]


@pytest.mark.parametrize(
    "wrong",
    [
        "Астанадағы бассейнге 60 мыңға жуық адам келді.",
        "Алматыдағы бассейнге 40 мыңға жуық адам келді.",
        "Астанадағы бассейнге адам келген жоқ.",
    ],
)
def test_what_is_wrong_is_never_supported(wrong):
    assert judged(wrong, 1).verdict == "unsupported"


def test_the_quote_is_the_nearest_sentence():
    found = judged("Астанадағы қысқы бассейнге 40 мыңға жуық адам келді.", 1)
    assert found.verdict == "supported"
    start, end = found.spans[1]
    assert KAZAKH[start:end] == "Астанадағы қысқы бассейнге биыл 40 мыңға жуық адам келді."


def test_two_sources_that_have_it_only_together_support_it_partly():
    hits = [
        hit(1, "The port of Aktau takes ships of 12 thousand tonnes."),
        hit(2, "The port of Aktau has 900 workers."),
    ]
    found = judged(
        "The port of Aktau takes ships of 12 thousand tonnes and has 900 workers.", 1, 2, hits=hits
    )
    assert found.verdict == "partly"
    assert set(found.spans) == {1, 2}


def test_sources_with_odd_text_do_no_harm():
    for text in ("...", "\n\n", "«»", "123"):
        assert judged("Something is said here about it.", 1, hits=[hit(1, text)]).verdict in (
            "unsupported",
            "partly",
        )
    assert (
        Judge([], HashEncoder(), Aliases.load()).judge([Claim("Nothing is known here.", ())])[0].verdict
        == "unsupported"
    )


def test_shipped_thresholds_are_in_order():
    assert load_thresholds().partly <= load_thresholds().supported
