"""Candidates by meaning, with a fair share for each language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.types import Language


def fair_share(
    found: Sequence[tuple[int, float]], languages: Mapping[int, Language | None], share: int
) -> list[tuple[int, float]]:
    """Keep the first `share` of each language, in order.

    The share of its own keeps chunks in the question's language, which every multilingual encoder places a
    little nearer, from crowding out better ones in another.
    """
    seen: Counter[Language | None] = Counter()
    kept = []
    for one, score in found:
        language = languages.get(one)
        seen[language] += 1
        if seen[language] <= share:
            kept.append((one, score))
    return kept
