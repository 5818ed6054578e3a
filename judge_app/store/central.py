"""The centre: what the rooms' journals say, event by event, and tables about it that people query.

The unit is the event. A push is idempotent, checked against what is here and against the chain, and never overwrites:
what does not fit goes to quarantine with an alarm. An event's place is (session, host, epoch, seq); the epoch is that of
the last RoomStarted before it. Where a second chain of a session appears, the session is contested until somebody says
which one counts. Events and the chain's head are one transaction; the projections follow in a second one and can be
rebuilt at any time.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import URL, Connection, Engine, and_, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.events import ChainChosen
from judge_app.core.journal import GENESIS, Record, read
from judge_app.store import central_tables as t
from judge_app.store import intake
from judge_app.store.central_database import engine_for, failure_of, open_schema, parse_url, shown
from judge_app.store.intake import Alarm, Head, Pushed
from judge_app.store.projections import Fold, Rows, fold, rows, sums


class Difference(Struct, frozen=True):
    """One thing that room and centre do not agree on: ``what`` is ``count``, ``head`` or ``sum``."""

    what: str
    entry_no: str
    room: str
    centre: str


class Reconciliation(Struct, frozen=True):
    """Room against centre: green only where there is no difference and no open alarm."""

    session_id: str
    events: int
    head: bytes
    sums: dict[str, int]
    """Entry number → sum of all standing points in hundredths, as the room has it."""
    differences: tuple[Difference, ...] = ()
    alarms: tuple[Alarm, ...] = ()

    @property
    def equal(self) -> bool:
        return not self.differences and not self.alarms


class Journal(Struct, frozen=True):
    """A session at the centre: the head of the chain that counts, and whether another chain disputes it."""

    session_id: str
    seq: int
    hash: bytes
    contested: bool


def _now() -> datetime:
    return datetime.now(UTC)


class Central:
    """A central store; made by ``connect``. Calls may come from any thread. A call that fails raises StoreFailed; whether
    its events were stored is then unknown, and asking for the high-water mark again tells."""

    def __init__(self, engine: Engine, url: URL, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._url = url
        self._clock = clock
        self._lock = threading.Lock()
        self._folds: dict[str, tuple[Fold, Rows]] = {}
        self.address = shown(url)

    @classmethod
    def connect(cls, url: str, *, migrate: bool = False, clock: Callable[[], datetime] = _now) -> Central:
        """Open the centre at ``url`` and make its tables where the database is empty.

        An older schema is brought up to date only with ``migrate`` (a SQLite file is copied first). Raises BadInput for
        an address that is wrong, cannot be reached or entered, or holds another program's or a newer program's tables.
        """
        parsed = parse_url(url)
        engine = engine_for(parsed)
        try:
            open_schema(engine, parsed, migrate=migrate)
        except (SQLAlchemyError, OSError) as problem:
            engine.dispose()
            failed = failure_of(parsed, problem)
            raise BadInput(Problem(shown(parsed), failed.zh, failed.en)) from problem
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, parsed, clock)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Central:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection, connection.begin():
                yield connection
        except (DBAPIError, OSError) as problem:
            raise failure_of(self._url, problem) from problem

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                yield connection
        except (DBAPIError, OSError) as problem:
            raise failure_of(self._url, problem) from problem

    def _stamp(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    # events in

    def high_water(self, session_id: str, host: str = "") -> tuple[int, bytes]:
        """(seq, hash) of the last event here of that host's chain, or of the chain that counts where the host has sent
        none; (0, 32 zero bytes) for a session that is not here.

        A room whose own journal has another hash at that seq is on another chain: it sends from the beginning.
        """
        with self._reading() as connection:
            return intake.high_water(connection, session_id, host)

    def push(self, session_id: str, records: Sequence[Record], host: str = "") -> Pushed:
        """Take in at most 500 consecutive records of a session's journal from ``host``; safe to repeat.

        What is here already is compared and left; what is new is stored if it follows an event that is here. Raises
        BadInput for a batch that is no chain in itself or opens another session, StoreFailed for the centre's errors.
        """
        intake.check_batch(session_id, records)
        with self._lock:
            with self._writing() as connection:
                pushed = intake.take_in(connection, session_id, records, host, self._stamp())
            if any(isinstance(record.event, ChainChosen) for record in records):
                self._folds.pop(session_id, None)  # another chain may count now
            # Also where a crash came between the events and their projections.
            behind = pushed.stored > 0 or session_id not in self._folds
            alarms = self._project(session_id, records) if behind else ()
        return msgspec.structs.replace(pushed, alarms=(*pushed.alarms, *alarms)) if alarms else pushed

    def resolve(self, session_id: str, host: str, epoch: int, by: str, why: str) -> Head:
        """Say which chain of a contested session counts, by name and reason: the one that ends with this host and epoch.

        Every chain stays; the projections are made anew. Raises BadInput where there is no such chain.
        """
        with self._lock:
            with self._writing() as connection:
                heads = {(head.host, head.epoch): head for head in self._heads(connection, session_id)}
                head = heads.get((host, epoch))
                if head is None or not by.strip() or not why.strip():
                    raise BadInput(
                        Problem(
                            session_id, "没有这条链，或缺少姓名、理由", "no such chain, or no name or reason is given"
                        )
                    )
                connection.execute(
                    update(t.journals)
                    .where(t.journals.c.session_id == session_id)
                    .values(host=host, epoch=epoch, seq=head.seq, hash=head.hash, contested=False)
                )
                a = t.alarms.c
                connection.execute(
                    update(t.alarms)
                    .where(a.session_id == session_id, a.kind == "contested", a.settled_at.is_(None))
                    .values(settled_at=self._stamp(), settled_by=by, settled_why=why)
                )
            self._folds.pop(session_id, None)
            self._project(session_id, ())
        return head

    def settle(self, alarm: Alarm, by: str, why: str) -> None:
        """Somebody has looked at an alarm that is not about which chain counts (see ``resolve``)."""
        a = t.alarms.c
        with self._writing() as connection:
            connection.execute(
                update(t.alarms)
                .where(
                    a.session_id == alarm.session_id,
                    a.kind == alarm.kind,
                    a.host == alarm.host,
                    a.epoch == alarm.epoch,
                    a.seq == alarm.seq,
                )
                .values(settled_at=self._stamp(), settled_by=by, settled_why=why)
            )

    # events out

    def heads(self, session_id: str) -> tuple[Head, ...]:
        """The last event of every chain of a session, the one that counts first."""
        with self._reading() as connection:
            return self._heads(connection, session_id)

    def _heads(self, connection: Connection, session_id: str) -> tuple[Head, ...]:
        e, j = t.events.c, t.journals.c
        followed = t.events.alias("followed")
        has_next = (
            select(followed.c.seq)
            .where(followed.c.session_id == e.session_id, followed.c.seq == e.seq + 1, followed.c.prev_hash == e.hash)
            .exists()
        )
        rows = connection.execute(
            select(e.host, e.epoch, e.seq, e.hash)
            .where(e.session_id == session_id, ~has_next)
            .order_by(e.host, e.epoch, e.seq)
        ).all()
        counts = connection.scalar(select(j.hash).where(j.session_id == session_id))
        made = [Head(host=row[0], epoch=row[1], seq=row[2], hash=bytes(row[3])) for row in rows]
        return tuple(sorted(made, key=lambda head: counts is None or head.hash != bytes(counts)))

    def records(self, session_id: str, after: int = 0) -> list[Record]:
        """The events of the chain that counts behind ``after``, in order, byte for byte as in the session file."""
        with self._reading() as connection:
            return self._records(connection, session_id, after)

    def _records(self, connection: Connection, session_id: str, after: int = 0) -> list[Record]:
        e, j = t.events.c, t.journals.c
        head = connection.execute(select(j.seq, j.hash).where(j.session_id == session_id)).first()
        if head is None:
            return []
        stored = connection.execute(
            select(e.seq, e.body, e.prev_hash, e.hash)
            .where(e.session_id == session_id, e.seq > after, e.seq <= head[0])
            .order_by(e.seq.desc())
        )
        # Backwards from the head, so that of two events at one seq the one of this chain is taken.
        wanted, found = bytes(head[1]), []
        for _, body, prev, digest in stored:
            if bytes(digest) == wanted:
                found.append(read(bytes(body), bytes(prev), wanted))
                wanted = bytes(prev)
        found.reverse()
        return found

    def journals(self) -> list[Journal]:
        """Every session that is here with the head of its chain that counts: what a watcher asks again and again."""
        j = t.journals.c
        query = select(j.session_id, j.seq, j.hash, j.contested).order_by(j.session_id)
        with self._reading() as connection:
            return [
                Journal(session_id=row[0], seq=row[1], hash=bytes(row[2]), contested=bool(row[3]))
                for row in connection.execute(query)
            ]

    def alarms(self, session_id: str | None = None, *, settled: bool = False) -> list[Alarm]:
        """Open alarms (or all), oldest first."""
        a = t.alarms.c
        query = select(t.alarms).order_by(a.raised_at, a.session_id, a.seq)
        if session_id is not None:
            query = query.where(a.session_id == session_id)
        if not settled:
            query = query.where(a.settled_at.is_(None))
        with self._reading() as connection:
            return [Alarm(**row) for row in connection.execute(query).mappings()]

    def read(self, table: str, session_id: str | None = None) -> list[dict[str, Any]]:
        """The rows of a projection (``sessions``, ``projects``, ``sheets``, ``scores``, ``results``, ``time_log``)."""
        found = next((one for one in t.PROJECTIONS if one.name == table), None)
        if found is None:
            raise KeyError(table)
        query = select(found).order_by(*found.primary_key.columns)
        if session_id is not None:
            query = query.where(found.c.session_id == session_id)
        with self._reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    # photos of paper sheets

    def photos(self, session_id: str) -> set[str]:
        """The photos of a session that are here, by their SHA-256 (hex)."""
        p = t.photos.c
        with self._reading() as connection:
            return set(connection.scalars(select(p.digest).where(p.session_id == session_id)))

    def photo(self, session_id: str, digest: str) -> bytes | None:
        """A photo's bytes; None where it is not here, or is not what its name says."""
        p = t.photos.c
        with self._reading() as connection:
            data = connection.scalar(select(p.data).where(p.session_id == session_id, p.digest == digest))
        whole = isinstance(data, bytes) and hashlib.sha256(data).hexdigest() == digest
        return data if whole else None

    def keep_photo(self, session_id: str, digest: str, data: bytes) -> None:
        """Take a photo in; one that was damaged here is replaced. Raises ValueError for bytes of another hash."""
        if hashlib.sha256(data).hexdigest() != digest:
            raise ValueError("the photo is not what its name says")
        p = t.photos.c
        with self._writing() as connection:
            connection.execute(delete(t.photos).where(p.session_id == session_id, p.digest == digest))
            row = {"session_id": session_id, "digest": digest, "data": data, "received_at": self._stamp()}
            connection.execute(insert(t.photos), row)

    # projections

    def rebuild(self, session_id: str | None = None) -> None:
        """Throw the projections of a session (or of all) away and make them anew from the events."""
        with self._reading() as connection:
            j = t.journals.c
            every = list(connection.scalars(select(j.session_id)))
        with self._lock:
            for one in every if session_id is None else [session_id]:
                self._folds.pop(one, None)
                with self._writing() as connection:
                    for table in t.PROJECTIONS:
                        connection.execute(delete(table).where(table.c.session_id == one))
                self._project(one, ())

    def _project(self, session_id: str, pushed: Sequence[Record]) -> tuple[Alarm, ...]:
        """Bring the projections of a session to the head of its chain, in one transaction of their own."""
        before, written = self._folds.pop(session_id, (None, None))
        with self._writing() as connection:
            # The row is locked, so that two programs at one centre write a session's projections in turn.
            j, s = t.journals.c, t.sessions.c
            head = connection.execute(
                select(j.seq, j.hash, j.host, j.epoch).where(j.session_id == session_id).with_for_update()
            ).first()
            if head is None:
                return ()
            seq, digest = head[0], bytes(head[1])
            at = connection.execute(select(s.seq, s.hash).where(s.session_id == session_id)).first()
            if before is None or written is None or at is None or (at[0], bytes(at[1])) != (before.seq, before.hash):
                written = _written(connection, session_id)
                before = Fold()
            follow = [record for record in pushed if before.seq < record.seq <= seq]
            if not follow or follow[0].prev_hash != before.hash or follow[-1].hash != digest:
                follow = self._records(connection, session_id, before.seq)
            if follow and follow[0].prev_hash != before.hash:
                before, follow = Fold(), self._records(connection, session_id)
            after = fold(before, follow)
            wanted, unsettled = rows(after)
            _rewrite(connection, session_id, written, wanted)
            alarms = self._name_odd(connection, session_id, head[2], head[3], after, unsettled)
        self._folds[session_id] = (after, wanted)
        return alarms

    def _name_odd(
        self, connection: Connection, session_id: str, host: str, epoch: int, after: Fold, unsettled: str
    ) -> tuple[Alarm, ...]:
        """Alarms for events that could not be folded and projections that could not be made; only new ones are returned."""
        a = t.alarms.c
        of_kind = (a.session_id == session_id, a.kind == "parked")
        named = set(connection.scalars(select(a.seq).where(*of_kind))) if after.parked else set()
        now = self._stamp()
        alarms = [
            intake.raise_alarm(connection, session_id, "parked", host, epoch, one.seq, one.reason, now)
            for one in after.parked
            if one.seq not in named
        ]
        connection.execute(
            delete(t.alarms).where(a.session_id == session_id, a.kind == "projection", a.settled_at.is_(None))
        )
        if unsettled:
            alarms.append(
                intake.raise_alarm(connection, session_id, "projection", host, epoch, after.seq, unsettled, now)
            )
        return tuple(alarms)

    def tables_against(self, session_id: str, folded: Fold) -> tuple[Difference, ...]:
        """Where the tables that people query do not say what the events say, folded by the caller up to the head."""
        with self._reading() as connection:
            return tuple(_sum_differences(sums(folded), _sums_of(connection, session_id)))

    def reconcile(self, session_id: str, records: Iterable[Record]) -> Reconciliation:
        """Compare a room's whole journal with what is here: counts, heads and, from the tables, sums per project."""
        given = list(records)
        expected = sums(fold(Fold(), given))
        head = (given[-1].seq, given[-1].hash) if given else (0, GENESIS)
        j = t.journals.c
        with self._reading() as connection:
            row = connection.execute(select(j.seq, j.hash).where(j.session_id == session_id)).first()
            count = len(self._records(connection, session_id))
            added = _sums_of(connection, session_id)
        centre_head = (0, GENESIS) if row is None else (row[0], bytes(row[1]))
        differences = []
        if count != len(given):
            differences.append(Difference(what="count", entry_no="", room=str(len(given)), centre=str(count)))
        if centre_head != head:
            differences.append(
                Difference(
                    what="head",
                    entry_no="",
                    room=f"{head[0]} {head[1].hex()}",
                    centre=f"{centre_head[0]} {centre_head[1].hex()}",
                )
            )
        differences += _sum_differences(expected, added)
        return Reconciliation(
            session_id=session_id,
            events=len(given),
            head=head[1],
            sums=expected,
            differences=tuple(differences),
            alarms=tuple(self.alarms(session_id)),
        )


