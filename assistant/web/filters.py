"""Filters of the search as chips, and the one that a date in the question proposes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

from assistant.library.records import Counts
from assistant.text.dates import DateMention, find_dates
from assistant.types import LANGUAGES, Filters, Language
from assistant.web.strings import span, words

LONGEST_PUBLISHER = 200


def chosen(data: Mapping[str, Any]) -> Filters:
    """Return filters from what the page sends; what cannot be read is left out."""
    language = data.get("language")
    since, until = _date(data.get("since")), _date(data.get("until"))
    if since and until and until < since:
        since, until = until, since
    return Filters(
        since=since,
        until=until,
        publisher=str(data.get("publisher") or "")[:LONGEST_PUBLISHER] or None,
        language=next((one for one in LANGUAGES if one == language), None),
    )


def without(filters: Filters, name: str) -> Filters:
    """Return filters less one: "dates", "publisher", "language", or all of them."""
    if name == "dates":
        return replace(filters, since=None, until=None)
    if name == "publisher":
        return replace(filters, publisher=None)
    return replace(filters, language=None) if name == "language" else Filters()


def proposed(question: str, counts: Counts, today: date) -> DateMention | None:
    """Return the first date in a question for which the library has anything: a filter could be made of it."""
    if not counts.first or not counts.last:
        return None
    mentions = find_dates(question, today)
    return next((one for one in mentions if one.first <= counts.last and one.last >= counts.first), None)


def proposal_button(question: str, counts: Counts, language: Language, name: str) -> str:
    """Return the button that takes up the date in a question, "" when there is none.

    Args:
        question: as asked, or as far as it is written.
        counts: what the library holds.
        language: the page's.
        name: of the button's command.
    """
    found = proposed(question, counts, date.today())
    if found is None:
        return ""
    text = words(language)["propose"].format(dates=span(found.first, found.last, language))
    return (
        f'<button type="button" class="act propose" name="{name}" '
        f'value="{found.first.isoformat()}/{found.last.isoformat()}">{escape(text)}</button>'
    )


def filter_texts(data: Mapping[str, Any], language: Language) -> list[str]:
    """Say what filters (as plain data) let through."""
    return [text for _, text in _parts(chosen(data), language)]


def chips_html(filters: Filters, proposal: str, language: Language) -> str:
    """Return the row of chips: one for each filter, a proposal, and the button that adds one.

    Args:
        filters: what is chosen.
        proposal: what `proposal_button` made.
        language: the page's.
    """
    table = words(language)
    parts = _parts(filters, language)
    chips = "".join(
        f'<button type="button" class="filter" name="drop" value="{name}"><span>{escape(text)}</span>'
        f'<span class="cross"></span><span class="only-read">{escape(table["remove_filter"])}</span></button>'
        for name, text in parts
    )
    if len(parts) > 1:
        chips += (
            f'<button type="button" class="clear" name="drop" value="all">{escape(table["clear"])}</button>'
        )
    add = f'<button type="button" class="add-filter" name="filters" value="">{escape(table["filter_add"])}</button>'
    return f'<div class="filters">{add}{chips}{proposal}</div>'


def _parts(filters: Filters, language: Language) -> list[tuple[str, str]]:
    parts = []
    if filters.since or filters.until:
        parts.append(("dates", span(filters.since, filters.until, language)))
    if filters.publisher:
        parts.append(("publisher", filters.publisher))
    if filters.language:
        parts.append(("language", words(language)[filters.language]))
    return parts


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
