"""What the reranker learns from: a question, one text that answers it and five that do not."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import corpus
import numpy as np

import examples

NEGATIVES = 5
SPLIT = re.compile(r"(?<=[.!?])\s+(?=[A-ZА-ЯЁ\"«])")
Group = tuple[str, list[str], bool]
"""A question, six texts, and whether the first of them answers it."""


@dataclass(frozen=True)
class Asked:
    """A question in one language, its passage's number and the sentence that answers it (None: none does)."""

    text: str
    passage: int
    sentence: int | None


def xquad_passages(data: Path) -> list[corpus.Passage]:
    """Split XQuAD contexts into sentences; a question's sentence is the one that holds its answer."""
    grouped: dict[tuple[str, str], list[corpus.Question]] = defaultdict(list)
    for row in corpus.xquad_pairs(data):
        for lang in ("en", "ru"):
            sentences = SPLIT.split(row[f"context_{lang}"])
            holding = [i for i, one in enumerate(sentences) if row[f"answer_{lang}"] in one]
            if len(holding) == 1:
                text = {asked: row[f"question_{asked}"] for asked in ("en", "ru")}
                grouped[lang, row[f"context_{lang}"]].append(corpus.Question(text, holding[0]))
    return [corpus.Passage({lang: SPLIT.split(text)}, asked) for (lang, text), asked in grouped.items()]


def window(sentences: Sequence[str], at: int, random_: random.Random) -> str:
    """The sentence within two to four neighbours."""
    first = max(0, at - random_.randint(0, 2))
    return " ".join(sentences[first : max(at + 1, first + random_.randint(2, 4))])


class Groups:
    """Makes the groups of texts that a question is trained on."""

    def __init__(self, passages: Sequence[corpus.Passage], seed: int) -> None:
        """List the questions of the passages and their sentences by language."""
        self.passages, self.random = passages, random.Random(seed)
        self.asked = [
            Asked(text, number, question.sentence)
            for number, passage in enumerate(passages)
            for question in passage.questions
            for text in question.text.values()
        ]
        self.places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, passage in enumerate(passages):
            for lang, sentences in passage.sentences.items():
                self.places[lang] += [(number, at) for at in range(len(sentences))]
        self.mined: dict[str, np.ndarray] = {}

    def sentence(self, lang: str, place: tuple[int, int]) -> str:
        """The sentence at (passage, index)."""
        return self.passages[place[0]].sentences[lang][place[1]]

    def mine(self, embed: examples.Embed, keep: int = 24) -> None:
        """For every question, the places of the nearest sentences in each language that are not like its answer."""
        distinct = {text: at for at, text in enumerate(dict.fromkeys(one.text for one in self.asked))}
        questions = embed(list(distinct))[[distinct[one.text] for one in self.asked]]
        for lang, places in self.places.items():
            vectors = embed([self.sentence(lang, place) for place in places])
            number = {place: index for index, place in enumerate(places)}
            rows = np.full((len(self.asked), keep), -1)
            for start in range(0, len(self.asked), 2048):
                scores = questions[start : start + 2048] @ vectors.T
                for row, one in enumerate(self.asked[start : start + 2048]):
                    answer = number.get((one.passage, one.sentence)) if one.sentence is not None else None
                    near = np.argpartition(-scores[row], min(keep * 2, len(places) - 1))[: keep * 2]
                    near = near[np.argsort(-scores[row][near])]
                    if answer is not None:
                        near = near[vectors[near] @ vectors[answer] < 0.8]
                    near = near[:keep]
                    rows[start + row, : len(near)] = near
            self.mined[lang] = rows

    def group(self, number: int, wide: bool = False) -> Group:
        """Return a question, six texts in one language and whether the first of them answers it.

        The texts are sentences, or, where `wide`, windows of sentences.
        """
        one = self.asked[number]
        passage = self.passages[one.passage]
        lang = self.random.choice(list(passage.sentences))
        sentences = passage.sentences[lang]
        texts: list[str] = []
        if one.sentence is not None:
            texts.append(window(sentences, one.sentence, self.random) if wide else sentences[one.sentence])
        siblings = [
            at for at in range(len(sentences)) if at != one.sentence and sentences[at] not in texts[:1]
        ]
        siblings = [at for at in siblings if not texts or sentences[at] not in texts[0]]
        texts += [sentences[at] for at in self.random.sample(siblings, min(2 if texts else 3, len(siblings)))]
        places = self.places[lang]
        mined = [places[at] for at in self.mined[lang][number] if at >= 0]
        mined = [place for place in mined if place[0] != one.passage]
        others = self.random.sample(mined[:12], min(len(mined[:12]), NEGATIVES - len(texts)))
        texts += [
            window(self.passages[p].sentences[lang], at, self.random)
            if wide
            else self.sentence(lang, (p, at))
            for p, at in others
        ]
        while len(texts) < NEGATIVES + 1:
            place = self.random.choice(places)
            if place[0] != one.passage:
                texts.append(self.sentence(lang, place))
        question = examples.disturbed(one.text, self.random) if is_kazakh(one.text) else one.text
        return question, texts, one.sentence is not None


def is_kazakh(text: str) -> bool:
    """Tell whether a question has letters that only Kazakh has."""
    return any(char in "әғқңөұүһі" for char in text.lower())
