"""What the centre's projections say of a session: a pure fold of its events into rows.

An event that this program cannot fold is parked: it is left out and named, and later ones go on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from judge_app.core import clock, events
from judge_app.core.contest import Struct
from judge_app.core.errors import JudgeAppError
from judge_app.core.events import SessionSetup
from judge_app.core.journal import GENESIS, Record
from judge_app.core.session import State, evolve, tabulation
from judge_app.core.stages import SheetStatus

Row = dict[str, Any]
Rows = dict[str, dict[tuple[Any, ...], Row]]
"""Table name → primary key without the session's id → row without the session's id."""


_ODD = (JudgeAppError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What rules raise on a journal that they did not make."""


class Parked(Struct, frozen=True):
    """An event that could not be folded, and why."""

    seq: int
    event_id: str
    reason: str


class Fold(Struct, frozen=True):
    """A session folded up to ``seq``/``hash``."""

    state: State = State()
    seq: int = 0
    hash: bytes = GENESIS
    last_at: str = ""
    walls: dict[int, tuple[str, str | None]] = {}
    """Run of a phase → wall time of the records that started and ended it."""
    parked: tuple[Parked, ...] = ()


def fold(before: Fold, records: Iterable[Record]) -> Fold:
    """``before`` and the records that follow it."""
    state, seq, digest, last_at = before.state, before.seq, before.hash, before.last_at
    walls, parked = dict(before.walls), list(before.parked)
    for record in records:
        body = record.body
        event = body.event
        seq, digest, last_at = record.seq, record.hash, body.at.wall
        try:
            state = evolve(state, body)
        except _ODD as problem:
            parked.append(
                Parked(seq=seq, event_id=body.event_id, reason=f"{record.kind}: {type(problem).__name__} {problem}")
            )
            continue
        if isinstance(event, events.PhaseStarted):
            walls[event.run] = (body.at.wall, None)
        elif isinstance(event, events.PhaseEnded) and event.run in walls:
            walls[event.run] = (walls[event.run][0], body.at.wall)
        elif isinstance(event, events.StepUndone):
            for held in state.all_runs:
                started, ended = walls.get(held.run, ("", None))
                walls[held.run] = (started, None if held.ended_ns is None else ended or body.at.wall)
    return Fold(state=state, seq=seq, hash=digest, last_at=last_at, walls=walls, parked=tuple(parked))


def rows(folded: Fold) -> tuple[Rows, str]:
    """All projection rows of a session (empty before it was opened), and why some could not be made, or ""."""
    made: Rows = {}
    if folded.state.setup is not None:
        try:
            _fill(made, folded, folded.state.setup)
        except _ODD as problem:
            return made, f"{type(problem).__name__}: {problem}"
    return made, ""


def _fill(made: Rows, folded: Fold, setup: SessionSetup) -> None:
    state = folded.state
    made.update({"sessions": {}, "projects": {}, "sheets": {}, "scores": {}, "results": {}, "time_log": {}})
    known = {project.entry_no: project for project in setup.contest.projects}
    order = (*state.order, *(entry_no for entry_no in state.projects if entry_no not in state.order))
    counts = {True: 0, False: 0}
    for position, entry_no in enumerate(order, 1):
        held = state.projects[entry_no]
        project = known[entry_no]
        made["projects"][(entry_no,)] = {
            "position": position,
            "name": project.name,
            "lead_unit": project.lead_unit,
            "track": project.track,
            "topic": project.topic,
            "stage": held.stage.value,
        }
        for judge, sheet in held.sheets.items():
            counts[sheet.missing] += 1
            made["sheets"][entry_no, judge] = {
                "status": sheet.status.value,
                "revision": sheet.revision,
                "late": sheet.late,
                "replaces": sheet.replaces,
                "reason": sheet.reason,
                "seq": sheet.seq,
            }
            if sheet.status is SheetStatus.SUBMITTED and sheet.points is not None:
                for component, points in sheet.points.items():
                    made["scores"][entry_no, judge, component, ""] = {"hundredths": sum(points.values())}
                    for criterion, hundredths in points.items():
                        made["scores"][entry_no, judge, component, criterion] = {"hundredths": hundredths}
    contest, session = setup.contest, setup.session
    made["sessions"][()] = {
        "contest": contest.name,
        "edition": contest.edition,
        "round": contest.round,
        "preset": setup.rules.key,
        "name": session.name,
        "hall": session.hall,
        "date": session.date,
        "start": session.start,
        "rehearsal": setup.rehearsal,
        "current": state.current,
        "locked": state.locked,
        "published": state.published,
        "sheets_in": counts[False],
        "sheets_missing": counts[True],
        "last_at": folded.last_at,
        "seq": folded.seq,
        "hash": folded.hash,
    }
    for run in state.all_runs:
        ended = run.ended_ns
        started_at, ended_at = folded.walls.get(run.run, ("", None))
        made["time_log"][(run.run,)] = {
            "entry_no": run.entry_no,
            "phase": run.phase,
            "planned_ns": run.planned_ns,
            "added_ns": run.added_ns,
            "held_ns": sum(hold.ended_ns - hold.started_ns for hold in run.holds if hold.ended_ns is not None),
            "used_ns": None if ended is None else clock.used_ns(run, ended),
            "overtime_ns": None if ended is None else clock.overtime_ns(run, ended),
            "started_at": started_at,
            "ended_at": ended_at,
            "ended_by": None if run.ended_by is None else run.ended_by.value,
            "run_json": msgspec.json.encode(run).decode(),
        }
    for result in tabulation(state).projects:
        made["results"][(result.entry_no,)] = {
            "status": result.status.value,
            "total": None if result.total is None else str(result.total),
            "rank": result.rank,
            "result": msgspec.json.encode(result).decode(),
        }


def sums(folded: Fold) -> dict[str, int]:
    """Entry number → sum of all standing points in hundredths: what room and centre compare at the session's end."""
    added: dict[str, int] = {}
    for entry_no, held in folded.state.projects.items():
        added[entry_no] = sum(
            value
            for sheet in held.sheets.values()
            if sheet.status is SheetStatus.SUBMITTED and sheet.points is not None
            for points in sheet.points.values()
            for value in points.values()
        )
    return added
