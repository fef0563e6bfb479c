"""The tools for other assistants, called by a real client, in process and over HTTP."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from assistant.assistant import Assistant
from assistant.errors import LibraryDamaged
from assistant.web.parts import Parts
from assistant.web.tools import PATH, tool_server, tools_app

mcp = pytest.importorskip("mcp", reason="the extra [mcp] is not installed")
QUESTION = "How many flamingos were counted near Lake Balkhash?"


def called(server, *calls):
    async def main():
        async with mcp.Client(server) as client:
            listed = await client.list_tools()
            return listed, [await client.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(main())


def read(result):
    assert not result.is_error, result
    return json.loads(result.content[0].text)


def test_the_tools_answer_search_and_read(assistant):
    listed, results = called(
        tool_server(Parts(assistant=assistant)),
        ("ask", {"question": QUESTION}),
        ("search", {"question": "Karaganda tram", "limit": 1, "since": "2024-06-01"}),
        ("read_article", {"article_id": "en-2"}),
    )
    assert {tool.name for tool in listed.tools} == {"ask", "search", "read_article"}
    assert all(tool.description for tool in listed.tools)
    answer, found, article = map(read, results)
    assert answer["question"] == QUESTION
    assert "hits" not in answer
    assert [hit["article"]["id"] for hit in found["hits"]] == ["en-1"]
    assert article["text"].startswith("Ornithologists counted")


def test_errors_are_told_in_words_and_nothing_inside_is(assistant, tmp_path):
    class Broken:
        def search(self, question, limit=10, filters=None):
            raise LibraryDamaged(f"The ledger {tmp_path} is broken.")

    broken = Assistant(library=assistant.library, retriever=Broken(), answerer=assistant.answerer)
    _, results = called(
        tool_server(Parts(assistant=broken)),
        ("read_article", {"article_id": "none"}),
        ("ask", {"question": " "}),
        ("ask", {"question": QUESTION, "language": "de"}),
        ("search", {"question": QUESTION}),
    )
    assert all(result.is_error for result in results)
    texts = [result.content[0].text for result in results]
    assert "no such article" in texts[0]
    assert "empty" in texts[1]
    assert str(tmp_path) not in texts[3]


def test_they_are_served_over_http(assistant):
    from tests.web.serving import serving

    app = tools_app(Parts(assistant=assistant))
    with serving(app) as address:
        _, (answer,) = called(f"{address}{PATH}", ("ask", {"question": QUESTION}))
        assert httpx.get(f"{address}{PATH}", headers={"accept": "text/event-stream"}).status_code == 405
    assert read(answer)["question"] == QUESTION
