"""The assistant inside other people's chains."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from assistant import EmptyQuestion, Turn

QUESTION = "How many passengers does the Karaganda tram line carry?"


class Log(BaseCallbackHandler):
    def __init__(self):
        self.seen = []

    def on_chain_start(self, serialized, inputs, **kwargs):
        self.seen.append("start")

    def on_chain_end(self, outputs, **kwargs):
        self.seen.append("end")

    def on_retriever_end(self, documents, **kwargs):
        self.seen.append(len(documents))


def test_the_retriever_gives_documents_with_metadata(assistant):
    documents = assistant.as_retriever(limit=2, language="en").invoke(QUESTION)
    assert all(isinstance(document, Document) for document in documents)
    first = documents[0]
    assert first.metadata["article_id"] == "en-1"
    assert first.metadata["title"] == "Karaganda gets a new tram line"
    assert first.metadata["published"] == "2024-06-30"
    assert first.metadata["publisher"] == "Sample Times"
    assert first.metadata["url"] == "https://example.org/en/tram"
    assert first.metadata["score"] > 0
    article = assistant.library.article("en-1")
    assert article.text[first.metadata["start"] : first.metadata["end"]] == first.page_content
    assert {document.metadata["language"] for document in documents} == {"en"}


def test_the_retriever_works_in_a_chain_and_calls_back(assistant):
    log = Log()
    chain = RunnablePassthrough.assign(
        context=(lambda asked: asked["question"]) | assistant.as_retriever(limit=3)
    ) | (lambda found: [document.metadata["article_id"] for document in found["context"]])
    assert chain.invoke({"question": QUESTION}, {"callbacks": [log]})[0] == "en-1"
    assert 3 in log.seen
    assert asyncio.run(chain.ainvoke({"question": QUESTION}))[0] == "en-1"


def test_the_runnable_answers_questions_and_arguments(assistant):
    runnable = assistant.as_runnable()
    answer = runnable.invoke(QUESTION)
    assert answer.question == QUESTION
    assert answer == type(answer)(**{name: getattr(answer, name) for name in answer.__slots__})
    history = [Turn(question=QUESTION, answer="20,000")]
    asked = {
        "question": "And how long is it?",
        "history": history,
        "language": "kk",
        "publisher": "Sample Times",
    }
    assert runnable.invoke(asked).language == "kk"
    assert [one.question for one in runnable.batch([QUESTION, "Flamingos?"])] == [QUESTION, "Flamingos?"]


def test_the_runnable_streams_a_growing_answer(assistant):
    pieces = list(assistant.as_runnable().stream(QUESTION))
    assert len(pieces) >= 2
    texts = [piece.text for piece in pieces]
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert pieces[-1].text == assistant.ask(QUESTION).text
    assert pieces[0].hits[0].article.id == "en-1"


def test_the_runnable_streams_asynchronously_inside_a_chain(assistant):
    log = Log()
    chain = RunnableLambda(lambda asked: asked["q"]) | assistant.as_runnable()

    async def main():
        return [piece async for piece in chain.astream({"q": QUESTION}, {"callbacks": [log]})]

    pieces = asyncio.run(main())
    assert pieces[-1].answerer
    assert log.seen.count("start") == log.seen.count("end") > 1


def test_errors_pass_through(assistant):
    with pytest.raises(EmptyQuestion):
        assistant.as_runnable().invoke(" ")
