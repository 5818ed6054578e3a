"""The mirror beside a running room: a thread that writes what was committed to a second medium, and never holds up a
receipt. A medium that is taken out is said at once and looked for again; when it is back, it is filled from the journal.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from judge_app.core.errors import JudgeAppError
from judge_app.core.journal import Record
from judge_app.room.room import Room
from judge_app.store.errors import StoreFailed
from judge_app.store.mirror import Mirror, MirrorAhead
from judge_app.store.session_file import Checkpoint

log = logging.getLogger(__name__)

RETRY_S = 1.0
"""How often a medium that is away is looked for."""
WATCH_S = 1.0
SLOW_S = 10.0
"""How long something may be on its way to the mirror before that is said."""


def mirror_file(folder: Path, session_file: Path) -> Path:
    """Where the mirror of a session lies in the folder that was chosen for it."""
    return folder / f"{session_file.stem}.mirror.jsonl"


class Mirroring:
    """Keeps the mirror of a room's journal in ``folder``, which must be there: a stick's folder that we made ourselves
    where no stick is would only fill this very disk."""

    def __init__(self, room: Room, folder: Path) -> None:
        self._room = room
        self._folder = folder
        self._path = mirror_file(folder, room.file.path)
        self._waiting: collections.deque[Record | Checkpoint] = collections.deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._mirror: Mirror | None = None
        self._own_disk = os.stat(room.file.path).st_dev
        self._medium: int | None = None
        self._problem: Exception | None = None
        self._kept: Path | None = None
        self._written = 0
        self._behind_since: float | None = None
        self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with what the journal holds, and follow it."""
        self._room.new_records.append(self._hear)
        self._room.health.set(mirror="waiting", mirror_folder=str(self._folder))
        self._thread.start()
        self._watching = asyncio.create_task(self._watch())

    def _hear(self, records: Sequence[Record]) -> None:
        self._put(records)

    def signed(self, checkpoint: Checkpoint) -> None:
        """A record was signed; the mirror keeps that too."""
        self._put([checkpoint])

    def _put(self, fresh: Sequence[Record | Checkpoint]) -> None:
        with self._wake:
            self._waiting.extend(fresh)
            self._wake.notify()

    async def stop(self) -> None:
        """Write what waits, if the medium takes it. The session file must still be open."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join, SLOW_S)
        self._tell()

    # the thread

    def _run(self) -> None:
        while True:
            try:
                self._keep()
            except (JudgeAppError, OSError, ValueError) as problem:
                self._lost(problem)
            else:
                return
            with self._wake:
                if self._stopping:
                    return
                # What waits here comes from the journal once the medium is back.
                self._waiting.clear()
                self._wake.wait(RETRY_S)

    def _lost(self, problem: Exception) -> None:
        if self._problem is None or str(self._problem) != str(problem):
            log.warning("the mirror cannot be written: %s", problem)
        self._problem = problem
        mirror, self._mirror = self._mirror, None
        if mirror is not None:
            try:
                mirror.close()
            except StoreFailed:
                log.info("the mirror's file did not close cleanly")

    def _keep(self) -> None:
        """Open the mirror and follow the journal until the room stops; raises whatever the medium does."""
        session = self._room.file
        medium = os.stat(self._folder).st_dev
        if self._medium not in (None, medium) and medium == self._own_disk:
            # Where a stick was mounted there is now a folder of this disk.
            raise FileNotFoundError(f"{self._folder}: the medium was taken out")
        mirror = Mirror.open(self._path, session)
        self._mirror = mirror
        self._medium = medium
        self._kept = mirror.set_aside or self._kept
        self._written = mirror.head()[0]
        self._problem = None
        log.info("the mirror %s holds %d records", self._path, self._written)
        while True:
            with self._wake:
                while not self._waiting and not self._stopping:
                    self._wake.wait(WATCH_S)
                    if not self._waiting and not self._stopping:
                        break
                batch = list(self._waiting)
                self._waiting.clear()
                if not batch and self._stopping:
                    break
            if not batch:
                mirror.touch()
                continue
            mirror.append([one for one in batch if isinstance(one, Record) and one.seq > self._written])
            self._written = mirror.head()[0]
            for one in batch:
                if isinstance(one, Checkpoint):
                    mirror.checkpoint(one)
        mirror.close()

    # what is told of it

    async def _watch(self) -> None:
        while True:
            self._tell()
            await asyncio.sleep(WATCH_S)

    def _tell(self) -> None:
        lag = max(0, self._room.committed.seq - self._written)
        now = time.monotonic()
        self._behind_since = None if lag == 0 else self._behind_since or now
        slow = self._behind_since is not None and now - self._behind_since > SLOW_S
        problem = self._problem
        if isinstance(problem, MirrorAhead):
            state = "ahead"
        elif problem is not None or self._mirror is None or slow:
            state = "waiting"
        else:
            state = "same_disk" if self._medium == self._own_disk else "ok"
        self._room.health.set(mirror=state, mirror_lag=lag)
        self._room.health.set_trouble("mirror", self._trouble(problem, lag, slow=slow))

    def _trouble(self, problem: Exception | None, lag: int, *, slow: bool) -> tuple[str, str] | None:
        if isinstance(problem, MirrorAhead):
            told = problem.problems[0]
            return told.zh, told.en
        if problem is not None:
            return (
                f"镜像盘不可用（{self._folder}），{lag} 条记录尚未写入镜像；评审照常，请插回，会自动补齐",
                f"the mirror's medium is away ({self._folder}), {lag} records are not on it yet; the session goes on: plug it"
                " in again and it is filled by itself",
            )
        if slow:
            return (
                f"镜像盘很慢，落后 {lag} 条记录（{self._folder}）；评审不受影响",
                f"the mirror's medium is slow, {lag} records behind ({self._folder}); the session is not held up",
            )
        if self._kept is not None:
            return (
                f"原镜像已损坏或属于另一场次，已改名保留为 {self._kept.name}，镜像已重新写全",
                f"the old mirror was damaged or another session's: it is kept as {self._kept.name}, and a whole one was"
                " written",
            )
        return None
