"""The type that forms are set in: Noto Sans SC in three weights, measured, checked and embedded by us.

reportlab draws a character that a font lacks as nothing, cuts a font into pieces of 256 characters, and writes wrong text
for characters beyond U+FFFF. So: a character without a glyph is refused (``MissingGlyph``), never drawn blank, and
``printable`` turns it into its code beforehand; each weight goes into a document once, as one composite font with exactly
the glyphs used, and what a reader extracts is what was set. A font is read from disk once per process.
"""

from __future__ import annotations

import enum
import hashlib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontMaker

from judge_app.core.errors import BadInput, Problem

DIRECTORY: Final = Path(__file__).resolve().parents[2] / "resources" / "fonts"
ASCENT: Final = 0.88
"""Height of the em box above the baseline, in ems; 0.12 lie below it."""


class Weight(enum.StrEnum):
    """The weights of the family; the value is the file's name without its ending."""

    REGULAR = "NotoSansSC_400Regular"
    MEDIUM = "NotoSansSC_500Medium"
    BOLD = "NotoSansSC_700Bold"


class MissingGlyph(BadInput):
    """A text that the font cannot draw: nothing was drawn. ``codes`` are the code points that it lacks."""

    def __init__(self, text: str, codes: list[int]) -> None:
        self.codes = codes
        names = "、".join(f"U+{code:04X}" for code in codes)
        super().__init__(
            Problem(
                text,
                f"打印字体中没有这些字符：{names}；请改用其他写法，或手写补正",
                f"the printing font has no glyph for {names}: write it otherwise, or add it by hand",
            )
        )


class _Used:
    """The characters of one weight that one document uses: CID = place in ``codes``; 0 is the missing glyph."""

    __slots__ = ("cids", "codes", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.codes: list[int] = [0]
        self.cids: dict[int, int] = {}


class SheetFont(TTFont):  # type: ignore[misc, unused-ignore]
    """One weight, embedded as one composite font (Type0, Identity-H) that holds the glyphs used and their text."""

    def __init__(self, weight: Weight, directory: Path = DIRECTORY) -> None:
        super().__init__(weight.value, str(directory / f"{weight.value}.ttf"), shapable=False)
        self.glyphs: dict[int, int] = self.face.charToGlyph
        self.advances: dict[int, float] = self.face.charWidths
        self._default: float = self.face.defaultWidth or 0
        self._used: WeakKeyDictionary[Any, _Used] = WeakKeyDictionary()

    def lacking(self, text: str) -> list[int]:
        """The code points of ``text`` that have no glyph, each once, in order of appearance."""
        return [code for code in dict.fromkeys(map(ord, text)) if code not in self.glyphs]

    def width(self, text: str, size: float) -> float:
        """The advance width of ``text`` in points."""
        return sum(map(self._advance, map(ord, text))) * size / 1000

    def _advance(self, code: int) -> float:
        return self.advances.get(code, self._default)

    # what reportlab's canvas asks of a dynamic font

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:
        """The text as codes of the embedded font; raises MissingGlyph rather than leave a blank."""
        used = self._state(doc)
        cids = used.cids
        out = bytearray()
        for code in map(ord, text):
            cid = cids.get(code)
            if cid is None:
                if code not in self.glyphs:
                    raise MissingGlyph(text, self.lacking(text))
                cid = cids[code] = len(used.codes)
                used.codes.append(code)
            out += cid.to_bytes(2, "big")
        return [(0, bytes(out))]

    def getSubsetInternalName(self, subset: int, doc: Any) -> str:
        return f"/{self._state(doc).name}"

    def addObjects(self, doc: Any) -> None:
        """Writes the font's objects into the document: called once by reportlab, when the document is saved."""
        used = self._used.pop(doc)
        program = self._program(used.codes)
        tag = hashlib.sha256(program).digest()
        name = "".join(chr(65 + byte % 26) for byte in tag[:6]) + "+" + self.face.name.decode("ascii")

        def stream(content: bytes, **entries: Any) -> Any:
            made = pdfdoc.PDFStream()
            made.content = content
            for key, value in entries.items():
                made.dictionary[key] = value
            if doc.compression:
                made.filters = [pdfdoc.PDFZCompress]
            return made

        descriptor = pdfdoc.PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": pdfdoc.PDFName(name),
                "Flags": 4,
                "FontBBox": pdfdoc.PDFArray(self.face.bbox),
                "ItalicAngle": self.face.italicAngle,
                "Ascent": self.face.ascent,
                "Descent": self.face.descent,
                "CapHeight": self.face.capHeight,
                "StemV": self.face.stemV,
                "FontFile2": doc.Reference(stream(program, Length1=len(program)), f"fontFile:{name}"),
            }
        )
        advances = [self._advance(code) for code in used.codes]
        descendant = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": pdfdoc.PDFName(name),
                "CIDSystemInfo": pdfdoc.PDFDictionary(
                    {"Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0}
                ),
                "FontDescriptor": doc.Reference(descriptor, f"fontDescriptor:{name}"),
                "CIDToGIDMap": "/Identity",
                "DW": 1000,
                "W": pdfdoc.PDFArray([0, pdfdoc.PDFArray(advances)]),
            }
        )
        font = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": pdfdoc.PDFName(name),
                "Encoding": "/Identity-H",
                "DescendantFonts": pdfdoc.PDFArray([doc.Reference(descendant, f"cidFont:{name}")]),
                "ToUnicode": doc.Reference(stream(to_unicode(used.codes)), f"toUnicode:{name}"),
            }
        )
        doc.idToObject["BasicFonts"].dict[used.name] = doc.Reference(font, f"font:{name}")

    def _state(self, doc: Any) -> _Used:
        used = self._used.get(doc)
        if used is None:
            used = self._used[doc] = _Used(f"F{len(doc.fontMapping) + 1}")
            doc.fontMapping[self.fontName] = f"/{used.name}"
            doc.delayedFonts.append(self)
        return used

    def _program(self, codes: list[int]) -> bytes:
        """A TrueType program whose glyph n draws ``codes[n]``; parts of composite glyphs follow behind."""
        face: Any = self.face  # reportlab's parser has no types for its tables
        glyf = face.get_table_pos("glyf")[0]
        sources = [self.glyphs.get(code, 0) for code in codes]
        placed: dict[int, int] = {}
        for place, source in enumerate(sources):
            placed.setdefault(source, place)
        drawings: list[bytes] = []
        index = 0
        while index < len(sources):
            source = sources[index]
            length = face.glyphPos[source + 1] - face.glyphPos[source]
            data = face.get_chunk(glyf + face.glyphPos[source], length) if length else b""
            if data[:2] >= b"\x80":
                data = _renumbered(data, sources, placed)
            drawings.append(data + b"\0" * (-len(data) % 4))
            index += 1
        offsets = [0]
        for data in drawings:
            offsets.append(offsets[-1] + len(data))
        metrics = [face.hmetrics[source] for source in sources]
        head = face.get_table("head")
        made = TTFontMaker()
        for tag in ("cvt ", "fpgm", "prep"):
            if tag in face.table:
                made.add(tag, face.get_table(tag))
        made.add("glyf", b"".join(drawings))
        made.add("loca", b"".join(offset.to_bytes(4, "big") for offset in offsets))
        made.add("hmtx", b"".join((int(value) & 0xFFFF).to_bytes(2, "big") for pair in metrics for value in pair))
        made.add("hhea", face.get_table("hhea")[:34] + len(sources).to_bytes(2, "big"))
        made.add("maxp", face.get_table("maxp")[:4] + len(sources).to_bytes(2, "big") + face.get_table("maxp")[6:])
        made.add("head", head[:50] + b"\0\1" + head[52:])
        program: bytes = made.makeStream()
        return program


