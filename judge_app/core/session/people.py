"""Who is here: judges' presence, reserves and walk-ins, and the devices at the seats."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from judge_app.core import commands, events
from judge_app.core.contest import Judge, PanelRole, Presence, Project, same_person
from judge_app.core.errors import Refused
from judge_app.core.events import Event, SessionSetup
from judge_app.core.journal import Body
from judge_app.core.seats import Role, Seat
from judge_app.core.session.deciding import at_most, decides, name_of, reason_of
from judge_app.core.session.folding import folds
from judge_app.core.session.state import (
    MAX_NAME,
    OUT,
    Device,
    ProjectState,
    SheetState,
    State,
    components_of,
    panel_judge,
    project_of,
)
from judge_app.core.split import between
from judge_app.core.stages import PRESENCE_OF, STATUS_OF, ProjectStage


@decides(commands.SetPresence)
def _presence(command: commands.SetPresence, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = project_of(state, command.entry_no)
    if held.stage is ProjectStage.LOCKED or held.stage in OUT:
        raise Refused("locked", "成绩已锁定", "its result is locked")
    if command.judge not in held.sheets:
        raise Refused("not_expected", f"{command.judge} 不在本项目的评委之列", f"{command.judge} is not expected here")
    reason = reason_of(command.reason)
    replacement = command.replaced_by
    before = held.sheets[command.judge]
    if command.presence is Presence.PRESENT:
        if before.status not in PRESENCE_OF:
            raise Refused("no_change", f"{command.judge} 本来就在席", f"{command.judge} is present already")
        if seat.role is Role.CHAIR and command.judge == seat.judge:
            # Away, she could see the others' sheets of this project: somebody else must let her score it again.
            raise Refused("second_needed", "请由主持人恢复您的在席状态", "the host must set you present again")
    if replacement is not None and replacement != before.replaced_by:
        reserve = panel_judge(state.session, replacement)
        if command.presence is Presence.PRESENT or reserve.role is not PanelRole.RESERVE:
            raise Refused("not_reserve", "只有候补评委可以代评缺席或回避的评委", "only a reserve judge may replace")
        replaced = panel_judge(state.session, command.judge)
        own, theirs = (components_of(state.session, one, command.entry_no) for one in (reserve, replaced))
        if own != theirs:
            raise Refused("wrong_class", "候补评委与被代评委的类别不同", "the reserve judge is of another class")
        if replacement in held.sheets:
            raise Refused(
                "already_replaces", f"{replacement} 已在本项目代评", f"{replacement} already judges this project"
            )
    elif replacement is not None and command.presence is Presence.PRESENT:
        raise Refused("not_reserve", "在席的评委不需要代评", "a judge who is present needs no replacement")
    return presence_made(
        held,
        events.PresenceSet(
            entry_no=command.entry_no,
            judge=command.judge,
            presence=command.presence,
            reason=reason,
            replaced_by=replacement,
        ),
    )


@decides(commands.ReplaceJudge)
def _replace_judge(command: commands.ReplaceJudge, state: State, seat: Seat, at_ns: int) -> list[Event]:
    setup = state.session
    reserve, replaced = panel_judge(setup, command.replaced_by), panel_judge(setup, command.judge)
    reason = reason_of(command.reason)
    if command.presence is Presence.PRESENT or reserve.role is not PanelRole.RESERVE:
        raise Refused("not_reserve", "只有候补评委可以代评缺席或回避的评委", "only a reserve judge may replace")
    if reserve.judge_class != replaced.judge_class:
        raise Refused("wrong_class", "候补评委与被代评委的类别不同", "the reserve judge is of another class")
    made: list[Event] = []
    projects = {project.entry_no: project for project in setup.contest.projects}
    for entry_no in state.order:
        held = state.projects[entry_no]
        sheet = held.sheets.get(command.judge)
        settled = held.stage in OUT or held.stage in (ProjectStage.CLOSED, ProjectStage.LOCKED)
        if settled or sheet is None or not sheet.missing or command.replaced_by in held.sheets:
            continue
        made += presence_made(
            held,
            events.PresenceSet(
                entry_no=entry_no,
                judge=command.judge,
                presence=command.presence,
                reason=reason,
                replaced_by=None if _tie(setup, projects[entry_no], reserve) else command.replaced_by,
            ),
        )
    if not made:
        raise Refused("nothing_left", "没有还需要代评的项目", "no project is left for which to replace him")
    return made


@decides(commands.ProposeJudge)
def _propose_judge(command: commands.ProposeJudge, state: State, seat: Seat, at_ns: int) -> list[Event]:
    setup = state.session
    name = name_of(command.name, "请写评委姓名", "the judge's name is needed")
    unit = at_most(command.unit.strip(), MAX_NAME)
    known = (*setup.contest.judges, *(judge for judge, _ in state.proposed))
    if any(same_person(name, judge.name) for judge in known):
        raise Refused("already_judge", f"{name} 已是本场评委", f"{name} is a judge of this session already")
    like = next((judge for judge in setup.contest.judges if judge.judge_class == command.judge_class), None)
    if like is None or not components_of(setup, like):
        raise Refused("unknown_class", "本场没有这一类评委", "this session has no judges of that class")
    role = PanelRole.RESERVE if command.reserve else PanelRole.JUDGE
    judge = Judge(
        no=_next_number(like.no, [judge.no for judge in known]),
        name=name,
        judge_class=command.judge_class,
        unit=unit,
        sessions=(setup.session.name,),
        role=role,
    )
    return [events.JudgeProposed(judge=judge, reason=reason_of(command.reason))]


def _next_number(like: str, taken: Iterable[str]) -> str:
    """The next free number of a class: its letters, then one more than the highest figure."""
    letters = like.rstrip("0123456789")
    used = [no.removeprefix(letters) for no in taken if no.startswith(letters)]
    return f"{letters}{max((int(one) for one in used if one.isascii() and one.isdigit()), default=0) + 1}"


def _proposed(state: State, no: str) -> tuple[Judge, str]:
    for judge, reason in state.proposed:
        if judge.no == no:
            return judge, reason
    raise Refused("not_proposed", "没有这位待同意的评委", "no such judge waits for the chair's consent")


@decides(commands.AgreeJudge)
def _agree_judge(command: commands.AgreeJudge, state: State, seat: Seat, at_ns: int) -> list[Event]:
    judge, reason = _proposed(state, command.no)
    setup = state.session
    waits = [
        project
        for project in setup.contest.projects
        if state.projects[project.entry_no].stage in (ProjectStage.WAITING, ProjectStage.CALLED)
        and components_of(setup, judge, project.entry_no)
    ]
    if judge.role is PanelRole.RESERVE:
        return [events.JudgeAdded(judge=judge, entry_nos=(), reason=reason)]
    if not waits:
        raise Refused("nothing_left", "没有待上场的项目", "no project waits that he could hear")
    made: list[Event] = [
        events.JudgeAdded(judge=judge, entry_nos=tuple(project.entry_no for project in waits), reason=reason)
    ]
    made += [
        events.PresenceSet(entry_no=project.entry_no, judge=judge.no, presence=Presence.RECUSED, reason=tie)
        for project in waits
        if (tie := _tie(setup, project, judge))
    ]
    return made


def _tie(setup: SessionSetup, project: Project, judge: Judge) -> str:
    """Why a judge who was not planned does not score a project, as the planning has it; '' where nothing is known."""
    found = next(iter(between(setup.session.name, project, judge, {}, None)), None)
    if found is None:
        return ""
    return "在项目团队中 / of the team" if found.kind == "member" else "与项目同单位 / the same unit"


@decides(commands.DeclineJudge)
def _decline_judge(command: commands.DeclineJudge, state: State, seat: Seat, at_ns: int) -> list[Event]:
    _proposed(state, command.no)
    return [events.JudgeDeclined(no=command.no, reason=reason_of(command.reason))]


def presence_made(held: ProjectState, event: events.PresenceSet) -> list[Event]:
    """A change of presence, with the close of scoring where nothing is missing after it."""
    if held.stage is ProjectStage.SCORING and not _with_presence(held, event).missing:
        return [event, events.ScoringClosed(entry_no=event.entry_no)]
    return [event]


@decides(commands.AdmitDevice)
def _admit(command: commands.AdmitDevice, state: State, seat: Seat, at_ns: int) -> list[Event]:
    device = _device(state, command.seat, command.device)
    if device.admitted and not device.revoked:
        raise Refused("already_admitted", "该设备已接入", "the device is in already")
    return admitted(state, command.seat, command.device)


def admitted(state: State, seat_id: str, device_id: str) -> list[Event]:
    """A device let in; whatever sat in the seat before is out, so that no judge acts from two devices at once."""
    out: list[Event] = []
    if seat_id != "viewer":
        out = [
            events.DeviceRevoked(seat=seat_id, device=other.id, reason="replaced")
            for other in state.devices.get(seat_id, ())
            if other.admitted and not other.revoked and other.id != device_id
        ]
    return [*out, events.DeviceAdmitted(seat=seat_id, device=device_id)]


@decides(commands.RevokeDevice)
def _revoke(command: commands.RevokeDevice, state: State, seat: Seat, at_ns: int) -> list[Event]:
    device = _device(state, command.seat, command.device)
    if device.revoked:
        raise Refused("already_revoked", "该设备已停用", "the device is out already")
    return [events.DeviceRevoked(seat=command.seat, device=command.device, reason=reason_of(command.reason))]


def _device(state: State, seat_id: str, device_id: str) -> Device:
    for device in state.devices.get(seat_id, ()):
        if device.id == device_id:
            return device
    raise Refused("unknown_device", "没有这台设备", "no such device")


def machines_of(state: State, seat_id: str) -> frozenset[str]:
    """The computers that act for a seat now; what was done there is held against them however they sit later."""
    here = state.devices.get(seat_id, ())
    return frozenset(device.machine for device in here if device.machine and device.admitted and not device.revoked)


def without_papers(state: State, entry_no: str, judge: str) -> State:
    """The state without the readings of a paper sheet that wait for a second one."""
    if (entry_no, judge) not in state.papers:
        return state
    return replace(state, papers={at: one for at, one in state.papers.items() if at != (entry_no, judge)})


@folds(events.PresenceSet)
def _presence_set(event: events.PresenceSet, state: State, body: Body) -> State:
    held = _with_presence(state.projects[event.entry_no], event)
    state = without_papers(state, event.entry_no, event.judge)
    return replace(state, projects={**state.projects, event.entry_no: held})


def _with_presence(held: ProjectState, event: events.PresenceSet) -> ProjectState:
    """A project after a change of a judge's presence, the reserve who stands in for him included."""
    sheets, aside = dict(held.sheets), dict(held.aside)
    before = sheets[event.judge]
    leaving = before.replaced_by if before.replaced_by != event.replaced_by else None
    while leaving is not None:  # a reserve may himself have been replaced
        sheet = sheets.pop(leaving)
        aside[leaving] = replace(_back(sheet), replaces=None, replaced_by=None)
        leaving = sheet.replaced_by
    if event.presence is Presence.PRESENT:
        sheets[event.judge] = replace(_back(before), replaced_by=None)
    else:
        sheets[event.judge] = replace(
            before,
            status=STATUS_OF[event.presence],
            reason=event.reason,
            replaced_by=event.replaced_by,
            away=before.away or (before.status, before.reason),
        )
    if event.replaced_by is not None and event.replaced_by not in sheets:
        kept = aside.pop(event.replaced_by, SheetState())
        sheets[event.replaced_by] = replace(kept, replaces=event.judge)
    return replace(held, sheets=sheets, aside=aside)


