"""What is installed and pinned is new enough: versions below these have known holes. And secrets stay where they are."""

from __future__ import annotations

import logging
import re
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from assistant import Assistant, Settings
from assistant.answering.extractive import ExtractiveAnswerer
from assistant.answering.setup import chat_parts
from assistant.library import backups
from assistant.retrieval.hybrid import HybridRetriever
from assistant.text.aliases import Aliases
from tests.scripted import Script, ScriptedServer

ROOT = Path(__file__).parent.parent
KEY, PASSWORD = "sk-canary-0b5d", "canary-of-the-door"
LEAST = {
    "aiohttp": "3.13.3",
    "chromadb": "1.5.9",
    "gradio": "6.31",
    "h11": "0.16",
    "jinja2": "3.1.6",
    "langchain": "1.4.7",
    "langchain-core": "1.3.3",
    "lxml": "6.1",
    "pillow": "12.1",
    "pypdf": "6.6",
    "python-multipart": "0.0.22",
    "requests": "2.32.4",
    "starlette": "0.49.1",
    "torch": "2.6",
    "transformers": "5.3",
    "urllib3": "2.6.3",
}


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if re.fullmatch(r"[\w.-]+==[\w.+]+", line))


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_what_had_holes_is_new_enough(name, least):
    assert Version(pinned()[name]) >= Version(least)
    try:
        assert Version(version(name)) >= Version(least)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed")


def test_text_splitters_are_new_enough_where_they_are_wanted():
    found = pinned().get("langchain-text-splitters")
    assert found is None or Version(found) >= Version("1.1.2")


def test_every_dependency_is_pinned_to_what_the_project_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [wanted for extra in project["optional-dependencies"].values() for wanted in extra]
    for requirement in map(Requirement, [*project["dependencies"], *extras]):
        assert requirement.specifier, requirement
        assert pinned()[requirement.name.lower()] in requirement.specifier, requirement


def test_nothing_is_taken_from_elsewhere():
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        assert (
            not line.strip() or line.startswith("#") or re.fullmatch(r"[\w.-]+==[\w.+]+(?: *;.*)?", line)
        ), line


@pytest.mark.parametrize("status", [200, 401, 500])
def test_no_secret_is_in_logs_or_errors_or_exports(library, encoder, tmp_path, caplog, status):
    caplog.set_level(logging.DEBUG)
    with ScriptedServer(Script(f"no, {KEY} is wrong", status=status)) as server:
        settings = Settings(
            chat_model="scripted", chat_base_url=server.url, chat_api_key=KEY, password=f"reader:{PASSWORD}"
        )
        answerer, _ = chat_parts(settings, encoder, ExtractiveAnswerer(encoder), Aliases.load())
        assistant = Assistant(
            library=library, retriever=HybridRetriever(library, encoder), answerer=answerer, encoder=encoder
        )
        answer = assistant.ask("How many passengers does the Karaganda tram line carry?")
        answerer.close()
    backups.backup(library.folder, tmp_path / "copy")
    backups.rescue(library.folder, tmp_path / "saved")
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    shown = "\n".join((repr(settings), repr(assistant), repr(answerer), repr(vars(answerer)), answer.note))
    for secret in (KEY, PASSWORD):
        assert secret not in caplog.text.replace(f"no, {KEY} is wrong", "")
        assert secret not in shown
        assert secret.encode() not in written
