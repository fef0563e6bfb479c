"""The library tab, without the browser."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from threading import Event

import pytest

from assistant.library.catalogue import Catalogue
from assistant.types import LANGUAGES, Article
from assistant.web.adding import discard, is_address, name
from assistant.web.library_tab import BARS, Listing, Outcome, chart_html, outcomes_html
from assistant.web.room import Command
from assistant.web.shelf import Shelf
from assistant.web.strings import words


@pytest.fixture
def shelf(assistant):
    return Shelf(assistant, Catalogue.of(assistant.library), addable=True)


def added(shelf, sources, language="en"):
    async def main():
        return [step async for step in shelf.adds(sources, language)]

    return asyncio.run(main())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_shows_every_article_in_the_reader_s_language(shelf, language):
    stock = shelf.stock(Listing(), language)
    assert stock.table.count("<tr>") == 7
    assert words(language)["col_published"] in stock.table
    assert words(language)["kk"] in stock.table
    assert words(language)["chart_month"] in stock.chart


def test_heads_sort_and_turn_round(shelf):
    once = shelf.does(Command(name="sort", value="title"), Listing(), "en")
    twice = shelf.does(Command(name="sort", value="title"), once, "en")
    assert (once.sort, once.descending, twice.descending) == ("title", False, True)
    assert "sorted, lowest first" in shelf.stock(once, "en").table
    assert shelf.does(Command(name="sort", value="<b>"), Listing(), "en").sort == "published"


def test_search_narrows_the_table(shelf):
    table = shelf.stock(shelf.searched(Listing(offset=50), "tram"), "en").table
    assert table.count("<tr>") == 2
    assert words("en")["nothing_found"] in shelf.stock(shelf.searched(Listing(), "<b>"), "en").table


def test_an_article_is_removed_and_put_back(shelf):
    gone = shelf.does(Command(name="remove", value="en-1"), Listing(), "en")
    assert shelf.assistant.library.article("en-1") is None
    assert "Removed: Karaganda gets a new tram line" in shelf.stock(gone, "en").table
    assert 'name="undo"' in shelf.stock(gone, "en").table
    back = shelf.does(Command(name="undo"), gone, "en")
    assert shelf.assistant.library.article("en-1").published == date(2024, 6, 30)
    assert 'name="undo"' not in shelf.stock(back, "en").table
    assert shelf.assistant.ask("How long is the tram line in Karaganda?").citations


def test_nothing_is_removed_or_added_where_readers_may_not(assistant):
    closed = Shelf(assistant, Catalogue.of(assistant.library), addable=False)
    assert closed.does(Command(name="remove", value="en-1"), Listing(), "en") == Listing()
    assert assistant.library.article("en-1")
    assert added(closed, ["https://example.org/"]) == []
    stock = closed.stock(Listing(), "en")
    assert 'name="remove"' not in stock.table
    assert words("en")["add_closed"] in stock.summary


def test_a_pasted_text_is_added_and_found(shelf):
    steps = added(
        shelf, shelf.pasted(" Ferry ", "A ferry from Aktau to Baku sails twice a week. It carries 300 cars.")
    )
    assert "1 article taken in" in steps[-1]
    assert 'class="outcome added"' in steps[-1]
    assert "Ferry" in steps[-1]
    assert "300" in shelf.assistant.ask("How many cars does the ferry from Aktau to Baku carry?").text
    assert (
        "already there"
        in added(
            shelf,
            shelf.pasted("Ferry", "A ferry from Aktau to Baku sails twice a week. It carries 300 cars."),
        )[-1]
    )
    assert shelf.pasted("x", "  ") == []


def test_a_file_that_cannot_be_read_is_told_by_its_name_only(shelf, tmp_path):
    bad, good = tmp_path / "bad.pdf", tmp_path / "good.txt"
    bad.write_bytes(b"no pdf")
    good.write_text("A new bridge over the Irtysh was opened in Pavlodar. It is 1,200 metres long.")
    last = added(shelf, [bad, good])[-1]
    assert 'class="outcome rejected"' in last
    assert "bad.pdf" in last
    assert str(tmp_path) not in last
    assert 'class="outcome added"' in last
    discard([bad, good, tmp_path / "never"])
    assert not bad.exists()


def test_outcomes_are_escaped_and_not_endless():
    html = outcomes_html([Outcome(kind="rejected", title="<b>", why="<script>")] * 60, 1.25, "en")
    assert "<b>" not in html
    assert "<script" not in html
    assert "and 10 more" in html


@pytest.mark.parametrize(
    "address",
    ["", "javascript:alert(1)", "example.org", "http://", "https://x", "https://e.org/" + "a" * 2000],
)
def test_only_addresses_are_fetched(shelf, address):
    assert not is_address(address)
    assert shelf.fetched(address) == []


def test_sources_are_named_without_folders():
    assert name("/tmp/gradio/abc/news.txt") == "news.txt"
    assert name("https://example.org/a/b") == "https://example.org/a/b"


def test_the_chart_has_a_bar_for_each_day_or_month():
    first = date(2024, 1, 30)
    days = {first: {"kk": 2}, first + timedelta(3): {"ru": 1, "": 1}}
    daily = chart_html(days, 0, "en")
    assert daily.count("<li title=") == 4
    assert "height:100.0%" in daily
    assert "not shown: 3." in chart_html(days, 3, "en")
    monthly = chart_html({**days, first + timedelta(BARS + 1): {"en": 1}}, 0, "en")
    assert monthly.count("<li title=") == 4
    assert "January 2024: 2 articles" in monthly
    assert chart_html({}, 0, "en") == ""


def test_titles_are_escaped(shelf):
    shelf.assistant.ingest(
        Article(
            id="new",
            title="<img src=x>",
            text="A text that is long enough to be kept as an article here.",
            publisher='"><b>',
        )
    )
    table = shelf.stock(Listing(), "en").table
    assert "<img" not in table
    assert "<b>" not in table


def test_a_server_that_stops_ends_an_ingest_after_its_article(assistant):
    stopping = Event()
    shelf = Shelf(assistant, Catalogue.of(assistant.library), addable=True, stopping=stopping)
    sources = [Article(id=f"new-{number}", text=f"Text number {number} of many.") for number in range(5)]
    stopping.set()

    async def main():
        return [step async for step in shelf.adds(sources, "en")]

    told = asyncio.run(main())
    assert "stopping" in told[-1]
    kept = [one.id for one in sources if assistant.library.article(one.id)]
    assert kept == ["new-0"]
