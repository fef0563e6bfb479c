"""The named endpoints, called by gradio's own client as a program would."""

from __future__ import annotations

import asyncio
import base64
import warnings

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from pydantic import SecretStr

from assistant.settings import Settings
from assistant.web.server import build_app
from tests.web.serving import serving

QUESTION = "How many flamingos were counted near Lake Balkhash?"


def connected(address, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the client's own code warns of
        return Client(address, verbose=False, analytics_enabled=False, **options)


@pytest.fixture
def client(assistant):
    with serving(asyncio.run(build_app(assistant, Settings()))) as address:
        opened = connected(address)
        yield opened
        opened.close()


def test_what_can_be_called_is_documented_and_nothing_else_is(client):
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    assert set(endpoints) == {"/ask", "/search", "/articles", "/ingest"}
    asked = {parameter["parameter_name"] for parameter in endpoints["/ask"]["parameters"]}
    assert asked == {"question", "language", "since", "until", "publisher", "article_language"}


def test_ask_search_and_articles(client):
    answer = client.predict(question=QUESTION, language="ru", api_name="/ask")
    assert (answer["question"], answer["language"]) == (QUESTION, "ru")
    assert answer["hits"][0]["article"]["id"] == "en-2"
    hits = client.predict(question="Karaganda tram", limit=1, api_name="/search")
    assert [hit["article"]["id"] for hit in hits] == ["en-1"]
    listed = client.predict(publisher="Sample Times", api_name="/articles")
    assert [row["id"] for row in listed] == ["en-1", "en-2"]
    for arguments in ({"question": " "}, {"question": QUESTION, "since": "soon"}):
        with pytest.raises(AppError):
            client.predict(**arguments, api_name="/ask")


def test_ingest_takes_addresses_only(client):
    for source in ("/etc/passwd", "file:///etc/passwd", "C:\\news.txt"):
        with pytest.raises(AppError):
            client.predict(source, api_name="/ingest")
    report = client.predict("http://127.0.0.1:9/news", api_name="/ingest")
    assert report["rejected"]


def test_a_public_server_without_a_password_takes_nothing_in(assistant):
    with serving(asyncio.run(build_app(assistant, Settings(host="0.0.0.0")))) as address:
        client = connected(address)
        assert "/ingest" not in client.view_api(return_format="dict")["named_endpoints"]
        client.close()


def test_a_program_gives_its_password_in_a_header(assistant):
    settings = Settings(password=SecretStr("reader:secret"))
    right = {"authorization": f"Basic {base64.b64encode(b'reader:secret').decode()}"}
    with serving(asyncio.run(build_app(assistant, settings))) as address:
        with pytest.raises(Exception, match="Please login"):
            connected(address)
        client = connected(address, headers=right)
        assert client.predict(question=QUESTION, api_name="/ask")["question"] == QUESTION
        client.close()
