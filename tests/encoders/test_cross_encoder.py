"""A CrossEncoder of sentence-transformers as the reranker, from a folder."""

from pathlib import Path

import numpy as np

from assistant.encoders import load_reranker

from .conftest import write_tiny_bert


def test_scores_are_probabilities(tmp_path: Path):
    write_tiny_bert(tmp_path, labels=1)
    reranker = load_reranker(str(tmp_path))
    assert reranker is not None
    scores = reranker.score("how many students", ["the students study in russia", "a"])
    assert scores.shape == (2,)
    assert scores.dtype == np.float32
    assert ((scores > 0) & (scores < 1)).all()
    assert reranker.score("how many students", []).shape == (0,)
