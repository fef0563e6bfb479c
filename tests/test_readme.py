"""What the README says can be done is done here; what it lists is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"<!-- run -->\n```(\w+)\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment with the commands on its path, a library of its own and the instant encoder."""
    folder = tmp_path_factory.mktemp("readme")
    for name, module in (("assistant", " -m assistant.cli"), ("python", "")):
        command = folder / name
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n', encoding="utf-8")
        command.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "ASSISTANT_DATA_DIR": str(folder / "data"),
        "ASSISTANT_ENCODER": "hash",
        "ASSISTANT_RERANKER": "none",
    }


def test_every_marked_block_runs_in_order(environment):
    assert len(BLOCKS) >= 3
    for language, code in BLOCKS:
        command = ["sh", "-e", "-c", code] if language == "sh" else [sys.executable, "-c", code]
        ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)
        assert ran.returncode == 0, f"{code}\n{ran.stderr}"
        assert ran.stdout.strip()


def test_the_table_has_every_setting():
    assert set(re.findall(r"^\| `ASSISTANT_(\w+)`", README, re.MULTILINE)) == {
        name.upper() for name in Settings.model_fields
    }
    assert len(Settings.model_fields) <= 20


def test_what_the_tree_names_is_there():
    tree = README.partition("## What is where")[2]
    parent = ROOT
    for indent, name in re.findall(
        r"^( *)([\w./]+\w/?) +\S", tree.partition("```text\n")[2].partition("```")[0], re.MULTILINE
    ):
        parent = parent if indent else ROOT
        assert (parent / name).exists(), name
        if not indent and name.endswith("/"):
            parent = ROOT / name


def test_make_help_lists_the_targets():
    shown = subprocess.run(
        ["make", "-s", "help"], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout
    assert {"run", "test", "lint", "types", "unit", "eval", "docs"} <= set(
        re.findall(r"^  make (\S+)", shown, re.MULTILINE)
    )
