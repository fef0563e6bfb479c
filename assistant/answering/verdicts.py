"""Whether the sources that a sentence names support it.

Facts decide first: a number, a date or a name that the source does not have, or a denial of what it says, and the
sentence is not supported. Then nearness: in the encoder's space to the nearest sentences of the source and, within a
language, by the words they share. The weights stand in verdicts.json; benchmarks/verdicts.py fits them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answering.claims import Claim
from assistant.answering.facts import Facts, contradicts, facts_of, published
from assistant.answering.names import Names, Namesake
from assistant.text.aliases import Aliases
from assistant.text.analysis import analyse
from assistant.text.language import detect_language
from assistant.text.sentences import sentence_spans
from assistant.types import Encoder, Hit, Language, Vectors, Verdict

WEIGHTS = Path(__file__).with_name("verdicts.json")
FEATURES = ("cosine", "shared", "across", "across cosine", "bias")
TRIED = 3  # sources that a sentence without a marker is compared with
VERBATIM = 0.97  # share of common words from which a sentence needs no encoder

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The weights of nearness, and the log-odds from which a sentence is supported, or partly."""

    weights: Vectors
    supported: float
    partly: float

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Thresholds:
        """Read them; a feature that is not named counts nothing."""
        weights = np.array([values["weights"].get(name, 0.0) for name in FEATURES], dtype=np.float32)
        return cls(weights, values["supported"], values["partly"])


