"""One score out of several: standardised, weighed by the languages of question and chunk, added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assistant.types import Language, Vectors


class Weights(NamedTuple):
    """How much each standardised score counts."""

    dense: float
    sentences: float
    grams: float
    stems: float
    translated: float


class Table(NamedTuple):
    """The weights for each pair of languages.

    Across languages only names and numbers look alike, so that the dense score has to count for more there:
    with the same weight, any chunk in the question's language that shares a few words would be ahead. What has the
    question's words in translation counts there instead.
    """

    same: Weights
    other: Weights

    def of(self, question: Language, chunk: Language | None) -> Weights:
        """Return the weights for a question in one language and a chunk in another."""
        return self.same if chunk in (question, None) else self.other


# Fitted by benchmarks/fusion.py; the log is in benchmarks/README.md.
TABLE = Table(
    same=Weights(dense=1.0, sentences=1.0, grams=0.5, stems=0.3, translated=0.0),
    other=Weights(dense=1.0, sentences=1.8, grams=0.05, stems=0.0, translated=0.6),
)


def standardise(scores: Vectors) -> Vectors:
    """Return z-scores; all zero when the scores do not differ."""
    spread = float(scores.std()) if scores.size else 0.0
    return np.zeros_like(scores) if spread < 1e-9 else (scores - scores.mean()) / spread


def fuse(
    scores: Mapping[str, Vectors],
    languages: Sequence[Language | None],
    question: Language,
    table: Table = TABLE,
) -> Vectors:
    """Return the fused score of each candidate.

    Args:
        scores: "dense", "sentences", "grams", "stems" and "translated", each with one value for every candidate.
        languages: the language of each candidate.
        question: the language of the question.
        table: the weights.
    """
    weights = np.array([table.of(question, language) for language in languages], dtype=np.float32).reshape(
        -1, len(Weights._fields)
    )
    parts = np.stack([standardise(scores[name]) for name in Weights._fields], axis=1)
    return np.asarray((weights * parts).sum(axis=1), dtype=np.float32)
