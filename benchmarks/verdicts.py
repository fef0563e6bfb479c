"""Are verdicts right? Judge the hand-made sentences, and fit the thresholds: python benchmarks/verdicts.py [--write].

verdict_set/sources.jsonl are ten short articles, verdict_set/sentences.tsv sentences of answers about them in three languages.
The weights are fitted on the sentences about odd sources; those about even ones are for testing only.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from assistant.answering.claims import Claim
from assistant.answering.facts import contradicts
from assistant.answering.verdicts import FEATURES, WEIGHTS, Judge, Judgement, Thresholds, load_thresholds
from assistant.encoders import load_encoder
from assistant.text.aliases import Aliases
from assistant.types import Article, Chunk, Encoder, Hit, Vectors

FOLDER = Path(__file__).with_name("verdict_set")
RESULTS = Path(__file__).with_name("results")
SUPPORTED = {"right", "uncited"}
DANGEROUS = {"wrong number", "wrong source", "invented"}  # never to be called supported
STEPS, RATE, RIDGE = 6000, 0.3, 2e-3
CAUTION = 2 / 3
MARGIN = 1.0  # log-odds between partly and supported


@dataclass(frozen=True)
class Sentence:
    """A sentence of the set: what is wrong with it, the source it names (0: none) and the one that it is about."""

    kind: str
    claim: Claim
    about: int

    @property
    def test(self) -> bool:
        """Whether it is for testing only."""
        return self.about % 2 == 0


def sources() -> list[Hit]:
    """Read the sources, each one chunk."""
    hits = []
    for line in (FOLDER / "sources.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        article = Article(**{**row, "published": date.fromisoformat(row["published"])})
        chunk = Chunk(
            id=int(article.id), article_id=article.id, start=0, end=len(article.text), text=article.text
        )
        hits.append(Hit(article=article, chunk=chunk, score=1.0))
    return hits


def sentences() -> list[Sentence]:
    """Read the sentences; they stand in groups, one a source."""
    found: list[Sentence] = []
    about, before = 1, ""
    with (FOLDER / "sentences.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            about += row["kind"] == "right" and before == "negated"
            before = row["kind"]
            cited = () if row["cited"] == "-" else (int(row["cited"]),)
            found.append(Sentence(row["kind"], Claim(row["sentence"], cited), about))
    return found


def fit(encoder: Encoder, known: Sequence[Sentence]) -> dict[str, object]:
    """Fit nearness, by logistic regression, to the sentences that the facts do not decide."""
    rows, right, aliases = [], [], Aliases.load()
    for one in known:
        judge = Judge(sources(), encoder, aliases)
        for number in one.claim.sources or (one.about,):
            source = judge.sources[number]
            near = judge.features(one.claim, number)
            if not source.missing(one.claim.text) and not contradicts(
                one.claim.text, source.texts[near.single]
            ):
                rows.append(near.features)
                right.append(one.kind in SUPPORTED)
        # An uncited sentence is compared with other sources too, which must not support it.
        for number in judge.sources:
            if (
                one.kind == "uncited"
                and number != one.about
                and not judge.sources[number].missing(one.claim.text)
            ):
                rows.append(judge.features(one.claim, number).features)
                right.append(False)
    matrix, wanted = np.array(rows), np.array(right, dtype=np.float32)
    weights = regression(matrix, wanted)
    scores = matrix @ weights
    supported = best_threshold(scores, wanted)
    return {
        "weights": {name: round(float(value), 3) for name, value in zip(FEATURES, weights, strict=True)},
        "supported": round(supported, 3),
        "partly": round(supported - MARGIN, 3),
    }


def regression(matrix: Vectors, wanted: Vectors) -> Vectors:
    """Fit a logistic regression by gradient descent; more cosine, common words or facts never count against a sentence."""
    weights = np.zeros(matrix.shape[1], dtype=np.float32)
    balance = np.where(wanted > 0, 0.5 / wanted.mean(), 0.5 / (1 - wanted.mean()))
    for _ in range(STEPS):
        error = balance * (1 / (1 + np.exp(-(matrix @ weights))) - wanted)
        weights -= RATE * (matrix.T @ error / len(wanted) + RIDGE * weights)
        weights[:3] = weights[:3].clip(0)
    return weights


def best_threshold(scores: Vectors, wanted: Vectors) -> float:
    """Return the threshold with the fewest errors, nearer the score above it; a false support counts double."""
    ordered = np.sort(scores)
    between = ordered[:-1] + CAUTION * np.diff(ordered)
    errors = [
        2 * int(((scores >= at) & (wanted == 0)).sum()) + int(((scores < at) & (wanted == 1)).sum())
        for at in between
    ]
    return float(between[int(np.argmin(errors))])


def figures(asked: Sequence[Sentence], judged: Sequence[Judgement]) -> dict[str, object]:
    """Count what is right."""
    right = [(j.verdict == "supported") == (s.kind in SUPPORTED) for s, j in zip(asked, judged, strict=True)]
    kinds = Counter(one.kind for one in asked)
    return {
        "sentences": len(asked),
        "accuracy": round(float(np.mean(right)), 3),
        "by kind": {
            kind: f"{sum(ok for one, ok in zip(asked, right, strict=True) if one.kind == kind)}/{count}"
            for kind, count in kinds.items()
        },
        "dangerous supported": sum(
            one.kind in DANGEROUS and j.verdict == "supported" for one, j in zip(asked, judged, strict=True)
        ),
        "misjudged": [
            f"{one.kind} [{','.join(map(str, one.claim.sources))}] {j.verdict}: {one.claim.text}"
            for one, j, ok in zip(asked, judged, right, strict=True)
            if not ok
        ],
    }


def evaluate(encoder: Encoder, thresholds: Thresholds) -> dict[str, dict[str, object]]:
    """Judge both halves."""
    told, hits, aliases = {}, sources(), Aliases.load()
    for name, test in (("fitted on", False), ("testing only", True)):
        asked = [one for one in sentences() if one.test == test]
        # Each sentence by itself, as if it were the whole answer.
        told[name] = figures(
            asked, [Judge(hits, encoder, aliases, thresholds).judge([one.claim])[0] for one in asked]
        )
    return told


def main() -> None:
    """Fit or take what is shipped, judge, print and record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--fit", action="store_true", help="fit the thresholds first")
    parser.add_argument("--write", action="store_true", help="fit, and put the thresholds into the package")
    options = parser.parse_args()
    encoder = load_encoder(options.encoder)
    thresholds = load_thresholds()
    if options.fit or options.write:
        fitted = fit(encoder, [one for one in sentences() if not one.test])
        thresholds = Thresholds.of(fitted)
        print(json.dumps(fitted, indent=2))
        if options.write:
            WEIGHTS.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
    told = {"date": date.today().isoformat(), "encoder": encoder.fingerprint, **evaluate(encoder, thresholds)}
    print(json.dumps(told, ensure_ascii=False, indent=1))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"verdicts-{told['date']}.json"
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
