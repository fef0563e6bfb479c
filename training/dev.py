"""Dense-only figures on the development sets: P@1 of translations, nDCG@10 of questions."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from examples import Embed


def ndcg_at_10(ranked: np.ndarray, relevant: set[int]) -> float:
    """Binary nDCG@10 (Järvelin and Kekäläinen 2002)."""
    gains = [1 / np.log2(rank + 2) for rank, at in enumerate(ranked[:10]) if int(at) in relevant]
    ideal = sum(1 / np.log2(rank + 2) for rank in range(min(10, len(relevant))))
    return float(sum(gains) / ideal)


def bitext_figures(path: Path, embed: Embed) -> dict[str, float]:
    """P@1 among all rows for each two languages."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    vectors = {lang: embed([row[lang] for row in rows]) for lang in ("kk", "ru", "en")}
    truth = np.arange(len(rows))
    return {
        f"{a}-{b}": float(((vectors[a] @ vectors[b].T).argmax(axis=1) == truth).mean())
        for a, b in (("en", "kk"), ("kk", "en"), ("ru", "kk"), ("kk", "ru"), ("ru", "en"))
    }


def search_figures(folder: Path, embed: Embed) -> dict[str, float]:
    """Mean nDCG@10 by question language."""
    read = lambda name: [json.loads(line) for line in (folder / name).open(encoding="utf-8")]  # noqa: E731
    articles, questions = read("articles.jsonl"), read("questions.jsonl")
    number = {article["id"]: index for index, article in enumerate(articles)}
    passages = embed([f"{a['title']}. {a['text']}" for a in articles])
    asked = embed([q["question"] for q in questions])
    found = defaultdict(list)
    for question, scores in zip(questions, asked @ passages.T, strict=True):
        relevant = {number[one] for one in question["relevant"]}
        found[question["language"]].append(ndcg_at_10(np.argsort(-scores)[:10], relevant))
    return {f"{folder.name}-{lang}": float(np.mean(values)) for lang, values in found.items()}


def figures(dev: Path, embed: Embed) -> dict[str, float]:
    """All dense figures on the development sets under `dev`."""
    return {
        **bitext_figures(dev / "news-bitext" / "pairs.tsv", embed),
        **search_figures(dev / "speeches", embed),
        **search_figures(dev / "kazqad", embed),
    }
