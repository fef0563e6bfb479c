"""The sources of an answer as HTML. All that comes from an article is escaped; links come from the ledger only.

Answers are kept as plain data (see plain.py), so what is shown here may have been answered long ago.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from assistant.types import LANGUAGES, Language
from assistant.web.plain import openable
from assistant.web.strings import day, words

Data = Mapping[str, Any]


def target(article: Data, citation: Data | None = None) -> str:
    """Return where a chip leads: what the source panel needs to open an article at a quote.

    The article's id comes last and is encoded whole: it may be an address, or anything else.
    """
    at = citation or {}
    span = f"{at.get('start', 0)}-{at.get('end', 0)}"
    verdict = at.get("verdict", "none")
    place = (
        at.get("marker", 0),
        span,
        verdict if verdict in ("supported", "partly", "unsupported") else "none",
    )
    return "#cite/{}/{}/{}/{}".format(*place, quote(str(article["id"]), safe=""))


def chip(citation: Data, language: Language) -> str:
    """Return the small number that opens a citation."""
    label = escape(words(language)["source"].format(n=citation["marker"]))
    return (
        f'<a class="cite {_verdict(citation)}" href="{target(citation["article"], citation)}">'
        f'<span class="only-read">{label}</span><span class="n">{int(citation["marker"])}</span></a>'
    )


def sources_html(citations: Sequence[Data], answered: Language, language: Language) -> str:
    """Return the list of what is cited.

    Args:
        citations: as plain data.
        answered: the answer's language; quotes in others are marked.
        language: the page's.
    """
    if not citations:
        return ""
    items = "".join(_item(citation, answered, language) for citation in citations)
    return f'<section class="sources"><h3>{escape(words(language)["sources"])}</h3><ol>{items}</ol></section>'


def _item(citation: Data, answered: Language, language: Language) -> str:
    article, table = citation["article"], words(language)
    verdict = _verdict(citation)
    also = ", ".join(escape(_name(copy, language)) for copy in citation.get("also_in", ()))
    return "".join(
        (
            "<li>",
            chip(citation, language),
            '<span class="what">',
            title_link(article, language, citation),
            about_html(article, language, answered),
            f'<span class="verdict {verdict}">{escape(table[verdict])}</span>' if verdict else "",
            original_link(article, language),
            f'<span class="also">{escape(table["also_in"])}: {also}</span>' if also else "",
            _translation(citation, language),
            "</span></li>",
        )
    )


def title_link(article: Data, language: Language, citation: Data | None = None) -> str:
    """Return the title, which opens the article in the source panel."""
    title = escape(article["title"] or words(language)["untitled"])
    return f'<a class="title" href="{target(article, citation)}"{_lang(article)}>{title}</a>'


def about_html(article: Data, language: Language, answered: Language | None = None) -> str:
    """Return publisher, date, and the language where it is not the answer's."""
    table = words(language)
    when = day(article["published"], language)
    parts = [
        escape(article["publisher"]),
        escape(table["as_of"].format(date=when) if when else table["undated"]),
    ]
    foreign = article["language"] if article["language"] in LANGUAGES else None
    mark = escape(table[f"in_{foreign}"]) if foreign and foreign != answered else ""
    said = " · ".join(part for part in parts if part)
    return f'<span class="about">{said}</span>' + (f'<span class="foreign">{mark}</span>' if mark else "")


def original_link(article: Data, language: Language) -> str:
    """Return a link to the article's own page, "" when it has none that a browser may open."""
    if not openable(article["url"]):
        return ""
    table = words(language)
    return (
        f'<a class="original" href="{escape(article["url"])}" target="_blank" rel="noopener noreferrer nofollow">'
        f'{escape(table["original"])}<span class="only-read"> ({escape(table["opens_new"])})</span></a>'
    )


def _translation(citation: Data, language: Language) -> str:
    said = citation.get("translation")
    if not said:
        return ""
    return f'<span class="translation"><b>{escape(words(language)["translation"])}:</b> {escape(said)}</span>'


def _name(article: Data, language: Language) -> str:
    return str(article["publisher"] or article["title"] or words(language)["untitled"])


def _verdict(citation: Data) -> str:
    verdict = citation.get("verdict", "")
    return verdict if verdict in ("supported", "partly", "unsupported") else ""


def _lang(article: Data) -> str:
    return f' lang="{article["language"]}"' if article["language"] in LANGUAGES else ""
