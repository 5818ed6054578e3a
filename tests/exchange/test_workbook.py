"""contest.xlsx: what is read, and what every wrong workbook is told, in both languages and with the place."""

from __future__ import annotations

import datetime
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from judge_app.core.contest import Contest, PanelRole
from judge_app.core.errors import BadInput, Problem
from judge_app.exchange import safety, tables
from judge_app.exchange.workbook import check_fit, read_contest
from judge_app.store.presets import Presets

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"
PRESETS = ("sichuan-2023", "shanxi-2019", "shanghai-2025")
Rows = dict[str, list[list[Any]]]
Book = openpyxl.Workbook


def good() -> Rows:
    return {
        "大赛": [["大赛名称", "样例大赛"], ["赛制模板", "sichuan-2023"], ["通过初审数:应用创新", 8]],
        "场次": [
            ["场次", "会场", "日期", "开始时间", "赛道/主题"],
            ["第一场", "一号厅", "2026-12-05", "08:30", "应用创新"],
        ],
        "项目": [
            ["参赛序号", "项目名称", "主体申报单位", "联合申报单位", "赛道", "场次", "队长", "团队成员", "网络投票数"],
            [1, "心电云", "市一院", None, "应用创新", "第一场", "芮书棠", "芮书棠、蒲沐辰", None],
            [2, "用药审核", "市二院", "云公司、芯公司", "应用创新", "第一场", None, None, 120],
        ],
        "评委": [
            ["编号", "姓名", "类别", "单位", "场次", "角色"],
            ["J1", "沈知衡", "评委", "大学", "第一场", "评委组长"],
            ["J2", "顾清越", "评委", "学会", "第一场", "评委"],
            ["J3", "陆闻舟", "评委", None, "第一场", "候补"],
        ],
    }


def written(path: Path, rows: Rows, then: Callable[[Book], object] | None = None) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, lines in rows.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    if then is not None:
        then(book)
    book.save(path)
    return path


def read(tmp_path: Path, rows: Rows, then: Callable[[Book], object] | None = None) -> Contest:
    return read_contest(written(tmp_path / "contest.xlsx", rows, then), known_presets=PRESETS)


def problems(path: Path) -> list[Problem]:
    with pytest.raises(BadInput) as caught:
        read_contest(path, known_presets=PRESETS)
    for problem in caught.value.problems:
        assert any("\u4e00" <= char <= "\u9fff" for char in problem.zh), problem
        assert any("a" <= char <= "z" for char in problem.en), problem
    return caught.value.problems


# What is read


@pytest.mark.parametrize("sample", ["regional-final", "four-tracks"])
def test_the_samples_are_read_and_fit_their_rules(sample: str) -> None:
    contest = read_contest(SAMPLES / sample / "contest.xlsx", known_presets=PRESETS)
    assert check_fit(contest, Presets().load(contest.preset)) == []
    assert all(
        len([one for one in contest.panel(session.name) if one.role is PanelRole.CHAIR]) == 1
        for session in contest.sessions
    )


def test_a_workbook_becomes_a_contest(tmp_path: Path) -> None:
    contest = read(tmp_path, good())
    assert (contest.name, contest.preset, contest.passed_initial_review) == (
        "样例大赛",
        "sichuan-2023",
        {"应用创新": 8},
    )
    assert [project.entry_no for project in contest.projects] == ["1", "2"]
    assert contest.projects[0].members == ("芮书棠", "蒲沐辰")
    assert contest.projects[1].partner_units == ("云公司", "芯公司")
    assert (contest.projects[0].votes, contest.projects[1].votes) == (None, 120)
    assert [judge.role for judge in contest.judges] == [PanelRole.CHAIR, PanelRole.JUDGE, PanelRole.RESERVE]


