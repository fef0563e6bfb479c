"""Train the trilingual sentence encoder that the project ships.

    python training/train_encoder.py --data DATA/train --dev DATA/dev --out RUN --minutes 45
    python training/train_encoder.py --data DATA/train --dev DATA/dev --out RUN2 --start RUN --stage retrieval --minutes 35

The first stage brings Kazakh, Russian and English to the teacher's English embeddings (all-MiniLM-L6-v2);
the second goes on from its weights with questions, passages and hard negatives. The schedule follows the
clock, so a slower machine gives a worse model in the same time, not a later one. Ctrl-C saves and stops.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import corpus
import numpy as np
import torch
import vocabulary
from dev import figures
from groups import xquad_passages
from modelling import MAX_TOKENS, embed_texts, embed_tokens, new_student, teacher_folder
from objectives import align_loss, pair_loss
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertModel
from windows import Window, pooled, window_loss, windows

import examples

log = logging.getLogger("train_encoder")
BANK = 4096
QUESTIONS = 3  # of a passage in a batch
QUESTION_TOKENS = 40  # that these have, about


@dataclass
class Material:
    """Everything that is learned from, tokenised, with the teacher's targets."""

    aligned: list[examples.Aligned]
    aligned_ids: list[list[int]]
    target_of: np.ndarray
    targets: torch.Tensor
    pairs: list[examples.Pair]
    left_ids: list[list[int]]
    right_ids: list[list[int]]
    hard_ids: list[list[list[int]]]
    windows: list[Window]
    target_number: dict[str, int]


def collect(
    data: Path, seed: int, limit: int | None, mine: bool
) -> tuple[list[examples.Aligned], list[examples.Pair], list[corpus.Passage]]:
    """Read and join the training data; `limit` keeps the first rows of each table; `mine` adds hard negatives."""
    random_ = random.Random(seed)
    rows = corpus.parallel_rows(data)[:limit]
    sentences = [row for row in rows if row.kind == "sentence"]
    joined = corpus.join_rows(sentences, 9_000, random_) if len(sentences) > 100 else []
    news = corpus.news_passages(data)[:limit]
    asked = [passage for passage in news if passage.questions]
    own = corpus.own_passages()[:limit]
    xquad = corpus.xquad_pairs(data)[:limit]
    together = examples.news_joined(asked, 9_000 if limit is None else 20, random_)
    aligned = [
        *examples.aligned_rows([*rows, *joined], random_),
        *examples.aligned_passages(news, "news", random_),
        *examples.aligned_passages(own, "own", random_),
        *(
            one
            for one in examples.aligned_passages(together[:3_000], "news", random_)
            if one.kind == "passage"
        ),
        *examples.aligned_xquad(xquad),
    ]
    units = [*asked, *own]
    if mine:
        from negatives import hard_texts, lexical_negatives

        found = lexical_negatives(units)

    def hard(number: int, question: int, lang: str) -> tuple[str, ...]:
        return hard_texts(units, found, (number, question), lang, random_) if mine else ()

    pairs = [
        *(pair for pair in examples.question_pairs(units, "question", hard) if pair.kind != "passage"),
        *(pair for pair in examples.question_pairs(together, "joined") if pair.kind == "passage"),
        *examples.question_pairs(own, "own"),
        *examples.other_pairs(rows, corpus.heading_pairs(data)[:limit], xquad),
    ]
    return aligned, pairs, [*own, *together, *xquad_passages(data)[:limit]]


