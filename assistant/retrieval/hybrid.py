"""The search that answers lean on: dense and lexical candidates, fused, without doubles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.retrieval.dense import dense_candidates, dense_scores
from assistant.retrieval.fusion import fuse
from assistant.retrieval.lexical import FIELDS, lexical_candidates, lexical_scores
from assistant.retrieval.rerank import TOP, rerank
from assistant.text.language import cyrillic_kazakh, is_latin_kazakh, question_language
from assistant.types import Encoder, Filters, Hit, Reranker

if TYPE_CHECKING:
    from assistant.library.library import Library


class HybridRetriever:
    """Find chunks by meaning and by words, in all languages of the library."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        reranker: Reranker | None = None,
        *,
        reach: int = 120,
        share: int = 60,
    ) -> None:
        """Search this library.

        Args:
            library: where the chunks are.
            encoder: the one that the library was filled with.
            reranker: reads the first hits again; None leaves them as fused.
            reach: how many candidates each retriever gives.
            share: how many of the dense ones may be in the same language.
        """
        self.library = library
        self.encoder = encoder
        self.reranker = reranker
        self.reach = reach
        self.share = share

    def search(self, question: str, limit: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return at most `limit` hits, best first."""
        language = question_language(question)
        asked = cyrillic_kazakh(question) if is_latin_kazakh(question) else question
        vector = self.encoder.encode_queries([asked])[0]
        dense = dense_candidates(self.library, vector, reach=self.reach, share=self.share, filters=filters)
        found = lexical_candidates(self.library, asked, reach=self.reach, filters=filters)
        ids = list(dict.fromkeys([*dense, *found["stems"], *found["grams"]]))
        if not ids:
            return []
        languages = self.library.languages_of(ids)
        scores = {"dense": dense_scores(self.library, vector, dense, ids)}
        scores |= {field: lexical_scores(found[field], ids) for field in FIELDS}
        fused = fuse(scores, [languages.get(one) for one in ids], language)
        order = np.argsort(-fused, kind="stable")
        wanted = max(limit, TOP) if self.reranker else limit
        ranked = [(ids[at], float(fused[at])) for at in order]
        hits = self._hits(ranked, wanted, {"dense": dense, **found})
        return (rerank(asked, hits, self.reranker) if self.reranker else hits)[:limit]

    def _hits(
        self, ranked: Sequence[tuple[int, float]], wanted: int, found: Mapping[str, Mapping[int, float]]
    ) -> list[Hit]:
        places = {
            name: {one: place for place, one in enumerate(sorted(scores, key=lambda one: -scores[one]), 1)}
            for name, scores in found.items()
        }
        hits: dict[str, Hit] = {}
        step = wanted + 10
        for at in range(0, len(ranked), step):
            part = ranked[at : at + step]
            chunks = self.library.chunks([one for one, _ in part])
            for one, score in part:
                if one not in chunks:
                    continue
                article, chunk = chunks[one]
                key = " ".join(chunk.text.split()).casefold()
                if key in hits:
                    hits[key] = replace(hits[key], also_in=(*hits[key].also_in, article))
                    continue
                ranks = {name: place[one] for name, place in places.items() if one in place}
                hits[key] = Hit(article=article, chunk=chunk, score=score, ranks=ranks)
            if len(hits) >= wanted:
                break
        kept = list(hits.values())[:wanted]
        copies = self.library.also_in([hit.article.id for hit in kept])
        return [replace(hit, also_in=(*hit.also_in, *copies.get(hit.article.id, ()))) for hit in kept]
