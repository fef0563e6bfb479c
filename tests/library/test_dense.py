"""Search by vector, beside a naive one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.library import Library
from assistant.library.dense import DenseSearch
from assistant.library.ledger import Ledger
from assistant.library.vectors import VectorIndex
from assistant.types import Filters, Vectors
from tests.library.support import ENCODER, article, put

FILTERS = (None, Filters(language="en"), Filters(publisher="Daily"), Filters(publisher="Nobody"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dense")
    with Library.open(path, ENCODER) as library:
        put(library, *map(article, range(60)))
        put(library, article(7, text="Something else.\nEntirely."))
    return path


@pytest.fixture
def ledger(folder: Path) -> Iterator[Ledger]:
    opened = Ledger(folder)
    yield opened
    opened.close()


def question(text: str = "District opened its railway") -> Vectors:
    return ENCODER.encode_queries([text])[0]


def naive(ledger: Ledger, vector: Vectors, limit: int, filters: Filters | None) -> list[float]:
    scores = [float(row @ vector) for row in ledger.matrix(filters, -1, ENCODER.dimension)[1]]
    return sorted(scores, reverse=True)[:limit]


def open_store(folder: Path, ledger: Ledger) -> VectorIndex:
    return VectorIndex(folder / ledger.note("vectors"))


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize(
    ("fresh", "exact"), [(0, 0), (0, 1000), (1000, 0)], ids=["chroma", "filtered exactly", "all exactly"]
)
def test_each_way_finds_what_a_naive_search_finds(
    folder: Path, ledger: Ledger, filters: Filters | None, fresh: int, exact: int
) -> None:
    dense = DenseSearch(ledger, ENCODER.dimension, lambda: open_store(folder, ledger), fresh, exact)
    for limit in (1, 10, 500):
        found = dense.nearest(question(), limit, filters)
        assert [score for _, score in found] == pytest.approx(
            naive(ledger, question(), limit, filters), abs=2e-3
        )
        assert ledger.live((id_ for id_, _ in found), filters) == {id_ for id_, _ in found}
    dense.use(None)


def test_a_store_that_lags_is_completed_from_the_ledger(tmp_path: Path) -> None:
    opened = []
    with Library.open(tmp_path, ENCODER) as library:
        put(library, *map(article, range(5)))
        ledger = Ledger(tmp_path)
        dense = DenseSearch(
            ledger, ENCODER.dimension, lambda: opened.append(1) or open_store(tmp_path, ledger), 4
        )
        dense.warm()
        for number in range(5, 9):
            put(library, article(number))
            assert dense.nearest(question(article(number).text.split("\n")[0]), 1, None)[0][1] > 0.99
        assert len(opened) == 2
        library.remove("a8")
        assert dense.nearest(question("District 8 opened its harvest today."), 1, None)[0][1] < 0.999
        dense.use(None)
        ledger.close()


def test_a_store_that_fails_is_done_without(folder: Path, ledger: Ledger) -> None:
    store = open_store(folder, ledger)
    dense = DenseSearch(ledger, ENCODER.dimension, lambda: store, 0)
    store.close()
    expected = naive(ledger, question(), 5, None)
    assert [score for _, score in dense.nearest(question(), 5, None)] == pytest.approx(expected, abs=2e-3)


def test_a_store_that_cannot_be_opened_now_is_done_without(folder: Path, ledger: Ledger) -> None:
    dense = DenseSearch(ledger, ENCODER.dimension, lambda: None, 0)
    assert len(dense.nearest(question(), 5, None)) == 5


def test_half_precision_keeps_the_order_of_scores(ledger: Ledger) -> None:
    ids, vectors = ledger.matrix(None, -1, ENCODER.dimension)
    assert len(ids) == len(set(ids.tolist())) == len(vectors) == 120
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
