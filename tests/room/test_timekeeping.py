"""What time alone makes: a deadline that has come, a hold where the computer slept, a clock that was set."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from judge_app.core import events
from judge_app.core.clock import HoldKind, deadline_ns, remaining_ns
from judge_app.room import clock as room_clock
from tests.room.halls import hall, play


@contextlib.contextmanager
def moved_clock(room: Any, monkeypatch: pytest.MonkeyPatch, asleep_s: float) -> Iterator[None]:
    """The computer sleeps for a while: its monotonic clock has moved on, and so says the count of its sleep."""
    real, slept = room_clock.real_ns, room_clock.slept_ns
    ns = int(asleep_s * 1e9)
    with monkeypatch.context() as patched:
        patched.setattr(room_clock, "real_ns", lambda: real() + ns)
        patched.setattr("judge_app.room.timekeeping.slept_ns", lambda: slept() + ns)
        yield
        room.timekeeping._slept_ns = slept()


@pytest.mark.parametrize("asleep_s", [60.0, 3_600.0], ids=["within the talk", "past its deadline"])
def test_a_phase_that_runs_when_the_computer_sleeps_is_held_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, asleep_s: float
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            await held.begin()
            before = held.room.state.run
            assert before is not None
            fell_ns = held.room.clock.now_ns()
            with moved_clock(held.room, monkeypatch, asleep_s):
                if asleep_s < before.planned_ns / 1e9:
                    held.room.timekeeping.slept()  # as every second, and before what a host wishes
                held.room.timekeeping.catch_up()
                run = held.room.state.run
                assert run is not None, "nothing was cut while nobody could speak"
                assert run.hold is not None
                assert (run.run, run.hold.kind) == (before.run, HoldKind.TECHNICAL)
                assert 0 <= run.hold.started_ns - fell_ns < 1e9
                assert "休眠" in run.hold.reason
                assert any("休眠" in zh for zh, _ in held.room.live().health.trouble)
                assert remaining_ns(run, held.room.clock.now_ns()) > before.planned_ns - 2e9
                held.room.timekeeping.catch_up()
                assert held.room.state.run == run, "one sleep is said once"

    with caplog.at_level(logging.CRITICAL):
        play(scene)


def test_a_computer_that_was_only_busy_has_not_slept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same time gone without sleep (a room that was stopped, a slow disk): the phase ends at its true deadline."""

    async def scene() -> None:
        async with hall(tmp_path) as held:
            await held.begin()
            before = held.room.state.run
            assert before is not None
            real = room_clock.real_ns
            with monkeypatch.context() as patched:
                patched.setattr(room_clock, "real_ns", lambda: real() + 3_600 * 10**9)
                held.room.timekeeping.catch_up()
            ended = held.room.state.runs[-1]
            assert ended.hold is None
            assert ended.ended_ns == before.started_ns + before.planned_ns

    play(scene)


class HandLoop:
    """A room's loop whose timers are called by hand, in a time of their own."""

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self._timers: list[tuple[float, asyncio.TimerHandle, Callable[[], None]]] = []
        self._now = 0.0

    def call_later(self, wait: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(self._now + wait, call, (), self._loop)
        self._timers.append((self._now + wait, handle, call))
        return handle

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def pass_time(self, seconds: float, counted: Callable[[], None], most: int) -> int:
        """How often ``counted`` is called within so many seconds; no more than ``most``."""
        until, calls = self._now + seconds, 0
        while calls < most:
            self._timers = [timer for timer in self._timers if not timer[1].cancelled()]
            timer = min(self._timers, key=lambda timer: timer[0], default=None)
            if timer is None or timer[0] > until:
                break
            self._timers.remove(timer)
            self._now = timer[0]
            calls += timer[2] == counted
            timer[2]()
        return calls


@pytest.mark.parametrize("stopped", ["store", "superseded", ""])
def test_a_phase_that_is_due_while_nothing_is_made_is_looked_at_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: str
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            await held.begin()
            room: Any = held.room
            keeping = room.timekeeping
            before = room.state.run
            real, loop = room_clock.real_ns, room.loop
            keeping._timer.cancel()
            keeping._timer, keeping._armed_for = None, None
            with monkeypatch.context() as patched:
                patched.setattr(room_clock, "real_ns", lambda: real() + 3_600 * 10**9)
                patched.setattr(keeping, "_loop", HandLoop(loop))
                room.superseded, room._stopped = stopped == "superseded", stopped == "store"
                keeping.arm()
                calls = keeping._loop.pass_time(10.0, keeping._on_timer, most=1_000)
                if stopped:
                    assert 10 <= calls <= 50
                    assert room.state.run == before, "nothing is made"
                else:  # negative control: what is due is made at once
                    assert room.state.runs[-1].ended_ns == before.started_ns + before.planned_ns
                room._stopped = False
            keeping._timer = None

    play(scene)


@pytest.mark.parametrize("hours", [1, -1, 24, -24])
def test_a_clock_that_is_set_is_said_and_moves_no_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            await held.begin()
            run = held.room.state.run
            assert run is not None
            deadline = deadline_ns(run)
            left = remaining_ns(run, held.room.clock.now_ns())
            with monkeypatch.context() as patched:
                patched.setattr(
                    "judge_app.room.timekeeping._now", lambda: dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)
                )
                async with asyncio.timeout(10):
                    while not any(isinstance(r.event, events.ClockStepped) for r in held.room.history()):  # noqa: ASYNC110
                        await asyncio.sleep(0.1)
            step = next(r.event for r in held.room.history() if isinstance(r.event, events.ClockStepped))
            assert isinstance(step, events.ClockStepped)
            assert abs(step.delta_ms - hours * 3_600_000) < 1_000
            run = held.room.state.run
            assert run is not None
            assert deadline_ns(run) == deadline
            assert 0 <= left - remaining_ns(run, held.room.clock.now_ns()) < 15e9
            assert any("系统时间" in zh for zh, _ in held.room.live().health.trouble)

    play(scene)
