"""The page in a real browser: python -m benchmarks.page [--chunks 10000].

The server is a process of its own over the examples and articles of random words (as in latency.py). Measured in
Chromium: the first paint and the weight of a page that was never seen before, and the time from Enter to the first
text of an answer, with each question asked once.
"""

from __future__ import annotations

import random
import shutil
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import click
from playwright.sync_api import Browser, sync_playwright

from assistant.assistant import Assistant
from assistant.cli.render import console, table
from assistant.settings import Settings
from benchmarks.latency import fill
from benchmarks.web_load import QUESTIONS, ROOT, started

SAID = "document.querySelectorAll('#chat .said').length"
PATIENCE = 20  # seconds
SETTLED = 1_000  # milliseconds until nothing more comes
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
WEIGHT = """performance.getEntries().filter(one => one.transferSize)
    .reduce((sum, one) => sum + one.transferSize, 0)"""


def first_visit(browser: Browser, address: str) -> tuple[float, float]:
    """Return the milliseconds to the first paint, and the kilobytes that came."""
    page = browser.new_context().new_page()
    page.goto(address)
    page.wait_for_selector("#box textarea")
    page.wait_for_timeout(SETTLED)
    painted, weight = float(page.evaluate(PAINT)), float(page.evaluate(WEIGHT)) / 1024
    page.context.close()
    return painted, weight


def first_text(browser: Browser, address: str) -> list[float]:
    """Return the milliseconds from Enter to the first text of each answer."""
    page = browser.new_context().new_page()
    page.goto(address)
    page.wait_for_selector("#box textarea")
    page.wait_for_timeout(SETTLED)
    times = []
    for question in QUESTIONS:
        page.fill("#box textarea", question)
        before = page.evaluate(SAID)
        pressed = perf_counter()
        page.press("#box textarea", "Enter")
        while page.evaluate(SAID) == before:
            if perf_counter() - pressed > PATIENCE:
                raise click.ClickException(f"No answer to {question!r}.")
        times.append(1000 * (perf_counter() - pressed))
        page.locator("#chat .acts .retry").first.wait_for()
        page.wait_for_timeout(SETTLED)
    return times


@click.command()
@click.option("--chunks", default=10_000, show_default=True, help="Random chunks beside the examples.")
@click.option("--visits", default=7, show_default=True)
def main(chunks: int, visits: int) -> None:
    """Measure the page and print a table."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with Assistant.from_settings(Settings(data_dir=folder)) as assistant:
            assistant.ingest(ROOT / "examples" / "articles")
            assert assistant.encoder
            fill(assistant.library, assistant.encoder, chunks, random.Random(0))
        server, address = started(folder, "builtin")
        try:
            with sync_playwright() as driver:
                browser = driver.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                visited = [first_visit(browser, address) for _ in range(visits)]
                texts = first_text(browser, address)
                browser.close()
        finally:
            server.terminate()
            server.wait(60)
    rows = [
        [name, f"{statistics.median(values):.0f}", f"{min(values):.0f} to {max(values):.0f}"]
        for name, values in (
            ("first paint, ms", [painted for painted, _ in visited]),
            ("weight of the page, KB", [weight for _, weight in visited]),
            ("Enter to the first text, ms", texts),
        )
    ]
    console().print(table(("", "median", "range"), rows))


if __name__ == "__main__":
    main()
