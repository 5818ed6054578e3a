"""How far a session has come, and whether it keeps to its plan: what somebody who watches many rooms needs of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from judge_app.core.contest import Struct
from judge_app.core.errors import Refused
from judge_app.core.session import HEARD, OUT, State
from judge_app.core.split import timetable
from judge_app.core.stages import ProjectStage


class Progress(Struct, frozen=True):
    """A session at a glance. ``behind_s``: seconds behind the plan (negative: ahead), None where there is no plan, it is a
    rehearsal or the session is over."""

    total: int
    heard: int
    locked: int
    out: int
    current: str | None
    stage: ProjectStage | None
    sheets_in: int
    sheets_missing: int
    """Of the projects that are being scored or were heard."""
    rulings: int
    behind_s: int | None = None


def progress(state: State, walls: Mapping[int, tuple[str, str | None]], now: dt.datetime) -> Progress:
    """``walls``: run of a phase → wall time (ISO 8601, UTC) of its start and end; ``now`` with its offset."""
    stages = {entry_no: held.stage for entry_no, held in state.projects.items()}
    open_ones = [
        held
        for held in state.projects.values()
        if held.stage in (ProjectStage.SCORING, ProjectStage.CLOSED, ProjectStage.LOCKED)
    ]
    sheets = [sheet for held in open_ones for sheet in held.sheets.values()]
    current = state.current
    return Progress(
        total=len(stages),
        heard=sum(1 for stage in stages.values() if stage in HEARD and stage not in OUT),
        locked=sum(1 for stage in stages.values() if stage is ProjectStage.LOCKED),
        out=sum(1 for stage in stages.values() if stage in OUT),
        current=current,
        stage=stages.get(current) if current is not None else None,
        sheets_in=sum(1 for sheet in sheets if not sheet.missing),
        sheets_missing=sum(1 for sheet in sheets if sheet.missing),
        rulings=len(state.rulings),
        behind_s=_behind(state, walls, now),
    )


def _behind(state: State, walls: Mapping[int, tuple[str, str | None]], now: dt.datetime) -> int | None:
    setup = state.session
    timing = setup.rules.timing
    if setup.rehearsal or state.locked or timing is None or not setup.session.date or not setup.session.start:
        return None
    heard = [entry_no for entry_no, held in state.projects.items() if held.stage in HEARD]
    waiting = [entry_no for entry_no in state.order if entry_no not in heard]
    if not waiting:
        return None
    try:
        plan = timetable(
            [*heard, *waiting], start=setup.session.start, talk_seconds=sum(phase.seconds for phase in timing.phases)
        )
        day = dt.date.fromisoformat(setup.session.date)
    except (Refused, ValueError):
        return None
    turn = next(one for one in plan.turns if one.entry_no == waiting[0])
    due = dt.datetime.combine(day, dt.time.fromisoformat(turn.starts)).astimezone()
    begun = next((walls[run.run][0] for run in state.runs if run.entry_no == waiting[0] and run.run in walls), "")
    at = dt.datetime.fromisoformat(begun) if begun else now
    late = round((at - due).total_seconds())
    # Whoever has not begun is not ahead of his time: the next one is simply not due yet.
    return late if begun or late > 0 else (0 if heard else None)
