"""The numbers, dates and stance of a sentence, and which of them a source does not have."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from assistant.text.dates import DateMention, find_dates
from assistant.text.numbers import Quantity, find_quantities

DIGITS = re.compile(r"\d+")
CLAUSE = re.compile(r"[,;:]\s+|\s[–—]\s")
NOT_ONLY = re.compile(r"\bnot only\b|\bне только\b|\bғана емес\b", re.IGNORECASE)
NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nobody|nothing|without|cannot|fail(?:s|ed)? to|refus\w+|den(?:y|ies|ied))\b|n['’]t\b"
    r"|\b(?:не|нет|ни|никогда|никто|ничего|без|нельзя|отказал\w*|отрица\w+)\b"
    r"|\b(?:емес|жоқ\w*|ешқандай|ешкім|ешқашан|ешқайда|бас тарт\w+)\b|\w{2,}(?:сыз|сіз)\b"
    r"|\w{2,}(?:ма|ме|ба|бе|па|пе)(?:ды|ді|дық|дік|ған|ген|й\w{2,7}|уы|уі|с|стан|стен|сын|сін|ғанын|генін|йды|йді)\b",
    re.IGNORECASE,
)
UP = re.compile(
    r"\b(?:increas\w+|grew|grow\w*|rose|ris(?:e|es|ing|en)|up (?:from|by)|doubled|higher|more than (?:the )?(?:last|previous)|gain\w*)\b"
    r"|\b(?:вырос\w*|увелич\w+|возрос\w*|рост\w*|повыс\w+|прибав\w+|больше)\b|\b(?:өсті|өскен|өсіп|өсім\w*|арт(?:ты|қан|ып)|көбей\w+|ұлғай\w+|жоғарыла\w+|есе (?:көп|артық))\b",
    re.IGNORECASE,
)
DOWN = re.compile(
    r"\b(?:decreas\w+|fell|fall(?:s|en|ing)?|drop\w*|declin\w+|shr[aiu]nk\w*|reduc\w+|lower(?:ed)?|down (?:from|by))\b"
    r"|\b(?:сниз\w+|снижен\w+|сократ\w+|сокращ\w+|упал\w*|уменьш\w+|падени\w+|меньше)\b|\b(?:азай\w+|төменде\w+|қысқар\w+|кемі\w+|құлдыра\w+|есе аз)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be checked of a text by its normal form."""

    quantities: tuple[Quantity, ...]
    dates: tuple[DateMention, ...]
    digits: frozenset[str]

    def __len__(self) -> int:
        """Return how much there is to check."""
        return len(self.quantities) + len(self.dates) + len(self.digits)

    def missing_from(self, source: Facts) -> int:
        """Count what the source does not have."""
        numbers = sum(not _has(source.quantities, own) for own in self.quantities)
        dates = sum(not any(_covers(own, other) for other in source.dates) for own in self.dates)
        return numbers + dates + len(self.digits - source.digits)


@lru_cache(maxsize=4096)
def facts_of(text: str, anchor: date | None = None, *, every_digit: bool = False) -> Facts:
    """Read a text.

    Args:
        text: a sentence or a source.
        anchor: the day that "yesterday" and "27 November" are counted from.
        every_digit: whether digits count on their own even where they are part of a quantity or date: so in a
            source, where any of them may be what a claim leans on.
    """
    dates, quantities = tuple(find_dates(text, anchor)), tuple(find_quantities(text))
    read = [(day.start, day.end) for day in dates] + [(one.start, one.end) for one in quantities]
    alone = (
        found[0]
        for found in DIGITS.finditer(text)
        if every_digit or not any(start <= found.start() < end for start, end in read)
    )
    return Facts(quantities, dates, frozenset(alone))


def published(day: date | None) -> Sequence[DateMention]:
    """Return an article's day as a date that a claim may name."""
    return [DateMention(0, 0, day, day, "day")] if day else []


def stance(text: str) -> tuple[bool, int]:
    """Return whether a text denies something, and whether it speaks of more (1), of less (-1) or of neither."""
    up, down = bool(UP.search(text)), bool(DOWN.search(text))
    return bool(NEGATION.search(NOT_ONLY.sub("", text))), int(up) - int(down)


def contradicts(claim: str, source: str) -> bool:
    """Tell whether one of two sentences denies, or turns round, what the other says."""
    denies, way = stance(claim)
    denied, other = stance(_about(claim, source))
    return denies != denied or way * other < 0


def _about(claim: str, source: str) -> str:
    """Return the clauses of a sentence that have a number or date of the claim; all of it when none has."""
    facts = facts_of(claim)
    if not facts:
        return source
    clauses = CLAUSE.split(source)
    about = [one for one in clauses if facts.missing_from(facts_of(one, every_digit=True)) < len(facts)]
    return ", ".join(about) or source


def _has(quantities: Sequence[Quantity], own: Quantity) -> bool:
    """Tell whether a quantity is there; of a range ("from 140 to 152") each end may be there by itself."""
    if any(_agree(own, other) for other in quantities):
        return True
    ends = () if own.upper is None else (replace(own, upper=None), replace(own, value=own.upper, upper=None))
    return bool(ends) and all(any(_agree(end, other) for other in quantities) for end in ends)


def _agree(own: Quantity, other: Quantity) -> bool:
    same = (
        math.isclose(own.value, other.value, rel_tol=1e-6)
        and (own.upper or own.value) <= (other.upper or other.value) * 1.000001
    )
    units = own.unit == other.unit or not own.unit or not other.unit
    return same and units and {own.bound, other.bound} != {"over", "under"}


def _covers(own: DateMention, other: DateMention) -> bool:
    """Tell whether a claim's date holds when the source's does: it is the same or less precise."""
    return own.first <= other.first and other.last <= own.last
