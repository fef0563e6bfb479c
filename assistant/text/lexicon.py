"""What words are called in the other languages: translations of stems, learned from parallel texts.

The file is made by training/lexicon.py.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from assistant.types import Language

__all__ = ["translations"]

_FILE = Path(__file__).with_name("lexicon.sqlite")


def translations(stems: Iterable[str], language: Language) -> dict[str, Mapping[str, float]]:
    """Return the translations of stems of a language, of those that have any.

    Each is a stem of another language with its strength between 0 and 1.
    """
    known = {stem: _known(stem, language) for stem in dict.fromkeys(stems)}
    return {stem: words for stem, words in known.items() if words}


@lru_cache(maxsize=1 << 14)
def _known(stem: str, language: Language) -> Mapping[str, float]:
    query = "SELECT words FROM translation WHERE language = ? AND stem = ?"
    row = _database().execute(query, (language, stem)).fetchone()
    return dict(json.loads(row[0])) if row else {}


@lru_cache(maxsize=1)
def _database() -> sqlite3.Connection:
    return sqlite3.connect(f"{_FILE.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
