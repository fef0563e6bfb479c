"""Bad rows: .jsonl, .json and .csv files."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.faults.case import ENGLISH, MB, MIXED, Case


def lines() -> Iterator[Case]:
    """Make .jsonl and .json cases."""
    good = json.dumps({"id": "good", "text": MIXED})
    yield Case("broken.jsonl", f'{good}\n{{"text": "cut\n\n[]\n7\nnull\n"text"\n', "ingested")
    yield Case("types.jsonl", "\n".join(json.dumps({"text": text}) for text in (7, None, [], {}, True, 1.5)))
    for field, value in (
        ("title", ["a"]),
        ("url", "javascript:alert(1)"),
        ("url", "file:///etc/passwd"),
        ("published", "0000-00-00"),
        ("published", 20240101),
        ("language", "xx"),
        ("id", {"a": 1}),
    ):
        yield Case(
            f"{field} {str(value)[:4]}.jsonl".replace("/", "_"), json.dumps({"text": MIXED, field: value})
        )
    yield Case(
        "twice.jsonl", "\n".join([good, good, json.dumps({"id": "good", "text": ENGLISH})]), "ingested"
    )
    yield Case("escaped surrogate.jsonl", '{"text": "A word \\ud800 and ' + ENGLISH + '"}', "either")
    yield Case("surrogate in id.jsonl", '{"id": "\\ud800", "text": "' + ENGLISH + '"}', "either")
    yield Case("deep.jsonl", '{"text": ' + "[" * 200_000 + "]" * 200_000 + "}")
    yield Case("a row of 12 MB.jsonl", json.dumps({"text": "word " * 2_400_000}))
    yield Case("a title of 1 MB.jsonl", json.dumps({"text": ENGLISH, "title": "word " * 200_000}), "either")
    yield Case("an id of 1 MB.jsonl", json.dumps({"text": ENGLISH, "id": "x" * MB}), "either")
    yield Case(
        "an address of 1 MB.jsonl",
        json.dumps({"text": ENGLISH, "url": "http://example.org/" + "x" * MB}),
        "either",
    )
    yield Case("a long number.jsonl", f'{{"id": {"9" * 5000}, "text": "{ENGLISH}"}}')
    yield Case("not a number.jsonl", f'{{"id": NaN, "published": Infinity, "text": "{ENGLISH}"}}')
    yield Case("upwards.jsonl", json.dumps({"id": "../../../etc/passwd", "text": ENGLISH}), "ingested")
    yield Case(
        "many unknown.jsonl", json.dumps({"text": ENGLISH, **{f"k{n}": n for n in range(50_000)}}), "ingested"
    )
    yield Case("list.json", json.dumps([{"text": ENGLISH}, 7, {"text": ""}]), "ingested")
    yield Case("number.json", "7")
    yield Case("cut.json", '[{"text": "' + ENGLISH)
    yield Case("deep.json", "[" * 200_000)
    yield Case("300,000 numbers.json", json.dumps(list(range(300_000))))


def tables() -> Iterator[Case]:
    """Make .csv cases."""
    yield Case("fine.csv", f'id,text\n1,"{ENGLISH}"\n', "ingested")
    yield Case("only a head.csv", "id,text\n")
    yield Case("no text column.csv", "id,body\n1,a\n")
    yield Case("open quote.csv", 'id,text\n1,"' + "never closed\n" * 200_000, "either")
    yield Case("zeros.csv", f"id,text\n1,{ENGLISH.replace(',', '')}\0\n", "either")
    yield Case("ragged.csv", "id,text\n1\n2,a b c d,3,4\n,,,\n", "either")
    yield Case(
        "10,000 columns.csv",
        "text," + ",".join(f"c{n}" for n in range(10_000)) + "\na" + ",b" * 10_000,
        "either",
    )
    yield Case("formula.csv", f'id,text\n"=cmd|calc","{ENGLISH}"\n', "ingested")
    yield Case("a field of 25 MB.csv", "id,text\n1," + "x" * 25_000_000)
