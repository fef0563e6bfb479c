from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.encoders.fake import HashEncoder
from assistant.library.library import Library
from ingest.__main__ import main
from ingest.pipeline import ingest_sources

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "articles"
TEXT = "Ақтауда жаңа айлақ ашылды. Ол жылына екі миллион тонна жүк қабылдайды."


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSISTANT_ENCODER", "hash")
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path / "library"))

    def invoke(*arguments, stdin=None):
        return CliRunner().invoke(main, list(map(str, arguments)), input=stdin)

    return invoke


@pytest.fixture
def start(run, tmp_path):
    """Start the real program; the fixture before has set its environment."""

    def popen(*arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "ingest", *map(str, arguments)],
            cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip

    return popen


def test_examples_go_in(run, tmp_path):
    result = run(EXAMPLES, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert len(report["added"]) == 14
    with Library.open(tmp_path / "library", HashEncoder()) as library:
        rows = library.articles()
        assert dict(library.counts().languages) == {"kk": 5, "ru": 5, "en": 4}
    articles = [row.article for row in rows]
    assert all(article.title and article.published and article.published.year == 2024 for article in articles)
    assert all(100 <= len(article.text.split()) <= 300 for article in articles)
    assert any("60 мыңға жуық" in article.text for article in articles)
    again = run(EXAMPLES)
    assert again.exit_code == 0
    assert "14 unchanged" in again.stdout


def test_rejections_are_told_and_give_1(run, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b\x1b[31m.txt").write_bytes(b"")
    result = run(tmp_path / "a.txt", tmp_path / "b\x1b[31m.txt")
    assert result.exit_code == 1
    assert "1 added" in result.stdout
    assert "empty" in result.stderr
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [[], ["nowhere.txt"], ["--language", "de", "x"], ["--jobs", "0", "x"], ["--watch", "nowhere"], ["--bad"]],
)
def test_unusable_arguments_give_2(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_standard_input(run):
    assert "1 added" in run("-", stdin=f"Айлақ\n\n{TEXT}").stdout
    assert "1 unchanged" in run("-", stdin=f"Айлақ\n\n{TEXT}").stdout
    result = run(
        "-", stdin='{"id": "a", "text": "Бірінші хабар келді"}\n{"id": "b", "text": "Совсем другое"}\n'
    )
    assert "2 added" in result.stdout
    assert run("-", stdin="").exit_code == 1


def test_help_has_examples(run):
    result = run("--help")
    assert result.exit_code == 0
    assert "python -m ingest --watch inbox/" in result.stdout


def test_library_of_another_encoder_gives_3(run, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    with Library.open(tmp_path / "library", HashEncoder(32)) as library:
        ingest_sources(library, HashEncoder(32), [tmp_path / "a.txt"])
    assert_fails(run(tmp_path / "a.txt"), 3)


def test_library_that_another_writes_gives_3_after_a_wait(run, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    with Library.open(tmp_path / "library", HashEncoder()) as library, library.writing():
        assert_fails(run(tmp_path / "a.txt", "--wait", "0.1"), 3)


def assert_fails(result, code):
    assert result.exit_code == code
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.output


def test_ctrl_c_keeps_what_is_finished(start, tmp_path):
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for number in range(20_000):
            words = " ".join(f"сөз{number}-{step}" for step in range(90))
            stream.write(json.dumps({"id": str(number), "text": f"{words}."}, ensure_ascii=False) + "\n")
    process = start(path, "--json")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (tmp_path / "library").exists() and reading(tmp_path) > 200:
            break
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    report = json.loads(stdout)
    assert 200 < len(report["added"]) < 20_000
    with Library.open(tmp_path / "library", HashEncoder()) as library:
        stored = {row.article.id for row in library.articles()}
    assert set(report["added"]) <= stored
    assert len(stored) <= len(report["added"]) + 1


def reading(tmp_path):
    with Library.open(tmp_path / "library", HashEncoder()) as library:
        return library.counts().articles


def test_watching_takes_in_what_comes(start, tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.txt").write_text(f"Айлақ\n\n{TEXT}", encoding="utf-8")
    process = start("--watch", inbox)
    try:
        assert "1 added" in process.stdout.readline()
        (inbox / "b.txt").write_text(
            "Школа\n\nВ Бишкеке открыли новую школу для девятисот детей.", encoding="utf-8"
        )
        assert "1 added" in process.stdout.readline()
    finally:
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
