"""The generated reference is what the commands say now."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def test_cli_reference_is_up_to_date():
    generate = runpy.run_path(str(DOCS / "generate.py"))
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == generate["reference"](), "run: make docs"
