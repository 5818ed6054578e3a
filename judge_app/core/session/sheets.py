"""The judges' sheets: submitted, entered from paper, returned, late, and the close of scoring."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from msgspec.structs import replace

from judge_app.core import commands, events
from judge_app.core.commands import Points
from judge_app.core.contest import Judge, Presence, same_person
from judge_app.core.errors import Refused
from judge_app.core.events import Event
from judge_app.core.journal import Body
from judge_app.core.paper import PaperEntry, PaperOrigin, agreeing, with_entry
from judge_app.core.rules import Component
from judge_app.core.seats import Seat
from judge_app.core.session.deciding import decides, name_of, reason_of
from judge_app.core.session.folding import folds, with_project, with_sheet
from judge_app.core.session.people import machines_of, presence_made, without_papers
from judge_app.core.session.state import (
    MAX_TEXT,
    OPEN_STAGES,
    OUT,
    ProjectState,
    SheetState,
    State,
    components_of,
    panel_judge,
    project_of,
)
from judge_app.core.stages import PRESENCE_OF, ProjectStage, SheetStatus


def _closing(held: ProjectState, entry_no: str, judge: str) -> list[Event]:
    """Scoring closes by itself when the last sheet that was expected is in or accounted for."""
    if held.stage is ProjectStage.SCORING and set(held.missing) <= {judge}:
        return [events.ScoringClosed(entry_no=entry_no)]
    return []


@decides(commands.SubmitSheet)
def _submit(command: commands.SubmitSheet, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held, judge, sheet = _own_sheet(state, seat, command.entry_no)
    _comment(command.comment)
    check_points(components_of(state.session, judge, command.entry_no), command.points)
    if held.stage is ProjectStage.LOCKED:
        return [
            events.LateSheetKept(
                entry_no=command.entry_no, judge=judge.no, points=command.points, comment=command.comment
            )
        ]
    if held.stage not in OPEN_STAGES:
        raise Refused("not_open", f"{command.entry_no} 号项目现在不能评分", f"project {command.entry_no} is not open")
    if sheet.status in PRESENCE_OF:
        raise Refused("not_present", "您在本项目为回避、缺席或离席", "you are recused, absent or away for this project")
    if command.revision != sheet.revision:
        raise Refused(
            "stale_revision",
            f"此表已有第 {sheet.revision} 版，请在其基础上修改",
            f"the sheet stands at revision {sheet.revision}: build on that",
        )
    if sheet.status is SheetStatus.SUBMITTED:
        raise Refused("already_recorded", "此表已记录，如需更正请申请退回", "recorded already: ask for its return")
    return [
        events.SheetSubmitted(
            entry_no=command.entry_no,
            judge=judge.no,
            revision=sheet.revision + 1,
            points=command.points,
            comment=command.comment,
            late=_is_late(held, sheet, judge.no),
        ),
        *_closing(held, command.entry_no, judge.no),
    ]


@decides(commands.EnterPaper)
def _enter_paper(command: commands.EnterPaper, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held, sheet = _paper_sheet(state, seat, command.entry_no, command.judge)
    judge = panel_judge(state.session, command.judge)
    name = name_of(command.name, "请写录入人姓名", "the name of who enters it is needed")
    _comment(command.comment)
    check_points(components_of(state.session, judge, command.entry_no), command.points)
    if not _PHOTO.fullmatch(command.photo):
        raise Refused("bad_photo", "照片编号有误", "the photo's number is not one")
    if same_person(name, judge.name):
        raise Refused("same_person", "评委本人不能代录自己的纸质表", "a judge does not enter his own paper sheet")
    if command.revision != sheet.revision:
        raise Refused(
            "stale_revision",
            f"此表已有第 {sheet.revision} 版，请重新核对",
            f"the sheet stands at revision {sheet.revision}: look again",
        )
    entered = PaperEntry(
        seat=seat.id, name=name, points=command.points, comment=command.comment.strip(), photo=command.photo
    )
    before = state.papers.get((command.entry_no, command.judge), ())
    if any(one.seat != seat.id and same_person(one.name, name) for one in before):
        raise Refused("same_person", "两次录入须由两人完成", "two people must enter it")
    here = frozenset() if state.session.rehearsal else machines_of(state, seat.id)
    if any(one.seat != seat.id and one.machines & here for one in before):
        raise Refused(
            "same_device",
            "两次录入须在两台电脑上进行",
            "the sheet was entered on this computer: enter it the second time on another one",
        )
    made: list[Event] = [
        events.PaperEntered(
            entry_no=command.entry_no,
            judge=command.judge,
            name=name,
            points=command.points,
            comment=entered.comment,
            photo=command.photo,
        )
    ]
    other = agreeing(before, entered)
    if other is None:
        return made
    return [
        *made,
        events.SheetSubmitted(
            entry_no=command.entry_no,
            judge=command.judge,
            revision=sheet.revision + 1,
            points=command.points,
            comment=other.comment or entered.comment,
            late=_is_late(held, sheet, command.judge),
            paper=PaperOrigin(names=(other.name, name), photo=other.photo or entered.photo),
        ),
        *_closing(held, command.entry_no, command.judge),
    ]


_PHOTO = re.compile(r"(?:[0-9a-f]{64})?")


@decides(commands.DropPaper)
def _drop_paper(command: commands.DropPaper, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if (command.entry_no, command.judge) not in state.papers:
        raise Refused("no_paper", "没有待核对的代录", "no reading of that sheet waits")
    return [events.PaperDropped(entry_no=command.entry_no, judge=command.judge, reason=reason_of(command.reason))]


def _paper_sheet(state: State, seat: Seat, entry_no: str, judge: str) -> tuple[ProjectState, SheetState]:
    """The sheet that is entered from paper: one that is still expected, of a project that may be scored."""
    held = project_of(state, entry_no)
    if held.stage is ProjectStage.LOCKED:
        raise Refused(
            "locked",
            f"{entry_no} 号项目成绩已锁定，不能代录：须先由组长写明理由、经第二人同意重新开启，再由两人代录",
            f"the result of project {entry_no} is locked: the chair must first reopen it, with a reason and a second"
            " person, then two people enter the sheet",
        )
    if held.stage not in OPEN_STAGES:
        raise Refused("not_open", f"{entry_no} 号项目现在不能评分", f"project {entry_no} is not open")
    sheet = held.sheets.get(judge)
    if sheet is None:
        raise Refused("not_expected", f"{judge} 不在本项目的评委之列", f"{judge} is not expected here")
    if not sheet.missing:
        raise Refused("not_missing", "此表已记录，或评委不在席", "that sheet is recorded, or its judge is away")
    if judge == seat.judge:
        raise Refused("own_sheet", "自己的评分表须由他人代录", "your own sheet is entered by others")
    own_first(state, seat, held)
    return held, sheet


def _is_late(held: ProjectState, sheet: SheetState, judge: str) -> bool:
    return held.stage is ProjectStage.CLOSED and (sheet.status is SheetStatus.EMPTY or judge in held.closed_missing)


def open_for(stage: ProjectStage, sheet: SheetState) -> bool:
    """Whether a judge may submit this sheet now."""
    return stage in OPEN_STAGES and sheet.missing


def _own_sheet(state: State, seat: Seat, entry_no: str) -> tuple[ProjectState, Judge, SheetState]:
    judge = panel_judge(state.session, seat.judge or "")
    held = project_of(state, entry_no)
    if held.stage in OUT:
        raise Refused("out", f"{entry_no} 号项目已退出比赛", f"project {entry_no} is out of the contest")
    sheet = held.sheets.get(judge.no)
    if sheet is None:
        raise Refused("not_expected", "您不是本项目的评委", "you are not a judge of this project")
    return held, judge, sheet


def _comment(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise Refused("too_long", f"评语最多 {MAX_TEXT} 字", f"a comment has at most {MAX_TEXT} characters")


def check_points(components: Iterable[Component], points: Points) -> None:
    """A judge's own sheet has every criterion of every component of his class, in range and on step; else Refused."""
    wanted = {component.key: component for component in components}
    if points.keys() != wanted.keys():
        raise Refused("wrong_components", "评分项不齐或多余", "the sheet's components are not those of your class")
    for key, component in wanted.items():
        given = points[key]
        if given.keys() != {criterion.name for criterion in component.criteria}:
            raise Refused(
                "wrong_criteria", f"{component.name}：评分要素不齐或多余", f"{key}: criteria missing or extra"
            )
        for criterion in component.criteria:
            value = given[criterion.name]
            if type(value) is not int:  # True is an int, too
                raise Refused("not_a_number", f"{criterion.name}：应为数字", f"{criterion.name}: not a number")
            full, step = int(criterion.max * 100), int(component.step_of(criterion) * 100)
            if not 0 <= value <= full:
                raise Refused(
                    "out_of_range",
                    f"{criterion.name}：应在 0 到 {criterion.max} 之间",
                    f"{criterion.name}: out of range",
                )
            if value % step:
                raise Refused(
                    "off_step",
                    f"{criterion.name}：步长为 {component.step_of(criterion)}",
                    f"{criterion.name}: not on the step of {component.step_of(criterion)}",
                )


@decides(commands.Recuse)
def _recuse(command: commands.Recuse, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held, judge, sheet = _own_sheet(state, seat, command.entry_no)
    if held.stage is ProjectStage.LOCKED:
        raise Refused("locked", "成绩已锁定", "its result is locked")
    if sheet.status is SheetStatus.RECUSED:
        raise Refused("already_recused", "您已回避本项目", "you are recused already")
    if sheet.status is SheetStatus.SUBMITTED:
        raise Refused("already_recorded", "此表已记录，请联系组长", "recorded already: ask the chair")
    return presence_made(
        held,
        events.PresenceSet(
            entry_no=command.entry_no,
            judge=judge.no,
            presence=Presence.RECUSED,
            reason=reason_of(command.reason),
            replaced_by=sheet.replaced_by,
        ),
    )


@decides(commands.AskReturn)
def _ask_return(command: commands.AskReturn, state: State, seat: Seat, at_ns: int) -> list[Event]:
    _, judge, sheet = _own_sheet(state, seat, command.entry_no)
    if sheet.status is not SheetStatus.SUBMITTED:
        raise Refused("not_recorded", "没有已记录的评分表", "there is no recorded sheet")
    return [events.ReturnAsked(entry_no=command.entry_no, judge=judge.no, reason=reason_of(command.reason))]


@decides(commands.CloseScoring)
def _close(command: commands.CloseScoring, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = project_of(state, command.entry_no)
    if held.stage is not ProjectStage.SCORING:
        raise Refused("wrong_stage", "这个项目不在评分阶段", "this project is not in scoring")
    if set(command.missing) != set(held.missing):
        raise Refused("missing_changed", "未交名单已变化，请再看一次", "who is missing has changed: look again")
    return [events.ScoringClosed(entry_no=command.entry_no, missing=held.missing)]


@decides(commands.ReturnSheet)
def _return(command: commands.ReturnSheet, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = project_of(state, command.entry_no)
    if held.stage is ProjectStage.LOCKED:
        raise Refused("locked", "成绩已锁定，请先重新开启", "its result is locked: reopen it first")
    if held.stage in OUT:
        raise Refused("out", f"{command.entry_no} 号项目已退出比赛", f"project {command.entry_no} is out")
    sheet = held.sheets.get(command.judge)
    if sheet is None or sheet.status is not SheetStatus.SUBMITTED:
        raise Refused("not_recorded", "该评委没有已记录的评分表", "that judge has no recorded sheet")
    own_first(state, seat, held)
    return [events.SheetReturned(entry_no=command.entry_no, judge=command.judge, reason=reason_of(command.reason))]


def own_pending(held: ProjectState, seat: Seat) -> bool:
    """Whether a chair who judges has not yet settled her own sheet, so that the others' stay hidden from her."""
    own = held.sheets.get(seat.judge) if seat.judge else None
    return own is not None and own.missing


def own_first(state: State, seat: Seat, held: ProjectState) -> None:
    """Raises Refused where a chair who judges has yet to settle her own sheet."""
    if own_pending(held, seat):
        raise Refused("own_first", "请先提交您自己的评分表", "record your own sheet first")


@folds(events.PaperEntered)
def _paper_entered(event: events.PaperEntered, state: State, body: Body) -> State:
    at = event.entry_no, event.judge
    new = PaperEntry(
        seat=body.actor,
        name=event.name,
        points=event.points,
        comment=event.comment,
        photo=event.photo,
        seq=body.seq,
        machines=machines_of(state, body.actor),
    )
    return replace(state, papers={**state.papers, at: with_entry(state.papers.get(at, ()), new)})


@folds(events.PaperDropped)
def _paper_dropped(event: events.PaperDropped, state: State, body: Body) -> State:
    return without_papers(state, event.entry_no, event.judge)


def _with_common_names(points: Points) -> Points:
    """The same points; all sheets share the names of their lines, which as they came take more memory than the marks."""
    return {
        sys.intern(component): {sys.intern(criterion): value for criterion, value in lines_.items()}
        for component, lines_ in points.items()
    }


@folds(events.SheetSubmitted)
def _sheet_submitted(event: events.SheetSubmitted, state: State, body: Body) -> State:
    return with_sheet(
        without_papers(state, event.entry_no, event.judge),
        event.entry_no,
        event.judge,
        status=SheetStatus.SUBMITTED,
        revision=event.revision,
        points=_with_common_names(event.points),
        comment=event.comment,
        seq=body.seq,
        late=event.late,
        reason="",
        return_asked="",
        paper=event.paper,
    )


@folds(events.LateSheetKept)
def _late_sheet_kept(event: events.LateSheetKept, state: State, body: Body) -> State:
    kept = state.projects[event.entry_no].sheets[event.judge].late_kept
    return with_sheet(state, event.entry_no, event.judge, late_kept=(*kept, body.seq))


@folds(events.SheetReturned)
def _sheet_returned(event: events.SheetReturned, state: State, body: Body) -> State:
    return with_sheet(
        state, event.entry_no, event.judge, status=SheetStatus.RETURNED, reason=event.reason, return_asked=""
    )


@folds(events.ReturnAsked)
def _return_asked(event: events.ReturnAsked, state: State, body: Body) -> State:
    return with_sheet(state, event.entry_no, event.judge, return_asked=event.reason)


@folds(events.ScoringClosed)
def _scoring_closed(event: events.ScoringClosed, state: State, body: Body) -> State:
    return with_project(state, event.entry_no, stage=ProjectStage.CLOSED, closed_missing=event.missing)
