"""The Python API over a real library."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from assistant import (
    Answer,
    Article,
    Assistant,
    EmptyLibrary,
    EmptyQuestion,
    HashEncoder,
    Library,
    ModelError,
    QuestionTooLong,
    Settings,
    Turn,
    UnknownLanguage,
    UsageError,
)
from assistant.types import AnswerEvent
from tests.conftest import ARTICLES

QUESTION = "How many flamingos did ornithologists count near Lake Balkhash?"


class Echo:
    """An answerer that tells what it was given, slowly if wanted."""

    def __init__(self, pause=0.0):
        self.pause = pause
        self.seen = []
        self.closed = False

    def stream(self, question, hits, language, history=(), counts=None):
        self.seen.append((question, tuple(hits), language, tuple(history), counts))
        text = ""
        try:
            for word in ("one ", "two ", "three"):
                time.sleep(self.pause)
                text += word
                yield AnswerEvent(kind="delta", text=word)
            yield AnswerEvent(
                kind="answer", answer=Answer(question=question, text=text, language=language, answerer="echo")
            )
        finally:
            self.closed = True


@pytest.fixture
def echo(assistant):
    assistant.answerer = Echo()
    return assistant


def test_events_come_in_order_and_end_with_the_answer(echo):
    events = list(echo.stream(QUESTION))
    assert [event.kind for event in events] == [
        "status",
        "sources",
        "status",
        "delta",
        "delta",
        "delta",
        "answer",
    ]
    answer = events[-1].answer
    assert answer.text == "".join(event.text for event in events if event.kind == "delta")
    assert answer.hits == events[1].hits
    assert answer.hits[0].article.id == "en-2"
    assert answer.timings["total"] >= answer.timings["search"] > 0


def test_ask_gives_an_answer_whose_citations_are_spans(assistant):
    answer = assistant.ask(QUESTION)
    assert answer.question == QUESTION
    assert answer.language == "en"
    for citation in answer.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote


def test_language_filters_history_and_counts_reach_the_parts(echo):
    history = (Turn(question="How many flamingos are there near Lake Balkhash?", answer="5,000 [1]"),)
    answer = echo.ask("And when?", history, language="ru", publisher="Sample Times", until=date(2024, 5, 1))
    question, hits, language, seen, counts = echo.answerer.seen[0]
    assert (question, language, seen) == ("And when?", "ru", history)
    assert answer.language == "ru"
    assert {hit.article.id for hit in hits} == {"en-2"}
    assert counts.articles == len(ARTICLES)
    echo.ask(QUESTION, article_language="kk")
    assert {hit.article.language for hit in echo.answerer.seen[1][1]} == {"kk"}


@pytest.mark.parametrize(
    ("question", "language"),
    [("Қанша?", "kk"), ("Qansha student oqidy?", "kk"), ("Сколько?", "ru"), ("How many?", "en")],
)
def test_the_answer_is_in_the_question_s_language(echo, question, language):
    assert echo.ask(question).language == language


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ("", EmptyQuestion),
        (" \n\t?!", EmptyQuestion),
        ("a" * 2001, QuestionTooLong),
        ("x" * 1_000_000, QuestionTooLong),
        ("これは何ですか", UnknownLanguage),
        ("ما هذا", UnknownLanguage),
        ("\ud800", EmptyQuestion),
    ],
)
def test_bad_questions_are_refused_before_any_work(echo, question, error):
    with pytest.raises(error) as told:
        echo.stream(question)
    assert told.value.hint
    assert told.value.exit_code == 2
    with pytest.raises(error):
        echo.search(question)
    assert echo.answerer.seen == []


@pytest.mark.parametrize(
    "question", ["Tram\ud800 line?", "Tram\0 line?", "  Tram line? ", "2024?", "Что такое BRICS?"]
)
def test_odd_but_usable_questions_are_asked(echo, question):
    assert echo.ask(question).text == "one two three"


def test_an_unknown_language_name_is_refused(echo):
    with pytest.raises(UsageError, match="'fr'"):
        echo.ask(QUESTION, language="fr")


def test_an_empty_library_says_how_to_fill_it(tmp_path):
    with Library.open(tmp_path / "empty", HashEncoder()) as library:
        empty = Assistant(library=library, retriever=None, answerer=Echo())
        for ask in (empty.ask, empty.stream, empty.search):
            with pytest.raises(EmptyLibrary) as told:
                ask(QUESTION)
            assert "ingest" in told.value.hint
        with pytest.raises(UsageError, match="without an encoder"):
            empty.ingest(["x.txt"])


def test_an_answerer_that_ends_early_is_an_error(assistant):
    class Silent:
        def stream(self, *_):
            yield AnswerEvent(kind="delta", text="...")

    assistant.answerer = Silent()
    with pytest.raises(ModelError):
        assistant.ask(QUESTION)


def test_ingest_ask_list_remove(tmp_path):
    (tmp_path / "news.txt").write_text(
        "The Syr Darya bridge\n\nA bridge of 900 metres over the Syr Darya was opened.", encoding="utf-8"
    )
    steps = []
    with Assistant.from_settings(
        Settings(data_dir=tmp_path / "library", encoder="hash", reranker="none")
    ) as assistant:
        report = assistant.ingest(tmp_path / "news.txt", progress=steps.append, publisher="River News")
        again = assistant.ingest([str(tmp_path / "news.txt")], publisher="River News")
        own = assistant.ingest(
            [Article(id="mine", text="A ferry crosses the Syr Darya twice a day in summer.")]
        )
        assert (len(report.added), len(again.unchanged), own.added) == (1, 1, ("mine",))
        assert steps
        (row,) = assistant.articles(publisher="River News")
        assert row.article.id == report.added[0]
        assert assistant.search("bridge over the Syr Darya")[0].article.id == row.article.id
        assert assistant.remove(row.article.id)
        assert not assistant.remove(row.article.id)
        assert [left.article.id for left in assistant.articles()] == ["mine"]


def test_async_answers(echo):
    async def main():
        answer = await echo.aask(QUESTION)
        kinds = [event.kind async for event in echo.astream(QUESTION)]
        return answer, kinds

    answer, kinds = asyncio.run(main())
    assert answer.text == "one two three"
    assert (kinds[0], kinds[-1]) == ("status", "answer")


def test_async_errors_come_at_once(echo):
    with pytest.raises(EmptyQuestion):
        asyncio.run(echo.aask(" "))


def test_cancelling_an_answer_stops_the_answerer(assistant):
    assistant.answerer = Echo(pause=0.2)

    async def main():
        task = asyncio.create_task(assistant.aask(QUESTION))
        while not assistant.answerer.seen:
            await asyncio.sleep(0.01)
        started = time.perf_counter()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.perf_counter() - started

    assert asyncio.run(main()) < 0.15
    assert assistant.answerer.closed
    assert len(assistant.answerer.seen) == 1


def test_closing_a_stream_early_closes_the_answerer(echo):
    events = echo.stream(QUESTION)
    while next(events).kind != "delta":
        pass
    events.close()
    assert echo.answerer.closed


def test_many_threads_ask_at_once(echo):
    async def main():
        return await asyncio.gather(*(echo.aask(QUESTION) for _ in range(12)))

    assert {answer.hits[0].article.id for answer in asyncio.run(main())} == {"en-2"}


OTHER_PROCESS = """
import sys
from assistant import Assistant, Settings
with Assistant.from_settings(Settings(data_dir=sys.argv[1], encoder="hash", reranker="none")) as assistant:
    print(assistant.ingest([sys.argv[2]]).added)
"""


def test_a_running_assistant_sees_what_another_process_ingested(tmp_path):
    (tmp_path / "first.txt").write_text("Wheat harvest in Kostanay reached a record.", encoding="utf-8")
    (tmp_path / "second.txt").write_text("A saiga herd was seen near Arkalyk in May.", encoding="utf-8")
    with Assistant.from_settings(
        Settings(data_dir=tmp_path / "library", encoder="hash", reranker="none")
    ) as assistant:
        assistant.ingest([tmp_path / "first.txt"])
        assert "saiga" not in assistant.search("saiga herd near Arkalyk")[0].chunk.text
        ran = subprocess.run(
            [sys.executable, "-c", OTHER_PROCESS, str(tmp_path / "library"), str(tmp_path / "second.txt")],
            check=False,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        assert ran.returncode == 0, ran.stderr
        assert "saiga" in assistant.search("saiga herd near Arkalyk")[0].chunk.text
        assert len(assistant.articles()) == 2
