"""assistant eval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.table import Table

from assistant.assistant import Assistant
from assistant.cli.common import as_json, data_dir, echo_json, settings_for
from assistant.cli.render import console, table
from assistant.errors import UsageError
from assistant.evaluation.datasets import load_questions
from assistant.evaluation.run import Report, as_rows
from assistant.evaluation.run import evaluate as run
from assistant.settings import Settings

ANSWERERS = ("extractive", "model")


@click.command("eval")
@click.argument("questions", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--articles",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    help="Ask these articles, in a library made for it; by default articles.jsonl beside QUESTIONS, or else the library.",
)
@click.option("--search-only", is_flag=True, help="Judge the search, not the answers.")
@click.option(
    "--answerer",
    "answerers",
    type=click.Choice(ANSWERERS),
    multiple=True,
    help="Who answers; both, one after the other, when given twice. By default as the settings say.",
)
@as_json
@data_dir
def evaluate(
    questions: Path,
    articles: tuple[Path, ...],
    search_only: bool,
    answerers: tuple[str, ...],
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """Ask the QUESTIONS of a .jsonl file and compare with what is known of their answers.

    A row has id, question, language, and either relevant (article ids) or evidence (sentences), answers and
    norm (acceptable forms); or answerable: false. `earlier` holds the questions that were asked before this one;
    a conversation has turns instead of a question. `assistant feedback export` writes such a file.
    """
    beside = questions.with_name("articles.jsonl")
    asked = load_questions(questions)
    rows: list[dict[str, object]] = []
    for name in answerers or ("",):
        settings = answered_by(name, settings_for(data_dir))
        with opened(settings, articles or [beside] * beside.exists()) as assistant:
            report = run(assistant, asked, answers=not search_only)
        rows += [{**({"answerer": name} if name else {}), **row} for row in as_rows(report)]
        if not as_json:
            console().print(*([f"\n{name}"] if name else []), report_table(report), sep="\n")
    if as_json:
        echo_json(rows)


def answered_by(name: str, settings: Settings) -> Settings:
    """Return the settings with which this answerer answers.

    Raises:
        UsageError: if there is no chat model.
    """
    if name == "extractive":
        return settings.model_copy(update={"chat_model": ""})
    if name == "model" and not settings.chat_model:
        raise UsageError("There is no chat model to evaluate.", "Set ASSISTANT_CHAT_MODEL.")
    return settings


@contextmanager
def opened(settings: Settings, articles: Sequence[Path]) -> Iterator[Assistant]:
    """Open the library, or a passing one with these articles."""
    if not articles:
        with Assistant.from_settings(settings) as assistant:
            yield assistant
        return
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        passing = settings.model_copy(update={"data_dir": Path(folder)})
        with Assistant.from_settings(passing) as assistant:
            _ingest(assistant, articles)
            yield assistant


def _ingest(assistant: Assistant, articles: Sequence[Path]) -> None:
    rejected = assistant.ingest(articles).rejected
    if rejected:
        first = rejected[0]
        raise UsageError(
            f"{len(rejected)} of the articles cannot be read, first {first.source}: {first.reason}"
        )


def report_table(report: Report) -> Table:
    """Return the figures as a table, a row a figure, a column a language."""
    groups = list(report.figures)
    rows = []
    for name in report.figures["all"]:
        digits = 1 if name.endswith(" ms") else 3
        values = (report.figures[group][name] for group in groups)
        cells = ["–" if value is None else f"{value:.{digits}f}" for value in values]
        rows.append([name, *cells, report.counts["all"][name]])
    return table(("figure", *groups, "questions"), rows)
