"""Two at once: readers ask the real chat while a thousand articles go in by another process.

    python -m tests.faults.load --minutes 5 --articles 1000

No answer may fail, no article may be half, and 95 of 100 answers may take at most twice as long as without.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.report import write
from tests.faults.serving import asking, doctor, ingest, news, serving

READERS = 8
PAUSE = 1.0
FIRST = 200
GROUP = 50
SLOWER = 2.0


def main() -> None:
    """Run it and write what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--articles", type=int, default=1000)
    options = parser.parse_args()
    rows, wrong = [], []
    with TemporaryDirectory() as name:
        folder = Path(name)
        ingest(folder, [news(number) for number in range(FIRST)])
        with serving(folder) as chat:
            chat.ask("What was opened in Shu?")
            with asking(chat, READERS, PAUSE) as idle:
                time.sleep(options.minutes * 60 / 2)
            with asking(chat, READERS, PAUSE) as busy:
                until = time.monotonic() + options.minutes * 60
                for first in range(FIRST, FIRST + options.articles, GROUP):
                    ingest(folder, [news(number) for number in range(first, first + GROUP)])
                time.sleep(max(0.0, until - time.monotonic()))
        for what, asked in (
            (f"{READERS} readers alone", idle),
            (f"and {options.articles} articles going in", busy),
        ):
            wrong += asked.errors
            rows.append(
                {
                    "what": what,
                    "questions": len(asked.seconds),
                    "errors": len(asked.errors),
                    "p50": round(asked.share(0.5)),
                    "p95": round(asked.share(0.95)),
                }
            )
        if busy.share(0.95) > SLOWER * idle.share(0.95):
            wrong.append(f"p95 is {busy.share(0.95):.0f} ms, alone it is {idle.share(0.95):.0f}")
        found = doctor(folder)
        wrong += [found] if found else []
    write(
        "load",
        rows,
        minutes=options.minutes,
        doctor=found or "nothing wrong",
    )
    raise SystemExit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
