"""The reader's desk: conversations with their answers, and what readers say of them, in the ledger's database."""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sqlite3 import Connection, Row
from threading import Lock
from typing import Any

from assistant.errors import UsageError
from assistant.library.ledger import FILE
from assistant.library.schema import Connections

LONGEST_TITLE = 200
LONGEST_REASON = 2000
KEPT = 1000  # conversations of one owner; the oldest go first

_TABLES = (
    """CREATE TABLE IF NOT EXISTS desk_conversations (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, folded TEXT NOT NULL,
        created TEXT NOT NULL, changed TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS desk_owner ON desk_conversations (owner, changed)",
    """CREATE TABLE IF NOT EXISTS desk_exchanges (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        conversation TEXT NOT NULL REFERENCES desk_conversations ON DELETE CASCADE,
        question TEXT NOT NULL, answer TEXT NOT NULL, folded TEXT NOT NULL, versions TEXT NOT NULL, asked TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS desk_conversation ON desk_exchanges (conversation, number)",
    """CREATE TABLE IF NOT EXISTS desk_feedback (
        exchange TEXT PRIMARY KEY, good INTEGER NOT NULL, reason TEXT NOT NULL, earlier TEXT NOT NULL,
        question TEXT NOT NULL, answer TEXT NOT NULL, versions TEXT NOT NULL, given TEXT NOT NULL) WITHOUT ROWID""",
)
_SEARCH = """
SELECT c.* FROM desk_conversations c
WHERE c.owner = :owner AND (:words = '' OR instr(c.folded, :words) OR EXISTS (
    SELECT 1 FROM desk_exchanges e WHERE e.conversation = c.id AND instr(e.folded, :words)))
ORDER BY c.changed DESC, c.rowid DESC LIMIT :limit"""
_EXCHANGES = """
SELECT e.*, f.good FROM desk_exchanges e JOIN desk_conversations c ON c.id = e.conversation
LEFT JOIN desk_feedback f ON f.exchange = e.id"""
_OLDEST = """
DELETE FROM desk_conversations WHERE id IN (
    SELECT id FROM desk_conversations WHERE owner = ? ORDER BY changed DESC, rowid DESC LIMIT -1 OFFSET ?)"""
_LAST = "DELETE FROM desk_exchanges WHERE number IN (SELECT number FROM desk_exchanges WHERE conversation = ? ORDER BY number DESC LIMIT ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation of one reader."""

    id: str
    title: str
    created: datetime
    changed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question with its answer as plain data; `good` is what the reader said of it."""

    id: str
    conversation: str
    question: str
    answer: Mapping[str, Any]
    asked: datetime
    good: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a reader said of an answer; it does not tell who, and stays when the conversation is deleted.

    `versions` are those of the program, the encoder and the library when it answered; `earlier` are the
    questions before this one.
    """

    exchange: str
    good: bool
    reason: str
    question: str
    answer: Mapping[str, Any]
    given: datetime
    earlier: tuple[str, ...] = ()
    versions: Mapping[str, Any] = field(default_factory=dict)


class Desk:
    """Keeps conversations for their owners; may be used from any thread."""

    def __init__(self, connections: Connections, kept: int = KEPT) -> None:
        """Use these connections; `open` makes them."""
        self._connections = connections
        self._kept = kept
        self._turn = Lock()

    @classmethod
    def open(cls, folder: Path, kept: int = KEPT) -> Desk:
        """Open the desk of the library in this folder; each owner has at most `kept` conversations.

        Raises:
            LibraryFull: there is none yet and none can be made.
            LibraryDamaged: the database cannot be used.
        """
        desk = cls(Connections(folder.absolute() / FILE), kept)
        try:
            desk._prepare()
        except BaseException:
            desk.close()
            raise
        return desk

    def close(self) -> None:
        """Let go of the database."""
        self._connections.close()

    def conversations(self, owner: str, search: str = "", limit: int = 100) -> list[Conversation]:
        """List an owner's conversations, newest first; `search` looks in titles, questions and answers."""
        wanted = {"owner": owner, "words": _folded(search), "limit": limit}
        with self._connections.reading() as db:
            return [_conversation(row) for row in db.execute(_SEARCH, wanted)]

    def start(self, owner: str, title: str) -> Conversation:
        """Begin a conversation."""
        now, title = _now(), _clean(title)[:LONGEST_TITLE]
        row = (secrets.token_urlsafe(16), owner, title, _folded(title), now, now)
        with self._writing() as db:
            db.execute("INSERT INTO desk_conversations VALUES (?, ?, ?, ?, ?, ?)", row)
            db.execute(_OLDEST, (owner, self._kept))
        moment = datetime.fromisoformat(now)
        return Conversation(id=row[0], title=title, created=moment, changed=moment)

    def add(self, owner: str, conversation: str, question: str, answer: Mapping[str, Any]) -> Exchange:
        """Keep a question and its answer (plain data, with its `text`).

        Raises:
            UsageError: the owner has no such conversation.
        """
        return self.replace_last(owner, conversation, question, answer, count=0)

    def replace_last(
        self, owner: str, conversation: str, question: str, answer: Mapping[str, Any], count: int = 1
    ) -> Exchange:
        """Keep a question and its answer instead of the last `count` ones: asked again, or edited.

        Raises:
            UsageError: the owner has no such conversation.
        """
        now, question = _now(), _clean(question)
        stored = _clean(json.dumps(answer, ensure_ascii=False))
        folded = _folded(f"{question}\n{answer.get('text', '')}")
        row = (secrets.token_urlsafe(16), conversation, question, stored, folded)
        with self._writing() as db:
            _owned(db, owner, conversation)
            db.execute(_LAST, (conversation, count))
            db.execute(
                "INSERT INTO desk_exchanges (id, conversation, question, answer, folded, versions, asked)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, json.dumps(_versions(db)), now),
            )
            db.execute("UPDATE desk_conversations SET changed = ? WHERE id = ?", (now, conversation))
        return Exchange(
            id=row[0],
            conversation=conversation,
            question=question,
            answer=json.loads(stored),
            asked=datetime.fromisoformat(now),
        )

    def exchanges(self, owner: str, conversation: str) -> list[Exchange]:
        """List what was asked and answered, oldest first; nothing of somebody else's conversation."""
        sql = f"{_EXCHANGES} WHERE c.owner = ? AND c.id = ? ORDER BY e.number"
        with self._connections.reading() as db:
            return [_exchange(row) for row in db.execute(sql, (owner, conversation))]

    def exchange(self, exchange_id: str) -> Exchange | None:
        """Return one answer for whoever has its id, which nobody can guess."""
        with self._connections.reading() as db:
            row = db.execute(f"{_EXCHANGES} WHERE e.id = ?", (exchange_id,)).fetchone()
        return _exchange(row) if row else None

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Give a conversation another title.

        Raises:
            UsageError: the owner has no such conversation.
        """
        title = _clean(title)[:LONGEST_TITLE]
        with self._writing() as db:
            _owned(db, owner, conversation)
            db.execute(
                "UPDATE desk_conversations SET title = ?, folded = ? WHERE id = ?",
                (title, _folded(title), conversation),
            )

    def delete(self, owner: str, conversation: str) -> None:
        """Delete a conversation with its answers.

        Raises:
            UsageError: the owner has no such conversation.
        """
        with self._writing() as db:
            _owned(db, owner, conversation)
            db.execute("DELETE FROM desk_conversations WHERE id = ?", (conversation,))

    def rate(self, owner: str, exchange_id: str, good: bool, reason: str = "") -> None:
        """Keep what the owner says of an answer, instead of what was said before.

        Raises:
            UsageError: the owner has no such answer.
        """
        with self._writing() as db:
            row = db.execute(f"{_EXCHANGES} WHERE c.owner = ? AND e.id = ?", (owner, exchange_id)).fetchone()
            if row is None:
                raise UsageError("There is no such answer.", "Ask again.")
            before = (
                "SELECT question FROM desk_exchanges WHERE conversation = ? AND number < ? ORDER BY number"
            )
            earlier = [one[0] for one in db.execute(before, (row["conversation"], row["number"]))]
            said = (
                exchange_id,
                int(good),
                _clean(reason)[:LONGEST_REASON],
                json.dumps(earlier, ensure_ascii=False),
            )
            db.execute(
                "INSERT OR REPLACE INTO desk_feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*said, row["question"], row["answer"], row["versions"], _now()),
            )

    def feedback(self) -> Iterator[Feedback]:
        """Yield what all readers said, oldest first."""
        with self._connections.reading() as db:
            rows = db.execute("SELECT * FROM desk_feedback ORDER BY given, exchange").fetchall()
        for row in rows:
            yield Feedback(
                exchange=row["exchange"],
                good=bool(row["good"]),
                reason=row["reason"],
                question=row["question"],
                answer=json.loads(row["answer"]),
                given=datetime.fromisoformat(row["given"]),
                earlier=tuple(json.loads(row["earlier"])),
                versions=json.loads(row["versions"]),
            )

    def _prepare(self) -> None:
        with self._connections.reading() as db:
            made = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'desk_feedback'").fetchone()
        if not made:
            with self._writing() as db:
                for statement in _TABLES:
                    db.execute(statement)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Run one short transaction; the ledger's writer, if there is one, is waited for."""
        with self._turn, self._connections.writing() as db:
            yield db


def _owned(db: Connection, owner: str, conversation: str) -> None:
    sql = "SELECT 1 FROM desk_conversations WHERE id = ? AND owner = ?"
    if db.execute(sql, (conversation, owner)).fetchone() is None:
        raise UsageError("There is no such conversation.", "Start a new one.")


def _versions(db: Connection) -> dict[str, Any]:
    """Tell what answered: the program, the encoder, the state of the library."""
    try:
        program = version("news-assistant")
    except PackageNotFoundError:  # run from a checkout
        program = ""
    notes = "SELECT key, value FROM meta WHERE key IN ('encoder', 'fingerprint', 'generation')"
    return {"assistant": program, **dict(tuple(row) for row in db.execute(notes))}


def _conversation(row: Row) -> Conversation:
    created, changed = (datetime.fromisoformat(row[name]) for name in ("created", "changed"))
    return Conversation(id=row["id"], title=row["title"], created=created, changed=changed)


def _exchange(row: Row) -> Exchange:
    return Exchange(
        id=row["id"],
        conversation=row["conversation"],
        question=row["question"],
        answer=json.loads(row["answer"]),
        asked=datetime.fromisoformat(row["asked"]),
        good=None if row["good"] is None else bool(row["good"]),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _clean(text: str) -> str:
    """Return the text without what SQLite cannot keep."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "").strip()


def _folded(text: str) -> str:
    """Return the text as it is searched: letters of one case and one form."""
    return unicodedata.normalize("NFKC", _clean(text)).casefold()
