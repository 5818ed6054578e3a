"""The optional sheets of an entry check, decks, and what the check prints."""

from __future__ import annotations

import datetime
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from judge_app.core.eligibility import Verdict
from judge_app.core.entries import Entries, TeamMember, UnitRecord
from judge_app.core.errors import BadInput
from judge_app.exchange.entries import EntriesReport, check_entries, read_entries
from judge_app.store.presets import Presets

PRESETS = Presets()
Rows = dict[str, list[list[Any]]]

PROJECTS = [
    ["参赛序号", "项目名称", "主体申报单位", "赛道", "主题分类", "场次", "路演材料"],
    [1, "心电云", "市一院", "应用创新", "远程医疗", None, None],
    [2, "用药审核", "云公司", "应用创新", None, None, None],
]


def good() -> Rows:
    return {
        "大赛": [
            ["大赛名称", "样例"],
            ["赛制模板", "sichuan-2023"],
            ["届次", "第六届"],
            ["报名截止", "2023-06-30 24:00"],
        ],
        "项目": [row[:] for row in PROJECTS],
        "单位": [
            ["名称", "类型", "等级", "上级单位", "别名"],
            ["市一院", "医院", "三级甲等", None, "市第一人民医院、一院"],
            ["云公司", "企业"],
        ],
        "成员": [
            ["参赛序号", "姓名", "单位", "出生日期", "是否队长"],
            [1, "芮 书棠", "市一院", datetime.date(1990, 1, 2), "是"],
            ["１", "蒲沐辰", None, "1989年11月", None],
        ],
        "既往获奖": [["参赛序号", "奖项", "级别", "领域", "日期"], [1, "创新奖", "市级", "远程医疗", "2021"]],
        "往届": [["单位", "主题", "届次"], ["一院", "远程医疗", "第五届"], ["市一院", "远程医疗", 4]],
        "材料": [
            ["参赛序号", "类型", "文件名", "字节数"],
            [1, "报名表", "市一院+心电云.docx", "5M"],
            [1, "身份证明", "a.jpg", 1],
            [1, "证明材料", "b.pdf", 12_000_000_000],
        ],
        "报名表": [["参赛序号", "字段", "内容"], [1, "创新点", "字"]],
        "赛区赛道": [["参赛序号", "分赛区", "赛道"], [1, "四川", "应用创新"], [2, "四川", "应用创新"]],
    }


def written(path: Path, rows: Rows) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, lines in rows.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def read(tmp_path: Path, rows: Rows, preset: str = "") -> Entries:
    return read_entries(written(tmp_path / "contest.xlsx", rows), known_presets=PRESETS.keys(), preset=preset)


def checked(tmp_path: Path, rows: Rows, preset: str = "") -> EntriesReport:
    path = written(tmp_path / "contest.xlsx", rows)
    return check_entries(path, PRESETS.load, known_presets=PRESETS.keys(), preset=preset)


def test_every_optional_sheet_is_read(tmp_path: Path) -> None:
    entries = read(tmp_path, good())
    assert entries.contest.entry_deadline == "2023-07-01T00:00"
    assert entries.units is not None
    assert entries.units[0] == UnitRecord(
        name="市一院", type="医院", level="三级甲等", aliases=("市第一人民医院", "一院")
    )
    assert entries.members == (
        TeamMember(entry_no="1", name="芮书棠", unit="市一院", birth="1990-01-02", captain=True),
        TeamMember(entry_no="1", name="蒲沐辰", birth="1989-11"),
    )
    assert entries.files is not None
    assert [file.size for file in entries.files] == [5 * 1024 * 1024, 1, 12_000_000_000]
    assert entries.past is not None
    assert [one.edition for one in entries.past] == [5, 4]
    assert (entries.judges_given, entries.staff_given, entries.decks) == (False, False, None)


def test_a_workbook_of_projects_alone_will_do_when_the_preset_is_given(tmp_path: Path) -> None:
    report = checked(tmp_path, {"项目": PROJECTS}, preset="shanghai-2025")
    assert report.entries.units is None
    assert "未检查" in report.text()
    with pytest.raises(BadInput, match="大赛"):
        checked(tmp_path, {"项目": PROJECTS})


def test_the_preset_given_goes_before_the_workbooks(tmp_path: Path) -> None:
    assert checked(tmp_path, good()).preset == "sichuan-2023"
    assert checked(tmp_path, good(), preset="tianjin-2025").preset == "tianjin-2025"
    rows = good()
    rows["大赛"][1][1] = "no-such"
    with pytest.raises(BadInput, match="no-such"):
        checked(tmp_path, rows)
    assert checked(tmp_path, rows, preset="tianjin-2025").preset == "tianjin-2025"


