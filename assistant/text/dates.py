"""Dates in Kazakh, Russian and English text, and back again.

A date is put together from parts that stand side by side: a day with its month ("27 қараша"), a year ("2024 жылғы",
"былтыр"). What is relative ("кеше", "last week") is counted from an anchor, the day the text was published.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from assistant.text.script import lower
from assistant.types import Language

Precision = Literal["day", "week", "month", "year", "span"]

_KAZAKH = "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"
_RUSSIAN = "январ феврал март апрел ма июн июл август сентябр октябр ноябр декабр"
_ENGLISH = "January February March April May June July August September October November December"
_KAZAKH_MONTHS, _RUSSIAN_MONTHS, _ENGLISH_MONTHS = _KAZAKH.split(), _RUSSIAN.split(), _ENGLISH.split()
_RUSSIAN_OF = [stem + ("а" if stem in ("март", "август") else "я") for stem in _RUSSIAN_MONTHS]
_KAZAKH_ENDING = r"(?:(?:сы|ы|і)?(?:н?[дт][ае](?:н|[ғг][ыі])?|н[ае]н|[ғгқк][ае]|[дтн][ыі]ң|н|мен)?)"
_RUSSIAN_ENDING = r"(?:[ьяйюеа]|ем|ём|ом|у)?"
_MONTH = (
    rf"(?:(?P<kk>{'|'.join(_KAZAKH_MONTHS)})(?P<case>{_KAZAKH_ENDING})(?P<ai>\s+ай(?:ы|лары)?(?:н?[дт][ае]н?|н[ае]н?|ның|[ғн]а|ндағы)?)?"
    rf"|(?P<ru>{'|'.join(_RUSSIAN_MONTHS)}){_RUSSIAN_ENDING}"
    rf"|(?P<en>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _ENGLISH.lower().split())}|sept)\.?)(?!\w)"
)
_YEAR = r"(?:1[5-9]\d\d|20\d\d|2100)"
_DAY = r"(?<![\d.,])(?P<day>[12]?\d|3[01])"
_UNTIL = r"(?:\s?[-–]\s?(?P<until>[12]?\d|3[01])(?!\d))?"

_DAY_MONTH = re.compile(rf"{_DAY}{_UNTIL}(?:-?(?:го|е|сы|сі|і|ы|st|nd|rd|th))?(?:\s+of)?\s+{_MONTH}")
_MONTH_DAY = re.compile(
    rf"(?<!\w){_MONTH}\s+{_DAY}{_UNTIL}(?:-?(?:сы|сі|і|ы)\w{{0,4}}|st|nd|rd|th)?(?![\w:%]|[.,]\d)"
)
_BARE_MONTH = re.compile(rf"(?<!\w){_MONTH}")
_NUMERIC = re.compile(
    r"(?<![\d.])(?:(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})|(?P<y2>\d{4})-(?P<m2>\d\d)-(?P<d2>\d\d))(?![\d]|[./-]\d)"
)
_YEARS = re.compile(
    rf"(?<![\w.,-])(?P<first>{_YEAR})(?:\s?[-–—]\s?(?P<last>{_YEAR}))?(?:-?(?:го|м|му|й|ші|шы))?\s?"
    r"(?:жыл(?:ы|ғы|дың|дан|дары|дар|ға|да|дағы|дарғы|дарда|дарды)?|год(?:а|у|ом|е|ы|ов|ах|ам)?|жж?\.|гг?\.)(?!\w)(?!\s+бұрын|\s+назад)",
)
_ENGLISH_YEAR = re.compile(
    rf"(?<!\w)(?:(?:in|since|during|until|year)\s+(?P<sure>{_YEAR})|(?:by|from|to|of|after|before|early|late|mid|through|and)[\s-]+(?P<perhaps>{_YEAR}))"
    r"(?![\w%]|[.,]\d|[-–]\w)",
)
_RUSSIAN_YEAR = re.compile(rf"(?<!\w)(?:в|с|со|к|до|по|после)\s(?P<perhaps>{_YEAR})(?![\w%]|[.,]\d|[-–]\w)")
_LONE_YEAR = re.compile(rf"[ \u00a0]*,?[ \u00a0]*(?P<year>{_YEAR})(?![\w%]|[.,]\d|[-–]\w)")
_COUNTED = re.compile(r"\s+(?!and\b|to\b|по\b|до\b)[^\W\d_]{3,}")

_RELATIVE: list[tuple[str, str, int]] = [
    (r"бүгін(?:гі)?|сегодня(?:шн\w+)?|today", "day", 0),
    (r"кеше(?:гі)?|вчера(?:шн\w+)?|yesterday", "day", -1),
    (r"алдыңғы күні|алдыңгүні|позавчера|the day before yesterday", "day", -2),
    (r"ертең(?:гі)?|завтра(?:шн\w+)?|tomorrow", "day", 1),
    (r"осы аптада(?:ғы)?|на этой неделе|за эту неделю|this week", "week", 0),
    (r"өткен аптада(?:ғы)?|(?:на|за) прошл(?:ой|ую) недел[юе]|прошлой недели|last week", "week", -1),
    (r"келесі аптада(?:ғы)?|на (?:следующей|будущей) неделе|next week", "week", 1),
    (r"осы айда(?:ғы)?|в этом месяце|this month", "month", 0),
    (r"өткен айда(?:ғы)?|в прошлом месяце|прошлого месяца|last month", "month", -1),
    (r"келесі айда(?:ғы)?|в следующем месяце|next month", "month", 1),
    (
        r"биыл(?:ғы)?|осы жыл(?:ы|ғы|дың)?|ағымдағы жыл(?:ы|ғы|дың)?|(?:в )?(?:этом|текущем|нынешнем) году|(?:этого|текущего|нынешнего) года|this year",
        "year",
        0,
    ),
    (
        r"былтыр(?:ғы)?|өткен жыл(?:ы|ғы|дың)?|(?:в )?прошлом году|прошлого года|за прошлый год|last year",
        "year",
        -1,
    ),
    (
        r"келесі жыл(?:ы|ғы|дың)?|(?:в )?(?:следующем|будущем) году|(?:следующего|будущего) года|next year",
        "year",
        1,
    ),
    (
        r"соңғы (?:бір )?жыл(?:да|дың|ы)?(?: өзінде| ішінде)*|за последний год|(?:in|over) the (?:past|last) year",
        "span",
        -1,
    ),
]
_RELATIVES = re.compile(
    "|".join(rf"(?P<r{i}>(?:{words})(?!\w))" for i, (words, _, _) in enumerate(_RELATIVE))
)
_ADJACENT = re.compile(r"[ \u00a0]*,?[ \u00a0]*")
_BEFORE_MONTH = re.compile(
    r"(?:\b(?:в|во|с|со|к|до|по|на|за|после|нач\w*|кон\w*|середин\w*)|\b(?:in|since|by|until|from|during|early|late|mid|of|this|last|next))[\s-]$"
)
_ALSO_OTHER = frozenset({"қазан", "маусым"})  # Kazan, a cauldron; season
_NEVER_BARE = frozenset({"", "ы", "і", "сы", "н", "ын", "ін"})


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text, from its `first` day to its `last`, both inclusive."""

    start: int
    end: int
    first: date
    last: date
    precision: Precision


