"""Fit the weights of the fused search: python benchmarks/fusion.py [--encoder NAME].

Each question of the development sets is asked of its own articles and of a library in which every set's articles stand
together with passages in Russian and English, so that there is something to be crowded out by. The weights
minimise the listwise loss -log P(relevant), P being the softmax of the fused scores (ListNet's, Cao et al. 2007),
every set and language counting alike. One half of the questions fits, the other is judged, and the other way round.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
from scipy.optimize import minimize

from assistant.cli.render import console, table
from assistant.encoders import load_encoder
from assistant.evaluation.metrics import mean, ndcg_at
from assistant.library.library import Library
from assistant.retrieval.fusion import TABLE, Table, Weights, standardise
from assistant.retrieval.hybrid import HybridRetriever
from assistant.types import Article, Encoder, Vectors
from ingest.pipeline import ingest_sources

DEV = Path(__file__).parent.parent.parent / "shared" / "data" / "dev"
SETS = ("speeches", "kazqad")
GROUP = 5  # sentences of the bitext that make a passage
WEAK = 1e-3  # of the pull towards zero


@dataclass(frozen=True)
class Pool:
    """The candidates for one question: a row of features each, the article each belongs to."""

    name: str
    features: Vectors
    articles: Sequence[str]
    relevant: frozenset[str]
    half: int

    def ndcg(self, weights: Vectors) -> float:
        """Return nDCG@10 of the articles under these weights."""
        order = np.argsort(-(self.features @ weights), kind="stable")
        return ndcg_at(list(dict.fromkeys(self.articles[at] for at in order)), self.relevant)


def rows(path: Path) -> list[dict[str, object]]:
    """Read a .jsonl file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def set_articles(name: str) -> list[Article]:
    """Return the articles of a set."""
    return [Article(**row) for row in rows(DEV / name / "articles.jsonl")]


def strangers() -> Iterator[Article]:
    """Yield passages in Russian and English that answer none of the questions."""
    with (DEV / "news-bitext" / "pairs.tsv").open(encoding="utf-8", newline="") as lines:
        pairs = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for language in ("ru", "en"):
        for at in range(0, len(pairs), GROUP):
            text = " ".join(pair[language] for pair in pairs[at : at + GROUP])
            yield Article(id=f"{language}-{at}", text=text, language=language)


def pools(name: str, articles: Sequence[Article], sets: Sequence[str], encoder: Encoder) -> Iterator[Pool]:
    """Ask the questions of some sets in a library of these articles."""
    with TemporaryDirectory() as folder, Library.open(Path(folder), encoder) as library:
        ingest_sources(library, encoder, articles)
        retriever = HybridRetriever(library, encoder)
        for one in sets:
            for number, row in enumerate(rows(DEV / one / "questions.jsonl")):
                found = retriever.candidates(str(row["question"]))
                chunks = library.chunks(found.ids)
                yield Pool(
                    name=f"{name}{one}, {row['language']}",
                    features=features(
                        found.scores, np.array([its == found.question for its in found.languages])
                    ),
                    articles=[chunks[chunk][0].id for chunk in found.ids],
                    relevant=frozenset(row["relevant"]),
                    half=number // 3 % 2,
                )


def features(scores: dict[str, Vectors], same: Vectors) -> Vectors:
    """Return the standardised scores, in columns for the question's language and for others; translations for these only."""
    parts = np.stack([standardise(scores[name]) for name in Weights._fields], axis=1)
    other = parts * ~same[:, None]
    parts[:, Weights._fields.index("translated")] = 0
    return np.concatenate([parts * same[:, None], other], axis=1)


def fit(some: Sequence[Pool]) -> Vectors:
    """Minimise the listwise loss."""
    counts = Counter(pool.name for pool in some)
    usable = [(pool, np.array([one in pool.relevant for one in pool.articles])) for pool in some]
    usable = [(pool, right) for pool, right in usable if right.any()]

    def loss(weights: Vectors) -> tuple[float, Vectors]:
        total, slope = WEAK * float(weights @ weights), 2 * WEAK * weights
        for pool, right in usable:
            scores = pool.features @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            hit = chances[right].sum()
            total -= np.log(hit) / counts[pool.name]
            slope = (
                slope + pool.features.T @ (chances - np.where(right, chances / hit, 0)) / counts[pool.name]
            )
        return total, slope

    return np.asarray(minimize(loss, np.full(2 * len(Weights._fields), 0.5), jac=True, method="L-BFGS-B").x)


def figures(some: Sequence[Pool], weights: Vectors) -> dict[str, float]:
    """Return the mean nDCG@10 of each set and language."""
    found = defaultdict(list)
    for pool in some:
        found[pool.name].append(pool.ndcg(weights))
    return {name: mean(values) or 0.0 for name, values in found.items()}


@click.command()
@click.option("--encoder", "name", default="builtin", show_default=True)
def main(name: str) -> None:
    """Print the figures with the weights in use, each retriever alone, and the fitted weights."""
    encoder = load_encoder(name)
    every = [pool for one in SETS for pool in pools("", set_articles(one), [one], encoder)]
    mixed = [article for one in SETS for article in set_articles(one)] + list(strangers())
    every += pools("mixed: ", mixed, SETS, encoder)
    halves = [[pool for pool in every if pool.half == half] for half in (0, 1)]
    crossed = [figures(halves[1 - half], fit(halves[half])) for half in (0, 1)]
    best = fit(every)
    columns = {
        **{name: np.tile(np.eye(len(Weights._fields))[at], 2) for at, name in enumerate(Weights._fields)},
        "in use": np.array([*TABLE.same, *TABLE.other]),
        "fitted": best,
    }
    shown = {column: figures(every, weights) for column, weights in columns.items()}
    shown["other half"] = {name: (crossed[0][name] + crossed[1][name]) / 2 for name in shown["fitted"]}
    cells = [[name, *(f"{values[name]:.3f}" for values in shown.values())] for name in shown["fitted"]]
    out = console()
    out.print(table(("nDCG@10", *shown), cells))
    fitted = Table(*(Weights(*part.round(2).tolist()) for part in np.split(best, 2)))
    out.print(f"fitted: {fitted}")


if __name__ == "__main__":
    main()
