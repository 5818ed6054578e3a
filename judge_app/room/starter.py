"""The process that started a room: by standard input it says that the room shall end; it may also die.

A signal would do for the first, but not on Windows. A room whose starter has died goes on with the session (the judges, the
stage and the host's desk are processes of their own), says so, and ends in order once the host has left it: its file is then
free to be opened again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading

from judge_app.core.seats import Role
from judge_app.room.room import Room

STOP = b"stop"
"""The word, on a line of its own (which on Windows ends otherwise than elsewhere)."""
ALONE_S = 60.0
"""How long a room without its starter waits for a host who has left."""
LOOK_S = 1.0

log = logging.getLogger(__name__)


class Starter:
    """Hears the starter from construction on; ``stop`` is set once the room shall end."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, name="standard input", daemon=True).start()

    def _read(self) -> None:
        # Not by sys.stdin: a thread that waits in it holds a lock which the interpreter wants when it ends.
        said = b""
        with contextlib.suppress(OSError):
            while STOP not in said.split() and (more := os.read(0, 4_096)):
                said = (said + more)[-4_096:]
        told = self._stop if STOP in said.split() else self._gone
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            self._loop.call_soon_threadsafe(told.set)

    async def watch(self, room: Room, alone_s: float = ALONE_S) -> None:
        """Once the starter is gone: go on for as long as the host sits here."""
        await self._gone.wait()
        log.warning("the process that started this room is gone")
        room.health.set_trouble(
            "starter",
            (
                "启动本场的程序已意外退出：本场照常进行。请在方便时关闭本窗口，一分钟后重新打开本场",
                "the program that started this session has ended: the session goes on. When there is time, close this "
                "window, and open the session again a minute later",
            ),
        )
        absent = 0.0
        while absent < alone_s:
            await asyncio.sleep(LOOK_S)
            absent = 0.0 if room.showing.sits(Role.HOST.value) else absent + LOOK_S
        self._stop.set()
