"""The bare answer in the reader's language, where the question's kind allows one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.answering.questions import Question
from assistant.answering.strings import phrase
from assistant.answering.values import COUNTED, fitting_dates, fitting_quantities, noun_after
from assistant.text.analysis import analyse
from assistant.text.dates import render_date
from assistant.text.language import detect_language
from assistant.text.numbers import Quantity, find_quantities, render_quantity
from assistant.types import Encoder, Language

CERTAIN = 0.85  # share of the question's stems that a sentence must have for a yes or a no
NEGATION: dict[Language, re.Pattern[str]] = {
    "kk": re.compile(r"\b(?:емес|жоқ|ешқандай)\b|\w(?:ма|ме|ба|бе|па|пе)(?:ды|ді|йды|йді|ған|ген|й)\w*", re.IGNORECASE),
    "ru": re.compile(r"\b(?:не|нет|ни|никогда|никак\w*|без|отриц\w+|опроверг\w+)\b", re.IGNORECASE),
    "en": re.compile(r"\b(?:not|no|never|none|without|den(?:y|ied|ies))\b|n['’]t\b", re.IGNORECASE),
}  # fmt: skip


def short_answer(
    question: Question, sentence: str, language: Language, encoder: Encoder, published: date | None = None
) -> str | None:
    """Give the bare answer that a sentence holds.

    Args:
        question: What is asked.
        sentence: The best evidence.
        language: The reader's.
        encoder: Tells which of several numbers is meant.
        published: The date that "this year" is counted from.

    Returns:
        For instance "about 60,000", "27 November 2024" or "Yes"; None when there is none to be sure of.
    """
    if question.kind in COUNTED:
        found = fitting_quantities(question, sentence, published)
        return render_quantity(_asked(question, sentence, found, encoder), language) if found else None
    if question.kind == "date":
        dates = fitting_dates(question, sentence, published)
        return render_date(dates[0], language) if dates else None
    return _yes_or_no(question, sentence, language) if question.kind == "yesno" else None


def _asked(question: Question, sentence: str, found: Sequence[Quantity], encoder: Encoder) -> Quantity:
    """Choose the quantity whose noun is nearest to what the question counts."""
    if len(found) == 1:
        return found[0]
    named = [noun_after(sentence, one) or sentence[one.start : one.end] for one in found]
    vectors = encoder.encode_passages([question.focus or question.text, *named])
    asked = set(analyse(question.focus or question.text).grams)
    alike = [len(asked & set(analyse(one).grams)) / max(1, len(asked)) for one in named]
    scores = [float(vectors[0] @ vector) + share for vector, share in zip(vectors[1:], alike, strict=True)]
    return found[scores.index(max(scores))]


def _yes_or_no(question: Question, sentence: str, language: Language) -> str | None:
    """Answer only when the sentence says what was asked in the question's own words and numbers."""
    spoken = detect_language(sentence)
    if spoken != question.language:
        return None
    asked, said = set(analyse(question.text).stems), set(analyse(sentence).stems)
    numbers = {one.value for one in find_quantities(question.text)} - {
        one.value for one in find_quantities(sentence)
    }
    if not asked or numbers or len(asked & said) < CERTAIN * len(asked):
        return None
    denied = [bool(NEGATION[spoken].search(text)) for text in (question.text, sentence)]
    return phrase("no" if denied[0] != denied[1] else "yes", language)
