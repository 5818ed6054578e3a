"""A seat's connection to its room: enrols once, keeps a WebSocket, sends its outbox until every command is answered.

Retries for ever with jitter; on every reconnect the room sends the whole view. It runs on any asyncio loop (qasync in a
window) and tells what it learns by the callbacks of ``Listener``.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
import random
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from judge_app.core.commands import AnyCommand, Recuse, SubmitSheet
from judge_app.core.views import AnyView, Briefing
from judge_app.seat.clock import RemoteClock, local_ns
from judge_app.seat.identity import Identity, file_name, machine_of
from judge_app.seat.outbox import FileOutbox, MemoryOutbox, Outbox
from judge_app.seat.state import CommandState, Connection, Delivery, Link
from judge_app.wire import messages, signing
from judge_app.wire.link import JoinLink
from judge_app.wire.messages import Receipt, Refusal, Submit

log = logging.getLogger(__name__)

PING_S = 1.0
SILENT_S = 2.0
"""How long nothing may be heard before what is shown is called stale."""
DEAD_S = 6.0
"""How long nothing may be heard before the connection is given up and made anew."""
ELSEWHERE_AFTER = 2
"""After how many tries in vain the room is looked for elsewhere."""
RETRY_S = (0.2, 5.0)
"""The first and the longest wait between tries; each is drawn between half of it and the whole."""
CONNECT_S = 5.0
OWED_S = (3.0, 6.0)
"""How long what a new epoch's room cannot take yet waits for the next try."""
CLOSE_S = 1.0
"""How long the room may take to note that a connection was given up: it may long be gone."""


class Listener(Protocol):
    """Who hears what a seat learns; called on the seat's loop."""

    def on_briefing(self, briefing: Briefing) -> None: ...

    def on_view(self, view: AnyView, seq: int) -> None: ...

    def on_connection(self, connection: Connection) -> None: ...

    def on_command(self, state: CommandState) -> None: ...


Find = Callable[[bytes], Awaitable[Sequence[tuple[str, int]]]]
"""Where the room of a certificate's fingerprint may be now, as (host, port); a hint, checked like any other address."""


class Follower(Protocol):
    """Where a spare keeps what it follows."""

    def head(self) -> tuple[int, str]:
        """(seq, hash) of the last record that is on the disk; (0, '') for none."""

    def take(self, journal: messages.Journal) -> int:
        """Keep what came; returns the seq up to which everything is on the disk. Raises what the store raises."""


