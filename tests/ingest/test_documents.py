from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from pypdf import PdfReader, PdfWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from assistant.errors import Rejected
from ingest.documents import read_docx
from ingest.loaders import load_file
from tests.faults.papers import document

TEXT = "Ақтауда жаңа айлақ ашылды. Ол жылына екі миллион тонна жүк қабылдайды."


def load(path):
    return list(load_file(path))


def make_pdf(path, lines, **options):
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    paper = canvas.Canvas(str(path), **options)
    for number, line in enumerate(lines):
        paper.drawString(50, 780 - 15 * number, line)
    paper.save()


def test_pdf(tmp_path):
    make_pdf(
        tmp_path / "a.pdf",
        [
            "New berth opened in Aktau",
            "",
            "The berth takes two million tonnes of cargo a year, and",
            "ships from four ports of the sea will call there.",
        ],
    )
    (article,) = load(tmp_path / "a.pdf")
    assert "two million tonnes of cargo a year, and ships from four ports" in article.text


def test_pdf_without_text_needs_ocr(tmp_path):
    make_pdf(tmp_path / "a.pdf", [])
    with pytest.raises(Rejected, match="no text; it needs OCR"):
        load(tmp_path / "a.pdf")


def test_pdf_locked_or_damaged(tmp_path):
    make_pdf(tmp_path / "a.pdf", ["Secret"])
    writer = PdfWriter(clone_from=PdfReader(tmp_path / "a.pdf"))
    writer.encrypt("password")
    writer.write(tmp_path / "locked.pdf")
    with pytest.raises(Rejected, match="password"):
        load(tmp_path / "locked.pdf")
    (tmp_path / "cut.pdf").write_bytes((tmp_path / "a.pdf").read_bytes()[:300])
    with pytest.raises(Rejected):
        load(tmp_path / "cut.pdf")


def test_docx_in_order_with_tables(tmp_path):
    document = Document()
    document.add_heading("Айлақ ашылды")
    document.add_paragraph(TEXT)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Жүк", "2 млн тонна"
    document.add_paragraph("Соңы.")
    document.save(tmp_path / "a.docx")
    (article,) = load(tmp_path / "a.docx")
    assert article.text.split("\n\n") == ["Айлақ ашылды", TEXT, "Жүк – 2 млн тонна", "Соңы."]


def test_docx_bomb_or_damaged(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 150_000_000)
    with pytest.raises(Rejected, match="unpacks"):
        load(tmp_path / "bomb.docx")
    (tmp_path / "a.docx").write_bytes(b"PK not a zip")
    with pytest.raises(Rejected, match="damaged"):
        load(tmp_path / "a.docx")


def test_a_cell_as_wide_as_a_million_columns_is_one_cell():
    assert read_docx(io.BytesIO(document(["Wide news."], span=10_000_000))).text == "Wide news."
