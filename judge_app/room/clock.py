"""The room's clock: a monotonic clock that counts sleep, mapped to what the session's events are stamped with.

At rate 1 the two are the same. A rehearsal at ×N runs the same code on a clock that goes N times as fast.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import sys
import time
from pathlib import Path

import msgspec
import psutil

from judge_app.core.journal import Stamp
from judge_app.wire.messages import RoomClock

if sys.platform == "linux":

    def real_ns() -> int:
        """Nanoseconds since boot, sleep included."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def slept_ns() -> int:
        """Nanoseconds that this computer has been asleep; only its growth means anything."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)

elif sys.platform == "win32":

    def real_ns() -> int:
        """Nanoseconds of QueryPerformanceCounter, which counts sleep."""
        return time.perf_counter_ns()

    def slept_ns() -> int:
        """Nanoseconds that this computer has been asleep (to within 16 ms); only its growth means anything."""
        awake = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(awake))
        return time.perf_counter_ns() - awake.value * 100

else:

    def real_ns() -> int:
        """Nanoseconds of the monotonic clock (on macOS it counts sleep)."""
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)

    def slept_ns() -> int:
        """Nanoseconds that this computer has been asleep; only its growth means anything."""
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC) - time.clock_gettime_ns(time.CLOCK_UPTIME_RAW)


def boot_id() -> str:
    """What tells this boot of the machine from every other: monotonic clocks compare within one boot only."""
    path = Path("/proc/sys/kernel/random/boot_id")
    if path.exists():
        return path.read_text("ascii").strip()
    return f"boot-{int(psutil.boot_time()) // 10}"


def iso(at: dt.datetime) -> str:
    """UTC, ISO 8601 with milliseconds and ``Z``."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds")[:23] + "Z"


class SessionClock:
    """The clock of one session. ``wall_at_origin`` matters to a rehearsal alone, whose wall time runs ×N with it."""

    def __init__(self, origin: RoomClock, wall_at_origin: dt.datetime) -> None:
        self.origin = origin if origin.rate == 1 else msgspec.structs.replace(origin, wall=iso(wall_at_origin))
        self._wall_at_origin = wall_at_origin
        self.boot_id = boot_id()

    @property
    def rate(self) -> int:
        return self.origin.rate

    def now_ns(self) -> int:
        """Nanoseconds of the session's clock."""
        return self.origin.shown(real_ns())

    def seconds_until(self, shown_ns: int) -> float:
        """Real seconds from now until the session's clock shows ``shown_ns``; negative once it has."""
        return (self.origin.real(shown_ns) - real_ns()) / 1e9

    def wall(self, shown_ns: int) -> str:
        """Wall time at that instant: the machine's own at rate 1, otherwise counted from the origin."""
        if self.origin.rate == 1:
            return iso(dt.datetime.now(dt.UTC) - dt.timedelta(microseconds=(self.now_ns() - shown_ns) / 1000))
        return iso(self._wall_at_origin + dt.timedelta(microseconds=(shown_ns - self.origin.shown_ns) / 1000))

    def stamp(self) -> Stamp:
        """Now."""
        now = self.now_ns()
        wall = iso(dt.datetime.now(dt.UTC)) if self.origin.rate == 1 else self.wall(now)
        return Stamp(mono_ns=now, boot_id=self.boot_id, wall=wall)


def wall_of(stamp: Stamp) -> dt.datetime:
    """A stamp's wall time; raises ValueError."""
    return dt.datetime.fromisoformat(stamp.wall)
