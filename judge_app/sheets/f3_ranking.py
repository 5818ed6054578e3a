"""F3 场次成绩排名表: the session's ranking, best first within each scope of ranks (domain.md "Print layouts", F3).

The order on the sheet is the order of the ranks. A project without a rank stands behind the others and says why; what is
not known is a dash, never 0.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

import msgspec

from judge_app.core.awards import Outcome
from judge_app.core.contest import Project, Struct
from judge_app.core.explain import key_words
from judge_app.core.marks import Ruling, plain
from judge_app.core.rules import RuleSet
from judge_app.core.session import OUT
from judge_app.core.stages import SheetStatus
from judge_app.core.views import Briefing, ChairView
from judge_app.core.working import ProjectResult, Status, Tabulation
from judge_app.sheets import words
from judge_app.sheets.f1_judge_sheet import rules_of
from judge_app.sheets.f2_project_summary import DATE, confirmations, signatories
from judge_app.sheets.layout import MM, Block, Gap, Prose, Signature, SigningBlock
from judge_app.sheets.paper import Form, Head, canonical
from judge_app.sheets.tables import Cell, Row, Table, cell, figure
from judge_app.sheets.text import BODY, LABEL, NO_DATA, SMALL, STRONG, Span, Style

CODE = "F3"
TITLE = "场次成绩排名表"


class Column(Struct, frozen=True):
    """A component's column: its name and full marks."""

    name: str
    full_marks: str


class Ranked(Struct, frozen=True):
    """One project's line. ``scores`` are by column; None: no data. ``advance`` None: not known yet."""

    entry_no: str
    project: str
    lead_unit: str = ""
    group: str = ""
    scope: str = ""
    rank: int | None = None
    scores: tuple[str | None, ...] = ()
    total: str | None = None
    tie_key: str = ""
    award: str = ""
    advance: bool | None = None
    remark: str = ""


class Ranking(Struct, frozen=True):
    """What an F3 says. ``advances`` False: the rules let nobody advance, so the column is left out."""

    columns: tuple[Column, ...]
    lines: tuple[Ranked, ...]
    full_marks: str
    rule_line: str
    scope_name: str = ""
    """赛道 or 主题 where ranks are within one; empty: over all."""
    advances: bool = True
    awarded: bool = True
    expected_projects: int | None = None
    heard_projects: int | None = None
    expected_judges: int | None = None
    present_judges: int | None = None
    absent: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    out: tuple[str, ...] = ()
    rulings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    confirmed: tuple[Signature, ...] = ()


def _columns(rules: RuleSet) -> tuple[Column, ...]:
    columns = [Column(name=one.name, full_marks=plain(one.max)) for one in rules.components]
    if rules.popularity is not None:
        best = max(rules.popularity.table, default=None)
        columns.append(Column(name=rules.popularity.name, full_marks="" if best is None else plain(best)))
    return tuple(columns)


def _scores(rules: RuleSet, own: RuleSet, result: ProjectResult) -> tuple[str | None, ...]:
    places = own.rounding.places
    scores: list[str | None] = []
    for component in rules.components:
        held = result.components.get(component.key)
        scores.append(None if held is None or held.score is None else words.fixed(held.score, places))
    if rules.popularity is not None:
        counted = result.popularity_counted
        scores.append(None if counted is None else words.fixed(counted, places))
    return tuple(scores)


def _advances(result: ProjectResult, tabulation: Tabulation) -> bool | None:
    """Whether a project goes on; None while nobody can say."""
    if result.entry_no in tabulation.advance:
        return True
    decided = tabulation.advance_status in (Outcome.FINAL, Outcome.PENDING_RULING)
    undecided = result.rank is None or result.entry_no in tabulation.advance_candidates
    return False if decided and not undecided else None


_SCOPE: Final = {"track": "赛道", "topic": "主题"}


