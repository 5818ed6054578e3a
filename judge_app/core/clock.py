"""The clock of one phase: a log of what happened, never a counter.

remaining = planned + added − (now − started − paused), in integer nanoseconds of the room's clock.
A phase whose slides end is cut at its deadline; any other runs on and its overtime is recorded (T-3).
Pauses and technical stops both hold the clock; a technical stop is settled with an outcome when it ends.
"""

from __future__ import annotations

import enum

import msgspec

from judge_app.core.contest import Struct

SECOND = 1_000_000_000
"""Nanoseconds in a second."""
REOPENED = ("主机程序重新打开", "the host's program was opened again")
"""Why a clock was held that nobody held, in Chinese and English; the record has both."""


class HoldKind(enum.StrEnum):
    """Why a clock is held: the presenter's pause, or a fault of ours (技术中断)."""

    PAUSE = "pause"
    TECHNICAL = "technical"


class Outcome(enum.StrEnum):
    """How a technical stop is settled: 补时, 重讲, 不影响."""

    EXTRA_TIME = "extra_time"
    RESTART = "restart"
    NO_EFFECT = "no_effect"


class EndedBy(enum.StrEnum):
    """How a phase ended: at its deadline, by the host's hand, by a restart of the phase, or taken back by undo."""

    DEADLINE = "deadline"
    HOST = "host"
    RESTART = "restart"
    UNDONE = "undone"


class Hold(Struct, frozen=True):
    """One pause or technical stop of a phase; ``ended_ns`` is None while it lasts."""

    kind: HoldKind
    reason: str
    by: str
    started_ns: int
    ended_ns: int | None = None
    outcome: Outcome | None = None


class Addition(Struct, frozen=True):
    """Seconds given or taken by hand, with who and why; ``delta_ns`` may be negative."""

    at_ns: int
    delta_ns: int
    reason: str
    by: str


class Still(Struct, frozen=True):
    """A slide of the ended talk that the host showed again, as a picture; ``until_ns`` is None while it is shown."""

    slide: int
    by: str
    at_ns: int
    until_ns: int | None = None


class PhaseRun(Struct, frozen=True):
    """One run of one phase of one project. Times are nanoseconds of the room's clock."""

    run: int
    """Counts all runs of the session from 1, so that a cut-off names exactly one of them."""
    entry_no: str
    phase: str
    planned_ns: int
    slides_end: bool
    started_ns: int
    holds: tuple[Hold, ...] = ()
    additions: tuple[Addition, ...] = ()
    ended_ns: int | None = None
    ended_by: EndedBy | None = None
    end_reason: str = ""
    ended_who: str = ""
    """The seat whose command ended it; empty where time alone did."""
    stills: tuple[Still, ...] = ()
    """The slides that were shown again in it, in the questions after a talk."""

    @property
    def added_ns(self) -> int:
        return sum(addition.delta_ns for addition in self.additions)

    @property
    def hold(self) -> Hold | None:
        """The hold that lasts now, if any."""
        return self.holds[-1] if self.holds and self.holds[-1].ended_ns is None else None

    @property
    def still(self) -> Still | None:
        """The slide that is shown again now, if any."""
        return self.stills[-1] if self.stills and self.stills[-1].until_ns is None else None


def held_ns(run: PhaseRun, now_ns: int) -> int:
    """How long the clock stood still up to ``now_ns`` (which may lie before a hold)."""
    return sum(
        max(0, (now_ns if hold.ended_ns is None else min(hold.ended_ns, now_ns)) - hold.started_ns)
        for hold in run.holds
    )


def used_ns(run: PhaseRun, now_ns: int) -> int:
    """Time used up to ``now_ns`` (or to the end, where the phase has ended), holds left out."""
    until = now_ns if run.ended_ns is None else run.ended_ns
    return until - run.started_ns - held_ns(run, until)


def remaining_ns(run: PhaseRun, now_ns: int) -> int:
    """Time left; negative is overtime."""
    return run.planned_ns + run.added_ns - used_ns(run, now_ns)


def deadline_ns(run: PhaseRun) -> int | None:
    """The instant at which nothing is left, or None while the clock is held or the phase has ended."""
    if run.ended_ns is not None or run.hold is not None:
        return None
    return (
        run.started_ns
        + run.planned_ns
        + run.added_ns
        + sum(hold.ended_ns - hold.started_ns for hold in run.holds if hold.ended_ns is not None)
    )


def overtime_ns(run: PhaseRun, now_ns: int) -> int:
    """How far the phase ran over, 0 where it did not."""
    return max(0, -remaining_ns(run, now_ns))


def hold(run: PhaseRun, now_ns: int, kind: HoldKind, reason: str, by: str) -> PhaseRun:
    """The clock held from ``now_ns`` on; a slide that was shown again is away with it: nobody counts that time."""
    held = Hold(kind=kind, reason=reason, by=by, started_ns=now_ns)
    return msgspec.structs.replace(without_still(run, now_ns), holds=(*run.holds, held))


def release(run: PhaseRun, now_ns: int, outcome: Outcome | None) -> PhaseRun:
    """The clock running again from ``now_ns`` on."""
    last = msgspec.structs.replace(run.holds[-1], ended_ns=now_ns, outcome=outcome)
    return msgspec.structs.replace(run, holds=(*run.holds[:-1], last))


def add(run: PhaseRun, now_ns: int, delta_ns: int, reason: str, by: str) -> PhaseRun:
    """Time given or taken by hand. A slide that went with the end of the time does not come back with the new one."""
    if remaining_ns(run, now_ns) <= 0:
        run = without_still(run, now_ns)
    addition = Addition(at_ns=now_ns, delta_ns=delta_ns, reason=reason, by=by)
    return msgspec.structs.replace(run, additions=(*run.additions, addition))


def end(run: PhaseRun, at_ns: int, by: EndedBy, reason: str = "", who: str = "") -> PhaseRun:
    """The phase ended at ``at_ns``, by a person for a reason or by time alone; a hold that lasts ends with it."""
    closed = without_still(release(run, at_ns, run.holds[-1].outcome) if run.hold else run, at_ns)
    return msgspec.structs.replace(closed, ended_ns=at_ns, ended_by=by, end_reason=reason, ended_who=who)


def show_still(run: PhaseRun, now_ns: int, slide: int, by: str) -> PhaseRun:
    """A slide shown again from ``now_ns`` on, in the place of the one before."""
    before = without_still(run, now_ns)
    return msgspec.structs.replace(before, stills=(*before.stills, Still(slide=slide, by=by, at_ns=now_ns)))


def without_still(run: PhaseRun, now_ns: int) -> PhaseRun:
    """The slide that is shown again, if any, taken away at ``now_ns``."""
    if run.still is None:
        return run
    shown = msgspec.structs.replace(run.still, until_ns=now_ns)
    return msgspec.structs.replace(run, stills=(*run.stills[:-1], shown))


def displayed_seconds(left_ns: int) -> int:
    """What a display shows: ceil, so that 0 stands exactly once, at the cut-off; never below 0."""
    return max(0, -(-left_ns // SECOND))


def displayed(left_ns: int) -> str:
    """``m:ss`` of the time left, or of the overtime with a plus sign (``+0:35``)."""
    if left_ns < 0:
        over = -left_ns // SECOND
        return f"+{over // 60}:{over % 60:02d}"
    seconds = displayed_seconds(left_ns)
    return f"{seconds // 60}:{seconds % 60:02d}"
