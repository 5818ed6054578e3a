"""The clock of a phase: a log, never a counter; nothing is lost, nothing jumps, nothing ends early."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core import clock
from judge_app.core.clock import SECOND, EndedBy, HoldKind, Outcome, PhaseRun
from judge_app.core.commands import EndPhase, HoldClock, OpenScoring, ReleaseClock
from judge_app.core.rules import Phase, Timing
from tests.core.sessions import RULES, setup
from tests.core.simulation import Sitting

CASES = Path(__file__).resolve().parents[1] / "acceptance" / "other-cases.json"


def case(id: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(CASES.read_text("utf-8"))["timing_cases"]
    return next(one for one in found if one["id"] == id)


def seconds(text: str) -> int:
    """``8:00`` or ``09:03:10`` as seconds."""
    total = 0
    for part in text.split(":"):
        total = total * 60 + int(part)
    return total


def timed(demo: str, qa: str) -> Sitting:
    """A session with these two phases, its first project called."""
    phases = (
        Phase(key="presentation", name="演示", seconds=seconds(demo), slides_end=True),
        Phase(key="qa", name="问答", seconds=seconds(qa)),
    )
    sitting = Sitting(setup(msgspec.structs.replace(RULES, timing=Timing(phases=phases))))
    sitting.call("1")
    return sitting


def test_t1_eight_and_four_minutes_with_one_technical_stop() -> None:
    held = case("T-1")
    sitting = timed(held["demo"], held["qa"])
    zero = sitting.now_ns - seconds(held["events"][0][0]) * SECOND
    for at, what in held["events"]:
        sitting.wait(ns=zero + seconds(at) * SECOND - sitting.now_ns)
        match what.split()[0]:
            case "demo_start":
                sitting.start("presentation")
            case "pause":
                sitting.do("host", HoldClock(technical=True, reason=what.split()[1]))
            case "resume":
                sitting.do("host", ReleaseClock(outcome=Outcome.NO_EFFECT))
            case "demo_auto_end":
                assert sitting.state.run is None, "the end comes by itself"
            case "qa_start":
                sitting.start("qa")
            case "qa_end":
                sitting.do("host", EndPhase())
    expected = held["expected"]
    demo, qa = sitting.state.runs
    assert demo.ended_ns is not None
    assert qa.ended_ns is not None
    assert demo.ended_by is EndedBy.DEADLINE
    assert demo.ended_ns - zero == seconds(expected["demo_auto_end_at"]) * SECOND
    assert qa.ended_ns - zero == seconds(expected["qa_end_at"]) * SECOND
    active = [clock.used_ns(run, sitting.now_ns) for run in (demo, qa)]
    assert active[0] == seconds(expected["demo_active"]) * SECOND
    assert sum(active) == seconds(expected["active_total"]) * SECOND
    assert clock.held_ns(demo, sitting.now_ns) == seconds(expected["pause"]) * SECOND
    gap = qa.started_ns - demo.ended_ns
    assert qa.ended_ns - demo.started_ns - gap == (seconds(expected["wall_total"]) - 10) * SECOND
    assert gap == 10 * SECOND


def test_t3_questions_that_run_over_are_recorded_and_not_cut() -> None:
    held = case("T-3")
    sitting = timed(held["demo"], held["qa"])
    sitting.start("presentation")
    sitting.wait(seconds(held["demo"]))
    sitting.start("qa")
    sitting.wait(seconds(held["qa_used"]))
    sitting.do("host", EndPhase())
    assert clock.overtime_ns(sitting.state.runs[-1], sitting.now_ns) == seconds(held["expected"]["overtime"]) * SECOND
    sitting.do("host", OpenScoring())
    sitting.score("1")
    sitting.lock("1")
    result = sitting.chair_counts().project("1")
    assert str(result.deducted) == held["expected"]["deduction"]


def test_t4_prompts_come_at_their_elapsed_times() -> None:
    held = case("T-4")
    prompts = tuple(seconds(one) for one in held["prompts_remaining"])
    phase = Phase(key="presentation", name="演示", seconds=seconds(held["demo"]), slides_end=True)
    timing = Timing(phases=(phase,), prompts_remaining=prompts)
    run = running(phase.seconds * SECOND)
    elapsed = [phase.seconds - left for left in timing.prompts_of(phase)]
    assert elapsed == [seconds(one) for one in held["expected_elapsed"]]
    for left, gone in zip(timing.prompts_of(phase), elapsed, strict=True):
        assert clock.remaining_ns(run, gone * SECOND) == left * SECOND


# any sequence of what can happen to a phase


def running(planned_ns: int, *, started_ns: int = 0, slides_end: bool = True) -> PhaseRun:
    return PhaseRun(
        run=1,
        entry_no="1",
        phase="presentation",
        planned_ns=planned_ns,
        slides_end=slides_end,
        started_ns=started_ns,
    )


STEPS = st.lists(
    st.tuples(
        st.integers(0, 200 * SECOND),  # time that passes before the step
        st.sampled_from(["hold", "technical", "release", "extra", "add", "take", "nothing"]),
        st.integers(1, 60 * SECOND),
    ),
    max_size=30,
)


class Told:
    """The same clock kept the other way: a counter of what is left, stepped from instant to instant."""

    def __init__(self, planned_ns: int) -> None:
        self.left = planned_ns
        self.held = 0
        self.added = 0
        self.holding = False

    def pass_(self, ns: int) -> None:
        if self.holding:
            self.held += ns
        else:
            self.left -= ns


def take_step(run: PhaseRun, told: Told, now: int, what: str, amount: int) -> PhaseRun:
    """One thing that happens to a phase at ``now``, where it can happen at all."""
    if what in ("hold", "technical") and not told.holding:
        told.holding = True
        kind = HoldKind.PAUSE if what == "hold" else HoldKind.TECHNICAL
        return clock.hold(run, now, kind, "r", "host")
    if what == "release" and told.holding:
        told.holding = False
        return clock.release(run, now, None)
    if what == "extra" and told.holding:
        told.holding = False
        told.left += amount
        told.added += amount
        return clock.add(clock.release(run, now, Outcome.EXTRA_TIME), now, amount, "r", "host")
    if what == "add" or (what == "take" and told.left > amount):
        delta = amount if what == "add" else -amount
        told.left += delta
        told.added += delta
        return clock.add(run, now, delta, "r", "host")
    return run


@given(st.integers(SECOND, 900 * SECOND), STEPS, st.integers(0, 10**12))
def test_what_remains_moves_with_time_alone_and_jumps_only_by_what_was_added(
    planned: int, steps: list[tuple[int, str, int]], started: int
) -> None:
    run, told, now = running(planned, started_ns=started), Told(planned), started
    for passed, what, amount in steps:
        now += passed
        told.pass_(passed)
        assert clock.remaining_ns(run, now) == told.left
        before, added = clock.remaining_ns(run, now), run.added_ns
        run = take_step(run, told, now, what, amount)
        jump = clock.remaining_ns(run, now) - before
        assert jump == run.added_ns - added
        if what not in ("add", "take", "extra"):
            assert jump == 0
        assert clock.remaining_ns(run, now) == told.left


@given(st.integers(SECOND, 900 * SECOND), STEPS)
def test_time_given_back_is_the_time_that_was_lost(planned: int, steps: list[tuple[int, str, int]]) -> None:
    run, told, now = running(planned), Told(planned), 0
    for passed, what, amount in steps:
        now += passed
        told.pass_(passed)
        run = take_step(run, told, now, what, amount)
    if told.holding:
        run = clock.release(run, now, None)
    assert clock.held_ns(run, now) == told.held
    assert clock.deadline_ns(run) == planned + told.added + told.held
    ended = clock.end(run, now, EndedBy.HOST)
    assert clock.used_ns(ended, now + 7) + told.held == now
    assert clock.remaining_ns(ended, now + 10**15) == told.left, "nothing moves behind the end"


@given(st.integers(SECOND, 900 * SECOND), STEPS)
def test_no_phase_is_cut_before_its_speaker_has_had_all_his_time(
    planned: int, steps: list[tuple[int, str, int]]
) -> None:
    run, told, now = running(planned), Told(planned), 0
    for passed, what, amount in steps:
        at = clock.deadline_ns(run)
        if at is not None and at <= now + passed:
            told.pass_(at - now)
            assert told.left == 0
            assert clock.used_ns(clock.end(run, at, EndedBy.DEADLINE), at) == planned + told.added
            return
        now += passed
        told.pass_(passed)
        assert told.holding == (clock.deadline_ns(run) is None)
        run = take_step(run, told, now, what, amount)


@given(st.integers(SECOND, 900 * SECOND), st.integers(1, 10**9), st.integers(0, 300), st.booleans())
def test_the_display_shows_nought_once_at_the_cut_off(planned: int, step: int, over: int, held: bool) -> None:
    run = running(planned)
    deadline = clock.deadline_ns(run)
    assert deadline == planned
    assert clock.displayed(clock.remaining_ns(run, planned)) == "0:00"
    assert clock.displayed(clock.remaining_ns(run, planned - min(step, planned))) != "0:00"
    late = clock.displayed(clock.remaining_ns(run, planned + step))
    assert late.startswith("+")
    assert clock.displayed(-over * SECOND - 1).startswith("+")
    assert clock.displayed_seconds(-step) == 0


@pytest.mark.parametrize(
    ("left_ns", "shown"),
    [
        (480 * SECOND, "8:00"),
        (480 * SECOND - 1, "8:00"),
        (479 * SECOND, "7:59"),
        (SECOND + 1, "0:02"),
        (SECOND, "0:01"),
        (1, "0:01"),
        (0, "0:00"),
        (-1, "+0:00"),
        (-35 * SECOND, "+0:35"),
        (-75 * SECOND, "+1:15"),
        (6000 * SECOND, "100:00"),
    ],
)
def test_a_time_is_shown_by_its_ceiling_and_overtime_with_a_plus(left_ns: int, shown: str) -> None:
    assert clock.displayed(left_ns) == shown


@given(st.lists(st.integers(0, 600 * SECOND), min_size=2, max_size=200).map(sorted))
def test_the_display_never_goes_up_while_the_clock_runs(instants: list[int]) -> None:
    run = running(480 * SECOND)
    shown = [clock.displayed_seconds(clock.remaining_ns(run, now)) for now in instants]
    assert shown == sorted(shown, reverse=True)


def test_a_held_clock_has_no_deadline_and_shows_one_time() -> None:
    run = clock.hold(running(480 * SECOND), 100 * SECOND, HoldKind.PAUSE, "r", "host")
    assert clock.deadline_ns(run) is None
    assert {clock.remaining_ns(run, now * SECOND) for now in range(100, 10_000, 97)} == {380 * SECOND}


def test_a_phase_that_ends_while_it_is_held_ends_its_hold() -> None:
    run = clock.end(
        clock.hold(running(480 * SECOND), 100 * SECOND, HoldKind.PAUSE, "r", "host"), 130 * SECOND, EndedBy.HOST
    )
    assert run.hold is None
    assert run.holds[-1].ended_ns == 130 * SECOND
    assert clock.used_ns(run, 0) == 100 * SECOND
    assert clock.deadline_ns(run) is None


def test_what_was_held_up_to_an_instant_leaves_out_what_came_later() -> None:
    run = clock.release(
        clock.hold(running(480 * SECOND), 100 * SECOND, HoldKind.PAUSE, "r", "host"), 160 * SECOND, None
    )
    assert [clock.held_ns(run, now * SECOND) for now in (0, 100, 130, 160, 400)] == [
        0,
        0,
        30 * SECOND,
        60 * SECOND,
        60 * SECOND,
    ]
    assert clock.remaining_ns(run, 130 * SECOND) == 380 * SECOND
