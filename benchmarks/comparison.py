"""The work of a comparison: contenders take turns, and what each run gave is kept."""

from __future__ import annotations

import math
import shutil
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from click import ClickException

from benchmarks import corpus
from benchmarks.contenders import OWN, Contender, ContenderFailed
from benchmarks.web_load import megabytes, started

COUNTS = {"search": 40, "ask": 20}  # questions of a run
WARM = 5

Figures = dict[str, dict[str, Any]]


@dataclass
class Comparison:
    """One size under way: who takes part, how often, for how long, and what was seen."""

    contenders: list[Contender]
    runs: int
    budget: float
    folder: Path
    figures: Figures = field(default_factory=lambda: defaultdict(dict))

    @property
    def systems(self) -> list[Contender]:
        """All but the floors."""
        return [one for one in self.contenders if one.measured]

    def measure(self, chunks: int, *, ready_above: int) -> Figures:
        """Measure everything at one size.

        Args:
            chunks: how many passages the assistant makes of the articles.
            ready_above: from more chunks than this, peers get the vectors that ours made.
        """
        self.start(self.contenders)
        try:
            self.fill(chunks, ready_above)
            self.start(self.systems)  # anew: one that only serves
            self.cold()
            self.serve()
            self.change()
        finally:
            for contender in self.contenders:
                contender.stop()
        self.chat()
        return dict(self.figures)

    def rounds(self, who: Sequence[Contender], figure: str, do: Callable[[Contender, int], None]) -> None:
        """Let contenders do something by turns, each until its runs are done or its seconds used up."""
        spent: dict[str, float] = defaultdict(float)
        for run in range(self.runs):
            for at in range(len(who)):
                contender = who[(at + run) % len(who)]
                if spent[contender.name] <= self.budget:
                    began = perf_counter()
                    self.attempt(contender, figure, do, run)
                    spent[contender.name] += perf_counter() - began

    def attempt(
        self, contender: Contender, figure: str, do: Callable[[Contender, int], None], run: int
    ) -> None:
        """Let a contender do something; one that fails is named and does nothing more."""
        own = self.figures[contender.name]
        if "failed" not in own:
            try:
                do(contender, run)
            except (ContenderFailed, OSError, subprocess.TimeoutExpired) as error:
                own["failed"] = f"{figure}: {error}"

    def note(self, contender: Contender, figure: str, value: float | None) -> None:
        """Keep a run's value."""
        self.figures[contender.name].setdefault(figure, []).append(value)

    def home(self, contender: Contender) -> Path:
        """Return where a contender keeps what it has taken in."""
        return self.folder / contender.name.replace(": ", "-").replace(", ", "-")

    def start(self, who: Sequence[Contender]) -> None:
        """Start processes, those that run anew."""
        for contender in who:
            contender.stop()
            contender.start()
        self.each(who, "start", lambda contender, _: contender.ready())

    def each(self, who: Sequence[Contender], figure: str, do: Callable[[Contender, int], Any]) -> None:
        """Let contenders do something once, unmeasured."""
        for contender in who:
            self.attempt(contender, figure, do, 0)

    def fill(self, chunks: int, ready_above: int) -> None:
        """Fill everybody's folder: by an ingest, or with the vectors that ours made."""
        articles = self.folder / "articles.jsonl"
        corpus.write(articles, chunks)
        ready = {"passages": self.folder / "passages.jsonl", "vectors": self.folder / "vectors.npy"}
        encoding = [
            one
            for one in self.contenders
            if one.encoder == "encoding" or (one.measured and (one.name == OWN or chunks <= ready_above))
        ]

        def ingest(contender: Contender, _run: int) -> None:
            contender.call("open", folder=self.empty(contender))
            done = contender.call("ingest", articles=articles)
            self.note(contender, "ingest", done["seconds"])
            self.figures[contender.name]["chunks"] = done["chunks"]

        def load(contender: Contender, _run: int) -> None:
            contender.call("open", folder=self.empty(contender))
            self.figures[contender.name]["chunks"] = contender.call("load", **ready)["chunks"]

        self.rounds(encoding, "ingest", ingest)
        ours = [one for one in self.contenders if one.name == OWN]
        self.each(ours, "export", lambda contender, _: contender.call("export", folder=self.folder))
        self.each([one for one in self.contenders if one not in encoding], "load", load)
        for contender in self.systems:
            files = [path for path in self.home(contender).rglob("*") if path.is_file()]
            self.figures[contender.name]["disk"] = sum(path.stat().st_size for path in files) / 2**20

    def empty(self, contender: Contender) -> Path:
        """Return a new home for a contender, whose last one goes."""
        home = self.home(contender)
        shutil.rmtree(home, ignore_errors=True)
        return home

    def cold(self) -> None:
        """Time scripts that answer one question."""
        questions = corpus.questions(seed=1)

        def ask(contender: Contender, run: int) -> None:
            self.note(contender, "cold", contender.cold(self.home(contender), questions[run]))

        self.rounds(self.systems, "cold", ask)

    def serve(self) -> None:
        """Time searches and answers; no question is asked of a contender twice, so that no cache helps."""
        questions = cycle(corpus.questions())
        self.each(
            self.systems, "open", lambda contender, _: contender.call("open", folder=self.home(contender))
        )
        for figure, count in COUNTS.items():
            who = self.contenders if figure == "search" else self.systems
            warm, *asked = [[next(questions) for _ in range(size)] for size in (WARM, *[count] * self.runs)]

            def time(
                contender: Contender, run: int, figure: str = figure, asked: list[list[str]] = asked
            ) -> None:
                job = contender.call(figure, questions=asked[run], seconds=self.budget / self.runs)
                self.note(contender, f"{figure} p50", statistics.median(job["ms"]))
                self.note(contender, f"{figure} p95", percentile(job["ms"], 95))

            def warm_up(
                contender: Contender, _run: int, figure: str = figure, warm: list[str] = warm
            ) -> None:
                contender.call(figure, questions=warm, seconds=self.budget)

            self.each(who, figure, warm_up)
            self.rounds(who, figure, time)
        self.each(
            self.systems,
            "memory",
            lambda contender, _: self.figures[contender.name].update(memory=contender.memory()),
        )

    def change(self) -> None:
        """Time changes of one article until a search shows them."""
        rows = corpus.probes(self.runs + 1)

        def update(contender: Contender, run: int) -> None:
            self.note(contender, "update", contender.call("update", row=rows[run])["seconds"])

        def remove(contender: Contender, run: int) -> None:
            contender.call("update", row=rows[run])
            self.note(contender, "remove", contender.call("remove", row=rows[run])["seconds"])

        self.each(self.systems, "update", lambda contender, _: contender.call("update", row=rows[-1]))
        self.rounds(self.systems, "update", update)
        self.rounds(self.systems, "remove", remove)

    def chat(self) -> None:
        """Time our web chat from its start to the first answer, and take its memory."""
        own = self.figures["chat"]
        folder = next(self.home(one) for one in self.contenders if one.name == OWN)
        for question in corpus.questions(seed=2)[: self.runs]:
            began = perf_counter()
            try:
                with serving(folder) as (server, address):
                    answer = httpx.post(f"{address}/api/ask", json={"question": question}, timeout=60)
                    answer.raise_for_status()
                    own.setdefault("cold", []).append(perf_counter() - began)
                    own["memory"] = megabytes(server)
            except (httpx.HTTPError, ClickException) as error:
                own["failed"] = f"chat: {error}"
                return


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, str]]:
    """Serve a library; yield the process and the address."""
    server, address = started(folder, "builtin")
    try:
        yield server.pid, address
    finally:
        server.terminate()
        server.wait(60)


def percentile(values: Sequence[float], rank: int) -> float:
    """Return the value that this many per cent are not above (nearest rank)."""
    return sorted(values)[math.ceil(rank / 100 * len(values)) - 1]
