"""LangChain's tutorial chain: RecursiveCharacterTextSplitter, HuggingFaceEmbeddings, Chroma, a prompt; search by meaning only.

As docs.langchain.com has it ("Build a RAG agent"; Chroma and Hugging Face integrations): chunks of 1,000 characters that
overlap by 200, and the collection's defaults.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers.protocol import (
    ASKED,
    PROMPT,
    Passage,
    Peer,
    Row,
    Vectors,
    batches,
    body,
    model_folder,
    read_rows,
    run,
)


class LangChain(Peer):
    """Chroma behind LangChain."""

    def __init__(self, encoder: str) -> None:
        """Load the model."""
        self.embeddings = HuggingFaceEmbeddings(
            model_name=model_folder(encoder), model_kwargs={"trust_remote_code": encoder == "builtin"}
        )
        self.splitter = RecursiveCharacterTextSplitter(
            chunk_size=1000, chunk_overlap=200, add_start_index=True
        )
        self.prompt = ChatPromptTemplate.from_template(PROMPT)

    def open(self, folder: Path) -> None:
        """Open the collection and make the chain."""
        self.store = Chroma(embedding_function=self.embeddings, persist_directory=str(folder))
        retriever = self.store.as_retriever(search_kwargs={"k": ASKED})
        context = retriever | RunnableLambda(lambda found: "\n\n".join(one.page_content for one in found))
        self.chain = {"context": context, "question": RunnablePassthrough()} | self.prompt

    def ingest(self, articles: Path) -> int:
        """Split, embed and store."""
        return self._add(read_rows(articles))

    def load(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store with vectors, through the client: LangChain itself always embeds."""
        for at, some in batches(passages):
            self.store._collection.upsert(
                ids=[str(at + number) for number in range(len(some))],
                embeddings=vectors[at : at + len(some)],
                documents=[passage.text for passage in some],
                metadatas=[{"article": passage.article} for passage in some],
            )

    def search(self, question: str, limit: int) -> list[Passage]:
        """Search by meaning."""
        found = self.store.similarity_search(question, k=limit)
        return [Passage(one.metadata["article"], one.page_content) for one in found]

    def ask(self, question: str) -> str:
        """Run the chain up to the chat model."""
        return self.chain.invoke(question).to_string()

    def update(self, row: Row) -> None:
        """Delete the old chunks, add the new."""
        self.remove(row["id"])
        self._add([row])

    def remove(self, article: str) -> None:
        """Delete the chunks of an article."""
        if ids := self.store.get(where={"article": article}, include=[])["ids"]:
            self.store.delete(ids)

    def _add(self, rows: list[Row]) -> int:
        documents = [Document(body(row), metadata={"article": row["id"]}) for row in rows]
        chunks = self.splitter.split_documents(documents)
        for _, some in batches(chunks):
            self.store.add_documents(some)
        return len(chunks)


if __name__ == "__main__":
    run(LangChain)
