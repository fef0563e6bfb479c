"""The chat as a reader uses it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assistant.web.strings import words
from tests.web.browser.conftest import Slow, ask, reading, until

pytestmark = pytest.mark.timeout(300)

ASKED = {
    "kk-KZ": ("Алматыдағы жаңа балалар кітапханасында қанша кітап бар?", "40 мың"),
    "ru-RU": ("Сколько тонн яблок собрали садоводы Жетысу?", "90 тысяч"),
    "en-GB": ("How many flamingos near Lake Balkhash?", "5,000"),
}
FLAMINGOS = ASKED["en-GB"][0]


@pytest.mark.parametrize("language", ASKED)
def test_a_question_is_answered_in_the_reader_s_language_and_its_source_opens(browser, site, language):
    question, said = ASKED[language]
    with reading(browser, site, language) as (page, _):
        assert page.evaluate("document.documentElement.lang") == language[:2]
        ask(page, question)
        assert said in page.inner_text("#chat .said")
        page.locator("#chat .said a.cite").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#panel mark")
        assert said in page.inner_text("#panel mark")
        assert page.evaluate("document.querySelector('#panel').contains(document.activeElement)")
        box = page.locator("#panel mark").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
        page.keyboard.press("Escape")
        page.wait_for_selector("#panel", state="hidden")
        assert page.evaluate("document.activeElement.className").startswith("cite")


def test_citations_are_gone_through_one_after_the_other(reader):
    ask(reader, "What was counted, opened, collected and built?")
    chips = reader.locator("#chat .sources a.cite")
    if chips.count() < 2:
        pytest.skip("this answer leans on one sentence only")
    chips.first.click()
    reader.wait_for_selector("#panel mark")
    first = reader.inner_text("#panel mark")
    reader.keyboard.press("ArrowRight")
    shown = "document.querySelector('#panel mark')?.innerText"
    until(reader, f"{shown} && {shown} !== {json.dumps(first)}")
    reader.click("#panel [data-turn=previous]")
    until(reader, f"{shown} === {json.dumps(first)}")


def test_a_follow_up_keeps_the_conversation(reader):
    ask(reader, FLAMINGOS)
    ask(reader, "How long is the tram line in Karaganda?")
    assert reader.locator("#chat .asked").count() == 2
    assert reader.locator("#talks .talk").count() == 1
    reader.reload()
    reader.wait_for_selector("#chat .asked >> nth=1")


def test_an_example_from_the_library_is_asked_by_a_click(reader):
    reader.locator(".example").first.click()
    reader.wait_for_selector("#chat .acts .retry")
    assert reader.locator("#chat .said a.cite").count()


def test_what_is_not_known_is_said_with_help(reader):
    ask(reader, "Zxqv wprt mnbk?")
    reader.wait_for_selector("#chat .unknown")
    assert words("en")["unknown"] in reader.inner_text("#chat")
    assert "20 January 2024 to 9 October 2024" in reader.inner_text("#chat .covered")
    reader.locator("#chat .near .title").first.click()
    reader.wait_for_selector("#panel .text")


def test_a_date_in_the_question_proposes_a_filter_which_narrows_the_search(reader):
    reader.locator("#box textarea").press_sequentially("What was counted in April 2024?")
    reader.click("#chips .propose")
    assert "April 2024" in reader.inner_text("#chips .filter")
    reader.press("#box textarea", "Enter")
    reader.wait_for_selector("#chat .acts .retry")
    assert "Searched only: April 2024" in reader.inner_text("#chat .note")
    reader.click("#chips .filter")
    reader.wait_for_selector("#chips .filter", state="detached")


def test_filters_are_chosen_in_a_dialog(reader):
    reader.click("#chips .add-filter")
    reader.fill("dialog.asks [name=since]", "2024-05-01")
    reader.select_option("dialog.asks [name=publisher]", "Sample Times")
    reader.select_option("dialog.asks [name=language]", "en")
    reader.click("dialog.asks .main")
    reader.wait_for_selector("#chips .filter >> nth=2")
    assert reader.locator("#chips .filter").all_inner_texts()[0].startswith("From 1 May 2024")
    reader.click("#chips .clear")
    reader.wait_for_selector("#chips .filter", state="detached")


def test_questions_are_edited_and_asked_again(reader):
    ask(reader, FLAMINGOS)
    reader.click("#chat .edit")
    assert reader.input_value("dialog.asks textarea") == FLAMINGOS
    reader.fill("dialog.asks textarea", "How long is the tram line in Karaganda?")
    reader.click("dialog.asks .main")
    until(reader, "document.querySelector('#chat .said')?.innerText.includes('14')")
    assert reader.locator("#chat .asked").count() == 1
    reader.click("#chat .retry")
    reader.wait_for_selector("#chat .acts .retry")
    assert reader.locator("#chat .asked").count() == 1


def test_an_answer_is_copied_with_its_sources(reader):
    ask(reader, FLAMINGOS)
    reader.click("#chat .copy")
    until(reader, "document.querySelector('#toast').textContent !== ''")
    copied = reader.evaluate("navigator.clipboard.readText()")
    assert "[1]" in copied
    assert "Sources:" in copied
    assert "https://example.org/en/flamingos" in copied


def test_feedback_is_given_with_a_reason(reader):
    ask(reader, FLAMINGOS)
    reader.click("#chat .act.good")
    reader.wait_for_selector("#chat .act.good.on")
    reader.click("#chat .act.bad")
    reader.check(f"dialog.asks input[value='{words('en')['too_old']}']")
    reader.click("dialog.asks .main")
    reader.wait_for_selector("#chat .act.bad.on")
    assert reader.get_attribute("#chat .act.bad", "aria-pressed") == "true"


def test_conversations_are_searched_renamed_exported_linked_and_deleted(reader):
    ask(reader, FLAMINGOS)
    reader.click("#side .new")
    reader.wait_for_selector(".welcome")
    reader.click("#talks .talk")
    reader.wait_for_selector("#chat .said")
    reader.click("#talks [name=rename]")
    reader.fill("dialog.asks input", "Birds of the lake")
    reader.click("dialog.asks .main")
    until(reader, "document.querySelector('#talks .talk .title').textContent === 'Birds of the lake'")
    for form in ("md", "json"):
        with reader.expect_download() as download:
            reader.click(f"#talks [name=export-{form}]")
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert "Balkhash flamingos counted" in text
        assert form == "md" or json.loads(text)["title"] == "Birds of the lake"
    reader.click("#chat .link")
    until(reader, "document.querySelector('#toast').textContent !== ''")
    link = reader.evaluate("navigator.clipboard.readText()")
    reader.locator("#search-talks :is(input, textarea)").press_sequentially("ornithologists")
    reader.wait_for_selector("#talks .talk")
    reader.locator("#search-talks :is(input, textarea)").press_sequentially(" no such")
    reader.wait_for_selector("#talks .none")
    reader.fill("#search-talks :is(input, textarea)", "")
    reader.locator("#search-talks :is(input, textarea)").press("Backspace")
    reader.goto(link)
    reader.wait_for_selector("#chat .said")
    assert words("en")["shared"] in reader.inner_text("#welcome")
    assert reader.locator("#chat .act.good").count() == 0
    reader.click("#talks .talk")
    reader.click("#talks [name=delete]")
    reader.click("dialog.asks .main")
    reader.wait_for_selector("#talks .none")


def test_the_language_is_switched_and_remembered(reader):
    ask(reader, FLAMINGOS)
    reader.click("#head [name=language][value=kk]")
    until(reader, "document.documentElement.lang === 'kk'")
    until(reader, f"document.title === {json.dumps(words('kk')['title'], ensure_ascii=False)}")
    assert words("kk")["sources"] in reader.inner_text("#chat")
    assert reader.get_attribute("#box textarea", "placeholder") == words("kk")["placeholder"]
    reader.reload()
    reader.wait_for_selector("body.ready #head .bar[lang=kk]")


@pytest.mark.parametrize("width", [390, 1024])
def test_nothing_is_wider_than_the_screen(browser, site, width):
    with reading(browser, site, width=width) as (page, _):
        ask(page, FLAMINGOS)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("tab").nth(1).click()
        page.wait_for_selector("table.articles")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_panel_is_a_sheet_and_conversations_slide_in(browser, site):
    with reading(browser, site, width=390) as (page, _):
        ask(page, FLAMINGOS)
        page.locator("#chat .said a.cite").first.click()
        page.wait_for_selector("#panel mark")
        until(page, "getComputedStyle(document.querySelector('#panel')).transform === 'none'")
        box = page.locator("#panel").bounding_box()
        assert (round(box["x"]), round(box["width"])) == (0, 390)
        assert page.evaluate("document.querySelector('#panel').matches(':modal')")
        page.click("#panel .close")
        page.click("#head .side")
        assert page.is_visible("#talks .talk")
        page.keyboard.press("Escape")
        page.wait_for_selector("#talks .talk", state="hidden")


def test_hostile_content_is_shown_as_text(browser, site):
    with reading(browser, site) as (page, watch):
        ask(
            page,
            "How many times did saiga antelopes cross the road near Zhanybek? <img src=x onerror=alert(9)>",
        )
        page.locator("#chat a.cite").first.click()
        page.wait_for_selector("#panel mark")
        assert "<script>alert(2)</script>" in page.inner_text("#panel .text")
        assert page.locator("#panel .original").count() == 0
        page.keyboard.press("Escape")
        page.get_by_role("tab").nth(1).click()
        page.wait_for_selector("table.articles")
        assert "<img src=" in page.inner_text("table.articles")
        for place in ("#chat", "#panel", "#table", "#talks"):
            assert page.locator(f"{place} :is(img, script, iframe, [onerror], [onload])").count() == 0
        hrefs = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))")
        assert all(re.match(r"#|https?://example\.org/", href) for href in hrefs), hrefs
        assert watch.dialogs == []


@pytest.mark.parametrize("site", [Slow], indirect=True)
def test_an_answer_is_stopped_or_left_while_it_is_written(reader):
    reader.fill("#box textarea", FLAMINGOS)
    reader.press("#box textarea", "Enter")
    until(reader, "document.querySelector('#chat .said')?.innerText.includes('word3')")
    assert reader.get_attribute('#chat [role="log"]', "aria-busy") in ("true", "false")
    reader.click("#box .stop-button")
    reader.wait_for_selector("#chat .note")
    assert words("en")["stopped"] in reader.inner_text("#chat")
    assert "word3" in reader.inner_text("#chat .said")
    written = reader.inner_text("#chat .said")
    reader.wait_for_timeout(800)
    assert reader.inner_text("#chat .said") == written
    assert reader.is_visible("#box .submit-button")
    assert reader.locator("#talks .talk").count() == 0
    reader.click("#chat .retry")
    until(reader, "document.querySelector('#chat .said')?.innerText.includes('word1')")
    reader.click("#side .new")
    reader.wait_for_selector(".welcome")
    reader.wait_for_timeout(800)
    assert reader.is_visible(".welcome")
    assert reader.is_visible("#box .submit-button")
