"""Start-up, memory and search latency on this machine: python benchmarks/latency.py [--chunks 10000 100000].

The articles are made of random words in three languages and their vectors are random: what is measured is the
search, with the question really encoded, not its quality.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import click
import numpy as np

from assistant.answering.extractive import ExtractiveAnswerer
from assistant.cli.render import console, table
from assistant.encoders import load_encoder
from assistant.encoders.base import unit_rows
from assistant.library.library import Library
from assistant.retrieval.hybrid import HybridRetriever
from assistant.text.aliases import Aliases
from assistant.types import LANGUAGES, Article, Encoder, Filters, Language

LETTERS = {
    "kk": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщыіэюя",
    "ru": "абвгдежзийклмнопрстуфхцчшщыэюя",
    "en": "abcdefghijklmnopqrstuvwxyz",
}
WORDS = 18  # of a sentence
SENTENCES = 6  # of a chunk
CHUNKS = 8  # of an article


def vocabulary(language: Language, draw: random.Random, size: int = 20_000) -> list[str]:
    """Make words of a language's letters."""
    return ["".join(draw.choices(LETTERS[language], k=draw.randint(3, 11))) for _ in range(size)]


def articles(count: int, draw: random.Random) -> Iterator[tuple[Article, list[tuple[int, int]]]]:
    """Yield articles with the spans of their chunks; words are as frequent as in a language (Zipf)."""
    words = {language: vocabulary(language, draw) for language in LANGUAGES}
    weights = np.cumsum(1 / np.arange(1, 20_001)).tolist()
    for number in range(count):
        language = LANGUAGES[number % 3]
        sentences = [
            " ".join(draw.choices(words[language], cum_weights=weights, k=WORDS)).capitalize() + "."
            for _ in range(CHUNKS * SENTENCES)
        ]
        parts = [" ".join(sentences[at::CHUNKS]) for at in range(CHUNKS)]
        spans, at = [], 0
        for part in parts:
            spans.append((at, at + len(part)))
            at += len(part) + 1
        yield (
            Article(
                id=f"a{number}",
                title=parts[0][:60],
                text="\n".join(parts),
                language=language,
                publisher=f"p{number % 7}",
            ),
            spans,
        )


def fill(library: Library, encoder: Encoder, chunks: int, draw: random.Random) -> list[str]:
    """Fill the library; return questions made of its words."""
    noise = np.random.default_rng(0)
    questions = []
    with library.writing():
        for article, spans in articles(chunks // CHUNKS, draw):
            vectors, *sentences = (
                unit_rows(noise.standard_normal((rows, encoder.dimension), dtype=np.float32))
                for rows in (len(spans), *[SENTENCES] * len(spans))
            )
            library.add(article, spans, vectors, sentences)
            if len(questions) < 200:
                questions.append(" ".join(draw.sample(article.text.split(), 7)) + "?")
    return questions


def tasks(library: Library, encoder: Encoder) -> dict[str, Callable[[str], object]]:
    """Return what is done with each question, by name."""
    retriever = HybridRetriever(library, encoder)
    answerer = ExtractiveAnswerer(encoder, aliases=Aliases.load(), kept=library.sentences)
    return {
        "search": retriever.search,
        "search, one publisher": lambda question: retriever.search(question, 10, Filters(publisher="p3")),
        "answer": lambda question: list(answerer.stream(question, retriever.search(question), "en")),
    }


def milliseconds(run: Callable[[str], object], questions: list[str]) -> list[float]:
    """Time each question."""
    times = []
    for question in questions:
        started = perf_counter()
        run(question)
        times.append(1000 * (perf_counter() - started))
    return times


def import_seconds() -> float:
    """Return the median time of `import assistant` in a new interpreter."""
    code = "from time import perf_counter as t; s = t(); import assistant; print(t() - s)"
    runs = [
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for _ in range(5)
    ]
    return statistics.median(runs)


def cold_ask_seconds(folder: Path, question: str, encoder: str) -> float:
    """Return the median time of `assistant ask`, interpreter start included."""
    command = [sys.executable, "-m", "assistant.cli", "ask", question, "--data-dir", str(folder)]
    runs = []
    for _ in range(3):
        started = perf_counter()
        subprocess.run(
            command, check=True, capture_output=True, env={**os.environ, "ASSISTANT_ENCODER": encoder}
        )
        runs.append(perf_counter() - started)
    return statistics.median(runs)


@click.command()
@click.option(
    "--chunks",
    type=int,
    multiple=True,
    default=(1_000, 10_000),
    show_default=True,
    help="Sizes of the library.",
)
@click.option("--encoder", "name", default="builtin", show_default=True)
def main(chunks: tuple[int, ...], name: str) -> None:
    """Print a table."""
    encoder = load_encoder(name)
    rows: list[list[object]] = [["import assistant", f"{import_seconds():.3f} s", "", ""]]
    for size in chunks:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            with Library.open(Path(folder), encoder) as library:
                questions = fill(library, encoder, size, random.Random(0))
                work = tasks(library, encoder)
                milliseconds(work["answer"], questions[:20])
                for label, run in work.items():
                    times = milliseconds(run, questions)
                    p95 = statistics.quantiles(times, n=20)[-1]
                    rows.append(
                        [
                            f"{label}, {size:,} chunks",
                            f"p50 {statistics.median(times):.1f} ms",
                            f"p95 {p95:.1f} ms",
                            "",
                        ]
                    )
            rows.append(
                [
                    f"ask, cold, {size:,} chunks",
                    f"{cold_ask_seconds(Path(folder), questions[0], name):.2f} s",
                    "",
                    "",
                ]
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append(["peak memory of this process", f"{peak:.0f} MB", "", ""])
    console().print(table(("what", "figure", "tail", ""), rows))


if __name__ == "__main__":
    main()
