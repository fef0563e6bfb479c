"""Take the screenshots of the README: python docs/screenshots.py, or make screenshots. It needs Playwright and Chromium."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import click
import uvicorn

from assistant.assistant import Assistant
from assistant.settings import Settings, load_settings
from assistant.web.server import build_app

HERE = Path(__file__).parent
TARGET = HERE / "screenshots"
EXAMPLES = HERE.parent / "examples" / "articles"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PATIENCE = 60_000  # milliseconds


def ask(page: Any, question: str) -> None:
    """Ask and wait for the answer."""
    page.fill("#box textarea", question)
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#chat .acts .retry")


def cited(page: Any, question: str) -> None:
    """Ask, and open the first citation."""
    ask(page, question)
    page.locator("#chat .said a.cite").first.click()
    page.wait_for_selector("#panel mark")


def library(page: Any, _: str) -> None:
    """Go to the library."""
    page.get_by_role("tab").nth(1).click()
    page.wait_for_selector("table.articles")


def welcome(page: Any, _: str) -> None:
    """Wait for the examples."""
    page.wait_for_selector(".example")


SHOTS: dict[str, tuple[str, int, str, Callable[[Any, str], None], str]] = {
    "welcome": ("en-GB", 1440, "light", welcome, ""),
    "source": ("ru-RU", 1440, "light", cited, "Сколько казахстанских студентов учится в России?"),
    "unknown": ("en-GB", 1024, "light", ask, "Who won the chess title of 1987?"),
    "library": ("kk-KZ", 1440, "light", library, ""),
    "dark": ("en-GB", 1440, "dark", cited, "Where were the World Nomad Games held?"),
    "phone": ("kk-KZ", 390, "light", ask, "Ресейде қанша қазақстандық студент оқиды?"),
    "phone-source": ("kk-KZ", 390, "dark", cited, "Ресейде қанша қазақстандық студент оқиды?"),
}


def take(site: str, chromium: str, names: list[str]) -> None:
    """Take the screenshots of a running page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name in names or SHOTS:
            language, width, scheme, prepare, question = SHOTS[name]
            size = {"width": width, "height": 844 if width < 500 else 900}
            context = browser.new_context(
                locale=language, viewport=size, color_scheme=scheme, reduced_motion="reduce"
            )
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.goto(site)
            page.wait_for_selector("body.ready #head .bar")
            prepare(page, question)
            page.wait_for_timeout(600)
            page.screenshot(path=TARGET / f"{name}.png")
            click.echo(f"docs/screenshots/{name}.png")
            context.close()
        browser.close()


def main(names: list[str]) -> None:
    """Serve the examples and take the screenshots."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        raise SystemExit("Chromium is not installed: apt-get install chromium fonts-noto-core")
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings: Settings = load_settings(data_dir=Path(folder), rate=0, web_ingest=True)
        with Assistant.from_settings(settings) as assistant:
            assistant.ingest(EXAMPLES)
            app = asyncio.run(build_app(assistant, settings))
            server = uvicorn.Server(
                uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1)
            )
            thread = Thread(target=server.run, daemon=True)
            thread.start()
            while not server.started:
                thread.join(0.05)
            try:
                port = server.servers[0].sockets[0].getsockname()[1]
                take(f"http://127.0.0.1:{port}/", chromium, names)
            finally:
                server.should_exit = True
                thread.join(20)


if __name__ == "__main__":
    main(sys.argv[1:])
