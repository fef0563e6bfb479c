"""The REST face, over HTTP without a browser."""

from __future__ import annotations

import asyncio
import json
from html.parser import HTMLParser

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.assistant import Assistant
from assistant.errors import LibraryDamaged, ModelError
from assistant.library.library import Library
from assistant.types import Answer, AnswerEvent, Article
from assistant.web.api import add_api
from assistant.web.limits import Gate
from assistant.web.parts import Parts
from tests.conftest import fill

QUESTION = "How many flamingos were counted near Lake Balkhash?"


def served(assistant, **parts):
    app = FastAPI(title="Test", docs_url=None, redoc_url=None, openapi_url=None)
    add_api(app, Parts(assistant=assistant, **parts))
    return app


@pytest.fixture
def client(assistant):
    with TestClient(served(assistant)) as opened:
        yield opened


class Slow:
    """Answers when it is let."""

    def __init__(self):
        self.begun, self.go, self.closed = 0, asyncio.Event(), 0

    async def astream(self, question, hits, language, history=(), counts=None):
        self.begun += 1
        try:
            yield AnswerEvent(kind="delta", text="a\nb: ")
            await self.go.wait()
            answer = Answer(question=question, text="a\nb: c", language=language, answerer="slow")
            yield AnswerEvent(kind="answer", answer=answer)
        finally:
            self.closed += 1


class Failing:
    """Fails after its first word."""

    def stream(self, question, hits, language, history=(), counts=None):
        yield AnswerEvent(kind="delta", text="a")
        raise ModelError("The model is gone.", "Ask again.")


def with_answerer(assistant, answerer):
    return Assistant(library=assistant.library, retriever=assistant.retriever, answerer=answerer)


def events(text):
    """Read server-sent events as a strict client does."""
    read = []
    for block in text.split("\n\n")[:-1]:
        kind, data = block.split("\n")
        read.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return read


def test_an_answer_comes_with_its_citations(client, assistant):
    response = client.post("/api/ask", json={"question": QUESTION, "since": "2024-01-01", "language": "ru"})
    answer = response.json()
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert (answer["question"], answer["language"]) == (QUESTION, "ru")
    assert answer["hits"][0]["article"]["id"] == "en-2"
    for cited in answer["citations"]:
        article = client.get(f"/api/articles/{cited['article']['id']}").json()
        assert article["text"][cited["start"] : cited["end"]] == cited["quote"]


