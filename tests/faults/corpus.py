"""Bad input, made here: what people and programs put into a folder of articles, by mistake or on purpose."""

from __future__ import annotations

import io
import json
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.faults.case import ENGLISH, KAZAKH, MB, MIXED, RUSSIAN, Case
from tests.faults.papers import document, pdf, pdf_bomb, pdf_loop, scanned
from tests.faults.tabular import lines, tables


def cases() -> list[Case]:
    """Make all cases; each has its own name."""
    return [
        *_encodings(),
        *_texts(),
        *_files(),
        *_pages(),
        *_feeds(),
        *_documents(),
        *_portable(),
        *lines(),
        *tables(),
    ]


def _encodings() -> Iterator[Case]:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "kz1048", "ptcp154"):
        yield Case(f"kazakh {encoding}.txt", (KAZAKH * 3).encode(encoding), "ingested")
    for encoding in ("cp1251", "koi8-r", "cp866", "utf-16-le", "utf-16-be"):
        yield Case(f"russian {encoding}.txt", (RUSSIAN * 3).encode(encoding), "ingested")
    yield Case(
        "english cp1252.txt", ("The café — “Élysée” — opened in the town. " * 4).encode("cp1252"), "ingested"
    )
    yield Case("two encodings.txt", KAZAKH.encode() + b"\n" + RUSSIAN.encode("cp1251"), "either")
    yield Case("zeros between.txt", ENGLISH.encode().replace(b" ", b"\0"), "either")
    yield Case("one zero.txt", ENGLISH.encode() * 20 + b"\0" + ENGLISH.encode(), "ingested")
    yield Case("surrogates.txt", ENGLISH.encode() + b"\xed\xa0\x80\xed\xb0\x80", "either")
    yield Case("overlong.txt", ENGLISH.encode() + b"\xc0\xaf\xe0\x80\xaf", "either")
    yield Case("only a mark.txt", b"\xef\xbb\xbf")
    yield Case("odd utf-16.txt", b"\xff\xfe" + ENGLISH.encode("utf-16-le") + b"x", "ingested")
    yield Case(
        "page cp1251.html", f"<meta charset=windows-1251><p>{RUSSIAN * 3}".encode("cp1251"), "ingested"
    )
    yield Case("page that lies.html", f"<meta charset=utf-8><p>{RUSSIAN * 3}".encode("cp1251"), "either")
    yield Case("unknown charset.html", f"<meta charset=x-none><p>{RUSSIAN * 3}", "ingested")


def _texts() -> Iterator[Case]:
    yield Case("empty.txt", b"")
    yield Case("spaces.txt", b" \t\r\n" * 1000)
    yield Case("invisible.txt", "\u200b\u200d\ufeff\u00ad" * 500)
    yield Case("signs.txt", "--- *** === ??? !!! ...\n" * 50)
    yield Case("100 MB.txt", lambda path: _large(path, b"a word and another ", 100 * MB))
    yield Case("a line of 10 MB.txt", lambda path: _large(path, b"word ", 10 * MB))
    yield Case("no space in 1.9 MB.txt", "x" * 1_900_000, "either")
    yield Case("1.9 MB of marks.txt", "e" + "\u0301" * 900_000, "either")
    yield Case("900,000 lines.txt", "a\n" * 900_000, "either")
    yield Case("digits.txt", "1 2 3 4 5 " * 190_000, "either")
    yield Case("sentences.txt", "Yes. No. " * 200_000, "ingested")
    yield Case("quotes.txt", "«" * 400_000 + "a" + "»" * 400_000, "either")
    yield Case("right to left.txt", "\u202e" + ENGLISH * 3 + "\u202c", "ingested")
    yield Case("escape codes.txt", "\x1b[2J\x1b]0;title\x07" + ENGLISH * 3, "either")
    yield Case("front matter.md", "---\ntitle: [" + "[" * 10_000 + "\n---\n" + ENGLISH, "either")
    yield Case("headings.md", "#" * 100_000 + " a\n" + "# b\n" * 50_000 + ENGLISH, "either")
    yield Case("links.md", "[a](" * 50_000 + ENGLISH, "either")
    yield Case("emphasis.md", "*_" * 100_000 + ENGLISH, "either")


