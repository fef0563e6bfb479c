"""From a fused fp32 model to int8, with ranges that are fixed for all texts.

Activations of BERT have a few channels with far greater values than the rest, which one range for all serves badly. SmoothQuant
(Xiao et al. 2023) moves them into the weights: x @ W = (x / s) @ (diag(s) W), with s = max|x|^a / max|W|^(1 - a) for each
channel. The division stays a node of the graph, since in BERT the residual reads x, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

EMBEDDINGS = "word_embeddings.weight"
COVERED = 0.9999
SHARE = 0.7  # a above


def smooth(path: Path, batches: Sequence[dict[str, np.ndarray]]) -> None:
    """Smooth the input of every linear layer of the fused model at `path`, by what it sees on `batches`."""
    model = onnx.load(str(path))
    weights = {one.name: one for one in model.graph.initializer}
    layers = [
        node
        for node in model.graph.node
        if node.op_type in ("MatMul", "Attention") and node.input[1] in weights
    ]
    seen = greatest(probe(model, [node.input[0] for node in layers], path.parent), batches)
    for node in layers:
        table = numpy_helper.to_array(weights[node.input[1]])
        scale = seen[node.input[0]] ** SHARE / np.abs(table).max(axis=1) ** (1 - SHARE)
        scale = np.maximum(scale, 1e-5).astype(np.float32)
        weights[node.input[1]].CopyFrom(numpy_helper.from_array(table * scale[:, None], node.input[1]))
        name, smoothed = f"{node.input[0]}_scale_down", f"{node.input[0]}_smooth"
        model.graph.initializer.append(numpy_helper.from_array(1 / scale, name))
        at = list(model.graph.node).index(node)
        model.graph.node.insert(at, helper.make_node("Mul", [node.input[0], name], [smoothed]))
        node.input[0] = smoothed
    onnx.save(model, str(path))


def probe(model: onnx.ModelProto, names: Sequence[str], folder: Path) -> onnxruntime.InferenceSession:
    """Make a session that gives these tensors of a model."""
    probed = onnx.ModelProto()
    probed.CopyFrom(model)
    del probed.graph.output[:]
    probed.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    onnx.save(probed, str(folder / "probe.onnx"))
    return onnxruntime.InferenceSession(str(folder / "probe.onnx"), providers=["CPUExecutionProvider"])


def greatest(
    session: onnxruntime.InferenceSession, batches: Sequence[dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Return the greatest absolute value of each channel of the tensors that a session gives."""
    names = [one.name for one in session.get_outputs()]
    most = [np.zeros(1, np.float32)] * len(names)
    for batch in batches:
        most = [
            np.maximum(before, np.abs(values).max(axis=(0, 1)))
            for before, values in zip(most, session.run(None, batch), strict=True)
        ]
    return dict(zip(names, most, strict=True))


def float_products(model: onnx.ModelProto) -> onnx.ModelProto:
    """Let each integer product give floats at once: MatMulInteger, Cast and Mul become one node."""
    graph = model.graph
    reads = {name: node for node in graph.node for name in node.input}
    makes = {name: node for node in graph.node for name in node.output}
    for product in [node for node in graph.node if node.op_type == "MatMulInteger"]:
        cast = reads[product.output[0]]
        scaled = reads[cast.output[0]]
        scales = makes[next(name for name in scaled.input if name != cast.output[0])]
        left, right, left_zero, right_zero = product.input
        fused = helper.make_node(
            "MatMulIntegerToFloat",
            [left, right, *scales.input, left_zero, right_zero],
            [scaled.output[0]],
            domain="com.microsoft",
        )
        at = list(graph.node).index(product)
        for node in (product, cast, scaled):
            graph.node.remove(node)
        graph.node.insert(at, fused)
    return model


def fixed_ranges(
    model: onnx.ModelProto, batches: Sequence[dict[str, np.ndarray]], folder: Path
) -> onnx.ModelProto:
    """Replace each dynamic quantisation of activations by one with the range seen on `batches`."""
    dynamic = [node for node in model.graph.node if node.op_type == "DynamicQuantizeLinear"]
    names = list(dict.fromkeys(node.input[0] for node in dynamic))
    session = probe(model, names, folder)
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
    smooth(path, batches)
    dynamic = path.with_name("dynamic.onnx")
    quantize_dynamic(
        str(path),
        str(dynamic),
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Attention"],
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
    return small_embeddings(float_products(fixed_ranges(onnx.load(str(dynamic)), batches, path.parent)))


def optimised(model: onnx.ModelProto, folder: Path, out: Path) -> None:
    """Let onnxruntime fuse what it can, once, here: loading is then twice as fast."""
    onnx.save(model, str(folder / "plain.onnx"))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(out)
    onnxruntime.InferenceSession(str(folder / "plain.onnx"), options, providers=["CPUExecutionProvider"])
