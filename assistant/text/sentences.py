"""Sentences of Kazakh, Russian and English text, as spans.

razdel's rules decide at each place where a sentence may end; what they don't know (Kazakh and English
abbreviations, dates such as "2024 ж. 27 қараша") is added here. Its own splitting loop is not used: it takes
quadratic time on long lines.
"""

from __future__ import annotations

import re
from functools import lru_cache

from razdel.segmenters.sentenize import RULES, SentSplit

_RULES = tuple(rule.function for rule in RULES if rule.name != "no_space_prefix")  # there is one at every gap
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_GAP = re.compile(r"(?<=[.!?…\"»“”’')\]])\s+(?=\S)")
_CLOSERS = "\"»“”’')]"
_MARKS = ".!?…"
_WINDOW = 12
_BULLET = 21

_ABBREVIATION = re.compile(
    r"(?:^|[\s(«\"])(?:"
    r"(?:\d+|[IVXХ]+) ?(?:ж|жж|ғ|ғғ)|№ ?\d+|(?:Mr|Mrs|Ms|Dr|Prof|St|Gen|Sen|Rep|Gov|Lt|Col|Capt|Sgt|Rev|Hon|No|Fig|vs|approx|e\.g|i\.e)"
    r"|(?:қ|көш|ауд|обл|проф|акад|доц|бет|тел|мыс|т\.с|инж|ген|полк|қар|ред|б\.з\.д|б\.з)"
    r")\.$"
)
_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$")
_INITIAL = re.compile(r"(?<!\w)[A-ZА-ЯӘҒҚҢӨҰҮҺІЁ]\.$")
_ACRONYM = re.compile(r"\b(?:[A-Z]\.){2,}$")
_OPENING_WORD = re.compile(
    r"(?:The|It|He|She|They|We|I|In|On|At|But|And|This|That|These|A|An|As|If|For|His|Her|Its|Their|However)\b"
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each sentence, trimmed and in order; a new line always ends a sentence.

    Together the spans cover everything but white space.
    """
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for gap in _GAP.finditer(text, line.start(), line.end()):
            if _ends_sentence(text, start, gap.start(), gap.end(), line.end()):
                spans.append((start, gap.start()))
                start = gap.end()
        spans.append((start, line.end()))
    return [span for start, end in spans if (span := _trimmed(text, start, end))]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    if start < end and not (text[start].isspace() or text[end - 1].isspace()):
        return start, end
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return (start + left, start + right) if left < right else None


def _ends_sentence(text: str, start: int, stop: int, resume: int, limit: int) -> bool:
    """Tell whether the sentence that began at `start` ends at `stop`, before the gap up to `resume`."""
    mark = stop - 1
    while mark > start and text[mark - 1] in _CLOSERS and text[mark] in _CLOSERS and stop - mark < _WINDOW:
        mark -= 1
    if (
        text[resume].islower()
        or text[resume] in _MARKS
        or (text[mark] in _CLOSERS and text[mark - 1 : mark] not in _MARKS)
    ):
        return False
    head, after = text[max(start, stop - _WINDOW) : stop], text[resume : min(limit, resume + _WINDOW)]
    if _INITIAL.search(head):
        return bool(_ACRONYM.search(head) and _OPENING_WORD.match(after))
    if _ABBREVIATION.search(head) or (_MONTH.search(head) and after[:1].isdigit()):
        return False
    left, begun = text[max(start, mark - _WINDOW) : mark], text[start : min(mark, start + _BULLET)]
    return not _joins(left, text[mark], after, begun)


@lru_cache(maxsize=1 << 14)
def _joins(left: str, mark: str, after: str, begun: str) -> bool:
    """Tell whether one of razdel's rules joins what is before a gap with what is after it."""
    split = SentSplit(left, mark, " " + after, begun)
    for rule in _RULES:  # noqa: SIM110 - a megabyte of short sentences asks this 150,000 times
        if rule(split):
            return True
    return False
