"""What the lexical index keeps of a text: stems, and romanised character 4-grams.

A stem finds other forms of a word; grams let Путин and Putin, студент and student, казакстан and Қазақстан meet.
Stems of Cyrillic words are short on purpose. On Kazakh search sets (BM25, nDCG@10, stems alone) whole words gave
.61 and .73, five letters .64 and .81, endings stripped without cutting .63 and .80, both as here .64 and .81 with
the best sum of stems and grams.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from snowballstemmer import stemmer

from assistant.text.script import fold, romanise
from assistant.text.stopwords import STOP_WORDS

__all__ = ["Terms", "analyse", "romanise", "stem", "words"]

_GRAM = 4
_STEM = 5
_SHORTEST = 4
_LONGEST_STRIPPED = 12
_WORD = re.compile(r"[^\W_]{1,64}")
_LATIN = re.compile(r"[a-z]")
_DIGITS = re.compile(r"\d+")
_KAZAKH_ENDING = re.compile(
    r"(?<=.{4})(?:[лдт][ае]р[ыі]?|[ндт][ыі]ң?|[нд]?[дт][ае]н?|н[ае]н|[ғгқк][ае]н?|н[ае]|[мбп]ен|[ыі]?[мң][ыі]з|с?[ыі]|[ыі]?[мң]"
    r"|н?[дт][ае][ғг][ыі]|[длт][ыі][қк]|[аей][дт][ыі]|[ыі]?п|с[ае]|у|[ае]р|[ыі][лнс]|[дт][ае]й|с[ыі]з|л[ыі]|ш[аеыі])$"
)
_english, _russian = stemmer("english"), stemmer("russian")
_turn = Lock()  # a stemmer works in itself: two threads in one would get wrong stems, or errors


@dataclass(frozen=True, slots=True)
class Terms:
    """The search terms of a text, in order and with repetitions."""

    stems: tuple[str, ...]
    grams: tuple[str, ...]


def words(text: str) -> list[str]:
    """Return the words and numbers of a text, folded to lower case; what is longer than 64 letters comes in pieces."""
    return _WORD.findall(fold(text))


def analyse(text: str) -> Terms:
    """Return the search terms of a text; words that say nothing about its subject are left out."""
    stems: list[str] = []
    grams: list[str] = []
    for word in words(text):
        if word not in STOP_WORDS:
            term, pieces = _terms(word)
            stems.append(term)
            grams.extend(pieces)
    return Terms(tuple(stems), tuple(grams))


def stem(word: str) -> str:
    """Return what the forms of a word have in common: snowball's stem in English, at most five letters in Cyrillic."""
    word = fold(word)
    if _DIGITS.fullmatch(word):
        return word
    if _LATIN.search(word):
        return _stemmed(_english, word)
    if len(word) > _LONGEST_STRIPPED:
        return word[:_STEM]
    snowball = _stemmed(_russian, word)
    word, bare = (snowball if len(snowball) >= _SHORTEST else word), ""
    while bare != word:
        word, bare = _KAZAKH_ENDING.sub("", word), word
    return word[:_STEM]


def _stemmed(snowball: Any, word: str) -> str:
    with _turn:
        return str(snowball.stemWord(word))


@lru_cache(maxsize=1 << 17)
def _terms(word: str) -> tuple[str, tuple[str, ...]]:
    marked = f"_{romanise(word)}_"
    return stem(word), tuple(marked[i : i + _GRAM] for i in range(max(1, len(marked) - _GRAM + 1)))