def test_what_people_type_is_read_with_care(tmp_path: Path) -> None:
    rows = good()
    rows["大赛"] += [
        ["届次 ", " 第六届\u3000"],
        ["奖项名额：", "特等奖1、一等奖 9，优胜奖×45"],
        ["报名截止", "2023年6月30日24点"],
        ["备注", "随便写"],
    ]
    rows["场次"][1] = ["第一场\n", "一号厅", datetime.datetime.fromisoformat("2026-12-05"), datetime.time(8, 30), None]
    rows["项目"][1] = [
        "０1",
        "心电云\n（一期）\u200b",
        " 市一院",
        None,
        "应用创新",
        "第一场 ",
        "张\u3000三",
        "张 三；李四,Ann Lee",
        "1,200",
    ]
    rows["项目"][2][0] = 2.0
    rows["评委"][1][0] = "Ｊ1"
    contest = read(tmp_path, rows)
    assert (contest.edition, contest.entry_deadline) == ("第六届", "2023-07-01T00:00")
    assert contest.award_counts == {"特等奖": 1, "一等奖": 9, "优胜奖": 45}
    assert (contest.sessions[0].name, contest.sessions[0].date, contest.sessions[0].start) == (
        "第一场",
        "2026-12-05",
        "08:30",
    )
    first = contest.projects[0]
    assert (first.entry_no, first.name, first.lead_unit, first.session) == ("01", "心电云 （一期）", "市一院", "第一场")
    assert (first.captain, first.members, first.votes) == ("张三", ("张三", "李四", "Ann Lee"), 1200)
    assert contest.projects[1].entry_no == "2"
    assert contest.judges[0].no == "J1"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026/12/5", "2026-12-05"),
        ("2026.12.05", "2026-12-05"),
        ("2026年12月5日", "2026-12-05"),
        ("20261205", "2026-12-05"),
        (20261205, "2026-12-05"),
        (datetime.date(2026, 12, 5), "2026-12-05"),
        ("２０２６－１２－０５", "2026-12-05"),
        (None, ""),
    ],
)
def test_dates_are_read_as_cells_and_as_text(cell: object, expected: str, tmp_path: Path) -> None:
    rows = good()
    rows["场次"][1][2] = cell
    assert read(tmp_path, rows).sessions[0].date == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("8:30", "08:30"),
        ("08：30", "08:30"),
        ("08:30:00", "08:30"),
        ("8点30分", "08:30"),
        ("8点半", "08:30"),
        ("13时", "13:00"),
        ("下午1:30", "13:30"),
        ("上午8:30", "08:30"),
        (0.3541666667, "08:30"),
        (datetime.datetime.fromisoformat("2026-12-05T08:30"), "08:30"),
        (datetime.timedelta(hours=8, minutes=30), "08:30"),
        (None, ""),
    ],
)
def test_times_are_read_as_cells_and_as_text(cell: object, expected: str, tmp_path: Path) -> None:
    rows = good()
    rows["场次"][1][3] = cell
    assert read(tmp_path, rows).sessions[0].start == expected


def test_a_title_above_the_heading_marks_and_remarks_in_it_and_empty_rows_do_no_harm(tmp_path: Path) -> None:
    rows = good()
    rows["项目"] = [
        ["样例大赛项目一览表"],
        [],
        ["*参赛序号", "项目名称（必填）", "主体申报单位：", "场次", "我的备注"],
        [None],
        ["A-1", "心电云", "市一院", "第一场", "x"],
    ]
    rows["大赛"] = rows["大赛"][:2]
    contest = read(tmp_path, rows, lambda book: book["项目"].merge_cells("A1:E1"))
    assert [project.entry_no for project in contest.projects] == ["A-1"]


def test_several_sessions_are_listed_with_a_mark_between_and_one_that_contains_the_mark_is_one(tmp_path: Path) -> None:
    rows = good()
    rows["场次"] += [["甲、乙联合场"], ["第二场"]]
    rows["项目"] += [[3, "丙", "三院", None, "应用创新", "甲、乙联合场"], [4, "丁", "四院", None, "应用创新", "第二场"]]
    rows["评委"][1][4] = "第一场、第二场"
    rows["评委"].append(["J4", "祁若霖", "评委", None, "甲、乙联合场", "评委组长"])
    contest = read(tmp_path, rows)
    assert contest.judges[0].sessions == ("第一场", "第二场")
    assert contest.judges[3].sessions == ("甲、乙联合场",)


def test_before_the_split_no_project_needs_a_session(tmp_path: Path) -> None:
    rows = good()
    for row in rows["项目"][1:]:
        row[5] = None
    assert {project.session for project in read(tmp_path, rows).projects} == {""}


def test_a_very_long_name_is_fine(tmp_path: Path) -> None:
    rows = good()
    rows["项目"][1][1] = "很长的项目名称" * 200
    assert len(read(tmp_path, rows).projects[0].name) == 1400


def test_external_results_and_staff_are_read_exactly(tmp_path: Path) -> None:
    rows = good()
    rows["外部成绩"] = [
        ["参赛序号", "得分项", "成绩", "录入人一", "录入人二"],
        [1, "性能评测", 92.1, "甲", "乙"],
        [2, "性能评测", "88.50", "甲", "乙"],
    ]
    rows["工作人员"] = [["姓名", "单位", "角色"], ["叶疏桐", None, "主持人、计时员"]]
    contest = read(tmp_path, rows)
    assert [score.score for score in contest.external] == ["92.1", "88.50"]
    assert [(member.name, member.role) for member in contest.staff] == [("叶疏桐", "主持人"), ("叶疏桐", "计时员")]


