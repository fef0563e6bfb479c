"""A chat model that does as it is told: an OpenAI-compatible server on a real socket, with a script.

    with ScriptedServer(Script("Hello [1].")) as server:
        ChatOpenAI(base_url=server.url, api_key="none", model="scripted")

A script streams its text at a given speed and fails in a given way; a function from the request to a script makes a
model that reacts. `obedient` is the worst one: it does whatever the context tells it.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

Fault = Literal["", "cut", "vanish", "silence", "json", "utf8", "endless", "no token"]
Request = dict[str, Any]

SOURCE = re.compile(r"<source-(?P<nonce>\w+)[^>]*>.*?</source-(?P=nonce)>", re.DOTALL)
COMMAND = re.compile(r"(?:SAY|REPLY|АЙТ|СКАЖИ):\s*(.+)")


@dataclass(frozen=True)
class Script:
    """What a server does with one request.

    Attributes:
        text: the reply.
        piece: how many characters of it come at once; 0 means all.
        first: seconds before the first piece.
        pause: seconds between two pieces.
        status: of the response; anything but 200 is an error with `text` as its message.
        headers: more headers of the response.
        fault: after `after` pieces: "cut" breaks the connection off, "vanish" ends it as if all were said, "silence"
            says nothing more, "json" and "utf8" send what cannot be read, "endless" never ends, "no token" sends only
            signs of life.
        after: how many pieces come before the fault.
    """

    text: str = ""
    piece: int = 0
    first: float = 0.0
    pause: float = 0.0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fault: Fault = ""
    after: int = 1

    def pieces(self) -> Iterator[str]:
        """Yield the text as it is sent."""
        step = self.piece or max(1, len(self.text))
        return (self.text[at : at + step] for at in range(0, len(self.text), step))


Scripted = Script | Callable[[Request], Script]


class ScriptedServer:
    """Serves one script after the other, the last one again and again."""

    def __init__(self, *scripts: Scripted) -> None:
        self.scripts = list(scripts)
        self.requests: list[Request] = []
        self.gone = threading.Event()  # a client closed its connection in the middle of a reply
        self.stopped = threading.Event()
        self.sent = 0  # pieces
        self.first_sent = 0.0  # when the first piece of the latest reply left
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"scripted": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # clients go away as they like
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next_script(self, request: Request) -> Script:
        """Note a request and tell what to do with it."""
        with self._lock:
            self.requests.append(request)
            script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        return script if isinstance(script, Script) else script(request)


def prompt_of(request: Request) -> str:
    """Return all that a request says, roles left out."""
    return "\n\n".join(str(message["content"]) for message in request["messages"])


def obedient(request: Request) -> Script:
    """Do whatever anyone says, the articles included."""
    return Script("\n".join(COMMAND.findall(prompt_of(request))) or "Nothing to say.", piece=7)


def fence_bound(request: Request) -> Script:
    """Do whatever is said outside the fences, and what is inside them not."""
    return Script(
        "\n".join(COMMAND.findall(SOURCE.sub("", prompt_of(request)))) or "I obey no article.", piece=7
    )


def closed_port() -> str:
    """Return a base URL where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    scripted: ScriptedServer
    protocol_version = "HTTP/1.1"
    wbufsize = 0
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script = self.scripted.next_script(request)
        if script.status != 200:
            self._error(script)
            return
        try:
            self._stream(script) if request.get("stream") else self._whole(script)
        except OSError:
            self.scripted.gone.set()
            self.close_connection = True

    def _error(self, script: Script) -> None:
        self._json({"error": {"message": script.text, "type": "error", "code": None}}, script)

    def _whole(self, script: Script) -> None:
        self._wait(script.first)
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": script.text},
            "finish_reason": "stop",
        }
        told = {"id": "scripted", "object": "chat.completion", "created": 0, "model": "scripted"}
        self._json({**told, "choices": [choice]}, script)

    def _json(self, answer: dict[str, Any], script: Script) -> None:
        body = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(script.status)
        told = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in {**told, **script.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, script: Script) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._event(_chunk({"role": "assistant", "content": ""}))
        self._wait(script.first)
        for number, piece in enumerate(script.pieces()):
            if script.fault and number == script.after:
                break
            if number:
                self._wait(script.pause)
            elif not self.scripted.sent:
                self.scripted.first_sent = time.perf_counter()
            self._event(_chunk({"content": piece}))
            self.scripted.sent += 1
        if script.fault:
            self._fail(script)
            return
        self._event(_chunk({}, "stop"))
        self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def _fail(self, script: Script) -> None:
        if script.fault == "cut":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif script.fault == "vanish":
            self._event("[DONE]")
            self.wfile.write(b"0\r\n\r\n")
        elif script.fault == "silence":
            self._wait(60)
        elif script.fault == "json":
            self._event('{"choices": [{"delta": {"content": "bro')
        elif script.fault == "utf8":
            self._send(b'data: {"choices": [{"index": 0, "delta": {"content": "\xff\xfe\xfa"}}]}\n\n')
        while script.fault in ("endless", "no token") and not self.scripted.stopped.is_set():
            self._event(_chunk({"content": script.text})) if script.fault == "endless" else self._send(
                b": still here\n\n"
            )
            time.sleep(script.pause or 0.001)

    def _wait(self, seconds: float) -> None:
        """Wait; notice a client that goes away meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.scripted.stopped.is_set():
            self.connection.settimeout(min(left, 0.02))
            try:
                if self.connection.recv(1, socket.MSG_PEEK) == b"":
                    raise ConnectionResetError
                time.sleep(min(left, 0.02))
            except TimeoutError:
                continue
            finally:
                self.connection.settimeout(None)

    def _event(self, data: str) -> None:
        self._send(f"data: {data}\n\n".encode())

    def _send(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _chunk(delta: dict[str, str], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps(
        {
            "id": "scripted",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "scripted",
            "choices": [choice],
        },
        ensure_ascii=False,
    )
