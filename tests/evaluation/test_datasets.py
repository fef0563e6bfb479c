from __future__ import annotations

import json

import pytest

from assistant.errors import UsageError
from assistant.evaluation.datasets import load_questions, plain, says


def write(path, *rows):
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_questions_of_every_kind(tmp_path):
    path = write(
        tmp_path / "questions.jsonl",
        {"id": "q1", "question": "Қанша?", "language": "kk", "relevant": ["a"], "type": "number"},
        {"question": "Who?", "language": "en", "answerable": False, "why": "off-topic: another country"},
    )
    first, second = load_questions(path)
    assert (first.id, first.relevant, first.answerable, first.type) == ("q1", ("a",), True, "number")
    assert (second.id, second.answerable, second.kind) == ("2", False, "off-topic")


def test_a_conversation_becomes_a_question_a_turn(tmp_path):
    path = write(
        tmp_path / "turns.jsonl",
        {
            "id": "t",
            "lang": "en",
            "turns": ["How many?", "And of them?"],
            "evidence": ["One.", "Two."],
            "answers": [["1"], ["2", "two"]],
        },
    )
    first, second = load_questions(path)
    assert (first.question, first.earlier, first.evidence) == ("How many?", (), ("One.",))
    assert (second.id, second.earlier, second.evidence, second.answers) == (
        "t-2",
        ("How many?",),
        ("Two.",),
        ("2", "two"),
    )
    assert second.language == "en"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no questions"),
        ("{", "line 1 is not JSON"),
        ("[]", "not a JSON object"),
        ('{"id": "a"}', "line 1 has no question"),
    ],
)
def test_bad_files_are_named(tmp_path, content, message):
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        load_questions(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        load_questions(tmp_path / "none.jsonl")


def test_forms_are_matched_from_the_start_of_a_word():
    assert says("Барлығы 60 мыңға жуық студент", ("60 мың",))
    assert not says("Барлығы 160 мыңға жуық студент", ("60 мың",))
    assert says("about 60,000", ("60,000",))
    assert says("В «Известиях»", ("известия", "извести"))
    assert not says("anything", ())
    assert plain(" «Ой»\u00a0ТУЫ ") == '"ой" туы'
