"""The journal's tail, and the photos that it names, to the central store: a thread of its own, idempotent, never waited
for by the room.

What the centre lacks comes from memory where it is fresh, else from the journal: a centre that was restored from an old
copy is filled again, and one that has another hash than ours gets everything from the beginning, so that it can compare.
"""

from __future__ import annotations

import asyncio
import collections
import itertools
import logging
import random
import threading
from collections.abc import Callable, Sequence

from judge_app.core.journal import Record
from judge_app.room.room import Room
from judge_app.store.central import Central

log = logging.getLogger(__name__)

BATCH = 500
RETRY_S = (0.5, 30.0)
GATHER_S = 0.5
"""How long fresh events gather before they are sent."""
IDLE_S = 5.0
FLUSH_S = 20.0
"""How long the end of a session waits for the centre."""
CONTESTED = ("altered", "contested")
"""Alarms that mean that the centre holds another story; others (an event that cannot be folded) are the centre's own."""


class Sync:
    """Pushes every committed record to the centre at ``url``, from where the centre says it is."""

    def __init__(self, room: Room, url: str, connect: Callable[[str], Central] | None = None) -> None:
        self._room = room
        self._connect = connect or (lambda url: Central.connect(url, migrate=True))
        self._url = url
        self._session_id = room.state.session.session_id
        self._host = room.keys.fingerprint.hex()[:16]
        self._tail: collections.deque[Record] = collections.deque()
        self._lock = threading.Condition()
        self._last = room.file.head()[0]
        self._high = 0
        self._settled = "ok"
        self._photos: set[str] = set()
        """Photos that the centre has."""
        self._tried: set[str] = set()
        """Photos that were looked at since there was last nothing left to send."""
        self._there: set[str] = set()
        """What the centre had of them when that began."""
        self._stopping = False
        self._pause = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync to the centre", daemon=True)

    def start(self) -> None:
        """Begin; the centre's high-water mark says what of the journal is news."""
        self._room.new_records.append(self._hear)
        self._room.health.set_centre("waiting", self._last)
        self._thread.start()

    def _hear(self, records: Sequence[Record]) -> None:
        with self._lock:
            fresh = [record for record in records if record.seq > self._last]
            self._tail.extend(fresh)
            self._last = max([self._last, *(record.seq for record in fresh)])
            self._lock.notify()

    async def stop(self) -> None:
        """Send what is left, for a while; what the centre did not take is sent by ``judge-app sync`` later. The session
        file must still be open."""
        with self._lock:
            self._stopping = True
            self._pause.set()
            self._lock.notify()
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join, FLUSH_S)

    def _run(self) -> None:
        wait = RETRY_S[0]
        while True:
            try:
                with self._connect(self._url) as central:
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
        self._high = self._common(central)
        self._tried.clear()
        while True:
            batch = self._batch()
            if not batch:
                if not self._rest(central):
                    return
                continue
            if self._last - self._high > BATCH:
                self._tell("waiting")
            elif not self._stopping:
                # A burst of sheets belongs to the room alone: the centre's work waits for it to be over.
                self._pause.wait(GATHER_S)
            pushed = central.push(self._session_id, batch, self._host)
            for alarm in pushed.alarms:
                log.error("the centre: %s at record %d: %s", alarm.kind, alarm.seq, alarm.detail)
            if any(alarm.kind in CONTESTED for alarm in pushed.alarms):
                self._tell("contested")
            if pushed.gap:
                common = self._common(central)
                self._high = common if common < self._high else 0
            elif any(alarm.kind == "altered" for alarm in pushed.alarms):
                # What does not fit is kept there under quarantine; only people can change that.
                with self._lock:
                    if self._stopping:
                        return
                    self._lock.wait(RETRY_S[1])
                self._high = self._common(central)
            else:
                self._high = pushed.seq

    def _common(self, central: Central) -> int:
        """Up to which record the centre has what we have; 0 where its hash there is not ours."""
        seq, digest = central.high_water(self._session_id, self._host)
        if seq == 0:
            return 0
        own = next(iter(self._room.file.records(seq - 1)), None)
        if own is not None and own.hash == digest:
            return seq
        log.warning("the centre's record %d is not ours: everything is sent for comparison", seq)
        return 0

    def _batch(self) -> list[Record]:
        """The records behind those that the centre has, at most 500."""
        with self._lock:
            while self._tail and self._tail[0].seq <= self._high:
                self._tail.popleft()
            if self._tail and self._tail[0].seq == self._high + 1:
                return list(itertools.islice(self._tail, BATCH))
            if self._last <= self._high:
                return []
        return list(itertools.islice(self._room.file.records(self._high), BATCH))

    def _rest(self, central: Central) -> bool:
        """No record is left to send: a photo's turn comes. False where none is left either, and the room has stopped."""
        if self._settled == "contested":
            open_ones = [alarm for alarm in central.alarms(self._session_id) if alarm.kind in CONTESTED]
            self._settled = "contested" if open_ones else "ok"
        sent = self._send_photo(central)
        self._tell(self._settled)
        if sent:
            return True
        with self._lock:
            if self._last <= self._high:
                if self._stopping:
                    return False
                self._lock.wait(IDLE_S)
        return True

    def _send_photo(self, central: Central) -> bool:
        """One photo that the centre lacks, since records go before the next; False once each has had its turn. One that
        this computer has lost comes back from there."""
        name = next((name for name in list(self._room.named_photos) if name not in self._photos | self._tried), None)
        if name is None:
            self._tried.clear()
            return False
        if not self._tried:
            self._there = central.photos(self._session_id)
        self._tried.add(name)
        try:
            data = self._room.photos.folder.read(name)
            if data is None and name in self._there and (data := central.photo(self._session_id, name)) is not None:
                log.warning("photo %s was missing or damaged; it came back from the centre", name)
                self._room.photos.put_back(name, data)
        except OSError as error:  # of this computer's disk; said by those who keep the other copies
            log.warning("photo %s cannot be read or written: %s", name, error)
            return True
        if data is None:
            return True
        if name not in self._there:
            central.keep_photo(self._session_id, name, data)
        self._photos.add(name)
        return True

    def _tell(self, status: str) -> None:
        if status == "contested":
            self._settled = status
        pending = max(0, self._last - self._high)
        if not self._room.loop.is_closed():
            self._room.loop.call_soon_threadsafe(self._room.health.set_centre, status, pending)
