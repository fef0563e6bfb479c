"""The guard before everything that is served: who comes in, from where, with how much, and the headers that go out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from time import monotonic

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.access import COOKIE, Access, own_site, reader_of, with_reader
from assistant.web.limits import Rates, client_key

LARGEST_BODY = 256 * 1024
LARGEST_UPLOAD = 25 * 1024 * 1024
SLOWEST_BODY = 20.0  # seconds
YEAR = 365 * 24 * 3600
READING = ("GET", "HEAD")
API = "/gradio_api/"
UPLOADS = ("upload",)
# What the page and gradio's clients use of gradio's API. The rest (file=, proxy=, ...) fetches and stores for strangers.
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
    "info",
    "call/",
)
CLOSED = ("/docs", "/redoc", "/openapi.json", "/monitoring")  # gradio's own; ours are under /api/
OPEN = ("/healthz", "/readyz")  # asked by machines that know no password
LASTING = (f"{API}heartbeat/",)  # streams that end when the reader leaves
UNMARKED = ("/static/", "/assets/", "/theme.css", *OPEN)  # get no cookie
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
# What a request takes of its client's allowance: a question 1.
COSTS = {
    "/api/ask": 1.0,
    "/api/search": 0.5,
    "/mcp": 1.0,
    f"{API}queue/join": 0.2,
    f"{API}call/": 1.0,
    f"{API}upload": 1.0,
}
COST = 0.1
FREE = ("/static/", "/assets/", f"{API}heartbeat/", f"{API}queue/data", *OPEN)
WRONG_PASSWORD = 5.0
FOREIGN = ("access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-headers")


@dataclass(slots=True)
class Doors:
    """Counts who is inside; closed, it lets nobody begin anything."""

    closed: Event = field(default_factory=Event)
    inside: int = 0

    async def emptied(self, seconds: float, hurry: Callable[[], bool]) -> None:
        """Close, and wait until whoever is inside has left, at most so long and only while there is no hurry."""
        self.closed.set()
        until = monotonic() + seconds
        while self.inside and monotonic() < until and not hurry():
            await asyncio.sleep(0.05)


@dataclass(slots=True)
class Guard:
    """Lets through what is allowed, bounded, and adds the security headers to every response."""

    app: ASGIApp
    access: Access
    rates: Rates
    doors: Doors
    uploads: bool = False
    patience: float = SLOWEST_BODY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] != "http":
            await self.app(scope, receive, send)
        else:
            await self._guarded(scope, receive, Outgoing(send))

    async def _guarded(self, scope: Scope, receive: Receive, send: Outgoing) -> None:
        headers, path, peer = Headers(scope=scope), scope["path"], (scope.get("client") or ("", 0))[0]
        user = "" if path in OPEN else self.access.user(peer, headers)
        client = f"user {user}" if user else client_key(self.access.client(peer, headers))
        upload = self.uploads and path == f"{API}upload"
        refusal = self._refusal(path, headers, upload) or self._limit(user, path, client)
        if refusal is None and scope["method"] not in READING:
            refusal = self._foreign(headers)
            if refusal is None and not upload:
                body = await read(receive, self.patience)
                refusal, receive = (
                    (None, again(body, receive)) if isinstance(body, bytes) else (body, receive)
                )
        if refusal:
            await refusal(scope, receive, send)
            return
        reader, new = reader_of(headers, user or "")
        MutableHeaders(scope=scope)["cookie"] = with_reader(headers.get("cookie", ""), reader)
        if new and not path.startswith(UNMARKED):
            secure = scope["scheme"] == "https" or (
                self.access.trusted(peer) and headers.get("x-forwarded-proto") == "https"
            )
            send.cookie = f"{COOKIE}={reader}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Strict" + (
                "; Secure" if secure else ""
            )
        counted = not path.startswith(LASTING)
        self.doors.inside += counted
        try:
            await self.app(scope, receive, send)
        finally:
            self.doors.inside -= counted

    def _refusal(self, path: str, headers: Headers, upload: bool) -> Response | None:
        length = headers.get("content-length", "" if upload else "0")
        needed = NEEDED + UPLOADS * self.uploads
        if path.startswith(CLOSED) or (path.startswith(API) and not path[len(API) :].startswith(needed)):
            return refused(404, "NotFound", "There is nothing here.")
        if not (length.isascii() and length.isdigit()):
            return refused(411, "LengthNeeded", "The length of the request is not given.")
        if int(length[:20]) > (LARGEST_UPLOAD if upload else LARGEST_BODY):
            return refused(413, "TooLarge", "The request is too large.")
        return None

    def _foreign(self, headers: Headers) -> Response | None:
        if not own_site(headers):
            return refused(403, "AnotherSite", "Another site may not do this.")
        if self.doors.closed.is_set():
            return refused(503, "Busy", "The server is stopping.", wait=60)
        return None

    def _limit(self, user: str | None, path: str, client: str) -> Response | None:
        if user is None:
            wait = self.rates.take(client, WRONG_PASSWORD)
            if not wait:
                return refused(401, "NotAllowed", "Say who you are.", asked=bool(self.access.password))
        else:
            cost = next((cost for begin, cost in COSTS.items() if path.startswith(begin)), COST)
            wait = 0 if path.startswith(FREE) else self.rates.take(client, cost)
        return refused(429, "TooMany", "Too many requests.", wait=wait) if wait else None


def refused(status: int, error: str, message: str, *, wait: int = 0, asked: bool = False) -> Response:
    """Make the response that tells why something is refused.

    Args:
        status: of HTTP.
        error: its name, for programs.
        message: for people.
        wait: seconds after which it is worth to try again.
        asked: whether the browser is to ask for the password.
    """
    headers = {"Retry-After": str(wait)} if wait else {}
    if asked:
        headers["WWW-Authenticate"] = 'Basic realm="News assistant", charset="UTF-8"'
    hint = f"Try again in {wait} seconds." if wait else ""
    return JSONResponse({"error": error, "message": message, "hint": hint}, status, headers)


async def read(receive: Receive, patience: float) -> bytes | Response:
    """Read the body of a request within so many seconds, or return why it is not read on."""
    body = bytearray()
    try:
        async with asyncio.timeout(patience):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return refused(400, "Gone", "The request has ended early.")
                body += message.get("body", b"")
                if len(body) > LARGEST_BODY:
                    return refused(413, "TooLarge", "The request is too large.")
                more = message.get("more_body", False)
    except TimeoutError:
        return refused(408, "TooSlow", "The request came too slowly.")
    return bytes(body)


def again(body: bytes, receive: Receive) -> Receive:
    """Return a channel that gives a body that was read, then what comes after it."""
    given = False

    async def received() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received


@dataclass(slots=True)
class Outgoing:
    """Adds headers to a response, and a cookie if there is one; takes away what would let other sites read it."""

    send: Send
    cookie: str = ""

    async def __call__(self, message: Message) -> None:
        """Send one message of the response."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            for name in FOREIGN:
                del headers[name]
            if self.cookie:
                headers.append("Set-Cookie", self.cookie)
        await self.send(message)
