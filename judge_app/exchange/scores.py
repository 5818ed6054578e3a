"""scores.csv: paper sheets entered by proxy, and what a rehearsal's judges give, in a frozen form.

All lines of one judge for one project are one sheet with one presence. The file is UTF-8 (with or without BOM) or GBK,
with the columns of ``COLUMNS``. Decided here:

* An empty 在席状态 is 在席 where there are points, and a problem where there is nothing at all.
* 缺席 and 回避 carry no points; 离席 may (what was given before leaving is kept; scoring.py decides if it counts).
* A judge present with nothing given is a blank sheet. A sheet begun must be whole: for each component of the judge's
  class every criterion, or the total (empty 评分要素); a total beside its criteria must be their sum.
* A 候补 who gives points names in 代评 the judge he replaces, and that judge gives none for the project.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import msgspec

from judge_app.core.contest import Contest, Judge, PanelRole, Presence, Project, Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.marks import Sheet
from judge_app.core.rules import Component, RuleSet
from judge_app.exchange import cells, safety
from judge_app.exchange.tables import Findings

COLUMNS = ("参赛序号", "评委编号", "得分项", "评分要素", "分数", "在席状态", "代评", "说明")
REQUIRED = COLUMNS[:6]
MAX_LINES = 300_000
PRESENCE = {
    "在席": Presence.PRESENT,
    "缺席": Presence.ABSENT,
    "离席": Presence.LEFT,
    "回避": Presence.RECUSED,
}

_POINTS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")


class GivenSheet(Struct, frozen=True):
    """One judge's sheet for one project. ``points``: component key → criterion → points; ``totals``: component key →
    the total of a component given without criteria. Both empty: absent, recused, or present and blank."""

    entry_no: str
    judge: str
    presence: Presence = Presence.PRESENT
    points: dict[str, dict[str, Decimal]] = msgspec.field(default_factory=dict)
    totals: dict[str, Decimal] = msgspec.field(default_factory=dict)
    replaces: str = ""
    note: str = ""

    @property
    def blank(self) -> bool:
        return not self.points and not self.totals


class GivenScores(Struct, frozen=True):
    """All sheets of a scores.csv in the order in which they begin there."""

    sheets: tuple[GivenSheet, ...] = ()

    def by_seat(self) -> dict[tuple[str, str], GivenSheet]:
        """(entry number, judge number) → sheet."""
        return {(sheet.entry_no, sheet.judge): sheet for sheet in self.sheets}


def read_scores(
    source: Path | str | bytes, contest: Contest, rules: RuleSet, *, name: str = "scores.csv"
) -> GivenScores:
    """The sheets in a scores.csv (a path, or its bytes called ``name``), checked against the contest and its rules.

    Raises BadInput with every problem in reading order; each names file, line and column
    (``scores.csv · 第 12 行 · 分数``).
    """
    if isinstance(source, bytes):
        if len(source) > safety.MAX_FILE_BYTES:
            raise safety.refuse(name, "文件超过 20 MB，没有读取", "the file is over 20 MB and was not read")
        data = source
    else:
        path = Path(source)
        name = path.name or str(path)
        data = safety.read_file(path)
    findings = Findings(name)
    lines = _lines(_decode(data, name), name)
    reading = _Reading(findings, contest, rules)
    for number, row in lines:
        reading.line(number, row)
    scores = reading.finish()
    findings.raise_if_any()
    return scores


def _decode(data: bytes, name: str) -> str:
    if not data.strip():
        raise safety.refuse(name, "文件是空的；请重新导出", "the file is empty; export it again")
    if data.startswith(b"PK\x03\x04") or data.startswith(b"\xd0\xcf\x11\xe0"):
        raise safety.refuse(
            name,
            "这是工作簿（.xlsx 或 .xls），只是扩展名像 CSV；请另存为“CSV UTF-8（逗号分隔）”",
            'this is a workbook with the name of a CSV; save it as "CSV UTF-8 (comma delimited)"',
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise safety.refuse(
            name,
            "这是“Unicode 文本”（UTF-16）；请另存为“CSV UTF-8（逗号分隔）”",
            'this is "Unicode text" (UTF-16); save it as "CSV UTF-8 (comma delimited)"',
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise safety.refuse(
        name,
        "不是 UTF-8 或 GBK 编码的文本；请另存为“CSV UTF-8（逗号分隔）”",
        'it is not text in UTF-8 or GBK; save it as "CSV UTF-8 (comma delimited)"',
    )


def _lines(text: str, name: str) -> list[tuple[int, dict[str, str]]]:
    """Line number (of the record's first line) and cells by column. Raises BadInput for a table that is broken."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((start, row))
            start = reader.line_num + 1
            if len(rows) > MAX_LINES:
                raise safety.refuse(
                    name,
                    f"超过 {MAX_LINES} 行，没有导入；请按场次分成几个文件",
                    f"it has more than {MAX_LINES} lines and was not taken; split it by session",
                )
    except csv.Error as error:
        raise safety.refuse(
            f"{name} · 第 {start} 行",
            f"引号或换行不成对，从这里起读不下去（{error}）；请检查这一行的英文引号",
            f"quotes or line breaks do not match, nothing can be read from here on ({error}); check this line's quotes",
        ) from None
    if not rows:
        raise safety.refuse(name, "文件里没有内容；请重新导出", "the file has no content; export it again")
    heading_line, heading = rows[0]
    labels = [cells.text(cell).strip("*＊") for cell in heading]
    _check_heading(labels, heading_line, name)
    lines: list[tuple[int, dict[str, str]]] = []
    for number, row in rows[1:]:
        if any(cell.strip() for cell in row[len(labels) :]):
            raise safety.refuse(
                f"{name} · 第 {number} 行",
                f"有 {len(row)} 格，表头只有 {len(labels)} 列；说明里有逗号时要加英文双引号",
                f"it has {len(row)} cells, the heading {len(labels)}; a note with a comma needs double quotes",
            )
        lines.append((number, dict(zip(labels, row, strict=False))))
    if not lines:
        raise safety.refuse(name, "只有表头，没有分数；请重新导出", "there is a heading but no score; export it again")
    return lines


def _check_heading(labels: list[str], line: int, name: str) -> None:
    problems: list[Problem] = []
    if not set(labels) & set(COLUMNS):
        joined = "".join(labels)
        for mark, zh, en in (
            ("\t", "制表符", "a tab"),
            (";", "分号", "a semicolon"),
            ("；", "中文分号", "a Chinese semicolon"),
            ("，", "中文逗号", "a Chinese comma"),
            (" ", "空格或制表符", "a space or a tab"),
            ("|", "竖线", "a bar"),
        ):
            if mark in joined and any(column in joined for column in COLUMNS):
                raise safety.refuse(
                    f"{name} · 第 {line} 行",
                    f"各列之间是{zh}，不是英文逗号；请另存为“CSV UTF-8（逗号分隔）”",
                    f'the columns are parted by {en}, not by a comma; save it as "CSV UTF-8 (comma delimited)"',
                )
    for column in REQUIRED:
        if column not in labels:
            problems.append(
                Problem(
                    f"{name} · 第 {line} 行 · {column}",
                    f"缺少“{column}”列；表头应为 {'、'.join(COLUMNS)}",
                    f'the column "{column}" is missing; the heading should be {", ".join(COLUMNS)}',
                )
            )
    for column in COLUMNS:
        if labels.count(column) > 1:
            problems.append(
                Problem(
                    f"{name} · 第 {line} 行 · {column}",
                    f"表头有两个“{column}”；请删去一列",
                    f'the heading has "{column}" twice; delete one',
                )
            )
    if problems:
        raise BadInput(problems)


class _Draft:
    """One sheet while its lines come in."""

    def __init__(self, line: int, project: Project, judge: Judge, components: tuple[Component, ...]) -> None:
        self.line = line
        self.project = project
        self.judge = judge
        self.components = components
        self.presence: Presence | None = None
        self.presence_line = line
        self.points: dict[str, dict[str, Decimal]] = {}
        self.totals: dict[str, Decimal] = {}
        self.seen: dict[tuple[str, str], int] = {}
        self.replaces = ""
        self.notes: list[str] = []
        self.faulty = False


class _Reading:
    """The lines turned into sheets, each problem filed with its line."""

    def __init__(self, findings: Findings, contest: Contest, rules: RuleSet) -> None:
        self._findings = findings
        self._projects = {project.entry_no: project for project in contest.projects}
        self._judges = {judge.no: judge for judge in contest.judges}
        self._folded = {judge.no.lower(): judge.no for judge in contest.judges}
        self._rules = rules
        self._rules_of = {project.entry_no: rules_of(project, rules) for project in contest.projects}
        self._drafts: dict[tuple[str, str], _Draft] = {}

    def _problem(self, line: int, column: str, zh: str, en: str) -> None:
        self._findings.add(
            f"{self._findings.file_name} · 第 {line} 行 · {column}", zh, en, row=line, column=COLUMNS.index(column)
        )

    def line(self, number: int, row: dict[str, str]) -> None:
        before = len(self._findings)
        for column in COLUMNS:
            if cells.text(row.get(column, "")).startswith(("=", "＝", "@", "＠")):
                self._problem(
                    number,
                    column,
                    f"“{cells.shown(row[column])}”像是公式；请改成实际内容",
                    f'"{cells.shown(row[column])}" looks like a formula; write what it should say',
                )
        if len(self._findings) > before:
            return
        draft = self._seat(number, row)
        if draft is None:
            return
        self._presence(number, row, draft)
        component = self._component(number, row, draft)
        if component is not None:
            self._score(number, row, draft, component)
        elif cells.text(row.get("分数", "")) and not cells.text(row["得分项"]):
            self._problem(
                number, "得分项", "有分数但没有得分项；请填写", "there are points but no component; fill it in"
            )
        if draft.presence is None and not cells.text(row.get("在席状态", "") + row.get("分数", "")):
            self._problem(
                number,
                "在席状态",
                "没有分数，也没有在席状态；请填 在席、缺席、离席 或 回避",
                "there are neither points nor a presence; write 在席, 缺席, 离席 or 回避",
            )
        self._replaces(number, row, draft)
        note = cells.text(row.get("说明", ""))
        if note and note not in draft.notes:
            draft.notes.append(note)
        draft.faulty = draft.faulty or len(self._findings) > before

    def _seat(self, number: int, row: dict[str, str]) -> _Draft | None:
        entry_no = self._identifier(number, row, "参赛序号")
        judge_no = self._identifier(number, row, "评委编号")
        project = self._projects.get(entry_no)
        judge = self._judges.get(self._folded.get(judge_no.lower(), judge_no))
        if entry_no and project is None:
            self._problem(
                number,
                "参赛序号",
                f"没有参赛序号 {entry_no}；请核对项目表",
                f"there is no entry {entry_no}; check the list of projects",
            )
        if judge_no and judge is None:
            self._problem(
                number,
                "评委编号",
                f"没有编号为 {judge_no} 的评委；请核对评委表",
                f"there is no judge {judge_no}; check the list of judges",
            )
        if project is None or judge is None:
            return None
        key = (project.entry_no, judge.no)
        draft = self._drafts.get(key)
        if draft is None:
            if project.session not in judge.sessions:
                self._problem(
                    number,
                    "评委编号",
                    f"评委 {judge.no} 不在 {entry_no} 号项目的场次“{project.session}”；请核对",
                    f'judge {judge.no} does not sit in "{project.session}", the session of entry {entry_no}; check it',
                )
                return None
            components = self._rules_of[project.entry_no].components_of(judge.judge_class)
            draft = self._drafts[key] = _Draft(number, project, judge, components)
        return draft

    def _identifier(self, number: int, row: dict[str, str], column: str) -> str:
        try:
            value = cells.identifier(row.get(column, ""))
        except cells.Unreadable as error:
            self._problem(number, column, error.zh, error.en)
            return ""
        if not value:
            self._problem(number, column, f"{column}是空的；请填写", f"{column} is empty; fill it in")
        return value

    def _presence(self, number: int, row: dict[str, str], draft: _Draft) -> None:
        written = cells.text(row.get("在席状态", ""))
        if not written:
            return
        presence = PRESENCE.get(written)
        if presence is None:
            self._problem(
                number,
                "在席状态",
                f"没有“{cells.shown(written)}”这一状态；请填 在席、缺席、离席 或 回避",
                f'there is no presence "{cells.shown(written)}"; write 在席, 缺席, 离席 or 回避',
            )
            return
        if draft.presence is not None and draft.presence is not presence:
            self._problem(
                number,
                "在席状态",
                f"与第 {draft.presence_line} 行矛盾：同一评委对同一项目只能有一种在席状态；请统一",
                f"it contradicts line {draft.presence_line}: a judge has one presence for a project",
            )
            return
        if draft.presence is None:
            draft.presence, draft.presence_line = presence, number

    def _component(self, number: int, row: dict[str, str], draft: _Draft) -> Component | None:
        written = cells.text(row.get("得分项", ""))
        if not written:
            return None
        rules = self._rules_of[draft.project.entry_no]
        component = next((one for one in rules.components if written in (one.key, one.name)), None)
        if component is None:
            listed = "、".join(f"{one.key}（{one.name}）" for one in rules.judged_components)
            self._problem(
                number,
                "得分项",
                f"赛制里没有得分项“{cells.shown(written)}”；现有：{listed}",
                f'the rules have no component "{cells.shown(written)}"; they have: {cells.in_english(listed)}',
            )
            return None
        if not component.judged:
            self._problem(
                number,
                "得分项",
                f"“{component.name}”不由评委评分；请填在工作簿的“外部成绩”表",
                f'"{component.name}" is not given by judges; enter it in the workbook\'s sheet 外部成绩',
            )
            return None
        if component not in draft.components:
            own = draft.judge.judge_class
            self._problem(
                number,
                "得分项",
                f"“{component.name}”由{component.judge_class}评分，而 {draft.judge.no} 是{own}；请核对",
                f'"{component.name}" is for {component.judge_class}, but {draft.judge.no} is {own}; check it',
            )
            return None
        return component

    def _score(self, number: int, row: dict[str, str], draft: _Draft, component: Component) -> None:
        name = cells.text(row.get("评分要素", ""))
        criterion = component.criterion(name) if name else None
        if name and criterion is None:
            listed = "、".join(one.name for one in component.criteria)
            self._problem(
                number,
                "评分要素",
                f"“{component.name}”没有评分要素“{cells.shown(name)}”；现有：{listed}",
                f'"{component.name}" has no criterion "{cells.shown(name)}"; it has: {listed}',
            )
            return
        key = (component.key, name)
        if key in draft.seen:
            self._problem(
                number,
                "评分要素",
                f"与第 {draft.seen[key]} 行重复（同一项目、评委、得分项和评分要素）；请删去一行",
                f"line {draft.seen[key]} already has this project, judge, component and criterion; delete one",
            )
            return
        draft.seen[key] = number
        if not cells.text(row.get("分数", "")):
            return
        if criterion is not None:
            limit, step, label = criterion.max, component.step_of(criterion), criterion.name
        else:
            limit, step, label = component.max, component.smallest_step, component.name
        points = self._points(number, row["分数"], limit, step, label)
        if points is None:
            return
        if criterion is not None:
            draft.points.setdefault(component.key, {})[criterion.name] = points
        else:
            draft.totals[component.key] = points

    def _points(self, number: int, written: str, limit: Decimal, step: Decimal, label: str) -> Decimal | None:
        plain = unicodedata.normalize("NFKC", cells.text(written)).strip()
        if not _POINTS.fullmatch(plain):
            self._problem(
                number,
                "分数",
                f"“{cells.shown(written)}”不是分数；请只填数字，如 18 或 18.5，不带单位、符号或公式",
                f'"{cells.shown(written)}" is not a number of points; write digits only, as 18 or 18.5',
            )
            return None
        points = Decimal(plain)
        if points > limit:
            self._problem(
                number,
                "分数",
                f"{plain} 超过“{label}”的满分 {limit}；请改正",
                f'{plain} is over the full marks {limit} of "{label}"; correct it',
            )
            return None
        if points % step:
            self._problem(
                number,
                "分数",
                f"{plain} 不在“{label}”的打分步长 {step} 上；请改成 {step} 的倍数",
                f'{plain} is not on the step {step} of "{label}"; give a multiple of {step}',
            )
            return None
        return points

    def _replaces(self, number: int, row: dict[str, str], draft: _Draft) -> None:
        written = cells.text(row.get("代评", ""))
        if not written:
            return
        replaced = self._judges.get(self._folded.get(written.lower(), written))
        if replaced is None:
            zh, en = f"没有编号为 {cells.shown(written)} 的评委", f"there is no judge {cells.shown(written)}"
        elif replaced.no == draft.judge.no:
            zh, en = "不能代评自己", "a judge cannot replace himself"
        elif draft.replaces and draft.replaces != replaced.no:
            zh, en = f"前面写的是代 {draft.replaces}", f"an earlier line says {draft.replaces}"
        elif draft.project.session not in replaced.sessions:
            zh, en = f"{replaced.no} 不在这一场", f"{replaced.no} does not sit in this session"
        elif replaced.judge_class != draft.judge.judge_class:
            zh, en = (
                f"{replaced.no} 是{replaced.judge_class}，{draft.judge.no} 是{draft.judge.judge_class}",
                f"{replaced.no} is {replaced.judge_class}, {draft.judge.no} is {draft.judge.judge_class}",
            )
        else:
            draft.replaces = replaced.no
            return
        self._problem(number, "代评", f"{zh}；请核对", f"{en}; check it")

    def finish(self) -> GivenScores:
        """Check each sheet as a whole, then give them all."""
        for draft in self._drafts.values():
            if not draft.faulty:
                self._check_sheet(draft)
        self._check_replacements()
        return GivenScores(sheets=tuple(_sheet(draft) for draft in self._drafts.values()))

    def _check_sheet(self, draft: _Draft) -> None:
        given = bool(draft.points or draft.totals)
        who_zh = f"{draft.judge.no} 对 {draft.project.entry_no} 号"
        who_en = f"{draft.judge.no} on entry {draft.project.entry_no}"
        if given and draft.presence in (Presence.ABSENT, Presence.RECUSED):
            self._problem(
                draft.presence_line,
                "在席状态",
                f"{who_zh}：缺席或回避，却有分数；请删去分数或改在席状态",
                f"{who_en}: absent or recused, yet there are points; delete them or change the presence",
            )
            return
        if not given:
            return
        for component in draft.components:
            points = draft.points.get(component.key, {})
            total = draft.totals.get(component.key)
            lacking = [criterion.name for criterion in component.criteria if criterion.name not in points]
            if total is not None and not points:
                continue
            if total is None and not points:
                self._problem(
                    draft.line,
                    "得分项",
                    f"{who_zh}：评分表不完整，缺得分项“{component.name}”；请补齐",
                    f'{who_en}: the sheet is not whole, "{component.name}" is lacking; complete it',
                )
            elif lacking:
                self._problem(
                    draft.line,
                    "评分要素",
                    f"{who_zh}：“{component.name}”缺 {'、'.join(lacking)}；请补齐",
                    f'{who_en}: "{component.name}" lacks {", ".join(lacking)}; complete it',
                )
            elif total is not None and total != sum(points.values()):
                self._problem(
                    draft.seen[component.key, ""],
                    "分数",
                    f"合计 {total} 与各要素之和 {sum(points.values())} 不符；请核对",
                    f"the total {total} is not the sum of the criteria, {sum(points.values())}; check it",
                )

    def _check_replacements(self) -> None:
        replaced: dict[tuple[str, str], _Draft] = {}
        for draft in self._drafts.values():
            given = bool(draft.points or draft.totals)
            if draft.judge.role is PanelRole.RESERVE and given and not draft.replaces:
                self._problem(
                    draft.line,
                    "代评",
                    f"{draft.judge.no} 是候补评委，没有写代评哪一位；请填写被代评委的编号",
                    f"{draft.judge.no} is a reserve; write the number of the judge he replaces",
                )
            if not draft.replaces:
                continue
            key = (draft.project.entry_no, draft.replaces)
            other = self._drafts.get(key)
            if other is not None and (other.points or other.totals):
                self._problem(
                    draft.line,
                    "代评",
                    f"{draft.replaces} 自己也给 {draft.project.entry_no} 号打了分（第 {other.line} 行）；只能留一份",
                    f"{draft.replaces} has points of his own for entry {draft.project.entry_no} (line {other.line}); "
                    "keep one",
                )
            if key in replaced:
                self._problem(
                    draft.line,
                    "代评",
                    f"{draft.replaces} 已由 {replaced[key].judge.no} 代评（第 {replaced[key].line} 行）；只能一位",
                    f"{draft.replaces} is already replaced by {replaced[key].judge.no} (line {replaced[key].line})",
                )
            replaced.setdefault(key, draft)


def _sheet(draft: _Draft) -> GivenSheet:
    return GivenSheet(
        entry_no=draft.project.entry_no,
        judge=draft.judge.no,
        presence=draft.presence or Presence.PRESENT,
        points=draft.points,
        totals={key: total for key, total in draft.totals.items() if key not in draft.points},
        replaces=draft.replaces,
        note="；".join(draft.notes),
    )


def sheets_of(scores: GivenScores, contest: Contest, rules: RuleSet) -> dict[str, tuple[Sheet, ...]]:
    """Entry number → the sheets as the calculation takes them: one for each judge and component of the judge's class."""
    projects = {project.entry_no: project for project in contest.projects}
    judges = {judge.no: judge for judge in contest.judges}
    found: dict[str, list[Sheet]] = {project.entry_no: [] for project in contest.projects}
    for given in scores.sheets:
        own = rules_of(projects[given.entry_no], rules)
        for component in own.components_of(judges[given.judge].judge_class):
            points = given.points.get(component.key)
            found[given.entry_no].append(
                Sheet(
                    judge=given.judge,
                    component=component.key,
                    presence=given.presence,
                    points=dict(points) if points else None,
                    total=given.totals.get(component.key),
                    replaces=given.replaces or None,
                )
            )
    return {entry_no: tuple(sheets) for entry_no, sheets in found.items()}


def rules_of(project: Project, rules: RuleSet) -> RuleSet:
    """The rules that a project is judged by: those of the event beside the contest that it is in, or the contest's."""
    return rules.for_event(project.track) if any(event.name == project.track for event in rules.own_events) else rules


def write_scores(scores: GivenScores | Iterable[GivenSheet]) -> bytes:
    """The sheets as a scores.csv (UTF-8 with BOM, as spreadsheets want it); ``read_scores`` gives them back.

    Texts that a spreadsheet would run as formulas are defused, so such a note comes back with an apostrophe before it.
    """
    words = {presence: word for word, presence in PRESENCE.items()}
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for sheet in scores.sheets if isinstance(scores, GivenScores) else scores:
        lines = [
            (key, criterion, format(points, "f"))
            for key, given in sheet.points.items()
            for criterion, points in given.items()
        ]
        lines += [(key, "", format(total, "f")) for key, total in sheet.totals.items()]
        for key, criterion, points in lines or [("", "", "")]:
            row = (
                *(sheet.entry_no, sheet.judge, key, criterion, points),
                *(words[sheet.presence], sheet.replaces, sheet.note),
            )
            writer.writerow([safety.defuse(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")
