"""The room on the network: who may ask what in which state, and what becomes of those who should not be here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import ssl
import types
import typing
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from judge_app.core import commands, session
from judge_app.core.seats import MAY, Role
from judge_app.core.views import HostView, JudgeView, StageView
from judge_app.room.door import Limits
from judge_app.room.server import MAX_BUCKETS, QUEUE, Bucket, Buckets, Connection
from judge_app.seat.state import Link
from judge_app.wire import messages
from judge_app.wire.messages import Denied, Refusal
from tests.room.halls import Device, Hall, Sitter, ended, enrolment, hall, heard, hello, raw

KINDS: tuple[type[commands.Command], ...] = typing.get_args(commands.AnyCommand)
SEAT_OF = {
    Role.HOST: "host",
    Role.JUDGE: "judge:E2",
    Role.CHAIR: "chair",
    Role.SCORER: "scorer",
    Role.CHECKER: "checker",
    Role.SUPERVISOR: "supervisor",
    Role.TIMEKEEPER: "timekeeper",
    Role.STAGE: "stage",
    Role.VIEWER: "viewer",
    Role.SPARE: "spare",
}


def play(scene: Callable[[], Any]) -> None:
    asyncio.run(scene())


def plain(kind: type[commands.Command]) -> commands.AnyCommand:
    """A command of that kind that is well-formed."""
    values: dict[type[Any], Any] = {str: "1", int: 1, bool: False}
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.required:
            made = values.get(field.type)
            if made is None:
                made = next(iter(field.type)) if hasattr(field.type, "__members__") else typing.get_origin(field.type)()
            fields[field.name] = made
    return kind(**fields)  # type: ignore[return-value]


async def put(http: aiohttp.ClientSession, device: Device, submit: messages.Submit, **headers: str) -> tuple[int, Any]:
    """A command as a page sends it."""
    given = {"Authorization": f"Bearer {device.id}:{device.enrolled.secret}", **headers}
    async with http.put(f"/v1/commands/{submit.command_id}", data=messages.encode(submit), headers=given) as response:
        body = await response.read()
        return response.status, json.loads(body) if body.startswith(b"{") else body.decode()


# role × command


@pytest.mark.parametrize("locked", [False, True], ids=["open", "locked"])
def test_every_role_gives_exactly_the_commands_of_the_table_over_either_way_in(tmp_path: Path, locked: bool) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            devices: dict[Role, Device] = {}
            for role, seat in SEAT_OF.items():
                devices[role] = await held.seated(seat)
                held.host = devices[Role.HOST]
            if locked:
                await lock(held, devices)
            async with held.http() as http:
                for role, device in devices.items():
                    for kind in KINDS:
                        if kind is commands.RevokeDevice or role in MAY.get(kind, ()):
                            continue
                        status, answer = await put(http, device, device.sign(plain(kind)))
                        assert (status, answer["type"], answer["code"]) == (409, "Refusal", "not_allowed"), (role, kind)
                    async with held.socket(device) as ws:
                        await heard(ws, messages.Welcome)
                        for kind in KINDS:
                            if kind is commands.RevokeDevice and role is Role.HOST:
                                continue
                            submit = device.sign(plain(kind))
                            await ws.send_str(messages.encode(submit).decode())
                            answer = await heard(ws, messages.Receipt | Refusal)
                            code = getattr(answer, "code", "")
                            assert (code == "not_allowed") == (role not in MAY.get(kind, ())), (role, kind, code)

    play(scene)


async def a_host(held: Hall) -> Sitter:
    """A client in the host's seat, let in although nobody is there yet to do it."""
    sitter = held.join("host")
    await sitter.ear.until(lambda ear: ear.link is Link.WAITING_ADMISSION)
    device = held.room.committed.devices["host"][-1]
    held.room.own(session.admitted(held.room.state, "host", device.id))
    return await sitter.seated()


