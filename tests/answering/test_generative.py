"""A chat model's answer, through real sockets."""

import asyncio
import time
from threading import Thread

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableLambda

from assistant.answering.strings import phrase
from assistant.answering.translation import Translator
from assistant.library.records import Counts
from assistant.types import Turn
from tests.answering.chat import HITS, PORT, QUESTION, QUICK, REPLY, answerer, hit, last, texts
from tests.scripted import Script, ScriptedServer, prompt_of


def ask(script, question=QUESTION, hits=HITS, language="en", **more):
    with ScriptedServer(script) as server:
        events = list(answerer(server.url).stream(question, hits, language, **more))
    return events, server


def test_an_answer_streams_with_verified_citations():
    events, server = ask(Script(REPLY, piece=4))
    answer = last(events)
    assert texts(events) == answer.text == REPLY
    assert [(one.marker, one.article.id, one.verdict) for one in answer.citations] == [
        (1, "a1", "supported"),
        (2, "a2", "supported"),
    ]
    for one in answer.citations:
        assert one.article.text[one.start : one.end] == one.quote
        assert all(f"[{one.marker}]" in answer.text[start:end] for start, end in one.places)
    assert answer.verdict == "supported"
    assert answer.short == "12,000"
    assert answer.answerer == "generative"
    assert not answer.note
    assert not answer.abstained
    assert len(server.requests) == 1
    kinds = [event.kind for event in events]
    assert kinds.index("citation") < len(kinds) - 2  # the first citation comes before the text has ended


