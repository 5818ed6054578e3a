"""F1 评委个人评分表: one judge's sheet for one project (domain.md "Print layouts", F1), filled or to be filled by hand.

A mark stands on its step, a total with the decimals of its component's step; 0 is printed as 0, and a judge who was absent,
left or recused himself is said in words. A sheet that is still expected is printed with empty cells, so that the same form
serves as the paper fallback.
"""

from __future__ import annotations

from decimal import Decimal

from judge_app.core.contest import Project, Struct
from judge_app.core.marks import plain
from judge_app.core.rules import Component, Criterion, RuleSet
from judge_app.core.session import OUT
from judge_app.core.stages import SheetStatus
from judge_app.core.views import Briefing, ChairView, JudgeCard, SheetLine
from judge_app.sheets import words
from judge_app.sheets.layout import MM, Block, Gap, Prose, Signature, SigningBlock
from judge_app.sheets.paper import Form, Head, canonical
from judge_app.sheets.tables import Cell, Row, Table, cell, label
from judge_app.sheets.text import BODY, LABEL, LARGE, NO_DATA, NOTE, NUMBER, SMALL, STRONG, Span, Style

CODE = "F1"
TITLE = "评委个人评分表"


class Mark(Struct, frozen=True):
    """One criterion's line. ``mark`` is as printed on its step; None: not given."""

    criterion: str
    full_marks: str
    step: str
    look_for: str = ""
    bands: tuple[tuple[str, str, str], ...] = ()
    """(name, from, to)"""
    mark: str | None = None


class Part(Struct, frozen=True):
    """One component that the judge fills. ``total`` None: nothing counts."""

    component: str
    full_marks: str
    marks: tuple[Mark, ...]
    total: str | None = None


class JudgeSheet(Struct, frozen=True):
    """What an F1 says. ``status`` empty: a form to be filled by hand. ``lead_unit`` None: hidden (blind judging)."""

    parts: tuple[Part, ...]
    entry_no: str = ""
    project: str = ""
    lead_unit: str | None = ""
    judge_no: str = ""
    judge_name: str = ""
    judge_class: str = ""
    status: str = ""
    reason: str = ""
    comment: str = ""
    recorded_seq: int | None = None
    revision: int = 0
    late: bool = False
    replaces: str = ""
    replaced_by: str = ""
    late_kept: tuple[int, ...] = ()
    """Records of sheets that came after the lock: evidence, not counted."""
    entered_by: tuple[str, ...] = ()
    """Who entered it from the judge's paper sheet (代录), where he did not send it himself."""


def _bands(criterion: Criterion) -> tuple[tuple[str, str, str], ...]:
    return tuple((band.name, plain(band.low), plain(band.high)) for band in criterion.bands)


def _part(component: Component, given: dict[str, int] | None) -> Part:
    lines = component.criteria or (Criterion(name=component.name, max=component.max),)
    marks = []
    total: Decimal | None = None if given is None else Decimal(0)
    for criterion in lines:
        step = component.step_of(criterion)
        hundredths = None if given is None else given.get(criterion.name)
        points = None if hundredths is None else Decimal(hundredths).scaleb(-2)
        total = None if total is None or points is None else total + points
        marks.append(
            Mark(
                criterion=criterion.name,
                full_marks=plain(criterion.max),
                step=plain(step),
                look_for=criterion.look_for,
                bands=_bands(criterion),
                mark=None if points is None else words.on_step(points, step),
            )
        )
    return Part(
        component=component.name,
        full_marks=plain(component.max),
        marks=tuple(marks),
        total=None if total is None else words.on_step(total, component.smallest_step),
    )


def sheet(
    rules: RuleSet,
    project: Project | None,
    judge: JudgeCard | None,
    line: SheetLine | None = None,
    *,
    judge_class: str = "",
    replaces: str = "",
    blind: bool = False,
) -> JudgeSheet:
    """The sheet of a judge for a project: with ``line`` what the session holds of it, without it a form to fill by hand.
    ``judge_class`` chooses the components where no judge is named; ``blind`` hides the lead unit."""
    chosen = judge.judge_class if judge else judge_class
    filled = line is not None and line.status in (SheetStatus.SUBMITTED, SheetStatus.RETURNED)
    points = line.points if line is not None and filled else None
    return JudgeSheet(
        parts=tuple(
            _part(one, None if points is None else points.get(one.key, {})) for one in rules.components_of(chosen)
        ),
        entry_no=project.entry_no if project else "",
        project=project.name if project else "",
        lead_unit=None if blind else project.lead_unit if project else "",
        judge_no=judge.no if judge else "",
        judge_name=judge.name if judge else "",
        judge_class=chosen,
        status=line.status.value if line else "",
        reason=line.reason if line else "",
        comment=line.comment if line else "",
        recorded_seq=line.seq if line else None,
        revision=line.revision if line else 0,
        late=line.late if line else False,
        replaces=replaces,
        replaced_by=(line.replaced_by or "") if line else "",
        late_kept=line.late_kept if line else (),
        entered_by=line.paper.names if line is not None and line.paper is not None and filled else (),
    )