@lru_cache(maxsize=1)
def load_thresholds() -> Thresholds:
    """Load what is shipped."""
    return Thresholds.of(json.loads(WEIGHTS.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a claim, and for each source it leans on the best span of the chunk."""

    verdict: Verdict
    spans: Mapping[int, Span] = field(default_factory=dict)
    attributed: bool = False


@dataclass
class Source:
    """A chunk, read once for all claims."""

    hit: Hit
    names: Names

    @cached_property
    def spans(self) -> list[Span]:
        """Its sentences; a chunk without any counts as one."""
        return sentence_spans(self.hit.chunk.text) or [(0, len(self.hit.chunk.text))]

    @cached_property
    def texts(self) -> list[str]:
        """What is compared: each sentence, and each with the one before it."""
        text = self.hit.chunk.text
        pairs = zip(self.spans, self.spans[1:], strict=False)
        return [text[start:end] for start, end in self.spans] + [text[first[0] : last[1]] for first, last in pairs]

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
    def stems(self) -> frozenset[str]:
        """Its words."""
        return frozenset(analyse(self.whole).stems)

    @cached_property
    def language(self) -> Language | None:
        """Of its article."""
        return self.hit.article.language or detect_language(self.hit.chunk.text)

    def missing(self, claim: str) -> int:
        """Count the numbers, dates and names of a claim that are not here."""
        facts = facts_of(claim, self.hit.article.published)
        return facts.missing_from(self.facts) + len(self.names.missing(claim, self.namesake))

    def shared(self, stems: frozenset[str]) -> float:
        """Return the share of these words that are here."""
        return len(stems & self.stems) / len(stems) if stems else 0.0

    def sentence(self, best: int) -> Span:
        """Return the place in the article of a compared text."""
        size = len(self.spans)
        first, last = (best, best) if best < size else (best - size, best - size + 1)
        start = self.hit.chunk.start
        return start + self.spans[first][0], start + self.spans[last][1]


class Judge:
    """Judges the claims of one answer against its sources, which are read and encoded once."""

    def __init__(
        self, hits: Sequence[Hit], encoder: Encoder, aliases: Aliases, thresholds: Thresholds | None = None
    ) -> None:
        """Take the sources, numbered from 1."""
        names = Names(aliases)
        self.sources = {number: Source(hit, names) for number, hit in enumerate(hits, 1)}
        self.thresholds = thresholds or load_thresholds()
        self._encoder = encoder
        self._vectors: dict[str, Vectors] = {}

    def judge(self, claims: Sequence[Claim]) -> list[Judgement]:
        """Judge claims; the encoder is called once for all of them."""
        pairs = [self._pairs(claim) for claim in claims]
        self._encode(claims, pairs)
        return [self._judgement(claim, numbers) for claim, numbers in zip(claims, pairs, strict=True)]

    def features(self, claim: Claim, number: int) -> tuple[Vectors, int]:
        """Measure how near a claim is to a source; return that and the nearest of its texts."""
        source = self.sources[number]
        stems, language = frozenset(analyse(claim.text).stems), detect_language(claim.text)
        across = float(language not in (source.language, None))
        shared = 0.0 if across else source.shared(stems)
        if self._is_verbatim(claim, source):
            best = max(range(len(source.texts)), key=lambda at: len(stems & frozenset(analyse(source.texts[at]).stems)))
            cosine = 1.0
        else:
            self._encode([claim], [(number,)])
            near = np.stack([self._vectors[text] for text in source.texts]) @ self._vectors[claim.text]
            best, cosine = int(near.argmax()), float(near.max())
        return np.array([cosine, shared, across, across * cosine, 1.0], dtype=np.float32), best

    def _pairs(self, claim: Claim) -> tuple[int, ...]:
        """Return the sources to compare a claim with: those it names, or those that have most of its facts."""
        if claim.sources:
            return claim.sources
        stems = frozenset(analyse(claim.text).stems)
        ranked = sorted(
            self.sources,
            key=lambda number: (self.sources[number].missing(claim.text), -self.sources[number].shared(stems), number),
        )
        return tuple(ranked[:TRIED])

    def _is_verbatim(self, claim: Claim, source: Source) -> bool:
        stems = frozenset(analyse(claim.text).stems)
        return len(stems) > 2 and source.language == detect_language(claim.text) and source.shared(stems) >= VERBATIM

    def _encode(self, claims: Sequence[Claim], pairs: Sequence[Sequence[int]]) -> None:
        wanted: dict[str, None] = {}
        for claim, numbers in zip(claims, pairs, strict=True):
            for number in numbers:
                source = self.sources[number]
                if not self._is_verbatim(claim, source):
                    wanted |= dict.fromkeys((claim.text, *source.texts))
        new = [text for text in wanted if text not in self._vectors]
        if new:
            self._vectors |= dict(zip(new, self._encoder.encode_passages(new), strict=True))

    def _judgement(self, claim: Claim, numbers: Sequence[int]) -> Judgement:
        judged = {number: self._verdict(claim, number) for number in numbers}
        if not claim.sources:
            best = max(judged, key=lambda number: judged[number][0], default=None)
            if best is None or judged[best][1] != "supported":
                return Judgement("unsupported")
            return Judgement("supported", {best: judged[best][2]}, attributed=True)
        return Judgement(self._together(claim, judged), {number: span for number, (_, _, span) in judged.items()})

    def _verdict(self, claim: Claim, number: int) -> tuple[float, Verdict, Span]:
        """Judge a claim by one source: how near it is, the verdict, and the best span."""
        source = self.sources[number]
        features, best = self.features(claim, number)
        score = float(features @ self.thresholds.weights)
        if source.missing(claim.text) or contradicts(claim.text, source.texts[best]):
            return score - 100, "unsupported", source.sentence(best)
        return score, self._by_score(score), source.sentence(best)

    def _by_score(self, score: float) -> Verdict:
        if score >= self.thresholds.supported:
            return "supported"
        return "partly" if score >= self.thresholds.partly else "unsupported"

    def _together(self, claim: Claim, judged: Mapping[int, tuple[float, Verdict, Span]]) -> Verdict:
        """Return the best verdict of the sources; two that only together have all its facts support it partly."""
        found = {verdict for _, verdict, _ in judged.values()}
        if "supported" in found:
            return "supported"
        if "partly" in found:
            return "partly"
        return "partly" if len(judged) > 1 and self._joint(claim, tuple(judged)) else "unsupported"

    def _joint(self, claim: Claim, numbers: Sequence[int]) -> bool:
        """Tell whether sources together have the facts of a claim."""
        sources = [self.sources[number] for number in numbers]
        together = Facts(
            tuple(one for source in sources for one in source.facts.quantities),
            tuple(one for source in sources for one in source.facts.dates),
            frozenset().union(*(source.facts.digits for source in sources)),
        )
        missing = [set(source.names.missing(claim.text, source.namesake)) for source in sources]
        near = any(float(self.features(claim, number)[0] @ self.thresholds.weights) >= self.thresholds.partly for number in numbers)
        facts = facts_of(claim.text, sources[0].hit.article.published)
        return near and bool(facts) and not facts.missing_from(together) and not set.intersection(*missing)
