"""One session as a fold of its events: State, ``decide`` and ``evolve``; no clock, file, socket or Qt.

``decide(state, command, seat, at_ns)`` gives the events that a command makes, or raises Refused.
``due(state, now_ns)`` gives the events that time alone makes. ``evolve(state, body)`` is the state after an event.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache, singledispatch
from typing import Any, Generic, TypeVar

import msgspec

from judge_app.core import acts, clock, commands, events
from judge_app.core.clock import SECOND, EndedBy, HoldKind, Outcome, PhaseRun
from judge_app.core.commands import Points
from judge_app.core.contest import Judge, PanelRole, Presence, Project, Struct, same_person
from judge_app.core.errors import Refused
from judge_app.core.events import Event, SessionSetup
from judge_app.core.journal import Body
from judge_app.core.paper import PaperEntry, PaperOrigin, agreeing, with_entry
from judge_app.core.review import Review, Reviewed, Tick, fits, lines
from judge_app.core.rules import Component, Phase, RuleSet
from judge_app.core.scoring import (
    Entry,
    ProjectScore,
    Ruling,
    Scorebook,
    Sheet,
    Standing,
    Status,
    Tabulation,
    check_rulings,
    points_of,
    score_project,
    tabulate_book,
)
from judge_app.core.seats import Role, Seat, may
from judge_app.core.split import between
from judge_app.core.stages import ProjectStage, ResultStatus, ReviewStep, SheetStatus, Showing

UNDO_NS = 5 * SECOND
"""How long a start or an end of a phase may be taken back."""

MAX_CALLS = 3
MAX_TEXT = 2_000
"""The longest comment or reason, in characters."""
MAX_NAME = 50
"""The longest name of a person, in characters."""
MAX_RULING = 20_000
"""The longest ruling, in characters of its JSON."""
MAX_SECONDS = 3_600
"""The most that can be given to, or taken from, a phase at once."""
MAX_RELAPSES = 20
"""So many relapses of one run are recorded; somebody who plays with F5 does not fill the journal."""
MAX_SLIDE = 9_999
MAX_STILLS = 200
"""So many slides are shown again in one run of a phase; somebody who plays with the keys does not fill the journal."""
_MAX_US = 10**12
_KEPT = 512
"""How many projects' counts are kept."""

T = TypeVar("T")

OUT = frozenset({ProjectStage.FORFEITED, ProjectStage.WITHDRAWN, ProjectStage.DISQUALIFIED})
"""Stages of a project that is not heard and has no result."""

HEARD = frozenset({ProjectStage.SCORING, ProjectStage.CLOSED, ProjectStage.LOCKED}) | OUT
"""Stages in which the stage is free for the next project."""

_OPEN = frozenset({ProjectStage.RUNNING, ProjectStage.BETWEEN, ProjectStage.SCORING, ProjectStage.CLOSED})
"""Stages in which a sheet may be submitted; in CLOSED it is late."""

_STATUS_OF = {
    Presence.ABSENT: SheetStatus.ABSENT,
    Presence.LEFT: SheetStatus.LEFT,
    Presence.RECUSED: SheetStatus.RECUSED,
}
_PRESENCE_OF = {
    SheetStatus.ABSENT: Presence.ABSENT,
    SheetStatus.LEFT: Presence.LEFT,
    SheetStatus.RECUSED: Presence.RECUSED,
}


class SheetState(Struct, frozen=True, gc=False):
    """One judge × one project. ``points`` stay after a return, as the old value that the new one builds on.

    ``away`` is the status and reason from before the judge was away, so that a return to the panel brings back what
    was there and never makes a submission. ``late_kept`` numbers sheets that came after the lock (evidence only).
    """

    status: SheetStatus = SheetStatus.EMPTY
    revision: int = 0
    points: Points | None = None
    comment: str = ""
    seq: int | None = None
    late: bool = False
    reason: str = ""
    replaces: str | None = None
    replaced_by: str | None = None
    return_asked: str = ""
    away: tuple[SheetStatus, str] | None = None
    late_kept: tuple[int, ...] = ()
    paper: PaperOrigin | None = None

    @property
    def missing(self) -> bool:
        """Whether the sheet is still expected."""
        return self.status in (SheetStatus.EMPTY, SheetStatus.RETURNED)


class ProjectState(Struct, frozen=True):
    """A project in the session; ``sheets`` has a row for every judge who is expected, from the start.

    ``aside`` holds the sheets of reserves who stood in and no longer do: not counted, and back as they were, with
    their revision, if they stand in again.
    """

    stage: ProjectStage = ProjectStage.WAITING
    call: int = 0
    sheets: dict[str, SheetState] = {}
    aside: dict[str, SheetState] = {}
    closed_missing: tuple[str, ...] = ()
    remarks: tuple[tuple[str, str, str], ...] = ()
    """What happened beside the plan, as (last, forfeited, withdrawn or disqualified; the reason; the seat that said so)."""

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(judge for judge, sheet in self.sheets.items() if sheet.missing)


class Device(Struct, frozen=True):
    """A laptop or browser that enrolled for a seat; ``key`` is its Ed25519 public key as hex."""

    id: str
    name: str
    key: str
    admitted: bool
    revoked: bool = False
    machine: str = ""


class CutOffState(Struct, frozen=True):
    run: int
    driver: str
    method: str
    curtain_us: int
    gone_us: int
    confirmed: bool
    relapse: bool = False


class SignatureState(Struct, frozen=True):
    role: str
    name: str
    at: str
    head: str
    seq: int


class Undo(Struct, frozen=True):
    """What an undo brings back: the clock and the project's stage from before the step (a start, an end, a restart, or
    the opening of scoring) at ``at_ns``."""

    at_ns: int
    runs: tuple[PhaseRun, ...]
    entry_no: str
    stage: ProjectStage


class State(Struct, frozen=True):
    """A session now. Empty before its first event."""

    setup: SessionSetup | None = None
    order: tuple[str, ...] = ()
    """Running order as it stands: entry numbers."""
    projects: dict[str, ProjectState] = {}
    current: str | None = None
    runs: tuple[PhaseRun, ...] = ()
    last_run: int = 0
    undone: tuple[PhaseRun, ...] = ()
    """Runs that were taken back by an undo: on the record, without effect."""
    undo: Undo | None = None
    cut_offs: tuple[CutOffState, ...] = ()
    devices: dict[str, tuple[Device, ...]] = {}
    rulings: tuple[tuple[str, str, str], ...] = ()
    """(JSON of the ruling, reason, who)"""
    proposed: tuple[tuple[Judge, str], ...] = ()
    """Walk-in judges whom the chair has yet to agree to, with the reason."""
    acts: tuple[acts.Act, ...] = ()
    """What was reopened, ruled, added, replaced … so far."""
    papers: dict[tuple[str, str], tuple[PaperEntry, ...]] = {}
    """Readings of paper sheets that wait for a second one that agrees, by (entry number, judge)."""
    reviews: dict[str, Review] = {}
    """The desk's reviews by project; whatever changes a result takes its review away."""
    signatures: tuple[SignatureState, ...] = ()
    confirmed: tuple[tuple[str, str], ...] = ()
    message: str = ""
    locked: bool = False
    published: bool = False
    showing: events.ResultsShown | None = None
    """What of the published results the audience sees."""
    room: events.RoomStarted | None = None
    paused: events.SessionPaused | None = None
    """Why nothing is taken until the host goes on."""
    seq: int = 0
    results_seq: int = 0
    """The last event that could change a result: a signature from before it is stale."""

    @property
    def session(self) -> SessionSetup:
        """The set-up; a session that was never opened has none and refuses everything."""
        if self.setup is None:
            raise Refused("not_open", "会话尚未建立", "the session has not been opened")
        return self.setup

    @property
    def run(self) -> PhaseRun | None:
        """The phase that runs, if any."""
        return self.runs[-1] if self.runs and self.runs[-1].ended_ns is None else None

    @property
    def all_runs(self) -> tuple[PhaseRun, ...]:
        """Every run in the order begun, those taken back included: the time log."""
        return tuple(sorted((*self.runs, *self.undone), key=lambda run: run.run))


# who sits in the room

_STAFF_ROLES = {
    "主持人": Role.HOST,
    "计时员": Role.TIMEKEEPER,
    "计分员": Role.SCORER,
    "复核人": Role.CHECKER,
    "监督人": Role.SUPERVISOR,
}


