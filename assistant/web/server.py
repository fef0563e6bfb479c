"""The web server: the page, the API and the tools behind one guard, and how they are started and stopped."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click
import uvicorn
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from assistant.assistant import Assistant
from assistant.errors import LibraryError, UsageError
from assistant.library.desk import Desk
from assistant.settings import Settings
from assistant.web import tools
from assistant.web.access import Access
from assistant.web.api import add_api
from assistant.web.guard import Doors, Guard
from assistant.web.limits import Rates
from assistant.web.parts import Parts
from assistant.web.reader import reader_routes

_log = logging.getLogger(__name__)

STATIC = Path(__file__).with_name("static")
KEPT = 65  # seconds an idle connection is kept: longer than clients do, so that none asks through one just closed
STOPPING = 30.0  # seconds that running answers and an ingest's article have to end
ABOUT = (
    "Ask news articles in Kazakh, Russian and English; get an answer whose citations can be checked. Errors are JSON with"
    " error, message and hint. 503 and 429 say in Retry-After when to come again."
)


async def build_app(assistant: Assistant, settings: Settings, doors: Doors | None = None) -> FastAPI:
    """Make the application that serves the chat; outside an event loop gradio would leave some of its own open.

    Raises:
        UsageError: if the password is not of the form user:password, or a proxy is no address.
    """
    from assistant.web.ui import build, mount

    access, doors = Access.of(settings), doors or Doors()
    may_ingest = settings.web_ingest and not public(settings)
    desk = _desk(assistant, settings)
    parts = Parts(assistant=assistant, desk=desk, may_ingest=may_ingest, stopping=doors.closed)

    offered = tools.tools_app(parts) if tools.installed() else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if desk:
                stack.callback(desk.close)
            if offered:
                await stack.enter_async_context(offered.router.lifespan_context(offered))
            yield

    app = FastAPI(
        title="News assistant",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    add_api(app, parts)
    app.include_router(reader_routes(parts))
    app.router.routes.extend(offered.routes if offered else ())
    app.mount("/static", Files(directory=STATIC, packages=[("gradio", "templates/frontend/static")]))
    mount(app, build(parts))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts_for(settings), www_redirect=False)
    app.add_middleware(Guard, access=access, rates=Rates(settings.rate), doors=doors, uploads=may_ingest)
    return app


def _desk(assistant: Assistant, settings: Settings) -> Desk | None:
    if not settings.keep_conversations:
        return None
    try:
        return Desk.open(assistant.library.folder)
    except LibraryError as error:
        _log.warning("Conversations are not kept: %s", error)
        return None


def loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def public(settings: Settings) -> bool:
    """Tell whether anybody may come in: reachable from elsewhere, and nobody has to say who they are."""
    return not loopback(settings.host) and not Access.of(settings).closed


def hosts_for(settings: Settings) -> list[str]:
    """Return the host names to answer to: where anybody on loopback may come in only its own, so that no other site's name leads here."""
    if loopback(settings.host) and not Access.of(settings).closed:
        return ["127.0.0.1", "localhost", "[::1]", settings.host]
    return ["*"]


def serve(settings: Settings) -> None:
    """Serve the chat until it is stopped; then running answers end, and an ingest finishes its article.

    Raises:
        UsageError: if the address cannot be listened on.
        LibraryError: if the stored articles cannot be opened.
    """
    with listening(settings.host, settings.port) as listener, Assistant.from_settings(settings) as assistant:
        asyncio.run(_serve(assistant, settings, listener))


async def _serve(assistant: Assistant, settings: Settings, listener: socket.socket) -> None:
    doors = Doors()
    app = await build_app(assistant, settings, doors)
    config = uvicorn.Config(
        app,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEPT,
        timeout_graceful_shutdown=3,
    )
    host, port = f"[{settings.host}]" if ":" in settings.host else settings.host, listener.getsockname()[1]
    click.echo(f"The chat is at http://{host}:{port} (Ctrl-C stops it)")
    if public(settings):
        click.echo(
            f"Warning: everybody who can reach {host}:{port} can ask and read all articles, and nobody has to give a password."
            " Set ASSISTANT_PASSWORD=user:password, or ASSISTANT_USER_HEADER behind a proxy. Articles cannot be added here.",
            err=True,
        )
    await Server(config, doors).serve(sockets=[listener])


class Files(StaticFiles):
    """Files that a browser has to ask about before it uses them again, so that page and server stay of one version."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Return the file, or that it is unchanged."""
        response = super().file_response(*args, **options)
        response.headers["Cache-Control"] = "no-cache"
        return response


class Server(uvicorn.Server):
    """Lets what runs end before it stops; a second Ctrl-C stops at once."""

    def __init__(self, config: uvicorn.Config, doors: Doors) -> None:
        """Serve this; `doors` tell who is inside."""
        super().__init__(config)
        self._doors = doors

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: nothing new begins, what runs has half a minute."""
        await self._doors.emptied(STOPPING, lambda: self.force_exit)
        await super().shutdown(sockets)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on this address.

    Raises:
        UsageError: if it is in use or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(512)
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            f"Cannot listen on {host}:{port}: {error}.", "Choose another: ASSISTANT_PORT=7861, or 0 for any."
        ) from error
    return listener
