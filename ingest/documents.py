"""Articles in PDF and DOCX files."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from assistant.errors import Rejected
from assistant.types import Article
from ingest.clean import normalise, unwrap

_MOST_PAGES = 2000
_MOST_CHARACTERS = 5_000_000
_MOST_UNPACKED = 100_000_000
_TITLE_WITHIN = 600


def read_pdf(stream: BinaryIO) -> Article:
    """Read the text of a PDF.

    Raises:
        Rejected: It is damaged or encrypted, or holds pictures of pages only.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(stream)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Rejected("The PDF is locked with a password.", "Save it without one.")
        text = normalise(unwrap(normalise("\n".join(_pages(reader)))))
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
    ) as error:
        raise Rejected(f"The PDF is damaged ({type(error).__name__}).") from error
    if not text:
        raise Rejected(
            "The PDF has no text; it needs OCR.", "Recognise its pages first, for instance with ocrmypdf."
        )
    return Article(text=text, title=title if title and title in text[:_TITLE_WITHIN] else "")


def read_docx(stream: BinaryIO) -> Article:
    """Read the paragraphs and tables of a DOCX file, in order.

    Raises:
        Rejected: It is damaged, or would unpack to more than any article is.
    """
    from docx import Document
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    data = io.BytesIO(stream.read())
    try:
        with zipfile.ZipFile(data) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
                raise Rejected("The DOCX unpacks to more than an article can be.")
        document = Document(data)
        text = "\n\n".join(_blocks(document.iter_inner_content()))
        title = document.core_properties.title or ""
    except (
        zipfile.BadZipFile,
        OpcError,
        LxmlError,
        ValueError,
        KeyError,
        AttributeError,
        RecursionError,
        OSError,
    ) as error:
        raise Rejected(f"The DOCX is damaged ({type(error).__name__}).") from error
    return Article(text=text, title=title if title and title in text[:_TITLE_WITHIN] else "")


def _pages(reader: object) -> Iterator[str]:
    length = 0
    for number, page in enumerate(reader.pages):  # type: ignore[attr-defined]  # PdfReader is imported where it is used
        text = page.extract_text()
        length += len(text)
        if number >= _MOST_PAGES or length > _MOST_CHARACTERS:
            raise Rejected("The PDF is longer than an article can be.", "Split it.")
        yield text


def _blocks(content: Iterator[object]) -> Iterator[str]:
    from docx.table import _Cell

    for block in content:
        if rows := getattr(block, "rows", None):
            for row in rows:
                # `row.cells` repeats a cell as often as it says that it is wide
                cells = dict.fromkeys(_Cell(cell, row).text.strip() for cell in row._tr.tc_lst)
                yield " – ".join(filter(None, cells))
        else:
            yield getattr(block, "text", "")
