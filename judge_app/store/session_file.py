"""The session file: one SQLite file with the journal of one session, written by one connection of one process.

What is on disk and how to check it without this program stands in judge_app/verify/FORMAT.md.
Errors: errors.py. After a StoreFailed an open file takes nothing more until it is opened again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

import judge_app
from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.journal import Record, chain, read
from judge_app.store import wal
from judge_app.store.durable import sync_file, sync_folder
from judge_app.store.errors import CorruptSession, NotASession, StoreFailed, VersionMismatch, failure_of
from judge_app.store.journal_table import (
    APPLICATION_ID,
    FORMAT,
    ROWS_A_STATEMENT,
    SCHEMA,
    TABLES,
    check,
    checkpoint_message,
    insert_of,
    is_of_the_disk,
    row_of,
)
from judge_app.store.lock import FileLock, InUse

__all__ = [
    "Checkpoint",
    "CorruptSession",
    "InUse",
    "NotASession",
    "SessionFile",
    "StoreFailed",
    "VersionMismatch",
    "checkpoint_message",
    "head_of",
    "read_session",
    "set_aside",
]

_PAGE = 500


class Checkpoint(Struct, frozen=True):
    """The room's signature (Ed25519, of ``checkpoint_message``) that record ``seq`` had this hash at this wall time."""

    seq: int
    hash: bytes
    at: str
    public_key: bytes
    signature: bytes


def _connect(path: Path, mode: str) -> Connection:
    """The one connection to ``path``. ``mode`` is SQLite's (``rw``, ``rwc``), or ``immutable`` for a file at rest.

    Raises CorruptSession where SQLite cannot make sense of the file.
    """
    query = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    uri = f"{path.absolute().as_uri()}?{query}"

    def open_it() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=1.0)

    engine = create_engine("sqlite://", creator=open_it, poolclass=StaticPool, isolation_level="AUTOCOMMIT")
    try:
        connection = engine.connect()
        _set_up(connection)
    except (SQLAlchemyError, sqlite3.Error, UnicodeDecodeError) as problem:
        engine.dispose()
        if is_of_the_disk(problem):
            raise
        raise CorruptSession(path, "database", str(getattr(problem, "orig", problem))) from problem
    return connection


def _set_up(connection: Connection) -> None:
    # An exclusive lock keeps the log's index in memory: no second connection can exist, not even by mistake.
    for pragma in (
        "locking_mode=EXCLUSIVE",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "fullfsync=ON",
        "checkpoint_fullfsync=ON",
        "synchronous=FULL",
    ):
        connection.exec_driver_sql(f"PRAGMA {pragma}").close()


def _fold(connection: Connection) -> None:
    """Write the whole log into the file, sync it and empty the log."""
    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    if busy:
        raise StoreFailed("checkpoint", "日志未能并入文件", "the log could not be folded into the file")


