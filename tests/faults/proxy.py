"""A bad network in one process: TCP in front of a room, with the faults of venue Wi-Fi on demand.

A ``Fault`` is armed for the connections of that moment; what lasts (delay, rate, mute, replay) holds for new ones too.
TLS goes through it unopened, so what is dropped, cut or replayed is bytes, as on the air.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import random
import socket
import struct
from collections.abc import AsyncIterator

LARGE = 400
"""Bytes in one piece from a seat that hold a command; pings are smaller."""
CUT_S = 0.2
"""How long after a swallowed reply the connection is cut."""


@dataclasses.dataclass(frozen=True)
class Fault:
    """What happens to bytes. ``cut_up`` and ``cut_down``: the connection is reset after so many bytes at most (a random
    number below it) from and to the seat, counted from the first large piece of the seat."""

    name: str = "none"
    delay_s: float = 0.0
    rate: int = 0
    """Bytes a second each way; 0: no limit."""
    cut_up: int = 0
    cut_down: int = 0
    lose_reply: bool = False
    """What the room says after the next command is swallowed, then the connection is reset."""
    mute_down: int = -1
    """After so many bytes nothing of the room comes through any more, and nothing is closed: half open, for good."""
    replay: bool = False
    """Everything that the seat says is said once more on another connection to the room."""


NONE = Fault()


class _Line:
    """One connection of a seat through the proxy."""

    def __init__(self, proxy: Proxy, seat: asyncio.StreamWriter, room: asyncio.StreamWriter) -> None:
        self.proxy, self.seat, self.room = proxy, seat, room
        self.twin: asyncio.StreamWriter | None = None
        self.heard = 0
        self.muted = False
        self.arm(dataclasses.replace(proxy.fault, cut_up=0, cut_down=0, lose_reply=False))

    def arm(self, fault: Fault) -> None:
        chance = self.proxy.chance
        self.fault = fault
        self.command_seen = False
        self.left_up = chance.randrange(1, fault.cut_up) if fault.cut_up else -1
        self.left_down = chance.randrange(0, fault.cut_down) if fault.cut_down else -1

    def reset(self, name: str = "") -> None:
        """Both ends see a reset."""
        if name:
            self.proxy.did[name] += 1
        for writer in (self.seat, self.room, self.twin):
            if writer is None:
                continue
            sock = writer.get_extra_info("socket")
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


class Proxy:
    """Listens on loopback and passes on to ``target``; ``fault`` says how well."""

    def __init__(self, target: tuple[str, int], chance: random.Random) -> None:
        self.target, self.chance = target, chance
        self.fault = NONE
        self.did: collections.Counter[str] = collections.Counter()
        """How often each fault happened."""
        self.port = 0
        self._there = asyncio.Event()
        self._there.set()
        self._lines: set[_Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._closing = asyncio.Event()

    async def open(self, port: int = 0) -> int:
        self._server = await asyncio.start_server(self._came, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def close(self) -> None:
        """Listen no more, and cut what there is."""
        if self._server is not None:
            self._server.close()
        self._closing.set()
        self._there.set()
        self.cut_all()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    def arm(self, fault: Fault) -> None:
        self.fault = fault
        for line in self._lines:
            line.arm(fault)

    def go_away(self) -> None:
        """The network is silent: nothing comes through and nothing is closed; new connections hang."""
        self._there.clear()
        self.did["away"] += 1

    def come_back(self) -> None:
        """What was sent meanwhile comes now."""
        self._there.set()

    def cut_all(self) -> None:
        for line in list(self._lines):
            line.reset()

    async def cut_one_by_one(self, pause_s: float) -> None:
        """Every connection there is, in a random order."""
        lines = list(self._lines)
        self.chance.shuffle(lines)
        for line in lines:
            line.reset("one by one")
            await asyncio.sleep(self.chance.uniform(0, pause_s))

    @property
    def lines(self) -> int:
        return len(self._lines)

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await self._there.wait()
        if self._closing.is_set():
            writer.transport.abort()
            return
        try:
            room_reader, room_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        line = _Line(self, writer, room_writer)
        if self.fault.replay:
            with contextlib.suppress(OSError):
                _, line.twin = await asyncio.open_connection(*self.target)
        self._lines.add(line)
        if self._closing.is_set():
            line.reset()
        pumps = [
            asyncio.ensure_future(self._pump(line, reader, room_writer, up=True)),
            asyncio.ensure_future(self._pump(line, room_reader, writer, up=False)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._lines.discard(line)
            for end in (writer, room_writer, line.twin):
                if end is not None:
                    end.close()

    async def _pump(self, line: _Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                await self._there.wait()
                if not await self._pass_on(line, data, writer, up=up):
                    return
        if line.muted and not up:  # that the room has closed does not come through, either
            await self._closing.wait()

    async def _pass_on(self, line: _Line, data: bytes, writer: asyncio.StreamWriter, *, up: bool) -> bool:
        """One piece, as well as the fault lets it; False where the line is cut."""
        fault = line.fault
        if fault.delay_s:
            await asyncio.sleep(self.chance.uniform(0, 2 * fault.delay_s))
            self.did[fault.name] += 1
        line.command_seen |= up and len(data) > LARGE
        if up and line.twin is not None:
            line.twin.write(data)
            self.did["replay"] += 1
        if line.command_seen:
            if fault.lose_reply and not up:
                await asyncio.sleep(CUT_S)
                line.reset(fault.name)
                return False
            left = line.left_up if up else line.left_down
            if 0 <= left <= len(data):
                writer.write(data[:left])
                with contextlib.suppress(ConnectionError):
                    await writer.drain()
                line.reset(fault.name)
                return False
            if left >= 0 and up:
                line.left_up -= len(data)
            elif left >= 0:
                line.left_down -= len(data)
        if not up:
            line.muted |= 0 <= fault.mute_down <= line.heard
            line.heard += len(data)
        if line.muted:
            self.did[fault.name] += not up
            return True
        if fault.rate:
            self.did[fault.name] += 1
            for at in range(0, len(data), 1_024):
                writer.write(data[at : at + 1_024])
                await asyncio.sleep(len(data[at : at + 1_024]) / fault.rate)
        else:
            writer.write(data)
        await writer.drain()
        return True


@contextlib.asynccontextmanager
async def proxy(port: int, chance: random.Random) -> AsyncIterator[Proxy]:
    """A proxy in front of a room on loopback."""
    made = Proxy(("127.0.0.1", port), chance)
    await made.open()
    try:
        yield made
    finally:
        await made.close()
