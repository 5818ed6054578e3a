"""What a seat may ask of the room: imperative, typed, without a clock.

Points are integers of hundredths, by component key and criterion name. ``revision`` is the revision of the sheet
that a command builds on (0 where none was recorded). Reasons are required where the session's record needs a why.
"""

from __future__ import annotations

import msgspec

from judge_app.core.clock import Outcome
from judge_app.core.contest import Presence
from judge_app.core.review import Tick
from judge_app.core.stages import Showing

Points = dict[str, dict[str, int]]
"""Component key → criterion name → hundredths of a point."""


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag=True, tag_field="do"):
    """The base of every command; ``do`` names it on the wire."""


# the host's hands


class CallProject(Command, frozen=True):
    """叫号: the project is called; a second and third call are counted (no-show rule)."""

    entry_no: str


class StartPhase(Command, frozen=True):
    """Start a phase of the called project; ends the phase that runs, if any."""

    phase: str


class HoldClock(Command, frozen=True):
    """Pause (presenter) or technical stop (fault): the clock is held."""

    technical: bool
    reason: str


class ReleaseClock(Command, frozen=True):
    """The clock runs again; a technical stop needs its outcome, with EXTRA_TIME the seconds given."""

    outcome: Outcome | None = None
    extra_seconds: int = 0


class AddTime(Command, frozen=True):
    """Give (or take) seconds, with a reason."""

    seconds: int
    reason: str


class EndPhase(Command, frozen=True):
    """End the phase that runs, now."""

    reason: str = ""


class RestartPhase(Command, frozen=True):
    """Run the phase again from its full time (重讲)."""

    reason: str


class UndoStep(Command, frozen=True):
    """Take back a mis-pressed start or end within 5 s; the clock goes on as if it had not been pressed."""


class OpenScoring(Command, frozen=True):
    """开始评分: what is left for this project is the judges' marks."""


class MarkNoShow(Command, frozen=True):
    """Nobody came after the calls: heard last, or 弃权."""

    entry_no: str
    forfeit: bool
    reason: str


class RemoveProject(Command, frozen=True):
    """Withdrawal (弃赛) or disqualification (取消资格)."""

    entry_no: str
    disqualified: bool
    reason: str


class ReorderProjects(Command, frozen=True):
    """A new running order of the projects that still wait, with a reason."""

    entry_nos: tuple[str, ...]
    reason: str


class SetPresence(Command, frozen=True):
    """A judge's presence for one project, by the host or the chair; ``replaced_by`` names a reserve judge."""

    entry_no: str
    judge: str
    presence: Presence
    reason: str
    replaced_by: str | None = None


class ReplaceJudge(Command, frozen=True):
    """From now on a reserve judge sits for another: on every project that is still to be scored by both, and is not the
    reserve's own by his unit or its team."""

    judge: str
    replaced_by: str
    presence: Presence
    reason: str


class ProposeJudge(Command, frozen=True):
    """A judge who was not planned (walk-in) is to join the panel, or its reserves; the chair must agree."""

    name: str
    judge_class: str
    reason: str
    unit: str = ""
    reserve: bool = False


class AgreeJudge(Command, frozen=True):
    """The chair agrees: from the projects that still wait on, the proposed judge is on the panel."""

    no: str


class DeclineJudge(Command, frozen=True):
    """The proposed judge does not join."""

    no: str
    reason: str


class ShowMessage(Command, frozen=True):
    """Words for the presenter's monitor (请靠近话筒); empty clears them."""

    text: str


class ShowSlide(Command, frozen=True):
    """In the questions after a talk: this slide of the project's deck (from 1) is shown again, as a still picture;
    0 takes it away."""

    slide: int


class AdmitDevice(Command, frozen=True):
    """The host has seen the device at the seat and lets it in."""

    seat: str
    device: str


class RevokeDevice(Command, frozen=True):
    """A device may no longer act for a seat (a laptop was replaced or lost)."""

    seat: str
    device: str
    reason: str


# the judges


class SubmitSheet(Command, frozen=True):
    """One judge's whole sheet for one project: every criterion of every component of his class."""

    entry_no: str
    revision: int
    points: Points
    comment: str = ""


class Recuse(Command, frozen=True):
    """申请回避 from the seat, with a reason."""

    entry_no: str
    reason: str


