"""The names in a sentence, and whether a source has them: in any form, script and language."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from assistant.text.aliases import Aliases
from assistant.text.script import romanise
from assistant.text.stopwords import STOP_WORDS

LONGEST_PHRASE = 6
TAIL = 3  # words after a name that may belong to it (Всемирный банк)
ENDING = 4  # letters that an ending may add to a name
FUZZY = 6  # from this length on one letter may differ

WORD = re.compile(r"[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*")
LINKS = {"of", "and", "the", "for", "in", "de", "al", "и", "по", "в", "мен", "және"}
SURNAME = re.compile(
    r"(?:[оеё]в|[оеё]ва|ин|ина|ский|ская|баев|баева|бек|ұлы|улы|қызы|кызы|швили|енко|yev|yeva|ev|eva|ov|ova|sky|skaya|bek|uly|enko)"
    r"(?:а|у|ым|ом|е|ой|ым|ны?ң|ны|ға|ге|мен|тан|тен|дан|ден)?$"
)
CAPITALS = [
    line.partition(":")
    for line in Path(__file__).with_name("capitals.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
COMMON = frozenset(word for words, colon, _ in CAPITALS if not colon for word in words.split())
UNNAMED = COMMON | LINKS
PEOPLE = {word: country for country, _, words in CAPITALS for word in words.split()}
VOWELS = str.maketrans({"e": "a", "i": "a", "u": "o"})
POSSESSIVE = re.compile(r"['’]s$")
PATRONYMIC = re.compile(r"[oae]v")  # Иван, Иванов
DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Namesake:
    """What a source has of names: the keys of its words by their first letter, and other names of what it names."""

    keys: Mapping[str, tuple[str, ...]]
    others: frozenset[str]
    known: dict[str, bool] = field(default_factory=dict, compare=False)

    def near(self, key: str) -> tuple[str, ...]:
        """Return the keys that may be the same name."""
        return self.keys.get(_classed(key)[:1], ())


class Names:
    """Finds names, and looks them up in sources."""

    def __init__(self, aliases: Aliases) -> None:
        """Know which names mean the same."""
        self.expand = lru_cache(maxsize=1 << 14)(lambda text: frozenset(aliases.expand(text)))
        self._wholes = lru_cache(maxsize=1 << 12)(self._other_names)
        self._runs = lru_cache(maxsize=256)(lambda text: tuple(runs(text, self.is_name)))

    def of_source(self, text: str) -> Namesake:
        """Read a source."""
        keys: defaultdict[str, list[str]] = defaultdict(list)
        for key in dict.fromkeys(key for word in WORD.findall(text) for key in _keys(word)):
            keys[_classed(key)[:1]].append(key)
        return Namesake({first: tuple(found) for first, found in keys.items()}, self.expand(text))

    def missing(self, claim: str, source: Namesake) -> list[str]:
        """Return the names of a claim that are not in the source."""
        return [word for run in self._runs(claim) for word in self._missing(run, source)]

    def count(self, claim: str) -> int:
        """Return how many words of names a claim has."""
        return sum(word.lower() not in UNNAMED for run in self._runs(claim) for word in run.words)

    def is_name(self, word: str) -> bool:
        """Tell whether a word is known as a name."""
        return bool(self.expand(word)) or word.lower() in PEOPLE

    def _missing(self, run: Run, source: Namesake) -> list[str]:
        words = (*run.words, *run.tail)
        missing = [
            word
            for at, word in enumerate(run.words)
            if not self._has(word, source) and not self._has_phrase(words, at, source)
        ]
        return [] if run.doubtful and missing == [run.words[0]] else missing

    def _has(self, word: str, source: Namesake) -> bool:
        if word not in source.known:
            source.known[word] = self._finds(word, source)
        return source.known[word]

    def _finds(self, word: str, source: Namesake) -> bool:
        if word.lower() in UNNAMED:
            return True
        if all(any(_same(key, other) for other in source.near(key)) for key in _keys(word)):
            return True
        country = PEOPLE.get(POSSESSIVE.sub("", word.lower()), word)
        others = self.expand(country)
        return bool(others & source.others) or any(self._reads(name, source) for name in {country, *others})

    def _has_phrase(self, words: tuple[str, ...], at: int, source: Namesake) -> bool:
        """Tell whether a name of several words that has this one in it is in the source by another name."""
        return any(
            whole & source.others or any(self._reads(name, source) for name in whole)
            for whole in self._wholes(words, at)
        )

    def _other_names(self, words: tuple[str, ...], at: int) -> tuple[frozenset[str], ...]:
        """Return the other names of the names of several words that have this word in them."""
        spans = (
            words[start : start + size]
            for size in range(2, min(LONGEST_PHRASE, len(words)) + 1)
            for start in range(max(0, at - size + 1), min(at, len(words) - size) + 1)
        )
        wholes = (self.expand(" ".join(span)) - frozenset().union(*map(self.expand, span)) for span in spans)
        return tuple(dict.fromkeys(whole for whole in wholes if whole))

    def _reads(self, name: str, source: Namesake) -> bool:
        """Tell whether the words of a name are in the source, in any form: "Россия" is in "российских"."""
        words = [word for word in WORD.findall(name) if word.lower() not in LINKS]
        return bool(words) and all(
            any(_same(key, other) or _begins(key, other) for key in _keys(word) for other in source.near(key))
            for word in words
        )


@dataclass(frozen=True, slots=True)
class Run:
    """Words with a capital letter that stand side by side, and the words after them.

    `doubtful` tells that the first one begins the sentence and may be no name at all.
    """

    words: tuple[str, ...]
    tail: tuple[str, ...]
    doubtful: bool


def runs(text: str, is_name: Callable[[str], bool]) -> Iterator[Run]:
    """Yield the names of a sentence; small words between two capitals belong to one.

    Args:
        text: a sentence.
        is_name: tells of a word that begins it whether it is known as a name.
    """
    found = list(WORD.finditer(text))
    at = 0
    while at < len(found):
        end = _run_end(text, found, at)
        words = tuple(one[0] for one in found[at:end])
        sure = bool(words) and (at > 0 or _surely(words[0], is_name))
        doubtful = bool(words) and not sure
        if words and (sure or len(words) > 1) and any(word.lower() not in UNNAMED for word in words):
            yield Run(words, tuple(one[0] for one in found[end : end + TAIL]), doubtful)
        at = max(end, at + 1)


def _run_end(text: str, found: Sequence[re.Match[str]], start: int) -> int:
    """Return where the run of capitals that starts at a word ends; `start` if there is none."""
    end = at = start
    while at < len(found):
        word = found[at][0]
        apart = at > start and text[found[at - 1].end() : found[at].start()].strip(" -–")
        if apart or not (word[0].isupper() or (at > start and word.lower() in LINKS and at - end < 2)):
            break
        at += 1
        end = at if word[0].isupper() else end
    return end


def _surely(word: str, is_name: Callable[[str], bool]) -> bool:
    """Tell whether the first word of a sentence, which has a capital letter in any case, is a name."""
    small = word.lower()
    if small in STOP_WORDS or small in COMMON:
        return False
    return (
        (len(word) > 1 and word.isupper())
        or bool(len(word) >= FUZZY and SURNAME.search(small))
        or is_name(word)
    )


@lru_cache(maxsize=1 << 15)
def _keys(word: str) -> tuple[str, ...]:
    """Return a word's parts in letters that all spellings share."""
    keys = (romanise(part).replace("h", "k") for part in re.split(r"[-'’ʼ]", POSSESSIVE.sub("", word)))
    return tuple(key for key in keys if len(key) > 1)


