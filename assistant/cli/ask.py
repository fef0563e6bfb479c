"""assistant ask, chat, search."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from assistant.assistant import Assistant
from assistant.cli.common import as_json, data_dir, echo_json, filters, language_choice, settings_for
from assistant.cli.render import answer_text, citation_lines, harmless, hits_text
from assistant.errors import AssistantError
from assistant.types import Language, Turn
from assistant.web.plain import answer_data, hit_data

REMEMBERED = 8  # turns of a conversation


@click.command()
@click.argument("question")
@click.option(
    "--language", type=language_choice, help="Language of the answer; by default that of the question."
)
@filters("article-language")
@as_json
@data_dir
def ask(
    question: str,
    language: Language | None,
    since: date | None,
    until: date | None,
    publisher: str | None,
    article_language: Language | None,
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """Answer QUESTION from the articles, with citations."""
    with Assistant.from_settings(settings_for(data_dir)) as assistant:
        answer = assistant.ask(
            question,
            language=language,
            since=since,
            until=until,
            publisher=publisher,
            article_language=article_language,
        )
    if as_json:
        echo_json(answer_data(answer))
    else:
        click.echo(answer_text(answer))


@click.command()
@click.option(
    "--language", type=language_choice, help="Language of the answers; by default that of each question."
)
@filters("article-language")
@data_dir
def chat(
    language: Language | None,
    since: date | None,
    until: date | None,
    publisher: str | None,
    article_language: Language | None,
    data_dir: Path | None,
) -> None:
    """Talk with the articles; an empty line or Ctrl-D ends it."""
    with Assistant.from_settings(settings_for(data_dir)) as assistant:
        turns: list[Turn] = []
        while question := _next_question():
            try:
                events = assistant.stream(
                    question,
                    turns,
                    language,
                    since=since,
                    until=until,
                    publisher=publisher,
                    article_language=article_language,
                )
                for event in events:
                    if event.kind == "delta":
                        click.echo(harmless(event.text), nl=False)
                    if event.answer:
                        told = (harmless(event.answer.note), citation_lines(event.answer))
                        click.echo("\n\n" + "\n\n".join(part for part in told if part) + "\n")
                        turns = [*turns, Turn(question=question, answer=event.answer.text)][-REMEMBERED:]
            except AssistantError as error:
                click.echo(str(error), err=True)


def _next_question() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        click.echo()
        return ""


@click.command()
@click.argument("question")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many passages at most."
)
@filters("language")
@as_json
@data_dir
def search(
    question: str,
    limit: int,
    since: date | None,
    until: date | None,
    publisher: str | None,
    language: Language | None,
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """Find the passages that may answer QUESTION."""
    with Assistant.from_settings(settings_for(data_dir)) as assistant:
        hits = assistant.search(question, limit, since, until, publisher, language)
    if as_json:
        echo_json([hit_data(hit) for hit in hits])
    else:
        click.echo(hits_text(hits))
