"""What each role may see: the only way anything leaves the room.

``briefing`` is what does not change while a session runs (sent on connecting); ``view`` is all the rest, sent whole.
A host sees who has submitted, never what; a judge his own sheets only; a chair who judges the others' sheets of a
project once her own is recorded; the desk (scorer, checker, supervisor) sheets of projects whose scoring is closed;
the stage and viewers what has been published. Times are nanoseconds of the room's clock.
"""

from __future__ import annotations

import enum
from decimal import Decimal

import msgspec

from judge_app.core import acts, clock, events, session
from judge_app.core.acts import Act
from judge_app.core.clock import EndedBy, HoldKind, PhaseRun
from judge_app.core.commands import Points
from judge_app.core.contest import PanelRole, PlannedSession, Project, Struct
from judge_app.core.events import SessionSetup
from judge_app.core.journal import Body
from judge_app.core.paper import PaperOrigin
from judge_app.core.review import Reviewed
from judge_app.core.rules import RuleSet
from judge_app.core.scoring import ComponentResult, Tabulation
from judge_app.core.seats import Role, Seat
from judge_app.core.session import HEARD, OUT, ProjectState, SheetState, State
from judge_app.core.stages import ProjectStage as ProjectStage
from judge_app.core.stages import ReviewStep as ReviewStep
from judge_app.core.stages import SheetStatus as SheetStatus
from judge_app.core.stages import Showing as Showing
from judge_app.core.working import Use


class Step(enum.StrEnum):
    """What the host's one big button does next."""

    GO_ON = "go_on"
    """A room was taken up again: the host looks at ``HostView.paused`` and goes on."""
    CALL = "call"
    START_PHASE = "start_phase"
    """Also ends the phase that runs."""
    RELEASE = "release"
    OPEN_SCORING = "open_scoring"
    CLOSE_SCORING = "close_scoring"
    DONE = "done"
    """Every project has been heard."""


class NextStep(Struct, frozen=True):
    """``entry_no`` is the project it is about, ``phase`` the phase to start; ``missing`` the judges still expected."""

    step: Step
    entry_no: str = ""
    phase: str = ""
    missing: tuple[str, ...] = ()


class JudgeCard(Struct, frozen=True):
    """A judge as others in the room know him."""

    no: str
    name: str
    judge_class: str
    unit: str = ""
    chair: bool = False
    reserve: bool = False


class Briefing(Struct, frozen=True):
    """What does not change while a session runs. ``judges`` is the panel for host, chair and desk; a judge's seat gets
    his own card alone, stage and viewers none. Votes are left out of ``projects`` for everyone but chair and desk, and
    people's names and the slides for viewers."""

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
    passed_initial_review: dict[str, int] = {}
    """Track → projects that passed the initial review: the basis of a quota that is a share of them, for the desk."""


class ClockView(Struct, frozen=True):
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


class ProjectProgress(Struct, frozen=True):
    """``done`` counts sheets that are in or accounted for (recused, absent, left) of ``expected``; ``review`` is how far
    the desk has come with the result."""

    entry_no: str
    stage: ProjectStage
    call: int = 0
    done: int = 0
    expected: int = 0
    review: ReviewStep = ReviewStep.NONE
    remarks: tuple[tuple[str, str, str], ...] = ()
    """What happened beside the plan, for host, chair and desk: (what, why, which seat said so)."""


class SeatStatus(Struct, frozen=True):
    """A seat as the host sees it. ``status`` is that of the current project's sheet; ``filled`` of ``lines`` is what
    the judge's form says it holds (never the marks); ``recorded_seq`` numbers the receipt; ``offline_since`` is wall
    UTC, empty while connected or never seen; ``device`` is the one that may act for the seat, and ``waiting`` are those
    that ask to be let in, as (device, name)."""

    seat: Seat
    judge_class: str = ""
    device: str = ""
    online: bool = False
    seen: bool = False
    offline_since: str = ""
    device_name: str = ""
    status: SheetStatus | None = None
    filled: int = 0
    lines: int = 0
    recorded_seq: int | None = None
    waiting: tuple[tuple[str, str], ...] = ()


