"""Signed checkpoints: the room's key says at which wall time the chain had which head (FORMAT.md, Checkpoints).

One is made where a result becomes binding or is opened again, and every minute where there is something new.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Sequence

from judge_app.core import events
from judge_app.core.journal import Record
from judge_app.room.clock import iso
from judge_app.room.room import Room
from judge_app.store.session_file import Checkpoint, SessionFile, checkpoint_message

EVERY_S = 60.0
STOP_S = 10.0
BINDING = (
    events.ProjectLocked,
    events.ProjectReopened,
    events.SessionLocked,
    events.ResultsPublished,
    events.SignedOff,
)
"""Events that are signed at once. A printed sheet bears the head: it is signed off, or locked, before it counts."""


class Checkpoints:
    """Signs the heads of a room's journal. ``signed`` hears of each on the loop, once it is stored."""

    def __init__(self, room: Room, every_s: float = EVERY_S) -> None:
        self._room = room
        self._every_s = every_s
        self._last = room.file.head()
        self._made = 0
        self.signed: list[Callable[[Checkpoint], None]] = []
        self._done = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sign."""
        self._room.new_records.append(self._hear)
        self._task = asyncio.create_task(self._repeat())

    async def stop(self) -> None:
        """Sign the head that the session ends with."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.make():
            with contextlib.suppress(TimeoutError):  # the disk has failed: the room says so
                await asyncio.wait_for(self._done.wait(), STOP_S)

    def _hear(self, records: Sequence[Record]) -> None:
        self._last = (records[-1].seq, records[-1].hash)
        if any(isinstance(record.event, BINDING) for record in records):
            self.make()

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            self.make()

    def make(self) -> bool:
        """Sign the last committed record; False where that was done, or the store is in trouble."""
        seq, digest = self._last
        if seq <= self._made:
            return False
        at = iso(dt.datetime.now(dt.UTC))
        key = self._room.keys.signing
        made = Checkpoint(
            seq=seq,
            hash=digest,
            at=at,
            public_key=key.public_key().public_bytes_raw(),
            signature=key.sign(checkpoint_message(seq, digest, at)),
        )

        def store(file: SessionFile) -> None:
            file.checkpoint(made)
            self._room.loop.call_soon_threadsafe(self._stored, made)

        self._done.clear()
        return self._room.with_file(store)

    def _stored(self, made: Checkpoint) -> None:
        self._made = max(self._made, made.seq)
        self._room.health.set(checkpoint=self._made)
        for hear in self.signed:
            hear(made)
        self._done.set()
