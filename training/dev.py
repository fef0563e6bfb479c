"""Dense-only figures on the development sets: P@1 of translations, nDCG@10 of questions, English kept.

python training/dev.py --dev DEV [--encoder builtin | FOLDER ...]
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from modelling import embed_texts, teacher_folder
from tokenizers import Tokenizer
from transformers import BertModel

from assistant.encoders import load_encoder
from assistant.encoders.builtin import BuiltinEncoder
from examples import Embed


def ndcg_at_10(ranked: np.ndarray, relevant: set[int]) -> float:
    """Binary nDCG@10 (Järvelin and Kekäläinen 2002)."""
    gains = [1 / np.log2(rank + 2) for rank, at in enumerate(ranked[:10]) if int(at) in relevant]
    ideal = sum(1 / np.log2(rank + 2) for rank in range(min(10, len(relevant))))
    return float(sum(gains) / ideal)


def teacher_embed(texts: Sequence[str]) -> np.ndarray:
    """Embed texts with the teacher."""
    teacher = BertModel.from_pretrained(teacher_folder(), add_pooling_layer=False)
    tokenizer = Tokenizer.from_file(str(teacher_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    return embed_texts(teacher, tokenizer, texts, "cpu")


def bitext_figures(path: Path, embed: Embed) -> dict[str, float]:
    """P@1 among all rows for each two languages, and the mean cosine of the English to the teacher's ("kept")."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    vectors = {lang: embed([row[lang] for row in rows]) for lang in ("kk", "ru", "en")}
    kept = (vectors["en"] * teacher_embed([row["en"] for row in rows])).sum(axis=1).mean()
    truth = np.arange(len(rows))
    found = {
        f"{a}-{b}": float(((vectors[a] @ vectors[b].T).argmax(axis=1) == truth).mean())
        for a, b in (("en", "kk"), ("kk", "en"), ("ru", "kk"), ("kk", "ru"), ("ru", "en"))
    }
    return {**found, "kept": float(kept)}


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


def main() -> None:
    """Print the figures of encoders, a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dev", type=Path, required=True, help="folder of the development sets")
    parser.add_argument(
        "--encoder", nargs="+", default=["builtin"], help="'builtin', or folders of exports and runs"
    )
    arguments = parser.parse_args()
    for name in arguments.encoder:
        found = figures(arguments.dev, encoder_embed(name))
        print(name, *(f"{key} {value:.3f}" for key, value in found.items()))


def encoder_embed(name: str) -> Embed:
    """Return what embeds with the shipped encoder, an exported one, or a training run's weights."""
    if name == "builtin":
        return load_encoder(name).encode_passages
    if (Path(name) / "model.onnx").exists():
        return BuiltinEncoder(Path(name)).encode_passages
    model = BertModel.from_pretrained(name, add_pooling_layer=False)
    tokenizer = Tokenizer.from_file(str(Path(name) / "tokenizer.json"))
    return lambda texts: embed_texts(model, tokenizer, texts, "cpu")


if __name__ == "__main__":
    main()
