"""The crash campaign: writers killed at random moments and at each step between the stores, then looked at.

    python -m tests.faults.crash --kills 200 --each 20

After every kill the next start must find each article either as it was or as it was to become, whole, found by its own
chunks; the same operation again must end as if nothing had happened; and the store must not grow.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.library.failpoints import STEPS
from tests.faults.child import Operation, Texts, count_steps, examine, killed, run, text_of
from tests.faults.report import write

ARTICLES = 12
INGESTED = 30
CHANGED = 8
CHAIN = 10
GROWTH = 3.0
KINDS = ("ingest", "update", "remove", "rebuild")
SLOWEST_START = 30.0


@dataclass
class Tally:
    """What a campaign saw."""

    tried: Counter[str] = field(default_factory=Counter)
    in_the_middle: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    slowest: dict[str, float] = field(default_factory=dict)
    growth: float = 0.0

    def start(self, name: str, seconds: float) -> None:
        """Note how long a start took."""
        self.slowest[name] = max(self.slowest.get(name, 0.0), seconds)


class Campaign:
    """Kills writers of one library after the other; a library lives through a chain of kills."""

    def __init__(self, folder: Path, seed: int, minutes: float) -> None:
        self.tally = Tally()
        self._until = time.monotonic() + 60 * minutes
        self._random = random.Random(seed)
        self._numbers = itertools.count(1)
        self._parent = folder
        self._template = folder / "template"
        self._texts: Texts = {}
        self._library = self._template
        self._do(Operation("put", {f"a{number}": text_of(number, 0) for number in range(ARTICLES)}))
        self._first, self._clean = dict(self._texts), size(self._template)
        self._left = 0

    def random_kills(self, kills: int) -> None:
        """Kill each kind of operation at random moments."""
        lasts = {kind: self._duration(kind) for kind in KINDS}
        for number in range(kills):
            if self._over():
                return
            kind = KINDS[number % len(KINDS)]
            self._next_library()
            self._trial(kind, self._operation(kind), after=self._random.uniform(0, 1.1 * lasts[kind]))

    def steps(self, each: int, steps: Sequence[str]) -> None:
        """Kill at each named step, in whichever operations reach it."""
        reached = {kind: self._reached(kind) for kind in KINDS}
        for step in steps:
            kinds = [kind for kind in KINDS if reached[kind].get(step)]
            if not kinds:
                self.tally.lost.append(f"no operation reaches the step {step!r}")
            for number in range(each if kinds and not self._over() else 0):
                kind = kinds[number % len(kinds)]
                self._next_library()
                times = self._random.randint(1, reached[kind][step])
                self._trial(f"at the step: {step}", self._operation(kind), step=step, times=times)

    def _over(self) -> bool:
        return time.monotonic() > self._until

    def _trial(
        self, name: str, operation: Operation, *, step: str = "", times: int = 0, after: float = 60.0
    ) -> None:
        done = killed(self._library, operation, step=step, times=times, after=after)
        if self._random.random() < 0.25:  # the start after it is killed as well
            killed(self._library, Operation("open"), after=self._random.uniform(0, 0.5))
        self.tally.tried[name] += 1
        self.tally.in_the_middle[name] += not done
        before, wanted = self._texts, operation.after(self._texts)
        seen = self._examine(name)
        for id_ in {*before, *wanted, *seen}:
            allowed = {wanted.get(id_)} if done else {before.get(id_), wanted.get(id_)}
            if seen.get(id_) not in allowed:
                self.tally.lost.append(f"{name}: {id_} is {seen.get(id_)!r:.60}")
        self._texts = seen
        self._do(operation)
        if self._examine(name) != wanted:
            self.tally.lost.append(f"{name}: the same again ends differently")
        self._texts = wanted
        self._left -= 1

    def _examine(self, name: str) -> Texts:
        try:
            seen = run(examine, self._library)
        except ChildProcessError as error:
            self.tally.lost.append(f"{name}: {error}")
            return {}
        self.tally.lost += [f"{name}: {wrong}" for wrong in seen.wrong]
        self.tally.start(name, seen.seconds)
        if seen.seconds > SLOWEST_START:
            self.tally.lost.append(f"{name}: the start took {seen.seconds:.1f} s")
        return dict(seen.texts)

    def _do(self, operation: Operation) -> None:
        run(count_steps, self._library, operation)
        self._texts = operation.after(self._texts)

    def _next_library(self) -> None:
        if self._left == 0 or len(self._texts) < CHANGED:
            self._weigh()
            self._library = self._parent / f"library{next(self._numbers)}"
            shutil.copytree(self._template, self._library)
            self._texts, self._left = dict(self._first), CHAIN

    def _weigh(self) -> None:
        """Compare the size of the store with that of one that holds the same and was never killed."""
        if self._library == self._template:
            return
        clean = self._parent / "clean"
        run(count_steps, clean, Operation("put", self._texts))
        self.tally.growth = max(self.tally.growth, size(self._library) / max(size(clean), self._clean))
        for folder in (clean, self._library):
            shutil.rmtree(folder)

    def close(self) -> None:
        """Weigh the last library."""
        self._weigh()
        if self.tally.growth >= GROWTH:
            self.tally.lost.append(f"the store grew to {self.tally.growth:.1f} times a clean one")

    def _operation(self, kind: str) -> Operation:
        turn = next(self._numbers)
        if kind == "ingest":
            new = range(ARTICLES + turn * INGESTED, ARTICLES + (turn + 1) * INGESTED)
            return Operation("put", {f"a{number}": text_of(number, turn) for number in new})
        chosen = self._random.sample(sorted(self._texts), CHANGED)
        if kind == "update":
            return Operation("put", {id_: text_of(int(id_[1:]), turn) for id_ in chosen})
        return Operation(kind, dict.fromkeys(chosen, "") if kind == "remove" else {})

    def _scratch(self) -> Path:
        path = self._parent / "scratch"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self._template, path)
        return path

    def _reached(self, kind: str) -> dict[str, int]:
        return dict(run(count_steps, self._scratch(), self._operation(kind)))

    def _duration(self, kind: str) -> float:
        folder, operation = self._scratch(), self._operation(kind)
        began = time.monotonic()
        killed(folder, operation)
        whole, began = time.monotonic() - began, time.monotonic()
        killed(folder, Operation("open"))
        return max(0.05, whole - (time.monotonic() - began))


def size(folder: Path) -> int:
    """Return the apparent size of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def campaign(kills: int, each: int, seed: int, steps: Sequence[str] = STEPS, minutes: float = 1e6) -> Tally:
    """Run a campaign: kills at random moments, then `each` at every one of the steps."""
    with TemporaryDirectory() as folder:
        made = Campaign(Path(folder), seed, minutes)
        if kills:
            made.random_kills(kills)
        if each:
            made.steps(each, steps)
        made.close()
        return made.tally


def rows(tally: Tally) -> Iterator[dict[str, object]]:
    """Yield the rows of the report."""
    for name, tried in tally.tried.items():
        middle = tally.in_the_middle[name]
        lost = sum(one.startswith(f"{name}:") for one in tally.lost)
        fault = f"SIGKILL {name if name.startswith('at') else 'during ' + name}"
        yield {
            "fault": fault,
            "tried": tried,
            "in_the_middle": middle,
            "lost": lost,
            "start": tally.slowest[name],
        }


def main() -> None:
    """Run the campaign and write what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--minutes", type=float, default=1e6, help="stop after so many, and report what was tried"
    )
    options = parser.parse_args()
    tally = campaign(options.kills, options.each, options.seed, minutes=options.minutes)
    write("crash", list(rows(tally)), seed=options.seed, growth=round(tally.growth, 2))
    raise SystemExit("\n".join(tally.lost) if tally.lost else 0)


if __name__ == "__main__":
    main()
