"""F6 现场计时记录表: how each project's phases ran (domain.md "Print layouts", F6; T-3: overtime is always recorded).

One row for each run of a phase, so that any number of phases, a restart (重讲) and holds in the questions have their place;
the fields and their order are the form's. Times of day are those of the hall: the room's clock counts nanoseconds from
nowhere, so the caller says what instant one of them was. Without that the times are counted from the session's first start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from judge_app.core import clock
from judge_app.core.clock import SECOND, EndedBy, HoldKind, Outcome, PhaseRun
from judge_app.core.contest import PlannedSession, Project, Struct
from judge_app.core.rules import Phase, RuleSet, Timing
from judge_app.core.session import OUT
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView, CutOff, HostView, ProjectProgress
from judge_app.sheets import words
from judge_app.sheets.f1_judge_sheet import rules_of
from judge_app.sheets.f2_project_summary import DATE
from judge_app.sheets.layout import MM, Block, Gap, Prose, Signature, SigningBlock
from judge_app.sheets.paper import Form, Head, canonical
from judge_app.sheets.tables import Cell, Row, Table, cell, label
from judge_app.sheets.text import LABEL, NO_DATA, SMALL, STRONG, Span, Style

CODE = "F6"
TITLE = "现场计时记录表"

WallClock = Callable[[int], datetime]
"""The hall's time at an instant of the room's clock."""


def anchored(room_ns: int, at: datetime) -> WallClock:
    """The hall's time, given what it was at one instant of the room's clock."""

    def wall(ns: int) -> datetime:
        return at + timedelta(microseconds=(ns - room_ns) // 1000)

    return wall


class Held(Struct, frozen=True):
    """One pause or technical stop. Times as printed; ``until`` empty while it lasted at the end."""

    kind: str
    since: str
    until: str
    reason: str
    by: str = ""
    outcome: str = ""


class Added(Struct, frozen=True):
    """Seconds given (+) or taken (−) by hand."""

    seconds: str
    reason: str
    by: str


class Run(Struct, frozen=True):
    """One run of a phase. Empty strings: has not come to that."""

    phase: str
    planned: str
    started: str = ""
    ended: str = ""
    used: str = ""
    how_ended: str = ""
    why_ended: str = ""
    """The reason and who gave it, where a person ended it."""
    overtime: str = ""
    """Empty where it did not run over."""
    holds: tuple[Held, ...] = ()
    additions: tuple[Added, ...] = ()
    cut_off: str = ""
    stills: str = ""
    """The slides that were shown again in the questions, when and by whose hand."""


class Timed(Struct, frozen=True):
    """One project's times; ``due`` is when it was to come on."""

    entry_no: str
    project: str
    due: str = ""
    runs: tuple[Run, ...] = ()
    remark: str = ""


class TimingRecord(Struct, frozen=True):
    """What an F6 says. ``relative``: times are counted from the first start, not times of day."""

    lines: tuple[Timed, ...]
    planned: str
    prompts: str
    device: str = ""
    relative: bool = False
    timekeeper: str = ""


_OUTCOME: Final = {Outcome.EXTRA_TIME: "补时", Outcome.RESTART: "重讲", Outcome.NO_EFFECT: "不影响"}
_KIND: Final = {HoldKind.PAUSE: "暂停", HoldKind.TECHNICAL: "技术中断"}
_ENDED: Final = {
    EndedBy.DEADLINE: "到时自动",
    EndedBy.HOST: "主动",
    EndedBy.RESTART: "重讲，重新计时",
    EndedBy.UNDONE: "误操作，已撤回",
}


