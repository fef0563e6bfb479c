"""The page for everybody: axe-core finds nothing serious, in any state, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.browser.conftest import ask, reading

pytestmark = pytest.mark.timeout(300)

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
STATES = ("welcome", "answer", "panel", "unknown", "dialog", "library")


def violations(page):
    """Return what axe-core finds serious or critical."""
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        (one["impact"], one["id"], [node["html"][:160] for node in one["nodes"]][:4])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def to_state(page, state):
    """Bring the page into a state, from the one before."""
    if state == "answer":
        ask(page, "How many flamingos near Lake Balkhash?")
    elif state == "panel":
        page.locator("#chat a.cite").first.click()
        page.wait_for_selector("#panel mark")
    elif state == "unknown":
        page.keyboard.press("Escape")
        ask(page, "Zxqv wprt mnbk?")
    elif state == "dialog":
        page.click("#chips .add-filter")
        page.wait_for_selector("dialog.asks select")
    elif state == "library":
        page.keyboard.press("Escape")
        page.get_by_role("tab").nth(1).click()
        page.wait_for_selector("table.articles")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_nothing_serious(browser, site, scheme, width):
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm install)")
    with reading(browser, site, width=width, color_scheme=scheme, reduced_motion="reduce") as (page, _):
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = {}
        for state in STATES:
            to_state(page, state)
            if wrong := violations(page):
                found[state] = wrong
        assert not found


def test_focus_is_visible(reader):
    reader.keyboard.press("Tab")
    for _ in range(6):
        reader.keyboard.press("Tab")
        outline = reader.evaluate(
            "(() => { const one = document.activeElement, style = getComputedStyle(one);"
            " return style.outlineStyle + ' ' + parseFloat(style.outlineWidth) + ' ' + one.outerHTML.slice(0, 80) })()"
        )
        assert outline.startswith(("solid 2", "auto")), outline
