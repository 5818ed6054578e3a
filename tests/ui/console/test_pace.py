"""Lateness against the day's plan, and when the session may end."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from judge_app.core import commands
from judge_app.ui import samples
from judge_app.ui.console.pace import Pace, pace
from judge_app.ui.samples import Play

START = datetime.fromisoformat("2026-12-05T08:30").astimezone()
"""As the sample's plan has it; its projects take 12 minutes each by the rules."""


def found(play: Play, minutes: float, **session: str) -> Pace:
    """The pace, so many minutes after the planned start."""
    briefing = play.briefing("host")
    planned = msgspec.structs.replace(briefing.session, **session)
    briefing = msgspec.structs.replace(briefing, session=planned)
    return pace(play.host(), briefing, play.now_ns, START + timedelta(minutes=minutes))


def minutes(late: timedelta | None) -> float | None:
    return None if late is None else round(late.total_seconds() / 60, 2)


def begin(play: Play, entry_no: str) -> Play:
    return play.do("host", commands.CallProject(entry_no=entry_no), commands.StartPhase(phase="presentation"))


def heard(play: Play) -> Play:
    return play.wait(60).do("host", commands.StartPhase(phase="qa"), commands.OpenScoring())


def test_the_first_project_is_late_by_how_long_it_waits() -> None:
    play = samples.opened()
    assert minutes(found(play, -5).late) == -5
    assert minutes(found(play, 7).late) == 7


def test_a_project_that_began_late_stays_so_late_until_the_next_one_is_due() -> None:
    play = begin(samples.opened(), "1").wait(120)
    assert minutes(found(play, 5).late) == 3
    heard(play)
    assert minutes(found(play, 14).late) == 11


def test_the_end_goes_by_the_pace_from_start_to_start() -> None:
    play = begin(samples.opened(), "1")
    assert found(play, 0).ends is None
    heard(play).wait(840)
    begin(play, "2")
    ends = found(play, 15).ends
    assert ends == START + timedelta(minutes=15 + 15 * 9)


def test_without_a_plan_for_today_nothing_is_late() -> None:
    play = begin(samples.opened(), "1")
    assert found(play, 9, start="").late is None
    assert found(play, 9, date="2026-12-06").late is None
    assert found(samples.opened(rehearsal=True), 9).late is None


def test_a_project_that_is_out_takes_no_time_of_the_plan() -> None:
    play = samples.opened().do("host", commands.RemoveProject(entry_no="1", disqualified=False, reason="书面申请退出"))
    assert minutes(found(begin(play, "2"), 2).late) == 2
