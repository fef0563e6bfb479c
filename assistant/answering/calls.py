"""A call of the chat model within its limits of time and length; tried again only before its first token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import cast

from langchain_core.messages import BaseMessage
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from assistant.answering.faults import PASSING, Cause, ModelFault, fault_of

FINISH = ("finish_reason", "done_reason", "stop_reason")  # what the providers call it
TOO_LONG = {"length", "max_tokens", "MAX_TOKENS"}
READING_ON = 0.05  # seconds

Opened = AsyncIterator[BaseMessage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a reply may take and be.

    Attributes:
        connect: seconds until the server accepts the connection.
        first: seconds until the first token, tries and pauses included.
        silence: seconds between two pieces.
        total: seconds in all.
        length: characters.
        tries: how often a call is begun at most.
        pause: seconds before the second try, at most; then twice as long.
    """

    connect: float = 5.0
    first: float = 30.0
    silence: float = 20.0
    total: float = 120.0
    length: int = 32_000
    tries: int = 3
    pause: float = 0.5


async def reply(begin: Callable[[], Opened], limits: Limits, *, finish: bool = False) -> AsyncGenerator[str]:
    """Yield the text of a reply, piece by piece.

    Args:
        begin: begins the call; called again when it fails before its first token.
        limits: of time and length.
        finish: whether this server says that a reply is complete, so that one without that is cut.

    Raises:
        ModelFault: with the cause; what was yielded before stands.
    """
    now = asyncio.get_running_loop().time
    end = now() + limits.total
    first, pieces = await _begun(begin, limits, finish, min(now() + limits.first, end))
    length = 0
    async with aclosing(pieces):
        piece: str | None = first
        while piece is not None:
            length += len(piece)
            if length > limits.length:
                await _cancel(pieces)
                raise ModelFault("endless")
            yield piece
            silent = now() + limits.silence
            piece = await _within(pieces, min(silent, end), "silent" if silent < end else "late")


async def _begun(
    begin: Callable[[], Opened], limits: Limits, finish: bool, by: float
) -> tuple[str, AsyncGenerator[str]]:
    """Begin the call until one try gives a token; return it and what follows."""
    wait = wait_random_exponential(multiplier=limits.pause)

    def pause(state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        asked = fault.wait if isinstance(fault, ModelFault) else None
        return wait(state) if asked is None else asked

    trying = AsyncRetrying(
        retry=retry_if_exception(lambda error: isinstance(error, ModelFault) and error.cause in PASSING),
        stop=stop_after_attempt(limits.tries) | stop_before_delay(limits.first),
        wait=pause,
        reraise=True,
    )
    async for attempt in trying:
        with attempt:
            pieces = _pieces(begin, finish)
            if (first := await _within(pieces, by, "slow")) is not None:
                return first, pieces
            raise ModelFault("empty")
    raise ModelFault("failed")


async def _within(pieces: AsyncGenerator[str], by: float, otherwise: Cause) -> str | None:
    """Return the next piece, None at the end."""
    try:
        async with asyncio.timeout_at(by):
            return await anext(pieces, None)
    except TimeoutError as error:
        raise ModelFault(otherwise) from error


async def _cancel(pieces: AsyncGenerator[str]) -> None:
    """Cancel the call while it reads on; closed between two pieces, LangChain would leave it open."""
    with suppress(TimeoutError, ModelFault):
        async with asyncio.timeout(READING_ON):
            async for _ in pieces:
                pass


async def _pieces(begin: Callable[[], Opened], finish: bool) -> AsyncGenerator[str]:
    """Yield the pieces that have text; a failure in the middle, or an end without a word of it, is a fault."""
    reason = ""
    try:
        # LangChain's iterators are generators, whatever their type says.
        async with aclosing(cast("AsyncGenerator[BaseMessage]", begin())) as messages:
            async for message in messages:
                reason = reason or _finish(message)
                if message.text:
                    yield str(message.text)
    except Exception as error:
        raise fault_of(error) from error
    if reason in TOO_LONG:
        raise ModelFault("endless")
    if finish and not reason:
        raise ModelFault("cut")


def _finish(message: BaseMessage) -> str:
    return next((str(told) for key in FINISH if (told := message.response_metadata.get(key))), "")