class SeatConnection:
    """One seat of one room. ``folder`` keeps identity and outbox (None: memory alone, for load tests). Where the room is
    not at the link's address any more, ``find`` may know another. Raises BadInput where another window has this seat.
    """

    def __init__(
        self,
        link: JoinLink,
        listener: Listener,
        *,
        folder: Path | None,
        device_name: str,
        find: Find | None = None,
        follower: Follower | None = None,
    ) -> None:
        self._follower = follower
        self.link = link
        self._find = find
        self._address = link
        self.clock = RemoteClock()
        self.seat_id = ""
        self._listener = listener
        self._device_name = device_name
        name = file_name(link)
        self._identity = Identity(None if folder is None else folder / f"{name}.key")
        self._machine = "" if folder is None else machine_of(folder, link)
        self._outbox: Outbox = MemoryOutbox() if folder is None else FileOutbox(folder / f"{name}.outbox")
        self._session_id = ""
        self._room_key: Ed25519PublicKey | None = None
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._heard_ns = 0
        self._connection = Connection(link=Link.CONNECTING)
        self._kinds: dict[str, tuple[str, str]] = {}
        self._photos: dict[str, bytes] = {}
        self._answers: dict[str, asyncio.Future[Receipt | Refusal]] = {}
        self._tasks: set[asyncio.Future[None]] = set()
        self._fingerprint = aiohttp.Fingerprint(link.fingerprint)
        self._epoch = 0
        self._owed: dict[str, Submit] = {}
        """What the room had recorded, and must show again that it has: it began a new epoch."""
        self._enrolled_anew = False

    # what a window or a robot calls

    def send(self, command: AnyCommand) -> str:
        """Keep a command in the outbox and send it as soon as the room can be reached; returns its id.

        What becomes of it comes by ``on_command``. Raises RuntimeError before the room was reached for the first time,
        and OSError where the outbox cannot be written.
        """
        if not self._session_id:
            raise RuntimeError("the room has not been reached yet")
        command_id = str(uuid.uuid4())
        enrolled = self._identity.enrolled
        assert enrolled is not None
        submit = signing.sign_command(
            self._identity.key,
            self._session_id,
            enrolled.device,
            command_id,
            self._outbox.next_counter(),
            messages.encode(command).decode(),
        )
        self._outbox.put(submit)
        self._kinds[command_id] = (type(command).__name__, getattr(command, "entry_no", ""))
        self._tell(command_id, Delivery.SENDING)
        if self._ws is not None:
            self._spawn(self._send(submit))
        return command_id

    async def answered(self, command_id: str) -> Receipt | Refusal:
        """The room's answer to a command of this run, however long it takes."""
        return await self._answers.setdefault(command_id, asyncio.get_running_loop().create_future())

    def report_progress(self, entry_no: str, filled: int, lines: int) -> None:
        """How far a form is filled; lost where the room cannot be reached, since it is only for show."""
        if self._ws is not None:
            self._spawn(self._send(messages.Progress(entry_no=entry_no, filled=filled, lines=lines)))

    def report_trouble(self, troubles: Sequence[tuple[str, str]]) -> None:
        """What is wrong at the stage (zh, en), whole; lost where the room cannot be reached: said again on joining."""
        if self._ws is not None:
            said = tuple((zh[:400], en[:400]) for zh, en in troubles[:6])
            self._spawn(self._send(messages.StageTrouble(troubles=said)))

    def report_slides(self, entry_no: str, slides: int) -> None:
        """Of how many slides of a project the stage has pictures; lost and said again like a trouble."""
        if self._ws is not None:
            self._spawn(self._send(messages.StageSlides(entry_no=entry_no, slides=slides)))

    def ask_code(self, seat: str) -> None:
        """The host wants an 8-digit code for a seat; it comes with the view, or nothing does while offline."""
        if self._ws is not None:
            self._spawn(self._send(messages.AskCode(seat=seat)))

    def send_photo(self, data: bytes) -> str:
        """Give the room a photo of a paper sheet (JPEG or PNG, at most MAX_PHOTO bytes); returns its SHA-256 (hex), by
        which a command then names it. It goes again on the next connection until the room has it."""
        digest = hashlib.sha256(data).hexdigest()
        self._photos[digest] = data
        if self._ws is not None:
            self._spawn(self._send(messages.KeepPhoto(digest=digest, data=data)))
        return digest

    def pending(self) -> int:
        """Commands that the room has not answered yet, or must show again that it has."""
        return len(self._outbox.pending()) + len(self._owed)

    def receipts(self) -> dict[str, Receipt]:
        """The receipts this device holds, by command id."""
        return self._outbox.receipts()

    def wipe(self) -> None:
        """Leave nothing on a borrowed computer: the device's key and its outbox are deleted, and it is of no seat any
        more. Call it once ``run`` has ended; raises RuntimeError while a command has no answer yet."""
        if self.pending():
            raise RuntimeError("a command has no answer yet")
        self._outbox.wipe()
        self._identity.wipe()

    # the connection

    async def run(self) -> None:
        """Stay connected until cancelled, or until the room says that this device is not wanted."""
        tries = 0
        try:
            while True:
                began = local_ns()
                try:
                    final = await self._connect()
                except aiohttp.ServerFingerprintMismatch:
                    if self._address is not self.link:  # a hint that was wrong
                        self._address = self.link
                        continue
                    self._set(
                        Link.REFUSED,
                        "对方不是链接中的主机（证书指纹不符）。请勿继续，向主持人重新要链接。",
                        "this is not the host of the link (the fingerprint differs): stop, and ask for a new link.",
                    )
                    return
                except (aiohttp.ClientError, TimeoutError, OSError) as error:
                    final = False
                    self._offline(error)
                    if tries >= ELSEWHERE_AFTER:
                        await self._look_elsewhere()
                finally:
                    self._ws = None
                if final:
                    return
                tries = 0 if local_ns() - began > 10e9 else tries + 1
                wait = min(RETRY_S[1], RETRY_S[0] * 2 ** min(tries, 10))
                await asyncio.sleep(random.uniform(wait / 2, wait))
        finally:
            self._outbox.close()

    @property
    def address(self) -> JoinLink:
        """The link, with the address at which the room is met, or tried, now."""
        return self._address

    async def _look_elsewhere(self) -> None:
        """The next address to try: one that discovery tells, then the link's own again."""
        if self._find is None or self._address is not self.link:
            self._address = self.link
            return
        found = await self._find(self.link.fingerprint)
        others = [(host, port) for host, port in found if (host, port) != (self.link.host, self.link.port)]
        if others:
            host, port = random.choice(others)
            self._address = msgspec.structs.replace(self.link, host=host, port=port)

    async def _connect(self) -> bool:
        """One connection, from enrolling to its end; True where trying again does not help."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            if self._identity.enrolled is None and not await self._enrol(http):
                return self._connection.link is Link.REFUSED
            enrolled = self._identity.enrolled
            assert enrolled is not None
            self.seat_id = enrolled.seat
            async with asyncio.timeout(CONNECT_S * 2):  # a connection that is half open says nothing for ever
                opened = await http.ws_connect(
                    f"{self._address.origin}/v1/room",
                    ssl=self._fingerprint,
                    max_msg_size=0,
                    autoping=True,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
                )
            async with opened as ws:
                self._heard_ns = local_ns()
                hello = messages.Hello(
                    device=enrolled.device,
                    secret=enrolled.secret,
                    epoch=self._identity.newest,
                    proof=self._identity.proof,
                )
                await ws.send_str(_text(hello))
                watch = asyncio.ensure_future(self._watch(ws))
                try:
                    async for frame in ws:
                        if frame.type is not aiohttp.WSMsgType.TEXT:
                            break
                        self._heard_ns = local_ns()
                        if await self._on_message(ws, messages.read_from_room(frame.data)):
                            return True
                except messages.Malformed as error:
                    log.error("the room sent something that is no message of ours: %s", error)
                    self._set(
                        Link.OFFLINE,
                        "主机的程序版本与本机不同，请安装同一版本",
                        "the host runs another version of the program: install the same one",
                    )
                    return False
                finally:
                    watch.cancel()
                    await asyncio.gather(watch, return_exceptions=True)
        self._offline(None)
        return False

    async def _enrol(self, http: aiohttp.ClientSession) -> bool:
        request = messages.EnrolRequest(
            token=self.link.token,
            key=self._identity.public,
            device_name=self._device_name[:100],
            signature=signing.sign_enrolment(self._identity.key, self.link.fingerprint, self.link.token),
            machine=self._machine,
        )
        async with http.post(
            f"{self._address.origin}/v1/enrol",
            data=messages.encode(request),
            ssl=self._fingerprint,
            timeout=aiohttp.ClientTimeout(total=CONNECT_S * 2),
        ) as response:
            try:
                answer = messages.read_answer(await response.read(), messages.Enrolled)
            except messages.Malformed:
                self._set(Link.OFFLINE, "对方不是评审主机", "what answers there is no room of ours")
                return False
        if isinstance(answer, messages.Denied):
            self._set(Link.REFUSED if answer.final else Link.OFFLINE, answer.zh, answer.en)
            return False
        self._identity.remember(answer)
        return True

    async def _watch(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Ask for the time each second; silence is said, and after a while ends the connection."""
        burst = 5
        while True:
            silent_s = (local_ns() - self._heard_ns) / 1e9
            if silent_s > DEAD_S:
                await ws.close()
                return
            if silent_s > SILENT_S and self._connection.link is Link.ONLINE:
                self._set(
                    Link.SILENT, "主机没有回应，显示的内容可能已过时", "the host does not answer: this may be stale"
                )
            await ws.send_str(_text(messages.Ping(sent_ns=local_ns())))
            burst -= 1
            await asyncio.sleep(0.05 if burst > 0 else PING_S)

    async def _on_message(self, ws: aiohttp.ClientWebSocketResponse, message: messages.FromRoom) -> bool:
        if isinstance(message, messages.Pong):
            self.clock.answered(message, local_ns())
            if self._connection.link is Link.SILENT:
                self._online()
        elif isinstance(message, messages.View):
            self._listener.on_view(message.view, message.seq)
        elif isinstance(message, Receipt | Refusal):
            self._on_answer(message)
        elif isinstance(message, messages.Briefed):
            self._listener.on_briefing(message.briefing)
        elif isinstance(message, messages.PhotoKept):
            self._photos.pop(message.digest, None)
            if message.code:
                log.warning("the room does not keep a photo: %s", message.en)
        elif isinstance(message, messages.Journal):
            if self._follower is not None:
                await self._send(messages.Followed(seq=self._follower.take(message)))
        elif isinstance(message, messages.Welcome):
            if message.epoch < self._identity.newest:
                self._set(
                    Link.OFFLINE,
                    "这台主机已被备用主机接管，正在寻找接管的主机",
                    "this room was taken over by a spare: looking for that one",
                )
                await self._look_elsewhere()
                await ws.close()
                return False
            await self._welcomed(ws, message)
        elif isinstance(message, messages.Waiting):
            self._set(
                Link.WAITING_ADMISSION,
                "已找到主机，请等主持人点“准许”",
                "the host was found: wait until you are let in",
            )
        elif isinstance(message, messages.Denied):
            if message.code == "unknown_device" and not self._enrolled_anew:
                # A room that was put together from an older copy: the host lets this device in once more.
                self._enrolled_anew = True
                self._identity.forget_enrolment()
                return False
            self._set(Link.REFUSED if message.final else Link.OFFLINE, message.zh, message.en)
            if message.code == "superseded":
                await self._look_elsewhere()
            return message.final
        return False

    async def _welcomed(self, ws: aiohttp.ClientWebSocketResponse, welcome: messages.Welcome) -> None:
        self._session_id = welcome.briefing.session_id
        self._room_key = signing.read_public(welcome.room_key)
        self._new_epoch(welcome)
        self.clock.begin(welcome.clock)
        self._ws = ws
        self._enrolled_anew = False
        self._listener.on_briefing(welcome.briefing)
        self._online()
        for digest, data in list(self._photos.items()):
            await self._send(messages.KeepPhoto(digest=digest, data=data))
        if self._follower is not None:
            seq, digest = self._follower.head()
            await self._send(messages.Follow(after=seq, hash=digest))
        for submit in [*self._owed.values(), *self._outbox.pending()]:
            await self._send(submit)

    def _new_epoch(self, welcome: messages.Welcome) -> None:
        """A room of a new epoch may lack its newest records: what a judge holds receipts for is sent again, and the same
        command is recorded once at most."""
        epoch = self._epoch = welcome.epoch
        assert self._room_key is not None
        if signing.epoch_is_genuine(self._room_key, self._session_id, epoch, welcome.epoch_proof):
            self._identity.saw(epoch, welcome.epoch_proof)
        if not 0 < self._identity.epoch < epoch:
            self._owed = {}
            self._identity.met(epoch)
            return
        self._owed = {one.command_id: one for one in self._outbox.recorded() if _is_evidence(one)}
        if not self._owed:
            self._identity.met(epoch)

    def _paid(self, command_id: str) -> None:
        if self._owed.pop(command_id, None) is not None and not self._owed:
            self._identity.met(self._epoch)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, message: object) -> None:
        """Best effort: what matters lies in the outbox and goes again on the next connection."""
        ws = self._ws
        if ws is None:
            return
        try:
            await ws.send_str(_text(message))
        except (ConnectionError, aiohttp.ClientError, RuntimeError) as error:
            log.info("not sent, it goes again: %s", error)

    def _on_answer(self, answer: Receipt | Refusal) -> None:
        if isinstance(answer, Refusal) and answer.again:
            self._again(answer.command_id, 0.5, 1.5)
            return
        if isinstance(answer, Refusal) and answer.code == "not_open" and answer.command_id in self._owed:
            # The room has lost that the project was heard: once the host has it open again, the sheet is taken.
            self._again(answer.command_id, *OWED_S)
            self._tell(answer.command_id, Delivery.SENDING)
            return
        if isinstance(answer, Receipt) and not self._proves(answer):
            log.error("a receipt for %s does not verify", answer.command_id)
            return
        self._outbox.settle(answer)
        self._paid(answer.command_id)
        if isinstance(answer, Receipt):
            self._tell(answer.command_id, Delivery.RECORDED, seq=answer.seq)
        else:
            self._tell(answer.command_id, Delivery.REFUSED, code=answer.code, zh=answer.zh, en=answer.en)
        waiting = self._answers.setdefault(answer.command_id, asyncio.get_running_loop().create_future())
        if not waiting.done():
            waiting.set_result(answer)

    def _again(self, command_id: str, least_s: float, most_s: float) -> None:
        submit = self._outbox.find(command_id)
        if submit is not None:
            wait = random.uniform(least_s, most_s)
            asyncio.get_running_loop().call_later(wait, lambda: self._spawn(self._send(submit)))

    def _proves(self, receipt: Receipt) -> bool:
        """Whether the receipt is the room's and for exactly the bytes that were sent."""
        submit = self._outbox.find(receipt.command_id)
        if submit is not None and signing.digest(submit.data) != receipt.digest:
            return False
        return self._room_key is not None and signing.receipt_is_genuine(self._room_key, self._session_id, receipt)

    def _tell(self, command_id: str, delivery: Delivery, **known: Any) -> None:
        kind, entry_no = self._kinds.get(command_id, ("", ""))
        self._listener.on_command(
            CommandState(command_id=command_id, delivery=delivery, kind=kind, entry_no=entry_no, **known)
        )

    def _online(self) -> None:
        self._set(Link.ONLINE, "", "")

    def _offline(self, error: Exception | None) -> None:
        if self._connection.link is Link.REFUSED:
            return
        zh, en = _what_to_do(error)
        self._set(Link.OFFLINE, zh, en)

    def _set(self, link: Link, zh: str, en: str) -> None:
        rtt = None if self.clock.rtt_ns is None else self.clock.rtt_ns / 1e6
        same = self._connection.link is link and self._connection.zh == zh
        since = self._connection.since if same else dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        self._connection = Connection(link=link, since=since, rtt_ms=rtt, zh=zh, en=en)
        if not same:
            self._listener.on_connection(self._connection)


