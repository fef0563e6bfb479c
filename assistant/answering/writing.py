"""The answer as it is written: a model's text with our markers, each sentence judged as soon as it ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from assistant.answering.claims import Claim, Draft, Part
from assistant.answering.markers import MarkerParser
from assistant.answering.names import runs
from assistant.answering.strings import phrase
from assistant.answering.verdicts import Judge, Judgement
from assistant.text.analysis import analyse
from assistant.types import AnswerEvent, Citation, Hit, Language, Span, Verdict

ORDER: tuple[Verdict, ...] = ("unsupported", "partly", "supported")
UNSUPPORTED: dict[Language, str] = {
    "kk": "(дереккөздер растамайды)",
    "ru": "(источниками не подтверждено)",
    "en": "(not confirmed by the sources)",
}
REFUSAL = re.compile(
    r"\b(?:sources?|articles?)\b.{0,60}\b(?:do(?:es)? not|don['’]t|doesn['’]t|no)\b.{0,40}\b(?:answer|contain|mention|say|provide|information)"
    r"|\b(?:статьях|источниках|статьи|источники)\b.{0,60}(?:\bнет\b|не содерж|не отвеч|не указан|не сообща|не упомин)"
    r"|\b(?:мақала|дереккөз)\w*.{0,80}(?:жоқ|табылмады|айтылма|көрсетілме|кездеспе)",
    re.IGNORECASE,
)
FEW = 3  # words, below which an uncited sentence says nothing that could be checked


class Writing:
    """Takes the model's text piece by piece and gives the events that the reader's answer is made of."""

    def __init__(self, judge: Judge, language: Language) -> None:
        """Begin an answer in this language."""
        self.text = ""
        self.verdicts: list[Verdict] = []
        self.first: tuple[Claim, Judgement] | None = None
        self.refusals = 0
        self._judge = judge
        self._language = language
        self._parser = MarkerParser(len(judge.sources))
        self._draft = Draft()
        self._markers: dict[int, int] = {}  # source, marker in the answer
        self._citations: dict[tuple[int, Span], Citation] = {}
        self._begun = 0  # where in the text the sentence begins

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations so far, in the order of their markers."""
        return tuple(sorted(self._citations.values(), key=lambda one: one.marker))

    @property
    def verdict(self) -> Verdict:
        """The worst of the sentences'."""
        return min(self.verdicts, key=ORDER.index, default="supported")

    @property
    def refused(self) -> bool:
        """Whether the model says that the sources do not answer, and nothing else."""
        return bool(self.refusals) and not self.verdicts

    def feed(self, piece: str) -> list[AnswerEvent]:
        """Take a piece of the model's text; return what there is to show."""
        return self._write(self._draft.feed(self._parser.feed(piece)))

    def close(self) -> list[AnswerEvent]:
        """Return the rest."""
        return self._write([*self._draft.feed(self._parser.close()), *self._draft.close()])

    def break_off(self) -> list[AnswerEvent]:
        """Return the rest of a text that was cut; half a sentence is not judged, but it is not supported either."""
        rest = [*self._draft.feed(self._parser.close()), *self._draft.close()]
        last = rest[-1] if rest else None
        if isinstance(last, Claim) and not last.sources and last.text[-1] not in ".!?":
            rest.pop()
        events = self._write(rest)
        self.verdicts.append("partly")
        return joined([*events, *self.add("…" if self.text[-1:].isspace() else " …")])

    def add(self, text: str) -> list[AnswerEvent]:
        """Add words of our own."""
        self.text += text
        return [AnswerEvent(kind="delta", text=text)] if text else []

    def _write(self, parts: Iterable[Part]) -> list[AnswerEvent]:
        parts = list(parts)
        claims = [part for part in parts if isinstance(part, Claim)]
        refused = [claim for claim in claims if refuses(claim.text)]
        checked = [
            claim for claim in claims if claim not in refused and (claim.sources or checkable(claim.text))
        ]
        judged = dict(zip(map(id, checked), self._judge.judge(checked), strict=True)) if checked else {}
        self.refusals += len(refused)
        events: list[AnswerEvent] = []
        for part in parts:
            if isinstance(part, str):
                events += self._show(part)
            elif isinstance(part, int):
                events += self._mark(part)
            else:
                events += self._settle(part, judged)
        return joined(events)

    def _show(self, text: str) -> list[AnswerEvent]:
        text = text if self.text else text.lstrip()
        if self._begun == len(self.text):
            self._begun += len(text) - len(text.lstrip())
        return self.add(text)

    def _mark(self, source: int) -> list[AnswerEvent]:
        marker = self._markers.setdefault(source, len(self._markers) + 1)
        close = not self.text or self.text[-1] in "]\n" or self.text[-1].isspace()
        return self.add(f"[{marker}]" if close else f" [{marker}]")

    def _settle(self, claim: Claim, judged: Mapping[int, Judgement]) -> list[AnswerEvent]:
        """End a sentence: add what the judgement says of it."""
        judgement = judged.get(id(claim))
        events: list[AnswerEvent] = []
        if judgement:
            self.verdicts.append(judgement.verdict)
            self.first = self.first or (claim, judgement)
            if judgement.attributed:
                events += [event for source in judgement.spans for event in self._mark(source)]
            place = (self._begun, len(self.text))
            for source, span in judgement.spans.items():
                events += self._cite(source, span, judgement.verdict, place)
            if judgement.verdict == "unsupported":
                gap = "" if self.text[-1:].isspace() else " "
                events += self.add(gap + UNSUPPORTED[self._language])
        self._begun = len(self.text)
        return events

    def _cite(self, source: int, span: Span, verdict: Verdict, place: Span) -> list[AnswerEvent]:
        key = self._markers[source], span
        known = self._citations.get(key)
        if known:
            worst = min(known.verdict, verdict, key=ORDER.index)
            self._citations[key] = replace(known, verdict=worst, places=(*known.places, place))
            return []
        self._citations[key] = _citation(self._judge.sources[source].hit, key[0], span, verdict, place)
        return [AnswerEvent(kind="citation", citation=self._citations[key])]


def refuses(text: str) -> bool:
    """Tell whether a sentence says that the sources do not answer."""
    plain = text.strip(" .").lower()
    return any(plain == phrase("nothing", language).strip(" .").lower() for language in UNSUPPORTED) or bool(
        REFUSAL.search(text)
    )


def checkable(text: str) -> bool:
    """Tell whether a sentence says anything that a source could support."""
    said = text.rstrip().endswith((":", "?"))
    return not said and (
        len(analyse(text).stems) >= FEW
        or any(letter.isdigit() for letter in text)
        or any(runs(text, str.isupper))
    )


def joined(events: Sequence[AnswerEvent]) -> list[AnswerEvent]:
    """Join deltas that follow each other."""
    result: list[AnswerEvent] = []
    for event in events:
        if result and event.kind == result[-1].kind == "delta":
            result[-1] = AnswerEvent(kind="delta", text=result[-1].text + event.text)
        else:
            result.append(event)
    return result


def _citation(hit: Hit, marker: int, span: Span, verdict: Verdict, place: Span) -> Citation:
    return Citation(
        marker=marker,
        article=hit.article,
        quote=hit.article.text[slice(*span)],
        start=span[0],
        end=span[1],
        verdict=verdict,
        also_in=hit.also_in,
        places=(place,),
    )
