"""Follow-up questions made to stand by themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.questions import kind_of
from assistant.text.analysis import analyse
from assistant.text.language import question_language
from assistant.types import Language, Turn

TURNS = 4  # how far back a subject is looked for
FEW = 4  # a follow-up has at most so many words of its own


@dataclass(frozen=True, slots=True)
class Cues:
    """How a language shows that a question leans on the one before.

    `strong` pronouns always lean unless a name stands before them, `weak` ones only in short questions;
    `asking` are words that ask, and `filler` what else is no part of the subject.
    """

    opener: re.Pattern[str]
    strong: re.Pattern[str]
    weak: re.Pattern[str]
    asking: re.Pattern[str]
    filler: re.Pattern[str]


def _cues(opener: str, strong: str, weak: str, asking: str, filler: str) -> Cues:
    return Cues(*(re.compile(pattern, re.IGNORECASE) for pattern in (opener, strong, weak, asking, filler)))


CUES: dict[Language, Cues] = {
    "kk": _cues(
        opener=r"^(?:ал(?: енді)?|енді|сонда|ал онда)\b[\s,]*|\s+(?:ше|ші)\b(?=\W*$)",
        strong=r"\b(?:олар\w*|оның|оны|оған|онымен|одан|соның|солардың|бұлардың|мұның)\b",
        weak=r"\b(?:ол|онда|бұл|бұны|бұған|сол|осы|сонда|мұнда\w*)\b(?!\s+(?:жыл|ай|апта|күн)\w*)",
        asking=r"\b(?:қанша\w*|неше\w*|қашан|кім\w*|қайда\w*|қай|қандай|қалай|неге|неліктен|не|нені|немен|ма|ме|ба|бе|па|пе)\b",
        filler=r"\b(?:деген|екен|туралы)\b",
    ),
    "ru": _cues(
        opener=r"^(?:а|и|но)\b[\s,]*(?:как насчет|как насчёт|что насчет|что насчёт|что с)?\s*|^(?:как|что) насч[её]т\s+",
        strong=r"\b(?:они|их|ими?|них|ними|он|его|него|ему|нему|ним|нём|нем|она|её|ее|неё|нее|ей|ней|этого|этому|этим|этих)\b"
        r"(?!\s+(?:год|месяц|недел|лет)\w*)",
        weak=r"\b(?:это|этот|эта|эту|эти|этой|этом|там|туда|оттуда|тот|та|те)\b(?!\s+(?:год|месяц|недел|раз)\w*)",
        asking=r"\b(?:скольк\w+|когда|где|куда|откуда|кто|кого|кому|кем|чей|чья|чьё|как\w{0,4}|котор\w+|почему|зачем|что|чем|чего|ли)\b",
        filler=r"\b(?:насчет|насчёт|же|ещё|еще)\b",
    ),
    "en": _cues(
        opener=r"^(?:and|but|so)\b[\s,]*(?:what about|how about)?\s*|^(?:what|how) about\s+",
        strong=r"\b(?:they|them|their|theirs|he|him|his|she|her|hers|its|those|these)\b(?!\s+(?:days|years|months)\b)",
        weak=r"\b(?:it|this|that|(?<!is )(?<!are )(?<!was )(?<!were )there)\b(?!\s+(?:year|month|week|time|is|are|was|were)\b)",
        asking=r"\b(?:how (?:many|much|long|old|far|high)|how|when|where|who\w*|which|what|why|"
        r"do|does|did|is|are|was|were|has|have|had|will|would|can|could)\b",
        filler=r"\b(?:about|the|please)\b",
    ),
}  # fmt: skip

SHORT = re.compile(r"([A-ZА-ЯЁӘҒҚҢӨҰҮҺІ].*?) \[1\]\.(?:\n|$)")
YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
NAMED_PLACE = re.compile(r"\b(in|at|from|to|for|в|во|на|из|для|у)\s+([А-ЯЁӘҒҚҢӨҰҮҺІA-Z][\w-]+)")
NAMED_LOCATIVE = re.compile(r"\b[А-ЯЁӘҒҚҢӨҰҮҺІ][\w-]+[дт][ае]\b")


def fold_history(question: str, history: Sequence[Turn]) -> str:
    """Make a follow-up question stand by itself; a complete question is returned as it is.

    Args:
        question: What was asked just now.
        history: The turns before, oldest first.

    Returns:
        A question that can be searched for without the conversation.
    """
    turns = history[-TURNS:]
    if not turns or not leans(question):
        return question
    previous = fold_history(turns[-1].question, turns[:-1])
    language = question_language(question)
    own = CUES[language].opener.sub("", question).strip(" ,?.!—-") or question
    asking = asks(own, language)
    swapped = None if asking else _swap(own, previous)
    if swapped:
        return swapped
    subject = _subject(previous)
    person = _named(turns[-1])
    context = " ".join(part for part in (subject, person) if part)
    if not context or context in question:
        return question
    # The follow-up's question word decides what is asked; without one it is still the earlier question.
    return f"{own}: {context}?" if asking else f"{previous.rstrip(' ?.!')}, {own}?"


def leans(question: str) -> bool:
    """Tell whether a question can only be understood from the one before."""
    cues = CUES[question_language(question)]
    content = len(analyse(question).stems)
    pronoun = cues.strong.search(question)
    if pronoun and not _name_before(question, pronoun.start()):
        return True
    return (
        content <= FEW and bool(cues.opener.search(question) or cues.weak.search(question))
    ) or content < 2


def asks(text: str, language: Language) -> bool:
    """Tell whether a text has a question word of its own."""
    return kind_of(text, language) not in {"what", "yesno"} or bool(CUES[language].asking.search(text))


def _name_before(question: str, end: int) -> bool:
    words = question[:end].split()[1:]
    return any(word[:1].isupper() for word in words)


def _subject(question: str) -> str:
    cues = CUES[question_language(question)]
    for pattern in (cues.opener, cues.asking, cues.filler):
        question = pattern.sub(" ", question)
    return " ".join(question.split()).strip(" ,?.!—-:")


def _named(turn: Turn) -> str:
    """Return the person or thing that the earlier answer named, if it was short."""
    language = question_language(turn.question)
    if kind_of(turn.question, language) not in {"person", "place", "name"}:
        return ""
    short = SHORT.match(turn.answer)
    return short[1] if short and len(short[1].split()) <= FEW else ""


def _swap(own: str, previous: str) -> str | None:
    """Put the follow-up's year or place where the earlier question has one ("And in 2023?")."""
    named = NAMED_LOCATIVE if question_language(own) == "kk" else NAMED_PLACE
    for pattern in (YEAR, named):
        new, old = pattern.search(own), pattern.search(previous)
        if new and old and _same_frame(new, old):
            return previous[: old.start()] + new[0] + previous[old.end() :]
    return None


def _same_frame(new: re.Match[str], old: re.Match[str]) -> bool:
    return not new.groups() or new[1].lower() == old[1].lower()
