"""The least that a part can cost: `encoding`, one `hnsw` query or one `sqlite` read, and nothing around it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np

from assistant import Article, load_encoder
from benchmarks.peers.protocol import Passage, Peer, Row, Vectors, read_rows, run
from ingest.chunk import chunk_spans, embedding_text


class Floor(Peer):
    """What all floors share: nothing changes in them."""

    def open(self, folder: Path) -> None:
        """Note the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def ingest(self, articles: Path) -> int:
        """Take nothing in."""
        raise NotImplementedError

    def load(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Keep nothing."""

    def update(self, row: Row) -> None:
        """Change nothing."""

    def remove(self, article: str) -> None:
        """Change nothing."""


class Encoding(Floor):
    """The built-in encoder alone."""

    def __init__(self) -> None:
        """Load the encoder."""
        self.encoder = load_encoder()

    def ingest(self, articles: Path) -> int:
        """Encode what the assistant encodes of the articles."""
        texts = [
            embedding_text(article, start, end)
            for row in read_rows(articles)
            for article in [Article(**{**row, "published": date.fromisoformat(row["published"])})]
            for start, end in chunk_spans(article.text)
        ]
        for at in range(0, len(texts), 256):
            self.encoder.encode_passages(texts[at : at + 256])
        return len(texts)

    def search(self, question: str, _limit: int) -> list[Passage]:
        """Encode the question."""
        self.encoder.encode_queries([question])
        return []


class Hnsw(Floor):
    """An HNSW graph alone (faiss, M = 16, 200 candidates, one thread), asked by a vector that is nearly one of its own."""

    def load(self, _passages: Sequence[Passage], vectors: Vectors) -> None:
        """Make the graph."""
        import faiss

        faiss.omp_set_num_threads(1)
        self.graph = faiss.IndexHNSWFlat(vectors.shape[1], 16, faiss.METRIC_INNER_PRODUCT)
        self.graph.hnsw.efConstruction = 100
        self.graph.add(vectors)
        self.graph.hnsw.efSearch = 200
        draw = np.random.default_rng(0)
        near = vectors[draw.integers(len(vectors), size=1000)]
        self.asked = iter(
            near + draw.normal(scale=0.5 / near.shape[1] ** 0.5, size=near.shape).astype(np.float32)
        )

    def search(self, _question: str, limit: int) -> list[Passage]:
        """Query the graph."""
        self.graph.search(next(self.asked)[None], limit)
        return []


class Sqlite(Floor):
    """A table of passages alone, read by key."""

    def load(self, passages: Sequence[Passage], _vectors: Vectors) -> None:
        """Fill the table."""
        self.base = sqlite3.connect(self.folder / "passages.sqlite")
        self.base.execute("create table passages (id integer primary key, article text, text text)")
        rows = ((at, *passage) for at, passage in enumerate(passages))
        self.base.executemany("insert into passages values (?, ?, ?)", rows)
        self.base.commit()
        self.count, self.draw = len(passages), np.random.default_rng(0)

    def search(self, _question: str, limit: int) -> list[Passage]:
        """Read some rows."""
        ids = json.dumps(self.draw.integers(self.count, size=limit).tolist())
        query = "select article, text from passages where id in (select value from json_each(?))"
        with closing(self.base.execute(query, (ids,))) as found:
            return [Passage(*row) for row in found]


FLOORS = {"encoding": Encoding, "hnsw": Hnsw, "sqlite": Sqlite}

if __name__ == "__main__":
    run(lambda name: FLOORS[name]())
