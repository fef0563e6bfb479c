"""assistant articles list, show, remove, export."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import IO, Any

import click

from assistant.assistant import Assistant
from assistant.cli.common import as_json, data_dir, echo_json, filters, settings_for
from assistant.cli.render import console, harmless, source_line, table
from assistant.errors import UsageError
from assistant.types import Article, Language
from assistant.web.plain import article_data, row_data


@click.group()
def articles() -> None:
    """Look after the stored articles."""


@articles.command("list")
@click.option("--limit", type=click.IntRange(1), help="How many at most.")
@filters("language")
@as_json
@data_dir
def list_articles(
    limit: int | None,
    since: date | None,
    until: date | None,
    publisher: str | None,
    language: Language | None,
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """List the articles, newest first."""
    with Assistant.from_settings(settings_for(data_dir)) as assistant:
        rows = assistant.articles(since, until, publisher, language, limit)
    if as_json:
        echo_json([row_data(row) for row in rows])
        return
    cells = (
        (
            row.article.id,
            row.article.published or "",
            row.article.language or "",
            row.article.title,
            row.chunks,
        )
        for row in rows
    )
    console().print(table(("id", "published", "language", "title", "chunks"), cells))


@articles.command()
@click.argument("article_id", metavar="ID")
@as_json
@data_dir
def show(article_id: str, as_json: bool, data_dir: Path | None) -> None:
    """Show the article ID with its text."""
    with Assistant.from_settings(settings_for(data_dir)) as assistant:
        article = _known(assistant, article_id)
    if as_json:
        echo_json(_whole(article))
    else:
        click.echo(f"{source_line(article)}\n\n{harmless(article.text)}")


@articles.command()
@click.argument("article_ids", metavar="ID...", nargs=-1, required=True)
@data_dir
def remove(article_ids: tuple[str, ...], data_dir: Path | None) -> None:
    """Remove articles; they are never cited again."""
    with Assistant.from_settings(settings_for(data_dir)) as assistant:
        for article_id in article_ids:
            _known(assistant, article_id)
        for article_id in article_ids:
            assistant.remove(article_id)
            click.echo(f"Removed {harmless(article_id)}.")


@articles.command()
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@filters("language")
@data_dir
def export(
    file: IO[str],
    since: date | None,
    until: date | None,
    publisher: str | None,
    language: Language | None,
    data_dir: Path | None,
) -> None:
    """Write the articles to FILE as .jsonl, which `assistant ingest` reads; without FILE, to the terminal."""
    with Assistant.from_settings(settings_for(data_dir)) as assistant:
        for row in assistant.articles(since, until, publisher, language):
            file.write(json.dumps(_whole(row.article), ensure_ascii=False) + "\n")


def _whole(article: Article) -> dict[str, Any]:
    """Return an article as it is stored, whatever its address."""
    return {**article_data(article, text=True), "url": article.url}


def _known(assistant: Assistant, article_id: str) -> Article:
    article = assistant.library.article(article_id)
    if article is None:
        raise UsageError(
            f"There is no article {harmless(article_id)!r}.", "List them: assistant articles list"
        )
    return article
