"""What stands below an answer: articles are hostile."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.types import Article, Citation
from assistant.web.plain import article_data, citation_data
from assistant.web.sources import original_link, sources_html, target


def cite(**changes):
    article = Article(
        id="a",
        text="Ten <b>apples</b>.",
        **{"title": "Apples", "url": "https://example.org/a?b=1&c=2", "language": "en", **changes},
    )
    return citation_data(
        Citation(
            marker=1, article=article, quote=article.text, start=0, end=len(article.text), verdict="partly"
        )
    )


def test_everything_of_the_article_is_escaped():
    html = sources_html(
        [cite(title="<script>alert(1)</script>", publisher='"><img src=x onerror=alert(1)>')], "en", "en"
    )
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_a_source_has_title_date_verdict_and_original():
    html = sources_html([cite(publisher="Sample Times", published=date(2024, 5, 1))], "en", "ru")
    assert (
        'href="https://example.org/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow"' in html
    )
    assert "Sample Times · на 1 мая 2024" in html
    assert "подтверждено частично" in html
    assert "Источники" in html
    assert sources_html([], "ru", "ru") == ""


def test_a_source_in_another_language_than_the_answer_s_is_marked():
    assert "in English" in sources_html([cite()], "kk", "en")
    assert "in English" not in sources_html([cite()], "en", "en")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "", "//evil", "https://", "http://[", " javascript:x"]
)
def test_only_web_addresses_are_links(url):
    article = {**article_data(Article(id="a", text="x")), "url": url}
    assert original_link(article, "kk") == ""


@pytest.mark.parametrize("article_id", ["https://example.org/a b/ü", '"><b>', "a/../b", "#x"])
def test_a_place_holds_any_id(article_id):
    made = target({"id": article_id}, {"marker": 2, "start": 3, "end": 9, "verdict": "supported"})
    assert made.startswith("#cite/2/3-9/supported/")
    assert made.count("/") == 4
    assert not set(made) & set("\"'<> ")


def test_an_odd_verdict_is_none():
    assert target({"id": "a"}, {"verdict": '"onclick='}) == "#cite/0/0-0/none/a"


def test_copies_are_named():
    copy = Article(id="b", text="x", title="Copy <i>", url="https://example.org/b")
    citation = {**cite(), "also_in": [article_data(copy)]}
    html = sources_html([citation], "en", "en")
    assert "Also in" in html
    assert "Copy &lt;i&gt;" in html
