import time

from assistant.answering.models import chat_model, close_model
from assistant.answering.translation import Translator, read_lines
from assistant.settings import Settings
from tests.scripted import Script, ScriptedServer, closed_port, prompt_of

REPLY = "Sure!\nkk: Ақтау порты қандай?\n- RU: Какой порт в Актау?\nde: Welcher Hafen?"


def translated(server_url, text="What port?", languages=("kk", "ru"), patience=1.0, times=1):
    model = chat_model(Settings(chat_model="scripted", chat_base_url=server_url))
    translator = Translator(model, patience)
    try:
        return [translator.begin(text, languages)() for _ in range(times)][-1]
    finally:
        close_model(model)


def test_one_call_for_all_languages_and_it_is_remembered():
    with ScriptedServer(Script(REPLY)) as server:
        assert translated(server.url, times=3) == {"kk": "Ақтау порты қандай?", "ru": "Какой порт в Актау?"}
    assert len(server.requests) == 1
    assert "What port?" in prompt_of(server.requests[0])


def test_a_slow_model_is_not_waited_for():
    with ScriptedServer(Script(REPLY, first=30)) as server:
        started = time.perf_counter()
        assert translated(server.url, patience=0.1) == {}
        assert time.perf_counter() - started < 1
        assert server.gone.wait(2)


def test_a_failing_model_gives_none():
    assert translated(closed_port()) == {}


def test_what_is_no_translation_is_left_out():
    assert read_lines("kk: " + "a" * 500 + "\nen: fine\nkz: no", ["kk", "en"], 100) == {"en": "fine"}
    assert read_lines("nothing at all", ["kk"], 100) == {}
