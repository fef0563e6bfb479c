"""Train the cross-encoder that picks the evidence sentence and knows when there is none.

    python training/train_reranker.py --data DATA/train --start RUN2 --out RUN3 --layers 4 --minutes 30

Starts from the encoder's first layers. Each question comes with one text that answers it and five that do not
(mined by the encoder, siblings of the same passage, one at random): listwise softmax plus a binary loss; questions
that nothing answers take part in the binary loss. Last, the logit is calibrated on held-out passages (Platt 1999).
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path

import corpus
import numpy as np
import torch
import vocabulary
from groups import NEGATIVES, Group, Groups, xquad_passages
from modelling import embed_texts
from tokenizers import Encoding, Tokenizer
from torch.nn import functional
from transformers import BertConfig, BertForSequenceClassification, BertModel

import examples

log = logging.getLogger("train_reranker")
LONGEST = 160
TOKENS = 4608


def batch_tensors(encodings: Sequence[Encoding]) -> dict[str, torch.Tensor]:
    """Token ids, mask and segment ids of pairs."""
    table, mask = examples.padded([one.ids for one in encodings])
    types, _ = examples.padded([one.type_ids for one in encodings])
    return {
        "input_ids": torch.from_numpy(table),
        "attention_mask": torch.from_numpy(mask),
        "token_type_ids": torch.from_numpy(types),
    }


def batches(
    tokenizer: Tokenizer, groups: Sequence[Group], tokens: int
) -> list[tuple[list[int], dict[str, torch.Tensor]]]:
    """Batch groups of near-equal length, at most `tokens` tokens each: numbers of the groups, and the tensors."""
    pairs = [(question, text) for question, texts, _ in groups for text in texts]
    encodings = tokenizer.encode_batch(pairs)
    size = NEGATIVES + 1
    of_group = [encodings[at : at + size] for at in range(0, len(encodings), size)]
    longest = [max(len(one.ids) for one in group) for group in of_group]
    order = sorted(range(len(groups)), key=longest.__getitem__)
    found, start = [], 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (end - start + 1) * size * longest[order[end]] <= tokens:
            end += 1
        numbers = order[start:end]
        found.append((numbers, batch_tensors([one for number in numbers for one in of_group[number]])))
        start = end
    return found


def group_loss(scores: torch.Tensor, answered: torch.Tensor) -> torch.Tensor:
    """Listwise softmax over each answered group, and a binary loss over all texts. `scores` is (groups, 6)."""
    truth = torch.zeros_like(scores)
    truth[:, 0] = answered.float()
    weight = torch.where(truth > 0, 3.0, 1.0)
    binary = functional.binary_cross_entropy_with_logits(scores, truth, weight=weight)
    if not answered.any():
        return binary
    zeros = torch.zeros(int(answered.sum()), dtype=torch.long)
    return functional.cross_entropy(scores[answered], zeros) + binary


def first_layers(folder: Path, layers: int) -> BertForSequenceClassification:
    """The encoder's first layers under a fresh head."""
    encoder = BertModel.from_pretrained(folder, add_pooling_layer=False)
    config = BertConfig.from_pretrained(folder, num_hidden_layers=layers, num_labels=1)
    model = BertForSequenceClassification(config)
    missing, _ = model.bert.load_state_dict(encoder.state_dict(), strict=False)
    if any("pooler" not in name for name in missing):
        message = f"weights that the encoder does not have: {missing}"
        raise ValueError(message)
    return model


@torch.inference_mode()
def score_groups(
    model: BertForSequenceClassification, tokenizer: Tokenizer, groups: Sequence[Group]
) -> tuple[np.ndarray, np.ndarray]:
    """Logits (groups, 6) and which groups are answered."""
    model.eval()
    logits = np.zeros((len(groups), NEGATIVES + 1))
    for numbers, inputs in batches(tokenizer, groups, TOKENS):
        logits[numbers] = model(**inputs).logits.view(-1, NEGATIVES + 1).numpy()
    model.train()
    return logits, np.array([answered for *_, answered in groups])


