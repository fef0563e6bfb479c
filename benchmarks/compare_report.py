"""Tables and plots of a comparison's figures; docs/performance.md is made of them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.compare_goals import goals, middle, number, table
from benchmarks.contenders import FLOOR, FLOORS, OWN, PEERS

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "performance.md"
# A figure's key, what it is called, its unit, and whether the floors have it.
FIGURES = (
    ("search p50", "Search, the question's encoding included: p50", "ms"),
    ("search p95", "Search: p95", "ms"),
    ("ask p50", "Answer: p50 (ours: the extractive answer; a peer: search and prompt)", "ms"),
    ("cold", "A new process's first answer (ours: `assistant ask`; chat: the server's start included)", "s"),
    ("ingest", "Ingest of the same articles", "s"),
    ("memory", "Memory while serving", "MB"),
    ("disk", "Disk", "MB"),
    ("update", "One article changed, until a search finds the new text", "s"),
    ("remove", "One article removed, until no search finds it", "s"),
)
HEAD = """# Performance

Made by `make bench-full`; the figures are in `benchmarks/results`. Each contender is a process of its own with as many threads as
cores, over the same articles, made by a seed of the development sets' sentences; contenders take turns, no question is asked twice.
Medians over the runs, and from the least to the greatest run in brackets. **The ratio comes first: how many times ours.**

