"""Run an ONNX folder: checksums, tokenizer, threads, batches of near-equal length."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from assistant.errors import EncoderError
from assistant.types import Span, Vectors

TOKENS_PER_BATCH = 4096
CHARACTERS_PER_TOKEN = 24
"""No text gives fewer tokens than its length over this, bar long runs without a space: what is beyond is not read."""


def verified_checksum(folder: Path) -> str:
    """Check the files of a folder against its SHA256SUMS; return the sum of model.onnx.

    Raises:
        EncoderError: a file is missing or differs.
    """
    try:
        lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
        sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
        for name, digest in sums.items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                message = f"The weights in {folder.name} are damaged: {name} differs from its checksum."
                raise EncoderError(message, "Install the package again.")
    except (OSError, ValueError) as error:
        message = f"The weights in {folder.name} cannot be read ({error})."
        raise EncoderError(message, "Install the package again.") from error
    return sums["model.onnx"]


def threads() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class OnnxModel:
    """A model folder with model.onnx, tokenizer.json and assistant.json; safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        """Load and check the folder.

        Raises:
            EncoderError: a file is missing, damaged or no model.
        """
        import onnxruntime
        from tokenizers import Tokenizer

        self.checksum = verified_checksum(folder)
        self.about: dict[str, Any] = json.loads((folder / "assistant.json").read_text(encoding="utf-8"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads()
        options.inter_op_num_threads = 1
        options.graph_optimization_level = (
            onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        )  # the export did it
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:
            message = f"The model in {folder.name} cannot be loaded ({error})."
            raise EncoderError(message, "Install the package again.") from error
        self._longest = int(self.about["max_length"])
        self._tokenizer.enable_truncation(self._longest)
        self._tokenizer.no_padding()
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._outputs = [one.name for one in self._session.get_outputs()]
        self._lock = Lock()

    def run(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> Vectors:
        """Run the model on texts or on pairs of texts; rows come in the order given.

        Returns:
            float32, shape (n, ...): what the model gives for each text.
        """
        order: list[int] = []
        results: list[Vectors] = []
        for at, encodings in self._batches(texts):
            order += at
            results.append(self._run_batch(encodings, self._outputs[:1])[0])
        sorted_rows = np.concatenate(results)
        rows = np.empty_like(sorted_rows)
        rows[order] = sorted_rows
        return rows

    def run_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Run a model that gives a vector for each token, too.

        Returns:
            float32, shape (n, dim): what the model gives for each text; and for each text, shape (spans, dim): the
            means of the tokens within its spans, zero for a span beyond what is read.
        """
        rows: list[Vectors] = [np.empty(0, np.float32)] * len(texts)
        means = list(rows)
        for order, encodings in self._batches(texts):
            batch, tokens = self._run_batch(encodings, self._outputs[:2])
            for at, encoding, row, own in zip(order, encodings, batch, tokens, strict=True):
                rows[at], means[at] = row, _span_means(own, encoding.offsets, spans[at])
        return np.stack(rows), means

    def _batches(
        self, texts: Sequence[str] | Sequence[tuple[str, str]]
    ) -> Iterator[tuple[list[int], list[Any]]]:
        """Yield the tokens of texts of near-equal length, with the numbers of the texts."""
        limit = self._longest * CHARACTERS_PER_TOKEN
        cut = [
            text[:limit] if isinstance(text, str) else (text[0][:limit], text[1][:limit]) for text in texts
        ]
        with self._lock:
            encodings = self._tokenizer.encode_batch(cut)
        order = sorted(range(len(encodings)), key=lambda at: len(encodings[at].ids))
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and (end - start + 1) * len(encodings[order[end]].ids) <= TOKENS_PER_BATCH:
                end += 1
            yield order[start:end], [encodings[at] for at in order[start:end]]
            start = end

    def _run_batch(self, encodings: Sequence[Any], outputs: Sequence[str]) -> list[Vectors]:
        """Pad a batch to a rectangle and run it."""
        shape = (len(encodings), max(len(one.ids) for one in encodings))
        arrays = {name: np.zeros(shape, dtype=np.int64) for name in self._inputs}
        for row, one in enumerate(encodings):
            columns = {
                "input_ids": one.ids,
                "attention_mask": one.attention_mask,
                "token_type_ids": one.type_ids,
            }
            for name, array in arrays.items():
                array[row, : len(one.ids)] = columns[name]
        return [np.asarray(one, dtype=np.float32) for one in self._session.run(outputs, arrays)]


def _span_means(tokens: Vectors, offsets: Sequence[Span], spans: Sequence[Span]) -> Vectors:
    """Return the mean of the tokens within each span of a text; `offsets` tell where each token stands in it."""
    places = np.array(offsets, dtype=np.int64)
    real = np.flatnonzero(places[:, 0] < places[:, 1])
    first = real[0] + np.searchsorted(places[real, 0], [start for start, _ in spans]) if len(real) else []
    last = real[0] + np.searchsorted(places[real, 1], [end for _, end in spans], "right") if len(real) else []
    means = np.zeros((len(spans), tokens.shape[1]), dtype=np.float32)
    for at, (start, end) in enumerate(zip(first, last, strict=True)):
        if start < end:
            means[at] = tokens[start:end].mean(axis=0)
    return means
