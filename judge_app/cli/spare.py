"""The spare computer: follows a room's journal, shows nothing of it, and can go on in the room's place.

It is handed the session's keys when the host lets it in, so every seat knows it by the certificate that it has pinned,
and receipts of the lost room hold; nobody has to be told a second fingerprint beforehand. It is as trusted as the host's
own computer, so the host's hand alone lets it in. Taking over is another act: ``judge-app host FILE --take-over``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import platform
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from judge_app.cli.output import say
from judge_app.core.journal import read
from judge_app.core.views import AnyView, Briefing
from judge_app.hosting import origin_of, sessions_folder
from judge_app.room.keys import RoomKeys, write_private
from judge_app.seat.connection import SeatConnection
from judge_app.seat.discovery import find_again
from judge_app.seat.state import CommandState, Connection
from judge_app.store.session_file import SessionFile, set_aside
from judge_app.wire import messages
from judge_app.wire.link import JoinLink

MET = 5
"""How many addresses of the room a spare remembers."""


class Copy:
    """A spare's copy of a session: its file, and the keys with which it can take the room's place."""

    def __init__(self, link: JoinLink, folder: Path, told: Callable[[int, str], None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"spare-{link.fingerprint.hex()[:12]}.roadshow"
        self._link = link
        self._met: list[tuple[str, int]] = []
        self.address: Callable[[], JoinLink] = lambda: link
        """Where the room is met now."""
        self._told = told
        self._file = SessionFile.open(self.path) if self.path.exists() else None

    def head(self) -> tuple[int, str]:
        if self._file is None:
            return 0, ""
        seq, digest = self._file.head()
        return seq, digest.hex()

    def take(self, journal: messages.Journal) -> int:
        """See seat.connection.Follower."""
        if journal.keys:
            RoomKeys.take_over(self.path, journal.keys)
            now = self.address()
            self._met = [(now.host, now.port), *(one for one in self._met if one != (now.host, now.port))][:MET]
            origin = {"link": str(self._link), "met": self._met}
            write_private(origin_of(self.path), json.dumps(origin).encode())
        records = [
            read(line.data.encode(), bytes.fromhex(line.prev_hash), bytes.fromhex(line.hash))
            for line in journal.records
        ]
        if records and records[0].seq == 1 and self._file is not None:
            # The room has another story than this copy: the copy is kept, and begun anew.
            self._file.close()
            set_aside(self.path)
            self._file = None
        if records:
            self._file = self._file or SessionFile.create(self.path)
            self._file.append(records)
            self._told(records[-1].seq, records[-1].body.at.wall)
        return self.head()[0]

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def follow_session(link: JoinLink, folder: Path | None = None, *, ready: bool = False) -> int:
    """Follow a room's journal until told to stop: every record is on this computer's disk, nothing is shown but how far.

    Raises BadInput, what the store raises, OSError.
    """
    kept = folder or sessions_folder()
    said = [not ready]

    def told(seq: int, at: str) -> None:
        say(f"{seq} 条记录 / records · {at}")
        if not said[0]:
            said[0] = True
            sys.stdout.write(json.dumps({"ready": True, "session_file": str(copy.path), "records": seq}) + "\n")
            sys.stdout.flush()

    copy = Copy(link, kept, told)

    async def follow() -> int:
        stop = asyncio.Event()
        for name in ("SIGTERM", "SIGINT"):
            with contextlib.suppress(NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), stop.set)
        seat = SeatConnection(
            link,
            _Told(),
            folder=kept / "spare",
            device_name=platform.node() or "spare",
            find=find_again,
            follower=copy,
        )
        copy.address = lambda: seat.address
        running = asyncio.ensure_future(seat.run())
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        refused = running.done()
        running.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
        if refused:
            running.result()  # what went wrong, if it did
        return 1 if refused else 0

    try:
        return asyncio.run(follow())
    finally:
        copy.close()


class _Told:
    """Says on the terminal how a spare's connection stands."""

    def on_briefing(self, briefing: Briefing) -> None:
        say(f"{briefing.contest_name} · {briefing.session.name}")

    def on_view(self, view: AnyView, seq: int) -> None: ...

    def on_connection(self, connection: Connection) -> None:
        words = f"{connection.zh} / {connection.en}" if connection.zh else connection.link.value
        say(words)

    def on_command(self, state: CommandState) -> None: ...
