"""What time alone makes in a session: deadlines that have come, a hold where this computer was asleep, a clock that was set.

Whatever comes at the session from elsewhere comes after what was due before it: who takes a command asks ``catch_up``.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Sequence

from judge_app.core import events, session
from judge_app.core.clock import HoldKind
from judge_app.core.events import Event
from judge_app.core.session import State
from judge_app.room.clock import SessionClock, real_ns, slept_ns
from judge_app.room.health import Health

log = logging.getLogger(__name__)

STOPPED_S = 0.2
"""How often at most the clock is looked at while nothing is made: the store is in trouble, or a spare has taken over."""
STEP_MS = 500
"""By how much wall time must move against the monotonic clock to be called a step."""
SLEEP_NS = 500_000_000
"""From how long on a sleep of this computer is one."""


class Timekeeping:
    """The time of one session, on its loop. ``state`` is all that is decided; ``own`` records what time has made, and
    makes nothing while the store is in trouble (``stopped``) or another room has taken over (``superseded``)."""

    def __init__(
        self,
        clock: SessionClock,
        state: Callable[[], State],
        own: Callable[[Sequence[Event]], None],
        health: Health,
        *,
        stopped: Callable[[], bool],
        superseded: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._state = state
        self._own = own
        self._health = health
        self._stopped = stopped
        self._superseded = superseded
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for: int | None = None
        self._closing = False
        self._slept_ns = slept_ns()

    def close(self) -> None:
        """No deadline is waited for any more."""
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()

    def catch_up(self) -> int:
        """What time alone has made comes before the command that arrives after it; returns the time on the clock."""
        now = self._clock.now_ns()
        made = session.due(self._state(), now)
        if made and self.slept():  # what is due after a sleep is due otherwise
            made = session.due(self._state(), now)
        self._own(made)
        return now

    def slept(self) -> bool:
        """Whether this computer has been asleep since this was last asked; a running phase is then held."""
        asleep_ns = slept_ns() - self._slept_ns
        self._slept_ns += asleep_ns
        if asleep_ns < SLEEP_NS:
            return False
        self._woke(asleep_ns)
        return True

    def _woke(self, asleep_ns: int) -> None:
        """This computer was asleep: a phase that ran then is held from the moment it fell asleep, for the host to settle."""
        seconds = round(asleep_ns / 1e9)
        reason = f"主机休眠 {seconds} 秒 / the host's computer slept for {seconds} s"
        log.warning("this computer was asleep for %d s", seconds)
        fell_ns = self._clock.now_ns() - asleep_ns * self._clock.rate
        self._own(session.due(self._state(), fell_ns))
        run = self._state().run
        if run is not None and run.hold is None and run.started_ns <= fell_ns:
            self._own([events.ClockHeld(run=run.run, kind=HoldKind.TECHNICAL, reason=reason, at_ns=fell_ns)])
        self._health.set_trouble(
            "sleep",
            (
                f"主机曾休眠 {seconds} 秒，正在进行的环节已按技术中断暂停；请关闭休眠",
                f"this computer slept for {seconds} s; a running phase is held as a technical stop. Turn sleep off",
            ),
        )

    def arm(self) -> None:
        """Wait for the next deadline, after anything that may have moved it."""
        at = session.next_due_ns(self._state())
        if self._timer is not None and at == self._armed_for:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._armed_for = at
        if at is not None and not self._closing:
            # What is due stays due while nothing is made.
            least = STOPPED_S if self._stopped() or self._superseded() else 0.0
            wait = min(max(self._clock.seconds_until(at), least), 1.0)
            self._timer = self._loop.call_later(wait, self._on_timer)

    def arm_anew(self) -> None:
        """As ``arm``, whatever is waited for: what waits as long as nothing is made is due now."""
        self._armed_for = None
        self.arm()

    def _on_timer(self) -> None:
        self._timer = None
        if not self._stopped():
            self.catch_up()
        self.arm()

    async def watch(self) -> None:
        """Until cancelled: wall time against the monotonic clock; a step is recorded and shown (sleep, clock set)."""
        wall, mono = _now(), real_ns()
        while True:
            await asyncio.sleep(1.0)
            wall_next, mono_next = _now(), real_ns()
            delta_ms = round((wall_next - wall).total_seconds() * 1000 - (mono_next - mono) / 1e6)
            wall, mono = wall_next, mono_next
            if not self._stopped():
                self.slept()
                self.catch_up()
            if abs(delta_ms) >= STEP_MS and not self._stopped():
                self._own([events.ClockStepped(delta_ms=delta_ms)])
                self._health.set_trouble(
                    "clock",
                    (
                        f"系统时间变动了 {delta_ms / 1000:+.1f} 秒；计时不受影响",
                        f"the system's time moved by {delta_ms / 1000:+.1f} s; the clock is not affected",
                    ),
                )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
