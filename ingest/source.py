"""What loaders are given and what they give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from assistant.errors import Rejected
from assistant.types import Article, Rejection

_MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An opened file or a fetched page; the stream can seek."""

    name: str
    stream: BinaryIO
    url: str = ""
    charset: str | None = None

    def read(self) -> bytes:
        """Return all of it.

        Raises:
            Rejected: It is empty, or bigger than any article.
        """
        data = self.stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise Rejected(
                f"It is bigger than {_MOST_BYTES // 1_000_000} MB.",
                "Split it; many articles go into a .jsonl file.",
            )
        if not data.strip():
            raise Rejected("It is empty.")
        return data


@dataclass(frozen=True, slots=True)
class Link:
    """An article of a feed that has to be fetched; what the feed says of it is kept."""

    article: Article


Loaded = Article | Link | Rejection
Loader = Callable[[Source], Iterator[Loaded]]
