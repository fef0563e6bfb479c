"""Hard negatives: what our own lexical index finds for a question, bar what answers it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import corpus

from assistant.library.terms import TermIndex
from assistant.text.analysis import analyse
from assistant.types import Article

Place = tuple[int, int]
"""A sentence: number of its passage, number within it."""


def lexical_negatives(passages: Sequence[corpus.Passage], keep: int = 8) -> dict[Place, list[Place]]:
    """For each question (passage, number within it), the sentences that share its words, best BM25 first.

    Each language of the question is searched in the sentences of that language; the findings are joined.
    """
    found: dict[Place, list[Place]] = {}
    for lang in corpus.LANGUAGES:
        places = [(n, at) for n, one in enumerate(passages) for at in range(len(one.sentences.get(lang, ())))]
        if not places:
            continue
        with TemporaryDirectory() as folder:
            index = TermIndex(Path(folder) / "terms")
            for number, (n, at) in enumerate(places):
                text = passages[n].sentences[lang][at]
                index.add(number, Article(text=text), [(number, analyse(text))])
            index.commit()
            for n, one in enumerate(passages):
                for q, question in enumerate(one.questions):
                    if lang not in question.text or question.sentence is None:
                        continue
                    hits = index.search("grams", analyse(question.text[lang]).grams, keep + 1)
                    others = [places[hit] for hit, _ in hits if places[hit] != (n, question.sentence)]
                    found.setdefault((n, q), []).extend(others[:keep])
            index.stop_writing()
            index.close()
    return found


def hard_texts(
    passages: Sequence[corpus.Passage],
    negatives: dict[Place, list[Place]],
    place: Place,
    lang: str,
    random_: random.Random,
) -> tuple[str, ...]:
    """Up to four hard negatives of a question in one language: three that were mined, one sibling of its answer."""
    number, q = place
    question, own = passages[number].questions[q], passages[number].sentences[lang]
    mined = [
        passages[n].sentences[lang][at] for n, at in negatives.get(place, ()) if lang in passages[n].sentences
    ]
    siblings = [text for at, text in enumerate(own) if at != question.sentence]
    return (*random_.sample(mined, min(3, len(mined))), *random_.sample(siblings, min(1, len(siblings))))
