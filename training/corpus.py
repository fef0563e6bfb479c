"""Read the training data: parallel rows, news questions, headings, XQuAD and our own passages.

Every reader returns plain tuples or dictionaries of text; nothing here knows about models.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LANGUAGES = ("kk", "ru", "en")
PASSAGES = Path(__file__).parent / "passages"
HELD = PASSAGES / "held"  # never trained on: calibrates the reranker and the answers

csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True)
class Row:
    """One parallel row: its text by language ("" where there is none), its source and kind."""

    kk: str
    ru: str
    en: str
    source: str
    kind: str


@dataclass(frozen=True)
class Question:
    """A question by language, the index of the sentence that answers it (None: unanswerable)."""

    text: dict[str, str]
    sentence: int | None


@dataclass(frozen=True)
class Passage:
    """Aligned sentences by language with the questions that they answer, or nearly answer."""

    sentences: dict[str, list[str]]
    questions: list[Question] = field(default_factory=list)
    title: dict[str, str] = field(default_factory=dict)


def read_table(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a gzipped tab-separated file with a header line."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def parallel_rows(data: Path) -> list[Row]:
    """Read the parallel rows in file order, so that neighbours stay neighbours."""
    return [Row(**row) for row in read_table(data / "parallel.tsv.gz")]


def news_passages(data: Path) -> list[Passage]:
    """Read the news sentences: each a passage of one sentence in kk and en with one question."""
    found = []
    for row in read_table(data / "news_questions.tsv.gz"):
        text = {lang: row[f"question_{lang}"] for lang in LANGUAGES if row[f"question_{lang}"]}
        questions = [Question(text, 0)] if text else []
        found.append(Passage({"kk": [row["kk"]], "en": [row["en"]]}, questions))
    return found


def own_passages(folder: Path = PASSAGES) -> list[Passage]:
    """Read the passages that were written for this project, in three languages."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            questions = [
                Question({lang: q[lang] for lang in LANGUAGES}, q.get("sentence"))
                for q in row["questions"] + row["unanswerable"]
            ]
            found.append(Passage({lang: row[lang] for lang in LANGUAGES}, questions, row["title"]))
    return found


def xquad_pairs(data: Path) -> list[dict[str, str]]:
    """Read XQuAD rows: question_en, context_en, question_ru, context_ru and their answers."""
    return list(read_table(data / "xquad.tsv.gz"))


def heading_pairs(data: Path) -> list[tuple[str, str]]:
    """Read (document title and heading, passage) pairs."""
    pairs = []
    for row in read_table(data / "heading_passage.tsv.gz"):
        heading, title = row["heading"], row["doc_title"]
        pairs.append((heading if heading == title else f"{title}. {heading}", row["passage"]))
    return pairs


def join_rows(rows: list[Row], count: int, random_: random.Random) -> list[Row]:
    """Join three to six neighbouring sentence rows of one source into passages of 60 to 160 words."""
    joined = []
    while len(joined) < count:
        at, size = random_.randrange(len(rows) - 6), random_.randint(3, 6)
        group = rows[at : at + size]
        if any(row.source != group[0].source for row in group):
            continue
        kk, ru, en = (
            " ".join(texts) if all(texts) else ""
            for texts in zip(*((row.kk, row.ru, row.en) for row in group), strict=True)
        )
        if en and (kk or ru) and 40 <= len(en.split()) <= 170:
            joined.append(Row(kk, ru, en, group[0].source, "passage"))
    return joined


def every_text(data: Path) -> list[str]:
    """Every text of the training data, in three languages and in the spellings that it is disturbed into."""
    texts = [text for row in parallel_rows(data) for text in (row.kk, row.ru, row.en) if text]
    for passage in [*news_passages(data), *own_passages()]:
        texts += [text for sentences in passage.sentences.values() for text in sentences]
        texts += [text for question in passage.questions for text in question.text.values()]
    texts += [text for row in xquad_pairs(data) for text in row.values()]
    texts += [text for pair in heading_pairs(data) for text in pair]
    kazakh = [text for text in texts if any(char in "әғқңөұүһі" for char in text)]
    return [*texts, *map(sloppy_kazakh, kazakh), *map(latin_kazakh, kazakh)]


LATIN = dict(
    zip(
        "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
        [
            "a",
            "a",
            "b",
            "v",
            "g",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "i",
            "k",
            "q",
            "l",
            "m",
            "n",
            "n",
            "o",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "u",
            "u",
            "f",
            "h",
            "h",
            "ts",
            "ch",
            "sh",
            "sch",
            "",
            "y",
            "i",
            "",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)
SLOPPY = str.maketrans("әғқңөұүһі", "агкноууhи")


def latin_kazakh(text: str) -> str:
    """Write Kazakh in the Latin letters that people type."""
    return "".join(LATIN.get(char, char) for char in text.lower())


def sloppy_kazakh(text: str) -> str:
    """Write Kazakh as on a Russian keyboard (к for қ, у for ұ, и for і)."""
    return text.lower().translate(SLOPPY)
