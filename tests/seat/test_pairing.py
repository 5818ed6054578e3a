"""A device without a link joins by the code that the host reads out; a wrong code, a stranger or somebody in the middle
gets nothing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from judge_app.core import commands
from judge_app.core.errors import Refused
from judge_app.room.keys import RoomKeys
from judge_app.seat import pairing as seat_pairing
from judge_app.seat.pairing import pair
from judge_app.seat.state import Link
from judge_app.wire import pairing
from judge_app.wire.pairing import ByCode
from tests.room.halls import Hall, hall


def play(scene: Callable[[], Any]) -> None:
    asyncio.run(scene())


def code_of(held: Hall, seat: str) -> str:
    held.room.joining.make_code(seat)
    return pairing.read_code(next(one.join_code for one in held.room.live().join_links if one.seat == seat))


def test_address_and_code_lead_to_the_seat_and_the_host_still_lets_in(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            code = code_of(held, "judge:E2")
            link = await pair(pairing.read_by_code(f"127.0.0.1:{held.port} {pairing.spaced(code)}"))
            assert link == held.link("judge:E2")
            sitter = held.join("judge:E2", link=link)
            await sitter.ear.until(lambda ear: ear.link is Link.WAITING_ADMISSION)
            device = held.room.committed.devices["judge:E2"][0]
            await held.order(commands.AdmitDevice(seat="judge:E2", device=device.id))
            await sitter.seated()
            assert sitter.ear.briefing is not None
            assert sitter.ear.briefing.seat.id == "judge:E2"

    play(scene)


def test_a_wrong_code_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            code = code_of(held, "judge:E2")
            wrong = f"{code[:2]}{(int(code[2:]) + 1) % 10**6:06d}"
            with pytest.raises(Refused) as refused:
                await pair(ByCode(host="127.0.0.1", port=held.port, code=wrong))
            assert refused.value.code == "wrong_code"
            other = f"{(int(code[:2]) + 1) % 100:02d}{code[2:]}"
            with pytest.raises(Refused) as refused:
                await pair(ByCode(host="127.0.0.1", port=held.port, code=other))
            assert refused.value.code == "no_code"
            await pair(ByCode(host="127.0.0.1", port=held.port, code=code))

    play(scene)


def test_a_code_by_brute_force_is_burnt_long_before_it_is_found(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            code = code_of(held, "judge:E2")
            codes = []
            for guess in range(30):
                with pytest.raises(Refused) as refused:
                    await pair(ByCode(host="127.0.0.1", port=held.port, code=f"{code[:2]}{guess:06d}"))
                codes.append(refused.value.code)
            assert codes[:5] == ["wrong_code"] * 5
            assert set(codes[5:]) <= {"no_code", "slow_down"}
            with pytest.raises(Refused):
                await pair(ByCode(host="127.0.0.1", port=held.port, code=code))

    with caplog.at_level(logging.WARNING):
        play(scene)
    assert "guessed at" in caplog.text


@contextlib.asynccontextmanager
async def man_in_the_middle(keys: RoomKeys, port: int) -> AsyncIterator[int]:
    """Shows a certificate of his own and passes everything on to the room and back, reading along."""
    tasks = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from judge_app.seat.certificate import untrusting

        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port, ssl=untrusting())
        for task in (pump(reader, there_writer), pump(there_reader, writer)):
            tasks.add(asyncio.ensure_future(task))

    server = await asyncio.start_server(between, "127.0.0.1", 0, ssl=keys.ssl_context())
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def test_somebody_in_the_middle_gets_no_token_and_is_noticed(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            code = code_of(held, "judge:E2")
            token = held.room.joining.link_token("judge:E2")
            async with man_in_the_middle(RoomKeys.of(tmp_path / "evil"), held.port) as port:
                with pytest.raises(Refused) as refused:
                    await pair(ByCode(host="127.0.0.1", port=port, code=code))
                assert refused.value.code == "wrong_code"
            assert held.room.joining.link_token("judge:E2") == token  # unused

    play(scene)


def test_the_man_in_the_middle_of_these_tests_does_pass_everything_on(tmp_path: Path) -> None:
    """The control: with the certificate out of the key he would have got through."""

    async def scene() -> None:
        async with hall(tmp_path) as held:
            code = code_of(held, "judge:E2")
            keys = RoomKeys.of(tmp_path / "x.roadshow")  # the room's own: as if the certificate made no difference
            async with man_in_the_middle(keys, held.port) as port:
                link = await pair(ByCode(host="127.0.0.1", port=port, code=code))
                assert link.token == held.room.joining.link_token("judge:E2")

    play(scene)


async def _quiet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A web server that is no room."""
    with contextlib.suppress(asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>")
    await writer.drain()
    writer.close()


def test_what_is_no_room_is_said_to_be_none(tmp_path: Path) -> None:
    async def scene() -> None:
        keys = RoomKeys.of(tmp_path / "x")
        server = await asyncio.start_server(_quiet, "127.0.0.1", 0, ssl=keys.ssl_context())
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Refused) as refused:
            await pair(ByCode(host="127.0.0.1", port=port, code="37402915"))
        assert refused.value.code == "no_room"
        server.close()
        await server.wait_closed()
        with pytest.raises(Refused) as refused:
            await pair(ByCode(host="127.0.0.1", port=port, code="37402915"))
        assert refused.value.code == "unreachable"
        assert seat_pairing.TRIES == 3

    play(scene)


def cut(held: Hall) -> None:
    """Every connection of the room ends at once."""
    assert held.server._runner is not None
    assert held.server._runner.server is not None
    for transport in list(held.server._runner.server._connections.values()):
        transport.abort()


def test_a_lost_answer_is_asked_for_again_and_costs_no_guess(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            code = code_of(held, "judge:E2")
            lost = {"/v1/pair": 2, "/v1/pair/confirm": 2}
            kept = held.room.joining.pair

            def losing(message: Any) -> Any:
                answer = kept(message)
                path = "/v1/pair" if type(message).__name__ == "PairStart" else "/v1/pair/confirm"
                if lost[path]:
                    lost[path] -= 1
                    cut(held)  # decided, and the answer never arrives
                return answer

            held.room.joining.pair = losing  # type: ignore[method-assign]
            link = await pair(ByCode(host="127.0.0.1", port=held.port, code=code))
            assert link == held.link("judge:E2")
            assert not any(lost.values())

    play(scene)
