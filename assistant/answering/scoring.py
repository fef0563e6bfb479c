"""From evidence to a decision: which sentence is best, and whether it answers at all.

The weights stand in weights.json, one set without a reranker and one with; benchmarks/calibrate.py fits them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answering.features import FEATURES
from assistant.types import Vectors

WEIGHTS = Path(__file__).with_name("weights.json")
SUPPORT = (*FEATURES, "spread", "bias")


@dataclass(frozen=True, slots=True)
class Scoring:
    """The weights of one set.

    Attributes:
        rank: by feature, for choosing the sentence
        answerable: by support feature, log-odds that the best sentence answers
        threshold: log-odds below which the assistant abstains
        near: probability, relative to the first sentence's, that a further one needs to be cited
    """

    rank: Vectors
    answerable: Vectors
    threshold: float
    near: float

    @classmethod
    def of(cls, weights: Mapping[str, Any]) -> Scoring:
        """Read a set of weights; a feature that is not named counts nothing."""
        return cls(
            rank=np.array([weights["rank"].get(name, 0.0) for name in FEATURES], dtype=np.float32),
            answerable=np.array([weights["answerable"].get(name, 0.0) for name in SUPPORT], dtype=np.float32),
            threshold=weights["threshold"],
            near=weights["near"],
        )

    def scores(self, matrix: Vectors) -> Vectors:
        """Score the candidates, one row each; their softmax is the probability to be the best."""
        return np.asarray(matrix @ self.rank, dtype=np.float32)

    def confidence(self, matrix: Vectors, best: int) -> float:
        """Return the log-odds that the best candidate answers the question."""
        return float(support(matrix, best) @ self.answerable)


def support(matrix: Vectors, best: int) -> Vectors:
    """Return what speaks for an answer being there: the best row, how far it stands out, and 1."""
    cosine = matrix[:, FEATURES.index("cosine")]
    return np.concatenate([matrix[best], [cosine[best] - cosine.mean(), 1.0]]).astype(np.float32)


@lru_cache(maxsize=2)
def load_scoring(reranked: bool) -> Scoring:
    """Load the weights that are shipped.

    Args:
        reranked: Whether there is a reranker.

    Returns:
        The set for that case.
    """
    weights = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Scoring.of(weights["reranked" if reranked else "plain"])
