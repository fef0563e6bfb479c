"""Quality on all development sets: python benchmarks/quality.py [FOLDER] [--json FILE] [--search-only].

FOLDER holds a folder for each set: questions.jsonl, followups.jsonl, articles.jsonl. A set without articles of
its own is asked of the text files in ../../articles.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from assistant.cli.evaluate import opened, report_table
from assistant.cli.render import console
from assistant.evaluation.datasets import load_questions
from assistant.evaluation.run import as_rows, evaluate
from assistant.settings import load_settings

DEV = Path(__file__).parent.parent.parent / "shared" / "data" / "dev"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=DEV)
@click.option(
    "--json", "target", type=click.Path(path_type=Path), help="Also write the figures to this file."
)
@click.option("--search-only", is_flag=True, help="Judge the search, not the answers.")
@click.option("--only", multiple=True, help="Only these sets.")
def main(folder: Path, target: Path | None, search_only: bool, only: tuple[str, ...]) -> None:
    """Print a table for each set of questions under FOLDER."""
    out = console()
    figures = {}
    for questions in sorted(folder.glob("*/*.jsonl")):
        name = f"{questions.parent.name}/{questions.stem}"
        if questions.stem == "articles" or (only and questions.parent.name not in only):
            continue
        with opened(load_settings(), articles_for(questions)) as assistant:
            report = evaluate(assistant, load_questions(questions), answers=not search_only)
        out.print(f"\n{name}")
        out.print(report_table(report))
        figures[name] = as_rows(report)
    if not figures:
        out.print(f"No development sets in {folder}: nothing to measure.")
    if target:
        target.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def articles_for(questions: Path) -> list[Path]:
    """Return the articles that the questions of this file are asked of."""
    own = questions.with_name("articles.jsonl")
    return [own] if own.exists() else sorted((questions.parents[3] / "articles").glob("*.txt"))


if __name__ == "__main__":
    main()
