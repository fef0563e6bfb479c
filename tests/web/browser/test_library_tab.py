"""The library tab as a reader uses it."""

from __future__ import annotations

import pytest

from tests.web.browser.conftest import ask, until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def shelf(reader):
    reader.get_by_role("tab").nth(1).click()
    reader.wait_for_selector("table.articles")
    return reader


def test_an_uploaded_file_can_be_asked_about_at_once(shelf, tmp_path):
    file = tmp_path / "bridge.txt"
    file.write_text(
        "Bridge over the Irtysh\n\nA new bridge over the Irtysh was opened in Pavlodar. It is 1,200 metres long."
    )
    with shelf.expect_file_chooser() as chooser:
        shelf.click("#files")
    chooser.value.set_files([str(file)])
    shelf.wait_for_selector("#progress .outcome.added")
    until(shelf, "document.querySelector('#head .held').textContent.includes('8 articles')")
    shelf.get_by_role("tab").first.click()
    ask(shelf, "How many metres long is the bridge over the Irtysh?")
    assert "1,200" in shelf.inner_text("#chat .said")


def test_a_text_is_pasted(shelf):
    shelf.fill("#text-title :is(input, textarea)", "Ferry")
    shelf.fill("#text textarea", "A ferry from Aktau to Baku sails twice a week. It carries 300 cars.")
    shelf.click("#add-text")
    shelf.wait_for_selector("#progress .outcome.added")
    shelf.click("#progress .title")
    shelf.wait_for_selector("#panel .text")
    assert "300 cars" in shelf.inner_text("#panel")


def test_an_article_is_removed_and_put_back(shelf):
    rows = shelf.locator("table.articles tbody tr")
    assert rows.count() == 7
    rows.filter(has_text="tram").locator("[name=remove]").click()
    shelf.wait_for_selector("#table .told")
    assert rows.count() == 6
    shelf.click("#table [name=undo]")
    until(shelf, "document.querySelectorAll('table.articles tbody tr').length === 7")


def test_the_table_is_sorted_and_searched(shelf):
    shelf.click("table.articles [name=sort][value=title]")
    shelf.wait_for_selector("th.title[aria-sort=ascending]")
    shelf.locator("#search-articles :is(input, textarea)").press_sequentially("tram")
    until(shelf, "document.querySelectorAll('table.articles tbody tr').length === 1")


def test_what_another_process_adds_shows_up(shelf, library):
    library.remove("kk-1")
    shelf.get_by_role("tab").first.click()
    shelf.get_by_role("tab").nth(1).click()
    until(shelf, "document.querySelectorAll('table.articles tbody tr').length === 6")
