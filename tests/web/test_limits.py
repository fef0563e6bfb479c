"""Queues are bounded, and one client cannot take everything."""

from __future__ import annotations

import asyncio

import pytest

from assistant.errors import Busy
from assistant.web.limits import Gate, Rates, client_key


def test_no_more_are_inside_than_may_be_and_the_rest_wait():
    async def main():
        gate, inside, most = Gate(at_once=2, waiting=10), 0, 0

        async def ask():
            nonlocal inside, most
            async with gate.turn():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.001)
                inside -= 1
            return True

        answered = await asyncio.gather(*(ask() for _ in range(10)))
        return most, len(answered), gate.inside

    assert asyncio.run(main()) == (2, 10, 0)


def test_who_finds_the_queue_full_is_told_at_once():
    async def main():
        gate, done = Gate(at_once=1, waiting=2), asyncio.Event()

        async def ask():
            async with gate.turn():
                await done.wait()

        tasks = [asyncio.create_task(ask()) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Busy) as told:
            await ask()
        done.set()
        await asyncio.gather(*tasks)
        async with gate.turn():
            return told.value

    busy = asyncio.run(main())
    assert 1 <= busy.seconds <= 60
    assert str(busy.seconds) in busy.hint


def test_who_waits_too_long_is_told_and_who_leaves_frees_the_place():
    async def main():
        gate = Gate(at_once=1, waiting=2, patience=0.02)
        async with gate.turn():
            with pytest.raises(Busy):
                async with gate.turn():
                    pass
            leaving = asyncio.create_task(gate.turn().__aenter__())
            await asyncio.sleep(0)
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)
            assert gate.inside == 1
        async with gate.turn():
            assert gate.inside == 1
        return gate.inside

    assert asyncio.run(main()) == 0


def test_events_come_from_inside_and_leaving_early_closes_them():
    async def main():
        gate, closed = Gate(at_once=1), []

        async def events():
            try:
                yield 1
                yield 2
            finally:
                closed.append(True)

        through = gate.through(events())
        assert await anext(through) == 1
        assert gate.inside == 1
        await through.aclose()
        return gate.inside, closed

    assert asyncio.run(main()) == (0, [True])


def test_an_allowance_is_used_up_and_fills_again():
    now = [0.0]
    rates = Rates(60, clock=lambda: now[0])
    assert [rates.take("a") for _ in range(60)] == [0] * 60
    assert rates.take("a") == 1
    assert rates.take("a", cost=5) == 5
    assert rates.take("b") == 0
    now[0] = 2.0
    assert [rates.take("a"), rates.take("a"), rates.take("a")] == [0, 0, 1]
    now[0] = 1e6
    assert [rates.take("a") for _ in range(61)] == [0] * 60 + [1]


def test_no_limit_and_no_endless_memory():
    assert not any(Rates(0).take("a") for _ in range(1000))
    rates = Rates(1, clients=3, clock=lambda: 0.0)
    assert [rates.take(name) for name in "abcd"] == [0] * 4
    assert rates.take("d") > 0
    assert rates.take("a") == 0  # forgotten


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_a_house_is_one_client(address, key):
    assert client_key(address) == key
