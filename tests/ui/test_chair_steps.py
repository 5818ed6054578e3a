"""可计算 → 待复核 → 已复核 → 已锁定 → 已公布: each step is offered to the seats that may take it, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from judge_app.core import commands, views
from judge_app.core.commands import Command
from judge_app.core.seats import Role, may
from judge_app.core.views import ChairView
from judge_app.ui import samples
from judge_app.ui.chair import review, steps
from judge_app.ui.samples import Play
from judge_app.ui.scenes.plays import reviewed_play, ticks
from tests.core.test_review import REVIEWED, VOTED, in_a_contest

SEATS = ("chair", "scorer", "checker", "supervisor")


def command_of(step: steps.ChairStep, role: Role) -> Command | None:
    """What pressing a step asks of the room; None where it asks nothing (shows a project, ticks a line)."""
    given: dict[str, Command] = {
        "lock": commands.LockProject(entry_no=step.entry_no),
        "sign": commands.SignOff(role=role.value, name="x", head=""),
        "lock-session": commands.LockSession(),
        "confirm": commands.ConfirmAssumed(path="x", name="x"),
        "publish": commands.PublishResults(),
        "rule": commands.MakeRuling(ruling="{}", reason="x"),
    }
    if step.act == "record":
        kind = commands.RecomputeResult if role is Role.SCORER else commands.CheckResult
        return kind(entry_no=step.entry_no, name="x", ticks=())
    return given.get(step.act)


def offered(play: Play, seat: str, entry_no: str) -> Command | None:
    view, briefing = play.chair(seat), play.briefing(seat)
    comparing = review.my_turn(view, briefing, entry_no)
    step = steps.next_step(view, briefing, entry_no, comparing=comparing)
    return command_of(step, briefing.seat.role)


def session_of_one() -> Iterator[tuple[str, Play]]:
    """A session whose one open project goes the whole way; each state with its name."""
    play = reviewed_play()
    rest = [no for no in play.state.order if no not in ("1", "2", "3")]
    for entry_no in rest:
        play.do("host", commands.RemoveProject(entry_no=entry_no, disqualified=False, reason="来函"))
    yield "computable", play
    play.do("scorer", commands.RecomputeResult(entry_no="3", name="纪言深", ticks=ticks(play, "3")))
    yield "to review", play
    play.do("checker", commands.CheckResult(entry_no="3", name="程见微", ticks=ticks(play, "3")))
    yield "reviewed", play
    play.do("chair", commands.LockProject(entry_no="3"))
    yield "locked", play
    for seat in SEATS:
        play.do(seat, commands.SignOff(role=seat, name=f"{seat}先生", head=play.chair(seat).head_hash))
    yield "signed", play
    play.do("chair", commands.LockSession())
    yield "session locked", play
    play.do("chair", *(commands.ConfirmAssumed(path=path, name="秘书组") for path in play.setup.rules.assumed))
    yield "confirmed", play
    play.do("chair", commands.PublishResults())
    yield "published", play


WANTED: dict[str, dict[str, type[Command] | None]] = {
    "computable": {"scorer": commands.RecomputeResult},
    "to review": {"checker": commands.CheckResult},
    "reviewed": {"chair": commands.LockProject},
    "locked": dict.fromkeys(SEATS, commands.SignOff),
    "signed": {"chair": commands.LockSession},
    "session locked": {"chair": commands.ConfirmAssumed},
    "confirmed": {"chair": commands.PublishResults},
    "published": {},
}


def test_every_step_of_a_result_is_offered_to_exactly_the_seats_that_may_take_it() -> None:
    seen = {}
    for state, play in session_of_one():
        found = {}
        for seat in SEATS:
            command = offered(play, seat, "3")
            if command is not None:
                role = play.briefing(seat).seat.role
                assert may(role, command), f"{state}: {role} is offered what it may not do"
                found[seat] = type(command)
        seen[state] = found
    assert seen == WANTED


@pytest.mark.parametrize("role", list(Role))
def test_only_the_chair_may_publish(role: Role) -> None:
    assert may(role, commands.PublishResults()) is (role is Role.CHAIR)
    assert samples.opened().seat("chair").role is Role.CHAIR


def test_a_room_of_several_that_votes_are_ranked_over_is_finished_once_it_is_locked() -> None:
    held = []
    for rules in (VOTED, REVIEWED):  # the second gives no points for votes: the totals are the room's own
        sitting = in_a_contest(rules)
        for project in sitting.setup.contest.projects:
            sitting.review(project.entry_no)
            sitting.lock(project.entry_no)
        sitting.sign()
        sitting.do("chair", commands.LockSession())
        view = sitting.view("chair")
        assert isinstance(view, ChairView)
        held.append(steps.next_step(view, views.briefing(sitting.state, sitting.seats["chair"]), "1").act)
    assert held[0] == ""
    assert held[1] in ("confirm", "publish")
