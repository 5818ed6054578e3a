"""What each role may see: the only way anything leaves the room.

``briefing`` is what does not change while a session runs (sent on connecting); ``view`` is all the rest, sent whole.
A host sees who has submitted, never what; a judge his own sheets only; a chair who judges the others' sheets of a
project once her own is recorded; the desk (scorer, checker, supervisor) sheets of projects whose scoring is closed;
the stage and viewers what has been published. Times are nanoseconds of the room's clock.
"""

from __future__ import annotations

import enum

import msgspec

from judge_app.core.clock import EndedBy, HoldKind, PhaseRun
from judge_app.core.commands import Points
from judge_app.core.contest import PlannedSession, Project, Struct
from judge_app.core.rules import RuleSet
from judge_app.core.scoring import Tabulation
from judge_app.core.seats import Seat


class ProjectStage(enum.StrEnum):
    """Where a project stands in the session (domain.md, state rules)."""

    WAITING = "waiting"
    CALLED = "called"
    RUNNING = "running"
    BETWEEN = "between"
    """A phase has ended and the next has not begun."""
    SCORING = "scoring"
    CLOSED = "closed"
    """No more sheets are expected: 待复核."""
    LOCKED = "locked"
    FORFEITED = "forfeited"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"


class SheetStatus(enum.StrEnum):
    """Where one judge's sheet for one project stands."""

    EMPTY = "empty"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RECUSED = "recused"
    ABSENT = "absent"
    LEFT = "left"


class Step(enum.StrEnum):
    """What the host's one big button does next."""

    CALL = "call"
    START_PHASE = "start_phase"
    """Also ends the phase that runs."""
    RELEASE = "release"
    OPEN_SCORING = "open_scoring"
    CLOSE_SCORING = "close_scoring"
    DONE = "done"
    """Every project has been heard."""


class NextStep(Struct):
    """``entry_no`` is the project it is about, ``phase`` the phase to start; ``missing`` the judges still expected."""

    step: Step
    entry_no: str = ""
    phase: str = ""
    missing: tuple[str, ...] = ()


class JudgeCard(Struct):
    """A judge as others in the room know him."""

    no: str
    name: str
    judge_class: str
    unit: str = ""
    chair: bool = False
    reserve: bool = False


class Briefing(Struct):
    """What does not change while a session runs. ``judges`` is the panel for host, chair and desk; a judge's seat gets
    his own card alone, stage and viewers none. Votes are left out of ``projects`` for everyone but chair and desk."""

    seat: Seat
    session_id: str
    contest_name: str
    edition: str
    region: str
    round: str
    session: PlannedSession
    rehearsal: bool
    rules: RuleSet
    projects: tuple[Project, ...]
    judges: tuple[JudgeCard, ...] = ()


class ClockView(Struct):
    """The phase that runs, or the last one of the current project. ``deadline_ns`` is None while held or ended;
    ``remaining_ns`` is what was left at the hold or the end (None while it runs: compute it from the deadline)."""

    run: int
    entry_no: str
    phase: str
    slides_end: bool
    planned_ns: int
    added_ns: int
    started_ns: int
    deadline_ns: int | None = None
    remaining_ns: int | None = None
    held: HoldKind | None = None
    ended_ns: int | None = None
    ended_by: EndedBy | None = None


class ProjectProgress(Struct):
    """``done`` counts sheets that are in or accounted for (recused, absent, left) of ``expected``."""

    entry_no: str
    stage: ProjectStage
    call: int = 0
    done: int = 0
    expected: int = 0


class SeatStatus(Struct):
    """A seat as the host sees it. ``status`` is that of the current project's sheet; ``filled`` of ``lines`` is what
    the judge's form says it holds (never the marks); ``recorded_seq`` numbers the receipt; ``offline_since`` is wall
    UTC, empty while connected or never seen; ``waiting`` are devices that ask to be let in, as (device, name)."""

    seat: Seat
    judge_class: str = ""
    online: bool = False
    seen: bool = False
    offline_since: str = ""
    device_name: str = ""
    status: SheetStatus | None = None
    filled: int = 0
    lines: int = 0
    recorded_seq: int | None = None
    waiting: tuple[tuple[str, str], ...] = ()


