"""A whole room in one process, on loopback with TLS: room, server, and seats that are ordinary clients.

``hall(folder)`` opens one on a real session file; ``Ear`` hears what a seat learns and can be waited for; ``raw`` speaks
to the server below the client, for what no seat of ours would say. ``Sink`` is a connection without a network.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from judge_app.core import commands
from judge_app.core.events import SessionPaused, SessionSetup
from judge_app.core.seats import Seat
from judge_app.core.views import AnyView, Briefing, HostView
from judge_app.room.door import LIMITS, Limits
from judge_app.room.keys import RoomKeys
from judge_app.room.room import Room
from judge_app.room.server import Server
from judge_app.seat.connection import SeatConnection
from judge_app.seat.state import CommandState, Connection, Link
from judge_app.store.session_file import SessionFile
from judge_app.wire import messages, signing
from judge_app.wire.link import JoinLink, read_link
from judge_app.wire.messages import Receipt, Refusal, Submit
from tests.core.sessions import setup as small_setup
from tests.core.sessions import sheet

WAIT_S = 60.0
"""A bound for what must come; nothing here depends on how long it takes."""


class Ear:
    """Hears a seat, keeps everything, and lets a test wait until something holds."""

    def __init__(self) -> None:
        self.briefing: Briefing | None = None
        self.view: Any = None
        self.views: list[AnyView] = []
        self.connections: list[Connection] = []
        self.commands: list[CommandState] = []
        self._changed = asyncio.Event()

    def on_briefing(self, briefing: Briefing) -> None:
        self.briefing = briefing
        self._changed.set()

    def on_view(self, view: AnyView, seq: int) -> None:
        self.view = view
        self.views.append(view)
        self._changed.set()

    def on_connection(self, connection: Connection) -> None:
        self.connections.append(connection)
        self._changed.set()

    def on_command(self, state: CommandState) -> None:
        self.commands.append(state)
        self._changed.set()

    @property
    def link(self) -> Link:
        return self.connections[-1].link if self.connections else Link.CONNECTING

    async def until(self, holds: Callable[[Any], Any]) -> None:
        """Until ``holds(self)``."""
        while not holds(self):
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), WAIT_S)


class Sitter:
    """A seat's client at work."""

    def __init__(self, connection: SeatConnection, ear: Ear) -> None:
        self.connection = connection
        self.ear = ear
        self.task = asyncio.ensure_future(connection.run())

    async def give(self, command: commands.AnyCommand) -> Any:
        return await asyncio.wait_for(self.connection.answered(self.connection.send(command)), WAIT_S)

    async def seated(self) -> Sitter:
        await self.ear.until(lambda ear: ear.view is not None)
        return self

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


class Device:
    """An enrolled device without a client: its key, its id and its secret."""

    def __init__(self, hall: Hall, key: Ed25519PrivateKey, enrolled: messages.Enrolled) -> None:
        self.key = key
        self.enrolled = enrolled
        self.id = enrolled.device
        self.session = hall.room.state.session.session_id
        self._counter = 0

    def sign(self, command: commands.AnyCommand | str, *, command_id: str | None = None) -> Submit:
        """A command of this device, or any text in its place."""
        self._counter += 1
        data = command if isinstance(command, str) else messages.encode(command).decode()
        return signing.sign_command(
            self.key,
            self.session,
            self.id,
            str(uuid.uuid4()) if command_id is None else command_id,
            self._counter,
            data,
        )


