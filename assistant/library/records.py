"""What the library tells about itself and its articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from assistant.types import Article

Outcome = Literal["added", "updated", "unchanged", "linked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """A stored article: its number of chunks, when it was added, and the ids of its wire copies."""

    article: Article
    chunks: int
    added: datetime
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much is stored; `languages` counts articles, under "" those of unknown language."""

    articles: int
    chunks: int
    first: date | None
    last: date | None
    languages: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing the doctor looked at."""

    name: str
    ok: bool
    detail: str
