"""Export a trained encoder or reranker to a small ONNX folder that onnxruntime and sentence-transformers load.

    python training/export.py --model RUN --kind encoder --texts DATA/train --out assistant/encoders/weights/encoder
    python training/export.py --model RUN --kind encoder --precision fp32 --texts DATA/train --out OUT

int8: weights per output channel, embeddings per row, activations with fixed ranges that are calibrated here,
so that a text's vector does not depend on the texts it is batched with (as it does with dynamic ranges). Queries, keys
and values are computed in full precision, where int8 costs most, from weights kept as 16-bit numbers.
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
import onnxruntime
import torch
import vocabulary
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from tokenizers import Tokenizer
from torch import nn
from transformers import BertForSequenceClassification, BertModel

import examples

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
EMBEDDINGS = "word_embeddings.weight"
COVERED = 0.9999


class Pooled(nn.Module):
    """The encoder with its mean pooling: unit-length sentence embeddings, shape (n, dim)."""

    def __init__(self, model: BertModel) -> None:
        """Wrap the encoder."""
        super().__init__()
        self.bert = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Embed token ids, shape (n, length)."""
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        return mean / torch.linalg.vector_norm(mean, dim=-1, keepdim=True)


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
    model: nn.Module, heads: int, hidden: int, inputs: Sequence[str], output: str, path: Path
) -> None:
    """Trace the model and fuse its attention, layer norms and activations."""
    ids = torch.randint(5, 900, (2, 16))
    sample = tuple(torch.ones_like(ids) if name != "input_ids" else ids for name in inputs)
    axes = {name: {0: "batch", 1: "length"} for name in inputs} | {output: {0: "batch"}}
    traced = path.with_name("traced.onnx")
    torch.onnx.export(
        model.eval(),
        sample,
        str(traced),
        input_names=list(inputs),
        output_names=[output],
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


def fixed_ranges(
    model: onnx.ModelProto, batches: Sequence[dict[str, np.ndarray]], folder: Path
) -> onnx.ModelProto:
    """Replace each dynamic quantisation of activations by one with the range seen on `batches`."""
    dynamic = [node for node in model.graph.node if node.op_type == "DynamicQuantizeLinear"]
    names = list(dict.fromkeys(node.input[0] for node in dynamic))
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    del probe.graph.output[:]
    probe.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    onnx.save(probe, str(folder / "probe.onnx"))
    session = onnxruntime.InferenceSession(str(folder / "probe.onnx"), providers=["CPUExecutionProvider"])
    low, high = np.zeros((len(names), len(batches))), np.zeros((len(names), len(batches)))
    for column, batch in enumerate(batches):
        for row, values in enumerate(session.run(None, batch)):
            low[row, column], high[row, column] = np.quantile(values, [1 - COVERED, COVERED])
    ranges = {
        name: (min(0.0, float(low[row].min())), max(1e-6, float(high[row].max())))
        for row, name in enumerate(names)
    }
    for node in dynamic:
        bottom, top = ranges[node.input[0]]
        scale = (top - bottom) / 255
        zero = round(-bottom / scale)
        constants = [
            numpy_helper.from_array(np.array(scale, dtype=np.float32), node.output[1]),
            numpy_helper.from_array(np.array(zero, dtype=np.uint8), node.output[2]),
        ]
        model.graph.initializer.extend(constants)
        quantise = helper.make_node(
            "QuantizeLinear", [node.input[0], *node.output[1:]], [node.output[0]], name=node.name
        )
        at = list(model.graph.node).index(node)
        model.graph.node.remove(node)
        model.graph.node.insert(at, quantise)
    return model


def small_embeddings(model: onnx.ModelProto) -> onnx.ModelProto:
    """Keep the word embeddings as int8 with one scale a row."""
    table = next(one for one in model.graph.initializer if one.name.endswith(EMBEDDINGS))
    gather = next(
        node for node in model.graph.node if node.op_type == "Gather" and node.input[0] == table.name
    )
    weights = numpy_helper.to_array(table)
    scale = np.abs(weights).max(axis=1, keepdims=True) / 127 + 1e-12
    whole = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    model.graph.initializer.remove(table)
    model.graph.initializer.extend(
        [
            numpy_helper.from_array(whole, "words_int8"),
            numpy_helper.from_array(scale.astype(np.float32), "words_scale"),
        ]
    )
    ids, out = gather.input[1], gather.output[0]
    nodes = [
        helper.make_node("Gather", ["words_int8", ids], ["words_taken"]),
        helper.make_node("Cast", ["words_taken"], ["words_float"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["words_scale", ids], ["scales_taken"]),
        helper.make_node("Mul", ["words_float", "scales_taken"], [out]),
    ]
    at = list(model.graph.node).index(gather)
    model.graph.node.remove(gather)
    for offset, node in enumerate(nodes):
        model.graph.node.insert(at + offset, node)
    return model


def quantised(path: Path, batches: Sequence[dict[str, np.ndarray]]) -> onnx.ModelProto:
    """Quantise the fused model at `path` to int8."""
    dynamic = path.with_name("dynamic.onnx")
    quantize_dynamic(
        str(path),
        str(dynamic),
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul"],
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
    return small_embeddings(fixed_ranges(onnx.load(str(dynamic)), batches, path.parent))


def optimised(model: onnx.ModelProto, folder: Path, out: Path) -> None:
    """Let onnxruntime fuse what it can, once, here: loading is then twice as fast."""
    onnx.save(model, str(folder / "plain.onnx"))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(out)
    onnxruntime.InferenceSession(str(folder / "plain.onnx"), options, providers=["CPUExecutionProvider"])


def half_attention(path: Path) -> None:
    """Keep the weights of the attention as 16-bit numbers; onnxruntime makes them 32-bit once, at load."""
    model = onnx.load(str(path))
    names = {node.input[1] for node in model.graph.node if node.op_type == "Attention"}
    for table in [one for one in model.graph.initializer if one.name in names]:
        half = numpy_helper.from_array(numpy_helper.to_array(table).astype(np.float16), f"{table.name}_half")
        model.graph.initializer.remove(table)
        model.graph.initializer.append(half)
        model.graph.node.insert(0, helper.make_node("Cast", [half.name], [table.name], to=TensorProto.FLOAT))
    onnx.save(model, str(path))


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
        wrapped, inputs, output = Pooled(bert), INPUTS[:2], "sentence_embedding"
    else:
        bert = BertForSequenceClassification.from_pretrained(source, attn_implementation="eager")
        tokenizer = prune(bert.bert, tokenizer, data)
        wrapped, inputs, output = Scored(bert), INPUTS, "score"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        fused = Path(scratch) / "fused.onnx"
        to_onnx(wrapped, bert.config.num_attention_heads, bert.config.hidden_size, inputs, output, fused)
        if precision == "int8":
            batches = inputs_of(tokenizer, calibration_texts(data), pairs=kind == "reranker")
            optimised(quantised(fused, batches), fused.parent, out / "model.onnx")
            half_attention(out / "model.onnx")
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
