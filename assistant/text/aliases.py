"""Other names of what a text names: ТМД is СНГ is CIS is the Commonwealth of Independent States.

News spells such a name out or shortens it, hardly ever both, and each language in its own way.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.errors import UsageError
from assistant.text.script import fold

_BUILT_IN = Path(__file__).with_name("aliases.txt")
_WORD = re.compile(r"[^\W_]{1,64}")
_KEY = 3
_KAZAKH_ENDING = re.compile(
    r"(?:[лдт][ае]р)?(?:с?[ыі])?(?:[ыі]?м[ыі]з|[ыі]?ң[ыі]з)?"
    r"(?:[ндт][ыі]ң?|[ғгқк][ае]|н?[ае]|н|н?[дт][ае]н?|н[ае]н|[мбп]ен|н?[дт][ае][ғг][ыі](?:лар|лер)?|[длт][ыі][қк]\w*)?"
)
_RUSSIAN_ENDING = re.compile(r"[аеийоуыьюямхв]{0,3}|ого|ому|ыми|ими")
_ENGLISH_ENDING = re.compile(r"(?:e?s)?")
_RUSSIAN_VOWELS = "аеийоуыьэюя"


@dataclass(frozen=True, slots=True)
class _Name:
    group: int
    text: str
    words: tuple[str, ...]  # of an abbreviation as written, of any other folded
    abbreviation: bool
    capital: bool

    @classmethod
    def of(cls, text: str, group: int) -> _Name:
        """Read a name of the table; its words are empty where it has none."""
        abbreviation = text.isupper()
        words = tuple(_WORD.findall(text if abbreviation else fold(text)))
        return cls(group, text, words, abbreviation, len(words) == 1 and text[0].isupper())

    def found_at(self, place: int, written: Sequence[str], *, lower: bool) -> bool:
        """Tell whether the words from `place` on are this name in one of its forms.

        An abbreviation counts as written only (US is not us), and a one-word name with a capital letter (Семей is
        not семей, "of families") unless the writer of the text uses none.
        """
        first = written[place]
        if self.abbreviation:
            return first == self.words[0] and tuple(written[place : place + len(self.words)]) == self.words
        if not _is_form(_folded(first), self.words[0]) or (self.capital and not lower and first[0].islower()):
            return False
        rest = written[place + 1 : place + len(self.words)]
        return len(rest) == len(self.words) - 1 and all(
            _is_form(_folded(word), name) for word, name in zip(rest, self.words[1:], strict=True)
        )


_folded = lru_cache(maxsize=1 << 15)(fold)


@lru_cache(maxsize=1 << 16)
def _is_form(word: str, name: str) -> bool:
    if word == name:
        return True
    if name[0] < "\u0400":
        return word.startswith(name) and bool(_ENGLISH_ENDING.fullmatch(word, len(name)))
    if word.startswith(name) and _KAZAKH_ENDING.fullmatch(word, len(name)):
        return True
    base = name.rstrip(_RUSSIAN_VOWELS) if len(name) > _KEY else name
    return len(base) >= _KEY and word.startswith(base) and bool(_RUSSIAN_ENDING.fullmatch(word, len(base)))


class Aliases:
    """Groups of names that mean the same, found in a text in any of their forms."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        """Take the groups; names that are in capitals are matched as written."""
        self._groups = [tuple(dict.fromkeys(group)) for group in groups]
        self._by_start: defaultdict[str, list[_Name]] = defaultdict(list)
        for number, group in enumerate(self._groups):
            for text in group:
                if (name := _Name.of(text, number)).words:
                    self._by_start[fold(name.words[0])[:_KEY]].append(name)

    @classmethod
    def load(cls, path: Path | None = None) -> Aliases:
        """Read the built-in groups and, after them, those of a file: one group a line, comma-separated, # for remarks.

        Raises:
            UsageError: The file cannot be read.
        """
        lines = _BUILT_IN.read_text("utf-8").splitlines()
        try:
            lines += path.read_text("utf-8-sig").splitlines() if path else []
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"The names in {path} cannot be read: {error}.", "Give a UTF-8 text file."
            ) from error
        rows = (line.partition("#")[0].split(",") for line in lines)
        groups = ([name.strip() for name in row if name.strip()] for row in rows)
        return cls(group for group in groups if group)

    def __len__(self) -> int:
        """Return the number of groups."""
        return len(self._groups)

    def expand(self, text: str) -> list[str]:
        """Return the other names of what a text names, each once, in the order of the table."""
        present: defaultdict[int, set[str]] = defaultdict(set)
        for name in self._names_in(text):
            present[name.group].add(name.text)
        return list(
            dict.fromkeys(
                other
                for number in sorted(present)
                for other in self._groups[number]
                if other not in present[number]
            )
        )

    def same(self, a: str, b: str) -> bool:
        """Tell whether two names mean the same: one spelling, or both in one group."""
        return fold(a).strip() == fold(b).strip() or bool(self._groups_of(a) & self._groups_of(b))

    def _groups_of(self, name: str) -> set[int]:
        size = len(_WORD.findall(fold(name)))
        return {found.group for found in self._names_in(name) if len(found.words) == size}

    def _names_in(self, text: str) -> Iterator[_Name]:
        written, lower = _WORD.findall(text), text.islower()
        for place, word in enumerate(written):
            for name in self._by_start.get(_folded(word)[:_KEY], ()):
                if name.found_at(place, written, lower=lower):
                    yield name
