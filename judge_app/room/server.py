"""The room on the LAN: HTTPS and WebSocket, TLS 1.3, each connection an admitted device in a named seat.

``POST /v1/enrol`` · ``POST /v1/pair`` and ``/v1/pair/confirm`` (join by code) · ``GET /v1/room`` (WebSocket) ·
``PUT /v1/commands/{id}`` (for pages) · ``GET /v1/hello`` and ``POST /v1/reach`` (for the reachability self-test; they say
that a room is here, and how a link stands to who has it). Anything else is refused.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import ipaddress
import logging
import re
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web
from aiohttp.http_exceptions import HttpProcessingError

from judge_app.core import commands
from judge_app.core.errors import Refused
from judge_app.core.seats import Role, Seat, may
from judge_app.core.views import Briefing
from judge_app.room import refusals
from judge_app.room.clock import real_ns
from judge_app.room.door import LIMITS, Door, Limits
from judge_app.room.feeding import Feed
from judge_app.room.room import Room
from judge_app.wire import messages, signing
from judge_app.wire.link import JoinLink

log = logging.getLogger(__name__)

T = TypeVar("T")

CLOSE_S = 1.0
"""How long a peer may take to take note that its connection ends."""
IDLE_S = 10.0
"""WebSocket ping interval; a peer that does not answer within half of it is gone."""
QUEUE = 512
"""Answers that may wait for a slow connection before it is dropped."""
RATE, BURST = 50.0, 300.0
"""Messages a second, and at once, that one connection may send."""
ENROL_RATE, ENROL_BURST = 20.0, 1_000.0
"""Enrolments a second, and at once, from one address."""
PAIR_RATE, PAIR_BURST = 1.0, 10.0
"""Guesses at codes a second, and at once, from one address: each costs the room 15 ms."""
MAX_BUCKETS = 1_000
MAX_REQUEST = 4_096
"""The longest body of a request by somebody who is not known, in bytes."""


class _OurMistakes(logging.Filter):
    """Leaves out what others do wrong: bytes that are no HTTP, a connection that breaks off. Anybody could fill the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, HttpProcessingError | ConnectionError)


_http_log = logging.getLogger(f"{__name__}.http")
_http_log.addFilter(_OurMistakes())


