"""The room's clock as a seat reads it: off by half the best round trip at most, and through sleep and steps."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from judge_app.seat.clock import KEPT, SLACK_NS, WANDER, RemoteClock, local_ns
from judge_app.wire.messages import Pong, RoomClock

MS = 1_000_000
ORIGIN = RoomClock(real_ns=0, shown_ns=0)


class Machines:
    """A seat's machine and a room's, whose clocks differ by ``offset``; answers are made by hand."""

    def __init__(self, offset_ns: int, origin: RoomClock = ORIGIN) -> None:
        self.now = 10**12
        self.offset = offset_ns
        self.clock = RemoteClock(lambda: self.now)
        self.clock.begin(origin)

    def ping(self, there_ns: int, back_ns: int) -> None:
        sent = self.now
        self.now += there_ns
        pong = Pong(sent_ns=sent, room_real_ns=self.now + self.offset)
        self.now += back_ns
        self.clock.answered(pong, self.now)

    @property
    def error(self) -> int:
        shown = self.clock.now_ns()
        assert shown is not None
        return abs(shown - (self.now + self.offset))


delays = st.integers(0, 400 * MS)


@given(st.integers(-(10**15), 10**15), st.lists(st.tuples(delays, delays), min_size=1, max_size=60))
def test_the_error_is_at_most_half_the_best_round_trip_however_lopsided(
    offset: int, trips: list[tuple[int, int]]
) -> None:
    machines = Machines(offset)
    for there, back in trips:
        machines.ping(there, back)
        machines.now += 1_000 * MS
    best = min(there + back for there, back in trips[-KEPT:])
    assert machines.error <= best // 2 + 1
    assert machines.clock.rtt_ns == best


@given(st.lists(st.tuples(delays, delays), min_size=2, max_size=60))
def test_what_is_shown_never_jumps_by_more_than_the_round_trips_allow(trips: list[tuple[int, int]]) -> None:
    machines = Machines(7 * 10**11)
    shown_before = None
    worst_before = 0
    for there, back in trips:
        machines.ping(there, back)
        shown = machines.clock.now_ns()
        assert shown is not None
        worst = (machines.clock.rtt_ns or 0) // 2 + 1
        if shown_before is not None:
            passed = there + back
            assert abs((shown - shown_before) - passed) <= worst + worst_before
        shown_before, worst_before = shown, worst


def test_until_the_first_answer_nothing_is_known() -> None:
    clock = RemoteClock()
    assert clock.now_ns() is None
    assert not clock.known
    clock.begin(ORIGIN)
    assert clock.now_ns() is None
    clock.answered(Pong(sent_ns=local_ns(), room_real_ns=5), local_ns())
    assert clock.known


def test_a_rehearsals_clock_runs_at_its_rate() -> None:
    machines = Machines(0, RoomClock(real_ns=10**12, shown_ns=50, rate=40))
    machines.ping(0, 0)
    assert machines.clock.rate == 40
    assert machines.clock.now_ns() == 50
    machines.now += 3 * MS
    assert machines.clock.now_ns() == 50 + 120 * MS


def test_a_rehearsals_wall_time_is_the_rooms_and_any_others_this_computers() -> None:
    """What the desk reckons the end of the session from: a forecast by the wrong clock would lie in its past."""
    machines = Machines(0, RoomClock(real_ns=10**12, shown_ns=50, rate=40, wall="2026-12-05T09:30:00.000Z"))
    machines.ping(0, 0)
    machines.now += 90 * 1_000 * MS
    assert machines.clock.wall() == dt.datetime(2026, 12, 5, 10, 30, tzinfo=dt.UTC)
    usual = Machines(0)
    usual.ping(0, 0)
    before = dt.datetime.now(dt.UTC)
    assert before <= usual.clock.wall() <= dt.datetime.now(dt.UTC)


def test_a_clock_that_stepped_is_believed_at_the_next_answer_and_not_a_minute_later() -> None:
    """A virtual machine that was frozen, or a laptop whose clock does not count its sleep."""
    machines = Machines(0)
    for _ in range(KEPT):
        machines.ping(MS // 10, MS // 10)
        machines.now += 1_000 * MS
    machines.offset += 20 * 60 * 1_000 * MS
    machines.ping(80 * MS, 5 * MS)  # a slow answer, and yet the only one that is still true
    assert machines.error <= 43 * MS


@given(st.integers(-(10**6) // WANDER, 10**6 // WANDER))
def test_clocks_that_wander_are_no_step(ppm: int) -> None:
    machines = Machines(0)
    for _ in range(3 * KEPT):
        machines.ping(MS, MS)
        machines.now += 1_000 * MS
        machines.offset += 1_000 * MS * ppm // 10**6
        assert machines.error <= MS + KEPT * 1_000 * MS // WANDER + SLACK_NS
    assert len(machines.clock._samples) == KEPT


def test_a_room_that_began_anew_is_asked_anew() -> None:
    machines = Machines(0)
    machines.ping(MS, MS)
    machines.clock.begin(ORIGIN)  # the same room after a lost connection: nothing is forgotten
    assert machines.clock.known
    machines.clock.begin(RoomClock(real_ns=1, shown_ns=2))
    assert not machines.clock.known


def test_an_answer_from_before_its_question_is_none() -> None:
    machines = Machines(0)
    machines.clock.answered(Pong(sent_ns=machines.now + 1, room_real_ns=0), machines.now)
    assert not machines.clock.known


def test_the_machines_own_clock_goes_forward() -> None:
    readings = [local_ns() for _ in range(1_000)]
    assert readings == sorted(readings)
