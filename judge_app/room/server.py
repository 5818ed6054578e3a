"""The room on the LAN: HTTPS and WebSocket, TLS 1.3, each connection an admitted device in a named seat.

``POST /v1/enrol`` · ``GET /v1/room`` (WebSocket) · ``PUT /v1/commands/{id}`` (for pages) · ``GET /v1/hello`` (for the
reachability self-test; says nothing but that a room is here). Anything else is refused.
"""

from __future__ import annotations

import asyncio
import collections
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import WSMessage, WSMsgType, web

from judge_app.core.seats import Role, Seat
from judge_app.room.clock import real_ns
from judge_app.room.room import Room
from judge_app.wire import messages, signing
from judge_app.wire.link import JoinLink

log = logging.getLogger(__name__)

HELLO_S = 5.0
"""How long a fresh WebSocket may stay silent."""
IDLE_S = 20.0
"""WebSocket ping interval; a peer that does not answer within half of it is gone."""
QUEUE = 512
"""Answers that may wait for a slow connection before it is dropped."""
RATE, BURST = 50.0, 300.0
"""Messages a second, and at once, that one connection may send."""
ENROL_RATE, ENROL_BURST = 20.0, 1_000.0
"""Enrolments a second, and at once, from one address."""


class Bucket:
    """How much one peer may still send: a token bucket."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Connection:
    """One WebSocket of a seat. Answers go out in order; of views only the latest waits."""

    def __init__(self, ws: web.WebSocketResponse, seat: Seat, device: str) -> None:
        self.seat = seat
        self.device = device
        self._ws = ws
        self._answers: collections.deque[bytes] = collections.deque()
        self._view: bytes | None = None
        self._wake = asyncio.Event()
        self._closing = False

    def answer(self, message: object) -> None:
        """Something that must not be lost while the connection lasts."""
        self._answers.append(messages.encode(message))
        if len(self._answers) > QUEUE:
            self._closing = True
        self._wake.set()

    def show(self, view: bytes) -> None:
        self._view = view
        self._wake.set()

    def drop(self, denied: messages.Denied) -> None:
        self.answer(denied)
        self._closing = True

    async def send_out(self) -> None:
        """Until the connection closes: send what waits."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while self._answers:
                    await self._ws.send_str(self._answers.popleft().decode())
                if self._view is not None:
                    view, self._view = self._view, None
                    await self._ws.send_str(view.decode())
            except (ConnectionError, RuntimeError):
                return
            if self._closing:
                await self._ws.close()
                return


