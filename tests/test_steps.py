"""Blocking generators stepped from an event loop."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from assistant.steps import steps


def counting(log, upto=5, pause=0.0):
    try:
        for at in range(upto):
            time.sleep(pause)
            log.append(at)
            yield at
    finally:
        log.append("closed")


def test_everything_arrives_in_order_and_off_the_loop():
    threads = set()

    def events():
        for at in range(4):
            threads.add(threading.get_ident())
            yield at

    async def main():
        return [at async for at in steps(events())]

    assert asyncio.run(main()) == [0, 1, 2, 3]
    assert threading.get_ident() not in threads


def test_cancelling_does_not_wait_and_closes_after_the_step():
    log = []

    async def main():
        async def consume():
            async for _ in steps(counting(log, pause=0.3)):
                pass

        task = asyncio.create_task(consume())
        await asyncio.sleep(0.1)
        started = time.perf_counter()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.perf_counter() - started

    assert asyncio.run(main()) < 0.2
    assert log == [0, "closed"]


def test_errors_come_through():
    def failing():
        yield 1
        raise ValueError("broken")

    async def main():
        return [at async for at in steps(failing())]

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(main())