def seats(setup: SessionSetup) -> tuple[Seat, ...]:
    """Every seat of the room: host, chair, desk, timekeeper, stage, viewer and one for each judge of the panel."""
    staff = {_STAFF_ROLES[person.role]: person.name for person in setup.contest.staff if person.role in _STAFF_ROLES}
    chair = next((judge for judge in setup.contest.judges if judge.role is PanelRole.CHAIR), None)
    fixed = [
        Seat(id="host", role=Role.HOST, name=staff.get(Role.HOST, "")),
        Seat(id="chair", role=Role.CHAIR, name=chair.name if chair else "", judge=chair.no if chair else None),
        *(
            Seat(id=role.value, role=role, name=staff.get(role, ""))
            for role in (Role.SCORER, Role.CHECKER, Role.SUPERVISOR, Role.TIMEKEEPER)
        ),
        Seat(id="stage", role=Role.STAGE),
        Seat(id="viewer", role=Role.VIEWER),
        Seat(id="spare", role=Role.SPARE),
    ]
    panel = [
        Seat(id=f"judge:{judge.no}", role=Role.JUDGE, name=judge.name, judge=judge.no) for judge in setup.contest.judges
    ]
    return (*fixed, *panel)


def panel_judge(setup: SessionSetup, no: str) -> Judge:
    """The judge of that number; raises Refused for one who is not on the panel."""
    for judge in setup.contest.judges:
        if judge.no == no:
            return judge
    raise Refused("unknown_judge", f"本场没有编号为 {no} 的评委", f"no judge {no} sits on this panel")


def rules_of(setup: SessionSetup, entry_no: str) -> RuleSet:
    """The rules that hold for a project: those of an event beside the contest if its track is one (A-35)."""
    return rules_for(setup.rules, setup.contest.projects, entry_no)


def rules_for(rules: RuleSet, projects: Iterable[Project], entry_no: str) -> RuleSet:
    """As ``rules_of``, of what a seat is told."""
    if not rules.own_events:
        return rules
    track = next((project.track for project in projects if project.entry_no == entry_no), "")
    return rules.for_event(track) if any(event.name == track for event in rules.own_events) else rules


def components_of(setup: SessionSetup, judge: Judge, entry_no: str = "") -> tuple[Component, ...]:
    """The components that a judge fills, for one project or (without one) by the contest's own rules. A judge who
    fills none, such as a chair who only presides, is not expected to give a sheet."""
    return rules_of(setup, entry_no).components_of(judge.judge_class)


# results


class _Same(Generic[T]):
    """A value known by its identity: frozen, so that what was computed of it holds as long as it is the same one."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value


def entries(state: State, only: Iterable[str] | None = None) -> tuple[Entry, ...]:
    """The projects with their sheets as the calculation takes them, in running order. One that is out stays, with its
    standing: it has no rank, but the votes it was given keep their place among the others' (A-13), so that a withdrawal
    changes nobody's locked result."""
    setup = _Same(state.session)
    return tuple(
        _entry(setup, _Same(state.projects[entry_no]), entry_no) for entry_no in (state.order if only is None else only)
    )


_STANDINGS = {
    ProjectStage.FORFEITED: Standing.WITHDRAWN,
    ProjectStage.WITHDRAWN: Standing.WITHDRAWN,
    ProjectStage.DISQUALIFIED: Standing.DISQUALIFIED,
}


@lru_cache(maxsize=_KEPT)
def _entry(setup_: _Same[SessionSetup], held: _Same[ProjectState], entry_no: str) -> Entry:
    setup = setup_.value
    project = next(project for project in setup.contest.projects if project.entry_no == entry_no)
    rules = rules_of(setup, entry_no)
    fills = {judge.no: rules.components_of(judge.judge_class) for judge in setup.contest.judges}
    return Entry(
        entry_no=entry_no,
        name=project.name,
        lead_unit=project.lead_unit,
        track=project.track,
        topic=project.topic,
        session=setup.session.name,
        votes=project.votes,
        standing=_STANDINGS.get(held.value.stage, Standing.COMPETING),
        external={
            given.component: Decimal(given.score) for given in setup.contest.external if given.entry_no == entry_no
        },
        sheets=tuple(
            _sheet(no, component, sheet) for no, sheet in held.value.sheets.items() for component in fills[no]
        ),
    )


@lru_cache(maxsize=_KEPT)
def _score(
    setup: _Same[SessionSetup], held: _Same[ProjectState], entry_no: str, few: tuple[tuple[int, Ruling], ...]
) -> ProjectScore:
    return score_project(rules_of(setup.value, entry_no), _entry(setup, held, entry_no), few)


def _sheet(judge: str, component: Component, sheet: SheetState) -> Sheet:
    given = sheet.points if sheet.status is SheetStatus.SUBMITTED else None
    return Sheet(
        judge=judge,
        component=component.key,
        presence=_PRESENCE_OF.get(sheet.status, Presence.PRESENT),
        points=None if given is None else {name: points_of(value) for name, value in given[component.key].items()},
        replaces=sheet.replaces,
    )


def rulings(state: State) -> tuple[Ruling, ...]:
    """The rulings that were made, in the order made."""
    return tuple(msgspec.json.decode(ruling, type=Ruling) for ruling, _, _ in state.rulings)


def ruled_on(ruling: Ruling) -> frozenset[str]:
    """The projects that a ruling names."""
    return frozenset((*ruling.entries, *((ruling.entry_no,) if ruling.entry_no else ())))


def grounded(made: Iterable[Ruling], given: Iterable[Entry]) -> list[tuple[int, Ruling]]:
    """The rulings, with their positions, of which every project competes: one on a project that is out has lost its
    ground."""
    here = {entry.entry_no for entry in given if entry.standing is Standing.COMPETING}
    return [(at, ruling) for at, ruling in enumerate(made) if ruled_on(ruling) <= here]


def tabulation(state: State, only: Iterable[str] | None = None) -> Tabulation:
    """This session's results alone, as they stand (what spans rooms is computed from all sessions' journals), of the
    projects that compete.

    A ruling counts where every project it names is counted; one on a project that is out has lost its ground and is
    among ``unused_rulings``, which are positions in ``rulings(state)``. What a project's own sheets give is computed
    once for each state of it, so that a new sheet costs one project.
    """
    setup = state.session
    given = entries(state, only)
    made = rulings(state)
    holding = grounded(made, given)
    fitting = tuple(ruling for _, ruling in holding)
    few: dict[str, tuple[tuple[int, Ruling], ...]] = {}
    for at, ruling in enumerate(fitting):
        if ruling.kind == "few_sheets" and ruling.entry_no is not None:
            few[ruling.entry_no] = ((at, ruling), *few.get(ruling.entry_no, ()))  # the last one made decides
    result = tabulate_book(
        Scorebook(
            rules=setup.rules,
            entries=given,
            scores=tuple(
                _score(_Same(setup), _Same(state.projects[one.entry_no]), one.entry_no, few.get(one.entry_no, ()))
                for one in given
            ),
            rulings=fitting,
            passed_initial_review=setup.contest.passed_initial_review,
            beside=_beside(state, given),
        )
    )
    out = {entry_no for entry_no, held in state.projects.items() if held.stage in OUT}
    unused = {holding[at][0] for at in result.unused_rulings}
    unused |= {at for at, ruling in enumerate(made) if ruled_on(ruling) & out}
    competing = tuple(project for project in result.projects if project.standing is Standing.COMPETING)
    return msgspec.structs.replace(result, projects=competing, unused_rulings=tuple(sorted(unused)))