class CutOff(Struct, frozen=True):
    """How a show was ended; −1 where it did not come to that. ``relapse``: it had been started again after its end."""

    run: int
    entry_no: str
    driver: str
    method: str
    curtain_us: int
    gone_us: int
    confirmed: bool
    relapse: bool = False


class DeckNote(Struct, frozen=True):
    """What the pre-flight found of a project's slides, where it is not all well: the light (core/preflight.py) and, in
    both languages, what it is and what to do."""

    entry_no: str
    light: str
    zh: str
    en: str


class Health(Struct, frozen=True):
    """The room's health, for the host: wall times are UTC ISO; ``pending`` events wait for the centre."""

    last_write: str = ""
    head_seq: int = 0
    commit_us: int = 0
    """How long the last commit took."""
    centre: str = ""
    """'' no centre is set, 'ok', 'waiting' (away, retried), 'contested'."""
    pending: int = 0
    last_backup: str = ""
    """The last copy that was opened and checked."""
    mirror: str = ""
    """'' no mirror is set, 'ok', 'same_disk' (kept, but it dies with this disk), 'waiting' (its medium is away or slow,
    retried; it is filled again by itself), 'ahead' (it knows more than the session file: something was lost here)."""
    mirror_folder: str = ""
    mirror_lag: int = 0
    """Events that are not on the mirror yet."""
    checkpoint: int = 0
    """The last record that the room has signed."""
    spare: str = ""
    """'' none ever followed, 'ok', 'behind', 'away'."""
    spare_lag: int = 0
    """Events that the spare has not confirmed yet."""
    disk_free: int | None = None
    """MB free where the session file lies."""
    battery: int | None = None
    """Percent left while this computer runs on its battery; None on mains, or without one."""
    stage_online: bool = False
    decks: tuple[DeckNote, ...] | None = None
    """The slides that somebody should look at; empty: the pre-flight found nothing; None: it was not made."""
    trouble: tuple[tuple[str, str], ...] = ()
    """What is wrong now, as (zh, en)."""


class ProposedJudge(Struct, frozen=True):
    """A walk-in judge whom the host proposes and the chair has to agree to."""

    no: str
    name: str
    judge_class: str
    unit: str = ""
    reserve: bool = False
    reason: str = ""


class PaperNote(Struct, frozen=True):
    """A sheet that is entered from paper (代录), as the host sees it: by whom, and whether it is recorded; no mark."""

    entry_no: str
    judge: str
    names: tuple[str, ...]
    recorded: bool = False
    photo: str = ""


class PaperView(Struct, frozen=True):
    """A paper sheet that waits for agreement, as the desk sees it. ``entered`` are (seat, name) of who has entered it;
    ``readings`` the marks, by seat: the own one, and all of them once two are in, for those who entered it."""

    entry_no: str
    judge: str
    entered: tuple[tuple[str, str], ...]
    readings: dict[str, Points] = {}
    photo: str = ""


class JoinLink(Struct, frozen=True):
    """A seat's join link; the host alone sees it. ``link`` is good for ten minutes (a new one is shown all the time),
    ``card`` for a printed seat card: until a device has enrolled with it. ``join_code`` is the 8-digit code to read out, where the host has
    asked for one and it is still valid, until the room's clock shows ``code_until_ns``."""

    seat: str
    link: str
    join_code: str = ""
    code_until_ns: int | None = None
    card: str = ""


class Paused(Struct, frozen=True):
    """What a room holds that was taken up again: so many standing sheets, the last record at ``last_at`` (wall UTC).

    ``source`` names the copy that it was put together from ('' the session file itself), ``kept`` the damaged file's
    new name; ``may_lack``: the newest records may be missing, seats send them again. ``needs_second``: a spare took over,
    so going on needs a second person."""

    kind: events.PauseKind
    sheets: int
    last_at: str
    source: str = ""
    kept: str = ""
    may_lack: bool = False
    needs_second: bool = False