def _sums_of(connection: Connection, session_id: str) -> dict[str, int]:
    """Entry number → sum of all standing points in hundredths, by the tables."""
    s, p = t.scores.c, t.projects.c
    total = func.coalesce(func.sum(s.hundredths), 0)
    joined = t.projects.outerjoin(
        t.scores, and_(s.session_id == p.session_id, s.entry_no == p.entry_no, s.criterion != "")
    )
    query = select(p.entry_no, total).select_from(joined).where(p.session_id == session_id).group_by(p.entry_no)
    return {name: int(value) for name, value in connection.execute(query)}


def _sum_differences(expected: dict[str, int], added: dict[str, int]) -> list[Difference]:
    return [
        Difference(
            what="sum",
            entry_no=entry_no,
            room=str(expected.get(entry_no, "—")),
            centre=str(added.get(entry_no, "—")),
        )
        for entry_no in sorted({*expected, *added})
        if expected.get(entry_no) != added.get(entry_no)
    ]


def _written(connection: Connection, session_id: str) -> Rows:
    """The projection rows of a session as they are in the tables now."""
    found: Rows = {}
    for table in t.PROJECTIONS:
        keys = [column.name for column in table.primary_key.columns if column.name != "session_id"]
        rows_of = found.setdefault(table.name, {})
        for row in connection.execute(select(table).where(table.c.session_id == session_id)).mappings():
            values = {name: value for name, value in row.items() if name != "session_id"}
            key = tuple(values.pop(name) for name in keys)
            rows_of[key] = values
    return found


def _rewrite(connection: Connection, session_id: str, written: Rows, wanted: Rows) -> None:
    """Make the tables say ``wanted``: rows that changed are deleted and inserted, each by one executemany a table."""
    for table in t.PROJECTIONS:
        keys = [column.name for column in table.primary_key.columns if column.name != "session_id"]
        old, new = written.get(table.name, {}), wanted.get(table.name, {})
        gone = [key for key, row in old.items() if new.get(key) != row]
        come = [(key, row) for key, row in new.items() if old.get(key) != row]
        if gone:
            where = [table.c.session_id == session_id, *(table.c[name] == bindparam(f"key_{name}") for name in keys)]
            chosen = [{f"key_{name}": value for name, value in zip(keys, key, strict=True)} for key in gone]
            connection.execute(delete(table).where(*where), chosen if keys else None)
        if come:
            made = [{"session_id": session_id, **dict(zip(keys, key, strict=True)), **row} for key, row in come]
            connection.execute(insert(table), made)