@dataclass(frozen=True, slots=True)
class _Part:
    """What a few words tell of a date. `alone` is False where they are a date only beside another part."""

    start: int
    end: int
    year: int | None = None
    until_year: int | None = None
    month: int | None = None
    day: int | None = None
    until_day: int | None = None
    relative: tuple[str, int] | None = None
    alone: bool = True


def find_dates(text: str, anchor: date | None = None) -> list[DateMention]:
    """Return the dates of a text in order; relative ones, and days without a year, only if there is an anchor."""
    mentions: list[DateMention] = []
    small = lower(text)
    for part in _joined(
        small,
        sorted(
            (*_day_parts(text, small), *_year_parts(text, small)), key=lambda part: (part.start, -part.end)
        ),
    ):
        if mentions and part.start < mentions[-1].end:
            continue
        if found := _resolved(part, anchor):
            mentions.append(found)
    return mentions


def _day_parts(written: str, text: str) -> Iterator[_Part]:
    for match in _NUMERIC.finditer(text):
        day, month, year = (int(match[name] or match[f"{name}2"]) for name in "dmy")
        yield _Part(match.start(), match.end(), year=year, month=month, day=day)
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        for match in pattern.finditer(text):
            until = match["until"]
            yield _Part(
                *match.span(),
                month=_month(match),
                day=int(match["day"]),
                until_day=int(until) if until else None,
            )
    for match in _BARE_MONTH.finditer(text):
        yield _Part(*match.span(), month=_month(match), alone=_is_month(match, written))


def _year_parts(written: str, text: str) -> Iterator[_Part]:
    for match in _YEARS.finditer(text):
        yield _Part(
            *match.span(), year=int(match["first"]), until_year=int(match["last"]) if match["last"] else None
        )
    for pattern in (_ENGLISH_YEAR, _RUSSIAN_YEAR):
        for match in pattern.finditer(text):
            name = match.lastgroup or "perhaps"
            if name == "sure" or not _COUNTED.match(text, match.end()):
                yield _Part(match.start(name), match.end(), year=int(match[name]))
    for match in _RELATIVES.finditer(text):
        _, unit, offset = _RELATIVE[int((match.lastgroup or "r0")[1:])]
        if not _within_a_name(written, match.start()):
            yield _Part(*match.span(), relative=(unit, offset))


def _within_a_name(text: str, start: int) -> bool:
    """Tell whether a word is the end of another or of a name: "Kazakhstan Today"."""
    before = text[max(0, start - 2) : start]
    return before[-1:].isalpha() or (text[start].isupper() and before[-1:] == " " and before[:1].isalpha())


def _month(match: re.Match[str]) -> int:
    if match["kk"]:
        return _KAZAKH_MONTHS.index(match["kk"]) + 1
    if match["ru"]:
        return _RUSSIAN_MONTHS.index(match["ru"]) + 1
    return next(i for i, name in enumerate(_ENGLISH_MONTHS, 1) if name[:3] == match["en"][:3].capitalize())


