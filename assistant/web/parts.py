"""What the server lends to the page, the API and the tools."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event

from assistant.assistant import Assistant
from assistant.library.desk import Desk
from assistant.web.limits import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The assistant and what is shared around it.

    `desk` is None when conversations are not kept; `may_ingest` tells whether readers may add and remove
    articles; `stopping` is set when the server is to end: an ingest then ends after its article.
    """

    assistant: Assistant
    desk: Desk | None = None
    gate: Gate = field(default_factory=Gate)
    may_ingest: bool = False
    stopping: Event = field(default_factory=Event)
