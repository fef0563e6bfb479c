"""Quantities in Kazakh, Russian and English text, with their normal form, and written out again in any of the three.

"60 мыңға жуық", "около 60 тыс." and "nearly sixty thousand" are one quantity. Years, dates, clock times, ordinals
and numbers that are part of a name are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from assistant.text.dates import find_dates
from assistant.text.numerals import KAZAKH_CASE, Numeral, numerals
from assistant.text.quantity_words import render
from assistant.text.script import lower
from assistant.types import Language

Bound = Literal["exact", "about", "over", "under"]

_LOOK = 32
_ENDING = rf"(?:(?:с?[ыі]н?)?(?:{KAZAKH_CASE})?)"
_UNITS: dict[str, str] = {
    "percent": rf"%|пайыз{_ENDING}|процент(?:а|ов|у|ом|ами|ах|ы)?{_ENDING}|percent|per cent|pct",
    "USD": rf"(?:ақш\s|us\s|u\.s\.\s)?доллар(?:а|ов|у|ом|ами|ах|ы)?{_ENDING}(?:\sсша)?|(?:us\s|u\.s\.\s)?dollars?|usd|us\$|\$",
    "EUR": rf"е[ув]ро{_ENDING}|euros?|eur|€",
    "KZT": rf"те[нң]ге(?:ні|нің|ге|ден|мен|сі|сін|сінен)?|tenge|kzt|тг|₸",
    "RUB": rf"рубл(?:ь|я|ей|ю|ем|ями|ях)?{_ENDING}|руб|r(?:o?u)bles?|rub|₽",
    "CNY": rf"юан(?:ь|я|ей|ю|ями)?{_ENDING}|yuans?|cny|rmb",
    "GBP": rf"фунт(?:а|ов)?{_ENDING}(?:\sстерлинг\w{{0,3}})?|pounds?(?:\ssterling)?|gbp|£",
}
_UNIT = re.compile(rf"[\s-]{{0,2}}(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _UNITS.items())})\.?(?![^\W_])")
_SIGN = re.compile(r"(?:us\s?|us)?(?:(?P<USD>\$)|(?P<EUR>€)|(?P<GBP>£)|(?P<KZT>₸)|(?P<RUB>₽))\s?$")
_SHORT = re.compile(r"[kmb](?!\w)")
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9}

_SUFFIX = re.compile(rf"\s?[-–‑](?P<case>{_ENDING}|(?:дық|дік|тық|тік|лық|лік))(?![^\W_])")
_ORDINAL = re.compile(
    r"(?:[-–‑]?(?:[іы]?н?ш[іы]\w{0,6}|st|nd|rd|th)|[-–‑](?:[йяеюхм]|го|му|ая|ый|ой|ого|ому|ым))(?![^\W_])"
)
_MEASURE = re.compile(r"(?:к?м|кг|г|т|га|л|км/сағ|квт|мвт|гвт|тв?т|тг|k?m|kg|kw|mw|gw|ha|шт|ш\.м)(?:²|³|[23])?(?![^\W_])")

_ABOUT_BEFORE = (
    r"шамамен|жуықтап|жуық|около|почти|примерно|порядка|приблизительно|ориентировочно|чуть менее|"
    r"about|around|approximately|nearly|almost|roughly|some|an estimated|close to"
)
_OVER_BEFORE = (
    r"кемінде|кем дегенде|более(?: чем)?|больше(?: чем)?|свыше|не менее(?: чем)?|не меньше|как минимум|превы\w+|минимум|"
    r"more than|over|above|at least|in excess of|exceed\w*|upwards of|no fewer than|no less than"
)
_UNDER_BEFORE = (
    r"көп дегенде|ең көбі|менее(?: чем)?|меньше(?: чем)?|до|не более(?: чем)?|максимум|"
    r"under|below|less than|fewer than|up to|at most|no more than|as many as"
)
_BEFORE = re.compile(rf"(?<!\w)(?:(?P<about>{_ABOUT_BEFORE})|(?P<over>{_OVER_BEFORE})|(?P<under>{_UNDER_BEFORE}))\s(?:the\s|an?\s)?$")
_AFTER = re.compile(
    r"[\s-]{1,2}(?:(?P<about>жуық\w*|шамасында|шақты|таяу|or so)|(?P<over>аста?м\w*|асатын|асып|аса|асқан|асты|артық|көп|с лишним|и более|or more)"
    r"|(?P<under>дейін|жетпейтін|төмен|кем|аз))(?!\w)"
)
_NOUN_AFTER = re.compile(r"\s(?:\w{1,24}\s)?\w{1,24}?(?:[дтн][ае]н\s(?P<over>астам|аса|асатын|артық)|[ғгқк][ае]\s(?P<about>жуық|таяу)|[ғгқк][ае]\s(?P<under>дейін))(?!\w)")

_IN_A_NAME = re.compile(r"(?:[^\W\d_][-–‑]?|№\s?|\bno\.\s?|\d[:/]|\d[-–‑]\d{1,9}[-–‑])$")
_IN_A_CODE = re.compile(r"[:/]\d|[.,]\d|[-–‑]\d{1,9}[-–‑]\d")
_LIST_MARK = re.compile(r"[.)](?:\s|$)")
_YEAR_LIKE = re.compile(r"1[5-9]\d\d|20\d\d|2100")
_COUNTED_NOUN = re.compile(r"[ \u00a0][^\W\d_]{2,}")
_PART_OF = re.compile(r"\s(?:бір|екі|үш)(?!\w)")
_OF_PARTS = re.compile(r"(?:үш|төрт|бес|алты|жеті|сегіз|он)(?:[дтн][ае]н)\s$")
_DASH, _TO = re.compile(r"\s?[-–—]\s?"), re.compile(r"\s(?:до|to|and)\s")
_FROM = re.compile(r"(?<!\w)(?:от|с|from|between)\s(?:\$|€|£)?$")
_FROM_CASE, _LIKE_CASE = re.compile(r"[дтн][ае]н$"), re.compile(r"[дт][ае]й$")
_ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of something in a text.

    `upper` is the end of a range ("3–5 млн"); `unit` is "", "percent" or a currency code; `text[start:end]` has the
    bound too where it follows ("60 мыңға жуық").
    """

    start: int
    end: int
    value: float
    upper: float | None
    unit: str
    bound: Bound


