"""The whole server: page, API, tools and static files behind one guard; how it starts and stops."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from assistant.encoders.fake import HashEncoder
from assistant.errors import UsageError
from assistant.library.library import Library
from assistant.settings import Settings
from assistant.web.server import build_app, hosts_for, listening, loopback, public
from tests.conftest import fill
from tests.web.serving import serving

ROOT = Path(__file__).parents[2]
QUESTION = "How many flamingos were counted near Lake Balkhash?"


def opened(assistant, **settings):
    app = asyncio.run(build_app(assistant, Settings(**settings)))
    return TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 5000))


@pytest.fixture
def client(assistant):
    with opened(assistant) as client:
        yield client


def test_the_page_comes_with_its_security_headers_and_a_reader(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe-eval" not in page.headers["content-security-policy"]
    assert "reader=" in page.headers["set-cookie"]
    assert client.get("/gradio_api/file=x").headers["x-frame-options"] == "DENY"


def test_page_api_health_and_static_files_are_one_server(client):
    assert client.post("/api/ask", json={"question": QUESTION}).json()["question"] == QUESTION
    assert client.get("/api/articles/en-2").json()["id"] == "en-2"
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    assert client.get("/static/none.js").status_code == 404
    for file in (ROOT / "assistant" / "web" / "static").glob("*.js"):
        served = client.get(f"/static/{file.name}")
        assert served.content == file.read_bytes()
        assert served.headers["cache-control"] == "no-cache"
        unchanged = client.get(f"/static/{file.name}", headers={"if-none-match": served.headers["etag"]})
        assert unchanged.status_code == 304
    for outside in ("../server.py", "%2e%2e/server.py", "..%2fserver.py", "/etc/passwd"):
        assert client.get(f"/static/{outside}").status_code == 404
    assert "<script" not in client.get("/api/docs").text
    assert client.get("/openapi.json").status_code == client.get("/docs").status_code == 404


def test_the_tools_are_there_when_the_extra_is(assistant):
    mcp = pytest.importorskip("mcp", reason="the extra [mcp] is not installed")

    async def read(address):
        async with mcp.Client(f"{address}/mcp") as client:
            return await client.call_tool("read_article", {"article_id": "en-2"})

    with serving(asyncio.run(build_app(assistant, Settings()))) as address:
        result = asyncio.run(read(address))
    assert "Ornithologists" in result.content[0].text


def test_conversations_are_kept_unless_they_are_not_to_be(assistant, library):
    def tables():
        import sqlite3
        from contextlib import closing

        from assistant.library.ledger import FILE

        with closing(sqlite3.connect(library.folder / FILE)) as db:
            return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE name LIKE 'desk_%'")}

    with opened(assistant, keep_conversations=False):
        assert not tables()
    with opened(assistant):
        assert "desk_conversations" in tables()


def test_nothing_can_be_uploaded_where_anybody_may_come(assistant):
    files = {"files": ("a.txt", b"x")}
    with opened(assistant) as here:
        assert here.post("/gradio_api/upload", files=files).status_code == 200
        assert (
            here.post(
                "/gradio_api/upload", files=files, headers={"origin": "https://evil.example"}
            ).status_code
            == 403
        )
    for settings in ({"host": "0.0.0.0"}, {"web_ingest": False}):
        with opened(assistant, **settings) as client:
            assert client.post("/gradio_api/upload", files=files).status_code == 404


def test_a_password_is_asked_for_before_anything_is_shown(assistant):
    with opened(assistant, password=SecretStr("reader:secret")) as client:
        for path in (
            "/",
            "/config",
            "/api/articles",
            "/static/page.js",
            "/gradio_api/info",
            "/mcp",
            "/api/docs",
        ):
            assert client.get(path).status_code == 401, path
        right = {"authorization": f"Basic {base64.b64encode(b'reader:secret').decode()}"}
        assert client.get("/", headers=right).status_code == 200
        assert client.get("/config", headers=right).status_code == 200


def test_a_password_without_a_user_is_an_error(assistant):
    with pytest.raises(UsageError, match="password"):
        asyncio.run(build_app(assistant, Settings(password=SecretStr("secret"))))


def test_other_hosts_names_do_not_lead_here(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert hosts_for(Settings(host="0.0.0.0")) == ["*"]
    assert hosts_for(Settings(user_header="X-User")) == ["*"]
    assert "*" not in hosts_for(Settings(host="::1"))
    assert "*" not in hosts_for(Settings(host="localhost"))


def test_public_is_what_anybody_can_reach_and_enter():
    assert public(Settings(host="0.0.0.0"))
    assert public(Settings(host="192.0.2.1"))
    assert not public(Settings(host="0.0.0.0", password=SecretStr("a:b")))
    assert not public(Settings(host="0.0.0.0", user_header="X-User"))
    assert not public(Settings())
    assert loopback("127.0.0.5")
    assert not loopback("news.example")


def test_an_address_in_use_is_told():
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=str(port)):
            listening("127.0.0.1", port)
    with pytest.raises(UsageError):
        listening("no.such.host.invalid", 1)
    with listening("127.0.0.1", 0) as again:
        assert isinstance(again, socket.socket)


def test_app_only_serves():
    source = (ROOT / "app.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) < 25


SLOW = """
import sys, time
from pathlib import Path
from assistant.assistant import Assistant
from assistant.encoders.fake import HashEncoder
from assistant.library.library import Library
from assistant.retrieval.hybrid import HybridRetriever
from assistant.settings import Settings
from assistant.types import Answer, AnswerEvent
from assistant.web import server

