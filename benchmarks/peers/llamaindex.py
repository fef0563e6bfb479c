"""LlamaIndex: vectors in Chroma and BM25Retriever, fused by QueryFusionRetriever.

As developers.llamaindex.ai has it ("BM25 Retriever", "Hybrid Retriever with BM25 + Chroma", "Reciprocal Rerank Fusion
Retriever"): SentenceSplitter with its defaults, num_queries=1. BM25Retriever cannot be changed, so it is made again
after a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import chromadb
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.prompts.default_prompts import DEFAULT_TEXT_QA_PROMPT
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import BaseNode, NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.chroma import ChromaVectorStore

from benchmarks.peers.protocol import (
    ASKED,
    LIMIT,
    Passage,
    Peer,
    Row,
    Vectors,
    body,
    model_folder,
    read_rows,
    run,
)


class LlamaIndex(Peer):
    """Chroma, a document store and BM25 behind LlamaIndex."""

    def __init__(self, encoder: str) -> None:
        """Load the model."""
        ours = {"trust_remote_code": True, "max_length": 384} if encoder == "builtin" else {}
        self.embedding = HuggingFaceEmbedding(model_folder(encoder), **ours)
        self.splitter = SentenceSplitter()

    def open(self, folder: Path) -> None:
        """Open the stores; BM25 is loaded if it was kept."""
        self.folder = folder
        collection = chromadb.PersistentClient(str(folder / "chroma")).get_or_create_collection(
            "dense_vectors"
        )
        kept = folder / "docstore.json"
        self.documents = (
            SimpleDocumentStore.from_persist_path(str(kept)) if kept.exists() else SimpleDocumentStore()
        )
        self.index = VectorStoreIndex(
            nodes=[],
            storage_context=StorageContext.from_defaults(
                docstore=self.documents, vector_store=ChromaVectorStore(chroma_collection=collection)
            ),
            embed_model=self.embedding,
        )
        if kept.exists():
            self._fuse(BM25Retriever.from_persist_dir(str(folder / "bm25")))

    def ingest(self, articles: Path) -> int:
        """Split, embed and store; make BM25; keep all of it."""
        added = self._add(read_rows(articles))
        self._keep()
        return added

    def load(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store nodes that have their embeddings; make BM25; keep all of it."""
        self._insert(
            [
                TextNode(
                    text=passage.text,
                    embedding=vector.tolist(),
                    relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.article)},
                )
                for passage, vector in zip(passages, vectors, strict=True)
            ]
        )
        self._keep()

    def search(self, question: str, limit: int) -> list[Passage]:
        """Search by meaning and words."""
        for one in (self.fusion, self.meaning, self.words):
            one.similarity_top_k = limit
        return [Passage(found.node.ref_doc_id, found.text) for found in self.fusion.retrieve(question)]

    def ask(self, question: str) -> str:
        """Make the prompt that the query engine would send."""
        context = "\n\n".join(found.text for found in self.search(question, ASKED))
        return DEFAULT_TEXT_QA_PROMPT.format(context_str=context, query_str=question)

    def update(self, row: Row) -> None:
        """Delete the old nodes, insert the new, make BM25 again."""
        self._delete(row["id"])
        self._add([row])

    def remove(self, article: str) -> None:
        """Delete the nodes of an article, make BM25 again."""
        self._delete(article)
        self._index_words()

    def _delete(self, article: str) -> None:
        self.index.delete_ref_doc(article)
        self.documents.delete_ref_doc(article, raise_error=False)

    def _add(self, rows: list[Row]) -> int:
        return self._insert(
            self.splitter.get_nodes_from_documents([Document(text=body(row), id_=row["id"]) for row in rows])
        )

    def _insert(self, nodes: Sequence[BaseNode]) -> int:
        self.index.insert_nodes(nodes)
        self.documents.add_documents(nodes)
        self._index_words()
        return len(nodes)

    def _index_words(self) -> None:
        self._fuse(BM25Retriever.from_defaults(docstore=self.documents, similarity_top_k=LIMIT))

    def _fuse(self, words: BM25Retriever) -> None:
        self.words, self.meaning = words, self.index.as_retriever(similarity_top_k=LIMIT)
        self.fusion = QueryFusionRetriever(
            [self.meaning, self.words],
            llm=MockLLM(),
            mode="reciprocal_rerank",
            similarity_top_k=LIMIT,
            num_queries=1,
            use_async=True,
        )

    def _keep(self) -> None:
        self.documents.persist(str(self.folder / "docstore.json"))
        self.words.persist(str(self.folder / "bm25"))


if __name__ == "__main__":
    run(LlamaIndex)