class Server:
    """Serves one room until stopped."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._runner: web.AppRunner | None = None
        self._enrolling: dict[str, Bucket] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._admitted: dict[str, asyncio.Event] = {}
        self.port = 0
        room.new_records.append(lambda _: self._wake_waiting())

    async def start(self, host: str, port: int) -> int:
        """Listen on an interface (port 0: any free one) and return the port; raises OSError where that cannot be."""
        app = web.Application(client_max_size=messages.MAX_BYTES, middlewares=[_no_foreign_pages])
        app.router.add_get("/v1/hello", self._hello)
        app.router.add_post("/v1/enrol", self._enrol)
        app.router.add_get("/v1/room", self._socket)
        app.router.add_put("/v1/commands/{id}", self._command)
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=IDLE_S, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, host, port, ssl_context=self._room.keys.ssl_context(), backlog=2048, reuse_address=True
        )
        await site.start()
        address = self._runner.addresses[0]
        self.port = int(address[1])
        return self.port

    def link(self, host: str, seat: str) -> str:
        """The join link of a seat as it stands now."""
        link = JoinLink(
            host=host, port=self.port, fingerprint=self._room.keys.fingerprint, token=self._room.link_token(seat)
        )
        return str(link)

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        for task in list(self._tasks):
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    # handlers

    async def _hello(self, request: web.Request) -> web.Response:
        return web.json_response({"judge-app": "room", "protocol": messages.PROTOCOL})

    async def _enrol(self, request: web.Request) -> web.Response:
        bucket = self._enrolling.setdefault(request.remote or "", Bucket(ENROL_RATE, ENROL_BURST))
        if not bucket.take():
            slow = messages.Denied(code="slow_down", zh="尝试过于频繁，请稍候", en="too many tries: wait", final=False)
            return _json(slow, 429)
        try:
            enrolment = messages.read_enrolment(await request.read())
        except messages.Malformed:
            return _json(messages.Denied(code="malformed", zh="格式有误", en="malformed"), 400)
        answer = await self._room.enrol(enrolment, local=_is_local(request.remote))
        return _json(answer, 200 if isinstance(answer, messages.Enrolled) else 403)

    async def _command(self, request: web.Request) -> web.Response:
        """A page's command; one message, one handler with the native seats'."""
        device, _, secret = request.headers.get("Authorization", "").removeprefix("Bearer ").partition(":")
        seat = self._seat_of(device, secret)
        if seat is None:
            return _json(_unknown(), 401)
        try:
            message = messages.read_from_seat(await request.read())
        except messages.Malformed:
            return _json(messages.Denied(code="malformed", zh="格式有误", en="malformed"), 400)
        if not isinstance(message, messages.Submit) or message.command_id != request.match_info["id"]:
            return _json(messages.Denied(code="malformed", zh="编号不符", en="the id does not fit"), 400)
        answer = await self._room.submit(seat, device, message)
        return _json(answer, 200 if isinstance(answer, messages.Receipt) else 409)

    def _seat_of(self, device: str, secret: str) -> Seat | None:
        found = self._room.device_state(device)
        if found is None or not self._room.keys.knows(device, secret):
            return None
        seat, known = found
        return seat if known.admitted and not known.revoked else None

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(max_msg_size=messages.MAX_BYTES, heartbeat=IDLE_S, compress=False)
        await ws.prepare(request)
        try:
            first = await asyncio.wait_for(ws.receive(), HELLO_S)
            hello = messages.read_from_seat(first.data) if first.type is WSMsgType.TEXT else None
        except (TimeoutError, messages.Malformed):
            hello = None
        if not isinstance(hello, messages.Hello):
            await _refuse(ws, messages.Denied(code="malformed", zh="不认识的连接", en="this is no seat of ours"))
            return ws
        seat = await self._admission(ws, hello)
        if seat is not None:
            await self._serve(ws, seat, hello.device)
        return ws

    async def _admission(self, ws: web.WebSocketResponse, hello: messages.Hello) -> Seat | None:
        """The seat of the device that says hello, once the host has let it in; None where it will not be."""
        told = False
        while True:
            found = self._room.device_state(hello.device)
            if found is None or not self._room.keys.knows(hello.device, hello.secret):
                await _refuse(ws, _unknown())
                return None
            seat, known = found
            if known.revoked:
                await _refuse(
                    ws,
                    messages.Denied(
                        code="revoked", zh="该设备已停用，请向主持人要新链接", en="revoked: ask for a link"
                    ),
                )
                return None
            if known.admitted:
                return seat
            if not told:
                await ws.send_str(messages.encode(messages.Waiting()).decode())
                told = True
            changed = self._admitted.setdefault(hello.device, asyncio.Event())
            gone = asyncio.ensure_future(ws.receive())
            woken = asyncio.ensure_future(changed.wait())
            try:
                await asyncio.wait({gone, woken}, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    return None
            finally:
                for task in (gone, woken):
                    task.cancel()
                await asyncio.gather(gone, woken, return_exceptions=True)
            changed.clear()

    def _wake_waiting(self) -> None:
        for event in self._admitted.values():
            event.set()

    async def _serve(self, ws: web.WebSocketResponse, seat: Seat, device: str) -> None:
        room = self._room
        connection = Connection(ws, seat, device)
        connection.answer(
            messages.Welcome(
                briefing=room.briefing(seat),
                clock=room.clock.origin,
                room_key=signing.public_hex(room.keys.signing),
                epoch=1 if room.committed.room is None else room.committed.room.epoch,
            )
        )
        found = room.device_state(device)
        room.join(connection, "" if found is None else found[1].name)
        sender = self._spawn(connection.send_out())
        bucket = Bucket(RATE, BURST)
        try:
            async for frame in ws:
                if not bucket.take():
                    await asyncio.sleep(1 / RATE)
                if not await self._on_frame(connection, frame):
                    break
        finally:
            room.leave(connection)
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
            if not ws.closed:
                await ws.close()

    async def _on_frame(self, connection: Connection, frame: WSMessage) -> bool:
        """One message of a seat; False where the connection is of no use any more."""
        if frame.type is not WSMsgType.TEXT:
            return False
        try:
            message = messages.read_from_seat(frame.data)
        except messages.Malformed:
            connection.drop(messages.Denied(code="malformed", zh="格式有误", en="malformed", final=False))
            return True
        if isinstance(message, messages.Ping):
            connection.answer(messages.Pong(sent_ns=message.sent_ns, room_real_ns=real_ns()))
        elif isinstance(message, messages.Progress):
            if connection.seat.role is Role.JUDGE:
                self._room.progress(connection.seat, message)
        elif isinstance(message, messages.Submit):
            self._spawn(self._answer(connection, message))
        return True

    async def _answer(self, connection: Connection, message: messages.Submit) -> None:
        connection.answer(await self._room.submit(connection.seat, connection.device, message))

    def _spawn(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        assert isinstance(task, asyncio.Task)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a connection's task failed", exc_info=task.exception())


def _is_local(remote: str | None) -> bool:
    """Whether a request comes from this very computer."""
    try:
        return ipaddress.ip_address(remote or "").is_loopback
    except ValueError:
        return False


def _unknown() -> messages.Denied:
    return messages.Denied(code="unknown_device", zh="主机不认识该设备，请重新加入", en="unknown device: join again")


def _json(message: object, status: int) -> web.Response:
    return web.Response(body=messages.encode(message), status=status, content_type="application/json")


async def _refuse(ws: web.WebSocketResponse, denied: messages.Denied) -> None:
    await ws.send_str(messages.encode(denied).decode())
    await ws.close()


@web.middleware
async def _no_foreign_pages(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A native seat sends no Origin; a page must come from this very address (DNS rebinding, foreign sites)."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"https://{request.host}":
        raise web.HTTPForbidden(text="foreign origin")
    return await handler(request)
