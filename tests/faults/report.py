"""docs/reliability.md, made of what the campaigns saw: each keeps its figures in benchmarks/results, dated."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
TARGET = ROOT / "docs" / "reliability.md"
Row = Mapping[str, Any]


def write(name: str, rows: Sequence[Row], **facts: object) -> None:
    """Keep what a campaign saw, and write the report again."""
    machine = f"{len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.machine()}"
    seen = {"date": datetime.now(UTC).date().isoformat(), "machine": machine, **facts, "rows": list(rows)}
    path = RESULTS / f"reliability-{name}.json"
    path.write_text(json.dumps(seen, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    TARGET.write_text(report(), encoding="utf-8")


def report() -> str:
    """Return the whole report."""
    parts = [_HEAD]
    for name, (title, columns) in _TABLES.items():
        path = RESULTS / f"reliability-{name}.json"
        if path.exists():
            parts.append(_table(title, columns, json.loads(path.read_text(encoding="utf-8"))))
    return "\n".join(parts)


def _table(title: str, columns: Mapping[str, str], seen: Mapping[str, Any]) -> str:
    facts = [
        f"{key.replace('_', ' ')}: {value}"
        for key, value in seen.items()
        if key not in ("date", "rows", "machine")
    ]
    lines = [
        f"## {title}",
        "",
        f"{seen['date']}, {seen['machine']}" + "".join(f"; {fact}" for fact in facts) + ".",
        "",
    ]
    lines += ["| " + " | ".join(columns.values()) + " |", "|" + "---|" * len(columns)]
    for row in seen["rows"]:
        lines.append("| " + " | ".join(_shown(row.get(key, "")) for key in columns) + " |")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value).replace("|", "\\|")


_HEAD = """# Reliability

What was done to a library and what became of it. Made by the scripts that did it (`make crash`, `make faults`, `make
soak`); each table has the day of its last whole run. What must hold after every fault: an article that was reported
as taken in is found by a search for each of its chunks and can be cited; an article has all its chunks or none; no
retired version is found; the next start takes less than 30 seconds, or says within 5 what is wrong; the same
ingest again converges. `assistant doctor --deep` checks the first three.
"""
_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "crash": (
        "Killed writers",
        {
            "fault": "fault",
            "tried": "times",
            "in_the_middle": "in the middle of it",
            "lost": "lost or half",
            "start": "slowest next start, s",
        },
    ),
    "storage": (
        "Damaged files and full disks",
        {
            "fault": "fault",
            "tried": "times",
            "named": "named at once (a damaged ledger, a full disk)",
            "lost": "lost or half",
            "start": "slowest next start, s",
        },
    ),
    "inputs": (
        "Bad input",
        {
            "kind": "suffix",
            "tried": "cases",
            "ingested": "ingested",
            "rejected": "rejected with a reason",
            "wrong": "anything else",
            "slowest": "slowest, processor seconds",
        },
    ),
    "speed": (
        "A megabyte of one thing",
        {"reader": "reader", "texts": "texts", "worst": "slowest on", "seconds": "processor seconds"},
    ),
    "together": (
        "Two at once",
        {
            "what": "",
            "times": "times",
            "questions": "questions meanwhile",
            "errors": "errors, lost or half",
            "slowest": "slowest, s",
        },
    ),
    "load": (
        "Asking while articles go in",
        {"what": "", "questions": "questions", "errors": "errors", "p50": "p50, ms", "p95": "p95, ms"},
    ),
    "soak": (
        "Soak",
        {"what": "", "begin": "after warm-up", "end": "at the end", "slope": "an hour"},
    ),
}

if __name__ == "__main__":
    TARGET.write_text(report(), encoding="utf-8")
