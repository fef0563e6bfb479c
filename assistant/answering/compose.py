"""The text of an answer, piece by piece, with its citations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.answering.candidates import Candidate
from assistant.answering.strings import attribution, phrase
from assistant.text.language import detect_language
from assistant.types import Article, Citation, Hit, Language

MOST = 3  # citations of one answer


@dataclass(frozen=True, slots=True)
class Passage:
    """A chosen sentence, with the one before it where it needs that; `citations` are in reading order."""

    citations: tuple[Citation, ...]
    language: Language | None

    @property
    def article(self) -> Article:
        """The article that is quoted."""
        return self.citations[0].article

    def __str__(self) -> str:
        """Quote it; what looks like a marker of ours in the article is defused."""
        return " ".join(re.sub(r"\[(\d+)\]", r"(\1)", one.quote) for one in self.citations)

    @property
    def markers(self) -> str:
        """The markers, in ascending order."""
        return "".join(f"[{one}]" for one in sorted(citation.marker for citation in self.citations))


def cite(chosen: Sequence[Candidate]) -> list[Passage]:
    """Number the sentences to be cited: the best is [1], and a sentence that one needs comes right after it.

    Args:
        chosen: The sentences, best first.

    Returns:
        Passages with at most three citations together.
    """
    passages: list[Passage] = []
    used: set[tuple[str, int]] = set()
    for candidate in chosen:
        marker = len(used) + 1
        if marker > MOST or (candidate.hit.article.id, candidate.start) in used:
            continue
        citations = [_citation(candidate.hit, (candidate.start, candidate.end), marker)]
        before = candidate.before if candidate.leans else None
        if before and marker < MOST and (candidate.hit.article.id, before[0]) not in used:
            citations.insert(0, _citation(candidate.hit, before, marker + 1))
        used |= {(one.article.id, one.start) for one in citations}
        language = candidate.hit.article.language or detect_language(candidate.text)
        passages.append(Passage(tuple(citations), language))
    return passages


def write(
    passages: Sequence[Passage], short: str | None, language: Language
) -> Iterator[tuple[str, tuple[Citation, ...]]]:
    """Write the answer.

    Sentences in the reader's language stand as they are. Before those in another one comes the bare answer,
    or which language they are in, and they are quoted with their source.

    Args:
        passages: What is cited.
        short: The bare answer in the reader's language, if there is one.
        language: The reader's.

    Yields:
        Pieces of text, each with the citations whose marker it is the first to show.
    """
    yield from _lead(passages[0], short, language)
    for at, passage in enumerate(passages):
        gap = (
            ""
            if at == 0
            else "\n"
            if passage.article != passages[at - 1].article or passage.language != language
            else " "
        )
        yield f"{gap}{_quoted(passage, language)}", passage.citations


def _lead(
    first: Passage, short: str | None, language: Language
) -> Iterator[tuple[str, tuple[Citation, ...]]]:
    foreign = first.language not in (language, None)
    if short and (foreign or short in (phrase("yes", language), phrase("no", language))):
        yield f"{short[:1].upper()}{short[1:]} [1].\n\n", ()
    elif foreign:
        yield f"{phrase(f'from {first.language}', language)}\n\n", ()


def _quoted(passage: Passage, language: Language) -> str:
    if passage.language in (language, None):
        return f"{passage} {passage.markers}"
    source = attribution(passage.article, language)
    return f"«{passage}» {passage.markers}" + (f" — {source}" if source else "")


def _citation(hit: Hit, span: tuple[int, int], marker: int) -> Citation:
    return Citation(
        marker=marker,
        article=hit.article,
        quote=hit.article.text[slice(*span)],
        start=span[0],
        end=span[1],
        verdict="supported",
        also_in=hit.also_in,
    )