def ranking(
    rules: RuleSet,
    projects: dict[str, Project],
    tabulation: Tabulation,
    *,
    outside: dict[str, str] | None = None,
) -> Ranking:
    """The ranking of a tabulation. ``outside`` are projects that have no result, with the reason in words."""
    awards = {entry_no: name for name, entries in tabulation.awards.items() for entry_no in entries}
    pending_award = {entry_no for group in tabulation.award_candidates for entry_no in group}
    lines = []
    for result in tabulation.ranked:
        project = projects.get(result.entry_no) or Project(entry_no=result.entry_no, name="")
        own = rules_of(rules, project)
        remarks = [] if result.rank is not None else [words.RESULT[result.status]]
        if result.standing in words.OUT:
            remarks = [words.OUT[result.standing]]
        if result.status is Status.FINAL_BY_RULING:
            remarks.append("经裁定")
        if result.deducted:
            remarks.append(f"扣 {words.fixed(result.deducted, own.rounding.places)} 分")
        if "TIE_AT_CUT" in result.flags:
            remarks.append("晋级线同分")
        if "TIE_AT_AWARD" in result.flags:
            remarks.append("奖项界线同分")
        lines.append(
            Ranked(
                entry_no=result.entry_no,
                project=project.name,
                lead_unit=project.lead_unit,
                group="\n".join(part for part in (project.track, project.topic) if part),
                scope=result.scope,
                rank=result.rank,
                scores=_scores(rules, own, result),
                total=None if result.total is None else words.fixed(result.total, own.rounding.places),
                tie_key=key_words(own, result.tie_key).zh if result.tie_key else "",
                award="待裁定" if result.entry_no in pending_award else awards.get(result.entry_no, ""),
                advance=_advances(result, tabulation),
                remark="；".join(remarks),
            )
        )
    columns = _columns(rules)
    for entry_no, why in (outside or {}).items():
        project = projects[entry_no]
        lines.append(
            Ranked(
                entry_no=entry_no,
                project=project.name,
                lead_unit=project.lead_unit,
                group="\n".join(part for part in (project.track, project.topic) if part),
                scope=getattr(project, rules.rank_scope, "") if rules.rank_scope in _SCOPE else "",
                scores=(None,) * len(columns),
                remark=why,
            )
        )
    notes = []
    if tabulation.advance_status is Outcome.PENDING_RULING:
        notes.append(f"晋级线上同分，待裁定：{words.listed(tabulation.advance_candidates)}")
    for group in tabulation.award_candidates:
        notes.append(f"奖项界线上同分，待裁定：{words.listed(group)}")
    return Ranking(
        columns=columns,
        lines=tuple(lines),
        full_marks=plain(tabulation.full_marks),
        rule_line=words.rule_line(rules),
        scope_name=_SCOPE.get(rules.rank_scope, ""),
        advances=rules.advance is not None,
        awarded=bool(tabulation.awards) or bool(tabulation.award_candidates),
        notes=tuple(notes),
    )


def form(head: Head, data: Ranking) -> Form:
    """The form ready to be set."""
    blocks: list[Block] = [_table(data), Gap(1.8 * MM), _facts(data), Gap(1.2 * MM), _signing(data)]
    return Form(CODE, TITLE, head, tuple(blocks), canonical(CODE, head, data), landscape=True)


def blank(rules: RuleSet, head: Head, *, rows: int = 10) -> Form:
    """The form without any data, with so many lines."""
    columns = _columns(rules)
    empty = Ranked(entry_no="", project="", scores=("",) * len(columns), total="")
    data = Ranking(
        columns=columns,
        lines=(empty,) * rows,
        full_marks=plain(rules.full_marks),
        rule_line=words.rule_line(rules),
        advances=rules.advance is not None,
    )
    return form(head, data)


_NO: Final = Style(size=13, weight=STRONG.weight, leading=1.15)


def _heading(name: str, below: str = "") -> Cell:
    lines = [(Span(name, LABEL),)]
    if below:
        lines.append((Span(below, SMALL),))
    return Cell(tuple(lines), "center", tinted=True)


def _table(data: Ranking) -> Table:
    score = 17 if len(data.columns) <= 4 else 14
    widths: list[float] = [11, 15, 46, 40, 29, *([score] * len(data.columns)), 19, 22]
    heading = [
        _heading("名次"),
        _heading("参赛\n序号"),
        _heading("项目名称"),
        _heading("主体申报单位"),
        _heading("赛道/主题"),
        *(_heading(column.name, f"（{column.full_marks}）" if column.full_marks else "") for column in data.columns),
        _heading("总得分", f"（{data.full_marks}）"),
        _heading("同分\n比较依据"),
    ]
    if data.awarded:
        widths.append(16)
        heading.append(_heading("拟定\n奖项"))
    if data.advances:
        widths.append(13)
        heading.append(_heading("是否\n晋级"))
    widths.append(19)
    heading.append(_heading("备注"))
    rows: list[Row] = []
    scope: str | None = None
    for line in data.lines:
        if data.scope_name and line.scope != scope:
            scope = line.scope
            rows.append(
                Row(
                    (
                        Cell(
                            ((Span(f"{data.scope_name}：{scope or NO_DATA}", LABEL),),),
                            columns=len(widths),
                            tinted=True,
                        ),
                    ),
                    leads=True,
                )
            )
        rows.append(_line(data, line))
    return Table(tuple(widths), tuple(rows), (Row(tuple(heading), 9 * MM),))


