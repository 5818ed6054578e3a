"""The session file: one SQLite file with the journal of one session, written by one connection of one process.

What is on disk and how to check it without this program stands in judge_app/verify/FORMAT.md.

Errors:
    StoreFailed      a write did not reach the disk (full, read-only, unplugged); the file takes no more until reopened
    CorruptSession   (BadInput) the file does not hold together; it is left as it is
    NotASession, VersionMismatch, InUse   (BadInput) no file of ours, one of another version, one that is open elsewhere
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

import judge_app
from judge_app.core.errors import BadInput, JudgeAppError, Problem
from judge_app.core.journal import GENESIS, VERSION, Body, Record, chain, read
from judge_app.store import wal
from judge_app.store.lock import FileLock, InUse

__all__ = [
    "CorruptSession",
    "InUse",
    "NotASession",
    "SessionFile",
    "StoreFailed",
    "VersionMismatch",
    "check",
    "head_of",
    "read_session",
    "set_aside",
]

APPLICATION_ID = 0x52534A31
"""``RSJ1`` in the header of every session file, where ``file`` and SQLite look for it."""

SCHEMA = 1
"""The version of the tables (``user_version``). Events carry a version of their own."""

FORMAT = "judge-app/session/1"

_TABLES = (
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

_INSERT = (
    "INSERT INTO journal"
    " (seq, event_id, command_id, part, kind, version, actor, at, mono_ns, boot_id, body, prev_hash, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_COLUMNS = "seq, event_id, command_id, part, kind, version, actor, at, mono_ns, boot_id, body, prev_hash, hash"
_PAGE = 500


class StoreFailed(JudgeAppError):
    """A write that did not become durable. ``code`` is SQLite's or the system's name for it; the texts are for people."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        self.zh = zh
        self.en = en
        super().__init__(f"{code}: {zh} / {en}")


class CorruptSession(BadInput):
    """A session file that does not hold together; it is left as it is (``set_aside`` renames it).

    ``what`` is ``header``, ``log``, ``database``, ``tables`` or ``record``; ``first_bad`` the seq of the first bad
    record where one is known; ``good`` counts the records before it that hold.
    """

    def __init__(self, path: Path, what: str, detail: str, first_bad: int | None = None, good: int = 0) -> None:
        self.path = path
        self.what = what
        self.detail = detail
        self.first_bad = first_bad
        self.good = good
        where_zh = f"第 {first_bad} 条记录有误，之前的 {good} 条完好" if first_bad is not None else "无法完整读出"
        where_en = (
            f"record {first_bad} is bad, the {good} before it hold"
            if first_bad is not None
            else "it cannot be read whole"
        )
        super().__init__(
            Problem(
                str(path),
                f"场次文件已损坏：{where_zh}（{what}: {detail}）。文件会原样保留，请从备份或镜像恢复",
                f"the session file is damaged: {where_en} ({what}: {detail}). It is kept as it is; restore from a backup or the mirror",
            )
        )


class NotASession(BadInput):
    """The file is missing, empty, or of another program."""


class VersionMismatch(BadInput):
    """The file was written by another version of the program; ``found`` is its version, ``newer`` tells which way."""

    def __init__(self, path: Path, found: int, newer: bool) -> None:
        self.path = path
        self.found = found
        self.newer = newer
        if newer:
            zh = f"场次文件由更新版本的 Judge App 写成（格式 {found}，本程序支持到 {SCHEMA}）：请升级本程序"
            en = f"the session file was written by a newer Judge App (format {found}, this one reads {SCHEMA}): update this program"
        else:
            zh = f"场次文件的格式 {found} 过旧，本程序（格式 {SCHEMA}）不能打开：请用原版本打开"
            en = f"the session file has the old format {found}, which this program (format {SCHEMA}) cannot open: use the version that wrote it"
        super().__init__(Problem(str(path), zh, en))


def _failure(path: Path, problem: BaseException) -> StoreFailed:
    """What to tell people about an error of SQLite or the system."""
    cause = problem.orig or problem if isinstance(problem, DBAPIError) else problem
    code = getattr(cause, "sqlite_errorname", None) or type(cause).__name__
    if isinstance(cause, OSError) and cause.errno is not None:
        code = f"errno {cause.errno}"
    name = path.name
    if code == "SQLITE_FULL" or code == "errno 28":
        zh, en = f"磁盘已满，{name} 未能写入：请腾出空间", f"the disk is full, {name} was not written: make room"
    elif code.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        zh, en = f"{name} 或其文件夹不可写", f"{name} or its folder cannot be written"
    elif code.startswith(("SQLITE_IOERR", "errno")):
        zh, en = (
            f"磁盘读写出错，{name} 未能写入：请检查磁盘",
            f"the disk failed, {name} was not written: check the disk",
        )
    elif code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        zh, en = f"{name} 被另一个程序占用", f"{name} is held by another program"
    else:
        zh, en = f"{name} 写入失败", f"{name} was not written"
    return StoreFailed(code, zh, f"{en} ({cause})")