@contextlib.contextmanager
def _committed(connection: Connection) -> Iterator[None]:
    """A transaction: durable when this is left, or nothing of it."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
            connection.exec_driver_sql("ROLLBACK")
        raise


def _disconnect(connection: Connection) -> None:
    engine = connection.engine
    connection.close()
    engine.dispose()


def _is_there(path: Path) -> None:
    if not path.is_file():
        raise NotASession(Problem(str(path), "没有这个场次文件", "there is no such session file"))


def _gate(path: Path) -> None:
    """Look at the header before SQLite touches the file: ours, and of a version that this program reads?

    Only with the lock held: closing a second descriptor of a file drops the locks this process has on it (POSIX).
    """
    try:
        with open(path, "rb") as file:
            header = file.read(100)
    except OSError as problem:
        raise NotASession(
            Problem(
                str(path),
                f"场次文件无法读取（{problem.strerror}）",
                f"the session file cannot be read ({problem.strerror})",
            )
        ) from problem
    if not header:
        raise NotASession(Problem(str(path), "文件是空的，不是场次文件", "the file is empty, it is no session file"))
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        if path.suffix == ".roadshow":
            raise CorruptSession(path, "header", "not a SQLite file")
        raise NotASession(Problem(str(path), "不是场次文件（*.roadshow）", "this is no session file (*.roadshow)"))
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise NotASession(
            Problem(
                str(path), "是其他程序的数据库，不是场次文件", "this is another program's database, no session file"
            )
        )
    found = int.from_bytes(header[60:64], "big")
    if found != SCHEMA:
        raise VersionMismatch(path, found, SCHEMA)


def head_of(path: Path) -> tuple[int, bytes]:
    """Open a session file at rest read-only, check it whole and return (seq, hash) of its last record."""
    _gate(path)
    connection = _connect(path, "immutable")
    try:
        return check(path, connection)
    finally:
        _disconnect(connection)


class SessionFile:
    """The journal of one session on disk; made by ``create`` or ``open``.

    One thread appends; the other calls may come from any thread and wait for each other. After a ``StoreFailed`` the
    file takes nothing more (``failed`` says why): close it and open it again, which checks what has really been stored.
    """

    def __init__(self, path: Path, connection: Connection, lock: FileLock, head: tuple[int, bytes]) -> None:
        self.path = path
        self._connection: Connection | None = connection
        self._lock = lock
        self._head = head
        self._turn = threading.Lock()  # held by whoever waits for _busy
        self._busy = threading.Lock()
        self.failed: StoreFailed | None = None

    # opening

    @classmethod
    def create(cls, path: str | Path) -> SessionFile:
        """Make a new, empty session file, never over an existing one. It appears under its name only when whole."""
        path = Path(path)
        lock = _lock(path)
        fresh = path.with_name(path.name + ".new")
        try:
            if path.exists():
                raise BadInput(Problem(str(path), "文件已存在，不会覆盖", "the file exists; it is not overwritten"))
            for tail in ("", "-journal", "-wal"):
                Path(f"{fresh}{tail}").unlink(missing_ok=True)
            for tail in ("-journal", "-wal", "-shm"):
                if os.path.exists(f"{path}{tail}"):
                    raise BadInput(
                        Problem(
                            f"{path}{tail}",
                            "有另一场次文件的残留，请先移走",
                            "left over from another session file: move it away first",
                        )
                    )
            connection = _connect(fresh, "rwc")
            try:
                with _committed(connection):
                    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
                    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA}")
                    for sql in TABLES:
                        connection.exec_driver_sql(sql)
                    connection.exec_driver_sql(
                        "INSERT INTO meta (key, value) VALUES (?, ?)",
                        [("format", FORMAT), ("application", f"judge-app {judge_app.__version__}")],
                    )
                    connection.exec_driver_sql("INSERT INTO heartbeat (id, beat) VALUES (1, 0)")
            finally:
                _disconnect(connection)
            sync_file(fresh)
            fresh.rename(path)
            sync_folder(path)
        except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
            lock.release()
            raise failure_of(path, problem) from problem
        except BaseException:
            lock.release()
            raise
        return cls._open(path, lock)

    @classmethod
    def open(cls, path: str | Path) -> SessionFile:
        """Open an existing session file for writing, after the version gate and a check of every record.

        Raises NotASession, VersionMismatch, CorruptSession, InUse, or StoreFailed where the disk does not take writes.
        """
        path = Path(path)
        _is_there(path)
        return cls._open(path, _lock(path))

    @classmethod
    def _open(cls, path: Path, lock: FileLock) -> SessionFile:
        connection: Connection | None = None
        try:
            _gate(path)
            if wal.is_damaged(Path(f"{path}-wal")):
                raise CorruptSession(path, "log", "commits behind a broken frame of the write-ahead log")
            connection = _connect(path, "rw")
            head = check(path, connection)
            mode = connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar()
            if mode != "wal":
                raise StoreFailed(
                    "journal_mode", f"{path.name} 不能以 WAL 方式写入", f"{path.name} cannot be written in WAL mode"
                )
            # SQLite 3.40 answers "table is locked" to a checkpoint straight after quick_check and the change to WAL.
            connection.exec_driver_sql("SELECT count(*) FROM meta").scalar()
            # A log that was not synced before a crash is written anew into the file here, instead of being built upon:
            # after a failed fsync the system may hold pages for clean that never reached the disk.
            _fold(connection)
            opened = cls(path, connection, lock, head)
            opened.heartbeat()
        except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
            if connection is not None:
                _disconnect(connection)
            lock.release()
            raise failure_of(path, problem) from problem
        except BaseException:
            if connection is not None:
                _disconnect(connection)
            lock.release()
            raise
        return opened

    # writing

    @contextlib.contextmanager
    def _in_turn(self) -> Iterator[None]:
        with self._turn:
            self._busy.acquire()
        try:
            yield
        finally:
            self._busy.release()

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[Connection]:
        """The connection, for one call at a time; whatever goes wrong in it ends the file's use."""
        with self._in_turn():
            if self.failed is not None:
                raise StoreFailed(self.failed.code, self.failed.zh, self.failed.en) from self.failed
            if self._connection is None:
                raise StoreFailed("closed", f"{self.path.name} 已关闭", f"{self.path.name} is closed")
            try:
                yield self._connection
            except StoreFailed as problem:
                self.failed = problem
                raise
            except Exception as problem:  # whatever it was, what is stored is unknown now
                self.failed = failure_of(self.path, problem)
                raise self.failed from problem
            except BaseException as problem:
                self.failed = failure_of(self.path, problem)
                raise

    def append(self, records: Sequence[Record]) -> None:
        """Store records in one transaction; when this returns they are on the disk. Raises StoreFailed on any error.

        The records must follow the head and each other (seq, prev_hash, hash), or nothing is stored.
        """
        if not records:
            return
        with self._at_work() as connection:
            seq, prev = self._head
            rows = []
            for record in records:
                seq += 1
                body = record.body
                if body.seq != seq or record.prev_hash != prev or chain(prev, record.data) != record.hash:
                    raise StoreFailed(
                        "not_next", f"第 {body.seq} 条记录不能接在后面", f"record {body.seq} does not follow the head"
                    )
                prev = record.hash
                rows.append(row_of(record))
            # Few statements of many rows: each one gives up the interpreter's lock and has to win it back from a busy
            # loop, which for a row each made a burst's commits several times as long.
            with _committed(connection):
                for at in range(0, len(rows), ROWS_A_STATEMENT):
                    some = rows[at : at + ROWS_A_STATEMENT]
                    connection.exec_driver_sql(insert_of(len(some)), tuple(value for row in some for value in row))
            self._head = (seq, prev)

    def checkpoint(self, signed: Checkpoint) -> None:
        """Store a signed statement about a stored record; the first one for a record stays."""
        with self._at_work() as connection:
            known = "SELECT 1 FROM checkpoint WHERE seq = ? AND hash = ?"
            if connection.exec_driver_sql(known, (signed.seq, signed.hash)).first() is not None:
                return
            sql = "INSERT INTO checkpoint (seq, hash, at, public_key, signature) VALUES (?, ?, ?, ?, ?)"
            with _committed(connection):
                connection.exec_driver_sql(sql, msgspec.structs.astuple(signed))

    def heartbeat(self) -> int:
        """Write and read back, outside the chain; returns how long it took in nanoseconds. Raises StoreFailed."""
        with self._at_work() as connection:
            started = time.perf_counter_ns()
            beat = int(connection.exec_driver_sql("SELECT beat FROM heartbeat WHERE id = 1").scalar_one()) + 1
            with _committed(connection):
                connection.exec_driver_sql("UPDATE heartbeat SET beat = ? WHERE id = 1", (beat,))
            if connection.exec_driver_sql("SELECT beat FROM heartbeat WHERE id = 1").scalar() != beat:
                raise StoreFailed("heartbeat", "写入后读回不一致", "what was written does not read back")
            return time.perf_counter_ns() - started

    # reading

    def head(self) -> tuple[int, bytes]:
        """(seq, hash) of the last stored record; (0, 32 zero bytes) in an empty file."""
        return self._head

    def records(self, after: int = 0) -> Iterator[Record]:
        """The stored records behind ``after`` in order, read page by page (appends may go on in between)."""
        while True:
            with self._at_work() as connection:
                rows = _rows(connection, after)
            for row in rows:
                yield read(row[1], row[2], row[3])
            if len(rows) < _PAGE:
                return
            after = int(rows[-1][0])

    def first_of(self, command_id: str) -> Record | None:
        """The first record that a command made, or None where it made none."""
        sql = (
            "SELECT body, prev_hash, hash FROM journal WHERE command_id = ? AND command_id <> '' ORDER BY part LIMIT 1"
        )
        with self._at_work() as connection:
            row = connection.exec_driver_sql(sql, (command_id,)).first()
        return None if row is None else read(row[0], row[1], row[2])

    def checkpoints(self) -> list[Checkpoint]:
        """The signed checkpoints in the order of their records."""
        with self._at_work() as connection:
            sql = "SELECT seq, hash, at, public_key, signature FROM checkpoint ORDER BY seq"
            return [
                Checkpoint(seq=row[0], hash=row[1], at=row[2], public_key=row[3], signature=row[4])
                for row in connection.exec_driver_sql(sql)
            ]

    # copies and the end

    def backup(self, to_path: str | Path) -> tuple[int, bytes]:
        """Copy the file as it is now to ``to_path``; the copy appears there only when it has been synced, opened and
        checked whole. Appends go on between the slices of the copy. Returns the copy's head; raises StoreFailed, which
        leaves this file usable."""
        to_path = Path(to_path)
        part = to_path.with_name(to_path.name + ".part")
        with self._in_turn():
            if self._connection is None:
                raise StoreFailed("closed", f"{self.path.name} 已关闭", f"{self.path.name} is closed")
            try:
                for leftover in (part, Path(f"{part}-journal"), Path(f"{part}-wal")):
                    leftover.unlink(missing_ok=True)
                source = self._connection.connection.dbapi_connection
                assert isinstance(source, sqlite3.Connection)
                target = sqlite3.connect(part, isolation_level=None, check_same_thread=False)
                try:
                    source.backup(target, pages=64, progress=self._let_others_in)
                    # The copy inherits WAL from the header; taken out of it, it is one whole file.
                    target.execute("PRAGMA journal_mode=DELETE")
                finally:
                    target.close()
            except (sqlite3.Error, OSError) as problem:
                raise failure_of(to_path, problem) from problem
        try:
            head = head_of(part)
            sync_file(part)
            os.replace(part, to_path)
            sync_folder(to_path)
        except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
            raise failure_of(to_path, problem) from problem
        return head

    def _let_others_in(self, status: int, remaining: int, total: int) -> None:
        self._busy.release()
        with self._turn:  # whoever waited has been served when this is ours
            self._busy.acquire()

    def seal(self) -> None:
        """End the session: everything into the one file, out of WAL, synced and closed, so that it copies whole."""
        with self._at_work() as connection:
            _fold(connection)
            if connection.exec_driver_sql("PRAGMA journal_mode=DELETE").scalar() != "delete":
                raise StoreFailed("journal_mode", "文件未能封存", "the file could not be taken out of WAL")
            _disconnect(connection)
            self._connection = None
            sync_file(self.path)
        self.close()

    def close(self) -> None:
        """Close the file and give its lock back; safe to call twice, and after a failure."""
        with self._in_turn():
            connection, self._connection = self._connection, None
            try:
                if connection is not None:
                    with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
                        _disconnect(connection)
            finally:
                self._lock.release()

    def __enter__(self) -> SessionFile:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _rows(connection: Connection, after: int) -> Sequence[Sequence[Any]]:
    sql = f"SELECT seq, body, prev_hash, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT {_PAGE}"
    return [tuple(row) for row in connection.exec_driver_sql(sql, (after,))]


