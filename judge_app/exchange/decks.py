"""A slide deck's own word on itself, for the entry check and the pre-flight: shape, text, fonts, and what may go wrong
with a .pptx, an .odp or a .pdf when it is shown.

Nothing is rendered and no program is started; a deck that cannot be read says why instead of failing the check.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import xml.etree.ElementTree as ElementTree  # the type alone: files are read by defusedxml
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import defusedxml.ElementTree
import msgspec
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # likewise

from judge_app.core.contest import Project
from judge_app.core.entries import DeckFacts
from judge_app.core.errors import BadInput
from judge_app.core.preflight import DeckFile, Fault
from judge_app.core.rules import Text
from judge_app.exchange import safety
from judge_app.exchange.tables import BROKEN_BOOK

MAX_DECK_BYTES = 500 * 1024 * 1024
MAX_PART_BYTES = 20 * 1024 * 1024
MAX_TEXT_BYTES = 100 * 1024 * 1024
"""Of all slides of a deck together, unpacked."""
MAX_UNPACKED_BYTES = 2 * 1024 * 1024 * 1024
MAX_PAGES = 300

_OLE2: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN: Final = (*BROKEN_BOOK, pypdfium2.PdfiumError, zlib.error)
_PACKAGES: Final = {".pptx", ".pptm", ".ppsx", ".ppsm"}
_SEALED: Final = {".ppt", ".pps", ".dps", ".key"}
_BASE_FONTS: Final = ("courier", "helvetica", "times", "symbol", "zapfdingbats", "arial", "timesnewroman")
"""Families that every PDF reader brings; a PDF need not carry them."""
_FILMS: Final = ("/video", "/audio", "/media")


def deck_facts(projects: Iterable[Project], folder: Path) -> tuple[DeckFacts, ...]:
    """The facts of each project's 路演材料 (a path relative to ``folder``); projects without one are left out."""
    return tuple(_facts(project.entry_no, project.deck, folder) for project in projects if project.deck)


def _facts(entry_no: str, deck: str, folder: Path) -> DeckFacts:
    path = (folder / deck).resolve()
    if not path.is_relative_to(folder.resolve()):
        return _unread(entry_no, f"{deck} 不在工作簿所在的文件夹内", f"{deck} is outside the workbook's folder")
    if path.suffix.lower() not in (".pptx", ".pdf"):
        return _unread(entry_no, f"{deck} 不是 .pptx 或 .pdf", f"{deck} is neither a .pptx nor a .pdf")
    try:
        data = safety.read_file(path, limit=MAX_DECK_BYTES)
        file = _pptx(path) if path.suffix.lower() == ".pptx" else _pdf(data)
    except BadInput as error:
        (problem, *_) = error.problems
        return _unread(entry_no, f"{deck}：{problem.zh}", f"{deck}: {problem.en}")
    except _BROKEN:
        return _unread(entry_no, f"{deck} 已损坏或有密码", f"{deck} is damaged or has a password")
    return DeckFacts(entry_no=entry_no, width=file.width, height=file.height, text=file.text)


def _unread(entry_no: str, zh: str, en: str) -> DeckFacts:
    return DeckFacts(entry_no=entry_no, unreadable=Text(zh=zh, en=en))


def deck_file(path: Path, folder: Path | None = None) -> DeckFile:
    """All that a deck's file says of itself; with ``folder``, one outside it is not read."""
    suffix = path.suffix.lower()
    kind = _kind(suffix)
    named = DeckFile(name=path.name, kind=kind)
    if folder is not None and not path.resolve().is_relative_to(folder.resolve()):
        return _with(named, Fault.OUTSIDE)
    if not path.is_file():
        return _with(named, Fault.MISSING)
    if not kind:
        return _with(named, Fault.UNKNOWN_KIND)
    try:
        data = safety.read_file(path, limit=MAX_DECK_BYTES)
    except BadInput:
        return _with(named, Fault.DAMAGED if path.stat().st_size else Fault.EMPTY)
    try:
        read = _read(path, suffix, data)
    except _BROKEN as error:
        sealed = data.startswith(_OLE2) or "password" in str(error).lower()
        read = DeckFile(name=path.name, faults=(Fault.PASSWORD if sealed else Fault.DAMAGED,))
    return msgspec.structs.replace(
        read, name=path.name, kind=kind, sha256=hashlib.sha256(data).hexdigest(), size=len(data)
    )


