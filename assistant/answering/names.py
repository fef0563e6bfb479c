"""The names in a sentence, and whether a source has them: in any form, script and language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.text.aliases import Aliases
from assistant.text.script import romanise
from assistant.text.stopwords import STOP_WORDS

LONGEST_PHRASE = 6
ENDING = 4  # letters that an ending may add to a name
FUZZY = 6  # from this length on one letter may differ

WORD = re.compile(r"[^\W\d_]+(?:[-'’ʼ][^\W\d_]+)*")
LINKS = {"of", "and", "the", "for", "in", "de", "al", "и", "по", "в", "мен", "және"}
SURNAME = re.compile(
    r"(?:[оеё]в|[оеё]ва|ин|ина|ский|ская|баев|баева|бек|ұлы|улы|қызы|кызы|швили|енко|yev|yeva|ev|eva|ov|ova|sky|skaya|bek|uly|enko)"
    r"(?:а|у|ым|ом|е|ой|ым|ны?ң|ны|ға|ге|мен|тан|тен|дан|ден)?$"
)
# Words with a capital letter that name nothing by themselves.
COMMON = frozenset(
    """president vice prime minister ministers ministry minister's government governor mayor deputy senator chairman chairwoman head chief
    secretary general director ambassador professor doctor king queen prince pope mr mrs ms dr sir university universities institute
    academy school college faculty department agency committee commission council union organization organisation association
    federation republic state states city region district province county village street avenue road river lake sea mountain
    north south east west northern southern eastern western central international national federal regional local world
    company corporation bank fund group center centre office court parliament senate assembly congress party army police
    summit forum conference games cup championship festival day week month year century january february march april may june
    july august september october november december monday tuesday wednesday thursday friday saturday sunday
    yes no i according as there this that these those it he she they we
    президент премьер министр министерство правительство аким губернатор глава университет институт академия совет комитет
    федерация республика область край город район форум саммит
    президент премьер министр министрлігі министрлік үкімет әкім университет университеті институты кеңес комитеті одағы одақ
    республикасы федерациясы облысы қаласы ауданы форумы саммиті ұйымы""".split()
)
# English calls the people of a country, and what is theirs, by a word with a capital letter.
PEOPLE = {
    **dict.fromkeys(("kazakh", "kazakhs", "kazakhstani", "kazakhstanis"), "Kazakhstan"),
    **dict.fromkeys(("russian", "russians"), "Russia"),
    **dict.fromkeys(("uzbek", "uzbeks"), "Uzbekistan"),
    **dict.fromkeys(("kyrgyz", "kirghiz"), "Kyrgyzstan"),
    **dict.fromkeys(("tajik", "tajiks"), "Tajikistan"),
    **dict.fromkeys(("turkmen", "turkmens"), "Turkmenistan"),
    **dict.fromkeys(("chinese",), "China"),
    **dict.fromkeys(("american", "americans"), "USA"),
    **dict.fromkeys(("british",), "UK"),
    **dict.fromkeys(("german", "germans"), "Germany"),
    **dict.fromkeys(("french",), "France"),
    **dict.fromkeys(("turkish", "turks"), "Turkey"),
    **dict.fromkeys(("japanese",), "Japan"),
    **dict.fromkeys(("ukrainian", "ukrainians"), "Ukraine"),
    **dict.fromkeys(("belarusian", "belarusians"), "Belarus"),
    **dict.fromkeys(("azerbaijani", "azerbaijanis"), "Azerbaijan"),
    **dict.fromkeys(("armenian", "armenians"), "Armenia"),
    **dict.fromkeys(("georgian", "georgians"), "Georgia"),
    **dict.fromkeys(("polish", "poles"), "Poland"),
    **dict.fromkeys(("hungarian", "hungarians"), "Hungary"),
    **dict.fromkeys(("iranian", "iranians"), "Iran"),
    **dict.fromkeys(("indian", "indians"), "India"),
    **dict.fromkeys(("mongolian", "mongolians"), "Mongolia"),
    **dict.fromkeys(("korean", "koreans"), "South Korea"),
    **dict.fromkeys(("european", "europeans"), "Europe"),
    **dict.fromkeys(("eurasian",), "Eurasia"),
    **dict.fromkeys(("soviet",), "Soviet Union"),
}
VOWELS = str.maketrans({"e": "a", "i": "a", "u": "o", "h": "k"})
PATRONYMIC = re.compile(r"[oa]v")  # Иван, Иванов
DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Namesake:
    """What a source has of names: the keys of its words, and the other names of what it names."""

    keys: frozenset[str]
    heads: frozenset[str]
    others: frozenset[str]


class Names:
    """Finds names, and looks them up in sources."""

    def __init__(self, aliases: Aliases) -> None:
        """Know which names mean the same."""
        self.expand = lru_cache(maxsize=1 << 14)(lambda text: frozenset(aliases.expand(text)))

    def of_source(self, text: str) -> Namesake:
        """Read a source."""
        keys = frozenset(key for word in WORD.findall(text) for key in _keys(word))
        return Namesake(keys, frozenset(key[:2] for key in keys), self.expand(text))

    def missing(self, claim: str, source: Namesake) -> list[str]:
        """Return the names of a claim that are not in the source."""
        return [
            word
            for run in runs(claim)
            for at, word in enumerate(run)
            if not self._has(word, source) and not self._has_phrase(run, at, source)
        ]

    def _has(self, word: str, source: Namesake) -> bool:
        if word.lower() in COMMON | LINKS:
            return True
        if all(any(_same(key, other) for other in source.keys) for key in _keys(word)):
            return True
        country = PEOPLE.get(re.sub(r"['’]s$", "", word.lower()), word)
        others = self.expand(country)
        return bool(others & source.others) or any(self._reads(name, source) for name in {country, *others})

    def _has_phrase(self, run: Sequence[str], at: int, source: Namesake) -> bool:
        """Tell whether a name of several words that has this one in it is in the source by another name."""
        for size in range(2, min(LONGEST_PHRASE, len(run)) + 1):
            for start in range(max(0, at - size + 1), min(at, len(run) - size) + 1):
                words = run[start : start + size]
                whole = self.expand(" ".join(words)) - frozenset().union(*map(self.expand, words))
                if whole & source.others or any(self._reads(name, source) for name in whole):
                    return True
        return False

    def _reads(self, name: str, source: Namesake) -> bool:
        """Tell whether the words of a name are in the source, in any form: "Россия" is in "российских"."""
        words = [word for word in WORD.findall(name) if word.lower() not in LINKS]
        return bool(words) and all(
            any(_same(key, other) or _begins(key, other) for key in _keys(word) for other in source.keys) for word in words
        )


def runs(text: str) -> Iterator[list[str]]:
    """Yield the names of a sentence, each as its words; small words between two capitals belong to it."""
    run: list[str] = []
    held: list[str] = []
    last = 0
    for at, found in enumerate(WORD.finditer(text)):
        word = found[0]
        joined = not text[last : found.start()].strip(" -–")
        if run and not joined:
            yield from _named(run)
            run, held = [], []
        if word[0].isupper() and (at or _surely(word, text[found.end() :])):
            run += [*held, word]
            held = []
        elif run and word.lower() in LINKS and len(held) < 2:
            held.append(word)
        else:
            yield from _named(run)
            run, held = [], []
        last = found.end()
    yield from _named(run)


def _named(run: list[str]) -> Iterable[list[str]]:
    return [run] if any(word.lower() not in COMMON | LINKS for word in run) else []


def _surely(word: str, after: str) -> bool:
    """Tell whether the first word of a sentence, which has a capital letter in any case, is a name."""
    if word.lower() in STOP_WORDS or word.lower() in COMMON:
        return False
    follower = WORD.match(after.lstrip())
    return (
        word.isupper()
        or bool(follower and follower[0][0].isupper() and follower[0].lower() not in COMMON)
        or bool(len(word) > FUZZY - 1 and SURNAME.search(word.lower()))
    )


@lru_cache(maxsize=1 << 15)
def _keys(word: str) -> tuple[str, ...]:
    """Return a word's parts in letters that all spellings share: vowels in two classes, no doubled letters."""
    parts = re.split(r"[-'’ʼ]", re.sub(r"['’]s$", "", word))
    keys = (DOUBLED.sub(r"\1", romanise(part).translate(VOWELS)) for part in parts)
    return tuple(key for key in keys if len(key) > 1)


@lru_cache(maxsize=1 << 17)
def _same(key: str, other: str) -> bool:
    """Tell whether two keys are one name, with or without endings."""
    if key[:1] != other[:1]:
        return False
    short, long = sorted((key, other), key=len)
    if len(short) < 3:
        return key == other
    if long.startswith(short):
        return len(long) - len(short) <= ENDING and not PATRONYMIC.match(long, len(short))
    shared = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) >= FUZZY - 1 and shared >= len(short) - 1 and len(long) - shared <= ENDING:
        return True
    return len(short) >= FUZZY and len(long) - len(short) <= 1 + ENDING and _one_apart(short, long, shared)


def _one_apart(short: str, long: str, shared: int) -> bool:
    """Tell whether the words are alike but for one letter, up to an ending."""
    rest, other = short[shared:], long[shared:]
    return any(b.startswith(a) and len(b) - len(a) <= 2 for a, b in ((rest, other[1:]), (rest[1:], other[1:]), (rest[1:], other)))


def _begins(key: str, other: str) -> bool:
    return len(key) >= 5 and other.startswith(key[: max(4, len(key) - 2)])
