"""The lexical index: tantivy, BM25, two fields of tokens that are made by us. The only place that knows tantivy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Protocol

import tantivy

from assistant.library.faults import storage
from assistant.library.queries import publisher_key
from assistant.types import Article, Filters

Field = Literal["stems", "grams"]
FIELDS: tuple[Field, ...] = ("stems", "grams")
_HEAP = 50_000_000
_LOOKED_UP = 1_000
_WORDS = 128
_POSTINGS = 1_000_000
_FEWEST = 6


class Terms(Protocol):
    """The analysed words of a text or a question."""

    @property
    def stems(self) -> Sequence[str]:
        """Stems of the words that carry meaning."""

    @property
    def grams(self) -> Sequence[str]:
        """Romanised pieces of the words."""


class TermIndex:
    """One opened tantivy index; search from any thread, write from the one that holds the writer lock."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the index, making it when there is none.

        Raises:
            LibraryDamaged: it cannot be opened.
            LibraryFull: it cannot be written.
        """
        self._folder = folder
        self._schema = _schema()
        self._links = (
            TemporaryDirectory() if read_only else None
        )  # tantivy wants lock files beside what it reads
        self._writer: Any = None
        with self._explained():
            if not read_only:
                folder.mkdir(parents=True, exist_ok=True)
            self._index = self._open()

    def reload(self) -> None:
        """See what has been committed since."""
        with self._explained():
            if self._links:
                self._index = self._open()
            self._index.reload()

    def search(
        self, field: Field, words: Iterable[str], limit: int, filters: Filters | None = None
    ) -> list[tuple[int, float]]:
        """Return the chunk ids that share words with these, best BM25 first; a filter is applied by what was written."""
        return self.search_any(field, [{word: 1.0} for word in dict.fromkeys(words)], limit, filters)

    def search_any(
        self, field: Field, groups: Sequence[Mapping[str, float]], limit: int, filters: Filters | None = None
    ) -> list[tuple[int, float]]:
        """Return the chunk ids that have words of these groups, best first.

        Each group counts once, by the word for which BM25 times its weight is greatest.
        """
        with self._explained():
            searcher = self._index.searcher()
            chosen = set(_rarest(searcher, field, dict.fromkeys(word for group in groups for word in group)))
            parts = [
                self._best(field, {word: group[word] for word in group if word in chosen}) for group in groups
            ]
            if not chosen or limit < 1:
                return []
            query = tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts if part])
            if filters:
                query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *self._clauses(filters)])
            hits = searcher.search(query, limit=limit, count=False).hits
            ids = searcher.fast_field_values("chunk", [address for _, address in hits])
        return [(int(id_), float(score)) for id_, (score, _) in zip(ids, hits, strict=True)]

    def add(self, version: int, article: Article, chunks: Iterable[tuple[int, Terms]]) -> None:
        """Write the chunks of a version, in place of any that it had; seen after `commit`."""
        with self._explained():
            self._delete(version)
            for chunk, terms in chunks:
                self._writing().add_document(_document(version, article, chunk, terms))

    def remove(self, version: int) -> None:
        """Remove the chunks of a version; seen after `commit`."""
        with self._explained():
            self._delete(version)

    def commit(self) -> None:
        """Put what was written on disk and show it."""
        with self._explained():
            self._writing().commit()
            self._index.reload()

    def stop_writing(self) -> None:
        """Let merges finish and free the writer."""
        with self._explained():
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.wait_merging_threads()

    def count(self) -> int:
        """Count the chunks."""
        with self._explained():
            return int(self._index.searcher().num_docs)

    def ids(self) -> list[int]:
        """List the chunks."""
        with self._explained():
            searcher = self._index.searcher()
            hits = searcher.search(
                tantivy.Query.all_query(), limit=max(1, searcher.num_docs), count=False
            ).hits
            return [int(id_) for id_ in searcher.fast_field_values("chunk", [address for _, address in hits])]

    def close(self) -> None:
        """Let go of the index, and of what was written but not committed."""
        self._writer = None
        if self._links:
            self._links.cleanup()

    def _explained(self) -> Any:
        return storage("lexical index", self._folder, ValueError, OSError, RuntimeError)

    def _open(self) -> Any:
        folder = self._folder
        if self._links:
            folder = Path(self._links.name)
            for file in self._folder.iterdir():
                if not file.name.endswith(".lock") and not (folder / file.name).exists():
                    (folder / file.name).symlink_to(file.resolve())
        index = tantivy.Index(self._schema, path=str(folder))
        index.register_tokenizer("ours", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
        return index

    def _writing(self) -> Any:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP, 1)
            self._writer.garbage_collect_files()  # a killed writer's, whose names this one would take again
        return self._writer

    def _delete(self, version: int) -> None:
        # delete_documents_by_term takes the number for a signed one, and deletes nothing
        query = tantivy.Query.term_query(self._schema, "version", version)
        self._writing().delete_documents_by_query(query)

    def _term(self, field: str, value: str) -> Any:
        return tantivy.Query.term_query(self._schema, field, value, index_option="freq")

    def _best(self, field: Field, words: Mapping[str, float]) -> Any:
        """Return the query for the best of weighted words, None for none."""
        weighed = [
            self._term(field, word)
            if weight == 1
            else tantivy.Query.boost_query(self._term(field, word), weight)
            for word, weight in words.items()
        ]
        return tantivy.Query.disjunction_max_query(weighed) if len(weighed) > 1 else next(iter(weighed), None)

    def _clauses(self, filters: Filters) -> list[tuple[Any, Any]]:
        wanted = []
        if filters.language:
            wanted.append(
                tantivy.Query.term_query(self._schema, "language", filters.language, index_option="basic")
            )
        if filters.publisher:
            publisher = publisher_key(filters.publisher)
            wanted.append(
                tantivy.Query.term_query(self._schema, "publisher", publisher, index_option="basic")
            )
        if filters.since or filters.until:
            first, last = (filters.since or date.min).toordinal(), (filters.until or date.max).toordinal()
            wanted.append(
                tantivy.Query.range_query(self._schema, "published", tantivy.FieldType.Unsigned, first, last)
            )
        return [(tantivy.Occur.Must, tantivy.Query.const_score_query(clause, 0.0)) for clause in wanted]


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("chunk", fast=True)
    builder.add_unsigned_field("version", indexed=True)
    builder.add_unsigned_field("published", indexed=True, fast=True)
    for name in ("language", "publisher"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="ours", index_option="freq")
    return builder.build()


def _document(version: int, article: Article, chunk: int, terms: Terms) -> Any:
    document = tantivy.Document()
    document.add_unsigned("chunk", chunk)
    document.add_unsigned("version", version)
    document.add_text("stems", " ".join(terms.stems))
    document.add_text("grams", " ".join(terms.grams))
    document.add_text("language", article.language or "")
    document.add_text("publisher", publisher_key(article.publisher))
    if article.published:
        document.add_unsigned("published", article.published.toordinal())
    return document


def _rarest(searcher: Any, field: Field, words: Iterable[str]) -> list[str]:
    """Keep the rarest words, until reading what has them would take too long; the others tell little apart."""
    frequencies = sorted((searcher.doc_freq(field, word), word) for word in islice(words, _LOOKED_UP))
    chosen: list[str] = []
    postings = 0
    for frequency, word in frequencies:
        postings += frequency
        if len(chosen) == _WORDS or (postings > _POSTINGS and len(chosen) >= _FEWEST):
            break
        if frequency:
            chosen.append(word)
    return chosen