def _is_month(match: re.Match[str], written: str) -> bool:
    """Tell whether a month's name without day and year means the month, not the city of Kazan or a season."""
    if match["ai"]:
        return True
    if match["kk"]:
        return match["kk"] not in _ALSO_OTHER and match["case"] not in _NEVER_BARE
    if match["en"] and not written[match.start()].isupper():
        return False
    return bool(_BEFORE_MONTH.search(match.string, max(0, match.start() - 12), match.start()))


def _joined(text: str, parts: list[_Part]) -> Iterator[_Part]:
    """Put parts together that stand side by side: a year and a month, in either order."""
    i = 0
    while i < len(parts):
        part = parts[i]
        i += 1
        while i < len(parts) and parts[i].start < part.end:
            i += 1
        if (
            i < len(parts)
            and _ADJACENT.fullmatch(text, part.end, parts[i].start)
            and (both := _together(part, parts[i]))
        ):
            part, i = both, i + 1
        elif part.month and part.year is None and (year := _LONE_YEAR.match(text, part.end)):
            part = replace(part, end=year.end(), year=int(year["year"]), alone=True)
        if part.alone:
            yield part


def _together(first: _Part, second: _Part) -> _Part | None:
    month, year = (first, second) if first.month else (second, first)
    of_year = year.year is not None or (year.relative is not None and year.relative[0] == "year")
    if not month.month or month.year is not None or year.month or not of_year or year.until_year:
        return None
    return replace(
        month, start=first.start, end=second.end, year=year.year, relative=year.relative, alone=True
    )


def _resolved(part: _Part, anchor: date | None) -> DateMention | None:
    try:
        if part.month:
            return _month_or_day(part, part.month, anchor)
        if part.relative:
            return _relative(part, *part.relative, anchor) if anchor else None
        return _mention(
            part, date(part.year or 0, 1, 1), date(part.until_year or part.year or 0, 12, 31), "year"
        )
    except (ValueError, OverflowError):
        return None


def _month_or_day(part: _Part, month: int, anchor: date | None) -> DateMention | None:
    year = part.year
    if year is None:
        if anchor is None:
            return None
        year = anchor.year + (part.relative[1] if part.relative else -(month - anchor.month > 6))
    if part.day is None:
        return _mention(part, date(year, month, 1), _month_end(year, month), "month")
    first = date(year, month, part.day)
    return _mention(part, first, date(year, month, part.until_day) if part.until_day else first, "day")


def _relative(part: _Part, unit: str, offset: int, anchor: date) -> DateMention:
    if unit == "day":
        day = anchor + timedelta(offset)
        return _mention(part, day, day, "day")
    if unit == "week":
        monday = anchor - timedelta(anchor.weekday()) + timedelta(7 * offset)
        return _mention(part, monday, monday + timedelta(6), "week")
    if unit == "month":
        year, month = divmod(12 * anchor.year + anchor.month - 1 + offset, 12)
        return _mention(part, date(year, month + 1, 1), _month_end(year, month + 1), "month")
    if unit == "year":
        return _mention(part, date(anchor.year + offset, 1, 1), date(anchor.year + offset, 12, 31), "year")
    return _mention(part, anchor - timedelta(365), anchor, "span")


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _mention(part: _Part, first: date, last: date, precision: Precision) -> DateMention:
    if last < first:
        raise ValueError("a span that ends before it begins")
    return DateMention(
        part.start, part.end, first, last, precision if first != last or precision == "day" else "day"
    )


def render_date(mention: DateMention, language: Language) -> str:
    """Write a date in a language: "2024 жылғы 27 қараша", "27 ноября 2024 года", "27 November 2024"."""
    first, last = mention.first, mention.last
    if mention.precision == "year":
        return _years(first.year, last.year, language)
    if mention.precision == "month":
        return _month_name(first, language)
    if first == last:
        return _day(first, language)
    return f"{_day(first, language)} – {_day(last, language)}"


def _day(day: date, language: Language) -> str:
    return {
        "kk": f"{day.year} жылғы {day.day} {_KAZAKH_MONTHS[day.month - 1]}",
        "ru": f"{day.day} {_RUSSIAN_OF[day.month - 1]} {day.year} года",
        "en": f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}",
    }[language]


def _month_name(day: date, language: Language) -> str:
    stem = _RUSSIAN_MONTHS[day.month - 1]
    russian = stem if stem in ("март", "август") else f"{stem}й" if stem == "ма" else f"{stem}ь"
    return {
        "kk": f"{day.year} жылғы {_KAZAKH_MONTHS[day.month - 1]}",
        "ru": f"{russian} {day.year} года",
        "en": f"{_ENGLISH_MONTHS[day.month - 1]} {day.year}",
    }[language]


def _years(first: int, last: int, language: Language) -> str:
    if first == last:
        return {"kk": f"{first} жыл", "ru": f"{first} год", "en": str(first)}[language]
    return {"kk": f"{first}–{last} жылдар", "ru": f"{first}–{last} годы", "en": f"{first}–{last}"}[language]
