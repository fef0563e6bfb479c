"""The formulas against naive versions of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.metrics import hit_at, mean, ndcg_at, precision, reciprocal_rank

names = st.sampled_from([f"a{at}" for at in range(12)])
rankings = st.lists(names, unique=True, max_size=12)
relevants = st.sets(names, max_size=5)


def naive_dcg(gains):
    total = 0.0
    for at, gain in enumerate(gains):
        total += (2**gain - 1) / math.log(at + 2, 2)
    return total


@given(rankings, relevants, st.integers(1, 12))
def test_ndcg_is_dcg_over_the_best_possible_dcg(ranked, relevant, k):
    gains = [1 if one in relevant else 0 for one in ranked][:k]
    best = naive_dcg([1] * min(k, len(relevant)))
    assert ndcg_at(ranked, relevant, k) == pytest.approx(naive_dcg(gains) / best if best else 0.0)


@given(rankings, relevants)
def test_reciprocal_rank_and_hits(ranked, relevant):
    positions = [ranked.index(one) + 1 for one in relevant if one in ranked]
    assert reciprocal_rank(ranked, relevant) == (1 / min(positions) if positions else 0.0)
    for k in (1, 5, 10):
        assert hit_at(ranked, relevant, k) == (1.0 if positions and min(positions) <= k else 0.0)


def test_known_values():
    assert ndcg_at(["x", "right"], ["right"]) == pytest.approx(1 / math.log2(3))
    assert ndcg_at(["right", "x"], ["right"]) == 1.0
    assert ndcg_at([], ["right"]) == 0.0
    assert precision([True, False, False, False]) == 0.25
    assert precision([]) is None
    assert mean([1.0, None, 0.0]) == 0.5
    assert mean([None]) is None
