"""The ladder by which a show is ended: end it, blank it, close its window, kill its process; look after each rung.

Pure: ``begin`` gives the first act, ``tried`` and ``looked`` say what was seen and give the next, until a ``Verdict``.
The curtain is the rung before these and needs nobody's leave: it is up before ``begin`` is asked (ui/stage).
All instants are nanoseconds of one monotonic clock. Who carries the acts out is guard.py.
"""

from __future__ import annotations

import enum

import msgspec

from judge_app.core.contest import Struct

MILLISECOND = 1_000_000


class Rung(enum.StrEnum):
    """What is tried, from the kindest to the last; the value is the method that the record carries."""

    END = "end"
    BLANK = "blank"
    CLOSE = "close"
    KILL = "kill"


class Answer(enum.StrEnum):
    """What became of a try: the call came back, came back with an error, or did not come back within its budget."""

    DONE = "done"
    FAILED = "failed"
    HUNG = "hung"


BUDGET_NS: dict[Rung, int] = {
    Rung.END: 1500 * MILLISECOND,
    Rung.BLANK: 300 * MILLISECOND,
    Rung.CLOSE: 300 * MILLISECOND,
    Rung.KILL: 1000 * MILLISECOND,
}
"""How long a try may take."""

PATIENCE_NS: dict[Rung, int] = {
    Rung.END: 400 * MILLISECOND,
    Rung.BLANK: 0,
    Rung.CLOSE: 500 * MILLISECOND,
    Rung.KILL: 2000 * MILLISECOND,
}
"""How long the show may take to vanish after a try that was done, before the next rung."""

LOOK_EVERY_NS = 10 * MILLISECOND
"""How often it is looked at meanwhile."""

LATCH_EVERY_NS = 250 * MILLISECOND
"""How often an ended show is looked at afterwards (4 Hz)."""

CURTAIN_ONLY = "curtain"
"""The method of a record where nothing but the curtain held."""


class Try(Struct, frozen=True):
    """Carry out a rung within its budget; answer with ``tried``."""

    rung: Rung
    budget_ns: int


class Look(Struct, frozen=True):
    """Wait so long, then look whether the show is gone; answer with ``looked``."""

    after_ns: int


class Verdict(Struct, frozen=True):
    """How it ended. ``gone_ns`` is when the show was first seen to be gone; None: it was not, and the curtain holds."""

    method: str
    gone_ns: int | None
    confirmed: bool


Act = Try | Look | Verdict


class Climb(Struct, frozen=True):
    """Where a climb stands: the rung tried last and when that try came back."""

    rung: Rung
    tried_ns: int | None = None
    answer: Answer | None = None
    blanked: bool = False


def begin() -> tuple[Climb, Act]:
    """The first rung: ask the program to end its shows."""
    return _try(Rung.END, Climb(rung=Rung.END))


def tried(climb: Climb, answer: Answer, now_ns: int) -> tuple[Climb, Act]:
    """A try came back, or did not. Whatever it says, it is looked at: a driver may lie either way."""
    seen = msgspec.structs.replace(
        climb,
        tried_ns=now_ns,
        answer=answer,
        blanked=climb.blanked or (climb.rung is Rung.BLANK and answer is Answer.DONE),
    )
    return seen, Look(after_ns=0)


def looked(climb: Climb, gone: bool, now_ns: int) -> tuple[Climb, Act]:
    """The show was looked at: done, look again while patience lasts, or the next rung."""
    if gone:
        return climb, Verdict(method=climb.rung, gone_ns=now_ns, confirmed=True)
    assert climb.tried_ns is not None
    if climb.answer is Answer.DONE and now_ns - climb.tried_ns < PATIENCE_NS[climb.rung]:
        return climb, Look(after_ns=LOOK_EVERY_NS)
    following = _following(climb)
    if following is None:
        return climb, Verdict(method=Rung.BLANK if climb.blanked else CURTAIN_ONLY, gone_ns=None, confirmed=False)
    return _try(following, climb)


def _following(climb: Climb) -> Rung | None:
    """The rung above. One that hung has cost its budget already: blanking goes by the same way, so it is left out."""
    match climb.rung:
        case Rung.END:
            return Rung.CLOSE if climb.answer is Answer.HUNG else Rung.BLANK
        case Rung.BLANK:
            return Rung.CLOSE
        case Rung.CLOSE:
            return Rung.KILL
        case Rung.KILL:
            return None


def _try(rung: Rung, climb: Climb) -> tuple[Climb, Act]:
    moved = msgspec.structs.replace(climb, rung=rung, tried_ns=None, answer=None)
    return moved, Try(rung=rung, budget_ns=BUDGET_NS[rung])
