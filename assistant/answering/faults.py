"""What can go wrong with a chat model, told apart, and said to the reader in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from assistant.types import Language

Cause = Literal[
    "unreachable", "refused", "missing", "busy", "broken", "slow", "silent", "late", "cut", "garbled",
    "endless", "empty", "overflow", "recited", "failed",
]  # fmt: skip

# Causes that may be gone a moment later, so that asking again is worth it.
PASSING: frozenset[Cause] = frozenset({"unreachable", "busy", "broken", "cut"})

OVERFLOW = re.compile(
    r"context[ _](?:length|window|size)|too many tokens|maximum.{0,20}tokens|prompt is too long",
    re.IGNORECASE,
)
BY_STATUS: dict[int, Cause] = {
    401: "refused",
    403: "refused",
    404: "missing",
    408: "slow",
    413: "overflow",
    429: "busy",
}
BY_NAME: tuple[tuple[re.Pattern[str], Cause], ...] = (
    (re.compile(r"ConnectTimeout|ConnectError|ConnectionRefused|gaierror"), "unreachable"),
    (re.compile(r"Unicode|JSONDecode|DecodingError|ValidationError"), "garbled"),
    (re.compile(r"RemoteProtocol|ReadError|IncompleteRead|ConnectionReset"), "cut"),
    (re.compile(r"Timeout"), "slow"),
    (re.compile(r"Connection"), "unreachable"),
)

TOLD: dict[Language, dict[Cause, str]] = {
    "kk": {
        "unreachable": "тіл моделінің серверіне қосылу мүмкін болмады",
        "refused": "тіл моделінің сервері кілтті қабылдамады",
        "missing": "серверде мұндай тіл моделі жоқ",
        "busy": "тіл моделінің сервері бос емес",
        "broken": "тіл моделінің серверінде қате болды",
        "slow": "тіл моделі уақытында жауап бастамады",
        "silent": "тіл моделі жауаптың ортасында үнсіз қалды",
        "late": "тіл моделі берілген уақытта аяқтамады",
        "cut": "тіл моделімен байланыс үзілді",
        "garbled": "тіл моделінің сервері оқылмайтын деректер жіберді",
        "endless": "тіл моделі тым ұзақ жазды",
        "empty": "тіл моделі бос жауап қайтарды",
        "overflow": "сұрақ пен дереккөздер тіл моделіне сыймады",
        "recited": "тіл моделі өз нұсқауларын айта бастады",
        "failed": "тіл моделі жауап бере алмады",
    },
    "ru": {
        "unreachable": "не удалось соединиться с сервером языковой модели",
        "refused": "сервер языковой модели не принял ключ",
        "missing": "на сервере нет такой языковой модели",
        "busy": "сервер языковой модели занят",
        "broken": "на сервере языковой модели произошла ошибка",
        "slow": "языковая модель не начала отвечать вовремя",
        "silent": "языковая модель замолчала посреди ответа",
        "late": "языковая модель не уложилась в отведённое время",
        "cut": "связь с языковой моделью прервалась",
        "garbled": "сервер языковой модели прислал нечитаемые данные",
        "endless": "языковая модель писала слишком долго",
        "empty": "языковая модель вернула пустой ответ",
        "overflow": "вопрос и источники не поместились в языковую модель",
        "recited": "языковая модель начала пересказывать свои указания",
        "failed": "языковая модель не смогла ответить",
    },
    "en": {
        "unreachable": "the language model's server cannot be reached",
        "refused": "the language model's server did not accept the key",
        "missing": "the server has no such language model",
        "busy": "the language model's server is busy",
        "broken": "the language model's server had an error",
        "slow": "the language model did not begin to answer in time",
        "silent": "the language model fell silent in the middle of the answer",
        "late": "the language model did not finish in the time allowed",
        "cut": "the connection to the language model broke off",
        "garbled": "the language model's server sent unreadable data",
        "endless": "the language model wrote on and on",
        "empty": "the language model gave an empty answer",
        "overflow": "the question and the sources do not fit into the language model",
        "recited": "the language model began to recite its instructions",
        "failed": "the language model could not answer",
    },
}
FALLBACK: dict[Language, str] = {
    "kk": "Бұл жауап мақалалардың өз сөйлемдерінен құралды: {cause}.",
    "ru": "Этот ответ составлен из предложений самих статей: {cause}.",
    "en": "This answer is made of the articles' own sentences: {cause}.",
}
CUT: dict[Language, str] = {
    "kk": "Жауап толық емес: {cause}.",
    "ru": "Ответ неполный: {cause}.",
    "en": "The answer is incomplete: {cause}.",
}


class ModelFault(Exception):
    """A call of the chat model that failed for a known cause."""

    def __init__(self, cause: Cause, wait: float | None = None) -> None:
        """Keep the cause and how many seconds the server asks to wait."""
        super().__init__(cause)
        self.cause = cause
        self.wait = wait


def fault_of(error: BaseException) -> ModelFault:
    """Find out why a call failed, from any provider's exception and what caused it."""
    if isinstance(error, ModelFault):
        return error
    chain = list(causes(error))
    for one in chain:
        status = getattr(one, "status_code", None) or getattr(
            getattr(one, "response", None), "status_code", None
        )
        if isinstance(status, int):
            return ModelFault(_by_status(status, str(one)), _retry_after(one))
    if any(OVERFLOW.search(str(one)) for one in chain):
        return ModelFault("overflow")
    for one in reversed(chain):
        for pattern, cause in BY_NAME:
            if pattern.search(type(one).__name__):
                return ModelFault(cause)
    return ModelFault("failed")


def note(cause: Cause, language: Language, *, fallback: bool) -> str:
    """Tell the reader why the answer is cut, or made without the model."""
    return (FALLBACK if fallback else CUT)[language].format(cause=TOLD[language][cause])


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what caused it, and so on; an error may be its own cause."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _by_status(status: int, text: str) -> Cause:
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status < 500:
        return "overflow" if OVERFLOW.search(text) else "failed"
    return "broken"


def _retry_after(error: BaseException) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None
