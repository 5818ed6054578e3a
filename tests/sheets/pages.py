"""What a reader finds in a PDF: its text, its fonts, its attachment. Read with programs that had no part in writing it."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

import pypdfium2
from pyhanko.pdf_utils.reader import PdfFileReader

from judge_app.sheets.paper import ATTACHMENT


def texts(pdf: bytes) -> list[str]:
    """The text of each page, white space and line ends taken out (a form breaks lines where it must)."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = []
        for page in document:
            text_page = page.get_textpage()
            found.append(re.sub(r"\s+", "", text_page.get_text_range()))
            text_page.close()
            page.close()
        return found
    finally:
        document.close()


def text(pdf: bytes) -> str:
    """The text of all pages, without white space."""
    return "".join(texts(pdf))


def squeezed(words: str) -> str:
    """``words`` as ``texts`` gives them."""
    return re.sub(r"\s+", "", words)


def boxes(pdf: bytes) -> list[tuple[float, float, list[tuple[float, float, float, float]]]]:
    """(width, height, boxes of the letters as left, bottom, right, top) of each page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = []
        for page in document:
            width, height = page.get_size()
            text_page = page.get_textpage()
            letters = [text_page.get_charbox(index) for index in range(text_page.count_chars())]
            found.append((width, height, [box for box in letters if box[2] > box[0] and box[3] > box[1]]))
            text_page.close()
            page.close()
        return found
    finally:
        document.close()


def fonts(pdf: bytes) -> dict[str, bool]:
    """The base fonts of all pages, and whether each is embedded."""
    from io import BytesIO

    reader = PdfFileReader(BytesIO(pdf))
    found: dict[str, bool] = {}
    pages = reader.root["/Pages"]["/Kids"]
    for page in pages:
        for font in page.get_object()["/Resources"]["/Font"].values():
            held = font.get_object()
            inner = held["/DescendantFonts"][0].get_object() if "/DescendantFonts" in held else held
            found[str(held["/BaseFont"])] = "/FontDescriptor" in inner and "/FontFile2" in inner["/FontDescriptor"]
    return found


def attached(pdf: bytes) -> Any:
    """The JSON that is embedded in the document."""
    from io import BytesIO

    names = PdfFileReader(BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    assert str(names[0]) == ATTACHMENT
    return json.loads(names[1].get_object()["/EF"]["/F"].get_object().data)


def info(pdf: bytes) -> dict[str, str]:
    """The document's metadata."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found: dict[str, str] = document.get_metadata_dict()
        return found
    finally:
        document.close()


def raw(pdf: bytes) -> bytes:
    """The document with its compressed streams unpacked, as far as they are: for what must not be in it."""
    import base64

    out = [pdf]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        data = match[1]
        if data.rstrip().endswith(b"~>"):
            data = base64.a85decode(data.rstrip()[:-2])
        try:
            out.append(zlib.decompress(data))
        except zlib.error:
            out.append(data)
    return b"\n".join(out)
