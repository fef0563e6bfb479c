"""Figures of a ranking and of a citation list, as small pure functions."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence


def hit_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Return 1.0 if anything relevant is among the first `k`, else 0.0."""
    return float(any(one in relevant for one in ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Return 1 / rank of the first relevant one, 0.0 if there is none."""
    return next((1.0 / rank for rank, one in enumerate(ranked, 1) if one in relevant), 0.0)


def ndcg_at(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Return nDCG at `k` with binary gains (Järvelin and Kekäläinen 2002); 0.0 when nothing is relevant."""
    if not relevant:
        return 0.0
    gained = sum(1.0 / math.log2(rank + 1) for rank, one in enumerate(ranked[:k], 1) if one in relevant)
    ideal = sum(1.0 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gained / ideal


def precision(found: Sequence[bool]) -> float | None:
    """Return the share that is right, None when there is nothing to judge."""
    return sum(found) / len(found) if found else None


def mean(values: Sequence[float | None]) -> float | None:
    """Return the mean of what is not None, None when nothing is left."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
