"""The web server: the chat, mounted behind security headers and a list of the paths that it needs."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address

import click
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.assistant import Assistant
from assistant.errors import UsageError
from assistant.settings import Settings

LARGEST_BODY = 256 * 1024
API = "/gradio_api/"
# What the page uses of gradio's API. The rest (file=, proxy=, upload, ...) fetches and stores for strangers.
NEEDED = (
    "queue/join",
    "queue/data",
    "heartbeat/",
    "cancel",
    "reset",
    "theme.css",
    "startup-events",
    "app_id",
    "login_check",
    "token",
    "user",
)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Lets through what the page needs, bounded, and adds the security headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard this application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await (_refusal(scope) or self.app)(scope, _bounded(receive), send_guarded)


def _refusal(scope: Scope) -> ASGIApp | None:
    path = scope["path"]
    if path.startswith(API) and not path[len(API) :].startswith(NEEDED):
        return PlainTextResponse("Not found", 404)
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if not length.isdigit() or int(length) > LARGEST_BODY:
        return PlainTextResponse("Too large", 413)
    return None


def _bounded(receive: Receive) -> Receive:
    """End a request whose body, sent in pieces, grows too large."""
    taken = 0

    async def receive_bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= LARGEST_BODY else {"type": "http.disconnect"}

    return receive_bounded


async def build_app(assistant: Assistant, settings: Settings) -> FastAPI:
    """Make the application that serves the chat; outside an event loop gradio would leave some of its own open.

    Raises:
        UsageError: if the password is not of the form user:password.
    """
    from assistant.web.ui import build, mount

    password = settings.password.get_secret_value()
    if password and not all(password.partition(":")):
        raise UsageError("The password cannot be used.", "Set ASSISTANT_PASSWORD to user:password.")
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    mount(app, build(assistant), password)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts_for(settings.host), www_redirect=False)
    app.add_middleware(Guard)
    return app


def hosts_for(host: str) -> list[str]:
    """Return the host names to answer to: on loopback only its own, so that no other site's name leads here."""
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    return ["127.0.0.1", "localhost", "[::1]", host] if loopback else ["*"]


def serve(settings: Settings) -> None:
    """Serve the chat until it is stopped.

    Raises:
        UsageError: if the address cannot be listened on.
        LibraryError: if the stored articles cannot be opened.
    """
    with listening(settings.host, settings.port) as listener, Assistant.from_settings(settings) as assistant:
        asyncio.run(_serve(assistant, settings, listener))


async def _serve(assistant: Assistant, settings: Settings, listener: socket.socket) -> None:
    app = await build_app(assistant, settings)
    config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=3)
    port = listener.getsockname()[1]
    click.echo(f"The chat is at http://{settings.host}:{port} (Ctrl-C stops it)")
    await uvicorn.Server(config).serve(sockets=[listener])


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
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            f"Cannot listen on {host}:{port}: {error}.", "Choose another: ASSISTANT_PORT=7861, or 0 for any."
        ) from error
    return listener
