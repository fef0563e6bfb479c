"""The bad-input campaign: each case of the corpus is taken in by a process with 30 processor seconds and 1 GB, before a good file.

    python -m tests.faults.inputs

It must end as ingested or as rejected with a reason, and the good file must go in whatever happened before it.
"""

from __future__ import annotations

import argparse
import resource
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import docx  # noqa: F401 - heavy, and so imported once for all children
import feedparser  # noqa: F401
import numpy as np
import trafilatura  # noqa: F401

from assistant.encoders.fake import HashEncoder
from assistant.library import Library
from assistant.types import Vectors
from ingest.pipeline import ingest_sources
from tests.faults.case import ENGLISH, Case
from tests.faults.child import CHILDREN, run
from tests.faults.corpus import cases
from tests.faults.report import write

CHILDREN.set_forkserver_preload([__name__, "tests.faults.child"])
SECONDS = 30
PATIENCE = 300.0  # others may be at work on the machine
MEMORY = 1 << 30
GOOD = "A heron was seen by the lake on Friday. It stayed until dusk and flew north."
STOLEN = "root:x:0"
OUTSIDE = Path("/tmp/outside.txt")


class Quick(HashEncoder):
    """An encoder that takes no time for long texts: a vector drawn by lot for each."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages."""
        drawn = [
            np.random.default_rng(crc32(text.encode())).standard_normal(self.dimension) for text in texts
        ]
        vectors = np.array(drawn, dtype=np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True)
class Outcome:
    """What became of a case: ingested, rejected, or what went wrong."""

    case: Case
    became: str
    detail: str
    seconds: float

    @property
    def right(self) -> bool:
        """Tell whether it may end so."""
        return self.became == self.case.expected or (
            self.case.expected == "either" and self.became in ("ingested", "rejected")
        )


def take_in(folder: Path, source: Path, grows: bool, told: Connection) -> None:
    """Take in a source and a good file after it, within limits; tell what became of them."""
    pages = int(Path("/proc/self/statm").read_text().split()[5])
    resource.setrlimit(
        resource.RLIMIT_DATA, (pages * resource.getpagesize() + MEMORY, resource.RLIM_INFINITY)
    )
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    (folder / "good.md").write_text(GOOD, encoding="utf-8")
    if grows:
        threading.Thread(target=_grow, args=(source,), daemon=True).start()
    with Library.open(folder / "library", Quick()) as library:
        report = ingest_sources(library, Quick(), [source, folder / "good.md"])
        texts = [row.article.text for row in library.articles()]
    reasons = [rejection.reason for rejection in report.rejected]
    stolen = any(STOLEN in text for text in texts)
    told.send((texts.count(GOOD), len(texts) - texts.count(GOOD), reasons, stolen, time.process_time()))


def _grow(path: Path) -> None:
    for _ in range(2000):
        with path.open("a", encoding="utf-8") as stream:
            stream.write(ENGLISH)
        time.sleep(0.001)


def judge(case: Case) -> Outcome:
    """Take in a case and tell what became of it."""
    began = time.monotonic()
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = case.write(folder)
        try:
            began = time.monotonic()
            told = run(take_in, folder, source, case.name.startswith("growing"), wait=PATIENCE)
        except ChildProcessError as error:
            return Outcome(case, "crashed", str(error), time.monotonic() - began)
    if told is None:
        return Outcome(case, "never ended", "", time.monotonic() - began)
    good, others, reasons, stolen, seconds = told
    if stolen or OUTSIDE.exists():
        return Outcome(case, "let out", "a file of this machine", seconds)
    if good != 1:
        return Outcome(case, "stopped the batch", "; ".join(reasons)[:200], seconds)
    became = "ingested" if others else "rejected" if all(reasons) and reasons else "vanished"
    return Outcome(case, became, "; ".join(reasons)[:200], seconds)


def campaign(chosen: Iterable[Case]) -> list[Outcome]:
    """Judge cases, one after the other."""
    return [judge(case) for case in chosen]


def summary(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """Return the rows of the report."""
    kinds = Counter((Path(outcome.case.name).suffix or "other", outcome.became) for outcome in outcomes)
    suffixes = sorted({suffix for suffix, _ in kinds})
    return [
        {
            "kind": suffix,
            "tried": sum(count for (kind, _), count in kinds.items() if kind == suffix),
            "ingested": kinds[suffix, "ingested"],
            "rejected": kinds[suffix, "rejected"],
            "wrong": sum(
                not one.right for one in outcomes if (Path(one.case.name).suffix or "other") == suffix
            ),
            "slowest": max(
                one.seconds for one in outcomes if (Path(one.case.name).suffix or "other") == suffix
            ),
        }
        for suffix in suffixes
    ]


def main() -> None:
    """Run the campaign and write what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a part of the names of cases")
    options = parser.parse_args()
    outcomes = campaign(case for case in cases() if options.only in case.name)
    wrong = [
        f"{one.case.name}: {one.became} {one.detail}, {one.seconds:.1f} s"
        for one in outcomes
        if not one.right
    ]
    if not options.only:
        write("inputs", summary(outcomes), cases=len(outcomes))
    raise SystemExit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
