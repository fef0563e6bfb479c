"""The assistant with a chat model, from its settings to the message of a chain."""

import asyncio
import json
from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from assistant import Assistant, HashEncoder, MissingExtra, Settings, Turn, UsageError
from assistant.answering.models import chat_model, limits_of
from assistant.cli import main
from assistant.interop import message
from assistant.types import LANGUAGES
from tests.conftest import ARTICLES
from tests.scripted import Script, ScriptedServer, prompt_of

REPLY = "The tram line of Karaganda carries 20,000 passengers a day [1]."
QUESTION = "How many passengers does the Karaganda tram line carry?"


def scripted(request):
    """Translate, or answer with the source that has the tram line."""
    prompt = prompt_of(request)
    if "<source-" not in prompt:
        return Script(
            "kk: Қарағанды трамвайы қанша жолаушы тасиды?\nru: Сколько пассажиров перевозит трамвай Караганды?"
        )
    numbers = [
        one
        for one in range(1, 11)
        if "tram line" in prompt.partition(f'number="{one}">')[2].partition("</source")[0]
    ]
    return Script(REPLY.replace("[1]", f"[{numbers[0]}]"), piece=6)


@pytest.fixture
def server():
    with ScriptedServer(scripted) as running:
        yield running


@pytest.fixture
def chatting(server, library, encoder, monkeypatch):
    from assistant.answering.extractive import ExtractiveAnswerer
    from assistant.answering.setup import chat_parts
    from assistant.retrieval.across import TranslatingRetriever
    from assistant.retrieval.hybrid import HybridRetriever
    from assistant.text.aliases import Aliases

    settings = Settings(chat_model="scripted", chat_base_url=server.url)
    answerer, translator = chat_parts(settings, encoder, ExtractiveAnswerer(encoder), Aliases.load())
    retriever = TranslatingRetriever(HybridRetriever(library, encoder), translator, lambda: LANGUAGES)
    with Assistant(library=library, retriever=retriever, answerer=answerer, encoder=encoder) as made:
        yield made


def test_ask_and_stream_go_through_the_model(chatting, server):
    answer = chatting.ask(QUESTION)
    assert answer.text == REPLY
    assert answer.answerer == "scripted"
    assert answer.citations[0].article.id == "en-1"
    assert answer.verdict == "supported"
    assert {"search", "first", "model", "total"} <= answer.timings.keys()
    assert any("asked in kk" in hit.ranks for hit in answer.hits)
    chatting.ask(QUESTION)
    assert sum("<source-" not in prompt_of(request) for request in server.requests) == 1  # translated once
    kinds = [event.kind for event in chatting.stream(QUESTION)]
    assert kinds[:3] == ["status", "sources", "status"]
    assert kinds[-1] == "answer"


def test_asynchronous_streams_too(chatting):
    async def main_():
        return [
            event
            async for event in chatting.astream(
                QUESTION, [Turn(question="Is there a tram?", answer="Yes [1].")]
            )
        ]

    events = asyncio.run(main_())
    assert "".join(event.text for event in events if event.kind == "delta") == events[-1].answer.text == REPLY


def test_cancelling_the_assistants_stream_cancels_the_model_call(chatting, server):
    server.scripts[:] = [Script("kk: x\nru: y"), Script(REPLY, first=30)]

    async def cancelled():
        task = asyncio.create_task(chatting.aask(QUESTION))
        while len(server.requests) < 2:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert server.gone.wait(2)


def test_an_answer_is_a_message_with_annotations(chatting):
    answered = (chatting.as_runnable() | message).invoke(QUESTION)
    (block,) = answered.content_blocks
    assert block["type"] == "text"
    assert answered.text == REPLY
    (annotation,) = block["annotations"]
    assert annotation["type"] == "citation"
    assert annotation["url"] == "https://example.org/en/tram"
    assert annotation["title"] == "Karaganda gets a new tram line"
    assert "20,000 passengers" in annotation["cited_text"]
    assert block["text"][annotation["start_index"] : annotation["end_index"]] == REPLY
    assert annotation["extras"]["verdict"] == "supported"
    assert answered.response_metadata["answerer"] == "scripted"


