"""Numbers as they are written: digits in the habits of each locale, and words of the three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

Kind = Literal["digits", "small", "hundred", "magnitude", "half"]

SPACE = r"[ \u00a0\u2009\u202f]"
KAZAKH_CASE = r"(?:[ғгқк][ае]|[дтн][ае]н|[дт][ае]|[дтн][ыі]ң?|[мбп]ен|[дт][ае]й)"
_TOKEN = re.compile(rf"\d{{1,3}}(?:{SPACE}\d{{3}})+(?!\d)(?:[.,]\d{{1,9}})?|\d+(?:[.,]\d+)*|[^\W\d_]+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+")
_DECIMAL = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+(?=\.))(?:[.,](\d+))?")
_CYRILLIC_MAGNITUDE = re.compile(r"\s*(?:млн|млрд|трлн|тыс|мың|милл|трил)")
_ANY_MAGNITUDE = re.compile(
    rf"{_CYRILLIC_MAGNITUDE.pattern}|[\s-]*(?:thousand|[mbt]r?illion|[mbt]n\b)", re.IGNORECASE
)
_KAZAKH_LETTER = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_MOST_DIGITS = 18
_NEAR = 60
_JOINT = re.compile(rf"\.?{SPACE}{{1,2}}|-|")
_HALF_GAPS = (" ", " с ", " and a ")
_VAGUE = re.compile(r"(?:бірнеше|ондаған|жүздеген|несколько|пару|сотни|several|many)\s+$", re.IGNORECASE)

_ENGLISH = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_KAZAKH = "бір екі үш төрт бес алты жеті сегіз тоғыз"
_KAZAKH_TENS = "он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан"
_RUSSIAN = {
    1: "один одна одного одной одну",
    2: "два две двух двум двумя двое",
    3: "три трех трем тремя трое",
    4: "четыре четырех четырем четырьмя четверо",
    **{
        n: f"{word}ь {word}и"
        for n, word in enumerate(("пят", "шест", "сем", "восем", "девят", "десят"), 5)
        if n != 8
    },
    8: "восемь восьми",
    **{
        n: f"{word}надцать {word}надцати"
        for n, word in enumerate(["один", "две", "три", "четыр", "пят", "шест", "сем", "восем", "девят"], 11)
    },
    20: "двадцать двадцати",
    30: "тридцать тридцати",
    40: "сорок сорока",
    **{10 * n: f"{word}ьдесят {word}идесяти" for n, word in ((5, "пят"), (6, "шест"), (7, "сем"))},
    80: "восемьдесят восьмидесяти",
    90: "девяносто девяноста",
    100: "сто ста",
    200: "двести двухсот",
    300: "триста трехсот",
    400: "четыреста четырехсот",
    **{100 * n: f"{word}ьсот {word}исот" for n, word in ((5, "пят"), (6, "шест"), (7, "сем"), (9, "девят"))},
    800: "восемьсот восьмисот",
}
_SMALL: dict[str, float] = {
    **{word: value for value, words in _RUSSIAN.items() for word in words.split()},
    **{word: value for value, word in enumerate(_ENGLISH.split(), 2)},
    **{word: 10 * value for value, word in enumerate(_ENGLISH_TENS.split(), 2)},
    "one": 1,
    "dozen": 12,
    "полтора": 1.5,
    "полторы": 1.5,
}
_KAZAKH_SMALL = {
    **{word: value for value, word in enumerate(_KAZAKH.split(), 1)},
    **{word: 10 * value for value, word in enumerate(_KAZAKH_TENS.split(), 1)},
}
_KAZAKH_NUMERAL = re.compile(rf"({'|'.join(_KAZAKH_SMALL)}|жүз)({KAZAKH_CASE})?")
_MAGNITUDE = re.compile(
    rf"(?:(?P<half>пол)?(?:(?P<k>тыс|тысяч[аиуе]?|тысячам|тысячами|мың(?:ы|ын)?(?:{KAZAKH_CASE})?|thousand)"
    rf"|(?P<m>млн|mln|mn|миллион(?:[аыуе]|ов|ам|ом|ами|ын)?(?:{KAZAKH_CASE})?|millions?)"
    rf"|(?P<b>млрд|bn|миллиард(?:[аыуе]|ов|ам|ом|ами|ын)?(?:{KAZAKH_CASE})?|billions?)"
    rf"|(?P<t>трлн|tn|триллион(?:[аыуе]|ов|ам|ом|ами|ын)?(?:{KAZAKH_CASE})?|trillions?)))"
)
_IN_A_CASE = re.compile(
    rf"(?:{'|'.join(_KAZAKH_SMALL)}|жүз|(?:мың|миллион|миллиард|триллион)(?:ын?)?){KAZAKH_CASE}"
)
_MAGNITUDES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_PRONOUN_LIKE = re.compile(rf"он(?!нан$|ға$){KAZAKH_CASE}|алтын|үшін")
_LONE_MAGNITUDE = re.compile(r"тысяч[ау]|мың\w*|(?:миллион|миллиард|триллион)(?!ы$|ов$|ам$|ами$)\w*|пол\w+")


class _Token(NamedTuple):
    start: int
    end: int
    kind: Kind
    value: float
    text: str


class Numeral(NamedTuple):
    """A number in a text: `value` is `mantissa` times `scale`; `text` is its first token."""

    start: int
    end: int
    mantissa: float
    scale: float
    text: str
    spelled: bool

    @property
    def value(self) -> float:
        """The number itself, without what binary fractions add (65.537 million is 65537000.00000001)."""
        return float(f"{self.mantissa * self.scale:.15g}")


def numerals(text: str) -> Iterator[Numeral]:
    """Find the numbers of a text, whatever they count; a lone "one" is none."""
    run: list[_Token] = []
    for token in _tokens(text):
        if run and not _continues(run, token, text):
            yield from _numeral(run, text)
            run = []
        run.append(token)
    yield from _numeral(run, text)


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        word = match.group()
        if word[0].isdigit():
            if (value := _digits_value(word, text[match.end() : match.end() + 8])) is not None:
                yield _Token(match.start(), match.end(), "digits", value, word)
        elif found := _word_value(word.lower().replace("ё", "е")):
            yield _Token(match.start(), match.end(), *found, word)


def _digits_value(word: str, after: str) -> float | None:
    """Read digits.

    "3.5" and "3,5" are decimals; "3,500" is 3500 except before a Cyrillic magnitude ("3,500 млрд"), and "3.500"
    except before any ("3.500 billion").
    """
    word = re.sub(SPACE, "", word)
    if len(word) > _MOST_DIGITS or not word.isascii():
        return None
    magnitude = _ANY_MAGNITUDE if "." in word else _CYRILLIC_MAGNITUDE
    if _GROUPED.fullmatch(word) and word[0] != "0" and not (magnitude.match(after) and len(word) < 8):
        return float(re.sub("[.,]", "", word))
    if parts := _DECIMAL.fullmatch(word):
        return float(f"{parts[1].replace(',', '')}.{parts[2] or 0}")
    return None


@lru_cache(maxsize=1 << 14)
def _word_value(word: str) -> tuple[Kind, float] | None:
    if word in _SMALL:
        return "small", _SMALL[word]
    if word in ("жарым", "жарты", "half", "половиной"):
        return "half", 0.5
    if word == "hundred":
        return "hundred", 100
    if (match := _KAZAKH_NUMERAL.fullmatch(word)) and not _PRONOUN_LIKE.fullmatch(word):
        return ("hundred", 100) if match[1] == "жүз" else ("small", _KAZAKH_SMALL[match[1]])
    if match := _MAGNITUDE.fullmatch(word):
        scale = next(value for name, value in _MAGNITUDES.items() if match[name])
        return "magnitude", scale / 2 if match["half"] else scale
    return None


def _continues(run: list[_Token], token: _Token, text: str) -> bool:
    """Tell whether a token goes on with the number so far: twenty-three, 5 мың 200, two hundred and ten."""
    last, gap = run[-1], text[run[-1].end : token.start]
    if token.kind == "half":
        return last.kind in ("small", "digits") and gap in _HALF_GAPS
    if gap == " and ":
        return last.kind in ("hundred", "magnitude") and token.kind == "small"
    if gap == " a ":
        return last.kind == "half" and token.kind == "magnitude"
    if (
        not _JOINT.fullmatch(gap)
        or (gap == "-" and "digits" in (last.kind, token.kind))
        or (not gap and last.kind != "digits")
    ):
        return False
    return _fits_after(run, token)


def _fits_after(run: list[_Token], token: _Token) -> bool:
    last = run[-1]
    if token.kind == "magnitude":
        before = [other.value for other in run if other.kind == "magnitude"]
        return last.kind != "magnitude" and (not before or token.value < before[-1])
    if token.kind == "hundred":
        return last.kind == "small" and last.value < 10
    if last.kind in ("digits", "half") or _IN_A_CASE.fullmatch(last.text.lower()):
        return False
    return token.value < _place(last) and (token.kind != "digits" or last.kind == "magnitude")


def _place(token: _Token) -> float:
    """Return the least number that can no longer follow this word: after twenty only one to nine."""
    if token.kind in ("magnitude", "hundred"):
        return token.value
    if token.value >= 100:
        return 100
    return 10 if token.value >= 20 or (token.value == 10 and token.text.lower() == "он") else 0


def _numeral(run: list[_Token], text: str) -> Iterator[Numeral]:
    if not run or _says_little(run, text):
        return
    whole = part = 0.0
    for token in run:
        if token.kind == "magnitude":
            whole, part = whole + (part or 1) * token.value, 0.0
        elif token.kind == "hundred":
            part = (part or 1) * 100
        else:
            part += token.value
    first, last = run[0], run[-1]
    scale = last.value if last.kind == "magnitude" and len(run) > 1 else 1.0
    yield Numeral(first.start, last.end, (whole + part) / scale, scale, first.text, first.kind != "digits")


def _says_little(run: list[_Token], text: str) -> bool:
    """Tell whether it is no number: a lone "one" or "half", "thousands" of something."""
    first, before = run[0], text[max(0, run[0].start - 12) : run[0].start].lower()
    word = first.text.lower()
    if len(run) > 1:
        return False
    if first.kind == "magnitude":
        return bool(_VAGUE.search(before)) or not (_LONE_MAGNITUDE.fullmatch(word) or before.endswith("a "))
    if first.kind == "hundred":
        return word == "hundred" and not before.endswith("a ")
    if word in ("он", "бес"):  # "he" and "demon" in Russian
        return not _KAZAKH_LETTER.search(text, max(0, first.start - _NEAR), first.end + _NEAR)
    return first.kind == "half" or (first.kind == "small" and first.value == 1)
