"""The processes of a comparison: each contender in its own environment, with the same threads, driven by jobs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from time import perf_counter
from typing import IO, Any

from benchmarks.web_load import megabytes

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = ROOT / "benchmarks" / ".peers"
PEERS = ("langchain", "txtai", "haystack", "llamaindex")
ENCODERS = ("builtin", "minilm")
OWN, FLOOR = "ours", "floor: "
LONGEST = 7200.0  # seconds for one job
FLOORS = ("encoding", "hnsw", "sqlite")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")


class ContenderFailed(Exception):
    """A contender could not do a job; it says why."""


def environment() -> dict[str, str]:
    """Return what all contenders run with: as many threads as cores, no settings, no network."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    cores = str(len(os.sched_getaffinity(0)))
    offline = {
        "HF_HUB_OFFLINE": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "ANONYMIZED_TELEMETRY": "False",
    }
    return kept | dict.fromkeys(THREADS, cores) | offline | {"PYTHONPATH": str(ROOT)}


@dataclass
class Contender:
    """A system with an encoder, and its process while there is one."""

    name: str
    module: str
    encoder: str = "builtin"
    python: Path = Path(sys.executable)
    process: subprocess.Popen[str] | None = field(default=None, repr=False)
    said: IO[str] | None = field(default=None, repr=False)

    @property
    def measured(self) -> bool:
        """Whether it is a system rather than a floor."""
        return self.module != "floor"

    @property
    def command(self) -> list[str]:
        """What starts it."""
        return [str(self.python), "-m", f"benchmarks.peers.{self.module}", self.encoder]

    def start(self) -> None:
        """Start the process; it is ready once it is asked."""
        self.said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - lives as long as the process
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=environment(),
            text=True,
            encoding="utf-8",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
        )

    def ready(self) -> dict[str, Any]:
        """Wait for an answer of the process.

        Raises:
            ContenderFailed: the job failed, took too long, or ended the process.
        """
        assert self.process
        assert self.process.stdout
        assert self.said
        timer = Timer(LONGEST, self.process.kill)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        if not line:
            self.said.seek(0)
            raise ContenderFailed(
                f"The process ended with {self.process.wait()}: {last_line(self.said.read())}"
            )
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise ContenderFailed(reply["error"])
        return reply

    def call(self, do: str, **job: Any) -> dict[str, Any]:
        """Have a job done; see `ready`."""
        assert self.process
        assert self.process.stdin
        print(json.dumps({"do": do, **job}, default=str), file=self.process.stdin, flush=True)
        return self.ready()

    def stop(self) -> None:
        """End the process."""
        if self.process and self.said:
            self.process.communicate()
            self.said.close()
            self.process = self.said = None

    def memory(self) -> float:
        """Return the megabytes that the process has resident."""
        assert self.process
        return megabytes(self.process.pid)

    def cold(self, folder: Path, question: str) -> float:
        """Time a script that opens the folder, answers one question and ends."""
        command = (
            [str(self.python), "-m", "assistant.cli", "ask", question, "--data-dir", str(folder)]
            if self.name == OWN
            else [*self.command, str(folder), question]
        )
        started = perf_counter()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=LONGEST,
            check=False,
        )
        took = perf_counter() - started
        if done.returncode or not done.stdout:
            raise ContenderFailed(f"The script ended with {done.returncode}: {last_line(done.stderr)}")
        return took


def last_line(text: str) -> str:
    """Return the last line of what a process said."""
    return text.strip().rpartition("\n")[2]


def contenders(only: tuple[str, ...] = (), *, alone: bool = False) -> tuple[list[Contender], dict[str, str]]:
    """Return who can run here, with the peers that are named or else all, and why each other peer is left out."""
    found = [Contender(OWN, "own"), *(Contender(f"{FLOOR}{part}", "floor", part) for part in FLOORS)]
    missing = {}
    for peer in () if alone else PEERS:
        python = ENVIRONMENTS / peer / "bin" / "python"
        for encoder in ENCODERS:
            name = peer if encoder == "builtin" else f"{peer}, {encoder}"
            if only and name not in only:
                continue
            if (ENVIRONMENTS / peer / ".ready").exists():
                found.append(Contender(name, peer, encoder, python))
            else:
                missing[name] = "its environment is not there (make bench-peers)"
    return found, missing
