"""The soak: the real chat under questions and ingests, and what it takes of the machine as time goes on.

    python -m tests.faults.soak --minutes 20

The articles are the same all the time, in one of three versions, so that nothing may grow. What is remembered of texts
that were read before grows up to its limits at first: half as many minutes of warm-up come before.
"""

from __future__ import annotations

import argparse
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.faults.report import write
from tests.faults.serving import asking, ingest, news, serving

ARTICLES = 100
READERS = 2
PAUSE = 0.5
VERSIONS = 3
WARM = 0.5
LEAK = 5.0  # MB an hour
SAMPLE = 2.0
MOST = {"open files": 3.0, "threads": 3.0}
STORE = 1.5  # times its size after warm-up: what was replaced is removed in turns


def main() -> None:
    """Run it and write what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    seconds = 60 * parser.parse_args().minutes
    errors: list[str] = []
    samples: list[tuple[float, dict[str, float]]] = []
    over = threading.Event()

    def change() -> None:
        version = 0
        while not over.is_set():
            version += 1
            try:
                changed = range(version % 2, ARTICLES, 2)
                ingest(folder, [news(number, version % VERSIONS) for number in changed])
            except RuntimeError as error:
                errors.append(str(error))
            over.wait(5)

    with TemporaryDirectory() as name:
        folder = Path(name)
        ingest(folder, [news(number) for number in range(ARTICLES)])
        with serving(folder) as chat, asking(chat, READERS, PAUSE) as asked:
            changing = threading.Thread(target=change)
            changing.start()
            began = time.monotonic()
            while (now := time.monotonic() - began) < seconds * (1 + WARM):
                samples.append((now, chat.takes()))
                time.sleep(SAMPLE)
            over.set()
            changing.join()
        errors += asked.errors
    rows, wrong = judge([sample for sample in samples if sample[0] > WARM * seconds])
    write("soak", rows, minutes=round(seconds / 60, 1), questions=len(asked.seconds), errors=len(errors))
    wrong += errors[:20]
    raise SystemExit("\n".join(wrong) if wrong else 0)


def judge(samples: list[tuple[float, dict[str, float]]]) -> tuple[list[dict[str, object]], list[str]]:
    """Return the rows of the report, and what grew."""
    rows: list[dict[str, object]] = []
    wrong: list[str] = []
    times = np.array([at for at, _ in samples]) / 3600
    tenth = max(1, len(samples) // 10)
    for what in samples[0][1]:
        values = np.array([taken[what] for _, taken in samples])
        slope = float(np.polyfit(times, values, 1)[0])
        begin, end = float(np.median(values[:tenth])), float(np.median(values[-tenth:]))
        rows.append({"what": what, "begin": round(begin, 1), "end": round(end, 1), "slope": round(slope, 1)})
        grown = what == "memory, MB" and slope >= LEAK
        grown |= what == "store, MB" and end > STORE * begin
        if grown or end - begin > MOST.get(what, float("inf")):
            wrong.append(f"{what}: from {begin:.1f} to {end:.1f}, {slope:.1f} an hour")
    return rows, wrong


if __name__ == "__main__":
    main()
