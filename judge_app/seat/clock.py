"""What the room's clock shows, read from this machine's own: the offset of the answer that came back fastest."""

from __future__ import annotations

import collections
import time

from judge_app.wire.messages import Pong, RoomClock

KEPT = 32
"""How many answers are weighed; older ones would hide that clocks wander."""


def local_ns() -> int:
    """This machine's monotonic nanoseconds."""
    return time.perf_counter_ns()


class RemoteClock:
    """The room's clock as this seat sees it. Error: at most half of the best round trip."""

    def __init__(self) -> None:
        self._origin: RoomClock | None = None
        self._samples: collections.deque[tuple[int, int]] = collections.deque(maxlen=KEPT)
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
        self._samples.append((rtt, pong.room_real_ns - (pong.sent_ns + rtt // 2)))
        self.rtt_ns, self._offset_ns = min(self._samples)

    def now_ns(self) -> int | None:
        """What the room's clock shows now, or None while that is not known."""
        if self._origin is None or not self._samples:
            return None
        return self._origin.shown(local_ns() + self._offset_ns)
