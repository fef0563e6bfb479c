"""Fusion against naive versions of its formulas."""

from __future__ import annotations

from statistics import fmean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.dense import fair_share
from assistant.retrieval.fusion import TABLE, Weights, fuse, standardise

scores = st.lists(st.floats(-50, 50, width=32), max_size=30)


@given(scores)
def test_standardise_is_the_z_score(values):
    spread = pstdev(values) if values else 0.0
    got = standardise(np.array(values, dtype=np.float32))
    if spread < 1e-3:
        assert np.abs(got).max(initial=0.0) < 10
        return
    assert got == pytest.approx([(value - fmean(values)) / spread for value in values], abs=1e-3)


def scored(size: int = 2, **given: list[float]) -> dict[str, np.ndarray]:
    return {name: np.array(given.get(name, [0.5] * size), dtype=np.float32) for name in Weights._fields}


def test_same_scores_say_nothing():
    assert fuse(scored(3), ["kk", "kk", "kk"], "kk") == pytest.approx([0, 0, 0])


def test_words_count_for_little_across_languages_and_their_translations_for_nothing_within_one():
    words = scored(grams=[9.0, 1.0], stems=[9.0, 1.0])
    same, other = (fuse(words, ["kk", "kk"], asked) for asked in ("kk", "en"))
    assert same[0] - same[1] > other[0] - other[1] >= 0
    translated = scored(translated=[9.0, 1.0])
    same, other = (fuse(translated, ["kk", "kk"], asked) for asked in ("kk", "en"))
    assert other[0] - other[1] > same[0] - same[1] == 0
    assert TABLE.of("ru", "ru") == TABLE.of("ru", None) == TABLE.same
    assert TABLE.of("ru", "kk") == TABLE.other


def test_no_candidates():
    assert fuse(scored(0), [], "kk").shape == (0,)


def test_every_language_has_its_share():
    found = [(at, 1 - at / 10) for at in range(8)]
    languages = {0: "kk", 1: "kk", 2: "kk", 3: "kk", 4: "ru", 5: "kk", 6: "ru", 7: None}
    assert [one for one, _ in fair_share(found, languages, 2)] == [0, 1, 4, 6, 7]
