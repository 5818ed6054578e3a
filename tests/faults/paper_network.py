"""The real room and the real seats without a socket, a disk or a thread: a world in which every step is chosen.

What is written lies in a queue until ``commit``; what is sent lies in the air until it is delivered, again, late or never;
``crash`` throws away the room's memory and all that is in the air, and a new room reads what was committed.
"""

from __future__ import annotations

import asyncio
import collections
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from judge_app.core import commands
from judge_app.core.events import SessionSetup
from judge_app.core.journal import Record
from judge_app.room import room as room_module
from judge_app.room.keys import RoomKeys
from judge_app.room.room import Room
from judge_app.seat.connection import SeatConnection
from judge_app.wire import messages, signing
from judge_app.wire.link import JoinLink
from judge_app.wire.messages import Receipt, Refusal, Submit
from tests.core.sessions import sheet
from tests.faults.history import Row
from tests.faults.rooms import Ear


class Disk:
    """A session file on paper: what has been appended is there for good."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[Record] = []

    def append(self, records: Sequence[Record]) -> None:
        self.rows.extend(records)

    def records(self) -> Iterator[Record]:
        return iter(list(self.rows))

    def first_of(self, command_id: str) -> Record | None:
        return next((record for record in self.rows if record.body.command_id == command_id), None)

    def close(self) -> None: ...


class Writer:
    """Writes when it is told to. ``hasty``: acknowledges at once, as a wrong build would."""

    def __init__(self, file: Any, committed: Callable[[Sequence[Record], int], None], failed: Any) -> None:
        self.waiting: collections.deque[Sequence[Record] | Callable[[Any], None]] = collections.deque()
        self._file, self._committed = file, committed

    hasty = False

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def write(self, records: Sequence[Record]) -> None:
        self.waiting.append(records)
        if self.hasty:
            self._committed(records, 0)

    def call(self, act: Callable[[Any], None]) -> None:
        self.waiting.append(act)

    def commit(self) -> None:
        """One batch is on the disk, and the room hears of it; or what else was to be done with the file is done."""
        if self.waiting:
            batch = self.waiting.popleft()
            if callable(batch):
                batch(self._file)
                return
            self._file.append(batch)
            if not self.hasty:
                self._committed(batch, 0)


class HastyWriter(Writer):
    hasty = True


class Verifier:
    """Checks a signature at once."""

    def __init__(self, checked: Callable[[Sequence[tuple[Any, bool]]], None]) -> None:
        self._checked = checked

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def check(self, job: Any) -> None:
        good = signing.command_is_genuine(job.key, job.session_id, job.device, job.message)
        self._checked([(job, good)])


class Wire:
    """What a seat's client takes for its WebSocket: a frame goes into the air."""

    def __init__(self, world: World, laptop: Laptop) -> None:
        self._world, self._laptop = world, laptop

    async def send_str(self, text: str) -> None:
        self._world.to_room.append((self._laptop, messages.read_from_seat(text)))


class Laptop:
    """A device at a seat, with the client as it is."""

    def __init__(self, world: World, seat: str) -> None:
        token = world.room.joining.link_token(seat)
        self.seat = seat
        link = JoinLink(host="127.0.0.1", port=1, fingerprint=world.keys.fingerprint, token=token)
        self.ear = Ear()
        self.client = SeatConnection(link, self.ear, folder=None, device_name=seat)
        key = self.client._identity.key
        request = messages.EnrolRequest(
            token=token,
            key=signing.public_hex(key),
            device_name=seat,
            signature=signing.sign_enrolment(key, world.keys.fingerprint, token),
        )
        enrolled = world.finish(world.room.enrol(request, local=seat == "host"))
        assert isinstance(enrolled, messages.Enrolled), enrolled
        self.client._identity.remember(enrolled)
        self.device = enrolled.device
        self.given: dict[str, Submit] = {}
        world.laptops.append(self)
        world.connect(self)

    def send(self, command: commands.AnyCommand) -> str:
        command_id = self.client.send(command)
        found = self.client._outbox.find(command_id)
        assert found is not None
        self.given[command_id] = found
        return command_id


