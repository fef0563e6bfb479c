"""The library tab: what the reader does there, and what it shows."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from threading import Event

from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.library.catalogue import Catalogue
from assistant.types import Article, IngestReport, Language
from assistant.web.adding import LONGEST_TEXT, LONGEST_TITLE, ingested, is_address, name, outcomes
from assistant.web.library_tab import (
    ROWS,
    Listing,
    chart_html,
    outcomes_html,
    problem_html,
    progress_html,
    summary_html,
    table_html,
)
from assistant.web.room import Command
from assistant.web.strings import error_text, words

SEARCHED = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What the library tab shows."""

    listing: Listing
    summary: str
    chart: str
    table: str


class Shelf:
    """Takes the commands of the library tab."""

    def __init__(
        self, assistant: Assistant, catalogue: Catalogue, *, addable: bool, stopping: Event | None = None
    ) -> None:
        """Serve this library; articles are added and removed only if it is `addable`, and until it is `stopping`."""
        self.assistant = assistant
        self.catalogue = catalogue
        self.addable = addable
        self.stopping = stopping or Event()

    def stock(self, listing: Listing, language: Language) -> Stock:
        """Return what is shown."""
        page = self.catalogue.page(
            listing.search,
            listing.sort,
            descending=listing.descending,
            limit=ROWS,
            offset=listing.offset,
        )
        undated = sum(one.published is None for one in self.catalogue.entries())
        return Stock(
            listing=replace(listing, offset=page.offset),
            summary=summary_html(self.assistant.library.counts(), language, addable=self.addable),
            chart=chart_html(self.catalogue.days(), undated, language),
            table=table_html(page, listing, language, removable=self.addable),
        )

    def searched(self, listing: Listing, search: str) -> Listing:
        """Return the listing with another search."""
        return replace(listing, search=search[:SEARCHED], offset=0)

    def does(self, command: Command, listing: Listing, language: Language) -> Listing:
        """Take a command: sort, turn the page, remove, put back."""
        try:
            return self._does(command, listing, language)
        except AssistantError as error:
            reason = error_text(error, language)
            return replace(listing, told=words(language)["remove_failed"].format(reason=reason))

    def _does(self, command: Command, listing: Listing, language: Language) -> Listing:
        match command.name:
            case "sort":
                return listing.by(command.value)
            case "page":
                return replace(listing, offset=command.number)
            case "remove" if self.addable:
                return self._remove(command.value, listing, language)
            case "undo" if self.addable and listing.removed:
                return self._put_back(listing.removed, listing, language)
            case _:
                return listing

    def _remove(self, article_id: str, listing: Listing, language: Language) -> Listing:
        article = self.assistant.library.article(article_id)
        if article is None or not self.assistant.remove(article_id):
            return listing
        return replace(listing, removed=article, told=_titled("removed", article, language))

    def _put_back(self, article: Article, listing: Listing, language: Language) -> Listing:
        self.assistant.ingest(article)
        return replace(listing, removed=None, told=_titled("restored", article, language))

    async def adds(self, sources: Sequence[Path | str | Article], language: Language) -> AsyncGenerator[str]:
        """Take in articles.

        Yields:
            What is shown of it, lastly what became of each.
        """
        if not self.addable:
            return
        first = sources[0]
        yield progress_html(
            0, len(sources), name(first.title if isinstance(first, Article) else str(first)), language
        )
        try:
            async for step in ingested(self.assistant, sources, self.stopping):
                if isinstance(step, IngestReport):
                    yield outcomes_html(outcomes(step, self.assistant), step.seconds, language)
                else:
                    yield progress_html(step.done, step.total, name(step.source), language)
        except AssistantError as error:
            yield problem_html(error_text(error, language))

    def pasted(self, title: str, text: str) -> list[Article]:
        """Return the article that was pasted, none if it has no text."""
        text = text[:LONGEST_TEXT].strip()
        made = f"pasted-{blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
        return [Article(id=made, title=title[:LONGEST_TITLE].strip(), text=text)] if text else []

    def fetched(self, address: str) -> list[str]:
        """Return the address to fetch, none if it is no address of a page."""
        return [address.strip()] if is_address(address.strip()) else []


def _titled(key: str, article: Article, language: Language) -> str:
    table = words(language)
    return str(table[key].format(title=article.title or table["untitled"]))
