"""Fitting the weights of the extractive answer: a listwise softmax over sentences, a logistic for abstaining."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answering.extractive import ExtractiveAnswerer
from assistant.answering.features import FEATURES
from assistant.answering.questions import analyse_question
from assistant.answering.scoring import SUPPORT, Scoring, support
from assistant.types import Hit

Search = Callable[[str], Sequence[Hit]]
Floats = NDArray[np.float64]
ANSWERED = 0.95  # share of the answerable that is to be answered; the goal is 0.90, and other articles are less familiar
RIDGE_RANK, RIDGE_ANSWER = 0.002, 0.01
SHARE_NEAR = 0.25
FREE = {"same", "bias"}  # may count either way


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
    total = sum(case.weight for case in usable)

    def gradient(weights: Floats) -> Floats:
        slope = -2 * RIDGE_RANK * weights
        for case in usable:
            rows = case.matrix * scale
            chance = _softmax(rows @ weights)
            right = np.zeros_like(chance)
            right[list(case.right)] = chance[list(case.right)]
            slope += case.weight / total * (rows.T @ (right / max(right.sum(), 1e-12) - chance))
        return slope

    return _climb(gradient, FEATURES) * scale


def fit_answerable(rows: Floats, labels: Floats, weights: Floats, fixed: Sequence[str] = ()) -> Floats:
    """Fit the log-odds that the best sentence answers."""
    scale = np.append(_scale(rows[:, :-1], fixed), 1.0)
    scaled, share = rows * scale, weights / weights.sum()
    ridge = np.append(np.full(rows.shape[1] - 1, 2 * RIDGE_ANSWER), 0.0)

    def gradient(fitted: Floats) -> Floats:
        chance = 1 / (1 + np.exp(-scaled @ fitted))
        return np.asarray(scaled.T @ (share * (labels - chance)) - ridge * fitted)

    return _climb(gradient, SUPPORT) * scale


def _climb(gradient: Callable[[Floats], Floats], names: Sequence[str], steps: int = 600) -> Floats:
    """Follow a gradient uphill (Adam); evidence counts for an answer or nothing, never against it."""
    free = np.array([name in FREE for name in names])
    sign = np.array([-1.0 if name == "heading" else 1.0 for name in names])
    weights, speed, size = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for step in range(1, steps + 1):
        slope = gradient(weights)
        speed, size = 0.9 * speed + 0.1 * slope, 0.999 * size + 0.001 * slope**2
        weights = weights + 0.05 * (speed / (1 - 0.9**step)) / (np.sqrt(size / (1 - 0.999**step)) + 1e-8)
        weights = np.where(free, weights, sign * np.maximum(sign * weights, 0.0))
    return weights


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
