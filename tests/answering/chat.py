"""What the tests of the generative answerer share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from assistant.answering.calls import Limits
from assistant.answering.extractive import ExtractiveAnswerer
from assistant.answering.generative import GenerativeAnswerer
from assistant.answering.models import chat_model
from assistant.encoders.fake import HashEncoder
from assistant.settings import Settings
from assistant.types import Answer, AnswerEvent, Article, Chunk, Hit

PORT = "The port of Aktau was deepened this spring. It now takes ships of 12 thousand tonnes."
TRAM = "The tram line of Karaganda has 14 stops. The mayor Aset Omarov rode it first."
REPLY = (
    "The port of Aktau takes ships of 12 thousand tonnes [1]. The tram line of Karaganda has 14 stops [2]."
)
QUESTION = "How many tonnes do the ships in Aktau have?"

QUICK = Limits(connect=0.5, first=0.6, silence=0.4, total=1.5, length=5000, pause=0.02)


def hit(at: int, text: str, **details: Any) -> Hit:
    """Make a hit of one article, of one chunk."""
    usual = {"title": f"Title {at}", "publisher": "Steppe", "published": date(2024, 5, 20), "language": "en"}
    article = Article(id=f"a{at}", text=text, **{**usual, **details})
    return Hit(
        article=article,
        chunk=Chunk(id=at, article_id=article.id, start=0, end=len(text), text=text),
        score=1.0,
    )


HITS = (hit(1, PORT), hit(2, TRAM))


OPEN: list[GenerativeAnswerer] = []  # to be closed after each test


def answerer(url: str, limits: Limits = QUICK, **more: Any) -> GenerativeAnswerer:
    """Make an answerer whose model is at this address."""
    model = chat_model(Settings(chat_model="scripted", chat_base_url=url))
    encoder = HashEncoder()
    OPEN.append(GenerativeAnswerer(model, encoder, ExtractiveAnswerer(encoder), limits=limits, **more))
    return OPEN[-1]


def texts(events: Sequence[AnswerEvent]) -> str:
    """Return what a reader has seen."""
    return "".join(event.text for event in events if event.kind == "delta")


def last(events: Sequence[AnswerEvent]) -> Answer:
    """Return the answer that a stream ends with."""
    assert [event.kind for event in events].count("answer") == 1
    assert events[-1].answer is not None
    return events[-1].answer
