"""The numbers, sums and dates of a sentence that can be what a question asks for."""

from __future__ import annotations

import re
from datetime import date

from assistant.answering.questions import Kind, Question
from assistant.text.dates import DateMention, find_dates
from assistant.text.numbers import Quantity, find_quantities

FOLLOWING = re.compile(r"[\s-]*(?:\w[\w'’-]*[ \t]*){0,2}")
COUNTED: frozenset[Kind] = frozenset({"number", "money", "percent"})


def fitting_quantities(question: Question, text: str, anchor: date | None = None) -> list[Quantity]:
    """Return the quantities of the kind asked for that are neither the question's own nor part of a date.

    Args:
        question: What is asked.
        text: A sentence.
        anchor: The day it was published.

    Returns:
        The quantities, in the order of the text.
    """
    own = {quantity.value for quantity in find_quantities(question.text)}
    dates = find_dates(text, anchor)
    return [
        quantity
        for quantity in find_quantities(text)
        if quantity.value not in own
        and _fits(question.kind, quantity)
        and not any(day.start <= quantity.start < day.end for day in dates)
    ]


def noun_after(text: str, quantity: Quantity) -> str:
    """Return the few words after a number: what it counts, in all three languages."""
    following = FOLLOWING.match(text, quantity.end)
    return following[0].strip() if following else ""


def counted_nouns(question: Question, text: str, anchor: date | None = None) -> list[str]:
    """Return what the fitting numbers of a sentence count."""
    nouns = (noun_after(text, quantity) for quantity in fitting_quantities(question, text, anchor))
    return [noun for noun in nouns if noun]


def fitting_dates(question: Question, text: str, anchor: date | None = None) -> list[DateMention]:
    """Return the dates of a sentence that the question does not name itself."""
    own = {(day.first, day.last) for day in find_dates(question.text, anchor)}
    return [day for day in find_dates(text, anchor) if (day.first, day.last) not in own]


def _fits(kind: Kind, quantity: Quantity) -> bool:
    money = quantity.unit.isupper()
    if kind == "money":
        return money
    if kind == "percent":
        return quantity.unit == "percent"
    return not money and quantity.unit != "percent"
