"""The sources of an answer as HTML. Everything that comes from an article is escaped; links come from the ledger only."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.types import Article, Citation, Language
from assistant.web.plain import openable
from assistant.web.strings import STRINGS


def sources_html(citations: Sequence[Citation], language: Language) -> str:
    """Return a list of the cited sources with their quotes, "" when there are none.

    It is one HTML block of a Markdown text: white space is collapsed, since an empty line would end it.
    """
    if not citations:
        return ""
    items = " ".join("".join(_item(citation, language) for citation in citations).split())
    return (
        f'<section class="sources"><h3>{escape(STRINGS[language]["sources"])}</h3><ol>{items}</ol></section>'
    )


def link(article: Article) -> str:
    """Return the title, linked when the article has an address that a browser may open."""
    title = escape(article.title or article.id)
    if not openable(article.url):
        return title
    return f'<a href="{escape(article.url)}" target="_blank" rel="noopener noreferrer nofollow">{title}</a>'


def _item(citation: Citation, language: Language) -> str:
    article = citation.article
    about = " · ".join(
        escape(part)
        for part in (article.publisher, article.published and article.published.isoformat())
        if part
    )
    also = ", ".join(link(copy) for copy in citation.also_in)
    more = f'<p class="also">{escape(STRINGS[language]["also_in"])}: {also}</p>' if also else ""
    lang = f' lang="{article.language}"' if article.language else ""
    return (
        f'<li value="{citation.marker}">{link(article)} <span class="about">{about}</span>'
        f"<blockquote{lang}>{escape(citation.quote)}</blockquote>{more}</li>"
    )
