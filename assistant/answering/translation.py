"""Questions and quotes in other languages, by the chat model: one call, remembered, given up when it is slow."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as TooSlow
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config, patch_config

from assistant.answering.background import BACKGROUND
from assistant.types import LANGUAGES, Language
from prompts import load_prompt

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_log = logging.getLogger(__name__)
NAMES: dict[Language, str] = {"kk": "Kazakh", "ru": "Russian", "en": "English"}
EXAMPLE: dict[Language, str] = {
    "kk": "kk: Қанша мектеп салынды?",
    "ru": "ru: Сколько школ построено?",
    "en": "en: How many schools were built?",
}
LINE = re.compile(rf"^\W*({'|'.join(LANGUAGES)})\W*:\s*(\S.*)$", re.MULTILINE | re.IGNORECASE)
REMEMBERED = 512
LONGEST = 4  # times the length of the text, beyond which a line is no translation of it

PROMPT = ChatPromptTemplate([("human", load_prompt("translate"))])

Translations = Mapping[Language, str]


class Translator:
    """Translates short texts."""

    def __init__(self, model: BaseChatModel, patience: float = 3.0) -> None:
        """Choose the model, and how many seconds are waited for it."""
        self._chain = PROMPT | model
        self._patience = patience
        self._known: OrderedDict[tuple[str, tuple[Language, ...]], Translations] = OrderedDict()
        self._lock = Lock()

    def begin(self, text: str, languages: Sequence[Language]) -> Callable[[], Translations]:
        """Begin to translate a text.

        Args:
            text: A question or a quote.
            languages: Into which.

        Returns:
            What waits for the translations; those that did not come in time are left out.
        """
        key = text, tuple(languages)
        with self._lock:
            if known := self._known.get(key):
                self._known.move_to_end(key)
                return lambda: known
        future = BACKGROUND.submit(self._ask(text, key[1], ensure_config()))
        until = monotonic() + self._patience
        return lambda: self._result(key, future, until)

    async def _ask(self, text: str, languages: Sequence[Language], config: RunnableConfig) -> Translations:
        asked = {
            "text": text,
            "languages": ", ".join(f"{NAMES[one]} ({one})" for one in languages),
            "example": "\n".join(EXAMPLE[one] for one in languages),
        }
        reply = await self._chain.ainvoke(asked, patch_config(config, run_name="translate"))
        return read_lines(str(reply.text), languages, LONGEST * len(text) + 40)

    def _result(
        self, key: tuple[str, tuple[Language, ...]], future: Future[Translations], until: float
    ) -> Translations:
        try:
            found = future.result(max(0.0, until - monotonic()))
        except (TooSlow, CancelledError):
            future.cancel()
            return {}
        except Exception as error:  # noqa: BLE001 - an answer without translations is better than none, whatever the provider raises
            _log.warning("Going on without translations: %s", type(error).__name__)
            return {}
        if found:
            with self._lock:
                self._known[key] = found
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return found


def read_lines(text: str, languages: Sequence[Language], longest: int) -> Translations:
    """Read lines such as "kk: ...", the last of each language; leave out what is no translation."""
    found: dict[Language, str] = {}
    for code, line in LINE.findall(text):
        language = next(one for one in LANGUAGES if one == code.lower())
        if language in languages and len(line) <= longest:
            found[language] = line.strip()
    return found
