"""Reading the first hits again, question and text together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.retrieval.fusion import standardise
from assistant.types import Hit, Reranker

TOP = 20
WEIGHT = 0.5


def rerank(question: str, hits: Sequence[Hit], reranker: Reranker, *, weight: float = WEIGHT) -> list[Hit]:
    """Order the hits by their own score and the reranker's, both standardised.

    A hit's `score` becomes that blend; `ranks["rerank"]` is its place by the reranker alone.
    """
    if len(hits) < 2:
        return list(hits)
    read = reranker.score(question, [f"{hit.article.title}\n{hit.chunk.text}".strip() for hit in hits])
    own = np.array([hit.score for hit in hits], dtype=np.float32)
    blend = (1 - weight) * standardise(own) + weight * standardise(read)
    places = {int(at): place for place, at in enumerate(np.argsort(-read, kind="stable"), 1)}
    return [
        replace(hits[at], score=float(blend[at]), ranks={**hits[at].ranks, "rerank": places[at]})
        for at in np.argsort(-blend, kind="stable").tolist()
    ]
