"""The library tab as HTML: counts, chart, table, and what an ingest is doing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape

from assistant.library.catalogue import COLUMNS, Column, Entry, Page
from assistant.library.records import Counts
from assistant.types import LANGUAGES, Article, Language
from assistant.web.sources import target
from assistant.web.strings import counted, day, day_short, number, span, words

ROWS = 25  # articles of one page of the table
BARS = 62  # days that the chart shows as days; beyond, it shows months
MONTHS = 48
SHOWN = 50  # outcomes that are named one by one
TALLEST = 100  # per cent


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How the table is looked through; `removed` is the article that can be put back."""

    search: str = ""
    sort: Column = "published"
    descending: bool = True
    offset: int = 0
    removed: Article | None = None
    told: str = ""

    def by(self, column: str) -> Listing:
        """Return it sorted by a column; the other way round if it was already."""
        known = next((one for one in COLUMNS if one == column), self.sort)
        texts = known in ("title", "publisher", "language")
        down = not self.descending if known == self.sort else not texts
        return replace(self, sort=known, descending=down, offset=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one article or source of an ingest; `id` opens it, `why` tells of a rejection."""

    kind: str
    title: str
    id: str = ""
    why: str = ""


def summary_html(counts: Counts, language: Language, *, addable: bool) -> str:
    """Return how much is stored, the dates covered, and who adds articles if readers may not."""
    parts = [
        counted("articles", counts.articles, language),
        counted("passages", counts.chunks, language),
        *(
            f"{words(language)[code]}: {number(counts.languages[code], language)}"
            for code in LANGUAGES
            if code in counts.languages
        ),
    ]
    if counts.first and counts.last:
        parts.append(span(counts.first, counts.last, language))
    items = "".join(f"<li>{escape(part)}</li>" for part in parts)
    closed = "" if addable else f'<p class="none">{escape(words(language)["add_closed"])}</p>'
    return f'<ul class="summary">{items}</ul>{closed}'


def chart_html(days: Mapping[date, Mapping[str, int]], undated: int, language: Language) -> str:
    """Return a bar for each day, or each month where there are many days, a part for each language."""
    if not days:
        return ""
    table = words(language)
    monthly = (max(days) - min(days)).days > BARS
    bars = _months(days) if monthly else _days(days)
    most = max(sum(bar.values()) for _, bar in bars) or 1
    drawn = "".join(_bar(when, bar, most, monthly, language) for when, bar in bars)
    legend = "".join(
        f'<li class="{code}">{escape(table[code])}</li>' for code in LANGUAGES if _has(bars, code)
    )
    note = escape(table["chart_note"].format(n=number(undated, language))) if undated else ""
    first, last = bars[0][0], bars[-1][0]
    return "".join(
        (
            f'<section class="chart"><h3>{escape(table["chart_month" if monthly else "chart"])}</h3>',
            f'<ul class="legend">{legend}</ul><ol class="bars">{drawn}</ol>',
            f'<p class="ends"><span>{escape(_when(first, monthly, language))}</span>',
            f"<span>{escape(_when(last, monthly, language))}</span></p>",
            f'<p class="about">{note}</p></section>' if note else "</section>",
        )
    )


def table_html(page: Page, listing: Listing, language: Language, *, removable: bool) -> str:
    """Return the table of articles, sortable by its heads, with the pages' buttons."""
    table = words(language)
    heads = "".join(_head(column, listing, language) for column in COLUMNS)
    rows = "".join(_row(entry, language, removable) for entry in page.entries)
    end = (
        f'<th scope="col"><span class="only-read">{escape(table["remove"])}</span></th>' if removable else ""
    )
    told = _told(listing, language)
    if not page.entries:
        key = "nothing_found" if listing.search else "empty_library"
        return f'{told}<p class="none">{escape(table[key])}</p>'
    return (
        f'{told}<table class="articles"><caption class="only-read">{escape(table["table"])}</caption>'
        f"<thead><tr>{heads}{end}</tr></thead><tbody>{rows}</tbody></table>{_pages(page, language)}"
    )


def progress_html(done: int, total: int, source: str, language: Language) -> str:
    """Return how far an ingest has come."""
    table = words(language)
    text = table["adding"].format(done=number(done, language), all=number(total, language))
    if not done:
        text = table["adding_from"].format(source=source)
    return (
        f'<p class="status">{escape(text)}</p>'
        f'<progress class="progress" value="{done}" max="{max(total, 1)}"></progress>'
    )


def outcomes_html(outcomes: Sequence[Outcome], seconds: float, language: Language) -> str:
    """Return what became of everything that was to be added."""
    table = words(language)
    taken = sum(one.kind in ("added", "updated") for one in outcomes)
    items = "".join(_outcome(one, language) for one in outcomes[:SHOWN])
    more = len(outcomes) - SHOWN
    if more > 0:
        items += f"<li>{escape(table['more_items'].format(n=number(more, language)))}</li>"
    total = counted("added_summary", taken, language, seconds=f"{seconds:.1f}")
    return f'<p class="told">{escape(total)}</p><ul class="outcomes">{items}</ul>'


def problem_html(text: str) -> str:
    """Return what stands in the way."""
    return f'<p class="problem">{escape(text)}</p>'


def _outcome(one: Outcome, language: Language) -> str:
    title = escape(one.title or words(language)["untitled"])
    named = f'<a class="title" href="{target({"id": one.id})}">{title}</a>' if one.id else title
    why = f'<span class="about">{escape(one.why)}</span>' if one.why else ""
    return f'<li><span class="outcome {one.kind}">{escape(words(language)[f"outcome_{one.kind}"])}</span> {named}{why}</li>'


def _head(column: Column, listing: Listing, language: Language) -> str:
    table = words(language)
    sorted_by = listing.sort == column
    way = ("down" if listing.descending else "up") if sorted_by else ""
    said = f'<span class="only-read"> ({escape(table[f"sorted_{way}"])})</span>' if way else ""
    return (
        f'<th scope="col" class="{column}"><button type="button" class="sort {way}" name="sort" '
        f'value="{column}">{escape(table[f"col_{column}"])}{said}</button></th>'
    )


def _row(entry: Entry, language: Language, removable: bool) -> str:
    table = words(language)
    title = escape(entry.title or table["untitled"])
    lang = f' lang="{entry.language}"' if entry.language in LANGUAGES else ""
    cells = (
        ("title", f'<a class="title" href="{target({"id": entry.id})}"{lang}>{title}</a>'),
        ("publisher", escape(entry.publisher)),
        ("published", escape(day_short(entry.published, language) or table["undated"])),
        ("language", escape(table[entry.language] if entry.language in LANGUAGES else table["no_language"])),
        ("chunks", number(entry.chunks, language) if entry.chunks else escape(table["outcome_linked"])),
        ("added", escape(day_short(entry.added.date(), language))),
    )
    drawn = "".join(f'<td class="{name}">{cell}</td>' for name, cell in cells)
    if removable:
        drawn += (
            f'<td class="remove"><button type="button" class="act" name="remove" value="{escape(entry.id)}">'
            f'{escape(table["remove"])}<span class="only-read">: {title}</span></button></td>'
        )
    return f"<tr>{drawn}</tr>"


def _pages(page: Page, language: Language) -> str:
    table = words(language)
    if page.total <= ROWS:
        return ""
    last = min(page.offset + ROWS, page.total)
    text = table["page"].format(
        first=number(page.offset + 1, language), last=number(last, language), all=number(page.total, language)
    )
    before = _turn(page.offset - ROWS, table["page_before"], page.offset > 0)
    after = _turn(page.offset + ROWS, table["page_after"], last < page.total)
    return f'<p class="pages">{before}<span>{escape(text)}</span>{after}</p>'


def _turn(offset: int, label: str, possible: bool) -> str:
    if not possible:
        return "<span></span>"
    return f'<button type="button" class="act" name="page" value="{offset}">{escape(label)}</button>'


def _told(listing: Listing, language: Language) -> str:
    """Say what was just removed or put back."""
    if not listing.told:
        return ""
    undo = ""
    if listing.removed:
        undo = f'<button type="button" class="act" name="undo" value="">{escape(words(language)["undo"])}</button>'
    return f'<p class="told">{escape(listing.told)} {undo}</p>'


def _days(days: Mapping[date, Mapping[str, int]]) -> list[tuple[date, dict[str, int]]]:
    first, last = min(days).toordinal(), max(days).toordinal()
    every = (date.fromordinal(at) for at in range(first, last + 1))
    return [(when, dict(days.get(when, {}))) for when in every]


def _months(days: Mapping[date, Mapping[str, int]]) -> list[tuple[date, dict[str, int]]]:
    """Add the days of each month up; the last months where there are very many."""
    first, last = (12 * when.year + when.month - 1 for when in (min(days), max(days)))
    months: dict[date, dict[str, int]] = {
        date(at // 12, at % 12 + 1, 1): {} for at in range(max(first, last - MONTHS + 1), last + 1)
    }
    for when, languages in days.items():
        month = months.get(when.replace(day=1), {})
        for code, count in languages.items():
            month[code] = month.get(code, 0) + count
    return list(months.items())


def _bar(when: date, bar: Mapping[str, int], most: int, monthly: bool, language: Language) -> str:
    parts = "".join(
        f'<span class="{code or "none"}" style="height:{TALLEST * bar[code] / most:.1f}%"></span>'
        for code in (*LANGUAGES, "")
        if bar.get(code)
    )
    text = f"{_when(when, monthly, language)}: {counted('articles', sum(bar.values()), language)}"
    return f'<li title="{escape(text)}">{parts}<span class="only-read">{escape(text)}</span></li>'


def _when(when: date, monthly: bool, language: Language) -> str:
    if not monthly:
        return day(when, language)
    table = words(language)
    return str(table["month"].format(month=table["months_alone"][when.month - 1], year=when.year))


def _has(bars: Sequence[tuple[date, Mapping[str, int]]], code: str) -> bool:
    return any(code in bar for _, bar in bars)