class Slow:
    def stream(self, question, hits, language, history=(), counts=None):
        for word in "one two three four five".split():
            yield AnswerEvent(kind="delta", text=word + " ")
            time.sleep(0.4)
        yield AnswerEvent(kind="answer", answer=Answer(question=question, text="done", language=language, answerer="slow"))

def made(settings):
    encoder = HashEncoder()
    library = Library.open(settings.data_dir, encoder)
    return Assistant(library=library, retriever=HybridRetriever(library, encoder), answerer=Slow(), encoder=encoder)

Assistant.from_settings = made
server.serve(Settings(data_dir=Path(sys.argv[1]), host=sys.argv[2], port=0))
"""


@pytest.fixture
def started(tmp_path):
    """Start servers whose answers take two seconds; yield a function that gives process and address."""
    with Library.open(tmp_path / "library", HashEncoder()) as library:
        fill(library)
    processes = []

    def start(host="127.0.0.1"):
        process = subprocess.Popen(
            [sys.executable, "-c", SLOW, str(tmp_path / "library"), host],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        processes.append(process)
        port = process.stdout.readline().partition(" (")[0].rpartition(":")[2]
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{address}/healthz", timeout=5)
            except httpx.HTTPError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            else:
                return process, address

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_a_stop_lets_running_answers_end_and_begins_no_new_one(started):
    process, address = started()
    headers, body = {"accept": "text/event-stream"}, {"question": QUESTION}
    with httpx.stream("POST", f"{address}/api/ask", json=body, headers=headers, timeout=60) as running:
        lines = running.iter_lines()
        while next(lines) != "event: delta":
            pass
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        refused = httpx.post(f"{address}/api/ask", json=body, timeout=10)
        rest = list(lines)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
    assert "event: answer" in rest
    _, complaints = process.communicate(timeout=30)
    assert "Traceback" not in complaints
    assert process.returncode in (0, -signal.SIGTERM)


def test_a_server_that_anybody_can_reach_says_so(started):
    process, address = started("0.0.0.0")
    assert httpx.get(f"{address}/healthz").headers["x-content-type-options"] == "nosniff"
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=30)
    assert "Warning: everybody who can reach 0.0.0.0" in complaints
    assert "ASSISTANT_PASSWORD" in complaints
