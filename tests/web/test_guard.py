"""Who comes in, with how much, and what goes out."""

from __future__ import annotations

import asyncio
import base64

import pytest
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient

from assistant.errors import UsageError
from assistant.settings import Settings
from assistant.web.access import Access
from assistant.web.guard import LARGEST_BODY, LARGEST_UPLOAD, Doors, Guard
from assistant.web.limits import Rates


async def echo(scope, receive, send):
    """Tell what has come through; as if it let other sites read it."""
    request = Request(scope, receive)
    body = await request.body()
    told = {"reader": request.cookies.get("reader"), "cookies": dict(request.cookies), "body": len(body)}
    await JSONResponse(told, headers={"Access-Control-Allow-Origin": "*"})(scope, receive, send)


def guarded(*, rate=0.0, uploads=False, doors=None, peer="127.0.0.1", **settings):
    access = Access.of(Settings(**settings))
    guard = Guard(echo, access=access, rates=Rates(rate), doors=doors or Doors(), uploads=uploads)
    return TestClient(guard, base_url="http://news.example", client=(peer, 5000))


def basic(text):
    return {"authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


def test_every_response_has_the_security_headers_and_lets_no_other_site_read():
    for response in (guarded().get("/"), guarded().get("/gradio_api/file=x"), guarded(rate=0.01).get("/")):
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "path",
    [
        "file=https://example.org/",
        "file=/etc/passwd",
        "file%3Dhttps://example.org/",
        "/file=https://example.org/",
        "proxy=https://example.org/",
        "upload",
        "openapi.json",
        "runs",
        "deep_link",
        "queue/other",
        "vibe-code",
    ],
)
def test_the_rest_of_gradio_is_closed(path):
    assert guarded().get(f"/gradio_api/{path}").status_code == 404
    assert guarded().post(f"/gradio_api/{path}").status_code == 404


def test_gradio_s_own_pages_are_closed():
    for path in ("/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json", "/monitoring/summary"):
        assert guarded().get(path).status_code == 404


def test_a_reader_keeps_the_cookie_and_nobody_chooses_another_s():
    client = guarded()
    first = client.get("/")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie
    reader = first.json()["reader"]
    assert len(reader) == 32
    again = client.get("/")
    assert again.json()["reader"] == reader
    assert "set-cookie" not in again.headers
    for forged in ("short", "user-" + 64 * "a", "'; DROP TABLE", "x" * 33):
        client.cookies.clear()
        told = client.get("/", headers={"cookie": f"other=1; reader={forged}; more=2"}).json()
        assert told["reader"] != forged
        assert len(told["reader"]) == 32
        assert told["cookies"]["other"] == "1"
    client.cookies.clear()
    assert "set-cookie" not in client.get("/static/page.js").headers
    assert "Secure" in client.get("https://news.example/").headers["set-cookie"]


def test_a_password_is_asked_for_everywhere_but_at_the_health_checks():
    client = guarded(password=SecretStr("reader:тайна"))
    for path in ("/", "/api/ask", "/static/page.js", "/gradio_api/queue/join", "/mcp"):
        refused = client.get(path)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic ")
        assert refused.headers["x-frame-options"] == "DENY"
        assert client.get(path, headers=basic("reader:тайна")).status_code == 200
    for wrong in ("reader:secret", "reader:", ":тайна", "", "reader:тайна "):
        assert client.get("/", headers=basic(wrong)).status_code == 401
    for odd in ("Basic", "Basic %%%", "Bearer x", "Basic " + "A" * 4001):
        assert client.get("/", headers={"authorization": odd}).status_code == 401
    assert client.get("/healthz").status_code == 200


def test_guessing_a_password_is_slow():
    client = guarded(rate=20, password=SecretStr("reader:secret"))
    tried = [client.get("/", headers=basic(f"reader:{number}")).status_code for number in range(6)]
    assert tried == [401, 401, 401, 401, 429, 429]


def test_a_proxy_names_the_user_and_nobody_else_does():
    named = {"x-forwarded-user": "aigul"}
    client = guarded(user_header="X-Forwarded-User")
    aigul = client.get("/", headers=named)
    assert aigul.json()["reader"].startswith("user-")
    assert "set-cookie" not in aigul.headers
    other = client.get(
        "/", headers={"x-forwarded-user": "marat", "cookie": f"reader={aigul.json()['reader']}"}
    )
    assert other.json()["reader"] != aigul.json()["reader"]
    assert client.get("/").status_code == 401
    assert client.get("/", headers={"x-forwarded-user": " "}).status_code == 401
    twice = Headers(raw=[(b"x-forwarded-user", b"admin"), (b"x-forwarded-user", b"aigul")])
    assert Access.of(Settings(user_header="X-Forwarded-User")).user("127.0.0.1", twice) is None
    stranger = guarded(user_header="X-Forwarded-User", peer="192.0.2.9")
    assert stranger.get("/", headers=named).status_code == 401
    within = guarded(user_header="X-Forwarded-User", proxies="192.0.2.0/24", peer="192.0.2.9")
    assert within.get("/", headers=named).status_code == 200
    both = guarded(user_header="X-Forwarded-User", password=SecretStr("a:b"), peer="192.0.2.9")
    assert both.get("/", headers={**named, **basic("a:b")}).json()["reader"].startswith("user-") is False


