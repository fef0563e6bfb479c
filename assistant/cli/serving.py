"""assistant serve, mcp."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.assistant import Assistant
from assistant.cli.common import data_dir, settings_for


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
@data_dir
def serve(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Serve the web chat and the API."""
    from assistant.web.server import serve as serve_web

    serve_web(settings_for(data_dir, host=host, port=port))


@click.command()
@data_dir
def mcp(data_dir: Path | None) -> None:
    """Serve the tools ask, search and read_article to another assistant over standard input and output.

    They speak the Model Context Protocol; it needs the extra [mcp]. `assistant serve` offers them under /mcp.
    """
    from assistant.web.parts import Parts
    from assistant.web.tools import require, tool_server

    require()
    with Assistant.from_settings(settings_for(data_dir)) as assistant:
        tool_server(Parts(assistant=assistant)).run("stdio")
