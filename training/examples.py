"""What the encoder learns from: texts with a target vector, and pairs of texts that belong together."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import corpus
import numpy as np
from tokenizers import Tokenizer

ALIGN_SHARE = {
    "sentence": 1.0,
    "government": 2.0,
    "news": 4.0,
    "own": 4.0,
    "question": 1.5,
    "passage": 1.6,
    "ui": 0.3,
    "dict": 0.3,
    "english": 0.8,
}
PAIR_SHARE = {
    "question": 2.0,
    "passage": 2.5,
    "heading": 0.6,
    "xquad": 1.5,
    "own": 3.0,
    "kk-ru sentence": 1.0,
    "kk-ru word": 0.2,
}


@dataclass(frozen=True)
class Aligned:
    """A text of any language and the English text whose teacher embedding it should have."""

    text: str
    target: str
    kind: str


@dataclass(frozen=True)
class Pair:
    """A question (or a translation) and a text that answers it.

    `group` names the text: pairs of one group are no negatives of each other; `hard` are texts that do not answer.
    """

    left: str
    right: str
    group: str
    kind: str
    hard: tuple[str, ...] = ()


def disturbed(text: str, random_: random.Random) -> str:
    """Write one Kazakh text in eight in Latin letters, another as on a Russian keyboard."""
    draw = random_.random()
    if draw < 0.08:
        return corpus.latin_kazakh(text)
    return corpus.sloppy_kazakh(text) if draw < 0.16 else text


def aligned_rows(rows: Sequence[corpus.Row], random_: random.Random) -> list[Aligned]:
    """Align each side of a parallel row with its English text, and keep English where it is."""
    found = []
    for row in rows:
        if not row.en:
            continue
        kind = "government" if row.source == "kaznu-gov" and row.kind == "sentence" else row.kind
        if row.kk:
            found.append(Aligned(disturbed(row.kk, random_), row.en, kind))
        if row.ru:
            found.append(Aligned(row.ru, row.en, kind))
        if row.kind in ("sentence", "passage"):
            found.append(Aligned(row.en, row.en, "english"))
    return found


def aligned_passages(passages: Sequence[corpus.Passage], kind: str, random_: random.Random) -> list[Aligned]:
    """Align sentences, questions and (where there are several sentences) the whole with their English.

    The questions of the news table are not translations of each other: only their English ones are kept in place.
    """
    found = []
    for passage in passages:
        english = passage.sentences["en"]
        for sentences in passage.sentences.values():
            found += [Aligned(a, b, kind) for a, b in zip(sentences, english, strict=True)]
            if len(english) > 1:
                found.append(Aligned(" ".join(sentences), " ".join(english), "passage"))
        for question in passage.questions:
            found += [
                Aligned(disturbed(text, random_) if lang == "kk" else text, question.text["en"], "question")
                for lang, text in question.text.items()
                if "en" in question.text and (kind != "news" or lang == "en")
            ]
    return found


def aligned_xquad(rows: Sequence[dict[str, str]]) -> list[Aligned]:
    """Align the Russian questions and contexts of XQuAD with their English."""
    found = [Aligned(row["question_ru"], row["question_en"], "question") for row in rows]
    contexts = {row["context_ru"]: row["context_en"] for row in rows}
    return [*found, *(Aligned(russian, english, "passage") for russian, english in contexts.items())]


def news_joined(
    passages: Sequence[corpus.Passage], count: int, random_: random.Random
) -> list[corpus.Passage]:
    """Join three to six single news sentences into a passage that keeps the question of one of them."""
    found = []
    for _ in range(count):
        group = random_.sample(passages, random_.randint(3, 6))
        asked = random_.choice([index for index, one in enumerate(group) if one.questions] or [0])
        questions = [corpus.Question(q.text, asked) for q in group[asked].questions]
        sentences = {lang: [one.sentences[lang][0] for one in group] for lang in ("kk", "en")}
        found.append(corpus.Passage(sentences, questions))
    return found


def question_pairs(
    passages: Sequence[corpus.Passage],
    kind: str,
    hard: Callable[[int, int, str], tuple[str, ...]] | None = None,
) -> list[Pair]:
    """Pair every question with its sentence and with its passage, in every two languages.

    `hard(passage, question, language)` gives hard negatives.
    """
    found = []
    for number, passage in enumerate(passages):
        for q, question in enumerate(passage.questions):
            if question.sentence is None:
                continue
            for asked in question.text.values():
                for lang, sentences in passage.sentences.items():
                    answer = sentences[question.sentence]
                    negatives = hard(number, q, lang) if hard else ()
                    found.append(Pair(asked, answer, f"{kind}{number}.{question.sentence}", kind, negatives))
                    if len(sentences) > 1:
                        found.append(Pair(asked, " ".join(sentences), f"{kind}{number}", "passage"))
    return found


def other_pairs(
    rows: Sequence[corpus.Row], headings: Sequence[tuple[str, str]], xquad: Sequence[dict[str, str]]
) -> list[Pair]:
    """Pair headings with passages, XQuAD questions with contexts, Kazakh with Russian without English."""
    found = [Pair(a, b, f"h{i}", "heading") for i, (a, b) in enumerate(headings)]
    for row in xquad:
        for asked in ("en", "ru"):
            for told in ("en", "ru"):
                pair = (row[f"question_{asked}"], row[f"context_{told}"])
                found.append(Pair(*pair, f"x{row['context_en'][:60]}", "xquad"))
    for row in rows:
        if row.kk and row.ru and not row.en:
            kind = "kk-ru sentence" if row.kind == "sentence" else "kk-ru word"
            found.append(Pair(row.kk, row.ru, row.kk.lower(), kind))
    return found


class Batches:
    """Draw weighted examples for ever, in batches of near-equal length with at most `tokens` tokens."""

    def __init__(self, lengths: Sequence[int], weights: Sequence[float], tokens: int, seed: int) -> None:
        """Prepare to draw examples of these lengths with these weights."""
        self.lengths = np.asarray(lengths)
        self.chances = np.cumsum(np.asarray(weights, dtype=np.float64))
        self.chances /= self.chances[-1]
        self.tokens = tokens
        self.random = np.random.default_rng(seed)
        self.ready: list[np.ndarray] = []

    def draw(self) -> np.ndarray:
        """Return the example numbers of the next batch."""
        if not self.ready:
            drawn = np.unique(np.searchsorted(self.chances, self.random.random(12_000)))
            jitter = self.lengths[drawn] * self.random.uniform(0.95, 1.05, len(drawn))
            drawn = drawn[np.argsort(jitter)]
            start = 0
            while start < len(drawn):
                end = start + 8
                while end < len(drawn) and (end - start + 1) * self.lengths[drawn[end]] <= self.tokens:
                    end += 1
                self.ready.append(drawn[start:end])
                start = end
            self.random.shuffle(self.ready)
        return self.ready.pop()


def tokenised(tokenizer: Tokenizer, texts: Sequence[str], limit: int) -> list[list[int]]:
    """Token ids of each text, cut at `limit`."""
    tokenizer.enable_truncation(limit)
    try:
        return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    finally:
        tokenizer.no_truncation()


def padded(ids: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Pad to one rectangle: token ids and attention mask, both int64 (n, longest)."""
    width = max(map(len, ids))
    table = np.zeros((len(ids), width), dtype=np.int64)
    mask = np.zeros((len(ids), width), dtype=np.int64)
    for row, tokens in enumerate(ids):
        table[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return table, mask


Embed = Callable[[Sequence[str]], np.ndarray]
