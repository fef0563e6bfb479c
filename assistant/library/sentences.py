"""The vectors of the sentences of chunks, small: what an answer compares, and what the search reads once more.

A vector of unit length needs no scale: its numbers are kept as bytes, and made unit length again when they are read. The
cosine of two differs by less than .01 from that of the originals.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.errors import EncoderError
from assistant.text.sentences import sentence_spans
from assistant.types import Encoder, SpanEncoder, Vectors


def encode_chunks(
    encoder: Encoder, texts: Sequence[str], chunks: Sequence[str]
) -> tuple[Vectors, list[Vectors]]:
    """Encode chunks, and their sentences where the encoder gives those in the same pass.

    Args:
        encoder: any encoder.
        texts: what is encoded of each chunk; it ends with the chunk.
        chunks: their own texts.

    Returns:
        A row for each chunk; for each chunk a row for each of its sentences, or nothing at all.

    Raises:
        EncoderError: the encoder gave other vectors than it should.
    """
    if not isinstance(encoder, SpanEncoder):
        return encoder.encode_passages(texts), []
    spans = []
    for text, chunk in zip(texts, chunks, strict=True):
        before = len(text) - len(chunk)
        spans.append([(before + start, before + end) for start, end in sentence_spans(chunk)])
    vectors, sentences = encoder.encode_spans(texts, spans)
    for own, places in zip(sentences, spans, strict=True):
        if own.shape != (len(places), encoder.dimension):
            raise EncoderError(f"The encoder gave vectors of shape {own.shape} for {len(places)} sentences.")
    return vectors, sentences


def pack(vectors: Vectors) -> bytes:
    """Make bytes of vectors, one for each number."""
    most = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-9)
    return bytes(np.round(vectors / most * 127).astype(np.int8).data)
