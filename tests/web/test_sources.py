"""What stands below an answer: articles are hostile."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.types import LANGUAGES, Article, Citation
from assistant.web.sources import openable, sources_html
from assistant.web.strings import STRINGS


def cite(**changes):
    article = Article(
        id="a",
        text="Ten <b>apples</b>.",
        **{"title": "Apples", "url": "https://example.org/a?b=1&c=2", **changes},
    )
    return Citation(
        marker=1, article=article, quote=article.text, start=0, end=len(article.text), verdict="supported"
    )


def test_everything_of_the_article_is_escaped():
    html = sources_html(
        [cite(title="<script>alert(1)</script>", publisher='"><img src=x onerror=alert(1)>')], "en"
    )
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_a_link_carries_title_date_and_quote():
    html = sources_html([cite(publisher="Sample Times", published=date(2024, 5, 1))], "ru")
    assert (
        '<a href="https://example.org/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow">Apples</a>'
        in html
    )
    assert "Sample Times · 2024-05-01" in html
    assert "Источники" in html
    assert sources_html([], "ru") == ""


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "", "//evil", "https://", "http://[", " javascript:x"]
)
def test_only_web_addresses_are_links(url):
    assert not openable(url)
    assert "<a " not in sources_html([cite(url=url)], "kk")


def test_copies_are_named():
    copy = Article(id="b", text="x", title="Copy <i>", url="https://example.org/b")
    citation = cite()
    html = sources_html(
        [Citation(**{name: getattr(citation, name) for name in citation.__slots__} | {"also_in": (copy,)})],
        "en",
    )
    assert "Also in" in html
    assert "Copy &lt;i&gt;" in html


def test_every_language_has_every_text():
    for language in LANGUAGES:
        assert STRINGS[language].keys() == STRINGS["en"].keys()
        assert STRINGS[language]["errors"].keys() == STRINGS["en"]["errors"].keys()
        assert len(STRINGS[language]["questions"]) == len(STRINGS["en"]["questions"])
