"""How the centre takes in a batch of a room's journal, inside one transaction: compare, chain, store, or quarantine.

Two rules: an event is stored only behind an event that is here, and nothing that is here is ever replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.events import ChainChosen, RoomStarted, SessionOpened
from judge_app.core.journal import GENESIS, Record, chain
from judge_app.store import central_tables as t

BATCH = 500
"""The most events of one push."""


class Alarm(Struct, frozen=True):
    """Something that people must look at. Kinds: ``altered`` (same event or place, other bytes), ``contested`` (a second
    chain of the session), ``parked`` (an event that cannot be folded), ``projection`` (no results can be computed)."""

    session_id: str
    kind: str
    host: str
    epoch: int
    seq: int
    detail: str
    raised_at: str
    settled_at: str | None = None
    settled_by: str | None = None
    settled_why: str | None = None


class Head(Struct, frozen=True):
    """The last event of one chain of a session."""

    host: str
    epoch: int
    seq: int
    hash: bytes


class Pushed(Struct, frozen=True):
    """The answer to a push: up to ``seq``/``hash`` the sender's chain is durably here.

    ``stored`` events were new, ``known`` were here already. ``gap``: the batch did not follow anything that is here; ask
    for the high-water mark again. ``alarms``: what did not fit; sending again does not help.
    """

    seq: int
    hash: bytes
    stored: int = 0
    known: int = 0
    gap: bool = False
    alarms: tuple[Alarm, ...] = ()


def ignoring_known(connection: Connection, table: Table) -> Any:
    """INSERT … ON CONFLICT DO NOTHING in the connection's dialect."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return make(table).on_conflict_do_nothing()


def check_batch(session_id: str, records: Sequence[Record]) -> None:
    """A batch must be a piece of one chain, at most 500 long, and of this session; raises BadInput."""
    if len(records) > BATCH:
        raise BadInput(Problem(session_id, f"一次最多 {BATCH} 条记录", f"at most {BATCH} events a batch"))
    for before, record in zip((None, *records), records, strict=False):
        follows = before is None or (record.seq == before.seq + 1 and record.prev_hash == before.hash)
        if not follows or record.seq < 1 or chain(record.prev_hash, record.data) != record.hash:
            raise BadInput(
                Problem(f"{session_id} #{record.seq}", "这批记录不成链", "the events of the batch do not form a chain")
            )
        if isinstance(record.event, RoomStarted) and not 0 <= record.event.epoch < 2**31:
            raise BadInput(Problem(f"{session_id} #{record.seq}", "纪元编号无效", "the epoch is out of range"))
        opens = record.event.setup.session_id if isinstance(record.event, SessionOpened) else None
        if (record.seq == 1 and record.prev_hash != GENESIS) or (opens is not None and opens != session_id):
            raise BadInput(
                Problem(f"{session_id} #{record.seq}", "记录属于另一场次", "the event belongs to another session")
            )


def high_water(connection: Connection, session_id: str, host: str) -> tuple[int, bytes]:
    """See Central.high_water."""
    e, j = t.events.c, t.journals.c
    own = select(e.seq, e.hash).where(e.session_id == session_id, e.host == host)
    row = connection.execute(own.order_by(e.epoch.desc(), e.seq.desc()).limit(1)).first()
    if row is None:
        row = connection.execute(select(j.seq, j.hash).where(j.session_id == session_id)).first()
    return (0, GENESIS) if row is None else (row[0], bytes(row[1]))


def take_in(connection: Connection, session_id: str, records: Sequence[Record], host: str, now: str) -> Pushed:
    """Store what is new of a checked batch; see Central.push. ``now`` is wall time for alarms."""
    e = t.events.c
    counts = _lock(connection, session_id, host)
    if not records:
        seq, digest = high_water(connection, session_id, host)
        return Pushed(seq=seq, hash=digest)
    first, last, prev = records[0].seq, records[-1].seq, records[0].prev_hash
    epochs: dict[tuple[int, bytes], int] = {}
    places: dict[tuple[int, int], bytes] = {}
    near = select(e.seq, e.hash, e.host, e.epoch).where(e.session_id == session_id, e.seq.between(first - 1, last))
    for seq, digest, by, epoch in connection.execute(near):
        epochs[seq, bytes(digest)] = epoch
        if by == host:
            places[epoch, seq] = bytes(digest)
    if first > 1 and (first - 1, prev) not in epochs:
        seq, digest = high_water(connection, session_id, host)
        return Pushed(seq=seq, hash=digest, gap=True)

    epoch = epochs.get((first - 1, prev), 0)
    new: list[tuple[Record, int]] = []
    for record in records:
        if (record.seq, record.hash) in epochs:
            epoch = epochs[record.seq, record.hash]
            continue
        if isinstance(record.event, RoomStarted):
            epoch = record.event.epoch
        new.append((record, epoch))
    known = len(records) - len(new)
    ids = [record.body.event_id for record, _ in new if "\0" not in record.body.event_id]
    elsewhere = set(connection.scalars(select(e.event_id).where(e.event_id.in_(ids)))) if ids else set()
    fits = next(
        (n for n, (record, at) in enumerate(new) if record.body.event_id in elsewhere or (at, record.seq) in places),
        len(new),
    )
    alarms: list[Alarm] = []
    if fits < len(new):
        alarms.append(_quarantine(connection, session_id, host, new[fits:], now))
    if new[:fits]:
        _insert(connection, [_row(session_id, host, at, record) for record, at in new[:fits]])
        alarms += _advance(connection, session_id, host, new[:fits], counts, now)
    refused = len(new) - fits
    taken = records[: len(records) - refused]
    seq, digest = (taken[-1].seq, taken[-1].hash) if taken else (first - 1, prev)
    return Pushed(seq=seq, hash=digest, stored=fits, known=known, alarms=tuple(alarms))