def teacher_targets(texts: Sequence[str], cache: Path, device: str) -> np.ndarray:
    """Embed the distinct English texts with the teacher, or read what an earlier run has kept."""
    names = {text: index for index, text in enumerate(texts)}
    known: dict[str, int] = {}
    old = np.zeros((0, 384), dtype=np.float16)
    if cache.with_suffix(".json").exists():
        known = {text: i for i, text in enumerate(json.loads(cache.with_suffix(".json").read_text("utf-8")))}
        old = np.load(cache.with_suffix(".npy"))
    missing = [text for text in texts if text not in known]
    log.info("teacher: %d texts, %d to embed", len(texts), len(missing))
    teacher = BertModel.from_pretrained(teacher_folder(), add_pooling_layer=False).to(device)
    tokenizer = Tokenizer.from_file(str(teacher_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    fresh = embed_texts(teacher, tokenizer, missing, device).astype(np.float16) if missing else old[:0]
    everything = np.concatenate([old, fresh])
    known |= {text: len(old) + i for i, text in enumerate(missing)}
    np.save(cache.with_suffix(".npy"), everything)
    cache.with_suffix(".json").write_text(json.dumps(list(known), ensure_ascii=False), "utf-8")
    return everything[[known[text] for text in names]].astype(np.float32)


def prepare(tokenizer: Tokenizer, arguments: argparse.Namespace) -> Material:
    """Collect, tokenise and embed the targets."""
    mine = arguments.stage == "retrieval"
    aligned, pairs, passages = collect(arguments.data, arguments.seed, arguments.limit, mine)
    distinct = list(dict.fromkeys(one.target for one in aligned))
    targets = teacher_targets(distinct, arguments.out.parent / "teacher", arguments.device)
    number = {text: index for index, text in enumerate(distinct)}
    return Material(
        aligned,
        examples.tokenised(tokenizer, [one.text for one in aligned], MAX_TOKENS),
        np.array([number[one.target] for one in aligned]),
        torch.from_numpy(targets),
        pairs,
        examples.tokenised(tokenizer, [one.left for one in pairs], MAX_TOKENS),
        examples.tokenised(tokenizer, [one.right for one in pairs], MAX_TOKENS),
        [examples.tokenised(tokenizer, one.hard, MAX_TOKENS) if one.hard else [] for one in pairs],
        windows(passages, tokenizer, MAX_TOKENS, random.Random(arguments.seed)) if mine else [],
        number,
    )


class Trainer:
    """One run: draws batches, steps the optimiser by the clock, measures and saves."""

    def __init__(self, model: BertModel, material: Material, arguments: argparse.Namespace) -> None:
        """Set up the optimiser and the batch sources."""
        self.model, self.material, self.arguments = model, material, arguments
        scale = 0.5 if arguments.stage == "retrieval" else 1.0
        table = model.embeddings.word_embeddings.weight
        self.body = [p for p in model.parameters() if p is not table]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [table], "lr": 2e-3 * scale, "weight_decay": 0.0},
                {"params": self.body, "lr": 2e-4 * scale, "weight_decay": 0.01},
            ],
            fused=True,
        )
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        lengths = [len(ids) for ids in material.aligned_ids]
        weights = [examples.ALIGN_SHARE[one.kind] for one in material.aligned]
        self.aligned = examples.Batches(lengths, weights, arguments.tokens, arguments.seed)
        counts: dict[str, int] = {}
        for pair in material.pairs:
            counts[pair.kind] = counts.get(pair.kind, 0) + 1
        both = [len(a) // 2 + len(b) for a, b in zip(material.left_ids, material.right_ids, strict=True)]
        shares = [examples.PAIR_SHARE[pair.kind] / counts[pair.kind] for pair in material.pairs]
        self.pairs = examples.Batches(both, shares, arguments.tokens, arguments.seed + 1)
        self.random = np.random.default_rng(arguments.seed + 2)
        retrieval = arguments.stage == "retrieval"
        self.window_share, self.pair_share = (0.35, 0.25) if retrieval else (0.0, 0.12)
        read = [len(one.ids) + QUESTION_TOKENS for one in material.windows]
        if read:
            self.windows = examples.Batches(read, [1.0] * len(read), arguments.tokens, arguments.seed + 3)

    def embed(self, ids: Sequence[Sequence[int]]) -> torch.Tensor:
        """Embed token ids with gradients."""
        table, mask = (torch.from_numpy(x).to(self.arguments.device) for x in examples.padded(ids))
        return embed_tokens(self.model, table, mask)

    def loss(self) -> torch.Tensor:
        """Loss of the next batch."""
        material, device = self.material, self.arguments.device
        draw = self.random.random()
        if draw < self.window_share:
            return self.windows_loss([material.windows[i] for i in self.windows.draw()])
        if draw < self.window_share + self.pair_share:
            at = self.pairs.draw()
            left = self.embed([material.left_ids[i] for i in at])
            right = self.embed([material.right_ids[i] for i in at])
            drawn = [self.random.choice(len(hard)) if (hard := material.hard_ids[i]) else -1 for i in at]
            hard_ids = [material.hard_ids[i][one] for i, one in zip(at, drawn, strict=True) if one >= 0]
            hard = self.embed(hard_ids) if hard_ids else right[:0]
            return pair_loss(left, right, [material.pairs[i].group for i in at], hard)
        at = self.aligned.draw()
        bank = self.random.integers(0, len(material.targets), BANK)
        student = self.embed([material.aligned_ids[i] for i in at])
        targets = material.targets[material.target_of[at]].to(device)
        return align_loss(student, targets, material.targets[bank].to(device))

    def windows_loss(self, drawn: Sequence[Window]) -> torch.Tensor:
        """Loss of some passages: their questions find their answers, their sentences stay where the teacher has them."""
        device = self.arguments.device
        table, mask = (torch.from_numpy(x).to(device) for x in examples.padded([one.ids for one in drawn]))
        hidden = self.model(input_ids=table, attention_mask=mask).last_hidden_state.float()
        weights = mask.unsqueeze(-1).float()
        passages = functional.normalize((hidden * weights).sum(1), dim=-1)
        sentences = pooled(hidden, [one.spans for one in drawn])
        sizes = [len(one.spans) for one in drawn]
        before = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        asked, answers = [], []
        for start, one in zip(before, drawn, strict=True):
            for at in self.random.permutation(len(one.questions))[:QUESTIONS]:
                forms, sentence = one.questions[at]
                asked.append(forms[self.random.integers(len(forms))])
                answers.append(start + sentence)
        loss = window_loss(
            self.embed(asked),
            sentences,
            passages,
            np.array(answers),
            np.repeat(np.arange(len(drawn)), sizes),
            np.array([one.group for one in drawn]),
        )
        numbers = [self.material.target_number.get(text, -1) for one in drawn for text in one.english]
        known = [at for at, number in enumerate(numbers) if number >= 0]
        targets = self.material.targets[[numbers[at] for at in known]].to(device)
        return loss + 2 * (1 - (sentences[known] * targets).sum(-1)).sum() / max(1, len(known))

    def run(self, report: float, measure: object) -> None:
        """Train until the minutes are over or Ctrl-C."""
        stopped = []
        signal.signal(signal.SIGINT, lambda *_: stopped.append(True))
        started = reported = time.time()
        total, step, losses = self.arguments.minutes * 60, 0, []
        embeddings_only = 0.0 if self.arguments.start else 0.1
        while (done := (time.time() - started) / total) < 1 and not stopped:
            rate = min(1.0, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
            for group, base in zip(self.optimizer.param_groups, self.rates, strict=True):
                group["lr"] = base * rate
            for parameter in self.body:
                parameter.requires_grad_(done >= embeddings_only)
            loss = self.loss()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
            step += 1
            losses.append(loss.item())
            if step % 50 == 0:
                log.info(
                    "step %d, %.1f min, loss %.3f", step, (time.time() - started) / 60, np.mean(losses[-50:])
                )
            if time.time() - reported > report:
                measure(step)
                reported = time.time()


def parse_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the training tables")
    parser.add_argument("--dev", type=Path, help="folder of the development sets")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--start", type=Path, help="an earlier run to go on from")
    parser.add_argument("--stage", choices=("alignment", "retrieval"), default="alignment")
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--report", type=float, default=600, help="seconds between measurements")
    parser.add_argument("--pieces", type=int, default=24_000, help="Cyrillic pieces in the vocabulary")
    parser.add_argument("--tokens", type=int, default=4096, help="tokens in a batch")
    parser.add_argument("--limit", type=int, help="only the first rows of each table (a smoke run)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args(words)


def main() -> None:
    """Train, measure and save."""
    arguments = parse_arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.start:
        model = BertModel.from_pretrained(arguments.start, add_pooling_layer=False)
        tokenizer = Tokenizer.from_file(str(arguments.start / "tokenizer.json"))
    else:
        model, tokenizer = new_student(arguments.data, arguments.pieces, arguments.limit)
    model.to(arguments.device).train()
    log.info("vocabulary %d, parameters %.1f M", model.config.vocab_size, model.num_parameters() / 1e6)

    def measure(step: int) -> None:
        model.save_pretrained(arguments.out)
        vocabulary.save_tokenizer(tokenizer, arguments.out, MAX_TOKENS)
        if arguments.dev:
            found = figures(
                arguments.dev, lambda texts: embed_texts(model, tokenizer, texts, arguments.device)
            )
            log.info("step %d: %s", step, ", ".join(f"{name} {value:.3f}" for name, value in found.items()))

    if not arguments.start:
        measure(0)
    material = prepare(tokenizer, arguments)
    log.info("%d aligned texts, %d pairs", len(material.aligned), len(material.pairs))
    Trainer(model, material, arguments).run(arguments.report, measure)
    measure(-1)


if __name__ == "__main__":
    main()
