"""Answers and articles as plain data."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date

import pytest

from assistant.types import AnswerEvent, Article, Citation
from assistant.web.plain import (
    answer_data,
    article_data,
    citation_data,
    counts_data,
    event_data,
    openable,
    row_data,
)


def test_an_answer_is_json_and_its_citations_are_spans(assistant):
    answer = assistant.ask("How many flamingos were counted near Lake Balkhash?")
    data = json.loads(json.dumps(answer_data(answer)))
    assert data["question"] == answer.question
    assert data["hits"]
    assert "text" not in data["hits"][0]["article"]
    for cited in data["citations"]:
        article = assistant.library.article(cited["article"]["id"])
        assert article.text[cited["start"] : cited["end"]] == cited["quote"]


def test_an_article_has_its_text_only_when_it_is_wanted():
    article = Article(id="a", text="Text.", url="https://example.org/", published=date(2024, 5, 6))
    assert "text" not in article_data(article)
    assert article_data(article, text=True)["text"] == "Text."
    assert article_data(article)["published"] == "2024-05-06"
    assert article_data(replace(article, published=None))["published"] is None


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)", "//example.org", "http://", ""]
)
def test_an_address_that_is_not_of_the_web_is_left_out(url):
    assert not openable(url)
    assert article_data(Article(text="x", url=url))["url"] == ""


def test_everything_that_a_citation_tells_is_in_its_data():
    article = Article(text="Бір. Екі.", id="a")
    cited = Citation(
        marker=1,
        article=article,
        quote="Бір.",
        start=0,
        end=4,
        verdict="partly",
        places=((2, 5),),
        translation="One.",
    )
    data = citation_data(cited)
    assert set(data) == {one.name for one in fields(Citation)}
    assert (data["places"], data["translation"]) == ([[2, 5]], "One.")


def test_rows_and_counts(assistant):
    rows = [row_data(row) for row in assistant.articles()]
    assert rows[0]["id"] == "ru-2"
    assert rows[0]["chunks"] == 1
    counts = counts_data(assistant.library.counts())
    assert (counts["articles"], counts["first"], counts["last"]) == (6, "2024-01-20", "2024-10-09")
    json.dumps([rows, counts])


def test_every_kind_of_event_is_plain(assistant):
    events = {event.kind: event_data(event) for event in assistant.stream("Karaganda tram line length?")}
    assert events["status"] == {"text": "answering"}
    assert events["sources"]["hits"][0]["article"]["id"] == "en-1"
    assert events["answer"]["text"]
    assert event_data(AnswerEvent(kind="delta", text="a")) == {"text": "a"}
