"""Every message between a seat and its room, as JSON text frames (or HTTP bodies) of at most ``MAX_BYTES``.

A seat enrols once by HTTPS (EnrolRequest → Enrolled or Denied), then keeps a WebSocket: Hello → Waiting* → Welcome, and
from there Submit → Receipt or Refusal, KeepPhoto → PhotoKept, View whenever what it may see has changed, Ping → Pong for the clock.
Times are nanoseconds; ``real`` ones of the room's machine since its boot, others of the room's clock.
"""

from __future__ import annotations

import enum
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from judge_app.core.commands import AnyCommand
from judge_app.core.views import AnyView, Briefing

T = TypeVar("T")

PROTOCOL = 9
"""Raised with every change of a message's form; room and seat must have the same."""
MAX_BYTES = 256 * 1024
"""The longest message that a room takes; its own may be longer (a view of 200 projects)."""

MAX_PHOTO = 180_000
"""The largest photo of a paper sheet, in bytes: with its base64 it fits into a message."""

Name = Annotated[str, Meta(max_length=200)]
Hex = Annotated[str, Meta(pattern=r"\A(?:[0-9a-f]{2})*\Z", max_length=512)]
Nanoseconds = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class Message(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag=True,
    tag_field="type",
):
    """The base of every message; ``type`` names it on the wire."""


# from the seat


class EnrolRequest(Message, frozen=True):
    """A device shows the token of a join link. ``key`` is its Ed25519 public key as hex, ``signature`` its proof that it
    holds the private one (``signing.sign_enrolment``). The same request again gets the same answer, so that a lost
    reply costs nothing, and nobody else gets it who has seen the token and the public key."""

    token: Name
    key: Hex
    device_name: Name
    signature: Hex
    protocol: int = PROTOCOL
    machine: Hex = ""
    """Tells this computer from every other: the same at whichever seat of a room it sits (seat/identity.py)."""


class PairStart(Message, frozen=True):
    """A device that was told an 8-digit code begins (pairing.py). ``nameplate`` is the code's public part."""

    nameplate: Annotated[str, Meta(pattern=r"\A[0-9]{2}\Z")]
    message: Hex
    protocol: int = PROTOCOL


class PairConfirm(Message, frozen=True):
    """The device's proof that it knows the code."""

    attempt: Name
    proof: Hex


class ReachRequest(Message, frozen=True):
    """The reachability self-test asks how the token of a link stands, and the device of that key if it has one."""

    token: Name
    key: Hex = ""
    protocol: int = PROTOCOL


class Hello(Message, frozen=True):
    """The first frame of a WebSocket: which device this is and the secret that it got on enrolling."""

    device: Name
    secret: Name
    protocol: int = PROTOCOL
    epoch: Annotated[int, Meta(ge=0, lt=2**31)] = 0
    """The newest epoch that this device has met, with the room's own signature (``proof``): a room that was taken over
    learns of it so."""
    proof: Hex = ""


class Submit(Message, frozen=True):
    """A command. ``data`` is its JSON as signed; ``counter`` grows by one with each command of a device."""

    command_id: Name
    counter: Annotated[int, Meta(ge=0, lt=2**53)]
    data: str
    signature: Hex


class Progress(Message, frozen=True):
    """How far a form is filled, for the host's desk; never the marks, and not kept."""

    entry_no: Name
    filled: Annotated[int, Meta(ge=0, le=1000)]
    lines: Annotated[int, Meta(ge=0, le=1000)]


class AskCode(Message, frozen=True):
    """The host wants an 8-digit code for a seat; it comes with the view. A code that was there before is void."""

    seat: Name


class KeepPhoto(Message, frozen=True):
    """A photo of a paper sheet, for whoever may enter one; the command that names it comes after it."""

    digest: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    """SHA-256 of the picture's bytes, hex."""
    data: bytes
    """JPEG or PNG; base64 in JSON."""


Words = Annotated[str, Meta(max_length=400)]


class StageTrouble(Message, frozen=True):
    """What is wrong at the stage now (zh, en), whole: an empty list is nothing. For the host's desk, and not kept."""

    troubles: Annotated[tuple[tuple[Words, Words], ...], Meta(max_length=6)] = ()


class StageSlides(Message, frozen=True):
    """Of so many slides of a project the stage has pictures that can be shown again. For the host's desk, and not kept."""

    entry_no: Name
    slides: Annotated[int, Meta(ge=0, le=9999)]


class Follow(Message, frozen=True):
    """A spare wants the journal behind the record ``after``, whose hash it has."""

    after: Annotated[int, Meta(ge=0, lt=2**53)]
    hash: Hex = ""


class Followed(Message, frozen=True):
    """The spare has everything up to this record on its disk."""

    seq: Annotated[int, Meta(ge=0, lt=2**53)]


class Ping(Message, frozen=True):
    """``sent_ns`` comes back as it is."""

    sent_ns: Nanoseconds


# from the room


class Enrolled(Message, frozen=True):
    """The device is known. It acts once it is admitted (at once, or when the host lets it in)."""

    seat: str
    device: str
    secret: str
    admitted: bool


class Denied(Message, frozen=True):
    """The room will not have this device or this request. ``final``: trying again does not help."""

    code: str
    zh: str
    en: str
    final: bool = True


class PairReply(Message, frozen=True):
    """The room's half of SPAKE2. ``attempt`` names this guess."""

    attempt: str
    message: Hex


class Paired(Message, frozen=True):
    """The device knows the code: the seat and the token of its join link, with the room's proof."""

    seat: str
    token: str
    proof: Hex