class Hall:
    """One room in this process."""

    def __init__(self, folder: Path, room: Room, server: Server, setup: SessionSetup) -> None:
        self.folder = folder
        self.room = room
        self.server = server
        self.setup = setup
        self.sitters: list[Sitter] = []
        self.host: Device | None = None
        self.port = 0

    def link(self, seat: str) -> JoinLink:
        return read_link(self.server.link("127.0.0.1", seat))

    def join(self, seat: str, *, folder: Path | None = None, link: JoinLink | None = None, **more: Any) -> Sitter:
        """A client of ours sits down."""
        ear = Ear()
        connection = SeatConnection(
            link or self.link(seat), ear, folder=folder, device_name=f"laptop of {seat}", **more
        )
        sitter = Sitter(connection, ear)
        self.sitters.append(sitter)
        return sitter

    def seat(self, seat: str) -> Seat:
        return self.room.joining.seats[seat]

    async def enrol(self, seat: str, key: Ed25519PrivateKey | None = None) -> Device:
        """A device enrols below the network, as another computer would: not let in by itself."""
        key = key or Ed25519PrivateKey.generate()
        answer = await self.room.enrol(enrolment(self, self.room.joining.link_token(seat), key))
        assert isinstance(answer, messages.Enrolled), answer
        return Device(self, key, answer)

    async def admit(self, seat: str, device: Device) -> None:
        await self.order(commands.AdmitDevice(seat=seat, device=device.id))

    async def seated(self, seat: str) -> Device:
        """A device that is enrolled and let in."""
        device = await self.enrol(seat)
        if not device.enrolled.admitted:
            await self.admit(seat, device)
        return device

    async def order(self, command: commands.AnyCommand) -> None:
        """The host's own hand; the host's device is made where there is none yet."""
        if self.host is None:
            key = Ed25519PrivateKey.generate()
            request = enrolment(self, self.room.joining.link_token("host"), key)
            enrolled = await self.room.enrol(request, local=True)
            assert isinstance(enrolled, messages.Enrolled), enrolled
            self.host = Device(self, key, enrolled)
        answer = await self.room.submit(self.seat("host"), self.host.id, self.host.sign(command))
        assert isinstance(answer, messages.Receipt), answer

    async def begin(self, entry_no: str = "1") -> None:
        """A project is on stage and may be scored."""
        await self.order(commands.CallProject(entry_no=entry_no))
        await self.order(commands.StartPhase(phase="presentation"))

    def sheet(self, judge: str, *, entry_no: str = "1", share: float = 0.5, revision: int = 0) -> commands.SubmitSheet:
        return commands.SubmitSheet(
            entry_no=entry_no, revision=revision, points=sheet(self.setup, judge, share, entry_no)
        )

    @contextlib.asynccontextmanager
    async def http(self) -> AsyncIterator[aiohttp.ClientSession]:
        """A client of HTTP that trusts whatever it meets."""
        connector = aiohttp.TCPConnector(ssl=False)
        async with aiohttp.ClientSession(f"https://127.0.0.1:{self.port}", connector=connector) as session:
            yield session

    @contextlib.asynccontextmanager
    async def socket(self, device: Device | None = None) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A WebSocket; with a device it has said hello."""
        async with self.http() as http, http.ws_connect("/v1/room", max_msg_size=0) as ws:
            if device is not None:
                await ws.send_str(hello(device))
            yield ws


def hello(device: Device) -> str:
    return messages.encode(messages.Hello(device=device.id, secret=device.enrolled.secret)).decode()


def enrolment(hall: Hall, token: str, key: Ed25519PrivateKey, name: str = "LENOVO-7") -> messages.EnrolRequest:
    return messages.EnrolRequest(
        token=token,
        key=signing.public_hex(key),
        device_name=name,
        signature=signing.sign_enrolment(key, hall.room.keys.fingerprint, token),
    )


async def heard(ws: aiohttp.ClientWebSocketResponse, kind: type[Any]) -> Any:
    """The next message of that kind; others are passed over. Fails where the connection ends first."""
    while True:
        frame = await asyncio.wait_for(ws.receive(), WAIT_S)
        assert frame.type is aiohttp.WSMsgType.TEXT, f"no {kind.__name__}: {frame}"
        message = messages.read_from_room(frame.data)
        if isinstance(message, kind):
            return message


async def ended(ws: aiohttp.ClientWebSocketResponse) -> list[Any]:
    """What comes until the connection ends."""
    said = []
    while True:
        frame = await asyncio.wait_for(ws.receive(), WAIT_S)
        if frame.type is not aiohttp.WSMsgType.TEXT:
            return said
        said.append(messages.read_from_room(frame.data))


async def raw(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A TLS connection, and nothing said yet."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return await asyncio.open_connection("127.0.0.1", port, ssl=context)


@contextlib.asynccontextmanager
async def hall(
    folder: Path,
    setup: SessionSetup | None = None,
    *,
    automatic: bool = False,
    file: Callable[[Path], SessionFile] = SessionFile.create,
    rate: int = 1,
    limits: Limits = LIMITS,
    local: bool = False,
    pause: SessionPaused | None = None,
) -> AsyncIterator[Hall]:
    """An open room; ``automatic`` lets every device in. ``file`` makes the session file. Clients count as other
    computers' unless ``local``."""
    setup = msgspec.structs.replace(setup or small_setup(), automatic_admission=automatic)
    path = folder / "x.roadshow"
    opened = SessionFile.open(path) if path.exists() else file(path)
    room = Room(opened, RoomKeys.of(path), opened.records(), setup, rate, pause)
    server = Server(room, limits, is_local=None if local else lambda address: False)
    held = Hall(folder, room, server, setup)
    room.start()
    try:
        held.port = await server.start("127.0.0.1", 0)
        room.joining.set_links(lambda seat: server.link("127.0.0.1", seat))
        yield held
    finally:
        for sitter in held.sitters:
            await sitter.leave()
        await server.stop()
        await room.stop()


def play(scene: Callable[[], Any]) -> None:
    asyncio.run(scene())


async def answer(held: Hall, seat: str, device: Any, submit: messages.Submit) -> Receipt | Refusal:
    return await held.room.submit(held.seat(seat), device.id, submit)


async def give(held: Hall, seat: str, device: Any, command: commands.AnyCommand) -> Receipt | Refusal:
    return await answer(held, seat, device, device.sign(command))


class Sink:
    """A connection that keeps what it was shown."""

    def __init__(self, seat: Seat, device: str) -> None:
        self.seat = seat
        self.device = device
        self.shown: list[Any] = []
        self.dropped: list[messages.Denied] = []
        self._changed = asyncio.Event()

    async def until(self, holds: Callable[[Any], Any]) -> Any:
        """Until a view for which ``holds`` is shown; returns it."""
        while not self.shown or not holds(self.shown[-1].view):
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), WAIT_S)
        return self.shown[-1]

    async def until_dropped(self) -> messages.Denied:
        while not self.dropped:
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), WAIT_S)
        return self.dropped[0]

    def show(self, view: bytes) -> None:
        message = messages.read_from_room(view)
        assert isinstance(message, messages.View)
        self.shown.append(message)
        self._changed.set()

    def brief(self, briefing: Briefing) -> None:
        self.briefed = briefing

    def drop(self, denied: messages.Denied) -> None:
        self.dropped.append(denied)
        self._changed.set()


def host_view(held: Hall) -> HostView:
    """What the host would see now."""
    sink = Sink(held.seat("host"), str(uuid.uuid4()))
    held.room.showing.join(sink, "desk")
    held.room.showing.leave(sink)
    view: HostView = sink.shown[-1].view
    return view


def recovered(view: Any) -> bool:
    """The host is told that writing had failed and that the file is open again."""
    return any("曾失败" in zh for zh, _ in view.health.trouble) and not any(
        "已停止" in zh for zh, _ in view.health.trouble
    )
