"""The centre's database as such: its address, its schema version, and what its errors mean to people."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from judge_app.core.errors import BadInput, Problem
from judge_app.store.errors import StoreFailed

VERSION_TABLE = "judge_app_version"


def migrations() -> Path:
    """Where the Alembic migrations lie."""
    return Path(__file__).resolve().parents[2] / "db"


def parse_url(url: str) -> URL:
    """The address of a centre: ``sqlite:///FILE`` or ``postgresql+psycopg://…``. Raises BadInput."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _bad_url("(…)" if "@" in url else url) from None
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        parsed = parsed.set(drivername="postgresql+psycopg")
        if not parsed.database:
            raise BadInput(Problem(shown(parsed), "地址缺少数据库名", "the address names no database"))
    elif parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        if not parsed.database or parsed.database == ":memory:":
            raise BadInput(
                Problem(shown(parsed), "请写明 SQLite 文件：sqlite:///文件", "name a SQLite file: sqlite:///FILE")
            )
        parsed = parsed.set(drivername="sqlite")
    else:
        raise _bad_url(shown(parsed))
    return parsed


def _bad_url(place: str) -> BadInput:
    forms = "sqlite:///FILE, postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
    return BadInput(Problem(place, f"中心库地址无法识别，应为 {forms}", f"this is no address of a centre: use {forms}"))


def shown(url: URL) -> str:
    """The address without its password, for people and logs."""
    return url.render_as_string(hide_password=True)


def engine_for(url: URL) -> Engine:
    """An engine whose transactions really are transactions on both databases.

    On SQLite a connection that is asked to write (execution option ``writes``) takes the write lock at once; the file
    stays out of WAL, since several processes of this machine may have it open (SQLite before 3.51.3 can lose commits then).
    """
    if url.drivername != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=2, connect_args={"connect_timeout": 10})
    engine = create_engine(url, connect_args={"timeout": 15})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "synchronous=EXTRA", "fullfsync=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN").close()

    return engine


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_revision() -> str:
    """The revision that this program writes."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def revision_of(connection: Connection) -> str | None:
    """The revision of a database, None where it holds no tables of ours."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision inside the connection's transaction."""
    command.upgrade(_config(connection), "head")


def open_schema(engine: Engine, url: URL, *, migrate: bool) -> None:
    """Make the schema in an empty database; check it in another, or bring it up to date where ``migrate`` says so.

    Raises BadInput where the database is another program's, or of a newer or (without ``migrate``) older version.
    """
    newest = newest_revision()
    with engine.connect() as connection:
        found = revision_of(connection)
        if found is None:
            foreign = set(inspect(connection).get_table_names())
            if foreign:
                raise BadInput(
                    Problem(
                        shown(url),
                        f"数据库里有其他程序的表（{min(foreign)} 等），请另建一个空数据库",
                        f"the database has tables of another program ({min(foreign)}, …): make an empty one",
                    )
                )
    if found == newest:
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise BadInput(
            Problem(
                shown(url),
                f"中心库由更新版本的 Judge App 建立（{found}）：请升级本程序",
                f"the centre was made by a newer Judge App ({found}): update this program",
            )
        )
    if found is not None and not migrate:
        raise BadInput(
            Problem(
                shown(url),
                f"中心库的结构较旧（{found}）：请先备份，再升级结构",
                f"the centre has an older schema ({found}): back it up, then migrate it",
            )
        )
    if found is not None and url.drivername == "sqlite":
        assert url.database is not None
        _back_up(Path(url.database), found)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if url.drivername != "sqlite":  # two rooms may come first at once; SQLite's write lock is held already
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(8246215)")
        if revision_of(connection) != newest:
            upgrade(connection)


def _back_up(path: Path, revision: str) -> Path:
    """A checked copy of a SQLite centre beside it, before its schema is changed."""
    copy = path.with_name(f"{path.name}.before-{revision}")
    number = 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.name}.before-{revision}-{number}")
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    try:
        source.backup(target)
        if target.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise StoreFailed("backup", f"升级前的备份 {copy.name} 不完整", f"the backup {copy.name} is not whole")
    finally:
        source.close()
        target.close()
    return copy


_PERMISSION = {"42501"}
_NO_LOGIN = {"28000", "28P01"}
_NO_DATABASE = {"3D000"}
_FULL = {"53100"}


def failure_of(url: URL, problem: SQLAlchemyError | OSError | sqlite3.Error) -> StoreFailed:
    """What to tell people about an error of the centre. ``code`` is ``unreachable``, ``login``, ``no_database``,
    ``permission``, ``full``, ``busy``, ``schema`` or the database's own."""
    cause: BaseException = (problem.orig or problem) if isinstance(problem, DBAPIError) else problem
    state = getattr(cause, "sqlstate", None) or ""
    name = getattr(cause, "sqlite_errorname", None) or ""
    text = " ".join(str(cause).split())
    place = shown(url)
    if state in _NO_LOGIN or "password authentication failed" in text or "no password supplied" in text:
        code, zh, en = "login", "用户名或密码不对", "user or password is wrong"
    elif state in _NO_DATABASE or ("database" in text and "does not exist" in text):
        code, zh, en = "no_database", "没有这个数据库", "there is no such database"
    elif state in _PERMISSION or name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        code, zh, en = "permission", "没有写入权限", "may not be written by this user"
    elif state in _FULL or name == "SQLITE_FULL":
        code, zh, en = "full", "磁盘已满", "its disk is full"
    elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        code, zh, en = "busy", "被另一个程序长时间占用", "another program has held it too long"
    elif name == "SQLITE_CANTOPEN":
        code, zh, en = "unreachable", "文件或文件夹打不开", "the file or its folder cannot be opened"
    elif name in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        code, zh, en = "corrupt", "不是数据库文件，或已损坏", "is no database file, or is damaged"
    elif state.startswith("42"):
        code, zh, en = "schema", "表结构不符", "its tables are not the expected ones"
    elif state.startswith(("08", "57P")) or (not state and not name):
        code, zh, en = "unreachable", "连接不上", "cannot be reached"
    else:
        code, zh, en = state or name, "出错", "failed"
    return StoreFailed(code, f"中心库 {place} {zh}", f"the centre {place}: {en} ({text})")
