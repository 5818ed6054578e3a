"""What a room sends to a spare that follows it: its keys, and its journal as it grows, a batch at a time."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Sequence

from judge_app.core.journal import Record
from judge_app.room.room import Room
from judge_app.wire import messages

log = logging.getLogger(__name__)

BATCH = 200


class Feed:
    """One spare's connection. ``send`` puts a message on its way; the next batch goes once the last is confirmed.
    ``lost`` ends the connection where the journal cannot be read: the spare comes again and goes on from what it has."""

    def __init__(self, room: Room, send: Callable[[object], None], lost: Callable[[], None]) -> None:
        self._room = room
        self._send = send
        self._lost = lost
        self._sent = 0
        self._wake = asyncio.Event()
        self._confirmed = 0
        self._task: asyncio.Task[None] | None = None

    def start(self, follow: messages.Follow) -> None:
        """The spare has everything up to there."""
        if self._task is None:
            self._room.new_records.append(self._hear)
            self._room.feeds.add(self)
            self._task = asyncio.create_task(self._run(follow))
            self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            log.error("the spare cannot be fed", exc_info=task.exception())
            self._lost()

    def confirmed(self, seq: int) -> None:
        """The spare has that on its disk."""
        self._confirmed = max(self._confirmed, min(seq, self._sent))
        self._tell()
        self._wake.set()

    async def stop(self) -> None:
        """The connection is gone."""
        if self._task is None:
            return
        self._room.new_records.remove(self._hear)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._room.feeds.discard(self)
        if self._room.feeds:  # it is back already, by another connection
            return
        self._room.health.set(spare="away")
        text = ("备用主机已断开：它暂时收不到新的记录", "the spare computer is away: it gets no new records meanwhile")
        self._room.health.set_trouble("spare", text)

    def _hear(self, records: Sequence[Record]) -> None:
        self._tell()
        self._wake.set()

    def _tell(self) -> None:
        lag = max(0, self._room.committed.seq - self._confirmed)
        self._room.health.set(spare="behind" if lag > BATCH else "ok", spare_lag=lag)

    async def _run(self, follow: messages.Follow) -> None:
        self._room.health.set_trouble("spare", None)
        if await self._have_common(follow):
            self._sent = self._confirmed = follow.after
        self._send(messages.Journal(keys=self._room.keys.handed_over()))
        while True:
            self._wake.clear()
            if self._confirmed >= self._sent:
                batch = await self._read(self._sent)
                if batch:
                    self._sent = batch[-1].seq
                    self._send(messages.Journal(records=tuple(map(_line, batch))))
            await self._wake.wait()

    async def _have_common(self, follow: messages.Follow) -> bool:
        """Whether the spare's last record is ours; else it gets everything, and keeps what it had aside."""
        if follow.after == 0:
            return False
        own = await self._read(follow.after - 1, 1)
        return bool(own) and own[0].hash.hex() == follow.hash

    async def _read(self, after: int, count: int = BATCH) -> list[Record]:
        def read() -> list[Record]:
            return list(itertools.islice(self._room.file.records(after), count))

        return await asyncio.get_running_loop().run_in_executor(None, read)


def _line(record: Record) -> messages.Line:
    return messages.Line(data=record.data.decode(), prev_hash=record.prev_hash.hex(), hash=record.hash.hex())
