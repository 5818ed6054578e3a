"""A slide deck's own word on itself, for the entry check: page shape and text of a .pptx or a .pdf.

Nothing is rendered and no program is started; a deck that cannot be read says why instead of failing the check.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

import defusedxml.ElementTree
import pypdfium2  # type: ignore[import-untyped]  # it ships no types

from judge_app.core.contest import Project
from judge_app.core.entries import DeckFacts
from judge_app.core.errors import BadInput
from judge_app.exchange import safety
from judge_app.exchange.tables import BROKEN_BOOK

MAX_DECK_BYTES = 500 * 1024 * 1024
MAX_PART_BYTES = 20 * 1024 * 1024
MAX_TEXT_BYTES = 100 * 1024 * 1024
"""Of all slides of a deck together, unpacked."""
MAX_PAGES = 300


def deck_facts(projects: Iterable[Project], folder: Path) -> tuple[DeckFacts, ...]:
    """The facts of each project's 路演材料 (a path relative to ``folder``); projects without one are left out."""
    return tuple(_facts(project.entry_no, project.deck, folder) for project in projects if project.deck)


def _facts(entry_no: str, deck: str, folder: Path) -> DeckFacts:
    path = (folder / deck).resolve()
    if not path.is_relative_to(folder.resolve()):
        return DeckFacts(entry_no=entry_no, unreadable=f"{deck} 不在工作簿所在的文件夹内")
    suffix = path.suffix.lower()
    if suffix not in (".pptx", ".pdf"):
        return DeckFacts(entry_no=entry_no, unreadable=f"{deck} 不是 .pptx 或 .pdf")
    try:
        data = safety.read_file(path, limit=MAX_DECK_BYTES)
    except BadInput as error:
        return DeckFacts(entry_no=entry_no, unreadable=f"{deck}：{error.problems[0].zh}")
    try:
        width, height, text = _pptx(path) if suffix == ".pptx" else _pdf(data)
    except (*BROKEN_BOOK, pypdfium2.PdfiumError):
        return DeckFacts(entry_no=entry_no, unreadable=f"{deck} 已损坏或有密码")
    return DeckFacts(entry_no=entry_no, width=width, height=height, text=text)


def _pptx(path: Path) -> tuple[float, float, str]:
    words: list[str] = []
    with zipfile.ZipFile(path) as package:
        size = next(node for node in _tree(package, "ppt/presentation.xml").iter() if str(node.tag).endswith("}sldSz"))
        slides = [name for name in package.namelist() if name.startswith("ppt/slides/slide") and name.endswith(".xml")]
        if sum(package.getinfo(name).file_size for name in slides[:MAX_PAGES]) > MAX_TEXT_BYTES:
            raise ValueError("its slides are too large")
        for name in slides[:MAX_PAGES]:
            for paragraph in _tree(package, name).iter():
                if str(paragraph.tag).endswith("}p"):
                    words.append("".join(run.text or "" for run in paragraph.iter() if str(run.tag).endswith("}t")))
    return float(size.attrib["cx"]), float(size.attrib["cy"]), "\n".join(words)


def _tree(package: zipfile.ZipFile, name: str):  # type: ignore[no-untyped-def]  # defusedxml's element has no public type
    if package.getinfo(name).file_size > MAX_PART_BYTES:
        raise ValueError(name)
    return defusedxml.ElementTree.fromstring(package.read(name))


def _pdf(data: bytes) -> tuple[float, float, str]:
    document = pypdfium2.PdfDocument(data)
    try:
        words: list[str] = []
        width, height = document[0].get_size()
        for number in range(min(len(document), MAX_PAGES)):
            page = document[number]
            text = page.get_textpage()
            words.append(text.get_text_range())
            text.close()
            page.close()
        return float(width), float(height), "\n".join(words)
    finally:
        document.close()
