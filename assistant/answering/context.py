"""What the chat model reads: the sources, fenced, and the conversation, both cut to fit its window."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from assistant.text.sentences import sentence_spans
from assistant.types import Hit, Turn

REPLY = 1024  # tokens kept for the reply
OVERHEAD = 60  # tokens of a source's fence and heading
FENCE = re.compile(r"<(?=\s*/?\s*source)", re.IGNORECASE)
MARKER = re.compile(r"\s?\[\d+\]")


def nonce() -> str:
    """Return what an article cannot know, new for each request."""
    return secrets.token_hex(6)


def tokens(text: str) -> int:
    """Estimate the tokens of a text, rather too many: letters other than Latin take about half a token each."""
    latin = sum(character < "\u0250" for character in text)
    return round(latin / 3.5 + (len(text) - latin) / 1.8) + 1


def room(window: int, *fixed: str) -> int:
    """Return the tokens that are left for sources and conversation."""
    return max(0, window - min(REPLY, window // 4) - sum(map(tokens, fixed)))


def fitting(hits: Sequence[Hit], budget: int) -> list[Hit]:
    """Choose the sources that fit, best first, each whole; the best one is cut at a sentence end if it must be."""
    chosen: list[Hit] = []
    for hit in hits:
        cost = tokens(hit.chunk.text) + OVERHEAD
        if cost <= budget:
            chosen.append(hit)
            budget -= cost
        elif not chosen:
            return [_cut(hit, budget - OVERHEAD)]
    return chosen


def sources_text(hits: Sequence[Hit], fence: str) -> str:
    """Write the numbered sources, each between fences that its text cannot close."""
    return "\n\n".join(_source(number, hit, fence) for number, hit in enumerate(hits, 1))


def conversation(history: Sequence[Turn], budget: int) -> list[BaseMessage]:
    """Return the last turns that fit, oldest first; their markers name the sources of other answers, so they go."""
    messages: list[BaseMessage] = []
    for turn in reversed(history):
        answer = MARKER.sub("", turn.answer)
        budget -= tokens(turn.question) + tokens(answer)
        if budget < 0:
            break
        messages = [HumanMessage(turn.question), AIMessage(answer), *messages]
    return messages


def _source(number: int, hit: Hit, fence: str) -> str:
    article = hit.article
    heading = {
        "Title": article.title,
        "Publisher": article.publisher,
        "Date": article.published.isoformat() if article.published else "unknown",
    }
    lines = "\n".join(f"{name}: {' '.join(value.split())}" for name, value in heading.items() if value)
    inside = FENCE.sub("‹", f"{lines}\nText:\n{hit.chunk.text}").replace(fence, "")
    return f'<source-{fence} number="{number}">\n{inside}\n</source-{fence}>'


def _cut(hit: Hit, budget: int) -> Hit:
    text, end = hit.chunk.text, 0
    for _, stop in sentence_spans(text):
        if end and tokens(text[:stop]) > budget:
            break
        end = stop
    chunk = replace(hit.chunk, text=text[:end], end=hit.chunk.start + end)
    return replace(hit, chunk=chunk)