def _kind(suffix: str) -> str:
    if suffix == ".pdf":
        return "pdf"
    if suffix in _PACKAGES or suffix in {".ppt", ".pps", ".dps", ".odp"}:
        return "slides"
    return "keynote" if suffix == ".key" else ""


def _with(file: DeckFile, *faults: Fault) -> DeckFile:
    return msgspec.structs.replace(file, faults=(*file.faults, *faults))


def _read(path: Path, suffix: str, data: bytes) -> DeckFile:
    if suffix == ".pdf":
        return _pdf(data)
    if suffix in _SEALED:
        return DeckFile(name=path.name, faults=(Fault.UNREAD,))
    with zipfile.ZipFile(path) as package:
        if sum(part.file_size for part in package.infolist()) > MAX_UNPACKED_BYTES:
            raise ValueError("its parts are too large")
        broken = package.testzip()
    if broken is not None:
        raise ValueError(broken)
    found = _odp(path) if suffix == ".odp" else _pptx(path)
    return found if found.slides or Fault.PASSWORD in found.faults else _with(found, Fault.EMPTY)


# PowerPoint


def _pptx(path: Path) -> DeckFile:
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        book = _tree(package, "ppt/presentation.xml")
        size = next((node.attrib for node in book.iter() if _tag(node) == "sldSz"), {})
        slides = [name for name in names if name.startswith("ppt/slides/slide") and name.endswith(".xml")]
        if sum(package.getinfo(name).file_size for name in slides[:MAX_PAGES]) > MAX_TEXT_BYTES:
            raise ValueError("its slides are too large")
        words: list[str] = []
        fonts = _theme_fonts(package, names)
        faults = set(_package_faults(package, names, book))
        for name in slides[:MAX_PAGES]:
            for node in _tree(package, name).iter():
                tag = _tag(node)
                if tag == "p":
                    words.append("".join(run.text or "" for run in node.iter() if _tag(run) == "t"))
                elif tag in ("latin", "ea", "cs") and not node.get("typeface", "+").startswith("+"):
                    fonts.add(node.get("typeface", ""))
                elif tag == "transition" and node.get("advTm") is not None:
                    faults.add(Fault.ADVANCES)
        carried = {node.get("typeface", "") for node in book.iter() if _tag(node) == "font"}
    return DeckFile(
        name=path.name,
        width=float(size.get("cx", 0)),
        height=float(size.get("cy", 0)),
        slides=sum(_tag(node) == "sldId" for node in book.iter()),
        text="\n".join(words),
        fonts=tuple(sorted(font for font in fonts - carried if font)),
        faults=tuple(fault for fault in Fault if fault in faults),
    )


def _theme_fonts(package: zipfile.ZipFile, names: list[str]) -> set[str]:
    """The families of headings and of text, Latin and Chinese, of the first theme."""
    theme = min((name for name in names if re.fullmatch(r"ppt/theme/theme\d+\.xml", name)), default=None)
    if theme is None:
        return set()
    found = set()
    for group in _tree(package, theme).iter():
        if _tag(group) not in ("majorFont", "minorFont"):
            continue
        named = {_tag(node): node.get("typeface", "") for node in group if _tag(node) in ("latin", "ea")}
        hans = next((node.get("typeface", "") for node in group if node.get("script") == "Hans"), "")
        found |= {named.get("latin", ""), named.get("ea", "") or hans}
    return found - {""}


def _package_faults(package: zipfile.ZipFile, names: list[str], book: ElementTree.Element) -> Iterator[Fault]:
    if any(_tag(node) == "modifyVerifier" for node in book.iter()):
        yield Fault.WRITE_PASSWORD
    if any(name.endswith("vbaProject.bin") for name in names):
        yield Fault.MACROS
    if "ppt/presProps.xml" in names:
        for node in _tree(package, "ppt/presProps.xml").iter():
            if _tag(node) == "kiosk" or (_tag(node) == "showPr" and node.get("loop") in ("1", "true")):
                yield Fault.KIOSK
    there = set(names)
    for name in names:
        if not (name.startswith("ppt/") and name.endswith(".rels")):
            continue
        base = posixpath.dirname(posixpath.dirname(name))
        for link in _tree(package, name):
            what, target = link.get("Type", ""), link.get("Target", "")
            if what.endswith(_FILMS):
                yield Fault.MEDIA
            if link.get("TargetMode") == "External":
                if not what.endswith("/hyperlink"):
                    yield Fault.LINKED
            elif target and not target.startswith("#"):
                part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{base}/{target}")
                if part.split("#")[0] not in there and target != "NULL":
                    yield Fault.REPAIR


