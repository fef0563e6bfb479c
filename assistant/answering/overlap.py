"""How much of a question's words the texts have, as they are and in translation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import log

from assistant.text.analysis import analyse
from assistant.text.lexicon import translations
from assistant.types import Language


class Overlap:
    """How much of a question's stems and n-grams the texts have, rare ones counting more."""

    def __init__(self, question: str, texts: Sequence[str]) -> None:
        """Analyse the question and the texts."""
        asked = analyse(question)
        self.stems = [stem_set(text) for text in texts]
        self.grams = [gram_set(text) for text in texts]
        self._stems = _rarity(asked.stems, self.stems)
        self._grams = _rarity(asked.grams, self.grams)

    def shares(self, at: int) -> tuple[float, float]:
        """Return the shares of stems and n-grams that text `at` has."""
        return _share(self._stems, self.stems[at]), _share(self._grams, self.grams[at])

    def added(self, at: int, around: frozenset[str]) -> float:
        """Return the share of n-grams that the surroundings of text `at` have and it has not."""
        return _share(self._grams, around - self.grams[at])


class Translated:
    """How much of a question the texts have in translation, rare words counting more and sure translations, too."""

    def __init__(self, question: str, language: Language, texts: Sequence[frozenset[str]]) -> None:
        """Look the question's stems up in the lexicon, and their translations in the stems of the texts."""
        known = translations(analyse(question).stems, language).values()
        self._found = [
            [max((weight for word, weight in words.items() if word in stems), default=0.0) for stems in texts]
            for words in known
        ]
        self._rarity = [log(1 + len(texts) / (0.5 + sum(map(bool, row)))) for row in self._found]

    def share(self, at: int) -> float:
        """Return the share of the question that text `at` has."""
        found = sum(weight * row[at] for weight, row in zip(self._rarity, self._found, strict=True))
        return found / max(1e-9, sum(self._rarity))


def gram_set(text: str) -> frozenset[str]:
    """Return the n-grams of a text."""
    return _sets(text)[1]


def stem_set(text: str) -> frozenset[str]:
    """Return the stems of a text."""
    return _sets(text)[0]


@lru_cache(maxsize=2048)
def _sets(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Analyse a text; the same sentences are compared with many questions."""
    terms = analyse(text)
    return frozenset(terms.stems), frozenset(terms.grams)


def _rarity(terms: Iterable[str], texts: Sequence[frozenset[str]]) -> dict[str, float]:
    counts = {term: sum(term in text for text in texts) for term in set(terms)}
    return {term: log(1 + len(texts) / (0.5 + count)) for term, count in counts.items()}


def _share(weights: dict[str, float], terms: frozenset[str]) -> float:
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in terms) / total if total else 0.0
