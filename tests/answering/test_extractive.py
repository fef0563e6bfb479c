from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from assistant.answering.extractive import CANDIDATES, ExtractiveAnswerer
from assistant.answering.features import FEATURES
from assistant.answering.questions import analyse_question
from assistant.answering.scoring import SUPPORT, Scoring, load_scoring
from assistant.encoders import HashEncoder, load_encoder
from assistant.library.records import Counts
from assistant.text.sentences import sentence_spans
from assistant.types import Article, Chunk, Hit, Turn

ALWAYS = replace(load_scoring(False), threshold=-1e9)
NEVER = replace(load_scoring(False), threshold=1e9)
PORT = (
    "The port of Aktau was deepened this spring. It now takes ships of 12 thousand tonnes.\n\n"
    "Farmers in the region harvested less wheat. The governor blamed the drought for the poor harvest."
)


class WordReranker:
    """A reranker that finds a sentence likely by the words it shares."""

    name = "words"

    def score(self, question, texts):
        asked = set(question.lower().split())
        return np.array(
            [len(asked & set(text.lower().split())) / (1 + len(asked)) for text in texts], dtype=np.float32
        )


def hits(*texts, language="en"):
    found = []
    for at, text in enumerate(texts):
        article = Article(
            id=f"a{at}",
            title=f"Title {at}",
            text=text,
            language=language,
            publisher="Steppe",
            published=date(2024, 5, 20),
        )
        chunk = Chunk(id=at, article_id=article.id, start=0, end=len(text), text=text)
        found.append(Hit(article=article, chunk=chunk, score=1.0 - at / 10))
    return found


def run(question, found, language="en", scoring=ALWAYS, **more):
    reranker, encoder = more.pop("reranker", None), more.pop("encoder", HashEncoder())
    answerer = ExtractiveAnswerer(encoder, reranker, scoring=scoring)
    return list(answerer.stream(question, found, language, **more))