def test_the_files_own_word_on_its_size_is_not_believed(tmp_path: Path) -> None:
    path = written(tmp_path / "contest.xlsx", good())
    repack(
        path,
        lambda name, data: (
            data.replace(b'<dimension ref="A1:I3"', b'<dimension ref="A1:A2"') if "sheet3" in name else data
        ),
    )
    assert len(read_contest(path, known_presets=PRESETS).projects) == 2


def test_a_workbook_as_office_programs_write_it_is_read(tmp_path: Path) -> None:
    """Shared strings, rich text with phonetics, cells without references, a prefix for the namespace."""
    rows = good()
    rows["大赛"] = rows["大赛"][:2]
    path = written(tmp_path / "contest.xlsx", rows)
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    texts = [*good()["项目"][0][:3], "场次", "市一院", "第一场"]
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    rich = "<si><r><rPr><b/></rPr><t>心</t></r><r><t>电云</t></r><rPh sb='0' eb='1'><t>xin</t></rPh></si>"
    shared = f"<sst {main}>{items}{rich}</sst>"
    cells = "".join(f'<c t="s"><v>{index}</v></c>' for index in range(4))
    row = '<c><v>7</v></c><c t="s"><v>6</v></c><c t="s"><v>4</v></c><c t="s"><v>5</v></c>'
    sheet = f"<worksheet {main}><sheetData><row>{cells}</row><row>{row}</row></sheetData></worksheet>"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"

    def change(name: str, data: bytes) -> bytes:
        if name.endswith("sheet3.xml"):
            return sheet.encode()
        if name == "[Content_Types].xml":
            return data.replace(
                b"</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
            )
        return data

    repack(path, change, {"xl/sharedStrings.xml": shared.encode()})
    (project,) = read_contest(path, known_presets=PRESETS).projects
    assert (project.entry_no, project.name, project.lead_unit) == ("7", "心电云", "市一院")


# What a wrong cell is told


def put(sheet: str, cell: str, value: object) -> Callable[[Book], object]:
    def change(book: Book) -> None:
        book[sheet][cell] = value

    return change


def both(*changes: Callable[[Book], object]) -> Callable[[Book], object]:
    def change(book: Book) -> None:
        for one in changes:
            one(book)

    return change


def error_cell(sheet: str, cell: str) -> Callable[[Book], object]:
    def change(book: Book) -> None:
        book[sheet][cell].value = "#REF!"
        book[sheet][cell].data_type = "e"

    return change


def quoted(sheet: str, cell: str, value: str) -> Callable[[Book], object]:
    """A text that begins with an equals sign, stored as text."""

    def change(book: Book) -> None:
        book[sheet][cell].value = value
        book[sheet][cell].data_type = "s"

    return change


def dropped(sheet: str) -> Callable[[Book], object]:
    return lambda book: book.remove(book[sheet])


def renamed(sheet: str, to: str) -> Callable[[Book], object]:
    return lambda book: setattr(book[sheet], "title", to)


def added(sheet: str, *row: object) -> Callable[[Book], object]:
    return lambda book: book[sheet].append(row)


def made(sheet: str, *rows: list[object]) -> Callable[[Book], object]:
    def change(book: Book) -> None:
        new = book.create_sheet(sheet)
        for row in rows:
            new.append(row)

    return change


def emptied(sheet: str, first: int = 2) -> Callable[[Book], object]:
    return lambda book: book[sheet].delete_rows(first, 100)


def hidden(sheet: str, row: int) -> Callable[[Book], object]:
    return lambda book: setattr(book[sheet].row_dimensions[row], "hidden", True)


EXTERNAL = ["参赛序号", "得分项", "成绩", "录入人一", "录入人二"]
STAFF = ["姓名", "单位", "角色"]

