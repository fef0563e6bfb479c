"""The command line of ingest: python -m ingest SOURCE..., also `assistant ingest`."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from assistant.encoders import load_encoder
from assistant.errors import AssistantError, LibraryLocked
from assistant.library.library import Library
from assistant.settings import Settings, load_settings
from assistant.text.aliases import Aliases
from assistant.types import LANGUAGES, Encoder, IngestReport, Language
from ingest.fetch import Fetcher
from ingest.pipeline import Interrupted, Progress, ingest_sources
from ingest.watch import changed_files

_INTERRUPTED = 130
_SHOWN = 50

_HELP = """Take in articles: files, folders, web pages, feeds, standard input.

\b
Formats: .txt .md .html .htm .pdf .docx .json .jsonl .csv .rss .atom .xml
Rows of .json, .jsonl and .csv have id, title, text, url, publisher, published
and language; only the text is needed. The same article again is left as it
is; a changed one replaces what was there.

\b
Ends with 0 when all is in, 1 when some was rejected, 2 when the arguments
cannot be used, 3 when the library cannot, 130 on Ctrl-C. What was finished
by then is kept.
"""
_EXAMPLES = """\b
Examples:
  python -m ingest news.txt reports/           files and folders
  python -m ingest https://example.org/a.html  a page, or a feed of pages
  python -m ingest articles.jsonl --jobs 2     one article a line
  cat letter.txt | python -m ingest -          standard input
  python -m ingest --watch inbox/              what is there, then what comes
"""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    publisher: str
    language: Language | None
    jobs: int
    dry_run: bool
    as_json: bool
    wait: float


@click.command(
    "ingest", help=_HELP, epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option("--publisher", default="", help="Publisher of the articles that do not name theirs.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    help="Language of the articles that do not name theirs; else found out.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that read files."
)
@click.option("--dry-run", is_flag=True, help="Store nothing; tell what would be stored.")
@click.option(
    "--watch",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Take in a folder, then what is written into it.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=2.0,
    show_default=True,
    help="Seconds to wait while another process writes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the library is kept."
)
@click.pass_context
def main(
    context: click.Context,
    sources: tuple[str, ...],
    publisher: str,
    language: Language | None,
    jobs: int,
    dry_run: bool,
    watch: Path | None,
    wait: float,
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """Take in articles: files, folders, web pages, feeds, standard input."""
    if not sources and not watch:
        raise click.UsageError(
            "Name at least one SOURCE: a file, a folder, an address, or - for standard input."
        )
    options = _Options(
        publisher=publisher, language=language, jobs=jobs, dry_run=dry_run, as_json=as_json, wait=wait
    )
    try:
        context.exit(
            _run(sources, watch, load_settings(**({"data_dir": data_dir} if data_dir else {})), options)
        )
    except Interrupted as stop:
        _print(stop.report, options)
        context.exit(_INTERRUPTED)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        context.exit(_INTERRUPTED)
    except AssistantError as error:
        _complain(error)
        context.exit(error.exit_code)


def _run(sources: Sequence[str], watch: Path | None, settings: Settings, options: _Options) -> int:
    encoder = load_encoder(settings.encoder)
    code = _ingest(sources, settings, encoder, options) if sources else 0
    if watch:
        _watch(watch, settings, encoder, options)
    return code


def _ingest(sources: Sequence[str | Path], settings: Settings, encoder: Encoder, options: _Options) -> int:
    """Take in the sources and print the report; return the exit code."""
    with (
        Library.open(
            settings.data_dir, encoder, wait=options.wait, aliases=Aliases.load(settings.aliases)
        ) as library,
        _shown_progress(options) as progress,
    ):
        report = ingest_sources(
            library,
            encoder,
            sources,
            publisher=options.publisher,
            language=options.language,
            jobs=options.jobs,
            dry_run=options.dry_run,
            wait=options.wait,
            fetcher=Fetcher(settings.allowed_hosts.split(",")),
            progress=progress,
        )
    _print(report, options)
    return 1 if report.rejected else 0


def _watch(folder: Path, settings: Settings, encoder: Encoder, options: _Options) -> None:
    """Take in the folder and what comes into it, until Ctrl-C. The library is opened anew each time: others write too."""
    waiting: list[Path] = []
    for paths in changed_files(folder):
        waiting = list(dict.fromkeys([*waiting, *paths]))
        try:
            _ingest(waiting, settings, encoder, options)
            waiting = []
        except LibraryLocked as error:
            _complain(error)


@contextmanager
def _shown_progress(options: _Options) -> Iterator[Callable[[Progress], None] | None]:
    """Show a bar where somebody is looking."""
    if options.as_json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("articles"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[chunks]:,} chunks, {task.fields[rate]:,.0f} a second,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, chunks=0, rate=0.0)

        def show(progress: Progress) -> None:
            bar.update(
                task,
                completed=progress.done,
                total=progress.total,
                chunks=progress.chunks,
                rate=progress.rate,
            )

        yield show


def _print(report: IngestReport, options: _Options) -> None:
    if options.as_json:
        click.echo(json.dumps(dataclasses.asdict(report), ensure_ascii=False, indent=2))
        return
    counts = ", ".join(
        f"{len(getattr(report, name)):,} {name}"
        for name in ("added", "updated", "unchanged", "linked", "rejected")
    )
    click.echo(
        f"{'Would be: ' if options.dry_run else ''}{counts}; {report.chunks:,} chunks in {report.seconds:.1f} s."
    )
    for rejection in report.rejected[:_SHOWN]:
        click.echo(f"  rejected {_printable(rejection.source)}: {_printable(rejection.reason)}", err=True)
    if len(report.rejected) > _SHOWN:
        click.echo(f"  and {len(report.rejected) - _SHOWN:,} more; --json names all.", err=True)


def _complain(error: AssistantError) -> None:
    click.echo(f"Error: {_printable(error.message)}", err=True)
    if error.hint:
        click.echo(error.hint, err=True)


def _printable(text: str) -> str:
    """Return the text without what would steer a terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


if __name__ == "__main__":
    main(prog_name="python -m ingest")
