"""Questions with what is known about their answers."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.types import LANGUAGES, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and what a right answer looks like; whatever is unknown is empty.

    `relevant` holds article ids, `evidence` sentences of the articles, `answers` exact spans of them, and
    `norm` acceptable forms in the question's language, matched from the start of a word. `why` tells of an
    unanswerable question what kind it is ("off-topic: ...", "near miss: ..."). `earlier` holds the questions
    that were asked before this one.
    """

    id: str
    question: str
    language: Language | None = None
    type: str = ""
    relevant: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    norm: tuple[str, ...] = ()
    answerable: bool = True
    why: str = ""
    earlier: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What kind of unanswerable question it is: the words of `why` before the colon."""
        return self.why.partition(":")[0].strip() or "unanswerable"


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.", "Give a UTF-8 .jsonl file.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}, line {number} is not JSON: {error}.") from error
        if not isinstance(row, dict):
            raise UsageError(f"{path}, line {number} is not a JSON object.")
        yield number, row


def _texts(row: dict[str, Any], name: str) -> tuple[str, ...]:
    value = row.get(name) or ()
    return (value,) if isinstance(value, str) else tuple(str(one) for one in value)


def _language(row: dict[str, Any]) -> Language | None:
    named = row.get("language") or row.get("lang")
    return next((one for one in LANGUAGES if one == named), None)


def _question(row: dict[str, Any], number: int) -> Question:
    return Question(
        id=str(row.get("id") or number),
        question=str(row["question"]),
        language=_language(row),
        type=str(row.get("type") or ""),
        relevant=_texts(row, "relevant"),
        evidence=_texts(row, "evidence"),
        answers=_texts(row, "answers"),
        norm=_texts(row, "norm"),
        answerable=row.get("answerable") is not False,
        why=str(row.get("why") or row.get("type") or ""),
        earlier=_texts(row, "earlier"),
    )


def _turns(row: dict[str, Any], number: int) -> Iterator[Question]:
    """Make a question of each turn of a conversation; `answers` and `evidence` have one entry a turn."""
    for at, asked in enumerate(row["turns"]):
        own = {
            name: row[name][at] for name in ("answers", "evidence", "norm") if at < len(row.get(name) or ())
        }
        turn = _question(
            {**row, **own, "question": asked, "id": f"{row.get('id') or number}-{at + 1}"}, number
        )
        yield replace(turn, earlier=tuple(row["turns"][:at]))


def load_questions(path: Path) -> list[Question]:
    """Read questions, and conversations (rows with `turns`), from a .jsonl file.

    Raises:
        UsageError: if the file cannot be read, or a line has no question.
    """
    questions: list[Question] = []
    for number, row in _rows(path):
        if row.get("turns"):
            questions.extend(_turns(row, number))
        elif str(row.get("question") or "").strip():
            questions.append(_question(row, number))
        else:
            raise UsageError(f"{path}, line {number} has no question.")
    if not questions:
        raise UsageError(f"{path} has no questions.")
    return questions


def plain(text: str) -> str:
    """Return the text as it is compared: NFKC, lower case, single spaces, one kind of quotation mark."""
    folded = re.sub(r"[«»“”„]", '"', unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def says(text: str, forms: tuple[str, ...]) -> bool:
    """Tell whether any of the forms stands in the text, from the start of a word."""
    whole = plain(text)
    return any(re.search(rf"(?<![^\W_]){re.escape(plain(form))}", whole) for form in forms)
