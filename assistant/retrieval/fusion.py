"""One score out of several: standardised, weighed by the languages of question and chunk, added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assistant.types import Language, Vectors


class Weights(NamedTuple):
    """How much each standardised score counts."""

    dense: float
    grams: float
    stems: float


class Table(NamedTuple):
    """The weights for each pair of languages: across languages only names and numbers look alike."""

    same: Weights
    other: Weights

    def of(self, question: Language, chunk: Language | None) -> Weights:
        """Return the weights for a question in one language and a chunk in another."""
        return self.same if chunk in (question, None) else self.other


# Fitted by benchmarks/fusion.py; the log is in benchmarks/README.md.
TABLE = Table(same=Weights(dense=1.2, grams=0.6, stems=0.4), other=Weights(dense=1.2, grams=0.1, stems=0.0))
PRIOR = 8.0


def standardise(scores: Vectors) -> Vectors:
    """Return z-scores; all zero when the scores do not differ."""
    spread = float(scores.std()) if scores.size else 0.0
    return np.zeros_like(scores) if spread < 1e-9 else (scores - scores.mean()) / spread


def level(scores: Vectors, languages: Sequence[Language | None], prior: float = PRIOR) -> Vectors:
    """Take each language's own mean out of the scores, so that no language is ahead by its encoding.

    The mean of a language with few candidates is drawn towards the mean of all, as if `prior` more of its
    candidates had the mean of all: one good article must not be levelled away for being the only one.
    """
    levelled = scores.copy()
    if not scores.size:
        return levelled
    overall = float(scores.mean())
    names = np.array([language or "" for language in languages])
    for name in set(names.tolist()):
        own = names == name
        levelled[own] -= (float(scores[own].sum()) + prior * overall) / (int(own.sum()) + prior) - overall
    return levelled


def fuse(
    scores: Mapping[str, Vectors], languages: Sequence[Language | None], question: Language, table: Table = TABLE
) -> Vectors:
    """Return the fused score of each candidate.

    Args:
        scores: "dense", "grams" and "stems", each with one value for every candidate.
        languages: the language of each candidate.
        question: the language of the question.
        table: the weights.
    """
    weights = np.array([table.of(question, language) for language in languages], dtype=np.float32).reshape(
        -1, 3
    )
    parts = (
        standardise(level(scores["dense"], languages)),
        standardise(scores["grams"]),
        standardise(scores["stems"]),
    )
    return np.asarray((weights * np.stack(parts, axis=1)).sum(axis=1), dtype=np.float32)
