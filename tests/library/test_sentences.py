"""The vectors of sentences, kept beside those of their chunks."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from assistant.encoders.fake import HashEncoder
from assistant.errors import LibraryDamaged, Rejected
from assistant.library import Library
from assistant.library.ledger import FILE
from assistant.library.sentences import encode_chunks, pack
from tests.library.support import ENCODER, article, put, spans

TEXT = "The bridge opened in May. It took three years.\nNobody was hurt."


class Plain:
    """An encoder that gives no sentences."""

    name, dimension, fingerprint = "plain", 64, "plain"
    encode_queries = encode_passages = HashEncoder.encode_passages


def chunk_ids(library: Library, id_: str) -> list[int]:
    found = library.chunks(library.chunk_ids)
    return sorted(chunk for chunk, (one, _) in found.items() if one.id == id_)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", ENCODER) as opened:
        put(opened, article(1, text=TEXT), article(2))
        yield opened


def test_are_read_as_they_were_put_in(library):
    first, second = chunk_ids(library, "a1")
    kept = library.sentences([first, second, 10_000])
    assert kept.keys() == {first, second}
    expected = ENCODER.encode_passages(["The bridge opened in May.", "It took three years."])
    np.testing.assert_allclose((kept[first] * expected).sum(axis=1), 1, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(kept[first], axis=1), 1, atol=1e-5)
    assert kept[second].shape == (1, ENCODER.dimension)


def test_cosines_survive_the_packing():
    random = np.random.default_rng(3)
    one, other = (
        rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in random.normal(size=(2, 500, 384))
    )
    mixed = one + other
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    packed = np.frombuffer(pack(mixed.astype(np.float32)), np.int8).reshape(500, 384).astype(np.float32)
    packed /= np.linalg.norm(packed, axis=1, keepdims=True)
    assert np.abs((packed * one).sum(axis=1) - (mixed * one).sum(axis=1)).max() < 0.01


def test_go_with_their_article(library):
    ids = chunk_ids(library, "a1")
    library.remove("a1")
    assert library.sentences(ids) == {}
    assert library.sentences(chunk_ids(library, "a2"))


def test_are_made_again_by_another_encoder(tmp_path, library):
    library.close()
    other = HashEncoder(32)
    with Library.open(
        tmp_path / "library", other, text_of=lambda one, start, end: one.text[start:end]
    ) as opened:
        kept = opened.sentences(chunk_ids(opened, "a1"))
        assert {rows.shape[1] for rows in kept.values()} == {32}
        assert opened.doctor(deep=True) and not [one for one in opened.doctor(deep=True) if not one.ok]


def test_are_not_there_where_the_encoder_gives_none(tmp_path):
    with Library.open(tmp_path / "library", Plain()) as library:
        one = article(1, text=TEXT)
        pieces = spans(TEXT)
        chunks = [TEXT[start:end] for start, end in pieces]
        assert library.add(one, pieces, *encode_chunks(Plain(), chunks, chunks)) == "added"
        assert library.sentences(library.chunk_ids) == {}
        own, nearest = library.cosines(library.vectors([1])[0], [1, 2])
        assert own[0] == pytest.approx(1, abs=1e-3)
        np.testing.assert_array_equal(own, nearest)


def test_what_was_read_is_remembered_and_the_oldest_forgotten(library, monkeypatch):
    monkeypatch.setattr("assistant.library.nearness.REMEMBERED", 1)
    first, second = (chunk_ids(library, one)[0] for one in ("a1", "a2"))
    before = library.vectors([first, second])
    with library._ledger.connections.writing() as db:
        db.execute("DELETE FROM embeddings")
    assert library.vectors([second]).any()
    assert not library.vectors([first]).any()
    np.testing.assert_array_equal(library.vectors([second])[0], before[1])


def test_of_some_chunks_only_are_rejected(library):
    pieces = spans(TEXT)
    chunks = [TEXT[start:end] for start, end in pieces]
    vectors, sentences = encode_chunks(ENCODER, chunks, chunks)
    with pytest.raises(Rejected, match="sentences of 1 chunks out of 2"):
        library.add(article(3, text=TEXT), pieces, vectors, sentences[:1])
    with pytest.raises(Rejected, match="not finite"):
        library.add(article(3, text=TEXT), pieces, vectors, [sentences[0] * np.nan, sentences[1]])


def test_a_change_to_one_is_found(tmp_path, library):
    library.close()
    with sqlite3.connect(tmp_path / "library" / FILE) as db:
        db.execute("UPDATE sentences SET vectors = zeroblob(length(vectors)) WHERE chunk = 1")
    db.close()
    with pytest.raises(LibraryDamaged, match="not as they were put in"):
        Library.open(tmp_path / "library", ENCODER)


def test_a_library_from_before_is_given_the_table(tmp_path, library):
    library.close()
    with sqlite3.connect(tmp_path / "library" / FILE) as db:
        db.execute("DROP TABLE sentences")
        db.execute("DELETE FROM digests")
    db.close()
    with Library.open(tmp_path / "library", ENCODER) as opened:
        assert opened.sentences(opened.chunk_ids) == {}
        put(opened, article(5))
        assert opened.sentences(chunk_ids(opened, "a5"))
