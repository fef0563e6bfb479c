"""A failing model never loses the answer, and the reader is told why, within the time limit."""

import asyncio
import gc
import time
from types import AsyncGeneratorType

import pytest

from assistant.answering.background import BACKGROUND
from assistant.answering.calls import Limits
from assistant.answering.faults import CUT, FALLBACK, TOLD, fault_of
from tests.answering.chat import HITS, PORT, QUESTION, QUICK, REPLY, answerer, hit, last, texts
from tests.scripted import Script, ScriptedServer, closed_port

BEFORE = {
    "refused": Script("bad key", status=401),
    "missing": Script("no such model", status=404),
    "busy": Script("slow down", status=429, headers={"Retry-After": "60"}),
    "broken": Script("oops", status=500),
    "overflow": Script("This model's maximum context length is 512 tokens", status=400),
    "slow": Script(REPLY, first=30),
    "empty": Script(""),
    "cut": Script(REPLY, fault="cut", after=0),
    "garbled": Script(REPLY, fault="json", after=0),
}
DURING = {
    "cut": Script(REPLY, piece=4, fault="cut", after=9),
    "silent": Script(REPLY, piece=4, fault="silence", after=9),
    "garbled": Script(REPLY, piece=4, fault="json", after=9),
    "late": Script("More and more of it. ", fault="endless", pause=0.05),
    "endless": Script("More and more of it. " * 20, fault="endless"),
}
SLACK = 0.6  # seconds for the fallback on a busy machine


@pytest.fixture(scope="module", autouse=True)
def imported():
    """Let the first call import what it needs before anything is timed."""
    stream(Script(REPLY), limits=Limits())


def stream(script, language="en", limits=QUICK):
    with ScriptedServer(script) as server:
        answering = answerer(server.url, limits)
        started = time.perf_counter()
        events = list(answering.stream(QUESTION, HITS, language))
        return events, time.perf_counter() - started, server


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("cause", BEFORE)
def test_before_the_first_word_the_extractive_answer_stands_in(cause, language):
    events, seconds, _ = stream(BEFORE[cause], language)
    answer = last(events)
    assert answer.answerer == "extractive"
    assert answer.note == FALLBACK[language].format(cause=TOLD[language][cause])
    assert "12 thousand tonnes" in answer.text
    assert texts(events) == answer.text
    assert seconds < QUICK.first + SLACK


@pytest.mark.parametrize("cause", DURING)
def test_after_the_first_word_what_was_written_stays(cause):
    events, seconds, server = stream(DURING[cause])
    answer = last(events)
    assert answer.answerer == "generative"
    assert answer.note == CUT["en"].format(cause=TOLD["en"][cause])
    assert answer.text.endswith("…")
    assert texts(events) == answer.text
    assert answer.verdict != "supported"
    assert len(server.requests) == 1  # never tried again
    assert seconds < QUICK.total + SLACK


@pytest.mark.parametrize("cause", [cause for cause in DURING if cause != "endless"])
def test_a_call_that_failed_is_closed_at_once_not_when_it_is_garbage(cause):
    gc.collect()
    gc.disable()
    try:
        stream(DURING[cause])
        end = time.monotonic() + 5
        while left := half_read():
            assert time.monotonic() < end, left
            time.sleep(0.02)
    finally:
        gc.enable()


def test_a_call_that_never_ends_is_cancelled():
    with ScriptedServer(DURING["endless"]) as server:
        assert last(list(answerer(server.url).stream(QUESTION, HITS, "en"))).note
        assert server.gone.wait(5)


def half_read() -> list[str]:
    """Return the HTTP clients' generators that are neither at their end nor closed."""
    generators = (one for one in gc.get_objects() if isinstance(one, AsyncGeneratorType))
    return [one.__qualname__ for one in generators if one.ag_frame and "httpx" in one.ag_code.co_filename]


def test_a_server_that_ends_without_saying_so_has_cut_the_answer():
    assert "broke off" in last(stream(Script(REPLY, piece=4, fault="vanish", after=9))[0]).note


def test_invalid_utf8_never_ends_the_program():
    answer = last(stream(Script(REPLY, piece=4, fault="utf8", after=9))[0])
    assert answer.text.startswith("The port of Aktau takes ships")
    assert answer.note


def test_signs_of_life_are_no_token():
    events, seconds, _ = stream(Script(REPLY, fault="no token", after=0))
    assert TOLD["en"]["slow"] in last(events).note
    assert seconds < QUICK.first + SLACK


def test_nobody_listens():
    answer = last(list(answerer(closed_port()).stream(QUESTION, HITS, "kk")))
    assert answer.note == FALLBACK["kk"].format(cause=TOLD["kk"]["unreachable"])


@pytest.mark.parametrize(
    "passing",
    [
        Script("oops", status=500),
        Script("wait", status=429, headers={"Retry-After": "0.05"}),
        Script("", fault="cut"),
    ],
)
def test_what_passes_is_tried_again(passing):
    with ScriptedServer(passing, Script(REPLY)) as server:
        answer = last(list(answerer(server.url).stream(QUESTION, HITS, "en")))
    assert answer.text == REPLY
    assert not answer.note
    assert len(server.requests) == 2


def test_retry_after_is_honoured():
    with ScriptedServer(Script("wait", status=429, headers={"Retry-After": "0.3"}), Script(REPLY)) as server:
        started = time.perf_counter()
        assert not last(list(answerer(server.url).stream(QUESTION, HITS, "en"))).note
        assert time.perf_counter() - started > 0.3


def test_too_much_context_is_tried_once_more_with_less():
    with ScriptedServer(BEFORE["overflow"], Script(REPLY)) as server:
        answering = answerer(server.url, window=2500)
        assert last(list(answering.stream(QUESTION, [hit(at, 6 * f"{PORT} ") for at in range(8)], "en"))).text
    first, second = (len(str(request["messages"])) for request in server.requests)
    assert second < first


def test_faults_end_asynchronous_streams_too():
    async def collect(url):
        return [event async for event in answerer(url).astream(QUESTION, HITS, "ru")]

    with ScriptedServer(DURING["silent"]) as server:
        answer = last(asyncio.run(collect(server.url)))
    assert answer.note == CUT["ru"].format(cause=TOLD["ru"]["silent"])
    assert last(asyncio.run(collect(closed_port()))).answerer == "extractive"


def test_every_cause_has_words_in_every_language():
    assert TOLD["kk"].keys() == TOLD["ru"].keys() == TOLD["en"].keys()
    assert len({text for told in TOLD.values() for text in told.values()}) == 3 * len(TOLD["en"])


def test_an_unknown_error_is_a_fault_too():
    assert fault_of(RuntimeError("odd")).cause == "failed"


def test_the_usual_limits_are_those_of_the_documentation():
    usual = Limits()
    assert (usual.connect, usual.first, usual.total) == (5, 30, 120)


def test_an_error_that_is_its_own_cause_is_told_too():
    async def failing():
        yield "one"
        error = RuntimeError("odd")
        raise error from error

    with pytest.raises(RuntimeError, match="odd"):
        list(BACKGROUND.stream(failing))