class Bucket:
    """How much one peer may still send: a token bucket."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, time.monotonic()

    def take(self) -> bool:
        """Use one up; False where there is none."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Buckets:
    """One bucket an address (of IPv6, a network); of the oldest no more is known once there are too many."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: collections.OrderedDict[str, Bucket] = collections.OrderedDict()

    def take(self, address: str | None) -> bool:
        """Use up one of that address; False where there is none."""
        name = ":".join((address or "").split(":")[:4])
        bucket = self._buckets.pop(name, None) or Bucket(self._rate, self._burst)
        self._buckets[name] = bucket
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        return bucket.take()


class Connection:
    """One WebSocket of a seat. Answers go out in order; of views only the latest waits."""

    def __init__(
        self, ws: web.WebSocketResponse, seat: Seat, device: str, transport: asyncio.Transport | None = None
    ) -> None:
        self.seat = seat
        self.device = device
        self._ws = ws
        self._transport = transport
        self._answers: collections.deque[bytes] = collections.deque()
        self._view: bytes | None = None
        self._wake = asyncio.Event()
        self._idle = False
        self._closing = False
        self._feed: Feed | None = None

    def answer(self, message: object) -> None:
        """Something that must not be lost while the connection lasts."""
        data = messages.encode(message)
        if self._sent_at_once(data):
            return
        self._answers.append(data)
        self._wake.set()
        if len(self._answers) > QUEUE:
            self.abort()

    def abort(self) -> None:
        """End the connection at once, whether the peer reads or not."""
        if self._transport is not None:
            self._transport.abort()

    def feed(self, room: Room, follow: messages.Follow) -> None:
        """A spare wants the journal from there on."""
        if self._feed is None:
            self._feed = Feed(room, self.answer, self.abort)
            self._feed.start(follow)

    def followed(self, seq: int) -> None:
        """The spare has confirmed that."""
        if self._feed is not None:
            self._feed.confirmed(seq)

    async def stop_feeding(self) -> None:
        if self._feed is not None:
            await self._feed.stop()

    def show(self, view: bytes) -> None:
        if not self._sent_at_once(view):
            self._view = view
            self._wake.set()

    def _sent_at_once(self, data: bytes) -> bool:
        """Whether a message went out without the detour over the sending task: where nothing waits before it and the
        network takes it. Of a burst's two hundred receipts each spares a turn of the loop."""
        line = self._transport
        if not self._idle or self._wake.is_set() or line is None or line.is_closing() or line.get_write_buffer_size():
            return False
        sending = self._ws.send_frame(data, WSMsgType.TEXT)
        with contextlib.suppress(StopIteration, ConnectionError, RuntimeError):  # sent, or the connection has ended
            sending.send(None)
        sending.close()  # the frame has been written: it waited for the network only on behalf of the next
        return True

    def brief(self, briefing: Briefing) -> None:
        self.answer(messages.Briefed(briefing=briefing))

    def drop(self, denied: messages.Denied) -> None:
        self.answer(denied)
        self._closing = True
        asyncio.get_running_loop().call_later(CLOSE_S, self.abort)

    async def send_out(self) -> None:
        """Until the connection closes: send what waits."""
        while True:
            self._idle = True
            await self._wake.wait()
            self._idle = False
            self._wake.clear()
            try:
                while self._answers:
                    await self._ws.send_frame(self._answers.popleft(), WSMsgType.TEXT)
                if self._view is not None:
                    view, self._view = self._view, None
                    await self._ws.send_frame(view, WSMsgType.TEXT)
            except (ConnectionError, RuntimeError):
                return
            if self._closing:
                await self._ws.close()
                return


