"""What the commands share: options, errors, opening the assistant."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from assistant.errors import AssistantError
from assistant.settings import Settings, load_settings
from assistant.types import LANGUAGES

DAY = click.DateTime(["%Y-%m-%d"])
F = TypeVar("F", bound=Callable[..., Any])


class Guarded(click.Group):
    """A group whose commands end in a message and an exit code, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; tell what went wrong on stderr."""
        try:
            return super().invoke(ctx)
        except AssistantError as error:
            click.echo(f"Error: {error.message}", err=True)
            if error.hint:
                click.echo(error.hint, err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            ctx.exit(130)


def _day(_: click.Context, __: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


language_choice = click.Choice(LANGUAGES)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
data_dir = click.option(
    "--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the library is kept."
)


def filters(name: str) -> Callable[[F], F]:
    """Add the options that restrict which articles are used; that of their language is called `name`."""

    def add(command: F) -> F:
        for option in (
            click.option(f"--{name}", type=language_choice, help="Only articles in this language."),
            click.option("--publisher", help="Only articles of this publisher."),
            click.option(
                "--until",
                type=DAY,
                metavar="YYYY-MM-DD",
                callback=_day,
                help="Only articles published on this day or earlier.",
            ),
            click.option(
                "--since",
                type=DAY,
                metavar="YYYY-MM-DD",
                callback=_day,
                help="Only articles published on this day or later.",
            ),
        ):
            command = option(command)
        return command

    return add


def settings_for(data_dir: Path | None, **changes: Any) -> Settings:
    """Read the settings, with what the options say instead."""
    chosen: Mapping[str, Any] = {"data_dir": data_dir, **changes}
    return load_settings(**{name: value for name, value in chosen.items() if value is not None})


def echo_json(value: Any) -> None:
    """Print a value as JSON, letters as they are."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