def test_findings_name_the_rule_and_its_words_and_the_counts_are_right(tmp_path: Path) -> None:
    report = checked(tmp_path, good())
    zh, en = report.text(), report.text("en")
    assert zh.splitlines()[0] == "contest.xlsx · sichuan-2023：2 个项目，不通过 2，需确认 0，其余 0"
    assert "1  心电云  不通过" in zh
    assert (
        "不通过：市一院 的同一主题已连续参加前 2 届，本届是第 3 届 [S0-19“同一单位参赛项目相关主题内容不能连续超过两届”]"
        in zh
    )
    assert "需确认：2021 获“创新奖”，早于截止日期前 6 个月（2022-12-30）" in zh
    assert "不通过：应用创新赛道须由" in zh
    assert "缺少材料：申报表" in zh
    assert "REJECT: 市一院 ran with this topic in the last 2 editions" in en
    assert report.rejected


def test_the_data_is_json_and_says_of_every_check_whether_it_was_made(tmp_path: Path) -> None:
    rows = good()
    del rows["赛区赛道"]
    data = json.loads(json.dumps(checked(tmp_path, rows).data(), ensure_ascii=False))
    assert data["format"] == "judge-app/entries/1"
    assert [(one["entry_no"], one["verdict"]) for one in data["projects"]] == [("1", "reject"), ("2", "reject")]
    assert {"check": "one_region", "rule": "S0-17", "status": "not_checked", "lacking": "赛区赛道"} in data["checks"]
    assert {"zh", "en", "quote", "rule", "check", "verdict"} == set(data["projects"][0]["findings"][0])


def test_an_entry_with_nothing_found_is_not_called_passed_while_checks_were_left_out(tmp_path: Path) -> None:
    report = checked(tmp_path, {"项目": PROJECTS}, preset="sichuan-2023")
    assert "1  心电云  未发现问题（有未检查项）" in report.text()
    assert "1  心电云  nothing found (not all was checked)" in report.text("en")
    blank = checked(
        tmp_path,
        {
            "项目": [[*PROJECTS[0], "团队成员"], [*PROJECTS[1], "甲"]],
            "评委": [["编号", "姓名", "类别", "场次"], ["J1", "乙", "评委", "x"]],
        },
        preset="blank",
    )
    assert blank.text().splitlines()[1:] == ["1  心电云  未发现问题"]