_EVIDENCE = (SubmitSheet, Recuse)


def _is_evidence(submit: Submit) -> bool:
    """Whether a command is a judge's own word, which holds whenever it comes; a host's wish is one of its moment."""
    return isinstance(messages.read_command(submit.data), _EVIDENCE)


def _text(message: object) -> str:
    return messages.encode(message).decode()


def _what_to_do(error: Exception | None) -> tuple[str, str]:
    """In words what a failed connection most likely means."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "无法建立加密连接，请确认链接是最新的", "no secure connection: make sure that the link is the latest"
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ConnectionRefusedError):
        return (
            "找到了主机的电脑，但评审程序没有运行，或防火墙拦截了端口",
            "the host's computer is there, but the room is not running or a firewall blocks the port",
        )
    if isinstance(error, TimeoutError | aiohttp.ConnectionTimeoutError):
        return (
            "连不上主机：请确认两台电脑在同一个 Wi-Fi，且该 Wi-Fi 允许设备互访",
            "the host cannot be reached: be on the same Wi-Fi, one that lets devices see each other",
        )
    if error is None:
        return (
            "与主机的连接断开，正在重连；填写的内容保存在本机",
            "disconnected, trying again; what you wrote is kept here",
        )
    return f"连不上主机，正在重试（{error}）", f"the host cannot be reached, trying again ({error})"
