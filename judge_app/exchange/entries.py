"""The entry check of a workbook: its optional sheets read, held against the entry rules, and worded.

Only the sheet 项目 must be there (and 大赛, unless the preset is given); a check whose sheet is missing says so
(core/eligibility.py). ``check_entries`` is what ``judge-app check-entries`` prints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from judge_app.core.contest import Contest, Struct
from judge_app.core.eligibility import EligibilityReport, Finding, Verdict, examine
from judge_app.core.entries import (
    Entries,
    EntryFile,
    FormAnswer,
    PastEntry,
    Placement,
    PriorAward,
    TeamMember,
    UnitRecord,
    same,
)
from judge_app.core.entry_tracks import edition_number
from judge_app.core.rules import RuleSet
from judge_app.exchange import cells, decks, workbook
from judge_app.exchange.tables import Book, Columns, Row, Table

UNITS = Columns(("名称",), ("类型", "等级", "上级单位", "别名"))
MEMBERS = Columns(("参赛序号", "姓名"), ("单位", "出生日期", "是否队长"))
AWARDS = Columns(("参赛序号", "奖项"), ("级别", "领域", "日期"))
PAST = Columns(("单位", "主题", "届次"))
FILES = Columns(("参赛序号", "类型"), ("文件名", "字节数"))
FORMS = Columns(("参赛序号", "字段", "内容"))
PLACEMENTS = Columns(("参赛序号",), ("分赛区", "赛道"))
SHEETS: dict[str, Columns] = {
    "单位": UNITS,
    "成员": MEMBERS,
    "既往获奖": AWARDS,
    "往届": PAST,
    "材料": FILES,
    "报名表": FORMS,
    "赛区赛道": PLACEMENTS,
}
"""The sheets that may be there for the entry check, and nowhere else."""

_YES = ("是", "队长", "y", "yes", "true", "1", "√", "✓")
_NO = ("", "否", "n", "no", "false", "0", "×")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_YEAR = re.compile(r"(\d{4})\s*年?")
_BYTES = re.compile(r"(\d+(?:\.\d+)?)\s*([KMG])B?", re.IGNORECASE)

T = TypeVar("T")


def read_entries(path: Path | str, *, known_presets: Collection[str], preset: str = "") -> Entries:
    """A workbook's projects with what its optional sheets say. Raises BadInput with every problem in reading order.

    ``preset`` given: 大赛 need not be there, and what it says of 赛制模板 is overruled.
    """
    path = Path(path)
    book = Book(path)
    entries = entries_of(book, known_presets=known_presets, preset=preset)
    facts = decks.deck_facts(entries.contest.projects, path.parent) or None
    book.findings.raise_if_any()
    return msgspec.structs.replace(entries, decks=facts)


def entries_of(book: Book, *, known_presets: Collection[str], preset: str = "") -> Entries:
    """What a workbook says of its entries, but for their slides; what is wrong in it is in ``book.findings``."""
    contest = _contest(book, known_presets, preset)
    known = {project.entry_no for project in contest.projects}
    return Entries(
        contest=contest,
        units=_optional(book, "单位", 7, UNITS, _units),
        members=_optional(book, "成员", 8, MEMBERS, lambda table: _members(table, known)),
        awards=_optional(book, "既往获奖", 9, AWARDS, lambda table: _awards(table, known)),
        past=_optional(book, "往届", 10, PAST, _past),
        files=_optional(book, "材料", 11, FILES, lambda table: _files(table, known)),
        forms=_optional(book, "报名表", 12, FORMS, lambda table: _forms(table, known)),
        placements=_optional(book, "赛区赛道", 13, PLACEMENTS, lambda table: _placements(table, known)),
        judges_given=book.has("评委"),
        staff_given=book.has("工作人员"),
    )


def _contest(book: Book, known_presets: Collection[str], preset: str) -> Contest:
    settings = (
        workbook.Settings(book.pairs("大赛", 1), {*known_presets}, named=not preset) if book.has("大赛") else None
    )
    if settings is None and not preset:
        book.missing("大赛", 1)
    projects = workbook.read_projects(book)
    judges = workbook.read_judges(book) if book.has("评委") else ()
    staff = workbook.read_staff(book) if book.has("工作人员") else ()
    if settings is None:
        return Contest(name=book.findings.file_name, preset=preset, projects=projects, judges=judges, staff=staff)
    return Contest(
        name=settings.text("大赛名称"),
        edition=settings.text("届次"),
        region=settings.text("分赛区"),
        round=settings.text("阶段"),
        preset=preset or settings.preset,
        entry_deadline=settings.deadline,
        projects=projects,
        judges=judges,
        staff=staff,
    )


def _optional(
    book: Book, title: str, order: int, columns: Columns, read: Callable[[Table], tuple[T, ...]]
) -> tuple[T, ...] | None:
    return read(book.table(title, order, columns)) if book.has(title) else None


def _entry_no(row: Row, known: Collection[str]) -> str:
    entry_no = row.take("参赛序号", cells.identifier, "", required=True)
    if entry_no and entry_no not in known:
        row.problem(
            "参赛序号", f"“项目”表里没有 {entry_no} 号；请核对", f"the sheet 项目 has no entry {entry_no}; check it"
        )
    return entry_no


def _units(table: Table) -> tuple[UnitRecord, ...]:
    units: list[UnitRecord] = []
    seen: dict[str, int] = {}
    for row in table.rows:
        unit = UnitRecord(
            name=row.take("名称", cells.text, "", required=True),
            type=row.take("类型", cells.text, ""),
            level=row.take("等级", cells.text, ""),
            parent=row.take("上级单位", cells.text, ""),
            aliases=row.take("别名", cells.listed, workbook.NONE),
        )
        for column, name in (("名称", unit.name), *(("别名", alias) for alias in unit.aliases)):
            if name and same(name) in seen and seen[same(name)] != row.number:
                row.problem(
                    column,
                    f"“{name}”已在第 {seen[same(name)]} 行；一个名称只能属于一个单位",
                    f'"{name}" is already in row {seen[same(name)]}; a name belongs to one unit',
                )
            seen.setdefault(same(name), row.number)
        units.append(unit)
    return tuple(units)


def _members(table: Table, known: Collection[str]) -> tuple[TeamMember, ...]:
    return tuple(
        TeamMember(
            entry_no=_entry_no(row, known),
            name=row.take("姓名", cells.person, "", required=True),
            unit=row.take("单位", cells.text, ""),
            birth=row.take("出生日期", _loose_day, ""),
            captain=row.take("是否队长", _yes, False),
        )
        for row in table.rows
    )


def _yes(value: object) -> bool:
    if isinstance(value, bool):
        return value
    written = same(cells.text(value))
    if written in _YES or written in _NO:
        return written in _YES
    raise cells.Unreadable(f"“{cells.shown(value)}”不是“是”或“否”", f'"{cells.shown(value)}" is neither 是 nor 否')


def _loose_day(value: object) -> str:
    """An ISO date, month or year: 1989-11-16, 1989-11, 1989."""
    written = cells.text(value)
    match = _MONTH.fullmatch(written)
    if match and 1 <= int(match[2]) <= 12:
        return f"{match[1]}-{int(match[2]):02d}"
    match = _YEAR.fullmatch(written)
    return match[1] if match else cells.date(value)


def _awards(table: Table, known: Collection[str]) -> tuple[PriorAward, ...]:
    return tuple(
        PriorAward(
            entry_no=_entry_no(row, known),
            award=row.take("奖项", cells.text, "", required=True),
            level=row.take("级别", cells.text, ""),
            field=row.take("领域", cells.text, ""),
            date=row.take("日期", _loose_day, ""),
        )
        for row in table.rows
    )


def _past(table: Table) -> tuple[PastEntry, ...]:
    return tuple(
        PastEntry(
            unit=row.take("单位", cells.text, "", required=True),
            topic=row.take("主题", cells.text, "", required=True),
            edition=row.take("届次", _edition, 0, required=True),
        )
        for row in table.rows
    )


def _edition(value: object) -> int:
    number = edition_number(cells.text(value))
    if number is None:
        raise cells.Unreadable(
            f"“{cells.shown(value)}”看不出第几届；请写成 第六届 或 6",
            f'"{cells.shown(value)}" names no edition; write 6',
        )
    return number


def _files(table: Table, known: Collection[str]) -> tuple[EntryFile, ...]:
    return tuple(
        EntryFile(
            entry_no=_entry_no(row, known),
            kind=row.take("类型", cells.text, "", required=True),
            name=row.take("文件名", cells.text, ""),
            size=row.take("字节数", _size, None),
        )
        for row in table.rows
    )


def _size(value: object) -> int:
    """Bytes; 4.5M, 5MB and 300K are taken at 1,024."""
    match = _BYTES.fullmatch(cells.text(value))
    if match:
        factor = {"k": 1024, "m": 1024**2, "g": 1024**3}[match[2].lower()]
        return int(Decimal(match[1]) * factor)
    return cells.whole(value, most=10**13)


def _forms(table: Table, known: Collection[str]) -> tuple[FormAnswer, ...]:
    return tuple(
        FormAnswer(
            entry_no=_entry_no(row, known),
            field=row.take("字段", cells.text, "", required=True),
            content=row.take("内容", cells.text, ""),
        )
        for row in table.rows
    )


def _placements(table: Table, known: Collection[str]) -> tuple[Placement, ...]:
    return tuple(
        Placement(
            entry_no=_entry_no(row, known),
            region=row.take("分赛区", cells.text, ""),
            track=row.take("赛道", cells.text, ""),
        )
        for row in table.rows
    )


class EntriesReport(Struct, frozen=True):
    """What the entry check of a file found; ``text`` and ``data`` render it."""

    file_name: str
    preset: str
    entries: Entries
    report: EligibilityReport

    @property
    def rejected(self) -> bool:
        """Whether any entry should be refused."""
        return any(finding.verdict is Verdict.REJECT for finding in self.report.findings)

    def text(self, language: Literal["zh", "en"] = "zh") -> str:
        """For a terminal: a line a project with its findings and the rules they quote, then what was not checked."""
        zh = language == "zh"
        words = _WORDS[language]
        counts = dict.fromkeys((*Verdict, None), 0)
        lines: list[str] = []
        partly = bool(self.report.not_checked)
        for project in self.entries.contest.projects:
            verdict = self.report.verdict(project.entry_no)
            counts[verdict] += 1
            clear = verdict in (None, Verdict.NOTE) and partly
            lines.append(f"{project.entry_no}  {project.name}  {words[verdict]}{words['partly'] if clear else ''}")
            lines += [f"    {self._line(finding, zh)}" for finding in self.report.of(project.entry_no)]
        head = (
            f"{self.file_name} · {self.preset}：{len(self.entries.contest.projects)} 个项目，"
            f"不通过 {counts[Verdict.REJECT]}，需确认 {counts[Verdict.CONFIRM]}，"
            f"其余 {counts[Verdict.NOTE] + counts[None]}"
            if zh
            else f"{self.file_name} · {self.preset}: {len(self.entries.contest.projects)} entries, "
            f"{counts[Verdict.REJECT]} rejected, {counts[Verdict.CONFIRM]} to confirm, "
            f"{counts[Verdict.NOTE] + counts[None]} others"
        )
        missing = [
            (f"未检查：{state.zh}（缺“{state.lacking}”）" if zh else f"not checked: {state.en} (no {state.lacking})")
            + (f" [{state.rule}]" if state.rule else "")
            for state in self.report.not_checked
        ]
        return "\n".join([head, *lines, *missing])

    @staticmethod
    def _line(finding: Finding, zh: bool) -> str:
        words = _WORDS["zh" if zh else "en"]
        source = (
            f" [{finding.rule}“{finding.quote}”]" if finding.quote else f" [{finding.rule}]" if finding.rule else ""
        )
        return (
            f"{words[finding.verdict]}：{finding.zh}{source}"
            if zh
            else f"{words[finding.verdict]}: {finding.en}{source}"
        )

    def data(self) -> dict[str, Any]:
        """JSON-ready, ``{"format": "judge-app/entries/1", "projects": [{entry_no, verdict, findings}], "checks": […]}``."""
        return {
            "format": "judge-app/entries/1",
            "file": self.file_name,
            "preset": self.preset,
            "projects": [
                {
                    "entry_no": project.entry_no,
                    "name": project.name,
                    "verdict": self.report.verdict(project.entry_no) or "none",
                    "findings": [
                        {
                            "verdict": finding.verdict.value,
                            "check": finding.check,
                            "rule": finding.rule,
                            "quote": finding.quote,
                            "zh": finding.zh,
                            "en": finding.en,
                        }
                        for finding in self.report.of(project.entry_no)
                    ],
                }
                for project in self.entries.contest.projects
            ],
            "checks": [
                {"check": state.check, "rule": state.rule, "status": "done" if state.done else "not_checked"}
                | ({} if state.done else {"lacking": state.lacking})
                for state in self.report.checks
            ],
        }


_WORDS: dict[str, dict[Any, str]] = {
    "zh": {
        Verdict.REJECT: "不通过",
        Verdict.CONFIRM: "需确认",
        Verdict.NOTE: "提示",
        None: "未发现问题",
        "partly": "（有未检查项）",
    },
    "en": {
        Verdict.REJECT: "REJECT",
        Verdict.CONFIRM: "CONFIRM",
        Verdict.NOTE: "NOTE",
        None: "nothing found",
        "partly": " (not all was checked)",
    },
}


def check_entries(
    path: Path | str, load_rules: Callable[[str], RuleSet], *, known_presets: Collection[str], preset: str = ""
) -> EntriesReport:
    """Read a workbook and hold its entries against a preset's rules: ``preset``, or the one that the workbook names.

    ``load_rules`` gives the rule set of a key. Raises BadInput for a workbook that cannot be taken.
    """
    entries = read_entries(path, known_presets=known_presets, preset=preset)
    rules = load_rules(entries.contest.preset)
    return EntriesReport(
        file_name=Path(path).name, preset=entries.contest.preset, entries=entries, report=examine(entries, rules)
    )
