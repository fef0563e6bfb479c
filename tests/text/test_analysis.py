from __future__ import annotations

import json
import math
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.analysis import analyse, romanise, stem, words


@pytest.mark.parametrize(
    "spellings",
    [
        "Путин Putin",
        "Тоқаев Токаев Tokayev Toqaev",
        "студент student",
        "Қарағанды Qaraǵandy Qarağandı Караганды",
        "Жаңаөзен Jañaözen Zhanaozen Жанаозен",
        "процесс process",
        "Щербаков Shcherbakov",
        "Ёлкин Елкин",
        "Екатеринбург Yekaterinburg",
        "ШҮЛДІР шүлдір Shuldir",
    ],
)
def test_spellings_of_one_name_meet(spellings):
    assert len({romanise(word) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    "forms",
    [
        "студент студенттер студенттердің студента студентам",
        "мектеп мектептер мектебі мектептеріміздің",
        "үкімет үкіметтің үкіметке",
        "город города городами",
        "study studies studying",
        "жоба жобаны жобалар",
    ],
)
def test_forms_of_a_word_share_a_stem(forms):
    assert len({stem(form) for form in forms.split()}) == 1


def test_numbers_stay_whole():
    assert analyse("2023 жылы 125000 адам").stems[:2] == ("2023", "125000")


def test_stop_and_question_words_are_left_out():
    assert analyse("Қанша? Канша? Сколько? How many? және в the").stems == ()
    assert analyse("What about bridges?").stems == ("bridg",)


def test_grams_of_a_name_meet_across_alphabets():
    assert set(analyse("Қазақстанда").grams) & set(analyse("Qazaqstan").grams) >= {"_kaz", "kaza", "stan"}
    assert analyse("ел").grams == ("_el_",)


def test_words_are_folded():
    assert words("ЁЛКА-2 ﬁne Й") == ["елка", "2", "fine", "й"]
    assert words("_") == []
    assert [len(word) for word in words("а" * 150)] == [64, 64, 22]


@given(st.text())
def test_any_text(text):
    terms = analyse(text)
    assert all(terms.stems) and all(terms.grams)
    assert all(len(gram) <= 4 for gram in terms.grams)


def test_long_text_without_spaces():
    started = time.process_time()
    analyse("қ" * 200_000)
    assert time.process_time() - started < 20


def bm25(documents: list[tuple[str, ...]], query: tuple[str, ...]) -> list[float]:
    average = sum(map(len, documents)) / len(documents)
    counts = [Counter(document) for document in documents]
    scores = [0.0] * len(documents)
    for term in set(query):
        found = [i for i, count in enumerate(counts) if term in count]
        idf = math.log(1 + (len(documents) - len(found) + 0.5) / (len(found) + 0.5))
        for i in found:
            times = counts[i][term]
            scores[i] += idf * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * len(documents[i]) / average))
    return scores


def standardised(scores: list[float]) -> list[float]:
    mean = sum(scores) / len(scores)
    spread = math.sqrt(sum((score - mean) ** 2 for score in scores) / len(scores)) or 1.0
    return [(score - mean) / spread for score in scores]


@pytest.mark.parametrize(("name", "reach"), [("speeches", 0.66), ("kazqad", 0.80)])
def test_lexical_search_of_kazakh(shared: Path, name, reach):
    """Stems and grams alone find what the development sets ask for (nDCG@10)."""
    folder = shared / "data" / "dev" / name
    articles = [json.loads(line) for line in (folder / "articles.jsonl").read_text("utf-8").splitlines()]
    questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    terms = [analyse(f"{article['title']} {article['text']}") for article in articles]
    gains = []
    for question in questions:
        if question["language"] != "kk":
            continue
        asked = analyse(question["question"])
        stems = standardised(bm25([term.stems for term in terms], asked.stems))
        grams = standardised(bm25([term.grams for term in terms], asked.grams))
        order = sorted(range(len(articles)), key=lambda i: -(0.4 * stems[i] + 0.6 * grams[i]))[:10]
        gain = sum(
            1 / math.log2(rank + 2)
            for rank, i in enumerate(order)
            if articles[i]["id"] in question["relevant"]
        )
        gains.append(
            gain / sum(1 / math.log2(rank + 2) for rank in range(min(10, len(question["relevant"]))))
        )
    assert sum(gains) / len(gains) >= reach


def test_threads_get_the_stems_that_one_alone_gets():
    words = [
        f"{word}{end}"
        for word in ("университет", "образован", "nation", "generali", "россий")
        for end in ("ами", "ность", "alities", "zation", "ского", "ия")
    ]
    alone = [stem(word) for word in words]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda _: [stem(word) for word in words], range(64)))
    assert all(found == alone for found in together)