@dataclass(frozen=True, slots=True)
class _Draft:
    quantity: Quantity
    numeral: Numeral
    case: str


def find_quantities(text: str) -> list[Quantity]:
    """Return the quantities of a text in order."""
    small = lower(text)
    dates = iter(find_dates(text, _ANY_DAY))
    day = next(dates, None)
    drafts: list[_Draft] = []
    for numeral in numerals(text):
        while day and day.end <= numeral.start:
            day = next(dates, None)
        if not (day and day.start < numeral.end) and _counts(small, numeral):
            draft = _draft(small, numeral)
            if not _is_year(small, draft):
                drafts.append(draft)
    return _with_ranges(small, drafts)


def render_quantity(quantity: Quantity, language: Language) -> str:
    """Write a quantity in a language: "about 60,000", "около 60 тысяч", "60 мыңға жуық"."""
    return render(quantity.value, quantity.upper, quantity.unit, quantity.bound, language)


def _counts(text: str, numeral: Numeral) -> bool:
    """Tell whether a number counts something: no ordinal, clock time, part of a name or of a fraction."""
    start, end = numeral.start, numeral.end
    if numeral.spelled:
        fraction = _FROM_CASE.search(text, start, end) and _PART_OF.match(text, end)
        return not fraction and not _OF_PARTS.search(text, max(0, start - 12), start)
    if _IN_A_NAME.search(text, max(0, start - 12), start) or _IN_A_CODE.match(text, end) or _ORDINAL.match(text, end):
        return False
    if text[end : end + 1].isalpha() and not (_MEASURE.match(text, end) or _UNIT.match(text, end) or _SHORT.match(text, end)):
        return False
    begins_line = not text[text.rfind("\n", max(0, start - _LOOK), start) + 1 : start].strip() if start else True
    return not (begins_line and numeral.value < 100 and _LIST_MARK.match(text, end))


def _draft(text: str, numeral: Numeral) -> _Draft:
    """Read the unit and the bound on either side of a number."""
    start, end, unit = numeral.start, numeral.end, ""
    if sign := _SIGN.search(text, max(0, start - 4), start):
        start, unit = sign.start(), sign.lastgroup or ""
        if short := _SHORT.match(text, end):
            numeral = replace(numeral, scale=_SHORT_SCALES[short[0]], end=short.end())
            end = short.end()
    if suffix := _SUFFIX.match(text, end):
        end = suffix.end()
    if not unit and (found := _UNIT.match(text, end)):
        unit, end = found.lastgroup or "", found.end()
    case = text[max(start, end - 3) : end]
    bound, end = _bound(text, start, end)
    return _Draft(Quantity(start, end, numeral.value, None, unit, bound), numeral, case)


def _bound(text: str, start: int, end: int) -> tuple[Bound, int]:
    if after := _AFTER.match(text, end):
        return _named(after), after.end()
    if noun := _NOUN_AFTER.match(text, end):
        return _named(noun), end
    if before := _BEFORE.search(text, max(0, start - _LOOK), start):
        return _named(before), end
    return ("about" if _LIKE_CASE.search(text, max(start, end - 4), end) else "exact"), end


def _named(match: re.Match[str]) -> Bound:
    return "about" if match.lastgroup == "about" else "over" if match.lastgroup == "over" else "under"


def _is_year(text: str, draft: _Draft) -> bool:
    """Tell whether four digits that count nothing are a year rather: "Стратегия 2050", "2025-ке дейін"."""
    quantity, numeral = draft.quantity, draft.numeral
    if quantity.unit or numeral.scale != 1 or not _YEAR_LIKE.fullmatch(text[numeral.start : numeral.end]):
        return False
    return quantity.bound in ("exact", "under") and not _COUNTED_NOUN.match(text, quantity.end)


def _with_ranges(text: str, drafts: list[_Draft]) -> list[Quantity]:
    """Make one of two quantities that are the ends of a range."""
    found: list[Quantity] = []
    i = 0
    while i < len(drafts):
        joined = _range(text, drafts[i], drafts[i + 1]) if i + 1 < len(drafts) else None
        found.append(joined or drafts[i].quantity)
        i += 2 if joined else 1
    return found


def _range(text: str, first: _Draft, second: _Draft) -> Quantity | None:
    low, high = first.quantity, second.quantity
    gap = text[low.end : high.start]
    dash = bool(_DASH.fullmatch(gap))
    spoken = bool(_TO.fullmatch(gap)) and (gap == " to " or bool(_FROM.search(text, max(0, low.start - 12), low.start)))
    kazakh = gap == " " and bool(_FROM_CASE.search(first.case)) and high.bound == "under" and high.end > second.numeral.end
    if not (dash or spoken or kazakh) or low.unit not in ("", high.unit):
        return None
    scale = second.numeral.scale if first.numeral.scale == 1 and first.numeral.mantissa < second.numeral.mantissa else 1
    value = round(first.numeral.value * scale, 9)
    if value >= high.value:
        return None
    return Quantity(low.start, high.end, value, high.value, high.unit, low.bound if dash else "exact")
