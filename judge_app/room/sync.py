"""The journal's tail to the central store: a thread of its own, idempotent, never waited for by the room."""

from __future__ import annotations

import asyncio
import collections
import logging
import random
import threading
from collections.abc import Sequence

from judge_app.core.journal import Record
from judge_app.room.room import Room
from judge_app.store.central import Central

log = logging.getLogger(__name__)

BATCH = 500
RETRY_S = (0.5, 30.0)
GATHER_S = 0.5
"""How long fresh events gather before they are sent."""
FLUSH_S = 20.0
"""How long the end of a session waits for the centre."""


class Sync:
    """Pushes every committed record to the centre at ``url``, from where the centre says it is."""

    def __init__(self, room: Room, url: str) -> None:
        self._room = room
        self._url = url
        self._session_id = room.state.session.session_id
        self._host = room.keys.fingerprint.hex()[:16]
        self._tail: collections.deque[Record] = collections.deque()
        self._lock = threading.Condition()
        self._last = 0
        self._settled = "ok"
        self._stopping = False
        self._pause = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync to the centre", daemon=True)

    def start(self) -> None:
        """Begin with the whole journal; the centre's high-water mark says what of it is news."""
        self._tail.extend(self._room.history())
        self._last = self._tail[-1].seq if self._tail else 0
        self._room.new_records.append(self._hear)
        self._room.set_centre("waiting", len(self._tail))
        self._thread.start()

    def _hear(self, records: Sequence[Record]) -> None:
        with self._lock:
            fresh = [record for record in records if record.seq > self._last]
            self._tail.extend(fresh)
            self._last = max([self._last, *(record.seq for record in fresh)])
            self._lock.notify()

    async def stop(self) -> None:
        """Send what is left, for a while; what the centre did not take is sent by ``judge-app sync`` later."""
        with self._lock:
            self._stopping = True
            self._pause.set()
            self._lock.notify()
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join, FLUSH_S)

    def _run(self) -> None:
        wait = RETRY_S[0]
        while True:
            try:
                with Central.connect(self._url, migrate=True) as central:
                    self._send(central)
                return
            except Exception as error:  # the centre may be away for hours: say so, and try again
                log.warning("the centre cannot be reached: %s", error)
                self._tell("waiting")
            with self._lock:
                if self._stopping:
                    return
                self._lock.wait(random.uniform(wait / 2, wait))
            wait = min(RETRY_S[1], wait * 2)

    def _send(self, central: Central) -> None:
        """Until there is nothing left and the room has stopped."""
        high = central.high_water(self._session_id, self._host)[0]
        while True:
            with self._lock:
                while self._tail and self._tail[0].seq <= high:
                    self._tail.popleft()
                batch = [self._tail[index] for index in range(min(BATCH, len(self._tail)))]
                pending = len(self._tail)
            if not batch:
                self._tell(self._settled)
                with self._lock:
                    if self._stopping and not self._tail:
                        return
                    if not self._tail:
                        self._lock.wait(5.0)
                continue
            if pending > BATCH:
                self._tell("waiting")
            elif not self._stopping:
                # A burst of sheets belongs to the room alone: the centre's work waits for it to be over.
                self._pause.wait(GATHER_S)
            pushed = central.push(self._session_id, batch, self._host)
            if pushed.alarms:
                # What does not fit is kept there under quarantine; sending it again would not help.
                log.error("the centre holds another version of this session: %s", pushed.alarms)
                self._tell("contested")
                high = max(high, batch[-1].seq)
            else:
                high = pushed.seq

    def _tell(self, status: str) -> None:
        if status == "contested":
            self._settled = status
        pending = len(self._tail)
        if not self._room.loop.is_closed():
            self._room.loop.call_soon_threadsafe(self._room.set_centre, status, pending)
