"""The REST face: ask, search, articles, health; for programs in any language."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from assistant.asking import AskFilters
from assistant.errors import (
    AssistantError,
    Busy,
    EmptyLibrary,
    EncoderError,
    LibraryError,
    LibraryLocked,
    ModelError,
    UsageError,
)
from assistant.types import AnswerEvent, Language, Turn
from assistant.web.api_page import api_page
from assistant.web.parts import Parts
from assistant.web.plain import answer_data, article_data, event_data, hit_data, row_data

_log = logging.getLogger(__name__)

STREAM = "text/event-stream"
GONE = 499  # nobody is there to read it
STATUS: dict[type[AssistantError], int] = {
    Busy: 503,
    EmptyLibrary: 409,
    LibraryLocked: 503,
    UsageError: 400,
    ModelError: 502,
}
# What goes wrong inside is told in the log; its messages name files.
INSIDE = (EncoderError, LibraryError)
NOT_CACHED = {"Cache-Control": "no-store"}

Publisher = Annotated[str | None, Query(max_length=200, description="only articles of this publisher")]
Since = Annotated[date | None, Query(description="only articles published on this day or later")]
Until = Annotated[date | None, Query(description="only articles published on this day or earlier")]
Written = Annotated[Language | None, Query(description="only articles in this language")]
Text = Annotated[str, Field(max_length=20_000)]


class Earlier(BaseModel):
    """An earlier question of the conversation with the answer that was given."""

    model_config = ConfigDict(extra="forbid")

    question: Text
    answer: Text = ""


class Question(BaseModel):
    """A question, and what a follow-up leans on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "How many Kazakh students study in Russia?"}]},
    )

    question: Text = Field(description="in Kazakh, Russian or English; at most 2,000 characters")
    history: list[Earlier] = Field(
        default_factory=list, max_length=20, description="earlier turns, oldest first"
    )
    language: Language | None = Field(default=None, description="of the answer; by default the question's")
    since: date | None = Field(default=None, description="only articles published on this day or later")
    until: date | None = Field(default=None, description="only articles published on this day or earlier")
    publisher: str | None = Field(default=None, max_length=200, description="only articles of this publisher")
    article_language: Language | None = Field(default=None, description="only articles in this language")


def add_api(app: FastAPI, parts: Parts) -> None:
    """Add the routes, and how errors are told."""
    app.include_router(_questions(parts))
    app.include_router(_articles(parts))
    app.include_router(_health(parts))

    @app.exception_handler(AssistantError)
    async def told(_: Request, error: AssistantError) -> Response:
        status, data = explained(error)
        seconds = error.seconds if isinstance(error, Busy) else 5
        return JSONResponse(data, status, {"Retry-After": str(seconds)} if status == 503 else None)

    @app.exception_handler(RequestValidationError)
    async def unusable(_: Request, error: RequestValidationError) -> Response:
        """Name the first argument that cannot be used; what was sent is not sent back."""
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return _problem(422, "UsageError", f"{where}: {first['msg']}".strip(": "))

    @app.get("/api/openapi.json", include_in_schema=False)
    def schema() -> dict[str, Any]:
        return app.openapi()

    @app.get("/api/docs", include_in_schema=False)
    def docs() -> Response:
        return HTMLResponse(api_page(app.openapi()))


