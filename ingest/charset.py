"""The encoding of text files: Unicode where it fits, else the Cyrillic code page that reads most like Kazakh or Russian."""

from __future__ import annotations

import codecs
import re

from assistant.errors import Rejected

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CODE_PAGES = ("cp1251", "kz1048", "koi8-r", "ptcp154", "cp866", "cp1252")
_SAMPLE = 1 << 16
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BINARY_SHARE = 0.002
_BROKEN_SHARE = 0.01
_POOR = 0.0

# How common a letter is in Kazakh and Russian news, in four classes; what is in none is unlikely.
_COMMON = {
    letter: weight
    for letters, weight in (
        ("аеоинтрслкды", 3.0),
        ("вмпугяьзбчйхіқұәңғ", 2.0),
        ("жшюцщэфөүёһъ", 1.0),
    )
    for letter in letters
}
_PLAIN = frozenset("«»“”„’‘–—…№°§©•\u00a0")
_RARE = -6.0
_SHOUTING = -4.0
_LATIN_ACCENT = 1.0


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode the bytes of a text.

    Args:
        data: The whole text.
        declared: The encoding that its source names, believed where it fits.

    Raises:
        Rejected: It is no text, or in an encoding that cannot be told.
    """
    encoding = guess_encoding(data, declared)
    return data.decode(encoding, errors="replace").removeprefix("\ufeff")


def guess_encoding(data: bytes, declared: str | None = None) -> str:
    """Return the name of the encoding of a text, judged by its beginning where it is long; see `decode`."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    if wide := _utf16(sample):
        return wide
    if len(_BINARY.findall(sample)) > _BINARY_SHARE * len(sample):
        raise Rejected(
            "It is not a text but a binary file.", "Give it the suffix of its format, such as .pdf or .docx."
        )
    if declared and _fits(data, declared):
        return declared
    if _is_utf8(data):
        return "utf-8"
    scores = {encoding: _plausibility(sample, encoding) for encoding in _CODE_PAGES}
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] <= _POOR:
        raise Rejected("Its encoding cannot be told.", "Save it as UTF-8.")
    return best


def guess_line_encoding(sample: bytes) -> str:
    """Return the encoding of a file of rows from its beginning; UTF-8 where most of its lines are, so that one bad line spoils no other."""
    lines = [line for line in sample.splitlines() if not line.isascii()]
    if len(lines) > 1 and sum(_fits(line, "utf-8") for line in lines) > len(lines) / 2:
        return "utf-8-sig"
    whole = sample[: sample.rfind(b"\n") + 1] if len(sample) >= _SAMPLE else sample
    return guess_encoding(whole or sample)


def _utf16(sample: bytes) -> str | None:
    """Return which UTF-16 it is without a mark: nearly every other byte is then 0 (Latin) or 4 (Cyrillic)."""
    for encoding, high, low in (
        ("utf-16-le", sample[1::2], sample[::2]),
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        scripts = high.count(0) + high.count(4)
        if (
            scripts + high.count(0x20) > 0.95 * len(high)
            and scripts > 0.7 * len(high)
            and low.count(0) < 0.1 * len(low)
        ):
            return encoding
    return None


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        return False
    return True


def _is_utf8(data: bytes) -> bool:
    """Tell whether it is UTF-8, a few damaged letters aside."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return broken == 0 or broken <= max(1, _BROKEN_SHARE * foreign) < foreign


def _plausibility(sample: bytes, encoding: str) -> float:
    """Return the mean of how likely each character outside ASCII is; below zero it is not that encoding."""
    text = sample.decode(encoding, errors="replace")
    total, count = 0.0, 0
    before = ""
    for character in text:
        if character > "\x7f":
            total += _likelihood(character, before)
            count += 1
        before = character
    return total / count if count else 0.0


def _likelihood(character: str, before: str) -> float:
    if character in _PLAIN:
        return 0.0
    lower = character.lower()
    if lower not in _COMMON:
        if not character.isalpha() or character >= "\u0180":
            return _RARE
        if not before.isalpha():  # "Élysée"
            return 0.0
        return _LATIN_ACCENT if before.isascii() else _RARE
    if before.isascii() and before.isalpha():
        return _RARE
    return _COMMON[lower] if character == lower or not before.islower() else _SHOUTING