def _beside(state: State, counted: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The session's other projects where their votes matter: ranks by votes are over all of them, whoever is looked at."""
    if state.session.rules.popularity is None or len(counted) == len(state.order):
        return ()
    here = {entry.entry_no for entry in counted}
    return entries(state, [entry_no for entry_no in state.order if entry_no not in here])


def review_step(state: State, entry_no: str) -> ReviewStep:
    """How far the desk's review of a project has come."""
    review = state.reviews.get(entry_no, Review())
    if review.differs:
        return ReviewStep.DIFFERS
    if review.passed:
        return ReviewStep.CHECKED
    return ReviewStep.NONE if review.recomputed is None else ReviewStep.RECOMPUTED


def result_status(state: State, entry_no: str) -> ResultStatus:
    """Where a project's result stands: 未齐 or 可计算 → 待裁定, 待复核 → 已复核 → 已锁定 → 已公布. Where the rules ask for
    no review, a result that can be computed may be locked as it is."""
    held = _project(state, entry_no)
    if held.stage is ProjectStage.LOCKED:
        return ResultStatus.PUBLISHED if state.published else ResultStatus.LOCKED
    if held.stage is not ProjectStage.CLOSED:
        return ResultStatus.INCOMPLETE
    status = tabulation(state, [entry_no]).projects[0].status
    if not status.finished:
        return ResultStatus.PENDING_RULING if status is Status.PENDING_RULING else ResultStatus.INCOMPLETE
    step = review_step(state, entry_no)
    if step is ReviewStep.CHECKED:
        return ResultStatus.REVIEWED
    return ResultStatus.COMPUTABLE if step is ReviewStep.NONE else ResultStatus.PENDING_REVIEW


# decide


def decide(state: State, command: commands.Command, seat: Seat, at_ns: int) -> list[Event]:
    """The events that a seat's command makes at an instant of the room's clock, at least one; raises Refused with the
    reason. What time alone has made by then (``due``) is expected to have been taken first."""
    if not may(seat.role, command):
        raise Refused("not_allowed", "这个席位不能执行此操作", "this seat may not do that")
    if state.locked and not isinstance(command, _AFTER_LOCK):
        raise Refused("session_locked", "本场成绩已锁定", "the session's results are locked")
    if state.paused is not None and not isinstance(command, _WHILE_PAUSED):
        raise Refused("paused", "主机正在恢复，等主持人点“继续”", "the host has still to go on after a restart")
    return _decide(command, state, seat, at_ns)


_AFTER_LOCK = (
    commands.PublishResults,
    commands.ShowResults,
    commands.ConfirmAssumed,
    commands.SignOff,
    commands.ReopenProject,
    commands.SubmitSheet,  # kept as evidence
    commands.ReportCutOff,
    commands.AdmitDevice,
    commands.RevokeDevice,
    commands.GoOn,
    commands.ChooseChain,
)
"""What is still heard once the session's results are locked; ReopenProject is the correction that opens it again."""


_WHILE_PAUSED = (commands.GoOn, commands.AdmitDevice, commands.RevokeDevice, commands.ReportCutOff)


@singledispatch
def _decide(command: commands.Command, state: State, seat: Seat, at_ns: int) -> list[Event]:
    raise Refused("unknown_command", "不认识的操作", "this command is not known")


def _when(command: type[Any]) -> Callable[[Callable[..., list[Event]]], Callable[..., list[Event]]]:
    def register(function: Callable[..., list[Event]]) -> Callable[..., list[Event]]:
        _decide.register(command, function)
        return function

    return register


def _project(state: State, entry_no: str) -> ProjectState:
    held = state.projects.get(entry_no)
    if held is None:
        raise Refused("unknown_project", f"本场没有 {entry_no} 号项目", f"no project {entry_no} in this session")
    return held


def _reason(text: str) -> str:
    given = text.strip()
    if not given:
        raise Refused("reason_needed", "请写明理由", "a reason is needed")
    if len(given) > MAX_TEXT:
        raise Refused("too_long", f"理由最多 {MAX_TEXT} 字", f"a reason has at most {MAX_TEXT} characters")
    return given


def _name(text: str, zh: str, en: str) -> str:
    given = text.strip()
    if not given or len(given) > MAX_NAME:
        raise Refused("name_needed", zh, en)
    return given


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise Refused("too_long", f"最多 {most} 字", f"at most {most} characters")
    return text


def _running(state: State) -> PhaseRun:
    if state.run is None:
        raise Refused("no_phase", "现在没有计时中的阶段", "no phase is running")
    return state.run


def _phases(state: State, entry_no: str) -> tuple[Phase, ...]:
    timing = rules_of(state.session, entry_no).timing
    return () if timing is None else timing.phases


def _phase_of(state: State, run: PhaseRun) -> Phase:
    return next(phase for phase in _phases(state, run.entry_no) if phase.key == run.phase)


def cut_ns(state: State, run: PhaseRun) -> int | None:
    """When time alone ends a phase, because its slides end or the next phase begins by itself; None where it runs
    on until somebody ends it, is held, or has ended."""
    return clock.deadline_ns(run) if run.slides_end or _phase_of(state, run).auto_advance else None


def _is_cut(state: State, run: PhaseRun, at_ns: int) -> bool:
    cut = cut_ns(state, run)
    return cut is not None and cut <= at_ns


def next_phase(state: State) -> Phase | None:
    """The phase that comes after those the current project has had; None when all have been, or nothing is called."""
    if state.current is None:
        return None
    done = {run.phase for run in state.runs if run.entry_no == state.current and _counts(run)}
    phases = _phases(state, state.current)
    last = max((index for index, phase in enumerate(phases) if phase.key in done), default=-1)
    return phases[last + 1] if last + 1 < len(phases) else None


def _counts(run: PhaseRun) -> bool:
    return run.ended_by is not EndedBy.RESTART


@_when(commands.CallProject)
def _call(command: commands.CallProject, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = _project(state, command.entry_no)
    if state.current is not None and state.current != command.entry_no:
        stage = state.projects[state.current].stage
        if stage in (ProjectStage.RUNNING, ProjectStage.BETWEEN):
            raise Refused(
                "busy",
                f"{state.current} 号项目还没有结束，请先进入评分",
                f"project {state.current} is not finished yet",
            )
    if held.stage not in (ProjectStage.WAITING, ProjectStage.CALLED):
        raise Refused(
            "already_heard", f"{command.entry_no} 号项目已上过场", f"project {command.entry_no} has been heard"
        )
    if held.call >= MAX_CALLS:
        raise Refused("called_out", "已叫号三次，请按缺席处理", "called three times: settle it as a no-show")
    return [events.ProjectCalled(entry_no=command.entry_no, call=held.call + 1)]


@_when(commands.StartPhase)
def _start(command: commands.StartPhase, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if state.current is None:
        raise Refused("nothing_called", "请先叫号", "call a project first")
    stage = state.projects[state.current].stage
    if stage not in (ProjectStage.CALLED, ProjectStage.RUNNING, ProjectStage.BETWEEN):
        raise Refused("wrong_stage", "这个项目不能再开始计时", "this project's talk is over")
    phase = next((phase for phase in _phases(state, state.current) if phase.key == command.phase), None)
    if phase is None:
        raise Refused("unknown_phase", "赛制中没有这个阶段", "the rule set has no such phase")
    had = {run.phase for run in state.runs if run.entry_no == state.current and _counts(run)}
    if phase.key in had:
        raise Refused("phase_done", "这个阶段已经进行过，如需重来请用“重讲”", "this phase has been run: use restart")
    return [*_ended(state, at_ns), _started(state, phase, at_ns)]


def _started(state: State, phase: Phase, at_ns: int) -> events.PhaseStarted:
    return events.PhaseStarted(
        run=state.last_run + 1,
        entry_no=state.current or "",
        phase=phase.key,
        planned_ns=phase.seconds * SECOND,
        slides_end=phase.slides_end,
        started_ns=at_ns,
    )


def _ended(state: State, at_ns: int, reason: str = "") -> list[Event]:
    """The running phase ended by hand, or by its deadline where that has passed unseen."""
    run = state.run
    if run is None:
        return []
    cut = cut_ns(state, run)
    if cut is not None and cut <= at_ns:
        return [events.PhaseEnded(run=run.run, ended_ns=cut, by=EndedBy.DEADLINE)]
    return [events.PhaseEnded(run=run.run, ended_ns=at_ns, by=EndedBy.HOST, reason=reason)]


@_when(commands.HoldClock)
def _hold(command: commands.HoldClock, state: State, seat: Seat, at_ns: int) -> list[Event]:
    run = _running(state)
    if run.hold is not None:
        raise Refused("already_held", "计时已经暂停", "the clock is held already")
    if _is_cut(state, run, at_ns):
        raise Refused("time_up", "时间已到", "time is up")
    kind = HoldKind.TECHNICAL if command.technical else HoldKind.PAUSE
    return [events.ClockHeld(run=run.run, kind=kind, reason=_reason(command.reason), at_ns=at_ns)]


@_when(commands.ReleaseClock)
def _release(command: commands.ReleaseClock, state: State, seat: Seat, at_ns: int) -> list[Event]:
    run = _running(state)
    if run.hold is None:
        raise Refused("not_held", "计时没有暂停", "the clock is not held")
    technical = run.hold.kind is HoldKind.TECHNICAL
    if technical and command.outcome is None:
        raise Refused(
            "outcome_needed", "技术中断需选择补时、重讲或不影响", "settle it: extra time, restart or no effect"
        )
    outcome = command.outcome if technical else None
    released = events.ClockReleased(run=run.run, at_ns=at_ns, outcome=outcome)
    if outcome is Outcome.RESTART:
        ended = events.PhaseEnded(run=run.run, ended_ns=at_ns, by=EndedBy.RESTART, reason=run.hold.reason)
        return [released, ended, _started(state, _phase_of(state, run), at_ns)]
    if outcome is Outcome.EXTRA_TIME:
        if not 0 <= command.extra_seconds <= MAX_SECONDS:
            raise Refused("bad_time", "补时须在 0 秒到 60 分钟之间", "give between 0 seconds and 60 minutes")
        if command.extra_seconds:
            delta = command.extra_seconds * SECOND
            return [released, events.TimeAdded(run=run.run, at_ns=at_ns, delta_ns=delta, reason=run.hold.reason)]
    return [released]


@_when(commands.AddTime)
def _add(command: commands.AddTime, state: State, seat: Seat, at_ns: int) -> list[Event]:
    run = _running(state)
    delta = command.seconds * SECOND
    if command.seconds == 0 or abs(command.seconds) > MAX_SECONDS:
        raise Refused("bad_time", "加减时间须在 1 秒到 60 分钟之间", "give between 1 second and 60 minutes")
    if _is_cut(state, run, at_ns):
        raise Refused("time_up", "时间已到", "time is up")
    if delta < 0 and clock.remaining_ns(run, at_ns) + delta <= 0:
        raise Refused("bad_time", "减去后时间已到，请直接结束", "that would end the phase: end it instead")
    return [events.TimeAdded(run=run.run, at_ns=at_ns, delta_ns=delta, reason=_reason(command.reason))]


@_when(commands.EndPhase)
def _end(command: commands.EndPhase, state: State, seat: Seat, at_ns: int) -> list[Event]:
    _running(state)
    return _ended(state, at_ns, _short(command.reason.strip(), MAX_TEXT))


@_when(commands.RestartPhase)
def _restart(command: commands.RestartPhase, state: State, seat: Seat, at_ns: int) -> list[Event]:
    reason = _reason(command.reason)
    last = state.runs[-1] if state.runs else None
    if last is None or last.entry_no != state.current:
        raise Refused("no_phase", "没有可以重来的阶段", "there is no phase to run again")
    if state.projects[last.entry_no].stage not in (ProjectStage.RUNNING, ProjectStage.BETWEEN):
        raise Refused("wrong_stage", "这个项目不能再开始计时", "this project's talk is over")
    cut = cut_ns(state, last)
    at = last.ended_ns if last.ended_ns is not None else at_ns if cut is None else min(cut, at_ns)
    ended = events.PhaseEnded(run=last.run, ended_ns=at, by=EndedBy.RESTART, reason=reason)
    return [ended, _started(state, _phase_of(state, last), at_ns)]


@_when(commands.UndoStep)
def _undo(command: commands.UndoStep, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if state.undo is None or at_ns - state.undo.at_ns > UNDO_NS:
        raise Refused("too_late", "只能在 5 秒内撤销", "an undo is possible within 5 s only")
    return [events.StepUndone(run=state.last_run)]


@_when(commands.OpenScoring)
def _open_scoring(command: commands.OpenScoring, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if state.current is None:
        raise Refused("nothing_called", "请先叫号", "call a project first")
    held = state.projects[state.current]
    heard = held.stage in (ProjectStage.RUNNING, ProjectStage.BETWEEN)
    if not heard and (held.stage is not ProjectStage.CALLED or _phases(state, state.current)):
        raise Refused(
            "wrong_stage", "这个项目还没有演示，或已进入评分", "this project has not been heard, or is in scoring"
        )
    opened: list[Event] = [*_ended(state, at_ns), events.ScoringOpened(entry_no=state.current)]
    if not held.missing:
        opened.append(events.ScoringClosed(entry_no=state.current))
    return opened


@_when(commands.MarkNoShow)
def _no_show(command: commands.MarkNoShow, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = _project(state, command.entry_no)
    if held.stage not in (ProjectStage.WAITING, ProjectStage.CALLED):
        raise Refused("already_heard", "这个项目已上过场", "this project has been heard")
    reason = _reason(command.reason)
    return [events.NoShowMarked(entry_no=command.entry_no, forfeit=command.forfeit, reason=reason)]


@_when(commands.RemoveProject)
def _remove(command: commands.RemoveProject, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = _project(state, command.entry_no)
    if held.stage in OUT:
        raise Refused("already_out", "这个项目已退出", "this project is out already")
    if held.stage is ProjectStage.RUNNING:
        raise Refused("busy", "请先结束计时", "end the phase first")
    if held.stage is ProjectStage.LOCKED:
        raise Refused("locked", "成绩已锁定，请组长先重新开启", "its result is locked: the chair must reopen it first")
    reason = _reason(command.reason)
    return [events.ProjectRemoved(entry_no=command.entry_no, disqualified=command.disqualified, reason=reason)]


@_when(commands.ReorderProjects)
def _reorder(command: commands.ReorderProjects, state: State, seat: Seat, at_ns: int) -> list[Event]:
    waiting = [no for no in state.order if state.projects[no].stage is ProjectStage.WAITING]
    if sorted(command.entry_nos) != sorted(waiting):
        raise Refused(
            "bad_order", "新顺序须恰好包含所有待上场项目", "the new order must hold exactly the waiting projects"
        )
    return [events.ProjectsReordered(entry_nos=command.entry_nos, reason=_reason(command.reason))]


@_when(commands.SetPresence)
def _presence(command: commands.SetPresence, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = _project(state, command.entry_no)
    if held.stage is ProjectStage.LOCKED or held.stage in OUT:
        raise Refused("locked", "成绩已锁定", "its result is locked")
    if command.judge not in held.sheets:
        raise Refused("not_expected", f"{command.judge} 不在本项目的评委之列", f"{command.judge} is not expected here")
    reason = _reason(command.reason)
    replacement = command.replaced_by
    before = held.sheets[command.judge]
    if command.presence is Presence.PRESENT:
        if before.status not in _PRESENCE_OF:
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
    return _presence_made(
        held,
        events.PresenceSet(
            entry_no=command.entry_no,
            judge=command.judge,
            presence=command.presence,
            reason=reason,
            replaced_by=replacement,
        ),
    )


@_when(commands.ReplaceJudge)
def _replace_judge(command: commands.ReplaceJudge, state: State, seat: Seat, at_ns: int) -> list[Event]:
    setup = state.session
    reserve, replaced = panel_judge(setup, command.replaced_by), panel_judge(setup, command.judge)
    reason = _reason(command.reason)
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
        made += _presence_made(
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


@_when(commands.ProposeJudge)
def _propose_judge(command: commands.ProposeJudge, state: State, seat: Seat, at_ns: int) -> list[Event]:
    setup = state.session
    name = _name(command.name, "请写评委姓名", "the judge's name is needed")
    unit = _short(command.unit.strip(), MAX_NAME)
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
    return [events.JudgeProposed(judge=judge, reason=_reason(command.reason))]


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


@_when(commands.AgreeJudge)
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


@_when(commands.DeclineJudge)
def _decline_judge(command: commands.DeclineJudge, state: State, seat: Seat, at_ns: int) -> list[Event]:
    _proposed(state, command.no)
    return [events.JudgeDeclined(no=command.no, reason=_reason(command.reason))]


def _presence_made(held: ProjectState, event: events.PresenceSet) -> list[Event]:
    """A change of presence, with the close of scoring where nothing is missing after it."""
    if held.stage is ProjectStage.SCORING and not _with_presence(held, event).missing:
        return [event, events.ScoringClosed(entry_no=event.entry_no)]
    return [event]


def _closing(held: ProjectState, entry_no: str, judge: str) -> list[Event]:
    """Scoring closes by itself when the last sheet that was expected is in or accounted for."""
    if held.stage is ProjectStage.SCORING and set(held.missing) <= {judge}:
        return [events.ScoringClosed(entry_no=entry_no)]
    return []


@_when(commands.ShowMessage)
def _message(command: commands.ShowMessage, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if len(command.text) > 200:
        raise Refused("too_long", "提示最多 200 字", "a message has at most 200 characters")
    return [events.MessageShown(text=command.text)]


def stills_allowed(state: State, run: PhaseRun) -> bool:
    """Whether slides may be shown again in a run of a phase: after the last one whose end takes the slides off, so that
    nobody goes on with his talk by it; never where nothing takes them off, for they are still up."""
    phases = _phases(state, run.entry_no)
    last = max((at for at, phase in enumerate(phases) if phase.slides_end), default=None)
    here = next((at for at, phase in enumerate(phases) if phase.key == run.phase), None)
    return last is not None and here is not None and here > last


@_when(commands.ShowSlide)
def _show_slide(command: commands.ShowSlide, state: State, seat: Seat, at_ns: int) -> list[Event]:
    run = _running(state)
    if command.slide == 0:
        if run.still is None:
            raise Refused("no_slide", "现在没有调出页面", "no slide is shown again")
        return [events.SlideShown(run=run.run, slide=0, at_ns=at_ns)]
    if not stills_allowed(state, run):
        raise Refused(
            "not_in_questions", "演示结束后的问答中才能调出页面", "slides are shown again in the questions after a talk"
        )
    if run.hold is not None:
        raise Refused("already_held", "计时已经暂停", "the clock is held already")
    if clock.remaining_ns(run, at_ns) <= 0:
        raise Refused("time_up", "时间已到", "time is up")
    if not 1 <= command.slide <= MAX_SLIDE:
        raise Refused("out_of_range", "没有这一页", "there is no such slide")
    if len(run.stills) >= MAX_STILLS:
        raise Refused("too_many", f"本环节已调出 {MAX_STILLS} 次", f"{MAX_STILLS} slides were shown again already")
    return [events.SlideShown(run=run.run, slide=command.slide, at_ns=at_ns)]


@_when(commands.AdmitDevice)
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


@_when(commands.RevokeDevice)
def _revoke(command: commands.RevokeDevice, state: State, seat: Seat, at_ns: int) -> list[Event]:
    device = _device(state, command.seat, command.device)
    if device.revoked:
        raise Refused("already_revoked", "该设备已停用", "the device is out already")
    return [events.DeviceRevoked(seat=command.seat, device=command.device, reason=_reason(command.reason))]


def _device(state: State, seat_id: str, device_id: str) -> Device:
    for device in state.devices.get(seat_id, ()):
        if device.id == device_id:
            return device
    raise Refused("unknown_device", "没有这台设备", "no such device")


@_when(commands.SubmitSheet)
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
    if held.stage not in _OPEN:
        raise Refused("not_open", f"{command.entry_no} 号项目现在不能评分", f"project {command.entry_no} is not open")
    if sheet.status in _PRESENCE_OF:
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


@_when(commands.EnterPaper)
def _enter_paper(command: commands.EnterPaper, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held, sheet = _paper_sheet(state, seat, command.entry_no, command.judge)
    judge = panel_judge(state.session, command.judge)
    name = _name(command.name, "请写录入人姓名", "the name of who enters it is needed")
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


@_when(commands.DropPaper)
def _drop_paper(command: commands.DropPaper, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if (command.entry_no, command.judge) not in state.papers:
        raise Refused("no_paper", "没有待核对的代录", "no reading of that sheet waits")
    return [events.PaperDropped(entry_no=command.entry_no, judge=command.judge, reason=_reason(command.reason))]


def _paper_sheet(state: State, seat: Seat, entry_no: str, judge: str) -> tuple[ProjectState, SheetState]:
    """The sheet that is entered from paper: one that is still expected, of a project that may be scored."""
    held = _project(state, entry_no)
    if held.stage is ProjectStage.LOCKED:
        raise Refused(
            "locked",
            f"{entry_no} 号项目成绩已锁定，不能代录：须先由组长写明理由、经第二人同意重新开启，再由两人代录",
            f"the result of project {entry_no} is locked: the chair must first reopen it, with a reason and a second"
            " person, then two people enter the sheet",
        )
    if held.stage not in _OPEN:
        raise Refused("not_open", f"{entry_no} 号项目现在不能评分", f"project {entry_no} is not open")
    sheet = held.sheets.get(judge)
    if sheet is None:
        raise Refused("not_expected", f"{judge} 不在本项目的评委之列", f"{judge} is not expected here")
    if not sheet.missing:
        raise Refused("not_missing", "此表已记录，或评委不在席", "that sheet is recorded, or its judge is away")
    if judge == seat.judge:
        raise Refused("own_sheet", "自己的评分表须由他人代录", "your own sheet is entered by others")
    _own_first(state, seat, held)
    return held, sheet


def _is_late(held: ProjectState, sheet: SheetState, judge: str) -> bool:
    return held.stage is ProjectStage.CLOSED and (sheet.status is SheetStatus.EMPTY or judge in held.closed_missing)


def open_for(stage: ProjectStage, sheet: SheetState) -> bool:
    """Whether a judge may submit this sheet now."""
    return stage in _OPEN and sheet.missing


def _own_sheet(state: State, seat: Seat, entry_no: str) -> tuple[ProjectState, Judge, SheetState]:
    judge = panel_judge(state.session, seat.judge or "")
    held = _project(state, entry_no)
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


@_when(commands.Recuse)
def _recuse(command: commands.Recuse, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held, judge, sheet = _own_sheet(state, seat, command.entry_no)
    if held.stage is ProjectStage.LOCKED:
        raise Refused("locked", "成绩已锁定", "its result is locked")
    if sheet.status is SheetStatus.RECUSED:
        raise Refused("already_recused", "您已回避本项目", "you are recused already")
    if sheet.status is SheetStatus.SUBMITTED:
        raise Refused("already_recorded", "此表已记录，请联系组长", "recorded already: ask the chair")
    return _presence_made(
        held,
        events.PresenceSet(
            entry_no=command.entry_no,
            judge=judge.no,
            presence=Presence.RECUSED,
            reason=_reason(command.reason),
            replaced_by=sheet.replaced_by,
        ),
    )


@_when(commands.AskReturn)
def _ask_return(command: commands.AskReturn, state: State, seat: Seat, at_ns: int) -> list[Event]:
    _, judge, sheet = _own_sheet(state, seat, command.entry_no)
    if sheet.status is not SheetStatus.SUBMITTED:
        raise Refused("not_recorded", "没有已记录的评分表", "there is no recorded sheet")
    return [events.ReturnAsked(entry_no=command.entry_no, judge=judge.no, reason=_reason(command.reason))]


@_when(commands.CloseScoring)
def _close(command: commands.CloseScoring, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = _project(state, command.entry_no)
    if held.stage is not ProjectStage.SCORING:
        raise Refused("wrong_stage", "这个项目不在评分阶段", "this project is not in scoring")
    if set(command.missing) != set(held.missing):
        raise Refused("missing_changed", "未交名单已变化，请再看一次", "who is missing has changed: look again")
    return [events.ScoringClosed(entry_no=command.entry_no, missing=held.missing)]


@_when(commands.RecomputeResult)
def _recompute(command: commands.RecomputeResult, state: State, seat: Seat, at_ns: int) -> list[Event]:
    ticks = _ticks(state, command.entry_no, command.ticks)
    name = _name(command.name, "请写统分人姓名", "the scorer's name is needed")
    return [events.ResultRecomputed(entry_no=command.entry_no, name=name, ticks=ticks)]


@_when(commands.CheckResult)
def _check(command: commands.CheckResult, state: State, seat: Seat, at_ns: int) -> list[Event]:
    ticks = _ticks(state, command.entry_no, command.ticks)
    name = _name(command.name, "请写复核人姓名", "the checker's name is needed")
    review = state.reviews.get(command.entry_no, Review())
    recomputed = review.recomputed
    if recomputed is None:
        raise Refused("not_recomputed", "统分人尚未核算这个项目", "the scorer has not recomputed this project yet")
    if same_person(name, recomputed.name):
        raise Refused("same_person", "统分人与复核人不能为同一人", "scorer and checker must be two people")
    if not state.session.rehearsal and machines_of(state, seat.id) & review.machines:
        raise Refused(
            "same_device",
            "统分与复核须在两台电脑上进行",
            "the result was recomputed on this computer: check it on another one",
        )
    return [events.ResultChecked(entry_no=command.entry_no, name=name, ticks=ticks)]


def machines_of(state: State, seat_id: str) -> frozenset[str]:
    """The computers that act for a seat now; what was done there is held against them however they sit later."""
    here = state.devices.get(seat_id, ())
    return frozenset(device.machine for device in here if device.machine and device.admitted and not device.revoked)


def _ticks(state: State, entry_no: str, ticks: tuple[Tick, ...]) -> tuple[Tick, ...]:
    """The lines of a review, which must be those of the result as it stands, each ticked or with what was found."""
    held = _project(state, entry_no)
    if held.stage is ProjectStage.LOCKED:
        raise Refused("locked", "成绩已锁定", "its result is locked")
    if held.stage is not ProjectStage.CLOSED:
        raise Refused("wrong_stage", "评分尚未结束，不能核算", "scoring is not closed")
    result = tabulation(state, [entry_no]).projects[0]
    if not result.status.finished:
        raise Refused("not_computable", "成绩未齐或待裁定，不能核算", "incomplete, or a ruling is needed first")
    if not fits(ticks, lines(rules_of(state.session, entry_no), result)):
        raise Refused("result_changed", "成绩已变化，请重新核对", "the result has changed: look at it again")
    return tuple(
        _replace(tick, found=_short(tick.found.strip(), MAX_NAME), reason=_reason(tick.reason))
        if tick.found.strip() not in ("", tick.shown)
        else _replace(tick, found="", reason="")
        for tick in ticks
    )


@_when(commands.ReturnSheet)
def _return(command: commands.ReturnSheet, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = _project(state, command.entry_no)
    if held.stage is ProjectStage.LOCKED:
        raise Refused("locked", "成绩已锁定，请先重新开启", "its result is locked: reopen it first")
    if held.stage in OUT:
        raise Refused("out", f"{command.entry_no} 号项目已退出比赛", f"project {command.entry_no} is out")
    sheet = held.sheets.get(command.judge)
    if sheet is None or sheet.status is not SheetStatus.SUBMITTED:
        raise Refused("not_recorded", "该评委没有已记录的评分表", "that judge has no recorded sheet")
    _own_first(state, seat, held)
    return [events.SheetReturned(entry_no=command.entry_no, judge=command.judge, reason=_reason(command.reason))]


def own_pending(held: ProjectState, seat: Seat) -> bool:
    """Whether a chair who judges has not yet settled her own sheet, so that the others' stay hidden from her."""
    own = held.sheets.get(seat.judge) if seat.judge else None
    return own is not None and own.missing


def _own_first(state: State, seat: Seat, held: ProjectState) -> None:
    if own_pending(held, seat):
        raise Refused("own_first", "请先提交您自己的评分表", "record your own sheet first")


@_when(commands.MakeRuling)
def _rule(command: commands.MakeRuling, state: State, seat: Seat, at_ns: int) -> list[Event]:
    _short(command.ruling, MAX_RULING)
    try:
        ruling = msgspec.json.decode(command.ruling, type=Ruling)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Refused("bad_ruling", f"裁定内容有误：{error}", f"the ruling is not well-formed: {error}") from error
    for entry_no in sorted(ruled_on(ruling)):
        held = _project(state, entry_no)
        if held.stage in OUT:
            raise Refused("out", f"{entry_no} 号项目已退出比赛", f"project {entry_no} is out of the contest")
        if ruling.kind != "votes":
            _own_first(state, seat, held)
        if held.stage is ProjectStage.LOCKED and ruling.kind == "few_sheets":
            raise Refused("locked", "成绩已锁定，请先重新开启", "its result is locked: reopen it first")
    problems = check_rulings(state.session.rules, entries(state), [ruling])
    if problems:
        raise Refused("bad_ruling", problems[0].zh, problems[0].en)
    if ruling.kind == "votes":
        _locked_stay(state, evolve_ruling(state, command.ruling, command.reason, seat.id))
    return [events.RulingMade(ruling=command.ruling, reason=_reason(command.reason))]


def _locked_stay(state: State, after: State) -> None:
    """A locked result changes only where it is opened again: voided votes may move the points of others."""
    before = {one.entry_no: one.total for one in tabulation(state).projects}
    changed = [
        one.entry_no
        for one in tabulation(after).projects
        if state.projects[one.entry_no].stage is ProjectStage.LOCKED and one.total != before[one.entry_no]
    ]
    if changed:
        zh, en = "、".join(changed), ", ".join(changed)
        raise Refused(
            "locked",
            f"会改变已锁定的成绩（{zh} 号），请先重新开启",
            f"it would change locked results: reopen {en} first",
        )


@_when(commands.LockProject)
def _lock(command: commands.LockProject, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = _project(state, command.entry_no)
    if held.stage is not ProjectStage.CLOSED:
        raise Refused("wrong_stage", "评分尚未结束，不能锁定", "scoring is not closed")
    _own_first(state, seat, held)
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


@_when(commands.ReopenProject)
def _reopen(command: commands.ReopenProject, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = _project(state, command.entry_no)
    if held.stage is not ProjectStage.LOCKED and held.stage not in OUT:
        raise Refused("not_locked", "这个项目没有锁定", "this project is not locked")
    second = _name(command.second_person, "需要第二人在场确认", "a second person must agree")
    if same_person(second, seat.name):
        raise Refused("second_needed", "需要第二人在场确认", "a second person must agree")
    reason = _reason(command.reason)
    return [events.ProjectReopened(entry_no=command.entry_no, reason=reason, second_person=second)]


_ROLE_ZH = {Role.CHAIR: "评委组长", Role.SCORER: "统分人", Role.CHECKER: "复核人", Role.SUPERVISOR: "监督人"}


@_when(commands.SignOff)
def _sign(command: commands.SignOff, state: State, seat: Seat, at_ns: int) -> list[Event]:
    name = _name(command.name, "请写签字人姓名", "the signer's name is needed")
    _short(command.head, 200)
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


@_when(commands.LockSession)
def _lock_session(command: commands.LockSession, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if not any(s.role == Role.CHAIR.value and s.seq > state.results_seq for s in state.signatures):
        raise Refused("not_signed", "评委组长尚未签字", "the chair has not signed")
    return [events.SessionLocked()]


@_when(commands.ConfirmAssumed)
def _confirm(command: commands.ConfirmAssumed, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if command.path not in state.session.rules.assumed:
        raise Refused("not_assumed", "该项不需要确认", "that value is not an assumed one")
    name = _name(command.name, "请写确认人姓名", "the name of who confirms is needed")
    return [events.AssumedConfirmed(path=command.path, name=name)]


@_when(commands.PublishResults)
def _publish(command: commands.PublishResults, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if not state.locked:
        raise Refused("not_locked", "请先锁定本场成绩", "lock the session first")
    if state.published:
        raise Refused("already_published", "成绩已公布", "the results are published already")
    left = [path for path in state.session.rules.assumed if path not in dict(state.confirmed)]
    if left:
        raise Refused("assumed_left", f"待组委会确认：{'、'.join(left)}", f"to be confirmed first: {', '.join(left)}")
    return [events.ResultsPublished()]


@_when(commands.ShowResults)
def _show_results(command: commands.ShowResults, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if not state.published:
        raise Refused("not_published", "成绩尚未公布", "the results are not published yet")
    if command.kind is Showing.MARKS:
        if _project(state, command.entry_no).stage in OUT:
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


@_when(commands.ReportCutOff)
def _cut_off(command: commands.ReportCutOff, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if not any(run.run == command.run for run in state.all_runs):
        raise Refused("unknown_run", "没有这次计时", "no such run of a phase")
    known = [one for one in state.cut_offs if one.run == command.run and one.relapse == command.relapse]
    if len(known) >= (MAX_RELAPSES if command.relapse else 1):
        raise Refused("already_reported", "已记录过", "reported already")
    if not all(-1 <= latency <= _MAX_US for latency in (command.curtain_us, command.gone_us)):
        raise Refused("out_of_range", "时延超出范围", "a latency is out of range")
    _short(command.driver + command.method, 200)
    return [
        events.CutOffReported(
            run=command.run,
            driver=command.driver,
            method=command.method,
            curtain_us=command.curtain_us,
            gone_us=command.gone_us,
            confirmed=command.confirmed,
            relapse=command.relapse,
        )
    ]


@_when(commands.GoOn)
def _go_on(command: commands.GoOn, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if state.paused is None:
        raise Refused("not_paused", "本场没有暂停", "the session is not paused")
    if state.paused.kind is not events.PauseKind.TAKEN_OVER:
        return [events.SessionResumed()]
    second = _name(command.second_person, "接管需要第二人同意", "a take-over needs a second person")
    if same_person(second, seat.name):
        raise Refused("second_needed", "接管需要第二人同意", "a take-over needs a second person")
    return [events.SessionResumed(second_person=second)]


@_when(commands.ChooseChain)
def _choose_chain(command: commands.ChooseChain, state: State, seat: Seat, at_ns: int) -> list[Event]:
    return [events.ChainChosen(reason=_reason(command.reason))]


def due(state: State, now_ns: int) -> list[Event]:
    """What time alone has made by ``now_ns``, whole, however late it is asked: phases that are cut, or go over into
    the next, each at its true deadline."""
    made: list[Event] = []
    while (run := state.run) is not None and (at := cut_ns(state, run)) is not None and at <= now_ns:
        made.append(events.PhaseEnded(run=run.run, ended_ns=at, by=EndedBy.DEADLINE))
        state = _replace(state, runs=(*state.runs[:-1], clock.end(run, at, EndedBy.DEADLINE)))
        following = next_phase(state)
        if following is not None and _phase_of(state, run).auto_advance:
            started = _started(state, following, at)
            made.append(started)
            state = _replace(state, runs=(*state.runs, _run_of(started)), last_run=started.run)
    return made


def next_due_ns(state: State) -> int | None:
    """When ``due`` will have something to say, unless a command comes first."""
    return None if state.run is None else cut_ns(state, state.run)


# evolve


def evolve(state: State, body: Body) -> State:
    """The state after an event; a fold of this over the journal is the session."""
    after = _evolve(body.event, state, body)
    changes = isinstance(body.event, _CHANGES_RESULTS)
    return msgspec.structs.replace(
        after,
        seq=body.seq,
        results_seq=body.seq if changes else after.results_seq,
        acts=after.acts if (act := acts.act_of(body)) is None else (*after.acts, act),
        reviews=_still_reviewed(after, body.event) if changes and after.reviews else after.reviews,
    )


def _still_reviewed(state: State, event: Event) -> dict[str, Review]:
    """The reviews that an event leaves standing."""
    reviews = state.reviews
    if isinstance(event, events.ProjectLocked):
        return reviews
    if isinstance(event, events.RulingMade):
        ruling = msgspec.json.decode(event.ruling, type=Ruling)
        gone = ruled_on(ruling)
        if ruling.kind == "votes":  # others' points may move with them
            gone = frozenset(no for no in reviews if state.projects[no].stage is not ProjectStage.LOCKED)
    else:
        gone = frozenset({getattr(event, "entry_no", "")})
    return {entry_no: review for entry_no, review in reviews.items() if entry_no not in gone}


_CHANGES_RESULTS = (
    events.SheetSubmitted,
    events.SheetReturned,
    events.PresenceSet,
    events.RulingMade,
    events.ProjectReopened,
    events.ProjectRemoved,
    events.ProjectLocked,
    events.NoShowMarked,
)

_replace = msgspec.structs.replace


@singledispatch
def _evolve(event: Event, state: State, body: Body) -> State:
    return state


def _then(event: type[Any]) -> Callable[[Callable[..., State]], Callable[..., State]]:
    def register(function: Callable[..., State]) -> Callable[..., State]:
        _evolve.register(event, function)
        return function

    return register


def _with_project(state: State, entry_no: str, **changes: Any) -> State:
    held = _replace(state.projects[entry_no], **changes)
    return _replace(state, projects={**state.projects, entry_no: held})


def _with_sheet(state: State, entry_no: str, judge: str, **changes: Any) -> State:
    sheets = state.projects[entry_no].sheets
    return _with_project(state, entry_no, sheets={**sheets, judge: _replace(sheets[judge], **changes)})


def _numbered(state: State, number: int) -> PhaseRun:
    return next(run for run in reversed(state.runs) if run.run == number)


def _with_run(state: State, number: int, change: Callable[[PhaseRun], PhaseRun]) -> State:
    at = next(at for at in reversed(range(len(state.runs))) if state.runs[at].run == number)
    return _replace(state, runs=(*state.runs[:at], change(state.runs[at]), *state.runs[at + 1 :]))


@_then(events.SessionOpened)
def _opened(event: events.SessionOpened, state: State, body: Body) -> State:
    setup = event.setup
    panel = [judge for judge in setup.contest.judges if judge.role is not PanelRole.RESERVE]
    events_beside = {event.name: setup.rules.for_event(event.name) for event in setup.rules.own_events}
    expected = {
        track: tuple(judge.no for judge in panel if rules.components_of(judge.judge_class))
        for track, rules in {"": setup.rules, **events_beside}.items()
    }
    stage = _first_stage(setup)
    fresh = {
        project.entry_no: ProjectState(
            stage=stage,
            sheets=dict.fromkeys(expected.get(project.track, expected[""]), SheetState()),
        )
        for project in setup.contest.projects
    }
    return _replace(state, setup=setup, order=tuple(fresh), projects=fresh)


@_then(events.RoomStarted)
def _room_started(event: events.RoomStarted, state: State, body: Body) -> State:
    return _replace(state, room=event)


@_then(events.ProjectCalled)
def _called(event: events.ProjectCalled, state: State, body: Body) -> State:
    if state.current is not None and state.projects[state.current].stage is ProjectStage.CALLED:
        state = _with_project(state, state.current, stage=ProjectStage.WAITING)
    state = _with_project(state, event.entry_no, stage=ProjectStage.CALLED, call=event.call)
    return _replace(state, current=event.entry_no, undo=None)


def _step(state: State, body: Body, entry_no: str) -> State:
    """Remembers what an undo brings back, from before the first event of the command."""
    if body.part > 0 and state.undo is not None:
        return state
    undo = Undo(at_ns=body.at.mono_ns, runs=state.runs, entry_no=entry_no, stage=state.projects[entry_no].stage)
    return _replace(state, undo=undo)


@_then(events.PhaseStarted)
def _phase_started(event: events.PhaseStarted, state: State, body: Body) -> State:
    state = _step(state, body, event.entry_no) if body.by_command else state
    state = _with_project(state, event.entry_no, stage=ProjectStage.RUNNING)
    return _replace(state, runs=(*state.runs, _run_of(event)), last_run=event.run)


def _run_of(event: events.PhaseStarted) -> PhaseRun:
    return PhaseRun(
        run=event.run,
        entry_no=event.entry_no,
        phase=event.phase,
        planned_ns=event.planned_ns,
        slides_end=event.slides_end,
        started_ns=event.started_ns,
    )


@_then(events.ClockHeld)
def _clock_held(event: events.ClockHeld, state: State, body: Body) -> State:
    state = _replace(state, undo=None)
    return _with_run(state, event.run, lambda run: clock.hold(run, event.at_ns, event.kind, event.reason, body.actor))


@_then(events.ClockReleased)
def _clock_released(event: events.ClockReleased, state: State, body: Body) -> State:
    if event.outcome is Outcome.RESTART:
        state = _step(state, body, _numbered(state, event.run).entry_no)
    return _with_run(state, event.run, lambda run: clock.release(run, event.at_ns, event.outcome))


@_then(events.TimeAdded)
def _time_added(event: events.TimeAdded, state: State, body: Body) -> State:
    state = _replace(state, undo=None)
    return _with_run(
        state, event.run, lambda run: clock.add(run, event.at_ns, event.delta_ns, event.reason, body.actor)
    )


@_then(events.PhaseEnded)
def _phase_ended(event: events.PhaseEnded, state: State, body: Body) -> State:
    run = _numbered(state, event.run)
    state = _replace(state, undo=None) if event.by is EndedBy.DEADLINE else _step(state, body, run.entry_no)
    who = "" if event.by is EndedBy.DEADLINE else body.actor
    state = _with_run(state, event.run, lambda run: clock.end(run, event.ended_ns, event.by, event.reason, who))
    return _with_project(state, run.entry_no, stage=ProjectStage.BETWEEN)


@_then(events.StepUndone)
def _step_undone(event: events.StepUndone, state: State, body: Body) -> State:
    undo = state.undo
    if undo is None:
        return state
    kept = {run.run for run in undo.runs}
    taken = tuple(
        clock.end(run, body.at.mono_ns if run.ended_ns is None else run.ended_ns, EndedBy.UNDONE, who=body.actor)
        for run in state.runs
        if run.run not in kept
    )
    state = _with_project(state, undo.entry_no, stage=undo.stage, closed_missing=())
    return _replace(state, runs=undo.runs, undone=(*state.undone, *taken), undo=None)


@_then(events.CutOffReported)
def _cut_off_reported(event: events.CutOffReported, state: State, body: Body) -> State:
    report = CutOffState(
        run=event.run,
        driver=event.driver,
        method=event.method,
        curtain_us=event.curtain_us,
        gone_us=event.gone_us,
        confirmed=event.confirmed,
        relapse=event.relapse,
    )
    return _replace(state, cut_offs=(*state.cut_offs, report))


@_then(events.ScoringOpened)
def _scoring_opened(event: events.ScoringOpened, state: State, body: Body) -> State:
    state = _step(state, body, event.entry_no)
    return _with_project(state, event.entry_no, stage=ProjectStage.SCORING)


def _without_papers(state: State, entry_no: str, judge: str) -> State:
    if (entry_no, judge) not in state.papers:
        return state
    return _replace(state, papers={at: one for at, one in state.papers.items() if at != (entry_no, judge)})


@_then(events.PaperEntered)
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
    return _replace(state, papers={**state.papers, at: with_entry(state.papers.get(at, ()), new)})


@_then(events.PaperDropped)
def _paper_dropped(event: events.PaperDropped, state: State, body: Body) -> State:
    return _without_papers(state, event.entry_no, event.judge)


def _with_common_names(points: Points) -> Points:
    """The same points; all sheets share the names of their lines, which as they came take more memory than the marks."""
    return {
        sys.intern(component): {sys.intern(criterion): value for criterion, value in lines_.items()}
        for component, lines_ in points.items()
    }


@_then(events.SheetSubmitted)
def _sheet_submitted(event: events.SheetSubmitted, state: State, body: Body) -> State:
    return _with_sheet(
        _without_papers(state, event.entry_no, event.judge),
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


@_then(events.LateSheetKept)
def _late_sheet_kept(event: events.LateSheetKept, state: State, body: Body) -> State:
    kept = state.projects[event.entry_no].sheets[event.judge].late_kept
    return _with_sheet(state, event.entry_no, event.judge, late_kept=(*kept, body.seq))


@_then(events.SheetReturned)
def _sheet_returned(event: events.SheetReturned, state: State, body: Body) -> State:
    return _with_sheet(
        state, event.entry_no, event.judge, status=SheetStatus.RETURNED, reason=event.reason, return_asked=""
    )


@_then(events.ReturnAsked)
def _return_asked(event: events.ReturnAsked, state: State, body: Body) -> State:
    return _with_sheet(state, event.entry_no, event.judge, return_asked=event.reason)


@_then(events.PresenceSet)
def _presence_set(event: events.PresenceSet, state: State, body: Body) -> State:
    held = _with_presence(state.projects[event.entry_no], event)
    state = _without_papers(state, event.entry_no, event.judge)
    return _replace(state, projects={**state.projects, event.entry_no: held})


def _with_presence(held: ProjectState, event: events.PresenceSet) -> ProjectState:
    """A project after a change of a judge's presence, the reserve who stands in for him included."""
    sheets, aside = dict(held.sheets), dict(held.aside)
    before = sheets[event.judge]
    leaving = before.replaced_by if before.replaced_by != event.replaced_by else None
    while leaving is not None:  # a reserve may himself have been replaced
        sheet = sheets.pop(leaving)
        aside[leaving] = _replace(_back(sheet), replaces=None, replaced_by=None)
        leaving = sheet.replaced_by
    if event.presence is Presence.PRESENT:
        sheets[event.judge] = _replace(_back(before), replaced_by=None)
    else:
        sheets[event.judge] = _replace(
            before,
            status=_STATUS_OF[event.presence],
            reason=event.reason,
            replaced_by=event.replaced_by,
            away=before.away or (before.status, before.reason),
        )
    if event.replaced_by is not None and event.replaced_by not in sheets:
        kept = aside.pop(event.replaced_by, SheetState())
        sheets[event.replaced_by] = _replace(kept, replaces=event.judge)
    return _replace(held, sheets=sheets, aside=aside)


def _back(sheet: SheetState) -> SheetState:
    """A sheet as it was before its judge was away."""
    if sheet.away is None:
        return sheet
    status, reason = sheet.away
    return _replace(sheet, status=status, reason=reason, away=None)


@_then(events.JudgeProposed)
def _judge_proposed(event: events.JudgeProposed, state: State, body: Body) -> State:
    return _replace(state, proposed=(*state.proposed, (event.judge, event.reason)))


@_then(events.JudgeDeclined)
def _judge_declined(event: events.JudgeDeclined, state: State, body: Body) -> State:
    return _replace(state, proposed=tuple(one for one in state.proposed if one[0].no != event.no))


@_then(events.JudgeAdded)
def _judge_added(event: events.JudgeAdded, state: State, body: Body) -> State:
    setup = state.session
    contest = _replace(setup.contest, judges=(*setup.contest.judges, event.judge))
    projects = dict(state.projects)
    for entry_no in event.entry_nos:
        held = projects[entry_no]
        projects[entry_no] = _replace(held, sheets={**held.sheets, event.judge.no: SheetState()})
    return _replace(
        state,
        setup=_replace(setup, contest=contest),
        projects=projects,
        proposed=tuple(one for one in state.proposed if one[0].no != event.judge.no),
    )


@_then(events.ScoringClosed)
def _scoring_closed(event: events.ScoringClosed, state: State, body: Body) -> State:
    return _with_project(state, event.entry_no, stage=ProjectStage.CLOSED, closed_missing=event.missing)


@_then(events.ResultRecomputed)
def _result_recomputed(event: events.ResultRecomputed, state: State, body: Body) -> State:
    """A new recomputation wants a new check."""
    review = Review(recomputed=_reviewed(event, body), machines=machines_of(state, body.actor))
    return _replace(state, reviews={**state.reviews, event.entry_no: review})


@_then(events.ResultChecked)
def _result_checked(event: events.ResultChecked, state: State, body: Body) -> State:
    review = _replace(state.reviews.get(event.entry_no, Review()), checked=_reviewed(event, body))
    return _replace(state, reviews={**state.reviews, event.entry_no: review})


def _reviewed(event: events.ResultRecomputed | events.ResultChecked, body: Body) -> Reviewed:
    return Reviewed(seat=body.actor, name=event.name, at=body.at.wall, seq=body.seq, ticks=event.ticks)


def _remarked(state: State, entry_no: str, what: str, reason: str, body: Body) -> State:
    return _with_project(
        state, entry_no, remarks=(*state.projects[entry_no].remarks, (what, reason.strip(), body.actor))
    )


@_then(events.NoShowMarked)
def _no_show_marked(event: events.NoShowMarked, state: State, body: Body) -> State:
    state = _remarked(state, event.entry_no, "forfeited" if event.forfeit else "last", event.reason, body)
    if event.forfeit:
        state = _with_project(state, event.entry_no, stage=ProjectStage.FORFEITED)
    else:
        state = _with_project(state, event.entry_no, stage=ProjectStage.WAITING, call=0)
        state = _replace(state, order=(*(no for no in state.order if no != event.entry_no), event.entry_no))
    return _replace(state, current=None if state.current == event.entry_no else state.current, undo=None)


@_then(events.ProjectRemoved)
def _project_removed(event: events.ProjectRemoved, state: State, body: Body) -> State:
    stage = ProjectStage.DISQUALIFIED if event.disqualified else ProjectStage.WITHDRAWN
    state = _remarked(state, event.entry_no, stage.value, event.reason, body)
    state = _with_project(state, event.entry_no, stage=stage)
    return _replace(state, current=None if state.current == event.entry_no else state.current, undo=None)


@_then(events.ProjectsReordered)
def _projects_reordered(event: events.ProjectsReordered, state: State, body: Body) -> State:
    waiting = iter(event.entry_nos)
    moved = set(event.entry_nos)
    return _replace(state, order=tuple(next(waiting) if no in moved else no for no in state.order))


def evolve_ruling(state: State, ruling: str, reason: str, who: str) -> State:
    """The state with one more ruling; the chair's window shows its effect before it is made."""
    return _replace(state, rulings=(*state.rulings, (ruling, reason, who)))


@_then(events.RulingMade)
def _ruling_made(event: events.RulingMade, state: State, body: Body) -> State:
    return evolve_ruling(state, event.ruling, event.reason, body.actor)


@_then(events.ProjectLocked)
def _project_locked(event: events.ProjectLocked, state: State, body: Body) -> State:
    return _replace(_with_project(state, event.entry_no, stage=ProjectStage.LOCKED), undo=None)


@_then(events.ProjectReopened)
def _project_reopened(event: events.ProjectReopened, state: State, body: Body) -> State:
    """A locked project is closed and not locked; one that was out is where it would be: waiting if it never began,
    else past its scoring. The session is open again, and what was published is not until it is published anew."""
    if state.projects[event.entry_no].stage is ProjectStage.LOCKED or any(
        run.entry_no == event.entry_no for run in state.runs
    ):
        state = _with_project(state, event.entry_no, stage=ProjectStage.CLOSED)
    else:
        state = _with_project(state, event.entry_no, stage=_first_stage(state.session), call=0)
    return _replace(state, locked=False, published=False, showing=None)


def _first_stage(setup: SessionSetup) -> ProjectStage:
    return ProjectStage.SCORING if setup.rules.kind == "paper_review" else ProjectStage.WAITING


@_then(events.SignedOff)
def _signed_off(event: events.SignedOff, state: State, body: Body) -> State:
    kept = tuple(signed for signed in state.signatures if signed.role != event.role)
    signed = SignatureState(role=event.role, name=event.name, at=body.at.wall, head=event.head, seq=body.seq)
    return _replace(state, signatures=(*kept, signed))


@_then(events.SessionLocked)
def _session_locked(event: events.SessionLocked, state: State, body: Body) -> State:
    return _replace(state, locked=True)


@_then(events.AssumedConfirmed)
def _assumed_confirmed(event: events.AssumedConfirmed, state: State, body: Body) -> State:
    return _replace(state, confirmed=(*state.confirmed, (event.path, event.name)))


@_then(events.ResultsPublished)
def _results_published(event: events.ResultsPublished, state: State, body: Body) -> State:
    return _replace(state, published=True)


@_then(events.ResultsShown)
def _results_shown(event: events.ResultsShown, state: State, body: Body) -> State:
    return _replace(state, showing=None if event.kind is Showing.NOTHING else event)


@_then(events.MessageShown)
def _message_shown(event: events.MessageShown, state: State, body: Body) -> State:
    return _replace(state, message=event.text)


@_then(events.SlideShown)
def _slide_shown(event: events.SlideShown, state: State, body: Body) -> State:
    def shown(run: PhaseRun) -> PhaseRun:
        if event.slide == 0:
            return clock.without_still(run, event.at_ns)
        return clock.show_still(run, event.at_ns, event.slide, body.actor)

    return _with_run(state, event.run, shown)


@_then(events.SessionPaused)
def _session_paused(event: events.SessionPaused, state: State, body: Body) -> State:
    return _replace(state, paused=event, undo=None)


@_then(events.SessionResumed)
def _session_resumed(event: events.SessionResumed, state: State, body: Body) -> State:
    return _replace(state, paused=None)


@_then(events.DeviceEnrolled)
def _device_enrolled(event: events.DeviceEnrolled, state: State, body: Body) -> State:
    device = Device(id=event.device, name=event.name, key=event.key, admitted=event.admitted, machine=event.machine)
    kept = tuple(other for other in state.devices.get(event.seat, ()) if other.id != event.device)
    return _replace(state, devices={**state.devices, event.seat: (*kept, device)})


def _with_device(state: State, seat: str, device_id: str, **changes: bool) -> State:
    changed = tuple(_replace(d, **changes) if d.id == device_id else d for d in state.devices.get(seat, ()))
    return _replace(state, devices={**state.devices, seat: changed})


@_then(events.DeviceAdmitted)
def _device_admitted(event: events.DeviceAdmitted, state: State, body: Body) -> State:
    return _with_device(state, event.seat, event.device, admitted=True, revoked=False)


@_then(events.DeviceRevoked)
def _device_revoked(event: events.DeviceRevoked, state: State, body: Body) -> State:
    return _with_device(state, event.seat, event.device, revoked=True)
