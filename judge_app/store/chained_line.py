"""One line of a chained text file, as a session's mirror and a contest's log write it:
``{"seq": 3, "prev_hash": HEX, "hash": HEX, "body": "the hashed bytes as text"}``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from judge_app.core.journal import chain
from judge_app.store.errors import CorruptSession


class Chained(Protocol):
    """What such a line holds: a record of some journal."""

    @property
    def seq(self) -> int: ...

    @property
    def data(self) -> bytes: ...

    @property
    def prev_hash(self) -> bytes: ...

    @property
    def hash(self) -> bytes: ...


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seq: int
    prev_hash: str
    hash: str
    body: str


_decoder = msgspec.json.Decoder(_Line)
T = TypeVar("T", bound=Chained)


def written(record: Chained) -> bytes:
    """The line of a record, with its line feed."""
    line = _Line(record.seq, record.prev_hash.hex(), record.hash.hex(), record.data.decode())
    return msgspec.json.encode(line) + b"\n"


def seq_of(raw: bytes) -> int:
    """The number that a line says; raises msgspec.MsgspecError and UnicodeDecodeError for what is none."""
    return _decoder.decode(raw).seq


def checked(path: Path, raw: bytes, expected: int, prev: bytes, read: Callable[[bytes, bytes, bytes], T]) -> T:
    """The record of a line that must be the ``expected`` one behind hash ``prev``; ``read`` makes it from its bytes,
    prev_hash and hash. Raises CorruptSession."""
    try:
        line = _decoder.decode(raw)
        record = read(line.body.encode(), bytes.fromhex(line.prev_hash), bytes.fromhex(line.hash))
    except (msgspec.MsgspecError, ValueError) as problem:
        raise CorruptSession(path, "record", str(problem), first_bad=expected, good=expected - 1) from problem
    wrong = ""
    if line.seq != expected or record.seq != expected:
        wrong = f"seq {expected} is missing"
    elif record.prev_hash != prev:
        wrong = "prev_hash is not the hash before"
    elif chain(prev, record.data) != record.hash:
        wrong = "hash does not fit body"
    if wrong:
        raise CorruptSession(path, "record", wrong, first_bad=expected, good=expected - 1)
    return record
