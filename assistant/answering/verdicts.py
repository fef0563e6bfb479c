"""Whether the sources that a sentence names support it.

Facts decide first: a number, a date or a name that the source does not have, or a denial of what it says, and the
sentence is not supported. Then nearness: in the encoder's space to the nearest sentences of the source and, within a
language, by the words they share. The weights stand in verdicts.json; benchmarks/verdicts.py fits them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answering.claims import Claim
from assistant.answering.facts import Facts, contradicts, facts_of
from assistant.answering.names import Names
from assistant.answering.reading import Source, language_of, shared_stems, stems_of
from assistant.text.aliases import Aliases
from assistant.types import Encoder, Hit, Span, Vectors, Verdict

WEIGHTS = Path(__file__).with_name("verdicts.json")
FEATURES = ("cosine", "shared", "confirmed", "across", "across cosine", "bias")
TRIED = 3  # sources that a sentence without a marker is compared with
FACT = 0.2  # nearness that each number or date in common is worth, for choosing the sentence
JOINED = 0.04  # how much nearer two sentences must be than one to be quoted together
FEW = 3  # words
MOST = 40  # sentences of an answer that are encoded; of further ones only facts and words are compared
FAR = -1.0  # cosine of what is not compared
WRONG = 100.0  # log-odds that a wrong fact costs


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


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a claim is to a source, and to which of its texts: the nearest sentence, and what to quote."""

    features: Vectors
    single: int
    quoted: int


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
        self._read = 0  # claims that were encoded
        self._unread: set[str] = set()  # and those that were too many

    def judge(self, claims: Sequence[Claim]) -> list[Judgement]:
        """Judge claims; the encoder is called once for all of them."""
        pairs = [self._pairs(claim) for claim in claims]
        self._encode(claims, pairs)
        return [self._judgement(claim, numbers) for claim, numbers in zip(claims, pairs, strict=True)]

    def features(self, claim: Claim, number: int) -> Nearness:
        """Measure how near a claim is to a source."""
        source = self.sources[number]
        across = float(language_of(claim.text) != source.language)
        shared = 0.0 if across else source.shared(claim.text)
        if self._by_words(claim, source):
            near = np.array([shared_stems(claim.text, text) for text in source.texts], dtype=np.float32)
        else:
            self._encode([claim], [(number,)])
            near = self._cosines(claim, source)
        cosine = float(near.max())
        near = near + np.array(source.has(claim.text), dtype=np.float32) * np.float32(FACT)
        single = int(near[: len(source.spans)].argmax())
        best = int(near.argmax())
        quoted = best if near[best] > near[single] + JOINED else single
        confirmed = source.confirmed(claim.text)
        values = [cosine, shared, confirmed, across, across * cosine, 1.0]
        return Nearness(np.array(values, dtype=np.float32), single, quoted)

    def _pairs(self, claim: Claim) -> tuple[int, ...]:
        """Return the sources to compare a claim with: those it names, or those that have most of its facts."""
        if claim.sources:
            return claim.sources

        def order(number: int) -> tuple[int, float, int]:
            source = self.sources[number]
            return source.missing(claim.text), -source.shared(claim.text), number

        return tuple(sorted(self.sources, key=order)[:TRIED])

    def _by_words(self, claim: Claim, source: Source) -> bool:
        """Tell whether words are enough: a claim has all of them from the source, or is wrong however near it is."""
        alone = len(claim.sources) < 2
        wrong = alone and source.missing(claim.text) > 0
        return wrong or claim.text in self._unread or source.is_verbatim(claim.text)

    def _encode(self, claims: Sequence[Claim], pairs: Sequence[Sequence[int]]) -> None:
        wanted: dict[str, None] = {}
        for claim, numbers in zip(claims, pairs, strict=True):
            sources = [
                self.sources[number] for number in numbers if not self._by_words(claim, self.sources[number])
            ]
            if sources and claim.text not in self._vectors and claim.text not in wanted:
                if self._read >= MOST:
                    self._unread.add(claim.text)
                    continue
                self._read += 1
            for source in sources:
                near = (source.texts[at] for at in source.candidates(claim.text))
                wanted |= dict.fromkeys((claim.text, *near))
        new = [text for text in wanted if text not in self._vectors]
        if new:
            self._vectors |= dict(zip(new, self._encoder.encode_passages(new), strict=True))

    def _cosines(self, claim: Claim, source: Source) -> Vectors:
        """Return the nearness of a source's texts to a claim; two sentences together have the mean of both."""
        vectors = {at: self._vectors[source.texts[at]] for at in source.candidates(claim.text)}
        near = np.full(len(source.texts), FAR, dtype=np.float32)
        for at, vector in vectors.items():
            near[at] = vector @ self._vectors[claim.text]
            if at + 1 in vectors:
                both = vector + vectors[at + 1]
                near[len(source.spans) + at] = (
                    both @ self._vectors[claim.text] / (np.linalg.norm(both) + 1e-9)
                )
        return near

    def _judgement(self, claim: Claim, numbers: Sequence[int]) -> Judgement:
        judged = {number: self._verdict(claim, number) for number in numbers}
        if not claim.sources:
            best = max(judged, key=lambda number: judged[number][0], default=None)
            if best is None or judged[best][1] != "supported":
                return Judgement("unsupported")
            return Judgement("supported", {best: judged[best][2]}, attributed=True)
        return Judgement(
            self._together(claim, judged), {number: span for number, (_, _, span) in judged.items()}
        )

    def _verdict(self, claim: Claim, number: int) -> tuple[float, Verdict, Span]:
        """Judge a claim by one source: how near it is, the verdict, and the best span."""
        source = self.sources[number]
        near = self.features(claim, number)
        score = float(near.features @ self.thresholds.weights)
        wrong = source.missing(claim.text) or contradicts(claim.text, source.texts[near.single])
        if wrong:
            return score - WRONG, "unsupported", source.place(near.quoted)
        if claim.text in self._unread and not source.is_verbatim(claim.text):
            return score, "partly", source.place(near.quoted)
        return score, self._by_score(score, claim), source.place(near.quoted)

    def _by_score(self, score: float, claim: Claim) -> Verdict:
        """Return the verdict on a claim with nothing wrong in it; a few words are not enough to be far from a source."""
        if score >= self.thresholds.supported:
            return "supported"
        few = len(stems_of(claim.text)) < FEW
        return "partly" if few or score >= self.thresholds.partly else "unsupported"

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
        near = any(
            float(self.features(claim, number).features @ self.thresholds.weights) >= self.thresholds.partly
            for number in numbers
        )
        facts = facts_of(claim.text, sources[0].hit.article.published)
        return near and bool(facts) and not facts.missing_from(together) and not set.intersection(*missing)
