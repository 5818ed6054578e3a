"""The tables of a session file and the check of what they hold; judge_app/verify/FORMAT.md describes them for others."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from judge_app.core.journal import GENESIS, VERSION, Record, chain, read
from judge_app.store.errors import CorruptSession, VersionMismatch

APPLICATION_ID = 0x52534A31
"""``RSJ1`` in the header of every session file, where ``file`` and SQLite look for it."""

SCHEMA = 1
"""The version of the tables (``user_version``). Events carry a version of their own."""

FORMAT = "judge-app/session/1"

TABLES = (
    """CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT""",
    """CREATE TABLE journal (
    seq INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
    event_id TEXT NOT NULL UNIQUE CHECK (length(event_id) > 0),
    command_id TEXT NOT NULL,
    part INTEGER NOT NULL CHECK (part >= 0),
    kind TEXT NOT NULL CHECK (length(kind) > 0),
    version INTEGER NOT NULL CHECK (version > 0),
    actor TEXT NOT NULL,
    at TEXT NOT NULL CHECK (at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'),
    mono_ns INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    body BLOB NOT NULL CHECK (length(body) > 0),
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT""",
    """CREATE UNIQUE INDEX journal_command ON journal (command_id, part) WHERE command_id <> ''""",
    """CREATE TABLE checkpoint (
    seq INTEGER NOT NULL PRIMARY KEY REFERENCES journal (seq),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    at TEXT NOT NULL CHECK (at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'),
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT""",
    """CREATE TABLE heartbeat (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    beat INTEGER NOT NULL
) STRICT""",
    # The triggers also stop INSERT OR REPLACE, which deletes without firing a delete trigger.
    """CREATE TRIGGER journal_follows BEFORE INSERT ON journal BEGIN
    SELECT RAISE(ABORT, 'journal: seq does not follow')
        WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal);
    SELECT RAISE(ABORT, 'journal: prev_hash is not the hash before')
        WHERE NEW.prev_hash IS NOT coalesce((SELECT hash FROM journal WHERE seq = NEW.seq - 1), zeroblob(32));
    SELECT RAISE(ABORT, 'journal: event, command or hash is here already')
        WHERE EXISTS (SELECT 1 FROM journal WHERE event_id = NEW.event_id)
            OR EXISTS (SELECT 1 FROM journal WHERE hash = NEW.hash)
            OR (NEW.command_id <> '' AND EXISTS (SELECT 1 FROM journal
                WHERE command_id = NEW.command_id AND part = NEW.part AND command_id <> ''));
END""",
    """CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN
    SELECT RAISE(ABORT, 'journal: append only');
END""",
    """CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN
    SELECT RAISE(ABORT, 'journal: append only');
END""",
    """CREATE TRIGGER checkpoint_of_record BEFORE INSERT ON checkpoint BEGIN
    SELECT RAISE(ABORT, 'checkpoint: no record has this seq and hash')
        WHERE NEW.hash IS NOT (SELECT hash FROM journal WHERE seq = NEW.seq);
    SELECT RAISE(ABORT, 'checkpoint: is here already')
        WHERE EXISTS (SELECT 1 FROM checkpoint WHERE seq = NEW.seq);
END""",
    """CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint BEGIN
    SELECT RAISE(ABORT, 'checkpoint: append only');
END""",
    """CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint BEGIN
    SELECT RAISE(ABORT, 'checkpoint: append only');
END""",
)

COLUMNS = "seq, event_id, command_id, part, kind, version, actor, at, mono_ns, boot_id, body, prev_hash, hash"
ROWS_A_STATEMENT = 64
"""How many rows one INSERT takes at most."""


@functools.lru_cache(maxsize=ROWS_A_STATEMENT)
def insert_of(rows: int) -> str:
    """The INSERT of so many rows, their values one after the other."""
    one = f"({', '.join('?' * len(COLUMNS.split(',')))})"
    return f"INSERT INTO journal ({COLUMNS}) VALUES {', '.join([one] * rows)}"


def row_of(record: Record) -> tuple[object, ...]:
    """A record as a row, in the order of ``COLUMNS``: each column repeats what the body says."""
    body, at = record.body, record.body.at
    identity = (body.seq, body.event_id, body.command_id, body.part, record.kind, body.version, body.actor)
    return (*identity, at.wall, at.mono_ns, at.boot_id, record.data, record.prev_hash, record.hash)


def checkpoint_message(seq: int, hash: bytes, at: str) -> bytes:
    """What the room's Ed25519 key signs: that the record ``seq`` had this hash at this wall time."""
    return b"rsj-cp-v1\0" + seq.to_bytes(8, "big") + hash + at.encode()


def _normal(sql: str) -> str:
    return " ".join(sql.split())


def _check_tables(path: Path, connection: Connection) -> None:
    """The tables, indexes and triggers must be the ones this program made: a trigger gone is a hand in the file."""
    rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    found = {_normal(row[0]) for row in rows}
    wanted = {_normal(sql) for sql in TABLES}
    if found != wanted:
        difference = sorted(wanted - found) or sorted(found - wanted)
        raise CorruptSession(path, "tables", " ".join(difference[0].split()[:4]))
    if connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'format'").scalar() != FORMAT:
        raise CorruptSession(path, "tables", "meta: format")


class _Version(msgspec.Struct):
    version: int


def _check_row(row: Sequence[Any], expected: int, prev: bytes) -> tuple[Record | None, str]:
    """The record of a full row and "", or None and what is wrong with it."""
    seq, (data, prev_hash, digest) = row[0], row[-3:]
    if seq != expected:
        return None, f"seq {expected} is missing"
    if not isinstance(data, bytes) or not isinstance(prev_hash, bytes) or not isinstance(digest, bytes):
        return None, "body or hash is not bytes"
    if prev_hash != prev:
        return None, "prev_hash is not the hash before"
    if chain(prev, data) != digest:
        return None, "hash does not fit body"
    try:
        record = read(data, prev_hash, digest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        return None, f"body: {problem}"
    stored, said = tuple(row), row_of(record)
    if stored != said:
        names = COLUMNS.split(", ")
        column = next(name for name, one, other in zip(names, stored, said, strict=False) if one != other)
        return None, f"column {column} differs from body"
    return record, ""


def check(path: Path, connection: Connection) -> tuple[int, bytes]:
    """Check everything that an open database holds and return its head; raises CorruptSession or VersionMismatch."""
    try:
        _check_tables(path, connection)
        problems = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
        expected, prev = 1, GENESIS
        for row in connection.exec_driver_sql(f"SELECT {COLUMNS} FROM journal ORDER BY seq"):
            record, wrong = _check_row(row, expected, prev)
            if record is None:
                data = row[10]
                if wrong.startswith("body: "):
                    with contextlib.suppress(msgspec.MsgspecError, TypeError):
                        found = msgspec.json.decode(data, type=_Version).version
                        if found > VERSION:
                            raise VersionMismatch(path, found, VERSION)
                raise CorruptSession(path, "record", wrong, first_bad=expected, good=expected - 1)
            expected, prev = expected + 1, record.hash
        if problems != ["ok"]:
            raise CorruptSession(path, "database", "; ".join(problems))
        odd = connection.exec_driver_sql(
            "SELECT c.seq FROM checkpoint c LEFT JOIN journal j ON j.seq = c.seq AND j.hash = c.hash"
            " WHERE j.seq IS NULL ORDER BY c.seq"
        ).first()
        if odd is not None:
            raise CorruptSession(
                path, "record", "checkpoint names another hash", first_bad=int(odd[0]), good=expected - 1
            )
    except (SQLAlchemyError, sqlite3.Error, UnicodeDecodeError) as problem:
        if is_of_the_disk(problem):
            raise
        raise CorruptSession(path, "database", str(getattr(problem, "orig", problem))) from problem
    return expected - 1, prev


def is_of_the_disk(problem: BaseException) -> bool:
    """Whether it is the disk or the folder that says no, rather than the bytes of the file.

    SQLite may quote damaged bytes in its message, which then is a UnicodeDecodeError.
    """
    code = getattr(getattr(problem, "orig", problem), "sqlite_errorname", "") or ""
    return code.startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_FULL")
    )
