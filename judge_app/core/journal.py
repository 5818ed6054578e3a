"""The record of one event in the journal, its bytes and its place in the hash chain.

The bytes that are hashed are the record's whole JSON body; every other column of the table repeats what it says.
``h_n = SHA-256("rsj-ev-v1\\0" ‖ h_{n−1} ‖ length ‖ bytes)``, with the length as eight bytes, big-endian, and
``h_0`` = 32 zero bytes. A body carries a random 128-bit salt, so that a hash tells nothing about a score.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from judge_app.core.contest import Struct
from judge_app.core.events import AnyEvent

GENESIS = bytes(32)
VERSION = 1
"""The version of the events' form; an older one is lifted on reading."""


_SALT = r"\A[0-9a-f]{32}\Z"


class Stamp(Struct, frozen=True):
    """An instant: the room's clock in nanoseconds, the boot it belongs to, and wall time (UTC, ISO 8601, ms, ``Z``)."""

    mono_ns: int
    boot_id: str
    wall: str


class Body(Struct, frozen=True):
    """What is hashed: one event with where it came from. ``part`` counts the events of one command from 0."""

    seq: int
    event_id: str
    command_id: str
    part: int
    command_digest: str
    """SHA-256 of the command's bytes as hex (empty for the room's own events): same id, other bytes is an alarm."""
    version: int
    actor: str
    at: Stamp
    salt: Annotated[str, msgspec.Meta(pattern=_SALT)]
    """128 random bits as 32 hex digits."""
    event: AnyEvent

    @property
    def by_command(self) -> bool:
        """Whether somebody's command made the event; else the room did by itself."""
        return bool(self.command_digest)


class Record(Struct, frozen=True):
    """One row of the journal."""

    body: Body
    data: bytes
    """The bytes of ``body`` as hashed."""
    prev_hash: bytes
    hash: bytes

    @property
    def seq(self) -> int:
        return self.body.seq

    @property
    def event(self) -> AnyEvent:
        return self.body.event

    @property
    def kind(self) -> str:
        return type(self.body.event).__name__


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Body)


def chain(prev_hash: bytes, data: bytes) -> bytes:
    """The hash of a record from the one before it and its bytes."""
    return hashlib.sha256(b"rsj-ev-v1\0" + prev_hash + len(data).to_bytes(8, "big") + data).digest()


def seal(body: Body, prev_hash: bytes) -> Record:
    """The record of ``body`` behind the record whose hash is ``prev_hash``; ValueError for a salt that is none."""
    if re.match(_SALT, body.salt) is None:
        raise ValueError("a record's salt has 32 hex digits: without it a hash would tell the score")
    data = _encoder.encode(body)
    return Record(body=body, data=data, prev_hash=prev_hash, hash=chain(prev_hash, data))


def read(data: bytes, prev_hash: bytes, hash: bytes) -> Record:
    """The record of stored bytes; raises ``msgspec.DecodeError`` (``ValidationError`` where they are well-formed JSON)
    for what is not one of ours, or is of a version that this program does not know."""
    try:
        body = _decoder.decode(data)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"not UTF-8: {error}") from error
    except RecursionError as error:
        raise msgspec.DecodeError("too deep") from error
    if body.version != VERSION:
        raise msgspec.ValidationError(f"record {body.seq} is of version {body.version}, this program knows {VERSION}")
    return Record(body=body, data=data, prev_hash=prev_hash, hash=hash)


def first_break(records: Iterable[Record]) -> int | None:
    """The seq of the first record that does not follow from the one before it, or None where the chain holds."""
    prev, expected = GENESIS, 1
    for record in records:
        if record.seq != expected or record.prev_hash != prev or chain(prev, record.data) != record.hash:
            return record.seq
        prev, expected = record.hash, expected + 1
    return None
