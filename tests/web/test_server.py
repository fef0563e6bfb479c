"""The server lets through what the page needs, and nothing else."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from assistant.errors import UsageError
from assistant.settings import Settings
from assistant.web.server import LARGEST_BODY, build_app, hosts_for, listening


@pytest.fixture
def client(assistant):
    with TestClient(asyncio.run(build_app(assistant, Settings())), base_url="http://127.0.0.1") as opened:
        yield opened


def test_the_page_comes_with_its_security_headers(client):
    page = client.get("/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert client.get("/gradio_api/file=x").headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path",
    [
        "file=https://example.org/",
        "file=/etc/passwd",
        "file%3Dhttps://example.org/",
        "/file=https://example.org/",
        "proxy=https://example.org/",
        "info",
        "openapi.json",
        "runs",
        "run-history/records",
        "deep_link",
        "queue/other",
    ],
)
def test_the_rest_of_gradio_is_closed(client, path):
    assert client.get(f"/gradio_api/{path}").status_code == 404


def test_nothing_can_be_uploaded(client):
    assert client.post("/gradio_api/upload", files={"files": b"x"}).status_code == 404


def test_large_requests_are_refused(client):
    big = b"x" * (LARGEST_BODY + 1)
    assert client.post("/gradio_api/queue/join", content=big).status_code == 413
    assert (
        client.post("/gradio_api/queue/join", headers={"content-length": "many"}, content=b"x").status_code
        == 413
    )


def test_other_hosts_names_do_not_lead_here(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert hosts_for("0.0.0.0") == ["*"]
    assert "*" not in hosts_for("::1")
    assert "*" not in hosts_for("localhost")


def test_a_password_is_asked_for(assistant):
    with TestClient(
        asyncio.run(build_app(assistant, Settings(password=SecretStr("reader:secret")))),
        base_url="http://127.0.0.1",
    ) as client:
        assert client.get("/config").status_code == 401
        assert (
            client.post(
                "/gradio_api/queue/join", json={"data": [], "fn_index": 0, "session_hash": "x"}
            ).status_code
            == 401
        )
        assert client.post("/login", data={"username": "reader", "password": "secret"}).status_code == 200
        assert client.get("/config").status_code == 200


def test_a_password_without_a_user_is_an_error(assistant):
    with pytest.raises(UsageError, match="password"):
        asyncio.run(build_app(assistant, Settings(password=SecretStr("secret"))))


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
    source = (Path(__file__).parents[2] / "app.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) < 25
