"""From a source to cleaned and chunked articles: all that can be done before the library and the encoder are needed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.errors import Rejected
from assistant.text.language import detect_language
from assistant.types import Article, Language, Rejection, Span
from ingest.chunk import chunk_spans
from ingest.clean import clean_article
from ingest.loaders import load_file
from ingest.source import Link, Loaded

_log = logging.getLogger(__name__)
_MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A cleaned article and the spans of its chunks."""

    source: str
    article: Article
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What an article is given where it does not say it itself."""

    publisher: str = ""
    language: Language | None = None


def prepare(article: Article, source: str, defaults: Defaults) -> Prepared | Rejection:
    """Clean an article and cut it into chunks."""
    if len(article.text) > _MOST_CHARACTERS:
        return Rejection(
            source=source,
            reason=f"The text has {len(article.text):,} characters; an article may have {_MOST_CHARACTERS:,}.",
        )
    cleaned = clean_article(article)
    spans = tuple(chunk_spans(cleaned.text))
    if not spans or not any(map(str.isalnum, cleaned.text)):
        return Rejection(source=source, reason="It has no text.")
    language = cleaned.language or defaults.language or detect_language(cleaned.text)
    publisher = " ".join(cleaned.publisher.split()) or defaults.publisher
    return Prepared(
        source=source, article=replace(cleaned, language=language, publisher=publisher), spans=spans
    )


def prepare_each(
    items: Iterable[Loaded], source: str, defaults: Defaults
) -> Iterator[Prepared | Rejection | Link]:
    """Prepare what a loader gives; where it fails, the failure is the last thing given."""
    try:
        for item in items:
            if isinstance(item, Article):
                yield prepare(item, source, defaults)
            else:
                yield item
    except Rejected as error:
        yield Rejection(source=source, reason=str(error))
    except Exception as error:  # noqa: BLE001 - whatever a loader stumbles over costs its source, never the batch
        _log.debug("%s", source, exc_info=True)
        yield Rejection(source=source, reason=f"It cannot be read ({type(error).__name__}).")


def prepare_file(task: tuple[Path, Defaults]) -> list[Prepared | Rejection | Link]:
    """Load and prepare the articles of one file; made for other processes."""
    path, defaults = task
    return list(prepare_each(load_file(path), str(path), defaults))
