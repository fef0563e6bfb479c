"""Cleaning of article texts: pure functions that drop or respace, and never change a letter.

What is cleaned is what news sites leave in a saved page: a line with the date and the number of views, the title
two or three times over, invisible characters, and at the foot notices of copyright and headings of lists that are gone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise

from assistant.types import Article
from ingest.dateline import read_dateline

_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e01ef]"
)
_SPACE = re.compile(r"[^\S\n]+")
_MARK = re.compile("[\u0300-\u036f]")
_LETTER_WITH_MARK = re.compile("[^\\W\\d_][\u0300-\u036f]{1,4}")

_HEADER_LINES = 5
_TITLE_LIMIT = 300
_TITLE_TIMES = 3
_AFTER_TITLE = " .:;,!?-–—|»”\")'"
_HEADLINE_WORDS = 6
_SENTENCE_END = re.compile(r"[.!?…:;]['\"»”’)\]]*$")
_VIEWS = re.compile(
    r"(?:просмотр\w*|қаралды|қаралым\w*|көрсетілім\w*|views?|👁)\W*\d[\d ]*|\d[\d ]*(?:просмотр\w*|рет қаралды|views?)",
    re.I,
)

# Whole lines that no article has as its own, wherever they stand.
_NOISE = re.compile(
    r"мәтіннен қате тап|(?:нашли|заметили|увидели) (?:ошибку|опечатку)[^.]{0,30}\?|(?:found|spotted|noticed) an? (?:mistake|typo|error)\b[^.]{0,30}\?"
    r"|.{0,120}ctrl\s*\+\s*enter"
    r"|(?:тақырып бойынша|ұқсас) (?:жаңалықтар|материалдар|мақалалар)$|ең көп оқылған(?:дар)?$"
    r"|(?:новости|материалы|статьи|читайте) по теме$|похожие (?:новости|материалы|статьи)$|сам(?:ые|ое) (?:читаемые|читаемое|популярное)$"
    r"|(?:related|similar) (?:news|stories|articles|posts)$|most (?:read|popular)$"
    r"|(?:читайте (?:также|ещё|еще)|(?:тағы|сондай-ақ) оқыңыз(?:дар)?|(?:read|see) also)(?: ?:|$)"
    r"|(?:бөлісу|поделиться|поделитесь|share(?: this)?(?: article| story)?)$",
    re.I,
)
# Lines that are noise only at the foot: in the middle they may well be what the article is about.
_NOTICE = re.compile(
    r"гиперсілтеме|гиперссылк|hyperlink|авторлық құқық|авторски[ех] прав|copyright|©|\(c\) ?\d{4}|құқықтар\w* (?:сақталған|қорғалған)"
    r"|права (?:защищены|сохранены)|rights reserved|(?:сілтеме жасау|ссылка на (?:источник|сайт)).{0,40}(?:міндетті|обязательн)"
    r"|(?:біздің|біз).{0,30}(?:telegram|instagram|whatsapp)|(?:подписывайтесь|подпишитесь|жазылыңыз|follow us|subscribe)",
    re.I,
)
_NOISE_WORDS = 25
_NOTICE_WORDS = 60
_HEADING_WORDS = 12
_FOOT_LINES = 100


def normalise(text: str) -> str:
    """Make every space a plain one and every line break a newline; drop what cannot be seen.

    A letter that is written as two characters (и and a breve) becomes the one letter it stands for (й).
    """
    text = _INVISIBLE.sub("", _LINE_BREAK.sub("\n", text))
    if _MARK.search(text):
        text = _LETTER_WITH_MARK.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    lines = (line.strip() for line in _SPACE.sub(" ", text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def unwrap(text: str) -> str:
    """Join the lines of paragraphs that were broken at a fixed width, as PDF and old text files have them."""
    lines = text.split("\n")
    lengths = sorted(len(line) for line in lines if line)
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    if not 40 <= width <= 140 or lengths[-1] > 2 * width:
        return text
    counts = Counter(re.findall(r"\w+", text))
    joined = [lines[0]]
    for before, line in pairwise(lines):
        open_end = bool(before) and not _SENTENCE_END.search(before)
        if line and open_end and (line[0].islower() or len(before) > 0.8 * width):
            joined.append(_seam(joined, line, counts))
        else:
            joined.append("\n")
        joined.append(line)
    return "".join(joined)


def _seam(joined: list[str], line: str, counts: Counter[str]) -> str:
    """Return what joins a line to those before; the hyphen goes where it broke a word, stays where it joins two."""
    before = joined[-1]
    if not before.endswith(("-", "\u2010")) or not line[0].isalpha():
        return " "
    left = re.split(r"\W", before[:-1])[-1]
    if line[0].islower() and left and counts[left] < 2:
        joined[-1] = before[:-1]
    return ""


def split_header(text: str) -> tuple[date | None, str]:
    """Take the date out of the first lines, where a line is nothing but a date, a time and a counter."""
    lines = text.split("\n")
    published: date | None = None
    seen, kept = 0, []
    for at, line in enumerate(lines):
        if seen == _HEADER_LINES:
            kept.extend(lines[at:])
            break
        seen += bool(line)
        found = read_dateline(line)
        published = published or found
        if not found and not _VIEWS.fullmatch(line):
            kept.append(line)
    return published, "\n".join(kept).strip()


def split_title(text: str) -> tuple[str, str]:
    """Take the title off: the first line, where it is short and more follows. Without one the title is empty."""
    first, _, rest = text.partition("\n")
    rest = rest.lstrip("\n")
    if not rest or len(first) > _TITLE_LIMIT:
        return "", text
    again = drop_title(rest, first)
    if again == rest and first.endswith((".", ",", ";", "…")):
        return "", text
    return first, again


def drop_title(text: str, title: str) -> str:
    """Drop the title where the text repeats it: as its first lines, or glued to the lead."""
    words = re.findall(r"\w+", title)
    if not words or len(title) > _TITLE_LIMIT:
        return text
    pattern = re.compile(r"\W*" + r"[^\w\n]+".join(map(re.escape, words)), re.IGNORECASE)
    for _ in range(_TITLE_TIMES):
        found = pattern.match(text)
        if not found:
            break
        rest, _, below = text[found.end() :].partition("\n")
        lead = rest.lstrip(_AFTER_TITLE)
        if not (lead or below.strip()) or (
            lead and not _is_glued(rest[: len(rest) - len(lead)], lead, len(words))
        ):
            break
        text = f"{lead}\n{below}".strip("\n")
    return text


def _is_glued(between: str, lead: str, title_words: int) -> bool:
    """Tell whether what follows a title on its line is the lead, rather than the rest of a sentence that begins alike."""
    if not lead.lstrip("«“\"'(")[:1].isupper() or any(dash in between for dash in "-–—"):
        return False
    return title_words >= (_HEADLINE_WORDS if between.isspace() else _HEADLINE_WORDS // 2)


def drop_footers(text: str) -> str:
    """Drop notices of copyright and the like at the foot, requests to report errors and headings of lists."""
    lines = text.split("\n")
    lines = lines[: _foot(lines)]
    kept = [line for line in lines if not _is_noise(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _foot(lines: list[str]) -> int:
    """Return the number of the line where the foot begins: its topmost notice, with only short lines below."""
    foot = len(lines)
    for at in range(len(lines) - 1, max(-1, len(lines) - _FOOT_LINES), -1):
        line = lines[at]
        words = line.count(" ") + 1
        if _is_noise(line) or (words <= _NOTICE_WORDS and _NOTICE.search(line)):
            foot = at
        elif line and (words > _HEADING_WORDS or _SENTENCE_END.search(line)):
            break
    return foot


def _is_noise(line: str) -> bool:
    return line.count(" ") < _NOISE_WORDS and bool(_NOISE.match(line.rstrip(" :…»>→")))


def clean_article(article: Article) -> Article:
    """Return the article with its text cleaned, and with the title and date that stood in the text where it had none.

    The text is empty where nothing is left.
    """
    published, text = split_header(normalise(article.text))
    title = " ".join(normalise(article.title).split())
    if title:
        text = drop_title(text, title)
    else:
        title, text = split_title(text)
    later, text = split_header(text)
    return replace(
        article, title=title, text=drop_footers(text), published=article.published or published or later
    )
