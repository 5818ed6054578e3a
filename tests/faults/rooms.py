"""A room process that can be killed, frozen, traced and started again, and real seats that outlive it.

The room may be wrapped (``strace …``) or another build (``hasty_room.py``, which acknowledges before the commit). What
happened is held against the independent checker (``history.py``): the session file, the seats' outboxes, the receipts.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from judge_app import launch
from judge_app.core import commands, session
from judge_app.core.events import SessionSetup
from judge_app.core.views import AnyView, Briefing
from judge_app.exchange.workbook import read_contest
from judge_app.rehearsal.rehearse import setup_of
from judge_app.room.keys import RoomKeys
from judge_app.seat import connection as seat_connection
from judge_app.seat.connection import Find, SeatConnection
from judge_app.seat.identity import file_name
from judge_app.seat.state import CommandState, Connection, Delivery, Link
from judge_app.store.presets import Presets
from judge_app.wire import signing
from judge_app.wire.link import JoinLink, read_link
from tests.faults.history import Outbox, Row, problems, read_journal, read_outbox

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "regional-final"
HASTY = [sys.executable, str(Path(__file__).parent / "hasty_room.py")]
"""The build that acknowledges before the commit."""
WAIT_S = 60.0
"""A bound for what must come; nothing here depends on how long it takes."""


class Ear:
    """Hears a seat, remembers, and lets a test wait until something holds."""

    def __init__(self) -> None:
        self.view: AnyView | None = None
        self.connections: list[Connection] = []
        self.recorded: list[str] = []
        self.changed = asyncio.Event()

    def on_briefing(self, briefing: Briefing) -> None: ...

    def on_view(self, view: AnyView, seq: int) -> None:
        self.view = view
        self.changed.set()

    def on_connection(self, connection: Connection) -> None:
        self.connections.append(connection)
        self.changed.set()

    def on_command(self, state: CommandState) -> None:
        if state.delivery is Delivery.RECORDED:
            self.recorded.append(state.command_id)

    @property
    def link(self) -> Link:
        return self.connections[-1].link if self.connections else Link.CONNECTING

    async def until(self, holds: Callable[[Any], Any]) -> None:
        """Until a view for which ``holds`` is true."""
        while self.view is None or not holds(self.view):
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), WAIT_S)

    async def until_not_online(self) -> None:
        """Until the seat says that the room does not answer."""
        while self.link is Link.ONLINE:
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), WAIT_S)

    async def until_again_online(self, heard: int) -> None:
        """Until the connection was lost and is there again, after the first ``heard`` things that were told of it."""
        while self.link is not Link.ONLINE or len(self.connections) <= heard:
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), WAIT_S)


def setup() -> SessionSetup:
    contest = read_contest(SAMPLE / "contest.xlsx", known_presets=Presets().keys())
    rules = Presets().load(contest.preset)
    return setup_of(contest, rules, contest.sessions[0], rehearsal=True, automatic_admission=True)


def points_for(held: SessionSetup, judge: str, mark: int) -> commands.Points:
    """A whole sheet with that mark on every line, or its full marks where they are less."""
    card = session.panel_judge(held, judge)
    return {
        component.key: {criterion.name: min(mark, int(criterion.max)) * 100 for criterion in component.criteria}
        for component in held.rules.components_of(card.judge_class)
    }


class RoomProcess:
    """One room process that has said that it is ready; ``program`` is the command line before ``room …``."""

    def __init__(self, arguments: Sequence[str], log: Path, program: Sequence[str]) -> None:
        with open(log, "a", encoding="utf-8") as said:
            self._popen = subprocess.Popen(
                [*program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                env=launch.environment(),
                text=True,
                encoding="utf-8",
            )
        assert self._popen.stdout is not None
        watch = threading.Timer(WAIT_S, self._popen.kill)
        watch.start()
        line = self._popen.stdout.readline()
        watch.cancel()
        if not line.startswith("{"):
            self._popen.kill()
            self._popen.wait()
            self._popen.stdout.close()
            raise AssertionError(f"the room did not start: {log.read_text('utf-8')[-2000:]}")
        self.ready: dict[str, Any] = json.loads(line)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def status(self) -> int | None:
        return self._popen.poll()

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float = WAIT_S) -> int:
        assert self._popen.stdout is not None
        status = self._popen.wait(timeout)
        self._popen.stdout.close()
        return status

    def stop(self) -> int:
        if self._popen.poll() is None:
            self._popen.terminate()
            try:
                self._popen.wait(15)
            except subprocess.TimeoutExpired:
                self._popen.kill()
        return self.wait()


class Hall:
    """A room process and its seats. The port stays the same through every start."""

    def __init__(self, folder: Path, *, automatic: bool = True) -> None:
        self.folder = folder
        self.file = folder / "x.roadshow"
        self.setup = msgspec.structs.replace(setup(), automatic_admission=automatic)
        self.setup_file = folder / "setup.json"
        self.setup_file.write_bytes(msgspec.json.encode(self.setup))
        self.log = folder / "room.log"
        self.port = 0
        self.bind = "127.0.0.1"
        self.wrap: list[str] = []
        self.central: str | None = None
        self.program: list[str] = launch.command([])
        self.links: dict[str, JoinLink] = {}
        self.seats: dict[str, tuple[SeatConnection, Ear]] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.earlier: list[Row] = []

    def start(self) -> None:
        """Start the room, or start it again."""
        arguments = ["room", str(self.file), "--bind", self.bind, "--port", str(self.port), "--ready"]
        arguments += ["--setup", str(self.setup_file), *(["--central", self.central] if self.central else [])]
        self.room = RoomProcess(arguments, self.log, [*self.wrap, *self.program])
        self.port = self.room.ready["port"]

    @property
    def running(self) -> bool:
        return hasattr(self, "room") and self.room.status is None

    def kill(self) -> None:
        self.room.signal(signal.SIGKILL)
        self.room.wait()

    def join(self, *seats: str, via: tuple[str, int] | None = None, find: Find | None = None) -> None:
        """Seats sit down, at another address than the room's own where ``via`` says so (a proxy)."""
        for seat in seats:
            ear = Ear()
            link = self.links.setdefault(seat, read_link(self.room.ready["links"][seat]))
            if via is not None:
                link = msgspec.structs.replace(link, host=via[0], port=via[1])
            connection = SeatConnection(link, ear, folder=self.folder / "seats", device_name=seat, find=find)
            self.seats[seat] = (connection, ear)
            self.tasks[seat] = asyncio.create_task(connection.run())

    async def seated(self) -> None:
        """Until every seat has a view."""
        for _, ear in self.seats.values():
            await ear.until(lambda view: True)

    async def leave(self, *seats: str) -> None:
        """Those seats' programs end; their outboxes stay."""
        for seat in seats or tuple(self.tasks):
            task = self.tasks.pop(seat)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def give(self, seat: str, command: commands.AnyCommand) -> Any:
        """The answer to a command of that seat, however often it must be sent."""
        connection = self.seats[seat][0]
        return await asyncio.wait_for(connection.answered(connection.send(command)), WAIT_S)

    async def begin(self, entry_no: str) -> None:
        """A project comes on stage, and every judge may score it."""
        await self.give("host", commands.CallProject(entry_no=entry_no))
        await self.give("host", commands.StartPhase(phase="presentation"))
        for seat, (_, ear) in self.seats.items():
            if seat.startswith("judge:"):
                await ear.until(lambda view: entry_no in view.open)

    def judges(self) -> list[str]:
        return [f"judge:{judge.no}" for judge in self.setup.contest.judges]

    def sheet(self, seat: str, entry_no: str, *, revision: int = 0, mark: int = 15) -> commands.SubmitSheet:
        points = points_for(self.setup, seat.removeprefix("judge:"), mark)
        return commands.SubmitSheet(entry_no=entry_no, revision=revision, points=points)

    def outboxes(self) -> list[Outbox]:
        """What the seats hold on their disks; one that two devices share is known by no actor."""
        return [
            read_outbox(self.folder / "seats" / f"{file_name(connection.link)}.outbox", actor=seat)
            for seat, (connection, _) in self.seats.items()
        ]

    def problems(self, centre: Path | None = None) -> list[str]:
        """What the checker says of a room that is dead or has ended; also held against the last time it was asked."""
        key = signing.public_hex(RoomKeys.of(self.file).signing)
        found = problems(self.file, outboxes=self.outboxes(), room_key=key, centre=centre, earlier=self.earlier)
        if not found:
            self.earlier = read_journal(self.file)
        return found


@contextlib.asynccontextmanager
async def hall(
    folder: Path,
    *,
    program: Sequence[str] | None = None,
    kind: type[Hall] | None = None,
    bind: str = "127.0.0.1",
    wrap: Sequence[str] = (),
) -> AsyncIterator[Hall]:
    """A room process with nobody in it yet, ``wrap``ped in another program where given; everything is ended
    afterwards. Its seats try again soon."""
    held = (kind or Hall)(folder)
    held.bind, held.wrap = bind, list(wrap)
    usual, seat_connection.RETRY_S = seat_connection.RETRY_S, (0.05, 0.3)
    if program is not None:
        held.program = list(program)
    try:
        await asyncio.to_thread(held.start)
        yield held
    finally:
        seat_connection.RETRY_S = usual
        await held.leave()
        if held.running:
            held.room.signal(signal.SIGCONT)
            await asyncio.to_thread(held.room.stop)
