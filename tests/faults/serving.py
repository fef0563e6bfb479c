"""The real chat in a process of its own, readers who ask it, and what it takes of the machine."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("Arkalyk", "Balkhash", "Shu", "Turkistan", "Kentau", "Ridder", "Zaisan", "Aksu", "Saran", "Lenger")
THINGS = ("a bridge", "a school", "a museum", "a dairy", "a stadium", "a clinic", "a library", "a station")
QUESTIONS = (
    "What was opened in {place}?",
    "How many people work at the new place in {place}?",
    "Что открыли в городе {place}?",
    "{place} қаласында не ашылды?",
    "When was {thing} opened in {place}?",
)


def news(number: int, version: int = 0) -> dict[str, str]:
    """Make the row of an article; another version of it has other figures."""
    chance = random.Random(f"{number} {version}")
    place, thing = PLACES[number % len(PLACES)], THINGS[number % len(THINGS)]
    lines = [
        f"{place} has opened {thing} of district {number}. {chance.randrange(20, 900)} people work there."
    ]
    for at in range(6):
        words = " ".join(
            f"{chance.choice(PLACES)} {chance.choice(THINGS)} {chance.randrange(10_000)}" for _ in range(20)
        )
        lines.append(f"Part {at} of story {number}: {words}.")
    day = date(2024, 1, 1) + timedelta(days=number % 300)
    return {
        "id": f"n{number}",
        "title": f"{place} opens {thing}",
        "text": "\n".join(lines),
        "published": day.isoformat(),
    }


def ingest(folder: Path, rows: Sequence[dict[str, str]]) -> str:
    """Take rows in with the command, in a process of its own; return what it says."""
    process = begin_ingest(folder, rows)
    said, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(f"ingest ended with {process.returncode}: {errors[-500:]}")
    return said


def begin_ingest(folder: Path, rows: Sequence[dict[str, str]]) -> subprocess.Popen[str]:
    """Begin to take rows in with the command."""
    path = folder / f"rows-{threading.get_ident()}.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    command = [sys.executable, "-m", "ingest", "--wait", "60", "--data-dir", str(folder / "data"), str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def doctor(folder: Path) -> str:
    """Let the command look at the library of a folder; return what it finds wrong."""
    command = [sys.executable, "-m", "assistant.cli", "doctor", "--deep", "--data-dir", str(folder / "data")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    return "" if done.returncode == 0 else f"doctor: {done.stdout} {done.stderr[-500:]}"


@dataclass
class Chat:
    """A running chat."""

    url: str
    process: int
    data: Path

    def ask(self, question: str) -> float:
        """Ask and return the seconds that the answer took."""
        request = urllib.request.Request(
            f"{self.url}/api/ask",
            json.dumps({"question": question}).encode(),
            {"Content-Type": "application/json"},
        )
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        if not answer["text"]:
            raise RuntimeError(f"no answer to {question!r}")
        return time.perf_counter() - began

    def takes(self) -> dict[str, float]:
        """Return what it takes now: memory and the store in MB, open files, threads."""
        status = Path(f"/proc/{self.process}/status").read_text("utf-8")
        facts = dict(line.split(":", 1) for line in status.splitlines())
        return {
            "memory, MB": int(facts["VmRSS"].split()[0]) / 1024,
            "open files": float(sum(1 for _ in Path(f"/proc/{self.process}/fd").iterdir())),
            "threads": float(facts["Threads"]),
            "store, MB": sum(path.stat().st_size for path in self.data.rglob("*") if path.is_file()) / 1e6,
        }


@contextmanager
def serving(folder: Path) -> Iterator[Chat]:
    """Serve the library of a folder."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    log = (folder / "serve.log").open("wb")
    command = [
        sys.executable,
        "-m",
        "assistant.cli",
        "serve",
        "--port",
        str(port),
        "--data-dir",
        str(folder / "data"),
    ]
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "ASSISTANT_RATE": "0"}, stdout=log, stderr=log
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{url}/readyz", timeout=5).close()
                break
            except OSError:
                if server.poll() is not None:
                    raise RuntimeError((folder / "serve.log").read_text("utf-8")[-1000:]) from None
                time.sleep(0.2)
        yield Chat(url, server.pid, folder / "data")
    finally:
        server.terminate()
        server.wait(30)
        log.close()


@dataclass
class Asked:
    """How asking went."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def share(self, part: float) -> float:
        """Return the milliseconds within which this part of the answers came."""
        ordered = sorted(self.seconds) or [0.0]
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]


@contextmanager
def asking(chat: Chat, readers: int, pause: float = 0.0) -> Iterator[Asked]:
    """Let readers ask all the time, each with a pause after each answer."""
    asked, over = Asked(), threading.Event()

    def read(seed: int) -> None:
        chance = random.Random(seed)
        while not over.is_set():
            question = chance.choice(QUESTIONS).format(
                place=chance.choice(PLACES), thing=chance.choice(THINGS)
            )
            try:
                asked.seconds.append(chat.ask(question))
            except Exception as error:  # noqa: BLE001 - whatever it is, the campaign reports it
                asked.errors.append(f"{type(error).__name__}: {error}")
            over.wait(pause)

    threads = [threading.Thread(target=read, args=(seed,), daemon=True) for seed in range(readers)]
    for thread in threads:
        thread.start()
    try:
        yield asked
    finally:
        over.set()
        for thread in threads:
            thread.join(70)


def repeat(work: Callable[[int], object], seconds: float) -> int:
    """Do something again and again for some seconds; return how often."""
    until, turn = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        work(turn)
        turn += 1
    return turn
