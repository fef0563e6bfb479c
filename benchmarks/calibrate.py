"""Fit the weights of the extractive answer and the threshold for abstaining, and record the curve.

    python benchmarks/calibrate.py --data ../shared/data [--articles ../shared/articles] [--write]

Choosing the sentence is a listwise softmax over the candidates of a question; answering at all is a logistic
regression over the best one's evidence. Both are fitted with a ridge towards zero on standardised features.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from assistant.text.aliases import Aliases
from ingest.pipeline import ingest_sources
from numpy.typing import NDArray

from assistant.answering.extractive import ExtractiveAnswerer
from assistant.answering.features import FEATURES
from assistant.answering.questions import analyse_question
from assistant.answering.scoring import SUPPORT, WEIGHTS, Scoring, support
from assistant.encoders import load_encoder, load_reranker
from assistant.evaluation.datasets import load_questions
from assistant.library.library import Library
from assistant.retrieval.hybrid import HybridRetriever
from assistant.types import Encoder, Hit, Reranker

Search = Callable[[str], Sequence[Hit]]
Floats = NDArray[np.float64]
ANSWERED = 0.92  # share of the answerable that is to be answered; the goal is 0.90
RIDGE_RANK, RIDGE_ANSWER = 0.002, 0.01
SHARE_NEAR = 0.45
HITS, XQUAD, INTERVIEW = 10, 150, 2.0
RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True, slots=True)
class Case:
    """A question's candidates: which are right, or what kind of unanswerable question it is."""

    name: str
    language: str
    kind: str
    matrix: Floats
    right: frozenset[int]
    weight: float = 1.0


def collect(
    answerer: ExtractiveAnswerer,
    search: Search,
    question: str,
    name: str,
    kind: str,
    evidence: Iterable[str] = (),
    weight: float = 1.0,
) -> Case:
    """Measure the candidates of a question; right are the sentences that hold a piece of evidence, or are one."""
    asked = analyse_question(question)
    found, matrix = answerer.evidence(asked, search(question))
    pieces = [_plain(piece) for piece in evidence]
    right = frozenset(
        at for at, one in enumerate(found) if any(_holds(_plain(one.text), piece) for piece in pieces)
    )
    return Case(name, asked.language, kind, matrix.astype(np.float64), right, weight)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[«»“”„]", '"', text.casefold()).split())


def _holds(sentence: str, piece: str) -> bool:
    return piece in sentence or (sentence in piece and len(sentence) > 0.6 * len(piece))


def fit_rank(cases: Sequence[Case], fixed: Sequence[str] = ()) -> Floats:
    """Fit the weights that make the right sentences likely among the candidates of each question."""
    usable = [case for case in cases if case.right]
    scale = _scale(np.concatenate([case.matrix for case in usable]), fixed)
    weights = np.zeros(len(FEATURES))
    speed, size = np.zeros_like(weights), np.zeros_like(weights)
    total = sum(case.weight for case in usable)
    for step in range(1, 801):
        gradient = -2 * RIDGE_RANK * weights
        for case in usable:
            rows = case.matrix * scale
            chance = _softmax(rows @ weights)
            right = np.zeros_like(chance)
            right[list(case.right)] = chance[list(case.right)]
            gradient += case.weight / total * (rows.T @ (right / max(right.sum(), 1e-12) - chance))
        speed, size = 0.9 * speed + 0.1 * gradient, 0.999 * size + 0.001 * gradient**2
        weights += 0.05 * (speed / (1 - 0.9**step)) / (np.sqrt(size / (1 - 0.999**step)) + 1e-8)
    return weights * scale


def fit_answerable(rows: Floats, labels: Floats, weights: Floats, fixed: Sequence[str] = ()) -> Floats:
    """Fit the log-odds that the best sentence answers, by Newton's method."""
    scale = np.append(_scale(rows[:, :-1], fixed), 1.0)
    scaled, fitted = rows * scale, np.zeros(rows.shape[1])
    ridge = np.append(np.full(rows.shape[1] - 1, RIDGE_ANSWER * weights.sum()), 1e-6)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-scaled @ fitted))
        gradient = scaled.T @ (weights * (labels - chance)) - ridge * fitted
        curve = (scaled * (weights * chance * (1 - chance))[:, None]).T @ scaled + np.diag(ridge)
        fitted += np.linalg.solve(curve, gradient)
    return fitted * scale


