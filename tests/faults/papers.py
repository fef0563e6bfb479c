"""PDF and DOCX files, right and wrong ones."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence

from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="bin" ContentType="application/octet-stream"/>'
    '<Default Extension="txt" ContentType="text/plain"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.wordprocessingml.document.main+xml"/></Types>'
)
_LINKS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="word/document.xml"/></Relationships>'
)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def document(
    paragraphs: Sequence[str], more: Mapping[str, bytes] | None = None, *, prologue: str = "", span: int = 0
) -> bytes:
    """Make a DOCX file of paragraphs; `more` files go into it, a cell as wide as `span` columns, XML before its text."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    if span:
        cell = f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>{body or "<w:p/>"}</w:tc>'
        body = f"<w:tbl><w:tblGrid/><w:tr>{cell}</w:tr></w:tbl>"
    files = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _LINKS.encode(),
        "word/document.xml": f'{prologue}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'.encode(),
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, **(more or {})}.items():
            archive.writestr(name, content)
    return data.getvalue()


def pdf(pages: Sequence[str], password: str | None = None) -> bytes:
    """Make a PDF of pages of Latin text, encrypted if there is a password."""
    data = io.BytesIO()
    canvas = Canvas(data, A4, pageCompression=1)
    for page in pages:
        for at in range(0, len(page), 80):
            canvas.drawString(40, 780 - at // 5, page[at : at + 80])
        canvas.showPage()
    canvas.save()
    if password is None:
        return data.getvalue()
    writer = PdfWriter(clone_from=PdfReader(data))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


def scanned() -> bytes:
    """Make a PDF of a page that is a picture."""
    data = io.BytesIO()
    canvas = Canvas(data, A4)
    canvas.rect(100, 100, 300, 300, fill=1)
    canvas.showPage()
    canvas.save()
    return data.getvalue()


def pdf_bomb(size: int) -> bytes:
    """Make a PDF whose page unpacks to very much."""
    pack = zlib.compressobj(9)
    block = b"BT (a) Tj ET " * 80_000
    packed = b"".join(pack.compress(block) for _ in range(size // len(block))) + pack.flush()
    return _objects(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
    )


def pdf_loop() -> bytes:
    """Make a PDF whose tree of pages has itself as a page."""
    return _objects(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")


def _objects(*objects: bytes) -> bytes:
    data, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size %d>>\n" % (count, table, count)
    return data + head + b"startxref\n%d\n%%%%EOF" % len(data)
