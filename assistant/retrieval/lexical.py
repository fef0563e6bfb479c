"""Candidates by words: BM25 over stems, over romanised character n-grams, and over the stems' translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from assistant.text.analysis import analyse
from assistant.text.lexicon import translations
from assistant.types import Filters, Language, Vectors

if TYPE_CHECKING:
    from assistant.library.library import Library

FIELDS = ("stems", "grams", "translated")


def lexical_candidates(
    library: Library, question: str, language: Language, *, reach: int, filters: Filters | None
) -> dict[str, dict[int, float]]:
    """Return for each field the chunk ids with their BM25 score."""
    terms = analyse(question)
    translated = translations(terms.stems, language)
    found = library.matching(terms, reach, filters, tuple(translated.values()))
    return {field: dict(found.get(field, ())) for field in FIELDS}


def lexical_scores(known: Mapping[int, float], ids: Sequence[int]) -> Vectors:
    """Return the score of each chunk; one that was not found gets the least that was."""
    least = min(known.values(), default=0.0)
    return np.array([known.get(one, least) for one in ids], dtype=np.float32)
