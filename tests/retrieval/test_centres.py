from __future__ import annotations

import numpy as np
import pytest

from assistant.retrieval.centres import Centres, middles
from assistant.types import Article
from tests.conftest import ARTICLES, fill


def test_middles_are_shrunken_means():
    vectors = np.array([[1, 0], [0, 1], [0, 3]], dtype=np.float32)
    found = middles(vectors, ["kk", "ru", "ru"], prior=2)
    overall = vectors.mean(axis=0)
    assert found["kk"] == pytest.approx((vectors[0] + 2 * overall) / 3)
    assert found["ru"] == pytest.approx((vectors[1] + vectors[2] + 2 * overall) / 4)
    assert middles(vectors[:0], []) == {}


def test_a_language_that_is_nearer_as_a_whole_loses_its_lead():
    near, far = np.array([1, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32)
    found = middles(np.stack([near] * 500 + [far] * 500), ["kk"] * 500 + ["ru"] * 500)
    question = np.array([1, 0], dtype=np.float32)
    assert found["kk"] @ question > 0.9
    assert found["ru"] @ question < 0.1


def test_they_follow_the_library(library, encoder):
    centres = Centres(library)
    vector = encoder.encode_queries(["tram"])[0]
    assert set(centres.now()) == {"kk", "ru", "en"}
    assert centres.now() is centres.now()
    before = centres.offsets(vector, ["en", None])
    assert before[1] == 0
    fill(library, tuple(Article(id=f"t{at}", text=f"Tram tram tram {at}.", language="en") for at in range(9)))
    assert centres.offsets(vector, ["en"])[0] > before[0]
    assert len(library.languages_of(library.chunk_ids)) == len(ARTICLES) + 9


def test_an_empty_library_has_none(tmp_path, encoder):
    from assistant.library.library import Library

    with Library.open(tmp_path / "empty", encoder) as library:
        assert Centres(library).offsets(np.zeros(encoder.dimension, np.float32), ["kk"]) == pytest.approx([0])
