"""The evaluation against answers that are known."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assistant.evaluation.datasets import Question
from assistant.evaluation.run import as_rows, evaluate, evidence_ranking, summarise, supports
from assistant.types import Answer, AnswerEvent, Citation

SENTENCE = "Ornithologists counted 5,000 flamingos near Lake Balkhash this spring."


class Scripted:
    """An answerer that knows what to say to each question."""

    def __init__(self, answers):
        self.answers = answers
        self.histories = []

    def stream(self, question, hits, language, history=(), counts=None):
        self.histories.append([turn.answer for turn in history])
        answer = self.answers[question]
        yield AnswerEvent(kind="delta", text=answer.text)
        yield AnswerEvent(kind="answer", answer=replace(answer, question=question, language=language))


def cite(article, quote, marker=1):
    start = article.text.index(quote)
    return Citation(
        marker=marker, article=article, quote=quote, start=start, end=start + len(quote), verdict="supported"
    )


def said(text, short=None, citations=(), abstained=False):
    return Answer(
        question="",
        text=text,
        language="en",
        answerer="script",
        short=short,
        citations=tuple(citations),
        abstained=abstained,
    )


def test_figures_of_a_scripted_assistant(assistant, library):
    flamingos, tram = library.article("en-2"), library.article("en-1")
    right = Question(
        id="1",
        question="How many flamingos?",
        language="en",
        type="number",
        evidence=(SENTENCE,),
        norm=("5,000",),
    )
    second = replace(right, id="2", question="Flamingos, how many?")
    refused = replace(right, id="3", question="Count of flamingos?")
    off = Question(
        id="4", question="Capital of Peru?", language="en", answerable=False, why="off-topic: abroad"
    )
    near = Question(
        id="5", question="Цвет трамвая?", language="ru", answerable=False, why="near miss: the colour"
    )
    assistant.answerer = Scripted(
        {
            right.question: said("About 5,000 [1]", "5,000", [cite(flamingos, SENTENCE)]),
            second.question: said(
                "Long [1] [2]",
                "14",
                [cite(tram, "The line carries 20,000 passengers a day."), cite(flamingos, SENTENCE, 2)],
            ),
            refused.question: said("No.", abstained=True),
            off.question: said("No.", abstained=True),
            near.question: said(
                "Red.", citations=[cite(tram, "Karaganda has opened a tram line of 14 kilometres.")]
            ),
        }
    )
    done = []
    report = evaluate(assistant, [right, second, refused, off, near], progress=done.append)
    figures = report.figures["all"]
    assert done == [1, 2, 3, 4, 5]
    assert figures["answered"] == pytest.approx(2 / 3)
    assert figures["cited first"] == pytest.approx(1 / 3)
    assert figures["cited"] == pytest.approx(2 / 3)
    assert figures["precision"] == pytest.approx((1 + 0.5) / 2)
    assert figures["says it"] == pytest.approx(1 / 3)
    assert figures["short right"] == pytest.approx(1 / 3)
    assert figures["abstained, off-topic"] == 1.0
    assert figures["abstained, near miss"] == 0.0
    assert figures["hit@10"] == 1.0
    assert report.figures["ru"]["abstained, near miss"] == 0.0
    assert report.figures["ru"]["answered"] is None
    assert report.counts["all"]["answered"] == 3
    assert json.loads(json.dumps(as_rows(report)))[-1]["language"] == "all"


def test_relevant_articles(assistant):
    question = Question(id="1", question="Karaganda tram line", language="en", relevant=("en-1",))
    figures = evaluate(assistant, [question], answers=False).figures["all"]
    assert (figures["hit@1"], figures["MRR"], figures["nDCG@10"]) == (1.0, 1.0, 1.0)
    assert "answered" not in figures


def test_follow_ups_are_asked_in_their_conversation(assistant):
    assistant.answerer = Scripted({"How many flamingos?": said("5,000"), "And when?": said("Spring")})
    evaluate(
        assistant, [Question(id="1", question="And when?", language="en", earlier=("How many flamingos?",))]
    )
    assert assistant.answerer.histories == [[], ["5,000"]]


def test_evidence_names_the_first_chunk_that_holds_it(assistant):
    hits = assistant.search("flamingos near Lake Balkhash")
    ranked, names = evidence_ranking(
        hits, ["ornithologists  counted 5,000 flamingos near lake Balkhash this spring.", "Nowhere."]
    )
    assert names == ("evidence 0", "evidence 1")
    assert ranked[0] == "evidence 0"
    assert ranked.count("evidence 0") == 1
    assert "evidence 1" not in ranked


@pytest.mark.parametrize(
    ("quote", "right"),
    [
        (SENTENCE, True),
        ("counted 5,000 flamingos near Lake Balkhash this spring.", True),
        ("spring.", False),
        ("It is the highest number in a decade.", False),
    ],
)
def test_a_citation_supports_when_it_is_most_of_the_evidence(library, quote, right):
    assert (
        supports(cite(library.article("en-2"), quote), Question(id="1", question="?", evidence=(SENTENCE,)))
        is right
    )


def test_means_leave_out_what_is_unknown():
    one, two = Question(id="1", question="a", language="kk"), Question(id="2", question="b", language=None)
    report = summarise([(one, {"x": 1.0, "y": None}), (two, {"x": 0.0})])
    assert report.figures == {"kk": {"x": 1.0, "y": None}, "all": {"x": 0.5, "y": None}}