def _files() -> Iterator[Case]:
    yield Case("binary.txt", random.Random(1).randbytes(50_000))
    yield Case("picture.txt", b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(5000))
    yield Case("archive.txt", zlib.compress(ENGLISH.encode() * 100))
    yield Case("word as text.txt", lambda _: document([ENGLISH]))
    yield Case("text as word.docx", ENGLISH)
    yield Case("text as portable.pdf", ENGLISH)
    yield Case("no suffix", ENGLISH)
    yield Case("unknown.xyz", ENGLISH)
    yield Case("pipe.txt", os.mkfifo)
    yield Case(
        "folder.txt",
        lambda path: (path.mkdir(), (path / "inside.txt").write_text(ENGLISH * 2))[0],
        "ingested",
    )
    yield Case("loop.txt", lambda path: path.symlink_to(path))
    yield Case("dangling.txt", lambda path: path.symlink_to(path.with_name("nowhere")))
    yield Case("endless.txt", lambda path: path.symlink_to("/dev/zero"))
    yield Case("folders in a loop", _folder_loop, "ingested")
    yield Case("no permission.txt", lambda path: (path.write_text(ENGLISH), path.chmod(0))[0], "either")
    yield Case("growing.txt", _growing, "either")
    yield Case("upwards.txt", lambda path: _via(path, "deep/../../upwards.txt"), "ingested")
    yield Case("line\nbreak.txt", ENGLISH * 2, "ingested")
    yield Case("control \x1b[31m.txt", ENGLISH * 2, "ingested")
    yield Case(f"{'long ' * 49}.txt", ENGLISH * 2, "ingested")
    yield Case("қазақша 🙂.txt", KAZAKH * 2, "ingested")
    yield Case("bytes.txt", lambda path: _via(path, os.fsdecode(b"\xff\xfe name.txt")), "ingested")
    yield Case("'; DROP TABLE versions; --.txt", ENGLISH * 2, "ingested")


def _pages() -> Iterator[Case]:
    yield Case("100,000 deep.html", "<div>" * 100_000 + ENGLISH, "either")
    yield Case("100,000 spans deep.html", "<p><span>" * 100_000 + ENGLISH, "either")
    yield Case("lists in lists.html", "<ul><li>" * 50_000 + ENGLISH, "either")
    yield Case("colspan.html", "<table>" + f"<tr><td colspan=1000000000>{ENGLISH}</td></tr>" * 200, "either")
    yield Case("rowspan.html", "<table>" + f"<tr><td rowspan=65534>{ENGLISH}</td></tr>" * 200, "either")
    yield Case("100,000 cells.html", "<table><tr>" + "<td>a</td>" * 100_000 + "</table>", "either")
    yield Case("tables in tables.html", "<table><tr><td>" * 5_000 + ENGLISH, "either")
    yield Case("entities.html", "<p>" + "&amp;&#1088;&lt;" * 100_000 + ENGLISH, "either")
    yield Case("only a script.html", "<html><script>" + "var a=1;" * 10_000 + "</script>")
    yield Case("only comments.html", "<!--" + ENGLISH * 100 + "-->")
    yield Case("unclosed comment.html", f"<p>{ENGLISH * 3}</p><!--" + "-" * 100_000, "either")
    yield Case("long attribute.html", f"<p class='{'x' * 5_000_000}'>{ENGLISH * 3}", "either")
    yield Case(
        "100,000 attributes.html",
        "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + f">{ENGLISH}",
        "either",
    )
    yield Case("20,000 headings.html", "<h1>a</h1>" * 20_000 + f"<p>{ENGLISH * 3}", "either")
    yield Case("20,000 times.html", f"<article><h1>{ENGLISH}</h1>" + "<time>x</time>" * 20_000, "either")
    yield Case("zeros.html", f"<p>\0{ENGLISH * 3}\0", "either")
    yield Case("deep facts.html", _page_with("[" * 100_000), "ingested")
    yield Case("wide facts.html", _page_with(json.dumps({"@graph": [{"a": [{}]}] * 50_000})), "ingested")
    yield Case(
        "facts of wrong types.html",
        _page_with('{"datePublished": 7, "publisher": [1], "name": {}}'),
        "ingested",
    )
    yield Case("address.html", f"<link rel=canonical href='javascript:alert(1)'><p>{ENGLISH * 3}", "ingested")
    yield Case(
        "foreign entity.html",
        _ENTITY.replace("rss", "html") + f"<html><p>&secret; {ENGLISH * 3}</html>",
        "either",
    )
    yield Case("frameset.html", "<frameset><frame src=file:///etc/passwd></frameset>")


def _feeds() -> Iterator[Case]:
    item = f"<item><title>A title</title><description>{ENGLISH * 8}</description></item>"
    yield Case(
        "feed.rss", f"<rss version='2.0'><channel><title>News</title>{item}</channel></rss>", "ingested"
    )
    yield Case("no entries.rss", "<rss version='2.0'><channel></channel></rss>")
    yield Case("not closed.rss", f"<rss version='2.0'><channel>{item}", "either")
    yield Case("nothing in it.rss", "<rss version='2.0'><channel><item></item></channel></rss>")
    yield Case(
        "10,000 entries.rss", f"<rss version='2.0'><channel>{item * 2_000}</channel></rss>", "ingested"
    )
    yield Case(
        "laughs.xml",
        _LAUGHS + f"<rss version='2.0'><channel>{item.replace('A title', '&l9;')}</channel></rss>",
        "either",
    )
    yield Case(
        "file entity.xml",
        _ENTITY + f"<rss version='2.0'><channel>{item.replace('A title', '&secret;')}</channel></rss>",
        "either",
    )
    yield Case("deep.xml", "<rss><channel>" + "<item>" * 50_000 + ENGLISH, "either")
    yield Case("no feed.xml", f"<note><to>{ENGLISH}</to></note>")
    yield Case(
        "file link.atom",
        f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='file:///etc/passwd'/><summary>{ENGLISH * 8}</summary></entry></feed>",
        "ingested",
    )