class AskReturn(Command, frozen=True):
    """A judge asks the chair to return a recorded sheet."""

    entry_no: str
    reason: str


# the chair and the desk


class EnterPaper(Command, frozen=True):
    """代录: a judge's paper sheet as one person reads it; two who agree make it his sheet. ``revision`` is that of the
    sheet it builds on, ``photo`` the SHA-256 (hex) of a picture that the room was given, or empty."""

    entry_no: str
    judge: str
    revision: int
    points: Points
    name: str
    comment: str = ""
    photo: str = ""


class DropPaper(Command, frozen=True):
    """The readings of a paper sheet that wait for agreement are dropped: the wrong judge, or he sends it himself."""

    entry_no: str
    judge: str
    reason: str


class CloseScoring(Command, frozen=True):
    """No further sheets are expected for the project; ``missing`` is what the one who closes has seen to be missing."""

    entry_no: str
    missing: tuple[str, ...] = ()


class RecomputeResult(Command, frozen=True):
    """The scorer (统分人) has recomputed a result: every line of it (review.py), ticked or with what was found."""

    entry_no: str
    name: str
    ticks: tuple[Tick, ...]


class CheckResult(Command, frozen=True):
    """复核: the checker, another person at another computer, has done so again."""

    entry_no: str
    name: str
    ticks: tuple[Tick, ...]


class ReturnSheet(Command, frozen=True):
    """A recorded sheet goes back to its judge; the old value is kept."""

    entry_no: str
    judge: str
    reason: str


class MakeRuling(Command, frozen=True):
    """裁定, in the form of a tabulation ruling (acceptance: few_sheets, tie, cut, award)."""

    ruling: str
    """JSON of the ruling, checked by the scoring rules before it is taken."""
    reason: str


class LockProject(Command, frozen=True):
    """The chair locks a project's result."""

    entry_no: str


class ReopenProject(Command, frozen=True):
    """A locked project is opened again: reason and a second person are needed."""

    entry_no: str
    reason: str
    second_person: str


class SignOff(Command, frozen=True):
    """签字确认 of the session's result by a role and a name, for the version with this head hash."""

    role: str
    name: str
    head: str


class LockSession(Command, frozen=True):
    """The session's results are locked; from here only a correction changes them."""


class ConfirmAssumed(Command, frozen=True):
    """An assumed value of the rule set is confirmed by name (待组委会确认)."""

    path: str
    name: str


class PublishResults(Command, frozen=True):
    """已公布: the locked results may be seen by everybody."""


class ShowResults(Command, frozen=True):
    """What of the published results the audience sees now. ``entry_no`` belongs to MARKS alone; ``step`` is how far
    the reveal has come, from 0."""

    kind: Showing
    entry_no: str = ""
    step: int = 0


# the stage


class ReportCutOff(Command, frozen=True):
    """How the show was ended: latencies from the deadline in microseconds, −1 where it did not come to that.

    ``relapse``: a forbidden show was started again afterwards, and ended again; its latencies count from when it was seen.
    """

    run: int
    driver: str
    method: str
    curtain_us: int
    gone_us: int
    confirmed: bool
    relapse: bool = False


class GoOn(Command, frozen=True):
    """The host has seen what is here and goes on; after a take-over he needs a second person (the chair, say)."""

    second_person: str = ""


class ChooseChain(Command, frozen=True):
    """The chair: this journal counts, not the other one that the centre holds of this session."""

    reason: str


AnyCommand = (
    CallProject
    | StartPhase
    | HoldClock
    | ReleaseClock
    | AddTime
    | EndPhase
    | RestartPhase
    | UndoStep
    | OpenScoring
    | MarkNoShow
    | RemoveProject
    | ReorderProjects
    | SetPresence
    | ReplaceJudge
    | ProposeJudge
    | AgreeJudge
    | DeclineJudge
    | ShowMessage
    | ShowSlide
    | AdmitDevice
    | RevokeDevice
    | SubmitSheet
    | Recuse
    | AskReturn
    | EnterPaper
    | DropPaper
    | CloseScoring
    | RecomputeResult
    | CheckResult
    | ReturnSheet
    | MakeRuling
    | LockProject
    | ReopenProject
    | SignOff
    | LockSession
    | ConfirmAssumed
    | PublishResults
    | ShowResults
    | ReportCutOff
    | GoOn
    | ChooseChain
)
