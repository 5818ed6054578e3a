"""Who is here, and what they see: every connection of the room, and when each is shown its view anew.

A view is made of the committed state alone, and goes out where it differs from the last one. The clock goes out at once;
the sheets of a burst gather for a moment, and what is not in the journal is told to the host's desk now and then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from judge_app.core import events, journal, views
from judge_app.core.seats import Role, Seat
from judge_app.core.session import State
from judge_app.room import refusals
from judge_app.room.clock import SessionClock
from judge_app.room.health import Health, Text
from judge_app.wire import messages

GATHER_S = 0.05
GATHER_MOST_S = 0.3
"""How long views wait for another sheet of the same burst, and for the burst as a whole: its receipts come first."""
LIVE_PUSH_S = 0.1
"""How often the host's desk is told at most of what is not in the journal (who types, who is away)."""
_GATHERED = (events.SheetSubmitted, events.DeviceEnrolled, events.DeviceAdmitted)
_STAGE_TROUBLES = 6
"""How many things may be wrong at the stage at once."""


class Sink(Protocol):
    """One connection of a seat, as the room needs it."""

    seat: Seat
    device: str

    def show(self, view: bytes) -> None:
        """A whole view; it replaces one that has not gone out yet."""

    def brief(self, briefing: views.Briefing) -> None:
        """What it was told on joining has changed."""

    def drop(self, denied: messages.Denied) -> None:
        """The device may no longer act: say so and close."""


