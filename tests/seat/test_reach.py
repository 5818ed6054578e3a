"""The reachability self-test: each way in which a seat may fail to reach its room is told apart, with what to do."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from judge_app.core import commands
from judge_app.room.keys import RoomKeys
from judge_app.seat.identity import Identity, file_name, known_key
from judge_app.seat.reach import Knock, Network, Reach, Step, explain_port, explain_seat, knock, neighbour, networks
from judge_app.wire.link import JoinLink
from judge_app.wire.messages import DeviceState, Reached, TokenState
from tests.room.halls import hall

LINK = JoinLink(host="192.168.1.5", port=41234, fingerprint=bytes(32), token="T" * 22)
HOME = Network(interface="wlan0", address="192.168.1.7/24")
ABROAD = Network(interface="wlan0", address="10.20.0.7/16")


def play(scene: Callable[[], Any]) -> None:
    asyncio.run(scene())


async def codes(reach: Reach) -> list[tuple[str, str]]:
    heard: list[Step] = []
    done = await reach.run(heard.append)
    assert heard == done
    for step in done:
        assert step.zh
        assert step.en
    return [(step.name, step.code) for step in done]


def knocking(result: Knock) -> Any:
    async def knock(host: str, port: int) -> Knock:
        return result

    return knock


@pytest.mark.parametrize(
    ("own", "result", "answers", "expected"),
    [
        ([], Knock.NO_ROUTE, None, [("address", "no_network")]),
        ([HOME], Knock.REFUSED, True, [("address", "ok"), ("port", "not_running")]),
        ([HOME], Knock.SILENT, True, [("address", "ok"), ("port", "firewall")]),
        ([HOME], Knock.SILENT, False, [("address", "ok"), ("port", "isolated")]),
        ([HOME], Knock.NO_ROUTE, False, [("address", "ok"), ("port", "isolated")]),
        ([HOME], Knock.SILENT, None, [("address", "ok"), ("port", "firewall_or_isolated")]),
        ([ABROAD], Knock.SILENT, None, [("address", "ok"), ("port", "other_network")]),
        ([ABROAD], Knock.NO_ROUTE, None, [("address", "ok"), ("port", "other_network")]),
        ([ABROAD, HOME], Knock.SILENT, True, [("address", "ok"), ("port", "firewall")]),
    ],
)
def test_firewall_isolation_and_wrong_network_are_told_apart(
    own: list[Network], result: Knock, answers: bool | None, expected: list[tuple[str, str]]
) -> None:
    async def scene() -> None:
        reach = Reach(LINK, networks=lambda: own, neighbour=lambda host: answers, knock=knocking(result))
        assert await codes(reach) == expected

    play(scene)


def test_every_outcome_at_the_port_says_something_else() -> None:
    told = {
        explain_port(result, near=near, answers=answers).zh
        for result in Knock
        for near in (True, False)
        for answers in (True, False, None)
    }
    assert len(told) == 6


@pytest.mark.parametrize(
    ("token", "device", "code"),
    [
        (TokenState.FREE, DeviceState.UNKNOWN, "ok"),
        (TokenState.USED, DeviceState.UNKNOWN, "used"),
        (TokenState.UNKNOWN, DeviceState.UNKNOWN, "bad_token"),
        (TokenState.USED, DeviceState.WAITING, "ok"),
        (TokenState.USED, DeviceState.ADMITTED, "ok"),
        (TokenState.USED, DeviceState.REVOKED, "revoked"),
    ],
)
def test_how_link_and_device_stand_is_said(token: TokenState, device: DeviceState, code: str) -> None:
    step = explain_seat(Reached(token=token, device=device))
    assert (step.name, step.code, step.ok) == ("seat", code, code == "ok")


def test_a_room_that_can_be_reached_is_reached_to_the_seat(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            link = held.link("judge:E2")
            assert await codes(Reach(link)) == [(n, "ok") for n in ("address", "port", "certificate", "room", "seat")]
            identity = Identity(tmp_path / "seats" / f"{file_name(link)}.key")
            device = await held.enrol("judge:E2", identity.key)
            assert (await codes(Reach(link)))[-1] == ("seat", "used")
            key = known_key(tmp_path / "seats", link)
            steps = await Reach(link, key).run()
            assert "等主持人" in steps[-1].zh
            await held.admit("judge:E2", device)
            steps = await Reach(link, key).run()
            assert "可以评分" in steps[-1].zh
            await held.order(commands.RevokeDevice(seat="judge:E2", device=device.id, reason="丢失"))
            assert (await codes(Reach(link, key)))[-1] == ("seat", "revoked")
            foreign = msgspec.structs.replace(link, token="x" * 22)
            assert (await codes(Reach(foreign)))[-1] == ("seat", "bad_token")

    play(scene)


def test_another_rooms_certificate_stops_the_test_before_the_token_is_shown(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            asked: list[Any] = []
            held.room.joining.reached = asked.append  # type: ignore[assignment,method-assign]
            wrong = msgspec.structs.replace(held.link("judge:E2"), fingerprint=bytes(32))
            assert (await codes(Reach(wrong)))[-1] == ("certificate", "other_host")
            assert asked == []

    play(scene)


@pytest.mark.parametrize(
    ("banner", "tls", "expected"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", False, ("certificate", "no_tls")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", True, ("room", "no_answer")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", True, ("room", "version")),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 34\r\n\r\n" + b'{"judge-app": "room", "protocol":1}'[:34],
            True,
            ("room", "no_answer"),
        ),
        (b"", True, ("room", "no_answer")),
    ],
)
def test_what_is_no_room_or_another_version_is_said_to_be_that(
    tmp_path: Path, banner: bytes, tls: bool, expected: tuple[str, str]
) -> None:
    async def scene() -> None:
        keys = RoomKeys.of(tmp_path / "x")

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if tls:
                await reader.readline()
            writer.write(banner)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=keys.ssl_context() if tls else None)
        port = server.sockets[0].getsockname()[1]
        link = JoinLink(host="127.0.0.1", port=port, fingerprint=keys.fingerprint, token="T" * 22)
        assert (await codes(Reach(link)))[-1] == expected
        server.close()

    play(scene)


def test_a_room_that_has_moved_is_found_and_only_believed_by_its_certificate(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            real = held.link("judge:E2")
            gone = msgspec.structs.replace(real, port=1)

            async def find(fingerprint: bytes) -> list[tuple[str, int]]:
                assert fingerprint == real.fingerprint
                return [("127.0.0.1", 1), ("127.0.0.1", 2), ("127.0.0.1", held.port)]

            steps = await Reach(gone, find=find).run()
            assert (steps[-1].name, steps[-1].code) == ("port", "moved")
            assert f"127.0.0.1:{held.port}" in steps[-1].zh
            stranger = msgspec.structs.replace(gone, fingerprint=bytes(32))

            async def lie(fingerprint: bytes) -> list[tuple[str, int]]:
                return [("127.0.0.1", held.port)]

            assert (await codes(Reach(stranger, find=lie)))[-1] == ("port", "not_running")

    play(scene)


def test_a_name_that_nobody_knows_is_said(tmp_path: Path) -> None:
    async def scene() -> None:
        link = msgspec.structs.replace(LINK, host="no-such-host.invalid")
        assert await codes(Reach(link)) == [("address", "unknown_name")]

    play(scene)


def test_a_closed_port_is_refused_and_an_open_one_is_open() -> None:
    async def scene() -> None:
        server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        assert await knock("127.0.0.1", port) is Knock.OPEN
        server.close()
        await server.wait_closed()
        assert await knock("127.0.0.1", port) is Knock.REFUSED

    play(scene)


def test_this_computers_own_networks_are_told() -> None:
    for network in networks():
        assert network.interface
        assert network.holds(network.address.split("/")[0])
        assert not network.address.startswith("127.")
    assert neighbour("203.0.113.99") in (None, False)


def test_the_command_prints_each_step_or_one_json_object_and_exits_by_the_outcome() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "judge_app", "reach", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=Path(__file__).resolve().parents[2],
            encoding="utf-8",
        )

    closed = str(msgspec.structs.replace(LINK, host="127.0.0.1", port=1))
    said = run(closed)
    assert said.returncode == 1
    assert said.stdout.startswith("✓")
    assert "✗" in said.stdout
    told = run(closed, "--json")
    assert told.returncode == 1
    data = json.loads(told.stdout)
    assert data["ok"] is False
    assert data["steps"][-1]["code"] in ("not_running", "moved")
    assert run("rsj://broken").returncode == 2
