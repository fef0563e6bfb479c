"""What a comparison was to reach, beside what it did."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.contenders import FLOOR, OWN

TUTORIAL = "langchain, minilm"
BIG, MIDDLING = 100_000, 10_000


@dataclass(frozen=True)
class Seen:
    """The medians of a comparison."""

    data: dict[str, Any]

    @property
    def sizes(self) -> list[int]:
        """The numbers of chunks, least first."""
        return sorted(map(int, self.data["sizes"]))

    def of(self, size: int, figure: str, name: str = OWN) -> float | None:
        """Return a median, None where there is none."""
        return middle(self.data["sizes"].get(str(size), {}).get(name, {}), figure)

    def least(self, size: int, figure: str, *, hybrid: bool = False) -> float | None:
        """Return the best median of the peers, or of those that search by words too."""
        names = [
            name
            for name in self.data["sizes"].get(str(size), {})
            if name not in (OWN, "chat")
            and not name.startswith(FLOOR)
            and not (hybrid and name.startswith("langchain"))
        ]
        return min((value for name in names if (value := self.of(size, figure, name))), default=None)


def middle(figures: dict[str, Any], name: str) -> float | None:
    """Return a figure's median; None where it was not measured, or a run of it never came true."""
    values = figures.get(name)
    if not isinstance(values, list):
        return values
    return None if None in values else statistics.median(values)


def number(value: float) -> str:
    """Return a number with three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def ratio(one: float | None, other: float | None) -> float | None:
    """Return how many times the other the one is, None where one of them is missing."""
    return one / other if one and other else None


def figures(seen: Seen) -> Iterator[tuple[str, float | None, str, str]]:
    """Yield what is to be reached, what was, the bound, and its unit."""
    yield f"search at {BIG:,} chunks, p50", seen.of(BIG, "search p50"), "≤ 15", "ms"
    yield f"search at {BIG:,} chunks, p95", seen.of(BIG, "search p95"), "≤ 30", "ms"
    for size in seen.sizes:
        faster = ratio(seen.least(size, "search p50", hybrid=True), seen.of(size, "search p50"))
        yield (
            f"search at {size:,} chunks beside the fastest peer's hybrid search",
            faster,
            "≥ 3",
            "times faster",
        )
    growth = ratio(seen.of(BIG, "search p50"), seen.of(MIDDLING, "search p50"))
    yield f"search, from {MIDDLING:,} to {BIG:,} chunks", growth, "≤ 2", "times"
    yield f"answer at {BIG:,} chunks, p50", seen.of(BIG, "ask p50"), "≤ 60", "ms"
    for size in seen.sizes:
        ours = seen.of(size, "ingest")
        tutorial = ratio(seen.of(size, "ingest", TUTORIAL), ours)
        yield (
            f"ingest of {size:,} chunks beside the tutorial chain with MiniLM",
            tutorial,
            "≥ 3",
            "times faster",
        )
        bare = ratio(ours, seen.of(size, "ingest", f"{FLOOR}encoding"))
        yield f"ingest of {size:,} chunks beside bare encoding", bare, "≤ 1.25", "times"
    yield f"cold `assistant ask` at {MIDDLING:,} chunks", seen.of(MIDDLING, "cold"), "≤ 1.5", "s"
    cold = ratio(seen.least(MIDDLING, "cold"), seen.of(MIDDLING, "cold"))
    yield (
        f"cold `assistant ask` at {MIDDLING:,} chunks beside the fastest peer's script",
        cold,
        "≥ 5",
        "times faster",
    )
    yield f"memory of the chat at {BIG:,} chunks", seen.of(BIG, "memory", "chat"), "≤ 600", "MB"
    yield f"an article changed at {BIG:,} chunks, until it is seen", seen.of(BIG, "update"), "≤ 1", "s"
    yield f"an article removed at {BIG:,} chunks, until it is seen", seen.of(BIG, "remove"), "≤ 1", "s"


def goals(data: dict[str, Any]) -> list[str]:
    """Return a table of what was to be reached, as far as it was measured."""
    rows = []
    for title, value, bound, unit in figures(Seen(data)):
        if value is not None:
            sign, limit = bound.split()
            reached = value <= float(limit) if sign == "≤" else value >= float(limit)
            rows.append([title, f"{bound} {unit}", f"{number(value)} {unit}", "yes" if reached else "**no**"])
    return [f"## Goals\n\n{table(['', 'goal', 'measured', 'reached'], rows)}"] if rows else []
