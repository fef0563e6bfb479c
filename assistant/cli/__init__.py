"""The commands of the command line."""

from __future__ import annotations

import click

from assistant.cli.articles import articles
from assistant.cli.ask import ask, chat, search
from assistant.cli.backups import backup, rescue, restore
from assistant.cli.common import Guarded
from assistant.cli.evaluate import evaluate
from assistant.cli.feedback import feedback
from assistant.cli.serving import mcp, serve
from assistant.cli.upkeep import doctor, rebuild
from ingest.__main__ import main as ingest


@click.group(cls=Guarded, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="news-assistant")
def main() -> None:
    """Ask news articles in Kazakh, Russian and English; get answers with citations.

    Everything that can be set is an environment variable, ASSISTANT_DATA_DIR and so on; see the README.
    """


for command in (
    *(ask, chat, search, articles, evaluate, feedback),
    *(doctor, rebuild, backup, restore, rescue, serve, mcp),
):
    main.add_command(command)
main.add_command(ingest, "ingest")
