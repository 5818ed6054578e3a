"""Joining: which links, tokens and codes are good now, what device has which seat, and whether one may enrol.

Nothing here is written: what an enrolment comes to is handed to the room, whose journal has the last word.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from judge_app.core import events, session, views
from judge_app.core.events import Event
from judge_app.core.seats import Role, Seat
from judge_app.core.session import State
from judge_app.room import codes, refusals
from judge_app.room.clock import SessionClock, real_ns
from judge_app.room.health import Health
from judge_app.room.keys import RoomKeys
from judge_app.room.tokens import Tokens
from judge_app.wire import messages, signing

log = logging.getLogger(__name__)

MINUTE_NS = 60 * 10**9
MAX_DEVICES = 50
MAX_VIEWERS = 1_000
"""How many devices may ever enrol for one seat, and for the viewers' link that anybody may use."""
MAX_MACHINE = 64
"""The longest word that tells one computer from another."""


class Joining:
    """The ways into one room's seats, on its loop. ``state`` and ``committed`` are the room's, as of when they are
    called: who enrols is held against all that is decided, and a device is let in by what is on the disk.

    ``changed`` is called where what the host is shown of links and codes has.
    """

    def __init__(
        self,
        keys: RoomKeys,
        clock: SessionClock,
        state: Callable[[], State],
        committed: Callable[[], State],
        health: Health,
        changed: Callable[[], None],
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._state = state
        self._committed = committed
        self._health = health
        self._changed = changed
        self.seats = _seats(committed())
        """By their ids."""
        self.addresses: tuple[tuple[str, str], ...] = ()
        """Where the room can be reached: (address and port, the network's name), the likeliest first."""
        self._seat_of_device = {device.id: seat for seat, known in state().devices.items() for device in known}
        self._tokens = Tokens(keys)
        self._tokens_of: tuple[dict[str, Seat], dict[str, tuple[session.Device, ...]], int] | None = None
        self._link: Callable[[str], str] | None = None
        self._card: Callable[[str], str] = str
        self._links_of: tuple[dict[str, tuple[session.Device, ...]], tuple[views.JoinLink, ...], int] | None = None
        self._codes = codes.Codes(keys.fingerprint, self._code_burnt)

    def seat_anew(self) -> None:
        """The seats are those of the session as it is on the disk now, each with its link."""
        self.seats = _seats(self._committed())
        self._links_changed()

    # enrolment

    def unfit(self, request: messages.EnrolRequest) -> messages.Denied | None:
        """Why such a request is none, whatever the session."""
        if request.protocol != messages.PROTOCOL:
            return refusals.OTHER_VERSION
        if not signing.enrolment_is_genuine(request, self._keys.fingerprint):
            return refusals.BAD_KEY
        return None

    def enrol(
        self, request: messages.EnrolRequest, *, local: bool
    ) -> tuple[list[Event], messages.Enrolled | messages.Denied]:
        """What a device with a seat's token makes happen, and its answer once that is on the disk. A known one makes
        nothing happen. It is in at once where the session lets it, or where it is a window of this very computer
        (``local``): the host's own desk and stage need nobody to admit them."""
        state = self._state()
        device = self._keys.device_id(request.token, request.key)
        sits = self._seat_of_device.get(device, "")
        for known in state.devices.get(sits, ()):
            if known.id == device:
                if known.revoked:
                    return [], refusals.REVOKED
                return [], self._enrolled(self.seats[sits], device, known.admitted)
        place = self._place(request.token)
        if place is None or place[1] != self._generation(place[0]):
            return [], refusals.BAD_TOKEN
        seat = place[0]
        if len(state.devices.get(seat.id, ())) >= (MAX_VIEWERS if seat.id == "viewer" else MAX_DEVICES):
            return [], refusals.TOO_MANY
        # A spare gets everything: the host alone lets it in, wherever it is.
        trusted = local or state.session.automatic_admission
        admitted = trusted and seat.role is not Role.SPARE
        made: list[Event] = [
            events.DeviceEnrolled(
                seat=seat.id,
                device=device,
                name=request.device_name[:60] or "?",
                key=request.key,
                admitted=False,
                machine=request.machine[:MAX_MACHINE],
            )
        ]
        if admitted:
            made += session.admitted(state, seat.id, device)
        self._seat_of_device[device] = seat.id
        return made, self._enrolled(seat, device, admitted)

    def _enrolled(self, seat: Seat, device: str, admitted: bool) -> messages.Enrolled:
        secret = self._keys.device_secret(device)
        return messages.Enrolled(seat=seat.id, device=device, secret=secret, admitted=admitted)

    def device_state(self, device: str) -> tuple[Seat, session.Device] | None:
        """The seat of an enrolled device."""
        seat_id = self._seat_of_device.get(device, "")
        for known in self._committed().devices.get(seat_id, ()):
            if known.id == device:
                return self.seats[seat_id], known
        return None

    # tokens

    def link_token(self, seat_id: str) -> str:
        """The token that the seat's join link carries now."""
        return self._keys.token(seat_id, self._generation(self.seats[seat_id]))

    def passing_token(self, seat_id: str) -> str:
        """The token of a link that is shown now and is good for ten minutes; the public's link stays."""
        if seat_id == "viewer":
            return self.link_token(seat_id)
        generation = self._generation(self.seats[seat_id])
        return self._keys.passing_token(seat_id, generation, self._clock.boot_id, _minute())

    def _generation(self, seat: Seat) -> int:
        """A viewer's link may be used by many; every other by one device, then the next generation is due."""
        return 0 if seat.id == "viewer" else len(self._state().devices.get(seat.id, ()))

    def _place(self, token: str) -> tuple[Seat, int] | None:
        """The seat and generation that a token is, or was, for."""
        now = (self.seats, self._state().devices, _minute())
        before = self._tokens_of
        if before is None or before[0] is not now[0] or before[1] is not now[1] or before[2] != now[2]:
            generations = {seat.id: self._generation(seat) for seat in self.seats.values()}
            self._tokens.update(generations, self._clock.boot_id, now[2])
            self._tokens_of = now
        place = self._tokens.find(token)
        return None if place is None else (self.seats[place[0]], place[1])

    def reached(self, request: messages.ReachRequest) -> messages.Reached:
        """How a link's token and a device stand, for who has them."""
        device = self.device_state(self._keys.device_id(request.token, request.key))
        state = messages.DeviceState.UNKNOWN
        if device is not None:
            known = device[1]
            state = (
                messages.DeviceState.REVOKED
                if known.revoked
                else messages.DeviceState.ADMITTED
                if known.admitted
                else messages.DeviceState.WAITING
            )
        return messages.Reached(token=self._token_state(request.token), device=state)

    def _token_state(self, token: str) -> messages.TokenState:
        place = self._place(token)
        if place is None:
            return messages.TokenState.UNKNOWN
        return messages.TokenState.FREE if place[1] == self._generation(place[0]) else messages.TokenState.USED

    # codes

    def make_code(self, seat_id: str) -> None:
        """The host asked for an 8-digit code for a seat; he sees it with his next view."""
        if seat_id in self.seats and seat_id != "host":
            with contextlib.suppress(ValueError):  # a hundred at once: none is free until one is used or old
                self._codes.make(seat_id, real_ns())
            self._links_changed()
            asyncio.get_running_loop().call_later(codes.CODE_NS / 1e9 + 1, self._links_changed)

    def pair(
        self, message: messages.PairStart | messages.PairConfirm
    ) -> messages.PairReply | messages.Paired | messages.Denied:
        """A device that was told a code: the room's half, then the seat's token."""
        if isinstance(message, messages.PairStart):
            if message.protocol != messages.PROTOCOL:
                return refusals.OTHER_VERSION
            return self._codes.start(message, real_ns())
        answer = self._codes.confirm(message, real_ns(), self.link_token)
        self._links_changed()
        return answer

    def _code_burnt(self, seat_id: str) -> None:
        log.warning("the join code of seat %s was guessed at too often", seat_id)
        self._health.set_trouble(
            "code",
            (
                f"席位 {seat_id} 的加入码被多次输错，已作废；请重新生成，并留意是否有人在试码",
                f"the join code of seat {seat_id} was entered wrongly too often and is void: make a new one, and mind"
                " that somebody may be guessing",
            ),
        )

    # what the host is shown of it

    def set_links(self, link: Callable[[str], str], card: Callable[[str], str] | None = None) -> None:
        """How a seat's token becomes a join link (the server knows the address), and one to print on its card."""
        self._link = link
        self._card = card or link
        self._links_changed()

    def set_addresses(self, addresses: tuple[tuple[str, str], ...]) -> None:
        """Where the room can be reached, as in ``addresses``."""
        self.addresses = addresses
        self._changed()

    def links(self) -> tuple[views.JoinLink, ...]:
        """The link of every seat but the host's, with its code where it has one; none before ``set_links``."""
        if self._link is None:
            return ()
        devices, minute = self._committed().devices, _minute()
        if self._links_of is None or self._links_of[0] is not devices or self._links_of[2] != minute:
            shown, until = self._codes.shown(real_ns()), self._codes.until()
            made = tuple(
                views.JoinLink(
                    seat=seat,
                    link=self._link(seat),
                    card=self._card(seat),
                    join_code=shown.get(seat, ""),
                    code_until_ns=self._clock.origin.shown(until[seat]) if seat in until else None,
                )
                for seat in self.seats
                if seat != "host"
            )
            self._links_of = (devices, made, minute)
        return self._links_of[1]

    def _links_changed(self) -> None:
        self._links_of = None
        self._changed()


def _minute() -> int:
    return real_ns() // MINUTE_NS


def _seats(state: State) -> dict[str, Seat]:
    return {seat.id: seat for seat in session.seats(state.session)}
