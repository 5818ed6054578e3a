"""What a deck's file says of itself: every fault has a file that has it, and one that does not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from judge_app.core.preflight import DeckFile, Fault
from judge_app.exchange.decks import deck_file
from judge_app.sheets.fonts import Weight, font
from tests.show.odp import make_odp

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pptx(path: Path, slide: str = "", book: str = "", **parts: str) -> Path:
    """A package of one slide; ``slide`` goes into it, ``book`` into the presentation; ``parts`` by name (``__`` for a
    slash, ``_dot_`` for a dot)."""
    names = 'xmlns:p="p" xmlns:a="a"'
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(
            "ppt/presentation.xml",
            f'<p:presentation {names}><p:sldSz cx="12192000" cy="6858000"/><p:sldIdLst><p:sldId/></p:sldIdLst>{book}'
            "</p:presentation>",
        )
        package.writestr(
            "ppt/slides/slide1.xml", f"<p:sld {names}><a:p><a:r><a:t>痛点</a:t></a:r></a:p>{slide}</p:sld>"
        )
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return path


def link(kind: str, target: str, mode: str = "Internal") -> str:
    return f'<Relationships><Relationship Type="{RELATIONS}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'


def rels(content: str) -> dict[str, str]:
    return {"ppt__slides___rels__slide1_dot_xml_dot_rels": content}


def test_a_sound_deck_has_no_fault_and_tells_its_shape_text_and_pages(tmp_path: Path) -> None:
    file = deck_file(pptx(tmp_path / "讲稿.pptx"))
    assert (file.faults, file.kind, file.slides) == ((), "slides", 1)
    assert file.width / file.height == pytest.approx(16 / 9)
    assert file.text == "痛点"
    assert len(file.sha256) == 64


@pytest.mark.parametrize(
    ("fault", "parts"),
    [
        (Fault.ADVANCES, {"slide": '<p:transition advTm="3000"/>'}),
        (Fault.WRITE_PASSWORD, {"book": "<p:modifyVerifier/>"}),
        (Fault.MACROS, {"ppt__vbaProject_dot_bin": "x"}),
        (Fault.KIOSK, {"ppt__presProps_dot_xml": '<p:p xmlns:p="p"><p:showPr><p:kiosk/></p:showPr></p:p>'}),
        (Fault.LINKED, rels(link("video", "file:///D:/片.mp4", "External"))),
        (Fault.MEDIA, rels(link("video", "file:///D:/片.mp4", "External"))),
        (Fault.REPAIR, rels(link("image", "../media/image1.png"))),
    ],
)
def test_what_may_go_wrong_in_a_show_is_found(tmp_path: Path, fault: Fault, parts: dict[str, str]) -> None:
    assert fault in deck_file(pptx(tmp_path / "a.pptx", **parts)).faults


@pytest.mark.parametrize(
    "parts",
    [
        {"slide": "<p:transition/>"},
        {"ppt__presProps_dot_xml": '<p:p xmlns:p="p"><p:showPr><p:present/></p:showPr></p:p>'},
        rels(link("hyperlink", "https://example.org/", "External")),
        {**rels(link("image", "../media/image1.png")), "ppt__media__image1_dot_png": "x"},
        rels(link("slideLayout", "/ppt/presentation.xml")),
    ],
)
def test_what_is_harmless_is_no_fault(tmp_path: Path, parts: dict[str, str]) -> None:
    assert deck_file(pptx(tmp_path / "a.pptx", **parts)).faults == ()


def test_fonts_are_those_named_and_not_carried(tmp_path: Path) -> None:
    theme = (
        '<a:theme xmlns:a="a"><a:minorFont><a:latin typeface="Calibri"/><a:ea typeface=""/>'
        '<a:font script="Hans" typeface="等线"/></a:minorFont></a:theme>'
    )
    runs = '<a:latin typeface="+mn-lt"/><a:ea typeface="方正小标宋"/><a:ea typeface="华文琥珀"/>'
    carried = '<p:embeddedFont><p:font typeface="华文琥珀"/></p:embeddedFont>'
    file = deck_file(pptx(tmp_path / "a.pptx", runs, carried, ppt__theme__theme1_dot_xml=theme))
    assert set(file.fonts) == {"Calibri", "等线", "方正小标宋"}


def only(file: DeckFile) -> Fault:
    (fault,) = file.faults
    return fault


def test_files_that_cannot_be_shown_say_why(tmp_path: Path) -> None:
    made = {
        "没有.pptx": None,
        "空.pptx": b"",
        "坏.pptx": b"not a deck",
        "坏.pdf": b"%PDF-1.4",
        "坏.odp": b"PK",
        "密码.pptx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "旧.ppt": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "说明.txt": b"text",
    }
    for name, content in made.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
    assert {name: only(deck_file(tmp_path / name)) for name in made} == {
        "没有.pptx": Fault.MISSING,
        "空.pptx": Fault.EMPTY,
        "坏.pptx": Fault.DAMAGED,
        "坏.pdf": Fault.DAMAGED,
        "坏.odp": Fault.DAMAGED,
        "密码.pptx": Fault.PASSWORD,
        "旧.ppt": Fault.UNREAD,
        "说明.txt": Fault.UNKNOWN_KIND,
    }
    inside = tmp_path / "contest"
    inside.mkdir()
    assert only(deck_file(inside / ".." / "坏.pdf", inside)) is Fault.OUTSIDE


def test_a_flipped_byte_in_a_package_is_damage(tmp_path: Path) -> None:
    path = make_odp(tmp_path / "a.odp", ("#ff0000",), "痛点")
    assert deck_file(path).faults == ()
    data = bytearray(path.read_bytes())
    data[data.index(b"content.xml") + 40] ^= 0xFF
    path.write_bytes(data)
    assert only(deck_file(path)) is Fault.DAMAGED


def test_an_open_document_tells_the_same(tmp_path: Path) -> None:
    file = deck_file(make_odp(tmp_path / "a.odp", ("#ff0000", "#00ff00"), "痛点"))
    assert (file.slides, file.width, file.height, file.faults) == (2, 28, 15.75, ())
    assert "痛点" in file.text


def test_a_pdf_tells_its_shape_and_the_fonts_that_it_lacks(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(960, 540), initialFontName=font(Weight.REGULAR).fontName)
    canvas.setFont(font(Weight.REGULAR).fontName, 20)
    canvas.drawString(50, 50, "创新点")
    canvas.setFont("Helvetica", 20)
    canvas.drawString(50, 90, "plain")
    canvas.save()
    file = deck_file(tmp_path / "a.pdf")
    assert (file.kind, file.slides, file.fonts, file.faults) == ("pdf", 1, (), ())
    assert "创新点" in file.text
    locked = Canvas(str(tmp_path / "b.pdf"), pagesize=(960, 540), encrypt="geheim")
    locked.drawString(10, 10, "x")
    locked.save()
    assert only(deck_file(tmp_path / "b.pdf")) is Fault.PASSWORD


def test_a_deck_without_a_size_or_without_a_slide_is_one_decks_matter(tmp_path: Path) -> None:
    def book(name: str, inside: str) -> Path:
        with zipfile.ZipFile(tmp_path / name, "w") as package:
            package.writestr("ppt/presentation.xml", f'<p:presentation xmlns:p="p">{inside}</p:presentation>')
        return tmp_path / name

    sizeless = deck_file(book("a.pptx", "<p:sldIdLst><p:sldId/></p:sldIdLst>"))
    assert (sizeless.width, sizeless.height, sizeless.slides, sizeless.faults) == (0, 0, 1, ())
    assert deck_file(book("b.pptx", '<p:sldSz cx="16" cy="9"/>')).faults == (Fault.EMPTY,)
    assert deck_file(make_odp(tmp_path / "c.odp", ())).faults == (Fault.EMPTY,)


def test_the_shape_of_an_odp_is_its_slides_and_not_its_handouts(tmp_path: Path) -> None:
    """LibreOffice writes the handout's layout first."""
    whole = make_odp(tmp_path / "a.odp", ("#ff0000",))
    handout = (
        '<style:page-layout style:name="PM0"><style:page-layout-properties fo:page-width="21cm" '
        'fo:page-height="29.7cm"/></style:page-layout>'
    )
    made = tmp_path / "b.odp"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "styles.xml":
                text = text.replace(b"<office:automatic-styles>", b"<office:automatic-styles>" + handout.encode())
            new.writestr(name, text)
    file = deck_file(made)
    assert file.width / file.height == pytest.approx(16 / 9, rel=0.01)
