"""The library: ledger, vector index and lexical index as one."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from assistant.errors import LibraryDamaged, LibraryLocked, Rejected
from assistant.library import doctor
from assistant.library.dense import FRESH, DenseSearch
from assistant.library.encoding import TextOf, match_encoder
from assistant.library.failpoints import reach
from assistant.library.faults import storage
from assistant.library.indexes import Indexes, Progress, stamp
from assistant.library.ledger import Ledger
from assistant.library.lexical import LexicalSearch
from assistant.library.lock import FolderLock
from assistant.library.nearness import Nearness
from assistant.library.records import ArticleRow, Counts, Finding, Outcome
from assistant.library.rows import check_text
from assistant.library.terms import Terms
from assistant.library.vectors import VectorIndex
from assistant.library.writer import Writer
from assistant.text.aliases import Aliases
from assistant.text.analysis import analyse
from assistant.types import Article, Chunk, Encoder, Filters, Language, Span, Vectors

_log = logging.getLogger(__name__)


class Library:
    """The stored articles: many threads and processes may read, one writes.

    Example:
        >>> with Library.open(folder, encoder) as library, library.writing():
        ...     library.add(article, spans, encoder.encode_passages(texts))
    """

    def __init__(
        self, folder: Path, encoder: Encoder, *, fresh: int = FRESH, aliases: Aliases | None = None
    ) -> None:
        """Open without mending anything; use `open`.

        Args:
            folder: where the library is; made when there is none.
            encoder: made, or will make, its vectors.
            fresh: how many new chunks may be searched exactly before the vector index is opened (again).
            aliases: other names of things, found by them too.
        """
        self.folder = folder.absolute()
        self.encoder = encoder
        with storage("folder", self.folder, OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
        self._aliases = aliases or Aliases.load()
        self._ledger = Ledger(self.folder)
        self._lock = FolderLock(self.folder / "writer.lock")
        self._turn = FolderLock(self.folder / "vectors.lock")
        self._indexes = Indexes(self.folder, self._ledger, self._turn, self._terms_of)
        self._dense = DenseSearch(self._ledger, encoder.dimension, self._reopen, fresh)
        self._nearness = Nearness(self._ledger.connections, encoder.dimension)
        self._lexical = LexicalSearch(self.folder, self._ledger)
        self._writer = Writer(self._ledger, self._indexes, self._dense, self._turn)
        self._depth = 0

    @classmethod
    def open(
        cls,
        folder: Path,
        encoder: Encoder,
        *,
        wait: float = 2.0,
        fresh: int = FRESH,
        aliases: Aliases | None = None,
        text_of: TextOf | None = None,
    ) -> Library:
        """Open the library, making it when there is none, and mend what an interrupted writer left.

        Args:
            folder: where the library is.
            encoder: made its vectors.
            wait: seconds to wait for another writer when the encoder has to be noted or changed.
            fresh: how many new chunks may be searched exactly before the vector index is opened (again).
            aliases: other names of things.
            text_of: makes what is encoded of a chunk from article, start and end. When given and the library
                was made with another encoder, all of it is encoded again.

        Raises:
            EncoderMismatch: it was made with another encoder.
            LibraryDamaged: the ledger is unreadable.
            LibraryLocked: it has to be changed first, and somebody else is writing.
            LibraryFull: it cannot be made here.
        """
        library = cls(folder, encoder, fresh=fresh, aliases=aliases)
        try:
            match_encoder(encoder, library._ledger, library._lock, library._indexes, wait, text_of)
            library._mend()
        except BaseException:
            library.close()
            raise
        return library

    def close(self) -> None:
        """Let go of all files."""
        self._dense.use(None)
        self._lexical.close()
        self._ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def generation(self) -> int:
        """Moves whenever an article becomes live or is removed, by whichever process."""
        return self._ledger.generation

    @property
    def chunk_ids(self) -> range:
        """All ids that chunks have had; whoever samples from them asks which are live."""
        return range(int(self._ledger.note("next_chunk") or 0))

    # writing

    @contextmanager
    def writing(self, wait: float = 2.0) -> Iterator[None]:
        """Be the one writer; what was added is live, at the latest, when this ends.

        Raises:
            LibraryLocked: another process has been writing for all of `wait` seconds.
            LibraryFull: the disk is full or read-only.
        """
        with self._lock.held(wait):
            if self._depth:
                yield
                return
            self._writer.begin()
            self._depth = 1
            try:
                yield
            finally:
                self._depth = 0
                self._writer.end()

    def known(self, article: Article) -> Outcome | None:
        """Tell, before anything is encoded, whether there is nothing to add.

        Returns:
            "unchanged" when the article is there with this text and its details; "linked" when it is a
            near-duplicate of another, which `original_of` names; else None.

        Raises:
            Rejected: it has no id, or characters that cannot be stored.
        """
        check_text(article)
        return self._ledger.known(article, pending=self._depth > 0)

    def original_of(self, article: Article) -> str | None:
        """Return the id of the stored article of which this one is a near-duplicate."""
        return self._ledger.original_of(article, pending=self._depth > 0)

    def add(
        self,
        article: Article,
        spans: Sequence[Span],
        vectors: Vectors,
        sentences: Sequence[Vectors] = (),
    ) -> Outcome:
        """Add an article, or a new version of one that has its id or its URL: all of it or nothing.

        Args:
            article: cleaned, with an id.
            spans: start and end of each chunk in its text.
            vectors: one row for each chunk.
            sentences: for each chunk, one row for each of its sentences; none where the encoder does not give them.

        Raises:
            Rejected: the vectors or spans cannot be right.
        """
        self._check(article, spans, vectors, sentences)
        with self.writing():
            outcome: Outcome = "updated" if self._ledger.same(article, pending=True) else "added"
            self._ledger.insert(article, spans, vectors, sentences)
            self._writer.added(len(spans))
        return outcome

    def link(self, article: Article, original_id: str) -> None:
        """Keep a wire copy of another article: it is shown with that one and not searched itself."""
        check_text(article)
        with self.writing():
            self._ledger.insert(article, original=original_id)
            self._writer.added(0)

    def remove(self, article_id: str) -> bool:
        """Remove an article; return whether there was one."""
        with self.writing():
            found = self._ledger.retire(article_id)
            reach("retired")
        return found

    def rebuild(self, progress: Progress | None = None) -> None:
        """Make both indexes anew from the ledger, without encoding; `progress` gets chunks done and all chunks."""
        with self._lock.held(2.0):
            self._writer.rebuild(progress)

    # reading

    def article(self, article_id: str) -> Article | None:
        """Return an article by its id."""
        return self._ledger.article(article_id)

    def articles(
        self, filters: Filters | None = None, limit: int | None = None, offset: int = 0
    ) -> list[ArticleRow]:
        """List articles, the newest first."""
        return self._ledger.articles(filters, limit, offset)

    def counts(self) -> Counts:
        """Count what is there."""
        return self._ledger.counts()

    def nearest(self, vector: Vectors, limit: int, filters: Filters | None = None) -> list[tuple[int, float]]:
        """Return the chunks nearest to a vector with their cosines, best first."""
        return self._dense.nearest(vector, limit, filters)

    def matching(
        self,
        terms: Terms,
        limit: int,
        filters: Filters | None = None,
        translated: Sequence[Mapping[str, float]] = (),
    ) -> dict[str, list[tuple[int, float]]]:
        """Return the chunks that share terms, by field ("stems", "grams"), with their BM25, best first.

        Under "translated" come those that have stems of the weighted groups `translated`, each group counting once.
        """
        return self._lexical.matching(terms, limit, filters, translated)

    def chunks(self, ids: Iterable[int]) -> dict[int, tuple[Article, Chunk]]:
        """Return chunks with their articles; what is no longer there is left out."""
        return self._ledger.chunks(ids)

    def also_in(self, article_ids: Iterable[str]) -> dict[str, tuple[Article, ...]]:
        """Return the wire copies of articles, for those that have any."""
        return self._ledger.copies(article_ids)

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """Return the vectors of chunks, a row for each; zeros for one that is not there."""
        return self._nearness.vectors(ids)

    def cosines(self, vector: Vectors, ids: Sequence[int]) -> tuple[Vectors, Vectors]:
        """Return the cosine of each chunk with a vector, and that of its nearest sentence (its own where none are kept)."""
        return self._nearness.cosines(vector, ids)

    def sentences(self, ids: Iterable[int]) -> dict[int, Vectors]:
        """Return the vectors of the sentences of chunks, in their order, for those chunks that have them."""
        return self._nearness.sentences(ids)

    def languages_of(self, ids: Iterable[int]) -> dict[int, Language | None]:
        """Return the languages of chunks."""
        return self._ledger.languages(ids)

    def doctor(self, deep: bool = False) -> list[Finding]:
        """Look for anything wrong; `deep` looks at every chunk."""
        return doctor.examine(
            self.folder, self._ledger, self._indexes, self._lexical, self._reopen, deep=deep
        )

    # opening

    def _mend(self) -> None:
        """Look for damage and mend what needs it, if nobody else is writing; what is live can be read in any case."""
        if self._ledger.read_only:
            self._ledger.proof.find()
            return
        with suppress(LibraryLocked), self._lock.held(0):
            self._ledger.proof.find()
            if not self._writer.postponed() and (self._writer.needed() or self._damaged()):
                self._writer.begin()
                self._writer.end()

    def _damaged(self) -> bool:
        """Open what will be searched, and tell whether it cannot be."""
        try:
            self._dense.warm()
            self._lexical.warm()
        except LibraryDamaged as error:
            _log.warning("%s", error)
            return True
        return False

    def _reopen(self) -> VectorIndex | None:
        if self._ledger.read_only or stamp(self._indexes.path("vectors")) < 0:
            return None
        try:
            return self._indexes.read_vectors(1.0, sealed=not self._ledger.note("writing"))
        except LibraryLocked:
            return None

    def _terms_of(self, article: Article, chunk: Chunk) -> Terms:
        text = f"{article.title}\n{chunk.text}"
        return analyse("\n".join([text, *self._aliases.expand(text)]))

    def _check(
        self, article: Article, spans: Sequence[Span], vectors: Vectors, sentences: Sequence[Vectors]
    ) -> None:
        check_text(article)
        if vectors.shape != (len(spans), self.encoder.dimension) or not len(spans):
            expected = (len(spans), self.encoder.dimension)
            raise Rejected(
                f"The encoder gave vectors of shape {vectors.shape} where {expected} was expected."
            )
        if sentences and len(sentences) != len(spans):
            raise Rejected(f"The encoder gave the sentences of {len(sentences)} chunks out of {len(spans)}.")
        if not all(np.isfinite(one).all() for one in (vectors, *sentences)):
            raise Rejected("The encoder gave vectors with numbers that are not finite.")
        if any(not 0 <= start < end <= len(article.text) for start, end in spans):
            raise Rejected("A chunk does not lie within the text.")
