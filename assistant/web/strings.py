"""What the web chat says, in three languages: gradio's own translations have no Kazakh."""

from __future__ import annotations

from typing import TypedDict

from assistant.errors import AssistantError
from assistant.types import Language


class Strings(TypedDict):
    """The texts of the page in one language."""

    name: str
    title: str
    intro: str
    placeholder: str
    ask: str
    stop: str
    new: str
    examples: str
    sources: str
    also_in: str
    language: str
    searching: str
    questions: list[str]
    errors: dict[str, str]


STRINGS: dict[Language, Strings] = {
    "kk": {
        "name": "Қазақша",
        "title": "Жаңалықтар көмекшісі",
        "intro": "Жиналған мақалалар бойынша сұрақ қойыңыз. Жауап дереккөзімен беріледі.",
        "placeholder": "Сұрағыңызды жазыңыз",
        "ask": "Сұрау",
        "stop": "Тоқтату",
        "new": "Жаңа әңгіме",
        "examples": "Мысалдар",
        "sources": "Дереккөздер",
        "also_in": "Мұнда да бар",
        "language": "Тіл",
        "searching": "Ізделуде…",
        "questions": [
            "Ресейде қанша қазақстандық студент оқиды?",
            "Дүниежүзілік көшпенділер ойындары қайда өтті?",
            "Атом электр станциясы туралы референдум қашан болды?",
        ],
        "errors": {
            "EmptyQuestion": "Сұрақ бос. Бірдеңе сұраңыз.",
            "QuestionTooLong": "Сұрақ тым ұзын. Қысқаша сұраңыз.",
            "UnknownLanguage": "Бұл тіл түсініксіз. Қазақша, орысша немесе ағылшынша сұраңыз.",
            "EmptyLibrary": "Әзірге мақала жоқ. Мақала қосыңыз: assistant ingest",
        },
    },
    "ru": {
        "name": "Русский",
        "title": "Помощник по новостям",
        "intro": "Спросите о том, что есть в собранных статьях. Ответ даётся с источниками.",
        "placeholder": "Напишите вопрос",
        "ask": "Спросить",
        "stop": "Остановить",
        "new": "Новый разговор",
        "examples": "Примеры",
        "sources": "Источники",
        "also_in": "Также в",
        "language": "Язык",
        "searching": "Идёт поиск…",
        "questions": [
            "Сколько казахстанских студентов учится в России?",
            "Где прошли Всемирные игры кочевников?",
            "Когда был референдум об атомной электростанции?",
        ],
        "errors": {
            "EmptyQuestion": "Вопрос пуст. Спросите что-нибудь.",
            "QuestionTooLong": "Вопрос слишком длинный. Спросите короче.",
            "UnknownLanguage": "Этот язык здесь не понимают. Спросите по-казахски, по-русски или по-английски.",
            "EmptyLibrary": "Статей пока нет. Добавьте их: assistant ingest",
        },
    },
    "en": {
        "name": "English",
        "title": "News assistant",
        "intro": "Ask about what is in the collected articles. Answers come with their sources.",
        "placeholder": "Type a question",
        "ask": "Ask",
        "stop": "Stop",
        "new": "New conversation",
        "examples": "Examples",
        "sources": "Sources",
        "also_in": "Also in",
        "language": "Language",
        "searching": "Searching…",
        "questions": [
            "How many Kazakh students study in Russia?",
            "Where were the World Nomad Games held?",
            "When was the referendum on the nuclear power plant?",
        ],
        "errors": {
            "EmptyQuestion": "The question is empty. Ask something.",
            "QuestionTooLong": "The question is too long. Ask something shorter.",
            "UnknownLanguage": "This language is not understood here. Ask in Kazakh, Russian or English.",
            "EmptyLibrary": "There are no articles yet. Add some: assistant ingest",
        },
    },
}


def error_text(error: AssistantError, language: Language) -> str:
    """Return what to tell the reader about an error."""
    return STRINGS[language]["errors"].get(type(error).__name__, str(error))