def _questions(parts: Parts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["questions"])

    @routes.post(
        "/ask", response_class=JSONResponse, responses={503: {"description": "Busy; see Retry-After"}}
    )
    async def ask(asked: Question, request: Request) -> Response:
        """Answer a question from the articles, with citations.

        With `Accept: text/event-stream` the answer comes as it grows: events `status`, `sources`, `delta`, `citation`,
        lastly `answer`, or `error`.
        """
        filters = AskFilters(
            since=asked.since,
            until=asked.until,
            publisher=asked.publisher,
            article_language=asked.article_language,
        )
        history = [Turn(question=turn.question, answer=turn.answer) for turn in asked.history]
        events = parts.gate.through(
            parts.assistant.astream(asked.question, history, asked.language, **filters)
        )
        if STREAM in request.headers.get("accept", ""):
            return EventStream(await anext(events), events)
        async with aclosing(events):
            async for event in events:
                if event.answer:
                    return JSONResponse(answer_data(event.answer), headers=NOT_CACHED)
                if await request.is_disconnected():
                    return Response(status_code=GONE)
        raise ModelError("The answerer ended without an answer.", "Ask again.")

    @routes.get("/search")
    async def search(
        question: Annotated[str, Query(max_length=20_000, description="in Kazakh, Russian or English")],
        limit: Annotated[int, Query(ge=1, le=50, description="how many at most")] = 10,
        since: Since = None,
        until: Until = None,
        publisher: Publisher = None,
        language: Written = None,
    ) -> Response:
        """Find the passages that may answer a question, best first."""
        async with parts.gate.turn():
            hits = await asyncio.to_thread(
                parts.assistant.search, question, limit, since, until, publisher, language
            )
        return JSONResponse({"hits": [hit_data(hit) for hit in hits]}, headers=NOT_CACHED)

    return routes


def _articles(parts: Parts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["articles"])

    @routes.get("/articles")
    def articles(
        since: Since = None,
        until: Until = None,
        publisher: Publisher = None,
        language: Written = None,
        limit: Annotated[int, Query(ge=1, le=200, description="how many at most")] = 50,
        offset: Annotated[int, Query(ge=0, le=10_000_000, description="how many to leave out")] = 0,
    ) -> Response:
        """List the articles, newest first, without their texts; `next` is the offset of what follows, or null."""
        rows = parts.assistant.articles(since, until, publisher, language, limit + 1, offset)
        listed = [row_data(row) for row in rows[:limit]]
        following = offset + limit if len(rows) > limit else None
        return JSONResponse({"articles": listed, "next": following}, headers=NOT_CACHED)

    @routes.get("/articles/{article_id:path}", responses={404: {"description": "There is no such article"}})
    def article(article_id: str) -> Response:
        """Return an article with its text; offsets of citations count its characters (code points)."""
        found = parts.assistant.library.article(article_id)
        if found is None:
            return _problem(404, "NotFound", "There is no such article.")
        return JSONResponse(article_data(found, text=True), headers=NOT_CACHED)

    return routes


def _health(parts: Parts) -> APIRouter:
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def alive() -> dict[str, bool]:
        """Tell that the server runs."""
        return {"ok": True}

    @routes.get(
        "/readyz", responses={503: {"description": "The library cannot be read, or the server stops"}}
    )
    def ready() -> Response:
        """Tell whether questions can be answered."""
        try:
            filled = bool(parts.assistant.library.counts().articles)
        except LibraryError as error:
            _log.warning("Not ready: %s", error)
            filled = False
        ok = filled and not parts.stopping.is_set()
        return JSONResponse({"ok": ok}, 200 if ok else 503, NOT_CACHED)

    return routes


class EventStream(StreamingResponse):
    """Events of an answer as server-sent events; the work ends with the response, however that ends."""

    def __init__(self, first: AnswerEvent, events: AsyncGenerator[AnswerEvent]) -> None:
        """Send the first event, which is there, then the others."""
        self._events = events
        headers = {**NOT_CACHED, "X-Accel-Buffering": "no"}
        super().__init__(self._lines(first), media_type=STREAM, headers=headers)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send the response."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._events.aclose()

    async def _lines(self, first: AnswerEvent) -> AsyncGenerator[str]:
        yield _line(first.kind, event_data(first))
        try:
            async for event in self._events:
                yield _line(event.kind, event_data(event))
        except AssistantError as error:
            yield _line("error", explained(error)[1])


def _line(kind: Literal["error"] | str, data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def explained(error: AssistantError) -> tuple[int, dict[str, str]]:
    """Return the status and what is told to the client of an error."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    name = type(error).__name__
    if isinstance(error, INSIDE) and not isinstance(error, EmptyLibrary):
        _log.error("%s", error)
        return status, {
            "error": name,
            "message": "The library cannot be used now.",
            "hint": "Try again later.",
        }
    return status, {"error": name, "message": error.message, "hint": error.hint}


def _problem(status: int, name: str, message: str) -> Response:
    return JSONResponse({"error": name, "message": message, "hint": ""}, status)