WRONG: dict[str, tuple[str, list[Any], str, str, str]] = {
    "an unknown entry": ("成员", [9, "甲"], "成员 · 第 4 行 · 参赛序号 (A4)", "没有 9 号", "no entry 9"),
    "no member name": ("成员", [1, None, "院"], "成员 · 第 4 行 · 姓名 (B4)", "空的", "empty"),
    "a birth that is none": ("成员", [1, "甲", None, "属马"], "成员 · 第 4 行 · 出生日期 (D4)", "不是日期", "not a date"),
    "neither captain nor not": ("成员", [1, "甲", None, None, "也许"], "成员 · 第 4 行 · 是否队长 (E4)", "“是”或“否”", "neither"),
    "a unit twice": ("单位", ["一院", "医院"], "单位 · 第 4 行 · 名称 (A4)", "已在第 2 行", "already in row 2"),
    "an alias twice": ("单位", ["三院", "医院", None, None, "云公司"], "单位 · 第 4 行 · 别名 (E4)", "已在第 3 行", "already in row 3"),
    "an edition without a number": ("往届", ["市一院", "x", "去年"], "往届 · 第 4 行 · 届次 (C4)", "第几届", "no edition"),
    "a size that is none": ("材料", [1, "报名表", "x", "很大"], "材料 · 第 5 行 · 字节数 (D5)", "不是整数", "whole number"),
    "no kind of paper": ("材料", [1, None, "x", 1], "材料 · 第 5 行 · 类型 (B5)", "空的", "empty"),
    "no award": ("既往获奖", [1, None, "市级"], "既往获奖 · 第 3 行 · 奖项 (B3)", "空的", "empty"),
    "a formula in the form": ("报名表", [1, "创新点", "=A1"], "报名表 · 第 3 行 · 内容 (C3)", "公式", "formula"),
    "an unknown entry placed": ("赛区赛道", ["X", "四川", None], "赛区赛道 · 第 4 行 · 参赛序号 (A4)", "没有 X 号", "no entry X"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_a_wrong_cell_of_an_optional_sheet_is_told(case: str, tmp_path: Path) -> None:
    sheet, row, place, zh, en = WRONG[case]
    rows = good()
    rows[sheet].append(row)
    with pytest.raises(BadInput) as caught:
        read(tmp_path, rows)
    (problem,) = caught.value.problems
    assert problem.place == f"contest.xlsx · {place}"
    assert zh in problem.zh
    assert en in problem.en


SECTIONS = ("项目起源", "主创团队", "应用场景", "解决思路与方法", "创新点", "推广普及意义", "所需支持")


def pptx(path: Path, cx: int, cy: int, *pages: str) -> None:
    with zipfile.ZipFile(path, "w") as package:
        namespace = 'xmlns:p="p" xmlns:a="a"'
        package.writestr(
            "ppt/presentation.xml", f'<p:presentation {namespace}><p:sldSz cx="{cx}" cy="{cy}"/></p:presentation>'
        )
        for number, page in enumerate(pages, start=1):
            halves = f"<a:r><a:t>{page[:2]}</a:t></a:r><a:r><a:t>{page[2:]}</a:t></a:r>"
            package.writestr(f"ppt/slides/slide{number}.xml", f"<p:sld {namespace}><a:p>{halves}</a:p></p:sld>")


def test_a_project_without_a_deck_is_told_in_either_language(tmp_path: Path) -> None:
    pptx(tmp_path / "二.pptx", 12192000, 6858000, *SECTIONS)
    rows = {"项目": [PROJECTS[0], [*PROJECTS[1][:6], ""], [*PROJECTS[2][:6], "二.pptx"]]}
    found = [one for one in checked(tmp_path, rows, preset="national-2020").report.of("1") if one.check == "slides"]
    assert {(one.zh, one.en) for one in found} == {
        ("幻灯片未检查：没有路演材料", "the slides were not checked: there is no slide deck")
    }


def test_a_slide_shows_shape_and_sections_are_read_from_its_file(tmp_path: Path) -> None:
    pptx(tmp_path / "一.pptx", 12192000, 6858000, *SECTIONS)
    pptx(tmp_path / "二.pptx", 9144000, 6858000, *SECTIONS[:-1])
    rows = {"项目": [PROJECTS[0], [*PROJECTS[1][:6], "一.pptx"], [*PROJECTS[2][:6], "二.pptx"]]}
    report = checked(tmp_path, rows, preset="national-2020").report
    assert [one for one in report.of("1") if one.check == "slides"] == []
    assert [one.zh for one in report.of("2") if one.check == "slides"] == [
        "幻灯片文字里没有找到：所需支持（图片里的字看不到，请人工查看）",
        "版面应为 16:9，文件是 1.33:1",
    ]


def test_a_pdf_deck_is_read_too(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "deck.pdf"), pagesize=landscape(A4))
    canvas.drawString(100, 100, "plain")
    canvas.save()
    entries = read(tmp_path, {"项目": [PROJECTS[0], [*PROJECTS[1][:6], "deck.pdf"]]}, preset="national-2020")
    assert entries.decks is not None
    assert "plain" in entries.decks[0].text
    assert round(entries.decks[0].width / entries.decks[0].height, 2) == 1.41


@pytest.mark.parametrize(
    ("deck", "why", "why_en"),
    [
        ("没有.pdf", "找不到", "there is no such file"),
        ("../外面.pdf", "不在工作簿所在的文件夹内", "outside the workbook's folder"),
        ("稿.key", "不是 .pptx 或 .pdf", "neither a .pptx nor a .pdf"),
        ("坏.pdf", "已损坏或有密码", "is damaged or has a password"),
        ("坏.pptx", "已损坏或有密码", "is damaged or has a password"),
    ],
)
def test_a_deck_that_cannot_be_read_says_why_and_the_check_goes_on(
    deck: str, why: str, why_en: str, tmp_path: Path
) -> None:
    for name in ("坏.pdf", "坏.pptx", "稿.key"):
        (tmp_path / name).write_bytes(b"not a deck")
    report = checked(tmp_path, {"项目": [PROJECTS[0], [*PROJECTS[1][:6], deck]]}, preset="national-2020").report
    found = [one for one in report.of("1") if one.check == "slides"]
    assert {one.verdict for one in found} == {Verdict.CONFIRM}
    assert all(why in one.zh and why_en in one.en for one in found)
