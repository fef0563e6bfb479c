"""Manners towards other people's servers: what their robots.txt asks for, and a pause between two requests."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

LONGEST_PAUSE = 10.0
_AGENT = "news-assistant"
Rules = RobotFileParser
Get = Callable[[str], tuple[int, bytes]]


class Manners:
    """Remembers what each server asks for, and when it was asked last; for many threads."""

    def __init__(self, pause: float) -> None:
        """Leave at least so many seconds between two pages of a server."""
        self._pause = pause
        self._lock = Lock()
        self._rules: dict[str, Rules] = {}
        self._free: dict[str, float] = {}

    def allow(self, url: str, get: Get) -> bool:
        """Tell whether a page may be fetched.

        Args:
            url: The page.
            get: Fetches a robots.txt: its status and content; 0 where the server gives none.
        """
        server = _server(url)
        with self._lock:
            rules = self._rules.get(server)
        if rules is None:
            rules = _read(*get(f"{server}/robots.txt"))
            with self._lock:
                self._rules[server] = rules
        return rules.can_fetch(_AGENT, url)

    def wait(self, url: str) -> None:
        """Wait until the server may be asked again."""
        server = _server(url)
        with self._lock:
            rules, now = self._rules.get(server), time.monotonic()
            asked = rules.crawl_delay(_AGENT) if rules else None
            pause = min(LONGEST_PAUSE, max(self._pause, float(asked or 0)))
            begin = max(now, self._free.get(server, now))
            self._free[server] = begin + pause
        time.sleep(begin - now)


def _server(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _read(status: int, content: bytes) -> Rules:
    """Read a robots.txt as RFC 9309 has it: one that is not there allows all, of a server that fails nothing."""
    rules = RobotFileParser()
    forbidden = "User-agent: *\nDisallow: /" if status >= 500 else ""
    rules.parse((content.decode("utf-8", "replace") if status == 200 else forbidden).splitlines())
    return rules
