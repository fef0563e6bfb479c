"""The desk keeps conversations for their owners, beside the ledger."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.errors import LibraryLocked, UsageError
from assistant.library import desk as module
from assistant.library.desk import Desk
from assistant.library.ledger import FILE


def said(text):
    return {"text": text, "citations": [], "hits": [{"score": 0.5}]}


@pytest.fixture
def desk(library):
    opened = Desk.open(library.folder)
    yield opened
    opened.close()


def test_a_conversation_is_kept_and_read_back(desk):
    started = desk.start("ann", "Фламинго")
    first = desk.add("ann", started.id, "How many?", said("5,000 [1]."))
    second = desk.add("ann", started.id, "Where?", said("Балқаш көлінде [1]."))
    assert [one.id for one in desk.conversations("ann")] == [started.id]
    assert desk.exchanges("ann", started.id) == [first, second]
    assert desk.exchange(second.id) == second
    assert first.answer == said("5,000 [1].")
    assert len(first.id) >= 20
    assert desk.conversations("ann")[0].changed == second.asked


def test_what_is_kept_outlives_the_process(library, desk):
    started = desk.start("ann", "Kept")
    desk.add("ann", started.id, "q", said("a"))
    again = Desk.open(library.folder)
    assert again.exchanges("ann", started.id)[0].question == "q"
    again.close()
    assert library.counts().articles == 6


def test_nobody_reads_or_changes_somebody_else_s(desk):
    started = desk.start("ann", "Private")
    kept = desk.add("ann", started.id, "q", said("a"))
    assert desk.conversations("bob") == []
    assert desk.exchanges("bob", started.id) == []
    for forbidden in (
        lambda: desk.add("bob", started.id, "q", said("a")),
        lambda: desk.replace_last("bob", started.id, "q", said("a")),
        lambda: desk.rename("bob", started.id, "Mine"),
        lambda: desk.delete("bob", started.id),
        lambda: desk.rate("bob", kept.id, True),
    ):
        with pytest.raises(UsageError):
            forbidden()
    assert [one.title for one in desk.conversations("ann")] == ["Private"]
    assert desk.exchanges("ann", started.id) == [kept]


@pytest.mark.parametrize("words", ["БАЛҚАШ", "құс", "птиц", "how MANY", "100%", "[1]"])
def test_search_looks_in_titles_questions_and_answers_whatever_the_case(desk, words):
    wanted = desk.start("ann", "Құстар мен Птицы")
    desk.add("ann", wanted.id, "How many?", said("Балқаш: 100% [1]"))
    desk.start("ann", "Another")
    assert [one.id for one in desk.conversations("ann", words)] == [wanted.id]
    assert desk.conversations("bob", words) == []


def test_search_takes_no_wildcards_and_the_newest_come_first(desk):
    titles = [desk.start("ann", title).title for title in ("one", "two", "three")]
    assert [one.title for one in desk.conversations("ann")] == titles[::-1]
    assert [one.title for one in desk.conversations("ann", limit=1)] == ["three"]
    assert desk.conversations("ann", "%") == []
    assert desk.conversations("ann", "' OR 1=1 --") == []


def test_an_answer_is_replaced_when_it_is_asked_again_or_edited(desk):
    talk = desk.start("ann", "t").id
    for question in "abc":
        desk.add("ann", talk, question, said(question))
    desk.replace_last("ann", talk, "C", said("C"))
    assert [one.question for one in desk.exchanges("ann", talk)] == ["a", "b", "C"]
    desk.replace_last("ann", talk, "B", said("B"), count=2)
    assert [one.question for one in desk.exchanges("ann", talk)] == ["a", "B"]


def test_a_conversation_is_renamed_and_deleted_with_its_answers(desk):
    talk = desk.start("ann", "old").id
    kept = desk.add("ann", talk, "q", said("a"))
    desk.rename("ann", talk, "x" * 1000)
    assert len(desk.conversations("ann")[0].title) == module.LONGEST_TITLE
    desk.delete("ann", talk)
    assert desk.conversations("ann") == []
    assert desk.exchange(kept.id) is None


def test_feedback_keeps_what_it_was_about(desk):
    talk = desk.start("ann", "t").id
    desk.add("ann", talk, "How many flamingos?", said("5,000 [1]."))
    follow_up = desk.add("ann", talk, "Where?", said("There [1]."))
    desk.rate("ann", follow_up.id, True)
    desk.rate("ann", follow_up.id, False, "not where")
    assert desk.exchanges("ann", talk)[1].good is False
    desk.delete("ann", talk)
    (kept,) = desk.feedback()
    assert (kept.good, kept.reason, kept.question) == (False, "not where", "Where?")
    assert kept.earlier == ("How many flamingos?",)
    assert kept.answer["hits"] == [{"score": 0.5}]
    assert kept.versions["encoder"]
    assert kept.versions["generation"] > 0
    assert "ann" not in repr(kept)


def test_odd_text_is_kept_without_what_cannot_be(desk):
    talk = desk.start("ann", "\0a\ud800b").id
    kept = desk.add("ann", talk, "q\0\udfff", said("\ud800text"))
    assert desk.conversations("ann")[0].title == "ab"
    assert kept.question == "q"
    assert kept.answer["text"] == "text"


def test_the_oldest_conversations_make_room(library):
    desk = Desk.open(library.folder, kept=3)
    for number in range(5):
        desk.start("ann", str(number))
    desk.start("bob", "mine")
    assert [one.title for one in desk.conversations("ann")] == ["4", "3", "2"]
    assert len(desk.conversations("bob")) == 1
    desk.close()


def test_many_threads_write_and_read(desk):
    talk = desk.start("ann", "t").id

    def one(number):
        desk.add("ann", talk, f"q{number}", said("a"))
        return len(desk.exchanges("ann", talk))

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(one, range(40))) == 40


def test_a_long_writer_is_told_about(library, desk):
    with sqlite3.connect(library.folder / FILE, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert desk.conversations("ann") == []
        with pytest.raises(LibraryLocked):
            desk.start("ann", "t")
        other.execute("ROLLBACK")
    other.close()
    desk.start("ann", "t")


def test_the_desk_may_come_first(tmp_path, encoder):
    from assistant.library.library import Library

    folder = tmp_path / "new"
    folder.mkdir()
    desk = Desk.open(folder)
    desk.start("ann", "before any article")
    with Library.open(folder, encoder) as library:
        assert library.counts().articles == 0
    assert len(desk.conversations("ann")) == 1
    desk.close()