def _lock(path: Path) -> FileLock:
    try:
        return FileLock(path)
    except OSError as problem:
        raise failure_of(path, problem) from problem


def read_session(path: str | Path) -> list[Record]:
    """All records of a session file at rest, checked; for tools that read files (``judge-app results``).

    A file that a room holds is refused (InUse): ask the room for a backup. A log left by a crash is folded in first,
    on a single connection. A sealed file is read where it lies, also from a medium that cannot be written.
    Raises NotASession, VersionMismatch, CorruptSession, InUse, StoreFailed.
    """
    path = Path(path)
    _is_there(path)
    lock: FileLock | None = None
    try:
        try:
            lock = FileLock(path)
        except OSError:
            lock = None  # a folder that cannot be written holds no running room
        _gate(path)
        log = Path(f"{path}-wal")
        left = [f for f in (log, Path(f"{path}-journal")) if f.exists() and f.stat().st_size > 0]
        if wal.is_damaged(log):
            raise CorruptSession(path, "log", "commits behind a broken frame of the write-ahead log")
        connection = _connect(path, "rw" if left else "immutable")
        try:
            check(path, connection)
            rows: Iterable[Sequence[Any]] = connection.exec_driver_sql(
                "SELECT seq, body, prev_hash, hash FROM journal ORDER BY seq"
            )
            return [read(row[1], row[2], row[3]) for row in rows]
        finally:
            _disconnect(connection)
    except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
        raise failure_of(path, problem) from problem
    finally:
        if lock is not None:
            lock.release()


def set_aside(path: str | Path) -> Path:
    """Rename a damaged session file, its log with it, to ``NAME.damaged-N.roadshow``; nothing is thrown away."""
    path = Path(path)
    lock = _lock(path)
    try:
        number = 1
        while (kept := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
            number += 1
        for tail in ("-wal", "-shm", "-journal"):
            if os.path.exists(f"{path}{tail}"):
                os.rename(f"{path}{tail}", f"{kept}{tail}")
        path.rename(kept)
        sync_folder(kept)
    except OSError as problem:
        raise failure_of(path, problem) from problem
    finally:
        lock.release()
    return kept