def platt(logits: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Slope and offset of the logistic that fits truth best, by L-BFGS."""
    x, y = torch.tensor(logits, dtype=torch.float64), torch.tensor(truth, dtype=torch.float64)
    parameters = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([parameters], max_iter=100)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(parameters[0] * x + parameters[1], y)
        loss.backward()
        return loss

    optimizer.step(closure)
    slope, offset = parameters.detach().tolist()
    return slope, offset


def split(
    data: Path, limit: int | None, random_: random.Random
) -> tuple[list[corpus.Passage], list[corpus.Passage]]:
    """Passages to train on and held-out ones: a twentieth of the news, and those of ours that are kept apart."""
    news = [passage for passage in corpus.news_passages(data)[:limit] if passage.questions]
    random_.shuffle(news)
    few = len(news) // 20
    training = [*news[few:], *corpus.own_passages()[:limit], *xquad_passages(data)[:limit]]
    return training, [*news[:few], *corpus.own_passages(corpus.HELD)[:limit]]


def fit(
    model: BertForSequenceClassification, tokenizer: Tokenizer, groups: Groups, minutes: float, seed: int
) -> None:
    """Train by the clock on groups of one question and six texts; near half of them have siblings."""
    random_ = random.Random(seed)
    words = model.bert.embeddings.word_embeddings.weight
    body = [parameter for parameter in model.parameters() if parameter is not words]
    optimizer = torch.optim.AdamW(
        [{"params": [words], "lr": 4e-4, "weight_decay": 0.0}, {"params": body, "lr": 2e-4}], fused=True
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    long = {n for n, one in enumerate(groups.passages) if len(next(iter(one.sentences.values()))) > 1}
    with_siblings = [number for number, one in enumerate(groups.asked) if one.passage in long]
    started, step, losses, right = time.time(), 0, [], []
    ready: list[tuple[torch.Tensor, dict[str, torch.Tensor]]] = []
    while (done := (time.time() - started) / (minutes * 60)) < 1:
        rate = min(1.0, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for group, base in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = base * rate
        if not ready:
            numbers = random_.choices(with_siblings, k=110) + random_.choices(range(len(groups.asked)), k=146)
            drawn = [groups.group(number, random_.random() < 0.2) for number in numbers]
            answers = torch.tensor([one[2] for one in drawn])
            ready = [(answers[at], inputs) for at, inputs in batches(tokenizer, drawn, TOKENS)]
            random_.shuffle(ready)
        answered, inputs = ready.pop()
        scores = model(**inputs).logits.view(-1, NEGATIVES + 1)
        loss = group_loss(scores, answered)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        losses.append(loss.item())
        right += (scores.argmax(1) == 0)[answered].tolist()
        if step % 50 == 0:
            seen = (step, (time.time() - started) / 60, np.mean(losses[-50:]), np.mean(right[-500:]))
            log.info("step %d, %.1f min, loss %.3f, right among six %.3f", *seen)


def calibrate(
    model: BertForSequenceClassification, tokenizer: Tokenizer, groups: Groups, held: int
) -> dict[str, float]:
    """Fit the probability on the questions of the first `held` passages; report what it separates."""
    numbers = [number for number, one in enumerate(groups.asked) if one.passage < held]
    logits, answered = score_groups(model, tokenizer, [groups.group(number) for number in numbers])
    truth = np.zeros_like(logits)
    truth[:, 0] = answered
    slope, offset = platt(logits.ravel(), truth.ravel())
    best = 1 / (1 + np.exp(-(slope * logits.max(axis=1) + offset)))
    log.info(
        "held out: %d questions, right among six %.3f", len(numbers), (logits[answered].argmax(1) == 0).mean()
    )
    for name, chosen in (("answered", answered), ("unanswerable", ~answered)):
        if chosen.any():
            log.info(
                "best probability, %s: quartiles %s",
                name,
                np.quantile(best[chosen], [0.25, 0.5, 0.75]).round(3),
            )
    return {"slope": slope, "offset": offset}


def train(arguments: argparse.Namespace) -> None:
    """Mine, train, calibrate and save."""
    shown, held = split(arguments.data, arguments.limit, random.Random(arguments.seed))
    training = Groups(shown, arguments.seed)
    testing = Groups([*held, *shown[:1000]], arguments.seed)
    encoder = BertModel.from_pretrained(arguments.start, add_pooling_layer=False)
    tokenizer = Tokenizer.from_file(str(arguments.start / "tokenizer.json"))
    for groups in (training, testing):
        groups.mine(lambda texts: embed_texts(encoder, tokenizer, texts, "cpu"))
    log.info("%d questions, %d passages held out", len(training.asked), len(held))
    tokenizer.enable_truncation(LONGEST)
    model = first_layers(arguments.start, arguments.layers)
    fit(model, tokenizer, training, arguments.minutes, arguments.seed)
    found = calibrate(model, tokenizer, testing, len(held))
    model.save_pretrained(arguments.out)
    tokenizer.no_truncation()
    vocabulary.save_tokenizer(tokenizer, arguments.out, LONGEST)
    (arguments.out / "calibration.json").write_text(json.dumps(found), encoding="utf-8")


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the training tables")
    parser.add_argument("--start", type=Path, required=True, help="a trained encoder")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--limit", type=int, help="only the first rows of each table (a smoke run)")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    train(arguments)


if __name__ == "__main__":
    main()
