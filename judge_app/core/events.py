"""What happened: past tense, typed. State is a fold of these (session/); the journal is a list of them (journal.py).

Times inside events are nanoseconds of the room's clock; when the event itself happened stands in its record.
"""

from __future__ import annotations

import enum

import msgspec

from judge_app.core.clock import EndedBy, HoldKind, Outcome
from judge_app.core.commands import Points
from judge_app.core.contest import Contest, Judge, PlannedSession, Presence, Struct
from judge_app.core.paper import PaperOrigin
from judge_app.core.review import Tick
from judge_app.core.rules import RuleSet
from judge_app.core.stages import Showing


class SessionSetup(Struct, frozen=True):
    """All that a room needs to know to run one session; it is the body of the journal's first event.

    ``contest.projects`` and ``contest.judges`` hold this session's only, the projects in running order;
    ``contest.sessions`` names all that are planned, so that one that is missing is missed when the contest is counted.
    """

    session_id: str
    """128 random bits as hex; tells this sitting from every other, rehearsals included."""
    contest: Contest
    session: PlannedSession
    rules: RuleSet
    rehearsal: bool = False
    automatic_admission: bool = False
    """Whether a device with a good token is let in without the host's hand (rehearsals and tests)."""


class Event(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag=True,
    tag_field="event",
):
    """The base of every event; ``event`` names it in the journal."""


class SessionOpened(Event, frozen=True):
    setup: SessionSetup


class RoomStarted(Event, frozen=True):
    """A room process took the session up: its clock maps ``origin_real_ns`` of this boot to ``origin_ns`` at ``rate``."""

    boot_id: str
    origin_real_ns: int
    origin_ns: int
    rate: int
    epoch: int


class ClockStepped(Event, frozen=True):
    """Wall time moved against the monotonic clock (sleep, clock set) by so much."""

    delta_ms: int


class ProjectCalled(Event, frozen=True):
    entry_no: str
    call: int


class PhaseStarted(Event, frozen=True):
    run: int
    entry_no: str
    phase: str
    planned_ns: int
    slides_end: bool
    started_ns: int


class ClockHeld(Event, frozen=True):
    run: int
    kind: HoldKind
    reason: str
    at_ns: int


class ClockReleased(Event, frozen=True):
    run: int
    at_ns: int
    outcome: Outcome | None = None


class TimeAdded(Event, frozen=True):
    run: int
    at_ns: int
    delta_ns: int
    reason: str


class PhaseEnded(Event, frozen=True):
    """``ended_ns`` is the true end: the deadline for a cut-off, also where the room learned of it later."""

    run: int
    ended_ns: int
    by: EndedBy
    reason: str = ""


class StepUndone(Event, frozen=True):
    """The last start or end of a phase was a mis-press: its run is taken back and the one before goes on."""

    run: int


class CutOffReported(Event, frozen=True):
    run: int
    driver: str
    method: str
    curtain_us: int
    gone_us: int
    confirmed: bool
    relapse: bool = False
    """It was started again after its end, and ended again; latencies from when that was seen."""


class ScoringOpened(Event, frozen=True):
    entry_no: str


class SheetSubmitted(Event, frozen=True):
    """A judge's sheet is recorded; ``paper`` where two people entered it from paper for him."""

    entry_no: str
    judge: str
    revision: int
    points: Points
    comment: str = ""
    late: bool = False
    paper: PaperOrigin | None = None


class PaperEntered(Event, frozen=True):
    """One person's reading of a judge's paper sheet; it counts only with a second one that agrees."""

    entry_no: str
    judge: str
    name: str
    points: Points
    comment: str = ""
    photo: str = ""


class PaperDropped(Event, frozen=True):
    entry_no: str
    judge: str
    reason: str


class LateSheetKept(Event, frozen=True):
    """A sheet that arrived after the lock: kept as evidence, without effect."""

    entry_no: str
    judge: str
    points: Points
    comment: str = ""


class SheetReturned(Event, frozen=True):
    entry_no: str
    judge: str
    reason: str


class ReturnAsked(Event, frozen=True):
    entry_no: str
    judge: str
    reason: str


class PresenceSet(Event, frozen=True):
    entry_no: str
    judge: str
    presence: Presence
    reason: str
    replaced_by: str | None = None


class JudgeProposed(Event, frozen=True):
    """The host proposes a judge who was not planned."""

    judge: Judge
    reason: str


class JudgeAdded(Event, frozen=True):
    """The chair agreed: the judge is on the panel, and expected for these projects (none for a reserve)."""

    judge: Judge
    entry_nos: tuple[str, ...]
    reason: str


