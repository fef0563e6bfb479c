"""assistant doctor, rebuild, serve."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.assistant import Assistant
from assistant.cli.common import as_json, data_dir, echo_json, settings_for
from assistant.cli.render import harmless
from assistant.errors import LibraryDamaged


@click.command()
@click.option("--deep", is_flag=True, help="Also search for every stored vector by itself.")
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
    """Refill the search indexes from the stored articles, without encoding again."""
    with Assistant.from_settings(settings_for(data_dir)) as assistant:
        assistant.library.rebuild()
        counts = assistant.library.counts()
    click.echo(f"Rebuilt: {counts.articles:,} articles, {counts.chunks:,} chunks.")


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
@data_dir
def serve(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Serve the web chat."""
    from assistant.web.server import serve as serve_web

    serve_web(settings_for(data_dir, host=host, port=port))
