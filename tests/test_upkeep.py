"""The commands that keep a library: backup, restore, rescue, doctor."""

from __future__ import annotations

import sqlite3

import pytest
from click.testing import CliRunner

from assistant.cli import main
from assistant.library import Library
from assistant.library.ledger import FILE
from tests.conftest import fill


@pytest.fixture
def run(tmp_path, monkeypatch, encoder):
    monkeypatch.setenv("ASSISTANT_ENCODER", "hash")
    with Library.open(tmp_path / "data", encoder) as library:
        fill(library)
    return lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments])


def test_a_backup_is_restored_by_commands(run, tmp_path, encoder):
    done = run("backup", tmp_path / "copy")
    assert (done.exit_code, "6 articles" in done.stdout) == (0, True)
    assert run("backup", tmp_path / "copy").exit_code == 2
    run("articles", "remove", "ru-1", "--yes")
    done = run("restore", tmp_path / "copy")
    assert (done.exit_code, "6 articles" in done.stdout, "ledger-before-1" in done.stdout) == (0, True, True)
    assert run("doctor", "--deep").exit_code == 0
    with Library.open(tmp_path / "data", encoder) as library:
        assert len(library.articles()) == 6


def test_a_damaged_library_says_what_to_do_and_is_rescued(run, tmp_path):
    with sqlite3.connect(tmp_path / "data" / FILE) as db:
        db.execute("UPDATE versions SET text = 'Other.' WHERE article = 'ru-1'")
    db.close()
    done = run("doctor")
    assert done.exit_code == 3
    assert "assistant restore" in done.stderr
    done = run("rescue", tmp_path / "saved")
    assert (done.exit_code, "5 articles" in done.stdout) == (3, True)
    done = run("ingest", "--data-dir", tmp_path / "again", tmp_path / "saved" / "articles.jsonl")
    assert (done.exit_code, "5 added" in done.stdout) == (0, True)
