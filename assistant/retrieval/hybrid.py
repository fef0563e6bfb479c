"""The search that answers lean on: dense and lexical candidates, fused, without doubles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.retrieval.centres import Centres
from assistant.retrieval.dense import fair_share
from assistant.retrieval.fusion import TABLE, Table, fuse
from assistant.retrieval.lexical import FIELDS, lexical_candidates, lexical_scores
from assistant.retrieval.rerank import TOP, rerank
from assistant.text.language import cyrillic_kazakh, is_latin_kazakh, question_language
from assistant.types import Encoder, Filters, Hit, Language, Reranker, Vectors

if TYPE_CHECKING:
    from assistant.library.library import Library

SPARE = 10  # more than wanted, in place of doubles


@dataclass(frozen=True)
class Candidates:
    """What the retrievers found: parallel sequences, and who found which chunk at which rank."""

    question: Language
    ids: Sequence[int]
    languages: Sequence[Language | None]
    scores: Mapping[str, Vectors]
    ranks: Mapping[int, Mapping[str, int]]


class HybridRetriever:
    """Find chunks by meaning and by words, in all languages of the library."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        reranker: Reranker | None = None,
        *,
        table: Table = TABLE,
        reach: int = 60,
        share: int = 40,
    ) -> None:
        """Search this library.

        Args:
            library: where the chunks are.
            encoder: the one that the library was filled with.
            reranker: reads the first hits again; None leaves them as fused.
            table: what each retriever's score weighs.
            reach: how many candidates each retriever gives.
            share: how many of the dense ones may be in the same language.
        """
        self.library = library
        self.encoder = encoder
        self.reranker = reranker
        self.table = table
        self.reach = reach
        self.share = share
        self.centres = Centres(library)

    def search(self, question: str, limit: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return at most `limit` hits, best first."""
        found = self.candidates(question, filters)
        fused = fuse(found.scores, found.languages, found.question, self.table)
        ranked = [(found.ids[at], float(fused[at])) for at in np.argsort(-fused, kind="stable")]
        if self.reranker is None:
            return self._hits(ranked, found, limit)
        return rerank(question, self._hits(ranked, found, max(limit, TOP)), self.reranker)[:limit]

    def candidates(self, question: str, filters: Filters | None = None) -> Candidates:
        """Return all chunks that either retriever found, with the scores of both."""
        asked = cyrillic_kazakh(question) if is_latin_kazakh(question) else question
        language = question_language(question)
        vector = self.encoder.encode_queries([asked])[0]
        found = self.library.nearest(vector, self.reach, filters)
        lexical = lexical_candidates(self.library, asked, language, reach=self.reach, filters=filters)
        languages = self.library.languages_of({one for one, _ in found}.union(*lexical.values()))
        dense = dict(fair_share(found, languages, self.share))
        ids = sorted(languages.keys() & {*dense}.union(*lexical.values()))
        spoken = [languages[one] for one in ids]
        near, nearest = self.library.cosines(vector, ids)
        middle = self.centres.offsets(vector, spoken)
        ranks: dict[int, dict[str, int]] = {one: {} for one in ids}
        for name, scores in {"dense": dense, **lexical}.items():
            for rank, one in enumerate(sorted(scores, key=lambda one: -scores[one]), 1):
                if one in ranks:
                    ranks[one][name] = rank
        return Candidates(
            question=language,
            ids=ids,
            languages=spoken,
            scores={
                "dense": near - middle,
                "sentences": nearest - middle,
                **{field: lexical_scores(lexical[field], ids) for field in FIELDS},
            },
            ranks=ranks,
        )

    def _hits(self, ranked: Sequence[tuple[int, float]], found: Candidates, wanted: int) -> list[Hit]:
        """Read the chunks, best first; one with the same words as a better one is named in its `also_in`.

        One article gives half of them at most while others have any, so that none can crowd out all others.
        """
        hits: dict[str, Hit] = {}
        for at in range(0, len(ranked), wanted + SPARE):
            part = ranked[at : at + wanted + SPARE]
            chunks = self.library.chunks([one for one, _ in part])
            for one, score in part:
                if one not in chunks:
                    continue
                article, chunk = chunks[one]
                words = " ".join(chunk.text.casefold().split())
                if words not in hits:
                    hits[words] = Hit(article=article, chunk=chunk, score=score, ranks=found.ranks[one])
                elif article.id != hits[words].article.id:
                    hits[words] = replace(hits[words], also_in=(*hits[words].also_in, article))
            if len(_shared(hits.values(), wanted)[0]) >= wanted:
                break
        within, beyond = _shared(hits.values(), wanted)
        kept = sorted([*within, *beyond][:wanted], key=lambda hit: -hit.score)
        copies = self.library.also_in({hit.article.id for hit in kept})
        return [replace(hit, also_in=(*hit.also_in, *copies.get(hit.article.id, ()))) for hit in kept]


def _shared(hits: Iterable[Hit], wanted: int) -> tuple[list[Hit], list[Hit]]:
    """Part the hits: those within their article's share of what is wanted, and those beyond it."""
    given: Counter[str] = Counter()
    within: list[Hit] = []
    beyond: list[Hit] = []
    for hit in hits:
        given[hit.article.id] += 1
        (within if given[hit.article.id] <= (wanted + 1) // 2 else beyond).append(hit)
    return within, beyond
