"""What the page says, in three languages, with their numbers, plurals and dates: gradio's own translations have no Kazakh.

The table is `static/words/*.json`, which the page's script reads too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.errors import AssistantError
from assistant.types import LANGUAGES, Language

DEFAULT: Language = "kk"


@cache
def words(language: Language) -> Mapping[str, Any]:
    """Return the table of one language."""
    table = files("assistant.web") / "static" / "words" / f"{language}.json"
    read: dict[str, Any] = json.loads(table.read_text(encoding="utf-8"))
    return read


def known(language: str | None) -> Language:
    """Return the language if it is one of ours, else the usual one."""
    return next((one for one in LANGUAGES if one == language), DEFAULT)


def preferred(accepted: str, chosen: str | None = None) -> Language:
    """Return the reader's language: the one that was chosen, or the first of ours that the browser accepts.

    Args:
        accepted: the header Accept-Language, for instance "kk-KZ,kk;q=0.9,en;q=0.8".
        chosen: what the reader has chosen before.
    """
    if chosen in LANGUAGES:
        return known(chosen)
    ranked = sorted(map(_weighed, accepted.split(",")), key=lambda pair: -pair[1])
    return next((known(tag) for tag, weight in ranked if tag in LANGUAGES and weight > 0), DEFAULT)


def _weighed(part: str) -> tuple[str, float]:
    tag, _, weight = part.strip().partition(";q=")
    try:
        return tag.split("-")[0].lower(), float(weight or 1)
    except ValueError:
        return "", 0.0


def number(value: int, language: Language) -> str:
    """Write a whole number: "1,240" in English, with a no-break space else."""
    return f"{value:,}".replace(",", "," if language == "en" else "\u00a0")


def counted(key: str, value: int, language: Language, **more: str) -> str:
    """Return a text of the table with a number in it, in the form that the number asks for."""
    forms = words(language)[key]
    form = forms[min(_form(value, language), len(forms) - 1)]
    return str(form.format(n=number(value, language), **more))


def _form(value: int, language: Language) -> int:
    if language != "ru":
        return int(value != 1)
    if value % 10 == 1 and value % 100 != 11:
        return 0
    return 1 if value % 10 in (2, 3, 4) and value % 100 not in (12, 13, 14) else 2


def day(when: date | str | None, language: Language) -> str:
    """Write a day: "28 November 2024", "2024 жылғы 28 қараша"; "" for none."""
    if not when:
        return ""
    when = date.fromisoformat(when[:10]) if isinstance(when, str) else when
    table = words(language)
    return str(table["day"].format(day=when.day, month=table["months"][when.month - 1], year=when.year))


def day_short(when: date | None, language: Language) -> str:
    """Write a day for a table: "28 Nov 2024", "28.11.2024"; "" for none."""
    if not when:
        return ""
    table = words(language)
    return str(
        table["day_short"].format(
            day=when.day,
            dd=f"{when.day:02}",
            mm=f"{when.month:02}",
            mon=table["months"][when.month - 1][:3],
            year=when.year,
        )
    )


def span(since: date | None, until: date | None, language: Language) -> str:
    """Write from when until when: a year, a month or a day where it is just that."""
    table = words(language)
    if since and until:
        return _round(since, until, language) or table["span"].format(
            first=day(since, language), last=day(until, language)
        )
    key, name, when = ("from", "first", since) if since else ("until", "last", until)
    return str(table[key].format(**{name: day(when, language)}))


def _round(since: date, until: date, language: Language) -> str:
    if since == until:
        return day(since, language)
    after = until + timedelta(1)
    if since.day != 1 or after.day != 1:
        return ""
    if (since.month, after.month) == (1, 1) and after.year == since.year + 1:
        return str(since.year)
    if not 28 <= (after - since).days <= 31:
        return ""
    table = words(language)
    return str(table["month"].format(month=table["months_alone"][since.month - 1], year=since.year))


def error_text(error: AssistantError, language: Language) -> str:
    """Return what to tell the reader about an error."""
    return named_error(type(error).__name__, str(error), language)


def named_error(name: str, message: str, language: Language) -> str:
    """Return what to tell the reader about an error of this name."""
    return str(words(language)["errors"].get(name) or message or words(language)["wrong"])