def _renumbered(data: bytes, sources: list[int], placed: dict[int, int]) -> bytes:
    """A composite glyph with its parts' numbers in the new program; parts not there yet are appended to ``sources``."""
    out = bytearray(data)
    at = 10
    more = True
    while more:
        flags = int.from_bytes(out[at : at + 2], "big")
        part = int.from_bytes(out[at + 2 : at + 4], "big")
        if part not in placed:
            placed[part] = len(sources)
            sources.append(part)
        out[at + 2 : at + 4] = placed[part].to_bytes(2, "big")
        at += 8 if flags & 0x0001 else 6
        at += 2 if flags & 0x0008 else 4 if flags & 0x0040 else 8 if flags & 0x0080 else 0
        more = bool(flags & 0x0020)
    return bytes(out)


def to_unicode(codes: list[int]) -> bytes:
    """The ToUnicode CMap of a font whose CID n stands for ``codes[n]``, beyond U+FFFF as UTF-16 pairs."""
    pairs = [f"<{cid:04X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for cid, code in enumerate(codes) if cid]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


@cache
def font(weight: Weight) -> SheetFont:
    """The font of a weight, read once per process and known to reportlab by the weight's value."""
    made = SheetFont(weight)
    pdfmetrics.registerFont(made)
    return made


_DROPPED = {0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
"""Characters that say something about their neighbours but draw nothing themselves."""


@lru_cache(maxsize=4096)
def printable(text: str) -> str:
    """``text`` with what cannot be drawn made visible: a character without a glyph, a control or a direction mark
    becomes ``[U+1F600]``. Line ends stay (as ``\\n``), other white space becomes a space, ideographic ones stay."""
    if text.isascii() and text.isprintable():
        return text
    glyphs = font(Weight.REGULAR).glyphs
    out: list[str] = []
    for char in text.replace("\r\n", "\n").replace("\r", "\n"):
        code = ord(char)
        if char == "\n":
            out.append(char)
        elif code in _DROPPED:
            continue
        elif char == "\t" or (char.isspace() and code != 0x3000):
            out.append(" ")
        elif code not in glyphs or unicodedata.category(char)[0] == "C":
            out.append(f"[U+{code:04X}]")
        else:
            out.append(char)
    return "".join(out)