WRONG_CELLS: dict[str, tuple[Callable[[Book], object], str, str, str]] = {
    "no settings sheet": (dropped("大赛"), "contest.xlsx · 大赛", "缺少工作表", "missing"),
    "no sessions sheet": (dropped("场次"), "contest.xlsx · 场次", "缺少工作表", "missing"),
    "no projects sheet": (dropped("项目"), "contest.xlsx · 项目", "缺少工作表", "missing"),
    "no judges sheet": (dropped("评委"), "contest.xlsx · 评委", "缺少工作表", "missing"),
    "a sheet misnamed": (renamed("项目", "项目表"), "contest.xlsx · 项目", "是否就是“项目表”", 'is it "项目表"'),
    "no name of the contest": (
        put("大赛", "A1", "主办"),
        "contest.xlsx · 大赛 · 大赛名称",
        "缺少“大赛名称”",
        "missing",
    ),
    "empty name of the contest": (put("大赛", "B1", " "), "contest.xlsx · 大赛 · 第 1 行 · 值 (B1)", "空的", "empty"),
    "unknown preset": (
        put("大赛", "B2", "sichuan-2022"),
        "contest.xlsx · 大赛 · 第 2 行 · 值 (B2)",
        "sichuan-2022",
        "sichuan-2022",
    ),
    "a key misspelt": (
        put("大赛", "A2", "赛制摸板"),
        "contest.xlsx · 大赛 · 第 2 行 · 值 (B2)",
        "赛制模板",
        "赛制模板",
    ),
    "a key given twice": (
        added("大赛", "大赛名称", "别名"),
        "contest.xlsx · 大赛 · 第 4 行 · 值 (B4)",
        "写了两次",
        "twice",
    ),
    "a value without a key": (
        added("大赛", None, "孤儿"),
        "contest.xlsx · 大赛 · 第 4 行 · 值 (B4)",
        "没有名目",
        "no key",
    ),
    "a quota basis of no track": (
        put("大赛", "A3", "通过初审数:应用创心"),
        "contest.xlsx · 大赛 · 第 3 行 · 值 (B3)",
        "应用创新",
        "应用创新",
    ),
    "a quota basis that is no number": (
        put("大赛", "B3", "八"),
        "contest.xlsx · 大赛 · 第 3 行 · 值 (B3)",
        "不是整数",
        "whole number",
    ),
    "a negative quota basis": (
        put("大赛", "B3", -1),
        "contest.xlsx · 大赛 · 第 3 行 · 值 (B3)",
        "超出范围",
        "out of range",
    ),
    "award counts without a count": (
        added("大赛", "奖项名额", "一等奖"),
        "contest.xlsx · 大赛 · 第 4 行 · 值 (B4)",
        "没有名额",
        "no count",
    ),
    "an award twice": (
        added("大赛", "奖项名额", "一等奖1、一等奖2"),
        "contest.xlsx · 大赛 · 第 4 行 · 值 (B4)",
        "两次",
        "twice",
    ),
    "a deadline that is none": (
        added("大赛", "报名截止", "月底"),
        "contest.xlsx · 大赛 · 第 4 行 · 值 (B4)",
        "不是日期",
        "not a date",
    ),
    "no session": (emptied("场次"), "contest.xlsx · 场次", "没有任何场次", "no session"),
    "no project": (emptied("项目"), "contest.xlsx · 项目", "没有任何项目", "no project"),
    "no judge": (emptied("评委"), "contest.xlsx · 评委", "没有任何评委", "no judge"),
    "a session twice": (added("场次", "第一场"), "contest.xlsx · 场次 · 第 3 行 · 场次 (A3)", "重名", "already"),
    "a session without a name": (
        added("场次", None, "二号厅"),
        "contest.xlsx · 场次 · 第 3 行 · 场次 (A3)",
        "空的",
        "empty",
    ),
    "a day that there is not": (
        put("场次", "C2", "2026-02-30"),
        "contest.xlsx · 场次 · 第 2 行 · 日期 (C2)",
        "没有 2026-02-30 这一天",
        "no such day",
    ),
    "a date that is none": (
        put("场次", "C2", "周六"),
        "contest.xlsx · 场次 · 第 2 行 · 日期 (C2)",
        "不是日期",
        "not a date",
    ),
    "a time that is none": (
        put("场次", "D2", "25:00"),
        "contest.xlsx · 场次 · 第 2 行 · 开始时间 (D2)",
        "不是时间",
        "not a time",
    ),
    "no entry number column": (
        put("项目", "A1", "号"),
        "contest.xlsx · 项目 · 第 1 行 · 参赛序号",
        "缺少“参赛序号”列",
        "missing",
    ),
    "no name column": (
        put("项目", "B1", "名"),
        "contest.xlsx · 项目 · 第 1 行 · 项目名称",
        "缺少“项目名称”列",
        "missing",
    ),
    "an optional column misspelt": (
        put("项目", "I1", "网络投票"),
        "contest.xlsx · 项目 · 第 1 行 · 网络投票数",
        "网络投票",
        "rename",
    ),
    "a column twice": (put("项目", "I1", "赛道"), "contest.xlsx · 项目 · 第 1 行 · I1", "两个“赛道”", "twice"),
    "an entry number twice": (
        put("项目", "A3", "1"),
        "contest.xlsx · 项目 · 第 3 行 · 参赛序号 (A3)",
        "与第 2 行重复",
        "already in row 2",
    ),
    "an entry number with a zero before": (
        put("项目", "A3", "01"),
        "contest.xlsx · 项目 · 第 3 行 · 参赛序号 (A3)",
        "重复",
        "already",
    ),
    "no entry number": (put("项目", "A3", None), "contest.xlsx · 项目 · 第 3 行 · 参赛序号 (A3)", "空的", "empty"),
    "half an entry number": (
        put("项目", "A3", 1.5),
        "contest.xlsx · 项目 · 第 3 行 · 参赛序号 (A3)",
        "不是整数",
        "whole number",
    ),
    "a path for an entry number": (
        put("项目", "A3", "../1"),
        "contest.xlsx · 项目 · 第 3 行 · 参赛序号 (A3)",
        "不能用",
        "cannot be used",
    ),
    "an entry number too long": (
        put("项目", "A3", "9" * 33),
        "contest.xlsx · 项目 · 第 3 行 · 参赛序号 (A3)",
        "32",
        "32",
    ),
    "no project name": (
        put("项目", "B3", "\u3000 \u200b"),
        "contest.xlsx · 项目 · 第 3 行 · 项目名称 (B3)",
        "空的",
        "empty",
    ),
    "no lead unit": (put("项目", "C3", None), "contest.xlsx · 项目 · 第 3 行 · 主体申报单位 (C3)", "空的", "empty"),
    "an unknown session of a project": (
        put("项目", "F3", "第二场"),
        "contest.xlsx · 项目 · 第 3 行 · 场次 (F3)",
        "没有“第二场”",
        "no session",
    ),
    "one project without a session": (
        put("项目", "F3", None),
        "contest.xlsx · 项目 · 第 3 行 · 场次 (F3)",
        "没有场次",
        "no session",
    ),
    "votes that are no number": (
        put("项目", "I3", "很多"),
        "contest.xlsx · 项目 · 第 3 行 · 网络投票数 (I3)",
        "不是整数",
        "whole number",
    ),
    "half a vote": (
        put("项目", "I3", 10.5),
        "contest.xlsx · 项目 · 第 3 行 · 网络投票数 (I3)",
        "不是整数",
        "whole number",
    ),
    "negative votes": (
        put("项目", "I3", -3),
        "contest.xlsx · 项目 · 第 3 行 · 网络投票数 (I3)",
        "超出范围",
        "out of range",
    ),
    "a formula": (put("项目", "A3", "=A2+1"), "contest.xlsx · 项目 · 第 3 行 · 参赛序号 (A3)", "公式", "formula"),
    "an array formula": (
        put("项目", "B3", ArrayFormula("B3", "=B2")),
        "contest.xlsx · 项目 · 第 3 行 · 项目名称 (B3)",
        "公式",
        "formula",
    ),
    "a formula as text": (
        quoted("项目", "B3", "=cmd|'/c calc'!A0"),
        "contest.xlsx · 项目 · 第 3 行 · 项目名称 (B3)",
        "公式",
        "formula",
    ),
    "an error value": (
        error_cell("项目", "C3"),
        "contest.xlsx · 项目 · 第 3 行 · 主体申报单位 (C3)",
        "错误值 #REF!",
        "error value",
    ),
    "true for a name": (
        put("项目", "B3", True),
        "contest.xlsx · 项目 · 第 3 行 · 项目名称 (B3)",
        "逻辑值",
        "logical value",
    ),
    "merged cells": (
        lambda book: book["项目"].merge_cells("C2:C3"),
        "contest.xlsx · 项目 · 第 2 行 · C2:C3",
        "合并单元格",
        "merged",
    ),
    "a hidden row with a project": (hidden("项目", 3), "contest.xlsx · 项目 · 第 3 行", "隐藏", "hidden"),
    "a project below all rows": (
        put("项目", "A30000", 9),
        "contest.xlsx · 项目 · 第 30000 行",
        "超过上限 20000 行",
        "over the limit",
    ),
    "a judge number twice": (put("评委", "A3", "j1"), "contest.xlsx · 评委 · 第 3 行 · 编号 (A3)", "重复", "already"),
    "no judge number": (put("评委", "A3", None), "contest.xlsx · 评委 · 第 3 行 · 编号 (A3)", "空的", "empty"),
    "no judge name": (put("评委", "B3", None), "contest.xlsx · 评委 · 第 3 行 · 姓名 (B3)", "空的", "empty"),
    "an unknown class": (put("评委", "C3", "嘉宾"), "contest.xlsx · 评委 · 第 3 行 · 类别 (C3)", "嘉宾", "no class"),
    "an unknown role": (put("评委", "F3", "组长"), "contest.xlsx · 评委 · 第 3 行 · 角色 (F3)", "组长", "no role"),
    "an unknown session of a judge": (
        put("评委", "E3", "第一场、第三场"),
        "contest.xlsx · 评委 · 第 3 行 · 场次 (E3)",
        "第三场",
        "第三场",
    ),
    "a judge without a session": (
        put("评委", "E3", None),
        "contest.xlsx · 评委 · 第 3 行 · 场次 (E3)",
        "空的",
        "empty",
    ),
    "two chairs": (
        put("评委", "F3", "评委组长"),
        "contest.xlsx · 评委 · 第 3 行 · 角色 (F3)",
        "2 位评委组长",
        "2 chairs",
    ),
    "no chair": (put("评委", "F2", "评委"), "contest.xlsx · 评委 · 第一场", "没有评委组长", "no chair"),
    "a reserve for a chair": (put("评委", "F2", "候补"), "contest.xlsx · 评委 · 第一场", "没有评委组长", "no chair"),
    "a session without judges": (added("场次", "第二场"), "contest.xlsx · 评委 · 第二场", "没有评委", "no judge"),
    "an external result of nobody": (
        made("外部成绩", EXTERNAL, [9, "性能评测", 90, "甲", "乙"]),
        "contest.xlsx · 外部成绩 · 第 2 行 · 参赛序号 (A2)",
        "没有 9 号",
        "no entry 9",
    ),
    "an external result entered by one": (
        made("外部成绩", EXTERNAL, [1, "性能评测", 90, "甲", "甲"]),
        "contest.xlsx · 外部成绩 · 第 2 行 · 录入人二 (E2)",
        "两个人",
        "two people",
    ),
    "an external result with a unit": (
        made("外部成绩", EXTERNAL, [1, "性能评测", "90分", "甲", "乙"]),
        "contest.xlsx · 外部成绩 · 第 2 行 · 成绩 (C2)",
        "90分",
        "90分",
    ),
    "an external result below zero": (
        made("外部成绩", EXTERNAL, [1, "性能评测", -1, "甲", "乙"]),
        "contest.xlsx · 外部成绩 · 第 2 行 · 成绩 (C2)",
        "不是分数",
        "not a number",
    ),
    "an external result twice": (
        made("外部成绩", EXTERNAL, [1, "测", 1, "甲", "乙"], [1, "测", 2, "甲", "乙"]),
        "contest.xlsx · 外部成绩 · 第 3 行 · 得分项 (B3)",
        "已在第 2 行",
        "already in row 2",
    ),
    "a scorer who checks himself": (
        made("工作人员", STAFF, ["甲", None, "计分员"], ["甲", None, "复核人"]),
        "contest.xlsx · 工作人员 · 甲",
        "两个人",
        "two people",
    ),
    "an unknown staff role": (
        made("工作人员", STAFF, ["甲", None, "司机"]),
        "contest.xlsx · 工作人员 · 第 2 行 · 角色 (C2)",
        "司机",
        "no role",
    ),
}