def test_extractive_answers_are_messages_too(assistant):
    answered = message(assistant.ask(QUESTION))
    for annotation in answered.content_blocks[0]["annotations"]:
        assert answered.text[annotation["start_index"] : annotation["end_index"]].startswith("[")


def test_settings_choose_the_model(server, tmp_path, monkeypatch):
    monkeypatch.setattr("assistant.assistant.load_encoder", lambda _: HashEncoder())
    settings = Settings(chat_model="scripted", chat_base_url=server.url, data_dir=tmp_path, reranker="none")
    with Assistant.from_settings(settings) as made:
        made.ingest(list(ARTICLES))
        assert made.ask(QUESTION).text == REPLY


@pytest.mark.parametrize("name", ["gpt-5-mini", "nobody:model", "openai:"])
def test_a_model_that_is_not_known_is_named(name):
    with pytest.raises(UsageError, match="ASSISTANT_CHAT_MODEL"):
        chat_model(Settings(chat_model=name))


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("ollama:x", "langchain_ollama", "ollama"),
        ("anthropic:x", "langchain_anthropic", "anthropic"),
        ("google:x", "langchain_google_genai", "google"),
    ],
)
def test_a_missing_provider_names_its_install_command(name, package, extra):
    if find_spec(package):
        pytest.skip(f"{package} is installed")
    with pytest.raises(MissingExtra, match=rf"pip install 'news-assistant\[{extra}\]'"):
        chat_model(Settings(chat_model=name))


def test_a_missing_tracing_package_names_its_install_command():
    from assistant.answering.tracing import trace

    if find_spec("openinference"):
        pytest.skip("openinference is installed")
    with pytest.raises(MissingExtra, match="otel"):
        trace("http://127.0.0.1:9/v1/traces")


def test_a_missing_key_is_a_usage_error(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UsageError, match="cannot be used"):
        chat_model(Settings(chat_model="openai:gpt-5-mini"))


def test_the_timeout_bounds_every_limit():
    assert limits_of(Settings(chat_timeout=2)).first == 2
    assert limits_of(Settings()).total == 120


def test_eval_compares_extractive_and_model(server, tmp_path, monkeypatch):
    monkeypatch.setattr("assistant.assistant.load_encoder", lambda _: HashEncoder())
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "scripted")
    monkeypatch.setenv("ASSISTANT_CHAT_BASE_URL", server.url)
    monkeypatch.setenv("ASSISTANT_RERANKER", "none")
    asked = {
        "id": "q1",
        "question": QUESTION,
        "language": "en",
        "answerable": True,
        "norm": ["20,000"],
        "relevant": ["en-1"],
    }
    questions, articles = tmp_path / "questions.jsonl", tmp_path / "articles.jsonl"
    questions.write_text(json.dumps(asked) + "\n", encoding="utf-8")
    rows = (
        {"id": one.id, "title": one.title, "text": one.text, "language": one.language} for one in ARTICLES
    )
    articles.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    command = ["eval", str(questions), "--answerer", "extractive", "--answerer", "model"]
    told = json.loads(CliRunner().invoke(main, [*command, "--json"], catch_exceptions=False).output)
    found = {row["answerer"]: row for row in told if row["language"] == "all"}
    assert found.keys() == {"extractive", "model"}
    assert found["model"]["cited first"]["value"] == found["model"]["says it"]["value"] == 1
    table = CliRunner().invoke(main, command, catch_exceptions=False).output
    assert "extractive" in table
    assert "model" in table


def test_eval_needs_a_model_to_compare(tmp_path, monkeypatch):
    monkeypatch.delenv("ASSISTANT_CHAT_MODEL", raising=False)
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        '{"id": "q", "question": "Who?", "language": "en", "answerable": true}\n', encoding="utf-8"
    )
    result = CliRunner().invoke(main, ["eval", str(questions), "--answerer", "model"])
    assert result.exit_code == 2
    assert "ASSISTANT_CHAT_MODEL" in result.output