def _documents() -> Iterator[Case]:
    yield Case("fine.docx", lambda _: document([MIXED]), "ingested")
    yield Case("empty.docx", lambda _: document([]))
    yield Case("100,000 paragraphs.docx", lambda _: document(["a"] * 20_000), "either")
    yield Case("1000 to 1.docx", lambda _: document([ENGLISH], {"word/media/a.bin": bytes(200 * MB)}))
    yield Case("1000 to 1 in the text.docx", lambda _: document(["a" * (150 * MB)]))
    yield Case("lies about its size.docx", lambda _: _lying(document([ENGLISH, " " * (60 * MB)])), "either")
    yield Case("nested.docx", lambda _: _zip({"inner.zip": _zip({"inner.zip": _zip({"a": bytes(10 * MB)})})}))
    yield Case("no document.docx", lambda _: _zip({"readme.txt": ENGLISH.encode()}))
    yield Case(
        "upwards.docx", lambda _: document([ENGLISH * 2], {"../../../../tmp/outside.txt": b"out"}), "either"
    )
    yield Case("half.docx", lambda _: document([MIXED])[:-200])
    yield Case("damaged.docx", lambda _: _flipped(document([MIXED * 20])), "either")
    yield Case(
        "laughs.docx", lambda _: document(["&l9;"], prologue=_LAUGHS.replace("rss", "w:document")), "either"
    )
    yield Case(
        "file entity.docx",
        lambda _: document([f"&secret; {ENGLISH}"], prologue=_ENTITY.replace("rss", "w:document")),
        "either",
    )
    yield Case("wide cells.docx", lambda _: document([ENGLISH], span=100_000_000), "either")


def _portable() -> Iterator[Case]:
    yield Case("fine.pdf", lambda _: pdf([ENGLISH * 2]), "ingested")
    yield Case("locked.pdf", lambda _: pdf([ENGLISH * 2], password="secret"))
    yield Case("open lock.pdf", lambda _: pdf([ENGLISH * 2], password=""), "ingested")
    yield Case("half.pdf", lambda _: pdf([ENGLISH * 2] * 5)[:-900], "either")
    yield Case("scanned.pdf", lambda _: scanned())
    yield Case("only a head.pdf", b"%PDF-1.7\n")
    yield Case("noise.pdf", b"%PDF-1.7\n" + random.Random(3).randbytes(100_000), "either")
    yield Case("damaged.pdf", lambda _: _flipped(pdf([ENGLISH * 2] * 3)), "either")
    yield Case("bomb.pdf", lambda _: pdf_bomb(1000 * MB))
    yield Case("pages in a loop.pdf", lambda _: pdf_loop())
    yield Case("2,500 pages.pdf", lambda _: pdf(["a page"] * 2_500))


_LAUGHS = (
    "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY l0 'ha'>"
    + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    + "]>"
)
_ENTITY = "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY secret SYSTEM 'file:///etc/passwd'>]>"


def _page_with(facts: str) -> str:
    return f"<script type='application/ld+json'>{facts}</script><h1>A title</h1><p>{ENGLISH * 3}</p>"


def _large(path: Path, piece: bytes, size: int) -> None:
    with path.open("wb") as stream:
        block = piece * (MB // len(piece))
        for _ in range(size // len(block) + 1):
            stream.write(block)


def _folder_loop(path: Path) -> None:
    path.mkdir()
    (path / "a.txt").write_text(ENGLISH * 2, encoding="utf-8")
    (path / "again").symlink_to(path)


def _growing(path: Path) -> None:
    """Write a file that a thread of the reading process makes longer; see inputs.py."""
    path.write_text(ENGLISH * 1000, encoding="utf-8")


def _via(path: Path, name: str) -> Path:
    (path.parent / "deep").mkdir(exist_ok=True)
    other = path.parent / name if ".." not in name else path.parent / "deep" / ".." / path.name
    other.write_text(ENGLISH * 2, encoding="utf-8")
    return other


def _zip(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def _lying(data: bytes) -> bytes:
    """Make an archive say of every file in its directory that it unpacks to a hundred bytes."""
    changed, at = bytearray(data), 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        changed[at + 24 : at + 28] = struct.pack("<I", 100)
        at += 4
    return bytes(changed)


def _flipped(data: bytes) -> bytes:
    """Change a byte in every thousand."""
    chance, changed = random.Random(4), bytearray(data)
    for _ in range(max(3, len(data) // 1000)):
        changed[chance.randrange(len(data))] ^= 0xFF
    return bytes(changed)