class ResultsShowing(Struct, frozen=True):
    """What of the published results the audience sees: ``step`` of the steps 0 to ``steps``."""

    kind: Showing
    entry_no: str = ""
    step: int = 0
    steps: int = 0


class ShownMark(Struct, frozen=True):
    """A mark that is shown to the audience, without the judge who gave it."""

    total: Decimal
    use: Use


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
    paused: Paused | None = None
    showing: ResultsShowing | None = None
    health: Health = Health()
    join_links: tuple[JoinLink, ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()
    """Where the room can be reached: (address and port, the network's name), the likeliest first; for the host alone."""
    papers: tuple[PaperNote, ...] = ()
    """Sheets that are, or were, entered from paper."""
    proposed: tuple[ProposedJudge, ...] = ()
    """Walk-in judges to whom the chair has not agreed yet."""
    may_show_slide: bool = False
    """The questions after a talk run: a slide may be shown again while there is time left."""
    still: int = 0
    """The slide that is shown again now; 0: none."""
    slides: int | None = None
    """Of so many slides of the current project the stage has pictures; None: it has not said."""


class OwnSheet(Struct, frozen=True):
    """A judge's own sheet: ``seq`` is the number of its receipt (recorded #57)."""

    status: SheetStatus
    revision: int = 0
    points: Points | None = None
    comment: str = ""
    seq: int | None = None
    late: bool = False
    reason: str = ""
    return_asked: bool = False
    late_kept: tuple[int, ...] = ()
    """Receipts of sheets that came after the lock: kept as evidence, not counted."""
    paper: PaperOrigin | None = None
    """By whom it was entered from the judge's paper sheet, if it was."""


class JudgeView(msgspec.Struct, frozen=True, kw_only=True, tag="judge", tag_field="view"):
    """``open`` are the projects whose sheet this judge may submit now."""

    current: str | None
    clock: ClockView | None
    projects: tuple[ProjectProgress, ...]
    sheets: dict[str, OwnSheet]
    open: tuple[str, ...]
    session_locked: bool = False


class SheetLine(Struct, frozen=True):
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
    late_kept: tuple[int, ...] = ()
    """Numbers of the records of sheets that came after the lock: evidence, not counted."""
    paper: PaperOrigin | None = None
    """By whom it was entered from the judge's paper sheet, if it was."""


class ReviewView(Struct, frozen=True):
    """The desk's review of one project, as the chair and the desk see it."""

    entry_no: str
    recomputed: Reviewed | None = None
    checked: Reviewed | None = None


class Signature(Struct, frozen=True):
    """``stale``: a result changed after it was given, so that it must be given again."""

    role: str
    name: str
    at: str
    head: str
    stale: bool = False


class SeatLive(Struct, frozen=True):
    """What the room knows of a seat beside the journal; it is lost with the process and comes back by itself."""

    online: bool = False
    seen: bool = False
    offline_since: str = ""
    device_name: str = ""
    entry_no: str = ""
    filled: int = 0
    lines: int = 0


class Live(Struct, frozen=True):
    """What is true now and stands in no journal: who is connected, the room's health, the links to join by.

    ``head_seq`` and ``head_hash`` are those of the last committed record.
    """

    seats: dict[str, SeatLive] = {}
    health: Health = Health()
    join_links: tuple[JoinLink, ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()
    head_seq: int = 0
    head_hash: str = ""
    slides: tuple[str, int] | None = None
    """(entry number, of how many of its slides the stage has pictures)"""


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
    """(entry number, judge, reason), of the projects whose sheets may be seen: a reason may tell a mark."""
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
    reviews: tuple[ReviewView, ...] = ()
    """The reviews that stand, of the projects whose sheets may be seen."""
    papers: tuple[PaperView, ...] = ()
    """Paper sheets that wait for a second reading, or for two that agree."""
    contested: bool = False
    """The centre holds another journal of this session too: the chair says which one counts."""
    proposed: tuple[ProposedJudge, ...] = ()
    """Walk-in judges to whom the chair has not agreed yet."""
    acts: tuple[Act, ...] = ()
    """What was reopened, ruled, added, replaced …, for the supervisor; without a reason that might tell a mark of a
    project whose sheets may not be seen yet."""


class StageView(msgspec.Struct, frozen=True, kw_only=True, tag="stage", tag_field="view"):
    """What the projector, the presenter's monitor and a public viewer may know. ``message`` is for the presenter, not
    for viewers; ``published`` names no judge and tells no judge's mark. ``showing`` is what the host leads before the
    audience, ``marks`` by component those of the one project that is revealed, in order of size, from the step on at
    which they are shown, and only where the rules have them announced."""

    current: str | None
    stage: ProjectStage | None
    clock: ClockView | None
    following: str | None
    message: str = ""
    done: bool = False
    published: Tabulation | None = None
    showing: ResultsShowing | None = None
    marks: dict[str, tuple[ShownMark, ...]] = {}
    still: int = 0
    """The slide of the ended talk that is shown again in the questions, for as long as there is time left; 0: none.
    Not for viewers, who have no slides."""


AnyView = HostView | JudgeView | ChairView | StageView


NOBODY = Live()


def briefing(state: State, seat: Seat) -> Briefing:
    """What a seat is told once: the set-up, less what is not its business."""
    setup = state.session
    desk = seat.role in _DESK
    contest = setup.contest
    return Briefing(
        seat=seat,
        session_id=setup.session_id,
        contest_name=contest.name,
        edition=contest.edition,
        region=contest.region,
        round=contest.round,
        session=setup.session,
        rehearsal=setup.rehearsal,
        rules=setup.rules,
        projects=tuple(project if desk else _told(project, seat) for project in contest.projects),
        passed_initial_review=contest.passed_initial_review if desk else {},
        judges=tuple(
            JudgeCard(
                no=judge.no,
                name=judge.name,
                judge_class=judge.judge_class,
                unit=judge.unit,
                chair=judge.role is PanelRole.CHAIR,
                reserve=judge.role is PanelRole.RESERVE,
            )
            for judge in contest.judges
            if desk or seat.role in (Role.HOST, Role.TIMEKEEPER) or (seat.role is Role.JUDGE and judge.no == seat.judge)
        ),
    )


def _told(project: Project, seat: Seat) -> Project:
    """A project as those hear of it who do not count: without its votes, and for the public without people."""
    if seat.role is Role.VIEWER:
        return msgspec.structs.replace(project, votes=None, captain="", members=(), deck="")
    return msgspec.structs.replace(project, votes=None)


_DESK = frozenset({Role.CHAIR, Role.SCORER, Role.CHECKER, Role.SUPERVISOR})


def view(state: State, seat: Seat, live: Live = NOBODY) -> AnyView:
    """What a seat may see now, whole."""
    if seat.role in (Role.HOST, Role.TIMEKEEPER):
        return _host(state, seat, live)
    if seat.role is Role.JUDGE:
        return _judge(state, seat)
    if seat.role in _DESK:
        return _chair(state, seat, live)
    return _stage(state, seat)


def reaches(body: Body, seat: Seat) -> bool:
    """Whether an event can change what a seat sees; False spares the room the work of looking.

    A judge's sheet reaches no other judge, nor the stage; everything else may reach everybody.
    """
    event = body.event
    if isinstance(event, _ONE_JUDGE):
        if seat.role is Role.JUDGE:
            return seat.judge in (event.judge, getattr(event, "replaced_by", None)) or isinstance(
                event, events.PresenceSet
            )
        return seat.role not in (Role.STAGE, Role.VIEWER)
    if isinstance(event, events.SlideShown):
        return seat.role not in (Role.JUDGE, Role.VIEWER)
    if isinstance(event, _HOST_ONLY):
        return seat.role in (Role.HOST, Role.TIMEKEEPER) or seat.role in _DESK
    return True


_ONE_JUDGE = (
    events.SheetSubmitted,
    events.SheetReturned,
    events.ReturnAsked,
    events.LateSheetKept,
    events.PresenceSet,
    events.PaperEntered,
    events.PaperDropped,
)
_HOST_ONLY = (
    events.CutOffReported,
    events.DeviceEnrolled,
    events.DeviceAdmitted,
    events.DeviceRevoked,
    events.RoomStarted,
    events.ClockStepped,
    events.RulingMade,
    events.SignedOff,
    events.AssumedConfirmed,
    events.ResultRecomputed,
    events.ResultChecked,
    events.SessionPaused,
    events.SessionResumed,
    events.ChainChosen,
)


def clock_view(state: State) -> ClockView | None:
    """The phase that runs, or the last one of the project on stage."""
    run = state.runs[-1] if state.runs else None
    if run is None or run.entry_no != state.current:
        return None
    held = run.hold
    still = run.ended_ns if run.ended_ns is not None else held.started_ns if held is not None else None
    return ClockView(
        run=run.run,
        entry_no=run.entry_no,
        phase=run.phase,
        slides_end=run.slides_end,
        planned_ns=run.planned_ns,
        added_ns=run.added_ns,
        started_ns=run.started_ns,
        deadline_ns=clock.deadline_ns(run),
        remaining_ns=None if still is None else clock.remaining_ns(run, still),
        held=None if held is None else held.kind,
        ended_ns=run.ended_ns,
        ended_by=run.ended_by,
    )


def _progress(state: State, counted: bool) -> tuple[ProjectProgress, ...]:
    """The running order; how many sheets are in is told to host, chair and desk alone."""
    result = []
    for entry_no in state.order:
        held = state.projects[entry_no]
        if not counted:
            result.append(ProjectProgress(entry_no=entry_no, stage=held.stage, call=held.call))
            continue
        expected = sum(1 for sheet in held.sheets.values() if sheet.replaced_by is None)
        done = expected - len(held.missing)
        progress = ProjectProgress(
            entry_no=entry_no,
            stage=held.stage,
            call=held.call,
            done=done,
            expected=expected,
            review=session.review_step(state, entry_no) if entry_no in state.reviews else ReviewStep.NONE,
            remarks=held.remarks,
        )
        result.append(progress)
    return tuple(result)


def next_step(state: State) -> NextStep:
    """What the host does next (叫号 → 开始演示 → 开始问答 → 开始评分 → 下一个)."""
    if state.paused is not None:
        return NextStep(step=Step.GO_ON, entry_no=state.current or "")
    if state.run is not None and state.run.hold is not None:
        return NextStep(step=Step.RELEASE, entry_no=state.run.entry_no, phase=state.run.phase)
    if state.current is not None and state.projects[state.current].stage not in HEARD:
        following = session.next_phase(state)
        if following is not None:
            return NextStep(step=Step.START_PHASE, entry_no=state.current, phase=following.key)
        return NextStep(step=Step.OPEN_SCORING, entry_no=state.current, missing=state.projects[state.current].missing)
    scoring = next((no for no in state.order if state.projects[no].stage is ProjectStage.SCORING), None)
    waiting = next((no for no in state.order if state.projects[no].stage is ProjectStage.WAITING), None)
    missing = () if scoring is None else state.projects[scoring].missing
    if waiting is not None:
        return NextStep(step=Step.CALL, entry_no=waiting, missing=missing)
    if scoring is not None:
        return NextStep(step=Step.CLOSE_SCORING, entry_no=scoring, missing=missing)
    return NextStep(step=Step.DONE)


def _cut_offs(state: State) -> tuple[CutOff, ...]:
    of = {run.run: run.entry_no for run in state.all_runs}
    return tuple(
        CutOff(
            run=report.run,
            entry_no=of.get(report.run, ""),
            driver=report.driver,
            method=report.method,
            curtain_us=report.curtain_us,
            gone_us=report.gone_us,
            confirmed=report.confirmed,
            relapse=report.relapse,
        )
        for report in state.cut_offs
    )


def _host(state: State, seat: Seat, live: Live) -> HostView:
    setup, run = state.session, state.run
    return HostView(
        current=state.current,
        clock=clock_view(state),
        next_step=next_step(state),
        projects=_progress(state, counted=True),
        seats=tuple(_seat_status(state, setup, other, live) for other in session.seats(setup)),
        runs=state.all_runs,
        cut_offs=_cut_offs(state),
        undo_until_ns=None if state.undo is None else state.undo.at_ns + session.UNDO_NS,
        message=state.message,
        session_locked=state.locked,
        published=state.published,
        paused=_paused(state.paused),
        showing=_showing(state),
        health=live.health,
        join_links=live.join_links if seat.role is Role.HOST else (),
        addresses=live.addresses if seat.role is Role.HOST else (),
        papers=_paper_notes(state),
        proposed=_proposed(state),
        may_show_slide=run is not None and run.hold is None and session.stills_allowed(state, run),
        still=_still(state),
        slides=None if live.slides is None or live.slides[0] != state.current else live.slides[1],
    )


def _still(state: State) -> int:
    still = None if state.run is None else state.run.still
    return 0 if still is None else still.slide


def _proposed(state: State) -> tuple[ProposedJudge, ...]:
    return tuple(
        ProposedJudge(
            no=judge.no,
            name=judge.name,
            judge_class=judge.judge_class,
            unit=judge.unit,
            reserve=judge.role is PanelRole.RESERVE,
            reason=reason,
        )
        for judge, reason in state.proposed
    )


_TELLS_NO_MARK = (acts.Kind.REMOVED, acts.Kind.NO_SHOW)
"""Why a project is out stands with the project itself for everybody at the desk."""


def _acts(state: State, shown: dict[str, bool]) -> tuple[Act, ...]:
    """The reasons of acts on a project only once its sheets are shown: "95 written as 59" would tell a mark."""
    return tuple(
        act
        if not act.entry_no or shown.get(act.entry_no) or act.kind in _TELLS_NO_MARK
        else msgspec.structs.replace(act, reason="")
        for act in state.acts
    )


def _paused(event: events.SessionPaused | None) -> Paused | None:
    if event is None:
        return None
    return Paused(
        kind=event.kind,
        sheets=event.sheets,
        last_at=event.last_at,
        source=event.source,
        kept=event.kept,
        may_lack=event.may_lack,
        needs_second=event.kind is events.PauseKind.TAKEN_OVER,
    )


def _paper_notes(state: State) -> tuple[PaperNote, ...]:
    waiting = [
        PaperNote(
            entry_no=no,
            judge=judge,
            names=tuple(one.name for one in entries),
            photo=next((one.photo for one in entries if one.photo), ""),
        )
        for (no, judge), entries in state.papers.items()
        if state.projects[no].stage not in OUT
    ]
    done = [
        PaperNote(entry_no=no, judge=judge, names=sheet.paper.names, recorded=True, photo=sheet.paper.photo)
        for no in state.order
        for judge, sheet in state.projects[no].sheets.items()
        if sheet.paper is not None and sheet.status is SheetStatus.SUBMITTED
    ]
    return (*waiting, *done)


def _papers(state: State, seat: Seat) -> tuple[PaperView, ...]:
    """What waits, to whom it may be told: a reading to nobody but who made it, until two have been made."""
    made = []
    for (no, judge), entries in state.papers.items():
        if state.projects[no].stage in OUT:
            continue
        told = not session.own_pending(state.projects[no], seat)
        both = len(entries) > 1 and any(one.seat == seat.id for one in entries)
        made.append(
            PaperView(
                entry_no=no,
                judge=judge,
                entered=tuple((one.seat, one.name) for one in entries),
                readings={one.seat: one.points for one in entries if told and (both or one.seat == seat.id)},
                photo=next((one.photo for one in entries if one.photo), ""),
            )
        )
    return tuple(made)


def _seat_status(state: State, setup: SessionSetup, seat: Seat, live: Live) -> SeatStatus:
    here = live.seats.get(seat.id, SeatLive())
    sheet = _current_sheet(state, seat)
    judge = session.panel_judge(setup, seat.judge) if seat.role is Role.JUDGE and seat.judge else None
    writing = here.entry_no == state.current
    return SeatStatus(
        seat=seat,
        judge_class=judge.judge_class if judge else "",
        device=next((one.id for one in state.devices.get(seat.id, ()) if one.admitted and not one.revoked), ""),
        online=here.online,
        seen=here.seen,
        offline_since=here.offline_since,
        device_name=here.device_name,
        status=None if sheet is None else sheet.status,
        filled=here.filled if writing else 0,
        lines=here.lines if writing else 0,
        recorded_seq=None if sheet is None else sheet.seq,
        waiting=tuple(
            (device.id, device.name)
            for device in state.devices.get(seat.id, ())
            if not device.admitted and not device.revoked
        ),
    )


def _current_sheet(state: State, seat: Seat) -> SheetState | None:
    if seat.role is not Role.JUDGE or seat.judge is None or state.current is None:
        return None
    return state.projects[state.current].sheets.get(seat.judge)


def _judge(state: State, seat: Seat) -> JudgeView:
    own = seat.judge or ""
    sheets = {no: held.sheets[own] for no, held in state.projects.items() if own in held.sheets}
    return JudgeView(
        current=state.current,
        clock=clock_view(state),
        projects=_progress(state, counted=False),
        sheets={
            no: OwnSheet(
                status=sheet.status,
                revision=sheet.revision,
                points=sheet.points,
                comment=sheet.comment,
                seq=sheet.seq,
                late=sheet.late,
                reason=sheet.reason,
                return_asked=bool(sheet.return_asked),
                late_kept=sheet.late_kept,
                paper=sheet.paper,
            )
            for no, sheet in sheets.items()
            if sheet != SheetState()
        },
        open=tuple(no for no in state.order if no in sheets and session.open_for(state.projects[no].stage, sheets[no])),
        session_locked=state.locked,
    )


def _chair(state: State, seat: Seat, live: Live) -> ChairView:
    shown = {no: _shown(state.projects[no], seat) for no in state.order}
    visible = tuple(no for no in state.order if shown[no] and state.projects[no].stage not in OUT)
    return ChairView(
        current=state.current,
        clock=clock_view(state),
        projects=_progress(state, counted=True),
        sheets=tuple(
            _sheet_line(no, judge, sheet, hidden=not shown[no] and judge != seat.judge)
            for no in state.order
            for judge, sheet in state.projects[no].sheets.items()
        ),
        visible=visible,
        tabulation=session.tabulation(state, visible) if visible else None,
        rulings=tuple((ruling, reason) for ruling, reason, _ in state.rulings),
        return_requests=tuple(
            (no, judge, sheet.return_asked)
            for no in visible
            for judge, sheet in state.projects[no].sheets.items()
            if sheet.return_asked and sheet.status is SheetStatus.SUBMITTED
        ),
        signatures=tuple(
            Signature(
                role=signed.role,
                name=signed.name,
                at=signed.at,
                head=signed.head,
                stale=signed.seq < state.results_seq,
            )
            for signed in state.signatures
        ),
        confirmed=state.confirmed,
        runs=state.all_runs,
        cut_offs=_cut_offs(state),
        session_locked=state.locked,
        published=state.published,
        head_seq=live.head_seq,
        head_hash=live.head_hash,
        contested=live.health.centre == "contested",
        own_pending=tuple(no for no in state.order if not shown[no] and state.projects[no].stage not in OUT)
        if seat.role is Role.CHAIR
        else (),
        reviews=tuple(
            ReviewView(entry_no=no, recomputed=review.recomputed, checked=review.checked)
            for no, review in state.reviews.items()
            if no in visible
        ),
        papers=_papers(state, seat),
        proposed=_proposed(state),
        acts=_acts(state, shown) if seat.role is Role.SUPERVISOR else (),
    )


def _shown(held: ProjectState, seat: Seat) -> bool:
    """Whether the sheets of a project may be seen: a chair once her own is settled, the desk once scoring is closed."""
    if seat.role is Role.CHAIR:
        return not session.own_pending(held, seat)
    return held.stage in (ProjectStage.CLOSED, ProjectStage.LOCKED)


def _sheet_line(entry_no: str, judge: str, sheet: SheetState, *, hidden: bool) -> SheetLine:
    if hidden:
        return SheetLine(entry_no=entry_no, judge=judge, status=sheet.status, hidden=True)
    return SheetLine(
        entry_no=entry_no,
        judge=judge,
        status=sheet.status,
        revision=sheet.revision,
        points=sheet.points,
        comment=sheet.comment,
        seq=sheet.seq,
        late=sheet.late,
        reason=sheet.reason,
        replaced_by=sheet.replaced_by,
        late_kept=sheet.late_kept,
        paper=sheet.paper,
    )


_NAMES_A_JUDGE = ("JUDGE_", "OUTLIER:", "ZERO_SCORE:")


def public(results: Tabulation, rules: RuleSet) -> Tabulation:
    """Results as everybody may see them: no judge's name or mark, no flag that names one; the parts of a total only
    where the rules have them announced (domain.md 2.3)."""
    return msgspec.structs.replace(
        results,
        projects=tuple(
            msgspec.structs.replace(
                project,
                components={}
                if rules.announce == "total"
                else {
                    key: ComponentResult(
                        status=part.status, score=part.score, valid=part.valid, kept=part.kept, omitted=part.omitted
                    )
                    for key, part in project.components.items()
                },
                flags=tuple(flag for flag in project.flags if not flag.startswith(_NAMES_A_JUDGE)),
                popularity_counted=None if rules.announce == "total" else project.popularity_counted,
            )
            for project in results.projects
        ),
        unused_rulings=(),
    )


def _showing(state: State) -> ResultsShowing | None:
    shown = state.showing
    if shown is None or not state.published:
        return None
    steps = session.show_steps(state, shown.kind)
    return ResultsShowing(kind=shown.kind, entry_no=shown.entry_no, step=min(shown.step, steps), steps=steps)


def _shown_marks(
    results: Tabulation, rules: RuleSet, showing: ResultsShowing | None
) -> dict[str, tuple[ShownMark, ...]]:
    """The marks of the project that is revealed; nobody's by their order, none before their step."""
    if showing is None or showing.kind is not Showing.MARKS or showing.step < 1 or rules.announce != "full":
        return {}
    return {
        key: tuple(
            sorted(
                (
                    ShownMark(total=mark.total, use=mark.use)
                    for mark in part.marks
                    if mark.total is not None and mark.use is not Use.NOT_VALID
                ),
                key=lambda mark: (mark.total, mark.use),
            )
        )
        for key, part in results.project(showing.entry_no).components.items()
        if any(mark.use is not Use.NOT_VALID for mark in part.marks)
    }


def _stage(state: State, seat: Seat) -> StageView:
    following = next((no for no in state.order if state.projects[no].stage is ProjectStage.WAITING), None)
    results = session.tabulation(state) if state.published else None
    showing = _showing(state)
    return StageView(
        current=state.current,
        stage=None if state.current is None else state.projects[state.current].stage,
        clock=clock_view(state),
        following=following,
        message=state.message if seat.role is Role.STAGE else "",
        done=all(held.stage in HEARD for held in state.projects.values()),
        published=None if results is None else public(results, state.session.rules),
        showing=showing,
        marks={} if results is None else _shown_marks(results, state.session.rules, showing),
        still=_still(state) if seat.role is Role.STAGE else 0,
    )
