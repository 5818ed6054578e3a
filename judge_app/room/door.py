"""Who comes in by the network: accepts connections, and keeps those that have not yet said who they are few and short.

A stranger is a connection that has not shown an enrolled device's secret. Strangers have ``stranger_s`` in all to do so
(TLS, request and answer included), and only so many are kept at once: a newcomer puts out the one that has waited
longest, of his own address first. So idle sockets, from one address or from many, keep nobody out.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import socket
import ssl
from collections.abc import Callable

from judge_app.core.contest import Struct

log = logging.getLogger(__name__)

BACKLOG = 2048


class Limits(Struct, frozen=True):
    """How long and how many. ``per_address``: judges behind one router share theirs."""

    stranger_s: float = 10.0
    handshake_s: float = 5.0
    hello_s: float = 5.0
    """How long a fresh WebSocket may stay silent."""
    per_address: int = 128
    in_all: int = 512


LIMITS = Limits()


class _Stranger:
    """One connection that has not said who it is."""

    def __init__(self, address: str, sock: socket.socket) -> None:
        self.address = address
        self.socket: socket.socket | None = sock
        self.protocol: asyncio.BaseProtocol | None = None
        self.transport: asyncio.BaseTransport | None = None
        self.task: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None

    def put_out(self) -> None:
        """End the connection, in whatever state it is."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
        elif self.task is not None:
            self.task.cancel()

    @property
    def gone(self) -> bool:
        """Whether the connection has ended by itself."""
        return self.transport is not None and self.transport.is_closing()


class Door:
    """Listens on one address and hands each connection to a fresh protocol of ``factory``."""

    def __init__(
        self,
        factory: Callable[[], asyncio.BaseProtocol],
        context: ssl.SSLContext,
        limits: Limits = LIMITS,
    ) -> None:
        self._factory = factory
        self._context = context
        self._limits = limits
        self._listening: list[tuple[socket.socket, asyncio.Task[None]]] = []
        self._strangers: collections.OrderedDict[_Stranger, None] = collections.OrderedDict()
        self._of_address: dict[str, collections.OrderedDict[_Stranger, None]] = {}
        self._of_protocol: dict[asyncio.BaseProtocol, _Stranger] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()

    async def open(self, host: str, port: int) -> int:
        """Listen (port 0: any free one) and return the port; raises OSError where that cannot be."""
        found = await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        listener = socket.create_server(
            (str(address[0]), int(address[1])), family=family, backlog=BACKLOG, reuse_port=False
        )
        listener.setblocking(False)
        self._listening.append((listener, self._loop.create_task(self._accept(listener))))
        return int(listener.getsockname()[1])

    async def close(self) -> None:
        """Listen no more, and end what has not said who it is."""
        for listener, task in self._listening:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            listener.close()
        self._listening = []
        for stranger in list(self._strangers):
            self._forget(stranger)
            stranger.put_out()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def strangers(self) -> int:
        """How many connections have not said who they are."""
        return len(self._strangers)

    def known(self, protocol: asyncio.BaseProtocol | None) -> None:
        """The connection of that protocol has shown a device's secret: it may stay."""
        stranger = None if protocol is None else self._of_protocol.get(protocol)
        if stranger is not None:
            self._forget(stranger)

    async def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, peer = await self._loop.sock_accept(listener)
            except OSError as error:  # no descriptor left, or a connection that was gone at once
                log.warning("a connection could not be accepted: %s", error)
                await asyncio.sleep(0.1)
                continue
            self._make_room(str(peer[0]))
            stranger = _Stranger(str(peer[0]), sock)
            self._strangers[stranger] = None
            self._of_address.setdefault(stranger.address, collections.OrderedDict())[stranger] = None
            stranger.timer = self._loop.call_later(self._limits.stranger_s, self._too_late, stranger)
            stranger.task = self._loop.create_task(self._welcome(stranger, sock))
            self._tasks.add(stranger.task)
            stranger.task.add_done_callback(self._tasks.discard)

    def _make_room(self, address: str) -> None:
        """Put out the longest-waiting stranger of this address, or of the address that has most, where there are too
        many."""
        own = self._of_address.get(address)
        if own is not None and len(own) >= self._limits.per_address:
            crowd = own
        elif len(self._strangers) >= self._limits.in_all:
            crowd = max(self._of_address.values(), key=len)
        else:
            return
        oldest = next((one for one in crowd if one.gone), next(iter(crowd)))
        self._forget(oldest)
        oldest.put_out()

    async def _welcome(self, stranger: _Stranger, sock: socket.socket) -> None:
        protocol = stranger.protocol = self._factory()
        self._of_protocol[protocol] = stranger
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol, sock, ssl=self._context, ssl_handshake_timeout=self._limits.handshake_s
            )
        except (OSError, EOFError) as error:  # no TLS, or gone: nothing that we could answer
            log.debug("no handshake with %s: %s", stranger.address, error)
            self._forget(stranger)
            sock.close()
            return
        except asyncio.CancelledError:
            self._forget(stranger)
            sock.close()
            raise
        stranger.transport = transport

    def _too_late(self, stranger: _Stranger) -> None:
        self._forget(stranger)
        stranger.put_out()

    def _forget(self, stranger: _Stranger) -> None:
        self._strangers.pop(stranger, None)
        own = self._of_address.get(stranger.address)
        if own is not None:
            own.pop(stranger, None)
            if not own:
                del self._of_address[stranger.address]
        if stranger.protocol is not None:
            self._of_protocol.pop(stranger.protocol, None)
        if stranger.timer is not None:
            stranger.timer.cancel()
