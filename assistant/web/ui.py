"""The page: its parts, and which handler serves which of them.

What is shown comes as HTML from the modules beside this one, everything in it escaped, and gradio sanitises it again. Its
buttons carry a name and a value; the page's script writes them as a command into a hidden field and presses a hidden button.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from fastapi import FastAPI

from assistant.asking import LONGEST_QUESTION
from assistant.library.catalogue import Catalogue
from assistant.web import adding, endpoints
from assistant.web.handlers import Handlers
from assistant.web.library_tab import Listing
from assistant.web.parts import Parts
from assistant.web.shelf import SEARCHED
from assistant.web.strings import DEFAULT, words
from assistant.web.talk import Talk
from assistant.web.theme import HEAD, theme

AT_ONCE = 64  # questions that gradio lets in at the same time; the gate behind has its own limit
WAITING = 256  # events in gradio's queue
QUICK = 16  # other handlers at the same time
LOOK = 20  # seconds after which the library is looked at again
LARGEST_FILE = "20mb"

Made = dict[str, Any]

HTML: Made = {"sanitize_html": True, "latex_delimiters": [], "show_label": False, "padding": False}
PRESSES = ("ask", "do", "shelf", "language")
PRIVATE: Made = {"show_progress": "hidden", "api_visibility": "private"}
FAST: Made = {"concurrency_limit": QUICK, "concurrency_id": "quick", **PRIVATE}
SLOW: Made = {"concurrency_limit": AT_ONCE, "concurrency_id": "ask", **PRIVATE}
TYPED: Made = {"trigger_mode": "always_last", **FAST}


def build(parts: Parts) -> gr.Blocks:
    """Make the page over what the server lends to it."""
    handlers = Handlers(parts, Catalogue.of(parts.assistant.library))
    addable = parts.may_ingest
    with gr.Blocks(title=words(DEFAULT)["title"], analytics_enabled=False, fill_height=True) as page:
        made = {**_states(), "head": gr.Markdown(elem_id="head", **HTML)}
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(words(DEFAULT)["tab_chat"], id="chat") as made["chat_tab"], gr.Row(elem_id="room"):
                made |= _chat()
            with (
                gr.Tab(words(DEFAULT)["tab_library"], id="library") as made["library_tab"],
                gr.Row(elem_id="shelf"),
            ):
                made |= _library(addable=addable)
        made["command"] = gr.Textbox(visible="hidden", elem_id="command", show_label=False)
        made |= {f"press_{name}": gr.Button(visible="hidden", elem_id=f"press-{name}") for name in PRESSES}
        endpoints.add(parts)  # first: a private handler's name would take theirs
        _connect_chat(handlers, made)
        _connect_library(handlers, made, addable=addable)
        _connect_page(handlers, made, page)
    return page.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE, api_open=False)


def _states() -> Made:
    return {
        "talk": gr.State(Talk()),
        "language": gr.State(DEFAULT),
        "listing": gr.State(Listing()),
        "seen": gr.State(-1),
    }


def _chat() -> Made:
    made: Made = {}
    with gr.Column(elem_id="side", scale=0, min_width=200):
        made["side"] = gr.Markdown(elem_id="side-head", **HTML)
        made["search_talks"] = gr.Textbox(elem_id="search-talks", max_length=SEARCHED)
        made["talks"] = gr.Markdown(elem_id="talks", **HTML)
    with gr.Column(elem_id="main"):
        made["welcome"] = gr.Markdown(elem_id="welcome", **HTML)
        made["chat"] = gr.Chatbot(
            elem_id="chat",
            visible=False,
            latex_delimiters=[],
            show_label=False,
            render_markdown=False,
            sanitize_html=True,
            buttons=[],
            feedback_options=None,
            group_consecutive_messages=False,
        )
        made["chips"] = gr.Markdown(elem_id="chips", **HTML)
        made["box"] = gr.Textbox(
            elem_id="box", max_length=LONGEST_QUESTION, lines=1, max_lines=6, autofocus=True
        )
    return made


def _library(*, addable: bool) -> Made:
    made: Made = {}
    with gr.Column(elem_id="stock"):
        made["summary"] = gr.Markdown(elem_id="summary", **HTML)
        made["chart"] = gr.Markdown(elem_id="chart", **HTML)
        made["search_articles"] = gr.Textbox(elem_id="search-articles", max_length=SEARCHED)
        made["table"] = gr.Markdown(elem_id="table", **HTML)
    with gr.Column(elem_id="add", visible=addable):
        made["add_head"] = gr.Markdown(elem_id="add-head", **HTML)
        made["files"] = gr.UploadButton(
            elem_id="files", file_count="multiple", file_types=list(adding.FORMATS), variant="secondary"
        )
        made["address"] = gr.Textbox(elem_id="address", max_length=adding.LONGEST_URL)
        made["fetch"] = gr.Button(elem_id="fetch")
        made["text_title"] = gr.Textbox(elem_id="text-title", max_length=adding.LONGEST_TITLE)
        made["text"] = gr.Textbox(elem_id="text", lines=5, max_lines=12, max_length=adding.LONGEST_TEXT)
        made["add_text"] = gr.Button(elem_id="add-text")
        made["progress"] = gr.Markdown(elem_id="progress", **HTML)
    return made


def _connect_chat(handlers: Handlers, made: Made) -> None:
    shown = [made[name] for name in Handlers.chat_parts]
    context = [made[name] for name in ("talk", "language", "search_talks")]
    command, box = [made["command"], *context], made["box"]
    box.submit(handlers.submit, [box, *context], shown, **SLOW)
    made["press_ask"].click(handlers.ask, command, shown, **SLOW)
    # Steps of an answer may be lost on their way when they come fast, so emptying the box is none of them.
    box.submit(lambda: "", None, box, **FAST)
    made["press_do"].click(handlers.do, command, shown, **FAST)
    # gradio's own cancelling shows the cancelled step once more, after whatever was shown instead of it.
    box.stop(handlers.stop, None, None, **FAST)
    box.input(handlers.propose, [box, made["talk"], made["language"]], made["chips"], **TYPED)
    made["search_talks"].input(handlers.search_talks, context, made["talks"], **TYPED)


def _connect_library(handlers: Handlers, made: Made, *, addable: bool) -> None:
    stocked = [made[name] for name in Handlers.stock_parts]
    looked = [made["listing"], made["language"]]
    made["press_shelf"].click(handlers.shelve, [made["command"], *looked], stocked, **FAST)
    made["search_articles"].input(handlers.search, [made["search_articles"], *looked], stocked, **TYPED)
    made["library_tab"].select(handlers.stocked, looked, stocked, **FAST)
    if addable:
        told = [made["progress"], *(made[name] for name in Handlers.fields), *stocked]
        address, text = [made["address"]], [made["text_title"], made["text"]]
        made["files"].upload(handlers.add_files, [made["files"], *looked], told, **SLOW)
        made["fetch"].click(handlers.add_address, [*address, *looked], told, **SLOW)
        made["address"].submit(handlers.add_address, [*address, *looked], told, **SLOW)
        made["add_text"].click(handlers.add_text, [*text, *looked], told, **SLOW)


def _connect_page(handlers: Handlers, made: Made, page: gr.Blocks) -> None:
    stocked = [made[name] for name in Handlers.stock_parts]
    shown = ("language", *Handlers.labels, *Handlers.chat_parts, *Handlers.stock_parts)
    outputs = [made[name] for name in shown]
    context = [made[name] for name in ("talk", "language", "search_talks")]
    first = page.load(handlers.load, [made["talk"], made["listing"]], outputs, **FAST)
    spoken = made["press_language"].click(
        handlers.speak,
        [made["command"], made["talk"], made["search_talks"], made["listing"]],
        outputs,
        **FAST,
    )
    for event in (first, spoken):
        event.then(handlers.exemplify, context[:2], made["welcome"], **FAST)
    looked = [made["seen"], made["listing"], made["language"]]
    gr.Timer(LOOK).tick(handlers.look, looked, stocked, **FAST)


def mount(app: FastAPI, page: gr.Blocks) -> FastAPI:
    """Put the page into an application, with everything off that it does not need."""
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        theme=theme(),
        head=HEAD,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=LARGEST_FILE,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
    )
    return mounted