class Server:
    """Serves one room until stopped."""

    def __init__(
        self, room: Room, limits: Limits = LIMITS, is_local: Callable[[str | None], bool] | None = None
    ) -> None:
        self._room = room
        self._limits = limits
        self._is_local = is_local or _is_local
        self._runner: web.AppRunner | None = None
        self._door: Door | None = None
        self._enrolling = Buckets(ENROL_RATE, ENROL_BURST)
        self._pairing = Buckets(PAIR_RATE, PAIR_BURST)
        self._pages = Buckets(RATE, BURST)
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: set[web.WebSocketResponse] = set()
        self._waiting: set[asyncio.Event] = set()
        self._names = {"localhost"}
        self.port = 0
        room.new_records.append(lambda _: self._wake_waiting())

    async def start(self, host: str, port: int) -> int:
        """Listen on an interface (port 0: any free one) and return the port; raises OSError where that cannot be."""
        app = web.Application(client_max_size=messages.MAX_BYTES, middlewares=[self._only_to_us])
        app.router.add_get("/v1/hello", self._hello)
        app.router.add_post("/v1/enrol", self._enrol)
        app.router.add_post("/v1/pair", self._pair)
        app.router.add_post("/v1/pair/confirm", self._pair_confirm)
        app.router.add_post("/v1/reach", self._reach)
        app.router.add_get("/v1/room", self._socket)
        app.router.add_put("/v1/commands/{id}", self._command)
        name = socket.gethostname().lower()
        self._names |= {host.lower(), name, f"{name}.local"}
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=_http_log,
            keepalive_timeout=IDLE_S,
            handle_signals=False,
            shutdown_timeout=CLOSE_S,
            auto_decompress=False,
            max_headers=64,
        )
        await self._runner.setup()
        assert self._runner.server is not None
        self._door = Door(self._runner.server, self._room.keys.ssl_context(), self._limits)
        self.port = await self._door.open(host, port)
        return self.port

    def link(self, host: str, seat: str) -> str:
        """The join link of a seat as it stands now, good until a device has enrolled with it: for a seat card, and for
        programs of this computer."""
        return self._link(host, self._room.joining.link_token(seat))

    def passing_link(self, host: str, seat: str) -> str:
        """The join link of a seat to show now, good for ten minutes."""
        return self._link(host, self._room.joining.passing_token(seat))

    def _link(self, host: str, token: str) -> str:
        return str(JoinLink(host=host, port=self.port, fingerprint=self._room.keys.fingerprint, token=token))

    async def stop(self) -> None:
        """Listen no more and close every connection."""
        if self._door is not None:
            await self._door.close()
        await asyncio.gather(*(ws.close(code=WSCloseCode.GOING_AWAY) for ws in list(self._open)))
        for task in list(self._tasks):
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    # handlers

    @web.middleware
    async def _only_to_us(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """A request names this computer by address or by its own name, and comes from no foreign page.

        A native seat sends no Origin; a page comes from this very address. A name that is not ours is somebody else's
        page that had its name pointed here (DNS rebinding).
        """
        named = request.host.lower()
        name = named.rpartition(":")[0] if re.search(r":[0-9]+$", named) else named
        if name not in self._names and not _is_address(name.strip("[]")):
            raise web.HTTPMisdirectedRequest(text="no such name here")
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"https://{request.host}":
            raise web.HTTPForbidden(text="foreign origin")
        return await handler(request)

    async def _hello(self, request: web.Request) -> web.Response:
        return web.json_response({"judge-app": "room", "protocol": messages.PROTOCOL})

    async def _enrol(self, request: web.Request) -> web.Response:
        enrolment = await self._request(request, messages.EnrolRequest, self._enrolling)
        if isinstance(enrolment, messages.Denied):
            return _denied(enrolment)
        answer = await self._room.enrol(enrolment, local=self._is_local(request.remote))
        if isinstance(answer, messages.Denied):
            return _denied(answer)
        self._known(request)
        return _json(answer, 200)

    async def _pair(self, request: web.Request) -> web.Response:
        start = await self._request(request, messages.PairStart, self._pairing)
        answer = start if isinstance(start, messages.Denied) else self._room.joining.pair(start)
        return _denied(answer) if isinstance(answer, messages.Denied) else _json(answer, 200)

    async def _pair_confirm(self, request: web.Request) -> web.Response:
        confirm = await self._request(request, messages.PairConfirm, self._pairing)
        answer = confirm if isinstance(confirm, messages.Denied) else self._room.joining.pair(confirm)
        return _denied(answer) if isinstance(answer, messages.Denied) else _json(answer, 200)

    async def _reach(self, request: web.Request) -> web.Response:
        message = await self._request(request, messages.ReachRequest, self._pairing)
        if isinstance(message, messages.Denied):
            return _denied(message)
        return _json(self._room.joining.reached(message), 200)

    async def _request(self, request: web.Request, wanted: type[T], buckets: Buckets) -> T | messages.Denied:
        """What a stranger asks, if he does not ask too often and it is of the wanted form."""
        if not buckets.take(request.remote):
            return refusals.SLOW_DOWN
        try:
            body = await request.content.readexactly(_length(request))
        except asyncio.IncompleteReadError:
            return refusals.MALFORMED
        try:
            return messages.read_request(body, wanted)
        except messages.Malformed:
            return refusals.OTHER_VERSION if messages.protocol_of(body) != messages.PROTOCOL else refusals.MALFORMED

    async def _command(self, request: web.Request) -> web.Response:
        """A page's command; one message, one handler with the native seats'."""
        device, _, secret = request.headers.get("Authorization", "").removeprefix("Bearer ").partition(":")
        seat = self._seat_of(device, secret)
        if seat is None:
            return _denied(refusals.UNKNOWN_DEVICE)
        self._known(request)
        if not self._pages.take(device):
            return _denied(refusals.SLOW_DOWN)
        try:
            message = messages.read_from_seat(await request.read())
        except messages.Malformed:
            return _denied(refusals.MALFORMED)
        if not isinstance(message, messages.Submit) or message.command_id != request.match_info["id"]:
            return _denied(refusals.MALFORMED)
        answer = await self._room.submit(seat, device, message)
        return _json(answer, 200 if isinstance(answer, messages.Receipt) else 409)

    def _seat_of(self, device: str, secret: str) -> Seat | None:
        found = self._room.joining.device_state(device)
        if found is None or not self._room.keys.knows(device, secret):
            return None
        seat, known = found
        return seat if known.admitted and not known.revoked else None

    def _known(self, request: web.Request) -> None:
        """The connection belongs to a device that has shown its secret."""
        if self._door is not None:
            self._door.known(request.protocol)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(max_msg_size=messages.MAX_BYTES, heartbeat=IDLE_S, compress=False, timeout=CLOSE_S)
        await ws.prepare(request)
        self._open.add(ws)
        try:
            await self._converse(request, ws)
        except ConnectionError:
            log.debug("a connection was lost before it was welcome")
        finally:
            self._open.discard(ws)
        return ws

    async def _converse(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        """Hello, admission, and then whatever the seat says."""
        try:
            first = await asyncio.wait_for(ws.receive(), self._limits.hello_s)
        except TimeoutError:
            await _refuse(ws, refusals.MALFORMED)
            return
        data = first.data if first.type is WSMsgType.TEXT else ""
        try:
            hello = messages.read_from_seat(data)
        except messages.Malformed:
            hello = None
        if messages.protocol_of(data) != messages.PROTOCOL:
            await _refuse(ws, refusals.OTHER_VERSION)
        elif not isinstance(hello, messages.Hello):
            await _refuse(ws, refusals.MALFORMED)
        else:
            self._room.heard_of_epoch(hello)
            if self._room.superseded:
                await _refuse(ws, refusals.SUPERSEDED)
                return
            seat = await self._admission(request, ws, hello)
            if seat is not None:
                await self._serve(request, ws, seat, hello.device)

    async def _admission(self, request: web.Request, ws: web.WebSocketResponse, hello: messages.Hello) -> Seat | None:
        """The seat of the device that says hello, once the host has let it in; None where it will not be.

        A device that waits hears the time, so that its window shows that the room is there.
        """
        told = False
        changed = asyncio.Event()
        self._waiting.add(changed)
        heard: asyncio.Future[WSMessage] | None = None
        try:
            while True:
                found = self._room.joining.device_state(hello.device)
                if found is None or not self._room.keys.knows(hello.device, hello.secret):
                    await _refuse(ws, refusals.UNKNOWN_DEVICE)
                    return None
                self._known(request)
                seat, known = found
                if known.revoked:
                    await _refuse(ws, refusals.REVOKED)
                    return None
                if known.admitted:
                    return seat
                if not told:
                    await ws.send_str(messages.encode(messages.Waiting()).decode())
                    told = True
                heard = heard or asyncio.ensure_future(ws.receive())
                woken = asyncio.ensure_future(changed.wait())
                await asyncio.wait((heard, woken), return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
                changed.clear()
                if heard.done():
                    frame, heard = heard.result(), None
                    if not await _while_waiting(ws, frame):
                        return None
        finally:
            self._waiting.discard(changed)
            if heard is not None:
                heard.cancel()
                await asyncio.gather(heard, return_exceptions=True)

    def _wake_waiting(self) -> None:
        for event in self._waiting:
            event.set()

    async def _serve(self, request: web.Request, ws: web.WebSocketResponse, seat: Seat, device: str) -> None:
        room = self._room
        connection = Connection(ws, seat, device, request.transport)
        connection.answer(
            messages.Welcome(
                briefing=room.showing.briefing(seat),
                clock=room.clock.origin,
                room_key=signing.public_hex(room.keys.signing),
                epoch=room.epoch,
                epoch_proof=signing.sign_epoch(room.keys.signing, room.state.session.session_id, room.epoch),
            )
        )
        found = room.joining.device_state(device)
        room.showing.join(connection, "" if found is None else found[1].name)
        sender = self._spawn(connection.send_out())
        bucket = Bucket(RATE, BURST)
        try:
            async for frame in ws:
                if not bucket.take():
                    await asyncio.sleep(1 / RATE)
                if not await self._on_frame(connection, frame):
                    break
        finally:
            room.showing.leave(connection)
            await connection.stop_feeding()
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
            connection.drop(refusals.MALFORMED)
            return True
        if isinstance(message, messages.Ping):
            connection.answer(messages.Pong(sent_ns=message.sent_ns, room_real_ns=real_ns()))
        elif isinstance(message, messages.Progress):
            if connection.seat.role is Role.JUDGE:
                self._room.showing.progress(connection.seat, message)
        elif isinstance(message, messages.StageTrouble):
            if connection.seat.role is Role.STAGE:
                self._room.showing.stage_trouble(message.troubles)
        elif isinstance(message, messages.StageSlides):
            if connection.seat.role is Role.STAGE:
                self._room.showing.stage_slides((message.entry_no, message.slides))
        elif isinstance(message, messages.AskCode):
            if connection.seat.role is Role.HOST:
                self._room.joining.make_code(message.seat)
        elif isinstance(message, messages.KeepPhoto):
            if may(connection.seat.role, _ANY_PAPER):
                connection.answer(await self._keep_photo(message))
        elif isinstance(message, messages.Follow):
            if connection.seat.role is Role.SPARE:
                connection.feed(self._room, message)
        elif isinstance(message, messages.Followed):
            connection.followed(message.seq)
        elif isinstance(message, messages.Submit):
            self._room.take(connection.seat, connection.device, message, connection.answer)
        return True

    async def _keep_photo(self, message: messages.KeepPhoto) -> messages.PhotoKept:
        """The seat's next message waits for it, so that a command finds the photo that it names."""
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._room.photos.keep, message.digest, message.data)
        except Refused as refused:
            return messages.PhotoKept(digest=message.digest, code=refused.code, zh=refused.zh, en=refused.en)
        except OSError as error:
            log.error("a photo could not be kept: %s", error)
            return messages.PhotoKept(
                digest=message.digest, code="not_kept", zh="主机无法保存照片", en="the host cannot keep the photo"
            )
        return messages.PhotoKept(digest=message.digest)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a connection's task failed", exc_info=task.exception())


_ANY_PAPER = commands.EnterPaper(entry_no="", judge="", revision=0, points={}, name="")
"""Who may enter a paper sheet may send its photo."""
_STATUS = {"malformed": 400, "slow_down": 429, "unknown_device": 401}


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_local(remote: str | None) -> bool:
    """Whether a request comes from this very computer."""
    return _is_address(remote or "") and ipaddress.ip_address(remote or "").is_loopback


def _length(request: web.Request) -> int:
    """How long a stranger's body says that it is; raises the HTTP error where it does not, or is too long."""
    if request.content_length is None:
        raise web.HTTPLengthRequired
    if request.content_length > MAX_REQUEST:
        raise web.HTTPRequestEntityTooLarge(MAX_REQUEST, request.content_length)
    return request.content_length


def _json(message: object, status: int) -> web.Response:
    return web.Response(body=messages.encode(message), status=status, content_type="application/json")


def _denied(denied: messages.Denied) -> web.Response:
    return _json(denied, _STATUS.get(denied.code, 403))


async def _refuse(ws: web.WebSocketResponse, denied: messages.Denied) -> None:
    await ws.send_str(messages.encode(denied).decode())
    await ws.close()


async def _while_waiting(ws: web.WebSocketResponse, frame: WSMessage) -> bool:
    """A message of a device that is not in yet: the time is told, nothing else is heard. False once it is gone."""
    if frame.type is not WSMsgType.TEXT:
        return False
    try:
        message = messages.read_from_seat(frame.data)
    except messages.Malformed:
        await _refuse(ws, refusals.MALFORMED)
        return False
    if isinstance(message, messages.Ping):
        pong = messages.Pong(sent_ns=message.sent_ns, room_real_ns=real_ns())
        await ws.send_str(messages.encode(pong).decode())
    return True
