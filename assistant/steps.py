"""Iterating in threads what blocks, from an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


async def steps(events: Generator[T]) -> AsyncGenerator[T]:
    """Yield what a blocking generator yields, each step in a worker thread.

    When the consumer is cancelled or stops early, the step that is under way ends on its own and the
    generator is closed right after it, without the event loop waiting for either.
    """
    turn = Lock()

    def step() -> tuple[T] | None:
        with turn:
            return next(((event,) for event in events), None)

    def close() -> None:
        with turn:
            events.close()

    try:
        while (stepped := await asyncio.to_thread(step)) is not None:
            yield stepped[0]
    finally:
        asyncio.get_running_loop().run_in_executor(None, close)