async def lock(held: Hall, devices: dict[Role, Device]) -> None:
    """The session's results are locked."""
    held.host = devices[Role.HOST]
    for project in held.setup.contest.projects:
        await held.order(commands.RemoveProject(entry_no=project.entry_no, disqualified=False, reason="退赛"))
    chair = devices[Role.CHAIR]
    for command in (commands.SignOff(role="chair", name="王一", head="x"), commands.LockSession()):
        answer = await held.room.submit(held.seat("chair"), chair.id, chair.sign(command))
        assert isinstance(answer, messages.Receipt), answer


def test_a_judge_acts_for_nobody_else(tmp_path: Path) -> None:
    """A sheet is that of the seat whose device signed it; there is no field in which to name another."""

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            mine = await held.seated("judge:E2")
            await held.seated("judge:E3")
            await held.begin()
            async with held.http() as http:
                status, _ = await put(http, mine, mine.sign(held.sheet("E2")))
                assert status == 200
                signed = mine.sign(messages.encode(held.sheet("E2")).decode()[:-1] + ',"judge":"E3"}')
                status, answer = await put(http, mine, signed)
                assert (status, answer["code"]) == (409, "malformed")
            sheets = held.room.committed.projects["1"].sheets
            assert sheets["E2"].seq is not None
            assert sheets["E3"].seq is None

    play(scene)


# caller × endpoint


def test_every_caller_gets_from_every_endpoint_what_the_table_says(tmp_path: Path) -> None:
    """Strangers, devices that wait, that are in, and that are out, at every way in."""

    async def scene() -> None:
        async with hall(tmp_path) as held:
            await held.order(commands.CallProject(entry_no="1"))  # makes the host's own device
            stranger = Device(
                held,
                Ed25519PrivateKey.generate(),
                messages.Enrolled(seat="judge:E3", device="00" * 8, secret="00" * 32, admitted=True),
            )
            waiting = await held.enrol("judge:E3")
            inside = await held.seated("judge:E2")
            out = await held.seated("judge:P1")
            await held.order(commands.RevokeDevice(seat="judge:P1", device=out.id, reason="丢失"))
            liar = Device(held, inside.key, msgspec.structs.replace(inside.enrolled, secret=out.enrolled.secret))
            callers = {"stranger": stranger, "waiting": waiting, "inside": inside, "out": out, "liar": liar}
            commands_ = {"stranger": 401, "waiting": 401, "inside": 409, "out": 401, "liar": 401}
            sockets = {
                "stranger": "unknown_device",
                "waiting": "Waiting",
                "inside": "Welcome",
                "out": "revoked",
                "liar": "unknown_device",
            }
            async with held.http() as http:
                for name, device in callers.items():
                    status, _ = await put(http, device, device.sign(commands.OpenScoring()))
                    assert status == commands_[name], name
                    async with held.socket(device) as ws:
                        first = messages.read_from_room((await ws.receive()).data)
                        said = first.code if isinstance(first, Denied) else type(first).__name__
                        assert said == sockets[name], name
                for method, path, expected in (
                    ("GET", "/v1/hello", 200),
                    ("GET", "/v1/enrol", 405),
                    ("GET", "/v1/pair", 405),
                    ("GET", "/v1/reach", 405),
                    ("POST", "/v1/enrol", 400),
                    ("POST", "/v1/pair", 400),
                    ("POST", "/v1/pair/confirm", 400),
                    ("POST", "/v1/reach", 400),
                    ("GET", "/v1/room", 400),  # no WebSocket
                    ("POST", "/v1/room", 405),
                    ("PUT", "/v1/commands/1", 401),
                    ("GET", "/v1/commands/1", 405),
                    ("GET", "/", 404),
                    ("GET", "/v1", 404),
                    ("GET", "/v1/view", 404),
                    ("GET", "/v2/hello", 404),
                    ("GET", "/v1/../etc/passwd", 404),
                    ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
                    ("OPTIONS", "/v1/enrol", 405),
                    ("TRACE", "/v1/hello", 405),
                    ("DELETE", "/v1/commands/1", 405),
                ):
                    async with http.request(
                        method, path, data=b"{}" if method in ("POST", "PUT") else None
                    ) as response:
                        assert response.status == expected, (method, path)
                        assert b"judge:" not in await response.read()

    play(scene)