def test_a_streamed_answer_ends_with_the_whole_one(client):
    response = client.post("/api/ask", json={"question": QUESTION}, headers={"accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    kinds = [kind for kind, _ in told]
    assert kinds[:3] == ["status", "sources", "status"]
    assert kinds[-1] == "answer"
    assert (
        "".join(data["text"] for kind, data in told if kind == "delta").strip() == told[-1][1]["text"].strip()
    )


def test_filters_and_history_are_used(client):
    filtered = client.post("/api/ask", json={"question": QUESTION, "article_language": "kk"}).json()
    assert {hit["article"]["language"] for hit in filtered["hits"]} == {"kk"}
    history = [{"question": QUESTION, "answer": "5,000 [1]."}]
    assert client.post("/api/ask", json={"question": "And where?", "history": history}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"question": "  "}, 400, "EmptyQuestion"),
        ({"question": "a" * 2001}, 400, "QuestionTooLong"),
        ({"question": "这是什么"}, 400, "UnknownLanguage"),
        ({}, 422, "UsageError"),
        ({"question": "a", "since": "yesterday"}, 422, "UsageError"),
        ({"question": "a", "language": "de"}, 422, "UsageError"),
        ({"question": "a", "unknown": 1}, 422, "UsageError"),
        ({"question": "a", "history": [{"question": "a"}] * 21}, 422, "UsageError"),
        ([], 422, "UsageError"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_what_cannot_be_asked_is_told(client, body, status, error, accept):
    response = client.post("/api/ask", json=body, headers={"accept": accept})
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert response.json()["message"]
    assert "<" not in response.text


def test_search(client):
    hits = client.get("/api/search", params={"question": "Karaganda tram", "limit": 2}).json()["hits"]
    assert hits[0]["article"]["id"] == "en-1"
    assert len(hits) <= 2
    assert client.get("/api/search", params={"question": "x", "limit": 0}).status_code == 422
    assert client.get("/api/search").status_code == 422
    russian = client.get("/api/search", params={"question": "tram", "language": "ru"}).json()["hits"]
    assert {hit["article"]["language"] for hit in russian} <= {"ru"}


def test_articles_are_listed_in_pages(client):
    first = client.get("/api/articles", params={"limit": 4}).json()
    rest = client.get("/api/articles", params={"limit": 4, "offset": first["next"]}).json()
    ids = [row["id"] for row in first["articles"] + rest["articles"]]
    assert ids == ["ru-2", "en-1", "ru-1", "en-2", "kk-1", "kk-2"]
    assert rest["next"] is None
    assert (
        client.get("/api/articles", params={"publisher": "Sample Times"}).json()["articles"][0]["id"]
        == "en-1"
    )


def test_an_article_has_its_text_and_only_an_address_of_the_web(client, library):
    fill(
        library,
        (Article(id="a/b c", text="<b>Text</b> of it.", url="javascript:alert(1)", title="<i>T</i>"),),
    )
    article = client.get("/api/articles/a%2Fb c")
    assert article.headers["content-type"] == "application/json"
    assert article.json() | {"published": None} == article.json()
    assert (article.json()["text"], article.json()["url"]) == ("<b>Text</b> of it.", "")
    assert client.get("/api/articles/none").status_code == 404


def test_health(assistant, tmp_path, encoder):
    parts = Parts(assistant=assistant)
    app = FastAPI()
    add_api(app, parts)
    client = TestClient(app)
    assert client.get("/healthz").json() == {"ok": True}
    assert client.get("/readyz").status_code == 200
    parts.stopping.set()
    assert client.get("/readyz").status_code == 503
    with Library.open(tmp_path / "empty", encoder) as library:
        empty = Assistant(library=library, retriever=assistant.retriever, answerer=assistant.answerer)
        client = TestClient(served(empty))
        assert client.get("/readyz").status_code == 503
        assert client.post("/api/ask", json={"question": QUESTION}).json()["error"] == "EmptyLibrary"


def test_a_busy_server_says_when_to_come_again(assistant):
    async def main():
        slow = Slow()
        transport = httpx.ASGITransport(
            served(with_answerer(assistant, slow), gate=Gate(at_once=1, waiting=1))
        )
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

            def ask():
                return asyncio.create_task(client.post("/api/ask", json={"question": QUESTION}))

            asked = [ask(), ask()]
            while not slow.begun:
                await asyncio.sleep(0.01)
            refused = await ask()
            also = await client.get("/api/search", params={"question": QUESTION})
            slow.go.set()
            return refused, also, await asyncio.gather(*asked)

    refused, also, answered = asyncio.run(main())
    assert (refused.status_code, refused.json()["error"]) == (503, "Busy")
    assert int(refused.headers["retry-after"]) >= 1
    assert also.status_code == 503
    assert [one.status_code for one in answered] == [200, 200]


def test_a_failure_inside_a_stream_is_an_event(assistant):
    client = TestClient(served(with_answerer(assistant, Failing())))
    response = client.post("/api/ask", json={"question": QUESTION}, headers={"accept": "text/event-stream"})
    assert events(response.text)[-1] == (
        "error",
        {"error": "ModelError", "message": "The model is gone.", "hint": "Ask again."},
    )
    assert client.post("/api/ask", json={"question": QUESTION}).status_code == 502


def test_what_goes_wrong_inside_is_not_told_to_the_world(assistant, tmp_path):
    class Broken:
        def search(self, question, limit=10, filters=None):
            raise LibraryDamaged(f"The ledger {tmp_path} is broken.")

    broken = Assistant(library=assistant.library, retriever=Broken(), answerer=assistant.answerer)
    response = TestClient(served(broken)).post("/api/ask", json={"question": QUESTION})
    assert response.status_code == 500
    assert str(tmp_path) not in response.text


def test_who_leaves_a_stream_ends_the_work(assistant):
    async def main():
        slow, gate, sent = Slow(), Gate(at_once=1), []
        app = served(with_answerer(assistant, slow), gate=gate)
        body = json.dumps({"question": QUESTION}).encode()
        received = asyncio.Queue()
        received.put_nowait({"type": "http.request", "body": body, "more_body": False})

        async def send(message):
            sent.append(message)
            if b"delta" in message.get("body", b""):
                received.put_nowait({"type": "http.disconnect"})

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "POST",
            "path": "/api/ask",
            "raw_path": b"/api/ask",
            "query_string": b"",
            "scheme": "http",
            "headers": [(b"content-type", b"application/json"), (b"accept", b"text/event-stream")],
        }
        async with asyncio.timeout(20):
            await app(scope, received.get, send)
        for _ in range(100):
            if slow.closed and not gate.inside:
                break
            await asyncio.sleep(0.02)
        return slow.begun, slow.closed, gate.inside

    assert asyncio.run(main()) == (1, 1, 0)


class Tags(HTMLParser):
    """Collects the names of tags and what they load."""

    def __init__(self):
        super().__init__()
        self.tags, self.loads = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href")]


def test_the_api_is_documented_without_scripts(client):
    schema = client.get("/api/openapi.json").json()
    assert set(schema["paths"]) == {
        "/api/ask",
        "/api/search",
        "/api/articles",
        "/api/articles/{article_id}",
        "/healthz",
        "/readyz",
    }
    page = client.get("/api/docs")
    read = Tags()
    read.feed(page.text)
    assert "script" not in read.tags
    assert read.loads == ["openapi.json"]
    for path in schema["paths"]:
        assert path in page.text
    assert "article_language" in page.text
