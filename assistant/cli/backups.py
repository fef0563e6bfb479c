"""assistant backup, restore, rescue."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.cli.common import data_dir, settings_for
from assistant.errors import LibraryDamaged
from assistant.library import backups

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@_file
@data_dir
def backup(file: Path, data_dir: Path | None) -> None:
    """Copy the library into one file, also while articles are going in.

    The copy is read back before it is kept. The search indexes are not in it; they are made from it.
    """
    articles = backups.backup(settings_for(data_dir).data_dir, file)
    click.echo(f"Backed up: {articles:,} articles, {file.stat().st_size / 1e6:,.1f} MB.")


@click.command()
@_file
@data_dir
def restore(file: Path, data_dir: Path | None) -> None:
    """Put a backup in the place of the library; what was there is kept beside it.

    The search indexes are made anew, without encoding, when the library is opened next. Start a running chat again.
    """
    articles, kept = backups.restore(settings_for(data_dir).data_dir, file)
    click.echo(f"Restored: {articles:,} articles." + (f" What was there is in {kept}." if kept else ""))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@data_dir
def rescue(folder: Path, data_dir: Path | None) -> None:
    """Save what can be read of a damaged library, and a copy of it as it is.

    The articles go into FOLDER/articles.jsonl, which `assistant ingest` takes.
    """
    saved, lost = backups.rescue(settings_for(data_dir).data_dir, folder)
    click.echo(f"Saved: {saved:,} articles in {folder / backups.RESCUED}.")
    if lost or not saved:
        raise LibraryDamaged(
            f"{lost or 'All'} articles could not be read or were altered.", "Take them from where they came."
        )
