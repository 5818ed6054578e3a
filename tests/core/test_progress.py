"""A session at a glance: how far it is, and by how much it is behind its plan."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from judge_app.core import commands
from judge_app.core.progress import progress
from judge_app.core.stages import ProjectStage
from tests.core.contests import heard, sitting
from tests.core.simulation import Sitting


def at(clock: str) -> dt.datetime:
    """A time of the session's day in this computer's zone."""
    return dt.datetime.fromisoformat(f"2026-12-05T{clock}:00").astimezone()


def wall(clock: str) -> str:
    return at(clock).astimezone(dt.UTC).isoformat()


def test_a_session_s_projects_and_sheets_are_counted() -> None:
    made = sitting(0, projects=3)
    made.do("chair", commands.RemoveProject(entry_no="3", disqualified=False, reason="来函"))
    made.hear("1")
    found = progress(made.state, {}, at("09:10"))
    assert (found.total, found.heard, found.locked, found.out) == (3, 1, 0, 1)
    assert (found.current, found.stage) == ("1", ProjectStage.SCORING)
    expected = len(made.state.projects["1"].sheets)
    assert (found.sheets_in, found.sheets_missing) == (0, expected)
    made.score("1")
    found = progress(made.state, {}, at("09:10"))
    assert (found.sheets_in, found.sheets_missing) == (expected, 0)


def test_behind_the_plan_by_the_next_turn_s_time() -> None:
    made = sitting(0, projects=3)
    assert progress(made.state, {}, at("08:50")).behind_s is None, "not due yet"
    assert progress(made.state, {}, at("09:12")).behind_s == 12 * 60
    made.hear("1")
    turn = sum(phase.seconds for phase in made.setup.rules.timing.phases) + 180
    late = dt.timedelta(seconds=turn + 300)
    assert progress(made.state, {}, at("09:00") + late).behind_s == 300
    assert progress(made.state, {}, at("09:00")).behind_s == 0, "the next is not due"
    made.call("2")
    made.start()
    run = made.state.runs[-1].run
    assert progress(made.state, {run: (wall("09:01"), None)}, at("11:00")).behind_s == 60 - turn


@pytest.mark.parametrize("what", ["rehearsal", "no date", "no phases", "locked"])
def test_where_there_is_no_plan_nobody_is_behind(what: str) -> None:
    made = heard(0, [0.9, 0.7]) if what == "locked" else sitting(0)
    setup = made.setup
    if what == "rehearsal":
        setup = msgspec.structs.replace(setup, rehearsal=True)
    elif what == "no date":
        setup = msgspec.structs.replace(setup, session=msgspec.structs.replace(setup.session, date=""))
    elif what == "no phases":
        setup = msgspec.structs.replace(setup, rules=msgspec.structs.replace(setup.rules, timing=None))
    state = made.state if what == "locked" else Sitting(setup).state
    assert progress(state, {}, at("12:00")).behind_s is None
    assert progress(sitting(0).state, {}, at("12:00")).behind_s == 3 * 3600