def _lock(connection: Connection, session_id: str, host: str) -> tuple[int, bytes]:
    """One push of a session at a time; returns the head of the chain that counts."""
    j = t.journals.c
    fresh = {"session_id": session_id, "host": host, "epoch": 0, "seq": 0, "hash": GENESIS, "contested": False}
    held = select(j.seq, j.hash).where(j.session_id == session_id).with_for_update()
    row = connection.execute(held).first()
    if row is None:
        connection.execute(ignoring_known(connection, t.journals), [fresh])
        row = connection.execute(held).one()
    return row[0], bytes(row[1])


def _row(session_id: str, host: str, epoch: int, record: Record) -> dict[str, Any]:
    body = record.body
    return {
        "session_id": session_id,
        "host": host,
        "epoch": epoch,
        "seq": record.seq,
        "event_id": body.event_id,
        "kind": record.kind,
        "version": body.version,
        "actor": body.actor,
        "at": body.at.wall,
        "mono_ns": body.at.mono_ns,
        "boot_id": body.at.boot_id,
        "body": record.data,
        "prev_hash": record.prev_hash,
        "hash": record.hash,
    }


def _insert(connection: Connection, fresh: list[dict[str, Any]]) -> None:
    """Insert event rows; one whose columns the database cannot take keeps its bytes and loses those columns."""
    statement = ignoring_known(connection, t.events)
    if _tried(connection, statement, fresh):
        return
    for row in fresh:
        if not _tried(connection, statement, [row]):
            bare = dict.fromkeys(("version", "actor", "at", "mono_ns", "boot_id"))
            connection.execute(statement, [row | bare | {"event_id": row["event_id"].encode().hex()}])


def _tried(connection: Connection, statement: Any, fresh: list[dict[str, Any]]) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(statement, fresh)
    except (DBAPIError, OverflowError, ValueError) as problem:
        if isinstance(problem, DBAPIError) and (problem.connection_invalidated or not _of_the_data(problem)):
            raise
        return False
    return True


def _of_the_data(problem: DBAPIError) -> bool:
    """Whether the values are to blame: NUL in a text, a number too large (Postgres class 22)."""
    return isinstance(problem, DataError) or str(getattr(problem.orig, "sqlstate", "") or "").startswith("22")


def _quarantine(
    connection: Connection, session_id: str, host: str, refused: Sequence[tuple[Record, int]], now: str
) -> Alarm:
    connection.execute(
        ignoring_known(connection, t.quarantine),
        [
            {
                "session_id": session_id,
                "hash": record.hash,
                "host": host,
                "epoch": epoch,
                "seq": record.seq,
                "body": record.data,
                "prev_hash": record.prev_hash,
                "received_at": now,
            }
            for record, epoch in refused
        ],
    )
    record, epoch = refused[0]
    detail = f"event {record.body.event_id} differs from what is here in its place; {len(refused)} events in quarantine"
    return raise_alarm(connection, session_id, "altered", host, epoch, record.seq, detail, now)


def _advance(
    connection: Connection,
    session_id: str,
    host: str,
    stored: Sequence[tuple[Record, int]],
    counts: tuple[int, bytes],
    now: str,
) -> list[Alarm]:
    """Move the head if the new events extend the chain that counts, or their chair has chosen them; otherwise the
    session is contested."""
    (first, _), (last, epoch) = stored[0], stored[-1]
    j = t.journals
    head = {"host": host, "epoch": epoch, "seq": last.seq, "hash": last.hash}
    if chosen := [record for record, _ in stored if isinstance(record.event, ChainChosen)]:
        connection.execute(update(j).where(j.c.session_id == session_id).values(**head, contested=False))
        _settle_contested(connection, session_id, chosen[-1], now)
        return []
    if (first.seq - 1, first.prev_hash) == counts:
        connection.execute(update(j).where(j.c.session_id == session_id).values(**head))
        return []
    place = {"session_id": session_id, "kind": "contested", "host": host, "epoch": stored[0][1]}
    a = t.alarms.c
    open_already = select(a.seq).where(*(a[name] == value for name, value in place.items()), a.settled_at.is_(None))
    if connection.execute(open_already.limit(1)).first() is not None:
        return []
    connection.execute(update(j).where(j.c.session_id == session_id).values(contested=True))
    detail = f"a second chain from seq {first.seq} on, by host {host or '-'} in epoch {stored[0][1]}"
    return [raise_alarm(connection, session_id, "contested", host, stored[0][1], first.seq, detail, now)]


def _settle_contested(connection: Connection, session_id: str, record: Record, now: str) -> None:
    """The chair has said in a chain that it is the one that counts."""
    assert isinstance(record.event, ChainChosen)
    a = t.alarms.c
    connection.execute(
        update(t.alarms)
        .where(a.session_id == session_id, a.kind == "contested", a.settled_at.is_(None))
        .values(settled_at=now, settled_by=record.body.actor, settled_why=record.event.reason)
    )


def raise_alarm(
    connection: Connection, session_id: str, kind: str, host: str, epoch: int, seq: int, detail: str, now: str
) -> Alarm:
    """Record an alarm; one that is here already stays as it is, settled or not."""
    alarm = Alarm(session_id=session_id, kind=kind, host=host, epoch=epoch, seq=seq, detail=detail, raised_at=now)
    connection.execute(ignoring_known(connection, t.alarms), [msgspec.structs.asdict(alarm)])
    return alarm
