"""What the room's clock shows, read from this machine's own: the offset of the answer that came back fastest."""

from __future__ import annotations

import collections
import datetime as dt
import sys
import time
from collections.abc import Callable

from judge_app.wire.messages import Pong, RoomClock

KEPT = 32
"""How many answers are weighed; older ones would hide that clocks wander."""
WANDER = 2_000
"""Clocks of two machines go apart by less than one part in so many (500 ppm); more is a step of one of them."""
SLACK_NS = 2_000_000

if sys.platform == "linux":

    def local_ns() -> int:
        """This machine's monotonic nanoseconds, sleep included: a laptop that wakes up is not behind."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

elif sys.platform == "win32":

    def local_ns() -> int:
        """This machine's monotonic nanoseconds; QueryPerformanceCounter counts sleep."""
        return time.perf_counter_ns()

else:

    def local_ns() -> int:
        """This machine's monotonic nanoseconds (on macOS they count sleep)."""
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


class RemoteClock:
    """The room's clock as this seat sees it. Error: at most half of the best round trip.

    Every answer bounds the offset to within half of its round trip. Answers that contradict each other mean that one of
    the clocks has stepped (a virtual machine was frozen): then only the newest counts.
    """

    def __init__(self, local: Callable[[], int] = local_ns) -> None:
        self._local = local
        self._origin: RoomClock | None = None
        self._samples: collections.deque[tuple[int, int, int]] = collections.deque(maxlen=KEPT)
        """(round trip, offset, when)"""
        self._offset_ns = 0
        self.rtt_ns: int | None = None

    def begin(self, origin: RoomClock) -> None:
        """A room said how its clock runs. Until the first answer its offset is not known."""
        if origin != self._origin:
            self._samples.clear()
        self._origin = origin

    @property
    def rate(self) -> int:
        return 1 if self._origin is None else self._origin.rate

    @property
    def known(self) -> bool:
        """Whether the room's clock can be told."""
        return self._origin is not None and bool(self._samples)

    def answered(self, pong: Pong, received_ns: int) -> None:
        """An answer to a ping came at ``received_ns`` of the local clock."""
        rtt = received_ns - pong.sent_ns
        if rtt < 0:
            return
        offset = pong.room_real_ns - (pong.sent_ns + rtt // 2)
        if any(self._contradicts(rtt, offset, received_ns, old) for old in self._samples):
            self._samples.clear()
        self._samples.append((rtt, offset, received_ns))
        self.rtt_ns, self._offset_ns, _ = min(self._samples)

    @staticmethod
    def _contradicts(rtt: int, offset: int, at_ns: int, old: tuple[int, int, int]) -> bool:
        apart = (rtt + old[0]) // 2 + abs(at_ns - old[2]) // WANDER + SLACK_NS
        return abs(offset - old[1]) > apart

    def now_ns(self) -> int | None:
        """What the room's clock shows now, or None while that is not known."""
        if self._origin is None or not self._samples:
            return None
        return self._origin.shown(self._local() + self._offset_ns)

    def wall(self) -> dt.datetime:
        """The wall time of the session (UTC): this computer's own, in a rehearsal at another rate the room's."""
        now = self.now_ns()
        if now is None or self._origin is None or not self._origin.wall:
            return dt.datetime.now(dt.UTC)
        past = dt.timedelta(microseconds=(now - self._origin.shown_ns) / 1000)
        return dt.datetime.fromisoformat(self._origin.wall) + past
