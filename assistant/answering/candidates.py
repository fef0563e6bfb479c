"""The sentences of the hits, each with its place in the article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.text.sentences import sentence_spans
from assistant.types import Hit

BACK = 700  # how far before a chunk the sentence before its first one is looked for

# Words at the head of a sentence that say it goes on from the one before.
ANAPHOR = re.compile(
    r"""^\W*(?:(?:ал|сонымен қатар|сондай-ақ|алайда|бірақ|и|а|но|при этом|также|однако|and|but|also|however|meanwhile)\b,?\s+)?(?:
    оның|оны|оған|онда|одан|онымен|ол|олар\w*|бұл\w*|бұған|бұны|мұны|мұнда\w*|мұның|мұндай|бұдан|соның|сол|сонда|осы\w*|солар\w*|ондағы|содан
    |он|она|оно|они|его|её|ее|их|ему|ей|им|из\s+них|среди\s+них|в\s+н[её]м|на\s+н[её]м|это|этот|эта|эти|этого|этой|этому|этим|этих|там|тогда
    |of\s+(?:these|those|them)|among\s+them|it|its|they|their|them|he|his|she|her|this|that|these|those|there
    )\b(?!\s+(?:жылы|жылдың|айда|год[ауе]?|месяц\w*|year|month|week)\b)""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer.

    `at` is its number in its chunk, which has `of` sentences; `before` is the span of the sentence it follows, if there is one.
    """

    hit: Hit
    rank: int
    at: int
    of: int
    start: int
    end: int
    before: tuple[int, int] | None

    @property
    def text(self) -> str:
        """The sentence as it stands in the article."""
        return self.hit.article.text[self.start : self.end]

    @property
    def context(self) -> str:
        """The sentence before, or nothing."""
        return self.hit.article.text[slice(*self.before)] if self.before else ""

    @property
    def leans(self) -> bool:
        """Whether the sentence only makes sense with the one before."""
        return bool(self.before and ANAPHOR.match(self.text))

    @property
    def standalone(self) -> str:
        """The sentence, with the one before it where it needs that."""
        return f"{self.context} {self.text}" if self.leans else self.text


def candidates(hits: Sequence[Hit]) -> list[Candidate]:
    """Split the hits into sentences, each once.

    Args:
        hits: The chunks that were found, best first.

    Returns:
        The sentences in the order of the hits; one that stands in several articles or chunks counts where
        it is found first.
    """
    seen: set[str] = set()
    found = []
    for rank, hit in enumerate(hits):
        for candidate in _sentences(hit, rank):
            key = " ".join(candidate.text.split()).casefold()
            if key not in seen and any(letter.isalnum() for letter in key):
                seen.add(key)
                found.append(candidate)
    return found


def _sentences(hit: Hit, rank: int) -> Iterator[Candidate]:
    before = _last_before(hit)
    spans = sentence_spans(hit.chunk.text)
    for at, (first, last) in enumerate(spans):
        span = (hit.chunk.start + first, hit.chunk.start + last)
        yield Candidate(hit, rank, at, len(spans), *span, before)
        before = span


def _last_before(hit: Hit) -> tuple[int, int] | None:
    """Return the last sentence before a chunk, if its beginning can be seen."""
    offset = max(0, hit.chunk.start - BACK)
    spans = sentence_spans(hit.article.text[offset : hit.chunk.start])
    if not spans or (offset and len(spans) == 1):
        return None
    return offset + spans[-1][0], offset + spans[-1][1]
