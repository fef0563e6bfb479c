"""Search with the question in the library's other languages too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from assistant.text.language import question_language
from assistant.types import LANGUAGES, Filters, Hit, Language, Retriever

K = 10.0  # of reciprocal rank fusion: how little the first ranks differ


class Translating(Protocol):
    """What translates questions."""

    def begin(self, text: str, languages: Sequence[Language]) -> Callable[[], Mapping[Language, str]]:
        """Begin; return what waits for the translations."""


class TranslatingRetriever:
    """Fuses what a question finds with what its translations find, each in the articles of its own language."""

    def __init__(
        self, retriever: Retriever, translator: Translating, languages: Callable[[], Sequence[str]]
    ) -> None:
        """Choose the parts.

        Args:
            retriever: searches.
            translator: gives the question in other languages.
            languages: tells those of the library.
        """
        self.retriever = retriever
        self.translator = translator
        self.languages = languages

    def search(self, question: str, limit: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Return at most `limit` hits, best first; each other language has a quota of them."""
        chosen = filters or Filters()
        asked, there = question_language(question), self.languages()
        others = [
            one for one in LANGUAGES if one != asked and one in there and chosen.language in (None, one)
        ]
        if not others:
            return self.retriever.search(question, limit, filters)
        wait = self.translator.begin(question, others)
        found = {"": self.retriever.search(question, limit, filters)}
        for language, translation in wait().items():
            found[language] = self.retriever.search(translation, limit, replace(chosen, language=language))
        return fused(found, limit) if len(found) > 1 else found[""]


def fused(found: Mapping[str, Sequence[Hit]], limit: int) -> list[Hit]:
    """Fuse rankings by reciprocal rank; the best of each have a place whatever their sum.

    Args:
        found: rankings by the language of the translation, "" for the question as asked.
        limit: how many are wanted.
    """
    hits: dict[int, Hit] = {}
    for language, ranking in found.items():
        for rank, hit in enumerate(ranking, 1):
            known = hits.get(hit.chunk.id, replace(hit, score=0.0))
            ranks = {**known.ranks, **({f"asked in {language}": rank} if language else {})}
            hits[hit.chunk.id] = replace(known, score=known.score + 1 / (K + rank), ranks=ranks)
    quota = limit // (2 * len(found))
    kept = {hit.chunk.id for ranking in found.values() for hit in ranking[:quota]}
    ordered = sorted(hits.values(), key=lambda hit: -hit.score)
    places = sorted(ordered, key=lambda hit: hit.chunk.id not in kept)[:limit]
    return sorted(places, key=lambda hit: -hit.score)
