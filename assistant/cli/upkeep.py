"""assistant doctor, rebuild."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from assistant.assistant import Assistant
from assistant.cli.common import as_json, data_dir, echo_json, settings_for
from assistant.cli.render import harmless
from assistant.encoders import load_encoder
from assistant.errors import LibraryDamaged
from assistant.library.library import Library
from assistant.text.aliases import Aliases
from ingest.chunk import embedding_text


@click.command()
@click.option(
    "--deep", is_flag=True, help="Search for every chunk by itself, compare each byte with what was put in."
)
@as_json
@data_dir
def doctor(deep: bool, as_json: bool, data_dir: Path | None) -> None:
    """Check the library: counts, sizes, integrity, encoder, indexes."""
    with Assistant.from_settings(settings_for(data_dir)) as assistant:
        findings = assistant.library.doctor(deep)
    if as_json:
        echo_json([{"name": one.name, "ok": one.ok, "detail": one.detail} for one in findings])
    else:
        for one in findings:
            click.echo(f"{'ok ' if one.ok else 'BAD'}  {one.name}: {harmless(one.detail)}")
    if not all(one.ok for one in findings):
        raise LibraryDamaged("Something is wrong with the library.", "Refill the indexes: assistant rebuild")


@click.command()
@data_dir
def rebuild(data_dir: Path | None) -> None:
    """Refill the search indexes from the stored articles; encode them again only if the encoder is another."""
    settings = settings_for(data_dir)
    encoder = load_encoder(settings.encoder)
    aliases = Aliases.load(settings.aliases)
    with (
        Library.open(settings.data_dir, encoder, aliases=aliases, text_of=embedding_text) as library,
        click.progressbar(length=library.counts().chunks, label="chunks", file=sys.stderr) as bar,
    ):
        library.rebuild(lambda done, _: bar.update(done - bar.pos))
        counts = library.counts()
    click.echo(f"Rebuilt: {counts.articles:,} articles, {counts.chunks:,} chunks.")