@pytest.mark.parametrize("case", WRONG_CELLS, ids=str)
def test_a_wrong_cell_is_told_its_place_what_is_wrong_and_what_to_do(case: str, tmp_path: Path) -> None:
    change, place, zh, en = WRONG_CELLS[case]
    found = problems(written(tmp_path / "contest.xlsx", good(), change))
    about = [problem for problem in found if problem.place == place]
    assert about, found
    assert zh in about[0].zh
    assert en in about[0].en


def test_there_are_sixty_written_cases_and_more() -> None:
    assert len(WRONG_CELLS) + len(WRONG_FILES) >= 60


def test_everything_wrong_is_told_at_once_in_reading_order(tmp_path: Path) -> None:
    found = problems(
        written(
            tmp_path / "contest.xlsx",
            good(),
            both(
                put("评委", "C2", "嘉宾"),
                put("项目", "B3", None),
                put("大赛", "B2", "没有"),
                put("场次", "C2", "周六"),
                put("项目", "I2", "x"),
                put("项目", "A3", 1),
            ),
        )
    )
    assert [problem.place.split(" · ", 1)[1] for problem in found] == [
        "大赛 · 第 2 行 · 值 (B2)",
        "场次 · 第 2 行 · 日期 (C2)",
        "项目 · 第 2 行 · 网络投票数 (I2)",
        "项目 · 第 3 行 · 参赛序号 (A3)",
        "项目 · 第 3 行 · 项目名称 (B3)",
        "评委 · 第 2 行 · 类别 (C2)",
    ]