def _connect(path: Path, mode: str) -> Connection:
    """The one connection to ``path``. ``mode`` is SQLite's (``rw``, ``rwc``), or ``immutable`` for a file at rest."""
    query = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    uri = f"{path.absolute().as_uri()}?{query}"

    def open_it() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=1.0)

    engine = create_engine("sqlite://", creator=open_it, poolclass=StaticPool, isolation_level="AUTOCOMMIT")
    connection = engine.connect()
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
    return connection


def _fold(connection: Connection) -> None:
    """Write the whole log into the file, sync it and empty the log."""
    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    if busy:
        raise StoreFailed("checkpoint", "日志未能并入文件", "the log could not be folded into the file")


def _disconnect(connection: Connection) -> None:
    engine = connection.engine
    connection.close()
    engine.dispose()


def _sync_folder(path: Path) -> None:
    """Make the name of a new or renamed file durable (POSIX; Windows has no such call)."""
    if sys.platform == "win32":
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sync_file(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _gate(path: Path) -> None:
    """Look at the header before SQLite touches the file: ours, and of a version that this program reads?"""
    try:
        with open(path, "rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        raise NotASession(Problem(str(path), "没有这个场次文件", "there is no such session file")) from None
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
        raise VersionMismatch(path, found, newer=found > SCHEMA)


def _normal(sql: str) -> str:
    return " ".join(sql.split())


def _check_tables(path: Path, connection: Connection) -> None:
    """The tables, indexes and triggers must be the ones this program made: a trigger gone is a hand in the file."""
    rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    found = {_normal(row[0]) for row in rows}
    wanted = {_normal(sql) for sql in _TABLES}
    if found != wanted:
        difference = sorted(wanted - found) or sorted(found - wanted)
        raise CorruptSession(path, "tables", " ".join(difference[0].split()[:4]))
    if connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'format'").scalar() != FORMAT:
        raise CorruptSession(path, "tables", "meta: format")


class _Version(msgspec.Struct):
    version: int


def _check_row(row: Sequence[Any], expected: int, prev: bytes) -> tuple[Record | None, str]:
    """The record of a full row and "", or None and what is wrong with it."""
    seq, event_id, command_id, part, kind, version, actor, at, mono_ns, boot_id, data, prev_hash, digest = row
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
    body: Body = record.body
    stored = (seq, event_id, command_id, part, kind, version, actor, at, mono_ns, boot_id)
    said = (
        body.seq,
        body.event_id,
        body.command_id,
        body.part,
        record.kind,
        body.version,
        body.actor,
        body.at.wall,
        body.at.mono_ns,
        body.at.boot_id,
    )
    if stored != said:
        names = _COLUMNS.split(", ")
        column = next(name for name, one, other in zip(names, stored, said, strict=False) if one != other)
        return None, f"column {column} differs from body"
    return record, ""


def check(path: Path, connection: Connection) -> tuple[int, bytes]:
    """Check everything that an open database holds and return its head; raises CorruptSession or VersionMismatch."""
    try:
        _check_tables(path, connection)
        problems = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
        expected, prev = 1, GENESIS
        for row in connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM journal ORDER BY seq"):
            record, wrong = _check_row(row, expected, prev)
            if record is None:
                data = row[10]
                if wrong.startswith("body: "):
                    with contextlib.suppress(msgspec.MsgspecError, TypeError):
                        found = msgspec.json.decode(data, type=_Version).version
                        if found > VERSION:
                            raise VersionMismatch(path, found, newer=True)
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
    except (SQLAlchemyError, sqlite3.Error) as problem:
        if _is_busy(problem):
            raise
        raise CorruptSession(path, "database", str(getattr(problem, "orig", problem))) from problem
    return expected - 1, prev


def _is_busy(problem: BaseException) -> bool:
    code = getattr(getattr(problem, "orig", problem), "sqlite_errorname", "") or ""
    return code.startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_FULL")
    )


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
        self._busy = threading.Lock()
        self._waiting = 0
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
            for leftover in (
                fresh,
                Path(f"{fresh}-journal"),
                Path(f"{path}-wal"),
                Path(f"{path}-shm"),
                Path(f"{path}-journal"),
            ):
                if leftover != fresh and leftover.name.startswith(path.name + "-") and leftover.exists():
                    raise BadInput(
                        Problem(
                            str(leftover),
                            "有另一场次文件的残留，请先移走",
                            "left over from another session file: move it away first",
                        )
                    )
                leftover.unlink(missing_ok=True)
            connection = _connect(fresh, "rwc")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
                connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA}")
                for sql in _TABLES:
                    connection.exec_driver_sql(sql)
                connection.exec_driver_sql(
                    "INSERT INTO meta (key, value) VALUES (?, ?)",
                    [("format", FORMAT), ("application", f"judge-app {judge_app.__version__}")],
                )
                connection.exec_driver_sql("INSERT INTO heartbeat (id, beat) VALUES (1, 0)")
                connection.exec_driver_sql("COMMIT")
            finally:
                _disconnect(connection)
            _sync_file(fresh)
            fresh.rename(path)
            _sync_folder(path)
        except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
            lock.release()
            raise _failure(path, problem) from problem
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
        _gate(path)
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
            raise _failure(path, problem) from problem
        except BaseException:
            if connection is not None:
                _disconnect(connection)
            lock.release()
            raise
        return opened

    # writing

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[Connection]:
        """The connection, for one call at a time; whatever goes wrong in it ends the file's use."""
        self._waiting += 1
        with self._busy:
            self._waiting -= 1
            if self.failed is not None:
                raise StoreFailed(self.failed.code, self.failed.zh, self.failed.en) from self.failed
            if self._connection is None:
                raise StoreFailed("closed", f"{self.path.name} 已关闭", f"{self.path.name} is closed")
            try:
                yield self._connection
            except StoreFailed as problem:
                self.failed = problem
                raise
            except BaseException as problem:
                self.failed = _failure(self.path, problem)
                raise self.failed from problem

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
                at = body.at
                rows.append(
                    (
                        body.seq,
                        body.event_id,
                        body.command_id,
                        body.part,
                        record.kind,
                        body.version,
                        body.actor,
                        at.wall,
                        at.mono_ns,
                        at.boot_id,
                        record.data,
                        record.prev_hash,
                        prev,
                    )
                )
            self._commit(connection, _INSERT, rows)
            self._head = (seq, prev)

    def checkpoint(self, seq: int, hash: bytes, at: str, public_key: bytes, signature: bytes) -> None:
        """Store a signed statement that the record ``seq`` had this hash (FORMAT.md says what is signed)."""
        with self._at_work() as connection:
            sql = "INSERT INTO checkpoint (seq, hash, at, public_key, signature) VALUES (?, ?, ?, ?, ?)"
            self._commit(connection, sql, [(seq, hash, at, public_key, signature)])

    def heartbeat(self) -> int:
        """Write and read back, outside the chain; returns how long it took in nanoseconds. Raises StoreFailed."""
        with self._at_work() as connection:
            started = time.perf_counter_ns()
            beat = int(connection.exec_driver_sql("SELECT beat FROM heartbeat WHERE id = 1").scalar_one()) + 1
            self._commit(connection, "UPDATE heartbeat SET beat = ? WHERE id = 1", [(beat,)])
            if connection.exec_driver_sql("SELECT beat FROM heartbeat WHERE id = 1").scalar() != beat:
                raise StoreFailed("heartbeat", "写入后读回不一致", "what was written does not read back")
            return time.perf_counter_ns() - started

    @staticmethod
    def _commit(connection: Connection, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            connection.exec_driver_sql(sql, list(rows))
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
                connection.exec_driver_sql("ROLLBACK")
            raise

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

    # copies and the end

    def backup(self, to_path: str | Path) -> tuple[int, bytes]:
        """Copy the file as it is now to ``to_path``; the copy appears there only when it has been synced, opened and
        checked whole. Appends go on between the slices of the copy. Returns the copy's head; raises StoreFailed, which
        leaves this file usable."""
        to_path = Path(to_path)
        part = to_path.with_name(to_path.name + ".part")
        with self._busy:
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
                raise _failure(to_path, problem) from problem
        try:
            head = head_of(part)
            _sync_file(part)
            os.replace(part, to_path)
            _sync_folder(to_path)
        except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
            raise _failure(to_path, problem) from problem
        return head

    def _let_others_in(self, status: int, remaining: int, total: int) -> None:
        while self._waiting:
            self._busy.release()
            time.sleep(0.0002)
            self._busy.acquire()

    def seal(self) -> None:
        """End the session: everything into the one file, out of WAL, synced and closed, so that it copies whole."""
        with self._at_work() as connection:
            _fold(connection)
            if connection.exec_driver_sql("PRAGMA journal_mode=DELETE").scalar() != "delete":
                raise StoreFailed("journal_mode", "文件未能封存", "the file could not be taken out of WAL")
            _disconnect(connection)
            self._connection = None
            _sync_file(self.path)
        self.close()

    def close(self) -> None:
        """Close the file and give its lock back; safe to call twice, and after a failure."""
        with self._busy:
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
        raise _failure(path, problem) from problem


def read_session(path: str | Path) -> list[Record]:
    """All records of a session file at rest, checked; for tools that read files (``judge-app results``).

    A file that a room holds is refused (InUse): ask the room for a backup. A log left by a crash is folded in first,
    on a single connection. A sealed file is read where it lies, also from a medium that cannot be written.
    Raises NotASession, VersionMismatch, CorruptSession, InUse, StoreFailed.
    """
    path = Path(path)
    _gate(path)
    lock: FileLock | None = None
    try:
        try:
            lock = FileLock(path)
        except OSError:
            lock = None  # a folder that cannot be written holds no running room
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
        raise _failure(path, problem) from problem
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
        _sync_folder(kept)
    except OSError as problem:
        raise _failure(path, problem) from problem
    finally:
        lock.release()
    return kept