def length(ns: int) -> str:
    """``m:ss`` of a length of time, to the nearest second; with a minus where it is below 0."""
    seconds = (abs(ns) + SECOND // 2) // SECOND
    return f"{'−' if ns < 0 and seconds else ''}{seconds // 60}:{seconds % 60:02d}"


def _cut_offs(reports: Sequence[CutOff]) -> str:
    """The end of a show, and how often it was started again after it."""
    first = next((report for report in reports if not report.relapse), None)
    again = [report for report in reports if report.relapse]
    said = [] if first is None else [_cut_off(first)]
    if again:
        left = sum(not report.confirmed for report in again)
        said.append(f"到时后又被打开 {len(again)} 次，" + (f"{left} 次未能确认结束" if left else "均已再次结束"))
    return "；".join(said)


def _cut_off(report: CutOff) -> str:
    def reached(us: int) -> str:
        return "未执行" if us < 0 else f"{us / 1000:.0f}ms"

    if report.driver == "none" and report.method == "no_slides":
        return f"没有演示文稿：遮屏 {reached(report.curtain_us)}"
    if report.driver == "none":
        return f"只遮屏（无放映控制）：{reached(report.curtain_us)}"
    confirmed = "已结束放映" if report.confirmed else "未能确认结束放映"
    return f"{confirmed}：遮屏 {reached(report.curtain_us)}，退出 {reached(report.gone_us)}（{report.driver}/{report.method}）"


_STILLS: Final = 8
"""So many slides that were shown again are named one by one."""


def _stills(run: PhaseRun, when: Callable[[int], str], seats: Mapping[str, str]) -> str:
    said = [f"{when(one.at_ns)} 第{one.slide}页" for one in run.stills[:_STILLS]]
    if not said:
        return ""
    if len(run.stills) > _STILLS:
        said.append(f"……共 {len(run.stills)} 次")
    who = dict.fromkeys(seats.get(one.by, one.by) for one in run.stills)
    return f"调出演示页：{'，'.join(said)}（{'、'.join(who)}）"


def _run(
    run: PhaseRun, phase: Phase | None, when: Callable[[int], str], reports: Sequence[CutOff], seats: Mapping[str, str]
) -> Run:
    end = run.ended_ns
    over = clock.overtime_ns(run, end) if end is not None else 0
    return Run(
        phase=phase.name if phase else run.phase,
        planned=length(run.planned_ns),
        started=when(run.started_ns),
        ended="" if end is None else when(end),
        used="" if end is None else length(clock.used_ns(run, end)),
        how_ended="" if run.ended_by is None else _ENDED[run.ended_by],
        why_ended="；".join(part for part in (run.end_reason, seats.get(run.ended_who, run.ended_who)) if part),
        overtime=length(over) if over >= SECOND // 2 else "",
        holds=tuple(
            Held(
                kind=_KIND[hold.kind],
                since=when(hold.started_ns),
                until="" if hold.ended_ns is None else when(hold.ended_ns),
                reason=hold.reason,
                by=seats.get(hold.by, hold.by),
                outcome="" if hold.outcome is None else _OUTCOME[hold.outcome],
            )
            for hold in run.holds
        ),
        additions=tuple(
            Added(
                seconds=f"{'+' if addition.delta_ns >= 0 else '−'}{length(abs(addition.delta_ns))}",
                reason=addition.reason,
                by=seats.get(addition.by, addition.by),
            )
            for addition in run.additions
        ),
        cut_off=_cut_offs(reports),
        stills=_stills(run, when, seats),
    )


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _planned(timing: Timing | None) -> str:
    if timing is None:
        return ""
    return "，".join(f"{phase.name} {_minutes(phase.seconds)}" for phase in timing.phases)


def _prompts(timing: Timing | None) -> str:
    if timing is None:
        return ""
    parts = []
    for phase in timing.phases:
        prompts = timing.prompts_of(phase)
        said = "、".join("时间到" if second == 0 else f"剩余 {_minutes(second)}" for second in prompts)
        ends = "，到时自动结束放映" if phase.slides_end else ""
        parts.append(f"{phase.name}：{said or '无'}{ends}")
    return "；".join(parts)


def due_times(session: PlannedSession, timing: Timing | None, entry_nos: Sequence[str]) -> dict[str, str]:
    """When each project was to come on by the plan: from the session's start, one after another, phases only."""
    try:
        start = datetime.strptime(session.start, "%H:%M")  # noqa: DTZ007 - a time of day of the hall, without a date
    except ValueError:
        return {}
    if timing is None:
        return {}
    each = timedelta(seconds=sum(phase.seconds for phase in timing.phases))
    return {no: (start + index * each).strftime("%H:%M") for index, no in enumerate(entry_nos)}


def record(
    rules: RuleSet,
    projects: Sequence[Project],
    runs: Sequence[PhaseRun],
    cut_offs: Sequence[CutOff] = (),
    *,
    wall: WallClock | None = None,
    due: Mapping[str, str] | None = None,
    remarks: Mapping[str, str] | None = None,
    seats: Mapping[str, str] | None = None,
    device: str = "",
    timekeeper: str = "",
) -> TimingRecord:
    """The record of a session's runs, projects in the order given. ``seats`` names whom a run's ``by`` stands for."""
    first = min((run.started_ns for run in runs), default=0)

    def when(ns: int) -> str:
        if wall is not None:
            return wall(ns).strftime("%H:%M:%S")
        seconds = (ns - first) // SECOND
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

    reports: dict[int, list[CutOff]] = {}
    for report in cut_offs:
        reports.setdefault(report.run, []).append(report)
    lines = []
    for project in projects:
        timing = rules_of(rules, project).timing
        phases = {phase.key: phase for phase in timing.phases} if timing else {}
        lines.append(
            Timed(
                entry_no=project.entry_no,
                project=project.name,
                due=(due or {}).get(project.entry_no, ""),
                runs=tuple(
                    _run(run, phases.get(run.phase), when, reports.get(run.run, ()), seats or {})
                    for run in sorted(runs, key=lambda run: run.started_ns)
                    if run.entry_no == project.entry_no
                ),
                remark=(remarks or {}).get(project.entry_no, ""),
            )
        )
    return TimingRecord(
        lines=tuple(lines),
        planned=_planned(rules.timing),
        prompts=_prompts(rules.timing),
        device=device,
        relative=wall is None and bool(runs),
        timekeeper=timekeeper,
    )


def form(head: Head, data: TimingRecord) -> Form:
    """The form ready to be set."""
    blocks: list[Block] = [_table(data), Gap(1.8 * MM), _facts(data), Gap(1.2 * MM), _signing()]
    return Form(CODE, TITLE, head, tuple(blocks), canonical(CODE, head, data), landscape=True)


def blank(rules: RuleSet, head: Head, *, rows: int = 6) -> Form:
    """The form without any data, with room for so many projects."""
    phases = rules.timing.phases if rules.timing else ()
    runs = tuple(Run(phase=phase.name, planned=_minutes(phase.seconds)) for phase in phases)
    lines = tuple(Timed(entry_no="", project="", runs=runs) for _ in range(rows))
    return form(head, TimingRecord(lines=lines, planned=_planned(rules.timing), prompts=_prompts(rules.timing)))


_NO: Final = Style(size=13, weight=STRONG.weight, leading=1.15)
_WIDTHS: Final = (9, 14, 36, 15, 13, 17, 37, 33, 17, 14, 18, 12, 20, 52)


def _table(data: TimingRecord) -> Table:
    names = (
        "序\n号", "参赛\n序号", "项目名称", "应上场\n时间", "环节", "开始", "暂停起–止", "暂停原因", "结束", "实际\n用时",
        "结束方式", "超时", "处置", "备注",
    )  # fmt: skip
    rows: list[Row] = []
    for number, line in enumerate(data.lines, start=1):
        rows += _rows(number, line)
    heading = Row(tuple(label(name, style=Style(size=8.5, weight=LABEL.weight)) for name in names), 9 * MM)
    return Table(_WIDTHS, tuple(rows), (heading,))


def _rows(number: int, line: Timed) -> list[Row]:
    blank = not line.entry_no
    runs: tuple[Run | None, ...] = line.runs or (None,)
    rows = []
    for index, run in enumerate(runs):
        cells: list[Cell] = []
        if index == 0:
            down = len(runs)
            due = line.due or ("" if blank else NO_DATA)
            cells += [
                cell(str(number), SMALL, align="center", rows=down),
                cell(line.entry_no, _NO, align="center", rows=down),
                cell(line.project, SMALL, rows=down),
                cell(due, SMALL, align="center", rows=down),
            ]
        cells += _run_cells(run, blank, line.remark if index == 0 else "")
        rows.append(Row(tuple(cells), 8.4 * MM))
    return rows


def _run_cells(run: Run | None, blank: bool, remark: str) -> list[Cell]:
    if run is None:
        return [*(cell(NO_DATA, SMALL, align="center") for _ in range(9)), cell(remark, SMALL)]

    def shown(text: str) -> Cell:
        return cell(text or ("" if blank else NO_DATA), SMALL, align="center")

    several = len(run.holds) > 1

    def numbered(texts: Sequence[str]) -> Cell:
        if not texts:
            return shown("")
        marked = [f"{place}. {text}" if several else text for place, text in enumerate(texts, start=1)]
        return Cell(tuple((Span(text, SMALL),) for text in marked), "left" if several else "center")

    notes = [f"{added.seconds}（{added.reason}；{added.by}）" for added in run.additions]
    ended = f"{run.how_ended}（{run.why_ended}）" if run.why_ended else ""
    notes += [text for text in (ended, run.cut_off, run.stills, remark) if text]
    given = _OUTCOME[Outcome.EXTRA_TIME] if run.additions else ""
    settled = [hold.outcome for hold in run.holds if hold.outcome and hold.outcome != given]
    settled += [
        "补时 " + added.seconds if added.seconds.startswith("+") else "扣时 " + added.seconds for added in run.additions
    ]
    return [
        Cell(((Span(run.phase, SMALL),), (Span(run.planned, _PLANNED),)), "center"),
        shown(run.started),
        numbered([f"{hold.since}–{hold.until or '　'}" for hold in run.holds]),
        numbered([f"{hold.kind}：{hold.reason}" + (f"（{hold.by}）" if hold.by else "") for hold in run.holds]),
        shown(run.ended),
        shown(run.used),
        shown(run.how_ended),
        shown(run.overtime),
        shown("；".join(settled) or ("" if blank or not run.ended else "无")),
        Cell(tuple((Span(text, SMALL),) for text in notes)),
    ]


_PLANNED: Final = Style(size=7.2, ink=0.38, leading=1.25)


def _facts(data: TimingRecord) -> Block:
    label_style, text = Style(size=8, weight=LABEL.weight, leading=1.45), Style(size=8, leading=1.45)
    items = [
        ("规定用时", data.planned),
        ("提示设置", data.prompts),
        ("计时设备", data.device or "＿" * 12),
    ]
    if data.relative:
        items.append(("说明", "表中时刻自本场首次开始计时起算（时:分:秒）"))
    if any(line.due for line in data.lines):
        items.append(("应上场时间", "按开始时间与规定用时依次推算，未计评分和换场"))
    return Prose(tuple((Span(f"{name}：", label_style), Span(value, text)) for name, value in items if value))


def _signing() -> SigningBlock:
    return SigningBlock(
        ((Signature(label="计时员签字："), Signature(label="监督人签字："), Signature(label=DATE, line=False)),)
    )


_SEATS: Final = {"host": "主持人", "timekeeper": "计时员", "chair": "评委组长"}


def _remark(project: ProjectProgress) -> str:
    """What happened beside the plan, with its reason and who said so."""
    told = []
    for what, reason, who in project.remarks:
        name = "叫号未到，排到最后" if what == "last" else words.STAGE[ProjectStage(what)]
        told.append(f"{name}（{reason}；{_SEATS.get(who, who)}）")
    if not told and project.stage in OUT:
        told.append(words.STAGE[project.stage])
    return "；".join(told)


def from_view(
    briefing: Briefing,
    view: ChairView | HostView,
    *,
    wall: WallClock | None = None,
    due: Mapping[str, str] | None = None,
    device: str = "",
) -> TimingRecord:
    """The record that a chair's, desk's or host's view holds, in running order."""
    projects = {project.entry_no: project for project in briefing.projects}
    order = [projects[progress.entry_no] for progress in view.projects if progress.entry_no in projects]
    return record(
        briefing.rules,
        order,
        view.runs,
        view.cut_offs,
        wall=wall,
        due=due
        if due is not None
        else due_times(briefing.session, briefing.rules.timing, [one.entry_no for one in order]),
        remarks={one.entry_no: text for one in view.projects if (text := _remark(one))},
        seats=_SEATS,
        device=device,
    )