@lru_cache(maxsize=1 << 15)
def _classed(key: str) -> str:
    """Return a key with its vowels in two classes: what Tokayev and Тоқаев share."""
    return DOUBLED.sub(r"\1", key.translate(VOWELS))


@lru_cache(maxsize=1 << 17)
def _same(key: str, other: str) -> bool:
    """Tell whether two keys are one name, with or without endings; short ones must agree in their vowels too."""
    if min(len(key), len(other)) < FUZZY - 1:
        short, long = sorted((key, other), key=len)
        ending = len(long) - len(short)
        return key == other or (
            len(short) > 2 and long.startswith(short) and ending <= ENDING and not _surname(long, short)
        )
    short, long = sorted((_classed(key), _classed(other)), key=len)
    if short[:1] != long[:1]:
        return False
    shared = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if shared == len(short):
        return len(long) - len(short) <= ENDING and not _surname(long, short)
    if shared >= max(4, len(short) - 1):
        return len(long) - shared <= ENDING
    return len(short) >= FUZZY and len(long) - len(short) <= 1 + ENDING and _one_apart(short, long, shared)


def _surname(long: str, short: str) -> bool:
    return bool(PATRONYMIC.match(long, len(short)))


def _one_apart(short: str, long: str, shared: int) -> bool:
    """Tell whether the words are alike but for one letter, up to an ending."""
    rest, other = short[shared:], long[shared:]
    return any(
        b.startswith(a) and len(b) - len(a) <= 2
        for a, b in ((rest, other[1:]), (rest[1:], other[1:]), (rest[1:], other))
    )


def _begins(key: str, other: str) -> bool:
    return len(key) >= 5 and other.startswith(key[: max(4, len(key) - 2)])
