"""The commands, on a library of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import main
from assistant.cli.render import harmless
from tests.conftest import ARTICLES

ROOT = Path(__file__).parent.parent


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command; the library is in the test's folder and its encoder is the instant one."""
    monkeypatch.setenv("ASSISTANT_ENCODER", "hash")
    monkeypatch.setenv("ASSISTANT_RERANKER", "none")
    monkeypatch.chdir(tmp_path)

    def command(*arguments, text=None):
        return CliRunner().invoke(main, [str(one) for one in arguments], input=text)

    return command


@pytest.fixture
def filled(run, tmp_path):
    rows = [
        {
            "id": one.id,
            "title": one.title,
            "text": one.text,
            "url": one.url,
            "publisher": one.publisher,
            "published": one.published.isoformat(),
        }
        for one in ARTICLES
    ]
    (tmp_path / "news.jsonl").write_text(
        "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8"
    )
    result = run("ingest", "news.jsonl")
    assert result.exit_code == 0, result.output
    return run


def test_ask(filled):
    result = filled("ask", "How many passengers does the Karaganda tram line carry?")
    assert result.exit_code == 0
    assert result.stdout.strip()


def test_ask_as_json(filled):
    result = filled(
        "ask", "Сколько тонн яблок собрали садоводы?", "--json", "--language", "kk", "--since", "2024-10-01"
    )
    answer = json.loads(result.stdout)
    assert answer["language"] == "kk"
    assert {hit["article"]["id"] for hit in answer["hits"]} == {"ru-2"}
    assert answer["timings"]["total"] > 0
    assert "text" not in answer["hits"][0]["article"]


def test_search(filled):
    assert (
        "1. Karaganda gets a new tram line · Sample Times · 2024-06-30"
        in filled("search", "Karaganda tram line").stdout
    )
    hits = json.loads(filled("search", "tram", "--limit", 2, "--language", "kk", "--json").stdout)
    assert len(hits) == 2
    assert {hit["article"]["language"] for hit in hits} == {"kk"}


def test_chat_is_a_conversation(filled):
    result = filled("chat", text="How many flamingos near Lake Balkhash?\n  ?!\nAnd trams?\n\n")
    assert result.exit_code == 0
    assert result.stdout.count("> ") >= 4
    assert "The question is empty" in result.stderr


