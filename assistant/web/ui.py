"""The page: a conversation, its sources, examples. The only module that imports gradio."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from html import escape
from typing import Any

import gradio as gr
from fastapi import FastAPI

from assistant.asking import LONGEST_QUESTION
from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.types import LANGUAGES, Language, Turn
from assistant.web.sources import sources_html
from assistant.web.strings import STRINGS, error_text

REMEMBERED = 8  # turns of a conversation
AT_ONCE = 4  # questions answered at the same time
WAITING = 64  # questions in the queue

CSS = """
.sources blockquote { margin: .25em 0 .75em; padding-left: .75em; border-left: 3px solid var(--border-color-primary); }
.sources .about, .sources .also { color: var(--body-text-color-subdued); font-size: .9em; }
footer { display: none !important; }
"""

Messages = list[dict[str, str]]
Step = tuple[str, Messages, str, list[Turn]]


def build(assistant: Assistant, language: Language = "kk") -> gr.Blocks:
    """Make the page."""
    words = STRINGS[language]

    async def answer(
        question: str, messages: Messages, turns: list[Turn], shown: Language
    ) -> AsyncGenerator[Step]:
        async with aclosing(conversation(assistant, question, messages, turns, shown)) as steps:
            async for step in steps:
                yield step

    with gr.Blocks(title=words["title"], analytics_enabled=False, fill_height=True) as page:
        turns = gr.State([])
        with gr.Row():
            intro = gr.Markdown(_heading(language))
            choice = gr.Dropdown(
                [(STRINGS[one]["name"], one) for one in LANGUAGES],
                value=language,
                label=words["language"],
                scale=0,
                min_width=160,
            )
        chat = gr.Chatbot(
            latex_delimiters=[],
            show_label=False,
            render_markdown=False,
            sanitize_html=True,
            buttons=["copy"],
            feedback_options=None,
            scale=1,
        )
        # gr.HTML evaluates templates, which the security policy forbids; Markdown leaves HTML blocks as they are.
        sources = gr.Markdown(sanitize_html=True, latex_delimiters=[])
        with gr.Row():
            box = gr.Textbox(
                placeholder=words["placeholder"],
                show_label=False,
                max_length=LONGEST_QUESTION,
                autofocus=True,
                scale=8,
            )
            ask = gr.Button(words["ask"], variant="primary", scale=1)
            stop = gr.Button(words["stop"], scale=1)
            new = gr.Button(words["new"], scale=1)
        examples = [gr.Button(one, size="sm") for one in words["questions"]]

        outputs: list[Any] = [box, chat, sources, turns]
        asked = [
            event(
                answer,
                [asked_from, chat, turns, choice],
                outputs,
                concurrency_limit=AT_ONCE,
                api_visibility="private",
            )
            for event, asked_from in (
                (ask.click, box),
                (box.submit, box),
                *((button.click, button) for button in examples),
            )
        ]
        chat.clear(lambda: ("", []), None, [sources, turns], api_visibility="private")
        stop.click(None, cancels=asked, api_visibility="private")
        new.click(lambda: ("", [], "", []), None, outputs, cancels=asked, api_visibility="private")
        choice.change(
            relabelled,
            choice,
            [intro, choice, box, ask, stop, new, *examples],
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
    return page.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE, api_open=False)


async def conversation(
    assistant: Assistant, question: str, messages: Messages, turns: list[Turn], shown: Language
) -> AsyncGenerator[Step]:
    """Answer a question step by step.

    Yields:
        What stands in the box, the messages, the sources as HTML, and the turns to remember.
    """
    grown = [*messages, _said(question, "user")]
    text = ""
    yield "", [*grown, _said(STRINGS[shown]["searching"])], "", turns
    try:
        async with aclosing(assistant.astream(question, turns)) as events:
            async for event in events:
                if event.kind == "delta":
                    text += event.text
                    yield "", [*grown, _said(text)], "", turns
                if event.answer:
                    told = "\n\n".join(part for part in (event.answer.text, event.answer.note) if part)
                    kept = [*turns, Turn(question=question, answer=event.answer.text)][-REMEMBERED:]
                    yield "", [*grown, _said(told)], sources_html(event.answer.citations, shown), kept
    except AssistantError as error:
        yield question[:LONGEST_QUESTION], [*messages, _said(error_text(error, shown))], "", turns


def relabelled(language: Language) -> list[Any]:
    """Return the texts of the page in another language."""
    words = STRINGS[language]
    buttons = [
        gr.update(value=text) for text in (words["ask"], words["stop"], words["new"], *words["questions"])
    ]
    return [
        _heading(language),
        gr.update(label=words["language"]),
        gr.update(placeholder=words["placeholder"]),
        *buttons,
    ]


def mount(app: FastAPI, page: gr.Blocks, password: str = "") -> FastAPI:
    """Put the page into an application, with everything off that it does not need."""
    user, _, secret = password.partition(":")
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        auth=(user, secret) if password else None,
        theme=gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        css=CSS,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="1kb",
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
    )
    return mounted


def _said(text: str, role: str = "assistant") -> dict[str, str]:
    """Make a message; the chatbot renders HTML even without Markdown, so the text is escaped."""
    return {"role": role, "content": escape(text, quote=False)}


def _heading(language: Language) -> str:
    words = STRINGS[language]
    return f"## {words['title']}\n{words['intro']}"