def _back(sheet: SheetState) -> SheetState:
    """A sheet as it was before its judge was away."""
    if sheet.away is None:
        return sheet
    status, reason = sheet.away
    return replace(sheet, status=status, reason=reason, away=None)


@folds(events.JudgeProposed)
def _judge_proposed(event: events.JudgeProposed, state: State, body: Body) -> State:
    return replace(state, proposed=(*state.proposed, (event.judge, event.reason)))


@folds(events.JudgeDeclined)
def _judge_declined(event: events.JudgeDeclined, state: State, body: Body) -> State:
    return replace(state, proposed=tuple(one for one in state.proposed if one[0].no != event.no))


@folds(events.JudgeAdded)
def _judge_added(event: events.JudgeAdded, state: State, body: Body) -> State:
    setup = state.session
    contest = replace(setup.contest, judges=(*setup.contest.judges, event.judge))
    projects = dict(state.projects)
    for entry_no in event.entry_nos:
        held = projects[entry_no]
        projects[entry_no] = replace(held, sheets={**held.sheets, event.judge.no: SheetState()})
    return replace(
        state,
        setup=replace(setup, contest=contest),
        projects=projects,
        proposed=tuple(one for one in state.proposed if one[0].no != event.judge.no),
    )


@folds(events.DeviceEnrolled)
def _device_enrolled(event: events.DeviceEnrolled, state: State, body: Body) -> State:
    device = Device(id=event.device, name=event.name, key=event.key, admitted=event.admitted, machine=event.machine)
    kept = tuple(other for other in state.devices.get(event.seat, ()) if other.id != event.device)
    return replace(state, devices={**state.devices, event.seat: (*kept, device)})


def _with_device(state: State, seat: str, device_id: str, **changes: bool) -> State:
    changed = tuple(replace(d, **changes) if d.id == device_id else d for d in state.devices.get(seat, ()))
    return replace(state, devices={**state.devices, seat: changed})


@folds(events.DeviceAdmitted)
def _device_admitted(event: events.DeviceAdmitted, state: State, body: Body) -> State:
    return _with_device(state, event.seat, event.device, admitted=True, revoked=False)


@folds(events.DeviceRevoked)
def _device_revoked(event: events.DeviceRevoked, state: State, body: Body) -> State:
    return _with_device(state, event.seat, event.device, revoked=True)
