"""Scripts: one Latin skeleton for the three alphabets, and Cyrillic for Kazakh that was typed in Latin."""

from __future__ import annotations

import re
import unicodedata

_SKELETON = str.maketrans(
    {
        **dict(zip("абвгғдезийкқлмнңоөпрстуұүфхһыіўєґә", "abvggdeziikklmnnooprstuuufhhiiuega", strict=True)),
        "ж": "j",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "э": "e",
        "ю": "iu",
        "я": "ia",
        "ї": "i",
        "ş": "sh",
        "š": "sh",
        "ž": "j",
        "č": "ch",
        "ə": "a",
        "ı": "i",
        "ŋ": "n",
        "ø": "o",
        "ß": "s",
        "q": "k",
        "w": "u",
        "x": "ks",
        "y": "i",
        **dict.fromkeys("ъь'’ʼʻ`", ""),
    }
)
_DIGRAPHS = {
    "shch": "sh",
    "sch": "sh",
    "zh": "j",
    "kh": "h",
    "gh": "g",
    "ph": "f",
    "th": "t",
    "ck": "k",
    "ye": "e",
    "cz": "ch",
    "w": "v",
}
_DIGRAPH = re.compile(r"shch|sch|zh|kh|gh|ph|th|ck|(?:(?<=[aeiou])|\b)ye|\bw|cz|c(?!h)")
_MARKS = re.compile(r"[\u0300-\u036f]+")
_DOUBLED = re.compile(r"([^\W\d_])\1+")


def fold(text: str) -> str:
    """Return the text in lower case and NFKC, with ё as е."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower()).replace("ё", "е")


def lower(text: str) -> str:
    """Return the text in lower case with every letter at its old place (İ would become two)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _replace_digraph(match: re.Match[str]) -> str:
    if match.group() == "c":
        return "ts" if match.string[match.end() : match.end() + 1] in ("e", "i", "y") else "k"
    return _DIGRAPHS[match.group()]


def skeleton(text: str) -> str:
    """Return the text in Latin letters, with what the three languages write differently fallen together.

    қ, к, q and c are one letter; so are ұ, ү, у and w, and і, и, ы, й and y.
    """
    latin = _DIGRAPH.sub(_replace_digraph, fold(text)).translate(_SKELETON)
    return _MARKS.sub("", unicodedata.normalize("NFD", latin))


def romanise(text: str) -> str:
    """Return the skeleton with doubled letters counted once: spellings of one name or loanword meet in it.

    It is for matching, not for reading.
    """
    return _DOUBLED.sub(r"\1", skeleton(text))