class Showing:
    """The connections of one room, on its loop. ``committed`` is the state on the disk, and ``live`` what is true beside
    it, as of the moment at which they are called."""

    def __init__(self, clock: SessionClock, committed: Callable[[], State], live: Callable[[], views.Live]) -> None:
        self._clock = clock
        self._committed = committed
        self._live = live
        self._loop = asyncio.get_running_loop()
        self.seats: dict[str, views.SeatLive] = {}
        """Of every seat that was ever here: whether it still is, and how far its form is filled."""
        self.slides: tuple[str, int] | None = None
        """Of how many slides of a project the stage has pictures."""
        self.health = Health(self.tell_hosts, self.show_all)
        self._sinks: set[Sink] = set()
        self._shown: dict[Sink, int] = {}
        """The hash of what each was shown last."""
        self._hosts_handle: asyncio.TimerHandle | None = None
        self._push_handle: asyncio.TimerHandle | None = None
        self._unshown: list[journal.Body] = []
        self._unshown_since = 0.0
        self._closing = False

    def close(self) -> None:
        """From now on nobody is told of what is not in the journal."""
        self._closing = True

    # who is here

    def join(self, sink: Sink, device_name: str) -> None:
        """A connection of an admitted device; an older one of the same device gives way."""
        for other in [s for s in self._sinks if s.device == sink.device]:
            self._forget(other)
            other.drop(refusals.ELSEWHERE)
        self._sinks.add(sink)
        seen = self.seats.get(sink.seat.id, views.SeatLive())
        self.seats[sink.seat.id] = msgspec.structs.replace(
            seen, online=True, seen=True, offline_since="", device_name=device_name
        )
        self._show(sink)
        self.tell_hosts()

    def leave(self, sink: Sink) -> None:
        """The connection is gone."""
        if sink not in self._sinks:
            return
        self._forget(sink)
        if not self.sits(sink.seat.id):
            seen = self.seats[sink.seat.id]
            self.seats[sink.seat.id] = msgspec.structs.replace(
                seen, online=False, offline_since=self._clock.stamp().wall
            )
            if sink.seat.role is Role.STAGE:
                self.stage_trouble(())
                self.stage_slides(None)
        self.tell_hosts()

    def _forget(self, sink: Sink) -> None:
        self._sinks.discard(sink)
        self._shown.pop(sink, None)

    def drop(self, is_out: Callable[[Sink], bool], denied: messages.Denied) -> None:
        """The connections for which that holds may no longer act."""
        for sink in list(self._sinks):
            if is_out(sink):
                self._forget(sink)
                sink.drop(denied)

    def sits(self, seat_id: str) -> bool:
        """Whether somebody is connected at a seat."""
        return any(sink.seat.id == seat_id for sink in self._sinks)

    # what they say of themselves

    def progress(self, seat: Seat, message: messages.Progress) -> None:
        """How far a judge's form is filled."""
        if message.entry_no not in self._committed().projects or not 0 <= message.filled <= message.lines <= 200:
            return
        seen = self.seats.get(seat.id, views.SeatLive())
        self.seats[seat.id] = msgspec.structs.replace(
            seen, entry_no=message.entry_no, filled=message.filled, lines=message.lines
        )
        self.tell_hosts()

    def stage_trouble(self, troubles: Sequence[Text]) -> None:
        """What is wrong at the stage; gone with its connection, whose loss is a trouble of its own."""
        for at in range(_STAGE_TROUBLES):
            self.health.set_trouble(f"stage {at}", troubles[at] if at < len(troubles) else None)

    def stage_slides(self, slides: tuple[str, int] | None) -> None:
        """Of how many slides of a project the stage has pictures; gone with its connection."""
        if self.slides != slides:
            self.slides = slides
            self.tell_hosts()

    # what they see

    def briefing(self, seat: Seat) -> views.Briefing:
        return views.briefing(self._committed(), seat)

    def brief_all(self) -> None:
        """What everybody was told on joining has changed."""
        for sink in self._sinks:
            sink.brief(self.briefing(sink.seat))

    def show_soon(self, bodies: Sequence[journal.Body]) -> None:
        """Records that are on the disk now: the clock at once; sheets of a burst gather for a moment, since each changes
        the desks' whole view."""
        gathers = all(isinstance(body.event, _GATHERED) for body in bodies)
        now = self._loop.time()
        if not self._unshown:
            self._unshown_since = now
        self._unshown.extend(bodies)
        if self._push_handle is not None:
            if gathers and self._push_handle.when() <= now + 0.001:
                return  # something that does not wait is about to go out
            self._push_handle.cancel()
        wait = min(GATHER_S, max(0.0, self._unshown_since + GATHER_MOST_S - now)) if gathers else 0.0
        self._push_handle = self._loop.call_later(wait, self._push)

    def _push(self) -> None:
        self._push_handle = None
        bodies, self._unshown = self._unshown, []
        live = self._live()
        for sink in sorted(self._sinks, key=_push_order):
            if any(views.reaches(body, sink.seat) for body in bodies):
                self._show(sink, live)

    def show_all(self) -> None:
        """Everybody's view at once, to whom it is news."""
        live = self._live()
        for sink in list(self._sinks):
            self._show(sink, live)

    def show_all_again(self) -> None:
        """Everybody's view at once, whether it is news or not."""
        self._shown.clear()
        self.show_all()

    def tell_hosts(self) -> None:
        """Something beside the journal has changed: the host's desk is shown it soon."""
        if self._hosts_handle is None and not self._closing:
            self._hosts_handle = self._loop.call_later(LIVE_PUSH_S, self.show_hosts)

    def show_hosts(self) -> None:
        """The host's desk is shown its view at once."""
        if self._hosts_handle is not None:
            self._hosts_handle.cancel()
        self._hosts_handle = None
        live = self._live()
        for sink in list(self._sinks):
            if sink.seat.id in ("host", "timekeeper"):
                self._show(sink, live)

    def _show(self, sink: Sink, live: views.Live | None = None) -> None:
        committed = self._committed()
        shown = messages.encode(views.view(committed, sink.seat, live or self._live()))
        if self._shown.get(sink) != (shown_hash := hash(shown)):
            self._shown[sink] = shown_hash
            sink.show(b'{"type":"View","seq":%d,"view":%b}' % (committed.seq, shown))


def _push_order(sink: Sink) -> int:
    """The stage and the host first, the desks, whose views take longest, last."""
    return {"stage": 0, "host": 1, "timekeeper": 1}.get(sink.seat.id, 2 if sink.seat.role is Role.JUDGE else 3)
