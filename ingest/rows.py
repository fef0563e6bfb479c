"""Articles in rows: .json, .jsonl and .csv with id, title, text, url, publisher, published and language."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from assistant.errors import Rejected
from assistant.types import LANGUAGES, Article, Language, Rejection
from ingest.charset import decode, guess_line_encoding
from ingest.dateline import read_date
from ingest.source import Loaded, Source

_SAMPLE = 1 << 16
_LINE_LIMIT = 20_000_000
_LONGEST_ROW = 10_000_000
_LANGUAGE_NAMES = {
    "kz": "kk",
    "kaz": "kk",
    "kazakh": "kk",
    "rus": "ru",
    "russian": "ru",
    "eng": "en",
    "english": "en",
}

Numbered = tuple[str, Article | Rejection]


def load_jsonl(source: Source) -> Iterator[Loaded]:
    """Yield the article of each line; a broken line is a rejection that names its number."""
    return _unique(source, _json_lines(source))


def load_csv(source: Source) -> Iterator[Loaded]:
    """Yield the article of each row of a CSV file whose first line names the columns."""
    return _unique(source, _csv_rows(source))


def load_json(source: Source) -> Iterator[Loaded]:
    """Yield the articles of a JSON file: one object, or a list of them."""
    return _unique(source, _json_items(source))


def article_from_row(row: Mapping[str, Any]) -> Article:
    """Make an article of a row whose values may be anything; only the text must be there.

    Raises:
        Rejected: A value is of the wrong type, or there is no text.
    """
    text = _string(row, "text")
    if not text.strip():
        raise Rejected("It has no text.")
    article_id = row.get("id")
    return Article(
        text=text,
        title=_string(row, "title"),
        url=_url(_string(row, "url")),
        publisher=_string(row, "publisher"),
        published=_published(row.get("published")),
        language=_language(_string(row, "language")),
        id=str(article_id)
        if isinstance(article_id, int) and not isinstance(article_id, bool)
        else _string(row, "id").strip(),
    )


def text_id(text: str) -> str:
    """Return the id of an article that has neither an id nor a URL nor a file of its own."""
    return (
        "text-" + hashlib.blake2b(" ".join(text.split()).encode(errors="replace"), digest_size=8).hexdigest()
    )


def looks_like_rows(data: bytes) -> bool:
    """Tell whether the first line is a JSON object, as in a .jsonl file."""
    first = data.lstrip(b"\xef\xbb\xbf\r\n\t ").split(b"\n", 1)[0]
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Yield the lines of a text file, whatever its encoding; bytes that are no letters become lone surrogates."""
    sample = stream.read(_SAMPLE)
    stream.seek(0)
    encoding = guess_line_encoding(sample)
    if encoding.startswith(("utf-16", "utf-32")):
        yield from io.StringIO(stream.read().decode(encoding, errors="replace"))
        return
    while line := stream.readline(_LINE_LIMIT):
        yield line.decode(encoding, errors="surrogateescape")
        while len(line) == _LINE_LIMIT and not line.endswith(b"\n"):
            line = stream.readline(_LINE_LIMIT)


def _json_lines(source: Source) -> Iterator[Numbered]:
    for number, line in enumerate(_lines(source.stream), start=1):
        where = f"{source.name}:{number}"
        if len(line) >= _LONGEST_ROW:
            yield where, Rejection(source=where, reason="The line is too long for an article.")
        elif line.strip():
            yield where, _from_json(line, where)


def _json_items(source: Source) -> Iterator[Numbered]:
    try:
        content = json.loads(decode(source.read(), source.charset))
    except (ValueError, RecursionError) as error:
        raise Rejected(f"It is not JSON: {_why(error)}") from error
    rows = content if isinstance(content, list) else [content]
    for number, row in enumerate(rows, start=1):
        where = f"{source.name}[{number}]"
        yield where, _from_row(row, where)


def _csv_rows(source: Source) -> Iterator[Numbered]:
    csv.field_size_limit(_LINE_LIMIT)
    lines = _lines(source.stream)
    header = next(lines, "")
    delimiter = max(",;\t", key=header.count)
    columns = [column.strip().lower() for column in next(csv.reader([header], delimiter=delimiter), [])]
    if "text" not in columns:
        raise Rejected(
            "Its first line names no column 'text'.",
            "The columns: id, title, text, url, publisher, published, language.",
        )
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        where = f"{source.name}:{reader.line_num + 2}"
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield where, Rejection(source=where, reason=f"The row is broken: {error}.")
            continue
        if row is None:
            return
        if row:
            yield where, _from_row(dict(zip(columns, row, strict=False)), where)


def _from_json(line: str, where: str) -> Article | Rejection:
    try:
        return _from_row(json.loads(line.lstrip("\ufeff")), where)
    except (ValueError, RecursionError) as error:
        return Rejection(source=where, reason=f"The line is not JSON: {_why(error)}")


def _from_row(row: object, where: str) -> Article | Rejection:
    if not isinstance(row, dict):
        return Rejection(source=where, reason=f"It is {_kind(row)}, not an object with a text.")
    try:
        return article_from_row(row)
    except Rejected as error:
        return Rejection(source=where, reason=str(error))


def _string(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Rejected(f"'{name}' is {_kind(value)}, not a string.")
    if re.search("[\udc80-\udcff]", value):
        raise Rejected(f"'{name}' has bytes that are no letters.", "Save the file as UTF-8.")
    return value


def _url(value: str) -> str:
    value = value.strip()
    if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc):
        raise Rejected("'url' is not an http or https address.")
    return value


def _published(value: object) -> date | None:
    if value is None or value == "":
        return None
    found = read_date(value) if isinstance(value, str) else None
    if found is None:
        raise Rejected(f"'published' is {_kind(value)} that is no date.", "Write it as 2024-11-27.")
    return found


def _language(value: str) -> Language | None:
    code = value.strip().lower().replace("_", "-").split("-")[0]
    code = _LANGUAGE_NAMES.get(code, code)
    if not code:
        return None
    if code not in LANGUAGES:
        raise Rejected(
            f"'language' is {value[:20]!r}, not kk, ru or en.", "Leave it out where it is not known."
        )
    return code


def _kind(value: object) -> str:
    names = {
        str: "a string",
        bool: "a truth value",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), "nothing")


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}."
    return "it is nested too deep." if isinstance(error, RecursionError) else f"{error}."


def _unique(source: Source, rows: Iterable[Numbered]) -> Iterator[Loaded]:
    """Let the first article of each id through and reject the others of the same source; no row at all is told."""
    seen: dict[str, str] = {}
    where = ""
    for where, item in rows:
        if isinstance(item, Article) and (key := item.id or item.url):
            if key in seen:
                yield Rejection(
                    source=where,
                    reason=f"The id {key[:80]!r} stands there twice; that of {seen[key]} was taken.",
                )
                continue
            seen[key] = where
        yield item
    if not where:
        yield Rejection(source=source.name, reason="It has no rows.")
