"""With what a room begins: the check of a fresh session's set-up, its clock, its first events and its epoch.

A fresh session begins with its set-up; on the same boot the clock goes on by itself, unless the session is to begin
paused. Where the newest records may be missing, or a spare takes over, a new epoch begins.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from judge_app.core import events, session, views
from judge_app.core.clock import REOPENED, HoldKind
from judge_app.core.contest import PanelRole
from judge_app.core.errors import BadInput, Problem
from judge_app.core.events import Event, SessionSetup
from judge_app.core.journal import Record
from judge_app.core.session import State
from judge_app.room.clock import SessionClock, boot_id, real_ns, wall_of
from judge_app.wire.messages import RoomClock

TAKE_OVER = 1 << 16
"""How far apart the epochs of take-overs are."""


def check_setup(setup: SessionSetup) -> None:
    """A session needs projects, judges for every judged component, and one chair at most; raises BadInput."""
    problems = []
    if not setup.contest.projects:
        problems.append(Problem(setup.session.name, "本场没有项目", "the session has no projects"))
    for component in setup.rules.judged_components:
        if not any(component in setup.rules.components_of(judge.judge_class) for judge in setup.contest.judges):
            problems.append(
                Problem(
                    setup.session.name,
                    f"没有评委给“{component.name}”打分（类别 {component.judge_class}）",
                    f"no judge of class {component.judge_class} scores {component.key}",
                )
            )
    if sum(judge.role is PanelRole.CHAIR for judge in setup.contest.judges) > 1:
        problems.append(Problem(setup.session.name, "本场有不止一位评委组长", "the session has more than one chair"))
    if problems:
        raise BadInput(problems)


def begun(path: Path, setup: SessionSetup | None, rate: int) -> tuple[SessionClock, list[Event]]:
    """The clock and the first events of a session whose file holds nothing yet; raises BadInput without a set-up."""
    if setup is None:
        raise BadInput(Problem(str(path), "场次文件是空的", "the session file is empty: nothing to run"))
    clock = SessionClock(RoomClock(real_ns=real_ns(), shown_ns=real_ns(), rate=rate), _now())
    return clock, [events.SessionOpened(setup=setup), _started(clock, 1)]


def gone_on(
    state: State, first: Record, last: Record, rate: int, pause: events.SessionPaused | None
) -> tuple[SessionClock, list[Event]]:
    """The clock and the next events of a session whose journal runs from ``first`` to ``last`` and comes to ``state``;
    with ``pause`` it begins paused."""
    known, made = state.room, list[Event]()
    if known is not None and known.boot_id == last.body.at.boot_id == boot_id():
        origin = RoomClock(real_ns=known.origin_real_ns, shown_ns=known.origin_ns, rate=known.rate)
        wall = wall_of(last.body.at) - dt.timedelta(microseconds=(last.body.at.mono_ns - known.origin_ns) / 1000)
        clock = SessionClock(origin, wall)
    else:
        rate = known.rate if known else rate
        shown = last.body.at.mono_ns
        clock = SessionClock(RoomClock(real_ns=real_ns(), shown_ns=shown, rate=rate), _now())
        if state.run is not None and state.run.hold is None:
            # After a reboot nobody knows how long it took: the clock stands until the host has settled it.
            reason = "主机重启 / the host's machine was restarted"
            made.append(events.ClockHeld(run=state.run.run, kind=HoldKind.TECHNICAL, reason=reason, at_ns=shown))
    epoch = 1 if known is None else known.epoch
    if pause is not None:
        if pause.may_lack:
            age = _now() - wall_of(first.body.at)
            epoch = next_epoch(epoch, pause.kind, int(age.total_seconds() // 60))
        made += _paused(state, clock, pause, last, held=bool(made))
    # An epoch begins with its RoomStarted: whatever comes after it has its place in that epoch.
    return clock, [_started(clock, epoch), *made]


def _started(clock: SessionClock, epoch: int) -> events.RoomStarted:
    return events.RoomStarted(
        boot_id=clock.boot_id,
        origin_real_ns=clock.origin.real_ns,
        origin_ns=clock.origin.shown_ns,
        rate=clock.rate,
        epoch=epoch,
    )


def _paused(state: State, clock: SessionClock, pause: events.SessionPaused, last: Record, *, held: bool) -> list[Event]:
    """The pause with what the room has, and the clock held with it where a phase runs; ``held``: it stands already."""
    now = clock.now_ns()
    made: list[Event] = [] if held else list(session.due(state, now))
    running = None if held or state.run is None or state.run.hold else state.run.run
    for event in made:
        running = event.run if isinstance(event, events.PhaseStarted) else None
    if running is not None:
        reason = " / ".join(REOPENED)
        made.append(events.ClockHeld(run=running, kind=HoldKind.TECHNICAL, reason=reason, at_ns=now))
    standing = sum(
        sheet.status is views.SheetStatus.SUBMITTED
        for project in state.projects.values()
        for sheet in project.sheets.values()
    )
    made.append(msgspec.structs.replace(pause, sheets=standing, last_at=last.body.at.wall))
    return made


def next_epoch(known: int, kind: events.PauseKind, minutes: int) -> int:
    """The epoch of a room that may lack records, ``minutes`` after the session was opened.

    A take-over is above every recovery of the room that it takes over from, so that this one, put together from copies
    later on, is still the older. Recoveries go up with time: one from an older copy does not take a former one's number.
    Time counts for half of what lies between take-overs: a clock that was years off leaves the next recovery a number.
    """
    start = known - known % TAKE_OVER
    if kind is events.PauseKind.TAKEN_OVER:
        return start + TAKE_OVER
    return max(known + 1, start + min(minutes, TAKE_OVER // 2))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