def _scale(rows: Floats, fixed: Sequence[str]) -> Floats:
    deviation = rows.std(axis=0)
    scale = np.where(deviation > 1e-6, 1 / np.maximum(deviation, 1e-6), 0.0)
    for name in fixed:
        scale[FEATURES.index(name)] = 0.0
    return scale


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def confidences(cases: Sequence[Case], scoring: Scoring) -> Floats:
    """Return each case's log-odds that it is answered."""
    return np.array(
        [scoring.confidence(_row(case), int(scoring.scores(_row(case)).argmax())) for case in cases]
    )


def _row(case: Case) -> Any:
    return case.matrix.astype(np.float32)


def calibrate(
    ranking: Sequence[Case], deciding: Sequence[Case], judged: Sequence[Case], fixed: Sequence[str] = ()
) -> dict[str, Any]:
    """Fit a set of weights.

    Args:
        ranking: Questions whose right sentences are known.
        deciding: Answerable (kind "") and unanswerable questions.
        judged: The questions that the threshold is set by.
        fixed: Features that are not there and count nothing.

    Returns:
        A set as weights.json has it.
    """
    rank = fit_rank(ranking, fixed)
    draft = Scoring(rank.astype(np.float32), np.zeros(len(SUPPORT), dtype=np.float32), 0.0, SHARE_NEAR)
    cases = [case for case in deciding if len(case.matrix)]
    rows = np.array(
        [support(_row(case), int(draft.scores(_row(case)).argmax())) for case in cases], dtype=np.float64
    )
    labels = np.array([float(case.kind == "") for case in cases])
    answerable = fit_answerable(rows, labels, np.array([case.weight for case in cases]), fixed)
    fitted = {
        "rank": _named(FEATURES, rank),
        "answerable": _named(SUPPORT, answerable),
        "threshold": 0.0,
        "near": SHARE_NEAR,
    }
    answered = confidences([case for case in judged if case.kind == ""], Scoring.of(fitted))
    return {**fitted, "threshold": round(float(np.quantile(answered, 1 - ANSWERED)), 3)}


def _named(names: Sequence[str], weights: Floats) -> dict[str, float]:
    return {
        name: round(float(weight), 4)
        for name, weight in zip(names, weights, strict=True)
        if abs(weight) > 5e-5
    }


def curve(cases: Sequence[Case], scoring: Scoring) -> list[dict[str, float]]:
    """Return the shares abstained for each kind of question, by the share of the answerable that is answered."""
    sure = confidences(cases, scoring)
    kinds = sorted({case.kind for case in cases} - {""})
    kind_of = np.array([case.kind for case in cases])
    points = []
    for share in (1.0, 0.98, 0.95, 0.92, 0.9, 0.85, 0.8, 0.7):
        threshold = float(np.quantile(sure[kind_of == ""], 1 - share))
        shares = {kind: round(float((sure[kind_of == kind] < threshold).mean()), 3) for kind in kinds}
        points.append({"answered": share, "threshold": round(threshold, 3), **shares})
    return points


def figures(cases: Sequence[Case], scoring: Scoring) -> dict[str, dict[str, float]]:
    """Return, by language, how often the best sentence is right, and one of those that would be cited."""
    told: dict[str, dict[str, float]] = {}
    for language in sorted({case.language for case in cases}):
        own = [case for case in cases if case.language == language and case.kind == ""]
        orders = [np.argsort(-scoring.scores(_row(case)), kind="stable") for case in own]
        told[language] = {
            "questions": len(own),
            "first": round(
                float(
                    np.mean([int(order[0]) in case.right for case, order in zip(own, orders, strict=True)])
                ),
                3,
            ),
            "three": round(
                float(
                    np.mean(
                        [
                            bool(case.right & set(order[:3].tolist()))
                            for case, order in zip(own, orders, strict=True)
                        ]
                    )
                ),
                3,
            ),
        }
    return told


