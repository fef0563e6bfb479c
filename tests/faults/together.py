"""Two at once: two ingests, rebuilds under a chat that is asked, and ingests after one that was killed with its locks.

    python -m tests.faults.together --rounds 20

Every command must end well, every article must be there, and no answer may fail.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.report import write
from tests.faults.serving import ROOT, asking, begin_ingest, doctor, ingest, news, serving

ARTICLES = 20
READERS = 4


def two_ingests(folder: Path, turn: int) -> None:
    """Ingest twice at the same time; half of the articles are in both."""
    first = turn * 2 * ARTICLES
    parts = [range(first, first + ARTICLES), range(first + ARTICLES // 2, first + 2 * ARTICLES)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda part: ingest(folder, [news(number) for number in part]), parts))


def rebuild(folder: Path, _: int) -> None:
    """Rebuild the indexes with the command."""
    command = [sys.executable, "-m", "assistant.cli", "rebuild", "--data-dir", str(folder / "data")]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)


def ingest_after_a_kill(folder: Path, turn: int) -> None:
    """Kill an ingest somewhere, which leaves its lock files and what it has half done, and ingest the same again."""
    rows = [news(number, turn) for number in range(ARTICLES)]
    dying = begin_ingest(folder, rows)
    time.sleep(random.Random(turn).uniform(0.5, 4.0))
    dying.kill()
    dying.communicate()
    ingest(folder, rows)


def tried(
    name: str, work: Callable[[Path, int], None], folder: Path, rounds: int
) -> tuple[dict[str, object], list[str]]:
    """Do something some rounds; return the row of the report and what went wrong."""
    wrong, seconds = [], [0.0]
    for turn in range(rounds):
        began = time.monotonic()
        try:
            work(folder, turn)
        except (subprocess.CalledProcessError, RuntimeError) as error:
            wrong.append(f"{name}: {error}")
        seconds.append(time.monotonic() - began)
    found = doctor(folder)
    wrong += [f"{name}: {found}"] if found else []
    return {"what": name, "times": rounds, "errors": len(wrong), "slowest": max(seconds)}, wrong


def main() -> None:
    """Run it and write what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    rows: list[dict[str, object]] = []
    wrong: list[str] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        for what, work in (
            ("two ingests", two_ingests),
            ("an ingest after a killed one", ingest_after_a_kill),
        ):
            row, faults = tried(what, work, folder, rounds)
            rows.append({**row, "questions": ""})
            wrong += faults
        with serving(folder) as chat, asking(chat, READERS, 0.2) as asked:
            row, faults = tried("a rebuild under a chat that is asked", rebuild, folder, rounds)
        rows.append({**row, "errors": len(faults) + len(asked.errors), "questions": len(asked.seconds)})
        wrong += faults + asked.errors
    write("together", rows)
    raise SystemExit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
