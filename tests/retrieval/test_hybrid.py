"""The whole search over a real library."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from assistant.retrieval.centres import Centres
from assistant.retrieval.hybrid import HybridRetriever
from assistant.text.sentences import sentence_spans
from assistant.types import Article, Filters
from tests.conftest import ARTICLES, fill


@pytest.fixture
def retriever(library, encoder):
    return HybridRetriever(library, encoder)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Алматыда балалар кітапханасы қашан ашылды?", "kk-1"),
        ("Almatyda balalar kitaphanasy qashan ashyldy?", "kk-1"),
        ("Сколько тонн яблок собрали в Жетысу?", "ru-2"),
        ("How many flamingos are near Lake Balkhash?", "en-2"),
    ],
)
def test_the_right_article_comes_first(retriever, question, first):
    hits = retriever.search(question)
    assert hits[0].article.id == first
    assert hits[0].ranks.keys() <= {"dense", "grams", "stems", "translated"}
    assert all(rank >= 1 for hit in hits for rank in hit.ranks.values())
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Когда открыли детскую библиотеку?", "kk-1"),
        ("When was the library for children opened?", "kk-1"),
        ("Қанша тонна алма жиналды?", "ru-2"),
    ],
)
def test_words_in_translation_find_articles_in_other_languages(retriever, question, found):
    by_words = {hit.article.id: hit.ranks.get("translated") for hit in retriever.search(question)}
    assert by_words[found] == 1


def test_hits_are_spans_of_their_articles(retriever):
    for hit in retriever.search("tram line"):
        assert hit.article.text[hit.chunk.start : hit.chunk.end] == hit.chunk.text
        assert hit.chunk.article_id == hit.article.id


@pytest.mark.parametrize("limit", [0, 1, 3, 100])
def test_limit(retriever, limit):
    assert len(retriever.search("кітапхана", limit)) == min(limit, len(ARTICLES))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(language="ru"), {"ru-1", "ru-2"}),
        (Filters(publisher="Sample Times"), {"en-1", "en-2"}),
        (Filters(since=date(2024, 5, 2), until=date(2024, 6, 30)), {"ru-1", "en-1"}),
        (Filters(language="en", until=date(2024, 4, 18)), {"en-2"}),
        (Filters(publisher="nobody"), set()),
    ],
)
def test_filters(retriever, filters, expected):
    assert {hit.article.id for hit in retriever.search("tram line library", 10, filters)} == expected


def test_the_same_words_elsewhere_are_named_not_repeated(library, encoder, retriever):
    copy = replace(
        ARTICLES[4],
        id="copy",
        url="https://example.org/copy",
        publisher="Other",
        text=ARTICLES[4].text.upper(),
    )
    fill(library, (copy,))
    hits = retriever.search("Karaganda tram line", 10)
    assert len({hit.chunk.text.casefold() for hit in hits}) == len(hits)
    assert {hits[0].article.id, *(article.id for article in hits[0].also_in)} == {"en-1", "copy"}


def test_linked_wire_copies_are_named(library, retriever):
    library.link(replace(ARTICLES[4], id="wire", url="https://example.org/wire"), "en-1")
    hit = retriever.search("Karaganda tram line", 1)[0]
    assert [article.id for article in hit.also_in] == ["wire"]


def test_removed_articles_are_not_found(library, retriever):
    library.remove("en-1")
    assert "en-1" not in {hit.article.id for hit in retriever.search("Karaganda tram line", 10)}


def test_a_lexical_find_has_its_cosine_too(library, encoder):
    found = HybridRetriever(library, encoder, reach=1).candidates("Karaganda tram passengers a day")
    vector = encoder.encode_queries(["Karaganda tram passengers a day"])[0]
    offsets = Centres(library).offsets(vector, found.languages)
    assert found.scores["dense"] == pytest.approx(library.vectors(found.ids) @ vector - offsets, abs=2e-3)


def test_an_article_in_another_language_is_not_crowded_out(library, encoder):
    """Sixty chunks that are a little nearer, all in the question's language, leave room for the one in another."""
    near = [
        Article(id=f"n{at}", title="Tram", text=f"Tram line number {at} of the town.", language="en")
        for at in range(60)
    ]
    fill(library, tuple(near))
    lone = Article(id="lone", title="Трамвай", text="Трамвай в городе.", language="ru")
    vector = encoder.encode_queries(["tram line"])
    library.add(lone, [(0, len(lone.text))], 0.6 * vector + np.sqrt(1 - 0.36) * _orthogonal(vector))
    wide = HybridRetriever(library, encoder, reach=80, share=10).candidates("tram line")
    assert sum(language == "en" for language in wide.languages) <= 80
    assert "lone" in {library.chunks([one])[one][0].id for one in wide.ids if "dense" in wide.ranks[one]}


def _orthogonal(vector):
    other = np.roll(vector, 1, axis=1)
    other -= (other @ vector.T) * vector
    return (other / np.linalg.norm(other)).astype(np.float32)


class Contrary:
    """A reranker that likes what is short."""

    name = "contrary"

    def score(self, question, texts):
        return np.array([1 / len(text) for text in texts], dtype=np.float32)


def test_a_reranker_reads_the_first_hits(library, encoder):
    hits = HybridRetriever(library, encoder, Contrary()).search("Karaganda tram line", 3)
    assert len(hits) == 3
    assert all("rerank" in hit.ranks for hit in hits)


def test_odd_questions_find_something_or_nothing_but_never_fail(retriever):
    for question in ("?", "12", "🙂", "a" * 2000, "\u200b", "OR AND (", '"', "field:value*"):
        assert isinstance(retriever.search(question), list)


def test_a_chunk_is_as_near_as_its_nearest_sentence(library, encoder):
    vector = encoder.encode_queries(["How many flamingos are near Lake Balkhash?"])[0]
    found = library.chunks(library.chunk_ids)
    ids = [*found, 10_000]
    own, scores = library.cosines(vector, ids)
    np.testing.assert_allclose(own, library.vectors(ids) @ vector, atol=1e-6)
    for one, score in zip(ids[:-1], scores, strict=False):
        text = found[one][1].text
        sentences = encoder.encode_passages([text[start:end] for start, end in sentence_spans(text)])
        assert score == pytest.approx(float((sentences @ vector).max()), abs=0.01)
    assert own[-1] == scores[-1] == 0
