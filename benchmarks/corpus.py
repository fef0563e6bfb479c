"""Articles of any number, made of the development sets' sentences, and the questions that are asked of them.

Each article draws whole sentences of one language, by a seed, in paragraphs of about a hundred words.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

from assistant.text.sentences import sentence_spans
from assistant.types import LANGUAGES, Language
from benchmarks.peers.protocol import Row
from ingest.chunk import chunk_spans

DEV = Path(__file__).parents[2] / "shared" / "data" / "dev"
TURNS: tuple[Language, ...] = ("kk", "kk", "ru", "en")
PARAGRAPHS = 8
WORDS = 100


def read(path: Path) -> list[dict[str, str]]:
    """Read the rows of a .jsonl file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def bitext() -> list[dict[str, str]]:
    """Read the sentences that are there in all languages."""
    with (DEV / "news-bitext" / "pairs.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def sentences() -> dict[Language, list[str]]:
    """Return the sentences of the development sets by language, each once."""
    found: dict[Language, dict[str, None]] = {language: {} for language in LANGUAGES}
    for row in bitext():
        for language in LANGUAGES:
            found[language][row[language]] = None
    for path in sorted(DEV.glob("*/articles.jsonl")):
        for row in read(path):
            found["kk"].update((row["text"][start:end], None) for start, end in sentence_spans(row["text"]))
    return {language: list(own) for language, own in found.items()}


def questions(seed: int = 0) -> list[str]:
    """Return the development sets' questions in an order drawn by a seed."""
    asked = [row["question"] for path in sorted(DEV.glob("*/questions.jsonl")) for row in read(path)]
    random.Random(seed).shuffle(asked)
    return asked


def paragraph(own: list[str], draw: random.Random) -> str:
    """Draw a paragraph."""
    drawn: list[str] = []
    while sum(len(sentence.split()) for sentence in drawn) < WORDS:
        drawn.append(draw.choice(own))
    return " ".join(drawn)


def articles(seed: int = 0) -> Iterator[Row]:
    """Yield articles without end."""
    own, draw, number = sentences(), random.Random(seed), 0
    while True:
        language = TURNS[number % len(TURNS)]
        yield Row(
            id=f"a{number}",
            title=" ".join(draw.choice(own[language]).split()[:12]),
            text="\n\n".join(paragraph(own[language], draw) for _ in range(PARAGRAPHS)),
            language=language,
            published=f"{2020 + number % 6}-{1 + number % 12:02}-{1 + number % 28:02}",
        )
        number += 1


def write(path: Path, chunks: int) -> None:
    """Write as many articles as make this many passages of the assistant's."""
    made = 0
    with path.open("w", encoding="utf-8") as lines:
        for row in articles():
            made += len(chunk_spans(row["text"]))
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            if made >= chunks:
                return


def probes(count: int, seed: int = 1) -> list[Row]:
    """Return versions of one short article, each of a single passage, with nothing in common."""
    own, draw = sentences()["ru"], random.Random(seed)
    rows = []
    for _ in range(count):
        text = paragraph(own, draw)[:1500]
        rows.append(Row(id="probe", title="", text=text, language="ru", published="2026-01-01"))
    return rows
