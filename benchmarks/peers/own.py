"""The assistant itself, through its public interface."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from assistant import Article, Assistant, Settings
from benchmarks.peers.protocol import Passage, Peer, Row, Vectors, run


class Own(Peer):
    """The assistant."""

    def __init__(self, encoder: str) -> None:
        """Note the encoder; it is loaded with the library."""
        self.encoder = encoder
        self.assistant: Assistant | None = None

    def open(self, folder: Path) -> None:
        """Open the library of a folder."""
        if self.assistant:
            self.assistant.close()
        self.assistant = Assistant.from_settings(Settings(data_dir=folder, encoder=self.encoder))

    def ingest(self, articles: Path) -> int:
        """Ingest a file."""
        report = self.assistant.ingest(articles)
        assert not report.rejected, report.rejected[0]
        return report.chunks

    def load(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Nothing is given to it: it is what the ready vectors come from."""
        raise NotImplementedError

    def search(self, question: str, limit: int) -> list[Passage]:
        """Search."""
        return [Passage(hit.article.id, hit.chunk.text) for hit in self.assistant.search(question, limit)]

    def ask(self, question: str) -> str:
        """Answer from the articles' own sentences."""
        return self.assistant.ask(question).text

    def update(self, row: Row) -> None:
        """Ingest the article again."""
        self.assistant.ingest(
            Article(id=row["id"], title=row["title"], text=row["text"], published=date(2026, 1, 1))
        )

    def remove(self, article: str) -> None:
        """Remove an article."""
        self.assistant.remove(article)

    def export(self, folder: str) -> dict[str, int]:
        """Write all passages and their vectors, for those who are given them ready."""
        library = self.assistant.library
        chunks = library.chunks(library.chunk_ids)
        with (Path(folder) / "passages.jsonl").open("w", encoding="utf-8") as lines:
            for article, chunk in chunks.values():
                lines.write(json.dumps([article.id, chunk.text], ensure_ascii=False) + "\n")
        np.save(Path(folder) / "vectors.npy", library.vectors(list(chunks)).astype(np.float16))
        return {"chunks": len(chunks)}


if __name__ == "__main__":
    run(Own)
