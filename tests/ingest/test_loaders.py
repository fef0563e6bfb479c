from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import Rejected
from assistant.types import Rejection
from ingest.loaders import LOADERS, file_id, load_file, load_pasted, walk
from ingest.source import Link

TEXT = "Ақтауда жаңа айлақ ашылды. Ол жылына екі миллион тонна жүк қабылдайды."
PAGE = """<html lang="kz"><head><title>{title} — Жаңалық.kz</title><meta property="og:site_name" content="Жаңалық.kz">{head}</head>
<body><nav><a href="/">Басты бет</a><a href="/b">Басқа бет</a></nav><div><h1>{title}</h1><p class="d">{date}</p><article><p>{text}</p></article></div>
<aside><p>15.06.2026</p><a href="/c">Басқа жаңалық</a></aside></body></html>"""


def load(path):
    return list(load_file(path))


def page(tmp_path, name="a.html", head="", shown_date="", text=TEXT * 6):
    path = tmp_path / name
    path.write_text(
        PAGE.format(title="Ақтауда айлақ ашылды", head=head, date=shown_date, text=text), encoding="utf-8"
    )
    (article,) = load(path)
    return article


def test_text_in_an_old_code_page(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(f"Айлақ ашылды\n\n{TEXT}".encode("kz1048"))
    (article,) = load(path)
    assert TEXT in article.text


def test_markdown_loses_its_signs(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(
        "---\ntitle: ignored\ntitle: Айлақ\npublisher: Дала\ndate: 2024-05-06\n---\n# Айлақ\n\nБұл **маңызды**\nжаңалық, [сілтеме](http://x.example) бар: 2*3, a_b.\n\n"
        "![сурет](x.png)\n\n- бірінші\n- екінші\n\n> дәйексөз\n\n```\nкод\n```\n<!-- жасырын -->\n## Тақырыпша\nмәтін\n",
        encoding="utf-8",
    )
    (article,) = load(path)
    assert (article.title, article.publisher, article.published) == ("Айлақ", "Дала", date(2024, 5, 6))
    assert "Бұл маңызды жаңалық, сілтеме бар: 2*3, a_b." in article.text
    assert "бірінші\nекінші" in article.text
    assert not any(sign in article.text for sign in ("**", "](", "```", "жасырын", "##"))


def test_page_says_what_it_is(tmp_path):
    head = '<meta property="article:published_time" content="2024-03-05T10:00:00Z"><link rel="canonical" href="https://news.example/a?utm_source=x&id=7#top">'
    article = page(tmp_path, head=head)
    assert article.title == "Ақтауда айлақ ашылды"
    assert article.publisher == "Жаңалық.kz"
    assert article.published == date(2024, 3, 5)
    assert article.url == article.id == "https://news.example/a?id=7"
    assert TEXT in article.text
    assert "Басты бет" not in article.text


def test_date_beside_the_heading_counts_and_others_do_not(tmp_path):
    assert page(tmp_path, shown_date="5 наурыз 2024").published == date(2024, 3, 5)
    assert page(tmp_path, shown_date="<time datetime='2024-03-05'>кеше</time>").published == date(2024, 3, 5)
    assert page(tmp_path).published is None
    assert page(tmp_path, text=TEXT * 5 + " 2019 жылы 3 қаңтарда басталған еді.").published is None


def test_date_in_linked_data_counts(tmp_path):
    data = {"@graph": [{"@type": "WebPage"}, {"@type": "NewsArticle", "datePublished": "2024-07-01"}]}
    assert page(
        tmp_path, head=f'<script type="application/ld+json">{json.dumps(data)}</script>'
    ).published == date(2024, 7, 1)
    assert page(tmp_path, head='<script type="application/ld+json">{broken</script>').published is None


def test_address_of_the_whole_site_is_not_that_of_an_article(tmp_path):
    article = page(tmp_path, head='<meta property="og:url" content="https://news.example/">')
    assert article.url == ""
    assert article.id == file_id(tmp_path / "a.html")


def test_title_that_is_the_sites_is_not_taken(tmp_path):
    assert (
        page(tmp_path, head='<meta property="og:title" content="Жаңалық.kz">').title == "Ақтауда айлақ ашылды"
    )


def test_page_without_article_falls_back_or_is_rejected(tmp_path):
    path = tmp_path / "a.htm"
    path.write_text("<p>Қысқа мәтін.</p>", encoding="utf-8")
    assert load(path)[0].text.strip() == "Қысқа мәтін."
    path.write_text("<html><body><script>x()</script></body></html>", encoding="utf-8")
    with pytest.raises(Rejected):
        load(path)


@pytest.mark.parametrize(
    "html", ["<div>" * 100_000 + "x", "<table><tr><td colspan=99999999>" * 500 + "мәтін"]
)
def test_hostile_pages_end(tmp_path, html):
    path = tmp_path / "a.html"
    path.write_text(html, encoding="utf-8")
    try:
        assert load(path)
    except Rejected as error:
        assert error.message


def feed(entries, link="https://n.example/"):
    items = "".join(
        f"<item><title>{title}</title><link>{url}</link><pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate><description>{text}</description></item>"
        for title, url, text in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Дала</title><link>{link}</link>{items}</channel></rss>'


def test_feed_gives_full_texts_and_links(tmp_path):
    path = tmp_path / "a.rss"
    path.write_text(
        feed(
            [
                ("Толық", "https://n.example/1", TEXT * 12),
                ("Қысқа", "https://n.example/2", "Қысқаша."),
                ("Бос", "", ""),
            ]
        ),
        encoding="utf-8",
    )
    full, short, empty = load(path)
    assert (full.id, full.title, full.publisher, full.published) == (
        "https://n.example/1",
        "Толық",
        "Дала",
        date(2024, 3, 5),
    )
    assert isinstance(short, Link)
    assert short.article.url == "https://n.example/2"
    assert isinstance(empty, Rejection)


def test_feed_with_entities_is_harmless(tmp_path):
    path = tmp_path / "a.xml"
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{bomb}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
        + feed([("&l8;&f;", "https://n.example/1", "&f;")])[21:],
        encoding="utf-8",
    )
    try:
        results = load(path)
    except Rejected:
        return
    assert Path("/etc/hostname").read_text(encoding="utf-8").strip() not in str(results)
    assert len(str(results)) < 100_000


def test_pasted_text_or_rows():
    (text,) = load_pasted(f"Айлақ\n{TEXT}".encode())
    assert text.id.startswith("text-")
    rows = list(load_pasted(b'{"id": "a", "text": "x y"}\n{"id": "b", "text": "z"}\n'))
    assert [row.id for row in rows] == ["a", "b"]


def test_empty_and_unknown_files(tmp_path):
    for name, content, reason in (
        ("a.txt", b"", "empty"),
        ("b.txt", b" \n ", "empty"),
        ("c.xyz", b"x", "format"),
        ("d.txt", b"\x00" * 500, "binary"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(Rejected, match=reason):
            load(path)


def test_pipes_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(Rejected, match="regular"):
        load(tmp_path / "a.txt")


def test_folders_are_walked_sorted_and_loops_end(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("z.txt", "b/a.md", "b/x.png", ".hidden.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert [path.relative_to(tmp_path).as_posix() for path in walk(tmp_path)] == ["z.txt", "b/a.md"]


def test_file_keeps_its_id_however_it_is_named(tmp_path, monkeypatch):
    (tmp_path / "b").mkdir()
    path = tmp_path / "b" / "жаңалық.txt"
    path.write_text("x", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert file_id(path) == file_id(Path("b/жаңалық.txt")) == file_id(Path("b/../b/жаңалық.txt"))
    assert file_id(path) != file_id(tmp_path / "жаңалық.txt")
    assert str(tmp_path) not in file_id(path)


def test_loaders_are_named_by_suffix():
    assert list(LOADERS) == sorted(LOADERS)
    assert {".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".json", ".jsonl", ".csv"} <= set(LOADERS)
