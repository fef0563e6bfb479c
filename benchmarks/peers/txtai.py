"""txtai: an embeddings database with content and hybrid search.

As neuml.github.io/txtai has it ("Embeddings", "Segmentation", "RAG"): paragraphs, `hybrid=True`, `content=True`, and a prompt
around what a search finds. Our encoder is loaded by sentence-transformers, the other one by txtai itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from txtai import Embeddings
from txtai.pipeline import Segmentation

from benchmarks.peers.protocol import Passage, Peer, Row, Vectors, body, model_folder, read_rows, run

OURS = {"method": "sentence-transformers", "vectors": {"trust_remote_code": True}}


class Txtai(Peer):
    """An embeddings database."""

    def __init__(self, encoder: str) -> None:
        """Note the configuration; the model is loaded with the database."""
        self.configuration = {"path": model_folder(encoder), "content": True, "hybrid": True}
        self.configuration |= OURS if encoder == "builtin" else {}
        self.paragraphs = Segmentation(paragraphs=True)

    def open(self, folder: Path) -> None:
        """Load the database, or begin one."""
        self.path = str(folder)
        self.embeddings = Embeddings()
        if self.embeddings.exists(self.path):
            self.embeddings.load(self.path)
        else:
            self.embeddings = Embeddings(self.configuration)

    def ingest(self, articles: Path) -> int:
        """Cut into paragraphs, index and save."""
        passages = self._cut(read_rows(articles))
        self.embeddings.index(_numbered(passages))
        self.embeddings.save(self.path)
        return len(passages)

    def load(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Index with an encoder that knows the vectors, and save."""
        known = dict(zip((passage.text for passage in passages), vectors, strict=True))
        self.embeddings.model.encode = lambda texts, _category=None: np.array([known[text] for text in texts])
        self.embeddings.index(_numbered(passages))
        del self.embeddings.model.encode
        self.embeddings.save(self.path)

    def search(self, question: str, limit: int) -> list[Passage]:
        """Search by meaning and words."""
        found = self.embeddings.search(question, limit)
        return [Passage(one["id"].partition("#")[0], one["text"]) for one in found]

    def update(self, row: Row) -> None:
        """Delete the old paragraphs, add the new."""
        self.remove(row["id"])
        self.embeddings.upsert(_numbered(self._cut([row])))

    def remove(self, article: str) -> None:
        """Delete the paragraphs of an article."""
        found = self.embeddings.search(f"select id from txtai where id like '{article}#%'", 1000)
        self.embeddings.delete([one["id"] for one in found])

    def _cut(self, rows: Iterable[Row]) -> list[Passage]:
        return [Passage(row["id"], text) for row in rows for text in self.paragraphs(body(row))]


def _numbered(passages: Iterable[Passage]) -> list[tuple[str, str, None]]:
    return [(f"{passage.article}#{at}", passage.text, None) for at, passage in enumerate(passages)]


if __name__ == "__main__":
    run(Txtai)
