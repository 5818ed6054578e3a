"""Setting: lines, tables over pages, heads and feet. Nothing is cut off, nothing overflows, equal input gives equal bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core.contest import Struct
from judge_app.sheets.layout import MM, Gap, Prose, Signature, SigningBlock
from judge_app.sheets.paper import Form, Head, canonical, qr_text, render
from judge_app.sheets.tables import Cell, Row, Table, cell, label
from judge_app.sheets.text import Span, Style, balanced, wrap
from tests.sheets import pages

HEAD = Head(
    contest_name="样例大赛",
    edition="第四届",
    session="第一场",
    printed_at="2026-12-05T17:20:31+08:00",
    document_no="8F3A21C0-T",
    head_seq=57,
    head_hash="9f2c41d03b7e55aa" * 4,
)


class Nothing(Struct, frozen=True):
    pass


def form(*blocks: object, head: Head = HEAD, landscape: bool = False) -> Form:
    return Form("T", "样表", head, blocks, canonical("T", head, Nothing()), landscape)  # type: ignore[arg-type]


def joined(lines: list[object]) -> str:
    return "".join(piece[2].text for line in lines for piece in line.pieces)  # type: ignore[attr-defined]


TEXT = st.text(
    alphabet=st.sampled_from("中文，。（）《》“”、；一二三AB12.,-%() \u3000𬱖<b>&"), min_size=0, max_size=120
)


@given(TEXT, st.floats(min_value=30, max_value=300))
@settings(max_examples=300)
def test_wrapped_lines_hold_all_the_text_and_none_is_too_wide(text: str, width: float) -> None:
    lines = wrap((Span(text),), width)
    assert all(line.width <= width + 0.02 for line in lines)
    assert pages.squeezed(joined(lines)) == pages.squeezed(text)  # type: ignore[arg-type]


@given(st.text(alphabet="中文字，。；、）》", min_size=1, max_size=60), st.floats(min_value=45, max_value=120))
def test_no_line_begins_with_a_closing_mark_unless_marks_alone_fill_a_line(text: str, width: float) -> None:
    for line in wrap((Span(text),), width)[1:]:
        start = line.pieces[0][2].text[0]
        if start in "，。；、）》":
            most = int((width + 0.02) // 9.5)
            assert any(all(char in "，。；、）》" for char in text[at : at + most - 1]) for at in range(len(text)))


def test_words_and_numbers_stay_whole_where_a_line_has_room_for_them() -> None:
    lines = wrap((Span("得分 88.75 分，Hospital Interoperability"),), 90)
    words = [piece[2].text for line in lines for piece in line.pieces]
    assert any("88.75" in word for word in words)
    assert any("Hospital" in word for word in words)
    assert any("Interoperability" in word for word in words)


def test_a_word_wider_than_a_line_is_broken_rather_than_run_over() -> None:
    lines = wrap((Span("A" * 200),), 60)
    assert len(lines) > 3
    assert all(line.width <= 60.02 for line in lines)


def test_ideographic_spaces_are_kept() -> None:
    assert joined(wrap((Span("合　　计"),), 200)) == "合　　计"  # type: ignore[arg-type]


def test_two_lines_share_their_length_so_that_no_character_stands_alone() -> None:
    text = "一站式多学科会诊平台"
    width = 9.5 * (len(text) - 1) + 1
    assert len(wrap((Span(text),), width)[-1].pieces[0][2].text) == 1
    assert len(balanced((Span(text),), width)) == 2
    assert len(balanced((Span(text),), width)[-1].pieces[0][2].text) >= 4


@given(st.integers(min_value=0, max_value=80), st.integers(min_value=1, max_value=400), st.booleans())
@settings(max_examples=40)
def test_a_table_over_pages_holds_every_row_once_and_repeats_its_heading(rows: int, long: int, landscape: bool) -> None:
    table = Table(
        (1, 4, 1),
        tuple(
            Row((cell(f"行{number}"), cell("字" * (long if number % 7 == 3 else 3)), cell("完")))
            for number in range(rows)
        ),
        (Row((label("表头甲"), label("表头乙"), label("表头丙"))),),
    )
    found = pages.texts(render([form(table, landscape=landscape)], "样"))
    text = "".join(found)
    assert text.count("完") == rows
    assert text.count("字") == sum(long if number % 7 == 3 else 3 for number in range(rows))
    for number in range(rows):
        assert f"行{number}" in text
    pages_with_rows = [page for page in found if "完" in page or "字" in page]
    assert all("表头甲" in page for page in pages_with_rows)


@pytest.mark.parametrize("length", [1, 50, 5_000, 20_000])
def test_a_cell_of_any_length_is_printed_to_its_last_character(length: int) -> None:
    table = Table((1, 3), (Row((cell("评语"), cell("字" * length + "终"))),))
    found = pages.text(render([form(table)], "样"))
    assert found.count("字") == length
    assert found.count("终") == 1


@pytest.mark.parametrize("length", [10, 3_000, 9_000])
def test_joined_rows_higher_than_a_page_are_taken_apart(length: int) -> None:
    table = Table(
        (1, 3, 3),
        (
            Row((cell("序号一", rows=2), cell("字" * length), cell("上"))),
            Row((cell("符" * length), cell("下"))),
            Row((cell("序号二"), cell("后"), cell("末"))),
        ),
    )
    found = pages.text(render([form(table)], "样"))
    assert found.count("字") == found.count("符") == length
    for once in ("序号一", "序号二", "上", "末"):
        assert found.count(once) == 1


@pytest.mark.parametrize("leads", [True, False])
def test_a_heading_within_a_table_stays_with_the_row_below(leads: bool) -> None:
    apart = []
    for above in range(20, 45):
        rows = [Row((cell(f"行{n}"),), 6 * MM) for n in range(above)]
        rows += [Row((label("分组"),), 6 * MM, leads), Row((cell("第一名"),), 6 * MM)]
        said = [pages.squeezed(page) for page in pages.texts(render([form(Table((1.0,), tuple(rows)))], "样"))]
        apart += [above for page in said if "分组" in page and "第一名" not in page]
    assert bool(apart) is not leads


def test_joined_rows_stay_on_one_page_where_one_has_room() -> None:
    pair = (
        Row((cell("序号", rows=2), cell("上格")), 30 * MM),
        Row((cell("下格"),), 30 * MM),
    )
    found = pages.texts(render([form(Table((1, 3), pair * 7))], "样"))
    assert all(page.count("上格") == page.count("下格") == page.count("序号") for page in found)


def test_letters_stay_inside_the_page() -> None:
    wide = Table((1,) * 12, (Row(tuple(cell("非常长的内容Interoperability" * 3) for _ in range(12))),) * 9)
    for width, height, letters in pages.boxes(render([form(wide, landscape=True)], "样")):
        assert letters
        assert all(box[0] > 0 and box[2] < width and box[1] > 0 and box[3] < height for box in letters)


def test_pages_are_counted_form_by_form() -> None:
    long = form(Prose(tuple((Span(f"第{number}段"),) for number in range(200))))
    found = pages.texts(render([long, form(Prose(((Span("短"),),)))], "样"))
    count = len(found) - 1
    assert count > 1
    for number, page in enumerate(found[:-1], start=1):
        assert f"第{number}页共{count}页" in page
    assert "第1页共1页" in found[-1]


def test_signature_lines_are_never_divided() -> None:
    signing = SigningBlock(((Signature(label="统分人签字："),), (Signature(label="复核人签字："),)))
    for filler in range(0, 700, 25):
        found = pages.texts(render([form(Gap(filler), Prose(((Span("正文"),),)), Gap(filler), signing)], "样"))
        assert sum("统分人签字" in page and "复核人签字" in page for page in found) == 1


def test_an_electronic_confirmation_stands_on_the_line() -> None:
    signing = SigningBlock(((Signature(label="统分人签字：", confirmed="电子确认 钱一 12-05 17:20"),),))
    assert "电子确认钱一12-0517:20" in pages.text(render([form(signing)], "样"))


def test_what_looks_like_markup_is_printed_as_text() -> None:
    hostile = '<font color="red">&amp;<b>x</b></font> {{7*7}} \\041'
    assert pages.squeezed(hostile) in pages.text(render([form(Prose(((Span(hostile),),)))], hostile))


def test_the_head_says_what_the_sheet_is_and_the_foot_which_print() -> None:
    head = Head(
        contest_name="样例大赛",
        edition="第四届",
        region="星澜省",
        round="决赛",
        session="第一场",
        hall="多功能厅",
        date="2026年12月5日",
        preset_name="通用赛制",
        rules_version=3,
        printed_at="2026-12-05T17:20:31+08:00",
        document_no="8F3A21C0-T",
        version=2,
        supersedes="代替第 1 版",
        status="已锁定",
        head_seq=57,
        head_hash="9f2c41d03b7e55aa" * 4,
        rehearsal=True,
    )
    found = pages.text(render([form(Prose(((Span("正文"),),)), head=head)], "样"))
    for words in (
        "样例大赛第四届星澜省", "阶段：决赛", "场次：第一场", "会场：多功能厅", "日期：2026年12月5日", "通用赛制（规则第3版）",
        "文件编号8F3A21C0-T", "第2版", "代替第1版", "已锁定", "打印时间2026-12-0517:20:31+08:00", "记录#579f2c41d03b7e55aa",
        "演练", "非正式记录", "第1页共1页",
    ):  # fmt: skip
        assert words in found


def test_a_contest_that_names_its_edition_is_not_told_twice() -> None:
    head = Head(contest_name="第四届样例大赛", edition="第四届")
    assert pages.text(render([form(head=head)], "样")).count("第四届") == 1


def test_no_font_is_left_to_the_reader() -> None:
    pdf = render([form(Prose(((Span("正文 text"), Span("粗", Style(weight=Style().weight))),)))], "样")
    assert all(pages.fonts(pdf).values())
    assert b"Helvetica" not in pages.raw(pdf)


def test_metadata_language_and_dates_are_set_from_the_head() -> None:
    pdf = render([form()], "样表一")
    found = pages.info(pdf)
    assert found["Title"] == "样表一"
    assert found["Author"] == "样例大赛"
    assert found["CreationDate"] == "D:20261205172031+08'00'"
    assert b"/Lang (zh-CN)" in pages.raw(pdf)


def test_equal_forms_give_equal_bytes_and_another_content_other_ones() -> None:
    def one(text: str, head: Head = HEAD) -> bytes:
        return render([form(Prose(((Span(text),),)), head=head)], "样")

    assert one("正文") == one("正文")
    assert one("正文") != one("正交")
    assert one("正文") != one("正文", Head(contest_name="样例大赛", printed_at="2026-12-05T17:20:32+08:00"))


def test_the_qr_code_says_number_version_and_head() -> None:
    assert qr_text(HEAD) == "RSJ1*8F3A21C0-T*1*57*" + "9F2C41D03B7E55AA" * 4


def test_there_is_no_document_without_a_form() -> None:
    with pytest.raises(ValueError, match="no form"):
        render([], "样")


def test_cells_that_come_down_leave_their_place_free_in_the_rows_below() -> None:
    table = Table(
        (1, 1, 1),
        (
            Row((Cell(((Span("甲"),),), rows=2), cell("乙"), Cell(((Span("丙"),),), rows=2))),
            Row((cell("丁"),)),
        ),
    )
    letters = pages.boxes(render([form(table)], "样"))[0][2]
    assert letters
    assert {"甲", "乙", "丙", "丁"} <= set(pages.text(render([form(table)], "样")))
