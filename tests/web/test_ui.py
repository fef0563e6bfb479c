"""A conversation in the web chat, without the browser."""

from __future__ import annotations

import asyncio

import pytest

from assistant.asking import LONGEST_QUESTION
from assistant.assistant import Assistant
from assistant.types import LANGUAGES
from assistant.web.strings import STRINGS
from assistant.web.ui import conversation, relabelled


def talk(assistant, question, messages=(), turns=(), shown="en"):
    async def main():
        return [step async for step in conversation(assistant, question, list(messages), list(turns), shown)]

    return asyncio.run(main())


def test_an_answer_streams_and_ends_with_its_sources(assistant):
    steps = talk(assistant, "How many flamingos near Lake Balkhash?")
    box, messages, sources, turns = steps[-1]
    assert steps[0][1][-1]["content"] == STRINGS["en"]["searching"]
    assert len(steps) > 2
    assert box == ""
    assert [message["role"] for message in messages] == ["user", "assistant"]
    assert turns[-1].question == "How many flamingos near Lake Balkhash?"
    assert "<section" in sources or turns[-1].answer


def test_hostile_text_is_escaped_on_both_sides(assistant):
    steps = talk(assistant, "<img src=x onerror=alert(1)> flamingos?")
    assert all("<img" not in message["content"] for step in steps for message in step[1])


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ("  ", "EmptyQuestion"),
        ("a" * (LONGEST_QUESTION + 1), "QuestionTooLong"),
        ("这是什么", "UnknownLanguage"),
    ],
)
@pytest.mark.parametrize("shown", LANGUAGES)
def test_errors_are_told_in_the_page_s_language(assistant, question, error, shown):
    box, messages, sources, turns = talk(assistant, question, shown=shown)[-1]
    assert messages[-1]["content"] == STRINGS[shown]["errors"][error]
    assert (sources, turns) == ("", [])
    assert len(box) <= LONGEST_QUESTION


def test_an_empty_library_says_how_to_fill_it(tmp_path, encoder, assistant):
    from assistant.library.library import Library

    with Library.open(tmp_path / "empty", encoder) as library:
        empty = Assistant(library=library, retriever=assistant.retriever, answerer=assistant.answerer)
        assert "assistant ingest" in talk(empty, "Anything?")[-1][1][-1]["content"]


def test_labels_change_with_the_language():
    assert relabelled("ru")[0].startswith("## Помощник")
    assert {update["value"] for update in relabelled("kk")[3:6]} == {"Сұрау", "Тоқтату", "Жаңа әңгіме"}
