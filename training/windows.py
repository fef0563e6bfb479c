"""Sentences where they stand: what a question learns about the vectors that sentences have inside their passage.

One pass over a passage gives the vectors of all its sentences, the means of their tokens ("late chunking", Günther et
al. 2024), so that an article's sentences cost nothing beyond its chunks. Here a question learns to find the one
that answers it, the others of the passage being the nearest wrong ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import corpus
import numpy as np
import torch
from objectives import TEMPERATURE
from tokenizers import Tokenizer
from torch.nn import functional

ALIKE = 0.9
TITLED = 0.5


@dataclass(frozen=True)
class Window:
    """A passage in one language, tokenised.

    Attributes:
        group: the passage, whatever its language
        ids: its tokens, with those of a title in some
        spans: for each sentence its first token and the one after its last
        english: for each sentence its English, "" where there is none
        questions: tokens by language, and the number of the sentence that answers
    """

    group: int
    ids: list[int]
    spans: list[tuple[int, int]]
    english: list[str]
    questions: list[tuple[list[list[int]], int]]


def windows(
    passages: Iterable[corpus.Passage], tokenizer: Tokenizer, limit: int, random_: random.Random
) -> list[Window]:
    """Make a window of each language of each passage; one that is cut at `limit` tokens is left out."""
    found = []
    for group, passage in enumerate(passages):
        asked = [one for one in passage.questions if one.sentence is not None]
        questions = [
            ([one.ids for one in tokenizer.encode_batch(list(question.text.values()))], question.sentence)
            for question in asked
        ]
        for lang, sentences in passage.sentences.items():
            head = f"{passage.title[lang]}\n" if passage.title and random_.random() < TITLED else ""
            text, places = head, []
            for sentence in sentences:
                places.append((len(text), len(text) + len(sentence)))
                text += sentence + " "
            encoding = tokenizer.encode(text)
            if questions and len(encoding.ids) <= limit:
                spans = [_tokens(encoding.offsets, *place) for place in places]
                english = passage.sentences.get("en", [""] * len(sentences))
                found.append(Window(group, encoding.ids, spans, english, questions))
    return found


def _tokens(offsets: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    inside = [
        at for at, (first, last) in enumerate(offsets) if first < last and first >= start and last <= end
    ]
    return inside[0], inside[-1] + 1


def pooled(hidden: torch.Tensor, spans: Sequence[Sequence[tuple[int, int]]]) -> torch.Tensor:
    """Mean-pooled, unit-length vectors of the spans of each row of hidden (n, length, dim), shape (spans, dim)."""
    sums = functional.pad(hidden.cumsum(1), (0, 0, 1, 0))
    rows = torch.tensor([row for row, own in enumerate(spans) for _ in own], device=hidden.device)
    first, last = torch.tensor([span for own in spans for span in own], device=hidden.device).T
    return functional.normalize(sums[rows, last] - sums[rows, first], dim=-1)


def window_loss(
    asked: torch.Tensor,
    sentences: torch.Tensor,
    passages: torch.Tensor,
    answers: np.ndarray,
    rows: np.ndarray,
    groups: np.ndarray,
) -> torch.Tensor:
    """Contrast of questions (k, dim) with all sentences (m, dim) and all passages (n, dim) of a batch.

    `answers` (k,) are the sentences that answer, `rows` (m,) each sentence's passage, `groups` (n,) each passage's
    group: what stands in another language of the same passage, or says almost the same elsewhere, is no negative.
    """
    device = asked.device
    home, answer = (torch.from_numpy(one).to(device) for one in (rows[answers], answers))
    row, group = (torch.from_numpy(one).to(device) for one in (rows, groups))
    kin = group[home][:, None] == group[None, :]
    kin[torch.arange(len(home)), home] = False
    own = row[None, :] == home[:, None]
    alike = (sentences[answer] @ sentences.T > ALIKE) & ~own
    by_sentence = (asked @ sentences.T / TEMPERATURE).masked_fill(kin[:, row] | alike, -1e4)
    by_passage = (asked @ passages.T / TEMPERATURE).masked_fill(kin, -1e4)
    return functional.cross_entropy(by_sentence, answer) + 0.5 * functional.cross_entropy(by_passage, home)
