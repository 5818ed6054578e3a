"""Starts the program's processes, watches them and brings back those that died; the same from source and frozen.

It imports nothing of ours: what a process needs it gets as arguments and files.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

READY_S = 60.0
"""How long a process may take until it says that it is ready."""
TERMINATE_S = 5.0
"""How long a process that was terminated may take."""
ROOM_STOP_S = 60.0
"""How long a room may take to end by itself: more than all that its stop waits for together (room/process.py)."""
STOP = "stop"
"""What a child that heeds its standard input is told at the end."""
RESTART_S = 0.2
"""How long a dead process stays dead before it is started again."""


def command(arguments: Sequence[str]) -> list[str]:
    """The command line that runs this program with these arguments."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "judge_app", *arguments]


def environment() -> dict[str, str]:
    """The environment of a child: ours, UTF-8, and our own package found wherever it is started."""
    root = str(Path(__file__).resolve().parents[1])
    known = os.environ.get("PYTHONPATH")
    path = root if not known else f"{root}{os.pathsep}{known}"
    return {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": path}


class NotReady(RuntimeError):
    """A process ended, or took too long, before it said that it was ready; the text is what it wrote to stderr."""


class Process:
    """One child. With ``ready`` its first line on standard output is one JSON object that says so. With ``stop_s`` it ends
    by itself within so long when its standard input says ``stop``: on Windows a process cannot be asked otherwise."""

    def __init__(
        self, arguments: Sequence[str], *, log: Path | None = None, ready: bool = False, stop_s: float = 0.0
    ) -> None:
        self.arguments = list(arguments)
        self._stop_s = stop_s
        self._log: TextIO | None = None if log is None else open(log, "a", encoding="utf-8")  # noqa: SIM115
        self._popen = subprocess.Popen(
            command(arguments),
            stdin=subprocess.PIPE if stop_s else subprocess.DEVNULL,
            stdout=subprocess.PIPE if ready else (self._log or subprocess.DEVNULL),
            stderr=self._log or subprocess.PIPE,
            env=environment(),
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self.ready: dict[str, Any] = {}
        if ready:
            self.ready = self._wait_ready(log)

    def _wait_ready(self, log: Path | None) -> dict[str, Any]:
        line = ""
        assert self._popen.stdout is not None
        stdout = self._popen.stdout

        def read() -> None:
            nonlocal line
            line = stdout.readline()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        reader.join(READY_S)
        if not line.startswith("{"):
            self._popen.terminate()
            said = ""
            if self._popen.stderr is not None:
                said = self._popen.stderr.read()
            elif log is not None:
                said = log.read_text("utf-8", errors="replace")[-4000:]
            self.stop()
            raise NotReady(said.strip() or f"{self.arguments[0]} did not start")
        told: dict[str, Any] = json.loads(line)
        return told

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def status(self) -> int | None:
        """The exit status, or None while it runs."""
        return self._popen.poll()

    def wait(self, timeout: float | None = None) -> int:
        """The exit status; raises subprocess.TimeoutExpired."""
        status = self._popen.wait(timeout)
        self._close()
        return status

    def _close(self) -> None:
        for stream in (self._popen.stdin, self._popen.stdout, self._popen.stderr, self._log):
            if stream is not None:
                stream.close()

    def stop(self) -> int:
        """Ask it to end, insist after a while; returns the exit status."""
        if self._popen.stdin is not None:
            with contextlib.suppress(OSError, ValueError):  # it is dead already, or was stopped before
                self._popen.stdin.write(f"{STOP}\n")
                self._popen.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(self._stop_s)
        if self._popen.poll() is None:
            self._popen.terminate()
            try:
                self._popen.wait(TERMINATE_S)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
        self._close()
        return self._popen.returncode


class Watched:
    """A child that is started again whenever it dies by itself, until ``stop``. A clean end (status 0) is its own wish,
    and ``on_end`` is called, unless it is to run ``always``."""

    def __init__(
        self,
        start: Callable[[int], Process],
        *,
        on_restart: Callable[[Process], None] = lambda _: None,
        on_end: Callable[[], None] = lambda: None,
        always: bool = False,
    ) -> None:
        self._start, self._on_restart, self._on_end, self._always = start, on_restart, on_end, always
        self.restarts = 0
        self.process = start(0)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="process watch", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            status = self.process.status
            if status is None:
                self._stopping.wait(0.1)
                continue
            if self._stopping.is_set():
                return
            if status == 0 and not self._always:
                self._on_end()
                return
            self._stopping.wait(RESTART_S)
            if self._stopping.is_set():
                return
            self.restarts += 1
            self.process.stop()  # it is dead: its pipes and its log are closed
            try:
                self.process = self._start(self.restarts)
            except NotReady:
                time.sleep(1.0)
                continue
            self._on_restart(self.process)

    def stop(self) -> None:
        """End it and do not bring it back."""
        self._stopping.set()
        self._thread.join()
        self.process.stop()


def room(
    session_file: Path,
    *,
    setup: Path | None = None,
    bind: str = "127.0.0.1",
    port: int = 0,
    rate: int = 1,
    central: str | None = None,
    log: Path | None = None,
    options: Mapping[str, str] | None = None,
) -> Process:
    """A room process that is ready; ``ready`` of it holds port, addresses and the seats' links. It ends when it is told to;
    where this process dies first, it goes on until the host has left. Raises NotReady."""
    arguments = ["room", str(session_file), "--bind", bind, "--port", str(port), "--rate", str(rate), "--ready"]
    arguments.append("--heed-starter")
    if setup is not None:
        arguments += ["--setup", str(setup)]
    if central:
        arguments += ["--central", central]
    for name, value in (options or {}).items():
        arguments += [name, value] if value else [name]
    return Process(arguments, log=log, ready=True, stop_s=ROOM_STOP_S)
