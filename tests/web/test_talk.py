"""A conversation in the web chat, without the browser."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from assistant.asking import LONGEST_QUESTION
from assistant.assistant import Assistant
from assistant.library.catalogue import Catalogue
from assistant.library.desk import Desk
from assistant.library.library import Library
from assistant.types import LANGUAGES, Filters
from assistant.web.answers import answer_html
from assistant.web.room import Command, Room, head_html
from assistant.web.strings import words
from assistant.web.talk import Chat, Entry, Talk

ASKED = "How many flamingos near Lake Balkhash?"
OWNER = "r" * 32


@pytest.fixture
def desk(library):
    opened = Desk.open(library.folder)
    yield opened
    opened.close()


@pytest.fixture
def room(assistant, desk):
    return Room(Chat(assistant, desk), Catalogue.of(assistant.library), addable=True)


def asked(room, question, talk=None, name="ask", value=None, more=None):
    """Return every step of what a command that asks gives."""
    command = Command(name=name, value=question if value is None else value, more=more or {})

    async def main():
        return [step async for step in room.asks(command, talk or Talk(), OWNER)]

    return asyncio.run(main())


def shown(room, talk, language="en"):
    return "".join(message["content"] for message in room.view(talk, language, OWNER).messages)


def test_an_answer_streams_and_is_kept(room, desk):
    steps = asked(room, ASKED)
    first, last = steps[0], steps[-1]
    assert "Searching 6 articles…" in shown(room, first)
    assert first.running
    assert not last.running
    assert [one.question for one in desk.exchanges(OWNER, last.conversation)] == [ASKED]
    html = shown(room, last)
    assert "flamingos" in html
    assert 'class="cite supported"' in html
    assert 'name="copy"' in html
    assert 'name="good"' in html
    assert ASKED in room.view(last, "en", OWNER).talks
    assert room.view(last, "en", "somebody else").talks.count("<li") == 0


def test_a_follow_up_is_kept_in_the_same_conversation(room, desk):
    last = asked(room, ASKED)[-1]
    further = asked(room, "And how many books in Almaty?", last)[-1]
    assert further.conversation == last.conversation
    assert len(desk.exchanges(OWNER, further.conversation)) == 2
    assert len(further.turns) == 2


def test_asking_again_and_editing_replace_what_came_after(room, desk):
    talk = asked(room, "What was built in Karaganda?", asked(room, ASKED)[-1])[-1]
    again = asked(room, "", talk, name="retry", value="1")[-1]
    assert [one.question for one in again.entries] == [ASKED, "What was built in Karaganda?"]
    edited = asked(room, "", again, name="edit", value="0", more={"text": "Apples in Jetisu?"})[-1]
    assert [one.question for one in edited.entries] == ["Apples in Jetisu?"]
    assert [one.question for one in desk.exchanges(OWNER, edited.conversation)] == ["Apples in Jetisu?"]


def test_an_answer_can_be_narrowed_to_the_dates_of_its_question(room):
    talk = asked(room, "What was counted in April 2024?")[-1]
    assert 'name="narrow" value="2024-04-01/2024-04-30"' in shown(room, talk)
    narrowed = asked(room, "", talk, name="narrow", value="2024-04-01/2024-04-30")[-1]
    assert narrowed.entries[-1].answer["filters"] == {"since": "2024-04-01", "until": "2024-04-30"}
    assert "Searched only: April 2024" in shown(room, narrowed)
    assert {hit["article"]["id"] for hit in narrowed.entries[-1].answer["hits"]} == {"en-2"}


def test_stopping_keeps_what_there_is(room):
    async def main():
        async with aclosing(room.asks(Command(name="ask", value=ASKED), Talk(), OWNER)) as steps:
            async for step in steps:
                if step.entries[-1].answer.get("text"):
                    return step.stopped()
        raise AssertionError("nothing came")

    talk = asyncio.run(main())
    assert not talk.running
    assert words("ru")["stopped"] in shown(room, talk, "ru")
    assert talk.turns == []


def test_the_don_t_know_state_helps(room, library):
    entry = asked(room, ASKED)[-1].entries[0]
    talk = Talk(
        entries=(replace(entry, answer={**entry.answer, "abstained": True, "filters": {"language": "kk"}}),)
    )
    html = shown(room, talk)
    assert "The articles do not answer this question." in html
    assert "20 January 2024 to 9 October 2024" in html
    assert "Balkhash flamingos counted" in html
    assert words("en")["try_filters"] in html
    assert words("en")["try_add"] in html


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ("  ", "EmptyQuestion"),
        ("a" * (LONGEST_QUESTION + 1), "QuestionTooLong"),
        ("这是什么", "UnknownLanguage"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_are_told_in_the_page_s_language_and_not_kept(room, desk, question, error, language):
    talk = asked(room, question)[-1]
    assert words(language)["errors"][error] in shown(room, talk, language)
    assert desk.conversations(OWNER) == []


def test_whatever_fails_is_told(room, caplog):
    class Broken:
        def stream(self, *_):
            raise RuntimeError("inside")

    room.chat.assistant.answerer = Broken()
    talk = asked(room, ASKED)[-1]
    assert words("en")["wrong"] in shown(room, talk)
    assert "inside" not in shown(room, talk)
    assert "inside" in caplog.text


def test_hostile_text_is_escaped_everywhere(room):
    bad = '<img src=x onerror=alert(1)> [1] "><script>'
    talk = asked(room, f"{bad} flamingos?")[-1]
    view = room.view(talk, "en", OWNER)
    for text in (shown(room, talk), view.talks, view.chips):
        assert "<img" not in text
        assert "<script" not in text
    html = answer_html({"text": bad, "short": bad, "citations": []}, "en")
    assert "<img" not in html
    assert "[1]" in html


def test_an_empty_library_says_how_to_fill_it(tmp_path, encoder, assistant):
    with Library.open(tmp_path / "empty", encoder) as library:
        empty = Assistant(library=library, retriever=assistant.retriever, answerer=assistant.answerer)
        room = Room(Chat(empty), Catalogue.of(library), addable=False)
        welcome = room.view(Talk(), "en", OWNER).welcome
        assert "There are no articles yet." in welcome
        assert "assistant ingest" in welcome
        assert words("en")["errors"]["EmptyLibrary"] in shown(room, asked(room, ASKED)[-1])


def test_conversations_are_opened_renamed_and_deleted(room, desk):
    talk = asked(room, ASKED)[-1]
    renamed = room.does(Command(name="rename", value=talk.conversation, more={"text": "Birds"}), talk, OWNER)
    assert "Birds" in room.view(renamed, "en", OWNER).talks
    assert room.does(Command(name="new"), talk, OWNER).entries == ()
    opened = room.does(Command(name="open", value=talk.conversation), Talk(), OWNER)
    assert [one.question for one in opened.entries] == [ASKED]
    assert room.does(Command(name="open", value=talk.conversation), Talk(), "somebody else").entries == ()
    assert "wrong" in room.does(Command(name="delete", value=talk.conversation), talk, "somebody else").notice
    assert room.does(Command(name="delete", value=talk.conversation), talk, OWNER) == Talk()
    assert desk.conversations(OWNER) == []


def test_a_conversation_deleted_elsewhere_goes_on_as_a_new_one(room, desk):
    talk = asked(room, ASKED)[-1]
    desk.delete(OWNER, talk.conversation)
    further = asked(room, "Apples in Jetisu?", talk)[-1]
    assert further.conversation != talk.conversation
    assert len(further.entries) == 2


def test_a_link_leads_to_one_answer_which_cannot_be_rated(room):
    talk = asked(room, "Apples in Jetisu?", asked(room, ASKED)[-1])[-1]
    linked = room.chat.linked(talk.entries[0].id)
    assert [one.question for one in linked.entries] == [ASKED]
    assert linked.notice == "shared"
    assert 'name="good"' not in shown(room, linked)
    assert room.chat.linked("guess").notice == "shared_gone"
    further = asked(room, "Apples in Jetisu?", linked)[-1]
    assert further.conversation not in ("", talk.conversation)


def test_an_answer_is_rated_with_a_reason(room, desk):
    talk = asked(room, ASKED)[-1]
    rated = room.does(Command(name="bad", value=talk.entries[0].id, more={"text": "too old"}), talk, OWNER)
    assert rated.entries[0].good is False
    (said,) = desk.feedback()
    assert (said.question, said.reason, said.good) == (ASKED, "too old", False)


def test_filters_are_chips(room):
    talk = room.does(
        Command(
            name="filter",
            more={"since": "2024-11-30", "until": "2024-01-01", "language": "xx", "publisher": "<b>"},
        ),
        Talk(),
        OWNER,
    )
    assert str(talk.filters.since) == "2024-01-01"
    chips = room.chips(talk, "in May 2024?", "en")
    assert "&lt;b&gt;" in chips
    assert "propose" not in chips
    left = room.does(Command(name="drop", value="dates"), talk, OWNER)
    assert 'name="propose" value="2024-05-01/2024-05-31"' in room.chips(left, "in May 2024?", "en")
    assert room.does(Command(name="drop", value="all"), talk, OWNER).filters == Filters()
    proposed = room.does(Command(name="propose", value="2024-05-01/2024-05-31"), left, OWNER)
    assert "May 2024" in room.chips(proposed, "", "en")


def test_without_a_desk_conversations_last_as_long_as_the_page(assistant):
    room = Room(Chat(assistant), Catalogue.of(assistant.library), addable=False)
    talk = asked(room, "Apples in Jetisu?", asked(room, ASKED)[-1])[-1]
    assert len(talk.entries) == 2
    assert 'name="link"' not in shown(room, talk)
    assert words("en")["not_kept"] in room.view(talk, "en", OWNER).talks


@pytest.mark.parametrize("raw", ["", "[]", "null", '{"name": 3, "more": 4}', "{"])
def test_what_is_no_command_does_nothing(room, raw):
    assert room.does(Command.read(raw), Talk(), OWNER) == Talk()


def test_the_head_tells_what_there_is(library):
    head = head_html(library.counts(), "en")
    assert "6 articles · 20 January 2024 – 9 October 2024" in head
    assert 'lang="en" class="on"' in head


def test_a_sentence_s_own_citation_is_taken_of_several_with_one_marker():
    article = {"id": "a", "title": "", "url": "", "publisher": "", "published": None, "language": "en"}
    cites = [
        {"marker": 1, "article": article, "start": 0, "end": 5, "verdict": "supported", "places": [[0, 10]]},
        {"marker": 1, "article": article, "start": 6, "end": 9, "verdict": "partly", "places": [[14, 25]]},
    ]
    html = answer_html({"text": "First one [1]. Second one [1].", "citations": cites}, "en")
    assert "#cite/1/0-5/supported/a" in html
    assert "#cite/1/6-9/partly/a" in html


def test_the_short_answer_comes_first_and_once():
    article = {"id": "a", "title": "", "url": "", "publisher": "", "published": None, "language": "en"}
    cites = [{"marker": 1, "article": article, "start": 0, "end": 5, "verdict": "supported"}]
    both = answer_html(
        {"text": "About 60,000 [1].\n\n«Quote» [1]", "short": "about 60,000", "citations": cites}, "en"
    )
    assert both.count("60,000") == 1
    assert both.index('class="lead">About 60,000') < both.index("«Quote»")
    alone = answer_html({"text": "They number 60,000 [1].", "short": "60,000", "citations": cites}, "en")
    assert alone.index('class="lead">60,000') < alone.index("They number")


def test_entries_are_what_the_desk_kept(room, desk):
    talk = asked(room, ASKED)[-1]
    kept = Entry.kept(desk.exchanges(OWNER, talk.conversation)[0])
    assert kept.question == talk.entries[0].question
    assert kept.answer == talk.entries[0].answer
