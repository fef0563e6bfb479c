"""The commands around the web chat: what readers said, and the tools for other assistants."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.answering.extractive import ExtractiveAnswerer
from assistant.assistant import Assistant
from assistant.cli import main
from assistant.encoders.fake import HashEncoder
from assistant.library.desk import Desk
from assistant.library.library import Library
from assistant.retrieval.hybrid import HybridRetriever
from assistant.web.plain import answer_data
from tests.conftest import fill

ROOT = Path(__file__).parent.parent
QUESTION = "How many flamingos were counted near Lake Balkhash?"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A library of the instant encoder, in which two answers were rated."""
    monkeypatch.setenv("ASSISTANT_ENCODER", "hash")
    monkeypatch.setenv("ASSISTANT_RERANKER", "none")
    monkeypatch.chdir(tmp_path)
    folder, encoder = Path(os.environ["ASSISTANT_DATA_DIR"]), HashEncoder()
    with Library.open(folder, encoder) as library:
        fill(library)
        parts = {"library": library, "retriever": HybridRetriever(library, encoder)}
        answer = answer_data(Assistant(**parts, answerer=ExtractiveAnswerer(encoder)).ask(QUESTION))
    desk = Desk.open(folder)
    talk = desk.start("ann", "t").id
    for good, reason in ((True, ""), (False, "<b>wrong</b>")):
        desk.rate("ann", desk.add("ann", talk, QUESTION, answer).id, good, reason)
    desk.close()
    return folder


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_feedback_is_exported_and_evaluated(folder, tmp_path):
    assert run("feedback", "export", tmp_path / "said.jsonl").exit_code == 0
    rows = [json.loads(line) for line in (tmp_path / "said.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["rated"] for row in rows] == ["good", "bad"]
    assert rows[1]["reason"] == "<b>wrong</b>"
    assert "ann" not in (tmp_path / "said.jsonl").read_text(encoding="utf-8").split()
    evaluated = run("eval", tmp_path / "said.jsonl", "--json")
    assert evaluated.exit_code == 0, evaluated.output
    figures = {row["language"]: row for row in json.loads(evaluated.stdout)}
    assert figures["all"]["answered"]["n"] == 2


def test_feedback_of_one_kind_goes_to_the_terminal(folder):
    result = run("feedback", "export", "--rated", "bad")
    assert [json.loads(line)["rated"] for line in result.stdout.splitlines()] == ["bad"]


def test_the_tools_answer_another_assistant_over_its_pipes(folder):
    mcp = pytest.importorskip("mcp", reason="the extra [mcp] is not installed")
    from mcp.client.stdio import StdioServerParameters

    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "assistant.cli", "mcp"], env=environment
    )

    async def ask():
        async with mcp.Client(server) as client:
            return await client.call_tool("search", {"question": "Karaganda tram", "limit": 1})

    result = asyncio.run(ask())
    assert json.loads(result.content[0].text)["hits"][0]["article"]["id"] == "en-1"