class TokenState(enum.StrEnum):
    """How the token of a join link stands."""

    FREE = "free"
    USED = "used"
    UNKNOWN = "unknown"


class DeviceState(enum.StrEnum):
    """How a device stands."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    ADMITTED = "admitted"
    REVOKED = "revoked"


class Reached(Message, frozen=True):
    """The room's answer to a self-test."""

    token: TokenState
    device: DeviceState = DeviceState.UNKNOWN
    protocol: int = PROTOCOL


class Waiting(Message, frozen=True):
    """The host has been asked to let the device in."""


class RoomClock(msgspec.Struct, frozen=True, kw_only=True):
    """The room's clock: at ``real_ns`` of its machine it showed ``shown_ns``, and it goes ``rate`` times as fast."""

    real_ns: int
    shown_ns: int
    rate: int = 1
    wall: str = ""
    """The wall time at ``shown_ns`` (ISO 8601) where that runs at the rate too, as in a rehearsal; else empty."""

    def shown(self, real_ns: int) -> int:
        """What the room's clock shows when its machine's shows ``real_ns``."""
        return self.shown_ns + (real_ns - self.real_ns) * self.rate

    def real(self, shown_ns: int) -> int:
        """When the room's clock shows ``shown_ns``, never early."""
        return self.real_ns - (self.shown_ns - shown_ns) // self.rate


class Welcome(Message, frozen=True):
    """The seat is in. ``room_key`` is the room's Ed25519 public key as hex, for its receipts."""

    briefing: Briefing
    clock: RoomClock
    room_key: str
    epoch: int
    epoch_proof: str = ""
    """The room's signature of its epoch."""


class Briefed(Message, frozen=True):
    """The briefing again: a judge joined the panel, which else does not change."""

    briefing: Briefing


class View(Message, frozen=True):
    """All that this seat may see, as of journal number ``seq``."""

    seq: int
    view: AnyView


class Receipt(Message, frozen=True):
    """The command is on the disk as journal number ``seq`` with chain hash ``hash``, signed by the room."""

    command_id: str
    seq: int
    hash: str
    digest: str
    """SHA-256 of the command's bytes, so that a receipt proves what was recorded."""
    at: str
    signature: str


class Refusal(Message, frozen=True):
    """The command changed nothing. ``again``: the same bytes may be accepted later (the store was in trouble)."""

    command_id: str
    code: str
    zh: str
    en: str
    again: bool = False


class PhotoKept(Message, frozen=True):
    """The photo is on the disk; or, with ``code``, why it is not."""

    digest: str
    code: str = ""
    zh: str = ""
    en: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the journal: the bytes that are hashed, as text, and the chain."""

    data: str
    prev_hash: str
    hash: str


class Journal(Message, frozen=True):
    """For an admitted spare alone: records in order, and first of all the session's keys, with which it can take the
    room's place for every seat."""

    keys: bytes = b""
    records: tuple[Line, ...] = ()


class Pong(Message, frozen=True):
    """``room_real_ns`` is the room machine's clock when it answered."""

    sent_ns: int
    room_real_ns: int


FromSeat = Hello | Submit | Progress | AskCode | KeepPhoto | StageTrouble | StageSlides | Follow | Followed | Ping
FromRoom = Denied | Waiting | Welcome | Briefed | View | Receipt | Refusal | PhotoKept | Journal | Pong

_encoder = msgspec.json.Encoder()
_from_seat: msgspec.json.Decoder[FromSeat] = msgspec.json.Decoder(FromSeat)
_from_room: msgspec.json.Decoder[FromRoom] = msgspec.json.Decoder(FromRoom)
_command: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


_Request = EnrolRequest | PairStart | PairConfirm | ReachRequest
_Answer = Enrolled | PairReply | Paired | Reached | Denied
_request: msgspec.json.Decoder[_Request] = msgspec.json.Decoder(_Request)
_answer: msgspec.json.Decoder[_Answer] = msgspec.json.Decoder(_Answer)


class Malformed(ValueError):
    """Bytes that are no message of this protocol."""


def encode(message: object) -> bytes:
    """The message's bytes, UTF-8 JSON."""
    return _encoder.encode(message)


def read_from_seat(data: bytes | str) -> FromSeat:
    """A seat's message; raises Malformed."""
    return _read(_from_seat, data)


def read_from_room(data: bytes | str) -> FromRoom:
    """A room's message; raises Malformed."""
    return _read(_from_room, data)


def read_request(data: bytes, wanted: type[T]) -> T:
    """The body of a stranger's HTTP request of that type; raises Malformed."""
    return _of_type(_read(_request, data), wanted)


def read_answer(data: bytes, wanted: type[T]) -> T | Denied:
    """The answer to it; raises Malformed."""
    answer = _read(_answer, data)
    return answer if isinstance(answer, Denied) else _of_type(answer, wanted)


def read_command(data: str) -> AnyCommand:
    """The command inside a Submit; raises Malformed."""
    return _read(_command, data)


def _of_type(message: object, wanted: type[T]) -> T:
    if not isinstance(message, wanted):
        raise Malformed(f"a {type(message).__name__} where a {wanted.__name__} was expected")
    return message


def _read(decoder: msgspec.json.Decoder[T], data: bytes | str) -> T:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Malformed(str(error)) from error


class _Versioned(msgspec.Struct):
    protocol: int = PROTOCOL


_versioned = msgspec.json.Decoder(_Versioned)


def protocol_of(data: bytes | str) -> int:
    """The protocol version that a first message names, also where the message is of a form that we do not know; ours
    where it names none."""
    try:
        return _read(_versioned, data).protocol
    except Malformed:
        return PROTOCOL
