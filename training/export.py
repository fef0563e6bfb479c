"""Export a trained encoder or reranker to a small ONNX folder that onnxruntime and sentence-transformers load.

    python training/export.py --model RUN --kind encoder --texts DATA/train --out assistant/encoders/weights/encoder
    python training/export.py --model RUN --kind encoder --precision fp32 --texts DATA/train --out OUT

int8 (quantising.py): weights per output channel, embeddings per row, activations smoothed and with fixed ranges that are calibrated
here, so that a text's vector does not depend on the texts it is batched with (as it does with dynamic ranges).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import corpus
import numpy as np
import onnx
import torch
import vocabulary
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from quantising import optimised, quantised
from tokenizers import Tokenizer
from torch import nn
from transformers import BertForSequenceClassification, BertModel

import examples

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
TOKENS = "token_embeddings"


class Pooled(nn.Module):
    """The encoder with its mean pooling: unit-length sentence embeddings, shape (n, dim), and the tokens' vectors."""

    def __init__(self, model: BertModel) -> None:
        """Wrap the encoder."""
        super().__init__()
        self.bert = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Embed token ids, shape (n, length); the tokens' vectors have the shape (n, length, dim)."""
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        return mean / torch.linalg.vector_norm(mean, dim=-1, keepdim=True), hidden


class Scored(nn.Module):
    """The reranker's head: one logit a pair, shape (n,)."""

    def __init__(self, model: BertForSequenceClassification) -> None:
        """Wrap the classifier."""
        super().__init__()
        self.bert = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Score pairs of token ids, shape (n, length)."""
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
        return self.bert(**inputs).logits[:, 0]


def to_onnx(
    model: nn.Module, heads: int, hidden: int, inputs: Sequence[str], outputs: Sequence[str], path: Path
) -> None:
    """Trace the model and fuse its attention, layer norms and activations."""
    ids = torch.randint(5, 900, (2, 16))
    sample = tuple(torch.ones_like(ids) if name != "input_ids" else ids for name in inputs)
    tokens = {name: {0: "batch", 1: "length"} for name in (*inputs, TOKENS)}
    axes = {name: tokens.get(name, {0: "batch"}) for name in (*inputs, *outputs)}
    traced = path.with_name("traced.onnx")
    torch.onnx.export(
        model.eval(),
        sample,
        str(traced),
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False
    fused = optimizer.optimize_model(
        str(traced),
        model_type="bert",
        num_heads=heads,
        hidden_size=hidden,
        opt_level=0,
        optimization_options=options,
    )
    fused.save_model_to_file(str(path))


def calibration_texts(data: Path, count: int = 240) -> list[str]:
    """Sentences, questions and joined passages of the training data in three languages."""
    rows = [row for row in corpus.parallel_rows(data) if row.kind == "sentence" and row.kk and row.en]
    picked = rows[:: max(1, len(rows) // count)]
    texts = [text for row in picked for text in (row.kk, row.ru, row.en) if text]
    texts += [
        text
        for p in corpus.own_passages()
        for lang in ("kk", "ru", "en")
        for text in (" ".join(p.sentences[lang]),)
    ]
    return texts[:count] + [" ".join(texts[i : i + 4]) for i in range(0, count, 8)]


def inputs_of(tokenizer: Tokenizer, texts: Sequence[str], pairs: bool) -> list[dict[str, np.ndarray]]:
    """One batch a text (or a pair of neighbouring texts), as the session's inputs."""
    tokenizer.enable_truncation(256)
    source = list(zip(texts[1:], texts[:-1], strict=True)) if pairs else texts
    batches = []
    for encoding in tokenizer.encode_batch(source):
        table, mask = examples.padded([encoding.ids])
        types = np.array([encoding.type_ids], dtype=np.int64)
        batches.append(
            {"input_ids": table, "attention_mask": mask} | ({"token_type_ids": types} if pairs else {})
        )
    tokenizer.no_truncation()
    return batches


def write_checksums(folder: Path) -> None:
    """Write SHA256SUMS over all other files of the folder."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def prune(bert: BertModel, tokenizer: Tokenizer, data: Path) -> Tokenizer:
    """Drop the pieces that no training text uses, from the model and from the tokenizer that is returned."""
    keep = vocabulary.used_pieces(tokenizer, corpus.every_text(data))
    words = bert.embeddings.word_embeddings
    bert.embeddings.word_embeddings = nn.Embedding.from_pretrained(words.weight[torch.from_numpy(keep)])
    bert.config.vocab_size = len(keep)
    return vocabulary.pruned(tokenizer, keep)


def export(source: Path, kind: str, precision: str, data: Path, out: Path, max_length: int) -> None:
    """Write model.onnx, tokenizer, configuration and checksums into `out`."""
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_truncation()
    if kind == "encoder":
        bert = BertModel.from_pretrained(source, add_pooling_layer=False, attn_implementation="eager")
        tokenizer = prune(bert, tokenizer, data)
        wrapped, inputs, outputs = Pooled(bert), INPUTS[:2], ("sentence_embedding", TOKENS)
    else:
        bert = BertForSequenceClassification.from_pretrained(source, attn_implementation="eager")
        tokenizer = prune(bert.bert, tokenizer, data)
        wrapped, inputs, outputs = Scored(bert), INPUTS, ("score",)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        fused = Path(scratch) / "fused.onnx"
        to_onnx(wrapped, bert.config.num_attention_heads, bert.config.hidden_size, inputs, outputs, fused)
        if precision == "int8":
            batches = inputs_of(tokenizer, calibration_texts(data), pairs=kind == "reranker")
            optimised(quantised(fused, batches), fused.parent, out / "model.onnx")
        else:
            optimised(onnx.load(str(fused)), fused.parent, out / "model.onnx")
    tokenizer.no_truncation()
    tokenizer.save(str(out / "tokenizer.json"))
    shutil.copy(source / "tokenizer_config.json", out)
    bert.config.save_pretrained(out)
    about = {
        "kind": kind,
        "precision": precision,
        "dimension": bert.config.hidden_size,
        "max_length": max_length,
    }
    if (source / "calibration.json").exists():
        about |= json.loads((source / "calibration.json").read_text(encoding="utf-8"))
    (out / "assistant.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    module, model_type = {
        "encoder": ("SentenceEncoder", "SentenceTransformer"),
        "reranker": ("PairScorer", "CrossEncoder"),
    }[kind]
    modules = [{"idx": 0, "name": "0", "path": "", "type": f"assistant.encoders.modules.{module}"}]
    (out / "modules.json").write_text(json.dumps(modules, indent=1) + "\n", encoding="utf-8")
    config = json.dumps({"model_type": model_type}, indent=1)
    (out / "config_sentence_transformers.json").write_text(config + "\n", encoding="utf-8")
    write_checksums(out)


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="folder of the trained model")
    parser.add_argument("--kind", choices=("encoder", "reranker"), required=True)
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    parser.add_argument("--texts", type=Path, required=True, help="training data, for calibrating the ranges")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--max-length", type=int, default=384, help="tokens of a text that are read")
    arguments = parser.parse_args()
    export(
        arguments.model,
        arguments.kind,
        arguments.precision,
        arguments.texts,
        arguments.out,
        arguments.max_length,
    )


if __name__ == "__main__":
    main()
