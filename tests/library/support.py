"""A small library of made-up articles, and second processes that use it."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from assistant.encoders.fake import HashEncoder
from assistant.library import Library
from assistant.library.sentences import encode_chunks
from assistant.text.analysis import analyse
from assistant.types import Article, Filters

ENCODER = HashEncoder()
TOPICS = ("harvest", "railway", "museum", "football", "university", "pipeline", "glacier", "elections")
ROOT = Path(__file__).parents[2]


def article(number: int, **changes: object) -> Article:
    topic = TOPICS[number % len(TOPICS)]
    details = {
        "id": f"a{number}",
        "title": f"The {topic} of district {number}",
        "text": f"District {number} opened its {topic} today.\nThe {topic} took {number + 2} years and code{number} is its sign.",
        "url": f"https://news.example/{number}",
        "publisher": "Daily" if number % 2 else "Weekly",
        "published": date(2024, 1, 1) + timedelta(days=number),
        "language": ("kk", "ru", "en")[number % 3],
    }
    return Article(**(details | changes))


def spans(text: str) -> list[tuple[int, int]]:
    found, at = [], 0
    for line in text.split("\n"):
        found.append((at, at + len(line)))
        at += len(line) + 1
    return found


def put(library: Library, *articles: Article) -> list[str]:
    outcomes = []
    with library.writing():
        for one in articles:
            pieces = spans(one.text)
            chunks = [one.text[start:end] for start, end in pieces]
            outcomes.append(library.add(one, pieces, *encode_chunks(ENCODER, chunks, chunks)))
    return outcomes


def texts(library: Library, ids: object) -> list[str]:
    found = library.chunks(list(ids))
    return [found[id_][1].text for id_ in ids if id_ in found]


def nearest(library: Library, text: str, limit: int = 3, filters: Filters | None = None) -> list[str]:
    return texts(
        library, [id_ for id_, _ in library.nearest(ENCODER.encode_queries([text])[0], limit, filters)]
    )


def matching(
    library: Library, text: str, field: str = "stems", limit: int = 3, filters: Filters | None = None
) -> list[str]:
    return texts(library, [id_ for id_, _ in library.matching(analyse(text), limit, filters)[field]])


def everything(library: Library) -> dict[str, int]:
    """Check that each live chunk is found by its vector and by its words, and return articles with their chunks."""
    rows = library.articles()
    for row in rows:
        for start, end in spans(row.article.text) if row.chunks else ():
            text = row.article.text[start:end]
            assert text in nearest(library, text, 10), text
            assert text in matching(library, text, limit=10), text
    assert np.isfinite(library.vectors(range(1, 5))).all()
    return {row.article.id: row.chunks for row in rows}


def process(code: str, folder: Path, **options: object) -> subprocess.Popen:
    """Run code in another process; `library` is open there."""
    head = "from tests.library.support import *\nfrom pathlib import Path\n"
    head += f"library = Library.open(Path({str(folder)!r}), ENCODER)\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )
