"""From a result to its publication: rulings, locks, reopening, signatures, publishing, and what is shown of it."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from judge_app.core import commands, events
from judge_app.core.contest import same_person
from judge_app.core.errors import Refused
from judge_app.core.events import Event
from judge_app.core.journal import Body
from judge_app.core.results import moved_by_votes
from judge_app.core.review import Review
from judge_app.core.scoring import Ruling, Status, check_rulings
from judge_app.core.seats import Role, Seat
from judge_app.core.session.counting import entries, review_step, ruled_on, tabulation, votes_elsewhere
from judge_app.core.session.deciding import at_most, decides, name_of, reason_of
from judge_app.core.session.folding import folds, with_project
from judge_app.core.session.projects import first_stage
from judge_app.core.session.sheets import own_first
from judge_app.core.session.state import OUT, SignatureState, State, project_of
from judge_app.core.stages import ProjectStage, ReviewStep, Showing

MAX_RULING = 20_000
"""The longest ruling, in characters of its JSON."""


@decides(commands.MakeRuling)
def _rule(command: commands.MakeRuling, state: State, seat: Seat, at_ns: int) -> list[Event]:
    at_most(command.ruling, MAX_RULING)
    try:
        ruling = msgspec.json.decode(command.ruling, type=Ruling)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Refused("bad_ruling", f"裁定内容有误：{error}", f"the ruling is not well-formed: {error}") from error
    for entry_no in sorted(ruled_on(ruling)):
        held = project_of(state, entry_no)
        if held.stage in OUT and ruling.kind != "votes":  # its votes keep their place among the others'
            raise Refused("out", f"{entry_no} 号项目已退出比赛", f"project {entry_no} is out of the contest")
        if ruling.kind != "votes":
            own_first(state, seat, held)
        if held.stage is ProjectStage.LOCKED and ruling.kind == "few_sheets":
            raise Refused("locked", "成绩已锁定，请先重新开启", "its result is locked: reopen it first")
    problems = check_rulings(state.session.rules, entries(state), [ruling])
    if problems:
        raise Refused("bad_ruling", problems[0].zh, problems[0].en)
    if ruling.kind == "votes":
        if votes_elsewhere(state):
            raise Refused(
                "votes_elsewhere",
                "网络人气按各会场合并排名，请在“全部会场”窗口裁定投票",
                "votes are ranked over all rooms: rule on them in the All rooms window",
            )
        _locked_stay(state, evolve_ruling(state, command.ruling, command.reason, seat.id))
    return [events.RulingMade(ruling=command.ruling, reason=reason_of(command.reason))]


def _locked_stay(state: State, after: State) -> None:
    """A locked result changes only where it is opened again: voided votes may move the rank and the points of others,
    also where a cap keeps their total."""
    locked = {entry_no for entry_no, held in state.projects.items() if held.stage is ProjectStage.LOCKED}
    changed = moved_by_votes(tabulation(state), tabulation(after), locked)
    if changed:
        zh, en = "、".join(changed), ", ".join(changed)
        raise Refused(
            "locked",
            f"会改变已锁定的成绩（{zh} 号），请先重新开启",
            f"it would change locked results: reopen {en} first",
        )


@decides(commands.LockProject)
def _lock(command: commands.LockProject, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = project_of(state, command.entry_no)
    if held.stage is not ProjectStage.CLOSED:
        raise Refused("wrong_stage", "评分尚未结束，不能锁定", "scoring is not closed")
    own_first(state, seat, held)
    result = tabulation(state, [command.entry_no]).projects[0]
    if result.status is Status.INCOMPLETE:
        raise Refused("incomplete", "成绩未齐，请补齐或标记缺席", "incomplete: get the missing sheets or mark absences")
    if result.status is Status.PENDING_RULING:
        raise Refused("pending_ruling", "待裁定，请先记录裁定", "a ruling is needed first")
    if state.session.rules.review == "two_people" and not state.reviews.get(command.entry_no, Review()).passed:
        if review_step(state, command.entry_no) is ReviewStep.DIFFERS:
            raise Refused("differs", "核算有差异，请先处理", "the review found a difference: settle it first")
        raise Refused(
            "not_reviewed",
            "须先由统分人核算、复核人复核",
            "the scorer must recompute it and the checker check it first",
        )
    return [events.ProjectLocked(entry_no=command.entry_no)]


@decides(commands.ReopenProject)
def _reopen(command: commands.ReopenProject, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = project_of(state, command.entry_no)
    if held.stage is not ProjectStage.LOCKED and held.stage not in OUT:
        raise Refused("not_locked", "这个项目没有锁定", "this project is not locked")
    second = name_of(command.second_person, "需要第二人在场确认", "a second person must agree")
    if same_person(second, seat.name):
        raise Refused("second_needed", "需要第二人在场确认", "a second person must agree")
    reason = reason_of(command.reason)
    return [events.ProjectReopened(entry_no=command.entry_no, reason=reason, second_person=second)]


_ROLE_ZH = {Role.CHAIR: "评委组长", Role.SCORER: "统分人", Role.CHECKER: "复核人", Role.SUPERVISOR: "监督人"}


@decides(commands.SignOff)
def _sign(command: commands.SignOff, state: State, seat: Seat, at_ns: int) -> list[Event]:
    name = name_of(command.name, "请写签字人姓名", "the signer's name is needed")
    at_most(command.head, 200)
    roles = {role.value for role in _ROLE_ZH}
    if command.role not in roles or (seat.role is not Role.CHAIR and command.role != seat.role.value):
        raise Refused("wrong_role", "不能以该身份签字", "you cannot sign in that role")
    open_ones = [no for no in state.order if state.projects[no].stage not in OUT | {ProjectStage.LOCKED}]
    if open_ones:
        listed = "、".join(open_ones)
        raise Refused("not_locked", f"还有未锁定的项目：{listed}", f"projects not locked yet: {', '.join(open_ones)}")
    current = {signed.role: signed.name for signed in state.signatures if signed.seq > state.results_seq}
    pair = {Role.SCORER.value, Role.CHECKER.value}
    for other in pair - {command.role} if command.role in pair else ():
        if other in current and same_person(current[other], name):
            raise Refused("same_person", "统分人与复核人不能为同一人", "scorer and checker must be two people")
    return [events.SignedOff(role=command.role, name=name, head=command.head)]


@decides(commands.LockSession)
def _lock_session(command: commands.LockSession, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if not any(s.role == Role.CHAIR.value and s.seq > state.results_seq for s in state.signatures):
        raise Refused("not_signed", "评委组长尚未签字", "the chair has not signed")
    return [events.SessionLocked()]


@decides(commands.ConfirmAssumed)
def _confirm(command: commands.ConfirmAssumed, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if command.path not in state.session.rules.assumed:
        raise Refused("not_assumed", "该项不需要确认", "that value is not an assumed one")
    name = name_of(command.name, "请写确认人姓名", "the name of who confirms is needed")
    return [events.AssumedConfirmed(path=command.path, name=name)]


@decides(commands.PublishResults)
def _publish(command: commands.PublishResults, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if not state.locked:
        raise Refused("not_locked", "请先锁定本场成绩", "lock the session first")
    if state.published:
        raise Refused("already_published", "成绩已公布", "the results are published already")
    if votes_elsewhere(state):
        raise Refused(
            "votes_elsewhere",
            "网络人气按各会场合并排名，总成绩请在“全部会场”窗口公布",
            "votes are ranked over all rooms: publish the totals in the All rooms window",
        )
    left = [path for path in state.session.rules.assumed if path not in dict(state.confirmed)]
    if left:
        raise Refused("assumed_left", f"待组委会确认：{'、'.join(left)}", f"to be confirmed first: {', '.join(left)}")
    return [events.ResultsPublished()]


@decides(commands.ShowResults)
def _show_results(command: commands.ShowResults, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if not state.published:
        raise Refused("not_published", "成绩尚未公布", "the results are not published yet")
    if command.kind is Showing.MARKS:
        if project_of(state, command.entry_no).stage in OUT:
            raise Refused("out", f"{command.entry_no} 号项目已退出比赛", f"project {command.entry_no} is out")
    elif command.entry_no:
        raise Refused("no_such_step", "没有这一步", "there is no such step")
    if not 0 <= command.step <= show_steps(state, command.kind):
        raise Refused("no_such_step", "没有这一步", "there is no such step")
    return [events.ResultsShown(kind=command.kind, entry_no=command.entry_no, step=command.step)]


PAGE = 8
"""How many results stand on one page of the list."""


def show_steps(state: State, kind: Showing) -> int:
    """The number of the last step of a reveal; the first one is 0. A project's own: hidden, then where the rules have
    marks announced all of them and without the dropped ones, and last the total."""
    listed = sum(1 for held in state.projects.values() if held.stage not in OUT)
    match kind:
        case Showing.LIST:
            return max(0, -(-listed // PAGE) - 1)
        case Showing.RANKING:
            return listed
        case Showing.MARKS:
            return 3 if state.session.rules.announce == "full" else 1
        case Showing.NOTHING:
            return 0


def evolve_ruling(state: State, ruling: str, reason: str, who: str) -> State:
    """The state with one more ruling; the chair's window shows its effect before it is made."""
    return replace(state, rulings=(*state.rulings, (ruling, reason, who)))


@folds(events.RulingMade)
def _ruling_made(event: events.RulingMade, state: State, body: Body) -> State:
    return evolve_ruling(state, event.ruling, event.reason, body.actor)


@folds(events.ProjectLocked)
def _project_locked(event: events.ProjectLocked, state: State, body: Body) -> State:
    return replace(with_project(state, event.entry_no, stage=ProjectStage.LOCKED), undo=None)


@folds(events.ProjectReopened)
def _project_reopened(event: events.ProjectReopened, state: State, body: Body) -> State:
    """A locked project is closed and not locked; one that was out is where it would be: waiting if it never began,
    else past its scoring. The session is open again, and what was published is not until it is published anew."""
    if state.projects[event.entry_no].stage is ProjectStage.LOCKED or any(
        run.entry_no == event.entry_no for run in state.runs
    ):
        state = with_project(state, event.entry_no, stage=ProjectStage.CLOSED)
    else:
        state = with_project(state, event.entry_no, stage=first_stage(state.session), call=0)
    return replace(state, locked=False, published=False, showing=None)


@folds(events.SignedOff)
def _signed_off(event: events.SignedOff, state: State, body: Body) -> State:
    kept = tuple(signed for signed in state.signatures if signed.role != event.role)
    signed = SignatureState(role=event.role, name=event.name, at=body.at.wall, head=event.head, seq=body.seq)
    return replace(state, signatures=(*kept, signed))


@folds(events.SessionLocked)
def _session_locked(event: events.SessionLocked, state: State, body: Body) -> State:
    return replace(state, locked=True)


@folds(events.AssumedConfirmed)
def _assumed_confirmed(event: events.AssumedConfirmed, state: State, body: Body) -> State:
    return replace(state, confirmed=(*state.confirmed, (event.path, event.name)))


@folds(events.ResultsPublished)
def _results_published(event: events.ResultsPublished, state: State, body: Body) -> State:
    return replace(state, published=True)


@folds(events.ResultsShown)
def _results_shown(event: events.ResultsShown, state: State, body: Body) -> State:
    return replace(state, showing=None if event.kind is Showing.NOTHING else event)
