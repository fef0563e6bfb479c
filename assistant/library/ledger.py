"""The ledger: articles, their versions, chunks and vectors in SQLite. What it says is the truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from sqlite3 import Row
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.library import checks, queries
from assistant.library.copies import SIMILAR, fingerprint, similarity
from assistant.library.failpoints import reach
from assistant.library.queries import numbers
from assistant.library.recent import Recent
from assistant.library.records import ArticleRow, Counts, Outcome
from assistant.library.rows import (
    HALF,
    Retired,
    Version,
    says_more,
    to_article,
    to_chunk,
    to_matrix,
    to_row,
)
from assistant.library.schema import Connections
from assistant.library.sentences import pack
from assistant.types import Article, Chunk, Filters, Language, Vectors

FILE = "ledger.sqlite3"


class Ledger:
    """Reads from any thread; writes from the thread that holds the writer lock."""

    def __init__(self, folder: Path) -> None:
        """Open the ledger of this folder, making it when there is none."""
        self.connections = Connections(folder / FILE)
        self.path = self.connections.path
        self.read_only = self.connections.read_only
        self._chunk_counts: Recent[int] = Recent(64)
        self._counts: Recent[Counts] = Recent(1)
        self.proof = checks.Proof(self.connections)
        self._reading, self._writing = self.connections.reading, self.connections.writing

    def close(self) -> None:
        """Close the connections."""
        self.connections.close()
        self.proof.seal()

    # notes about the library itself

    @property
    def generation(self) -> int:
        """Moves whenever something becomes live or is retired."""
        return int(self.note("generation"))

    def note(self, key: str) -> Any:
        """Read one of the ledger's notes, None when it was never made."""
        with self._reading() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_notes(self, *, moved: bool = False, **notes: Any) -> None:
        """Write notes, in the same transaction as a new generation if something `moved`."""
        with self._writing(durable=True) as db:
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", notes.items())
            if moved:
                db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    # writing

    def insert(
        self,
        article: Article,
        spans: Sequence[tuple[int, int]] = (),
        vectors: Vectors | None = None,
        sentences: Sequence[Vectors] = (),
        original: str = "",
    ) -> int:
        """Keep a pending version, to be flipped live when the indexes have it."""
        row = {**to_row(article), "chunk_count": len(spans), "original": original}
        data = None if vectors is None else vectors.astype(HALF).tobytes()
        packed = [pack(one) for one in sentences]
        with self._writing() as db:
            first = db.execute("SELECT value FROM meta WHERE key = 'next_chunk'").fetchone()[0]
            version = db.execute(queries.INSERT, {**row, "first_chunk": first}).lastrowid or 0
            db.executemany(
                "INSERT INTO bands VALUES (?, ?)",
                ((band, version) for band in set(fingerprint(article.text).bands)),
            )
            db.execute(
                "INSERT INTO digests VALUES (?, ?)", (version, checks.digest(row, spans, data, packed))
            )
            if data is not None:
                numbered = ((first + at, version, *span) for at, span in enumerate(spans))
                db.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?)", numbered)
                db.execute("INSERT INTO embeddings VALUES (?, ?)", (version, data))
                db.executemany("INSERT INTO sentences VALUES (?, ?)", enumerate(packed, first))
                db.execute("UPDATE meta SET value = ? WHERE key = 'next_chunk'", (first + len(spans),))
        return version

    def flip(self) -> int:
        """Make every pending version live and retire what each replaces, all at once; return the generation."""
        with self._writing(durable=True) as db:
            born = int(db.execute("SELECT value + 1 FROM meta WHERE key = 'generation'").fetchone()[0])
            pending = db.execute(
                "SELECT id, article, url FROM versions WHERE state = 'pending' ORDER BY id"
            ).fetchall()
            for row in pending:
                db.execute(queries.RETIRE_OLDER, dict(row))
                db.execute("UPDATE versions SET state = 'live', born = ? WHERE id = ?", (born, row["id"]))
            db.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (born,))
            reach("flipping")
        return born

    def retire(self, article_id: str) -> bool:
        """Retire an article; from now on no reader finds it."""
        with self._writing(durable=True) as db:
            sql = "UPDATE versions SET state = 'retired' WHERE article = ? AND state IN ('live', 'pending')"
            found = db.execute(sql, (article_id,)).rowcount > 0
            if found:
                db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
        return found

    def drop_pending(self) -> int:
        """Retire what an interrupted writer left half done; return how many articles that were."""
        with self._writing() as db:
            return db.execute("UPDATE versions SET state = 'retired' WHERE state = 'pending'").rowcount

    def forget(self, versions: Iterable[int]) -> None:
        """Delete retired versions that no index holds any more."""
        with self._writing() as db:
            db.executemany(
                "DELETE FROM versions WHERE id = ? AND state = 'retired'", ((id_,) for id_ in versions)
            )

    def reencode(self, encode: Callable[[Version], tuple[Vectors, list[Vectors]]], **notes: Any) -> None:
        """Replace every vector and write notes, all or nothing."""
        with self._writing(durable=True) as db:
            db.execute("DELETE FROM sentences")
            for version in self.versions("live"):
                vectors, sentences = encode(version)
                data, packed = vectors.astype(HALF).tobytes(), [pack(one) for one in sentences]
                spans = [(chunk.start, chunk.end) for chunk in version.chunks]
                made = checks.digest({**to_row(version.article), "original": ""}, spans, data, packed)
                kept = zip((chunk.id for chunk in version.chunks), packed, strict=False)
                db.executemany("INSERT INTO sentences VALUES (?, ?)", kept)
                db.execute("UPDATE embeddings SET vectors = ? WHERE version = ?", (data, version.id))
                db.execute("UPDATE digests SET digest = ? WHERE version = ?", (made, version.id))
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", notes.items())
            db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    # versions

    def known(self, article: Article, *, pending: bool) -> Outcome | None:
        """Tell whether the article is there unchanged or as a copy; `pending` looks at what is not live yet, too."""
        rows = self.same(article, pending=pending)
        if (
            rows
            and not says_more(article, rows[0])
            and (not rows[0]["original"] or self._has(rows[0]["original"], pending))
        ):
            return "unchanged"
        return "linked" if self.original_of(article, pending=pending) else None

    def same(self, article: Article, *, pending: bool) -> list[Row]:
        """Find the rows of the article's current versions, by id or by URL, newest first."""
        with self._reading() as db:
            wanted = {"article": article.id, "url": article.url, "state": _state(pending)}
            return db.execute(queries.SAME, wanted).fetchall()

    def original_of(self, article: Article, *, pending: bool) -> str | None:
        """Return the id of another article of which this one is a near-duplicate."""
        prints = fingerprint(article.text)
        state = _state(pending)
        own = {row["id"] for row in self.same(article, pending=pending)}
        with self._reading() as db:
            exact = db.execute(queries.SAME_WORDS, {"words": prints.words, "state": state}).fetchall()
            for row in exact:
                if row["id"] not in own:
                    return str(row["article"])
            near = db.execute(
                queries.SAME_BANDS, {"bands": json.dumps(prints.bands), "state": state}
            ).fetchall()
        for row in near:
            if row["id"] not in own and similarity(row["text"], article.text) > SIMILAR:
                return str(row["article"])
        return None

    def _has(self, article_id: str, pending: bool) -> bool:
        with self._reading() as db:
            sql = "SELECT 1 FROM versions WHERE article = ? AND state IN ('live', ?)"
            return db.execute(sql, (article_id, _state(pending))).fetchone() is not None

    def versions(self, state: str, born_after: int = -1, newest: int = -1) -> Iterator[Version]:
        """Yield versions that have chunks, the newest first; `newest` limits how many."""
        sql = "SELECT id FROM versions WHERE state = ? AND born > ? AND chunk_count > 0 ORDER BY id DESC LIMIT ?"
        with self._reading() as db:
            ids = [row[0] for row in db.execute(sql, (state, born_after, newest))]
        for id_ in ids:
            with self._reading() as db:
                sql = "SELECT v.*, e.vectors FROM versions v JOIN embeddings e ON e.version = v.id WHERE v.id = ?"
                row = db.execute(sql, (id_,)).fetchone()
                chunks = db.execute(
                    'SELECT id AS chunk, start, "end" FROM chunks WHERE version = ? ORDER BY id', (id_,)
                ).fetchall()
            if row:
                article = to_article(row)
                yield Version(
                    id_,
                    article,
                    tuple(to_chunk(at, article) for at in chunks),
                    to_matrix(row["vectors"], len(chunks)),
                )

    def newest(self) -> int:
        """Return the generation in which the newest live chunks were born; -1 when there are none."""
        with self._reading() as db:
            sql = "SELECT max(born) FROM versions WHERE state = 'live' AND chunk_count > 0"
            born = db.execute(sql).fetchone()[0]
        return -1 if born is None else int(born)

    def retired(self) -> list[Retired]:
        """List what is to be collected."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT id, first_chunk, chunk_count FROM versions WHERE state = 'retired'"
            ).fetchall()
        return [Retired(id_, range(first, first + count)) for id_, first, count in rows]

    def unfinished(self) -> bool:
        """Tell whether anything is pending or retired."""
        with self._reading() as db:
            return (
                db.execute("SELECT 1 FROM versions WHERE state IN ('pending', 'retired')").fetchone()
                is not None
            )

    # reading

    def article(self, article_id: str) -> Article | None:
        """Return the live article with this id."""
        with self._reading() as db:
            row = db.execute(
                "SELECT * FROM versions WHERE article = ? AND state = 'live'", (article_id,)
            ).fetchone()
        return to_article(row) if row else None

    def articles(self, filters: Filters | None, limit: int | None, offset: int) -> list[ArticleRow]:
        """List live articles, the newest first."""
        wanted = queries.parameters(filters, limit=-1 if limit is None else limit, offset=offset)
        with self._reading() as db:
            rows = db.execute(queries.ARTICLES, wanted).fetchall()
        copies = self.copies(row["article"] for row in rows)
        return [
            ArticleRow(
                article=to_article(row),
                chunks=row["chunk_count"],
                added=datetime.fromisoformat(row["added"]),
                also_in=tuple(copy.id for copy in copies.get(row["article"], ())),
            )
            for row in rows
        ]

    def copies(self, article_ids: Iterable[str]) -> dict[str, tuple[Article, ...]]:
        """Return the wire copies of these articles, by the id of the original."""
        found: dict[str, tuple[Article, ...]] = {}
        with self._reading() as db:
            for row in db.execute(queries.COPIES, {"ids": json.dumps(list(dict.fromkeys(article_ids)))}):
                found[row["original"]] = (*found.get(row["original"], ()), to_article(row))
        return found

    def copies_alone(self) -> list[str]:
        """List the wire copies whose original is no longer there."""
        with self._reading() as db:
            return [row[0] for row in db.execute(queries.COPIES_ALONE)]

    def counts(self) -> Counts:
        """Count what is live."""
        return self._counts.get(self.generation, self._count)

    def _count(self) -> Counts:
        with self._reading() as db:
            row = db.execute(queries.COUNTS).fetchone()
            languages = dict(tuple(pair) for pair in db.execute(queries.BY_LANGUAGE))
        first, last = (date.fromisoformat(row[key]) if row[key] else None for key in ("first", "last"))
        return Counts(
            articles=row["articles"], chunks=row["chunks"] or 0, first=first, last=last, languages=languages
        )

    def count_chunks(self, filters: Filters | None = None, born_after: int = -1) -> int:
        """Count the live chunks that pass a filter and were born after a generation."""
        wanted = queries.parameters(filters, born=born_after)

        def count() -> int:
            with self._reading() as db:
                return int(db.execute(queries.COUNT_CHUNKS, wanted).fetchone()[0])

        return self._chunk_counts.get((self.generation, *wanted.values()), count)

    def live(self, ids: Iterable[int], filters: Filters | None = None) -> set[int]:
        """Keep those chunks that are live and pass a filter."""
        with self._reading() as db:
            return {
                row[0]
                for row in db.execute(queries.LIVE_CHUNKS, queries.parameters(filters, ids=numbers(ids)))
            }

    def chunks(self, ids: Iterable[int]) -> dict[int, tuple[Article, Chunk]]:
        """Return live chunks with their articles."""
        with self._reading() as db:
            rows = db.execute(queries.CHUNKS, {"ids": numbers(ids)}).fetchall()
        articles = {row["id"]: row for row in rows}
        made = {version: to_article(row) for version, row in articles.items()}
        return {row["chunk"]: (made[row["id"]], to_chunk(row, made[row["id"]])) for row in rows}

    def languages(self, ids: Iterable[int]) -> dict[int, Language | None]:
        """Return the languages of live chunks."""
        with self._reading() as db:
            return {row[0]: row[1] for row in db.execute(queries.LANGUAGES, {"ids": numbers(ids)})}

    def matrix(
        self, filters: Filters | None, born_after: int, dimension: int
    ) -> tuple[NDArray[np.int64], Vectors]:
        """Return the ids and the vectors of every live chunk that passes a filter."""
        with self._reading() as db:
            rows = db.execute(queries.VECTORS, queries.parameters(filters, born=born_after)).fetchall()
        ids = [np.arange(first, first + count) for first, count, _ in rows]
        data = b"".join(row[2] for row in rows)
        return np.concatenate([*ids, np.empty(0, np.int64)]), np.frombuffer(data, HALF).reshape(
            -1, dimension
        ).astype(np.float32)


def _state(pending: bool) -> str:
    return "pending" if pending else "live"