def test_hello_says_that_a_room_is_here_and_nothing_else(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held, held.http() as http, http.get("/v1/hello") as response:
            assert await response.json() == {"judge-app": "room", "protocol": messages.PROTOCOL}

    play(scene)


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer :",
        "Bearer x",
        "Basic {device}:{secret}x",
        "Bearer {device}:",
        "Bearer {device}:é",
        "Bearer {device}:{secret} ",
    ],
)
def test_a_secret_that_is_not_the_devices_opens_nothing(tmp_path: Path, authorization: str) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            device = await held.seated("judge:E2")
            text = authorization.format(device=device.id, secret=device.enrolled.secret[:-1])
            reader, writer = await raw(held.port)
            body = messages.encode(device.sign(commands.OpenScoring()))
            head = (
                f"PUT /v1/commands/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {text}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode("latin-1") + body)
            status = await reader.readline()
            assert status.split()[1] in (b"401", b"400")
            writer.close()

    play(scene)


def test_a_command_under_another_id_than_its_own_is_refused(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held, held.http() as http:
            device = await held.seated("judge:E2")
            submit = device.sign(commands.OpenScoring())
            headers = {"Authorization": f"Bearer {device.id}:{device.enrolled.secret}"}
            for body in (messages.encode(submit), b"", b"{}", messages.encode(messages.Ping(sent_ns=1)), b"\xff\xfe"):
                async with http.put(f"/v1/commands/{uuid.uuid4()}", data=body, headers=headers) as response:
                    assert response.status == 400

    play(scene)


# foreign pages


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "https://127.0.0.1:{port}"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:{port}"}, 403),
        ({"Origin": "https://127.0.0.1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        # a foreign name that was pointed here: page and request agree, the name is not ours (DNS rebinding)
        ({"Host": "evil.example:{port}", "Origin": "https://evil.example:{port}"}, 421),
        ({"Host": "evil.example:{port}"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": ""}, 421),
        ({"Host": "localhost:{port}"}, 200),
        ({"Host": "LOCALHOST"}, 200),
        ({"Host": "192.168.1.5:{port}"}, 200),
        ({"Host": "[::1]:{port}"}, 200),
        ({"Host": socket.gethostname()}, 200),
        ({"Host": socket.gethostname() + ".local:{port}"}, 200),
    ],
)
def test_a_request_names_this_computer_and_comes_from_no_foreign_page(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held, held.http() as http:
            given = {name: text.format(port=held.port) for name, text in headers.items()}
            async with http.get("/v1/hello", headers=given) as response:
                assert response.status == status
            upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
            key = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
            async with http.get("/v1/room", headers={**given, **upgrade, **key}) as response:
                assert response.status == (101 if status == 200 else status)

    play(scene)


# what is no message


@pytest.mark.parametrize(
    "first",
    ["", "hello", "{}", "[]", "null", '{"type":"Ping","sent_ns":1}', '{"type":"Hello"}', '{"type":"Hello","device":7}'],
)
def test_who_does_not_say_hello_first_is_shown_out(tmp_path: Path, first: str) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held, held.socket() as ws:
            await ws.send_str(first)
            (denied,) = await ended(ws)
            assert (denied.code, denied.final) == ("malformed", False)

    play(scene)


def test_another_version_of_the_program_is_told_so_at_every_way_in(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held, held.http() as http:
            async with held.socket() as ws:
                await ws.send_str('{"type":"Hello","device":"x","secret":"y","protocol":99,"mood":"good"}')
                (denied,) = await ended(ws)
                assert (denied.code, denied.final) == ("protocol", True)
            for path in ("/v1/enrol", "/v1/pair", "/v1/reach"):
                async with http.post(path, data=b'{"type":"New","protocol":1}') as response:
                    assert response.status == 403
                    assert (await response.json())["code"] == "protocol"

    play(scene)


@pytest.mark.parametrize(
    "frame", ["nonsense", "{}", '{"type":"Ping"}', '{"type":"Hello","device":"","secret":""', "[" * 10_000, "\ufeff{}"]
)
def test_a_seat_that_sends_no_message_is_told_so_and_may_come_again(tmp_path: Path, frame: str) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            device = await held.seated("judge:E2")
            async with held.socket(device) as ws:
                await heard(ws, messages.Welcome)
                await ws.send_str(frame)
                said = await ended(ws)
                assert isinstance(said[-1], Denied)
                assert not said[-1].final
            async with held.socket(device) as ws:
                await heard(ws, messages.Welcome)

    play(scene)


@pytest.mark.parametrize("before_hello", [True, False])
@pytest.mark.parametrize("kind", ["oversized", "binary", "bad utf-8", "reserved bits"])
def test_a_frame_that_is_none_of_ours_ends_the_connection_and_no_other(
    tmp_path: Path, kind: str, before_hello: bool
) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            other = await held.join("judge:E3").seated()
            device = await held.seated("judge:E2")
            async with held.socket(None if before_hello else device) as ws:
                if not before_hello:
                    await heard(ws, messages.View)
                if kind == "oversized":
                    await ws.send_str("x" * (messages.MAX_BYTES + 1))
                elif kind == "binary":
                    await ws.send_bytes(b"\x00\x01")
                else:
                    transport = ws._writer.transport
                    frame = b"\x81\x82\x00\x00\x00\x00\xff\xfe" if kind == "bad utf-8" else b"\xf1\x80\x00\x00\x00\x00"
                    transport.write(frame)
                await ended(ws)
            await held.begin()
            assert isinstance(await other.give(held.sheet("E3")), messages.Receipt)

    play(scene)


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (b"POST /v1/enrol HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\n", {b"413"}),
        (b"POST /v1/enrol HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n", {b"411"}),
        (b"POST /v1/enrol HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n", {b"400"}),
        (
            b"POST /v1/enrol HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b",
            {b"400"},
        ),
        (b"GET /v1/hello HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", {b"400"}),
        (b"GET /v1/hello HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", {b"400"}),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n", {b"400"}),
        (b"GET /v1/hello HTTP/1.1\r\n\r\n", {b"400", b"421"}),
        (b"\x00\x01\x02\x03\r\n\r\n", {b"400"}),
        (b"GET /v1/hello HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n", {b"400", b"200"}),
        (b"GET http://evil.example/v1/hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {b"200", b"421"}),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {b"400", b"404", b"405", b"421"}),
        (b"SSH-2.0-OpenSSH_9.2\r\n", {b"400"}),
    ],
    ids=lambda value: value[:30].decode("latin-1") if isinstance(value, bytes) else "",
)
def test_http_that_is_too_long_or_none_is_refused_and_the_room_goes_on(
    tmp_path: Path, request_: bytes, statuses: set[bytes]
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            reader, writer = await raw(held.port)
            writer.write(request_)
            status = (await asyncio.wait_for(reader.readline(), 30)).split()
            assert status[1] in statuses
            writer.close()
            async with held.http() as http, http.get("/v1/hello") as response:
                assert response.status == 200

    play(scene)


# those who stay and say nothing


def test_who_has_said_nothing_in_time_is_shown_out(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, limits=Limits(stranger_s=0.3, handshake_s=0.2, hello_s=0.1)) as held:
            tcp_reader, tcp_writer = await asyncio.open_connection("127.0.0.1", held.port)  # no handshake at all
            tls_reader, tls_writer = await raw(held.port)  # no request
            slow_reader, slow_writer = await raw(held.port)  # a header, letter by letter
            slow_writer.write(b"GET /v1/hello HTTP/1.1\r\nHost: 127")
            body_reader, body_writer = await raw(held.port)  # a body that never comes
            body_writer.write(b"POST /v1/enrol HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 300\r\n\r\n{")
            async with held.socket() as ws:  # no hello
                (denied,) = await ended(ws)
                assert denied.code == "malformed"
            for reader in (tcp_reader, tls_reader, slow_reader, body_reader):
                with contextlib.suppress(ConnectionError):
                    assert b"HTTP/1.1 2" not in await asyncio.wait_for(reader.read(), 30)
            for writer in (tcp_writer, tls_writer, slow_writer, body_writer):
                writer.close()

    play(scene)


def test_a_device_that_waits_for_the_host_is_no_stranger(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, limits=Limits(stranger_s=0.3)) as held:
            device = await held.enrol("judge:E2")
            async with held.socket(device) as ws:
                await heard(ws, messages.Waiting)
                reader, writer = await raw(held.port)  # comes later, and is shown out
                assert await _end((reader, writer))
                writer.close()
                await held.admit("judge:E2", device)
                await heard(ws, messages.Welcome)

    play(scene)


def test_a_thousand_idle_sockets_keep_no_seat_out(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            assert held.server._door is not None
            idle = [await asyncio.open_connection("127.0.0.1", held.port) for _ in range(1_000)]
            judge = await held.join("judge:E2").seated()
            assert held.server._door.strangers <= Limits().per_address
            await held.begin()
            assert isinstance(await judge.give(held.sheet("E2")), messages.Receipt)
            for _, writer in idle:
                writer.transport.abort()

    play(scene)


def test_newcomers_put_out_the_longest_waiting_of_the_most_crowded_address(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, limits=Limits(per_address=3, in_all=5)) as held:
            first = [await _from("127.0.0.2", held.port) for _ in range(3)]
            second = [await _from("127.0.0.3", held.port) for _ in range(2)]
            await _settled(held, 5)
            newcomer = await _from("127.0.0.4", held.port)  # in all five: the oldest of 127.0.0.2 goes
            assert await _end(first[0])
            again = await _from("127.0.0.3", held.port)  # again five; 127.0.0.2 and .3 have two each
            assert await _end(first[1]) or await _end(second[0])
            for _, writer in (*first, *second, newcomer, again):
                writer.transport.abort()

    play(scene)


async def _from(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))


async def _end(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> bool:
    try:
        return await asyncio.wait_for(connection[0].read(), 30) == b""
    except ConnectionError:
        return True


async def _settled(held: Hall, count: int) -> None:
    """The loop has accepted so many."""
    door = held.server._door
    assert door is not None
    for _ in range(10_000):
        if door.strangers >= count:
            return
        await asyncio.sleep(0)
    raise AssertionError(f"only {door.strangers} were let in")


# admission, revocation, replacement


def test_a_seat_waits_for_the_host_without_being_thrown_out_by_its_own_pings(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            sitter = held.join("judge:E2")
            await sitter.ear.until(lambda ear: ear.link is Link.WAITING_ADMISSION)
            device = next(iter(held.room.committed.devices["judge:E2"]))
            assert await asyncio.wait_for(_first_pong(sitter), 30)
            await held.order(commands.AdmitDevice(seat="judge:E2", device=device.id))
            await sitter.seated()
            assert [one.link for one in sitter.ear.connections] == [Link.WAITING_ADMISSION, Link.ONLINE]

    play(scene)


async def _first_pong(sitter: Sitter) -> bool:
    """The room has answered a ping of a seat that is not in yet."""
    answered = asyncio.Event()
    kept = sitter.connection.clock.answered

    def hear(pong: messages.Pong, at_ns: int) -> None:
        kept(pong, at_ns)
        answered.set()

    sitter.connection.clock.answered = hear  # type: ignore[method-assign]
    return await answered.wait()


def test_a_window_of_the_hosts_own_computer_is_let_in_at_once(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, local=True) as held:
            await held.join("stage").seated()
        async with hall(tmp_path, local=False) as held:
            stage = held.join("stage")
            await stage.ear.until(lambda ear: ear.link is Link.WAITING_ADMISSION)

    play(scene)


def test_the_host_sees_who_waits_and_what_he_calls_himself(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            host = await a_host(held)
            held.join("judge:E2")
            await host.ear.until(lambda ear: any(seat.waiting for seat in ear.view.seats))
            view = host.ear.view
            assert isinstance(view, HostView)
            ((_, name),) = next(seat.waiting for seat in view.seats if seat.seat.id == "judge:E2")
            assert name == "laptop of judge:E2"

    play(scene)


def test_a_revoked_device_is_told_and_shown_out_also_where_it_does_not_listen(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            listening = held.join("judge:E2")
            await listening.ear.until(lambda ear: ear.link is Link.WAITING_ADMISSION)
            device = held.room.committed.devices["judge:E2"][0]
            await held.order(commands.AdmitDevice(seat="judge:E2", device=device.id))
            await listening.seated()
            deaf = await held.seated("judge:E3")
            reader, writer = await raw(held.port)
            await _upgrade(reader, writer, deaf)
            await held.order(commands.RevokeDevice(seat="judge:E2", device=device.id, reason="丢失"))
            await held.order(commands.RevokeDevice(seat="judge:E3", device=deaf.id, reason="丢失"))
            await listening.ear.until(lambda ear: ear.link is Link.REFUSED)
            assert "已停用" in listening.ear.connections[-1].zh
            await asyncio.wait_for(listening.task, 30)  # it does not try for ever
            try:  # the other takes no note of the close, and is cut off
                while await asyncio.wait_for(reader.read(65_536), 30):
                    pass
            except ConnectionError:
                pass
            writer.close()
            assert not held.room.showing._sinks

    play(scene)


async def _upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, device: Device) -> None:
    """A WebSocket by hand, up to the welcome; it answers to nothing by itself."""
    writer.write(
        b"GET /v1/room HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    assert b"101" in await reader.readuntil(b"\r\n\r\n")
    text = hello(device).encode()
    writer.write(bytes([0x81, 0xFE]) + len(text).to_bytes(2, "big") + bytes(4) + text)
    await reader.readuntil(b'"Welcome"')


def test_the_second_connection_of_a_device_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            device = await held.seated("judge:E2")
            async with held.socket(device) as first:
                await heard(first, messages.Welcome)
                async with held.socket(device) as second:
                    await heard(second, messages.Welcome)
                    said = await ended(first)
                    assert (said[-1].code, said[-1].final) == ("elsewhere", True)
                    await second.send_str(messages.encode(messages.Ping(sent_ns=7)).decode())
                    assert (await heard(second, messages.Pong)).sent_ns == 7

    play(scene)


def test_two_devices_for_one_judge_are_shown_and_the_first_is_out_once_the_second_is_in(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            host = await a_host(held)
            first = held.join("judge:E2")
            await first.ear.until(lambda ear: ear.link is Link.WAITING_ADMISSION)
            device = held.room.committed.devices["judge:E2"][0]
            await host.give(commands.AdmitDevice(seat="judge:E2", device=device.id))
            await first.seated()
            second = held.join("judge:E2")
            # both are shown: who is in, and who asks
            await host.ear.until(lambda ear: any(seat.waiting and seat.online for seat in ear.view.seats))
            status = next(seat for seat in host.ear.view.seats if seat.waiting)
            assert status.waiting[0][0] != device.id
            await host.give(commands.AdmitDevice(seat="judge:E2", device=status.waiting[0][0]))
            await second.seated()
            await first.ear.until(lambda ear: ear.link is Link.REFUSED)

    play(scene)


def test_viewers_come_by_one_link_and_see_the_stage_alone(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            link = held.link("viewer")
            viewers = [await held.join("viewer", link=link).seated() for _ in range(3)]
            for viewer in viewers:
                assert isinstance(viewer.ear.view, StageView)
                assert viewer.ear.briefing is not None
                assert viewer.ear.briefing.judges == ()
                answer = await viewer.give(commands.ShowMessage(text="x"))
                assert isinstance(answer, Refusal)
                assert answer.code == "not_allowed"

    play(scene)


def test_messages_of_the_wrong_role_have_no_effect(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            await held.begin()
            for seat in SEAT_OF.values():
                if seat == "host":
                    continue
                device = await held.seated(seat)
                async with held.socket(device) as ws:
                    await heard(ws, messages.Welcome)
                    for message in (
                        messages.AskCode(seat="judge:E3"),
                        messages.Progress(entry_no="1", filled=2, lines=3),
                        messages.StageTrouble(troubles=((seat, seat),)),
                        messages.StageSlides(entry_no=seat, slides=12),
                        messages.Ping(sent_ns=1),
                    ):
                        await ws.send_str(messages.encode(message).decode())
                    await heard(ws, messages.Pong)
                    wrong = [zh for zh, _ in held.room.live().health.trouble if zh in SEAT_OF.values()]
                    assert wrong == (["stage"] if seat == "stage" else [])
                    assert held.room.live().slides == (("stage", 12) if seat == "stage" else None)
            assert not any(link.join_code for link in held.room.live().join_links)
            told = {seat for seat, live in held.room.live().seats.items() if live.filled}
            assert told == {"judge:E2"}

    play(scene)


def test_the_host_asks_for_a_code_and_sees_it(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            host = await held.join("host").seated()
            host.connection.ask_code("judge:E2")
            await host.ear.until(lambda ear: any(link.join_code for link in ear.view.join_links))
            (link,) = [link for link in host.ear.view.join_links if link.join_code]
            assert link.seat == "judge:E2"
            timekeeper = await held.join("timekeeper").seated()
            assert timekeeper.ear.view.join_links == ()

    play(scene)


# TLS


def test_nothing_below_tls_1_3_is_spoken(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            old = ssl.create_default_context()
            old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
            old.maximum_version = ssl.TLSVersion.TLSv1_2
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await asyncio.open_connection("127.0.0.1", held.port, ssl=old)
            async with held.http() as http, http.get("/v1/hello") as response:
                assert response.status == 200

    play(scene)


def test_plain_http_is_not_spoken(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            reader, writer = await asyncio.open_connection("127.0.0.1", held.port)
            writer.write(b"GET /v1/hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert b"HTTP" not in await asyncio.wait_for(reader.read(), 30)
            writer.close()

    play(scene)


# limits


def test_guesses_at_codes_are_slowed_down(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held, held.http() as http:
            statuses = []
            body = messages.encode(messages.PairStart(nameplate="00", message=""))
            for _ in range(15):
                async with http.post("/v1/pair", data=body) as response:
                    statuses.append(response.status)
            assert statuses[0] == 403  # no such code
            assert statuses[-1] == 429

    play(scene)


def test_a_bucket_gives_what_it_holds_and_no_more() -> None:
    bucket = Bucket(rate=0.000001, burst=3)
    assert [bucket.take() for _ in range(5)] == [True, True, True, False, False]


def test_buckets_are_one_an_address_and_their_number_has_an_end() -> None:
    buckets = Buckets(rate=0.000001, burst=1)
    assert buckets.take("10.0.0.1")
    assert not buckets.take("10.0.0.1")
    assert buckets.take("10.0.0.2")
    assert buckets.take("2001:db8:1:2::5")
    assert not buckets.take("2001:db8:1:2::6")  # the same network
    assert buckets.take("2001:db8:1:3::5")
    assert buckets.take(None)
    for number in range(3 * MAX_BUCKETS):
        buckets.take(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(buckets._buckets) == MAX_BUCKETS


def test_a_connection_that_does_not_take_its_answers_is_cut_off() -> None:
    cut: list[bool] = []
    transport: Any = types.SimpleNamespace(abort=lambda: cut.append(True))
    seat: Any = None
    ws: Any = None
    connection = Connection(ws, seat, "d", transport)
    for number in range(QUEUE):
        connection.answer(messages.Pong(sent_ns=number, room_real_ns=0))
    assert not cut
    connection.answer(messages.Pong(sent_ns=0, room_real_ns=0))
    assert cut


def test_a_mistake_of_ours_is_logged_and_answered_so_that_the_seat_tries_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            device = await held.seated("judge:E2")
            async with held.socket(device) as ws:
                await heard(ws, messages.Welcome)
                held.room._stored_ids = None  # type: ignore[assignment]
                await ws.send_str(messages.encode(device.sign(commands.OpenScoring())).decode())
                answer = await heard(ws, messages.Refusal)
                held.room._stored_ids = set()
            assert (answer.code, answer.again) == ("failed", True)

    with caplog.at_level(logging.ERROR):
        play(scene)
    assert "failed" in caplog.text


def test_a_room_that_stops_closes_every_connection_at_once(tmp_path: Path) -> None:
    async def scene() -> None:
        sitters: list[Sitter] = []
        async with hall(tmp_path, automatic=True) as held:
            sitters += [await held.join(seat).seated() for seat in ("host", "judge:E2", "stage")]
            held.sitters = []
            waiting = held.join("judge:E3")
            held.sitters = []
        for sitter in [*sitters, waiting]:
            await sitter.ear.until(lambda ear: ear.link is Link.OFFLINE)
            await sitter.leave()

    play(scene)


def test_reach_tells_who_has_the_link_how_it_stands(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held, held.http() as http:
            token = held.room.joining.link_token("judge:E2")
            key = Ed25519PrivateKey.generate()
            public = enrolment(held, token, key).key

            async def ask(token: str, key: str = "") -> tuple[str, str]:
                body = messages.encode(messages.ReachRequest(token=token, key=key))
                async with http.post("/v1/reach", data=body) as response:
                    told = await response.json()
                    return told["token"], told.get("device", "unknown")

            assert await ask(token) == ("free", "unknown")
            assert await ask("x" * 22) == ("unknown", "unknown")
            device = await held.enrol("judge:E2", key)
            assert await ask(token) == ("used", "unknown")
            assert await ask(token, public) == ("used", "waiting")
            await held.admit("judge:E2", device)
            assert await ask(token, public) == ("used", "admitted")
            await held.order(commands.RevokeDevice(seat="judge:E2", device=device.id, reason="丢失"))
            assert await ask(token, public) == ("used", "revoked")

    play(scene)


def test_a_judge_sees_only_his_own_over_the_wire(tmp_path: Path) -> None:
    """The bytes that a judge is sent hold nothing of another judge's sheet; core tests say the same of every view."""

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            judge = await held.join("judge:E2").seated()
            other = await held.join("judge:E3").seated()
            await held.begin()
            await other.ear.until(lambda ear: "1" in ear.view.open)
            secret = msgspec.structs.replace(held.sheet("E3", share=1), comment="机密评语")
            assert isinstance(await other.give(secret), messages.Receipt)
            assert isinstance(await judge.give(held.sheet("E2")), messages.Receipt)
            await judge.ear.until(lambda ear: ear.view.sheets)
            for view in judge.ear.views:
                assert isinstance(view, JudgeView)
                assert "机密评语" not in messages.encode(view).decode()

    play(scene)
