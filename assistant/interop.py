"""The assistant as LangChain parts, for other people's chains."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import AIMessage
from langchain_core.messages.content import Annotation, create_citation, create_text_block
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig, RunnableGenerator
from pydantic import ConfigDict, Field

from assistant.text.language import question_language
from assistant.types import Answer, AnswerEvent, Hit, Language

if TYPE_CHECKING:
    from assistant.assistant import Assistant

Asked = str | dict[str, Any]


def document(hit: Hit) -> Document:
    """Return a hit as a LangChain document."""
    article, chunk = hit.article, hit.chunk
    return Document(
        id=str(chunk.id),
        page_content=chunk.text,
        metadata={
            "article_id": article.id,
            "title": article.title,
            "url": article.url,
            "publisher": article.publisher,
            "published": article.published.isoformat() if article.published else None,
            "language": article.language,
            "start": chunk.start,
            "end": chunk.end,
            "score": hit.score,
        },
    )


def message(answer: Answer) -> AIMessage:
    """Return an answer as a LangChain message whose text block bears its citations as annotations.

    Each place of the text that leans on a citation has one; verdict and span in the article are among its extras.
    """
    annotations: list[Annotation] = [
        create_citation(
            url=citation.article.url or None,
            title=citation.article.title or None,
            start_index=start,
            end_index=end,
            cited_text=citation.quote,
            marker=citation.marker,
            verdict=citation.verdict,
            translation=citation.translation,
            article_id=citation.article.id,
            article_start=citation.start,
            article_end=citation.end,
        )
        for citation in answer.citations
        for start, end in citation.places or _marked(answer.text, citation.marker)
    ]
    block = create_text_block(answer.text, annotations=annotations)
    told = {
        "answerer": answer.answerer,
        "abstained": answer.abstained,
        "verdict": answer.verdict,
        "note": answer.note,
    }
    return AIMessage(content_blocks=[block], response_metadata=told)


def _marked(text: str, marker: int) -> list[tuple[int, int]]:
    """Return where a marker stands in a text."""
    mark = f"[{marker}]"
    at = text.find(mark)
    return [] if at < 0 else [(at, at + len(mark))]


class AssistantRetriever(BaseRetriever):
    """The assistant's search as a LangChain retriever."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Any
    limit: int = 10
    filters: Mapping[str, Any] = Field(default_factory=dict)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain passes it by name
    ) -> list[Document]:
        return [document(hit) for hit in self.assistant.search(query, self.limit, **self.filters)]


@dataclass
class Growing:
    """An answer that grows with the events of its stream."""

    partial: Answer

    def after(self, event: AnswerEvent) -> Answer | None:
        """Return the answer as it stands after this event, None if the event changed nothing."""
        if event.kind == "status":
            return None
        if event.kind == "sources":
            self.partial = replace(self.partial, hits=event.hits)
        if event.kind == "delta":
            self.partial = replace(self.partial, text=self.partial.text + event.text)
        if event.citation:
            self.partial = replace(self.partial, citations=(*self.partial.citations, event.citation))
        return event.answer or self.partial


class Answers(RunnableGenerator[Asked, Answer]):
    """A runnable whose pieces each replace the one before; what it gives when invoked is the last."""

    def invoke(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:  # noqa: A002 - LangChain's name
        """Return the whole answer."""
        *_, last = self.stream(input, config, **kwargs)
        return last

    async def ainvoke(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:  # noqa: A002 - LangChain's name
        """Return the whole answer."""
        return [piece async for piece in self.astream(input, config, **kwargs)][-1]


def answers_of(assistant: Assistant) -> Runnable[Asked, Answer]:
    """Return a runnable from a question, or from the arguments of `ask`, to the answer, growing when streamed."""

    def answer(pieces: Iterator[Asked]) -> Iterator[Answer]:
        asked = _arguments(list(pieces))
        grown = _nothing_yet(asked)
        yield from filter(None, map(grown.after, assistant.stream(**asked)))

    async def answer_async(pieces: AsyncIterator[Asked]) -> AsyncIterator[Answer]:
        asked = _arguments([piece async for piece in pieces])
        grown = _nothing_yet(asked)
        async with aclosing(assistant.astream(**asked)) as events:
            async for event in events:
                if after := grown.after(event):
                    yield after

    return Answers(answer, answer_async, name="Assistant")


def _arguments(pieces: list[Asked]) -> dict[str, Any]:
    """Join the pieces of a streamed input: the text of a question, or a dict of arguments."""
    question = "".join(piece for piece in pieces if isinstance(piece, str))
    named: dict[str, Any] = {"question": question}
    for piece in pieces:
        if isinstance(piece, dict):
            named |= piece
    return named


def _nothing_yet(asked: Mapping[str, Any]) -> Growing:
    language: Language = asked.get("language") or question_language(asked["question"])
    return Growing(Answer(question=asked["question"], text="", language=language, answerer=""))
