"""Many people asking at once through the real server: python -m benchmarks.web_load [--minutes 10].

The server is a process of its own over the examples and articles of random words (as in latency.py); the askers share
the machine with it. First all askers press Enter in the same moment; then they go on for some minutes, each asking
again when it has an answer, or when the server said to come again. Half of the questions are about the examples, half
are random words. What is measured is the time of whole answers, the refusals ("busy"), errors, and the memory of the
server. One that was just started has encoded none of the sentences yet.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import click
import httpx

from assistant.assistant import Assistant
from assistant.cli.render import console, table
from assistant.settings import Settings
from benchmarks.latency import fill

ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "How many Kazakh students study in Russia?",
    "Where were the World Nomad Games held?",
    "When was the referendum on the nuclear power plant?",
    "Which countries take part in the green corridor?",
    "Сколько казахстанских студентов учится в России?",
    "Где прошли Всемирные игры кочевников?",
    "Когда был референдум об атомной электростанции?",
    "Сколько нефти отправили в Германию?",
    "Ресейде қанша қазақстандық студент оқиды?",
    "Дүниежүзілік көшпенділер ойындары қайда өтті?",
    "Атом электр станциясы туралы референдум қашан болды?",
    "ШЫҰ саммиті қайда өтті?",
)


@dataclass(slots=True)
class Seen:
    """What the askers saw: seconds of answers, and how often each status or error came."""

    seconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, object]:
        """Return what is reported."""
        ordered = sorted(self.seconds) or [0.0]
        failed = {name: count for name, count in self.outcomes.items() if name not in ("200", "503")}
        return {
            "answered": self.outcomes["200"],
            "busy": self.outcomes["503"],
            "errors": ", ".join(f"{count} {name}" for name, count in failed.items()) or 0,
            "p50": round(statistics.median(ordered), 3),
            "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 3),
            "longest": round(ordered[-1], 3),
        }


@dataclass(frozen=True, slots=True)
class Load:
    """Where is asked, and what of the random words."""

    address: str
    questions: list[str]

    def question(self) -> str:
        """Draw a question."""
        return random.choice(random.choice((QUESTIONS, self.questions)))

    def client(self, askers: int) -> httpx.AsyncClient:
        """Return a client with a connection for each asker."""
        limits = httpx.Limits(max_connections=askers, max_keepalive_connections=askers)
        return httpx.AsyncClient(base_url=self.address, limits=limits, timeout=120)


async def ask(client: httpx.AsyncClient, question: str, seen: Seen) -> int:
    """Ask a question; return the seconds after which the server wants to be asked again, 0 after an answer."""
    started = monotonic()
    try:
        response = await client.post("/api/ask", json={"question": question})
    except httpx.HTTPError as error:
        seen.outcomes[type(error).__name__] += 1
        return 1
    seen.outcomes[str(response.status_code)] += 1
    if response.status_code == 200 and response.json()["text"]:
        seen.seconds.append(monotonic() - started)
        return 0
    return int(response.headers.get("retry-after", 1))


async def together(load: Load, askers: int, rounds: int) -> Seen:
    """Let everybody ask in the same moment, some rounds."""
    seen = Seen()
    async with load.client(askers) as client:
        for _ in range(rounds):
            await asyncio.gather(*(ask(client, load.question(), seen) for _ in range(askers)))
    return seen


async def steadily(load: Load, askers: int, seconds: float, process: int) -> tuple[Seen, list[float]]:
    """Let everybody ask again and again; return also the server's memory every five seconds."""
    seen, memory, until = Seen(), [], monotonic() + seconds

    async def reader(client: httpx.AsyncClient) -> None:
        while monotonic() < until:
            await asyncio.sleep(await ask(client, load.question(), seen) * random.uniform(0.8, 1.2))

    async def watch() -> None:
        while monotonic() < until:
            memory.append(megabytes(process))
            await asyncio.sleep(5)

    async with load.client(askers) as client:
        await asyncio.gather(watch(), *(reader(client) for _ in range(askers)))
    return seen, memory


def megabytes(process: int) -> float:
    """Return the resident memory of a process."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(process)


def started(folder: Path, encoder: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start the server; return it with its address once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "ASSISTANT_ENCODER": encoder, "ASSISTANT_RATE": "0"}
    command = [sys.executable, "-m", "assistant.cli", "serve", "--port", str(port), "--data-dir", str(folder)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    address, until = f"http://127.0.0.1:{port}", monotonic() + 120
    while True:
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                return server, address
        except httpx.HTTPError:
            pass
        if server.poll() is not None or monotonic() > until:
            raise click.ClickException("The server does not start.")
        sleep(0.2)


@click.command()
@click.option("--chunks", default=10_000, show_default=True, help="Random chunks beside the examples.")
@click.option("--askers", multiple=True, type=int, default=(50, 200), show_default=True)
@click.option("--rounds", default=5, show_default=True, help="How often all ask in the same moment.")
@click.option("--minutes", default=0.0, show_default=True, help="How long the last number of askers goes on.")
@click.option("--encoder", default="builtin", show_default=True)
@click.option("--result", type=click.Path(path_type=Path), help="A .json file to write.")
def main(
    chunks: int, askers: tuple[int, ...], rounds: int, minutes: float, encoder: str, result: Path | None
) -> None:
    """Measure the server under many askers."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with Assistant.from_settings(Settings(data_dir=folder, encoder=encoder)) as assistant:
            assistant.ingest(ROOT / "examples" / "articles")
            assert assistant.encoder
            questions = fill(assistant.library, assistant.encoder, chunks, random.Random(0))
        server, address = started(folder, encoder)
        try:
            report = measured(Load(address, questions), askers, rounds, minutes, server.pid)
        finally:
            server.terminate()
            server.wait(60)
    if result:
        about = {"date": datetime.now(UTC).date().isoformat(), "chunks": chunks, "encoder": encoder}
        result.write_text(json.dumps({**about, **report}, indent=1) + "\n", encoding="utf-8")


def measured(
    load: Load, askers: tuple[int, ...], rounds: int, minutes: float, process: int
) -> dict[str, dict[str, object]]:
    """Run the loads one after the other and show what they gave."""
    report: dict[str, dict[str, object]] = {}
    report[f"{askers[0]}, just started"] = asyncio.run(together(load, askers[0], 1)).figures()
    for number in askers:
        report[f"{number} at once"] = asyncio.run(together(load, number, rounds)).figures()
    if minutes:
        seen, memory = asyncio.run(steadily(load, askers[-1], 60 * minutes, process))
        warm = memory[min(len(memory) - 1, 12) :]  # a minute
        report[f"{askers[-1]} for {minutes:g} min"] = {
            **seen.figures(),
            "MB": round(memory[-1]),
            "MB grown": round(max(warm[-6:]) - warm[0], 1),
        }
    columns = ("answered", "busy", "errors", "p50", "p95", "longest", "MB", "MB grown")
    rows = [[name, *(figures.get(one, "") for one in columns)] for name, figures in report.items()]
    console().print(table(("askers", *columns), rows))
    return report


if __name__ == "__main__":
    main()