@pytest.mark.parametrize("reranker", [None, WordReranker()])
def test_the_best_sentence_is_cited_first(reranker):
    events = run("Why did the governor say the harvest was poor?", hits(PORT), reranker=reranker)
    answer = events[-1].answer
    assert answer.citations[0].quote == "The governor blamed the drought for the poor harvest."
    assert not answer.abstained
    assert answer.verdict == "supported"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_stream_adds_up_to_the_answer(language):
    events = run("How many tonnes do the ships have?", hits(PORT, "Nothing here. Or there."), language)
    answer = events[-1].answer
    assert [event.kind for event in events].count("answer") == 1
    assert "".join(event.text for event in events if event.kind == "delta") == answer.text
    streamed = [event.citation for event in events if event.kind == "citation"]
    assert sorted(streamed, key=lambda one: one.marker) == list(answer.citations)
    assert [one.marker for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    for one in answer.citations:
        assert one.article.text[one.start : one.end] == one.quote
        assert f"[{one.marker}]" in answer.text
    assert set(answer.timings) == {"evidence", "compose"}


def test_a_number_comes_in_the_readers_language():
    question = "Суда на сколько тонн принимает теперь порт Актау?"
    answer = run(question, hits(PORT), "ru", encoder=load_encoder())[-1].answer
    assert answer.citations[0].quote == "It now takes ships of 12 thousand tonnes."
    assert "12 тыс" in answer.short.replace("\xa0", " ")
    assert answer.text.splitlines()[0].endswith("[1].")
    assert "«The port of Aktau was deepened this spring. It now takes" in answer.text
    assert "Steppe, 20 мая 2024" in answer.text


def test_it_abstains_and_says_what_is_nearest():
    counts = Counts(articles=4, chunks=9, first=date(2023, 1, 2), last=date(2024, 5, 20), languages={"en": 4})
    events = run("What is the capital of Peru?", hits(*[PORT] * 4), scoring=NEVER, counts=counts)
    answer = events[-1].answer
    assert answer.abstained
    assert answer.citations == ()
    assert answer.short is None
    assert answer.text.count("\n- ") == 3
    assert "Title 0 (Steppe, 20 May 2024)" in answer.text
    assert "2 January 2023 to 20 May 2024" in answer.text


@pytest.mark.parametrize(
    ("language", "says"), [("kk", "табылмады"), ("ru", "нет ответа"), ("en", "do not answer")]
)
def test_without_hits_it_abstains_in_the_readers_language(language, says):
    answer = run("Anything?", [], language)[-1].answer
    assert answer.abstained
    assert says in answer.text


def test_a_follow_up_takes_its_subject_from_the_history():
    history = [Turn(question="When was the port of Aktau deepened?")]
    answer = run("How many tonnes do its ships have?", hits(PORT), history=history)[-1].answer
    assert "12 thousand tonnes" in answer.citations[0].quote
    assert answer.question == "How many tonnes do its ships have?"


def test_a_follow_up_is_not_answered_with_what_was_told_before():
    text = "Atyrau has 40 foreign firms. Nine of the firms in Atyrau are new."
    history = [
        Turn(question="How many foreign firms are in Atyrau?", answer="Atyrau has 40 foreign firms. [1]")
    ]
    answer = run("How many of them are new?", hits(text), history=history)[-1].answer
    assert answer.citations[0].quote == "Nine of the firms in Atyrau are new."


def test_markers_in_an_article_are_not_ours():
    text = "The harbour grew [7] last year, said the mayor [1]."
    answer = run("How did the harbour grow last year?", hits(text))[-1].answer
    assert answer.citations[0].quote == text
    assert answer.text == "The harbour grew (7) last year, said the mayor (1). [1]"


def test_many_sentences_are_cut_to_a_shortlist():
    text = " ".join(f"Sentence number {at} speaks of wheat and of rain." for at in range(100))
    text += " The mayor praised the ferry."
    answerer = ExtractiveAnswerer(HashEncoder(), scoring=ALWAYS)
    found, matrix = answerer.evidence(analyse_question("Who praised the ferry?"), hits(text))
    assert matrix.shape == (CANDIDATES, len(FEATURES))
    assert "The mayor praised the ferry." in [one.text for one in found]


@pytest.mark.parametrize("text", ["...", "\n\n", "?!", "«»", "\u202e\u200b", "[1]"])
def test_odd_articles_do_no_harm(text):
    answer = run("How many?", hits(text))[-1].answer
    assert answer.text


@pytest.mark.parametrize("question", ["?", "1", "🙂", "ә" * 3000, "How many " * 200, "[1] <script>"])
def test_odd_questions_do_no_harm(question):
    assert run(question, hits(PORT))[-1].answer.text


def test_shipped_weights_name_only_what_is_measured():
    for reranked in (False, True):
        scoring = load_scoring(reranked)
        assert scoring.rank.shape == (len(FEATURES),)
        assert scoring.answerable.shape == (len(SUPPORT),)
        assert 0 < scoring.near <= 1


def test_weights_decide():
    matrix = np.zeros((2, len(FEATURES)), dtype=np.float32)
    matrix[1, FEATURES.index("cosine")] = 0.8
    scoring = Scoring.of(
        {"rank": {"cosine": 1.0}, "answerable": {"cosine": 10.0, "bias": -5.0}, "threshold": 0.0, "near": 0.5}
    )
    assert scoring.scores(matrix).argmax() == 1
    assert scoring.confidence(matrix, 1) == pytest.approx(3.0)
    assert scoring.confidence(matrix, 0) == pytest.approx(-5.0)


class Deaf(HashEncoder):
    """An encoder that must not be asked for passages."""

    def encode_passages(self, texts):
        assert not list(texts), "the sentences' vectors are kept"
        return super().encode_passages(texts)

    def encode_queries(self, texts):
        return HashEncoder.encode_passages(self, texts) if not texts else HashEncoder().encode_queries(texts)


def test_kept_sentences_are_not_encoded_again():
    found = hits(PORT)
    spans = sentence_spans(PORT)
    kept = {0: HashEncoder().encode_passages([PORT[start:end] for start, end in spans])}
    asked = analyse_question("Why was the harvest poor?")
    fresh = ExtractiveAnswerer(HashEncoder()).evidence(asked, found)[1]
    np.testing.assert_allclose(
        ExtractiveAnswerer(Deaf(), kept=lambda _: kept).evidence(asked, found)[1], fresh
    )


def test_kept_sentences_of_another_splitting_are_encoded_again():
    found, asked = hits(PORT), analyse_question("Why was the harvest poor?")
    fresh = ExtractiveAnswerer(HashEncoder()).evidence(asked, found)[1]
    other = ExtractiveAnswerer(HashEncoder(), kept=lambda _: {0: np.ones((2, 64), dtype=np.float32)})
    np.testing.assert_allclose(other.evidence(asked, found)[1], fresh)
