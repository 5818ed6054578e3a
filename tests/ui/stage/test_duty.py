"""When slides may be up and when they must be down: at the deadline and not a nanosecond before."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core import clock
from judge_app.core.clock import SECOND, EndedBy, HoldKind, Outcome, PhaseRun
from judge_app.core.views import ClockView
from judge_app.ui.stage.duty import Cut, Rest, Show, duty
from tests.ui.sitting import RULES, ended, running

assert RULES.timing is not None
PHASES = RULES.timing.phases
END = 600 * SECOND


def test_nothing_is_owed_before_the_first_phase() -> None:
    assert duty(None, PHASES, 0) == Rest()


def test_slides_are_up_to_the_last_nanosecond_and_down_at_the_deadline() -> None:
    talk = running(END)
    assert duty(talk, PHASES, END - 1) == Show(run=9, entry_no="5", until_ns=END)
    assert duty(talk, PHASES, END) == Cut(run=9, entry_no="5", since_ns=END)
    assert duty(talk, PHASES, END + SECOND) == Cut(run=9, entry_no="5", since_ns=END)


def test_a_held_clock_never_cuts() -> None:
    held = running(END, deadline_ns=None, remaining_ns=SECOND, held=HoldKind.PAUSE)
    assert duty(held, PHASES, 99 * END) == Show(run=9, entry_no="5", until_ns=None)


def test_an_end_by_the_hosts_hand_takes_the_slides_off() -> None:
    assert duty(ended(END, EndedBy.HOST, left_ns=SECOND), PHASES, END) == Cut(run=9, entry_no="5", since_ns=END)


def test_the_start_of_the_questions_is_the_end_of_the_slides_that_were_up() -> None:
    questions = running(END + 240 * SECOND, "qa")
    assert duty(questions, PHASES, END + 5, shown_run=9) == Cut(run=9, entry_no="5", since_ns=END)
    assert duty(questions, PHASES, END + 5) == Cut(run=None, entry_no="5", since_ns=END)


def test_a_rule_set_that_never_takes_slides_off_never_cuts() -> None:
    phases = tuple(msgspec.structs.replace(phase, slides_end=False) for phase in PHASES)
    talk = running(END, slides_end=False)
    assert duty(talk, phases, END + SECOND) == Show(run=9, entry_no="5", until_ns=None)
    assert duty(running(END, "qa"), phases, 0) == Show(run=10, entry_no="5", until_ns=None)
    assert duty(ended(END, EndedBy.HOST, slides_end=False), phases, END) == Rest()


def _view(run: PhaseRun) -> ClockView:
    still = run.ended_ns if run.ended_ns is not None else run.hold.started_ns if run.hold is not None else None
    return ClockView(
        run=run.run,
        entry_no=run.entry_no,
        phase=run.phase,
        slides_end=run.slides_end,
        planned_ns=run.planned_ns,
        added_ns=run.added_ns,
        started_ns=run.started_ns,
        deadline_ns=clock.deadline_ns(run),
        remaining_ns=None if still is None else clock.remaining_ns(run, still),
        held=None if run.hold is None else run.hold.kind,
        ended_ns=run.ended_ns,
        ended_by=run.ended_by,
    )


_events = st.lists(
    st.tuples(st.sampled_from(["hold", "release", "add"]), st.integers(0, 200), st.integers(-60, 90)), max_size=12
)


@given(events=_events, ask_s=st.integers(0, 1200))
def test_whatever_is_paused_and_added_the_slides_are_up_exactly_while_time_is_left(
    events: list[tuple[str, int, int]], ask_s: int
) -> None:
    run = PhaseRun(run=9, entry_no="5", phase="presentation", planned_ns=480 * SECOND, slides_end=True, started_ns=0)
    now = 0
    for what, wait_s, delta_s in events:
        later = now + wait_s * SECOND
        if clock.remaining_ns(run, later) <= 0:
            break
        now = later
        if what == "hold" and run.hold is None:
            run = clock.hold(run, now, HoldKind.TECHNICAL, "设备故障", "host")
        elif what == "release" and run.hold is not None:
            run = clock.release(run, now, Outcome.NO_EFFECT)
        elif what == "add" and clock.remaining_ns(run, now) + delta_s * SECOND > 0:
            run = clock.add(run, now, delta_s * SECOND, "补时", "host")
    asked = now + ask_s * SECOND
    owed = duty(_view(run), PHASES, asked)
    assert isinstance(owed, Show) == (clock.remaining_ns(run, asked) > 0)
    if isinstance(owed, Cut):
        assert clock.remaining_ns(run, owed.since_ns) == 0
