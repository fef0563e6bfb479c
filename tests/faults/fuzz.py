"""What is fuzzed: everything that reads text which others wrote.

Hypothesis does it in the tests. With atheris installed, its coverage guides it for as long as wanted:

    python -m tests.faults.fuzz chunks -max_total_time=600
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date

from assistant.answering.conversation import fold_history
from assistant.answering.markers import MarkerParser, plain_text
from assistant.answering.questions import analyse_question
from assistant.errors import Rejected
from assistant.text.analysis import analyse
from assistant.text.dates import find_dates
from assistant.text.language import detect_language, is_latin_kazakh
from assistant.text.numbers import find_quantities, render_quantity
from assistant.text.sentences import sentence_spans
from assistant.types import LANGUAGES, Article, Turn
from ingest.charset import decode
from ingest.chunk import chunk_spans
from ingest.clean import clean_article, normalise, unwrap
from ingest.dateline import read_date, read_dateline
from ingest.markdown import read_markdown
from ingest.rows import looks_like_rows


def clean(text: str) -> None:
    """Clean a text: no invisible letter is left, and cleaning again changes nothing more."""
    normal = normalise(text)
    assert normalise(normal) == normal
    assert "\r" not in normal
    assert not any("\ud800" <= letter <= "\udfff" for letter in normal)
    unwrap(normal)
    clean_article(Article(text=text))
    clean_article(Article(text=text, title=text[:100]))


def chunks(text: str) -> None:
    """Cut a text: passages lie in it, in order, begin and end with letters, and leave only white space out."""
    before = covered = 0
    for start, end in chunk_spans(text):
        assert before <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert not text[covered:start].strip() or start < covered
        before, covered = start, max(covered, end)
    assert not text[covered:].strip()


def sentences(text: str) -> None:
    """Split a text: sentences lie in it, one after the other, and leave only white space out."""
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end
        assert not text[at:start].strip()
        at = end
    assert not text[at:].strip()


def markers(text: str) -> None:
    """Read a model's text: only known sources are named, and no tag is left, whichever pieces it comes in."""
    for size in (len(text) or 1, *([7] if len(text) < 10_000 else [])):
        parser = MarkerParser(3)
        pieces = [piece for at in range(0, len(text), size) for piece in parser.feed(text[at : at + size])]
        pieces += parser.close()
        assert {piece for piece in pieces if isinstance(piece, int)} <= {1, 2, 3}
        shown = "".join(piece for piece in pieces if isinstance(piece, str))
        assert not re.search(r"<[a-z/!?]|://|\bwww\.|\]\(", shown, re.IGNORECASE)
    plain_text(text)


def quantities(text: str) -> None:
    """Find numbers: they lie in the text, in order, and can be written again."""
    before = 0
    for quantity in find_quantities(text):
        assert 0 <= quantity.start < quantity.end <= len(text)
        assert quantity.start >= before
        before = quantity.start
        for language in LANGUAGES if len(text) < 1000 else ():
            assert render_quantity(quantity, language)


def dates(text: str) -> None:
    """Find dates: they lie in the text and end after they begin."""
    for anchor in (None, date(2024, 2, 29)) if len(text) < 10_000 else (date(2024, 2, 29),):
        for mention in find_dates(text, anchor):
            assert 0 <= mention.start < mention.end <= len(text)
            assert mention.first <= mention.last
    for line in text[:500].split("\n"):
        read_date(line)
        read_dateline(line)


def questions(text: str) -> None:
    """Analyse a question, alone and after another."""
    analyse(text)
    analyse_question(text)
    detect_language(text)
    is_latin_kazakh(text)
    fold_history(text, [Turn(question=text[:300], answer=text[:300])])


def markdown(text: str) -> None:
    """Read Markdown."""
    read_markdown(text)


def encodings(text: str) -> None:
    """Read bytes that may be a text: its bytes, and the same with every other one left out."""
    for data in (
        text.encode("utf-8", "surrogatepass"),
        text.encode("utf-16-le", "surrogatepass")[1::2],
        text.encode("cp1251", "replace"),
    ):
        looks_like_rows(data)
        try:
            decode(data)
        except Rejected:
            continue


TARGETS: dict[str, Callable[[str], None]] = {
    target.__name__: target
    for target in (clean, chunks, sentences, markers, quantities, dates, questions, markdown, encodings)
}


def main() -> None:
    """Fuzz one target with atheris."""
    import atheris

    name, *options = sys.argv[1:]
    atheris.instrument_all()

    def one(data: bytes) -> None:
        TARGETS[name](data.decode("utf-8", "ignore"))

    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
