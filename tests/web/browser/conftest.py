"""A real browser at a real server; skipped, saying so, where there is no Chromium or no Playwright."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from time import monotonic, sleep

import pytest

from assistant.settings import Settings
from assistant.types import AnswerEvent, Article
from assistant.web.server import build_app
from tests.conftest import fill
from tests.web.serving import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # milliseconds, for a machine that does other things as well
# The last answer's button stands after the last question: the page may show a new question before it takes the old button away.
ANSWERED = """[...document.querySelectorAll('#chat .asked')].at(-1)?.compareDocumentPosition(
    document.querySelector('#chat .acts .retry') ?? document.head) & Node.DOCUMENT_POSITION_FOLLOWING"""
EVIL = "http://evil.example"
HOSTILE = Article(
    id=f"{EVIL}/?a=<b>&'\"",
    title=f'<img src="{EVIL}/t.png" onerror="alert(1)"> ![x]({EVIL}/m.png) \u202egnp',
    text=(
        "Saiga antelopes crossed the road near Zhanybek 700 times. <script>alert(2)</script> "
        f"![x]({EVIL}/i.png) [link][ref] <iframe src={EVIL}></iframe> [1] Source: [2] javascript:alert(3)\n\n[ref]: {EVIL}/r"
    ),
    url="javascript:alert(4)",
    publisher=f'"><svg onload=alert(5)><a href="{EVIL}">x</a>',
    published=date(2024, 2, 2),
    language="en",
)


@dataclass
class Watch:
    """What a page did that it should not have."""

    foreign: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def console(self, message) -> None:
        """Note an error; a page that is left while gradio waits for its server says so, which is none."""
        left = any(part in message.text for part in ("AbortError", "errored out", "net::ERR_ABORTED"))
        if message.type == "error" and not left:
            self.errors.append(message.text)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Playwright has an event loop running as long as this is open, so it ends with each module."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Slow:
    """Answers a word at a time, for a minute."""

    def stream(
        self, question: str, hits: object, language: str, history: object = (), counts: object = None
    ) -> Iterator[AnswerEvent]:
        for number in range(600):
            yield AnswerEvent(kind="delta", text=f"word{number} ")
            sleep(0.1)


@pytest.fixture
def site(request, assistant, library) -> Iterator[str]:
    """Serve the page over the small library and a hostile article; a test can be given another answerer."""
    fill(library, (HOSTILE,))
    assistant.answerer = getattr(request, "param", lambda: assistant.answerer)()
    with ThreadPoolExecutor(1) as thread:
        app = thread.submit(lambda: asyncio.run(build_app(assistant, Settings(rate=0)))).result()
    with serving(app) as address:
        yield address


@contextmanager
def reading(browser, site: str, language: str = "en-GB", width: int = 1440, **options):
    """Open the page as a reader; yield it with what it did that it should not have."""
    context = browser.new_context(
        locale=language,
        viewport={"width": width, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
        **options,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    watch = Watch()
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((site, "data:", "blob:")) else watch.foreign.append(request.url)
        ),
    )
    page.on("dialog", lambda dialog: (watch.dialogs.append(dialog.message), dialog.dismiss()))
    page.on("console", watch.console)
    page.on("pageerror", lambda error: watch.errors.append(str(error)))
    try:
        page.goto(site)
        page.wait_for_selector("body.ready #head .bar")
        yield page, watch
    finally:
        context.close()
    assert watch.foreign == []
    assert watch.dialogs == []
    assert watch.errors == []


def ask(page, question: str) -> None:
    """Ask and wait until the answer is there."""
    before = page.locator("#chat .asked").count()
    page.fill("#box textarea", question)
    page.press("#box textarea", "Enter")
    until(page, f"document.querySelectorAll('#chat .asked').length > {before} && {ANSWERED}")


def until(page, condition: str) -> None:
    """Wait until an expression holds; Playwright's own way of waiting for one is what the page's policy forbids."""
    end = monotonic() + PATIENCE / 1000
    while not page.evaluate(f"Boolean({condition})"):
        assert monotonic() < end, f"never: {condition}"
        page.wait_for_timeout(50)


@pytest.fixture
def reader(browser, site):
    """An English reader's page on a wide screen."""
    with reading(browser, site) as (page, _):
        yield page