def test_what_the_model_reads():
    history = [Turn(question="Which port was deepened?", answer="Aktau [1].")]
    _, server = ask(Script(REPLY), language="ru", history=history)
    (request,) = server.requests
    roles = [message["role"] for message in request["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    prompt = prompt_of(request)
    assert "write in Russian" in prompt
    assert phrase("nothing", "ru") in prompt
    assert PORT in prompt
    assert "Title: Title 1\nPublisher: Steppe\nDate: 2024-05-20" in prompt
    assert request["messages"][2]["content"] == "Aktau."
    assert "{" not in request["messages"][0]["content"]


def test_the_fence_is_new_for_each_request():
    with ScriptedServer(Script(REPLY)) as server:
        for _ in range(2):
            list(answerer(server.url).stream(QUESTION, HITS, "en"))
    first, second = (prompt_of(request).partition("<source-")[2][:12] for request in server.requests)
    assert first != second


def test_markers_are_numbered_as_they_appear():
    events, _ = ask(
        Script(
            "The tram line of Karaganda has 14 stops [2]. The port of Aktau takes ships of 12 thousand tonnes [1]."
        )
    )
    answer = last(events)
    assert answer.text.index("[1]") < answer.text.index("[2]")
    assert [one.article.id for one in answer.citations] == ["a2", "a1"]


def test_what_no_source_says_is_shown_as_such():
    events, _ = ask(
        Script(
            "The port of Aktau takes ships of 40 thousand tonnes [1]. The tram line of Karaganda has 14 stops [2].",
            piece=5,
        )
    )
    answer = last(events)
    assert "40 thousand tonnes [1]. (not confirmed by the sources) The tram" in answer.text
    assert answer.verdict == "unsupported"
    assert [one.verdict for one in answer.citations] == ["unsupported", "supported"]
    assert answer.short is None


def test_a_sentence_without_a_marker_is_attributed():
    events, _ = ask(Script("The tram line of Karaganda has 14 stops."))
    answer = last(events)
    assert answer.text == "The tram line of Karaganda has 14 stops. [1]"
    assert answer.citations[0].article.id == "a2"


def test_a_refusal_becomes_an_abstention():
    counts = Counts(articles=2, chunks=2, first=None, last=None, languages={"en": 2})
    events, _ = ask(Script(phrase("nothing", "kk"), piece=3), language="kk", counts=counts)
    answer = last(events)
    assert answer.abstained
    assert answer.text == texts(events)
    assert "- Title 1" in answer.text
    assert not answer.citations


def translating(request):
    """Answer, or translate the quote, with what a hostile model might add."""
    if "<source-" in prompt_of(request):
        return Script("Порт Актау принимает суда в 12 тысяч тонн [1]. В Караганде 14 остановок трамвая [2].")
    return Script("ru: Теперь он принимает [суда](http://evil.example) в 12 тысяч тонн [1].")


def test_foreign_quotes_are_translated_and_stay_as_they_are():
    hits = (HITS[0], hit(2, "У трамвая Караганды 14 остановок.", language="ru"))
    with ScriptedServer(translating) as server:
        answering = answerer(server.url)
        answering.translator = Translator(answering.model)
        answer = last(list(answering.stream(QUESTION, hits, "ru")))
    first, second = answer.citations
    assert first.quote in PORT
    assert first.translation == "Теперь он принимает суда в 12 тысяч тонн."
    assert second.translation == ""
    assert len(server.requests) == 2


def test_without_hits_the_model_is_not_asked():
    events, server = ask(Script(REPLY), hits=())
    assert last(events).abstained
    assert not last(events).note
    assert not server.requests


def test_the_first_words_come_at_once():
    with ScriptedServer(Script(REPLY, piece=5, pause=0.05)) as server:
        answering = answerer(server.url)
        list(answering.stream(QUESTION, HITS, "en"))
        server.sent = 0
        next(event for event in answering.stream(QUESTION, HITS, "en") if event.kind == "delta")
        assert time.perf_counter() - server.first_sent < 0.05


def test_closing_a_stream_closes_the_connection():
    with ScriptedServer(Script(REPLY, piece=4, pause=0.05)) as server:
        events = answerer(server.url).stream(QUESTION, HITS, "en")
        next(events)
        events.close()
        assert server.gone.wait(2)


def test_cancelling_a_task_closes_the_connection_even_in_silence():
    async def main(answering):
        async for _ in answering.astream(QUESTION, HITS, "en"):
            pass

    async def cancel(answering):
        task = asyncio.create_task(main(answering))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with ScriptedServer(Script(REPLY, first=30)) as server:
        asyncio.run(cancel(answerer(server.url, limits=QUICK.__class__())))
        assert server.gone.wait(2)


def test_one_answerer_serves_several_event_loops_and_threads():
    async def collect(answering):
        return [event async for event in answering.astream(QUESTION, HITS, "en")]

    with ScriptedServer(Script(REPLY, piece=9)) as server:
        answering = answerer(server.url)
        found = [asyncio.run(collect(answering)) for _ in range(2)]
        threads = [
            Thread(target=lambda: found.append(list(answering.stream(QUESTION, HITS, "en"))))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {last(events).text for events in found} == {REPLY}
    assert len(found) == 6


def test_a_slow_stream_does_not_block_the_event_loop():
    async def main(answering):
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.create_task(tick())
        [event async for event in answering.astream(QUESTION, HITS, "en")]
        ticking.cancel()
        return ticks

    with ScriptedServer(Script(REPLY, piece=20, pause=0.1)) as server:
        assert asyncio.run(main(answerer(server.url))) > 20


class Log(BaseCallbackHandler):
    def __init__(self):
        self.seen = []

    def on_chat_model_start(self, serialized, messages, *, tags=None, metadata=None, **kwargs):
        self.seen.append(("model", tuple(tags or ()), (metadata or {}).get("reader")))

    def on_llm_new_token(self, token, **kwargs):
        self.seen.append("token")


@pytest.mark.parametrize("asynchronous", [False, True])
def test_callbacks_tags_and_metadata_reach_the_model(asynchronous):
    log = Log()
    config = {"callbacks": [log], "tags": ["press"], "metadata": {"reader": "r1"}}
    with ScriptedServer(Script(REPLY, piece=9)) as server:
        answering = answerer(server.url)

        async def collect(question):
            return [event async for event in answering.astream(question, HITS, "en")]

        runnable = RunnableLambda(lambda question: list(answering.stream(question, HITS, "en")), collect)
        if asynchronous:
            asyncio.run(runnable.ainvoke(QUESTION, config))
        else:
            runnable.invoke(QUESTION, config)
    assert log.seen[0][0] == "model"
    assert "press" in log.seen[0][1]
    assert log.seen[0][2] == "r1"
    assert "token" in log.seen


def test_thoughts_are_not_shown():
    events, _ = ask(Script("<think>The port [1] perhaps?</think>\n\n" + REPLY, piece=3))
    assert last(events).text == REPLY


def test_articles_in_other_languages_support_an_answer():
    found = (hit(1, "Ақтау порты биыл көктемде 12 мың тонналық кемелерді қабылдай бастады.", language="kk"),)
    with ScriptedServer(
        Script("The port of Aktau takes ships of 12 thousand tonnes [1]. It takes 30 thousand [1].")
    ) as server:
        answer = last(list(answerer(server.url).stream(QUESTION, found, "en")))
    assert [one.verdict for one in answer.citations][-1] != "supported"
    assert answer.text.endswith("(not confirmed by the sources)")
