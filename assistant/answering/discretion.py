"""A model that recites its instructions is stopped before a reader sees them."""

from __future__ import annotations

import re

from assistant.answering.faults import ModelFault

RUN = 6  # words in a row that only a recital has
HOLD = 400  # characters in which a run must lie
WORD = re.compile(r"\w+")
FIELD = re.compile(r"\{[^{}]*\}")


class Discretion:
    """Passes a text on as it comes; what may become a run of the instructions' words waits until it has not."""

    def __init__(self, instructions: str) -> None:
        """Guard these instructions, their fields aside."""
        parts = (" ".join(WORD.findall(part.casefold())) for part in FIELD.split(instructions))
        self._said = f" {' . '.join(parts)} "
        self._text = ""  # the end of what came
        self._told = 0  # how much of that has been passed on

    def feed(self, piece: str) -> str:
        """Take a piece; return what can be passed on.

        Raises:
            ModelFault: the text recites the instructions.
        """
        self._text += piece
        return self._tell(done=False)

    def close(self) -> str:
        """Return the rest."""
        return self._tell(done=True)

    def _tell(self, *, done: bool) -> str:
        text = self._text
        found = list(WORD.finditer(text))
        whole = done or not found or found[-1].end() < len(text)
        names = [word.group().casefold() for word in found]
        ends = range(RUN, len(names) + whole)
        if any(f" {' '.join(names[end - RUN : end])} " in self._said for end in ends):
            raise ModelFault("recited")
        after = " " if whole else ""
        last = range(max(0, len(names) - RUN), len(names) - 1)
        begun = next(
            (found[at].start() for at in last if f" {' '.join(names[at:])}{after}" in self._said), len(text)
        )
        until = max(self._told, len(text) if done else max(begun, len(text) - HOLD))
        told = text[self._told : until]
        kept = found[-RUN].start() if len(found) > RUN else 0
        kept = min(until, max(kept, len(text) - HOLD))
        self._text, self._told = text[kept:], until - kept
        return told
