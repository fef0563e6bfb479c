"""Looking through what is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant.library.catalogue import COLUMNS, Catalogue
from tests.conftest import ARTICLES, fill


@pytest.fixture
def catalogue(library):
    return Catalogue.of(library)


def test_all_is_listed_newest_first(catalogue):
    page = catalogue.page()
    assert [one.id for one in page.entries] == ["ru-2", "en-1", "ru-1", "en-2", "kk-1", "kk-2"]
    assert page.total == 6
    assert page.entries[0].chunks == 1


@pytest.mark.parametrize(
    ("search", "found"), [("АЛМАТЫДА", ["kk-1"]), ("sample balkhash", ["en-2"]), ("nothing", [])]
)
def test_search_finds_words_of_titles_and_publishers(catalogue, search, found):
    assert [one.id for one in catalogue.page(search).entries] == found


@pytest.mark.parametrize("column", COLUMNS)
def test_each_column_sorts_both_ways(catalogue, column):
    up = [getattr(one, column) for one in catalogue.page(sort=column, descending=False).entries]
    down = [getattr(one, column) for one in catalogue.page(sort=column).entries]
    assert up == sorted(up, key=lambda value: value.casefold() if isinstance(value, str) else value)
    assert down == up[::-1]


def test_pages_follow_each_other_and_end(catalogue):
    assert [one.id for one in catalogue.page(limit=4, offset=4).entries] == ["kk-1", "kk-2"]
    assert catalogue.page(limit=4, offset=400).offset == 4
    assert catalogue.page("nothing", limit=4, offset=8).offset == 0


def test_what_is_added_or_removed_is_seen_at_once(catalogue, library):
    before = catalogue.generation
    fill(
        library,
        (replace(ARTICLES[0], id="new", text="Something else entirely was said.", published=None, url=""),),
    )
    assert catalogue.generation > before
    assert catalogue.page().total == 7
    assert catalogue.page().entries[-1].id == "new"
    library.remove("new")
    assert catalogue.page().total == 6


def test_days_and_publishers_are_counted(catalogue):
    assert catalogue.days()[date(2024, 5, 2)] == {"ru": 1}
    assert list(catalogue.days()) == sorted(catalogue.days())
    assert catalogue.publishers() == ["Пробная газета", "Sample Times", "Сынақ хабар"]
