"""The page as gradio has it: handlers, endpoints, what the script fetches."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from assistant.library.catalogue import Catalogue
from assistant.library.desk import Desk
from assistant.settings import Settings
from assistant.types import AnswerEvent
from assistant.web.endpoints import Calls
from assistant.web.handlers import Handlers
from assistant.web.library_tab import Listing
from assistant.web.parts import Parts
from assistant.web.server import build_app
from assistant.web.strings import words
from assistant.web.talk import Talk

OWNER = "r" * 32
ASKED = "How many flamingos near Lake Balkhash?"


def request(**values):
    return SimpleNamespace(
        **{"cookies": {"reader": OWNER}, "headers": {}, "query_params": {}, "session_hash": "s", **values}
    )


@pytest.fixture
def handlers(assistant):
    desk = Desk.open(assistant.library.folder)
    yield Handlers(Parts(assistant=assistant, desk=desk, may_ingest=True), Catalogue.of(assistant.library))
    desk.close()


def every(steps):
    async def main():
        return [step async for step in steps]

    return asyncio.run(main())


def test_a_submitted_question_shows_stop_then_ask_again(handlers):
    steps = every(handlers.submit(ASKED, Talk(), "en", "", request()))
    first, last = steps[0][-1], steps[-1][-1]
    assert (first["submit_btn"], first["stop_btn"]) == (False, "Stop")
    assert (last["submit_btn"], last["stop_btn"]) == ("Ask", False)
    assert all(len(step) == len(Handlers.chat_parts) for step in steps)


def test_the_page_loads_in_the_browser_s_language_at_what_the_address_names(handlers):
    talk = every(handlers.submit(ASKED, Talk(), "en", "", request()))[-1][0]
    russian = handlers.load(Talk(), Listing(), request(headers={"accept-language": "ru-RU,ru"}))
    assert russian[0] == "ru"
    assert len(russian) == 1 + len(Handlers.labels + Handlers.chat_parts + Handlers.stock_parts)
    chosen = handlers.load(Talk(), Listing(), request(cookies={"language": "en"}))
    assert chosen[0] == "en"
    at = 1 + len(Handlers.labels)
    opened = handlers.load(Talk(), Listing(), request(query_params={"talk": talk.conversation}))[at]
    assert opened.conversation == talk.conversation
    linked = handlers.load(Talk(), Listing(), request(query_params={"answer": talk.entries[0].id}))[at]
    assert (linked.notice, len(linked.entries)) == ("shared", 1)


def test_the_language_can_be_switched(handlers):
    command = json.dumps({"name": "language", "value": "kk"})
    spoken = handlers.speak(command, Talk(), "", Listing(), request())
    assert spoken[0] == "kk"
    assert {"label": words("kk")["tab_library"], "__type__": "update"} in spoken


def test_the_library_is_looked_at_only_when_it_moved(handlers, library):
    seen = handlers.stocked(Listing(), "en")[-1]
    assert isinstance(handlers.look(seen, Listing(), "en")[1], dict)
    library.remove("kk-1")
    assert "5 articles" in handlers.look(seen, Listing(), "en")[1]


def test_examples_come_from_articles_and_are_answered(handlers):
    welcome = handlers.exemplify(Talk(), "en")
    assert 'name="ask"' in welcome
    for example in handlers.examples.of("en"):
        answer = handlers.room.chat.assistant.ask(example.question)
        assert example.entry.id in {one.article.id for one in answer.citations}


def test_uploaded_files_are_deleted_after_they_were_read(handlers, tmp_path):
    file = tmp_path / "bridge.txt"
    file.write_text("A new bridge over the Irtysh was opened in Pavlodar. It is 1,200 metres long.")
    steps = every(handlers.add_files([str(file)], Listing(), "en"))
    assert "7 articles" in steps[-1][5]
    assert not file.exists()


@pytest.mark.parametrize(("address", "told"), [("", "no_url"), ("javascript:alert(1)", "no_url")])
def test_what_is_no_address_is_told(handlers, address, told):
    assert words("en")[told] in every(handlers.add_address(address, Listing(), "en"))[-1][0]


def test_the_endpoints_give_plain_data(assistant):
    calls = Calls(Parts(assistant=assistant))
    answer = asyncio.run(calls.ask(ASKED, article_language="en"))
    assert json.loads(json.dumps(answer))["citations"]
    hits = asyncio.run(calls.search("tram", limit=500, since="2024-06-01"))
    assert {hit["article"]["id"] for hit in hits} == {"en-1", "ru-2"}
    assert [row["id"] for row in asyncio.run(calls.articles(language="kk"))] == ["kk-1", "kk-2"]


@pytest.mark.parametrize("wrong", [{"since": "soon"}, {"language": "xx"}])
def test_wrong_arguments_are_told(assistant, wrong):
    with pytest.raises(Exception, match="not"):
        asyncio.run(Calls(Parts(assistant=assistant)).ask(ASKED, **wrong))


def test_a_conversation_is_exported_to_its_owner_only(assistant):
    with TestClient(asyncio.run(build_app(assistant, Settings())), base_url="http://127.0.0.1") as client:
        client.cookies.set("reader", OWNER)
        desk = Desk.open(assistant.library.folder)
        handlers = Handlers(Parts(assistant=assistant, desk=desk), Catalogue.of(assistant.library))
        talk = every(handlers.submit(f"{ASKED} <b> ![x](http://evil.example)", Talk(), "en", "", request()))[
            -1
        ][0]
        desk.close()
        place = f"/reader/conversations/{talk.conversation}"
        markdown = client.get(f"{place}.md?language=en")
        assert "attachment" in markdown.headers["content-disposition"]
        assert "![x]" not in markdown.text
        assert "### Sources" in markdown.text
        assert "Balkhash flamingos counted <https://example.org/en/flamingos>" in markdown.text
        assert client.get(f"{place}.json").json()["exchanges"][0]["answer"]["citations"]
        assert client.get("/reader/publishers").json() == ["Пробная газета", "Sample Times", "Сынақ хабар"]
        client.cookies.set("reader", "s" * 32)
        assert client.get(f"{place}.md").status_code == 404


@pytest.mark.parametrize("left", [False, True])
def test_an_answer_that_waits_for_its_model_is_stopped_or_left_at_once(handlers, left):
    class Waiting:
        async def astream(self, *_):
            yield AnswerEvent(kind="delta", text="Begun")
            await asyncio.sleep(60)

    handlers.room.chat.assistant.answerer = Waiting()

    async def main():
        shown = []
        async for step in handlers.submit(ASKED, Talk(), "en", "", request()):
            shown.append(step)
            if "Begun" in str(step[1]):
                ends = (
                    handlers.do('{"name": "new"}', step[0], "en", "", request())
                    if left
                    else handlers.stop(request())
                )
                ending = asyncio.ensure_future(ends)
        await ending
        return shown

    last = asyncio.run(asyncio.wait_for(main(), 30))[-1]
    assert (words("en")["stopped"] in str(last[1])) is not left
    assert handlers._answering == {}
