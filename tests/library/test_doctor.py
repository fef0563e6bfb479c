"""The doctor finds what is wrong, whatever it is, and nothing where nothing is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.library.indexes import unreachable
from assistant.library.seals import Seal
from assistant.library.terms import TermIndex
from assistant.library.vectors import VectorIndex
from tests.library.support import ENCODER, article, everything, put


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", ENCODER) as opened:
        put(opened, *map(article, range(6)))
        put(opened, article(2, text="Bridges were repaired.\nFerries wait."))
        opened.link(article(9, text=article(1).text), "a1")
        yield opened


def bad(library: Library) -> dict[str, str]:
    return {finding.name: finding.detail for finding in library.doctor(deep=True) if not finding.ok}


def execute(sql: str) -> Callable[[Library], None]:
    def change(library: Library) -> None:
        with sqlite3.connect(library.folder / "ledger.sqlite3") as db:
            db.execute(sql)
        db.close()

    return change


@contextmanager
def vectors(library: Library) -> Iterator[VectorIndex]:
    """Open the vector index and leave it as if a writer had ended with it as it is then."""
    (path,) = library.folder.glob("vectors-*")
    index = VectorIndex(path)
    yield index
    index.close()
    Seal.of(path).put()


@contextmanager
def words(library: Library) -> Iterator[TermIndex]:
    (path,) = library.folder.glob("terms-*")
    index = TermIndex(path)
    yield index
    index.commit()
    index.stop_writing()
    Seal.of(path).put()


def forget_a_vector(library: Library) -> None:
    with vectors(library) as index:
        index.delete([1])


def keep_a_retired_vector(library: Library) -> None:
    with vectors(library) as index:
        index.upsert([10_000], ENCODER.encode_passages(["a retired text"]))


def move_a_vector(library: Library) -> None:
    with vectors(library) as index:
        index.upsert([1], ENCODER.encode_passages(["something else altogether"]))


def keep_retired_words(library: Library) -> None:
    with words(library) as index:
        index.add(
            999, article(0), [(10_000, library._indexes.terms_of(article(0), library.chunks([1])[1][1]))]
        )


def forget_words(library: Library) -> None:
    with words(library) as index:
        index.remove(1)


def write_behind_its_back(library: Library) -> None:
    (path,) = library.folder.glob("vectors-*/chroma.sqlite3")
    path.write_bytes(path.read_bytes() + b"more")


FAULTS = {
    "a vector is gone": (forget_a_vector, {"vectors", "search"}),
    "a vector is another's": (move_a_vector, {"search"}),
    "a retired vector is there": (keep_a_retired_vector, {"vectors", "vectors retired"}),
    "a file is altered": (write_behind_its_back, {"vectors"}),
    "words are gone": (forget_words, {"terms", "words"}),
    "retired words are there": (keep_retired_words, {"terms", "terms retired"}),
    "a chunk is gone": (execute("DELETE FROM chunks WHERE id = 1"), {"articles"}),
    "vectors are gone": (execute("DELETE FROM embeddings WHERE version = 1"), {"articles"}),
    "vectors are cut": (
        execute("UPDATE embeddings SET vectors = substr(vectors, 1, 128) WHERE version = 1"),
        {"articles"},
    ),
    "a vector is altered": (
        execute("UPDATE embeddings SET vectors = zeroblob(length(vectors)) WHERE version = 1"),
        {"articles"},
    ),
    "a title is altered": (execute("UPDATE versions SET title = 'X' WHERE id = 1"), {"articles"}),
    "a text is altered": (execute("UPDATE versions SET text = 'Y' || text WHERE id = 1"), {"articles"}),
    "an offset is wrong": (
        execute('UPDATE chunks SET "end" = 100000 WHERE id = 1'),
        {"articles", "offsets"},
    ),
    "two versions are live": (
        execute("UPDATE versions SET article = 'a1', url = '' WHERE article = 'a3'"),
        {"articles"},
    ),
}


def test_nothing_is_wrong_with_a_library_as_it_is_made(library: Library) -> None:
    assert bad(library) == {}
    assert everything(library)["a2"] == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_found(library: Library, fault: str) -> None:
    do, expected = FAULTS[fault]
    do(library)
    assert expected <= set(bad(library)), bad(library)
    if not expected & {"articles", "offsets"}:
        library.rebuild()
        assert bad(library) == {}


def test_a_chunk_of_the_same_words_as_many_others_counts_as_found(library: Library) -> None:
    put(library, *(article(number, text="The same words.\nIn each of them.") for number in range(20, 40)))
    assert bad(library) == {}


def test_a_library_from_before_digests_is_taken_as_it_is(library: Library) -> None:
    execute("DROP TABLE digests")(library)
    library.close()
    with Library.open(library.folder, ENCODER) as again:
        assert bad(again) == {}
        put(again, article(50))
        execute("UPDATE versions SET title = 'X' WHERE article = 'a50'")(again)
        assert "articles" in bad(again)


def test_hundreds_of_equal_passages_hide_no_other(tmp_path: Path) -> None:
    same = "Subscribe to our channel."
    with Library.open(tmp_path, ENCODER) as library:
        stories = (
            article(number, title="", text=f"{article(number).text}\nStory {number}.\n{same}")
            for number in range(400)
        )
        put(library, *stories)
        assert bad(library) == {}
        library.rebuild()
        assert bad(library) == {}


def test_what_a_new_index_does_not_find_is_written_again(library: Library) -> None:
    with closing(library._indexes.new_vectors()) as index:
        versions = list(library._ledger.versions("live"))
        index.delete([chunk.id for version in versions[:3] for chunk in version.chunks])
        assert any(unreachable(index, version) for version in versions)
        library._indexes.make_findable(index)
        assert not any(unreachable(index, version) for version in versions)
