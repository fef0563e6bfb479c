"""One event loop, in a thread of its own, for every call of a chat model.

HTTP clients of chat models stay bound to the event loop that used them first, and fail in the next one
("Event loop is closed"). So no call is ever made in a caller's loop: it is made here, and what it yields is
handed over, to threads and to other loops alike. Cancelling the consumer cancels the call.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import aclosing, suppress
from queue import SimpleQueue
from traceback import clear_frames
from typing import Any, Generic, TypeVar

from assistant.answering.faults import causes

AGAIN = 0.1  # seconds

T = TypeVar("T")
Step = tuple[T] | BaseException | None  # a value, why it failed, or the end


class Background:
    """An event loop that is started when it is first needed."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin work there; cancelling the future cancels it."""
        return asyncio.run_coroutine_threadsafe(work, self._started())

    def stream(self, make: Callable[[], AsyncGenerator[T]]) -> Generator[T]:
        """Yield, in this thread, what an asynchronous generator yields there."""
        steps: SimpleQueue[Step[T]] = SimpleQueue()
        call = _Call()
        future = self.submit(call.run(make, steps.put))
        try:
            while (step := steps.get()) is not None:
                yield _value(step)
        finally:
            future.cancel()
            self.submit(call.stop())

    async def astream(self, make: Callable[[], AsyncGenerator[T]]) -> AsyncGenerator[T]:
        """Yield, in this event loop, what an asynchronous generator yields there."""
        steps = _Across[T](asyncio.get_running_loop())
        call = _Call()
        future = self.submit(call.run(make, steps.put))
        try:
            while (step := await steps.get()) is not None:
                yield _value(step)
        finally:
            future.cancel()
            self.submit(call.stop())

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="chat-model", daemon=True).start()
            return self._loop


BACKGROUND = Background()


class _Across(Generic[T]):
    """A queue that one loop fills and another empties."""

    def __init__(self, reader: asyncio.AbstractEventLoop) -> None:
        self._reader = reader
        self._queue: asyncio.Queue[Step[T]] = asyncio.Queue()

    def put(self, step: Step[T]) -> None:
        with suppress(RuntimeError):  # the reader's loop is closed: nobody wants it any more
            self._reader.call_soon_threadsafe(self._queue.put_nowait, step)

    def get(self) -> Awaitable[Step[T]]:
        return self._queue.get()


class _Call:
    """One call on its way."""

    def __init__(self) -> None:
        self._task: asyncio.Task[Any] | None = None

    async def run(self, make: Callable[[], AsyncGenerator[T]], put: Callable[[Step[T]], None]) -> None:
        """Hand over what the generator yields."""
        self._task = asyncio.current_task()
        try:
            async with aclosing(make()) as values:
                async for value in values:
                    put((value,))
        except Exception as error:  # noqa: BLE001 - raised again where it is read
            _let_go(error)
            put(error)
        else:
            put(None)

    async def stop(self) -> None:
        """Cancel until it has ended: `asyncio.wait_for` of Python 3.11 can lose a cancellation."""
        while self._task and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=AGAIN)


def _let_go(error: BaseException) -> None:
    """Drop what the frames of an error hold.

    Libraries leave generators half read there. Garbage collected in another thread, each would be ended from there
    while this loop is ending the one around it: "async generator already executing".
    """
    for one in causes(error):
        clear_frames(one.__traceback__)


def _value(step: tuple[T] | BaseException) -> T:
    if isinstance(step, BaseException):
        raise step
    return step[0]
