"""What is remembered is what would be encoded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from assistant.encoders.fake import HashEncoder
from assistant.encoders.remembering import Remembering


class Counting(HashEncoder):
    """Counts what it encodes."""

    def __init__(self):
        super().__init__()
        self.encoded = []

    def encode_passages(self, texts):
        self.encoded += texts
        return super().encode_passages(texts)


def test_each_passage_is_encoded_once_and_rows_come_in_order():
    counting = Counting()
    encoder = Remembering(counting)
    first = encoder.encode_passages(["one", "two", "one"])
    again = encoder.encode_passages(["three", "two", "one", "\ud800"])
    assert counting.encoded == ["one", "two", "three", "\ud800"]
    expected = HashEncoder()
    assert np.array_equal(first, expected.encode_passages(["one", "two", "one"]))
    assert np.array_equal(again[:3], expected.encode_passages(["three", "two", "one"]))
    assert encoder.encode_passages([]).shape == (0, encoder.dimension)
    assert (encoder.name, encoder.fingerprint) == (counting.name, counting.fingerprint)
    assert np.array_equal(encoder.encode_queries(["one"]), expected.encode_queries(["one"]))


def test_a_question_is_no_passage():
    class Prefixing(HashEncoder):
        def encode_queries(self, texts):
            return self.encode_passages([f"query: {text}" for text in texts])

    encoder, plain = Remembering(Prefixing()), Prefixing()
    for _ in range(2):
        assert np.array_equal(encoder.encode_passages(["one"]), plain.encode_passages(["one"]))
        assert np.array_equal(encoder.encode_queries(["one"]), plain.encode_queries(["one"]))


def test_what_was_not_asked_for_lately_is_forgotten():
    counting = Counting()
    encoder = Remembering(counting, size=2)
    for text in ("one", "two", "one", "three", "one", "two"):
        encoder.encode_passages([text])
    assert counting.encoded == ["one", "two", "three", "two"]
    assert encoder.encode_passages([str(number) for number in range(9)]).shape == (9, encoder.dimension)


def test_rows_that_are_changed_outside_stay_what_they_were():
    encoder = Remembering(HashEncoder())
    encoder.encode_passages(["one"])[:] = 0
    assert np.array_equal(encoder.encode_passages(["one"]), HashEncoder().encode_passages(["one"]))


def test_many_threads_get_the_same():
    encoder, texts = Remembering(HashEncoder(), size=30), [f"text {number}" for number in range(60)]
    expected = HashEncoder().encode_passages(texts)

    def one(start):
        return np.array_equal(encoder.encode_passages(texts[start:]), expected[start:])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, list(range(0, 60, 2)) * 3))
