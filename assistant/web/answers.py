"""Questions and answers as HTML for the chat. Everything in them is escaped; what is a tag here was written here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from assistant.library.records import Counts
from assistant.types import Language
from assistant.web.filters import filter_texts, proposal_button
from assistant.web.sources import about_html, chip, sources_html, title_link
from assistant.web.strings import counted, day, known, named_error, words
from assistant.web.talk import Entry, Talk

MARKER = re.compile(r"\[(\d{1,3})\]")
NEAREST = 3  # articles that are named when there is no answer

Messages = list[dict[str, str]]


def messages(talk: Talk, counts: Counts, language: Language, *, linkable: bool, addable: bool) -> Messages:
    """Return what the chat shows of a conversation.

    Args:
        talk: the conversation.
        counts: what the library holds.
        language: the page's.
        linkable: whether answers are kept, so that they can be linked to and rated.
        addable: whether the reader may add articles.
    """
    shown: Messages = []
    for at, entry in enumerate(talk.entries):
        last = at == len(talk.entries) - 1
        busy = talk.running
        shown.append({"role": "user", "content": _question(entry, at, language, editable=not busy)})
        body = _body(entry, counts, language, addable)
        acts = (
            ""
            if entry.running
            else _acts(entry, at, counts, language, linkable and bool(talk.conversation), last)
        )
        shown.append({"role": "assistant", "content": f"{body}{acts}"})
    return shown


def answer_html(answer: Mapping[str, Any], language: Language) -> str:
    """Return an answer that was found: the short answer first, then the sentences, then the sources."""
    answered = known(answer.get("language", language))
    citations: Sequence[Mapping[str, Any]] = answer.get("citations", ())
    text, lead = str(answer.get("text", "")), str(answer.get("short") or "")
    first, _, rest = text.partition("\n\n")
    if lead and _bare(first) == _bare(lead):
        lead, text = first, rest
    elif lead:
        lead = f"{lead[:1].upper()}{lead[1:]} [1]"
    parts = [f'<p class="lead">{_cited(lead.rstrip(". "), citations, language)}</p>'] if lead else []
    offset = str(answer.get("text", "")).find(text)
    for line in re.finditer(r"[^\n]+", text):
        shown = _cited(line[0], citations, language, offset + line.start())
        parts.append(f"<p>{shown}</p>")
    return f'<div class="said" lang="{answered}">{"".join(parts)}</div>'


def _question(entry: Entry, at: int, language: Language, *, editable: bool) -> str:
    edit = _button("edit", str(at), words(language)["edit"]) if editable else ""
    said = f'<span class="only-read">{escape(words(language)["you"])}: </span>'
    return f'<p class="asked">{said}<span class="q">{_lines(entry.question)}</span></p><p class="acts">{edit}</p>'


def _body(entry: Entry, counts: Counts, language: Language, addable: bool) -> str:
    answer = entry.answer
    if "error" in answer:
        return f'<p class="problem">{escape(named_error(answer["error"], answer["text"], language))}</p>'
    if answer.get("status") == "searching":
        return f'<p class="status">{escape(counted("searching", counts.articles, language))}</p>'
    if answer.get("status") == "reading":
        return f'<p class="status">{escape(words(language)["reading"])}</p>'
    if answer.get("abstained"):
        return _unknown(entry, counts, language, addable)
    answered = known(answer.get("language", language))
    sources = "" if entry.running else sources_html(answer.get("citations", ()), answered, language)
    return f"{answer_html(answer, language)}{_notes(answer, language)}{sources}"


def _notes(answer: Mapping[str, Any], language: Language) -> str:
    table = words(language)
    notes = []
    if answer.get("stopped"):
        notes.append(table["stopped"])
    if answer.get("note"):
        notes.append(str(answer["note"]))
    if answer.get("verdict") in ("partly", "unsupported"):
        notes.append(table[f"answer_{answer['verdict']}"])
    if answer.get("filters"):
        notes.append(
            table["searched_only"].format(filters=", ".join(filter_texts(answer["filters"], language)))
        )
    return "".join(f'<p class="note">{escape(note)}</p>' for note in notes)


def _unknown(entry: Entry, counts: Counts, language: Language, addable: bool) -> str:
    """Say that the articles do not answer, what is nearest, which dates are covered, what to try."""
    table, answer = words(language), entry.answer
    nearest = {hit["article"]["id"]: hit["article"] for hit in reversed(answer.get("hits", ()))}
    near = "".join(
        f"<li>{title_link(article, language)}{about_html(article, language, known(answer['language']))}</li>"
        for article in list(reversed(nearest.values()))[:NEAREST]
    )
    covered = ""
    if counts.first and counts.last:
        covered = table["covered"].format(first=day(counts.first, language), last=day(counts.last, language))
    filtered = bool(answer.get("filters"))
    tips = [table["try_words"], table["try_dates"]]
    tips = [table["try_filters"], *tips] if filtered else tips
    tips = [*tips, table["try_add"]] if addable else tips
    return "".join(
        (
            f'<div class="unknown"><p class="lead">{escape(table["unknown"])}</p>',
            _notes(answer, language),
            f'<p class="covered">{escape(covered)}</p>' if covered else "",
            f'<section class="near"><h3>{escape(table["nearest"])}</h3><ul>{near}</ul></section>'
            if near
            else "",
            f'<section class="tips"><h3>{escape(table["try"])}</h3><ul>',
            "".join(f"<li>{escape(tip)}</li>" for tip in tips),
            "</ul></section></div>",
        )
    )


def _acts(entry: Entry, at: int, counts: Counts, language: Language, linkable: bool, last: bool) -> str:
    table = words(language)
    acts = []
    if entry.ended and not entry.answer.get("abstained"):
        acts.append(_button("copy", str(at), table["copy"]))
    if entry.id and linkable:
        acts.append(_button("link", entry.id, table["link"]))
    if last:
        acts.append(_button("retry", str(at), table["retry"]))
        if not entry.answer.get("filters") and entry.ended:
            acts.append(proposal_button(entry.question, counts, language, "narrow"))
    if entry.id and linkable:
        acts += _thumbs(entry, language)
    return f'<p class="acts">{"".join(acts)}</p>'


def _thumbs(entry: Entry, language: Language) -> list[str]:
    table = words(language)
    return [
        _button("good", entry.id, table["useful"], "on" if entry.good else ""),
        _button("bad", entry.id, table["not_useful"], "on" if entry.good is False else ""),
    ]


def _button(name: str, value: str, label: str, more: str = "") -> str:
    """Return a button that the page's script obeys."""
    return (
        f'<button type="button" class="act {name} {more}" name="{name}" value="{escape(value)}">'
        f"{escape(label)}</button>"
    )


def _cited(text: str, citations: Sequence[Mapping[str, Any]], language: Language, offset: int = -1) -> str:
    """Escape a text and make chips of its markers; a marker that no citation has stays text."""
    parts, end = [], 0
    for match in MARKER.finditer(text):
        citation = _citation(int(match[1]), citations, offset + match.start() if offset >= 0 else -1)
        parts.append(escape(text[end : match.start()].rstrip(" ") if citation else text[end : match.start()]))
        parts.append(chip(citation, language) if citation else escape(match[0]))
        end = match.end()
    return "".join((*parts, escape(text[end:])))


def _citation(marker: int, citations: Sequence[Mapping[str, Any]], at: int) -> Mapping[str, Any] | None:
    """Return the citation with this marker, of several the one whose place in the text this is."""
    same = [one for one in citations if one["marker"] == marker]
    placed = (one for one in same if any(start <= at <= end + 8 for start, end in one.get("places", ())))
    return next(placed, same[0] if same else None)


def _bare(text: str) -> str:
    return MARKER.sub("", text).strip(" .\n").casefold()


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())
