"""Haystack's hybrid pipeline: InMemoryDocumentStore, BM25 and embedding retrievers, reciprocal rank fusion.

As docs.haystack.deepset.ai has it (tutorial "Creating a Hybrid Retrieval Pipeline", DocumentJoiner), without the ranker, whose
model is fetched from a hub. Chroma has no lexical search there, so the store in memory is the one that can be hybrid;
`save_to_disk` and `load_from_disk` keep it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.builders import PromptBuilder
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from benchmarks.peers.protocol import (
    ASKED,
    PROMPT,
    Passage,
    Peer,
    Row,
    Vectors,
    body,
    model_folder,
    read_rows,
    run,
)

TEMPLATE = PROMPT.format(
    context="{% for one in documents %}{{ one.content }}\n\n{% endfor %}", question="{{ question }}"
)


class Haystack(Peer):
    """Haystack's store in memory and two pipelines."""

    def __init__(self, encoder: str) -> None:
        """Note the model; Haystack loads it once for all that use it."""
        self.prompt = PromptBuilder(TEMPLATE, required_variables=["documents", "question"])
        self.model = {
            "model": model_folder(encoder),
            "trust_remote_code": encoder == "builtin",
            "progress_bar": False,
        }

    def open(self, folder: Path) -> None:
        """Load the store and make the pipelines."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "documents.json"
        self.store = (
            InMemoryDocumentStore.load_from_disk(str(self.path))
            if self.path.exists()
            else InMemoryDocumentStore(embedding_similarity_function="cosine")
        )
        self.indexing = Pipeline()
        self.indexing.add_component("splitter", DocumentSplitter(split_by="word", split_length=200))
        self.indexing.add_component("embedder", SentenceTransformersDocumentEmbedder(**self.model))
        self.indexing.add_component("writer", DocumentWriter(self.store))
        self.indexing.connect("splitter", "embedder")
        self.indexing.connect("embedder", "writer")
        self.hybrid = Pipeline()
        self.hybrid.add_component("embedder", SentenceTransformersTextEmbedder(**self.model))
        self.hybrid.add_component("meaning", InMemoryEmbeddingRetriever(self.store))
        self.hybrid.add_component("words", InMemoryBM25Retriever(self.store))
        self.hybrid.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        self.hybrid.connect("embedder", "meaning")
        self.hybrid.connect("meaning", "joiner")
        self.hybrid.connect("words", "joiner")

    def ingest(self, articles: Path) -> int:
        """Run the indexing pipeline and save the store."""
        written = self._write(read_rows(articles))
        self.store.save_to_disk(str(self.path))
        return written

    def load(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Write documents that have their embeddings, and save the store."""
        self.store.write_documents(
            [
                Document(
                    id=str(number),
                    content=passage.text,
                    meta={"article": passage.article},
                    embedding=vector.tolist(),
                )
                for number, (passage, vector) in enumerate(zip(passages, vectors, strict=True))
            ]
        )
        self.store.save_to_disk(str(self.path))

    def search(self, question: str, limit: int) -> list[Passage]:
        """Run the hybrid pipeline."""
        return [Passage(one.meta["article"], one.content) for one in self._find(question, limit)]

    def ask(self, question: str) -> str:
        """Run the hybrid pipeline and build the prompt."""
        return self.prompt.run(documents=self._find(question, ASKED), question=question)["prompt"]

    def update(self, row: Row) -> None:
        """Delete the old documents, write the new."""
        self.remove(row["id"])
        self._write([row])

    def remove(self, article: str) -> None:
        """Delete the documents of an article."""
        found = self.store.filter_documents({"field": "meta.article", "operator": "==", "value": article})
        self.store.delete_documents([one.id for one in found])

    def _write(self, rows: list[Row]) -> int:
        documents = [Document(content=body(row), meta={"article": row["id"]}) for row in rows]
        return self.indexing.run({"splitter": {"documents": documents}})["writer"]["documents_written"]

    def _find(self, question: str, limit: int) -> list[Document]:
        results = self.hybrid.run(
            {
                "embedder": {"text": question},
                "meaning": {"top_k": limit},
                "words": {"query": question, "top_k": limit},
                "joiner": {"top_k": limit},
            }
        )
        return results["joiner"]["documents"]


if __name__ == "__main__":
    run(Haystack)
