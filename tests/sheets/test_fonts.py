"""Type: what is set can be read back, and nothing is ever drawn blank."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from judge_app.sheets.fonts import MissingGlyph, Weight, font, printable, to_unicode
from tests.sheets import pages

RARE = "㛃䶮𠅤𬱖喆堃犇䲜"


def drawn(*lines: str, weight: Weight = Weight.REGULAR) -> bytes:
    out = io.BytesIO()
    font(weight)
    canvas = Canvas(out, invariant=1, initialFontName=weight.value)
    canvas.setFont(weight.value, 12)
    for index, line in enumerate(lines):
        canvas.drawString(40, 800 - 14 * index, line)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("weight", Weight)
def test_rare_characters_beyond_the_basic_plane_are_read_back_as_they_were_set(weight: Weight) -> None:
    assert pages.text(drawn(f"{RARE}123.45（甲）", weight=weight)) == f"{RARE}123.45（甲）"


def test_a_weight_is_embedded_once_however_many_characters_it_draws() -> None:
    lines = ["".join(chr(0x4E00 + row * 40 + column) for column in range(40)) for row in range(20)]
    pdf = drawn(*lines)
    assert list(pages.fonts(pdf).values()) == [True]
    assert pages.text(pdf) == "".join(lines)


def test_a_character_without_a_glyph_is_refused_and_named() -> None:
    with pytest.raises(MissingGlyph) as refused:
        drawn("项目🚀")
    assert refused.value.codes == [0x1F680]
    assert "U+1F680" in refused.value.problems[0].zh
    assert "U+1F680" in refused.value.problems[0].en


def test_what_cannot_be_drawn_is_made_visible() -> None:
    assert printable("甲🚀乙") == "甲[U+1F680]乙"
    assert printable("abc\u202edef") == "abc[U+202E]def"
    assert printable("a\x00b") == "a[U+0000]b"
    assert printable("甲\u3000乙") == "甲\u3000乙"
    assert printable("一\t二\u2009三\xa0四") == "一 二 三 四"
    assert printable("葛\U000e0100\u200d") == "葛"
    assert printable("一\r\n二\r三\n四") == "一\n二\n三\n四"


@given(st.text())
@settings(max_examples=300)
def test_anything_can_be_printed_once_made_printable(text: str) -> None:
    face = font(Weight.REGULAR)
    line = printable(text).replace("\n", "")
    assert face.lacking(line) == []
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize("weight", Weight)
def test_every_weight_has_every_glyph_that_the_forms_use(weight: Weight) -> None:
    assert font(weight).lacking("□■＿—–−·…→“”（）【】：；，。、÷×％0123456789.:+-/#") == []


def test_text_beyond_the_basic_plane_is_written_as_utf_16_pairs() -> None:
    assert b"<0001> <4E00>" in to_unicode([0, 0x4E00])
    assert b"<0002> <D8732C56>".replace(b"D8732C56", "𬱖".encode("utf-16-be").hex().upper().encode()) in to_unicode(
        [0, 0x4E00, ord("𬱖")]
    )


def test_a_font_keeps_documents_apart_that_are_written_at_the_same_time() -> None:
    one, two = io.BytesIO(), io.BytesIO()
    name = Weight.REGULAR.value
    font(Weight.REGULAR)
    first, second = (Canvas(out, invariant=1, initialFontName=name) for out in (one, two))
    for canvas, line in ((first, "甲乙"), (second, "丙丁")):
        canvas.setFont(name, 12)
        canvas.drawString(40, 800, line)
    for canvas in (first, second):
        canvas.showPage()
        canvas.save()
    assert pages.text(one.getvalue()) == "甲乙"
    assert pages.text(two.getvalue()) == "丙丁"