def test_settings_that_cannot_be_used_are_told():
    with pytest.raises(UsageError, match="password"):
        Access.of(Settings(password=SecretStr("secret")))
    with pytest.raises(UsageError, match="proxy"):
        Access.of(Settings(proxies="proxy.local"))


def test_a_client_is_known_by_the_last_address_that_is_no_proxy_of_ours():
    access = Access.of(Settings(proxies="10.0.0.0/8"))

    def seen(peer, way):
        return access.client(peer, Headers({"x-forwarded-for": way}))

    assert seen("10.0.0.1", "203.0.113.5") == "203.0.113.5"
    assert seen("10.0.0.1", "198.51.100.1, 203.0.113.5, 10.0.0.2") == "203.0.113.5"
    assert seen("203.0.113.5", "198.51.100.1") == "203.0.113.5"
    assert seen("10.0.0.1", "") == "10.0.0.1"
    lines = [(b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-for", b"203.0.113.5")]
    assert access.client("10.0.0.1", Headers(raw=lines)) == "203.0.113.5"


def test_one_client_s_rate_is_bounded_and_the_others_go_on():
    client = guarded(rate=3, proxies="127.0.0.1")

    def asked(address):
        return client.post("/api/ask", headers={"x-forwarded-for": address})

    codes = [asked("203.0.113.5").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert int(asked("203.0.113.5").headers["retry-after"]) >= 1
    assert asked("203.0.113.6").status_code == 200
    assert client.get("/healthz", headers={"x-forwarded-for": "203.0.113.5"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "http://news.example"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({}, 200),
        ({"origin": "http://news.example"}, 200),
        ({"origin": "https://chat.example", "x-forwarded-host": "chat.example"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "null", "x-forwarded-host": ""}, 403),
        ({"origin": "http://[evil"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://news.example"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_another_site_s_page_changes_nothing(headers, status):
    assert guarded().post("/gradio_api/queue/join", headers=headers).status_code == status
    assert guarded().get("/", headers=headers).status_code == 200


def test_large_requests_are_refused_however_they_are_sent():
    client = guarded()
    big = b"x" * (LARGEST_BODY + 1)
    assert client.post("/api/ask", content=big[:-1]).json()["body"] == LARGEST_BODY
    assert client.post("/api/ask", content=big).status_code == 413
    assert client.post("/api/ask", content=iter([big[:-1], b"xx"])).status_code == 413
    for length in ("many", "-1", "1_0", "٣"):
        assert client.post("/api/ask", headers={"content-length": length.encode()}).status_code == 411
    assert client.get("/api/ask", headers={"content-length": "9" * 30}).status_code == 413


def test_uploads_may_be_larger_where_they_are_allowed():
    client = guarded(uploads=True)
    assert client.post("/gradio_api/upload", content=b"x" * (LARGEST_BODY + 1)).status_code == 200
    assert client.post("/gradio_api/upload", content=iter([b"x"])).status_code == 411
    over = {"content-length": str(LARGEST_UPLOAD + 1)}
    assert client.post("/gradio_api/upload", headers=over).status_code == 413
    assert client.get("/gradio_api/upload_progress").status_code == 200


def test_a_slow_body_is_given_up():
    sent = []

    async def main():
        async def receive():
            await asyncio.sleep(0.02)
            return {"type": "http.request", "body": b"x", "more_body": True}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/api/ask", "headers": [], "scheme": "http"}
        guard = Guard(echo, access=Access(), rates=Rates(0), doors=Doors(), patience=0.05)
        await guard(scope, receive, send)

    asyncio.run(main())
    assert sent[0]["status"] == 408


def test_closed_doors_let_nothing_begin_and_wait_for_those_inside():
    doors = Doors()
    client = guarded(doors=doors)
    assert client.post("/api/ask").status_code == 200
    assert doors.inside == 0

    async def main():
        doors.inside = 1
        waiting = asyncio.create_task(doors.emptied(5, lambda: False))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        doors.inside = 0
        await waiting
        doors.inside = 1
        await doors.emptied(0.1, lambda: False)
        await doors.emptied(60, lambda: True)

    asyncio.run(main())
    refused = client.post("/api/ask")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "60"
    assert client.get("/").status_code == 200