class CutOff(Struct):
    """How a show was ended; −1 where it did not come to that."""

    run: int
    entry_no: str
    driver: str
    method: str
    curtain_us: int
    gone_us: int
    confirmed: bool


class Health(Struct):
    """The room's health, for the host: wall times are UTC ISO; ``pending`` events wait for the centre."""

    last_write: str = ""
    head_seq: int = 0
    commit_us: int = 0
    """How long the last commit took."""
    centre: str = ""
    """'' no centre is set, 'ok', 'waiting' (away, retried), 'contested'."""
    pending: int = 0
    last_backup: str = ""
    stage_online: bool = False
    trouble: tuple[tuple[str, str], ...] = ()
    """What is wrong now, as (zh, en)."""


class JoinLink(Struct):
    """A seat's join link; the host alone sees it."""

    seat: str
    link: str


class HostView(msgspec.Struct, frozen=True, kw_only=True, tag="host", tag_field="view"):
    current: str | None
    clock: ClockView | None
    next_step: NextStep
    projects: tuple[ProjectProgress, ...]
    seats: tuple[SeatStatus, ...]
    runs: tuple[PhaseRun, ...]
    cut_offs: tuple[CutOff, ...]
    undo_until_ns: int | None = None
    """Until when the last start or end of a phase may be taken back."""
    message: str = ""
    session_locked: bool = False
    published: bool = False
    health: Health = Health()
    join_links: tuple[JoinLink, ...] = ()


class OwnSheet(Struct):
    """A judge's own sheet: ``seq`` is the number of its receipt (recorded #57)."""

    status: SheetStatus
    revision: int = 0
    points: Points | None = None
    comment: str = ""
    seq: int | None = None
    late: bool = False
    reason: str = ""
    return_asked: bool = False


class JudgeView(msgspec.Struct, frozen=True, kw_only=True, tag="judge", tag_field="view"):
    """``open`` are the projects whose sheet this judge may submit now."""

    current: str | None
    clock: ClockView | None
    projects: tuple[ProjectProgress, ...]
    sheets: dict[str, OwnSheet]
    open: tuple[str, ...]
    session_locked: bool = False


class SheetLine(Struct):
    """One judge's sheet as the chair and the desk see it; ``points`` is None where there is none or it is hidden."""

    entry_no: str
    judge: str
    status: SheetStatus
    revision: int = 0
    points: Points | None = None
    comment: str = ""
    seq: int | None = None
    late: bool = False
    reason: str = ""
    replaced_by: str | None = None
    hidden: bool = False


class Signature(Struct):
    role: str
    name: str
    at: str
    head: str


class ChairView(msgspec.Struct, frozen=True, kw_only=True, tag="chair", tag_field="view"):
    """The chair's and the desk's view. ``tabulation`` counts the projects in ``visible`` alone."""

    current: str | None
    clock: ClockView | None
    projects: tuple[ProjectProgress, ...]
    sheets: tuple[SheetLine, ...]
    visible: tuple[str, ...]
    tabulation: Tabulation | None
    rulings: tuple[tuple[str, str], ...]
    """(JSON of the ruling, reason), in the order made."""
    return_requests: tuple[tuple[str, str, str], ...]
    """(entry number, judge, reason)"""
    signatures: tuple[Signature, ...]
    confirmed: tuple[tuple[str, str], ...]
    """(path of an assumed value, by whom)"""
    runs: tuple[PhaseRun, ...]
    cut_offs: tuple[CutOff, ...]
    session_locked: bool
    published: bool
    head_seq: int
    head_hash: str
    own_pending: tuple[str, ...] = ()
    """Projects hidden from a chair who judges until her own sheet is recorded."""


class StageView(msgspec.Struct, frozen=True, kw_only=True, tag="stage", tag_field="view"):
    """What the projector, the presenter's monitor and a public viewer may know."""

    current: str | None
    stage: ProjectStage | None
    clock: ClockView | None
    following: str | None
    message: str = ""
    done: bool = False
    published: Tabulation | None = None


AnyView = HostView | JudgeView | ChairView | StageView
