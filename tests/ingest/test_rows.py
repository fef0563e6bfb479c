from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest

from assistant.errors import Rejected
from assistant.types import Article
from ingest.loaders import load_file
from ingest.rows import load_jsonl
from ingest.source import Source

TEXT = "Ақтауда жаңа айлақ ашылды. Ол жылына екі миллион тонна жүк қабылдайды."


def load(path):
    return list(load_file(path))


def test_rows_of_every_kind(tmp_path):
    row = {
        "id": 7,
        "title": "Айлақ",
        "text": TEXT,
        "url": "https://n.example/1",
        "publisher": "Дала",
        "published": "2024-05-06",
        "language": "kz",
    }
    expected = Article(
        id="7",
        title="Айлақ",
        text=TEXT,
        url="https://n.example/1",
        publisher="Дала",
        published=date(2024, 5, 6),
        language="kk",
    )
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps([row]), encoding="utf-8")
    (tmp_path / "c.json").write_text(json.dumps(row), encoding="utf-8")
    with (tmp_path / "d.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, row, delimiter=";")
        writer.writeheader()
        writer.writerow(row)
    for path in sorted(tmp_path.iterdir()):
        assert load(path) == [expected]


def test_rows_need_only_a_text(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(
        json.dumps({"text": TEXT}) + "\n" + json.dumps({"text": TEXT, "url": "https://n.example/1"}),
        encoding="utf-8",
    )
    bare, with_url = load(path)
    assert bare.id.startswith("text-")
    assert with_url.id == "https://n.example/1"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{broken", "not JSON"),
        ("[1, 2]", "a list"),
        ('"text"', "a string"),
        ("{}", "no text"),
        ('{"text": 5}', "'text' is a number"),
        ('{"text": "а", "title": ["x"]}', "'title' is a list"),
        ('{"text": "а", "published": "soon"}', "'published'"),
        ('{"text": "а", "published": 2024}', "'published'"),
        ('{"text": "а", "language": "de"}', "'language'"),
        ('{"text": "а", "url": "javascript:alert(1)"}', "'url'"),
        ('{"text": "а", "url": "file:///etc/passwd"}', "'url'"),
        ("[" * 100_000, "nested"),
    ],
)
def test_broken_lines_are_rejected_by_number_and_the_others_go_on(tmp_path, row, reason):
    path = tmp_path / "a.jsonl"
    good = json.dumps({"id": "good", "text": TEXT})
    path.write_text(f"{row}\n{good}\n", encoding="utf-8")
    rejection, article = load(path)
    assert rejection.source == f"{path}:1"
    assert reason in rejection.reason
    assert article.id == "good"


def test_ids_that_stand_twice_are_taken_once(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "x", "text": "бір"}\n{"id": "x", "text": "екі"}', encoding="utf-8")
    first, second = load(path)
    assert first.text == "бір"
    assert second.source.endswith(":2")
    assert "twice" in second.reason


def test_one_line_in_another_encoding_spoils_no_other(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [json.dumps({"text": TEXT + str(number)}, ensure_ascii=False).encode() for number in range(4)]
    lines[1] = json.dumps({"text": "Новости дня"}, ensure_ascii=False).encode("cp1251")
    path.write_bytes(b"\n".join(lines))
    results = load(path)
    assert [isinstance(result, Article) for result in results] == [True, False, True, True]
    assert "no letters" in results[1].reason


def test_rows_in_an_old_code_page(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(f"text,title\n{TEXT},Айлақ\n".encode("kz1048"))
    assert load(path)[0].text == TEXT


def test_csv_with_line_breaks_and_broken_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('text,published\n"бір\nекі",\nүш,soon\nтөрт\n', encoding="utf-8")
    first, second, third = load(path)
    assert (first.text, third.text) == ("бір\nекі", "төрт")
    assert second.source == f"{path}:4"


def test_csv_without_the_column(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Rejected, match="'text'"):
        load(path)


def test_utf16_rows():
    data = '{"text": "бір екі"}\n{"text": "үш"}\n'.encode("utf-16")
    assert [row.text for row in load_jsonl(Source(name="a", stream=io.BytesIO(data)))] == ["бір екі", "үш"]