def test_articles(filled, tmp_path):
    listed = filled("articles", "list")
    assert "Karaganda gets a new tram line" in listed.stdout
    rows = json.loads(filled("articles", "list", "--json", "--publisher", "Sample Times").stdout)
    assert [row["id"] for row in rows] == ["en-1", "en-2"]
    assert rows[0]["chunks"] == 1
    assert "14 kilometres" in filled("articles", "show", "en-1").stdout
    assert json.loads(filled("articles", "show", "en-1", "--json").stdout)["text"] == ARTICLES[4].text

    assert filled("articles", "export", "out.jsonl").exit_code == 0
    exported = [
        json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert {row["id"] for row in exported} == {one.id for one in ARTICLES}

    assert "Removed en-1" in filled("articles", "remove", "en-1").stdout
    gone = filled("articles", "remove", "en-2", "en-1")
    assert gone.exit_code == 2
    assert "no article" in gone.stderr
    assert filled("articles", "show", "en-2").exit_code == 0  # nothing is removed unless all are known


def test_what_was_exported_can_be_ingested(filled):
    filled("articles", "export", "out.jsonl")
    assert "6 added" in filled("ingest", "out.jsonl", "--data-dir", "elsewhere").stdout
    assert "6 unchanged" in filled("ingest", "out.jsonl").stdout


def test_doctor_and_rebuild(filled):
    report = json.loads(filled("doctor", "--deep", "--json").stdout)
    assert report
    assert all(finding["ok"] for finding in report), report
    assert "Rebuilt: 6 articles" in filled("rebuild").stdout
    assert filled("doctor").exit_code == 0


def test_rebuild_takes_in_another_encoder(filled, monkeypatch):
    from assistant import HashEncoder, Library
    from ingest.chunk import embedding_text

    Library.open(Path(os.environ["ASSISTANT_DATA_DIR"]), HashEncoder(48), text_of=embedding_text).close()
    refused = filled("ask", "Flamingos?")
    assert refused.exit_code == 3
    assert "rebuild" in refused.stderr
    assert filled("rebuild").exit_code == 0
    assert filled("search", "flamingos").exit_code == 0


def test_eval(filled, tmp_path):
    question = {"id": "q", "question": "Karaganda tram line", "language": "en", "relevant": ["en-1"]}
    (tmp_path / "questions.jsonl").write_text(json.dumps(question), encoding="utf-8")
    table = filled("eval", "questions.jsonl")
    assert "nDCG@10" in table.stdout
    rows = json.loads(filled("eval", "questions.jsonl", "--search-only", "--json").stdout)
    assert rows[-1]["hit@1"] == {"value": 1.0, "n": 1}
    other = filled(
        "eval",
        "questions.jsonl",
        "--articles",
        "news.jsonl",
        "--data-dir",
        "unused",
        "--search-only",
        "--json",
    )
    assert json.loads(other.stdout)[-1]["hit@1"]["value"] == 1.0
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", ""], 2, "empty"),
        (["ask", "x" * 5000], 2, "5,000 characters"),
        (["ask", "これは何ですか"], 2, "not understood"),
        (["ask", "Anything?"], 3, "no articles"),
        (["search", "Anything?"], 3, "no articles"),
        (["ask", "x", "--since", "yesterday"], 2, "yesterday"),
        (["ask", "x", "--language", "fr"], 2, "'fr'"),
        (["eval", "nowhere.jsonl"], 2, "does not exist"),
        (["articles", "show", "nothing"], 2, "no article"),
        (["ingest", "nowhere.txt"], 2, "nowhere.txt"),
        (["serve", "--port", "99999"], 2, "99999"),
    ],
)
def test_bad_input_is_one_message_and_a_code(run, arguments, code, message):
    result = run(*arguments)
    assert result.exit_code == code
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_setting_that_cannot_be_used_is_named(run, monkeypatch):
    monkeypatch.setenv("ASSISTANT_PORT", "many")
    result = run("ask", "Anything?")
    assert result.exit_code == 2
    assert "ASSISTANT_PORT" in result.stderr


def test_a_damaged_library_is_told(filled):
    ledger = next(
        path
        for path in Path(os.environ["ASSISTANT_DATA_DIR"]).iterdir()
        if path.suffix in (".db", ".sqlite", ".sqlite3")
    )
    for beside in ledger.parent.glob(f"{ledger.name}-*"):
        beside.unlink()
    ledger.write_bytes(b"not a database" * 1000)
    result = filled("ask", "Flamingos?")
    assert result.exit_code == 3
    assert "Error:" in result.stderr


def test_a_locked_library_is_told(filled):
    from assistant import HashEncoder, Library

    with Library.open(Path(os.environ["ASSISTANT_DATA_DIR"]), HashEncoder()) as library, library.writing():
        taken = subprocess.run(
            [sys.executable, "-m", "assistant.cli", "articles", "remove", "en-1"],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        assert taken.returncode == 3
        assert "Traceback" not in taken.stderr
        asked = subprocess.run(
            [sys.executable, "-m", "assistant.cli", "ask", "How many flamingos?"],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        assert asked.returncode == 0, asked.stderr


def test_what_a_terminal_would_obey_is_taken_out():
    assert harmless("a\x1b[31mred\x07\u202e\tb\nc\r") == "a[31mred\tb\nc"


def test_help_names_every_command():
    result = CliRunner().invoke(main, ["--help"])
    for name in (
        "ask",
        "chat",
        "articles",
        "ingest",
        "eval",
        "feedback",
        "doctor",
        "rebuild",
        "serve",
        "mcp",
    ):
        assert f"  {name} " in result.stdout


@pytest.mark.parametrize("command", [["assistant.cli", "serve"], ["app"]])
def test_serving_answers_and_stops_on_ctrl_c(filled, command):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", *command, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert f"127.0.0.1:{port}" in server.stdout.readline()
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
                    assert page.status == 200
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.2)
    finally:
        server.send_signal(signal.SIGINT)
        _, complaints = server.communicate(timeout=20)
    assert "Traceback" not in complaints
    assert server.returncode in (0, 130)
