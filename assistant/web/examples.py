"""Questions to begin with, made from the library's own articles; only such as get an answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.library.catalogue import Catalogue, Entry
from assistant.library.recent import Recent
from assistant.types import LANGUAGES, Language
from assistant.web.strings import words

_log = logging.getLogger(__name__)

SHOWN = 3
TRIED = 8  # articles
LONGEST_TITLE = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question and the article that it was made from."""

    question: str
    entry: Entry


class Examples:
    """Makes examples once for each state of the library and language."""

    def __init__(self, assistant: Assistant, catalogue: Catalogue) -> None:
        """Make them of these articles."""
        self._assistant = assistant
        self._catalogue = catalogue
        self._made: Recent[list[Example]] = Recent(len(LANGUAGES))
        self._last: dict[Language, list[Example]] = {}

    def of(self, language: Language) -> list[Example]:
        """Return examples in a language; of articles in it if there are enough, else of others too."""
        made = self._made.get((self._catalogue.generation, language), lambda: self._make(language))
        self._last[language] = made
        return made

    def made(self, language: Language) -> list[Example]:
        """Return the examples that were made last, without making any."""
        return self._last.get(language, [])

    def _make(self, language: Language) -> list[Example]:
        titled = [one for one in self._catalogue.entries() if 0 < len(one.title) <= LONGEST_TITLE]
        titled.sort(key=lambda one: one.language != language)
        pattern = words(language)["example"]
        made = (
            Example(question=pattern.format(title=one.title), entry=one)
            for one in _varied([one for one in titled if one.chunks])[:TRIED]
        )
        return list(islice(filter(self._answered, made), SHOWN))

    def _answered(self, example: Example) -> bool:
        try:
            answer = self._assistant.ask(example.question)
        except AssistantError as error:
            _log.warning("No example could be made: %s", error)
            return False
        return any(one.article.id == example.entry.id for one in answer.citations)


def _varied(entries: Sequence[Entry]) -> list[Entry]:
    """Put one article of each publisher first."""
    first = list({one.publisher: one for one in reversed(entries)}.values())[::-1]
    return [*first, *(one for one in entries if one not in first)]
