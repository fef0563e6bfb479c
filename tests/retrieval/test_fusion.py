"""Fusion against naive versions of its formulas."""

from __future__ import annotations

from statistics import fmean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.dense import fair_share
from assistant.retrieval.fusion import TABLE, fuse, standardise

scores = st.lists(st.floats(-50, 50, width=32), max_size=30)


@given(scores)
def test_standardise_is_the_z_score(values):
    spread = pstdev(values) if values else 0.0
    got = standardise(np.array(values, dtype=np.float32))
    if spread < 1e-3:
        assert np.abs(got).max(initial=0.0) < 10
        return
    assert got == pytest.approx([(value - fmean(values)) / spread for value in values], abs=1e-3)


def test_same_scores_say_nothing():
    same = np.full(3, 0.5, dtype=np.float32)
    assert fuse({"dense": same, "grams": same, "stems": same}, ["kk", "kk", "kk"], "kk") == pytest.approx(
        [0, 0, 0]
    )


def test_words_count_for_little_across_languages():
    flat = np.zeros(2, dtype=np.float32)
    words = np.array([9.0, 1.0], dtype=np.float32)
    same = fuse({"dense": flat, "grams": words, "stems": words}, ["kk", "kk"], "kk")
    other = fuse({"dense": flat, "grams": words, "stems": words}, ["kk", "kk"], "en")
    assert same[0] - same[1] > other[0] - other[1] >= 0
    assert TABLE.of("ru", "ru") == TABLE.of("ru", None) == TABLE.same
    assert TABLE.of("ru", "kk") == TABLE.other


def test_no_candidates():
    none = np.zeros(0, dtype=np.float32)
    assert fuse({"dense": none, "grams": none, "stems": none}, [], "kk").shape == (0,)


def test_every_language_has_its_share():
    found = [(at, 1 - at / 10) for at in range(8)]
    languages = {0: "kk", 1: "kk", 2: "kk", 3: "kk", 4: "ru", 5: "kk", 6: "ru", 7: None}
    assert [one for one, _ in fair_share(found, languages, 2)] == [0, 1, 4, 6, 7]
