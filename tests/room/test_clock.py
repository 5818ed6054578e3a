"""The room's clock: a mapping of the machine's own, at any rate, and which boot it belongs to."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.room.clock import SessionClock, boot_id, iso, real_ns, wall_of
from judge_app.wire.messages import RoomClock

ORIGIN = dt.datetime(2026, 12, 5, 9, 30, tzinfo=dt.UTC)


def between(before: int, value: int, after: int, clock: SessionClock) -> bool:
    return clock.origin.shown(before) <= value <= clock.origin.shown(after)


@pytest.mark.parametrize("rate", [1, 40, 400])
def test_the_clock_shows_the_machines_own_times_the_rate(rate: int) -> None:
    clock = SessionClock(RoomClock(real_ns=real_ns() - 10**9, shown_ns=5, rate=rate), ORIGIN)
    before = real_ns()
    shown = clock.now_ns()
    assert between(before, shown, real_ns(), clock)
    assert shown >= 5 + 10**9 * rate


@given(st.integers(1, 400), st.integers(0, 10**12))
def test_the_seconds_until_an_instant_are_real_ones_and_never_too_few(rate: int, wait_ns: int) -> None:
    clock = SessionClock(RoomClock(real_ns=real_ns(), shown_ns=0, rate=rate), ORIGIN)
    at = clock.now_ns() + wait_ns
    before = real_ns()
    seconds = clock.seconds_until(at)
    assert clock.origin.shown(real_ns() + int(seconds * 1e9) + 1_000) >= at
    assert clock.origin.shown(before + int(seconds * 1e9) - 1_000_000) <= at + rate * 1_000_000_000


def test_a_rehearsals_wall_time_goes_as_fast_as_its_clock() -> None:
    clock = SessionClock(RoomClock(real_ns=real_ns(), shown_ns=0, rate=40), ORIGIN)
    assert clock.wall(0) == "2026-12-05T09:30:00.000Z"
    assert clock.wall(3_600 * 10**9) == "2026-12-05T10:30:00.000Z"
    assert clock.origin.wall == clock.wall(0)  # so that a seat can tell it too


def test_at_rate_one_the_wall_is_the_machines_own() -> None:
    clock = SessionClock(RoomClock(real_ns=real_ns(), shown_ns=real_ns(), rate=1), ORIGIN)
    assert clock.origin.wall == ""
    before = dt.datetime.now(dt.UTC)
    wall = clock.wall(clock.now_ns())
    after = dt.datetime.now(dt.UTC)
    millisecond = dt.timedelta(milliseconds=1)
    assert before - 2 * millisecond <= dt.datetime.fromisoformat(wall) <= after + millisecond


def test_a_stamp_says_when_in_which_boot_and_can_be_read_again() -> None:
    clock = SessionClock(RoomClock(real_ns=real_ns(), shown_ns=0, rate=1), ORIGIN)
    before = clock.now_ns()
    stamp = clock.stamp()
    assert before <= stamp.mono_ns <= clock.now_ns()
    assert stamp.boot_id == boot_id() == clock.boot_id
    assert iso(wall_of(stamp)) == stamp.wall


@pytest.mark.skipif(not Path("/proc/sys/kernel/random/boot_id").exists(), reason="the kernel tells no boot id")
def test_the_boot_id_is_the_kernels() -> None:
    assert boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
