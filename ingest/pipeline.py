"""The pipeline: sources are loaded, cleaned, cut, encoded in batches and stored, article by article."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np

from assistant.errors import EncoderError, Rejected, UsageError
from assistant.library.library import Library
from assistant.library.records import Outcome
from assistant.library.sentences import encode_chunks
from assistant.types import Encoder, IngestReport, Language, Rejection, Vectors
from ingest.chunk import embedding_text
from ingest.fetch import Fetcher
from ingest.prepare import Defaults, Prepared
from ingest.reader import Item, Origin, Reader, count_articles, expand

_BATCH = 64
_SLICE = 256
_Encoded = tuple[Vectors, list[Vectors]]  # of an article's chunks, and of the sentences of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an ingest has come; `total` is the number of articles expected, as far as that is known."""

    done: int
    total: int
    chunks: int
    seconds: float
    source: str = ""

    @property
    def rate(self) -> float:
        """Chunks a second."""
        return self.chunks / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left, as far as that is known."""
        return self.seconds / self.done * max(0, self.total - self.done) if self.done else None


class Interrupted(KeyboardInterrupt):
    """An ingest was stopped; what `report` names is kept."""

    def __init__(self, report: IngestReport) -> None:
        """Keep the report of what was finished."""
        super().__init__("The ingest was stopped.")
        self.report = report


def ingest_sources(
    library: Library,
    encoder: Encoder,
    sources: Iterable[Origin],
    *,
    publisher: str = "",
    language: Language | None = None,
    jobs: int = 1,
    dry_run: bool = False,
    wait: float = 2.0,
    fetcher: Fetcher | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> IngestReport:
    """Take in articles.

    Args:
        library: Where they are stored.
        encoder: Encodes their chunks.
        sources: Paths of files and folders, http(s) addresses, "-" for standard input, or articles.
        publisher: Of the articles that do not name theirs.
        language: Of the articles that do not name theirs; None finds it out for each.
        jobs: How many processes read and clean files.
        dry_run: Whether to store nothing and only tell what would be stored.
        wait: Seconds to wait for another process that writes.
        fetcher: Fetches addresses.
        progress: Called as the work goes on.

    Returns:
        What became of the articles.

    Raises:
        Interrupted: On Ctrl-C; what was finished is kept.
        LibraryError: The library cannot be written; what was finished before is kept.
        UsageError: None of the sources is there.
    """
    origins, missing = expand(sources)
    if missing and not origins:
        raise UsageError(
            f"There is no {missing[0].source}.", "Name files, folders or addresses (http:// or https://)."
        )
    run = _Run(library, encoder, count_articles(origins), dry_run, progress)
    reader = Reader(Defaults(publisher=publisher, language=language), fetcher or Fetcher(), jobs)
    lock: AbstractContextManager[None] = nullcontext() if dry_run else library.writing(wait)
    try:
        with lock:
            for item in itertools.chain(missing, reader.read(origins)):
                run.take(item)
            run.finish()
    except KeyboardInterrupt:
        raise Interrupted(run.report()) from None
    finally:
        run.close()
    return run.report()


class _Run:
    """One ingest under way: decides what becomes of each article; stores a batch while the next is encoded."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        total: int,
        dry_run: bool,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._library = library
        self._encoder = encoder
        self._total = total
        self._dry_run = dry_run
        self._progress = progress
        self._began = time.monotonic()
        self._thread = ThreadPoolExecutor(1, "encode")
        self._batch: list[Prepared] = []
        self._encoding: tuple[list[Prepared], Future[list[_Encoded | Exception]]] | None = None
        self._ids: dict[Outcome, list[str]] = {"added": [], "updated": [], "unchanged": [], "linked": []}
        self._rejected: list[Rejection] = []
        self._chunks = 0

    def take(self, item: Item) -> None:
        """Take the next article, or why there is none."""
        if isinstance(item, Rejection):
            self._reject(item.source, item.reason)
            return
        try:
            settled = self._settle(item)
        except Rejected as error:
            self._reject(item.source, str(error))
            return
        if settled:
            return
        if self._dry_run:
            self._note("updated" if self._library.article(item.article.id) else "added", item)
        else:
            self._batch.append(item)
            if sum(len(waiting.spans) for waiting in self._batch) >= _BATCH:
                self._advance()

    def finish(self) -> None:
        """Encode and store all that waits."""
        self._advance()
        self._advance()

    def close(self) -> None:
        """Let the encoding go."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _advance(self) -> None:
        """Have the batch encoded; meanwhile, store the one before it."""
        batch, self._batch = self._batch, []
        before = self._encoding
        self._encoding = (batch, self._thread.submit(self._encode_each, batch)) if batch else None
        if before:
            for prepared, encoded in zip(before[0], before[1].result(), strict=True):
                # What was stored since may be a copy of this article, or another version of it.
                if not self._settle(prepared):
                    self._store(prepared, encoded)

    def report(self) -> IngestReport:
        """Tell what became of the articles so far."""
        return IngestReport(
            **{outcome: tuple(ids) for outcome, ids in self._ids.items()},
            rejected=tuple(self._rejected),
            chunks=self._chunks,
            seconds=time.monotonic() - self._began,
        )

    def _settle(self, prepared: Prepared) -> bool:
        """Note the article if it need not be encoded, being there already or a copy of another."""
        known = self._library.known(prepared.article)
        if known is None:
            return False
        original = self._library.original_of(prepared.article) if known == "linked" else None
        if original and not self._dry_run:
            self._library.link(prepared.article, original)
        self._note(known, prepared, chunks=0)
        return True

    def _encode(self, batch: Sequence[Prepared]) -> Iterator[_Encoded]:
        """Yield the vectors of each article; all chunks of the batch are encoded together."""
        texts = [embedding_text(one.article, start, end) for one in batch for start, end in one.spans]
        chunks = [one.article.text[start:end] for one in batch for start, end in one.spans]
        slices = [
            encode_chunks(self._encoder, texts[at : at + _SLICE], chunks[at : at + _SLICE])
            for at in range(0, len(texts), _SLICE)
        ]
        vectors = np.concatenate([own for own, _ in slices])
        sentences = [own for _, several in slices for own in several]
        if vectors.shape != (len(texts), self._encoder.dimension):
            raise EncoderError(f"The encoder gave vectors of shape {vectors.shape} for {len(texts)} texts.")
        start = 0
        for one in batch:
            end = start + len(one.spans)
            yield vectors[start:end], sentences[start:end]
            start = end

    def _encode_each(self, batch: Sequence[Prepared]) -> list[_Encoded | Exception]:
        """Return the vectors of each article, or what went wrong with it."""
        try:
            return list(self._encode(batch))
        except Exception as error:  # noqa: BLE001 - whatever ails an encoder costs an article, never the batch
            return [error] if len(batch) == 1 else [self._encode_each([one])[0] for one in batch]

    def _store(self, prepared: Prepared, encoded: _Encoded | Exception) -> None:
        if isinstance(encoded, Exception):
            self._reject(
                prepared.source, f"It could not be encoded: {str(encoded) or type(encoded).__name__}"
            )
        else:
            try:
                self._note(self._library.add(prepared.article, prepared.spans, *encoded), prepared)
            except Rejected as error:
                self._reject(prepared.source, str(error))

    def _note(self, outcome: Outcome, prepared: Prepared, chunks: int | None = None) -> None:
        self._ids[outcome].append(prepared.article.id)
        self._chunks += len(prepared.spans) if chunks is None else chunks
        self._tell(prepared.source)

    def _reject(self, source: str, reason: str) -> None:
        self._rejected.append(Rejection(source=source, reason=reason))
        self._tell(source)

    def _tell(self, source: str) -> None:
        if self._progress:
            done = len(self._rejected) + sum(map(len, self._ids.values()))
            seconds = time.monotonic() - self._began
            self._progress(
                Progress(
                    done=done,
                    total=max(done, self._total),
                    chunks=self._chunks,
                    seconds=seconds,
                    source=source,
                )
            )
