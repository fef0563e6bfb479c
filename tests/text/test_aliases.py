from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.text import aliases
from assistant.text.aliases import Aliases

ALIASES = Aliases.load()


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("ТМД-ға кірген елдер", "CIS"),
        ("саммит СНГ", "Тәуелсіз мемлекеттер достастығы"),
        ("в рамках Содружества Независимых Государств", "ТМД"),
        ("Ұжымдық қауіпсіздік туралы шарт ұйымына мүше", "ОДКБ"),
        ("Еуразия экономикалық одағының бюджеті", "EAEU"),
        ("members of the Shanghai Cooperation Organisation", "ШЫҰ"),
        ("БҰҰ-ның Бас хатшысы", "United Nations"),
        ("Мәскеу мемлекеттік халықаралық қатынастар институтында", "МГИМО"),
        ("Ресейден келді", "Россия"),
        ("с Россией", "Ресей"),
        ("ресейде қанша адам тұрады", "Russia"),
        ("Kazakhstan's economy", "Қазақстан"),
        ("рост ВВП", "GDP"),
        ("жалпы ішкі өнімнің өсімі", "ВВП"),
    ],
)
def test_other_names(text, other):
    assert other in ALIASES.expand(text)


@pytest.mark.parametrize(
    "text",
    ["Tell us who won", "Много семей получили жильё", "Қазан айында", "Индиана штаты", "қазақ тілі", ""],
)
def test_what_is_not_a_name(text):
    assert ALIASES.expand(text) == []


def test_a_name_that_is_there_is_not_added():
    others = ALIASES.expand("ШОС или Шанхайская организация сотрудничества")
    assert "ШОС" not in others
    assert "Шанхайская организация сотрудничества" not in others
    assert len(others) == len(set(others))


def test_same():
    assert ALIASES.same("ТМД", "CIS")
    assert ALIASES.same("Ресейдің", "России")
    assert ALIASES.same("Арқалық", "арқалық")
    assert not ALIASES.same("США", "us")
    assert not ALIASES.same("Астана", "Алматы")
    assert not ALIASES.same("Қазақстан", "Солтүстік Қазақстан")


def test_the_table_is_sound():
    table = Path(aliases.__file__).with_name("aliases.txt")
    rows = [
        [name.strip() for name in line.split(",")]
        for line in table.read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    names = [name for row in rows for name in row]
    assert len(ALIASES) == len(rows) >= 60
    assert all(names)
    assert len(names) == len(set(names))
    assert all(len(row) > 1 for row in rows)


def test_own_names_are_added(tmp_path: Path):
    path = tmp_path / "names.txt"
    path.write_text("\ufeff# ours\nБөкен, Saiga , сайгак\n\n", "utf-8")
    own = Aliases.load(path)
    assert len(own) == len(ALIASES) + 1
    assert own.expand("Saigas migrate") == ["Бөкен", "сайгак"]
    assert "CIS" in own.expand("ТМД")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_a_file_that_cannot_be_read(tmp_path: Path, content):
    path = tmp_path / "names.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match="names"):
        Aliases.load(path)


@given(st.text(), st.text())
def test_any_text(a, b):
    assert all(isinstance(name, str) for name in ALIASES.expand(a))
    assert ALIASES.same(a, a)
    assert ALIASES.same(a, b) == ALIASES.same(b, a)


@pytest.mark.parametrize("piece", ["қ", "ТМД ", "Шанхай ынтымақтастық ", "a, "])
def test_long_text_takes_linear_time(piece):
    started = time.process_time()
    ALIASES.expand(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 20