"minilm" is all-MiniLM-L6-v2; a peer without it has our encoder. Peers are set up as their documentation does (`benchmarks/peers`). What
to keep in mind: no chat model is here, so a peer's answer is its search and the prompt it would send. Peers cut articles their own way, so
ingest is compared by the same articles' seconds. Where a peer has no ingest, it was given our chunks with their vectors. A peer that
keeps its index in memory does not save it again after a change. LangChain's chain searches by meaning only; the other peers
also by words. The interview is one article: there a passage counts, as each cuts them, if it is the first to hold a sentence
that answers.
"""


def cell(figures: dict[str, Any], name: str, unit: str, ours: float | None) -> str:
    """Return the ratio to ours, the median and the spread."""
    value = middle(figures, name)
    if value is None:
        return "never" if name in figures else "–"
    ratio = f"**{number(value / ours)}×** " if ours else ""
    runs = figures[name] if isinstance(figures[name], list) else []
    spread = f" ({number(min(runs))}–{number(max(runs))}{few(runs)})" if len(runs) > 1 else ""
    rate = f", {number(figures['chunks'] / value)} chunks/s" if name == "ingest" else ""
    return f"{ratio}{number(value)} {unit}{spread}{rate}"


def few(runs: Sequence[float]) -> str:
    """Say how many runs there were where there are less than five."""
    return f", {len(runs)} runs" if len(runs) < 5 else ""


def work(data: dict[str, Any]) -> list[str]:
    """Return a table for each figure: a row a contender, a column a size."""
    sizes = sorted(data["sizes"], key=int)
    names = list(dict.fromkeys(name for size in sizes for name in data["sizes"][size]))
    parts = []
    for figure, title, unit in FIGURES:
        rows = []
        for name in names:
            cells = []
            for size in sizes:
                all_figures = data["sizes"][size]
                ours = None if name == OWN else middle(all_figures[OWN], figure)
                cells.append(cell(all_figures.get(name, {}), figure, unit, ours))
            if set(cells) != {"–"}:
                rows.append([name, *cells])
        parts.append(f"## {title}\n\n{table(['', *(f'{int(size):,} chunks' for size in sizes)], rows)}")
    return parts


def found(data: dict[str, Any]) -> list[str]:
    """Return what contenders find, a row a contender, and how good our answers are."""
    parts = []
    for name, by_contender in data.get("search", {}).items():
        if name == "failed":
            continue
        languages = list(next(iter(by_contender.values())))
        rows = [
            [one, *(f"{own[lang]['nDCG@10']:.3f} / {own[lang]['hit@1']:.3f}" for lang in languages)]
            for one, own in by_contender.items()
        ]
        parts.append(f"### {name}\n\n{table(['nDCG@10 / hit@1, question in', *languages], rows)}")
    rows = [
        [name, row["language"], figure, f"{row[figure]['value']:.2f}", str(row[figure]["n"])]
        for name, languages in data.get("answers", {}).items()
        for row in languages
        for figure in row
        if figure.startswith(("cited", "precision", "abstained", "answered"))
        and row[figure]["value"] is not None
    ]
    if rows:
        parts.append(
            f"### Our answers\n\n{table(['set', 'question in', 'figure', 'value', 'questions'], rows)}"
        )
    return ["## Quality\n", *parts] if parts else []


def appearance(name: str) -> dict[str, Any]:
    """Return a colour for each system, dashes for MiniLM, grey marks for the floors."""
    if name.startswith(FLOOR):
        return {"color": "0.5", "ls": ":", "marker": "sv^"[FLOORS.index(name.removeprefix(FLOOR))]}
    system = name.partition(",")[0]
    width = 3 if name == OWN else 1.5
    return {
        "color": f"C{(OWN, *PEERS).index(system)}",
        "ls": "-" if name == system else "--",
        "marker": "o" if name == system else "x",
        "lw": width,
    }


def plot(data: dict[str, Any], target: Path) -> None:
    """Draw the search by size, and what a start and an ingest cost at the least size."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    sizes = sorted(data["sizes"], key=int)
    figure, (growth, cold, ingest) = pyplot.subplots(
        1, 3, figsize=(15, 5), layout="constrained", width_ratios=(2, 1, 1)
    )
    names = dict.fromkeys(name for size in sizes for name in data["sizes"][size] if name != "chat")
    for name in names:
        own = [(int(size), data["sizes"][size].get(name, {})) for size in sizes]
        points = [
            (size, middle(one, "search p50"), one["search p50"]) for size, one in own if "search p50" in one
        ]
        if points:
            ways, values, runs = zip(*points, strict=True)
            spread = [[value - min(run) for value, run in zip(values, runs, strict=True)]]
            spread.append([max(run) - value for value, run in zip(values, runs, strict=True)])
            growth.errorbar(ways, values, spread, capsize=3, label=name, **appearance(name))
    growth.set(xscale="log", yscale="log", xlabel="chunks", ylabel="ms", title="Search, p50")
    growth.legend(fontsize="small", ncols=2)
    for axes, key, title in (
        (cold, "cold", "A new process's first answer, s"),
        (ingest, "ingest", "Ingest, s"),
    ):
        own = {name: middle(data["sizes"][sizes[0]].get(name, {}), key) for name in names}
        shown = [(name, value) for name, value in own.items() if value]
        bars = axes.barh(
            *zip(*shown[::-1], strict=True), color=["C0" if n == OWN else "0.7" for n, _ in shown[::-1]]
        )
        axes.bar_label(bars, fmt="%.3g", padding=2)
        axes.margins(x=0.2)
        axes.set_title(f"{title}, {int(sizes[0]):,} chunks")
    figure.savefig(target, dpi=110)
    pyplot.close(figure)


def report(data: dict[str, Any], plot_path: str = "") -> str:
    """Return the whole report."""
    parts = [HEAD, f"{data['date']}; {data['machine']}; {', '.join(data['versions'])}.\n"]
    out = {**data["left out"], **data.get("search", {}).get("failed", {})}
    for size, figures in data["sizes"].items():
        failed = {
            f"{name} at {int(size):,}": own["failed"] for name, own in figures.items() if "failed" in own
        }
        out |= failed
    if out:
        parts.append("Left out: " + "; ".join(f"{name} ({why})" for name, why in out.items()) + ".\n")
    if plot_path:
        parts.append(f"![Search by size, first answers and ingest]({plot_path})\n")
    return "\n".join([*parts, *goals(data), *work(data), *found(data)])


def write(path: Path, *, publish: bool = False) -> str:
    """Draw the plot beside a result; return its report, which is also the document if it is to be published."""
    data = json.loads(path.read_text(encoding="utf-8"))
    plot(data, path.with_suffix(".png"))
    if publish:
        link = os.path.relpath(path.with_suffix(".png"), DOCUMENT.parent)
        DOCUMENT.write_text(report(data, link), encoding="utf-8")
    return report(data)
