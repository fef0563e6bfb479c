"""What readers said becomes questions that can be asked again."""

from __future__ import annotations

import json

import pytest

from assistant.evaluation.datasets import load_questions
from assistant.evaluation.feedback import question_row
from assistant.evaluation.run import evaluate
from assistant.library.desk import Desk
from assistant.web.plain import answer_data

QUESTION = "How many flamingos were counted near Lake Balkhash?"


@pytest.fixture
def desk(library):
    opened = Desk.open(library.folder)
    yield opened
    opened.close()


def asked(desk, assistant, *questions):
    talk = desk.start("ann", "t").id
    return [desk.add("ann", talk, one, answer_data(assistant.ask(one))) for one in questions]


def test_a_good_answer_is_evidence_and_a_bad_one_is_a_question(desk, assistant, tmp_path):
    good, bad, follow_up = asked(
        desk, assistant, QUESTION, "Karaganda tram line length?", "And the passengers?"
    )
    desk.rate("ann", good.id, True)
    desk.rate("ann", bad.id, False, "too long")
    desk.rate("ann", follow_up.id, False)
    rows = {row["question"]: row for row in map(question_row, desk.feedback())}
    file = tmp_path / "feedback.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows.values()), encoding="utf-8")

    questions = {one.question: one for one in load_questions(file)}
    known, unknown, later = (questions[one.question] for one in (good, bad, follow_up))
    cited = [one for one in good.answer["citations"] if one["verdict"] == "supported"]
    assert known.relevant == tuple(dict.fromkeys(one["article"]["id"] for one in cited))
    assert set(known.evidence) == {one["quote"] for one in cited}
    assert (unknown.relevant, unknown.evidence, rows[unknown.question]["reason"]) == ((), (), "too long")
    assert later.earlier == (QUESTION, "Karaganda tram line length?")
    figures = evaluate(assistant, [known, unknown, later]).figures["all"]
    assert figures["answered"] is not None
    if cited:
        assert figures["cited"] == 1.0


def test_a_right_abstention_is_a_question_that_cannot_be_answered(desk, tmp_path):
    talk = desk.start("ann", "t").id
    abstained = {"text": "Not there.", "abstained": True, "language": "en", "citations": [], "answerer": "x"}
    desk.rate("ann", desk.add("ann", talk, "Who won?", abstained).id, True)
    file = tmp_path / "feedback.jsonl"
    file.write_text(json.dumps(question_row(next(desk.feedback()))), encoding="utf-8")
    (question,) = load_questions(file)
    assert not question.answerable
    assert question.kind == "confirmed"
