"""Candidates by meaning: the chunks whose vectors are nearest to the question's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from assistant.types import Filters, Language, Vectors

if TYPE_CHECKING:
    from assistant.library.library import Library


def dense_candidates(
    library: Library, vector: Vectors, *, reach: int, share: int, filters: Filters | None
) -> dict[int, float]:
    """Return chunk ids with their cosine, at most `share` of each language from the nearest `reach`.

    The share of its own keeps chunks in the question's language, which every multilingual encoder places a
    little nearer, from crowding out better ones in another.
    """
    found = library.nearest(vector, reach, filters)
    return dict(fair_share(found, library.languages_of([one for one, _ in found]), share))


def fair_share(
    found: Sequence[tuple[int, float]], languages: Mapping[int, Language | None], share: int
) -> list[tuple[int, float]]:
    """Keep the first `share` of each language, in order."""
    seen: Counter[Language | None] = Counter()
    kept = []
    for one, score in found:
        language = languages.get(one)
        seen[language] += 1
        if seen[language] <= share:
            kept.append((one, score))
    return kept


def dense_scores(
    library: Library, vector: Vectors, known: Mapping[int, float], ids: Sequence[int]
) -> Vectors:
    """Return the cosine of each chunk, computed from its stored vector where the search didn't give it."""
    missing = [one for one in ids if one not in known]
    computed = (
        dict(zip(missing, (library.vectors(missing) @ vector).tolist(), strict=True)) if missing else {}
    )
    return np.array([known[one] if one in known else computed[one] for one in ids], dtype=np.float32)


def sentence_scores(library: Library, vector: Vectors, near: Vectors, ids: Sequence[int]) -> Vectors:
    """Return the cosine of each chunk's nearest sentence; the chunk's own, `near`, where no sentences are kept."""
    kept = library.sentences(ids)
    return np.array(
        [
            float((kept[one] @ vector).max()) if one in kept else own
            for one, own in zip(ids, near, strict=True)
        ],
        dtype=np.float32,
    )
