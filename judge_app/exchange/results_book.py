"""The results of a contest as a workbook, for an organiser who goes on in a spreadsheet; the signed sheets stay the record.

Four sheets: 成绩排名 (a line a project, by scope and rank), 评分明细 (a line a mark, with what became of it), 晋级与奖项,
规则. Numbers are decimals at the places that the rules print; every text that a spreadsheet would run is defused.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from judge_app.core.awards import Outcome
from judge_app.core.contest import Contest, Presence, Project
from judge_app.core.explain import flag_words, key_words
from judge_app.core.rules import RuleSet
from judge_app.core.working import ProjectResult, Status, Tabulation, Use
from judge_app.exchange.safety import defuse

_STATUS = {
    Status.FINAL: "最终",
    Status.FINAL_BY_RULING: "最终（经裁定）",
    Status.PENDING_RULING: "待裁定",
    Status.INCOMPLETE: "未齐",
}
_OUTCOME = {
    Outcome.FINAL: "最终",
    Outcome.PENDING_RULING: "待裁定",
    Outcome.PENDING: "有项目未完成",
    Outcome.NOT_STATED: "赛制未规定",
}
_PRESENCE = {
    Presence.PRESENT: "在席",
    Presence.ABSENT: "缺席",
    Presence.LEFT: "离席",
    Presence.RECUSED: "回避",
}
_USE = {
    Use.KEPT: "计入",
    Use.DROPPED_HIGH: "去掉的最高分",
    Use.DROPPED_LOW: "去掉的最低分",
    Use.NOT_VALID: "无效",
}
_DASH = "—"
"""For what is not known: never 0."""


def write_results(
    contest: Contest, rules: RuleSet, tabulation: Tabulation, outside: Mapping[str, str] | None = None
) -> bytes:
    """The .xlsx of a tabulation over the contest's projects. What is pending is said, never given a number.

    ``outside``: projects that left, by entry number, and how in words; they stand last, without a number."""
    book = openpyxl.Workbook()
    first = book.active
    assert isinstance(first, Worksheet)  # a new workbook has one sheet
    projects = {project.entry_no: project for project in contest.projects}
    _ranking(first, projects, rules, tabulation, outside or {})
    _marks(book.create_sheet("评分明细"), rules, tabulation)
    _outcome(book.create_sheet("晋级与奖项"), projects, tabulation)
    _rules(book.create_sheet("规则"), contest, rules, tabulation)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ranking(
    sheet: Worksheet,
    projects: dict[str, Project],
    rules: RuleSet,
    tabulation: Tabulation,
    outside: Mapping[str, str],
) -> None:
    sheet.title = "成绩排名"
    heading = ["排名范围", "名次", "参赛序号", "项目名称", "主体申报单位", "联合申报单位", "赛道", "主题分类", "场次"]
    heading += [component.name for component in rules.components]
    if rules.popularity is not None:
        heading += [f"{rules.popularity.name}（折前）", f"{rules.popularity.name}（计入）"]
    heading += ["总得分", "满分", "状态", "同分比较依据", "晋级", "奖项", "备注"]
    _head(sheet, heading)
    prizes = {no: name for name, winners in tabulation.awards.items() for no in winners}
    for result in tabulation.ranked:
        project = projects.get(result.entry_no) or Project(entry_no=result.entry_no, name="")
        row: list[Any] = [result.scope, result.rank, result.entry_no, project.name, project.lead_unit]
        row += ["、".join(project.partner_units), project.track, project.topic, project.session]
        row += [_score(result, component.key) for component in rules.components]
        if rules.popularity is not None:
            row += [result.popularity_points, result.popularity_counted]
        tie = key_words(rules, result.tie_key).zh if result.tie_key else ""
        row += [result.total, tabulation.full_marks, _STATUS[result.status], tie]
        row += [_advances(tabulation, result.entry_no), prizes.get(result.entry_no, "")]
        row += ["；".join(flag_words(rules, flag).zh for flag in result.flags)]
        _line(sheet, row, places=rules.rounding.places)
    for number, why in outside.items():
        project = projects.get(number) or Project(entry_no=number, name="")
        row = ["", None, number, project.name, project.lead_unit, "、".join(project.partner_units)]
        row += [project.track, project.topic, project.session]
        row += [None] * (heading.index("满分") - len(row))
        _line(sheet, [*row, tabulation.full_marks, why], places=rules.rounding.places)
    _finish(sheet, heading, keep="D2")


def _score(result: ProjectResult, key: str) -> Decimal | None:
    held = result.components.get(key)
    return held.score if held else None


def _advances(tabulation: Tabulation, entry_no: str) -> str:
    if entry_no in tabulation.advance:
        return "晋级"
    if entry_no in tabulation.advance_candidates:
        return "待裁定"
    return "" if tabulation.advance_status is not Outcome.PENDING else "待定"


def _marks(sheet: Worksheet, rules: RuleSet, tabulation: Tabulation) -> None:
    heading = [
        "参赛序号",
        "得分项",
        "评委编号",
        "分数",
        "在席状态",
        "代评",
        "处理",
        "有效评分数",
        "计入合计",
        "单项得分",
    ]
    _head(sheet, heading)
    names = {component.key: component.name for component in rules.components}
    for result in tabulation.projects:
        for key, held in result.components.items():
            for mark in held.marks:
                row: list[Any] = [
                    result.entry_no,
                    names.get(key, key),
                    mark.judge,
                    mark.total,
                    _PRESENCE[mark.presence],
                ]
                row += [mark.replaces or "", _USE[mark.use], held.valid, held.kept_sum, held.score]
                _line(sheet, row, places=rules.rounding.places)
    _finish(sheet, heading, keep="A2")


def _outcome(sheet: Worksheet, projects: dict[str, Project], tabulation: Tabulation) -> None:
    heading = ["类别", "序", "参赛序号", "项目名称", "主体申报单位", "说明"]
    _head(sheet, heading)

    def listed(kind: str, numbers: Iterable[str], note: str = "") -> None:
        for place, number in enumerate(numbers, start=1):
            project = projects.get(number) or Project(entry_no=number, name="")
            _line(sheet, [kind, place, number, project.name, project.lead_unit, note])

    _line(sheet, ["晋级", "", "", "", "", _OUTCOME[tabulation.advance_status]])
    listed("晋级", tabulation.advance)
    listed("晋级待裁定", tabulation.advance_candidates, "在晋级线上同分")
    _line(sheet, ["奖项", "", "", "", "", _OUTCOME[tabulation.award_status]])
    for name, winners in tabulation.awards.items():
        listed(name, winners)
    for group in tabulation.award_candidates:
        listed("奖项待裁定", group, "在奖项分界上同分")
    for name, count in tabulation.award_unfilled.items():
        _line(sheet, [name, "", "", "", "", f"空缺 {count} 个"])
    _finish(sheet, heading, keep="A2")


def _rules(sheet: Worksheet, contest: Contest, rules: RuleSet, tabulation: Tabulation) -> None:
    heading = ["名目", "内容"]
    _head(sheet, heading)
    lines: Sequence[tuple[str, str]] = (
        ("大赛", " ".join(part for part in (contest.name, contest.edition, contest.region, contest.round) if part)),
        ("赛制", f"{rules.name.zh}（{rules.key}，第 {rules.version} 版）"),
        ("满分", format(tabulation.full_marks, "f")),
        ("待组委会确认", "、".join(tabulation.assumed) or "无"),
        ("说明", "本表供查阅；有争议时以签字的纸质表和场次文件为准。“—”表示没有数据，不是 0 分。"),
    )
    for line in lines:
        _line(sheet, line)
    _finish(sheet, heading, keep="A2")


def _head(sheet: Worksheet, heading: Sequence[str]) -> None:
    for index, label in enumerate(heading, start=1):
        cell = sheet.cell(1, index)
        _text(cell, label)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center")


def _line(sheet: Worksheet, values: Iterable[Any], *, places: int = 2) -> None:
    row = sheet.max_row + 1
    for index, value in enumerate(values, start=1):
        cell = sheet.cell(row, index)
        if not isinstance(cell, Cell):
            continue
        if value is None:
            _text(cell, _DASH)
            cell.alignment = Alignment(horizontal="right")
        elif isinstance(value, Decimal):
            cell.value = value
            cell.number_format = "0." + "0" * places if places else "0"
        elif isinstance(value, int):
            cell.value = value
        else:
            _text(cell, str(value))


def _text(cell: Any, text: str) -> None:
    """A text that stays a text: openpyxl would take one that begins with an equals sign for a formula."""
    cell.value = defuse(text)
    cell.data_type = "s"


def _finish(sheet: Worksheet, heading: Sequence[str], *, keep: str) -> None:
    """Widths by content (a Chinese character counts two), the heading kept in view and repeated on every page."""
    for index in range(1, len(heading) + 1):
        longest = max(
            (_width(str(row[0].value or "")) for row in sheet.iter_rows(min_col=index, max_col=index)), default=0
        )
        sheet.column_dimensions[get_column_letter(index)].width = min(max(longest + 2, 8), 48)
    sheet.freeze_panes = keep
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