class Sets:
    """The questions, each set searched in a library of its own articles."""

    def __init__(
        self, data: Path, articles: Path, folder: Path, encoder: Encoder, reranker: Reranker | None
    ) -> None:
        """Ingest the articles of every set."""
        self.data = data
        self.answerer = ExtractiveAnswerer(encoder, reranker, Aliases.load())
        self.encoder = encoder
        self.contexts: dict[str, str] = {}
        xquad = list(self._xquad())[:XQUAD]
        sources = {name: data / "dev" / name / "articles.jsonl" for name in ("speeches", "kazqad")} | {
            "interview": articles
        }
        for language in ("en", "ru"):
            sources[f"xquad-{language}"] = self._contexts(folder, language, xquad)
        self.searches = {
            name: self._open(folder / name, source, reranker) for name, source in sources.items()
        }
        self.xquad = xquad

    def _xquad(self) -> Iterable[dict[str, str]]:
        with gzip.open(self.data / "train/xquad.tsv.gz", "rt", encoding="utf-8") as lines:
            yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)

    def _contexts(self, folder: Path, language: str, rows: Sequence[dict[str, str]]) -> Path:
        path = folder / f"xquad-{language}.jsonl"
        texts = dict.fromkeys(row[f"context_{language}"] for row in rows)
        self.contexts |= {text: f"{language}-{at}" for at, text in enumerate(texts)}
        lines = (
            json.dumps({"id": self.contexts[text], "text": text, "language": language}) for text in texts
        )
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def _open(self, folder: Path, source: Path, reranker: Reranker | None) -> HybridRetriever:
        library = Library.open(folder, self.encoder)
        ingest_sources(library, self.encoder, [str(source)])
        return HybridRetriever(library, self.encoder, reranker)

    def case(self, place: str, question: str, name: str, kind: str, evidence: Iterable[str] = (), without: Iterable[str] = (), weight: float = 1.0) -> Case:  # fmt: skip
        """Measure a question against the articles of a set, some of them left out."""
        left_out = set(without)

        def search(text: str) -> list[Hit]:
            found = self.searches[place].search(text, limit=HITS + 10 if left_out else HITS)
            return [hit for hit in found if hit.article.id not in left_out][:HITS]

        return collect(self.answerer, search, question, name, kind, evidence, weight)

    def interview(self) -> list[Case]:
        """Return the questions on the real article, answerable and not."""
        asked = load_questions(self.data / "dev/interview/questions.jsonl")
        return [
            self.case(
                "interview",
                one.question,
                one.id,
                "" if one.answerable else one.kind,
                one.evidence,
                weight=INTERVIEW,
            )
            for one in asked
        ]

    def articles(self) -> Iterator[Case]:
        """Return questions on speeches and encyclopaedia: with their article, without it, and of another set."""
        for place, other in (("kazqad", "speeches"), ("speeches", "kazqad")):
            for one in load_questions(self.data / f"dev/{place}/questions.jsonl"):
                yield self.case(place, one.question, one.id, "", one.answers)
                yield self.case(place, one.question, one.id, "near miss", without=one.relevant, weight=0.5)
                yield self.case(other, one.question, one.id, "off-topic", weight=0.5)

    def across(self) -> Iterator[Case]:
        """Return XQuAD questions on contexts in the same and in the other language, and without their context."""
        for row in self.xquad:
            for asked, told in product(("en", "ru"), repeat=2):
                place, question, weight = (
                    f"xquad-{told}",
                    row[f"question_{asked}"],
                    0.4 if asked == told else 1.0,
                )
                context = self.contexts[row[f"context_{told}"]]
                yield self.case(place, question, row["id"], "", [row[f"answer_{told}"]], weight=weight)
                yield self.case(place, question, row["id"], "near miss", without=[context], weight=weight / 2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, print the figures, record them and, if asked to, write the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder with dev/ and train/"
    )
    parser.add_argument(
        "--articles",
        type=Path,
        default=Path("../shared/articles/000_e3e1a676b01f25b4.txt"),
        help="the article of the interview set",
    )
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--reranker", default="builtin", help="'none' fits the set that works without one")
    parser.add_argument("--write", action="store_true", help="put the weights into the package")
    options = parser.parse_args(arguments)
    encoder, reranker = load_encoder(options.encoder), load_reranker(options.reranker)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        sets = Sets(options.data, options.articles, Path(folder), encoder, reranker)
        interview, others = sets.interview(), [*sets.articles(), *sets.across()]
    name, absent = ("reranked", ()) if reranker else ("plain", ("rerank",))
    known = [case for case in (*interview, *others) if case.right]
    fitted = calibrate(known, [*interview, *others], interview, absent)
    scoring = Scoring.of(fitted)
    record = {
        "date": date.today().isoformat(),
        "encoder": encoder.fingerprint,
        "reranker": reranker.name if reranker else None,
        "questions": len(interview) + len(others),
        "interview": figures(interview, scoring),
        "curve on interview": curve(interview, scoring),
        "curve on the other sets": curve(others, scoring),
        "weights": fitted,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"calibration-{name}-{record['date']}.json"
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(
        json.dumps(
            {key: record[key] for key in ("interview", "curve on interview")}, ensure_ascii=False, indent=1
        )
    )
    if options.write:
        shipped = json.loads(WEIGHTS.read_text(encoding="utf-8")) | {name: fitted}
        WEIGHTS.write_text(json.dumps(shipped, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
