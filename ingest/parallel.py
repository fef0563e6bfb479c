"""Work spread over processes, its results in order; what kills a process costs only the item that did it."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 4


class Died(Exception):
    """The process that worked on an item died."""


def ordered_map(work: Callable[[T], R], items: Iterable[T], jobs: int) -> Iterator[R | Died]:
    """Yield the result of the work on each item, in order, worked on by `jobs` processes a few items ahead.

    Args:
        work: A function of a module.
        items: What it is given; taken as the work goes on.
        jobs: How many processes; with one all is done here.

    Yields:
        The result, or Died where the work on the item killed its process.
    """
    if jobs <= 1:
        yield from map(work, items)
        return
    waiting: deque[tuple[T, Future[R]]] = deque()
    source = iter(items)
    pool = _pool(jobs)
    try:
        while True:
            while len(waiting) < jobs * _AHEAD and (more := next(source, waiting)) is not waiting:
                waiting.append((more, pool.submit(work, more)))  # type: ignore[arg-type]  # `waiting` only marks the end
            if not waiting:
                return
            item, future = waiting.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                yield _alone(work, item)
                pool = _pool(jobs)
                waiting = deque((other, pool.submit(work, other)) for other, _ in waiting)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _alone(work: Callable[[T], R], item: T) -> R | Died:
    """Do the work on one item in a process of its own: another's death may have been why it failed."""
    with _pool(1) as pool:
        try:
            return pool.submit(work, item).result()
        except BrokenProcessPool:
            return Died()


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Return processes that leave Ctrl-C to this one."""
    return ProcessPoolExecutor(
        jobs,
        multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
