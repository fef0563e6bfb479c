"""The assistant beside what a user would take instead, in one run: python -m benchmarks.compare [--help].

Every contender is a process of its own with the same threads, over the same articles; contenders take turns in each run,
and each figure is the median of the runs. The figures of a day are kept in one file under benchmarks/results.
"""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from benchmarks import compare_report, corpus
from benchmarks.compare_quality import answer_quality, search_quality
from benchmarks.comparison import Comparison
from benchmarks.contenders import PEERS, ROOT, contenders

RESULTS = ROOT / "benchmarks" / "results"


def about(left_out: dict[str, str]) -> dict[str, Any]:
    """Return what a result says of itself."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{len(os.sched_getaffinity(0))} cores, {model}, Python {platform.python_version()}",
        "versions": [f"{name}=={version(name)}" for name in ("chromadb", "onnxruntime", "tantivy")]
        + [pinned(peer) for peer in PEERS],
        "left out": left_out,
    }


def pinned(peer: str) -> str:
    """Return the version of a peer, which is the first line that its requirements pin."""
    lines = (ROOT / "benchmarks" / "peers" / f"{peer}.txt").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if "==" in line and not line.startswith("#"))


@click.command()
@click.option("--size", "sizes", type=int, multiple=True, default=(1_000,), show_default=True, help="Chunks.")
@click.option("--runs", default=5, show_default=True, help="Of each figure.")
@click.option(
    "--budget", default=150.0, show_default=True, help="Seconds after which a contender's runs end."
)
@click.option("--only", multiple=True, help='Only these peers, for instance "txtai" or "langchain, minilm".')
@click.option("--alone", is_flag=True, help="No peers.")
@click.option(
    "--ready-above",
    default=10_000,
    show_default=True,
    help="With more chunks, peers get the vectors that ours made, and MiniLM is left out.",
)
@click.option("--quality", is_flag=True, help="Also judge what is found and answered.")
@click.option("--name", default="compare", show_default=True, help="Of the files in benchmarks/results.")
@click.option("--publish", is_flag=True, help="Also write docs/performance.md.")
@click.option("--results", type=click.Path(path_type=Path), default=RESULTS, hidden=True)
def main(
    sizes: tuple[int, ...],
    runs: int,
    budget: float,
    only: tuple[str, ...],
    alone: bool,
    ready_above: int,
    quality: bool,
    name: str,
    publish: bool,
    results: Path,
) -> None:
    """Measure and print tables."""
    if not corpus.DEV.exists():
        click.echo(f"No development sets in {corpus.DEV}: nothing to make articles of.")
        return
    found, left_out = contenders(only, alone=alone)
    facts = about(left_out)
    target = results / f"{name}-{facts['date']}.json"
    kept = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {"sizes": {}}
    for size in sizes:
        taking = [one for one in found if size <= ready_above or one.encoder != "minilm"]
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            comparison = Comparison(taking, runs, budget, Path(folder))
            kept["sizes"][str(size)] = comparison.measure(size, ready_above=ready_above)
        _keep(target, kept | facts)
    if quality:
        kept |= {"search": search_quality(found), "answers": answer_quality()}
        _keep(target, kept | facts)
    report = compare_report.write(target, publish=publish)
    click.echo(report)


def _keep(target: Path, figures: dict[str, Any]) -> None:
    target.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
