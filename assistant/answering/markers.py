"""The markers of a model's text, in all the shapes that models write, found while the text is still arriving.

What else a model may write that a reader must not get is taken out on the same way: images, links, HTML,
addresses, invisible characters, and what it thinks aloud. Nothing is held back longer than HOLD characters, so
that the work grows with the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

Piece = str | int  # text, or the number of a source

HOLD = 300
GAP = 4
MOST_OF_ONE = 20  # sources that one marker may name

_NUMBERS = r"\d{1,3}(?:\s*(?:,|;|-|–|&|and|и|және)\s*(?:№|\#)?\s*\d{1,3}){0,19}"
_WORD = r"(?:(?:sources?|src|doc(?:ument)?|ref|источники?|ист\.|дереккөз(?:дер)?)\s*:?\s*)?"
_TARGET = r"\([^()\s]{0,200}(?:\s+[\"'][^\"'\n]{0,80}[\"'])?\)"
TOKEN = re.compile(
    rf"""
      (?P<gap>[ \t]{{0,{GAP}}})(?:
        \[\[?\s{{0,2}}\^?{_WORD}(?:№|\#)?\s?(?P<square>{_NUMBERS})\s{{0,2}}\]\]?(?:{_TARGET}(?<!\d\)))?
      | 【\s?{_WORD}(?P<lens>{_NUMBERS})[^】\n]{{0,60}}】
      | \((?P<round>{_NUMBERS})\)
      | \^[\[({{]?(?P<raised>\d{{1,3}})[\])}}]?(?!\w)
      | (?P<image>!\[[^\]\n]{{0,300}}\](?:{_TARGET}|\[[^\]\n]{{0,80}}\])?)
      )
    | \[(?P<label>[^\[\]\n]{{1,300}})\]{_TARGET}
    | \[(?P<year>\d{{4,}})\]
    | <(?P<tag>[A-Za-z/!?][^<>]{{0,{HOLD}}})>
    | (?P<address>(?:(?:(?:\b(?:https?|ftp))?:)?//|\bwww\.)[^\s<>»”"\])]*)
    """,
    re.VERBOSE | re.IGNORECASE,
)
OPENER = re.compile(r"[\[【(^<!]")
UNFINISHED = re.compile(
    r"""
      !(?:\[[^\]\n]*(?:\](?:\([^()\n]*|\[[^\]\n]*)?)?)?
    | \[\[?[^\]\n]*(?:\]\]?(?:\([^()\n]*)?)?
    | 【[^】\n]*
    | \((?:\d[\d\s,;–-]*\)?[ \t]*)?
    | \^[\[({]?\d{0,3}[\])}]?
    | <(?:[A-Za-z/!?][^<>]*)?
    """,
    re.VERBOSE,
)
ADDRESS_BEGUN = re.compile(
    r"(?:\b(?:h|ht|htt|https?|ft?|ftp|w|ww|www)|(?:\b(?:https?|ftp))?:/{0,2}|/{1,2})\Z"
    r"|(?:(?:(?:\bhttps?|\bftp)?:)?//|\bwww\.)[^\s<>»”\"\])]*\Z",
    re.IGNORECASE,
)
INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff0-\ufffd\U000e0000-\U000e007f]")  # fmt: skip
TAG_LEFT = re.compile(r"<(?=[A-Za-z/!?])")
LINK_LEFT = re.compile(r"\](?=[(\[:])")
BEGUN = re.compile(r"\][(\[:]|<[A-Za-z/!?]")  # a link, a tag
SEAM = re.compile(r"(?:[:/]/|\]\(|(?:^|\W)w{1,3}[w.])\Z", re.IGNORECASE)  # an address, a marker's link
MATHS_BEFORE = re.compile(r"(?:[^\W\d_]{2}|[.!?,;:»”\")\]])\Z")
MARKED_BEFORE = re.compile(r"[\w.!?»”’\"%)\]]\Z")
AFTER_MARKER = '.,;:!?…)»”"\n[('
SPACE = re.compile(r"\s+")
THINKING = re.compile(r"(?:think|thinking|reasoning)\b", re.IGNORECASE)
THOUGHT = re.compile(r"</(?:think|thinking|reasoning)\s*>", re.IGNORECASE)


class MarkerParser:
    """Reads a text piece by piece; gives it back without its markers, and the sources where they stood."""

    def __init__(self, known: int) -> None:
        """Know how many sources there are, numbered from 1."""
        self._known = known
        self._held = ""
        self._before = ""  # the last characters, "]" for a marker
        self._plainly = ""  # the same without markers
        self._seam = False  # something was taken out after them
        self._thinking = False

    def feed(self, text: str) -> list[Piece]:
        """Take the next piece; return what is certain by now."""
        return list(self._read(self._held + INVISIBLE.sub("", text), done=False))

    def close(self) -> list[Piece]:
        """Return the rest."""
        return list(self._read(self._held, done=True))

    def _read(self, text: str, *, done: bool) -> Iterator[Piece]:
        self._held = ""
        at, cut = 0, -1
        while at < len(text):
            if self._thinking:
                at = self._thought(text, at)
                continue
            if cut < 0 or at > len(text) - HOLD - GAP:
                cut = len(text) if done else _settled(text, at)
            for token in TOKEN.finditer(text, at, cut):
                yield from self._plain(text[at : token.start()])
                yield from self._token(token, text)
                at = token.end()
                if self._thinking:
                    break
            else:
                yield from self._plain(text[at:cut])
                self._held = text[cut:]
                return

    def _thought(self, text: str, at: int) -> int:
        """Return where what follows the thinking begins; keep enough of it to see its end."""
        if end := THOUGHT.search(text, at):
            self._thinking = False
            space = SPACE.match(text, end.end())
            return space.end() if space else end.end()
        self._held = text[max(at, len(text) - 16) :]
        return len(text)

    def _plain(self, text: str) -> Iterator[Piece]:
        if text:
            text = LINK_LEFT.sub("] ", TAG_LEFT.sub("‹", text))
            if self._joins(text[0]):
                text = f" {text}"
            self._seam = False
            self._before, self._plainly = (self._before + text)[-4:], (self._plainly + text)[-4:]
            yield text

    def _joins(self, letter: str) -> bool:
        """Tell whether with this letter what is left would begin an address, a tag or a link."""
        if BEGUN.match(self._plainly[-1:] + letter):
            return True
        return self._seam and any(SEAM.search(end + letter) for end in (self._before, self._plainly))

    def _token(self, token: re.Match[str], text: str) -> Iterator[Piece]:
        kind = str(token.lastgroup)
        if kind == "tag":
            self._thinking = bool(THINKING.match(token["tag"]))
        elif kind == "label":
            self._seam = True
            yield from self._plain(TOKEN.sub("", token["label"]))
        elif kind == "year":
            yield from self._plain(f"({token['year']})")
        elif kind == "address":
            yield from self._plain("…")
        elif kind != "image":
            if self._is_marker(kind, token, text):
                yield from self._marker(token[kind])
            else:
                yield from self._plain(token[0])
                return
        self._seam = True

    def _marker(self, written: str) -> Iterator[Piece]:
        """Yield the sources that a marker names and that exist; the space before it goes with it."""
        self._before = "]"
        yield from dict.fromkeys(number for number in _numbers(written) if 1 <= number <= self._known)

    def _is_marker(self, kind: str, token: re.Match[str], text: str) -> bool:
        if kind in ("square", "lens"):
            return True
        before = (
            (self._before + text[: token.start()])[-4:]
            if token.start() < 4
            else text[token.start() - 4 : token.start()]
        )
        if kind == "raised":
            return bool(MATHS_BEFORE.search(before)) and not token["gap"]
        after = text[token.end() :].lstrip(" \t")[:1]
        sources = all(1 <= number <= self._known for number in _numbers(token["round"]))
        ends = not after or after in AFTER_MARKER or before[-1:] in ".!?»”"
        return sources and bool(MARKED_BEFORE.search(before)) and ends


def plain_text(text: str) -> str:
    """Return a model's text without markers and whatever else a reader must not get."""
    parser = MarkerParser(0)
    return "".join(piece for piece in (*parser.feed(text), *parser.close()) if isinstance(piece, str)).strip()


def _settled(whole: str, start: int) -> int:
    """Return up to where the text from `start` can no longer change its meaning by what follows."""
    before = max(start, len(whole) - HOLD - GAP)
    text = whole[before:]
    end, seen = len(text), max(0, len(text) - HOLD)
    whole_ones = [(one.start() + len(one["gap"] or ""), one.end()) for one in TOKEN.finditer(text, seen)]
    openers = (
        one.start()
        for one in OPENER.finditer(text, seen)
        if not any(first < one.start() < last for first, last in whole_ones)
    )
    begun = next((at for at in openers if UNFINISHED.fullmatch(text, at)), None)
    if begun is None and (address := ADDRESS_BEGUN.search(text, max(seen, *map(text.rfind, " \n")))):
        begun = address.start()
    end = end if begun is None else begun
    return before + end - next((n for n in range(GAP) if n >= end or text[end - 1 - n] not in " \t"), GAP)


@lru_cache(maxsize=256)
def _numbers(written: str) -> tuple[int, ...]:
    """Read "1, 3-5": the numbers, in order."""
    numbers: list[int] = []
    for part in re.finditer(r"(\d+)(?:\s*[-–]\s*(\d+))?", written):
        first = int(part[1])
        numbers.extend(range(first, max(first, int(part[2] or first)) + 1)[:MOST_OF_ONE])
    return tuple(numbers)
