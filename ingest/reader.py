"""Sources as people name them, read into prepared articles."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from assistant.errors import Rejected
from assistant.types import Article, Rejection
from ingest.fetch import Fetcher
from ingest.loaders import SINGLE, load_file, load_pasted, load_url, read_input, walk
from ingest.parallel import Died, ordered_map
from ingest.prepare import Defaults, Prepared, prepare, prepare_each, prepare_file
from ingest.source import Link

Origin = Path | str | Article
Item = Prepared | Rejection


def expand(sources: Iterable[Origin]) -> tuple[list[Origin], list[Rejection]]:
    """Return the files of folders and the other sources, each once, and those that are not there."""
    found: dict[Origin, None] = {}
    missing = []
    for source in sources:
        if isinstance(source, Article) or (isinstance(source, str) and (source == "-" or "://" in source)):
            found[source] = None
        elif (path := Path(source)).is_dir():
            found.update(dict.fromkeys(walk(path)))
        elif path.exists():
            found[path] = None
        else:
            missing.append(Rejection(source=str(source), reason="There is no such file or folder."))
    return list(found), missing


def count_articles(origins: Sequence[Origin]) -> int:
    """Return about how many articles there are: one for each file and address, and one for each line of rows."""
    return sum(
        _lines(origin) if isinstance(origin, Path) and origin.suffix.lower() in (".jsonl", ".csv") else 1
        for origin in origins
    )


def _lines(path: Path) -> int:
    try:
        if not path.is_file():
            return 1
        with path.open("rb") as stream:
            return max(1, sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b"")))
    except OSError:
        return 1


class Reader:
    """Reads sources into prepared articles, in order; only what gives one article is read in other processes."""

    def __init__(self, defaults: Defaults, fetcher: Fetcher, jobs: int) -> None:
        """Read with these; `jobs` is the number of processes."""
        self._defaults = defaults
        self._fetcher = fetcher
        self._jobs = jobs

    def read(self, origins: Sequence[Origin]) -> Iterator[Item]:
        """Yield the articles of all of them, and why others could not be read."""
        for single, group in itertools.groupby(origins, key=_is_single):
            if single:
                yield from self._read_files([Path(str(origin)) for origin in group])
            else:
                for origin in group:
                    yield from self._read_one(origin)

    def _read_files(self, paths: Sequence[Path]) -> Iterator[Item]:
        tasks = [(path, self._defaults) for path in paths]
        for path, result in zip(
            paths, ordered_map(prepare_file, tasks, min(self._jobs, len(paths))), strict=True
        ):
            if isinstance(result, Died):
                yield Rejection(source=str(path), reason="Its reader crashed.")
            else:
                yield from self._resolved(result)

    def _read_one(self, origin: Origin) -> Iterator[Item]:
        if isinstance(origin, Article):
            yield prepare(origin, origin.id or "article", self._defaults)
        elif isinstance(origin, Path):
            yield from self._resolved(prepare_each(load_file(origin), str(origin), self._defaults))
        elif origin == "-":
            yield from self._resolved(self._pasted())
        else:
            yield from self._resolved(prepare_each(load_url(origin, self._fetcher), origin, self._defaults))

    def _pasted(self) -> Iterator[Item | Link]:
        try:
            data = read_input(sys.stdin.buffer)
        except Rejected as error:
            yield Rejection(source="-", reason=str(error))
            return
        yield from prepare_each(load_pasted(data, "-"), "-", self._defaults)

    def _resolved(self, items: Iterable[Item | Link]) -> Iterator[Item]:
        """Fetch the links of feeds; what a link gives is not followed further."""
        for item in items:
            if isinstance(item, Link):
                url = item.article.url
                for found in prepare_each(load_url(url, self._fetcher, item.article), url, self._defaults):
                    if not isinstance(found, Link):
                        yield found
            else:
                yield item


def _is_single(origin: Origin) -> bool:
    return isinstance(origin, Path) and origin.suffix.lower() in SINGLE