def _line(data: Ranking, line: Ranked) -> Row:
    blank = not line.entry_no
    cells = [
        cell("" if blank else NO_DATA if line.rank is None else str(line.rank), STRONG, align="center"),
        cell(line.entry_no, _NO, align="center"),
        cell(line.project, SMALL),
        cell(line.lead_unit, SMALL),
        cell(line.group, SMALL, align="center"),
        *(figure(score) for score in line.scores),
        figure(line.total, STRONG),
        cell(line.tie_key or ("" if blank else NO_DATA), SMALL, align="center"),
    ]
    if data.awarded:
        cells.append(cell(line.award or ("" if blank else NO_DATA), SMALL, align="center"))
    if data.advances:
        advance = "" if blank else {True: "晋级", False: "否", None: NO_DATA}[line.advance]
        cells.append(cell(advance, STRONG if line.advance else BODY, align="center"))
    cells.append(cell(line.remark, SMALL))
    return Row(tuple(cells), 7.4 * MM)


def _count(expected: int | None, present: int | None) -> str:
    blank = "＿＿"
    return f"应到 {blank if expected is None else expected}，实到 {blank if present is None else present}"


def _facts(data: Ranking) -> Block:
    filled = data.expected_projects is not None
    items: list[tuple[str, str]] = [
        ("参赛项目", _count(data.expected_projects, data.heard_projects)),
        ("评委", _count(data.expected_judges, data.present_judges)),
        ("缺席与回避", words.listed(data.absent) if filled else ""),
        ("未齐项目", words.listed(data.unfinished) if filled else ""),
    ]
    if data.out:
        items.append(("弃赛与取消资格", words.listed(data.out)))
    if data.rulings:
        items.append(("裁定", "；".join(data.rulings)))
    if data.notes:
        items.append(("说明", "；".join(data.notes)))
    items.append(("规则", data.rule_line))
    label_style, text = Style(size=8, weight=LABEL.weight, leading=1.45), Style(size=8, leading=1.45)
    return Prose(tuple((Span(f"{name}：", label_style), Span(value, text)) for name, value in items))


def _signing(data: Ranking) -> SigningBlock:
    return SigningBlock(
        (
            (*signatories(data.confirmed),),
            (
                Signature(label="组委会（盖章）：", line=False),
                Signature(label="", line=False),
                Signature(label="", line=False),
                Signature(label=DATE, line=False),
            ),
        )
    )


def from_chair(briefing: Briefing, view: ChairView, *, zone: tzinfo | None = None) -> Ranking | None:
    """The ranking of the projects that the view shows; None where it shows no result."""
    if view.tabulation is None:
        return None
    projects = {project.entry_no: project for project in briefing.projects}
    stages = {progress.entry_no: progress.stage for progress in view.projects}
    outside = {no: words.STAGE[stage] for no, stage in stages.items() if stage in OUT}
    base = ranking(briefing.rules, projects, view.tabulation, outside=outside)
    panel = [judge for judge in briefing.judges if not judge.reserve]
    missed: dict[SheetStatus, dict[str, list[str]]] = {}
    away: dict[str, int] = {}
    for line in view.sheets:
        if line.status in (SheetStatus.ABSENT, SheetStatus.LEFT, SheetStatus.RECUSED):
            missed.setdefault(line.status, {}).setdefault(line.judge, []).append(line.entry_no)
            away[line.judge] = away.get(line.judge, 0) + (line.status is SheetStatus.ABSENT)
    absent = [
        f"{judge} {words.SHEET[status]}（{'全场' if len(entries) == len(view.projects) else words.listed(entries) + ' 号'}）"
        for status, judges in missed.items()
        for judge, entries in judges.items()
    ]
    unfinished = [result.entry_no for result in view.tabulation.projects if not result.status.finished]
    waiting = [no for no, stage in stages.items() if stage not in OUT and no not in view.visible]
    rulings = [
        f"{number}. {words.ruling(msgspec.json.decode(encoded, type=Ruling), briefing.rules)}"
        for number, (encoded, _) in enumerate(view.rulings, start=1)
    ]
    return msgspec.structs.replace(
        base,
        expected_projects=len(view.projects),
        heard_projects=sum(1 for stage in stages.values() if stage not in OUT),
        expected_judges=len(panel),
        present_judges=sum(1 for judge in panel if away.get(judge.no, 0) < len(view.projects)),
        absent=tuple(absent),
        unfinished=(*unfinished, *waiting),
        out=tuple(f"{no} 号 {why}" for no, why in outside.items()),
        rulings=tuple(rulings),
        confirmed=confirmations(view, zone),
    )
