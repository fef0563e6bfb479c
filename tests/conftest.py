"""Shared parts: a small library of our own articles, an assistant over it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from assistant.encoders.fake import HashEncoder
from assistant.types import Article

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.library.library import Library

# The same cases each time; others are looked for with --hypothesis-profile=default.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")

DEV = Path(__file__).parent.parent.parent / "shared" / "data" / "dev"

ARTICLES = (
    Article(
        id="kk-1",
        title="Алматыда жаңа кітапхана ашылды",
        text="Алматыда 12 наурызда жаңа балалар кітапханасы ашылды. Онда 40 мың кітап бар.\n\nКітапхана жексенбіден басқа күндері жұмыс істейді.",
        url="https://example.org/kk/kitaphana",
        publisher="Сынақ хабар",
        published=date(2024, 3, 13),
        language="kk",
    ),
    Article(
        id="kk-2",
        title="Көкшетауда қысқы жарыс өтті",
        text="Көкшетауда шаңғы жарысына 300 спортшы қатысты. Жеңімпазға кубок табысталды.",
        url="https://example.org/kk/zharys",
        publisher="Сынақ хабар",
        published=date(2024, 1, 20),
        language="kk",
    ),
    Article(
        id="ru-1",
        title="В Актау построят завод по опреснению воды",
        text="В Актау начали строить завод по опреснению морской воды. Он будет давать 24 тысячи кубометров воды в сутки.",
        url="https://example.org/ru/zavod",
        publisher="Пробная газета",
        published=date(2024, 5, 2),
        language="ru",
    ),
    Article(
        id="ru-2",
        title="Урожай яблок вырос",
        text="Садоводы Жетысу собрали 90 тысяч тонн яблок. Это на треть больше, чем годом раньше.",
        url="https://example.org/ru/yabloki",
        publisher="Пробная газета",
        published=date(2024, 10, 9),
        language="ru",
    ),
    Article(
        id="en-1",
        title="Karaganda gets a new tram line",
        text="Karaganda has opened a tram line of 14 kilometres. The line carries 20,000 passengers a day.",
        url="https://example.org/en/tram",
        publisher="Sample Times",
        published=date(2024, 6, 30),
        language="en",
    ),
    Article(
        id="en-2",
        title="Balkhash flamingos counted",
        text="Ornithologists counted 5,000 flamingos near Lake Balkhash this spring. It is the highest number in a decade.",
        url="https://example.org/en/flamingos",
        publisher="Sample Times",
        published=date(2024, 4, 18),
        language="en",
    ),
)


def fill(library: Library, articles: tuple[Article, ...] = ARTICLES) -> None:
    """Put articles into a library as they are."""
    from assistant.library.sentences import encode_chunks
    from ingest.chunk import chunk_spans, embedding_text

    for article in articles:
        spans = chunk_spans(article.text)
        texts = [embedding_text(article, *span) for span in spans]
        chunks = [article.text[start:end] for start, end in spans]
        library.add(article, spans, *encode_chunks(library.encoder, texts, chunks))


@pytest.fixture
def encoder() -> HashEncoder:
    return HashEncoder()


@pytest.fixture
def library(tmp_path: Path, encoder: HashEncoder) -> Iterator[Library]:
    from assistant.library.library import Library

    with Library.open(tmp_path / "library", encoder) as opened:
        fill(opened)
        yield opened


@pytest.fixture
def assistant(library: Library, encoder: HashEncoder) -> Assistant:
    from assistant.answering.extractive import ExtractiveAnswerer
    from assistant.assistant import Assistant
    from assistant.retrieval.hybrid import HybridRetriever

    return Assistant(
        library=library,
        retriever=HybridRetriever(library, encoder),
        answerer=ExtractiveAnswerer(encoder),
        encoder=encoder,
    )


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep every test away from the user's library and settings."""
    for name in ("HOST", "PORT", "PASSWORD", "ALIASES", "CHAT_MODEL", "RERANKER", "ENCODER"):
        monkeypatch.delenv(f"ASSISTANT_{name}", raising=False)
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(tmp_path / "data"))
