"""Where one of the judge's own sheets stands, and what may be done with it. Pure."""

from __future__ import annotations

import enum

from judge_app.core.contest import Struct
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.views import JudgeView
from judge_app.seat.state import CommandState, Delivery
from judge_app.ui.glossary import OUT
from judge_app.ui.language import either, tr
from judge_app.ui.theme import Tone


class Stand(enum.StrEnum):
    """What a sheet is to its judge now."""

    EARLY = "early"
    """The project's turn has not begun: it can be filled in, not submitted."""
    OPEN = "open"
    RETURNED = "returned"
    SENDING = "sending"
    RECORDED = "recorded"
    ASKED = "asked"
    """Recorded, and its return has been asked for."""
    RECUSED = "recused"
    ABSENT = "absent"
    LOCKED = "locked"
    """The project's result is locked; the sheet is part of it."""
    MISSED = "missed"
    """Locked without this judge's sheet."""
    OUT = "out"
    """The project no longer competes."""


class Standing(Struct, frozen=True):
    """``seq`` numbers the receipt, ``revision`` is what a new sheet builds on, ``why`` is a reason that was given."""

    stand: Stand
    revision: int = 0
    seq: int | None = None
    late: bool = False
    why: str = ""

    @property
    def writable(self) -> bool:
        """Whether the form may be filled in."""
        return self.stand in (Stand.EARLY, Stand.OPEN, Stand.RETURNED)

    @property
    def submittable(self) -> bool:
        return self.stand in (Stand.OPEN, Stand.RETURNED)


def standing(view: JudgeView, entry_no: str, sent: CommandState | None = None) -> Standing:
    """``sent`` is what became of the last sheet that was sent for the project."""
    sheet = view.sheets.get(entry_no)
    stage = next((one.stage for one in view.projects if one.entry_no == entry_no), ProjectStage.WAITING)
    status = SheetStatus.EMPTY if sheet is None else sheet.status
    revision = 0 if sheet is None else sheet.revision
    seq = None if sheet is None else sheet.seq
    why = "" if sheet is None else sheet.reason
    late = stage is ProjectStage.CLOSED
    if stage in OUT:
        return Standing(stand=Stand.OUT)
    if status is SheetStatus.RECUSED:
        return Standing(stand=Stand.RECUSED, why=why)
    if status in (SheetStatus.ABSENT, SheetStatus.LEFT):
        return Standing(stand=Stand.ABSENT, why=why)
    if status is SheetStatus.SUBMITTED:
        asked = sheet is not None and sheet.return_asked
        if stage is ProjectStage.LOCKED or view.session_locked:
            return Standing(stand=Stand.LOCKED, revision=revision, seq=seq)
        return Standing(stand=Stand.ASKED if asked else Stand.RECORDED, revision=revision, seq=seq)
    if sent is not None and sent.delivery is Delivery.SENDING:
        return Standing(stand=Stand.SENDING, revision=revision)
    if sent is not None and sent.delivery is Delivery.RECORDED and status is SheetStatus.EMPTY:
        return Standing(stand=Stand.RECORDED, revision=revision, seq=sent.seq)
    if stage is ProjectStage.LOCKED or view.session_locked:
        return Standing(stand=Stand.MISSED)
    if entry_no in view.open:
        stand = Stand.RETURNED if status is SheetStatus.RETURNED else Stand.OPEN
        return Standing(stand=stand, revision=revision, late=late, why=why)
    return Standing(stand=Stand.EARLY, revision=revision)


def words(held: Standing, filled: int, lines: int, *, online: bool) -> tuple[str, Tone]:
    """The sheet's state as a word in a pill."""
    match held.stand:
        case Stand.EARLY:
            return tr("Not begun"), "plain"
        case Stand.OPEN:
            if not filled:
                return tr("Not begun"), "plain"
            return tr("Writing {filled}/{lines}", filled=filled, lines=lines), "plain"
        case Stand.RETURNED:
            return tr("Returned"), "warn"
        case Stand.SENDING:
            return (tr("Sending…"), "info") if online else (tr("Not sent yet"), "warn")
        case Stand.RECORDED | Stand.LOCKED:
            return (tr("Recorded #{seq}", seq=held.seq), "ok") if held.seq is not None else (tr("Recorded"), "ok")
        case Stand.ASKED:
            return tr("Return asked for"), "warn"
        case Stand.RECUSED:
            return tr("Recused"), "info"
        case Stand.ABSENT:
            return tr("Absent"), "warn"
        case Stand.MISSED:
            return tr("Not given"), "stop"
        case Stand.OUT:
            return tr("Not competing"), "plain"


def refusal(sent: CommandState | None) -> str:
    """Why the last thing that was sent was not taken; empty where it was."""
    if sent is None or sent.delivery is not Delivery.REFUSED:
        return ""
    return either(sent.zh, sent.en)
