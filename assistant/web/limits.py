"""How much may be asked: so many answers at a time, so many in the queue, so much from one client."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic
from typing import TypeVar

from assistant.errors import Busy

T = TypeVar("T")


class Gate:
    """Lets a few through at a time and some wait; tells the others at once that it is busy. For one event loop."""

    def __init__(self, at_once: int = 4, waiting: int = 64, patience: float = 30.0) -> None:
        """Set the limits.

        Args:
            at_once: how many are inside at the same time.
            waiting: how many may wait to get in.
            patience: seconds that anybody waits.
        """
        self._free = asyncio.Semaphore(at_once)
        self._at_once = at_once
        self._most = waiting
        self._patience = patience
        self._waiting = 0
        self._inside = 0
        self._usual = 1.0

    @property
    def inside(self) -> int:
        """How many are inside or wait."""
        return self._inside + self._waiting

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Be inside for the length of the block.

        Raises:
            Busy: too many wait already, or it took too long.
        """
        if self._free.locked() and self._waiting >= self._most:
            raise self._busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise self._busy() from None
        finally:
            self._waiting -= 1
        self._inside += 1
        started = monotonic()
        try:
            yield
        finally:
            self._inside -= 1
            self._usual += 0.1 * (monotonic() - started - self._usual)
            self._free.release()

    async def through(self, events: AsyncGenerator[T]) -> AsyncGenerator[T]:
        """Yield these events from inside."""
        async with aclosing(events), self.turn():
            async for event in events:
                yield event

    def _busy(self) -> Busy:
        return Busy(ceil(min(60.0, max(1.0, self._waiting * self._usual / self._at_once))))


class Rates:
    """An allowance for each client that fills up again with time (a token bucket)."""

    def __init__(
        self, per_minute: float, clients: int = 10_000, clock: Callable[[], float] = monotonic
    ) -> None:
        """Allow each client so much a minute, and a minute's worth at once; 0 allows everything."""
        self._most = float(per_minute)
        self._clients = clients
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, cost: float = 1.0) -> int:
        """Take from a client's allowance; return 0, or the seconds after which there is enough."""
        if not self._most:
            return 0
        now = self._clock()
        left, at = self._left.get(client, (self._most, now))
        left = min(self._most, left + (now - at) * self._most / 60)
        short = cost - left
        self._left[client] = (left if short > 0 else -short, now)
        self._left.move_to_end(client)
        if len(self._left) > self._clients:
            self._left.popitem(last=False)
        return ceil(short * 60 / self._most) if short > 0 else 0


def client_key(address: str) -> str:
    """Return what one client is known by: its address, or the network of an IPv6 address, which is one house's."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
