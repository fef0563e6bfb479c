"""What every encoder promises, checked on each of them."""

import numpy as np
from langchain_core.embeddings import Embeddings

from assistant.encoders import HashEncoder
from assistant.types import Encoder, SpanEncoder

TEXTS = ["how many students study in Russia", "Қазақстан", "студент студент", "a"]


def test_gives_unit_rows_of_its_dimension(encoder: Encoder):
    for encode in (encoder.encode_queries, encoder.encode_passages):
        vectors = encode(TEXTS)
        assert vectors.shape == (len(TEXTS), encoder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_no_texts_give_no_rows(encoder: Encoder):
    assert encoder.encode_queries([]).shape == (0, encoder.dimension)
    assert encoder.encode_passages([]).shape == (0, encoder.dimension)


def test_a_vector_does_not_depend_on_its_batch(encoder: Encoder):
    together = encoder.encode_passages([*TEXTS, "the " * 60])
    alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])
    np.testing.assert_allclose(together[: len(TEXTS)], alone, atol=2e-4)


def test_empty_and_very_long_texts_have_vectors(encoder: Encoder):
    vectors = encoder.encode_passages(["", "student " * 20_000])
    assert np.isfinite(vectors).all()


def test_names_itself(encoder: Encoder):
    assert encoder.name
    assert encoder.fingerprint


def test_is_a_langchain_embeddings(encoder: Encoder):
    if isinstance(encoder, HashEncoder):
        return
    assert isinstance(encoder, Embeddings)
    np.testing.assert_allclose(encoder.embed_query(TEXTS[0]), encoder.encode_queries(TEXTS[:1])[0], atol=1e-6)
    np.testing.assert_allclose(encoder.embed_documents(TEXTS), encoder.encode_passages(TEXTS), atol=2e-4)


def test_sentences_come_in_the_pass_that_gives_the_passages(encoder: Encoder):
    if not isinstance(encoder, SpanEncoder):
        assert encoder.name not in ("builtin", "hash")
        return
    texts = ["One student studies. The student is in Russia.", "", "Қазақстан."]
    spans = [[(0, 20), (21, 46)], [], [(0, 10)]]
    passages, sentences = encoder.encode_spans(texts, spans)
    np.testing.assert_allclose(passages, encoder.encode_passages(texts), atol=2e-4)
    assert [own.shape for own in sentences] == [(len(own), encoder.dimension) for own in spans]
    np.testing.assert_allclose(np.linalg.norm(np.concatenate(sentences), axis=1), 1, atol=1e-4)
    assert encoder.encode_spans([], [])[0].shape == (0, encoder.dimension)
