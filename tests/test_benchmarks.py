"""The comparison, small and without peers, and what its tables say."""

from __future__ import annotations

import json
import sys
from itertools import islice

import pytest
from click.testing import CliRunner

from benchmarks import compare_goals, compare_report, corpus
from benchmarks.compare import main
from benchmarks.comparison import percentile
from benchmarks.contenders import OWN, Contender, ContenderFailed

needs_sets = pytest.mark.skipif(
    not corpus.DEV.exists(), reason=f"no development sets in {corpus.DEV} to make articles of"
)
FIGURES = {
    "100000": {
        OWN: {"search p50": [10.0, 12.0, 11.0], "ingest": [2.0], "chunks": 8, "update": [0.5]},
        "chat": {"memory": 700.0},
        "langchain": {"search p50": [5.0]},
        "txtai": {"search p50": [44.0], "update": [None]},
        "haystack": {"failed": "ingest: no"},
        "floor: encoding": {"ingest": [1.0], "chunks": 8},
    }
}
ABOUT = {"date": "2026-01-01", "machine": "2 cores", "versions": ["a==1"], "left out": {}}


@needs_sets
@pytest.mark.timeout(300)
def test_a_small_comparison_without_peers(tmp_path):
    pytest.importorskip("matplotlib", reason="pip install .[bench]")
    pytest.importorskip("faiss", reason="pip install .[bench]")
    done = CliRunner().invoke(
        main, ["--alone", "--size", "40", "--runs", "1", "--results", str(tmp_path)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    assert "## Search" in done.output
    figures = json.loads(next(tmp_path.glob("compare-*.json")).read_text("utf-8"))["sizes"]["40"]
    assert next(tmp_path.glob("compare-*.png")).stat().st_size
    for name in ("ingest", "cold", "search p50", "search p95", "ask p50", "update", "remove"):
        assert figures[OWN][name][0] > 0, name
    assert {"floor: encoding", "floor: hnsw", "floor: sqlite", "chat"} < set(figures)
    assert not any("failed" in own for own in figures.values())


@needs_sets
def test_the_same_seed_makes_the_same_articles():
    first, again = (list(islice(corpus.articles(), 5)) for _ in range(2))
    assert first == again
    assert len({row["text"] for row in first}) == 5


def test_a_contender_that_cannot_run_says_why(tmp_path):
    broken = Contender("broken", "nothing")
    with pytest.raises(ContenderFailed, match="No module named"):
        broken.cold(tmp_path, "?")
    broken.start()
    with pytest.raises(ContenderFailed, match="No module named"):
        broken.ready()
    broken.stop()
    assert broken.python.samefile(sys.executable)


def test_ratios_come_first_and_goals_are_judged():
    data = ABOUT | {"sizes": FIGURES}
    report = compare_report.report(data)
    assert "| txtai | **4×** 44 ms |" in report
    assert "11 ms (10–12, 3 runs)" in report
    assert "2 s, 4 chunks/s" in report
    assert "| txtai | never |" in report
    assert "haystack at 100,000 (ingest: no)" in report
    rows = {line.split(" | ")[0]: line for line in compare_goals.goals(data)[0].splitlines()}
    assert rows["| search at 100,000 chunks, p50"].endswith("| ≤ 15 ms | 11 ms | yes |")
    assert (
        "4 times faster | yes" in rows["| search at 100,000 chunks beside the fastest peer's hybrid search"]
    )
    assert "2 times | **no**" in rows["| ingest of 100,000 chunks beside bare encoding"]
    assert "700 MB | **no**" in rows["| memory of the chat at 100,000 chunks"]


@pytest.mark.parametrize(("rank", "value"), [(50, 2.0), (95, 4.0), (25, 1.0)])
def test_percentile_is_the_nearest_rank(rank, value):
    assert percentile([4.0, 1.0, 3.0, 2.0], rank) == value