class JudgeDeclined(Event, frozen=True):
    no: str
    reason: str


class ScoringClosed(Event, frozen=True):
    entry_no: str
    missing: tuple[str, ...] = ()


class ResultRecomputed(Event, frozen=True):
    """The scorer recomputed a project's result, line by line; ``ticks`` hold the numbers as they were seen."""

    entry_no: str
    name: str
    ticks: tuple[Tick, ...]


class ResultChecked(Event, frozen=True):
    """The checker did so, too."""

    entry_no: str
    name: str
    ticks: tuple[Tick, ...]


class NoShowMarked(Event, frozen=True):
    entry_no: str
    forfeit: bool
    reason: str


class ProjectRemoved(Event, frozen=True):
    entry_no: str
    disqualified: bool
    reason: str


class ProjectsReordered(Event, frozen=True):
    entry_nos: tuple[str, ...]
    reason: str


class RulingMade(Event, frozen=True):
    ruling: str
    reason: str


class ProjectLocked(Event, frozen=True):
    entry_no: str


class ProjectReopened(Event, frozen=True):
    entry_no: str
    reason: str
    second_person: str


class SignedOff(Event, frozen=True):
    role: str
    name: str
    head: str


class SessionLocked(Event, frozen=True):
    pass


class AssumedConfirmed(Event, frozen=True):
    path: str
    name: str


class ResultsPublished(Event, frozen=True):
    pass


class ResultsShown(Event, frozen=True):
    """The host has brought this of the published results before the audience."""

    kind: Showing
    entry_no: str = ""
    step: int = 0


class MessageShown(Event, frozen=True):
    text: str


class SlideShown(Event, frozen=True):
    """A slide of the ended talk is shown again in this run, as a still picture; 0: it was taken away."""

    run: int
    slide: int
    at_ns: int


class DeviceEnrolled(Event, frozen=True):
    """A device showed a good token for a seat; ``key`` is its Ed25519 public key as hex. ``machine`` tells this computer
    from every other, whatever its name (empty where it was not asked: before there were reviews)."""

    seat: str
    device: str
    name: str
    key: str
    admitted: bool
    machine: str = ""


class DeviceAdmitted(Event, frozen=True):
    seat: str
    device: str


class DeviceRevoked(Event, frozen=True):
    seat: str
    device: str
    reason: str


class PauseKind(enum.StrEnum):
    """Why a room began paused: the host opened the session again, it was put together from copies, or a spare took it
    over from a room that is gone."""

    OPENED = "opened"
    RECOVERED = "recovered"
    TAKEN_OVER = "taken_over"


class SessionPaused(Event, frozen=True):
    """Nothing but devices is taken until the host goes on: first he looks at what is here."""

    kind: PauseKind
    sheets: int
    """Standing sheets of the whole session."""
    last_at: str
    """Wall time (UTC) of the last record before."""
    source: str = ""
    """The copy that the records came from; '' for the session file itself."""
    kept: str = ""
    """What the damaged file is called now."""
    may_lack: bool = False
    """Whether the newest records may be missing; seats send again what they hold receipts for."""


class SessionResumed(Event, frozen=True):
    """The host went on, after a take-over together with a second person."""

    second_person: str = ""


class ChainChosen(Event, frozen=True):
    """The chair says that this journal counts, where the centre holds another one of the same session too."""

    reason: str


AnyEvent = (
    SessionOpened
    | RoomStarted
    | ClockStepped
    | ProjectCalled
    | PhaseStarted
    | ClockHeld
    | ClockReleased
    | TimeAdded
    | PhaseEnded
    | StepUndone
    | CutOffReported
    | ScoringOpened
    | SheetSubmitted
    | PaperEntered
    | PaperDropped
    | LateSheetKept
    | SheetReturned
    | ReturnAsked
    | PresenceSet
    | JudgeProposed
    | JudgeAdded
    | JudgeDeclined
    | ScoringClosed
    | ResultRecomputed
    | ResultChecked
    | NoShowMarked
    | ProjectRemoved
    | ProjectsReordered
    | RulingMade
    | ProjectLocked
    | ProjectReopened
    | SignedOff
    | SessionLocked
    | AssumedConfirmed
    | ResultsPublished
    | ResultsShown
    | MessageShown
    | SlideShown
    | DeviceEnrolled
    | DeviceAdmitted
    | DeviceRevoked
    | SessionPaused
    | SessionResumed
    | ChainChosen
)