def form(head: Head, data: JudgeSheet) -> Form:
    """The form ready to be set."""
    blocks: list[Block] = [
        _who(data),
        Gap(),
        _marks(data),
        Gap(),
        _comment(data),
        Gap(1.6 * MM),
        *_notes(data),
        _signing(),
    ]
    about = "　".join(
        part
        for part in (
            f"参赛序号 {data.entry_no}" if data.entry_no else "",
            f"评委 {data.judge_no} {data.judge_name}".rstrip() if data.judge_no else "",
        )
        if part
    )
    return Form(CODE, TITLE, head, tuple(blocks), canonical(CODE, head, data), about=about)


def blank(rules: RuleSet, head: Head, judge_class: str) -> Form:
    """The form without any data, for the judges of a class."""
    return form(head, sheet(rules, None, None, judge_class=judge_class))


def _status(data: JudgeSheet) -> SheetStatus | None:
    return SheetStatus(data.status) if data.status else None


def _who(data: JudgeSheet) -> Table:
    number = Row(
        (
            label("参赛序号", rows=1 if data.lead_unit is None else 2),
            Cell(((Span(data.entry_no, NUMBER),),), "center", rows=1 if data.lead_unit is None else 2),
            label("项目名称"),
            cell(data.project, STRONG, columns=3),
        ),
        11 * MM,
    )
    unit = (
        (Row((label("主体申报单位"), cell(data.lead_unit, columns=3)), 9 * MM),) if data.lead_unit is not None else ()
    )
    judge = Row(
        (
            label("评委编号"),
            cell(data.judge_no, STRONG, align="center"),
            label("评委姓名"),
            cell(data.judge_name, align="center"),
            label("评委类别"),
            cell(data.judge_class, align="center"),
        ),
        9 * MM,
    )
    return Table((20, 28, 25, 43, 20, 40), (number, *unit, judge))


_MARK = Style(size=13, weight=STRONG.weight, leading=1.2)


def _marks(data: JudgeSheet) -> Table:
    status = _status(data)
    void = status in (SheetStatus.RECUSED, SheetStatus.ABSENT, SheetStatus.LEFT)
    struck = status is SheetStatus.RETURNED
    banded = any(mark.bands for part in data.parts for mark in part.marks)
    widths: tuple[float, ...] = (10, 27, 58, 13, 44, 24) if banded else (10, 30, 92, 18, 26)
    heading = ["序号", "评分要素", "评分要点", "满分", *(["档次"] if banded else []), "得分"]
    rows: list[Row] = []
    several = sum(1 for part in data.parts if len(part.marks) > 1) > 1
    number = 0
    count = sum(len(part.marks) + (len(part.marks) > 1) for part in data.parts)
    least = min(13.0, max(7.6, 104 / max(count, 1))) * MM

    def given(mark: str | None, style: Style) -> Cell:
        if void:
            return cell(NO_DATA, align="right")
        return cell(mark or "", style, align="right", struck=struck and mark is not None)

    for part in data.parts:
        alone = len(part.marks) == 1
        if several and not alone:
            rows.append(Row((Cell(((Span(part.component, LABEL),),), "left", columns=len(widths), tinted=True),)))
        for mark in part.marks:
            number += 1
            name = part.component if alone else mark.criterion
            look_for = mark.look_for
            if alone and not look_for:
                look_for = f"0–{mark.full_marks} 分" + ("" if mark.step == "1" else f"，打分步长 {mark.step} 分")
            bands = [f"{band} {low}–{high}" for band, low, high in mark.bands]
            pairs = tuple((Span("　".join(bands[at : at + 2]), SMALL),) for at in range(0, len(bands), 2))
            rows.append(
                Row(
                    (
                        cell(str(number), align="center"),
                        cell(name, STRONG),
                        cell(look_for),
                        cell(mark.full_marks, align="center"),
                        *([Cell(pairs)] if banded else []),
                        given(mark.mark, _MARK),
                    ),
                    least,
                )
            )
        if not alone:
            rows.append(
                Row(
                    (
                        label("合　计", columns=3),
                        cell(part.full_marks, STRONG, align="center"),
                        *([cell("")] if banded else []),
                        given(part.total, LARGE),
                    ),
                    least,
                )
            )
    return Table(widths, tuple(rows), (Row(tuple(label(text) for text in heading), 8 * MM),))


