"""assistant feedback export."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import IO, Literal

import click

from assistant.cli.common import data_dir, settings_for
from assistant.evaluation.feedback import question_row
from assistant.library.desk import Desk


@click.group()
def feedback() -> None:
    """Use what readers said of answers in the web chat."""


@feedback.command()
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@click.option("--rated", type=click.Choice(["good", "bad"]), help="Only what was found so.")
@data_dir
def export(file: IO[str], rated: Literal["good", "bad"] | None, data_dir: Path | None) -> None:
    """Write it to FILE as .jsonl, which `assistant eval` runs; without FILE, to the terminal.

    A row has the question, what is known of a right answer (of those found good: quotes, articles, the short form), what
    was said, the reason given, and the versions that answered. It does not tell who asked.
    """
    with closing(Desk.open(settings_for(data_dir).data_dir)) as desk:
        for said in desk.feedback():
            row = question_row(said)
            if rated in (None, row["rated"]):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
