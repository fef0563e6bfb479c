"""What the campaigns do in processes of their own, which may be killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import chromadb  # noqa: F401 - heavy, and so imported once for all children
import datasketch  # noqa: F401
import tantivy  # noqa: F401

from assistant.encoders.fake import HashEncoder
from assistant.library import Library
from assistant.library.failpoints import HOOKS
from assistant.types import Vectors
from tests.library.support import ENCODER, article, put

CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload([__name__])
LINES = 10
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Operation:
    """Something done to a library: `kind` is put, remove, rebuild or open; `texts` are those of articles by id."""

    kind: str
    texts: Texts = field(default_factory=dict)

    def after(self, texts: Texts) -> dict[str, str]:
        """Return the texts of a library once this is done to it."""
        if self.kind == "remove":
            return {id_: text for id_, text in texts.items() if id_ not in self.texts}
        return {**texts, **(self.texts if self.kind == "put" else {})}


@dataclass(frozen=True)
class Seen:
    """A library as a fresh process finds it; `wrong` is what the doctor finds, or why it cannot be opened."""

    texts: Texts
    wrong: tuple[str, ...]
    seconds: float


class _Idle(HashEncoder):
    """An encoder that is never asked: whatever is mended is mended without encoding."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError("something was encoded again")


def text_of(number: int, version: int) -> str:
    """Make the text of a version of an article: lines that no other text has."""
    return "\n".join(
        f"Line {line} of turn{version} in story{number}x{version}x{line}." for line in range(LINES)
    )


def apply(library: Library, operation: Operation) -> None:
    """Do it."""
    if operation.kind == "put":
        put(library, *(article(int(id_[1:]), text=text) for id_, text in operation.texts.items()))
    elif operation.kind == "remove":
        for id_ in operation.texts:
            library.remove(id_)
    elif operation.kind == "rebuild":
        library.rebuild()


def perform(folder: Path, operation: Operation, step: str, times: int, told: Connection) -> None:
    """Do it in this process, which dies when it has reached the step as many times; tell when it begins and ends."""
    left = [times]

    def die(reached: str) -> None:
        left[0] -= reached == step
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    HOOKS.append(die)
    if operation.kind == "open":
        told.send("begun")
    with Library.open(folder, ENCODER, fresh=0) as library:
        if operation.kind != "open":
            told.send("begun")
        apply(library, operation)
    told.send("done")


def count_steps(folder: Path, operation: Operation, told: Connection) -> None:
    """Do it, and tell which steps it reached how often."""
    reached: dict[str, int] = {}
    with Library.open(folder, ENCODER, fresh=0) as library:
        HOOKS.append(lambda step: reached.update({step: reached.get(step, 0) + 1}))
        apply(library, operation)
    told.send(reached)


def examine(folder: Path, told: Connection) -> None:
    """Open the library as the next start does, let the doctor look at it, and tell what is there."""
    began = time.monotonic()
    try:
        with Library.open(folder, _Idle(), fresh=0) as library:
            seconds = time.monotonic() - began
            wrong = [f"{one.name}: {one.detail}" for one in library.doctor(deep=True) if not one.ok]
            texts = {row.article.id: row.article.text for row in library.articles()}
    except Exception as error:  # noqa: BLE001 - whatever it is, the campaign reports it
        told.send(Seen({}, (f"{type(error).__name__}: {error}",), time.monotonic() - began))
        return
    told.send(Seen(texts, tuple(wrong), seconds))


def run(work: Callable[..., None], *arguments: object, wait: float = 120.0) -> Any:
    """Run work in a child and return the last thing that it tells.

    Raises:
        ChildProcessError: It died or said nothing.
    """
    ours, theirs = CHILDREN.Pipe(duplex=False)
    child = CHILDREN.Process(target=work, args=(*arguments, theirs))
    child.start()
    theirs.close()
    last: Any = None
    try:
        while ours.poll(wait):
            last = ours.recv()
    except EOFError:
        pass
    child.join(5)
    if child.is_alive() or child.exitcode:
        child.kill()
        raise ChildProcessError(f"{work.__name__} ended with {child.exitcode}")
    return last


def killed(
    folder: Path, operation: Operation, *, step: str = "", times: int = 0, after: float = 60.0
) -> bool:
    """Perform an operation in a child that dies at a step, or is killed some seconds after it began; tell whether it was done."""
    ours, theirs = CHILDREN.Pipe(duplex=False)
    child = CHILDREN.Process(target=perform, args=(folder, operation, step, times, theirs))
    child.start()
    theirs.close()
    done = False
    try:
        if ours.poll(60) and ours.recv() == "begun":
            done = ours.poll(after) and ours.recv() == "done"
    except EOFError:
        pass
    child.kill()
    child.join()
    return done