def _comment(data: JudgeSheet) -> Table:
    text = cell(data.comment, valign="top") if data.comment else cell("")
    return Table((20, 156), (Row((label("评　语"), text), 30 * MM),))


def _notes(data: JudgeSheet) -> list[Block]:
    status = _status(data)
    recused = status is SheetStatus.RECUSED
    blocks: list[Block] = [
        Prose(
            (
                (Span("□ 本人声明与该项目无利益关系。", BODY),),
                (
                    Span("■ 申请回避，理由：" if recused else "□ 申请回避，理由：", STRONG if recused else BODY),
                    Span((data.reason or NO_DATA) if recused else "＿" * 30, BODY),
                ),
            )
        ),
        Gap(1.2 * MM),
    ]
    said = _said(data, status)
    if said:
        blocks += [Prose(((Span(said, STRONG),),)), Gap(1.2 * MM)]
    blocks += [
        Prose(((Span("说明：如需更正，请在原分数上划一斜线，写上新分并签名，不得涂抹。", NOTE),),)),
        Gap(1.6 * MM),
    ]
    return blocks


def _said(data: JudgeSheet, status: SheetStatus | None) -> str:
    """What the session's record says of the sheet."""
    parts: list[str] = []
    reason = f"（{data.reason}）" if data.reason else ""
    if status is SheetStatus.SUBMITTED and data.entered_by:
        parts.append(
            f"代录：由 {'、'.join(data.entered_by)} 据纸质评分表分别录入并核对一致，系统记录 #{data.recorded_seq}，"
            f"第 {data.revision} 版" + ("，超时提交" if data.late else "")
        )
    elif status is SheetStatus.SUBMITTED:
        parts.append(
            f"电子提交：系统记录 #{data.recorded_seq}，第 {data.revision} 次提交" + ("，超时提交" if data.late else "")
        )
    elif status is SheetStatus.RETURNED:
        parts.append(f"本表已退回{reason}，原分数不作数，待评委重新提交")
    elif status is SheetStatus.EMPTY:
        parts.append("本表尚未提交")
    elif status is not None and status is not SheetStatus.RECUSED:
        parts.append(f"评委{words.SHEET[status]}{reason}，未评分")
    if data.late_kept:
        kept = "、".join(f"#{seq}" for seq in data.late_kept)
        parts.append(f"锁定后另有提交（系统记录 {kept}），只作留存，不计入成绩")
    if data.replaces:
        parts.append(f"候补评委，代 {data.replaces} 评分")
    if data.replaced_by:
        parts.append(f"由候补评委 {data.replaced_by} 代评")
    return "；".join(parts) + "。" if parts else ""


def _signing() -> SigningBlock:
    def row(who: str) -> tuple[Signature, ...]:
        return (
            Signature(label=who, share=1.5),
            Signature(label="日期：　　　　年　　月　　日", line=False, share=1.05),
            Signature(label="时间：", share=0.7),
        )

    return SigningBlock((row("评委签字："), row("收表人（计时员）签字：")), 15 * MM)


def from_chair(briefing: Briefing, view: ChairView, *, blind: bool = False) -> list[JudgeSheet]:
    """The sheets that a chair's (or the desk's) view holds, in running order, panel order. Left out are hidden ones, and
    those that nobody gave or will give for a project that is out (弃赛, 取消资格)."""
    cards = {judge.no: judge for judge in briefing.judges}
    projects = {project.entry_no: project for project in briefing.projects}
    stands_for = {(line.entry_no, line.replaced_by): line.judge for line in view.sheets if line.replaced_by}
    place = {no: index for index, no in enumerate(cards)}
    running = {progress.entry_no: index for index, progress in enumerate(view.projects)}
    out = {progress.entry_no for progress in view.projects if progress.stage in OUT}
    lines = sorted(
        (
            line
            for line in view.sheets
            if not line.hidden
            and line.judge in cards
            and line.entry_no in projects
            and not (line.entry_no in out and line.status is SheetStatus.EMPTY)
        ),
        key=lambda line: (running.get(line.entry_no, len(running)), place[line.judge]),
    )
    return [
        sheet(
            rules_of(briefing.rules, projects[line.entry_no]),
            projects[line.entry_no],
            cards[line.judge],
            line,
            replaces=stands_for.get((line.entry_no, line.judge), ""),
            blind=blind,
        )
        for line in lines
    ]


def rules_of(rules: RuleSet, project: Project) -> RuleSet:
    """The rules that a project is judged by: those of an event of its own where its track is one."""
    return rules.for_event(project.track) if any(event.name == project.track for event in rules.own_events) else rules