class World:
    """One room, its laptops and the air between them."""

    def __init__(self, folder: Path, setup: SessionSetup, *, hasty: bool = False) -> None:
        self.loop = asyncio.new_event_loop()
        self.disk = Disk(folder / "x.roadshow")
        self.keys = RoomKeys.of(self.disk.path)
        self.setup = setup
        self._writer = HastyWriter if hasty else Writer
        self.to_room: list[tuple[Laptop, messages.FromSeat]] = []
        self.to_seat: list[tuple[Laptop, Receipt | Refusal]] = []
        self.laptops: list[Laptop] = []
        self.start()

    # the room

    def start(self) -> None:
        async def begin() -> Room:
            return Room(self.disk, self.keys, self.disk.records(), self.setup, 1)  # type: ignore[arg-type]

        real = room_module.Writer, room_module.Verifier
        room_module.Writer, room_module.Verifier = self._writer, Verifier  # type: ignore[assignment,misc]
        try:
            self.room = self.loop.run_until_complete(begin())
        finally:
            room_module.Writer, room_module.Verifier = real  # type: ignore[misc]

    @property
    def writer(self) -> Writer:
        found: Any = self.room._writer
        assert isinstance(found, Writer)
        return found

    def settle(self) -> None:
        """Let the loop do what is due now."""
        for _ in range(4):
            self.loop.run_until_complete(asyncio.sleep(0))

    def finish(self, work: Any) -> Any:
        """Work that waits for commits."""
        task = self.loop.create_task(work)
        while not task.done():
            self.settle()
            self.commit()
        return task.result()

    def commit(self) -> None:
        self.writer.commit()
        self.settle()

    def commit_all(self) -> None:
        while self.writer.waiting:
            self.commit()

    def crash(self) -> None:
        """The room's process is gone, with what was in its memory and on every connection; a new one reads the disk."""
        self.to_room.clear()
        self.to_seat.clear()
        showing = self.room.showing
        for handle in (showing._push_handle, showing._hosts_handle):
            if handle is not None:
                handle.cancel()
        self.room._closing = True
        self.room.timekeeping.close()
        showing.close()
        for laptop in self.laptops:
            laptop.client._ws = None
        self.start()

    def close(self) -> None:
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    # the air

    def connect(self, laptop: Laptop) -> None:
        """A new connection: what was on the old one is lost, and what has no answer goes again."""
        self.to_room = [one for one in self.to_room if one[0] is not laptop]
        self.to_seat = [one for one in self.to_seat if one[0] is not laptop]
        found = self.room.joining.device_state(laptop.device)
        if found is None or not found[1].admitted or found[1].revoked:
            laptop.client._ws = None
            return
        welcome = messages.Welcome(
            briefing=self.room.showing.briefing(found[0]),
            clock=self.room.clock.origin,
            room_key=signing.public_hex(self.keys.signing),
            epoch=1,
        )
        wire: Any = Wire(self, laptop)
        self.loop.run_until_complete(laptop.client._on_message(wire, welcome))

    def arrive(self, laptop: Laptop, message: Submit) -> None:
        """The room gets one command; its answer goes into the air whenever it comes."""
        seat = self.room.joining.seats[laptop.seat]
        self.room.take(seat, laptop.device, message, lambda answer: self.to_seat.append((laptop, answer)))
        self.settle()

    def hear(self, laptop: Laptop, answer: Receipt | Refusal) -> None:
        async def on_answer() -> None:
            laptop.client._on_answer(answer)

        self.loop.run_until_complete(on_answer())

    def send(self, laptop: Laptop, command: commands.AnyCommand) -> str:
        async def give() -> str:
            return laptop.send(command)

        command_id = self.loop.run_until_complete(give())
        self.settle()
        return command_id

    def order(self, laptop: Laptop, command: commands.AnyCommand) -> str:
        """A command with nothing in its way; the code of its refusal, or ''."""
        command_id = self.send(laptop, command)
        for at, (who, message) in enumerate(self.to_room):
            if who is laptop and isinstance(message, Submit) and message.command_id == command_id:
                del self.to_room[at]
                self.arrive(laptop, message)
                break
        self.commit_all()
        for at, (who, answer) in enumerate(self.to_seat):
            if who is laptop and answer.command_id == command_id:
                del self.to_seat[at]
                self.hear(laptop, answer)
                return answer.code if isinstance(answer, Refusal) else ""
        raise AssertionError("no answer")

    def sheet(self, judge: str, entry_no: str, revision: int, share: float) -> commands.SubmitSheet:
        return commands.SubmitSheet(
            entry_no=entry_no, revision=revision, points=sheet(self.setup, judge, share, entry_no)
        )

    def rows(self) -> list[Row]:
        """The disk, as the independent checker reads a file."""
        return [
            Row(record.seq, record.data, record.prev_hash, record.hash, columns(record), json.loads(record.data))
            for record in self.disk.rows
        ]


def columns(record: Record) -> tuple[Any, ...]:
    body = record.body
    at = body.at
    named = (body.event_id, body.command_id, body.part, record.kind, body.version, body.actor)
    return (*named, at.wall, at.mono_ns, at.boot_id)
