from __future__ import annotations

import threading

import pytest

from assistant.text.analysis import analyse, stem
from assistant.text.lexicon import translations


@pytest.mark.parametrize(
    ("word", "language", "others"),
    [
        ("students", "en", ("студенттер", "студентов")),
        ("правительство", "ru", ("үкімет", "government")),
        ("үкімет", "kk", ("правительство", "government")),
        ("здравоохранение", "ru", ("денсаулық",)),
        ("ambassador", "en", ("елші", "посол")),
    ],
)
def test_common_words_are_known_in_both_other_languages(word, language, others):
    found = translations([stem(word)], language).get(stem(word), {})
    assert all(found.get(stem(other), 0) > 0.2 for other in others)
    assert all(0 < strength <= 1 for strength in found.values())


def test_what_is_not_known_is_left_out():
    assert translations(["qqqqzz", "'; DROP TABLE translation; --", ""], "en") == {}
    assert translations([], "kk") == {}


def test_a_stem_is_looked_up_in_its_own_language():
    assert "студе" in translations(["student"], "en")["student"]
    assert translations(["student"], "ru") == {}


def test_threads_may_ask_at_once():
    stems = analyse(
        "The government of Kazakhstan signed a trade agreement with the ambassador of Russia"
    ).stems
    expected, failed = translations(stems, "en"), []

    def ask():
        if translations(stems, "en") != expected:
            failed.append(1)

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failed
