"""Judges for measuring: the same protocol as the app's seats (TLS with the pinned certificate, WebSocket, signed commands,
verified receipts) on plain sockets, so that two hundred of them leave the room the time that two hundred laptops would."""

from __future__ import annotations

import base64
import hashlib
import os
import selectors
import socket
import ssl
import struct
import time
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from judge_app.core import commands
from judge_app.wire import messages, signing
from judge_app.wire.link import JoinLink, read_link

TEXT, PING, PONG = 1, 9, 10


class LightJudge:
    """One judge's seat, joined; ``submit`` sends a sheet, ``read`` takes what has come."""

    def __init__(self, link: JoinLink, name: str) -> None:
        self._key = Ed25519PrivateKey.generate()
        self._link = link
        self._buffer = bytearray()
        self._counter = 0
        self._began = 0
        self._command_id = ""
        self.told: tuple[float, bool, int] | None = None
        """(milliseconds to the verified answer, whether it is a receipt, its seq) of the last sheet."""
        self.viewed_ns = 0
        """When the last view came, on the computer's monotonic clock."""
        self._device = self._enrol(name)
        self.socket = self._connect()
        self._upgrade()

    def _connect(self) -> ssl.SSLSocket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the fingerprint decides
        plain = socket.create_connection((self._link.host, self._link.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secure = context.wrap_socket(plain)
        certificate = secure.getpeercert(binary_form=True)
        assert certificate is not None
        assert hashlib.sha256(certificate).digest() == self._link.fingerprint
        return secure

    def _request(self, secure: ssl.SSLSocket, line: str, headers: dict[str, str], body: bytes = b"") -> bytes:
        """The answer's head, with what follows it in the buffer."""
        said = [line, f"Host: {self._link.host}:{self._link.port}", *(f"{k}: {v}" for k, v in headers.items())]
        secure.sendall("\r\n".join([*said, "", ""]).encode() + body)
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += secure.recv(65_536)
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer = bytearray(rest)
        return head

    def _enrol(self, name: str) -> messages.Enrolled:
        signature = signing.sign_enrolment(self._key, self._link.fingerprint, self._link.token)
        body = messages.encode(
            messages.EnrolRequest(
                token=self._link.token, key=signing.public_hex(self._key), device_name=name, signature=signature
            )
        )
        with self._connect() as secure:
            head = self._request(secure, "POST /v1/enrol HTTP/1.1", {"Content-Length": str(len(body))}, body)
            length = next(
                int(part.split(b":")[1]) for part in head.split(b"\r\n") if part.lower().startswith(b"content-length")
            )
            while len(self._buffer) < length:
                self._buffer += secure.recv(65_536)
            answer = messages.read_answer(bytes(self._buffer[:length]), messages.Enrolled)
        self._buffer = bytearray()
        assert isinstance(answer, messages.Enrolled), answer
        return answer

    def _upgrade(self) -> None:
        wishes = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        wishes["Sec-WebSocket-Key"] = base64.b64encode(os.urandom(16)).decode()
        head = self._request(self.socket, "GET /v1/room HTTP/1.1", wishes)
        assert b" 101 " in head.split(b"\r\n")[0]
        self._send(messages.encode(messages.Hello(device=self._device.device, secret=self._device.secret)))
        welcome = None
        while welcome is None:
            self._buffer += self.socket.recv(65_536)
            for code, data in self._frames():
                message = messages.read_from_room(data) if code == TEXT else None
                welcome = message if isinstance(message, messages.Welcome) else welcome
        self._session_id = welcome.briefing.session_id
        self._room_key = signing.read_public(welcome.room_key)
        self.socket.setblocking(False)

    def _send(self, data: bytes, code: int = TEXT) -> None:
        # A mask of noughts leaves the bytes as they are: masks are against proxies, not for secrecy.
        size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(data))
        self.socket.sendall(bytes([0x80 | code]) + size + bytes(4) + data)

    def _frames(self) -> list[tuple[int, bytes]]:
        """The whole frames that have come."""
        found, buffer, at = [], self._buffer, 0
        while len(buffer) - at >= 2:
            size, start = buffer[at + 1] & 0x7F, at + 2
            if size >= 126:
                width = 2 if size == 126 else 8
                if len(buffer) < start + width:
                    break
                size, start = int.from_bytes(buffer[start : start + width], "big"), start + width
            if len(buffer) < start + size:
                break
            found.append((buffer[at] & 0x0F, bytes(buffer[start : start + size])))
            at = start + size
        del buffer[:at]
        return found

    def submit(self, entry_no: str, points: commands.Points) -> None:
        """Sign and send a sheet; its time begins before it is signed."""
        self.told = None
        self._began = time.perf_counter_ns()
        self._counter += 1
        self._command_id = str(uuid.uuid4())
        sheet = messages.encode(commands.SubmitSheet(entry_no=entry_no, revision=0, points=points)).decode()
        signed = signing.sign_command(
            self._key, self._session_id, self._device.device, self._command_id, self._counter, sheet
        )
        self._send(messages.encode(signed))

    def read(self) -> None:
        """Take what has come; a receipt counts once it is verified."""
        while True:
            try:
                data = self.socket.recv(65_536)
            except ssl.SSLWantReadError:
                break
            assert data, "the room has gone"
            self._buffer += data
            if not self.socket.pending():
                break
        for code, data in self._frames():
            if code == PING:
                self._send(data, PONG)
            elif code == TEXT and data.startswith((b'{"type":"Receipt"', b'{"type":"Refusal"')):
                self._hear(messages.read_from_room(data))
            elif code == TEXT and data.startswith(b'{"type":"View"'):
                self.viewed_ns = time.perf_counter_ns()

    def _hear(self, answer: messages.FromRoom) -> None:
        assert isinstance(answer, messages.Receipt | messages.Refusal)
        assert answer.command_id == self._command_id
        good = isinstance(answer, messages.Receipt) and signing.receipt_is_genuine(
            self._room_key, self._session_id, answer
        )
        seq = answer.seq if isinstance(answer, messages.Receipt) else 0
        self.told = ((time.perf_counter_ns() - self._began) / 1e6, good, seq)


class _Seats:
    """Some judges' seats of one process, and the pipe to the bench."""

    def __init__(self, links: dict[str, str], pipe: Any) -> None:
        self.judges: dict[str, LightJudge] = {}
        self._selector = selectors.DefaultSelector()
        for seat, link in links.items():
            self.judges[seat] = judge = LightJudge(read_link(link), seat)
            self._selector.register(judge.socket, selectors.EVENT_READ, judge)
            self.turn(0)  # those who sit are asked whether they are there while the others still join
        self._selector.register(pipe.fileno(), selectors.EVENT_READ, None)
        pipe.send("joined")

    def turn(self, until: float) -> bool:
        """Read what comes, for a while at most; True where the pipe has something to say."""
        asked = False
        for key, _ in self._selector.select(max(0.0, until - time.time())):
            if key.data is None:
                asked = True
            else:
                key.data.read()
        return asked

    def idle(self) -> None:
        """Read what comes until the pipe has something to say."""
        while not self.turn(time.time() + 1):
            pass


def listen(links: dict[str, str], rounds: int, pipe: Any) -> None:
    """Some judges' seats: after each word of the pipe, tell when each has its next view (monotonic nanoseconds)."""
    seats = _Seats(links, pipe)
    for _ in range(rounds):
        seats.idle()
        pipe.recv()
        for judge in seats.judges.values():
            judge.viewed_ns = 0
        pipe.send("ready")
        while not all(judge.viewed_ns for judge in seats.judges.values()):
            seats.turn(time.time() + 1)
        pipe.send([judge.viewed_ns for judge in seats.judges.values()])


def play(links: dict[str, str], points: dict[str, commands.Points], rounds: int, pipe: Any) -> None:
    """Some judges' seats: submit for the project, at the instant and over the seconds that the pipe tells; tell each
    (milliseconds, whether a receipt came, its seq)."""
    seats = _Seats(links, pipe)
    judges = seats.judges
    for _ in range(rounds):
        seats.idle()
        entry_no, at, steady_s = pipe.recv()
        waiting = [(at + steady_s * index / len(judges), seat) for index, seat in enumerate(judges)]
        for judge in judges.values():
            judge.told = None
        while waiting or any(judge.told is None for judge in judges.values()):
            while waiting and waiting[0][0] <= time.time():
                seat = waiting.pop(0)[1]
                judges[seat].submit(entry_no, points[seat])
            seats.turn(waiting[0][0] if waiting else time.time() + 1)
        pipe.send([judge.told for judge in judges.values()])
