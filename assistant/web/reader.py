"""What the page's script fetches by itself: a conversation to keep, the publishers to filter by."""

from __future__ import annotations

import re
from typing import Literal

from fastapi import APIRouter, HTTPException, Request, Response

from assistant.library.catalogue import Catalogue
from assistant.web.access import COOKIE
from assistant.web.conversations import as_json, as_markdown
from assistant.web.parts import Parts
from assistant.web.strings import known

MEDIA = {"md": "text/markdown; charset=utf-8", "json": "application/json; charset=utf-8"}


def reader_routes(parts: Parts) -> APIRouter:
    """Make the routes; a conversation is given to its owner only."""
    catalogue, desk = Catalogue.of(parts.assistant.library), parts.desk
    routes = APIRouter(prefix="/reader", include_in_schema=False)

    @routes.get("/publishers")
    def publishers() -> list[str]:
        return catalogue.publishers()

    @routes.get("/conversations/{conversation}.{form}")
    def export(
        conversation: str, form: Literal["md", "json"], request: Request, language: str = ""
    ) -> Response:
        owner = request.cookies.get(COOKIE, "")
        listed = desk.conversations(owner, limit=-1) if desk and owner else []
        title = next((one.title for one in listed if one.id == conversation), None)
        if desk is None or title is None:
            raise HTTPException(404)
        exchanges = desk.exchanges(owner, conversation)
        text = as_json(title, exchanges) if form == "json" else as_markdown(title, exchanges, known(language))
        name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "conversation"
        disposition = f'attachment; filename="{name}.{form}"'
        return Response(text, media_type=MEDIA[form], headers={"Content-Disposition": disposition})

    return routes
