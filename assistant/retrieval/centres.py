"""Where the chunks of each language lie in the encoder's space.

A multilingual encoder keeps some of the language in its vectors: chunks in the question's own language are all a
little nearer, also those about something else. The cosine between the question and the middle of a language says
how much, and is taken off (`benchmarks/README.md` has what it is worth).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from assistant.types import Language, Vectors

if TYPE_CHECKING:
    from assistant.library.library import Library

SAMPLE = 1024  # chunks that are looked at
PRIOR = 32  # chunks' worth of the common middle that each language's middle is drawn towards
GROWTH = 1.1  # a library has to grow this much before it is sampled again


class Centres:
    """The middle of each language's chunks, kept until the library has changed enough."""

    def __init__(self, library: Library) -> None:
        """Look at this library."""
        self._library = library
        self._lock = Lock()
        self._seen = (-1, 0)
        self._centres: Mapping[Language | None, Vectors] = {}

    def offsets(self, vector: Vectors, languages: Sequence[Language | None]) -> Vectors:
        """Return for each chunk, by its language, how near the question is to all of that language."""
        centres = self.now()
        near = {language: float(centre @ vector) for language, centre in centres.items()}
        return np.array([near.get(language, 0.0) for language in languages], dtype=np.float32)

    def now(self) -> Mapping[Language | None, Vectors]:
        """Return the middle of each language."""
        with self._lock:
            generation, size = self._library.generation, len(self._library.chunk_ids)
            seen, before = self._seen
            grown = size > GROWTH * before or size <= SAMPLE
            if generation != seen and grown:
                self._centres = self._measure()
                self._seen = (generation, size)
            return self._centres

    def _measure(self) -> Mapping[Language | None, Vectors]:
        ids = self._library.chunk_ids
        picked = ids[:: max(1, len(ids) // SAMPLE)]
        languages = self._library.languages_of(picked)
        return middles(self._library.vectors(list(languages)), list(languages.values()))


def middles(
    vectors: Vectors, languages: Sequence[Language | None], prior: float = PRIOR
) -> dict[Language | None, Vectors]:
    """Return the mean vector of each language, drawn towards the mean of all as if `prior` more lay there."""
    if not len(vectors):
        return {}
    overall = vectors.mean(axis=0)
    found: dict[Language | None, Vectors] = {}
    for language in set(languages):
        own = vectors[[at for at, its in enumerate(languages) if its == language]]
        found[language] = (own.sum(axis=0) + prior * overall) / (len(own) + prior)
    return found
