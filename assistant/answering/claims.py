"""The sentences of a model's text, each with the sources it names, found while the text is still arriving."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.answering.markers import Piece
from assistant.text.sentences import sentence_spans

LONGEST = 2000  # characters of a sentence; a longer one is cut
AHEAD = 12  # characters after a full stop that tell whether it ends the sentence

STOP = re.compile(r"[.!?…][\"»”’')\]]{0,4}(?P<gap>[ \t]+)|(?P<line>[ \t]*[\r\n]\s*)")
BREAK = re.compile(r"\S\s")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence without its markers, and the numbers of the sources that it names."""

    text: str
    sources: tuple[int, ...]


Part = str | int | Claim  # text to show, a marker to show, or the sentence that has ended with them


class Draft:
    """Puts pieces together; every piece can be shown as soon as it comes out."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._text = ""  # of the sentence, without markers
        self._marks: list[tuple[int, int]] = []  # where in it, which source
        self._told = 0  # how much of both has come out
        self._told_marks = 0
        self._seen = 0  # how far there is no end
        self._stop: re.Match[str] | None = None  # what may be one

    def feed(self, pieces: Iterable[Piece]) -> Iterator[Part]:
        """Take pieces; yield what can be shown, and each sentence right after its last piece."""
        for piece in pieces:
            if isinstance(piece, int):
                self._marks.append((len(self._text), piece))
                continue
            self._text += piece
            while (end := self._end(done=False)) is not None:
                yield from self._finish(end)
        yield from self._tell(self._stop.start(self._stop.lastgroup or 0) if self._stop else len(self._text))

    def close(self) -> Iterator[Part]:
        """Yield the rest."""
        while (end := self._end(done=True)) is not None:
            yield from self._finish(end)
        yield from self._finish(len(self._text))

    def _end(self, *, done: bool) -> int | None:
        """Return where the next sentence begins, if that is certain."""
        text = self._text
        self._seen = max(self._seen, len(text) - len(text.lstrip()))
        while stop := STOP.search(text, self._seen):
            self._stop = stop
            if stop.end() == len(text) or not (done or stop["line"] or self._seen_enough(stop.end())):
                return None
            if stop["line"] or self._splits(stop.start("gap"), stop.end()):
                return stop.end()
            self._seen = stop.start("gap")
        self._stop = None
        self._seen = max(self._seen, len(text) - AHEAD)
        return LONGEST if len(text) > LONGEST + AHEAD else None

    def _seen_enough(self, end: int) -> bool:
        return len(self._text) >= end + AHEAD or bool(BREAK.search(self._text, end))

    def _splits(self, end: int, resume: int) -> bool:
        return any(stop == end for _, stop in sentence_spans(self._text[: resume + AHEAD])[:-1])

    def _finish(self, resume: int) -> Iterator[Part]:
        """Tell the rest of the sentence, then the sentence; what stands from `resume` on begins the next one."""
        sentence, last = self._text[:resume], resume == len(self._text)
        own = sum(last or at < self._own_until(resume) for at, _ in self._marks)
        end = max([len(sentence.rstrip()), self._told, *(at for at, _ in self._marks[:own])])
        yield from self._tell(end, own)
        if text := sentence.strip():
            yield Claim(text, tuple(dict.fromkeys(number for _, number in self._marks[:own])))
        self._text = self._text[end:]
        self._marks = [(at - end, number) for at, number in self._marks[own:]]
        self._told = self._told_marks = self._seen = 0
        self._stop = None

    def _own_until(self, resume: int) -> int:
        """Return before which place a marker still belongs to the sentence: at the head of a line it does not."""
        line = self._stop["line"] if self._stop else None
        return resume if line is None else resume - len(line.lstrip(" \t")) + 1

    def _tell(self, until: int, marks: int | None = None) -> Iterator[Part]:
        count = len(self._marks) if marks is None else marks
        while self._told_marks < count and self._marks[self._told_marks][0] <= until:
            at, number = self._marks[self._told_marks]
            if at > self._told:
                yield self._text[self._told : at]
                self._told = at
            yield number
            self._told_marks += 1
        if until > self._told:
            yield self._text[self._told : until]
            self._told = until