# OpenDocument


def _odp_shape(styles: ElementTree.Element, content: ElementTree.Element) -> tuple[float, float]:
    """Width and height of the slides: of the layout of the first page's master. The first layout of all is the handout's
    in what LibreOffice writes itself."""
    layouts = {
        _attribute(layout, "name"): (_length(node, "page-width"), _length(node, "page-height"))
        for layout in styles.iter()
        if _tag(layout) == "page-layout"
        for node in layout
        if _tag(node) == "page-layout-properties"
    }
    masters = {
        _attribute(node, "name"): _attribute(node, "page-layout-name")
        for node in styles.iter()
        if _tag(node) == "master-page"
    }
    page = next((node for node in content.iter() if _tag(node) == "page"), None)
    wanted = "" if page is None else masters.get(_attribute(page, "master-page-name"), "")
    return layouts.get(wanted) or next(iter(layouts.values()), (0.0, 0.0))


def _odp(path: Path) -> DeckFile:
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        manifest = _tree(package, "META-INF/manifest.xml")
        if any(_tag(node) == "encryption-data" for node in manifest.iter()):
            return DeckFile(name=path.name, faults=(Fault.PASSWORD,))
        content = _tree(package, "content.xml")
        width, height = _odp_shape(_tree(package, "styles.xml"), content)
        macros = any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names)
    faults = {Fault.MACROS} if macros else set()
    words, fonts, pages = [], set(), 0
    for node in content.iter():
        match _tag(node):
            case "page":
                pages += 1
            case "p":
                words.append("".join(node.itertext()))
            case "font-face":
                fonts.add(_attribute(node, "font-family").strip("'\""))
            case "plugin":
                faults.add(Fault.MEDIA)
            case "drawing-page-properties" if _attribute(node, "transition-type") == "automatic":
                faults.add(Fault.ADVANCES)
            case "settings" if _attribute(node, "endless") == "true":
                faults.add(Fault.KIOSK)
    return DeckFile(
        name=path.name,
        width=width,
        height=height,
        slides=pages,
        text="\n".join(words),
        fonts=tuple(sorted(fonts - {""})),
        faults=tuple(fault for fault in Fault if fault in faults),
    )


def _attribute(node: ElementTree.Element, name: str) -> str:
    return next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")


def _length(node: ElementTree.Element, name: str) -> float:
    number = re.match(r"[\d.]+", _attribute(node, name))
    return float(number[0]) if number else 0.0


def _tag(node: ElementTree.Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _tree(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if package.getinfo(name).file_size > MAX_PART_BYTES:
        raise ValueError(name)
    tree: ElementTree.Element = defusedxml.ElementTree.fromstring(package.read(name))
    return tree


# PDF


def _pdf(data: bytes) -> DeckFile:
    document = pypdfium2.PdfDocument(data)
    try:
        words: list[str] = []
        fonts: set[str] = set()
        width, height = document[0].get_size()
        for number in range(min(len(document), MAX_PAGES)):
            page = document[number]
            text = page.get_textpage()
            words.append(text.get_text_range())
            text.close()
            fonts |= _page_fonts(page)
            page.close()
        return DeckFile(
            name="",
            width=float(width),
            height=float(height),
            slides=len(document),
            text="\n".join(words),
            fonts=tuple(sorted(fonts)),
        )
    finally:
        document.close()


def _page_fonts(page: pypdfium2.PdfPage) -> set[str]:
    """The families of a page's text that the file does not carry."""
    found = set()
    for piece in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_TEXT,)):
        font = pdfium.FPDFTextObj_GetFont(piece)
        if not font or pdfium.FPDFFont_GetIsEmbedded(font) == 1:
            continue
        length = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
        room = (pdfium.c_char * max(1, length))()
        pdfium.FPDFFont_GetBaseFontName(font, room, length)
        name = bytes(room.value).decode("utf-8", "replace").rpartition("+")[2]
        if name and not name.lower().startswith(_BASE_FONTS):
            found.add(name)
    return found