def test_a_thousand_problems_are_cut_with_their_number(tmp_path: Path) -> None:
    rows = good()
    rows["项目"] += [[None, "无号", "院", None, "应用创新", "第一场"] for _ in range(1000)]
    found = problems(written(tmp_path / "contest.xlsx", rows))
    assert len(found) == tables.MAX_PROBLEMS + 1
    assert "还有 800 个问题" in found[-1].zh
    assert "800 more" in found[-1].en


def test_a_sheet_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    read(tmp_path, good() | {"我的草稿": [["=1+1", "x"]]})


# What a wrong file is told


def repack(path: Path, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            new = change(name, data)
            if new is not None:
                package.writestr(name, new)
        for name, data in (extra or {}).items():
            package.writestr(name, data)
    return path


def keep(name: str, data: bytes) -> bytes:
    return data


def with_extra(extra: dict[str, bytes]) -> Callable[[Path], Path]:
    return lambda path: repack(written(path, good()), keep, extra)


def with_bytes(data: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return make


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in parts.items():
            package.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def sparse(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def cut(path: Path) -> Path:
    data = written(path, good()).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def scrambled(path: Path) -> Path:
    data = bytearray(written(path, good()).read_bytes())
    data[200:1500] = bytes(1300)
    path.write_bytes(data)
    return path


def bomb(path: Path) -> Path:
    return repack(written(path, good()), keep, {"xl/media/zeros.bin": bytes(30 * 1024 * 1024)})


def swollen(path: Path) -> Path:
    noise = os.urandom(1024 * 1024 // 2) + bytes(1024 * 1024 * 19)
    written(path, good())
    return repack(path, keep, {f"xl/media/{number}.bin": noise for number in range(11)})


def crowded(path: Path) -> Path:
    return repack(written(path, good()), keep, {f"x/{number}": b"" for number in range(safety.MAX_PARTS + 1)})


def twin(path: Path) -> Path:
    written(path, good())
    with zipfile.ZipFile(path, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("xl/workbook.xml", b"<x/>")
    return path


def laughing(path: Path) -> Path:
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;">]>'
    written(path, good())
    return repack(path, lambda name, data: entity + data if name.endswith("sheet1.xml") else data)


def outside(path: Path) -> Path:
    entity = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'
    return repack(
        written(path, good()), lambda name, data: entity.encode("utf-16") if name == "docProps/core.xml" else data
    )


def locked(path: Path) -> Path:
    written(path, good())
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    return path


def torn_sheet(path: Path) -> Path:
    written(path, good())
    return repack(path, lambda name, data: data[:300] if name.endswith("sheet3.xml") else data)


def lost_sheet(path: Path) -> Path:
    written(path, good())
    return repack(path, lambda name, data: None if name.endswith("sheet3.xml") else data)


OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

WRONG_FILES: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "missing": (lambda path: path, "找不到", "no such file"),
    "folder": (folder, "文件夹", "folder"),
    "empty": (with_bytes(b""), "空的", "empty"),
    "100 MB": (sparse, "超过上限 20 MB", "over the limit"),
    "old .xls renamed": (with_bytes(OLE2), "旧格式", ".xls"),
    "encrypted": (with_bytes(OLE2 + "EncryptedPackage".encode("utf-16-le")), "密码", "password"),
    "csv renamed": (with_bytes("参赛序号,项目名称\n1,心电云\n".encode("gbk")), "CSV", "CSV"),
    "web page renamed": (with_bytes(b"<html><table></table></html>"), "网页", "web page"),
    "pdf renamed": (with_bytes(b"%PDF-1.7 ..."), "PDF", "PDF"),
    "noise": (with_bytes(bytes(range(256)) * 8), "不是 .xlsx", "not an .xlsx"),
    "plain zip": (with_bytes(zipped(a=b"b")), "压缩包", "zip archive"),
    "word document": (with_bytes(zipped(word__document=b"b")), "Word", "Word"),
    "slide show": (with_bytes(zipped(ppt__presentation=b"b")), "演示文稿", "slide show"),
    "open document": (with_bytes(zipped(**{"content.xml": b"<x/>"})), ".ods", ".ods"),
    "binary workbook": (with_bytes(zipped(**{"xl__workbook.bin": b""})), ".xlsb", ".xlsb"),
    "macros": (with_extra({"xl/vbaProject.bin": b"x"}), "宏", "macros"),
    "cut short": (cut, "损坏", "damaged"),
    "overwritten": (scrambled, "损坏", "damaged"),
    "a bomb": (bomb, "压缩炸弹", "zip bomb"),
    "a bomb in many parts": (swollen, "压缩炸弹", "zip bomb"),
    "too many parts": (crowded, "部件", "parts"),
    "two parts of one name": (twin, "重名", "one name"),
    "a billion laughs": (laughing, "实体", "entities"),
    "an outside entity in another encoding": (outside, "实体", "entities"),
    "a locked part": (locked, "密码", "encrypted"),
    "a torn sheet": (torn_sheet, "损坏", "damaged"),
    "a lost sheet": (lost_sheet, "损坏", "damaged"),
}


@pytest.mark.parametrize("case", WRONG_FILES, ids=str)
def test_a_wrong_file_is_told_what_it_is_and_what_to_do(case: str, tmp_path: Path) -> None:
    make, zh, en = WRONG_FILES[case]
    path = make(tmp_path / "contest.xlsx")
    before = sorted(tmp_path.iterdir())
    (problem,) = problems(path)
    assert problem.place == "contest.xlsx"
    assert zh in problem.zh
    assert en in problem.en
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    (problem,) = problems(pipe(tmp_path / "contest.xlsx"))
    assert "不是普通文件" in problem.zh


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told_so(tmp_path: Path) -> None:
    path = written(tmp_path / "contest.xlsx", good())
    path.chmod(0)
    (problem,) = problems(path)
    assert "权限" in problem.zh


def test_a_name_that_no_file_can_have_is_told_so() -> None:
    for name in ("a\x00.xlsx", "长" * 400 + ".xlsx"):
        (problem,) = problems(Path(name))
        assert problem.zh


# Whether a contest fits its rules


def test_a_class_without_a_component_and_a_component_without_a_judge_are_told(tmp_path: Path) -> None:
    rows = good()
    rows["大赛"][1][1] = "shanxi-2019"
    rows["外部成绩"] = [EXTERNAL, [1, "性能评测", 90, "甲", "乙"]]
    contest = read(tmp_path, rows)
    found = check_fit(contest, Presets().load("shanxi-2019"))
    said = "\n".join(problem.zh for problem in found)
    assert "本赛制没有评委的得分项" in said
    assert "没有专家评委，“专家评委评分”无人评分" in said
    assert "没有专业评委，“专业评委评分”无人评分" in said
    assert "不是本赛制的外部得分项" in said


def test_an_external_result_over_its_full_marks_and_an_unknown_award_are_told(tmp_path: Path) -> None:
    rows = good()
    rows["大赛"] = [["大赛名称", "x"], ["赛制模板", "shanghai-2025"], ["奖项名额", "金奖1"]]
    rows["外部成绩"] = [EXTERNAL, [1, "performance100", 100.5, "甲", "乙"], [2, "性能评测", 100, "甲", "乙"]]
    found = check_fit(read(tmp_path, rows), Presets().load("shanghai-2025"))
    assert ["100.5 超过满分 100" in problem.zh for problem in found] == [True, False]
    assert "金奖" in found[1].zh


@pytest.mark.parametrize("stage", ["初赛", "first"])
def test_a_round_that_the_workbook_names_has_its_own_sheet_and_kind(tmp_path: Path, stage: str) -> None:
    rows = good()
    rows["大赛"] = [["大赛名称", "x"], ["赛制模板", "shanghai-2025"], ["阶段", stage]]
    contest = read(tmp_path, rows)
    rules = Presets().load("shanghai-2025")
    assert (rules.round_at(stage), rules.round_at("")) == (0, None)
    held = rules.held_in(contest.round)
    assert (held.kind, held.timing, [one.key for one in held.components]) == ("paper_review", None, ["paper100"])
    assert held.held_in(contest.round) == held
    assert not [problem for problem in check_fit(contest, rules) if "阶段" in problem.place]
    # negative control: without a round the contest's own sheet and clock are in force
    assert (rules.held_in("").kind, rules.held_in("").timing) == ("roadshow", rules.timing)


def test_a_round_that_the_rules_do_not_hold_is_told_with_those_they_hold(tmp_path: Path) -> None:
    rows = good()
    rows["大赛"] = [["大赛名称", "x"], ["赛制模板", "shanghai-2025"], ["阶段", "总决赛"]]
    (problem,) = [
        one for one in check_fit(read(tmp_path, rows), Presets().load("shanghai-2025")) if "阶段" in one.place
    ]
    assert "初赛、复赛、决赛" in problem.zh
    rows["大赛"] = [["大赛名称", "x"], ["赛制模板", "shanxi-2019"], ["阶段", "总决赛"]]  # rules without rounds take any
    assert not [one for one in check_fit(read(tmp_path, rows), Presets().load("shanxi-2019")) if "阶段" in one.place]
