"""Quantities in Kazakh, Russian and English text, with their normal form, and written out again in any of the three.

"60 мыңға жуық", "около 60 тыс." and "nearly sixty thousand" are one quantity. Years, dates, clock times, ordinals
and numbers that are part of a name are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Literal

from assistant.text.dates import find_dates
from assistant.text.numerals import KAZAKH_CASE, Numeral, numerals
from assistant.text.quantity_words import render
from assistant.text.script import lower
from assistant.types import Language

Bound = Literal["exact", "about", "over", "under"]

_LOOK = 32
_MOST = 5_000  # numbers that are read; more are in no article
_UNITS: dict[str, str] = {
    "percent": r"%|пайыз{end}|процент(?:а|ов|у|ом|ами|ах|ы)?{end}|percent|pct",
    "USD": r"доллар(?:а|ов|у|ом|ами|ах|ы)?{end}|dollars?|usd|\$",
    "EUR": r"е[ув]ро{end}|euros?|eur|€",
    "KZT": r"те[нң]ге(?:ні|нің|ге|ден|мен|сі|сін|сінен)?|tenge|kzt|тг|₸",
    "RUB": r"рубл(?:ь|я|ей|ю|ем|ями|ях)?{end}|руб|rou?bles?|rub|₽",
    "CNY": r"юан(?:ь|я|ей|ю|ями)?{end}|yuans?|cny|rmb",
    "GBP": r"фунт(?:а|ов)?{end}|pounds?|gbp|£",
}
_ENDING = rf"(?:(?:с?[ыі]н?)?(?:{KAZAKH_CASE})?)"
_UNIT_WORD = re.compile(
    "|".join(f"(?P<{name}>{words.replace('{end}', _ENDING)})" for name, words in _UNITS.items())
)
_NEXT = re.compile(r"(?:(?<=млн|лрд|рлн|тыс)\.)?[\s-]{0,2}(?:(?:ақш|us|u\.s\.)\s)?([^\W\d_]+|[%$€£₸₽])")
_REST_OF_UNIT = re.compile(r"\.?(?:\s(?:сша|стерлинг\w{0,3}|sterling))(?!\w)|\.(?=\s[^\W\d_])")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "₸": "KZT", "₽": "RUB"}
_SHORT = re.compile(r"[kmb](?!\w)")
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9}

_SUFFIX = re.compile(rf"\s?[-–‑](?P<case>{_ENDING}|(?:дық|дік|тық|тік|лық|лік))(?![^\W_])")
_ORDINAL = re.compile(
    r"(?:[-–‑]?(?:[іы]?н?ш[іы]\w{0,6}|st|nd|rd|th)|[-–‑](?:[йяеюхм]|го|му|ая|ый|ой|ого|ому|ым))(?![^\W_])"
)
_ORDINAL_NEXT = re.compile(r"\s\w{2,12}нш[ыі](?!\w)")
_MEASURE = re.compile(
    r"(?:к?м|кг|г|т|га|л|км/сағ|квт|мвт|гвт|тв?т|тг|k?m|kg|kw|mw|gw|ha|шт|ш\.м)(?:²|³|[23])?(?![^\W_])"
)

_ABOUT = (
    "шамамен, жуықтап, жуық, около, почти, примерно, порядка, приблизительно, ориентировочно, about, around, "
    "approximately, nearly, almost, roughly, some, an estimated, close to"
)
_OVER = (
    "кемінде, кем дегенде, более, более чем, больше, больше чем, свыше, не менее, не менее чем, не меньше, как минимум, "
    "минимум, превысил, превысила, превысило, превысили, превышает, more than, over, above, at least, in excess of, "
    "exceeds, exceeded, exceeding, upwards of, no fewer than, no less than"
)
_UNDER = (
    "көп дегенде, ең көбі, менее, менее чем, меньше, меньше чем, до, не более, не более чем, максимум, under, below, "
    "less than, fewer than, up to, at most, no more than, as many as"
)
_ABOUT_AFTER = "жуық, жуығы, жуықтайды, шамасында, шақты, таяу"
_OVER_AFTER = "астам, астамы, асатын, асады, асып, аса, асқан, асты, артық, көп"
_UNDER_AFTER = "дейін, жетпейтін, төмен, кем, аз"


def _bounds(about: str, over: str, under: str) -> dict[str, Bound]:
    return {
        **dict.fromkeys(about.split(", "), "about"),
        **dict.fromkeys(over.split(", "), "over"),
        **dict.fromkeys(under.split(", "), "under"),
    }


_BEFORE = _bounds(_ABOUT, _OVER, _UNDER)
_AFTER = _bounds(_ABOUT_AFTER, _OVER_AFTER, _UNDER_AFTER)
_COMPARED = ("артық", "көп", "кем", "аз", "төмен")  # than; after any other case, by
_AFTER_TWO: dict[str, Bound] = {"с лишним": "over", "и более": "over", "or more": "over", "or so": "about"}
_WORD_AFTER, _TWO_AFTER = re.compile(r"[\s-]{1,2}([^\W\d_]+)"), re.compile(r"\s([a-zа-я]+ [a-zа-я]+)")
_WORDS = re.compile(r"[^\W\d_]+")
_CUE = re.compile(r"(?:астам|аса|асатын|артық|жуық|таяу|дейін)(?!\w)")
_NOUN_AFTER = re.compile(
    r"\s(?:\w{1,24}\s)?\w{1,24}?(?:[дтн][ае]н\s(?P<over>астам|аса|асатын|артық)"
    r"|[ғгқк][ае]\s(?:(?P<about>жуық|таяу)|(?P<under>дейін)))(?!\w)"
)

_IN_A_NAME = re.compile(r"(?:[^\W\d_][-–‑]?|№\s?|\bno\.\s?|\d[:/]|\d[-–‑]\d{1,9}[-–‑])$")
_IN_A_CODE = re.compile(r"[:/]\d|[.,]\d|[-–‑]\d{1,9}[-–‑]\d|(?<=[-–‑]\d{2})[-–‑]\d")
_LINE_START = re.compile(r"(?:^|\n)[^\S\n]*$")
_LIST_MARK = re.compile(r"[.)](?:\s|$)")
_YEAR_LIKE = re.compile(r"1[5-9]\d\d|20\d\d|2100")
_COUNTED_NOUN = re.compile(r"[ \u00a0][^\W\d_]{2,}")
_PART_OF = re.compile(r"\s(?:бірі?|екісі?|үші?)(?:[ндғг]\w{1,3})?(?!\w)")
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
    """Return the quantities of a text in order, in what would be too many numbers for an article those at its beginning."""
    small = lower(text)
    dates = iter(find_dates(text, _ANY_DAY))
    day = next(dates, None)
    drafts: list[_Draft] = []
    for numeral in islice(numerals(text), _MOST):
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
        fraction = _FROM_CASE.search(text, max(start, end - 3), end) and _PART_OF.match(text, end)
        return (
            not fraction
            and not _ORDINAL_NEXT.match(text, end)
            and not _OF_PARTS.search(text, max(0, start - 12), start)
        )
    if (
        _IN_A_NAME.search(text, max(0, start - 12), start)
        or _IN_A_CODE.match(text, end)
        or _ORDINAL.match(text, end)
    ):
        return False
    if text[end : end + 1].isalpha() and not (
        _MEASURE.match(text, end) or _unit_at(text, end) or _SHORT.match(text, end)
    ):
        return False
    return not (
        numeral.value < 100
        and _LIST_MARK.match(text, end)
        and _LINE_START.search(text, max(0, start - _LOOK), start)
    )


def _draft(text: str, numeral: Numeral) -> _Draft:
    """Read the sign, the unit and the bound on either side of a number."""
    start, end, unit = numeral.start, numeral.end, ""
    sign = text[max(0, start - 4) : start].rstrip(" ")
    if sign[-1:] in _SIGNS and sign:
        unit, start = _SIGNS[sign[-1]], start - len(text[max(0, start - 4) : start]) + len(sign) - 1
        start -= 2 * sign.endswith("us" + sign[-1])
        if short := _SHORT.match(text, end):
            numeral = numeral._replace(scale=_SHORT_SCALES[short[0]], end=short.end())
            end = short.end()
    elif (
        sign[-1:] in ("-", "−")
        and not text[start - 1].isspace()
        and text[max(0, start - 2) : start - 1].strip() == ""
    ):
        start, numeral = start - 1, numeral._replace(mantissa=-numeral.mantissa)
    if suffix := _SUFFIX.match(text, end):
        end = suffix.end()
    if not unit and (found := _unit_at(text, end)):
        unit, end = found
    bound, after = _bound(text, start, end)
    return _Draft(
        Quantity(start, after, numeral.value, None, unit, bound), numeral, text[max(start, end - 3) : end]
    )


def _unit_at(text: str, end: int) -> tuple[str, int] | None:
    word = _NEXT.match(text, end)
    unit = _unit(word[1]) if word else None
    if word and word[1] == "per" and text.startswith(" cent", word.end()):
        return "percent", word.end() + 5
    if not word or not unit:
        return None
    rest = _REST_OF_UNIT.match(text, word.end())
    return unit, rest.end() if rest else word.end()


@lru_cache(maxsize=1 << 13)
def _unit(word: str) -> str | None:
    match = _UNIT_WORD.fullmatch(word)
    return match.lastgroup if match else None


def _bound(text: str, start: int, end: int) -> tuple[Bound, int]:
    """Return the bound and where its words end."""
    after = _WORD_AFTER.match(text, end)
    if (
        after
        and after[1] in _AFTER
        and (after[1] not in _COMPARED or _FROM_CASE.search(text, max(start, end - 3), end))
    ):
        return _AFTER[after[1]], after.end()
    if (two := _TWO_AFTER.match(text, end)) and two[1] in _AFTER_TWO:
        return _AFTER_TWO[two[1]], two.end()
    if _CUE.search(text, end, end + 2 * _LOOK) and (noun := _NOUN_AFTER.match(text, end)):
        return "over" if noun["over"] else "about" if noun["about"] else "under", end
    before = text[max(0, start - _LOOK) : start].removesuffix("a ").removesuffix("the ")
    if before.endswith((" ", "\u00a0")) or not before:
        words = _WORDS.findall(before)
        for count in (3, 2, 1):
            if bound := _BEFORE.get(" ".join(words[-count:])):
                return bound, end
    return ("about" if _LIKE_CASE.search(text, max(start, end - 3), end) else "exact"), end


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
    spoken = bool(_TO.fullmatch(gap)) and (
        gap == " to " or bool(_FROM.search(text, max(0, low.start - 12), low.start))
    )
    kazakh = (
        gap == " "
        and bool(_FROM_CASE.search(first.case))
        and high.bound == "under"
        and high.end > second.numeral.end
    )
    if not (dash or spoken or kazakh) or low.unit not in ("", high.unit):
        return None
    scale = (
        second.numeral.scale
        if first.numeral.scale == 1 and first.numeral.mantissa < second.numeral.mantissa
        else 1
    )
    value = round(first.numeral.value * scale, 9)
    if value >= high.value:
        return None
    return Quantity(low.start, high.end, value, high.value, high.unit, low.bound if dash else "exact")
