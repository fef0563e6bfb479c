"""Cutting of articles into passages that are encoded and cited: whole sentences, exact offsets, linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.text.sentences import sentence_spans
from assistant.types import Article, Span

MIN_WORDS = 80
MAX_WORDS = 160
_LONGEST_SENTENCE = 200
_SHORT_WORDS = 40
_OVERLAP_WORDS = 60
_HEADING_WORDS = 15
_HEADINGS = 2
_CHARACTERS_A_WORD = 15
_CLAUSE = re.compile(r"[,;:–—]\s")
_SENTENCE_END = ".!?…;,:\"»”')"


class _Sentence(NamedTuple):
    start: int
    end: int
    words: int
    opens: bool
    heading: bool


class _Passage:
    """The passage that is being filled."""

    def __init__(self) -> None:
        self.sentences: list[_Sentence] = []
        self.words = 0

    def add(self, sentence: _Sentence) -> None:
        self.sentences.append(sentence)
        self.words += sentence.words

    def takes(self, paragraph: list[_Sentence]) -> bool:
        """Tell whether a paragraph goes on in this passage rather than beginning one of its own."""
        if self.words < _SHORT_WORDS:
            return True
        return self.words < MIN_WORDS and self.words + sum(one.words for one in paragraph) <= MAX_WORDS

    def close(self) -> tuple[Span, _Sentence]:
        """Return the span and the last sentence, and begin anew with the headings at the end: they belong to what follows."""
        body = len(self.sentences)
        while body > max(1, len(self.sentences) - _HEADINGS) and self.sentences[body - 1].heading:
            body -= 1
        span = (self.sentences[0].start, self.sentences[body - 1].end)
        last = self.sentences[-1]
        self.sentences = self.sentences[body:]
        self.words = sum(one.words for one in self.sentences)
        return span, last


def chunk_spans(text: str) -> list[Span]:
    """Cut a text into passages of about 80 to 160 words.

    A passage holds whole sentences. Short paragraphs are joined, a heading goes with what follows it; where a
    paragraph is too long for one passage, the next one starts with the last sentence of the one before. Only a
    sentence of more than 200 words is itself cut, at a clause or a space.

    Args:
        text: The cleaned text of an article.

    Returns:
        Start and end of each passage, in order; neither begins nor ends with white space.
    """
    chunks: list[Span] = []
    passage = _Passage()
    for paragraph in _paragraphs(text):
        if passage.sentences and not passage.takes(paragraph):
            chunks.append(passage.close()[0])
        for sentence in paragraph:
            if passage.sentences and passage.words + sentence.words > MAX_WORDS:
                span, last = passage.close()
                chunks.append(span)
                if not sentence.opens and last.words <= min(_OVERLAP_WORDS, MAX_WORDS - sentence.words):
                    passage.add(last)
            passage.add(sentence)
    if passage.sentences and not _rejoins(text, chunks, passage):
        chunks.append((passage.sentences[0].start, passage.sentences[-1].end))
    return chunks


def embedding_text(article: Article, start: int, end: int) -> str:
    """Return what is encoded for a passage: the article's title and date, then the passage itself."""
    published = article.published.isoformat() if article.published else ""
    return "\n".join(part for part in (article.title, published, article.text[start:end]) if part)


def _rejoins(text: str, chunks: list[Span], passage: _Passage) -> bool:
    """Add a short rest at the end of the text to the last passage, where that does not become too long."""
    if not chunks or passage.words >= _SHORT_WORDS:
        return False
    start, end = chunks[-1][0], passage.sentences[-1].end
    if _weight(text, start, end) > _LONGEST_SENTENCE:
        return False
    chunks[-1] = (start, end)
    return True


def _paragraphs(text: str) -> Iterator[list[_Sentence]]:
    """Yield the sentences of each paragraph; a paragraph ends at a line break."""
    paragraph: list[_Sentence] = []
    before = 0
    for start, end in sentence_spans(text):
        if paragraph and "\n" in text[before:start]:
            yield paragraph
            paragraph = []
        words = _weight(text, start, end)
        if words > _LONGEST_SENTENCE:
            paragraph += _pieces(text, start, end, opens=not paragraph)
        else:
            heading = not paragraph and words <= _HEADING_WORDS and text[end - 1] not in _SENTENCE_END
            paragraph.append(_Sentence(start, end, words, not paragraph, heading and _ends_line(text, end)))
        before = end
    if paragraph:
        yield paragraph


def _ends_line(text: str, end: int) -> bool:
    return end == len(text) or text[end] == "\n" or text.startswith(" \n", end)


def _weight(text: str, start: int, end: int) -> int:
    """Return the number of words, or more where they are so long that they are none."""
    return max(len(text[start:end].split()), (end - start) // _CHARACTERS_A_WORD)


def _pieces(text: str, start: int, end: int, *, opens: bool) -> Iterator[_Sentence]:
    """Yield the pieces of a sentence that is longer than a passage may be, cut at clauses or spaces."""
    while start < end:
        cut = _cut(text, start, end)
        stop = start + len(text[start:cut].rstrip())
        if stop > start:
            yield _Sentence(start, stop, _weight(text, start, stop), opens, False)
            opens = False
        start = cut
        while start < end and text[start].isspace():
            start += 1


def _cut(text: str, start: int, end: int) -> int:
    """Return where to cut a too long sentence that begins at `start`: as late as a passage allows."""
    limit = min(end, start + MAX_WORDS * _CHARACTERS_A_WORD)
    window = text[start:limit]
    fits = _reach(window, MAX_WORDS)
    if fits >= end - start:
        return end
    clauses = [found.end() for found in _CLAUSE.finditer(window, fits // 2, fits)]
    if clauses:
        return start + clauses[-1]
    space = max(window.rfind(" ", 1, fits), window.rfind("\n", 1, fits))
    return start + (space + 1 if space > 0 else fits)


def _reach(window: str, words: int) -> int:
    """Return the length of the part of the window that holds at most this many words."""
    found = re.match(rf"(?:\s*\S+){{0,{words}}}", window)
    return found.end() if found else len(window)
