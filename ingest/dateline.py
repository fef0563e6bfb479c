"""Dates that stand alone: a line above an article, a cell of a table, an attribute of a page."""

from __future__ import annotations

import re
from datetime import date, datetime

from assistant.text.dates import find_dates

_LIMIT = 80
_LABEL = re.compile(
    r"^(?:жарияланды|жарияланған(?: күні)?|күні|опубликовано|дата(?: публикации)?|published(?: on)?|date|updated)\s*[:–-]?\s*",
    re.I,
)
_NUMERIC = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_TIME = re.compile(
    r"(?:^|[\s,|•·–-]+)(?:в |сағат |at )?\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]m)?(?=$|[\s,|•·–-])", re.I
)
_COUNTER = re.compile(r"[\s,|•·]+\d{1,7}$")
_EDGE = " ,;|•·–-()[]"


def read_date(text: str) -> date | None:
    """Return the day that the whole text names, in ISO form, in numbers or in words, or None."""
    text = text.strip(_EDGE)
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    if numeric := _NUMERIC.fullmatch(text):
        return _day(*(int(part) for part in numeric.groups()))
    mentions = find_dates(text) if 0 < len(text) < _LIMIT else []
    if len(mentions) == 1 and mentions[0].first == mentions[0].last:
        rest = text[: mentions[0].start] + text[mentions[0].end :]
        return mentions[0].first if not re.search(r"\w{3}", rest) else None
    return None


def _day(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_dateline(line: str) -> date | None:
    """Return the day of a line that holds nothing but a date, perhaps with a label, a time and a counter of views."""
    line = line.strip(_EDGE)
    if not line or len(line) > _LIMIT or not re.search(r"\d", line):
        return None
    bare = _LABEL.sub("", line)
    without_counter = _COUNTER.sub("", bare)
    candidates = (bare, _TIME.sub("", bare), without_counter, _TIME.sub("", without_counter))
    return next((day for text in candidates if (day := read_date(text))), None)
