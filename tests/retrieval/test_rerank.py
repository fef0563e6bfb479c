from __future__ import annotations

import numpy as np
import pytest

from assistant.retrieval.rerank import rerank
from assistant.types import Article, Chunk, Hit


class Favourite:
    """A reranker that knows which text it wants."""

    name = "favourite"

    def __init__(self, word):
        self.word = word

    def score(self, question, texts):
        return np.array([0.9 if self.word in text else 0.1 for text in texts], dtype=np.float32)


def hit(at, text, score):
    article = Article(id=f"a{at}", text=text, title="T")
    return Hit(
        article=article,
        chunk=Chunk(id=at, article_id=article.id, start=0, end=len(text), text=text),
        score=score,
    )


def test_the_reranker_lifts_what_it_prefers():
    hits = [hit(0, "apples", 3.0), hit(1, "pears", 2.9), hit(2, "plums", 1.0)]
    reread = rerank("what?", hits, Favourite("pears"))
    assert [one.chunk.text for one in reread] == ["pears", "apples", "plums"]
    assert reread[0].ranks["rerank"] == 1
    assert [one.score for one in reread] == sorted((one.score for one in reread), reverse=True)


@pytest.mark.parametrize(("weight", "first"), [(0.0, "apples"), (1.0, "plums")])
def test_the_weight_decides(weight, first):
    hits = [hit(0, "apples", 3.0), hit(1, "pears", 2.9), hit(2, "plums", 1.0)]
    assert rerank("what?", hits, Favourite("plums"), weight=weight)[0].chunk.text == first


def test_one_hit_is_not_read():
    hits = [hit(0, "apples", 3.0)]
    assert rerank("what?", hits, Favourite("x")) == hits
    assert rerank("what?", [], Favourite("x")) == []
