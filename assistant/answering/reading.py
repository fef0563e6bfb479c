"""A source, read once for all the sentences that may lean on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

from assistant.answering.facts import Facts, facts_of, published
from assistant.answering.names import Names, Namesake
from assistant.text.analysis import analyse
from assistant.text.sentences import sentence_spans
from assistant.types import Hit, Language, Span

VERBATIM = 0.97  # share of common words from which a sentence needs no encoder
FEW = 3  # words
SEVERAL = 3


KAZAKH = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)
CYRILLIC = re.compile(r"[Ѐ-ӿ]")


def language_of(sentence: str) -> Language:
    """Return the language that a sentence's letters show: at once, where telling for sure takes a model."""
    if not CYRILLIC.search(sentence):
        return "en"
    return "kk" if KAZAKH.search(sentence) else "ru"


@lru_cache(maxsize=4096)
def stems_of(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(analyse(text).stems)


def shared_stems(claim: str, text: str) -> float:
    """Return the share of a claim's words that a text has."""
    stems = stems_of(claim)
    return len(stems & stems_of(text)) / len(stems) if stems else 0.0


@dataclass
class Source:
    """A chunk with its sentences, facts and names."""

    hit: Hit
    names: Names
    _missing: dict[str, int] = field(default_factory=dict)
    _has: dict[str, list[int]] = field(default_factory=dict)

    @cached_property
    def spans(self) -> list[Span]:
        """Its sentences; a chunk without any counts as one."""
        return sentence_spans(self.hit.chunk.text) or [(0, len(self.hit.chunk.text))]

    @cached_property
    def texts(self) -> list[str]:
        """What a claim is compared with: each sentence, then each with the one before it."""
        text = self.hit.chunk.text
        pairs = pairwise(self.spans)
        return [text[start:end] for start, end in self.spans] + [
            text[first[0] : last[1]] for first, last in pairs
        ]

    @cached_property
    def whole(self) -> str:
        """All that a claim may lean on."""
        article = self.hit.article
        return f"{article.title}\n{article.publisher}\n{self.hit.chunk.text}"

    @cached_property
    def facts(self) -> Facts:
        """Its numbers and dates, the day of the article too."""
        day = self.hit.article.published
        found = facts_of(self.whole, day, every_digit=True)
        return Facts(found.quantities, (*found.dates, *published(day)), found.digits)

    @cached_property
    def namesake(self) -> Namesake:
        """Its names."""
        return self.names.of_source(self.whole)

    @cached_property
    def language(self) -> Language:
        """Of its article."""
        return self.hit.article.language or language_of(self.hit.chunk.text)

    @cached_property
    def _read(self) -> list[tuple[Facts, Namesake]]:
        """The facts and names of each sentence."""
        day = self.hit.article.published
        sentences = self.texts[: len(self.spans)]
        return [(facts_of(text, day, every_digit=True), self.names.of_source(text)) for text in sentences]

    def missing(self, claim: str) -> int:
        """Count the numbers, dates and names of a claim that are not here."""
        if claim not in self._missing:
            facts = facts_of(claim, self.hit.article.published)
            self._missing[claim] = facts.missing_from(self.facts) + len(
                self.names.missing(claim, self.namesake)
            )
        return self._missing[claim]

    def confirmed(self, claim: str) -> float:
        """Return how much of what could be wrong in a claim is right: 1 for several numbers, dates or names."""
        there = len(facts_of(claim, self.hit.article.published)) + self.names.count(claim)
        return min(SEVERAL, max(0, there - self.missing(claim))) / SEVERAL

    def candidates(self, claim: str) -> list[int]:
        """Return the sentences to compare a claim with: those with most of its facts, all when none has any."""
        has, size = self.has(claim), len(self.spans)
        most = max(has)
        single = [at for at in range(size) if has[at] == most]
        if single or not most:
            return single
        return sorted(
            {
                at
                for pair in range(size, len(has))
                if has[pair] == most
                for at in (pair - size, pair - size + 1)
            }
        )

    def has(self, claim: str) -> list[int]:
        """Count for each of the texts the numbers, dates and names of a claim that it has."""
        if claim not in self._has:
            self._has[claim] = self._count(claim)
        return self._has[claim]

    def _count(self, claim: str) -> list[int]:
        facts, names = facts_of(claim, self.hit.article.published), self.names.count(claim)
        there = len(facts) + names
        if not there:
            return [0] * len(self.texts)
        single = [
            there - facts.missing_from(own) - (len(self.names.missing(claim, namesake)) if names else 0)
            for own, namesake in self._read
        ]
        return single + [min(there, one + other) for one, other in pairwise(single)]

    def shared(self, claim: str) -> float:
        """Return the share of a claim's words that are here."""
        return shared_stems(claim, self.whole)

    def is_verbatim(self, claim: str) -> bool:
        """Tell whether a claim has hardly a word that is not here."""
        return (
            len(stems_of(claim)) >= FEW
            and language_of(claim) == self.language
            and any(shared_stems(claim, text) >= VERBATIM for text in self.texts)
        )

    def place(self, at: int) -> Span:
        """Return where in the article one of the texts stands."""
        size, start = len(self.spans), self.hit.chunk.start
        first, last = (at, at) if at < size else (at - size, at - size + 1)
        return start + self.spans[first][0], start + self.spans[last][1]
