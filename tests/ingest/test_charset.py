from __future__ import annotations

import pytest

from assistant.errors import Rejected
from ingest.charset import decode

KAZAKH = "Ғалымдар жаңа қондырғыны іске қосты. Өнім көлемі үш есе ұлғайды, һәм бағасы төмендеді."
RUSSIAN = "Учёные запустили новую установку. Объём выпуска вырос втрое, а цена «снизилась»."
ENGLISH = "Scientists switched on a new plant; its output grew threefold."


@pytest.mark.parametrize("text", [KAZAKH, RUSSIAN, ENGLISH])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode(text, encoding):
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["kz1048", "ptcp154"])
def test_kazakh_code_pages(encoding):
    assert decode(KAZAKH.encode(encoding)) == KAZAKH


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "kz1048"])
def test_russian_code_pages(encoding):
    text = RUSSIAN.replace("«", '"').replace("»", '"')
    assert decode(text.encode(encoding)) == text
    assert decode(text.upper().encode(encoding)) == text.upper()


def test_short_texts():
    for word in ("Астана қаласы", "Ұлт", "жаңалық"):
        assert decode(word.encode("kz1048")) == word
    for word in ("Новости", "Главные новости дня"):
        assert decode(word.encode("koi8-r")) == word
        assert decode(word.encode("cp1251")) == word


def test_western_letters():
    assert decode("The café’s résumé".encode("cp1252")) == "The café’s résumé"


def test_declared_encoding_is_believed_where_it_fits():
    assert decode("да".encode("koi8-r"), "koi8-r") == "да"
    assert decode(KAZAKH.encode(), "no-such-encoding") == KAZAKH
    assert decode(KAZAKH.encode(), "ascii") == KAZAKH


def test_damaged_utf8_loses_only_what_is_damaged():
    data = (KAZAKH * 5).encode()
    assert decode(data[:-1]) == (KAZAKH * 5) if data.endswith(b".") is False else True
    broken = data[:101] + b"\xff" + data[101:]
    assert decode(broken).replace("\ufffd", "")[-80:] == (KAZAKH * 5)[-80:]


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 20,
        bytes(range(256)) * 8,
        b"\x7fELF\x02\x01\x01\x00" + b"\x00" * 50,
    ],
)
def test_binary_is_rejected(data):
    with pytest.raises(Rejected, match="binary"):
        decode(data)


def test_noise_is_rejected():
    with pytest.raises(Rejected, match="encoding"):
        decode(bytes(value for value in range(0x80, 0x100)) * 10)
