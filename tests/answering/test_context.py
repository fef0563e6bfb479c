import pytest
from langchain_core.prompts import ChatPromptTemplate

from assistant.answering.context import conversation, fitting, nonce, room, tokens
from assistant.answering.generative import PROMPT
from assistant.types import Turn
from prompts import load_prompt
from tests.answering.chat import PORT, hit

LONG = " ".join(f"Sentence number {at} speaks of wheat and rain in the steppe." for at in range(60))


def test_whole_chunks_are_chosen_by_score():
    found = [hit(1, PORT), hit(2, LONG), hit(3, PORT)]
    assert [one.chunk.id for one in fitting(found, 10_000)] == [1, 2, 3]
    assert [one.chunk.id for one in fitting(found, 400)] == [1, 3]
    assert not fitting([], 400)


def test_the_best_chunk_is_cut_at_a_sentence_end_when_nothing_else_fits():
    (cut,) = fitting([hit(1, LONG), hit(2, PORT)], 300)
    assert cut.chunk.text.endswith("steppe.")
    assert tokens(cut.chunk.text) <= 240
    assert cut.article.text[cut.chunk.start : cut.chunk.end] == cut.chunk.text


def test_cyrillic_costs_more():
    assert tokens("студенттер саны") > tokens("students number")
    assert room(8192, "a" * 350) == 8192 - 1024 - 101


def test_the_last_turns_that_fit_are_told_without_markers():
    history = [Turn(question=f"Question {at}?", answer=f"Answer {at} [1][2].") for at in range(50)]
    told = conversation(history, 60)
    assert told[-1].content == "Answer 49."
    assert 2 <= len(told) < 20
    assert not conversation(history, 0)


def test_nonces_differ():
    assert len({nonce() for _ in range(100)}) == 100


def test_missing_variables_raise():
    with pytest.raises(KeyError):
        PROMPT.invoke({"question": "?"})


@pytest.mark.parametrize("name", ["answer", "question", "translate"])
def test_every_prompt_is_a_template(name):
    assert ChatPromptTemplate([("human", load_prompt(name))]).input_variables


def test_there_is_no_other_prompt():
    with pytest.raises(FileNotFoundError):
        load_prompt("nothing")
