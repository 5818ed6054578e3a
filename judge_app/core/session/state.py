"""A session's state, who sits in its room, and which rules hold for whom; it knows no command and no event's meaning."""

from __future__ import annotations

from collections.abc import Iterable

from judge_app.core import acts, events
from judge_app.core.clock import PhaseRun
from judge_app.core.commands import Points
from judge_app.core.contest import Judge, PanelRole, Project, Struct
from judge_app.core.errors import Refused
from judge_app.core.events import SessionSetup
from judge_app.core.paper import PaperEntry, PaperOrigin
from judge_app.core.review import Review
from judge_app.core.rules import Component, RuleSet
from judge_app.core.seats import Role, Seat
from judge_app.core.stages import ProjectStage, SheetStatus

MAX_TEXT = 2_000
"""The longest comment or reason, in characters."""


MAX_NAME = 50
"""The longest name of a person, in characters."""


MAX_SLIDE = 9_999
"""The highest number of a slide that is believed; the protocol allows no higher one either."""


OUT = frozenset({ProjectStage.FORFEITED, ProjectStage.WITHDRAWN, ProjectStage.DISQUALIFIED})
"""Stages of a project that is not heard and has no result."""


HEARD = frozenset({ProjectStage.SCORING, ProjectStage.CLOSED, ProjectStage.LOCKED}) | OUT
"""Stages in which the stage is free for the next project."""


OPEN_STAGES = frozenset({ProjectStage.RUNNING, ProjectStage.BETWEEN, ProjectStage.SCORING, ProjectStage.CLOSED})
"""Stages in which a sheet may be submitted; in CLOSED it is late."""


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
    cut_offs: tuple[events.CutOffReported, ...] = ()
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


def project_of(state: State, entry_no: str) -> ProjectState:
    """The project of that number; raises Refused for one that is not of this session."""
    held = state.projects.get(entry_no)
    if held is None:
        raise Refused("unknown_project", f"本场没有 {entry_no} 号项目", f"no project {entry_no} in this session")
    return held


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
