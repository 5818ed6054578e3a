"""What was done to sheets and results beside the plain way: reopened, returned, ruled, added, replaced, entered for others.

The supervisor's list: one line for each such record, in order, made of the journal alone. Time given is among them, since
it is given to one project and not to another.
"""

from __future__ import annotations

import enum

from judge_app.core import events
from judge_app.core.clock import EndedBy
from judge_app.core.contest import Presence, Struct
from judge_app.core.journal import Body


class Kind(enum.StrEnum):
    """What kind of act it was."""

    REOPENED = "reopened"
    RETURNED = "returned"
    CORRECTED = "corrected"
    """A sheet that had been recorded before was recorded anew."""
    LATE = "late"
    EVIDENCE = "evidence"
    """A sheet that came after the lock: kept, not counted."""
    PRESENCE = "presence"
    REPLACED = "replaced"
    RULED = "ruled"
    DIFFERS = "differs"
    """Scorer or checker found another number."""
    FROM_PAPER = "from_paper"
    PAPER_DROPPED = "paper_dropped"
    NO_SHOW = "no_show"
    REMOVED = "removed"
    REORDERED = "reordered"
    TIME = "time"
    RESTARTED = "restarted"
    JUDGE_ADDED = "judge_added"
    DEVICE_OUT = "device_out"


class Act(Struct, frozen=True):
    """One line: the record's number, wall time (UTC), the seat that did it, what it is about and why. ``other`` is a
    second name or number that belongs to it: who agreed, who replaces, how many seconds."""

    seq: int
    at: str
    actor: str
    kind: Kind
    entry_no: str = ""
    judge: str = ""
    reason: str = ""
    other: str = ""


def act_of(body: Body) -> Act | None:
    """The line that an event makes, or None for the plain way."""
    made = _made(body.event)
    if made is None:
        return None
    kind, about = made
    return Act(seq=body.seq, at=body.at.wall, actor=body.actor, kind=kind, **about)


def _made(event: events.AnyEvent) -> tuple[Kind, dict[str, str]] | None:
    match event:
        case events.SheetSubmitted() if event.paper is not None:
            return Kind.FROM_PAPER, _about(event, other="、".join(event.paper.names))
        case events.SheetSubmitted() if event.revision > 1:
            return Kind.CORRECTED, _about(event, other=str(event.revision))
        case events.SheetSubmitted() if event.late:
            return Kind.LATE, _about(event)
        case events.LateSheetKept():
            return Kind.EVIDENCE, _about(event)
        case events.SheetReturned():
            return Kind.RETURNED, _about(event)
        case events.PresenceSet() if event.replaced_by is not None:
            return Kind.REPLACED, _about(event, other=event.replaced_by)
        case events.PresenceSet():
            back = event.presence is Presence.PRESENT
            return Kind.PRESENCE, _about(event, other="" if back else event.presence.value)
        case events.ProjectReopened():
            return Kind.REOPENED, _about(event, other=event.second_person)
        case events.RulingMade():
            return Kind.RULED, {"reason": event.reason}
        case events.ResultRecomputed() | events.ResultChecked():
            found = sum(1 for tick in event.ticks if tick.found)
            return (Kind.DIFFERS, {"entry_no": event.entry_no, "other": str(found)}) if found else None
        case _:
            return _of_the_room(event)


def _of_the_room(event: events.AnyEvent) -> tuple[Kind, dict[str, str]] | None:
    match event:
        case events.PaperDropped():
            return Kind.PAPER_DROPPED, _about(event)
        case events.NoShowMarked():
            return Kind.NO_SHOW, _about(event)
        case events.ProjectRemoved():
            return Kind.REMOVED, _about(event)
        case events.ProjectsReordered():
            return Kind.REORDERED, {"reason": event.reason, "other": "、".join(event.entry_nos)}
        case events.TimeAdded():
            return Kind.TIME, {"reason": event.reason, "other": str(event.delta_ns // 1_000_000_000)}
        case events.PhaseEnded() if event.by is EndedBy.RESTART:
            return Kind.RESTARTED, {"reason": event.reason}
        case events.JudgeAdded():
            return Kind.JUDGE_ADDED, {
                "judge": event.judge.no,
                "reason": event.reason,
                "other": event.judge.name,
            }
        case events.DeviceRevoked():
            return Kind.DEVICE_OUT, {"reason": event.reason, "other": event.seat}
        case _:
            return None


def _about(event: events.AnyEvent, other: str = "") -> dict[str, str]:
    about = {name: str(getattr(event, name, "")) for name in ("entry_no", "judge", "reason")}
    return {**about, "other": other}
