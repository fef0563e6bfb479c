"""Write docs/cli.md from the commands' own help: python docs/generate.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from assistant.cli import main

TARGET = Path(__file__).with_name("cli.md")


def pages(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    """Yield a section for a command and for each of its own commands."""
    widths: dict[str, Any] = {"terminal_width": 100, "max_content_width": 100}
    context = click.Context(command, info_name=name, parent=parent, **(command.context_settings | widths))
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            yield from pages(command.commands[child], child, context)


def reference() -> str:
    """Return the whole reference."""
    return "# Commands\n\nMade by `make docs`.\n\n" + "\n".join(pages(main, "assistant"))


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
