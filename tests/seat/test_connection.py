"""A seat's client: nothing is sent to a stranger, nothing is lost that was put, and every state says what to do."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from judge_app.core import commands
from judge_app.core.errors import BadInput
from judge_app.core.views import SheetStatus
from judge_app.room.keys import RoomKeys
from judge_app.seat.connection import SeatConnection
from judge_app.seat.state import Delivery, Link
from judge_app.wire import messages
from judge_app.wire.link import JoinLink
from judge_app.wire.messages import Receipt, Refusal
from tests.room.halls import Ear, hall


def play(scene: Callable[[], Any]) -> None:
    asyncio.run(scene())


def test_a_seat_is_told_what_becomes_of_its_command(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            judge = await held.join("judge:E2", folder=tmp_path / "seats").seated()
            await held.begin()
            await judge.ear.until(lambda ear: "1" in ear.view.open)
            receipt = await judge.give(held.sheet("E2"))
            assert isinstance(receipt, Receipt)
            assert [(s.delivery, s.kind, s.entry_no, s.seq) for s in judge.ear.commands] == [
                (Delivery.SENDING, "SubmitSheet", "1", None),
                (Delivery.RECORDED, "SubmitSheet", "1", receipt.seq),
            ]
            refused = await judge.give(held.sheet("E2"))
            assert isinstance(refused, Refusal)
            assert (judge.ear.commands[-1].delivery, judge.ear.commands[-1].code) == (
                Delivery.REFUSED,
                "stale_revision",
            )
            assert judge.connection.pending() == 0
            assert list(judge.connection.receipts()) == [receipt.command_id]

    play(scene)


def test_before_the_room_was_reached_nothing_can_be_sent(tmp_path: Path) -> None:
    async def scene() -> None:
        link = JoinLink(host="127.0.0.1", port=1, fingerprint=bytes(32), token="T" * 22)
        connection = SeatConnection(link, Ear(), folder=None, device_name="x")
        with pytest.raises(RuntimeError):
            connection.send(commands.OpenScoring())

    play(scene)


# strangers


@contextlib.asynccontextmanager
async def impostor(folder: Path) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server with another certificate that keeps every byte it is sent after the handshake."""
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1_000):
                heard.append(data)
                if data.endswith(b"}"):  # an enrolment's end
                    break
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=RoomKeys.of(folder / "impostor").ssl_context())
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await server.wait_closed()


def test_not_one_byte_goes_to_whoever_shows_another_certificate(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held, impostor(tmp_path) as (port, heard):
            link = msgspec.structs.replace(held.link("judge:E2"), port=port)
            stranger = held.join("judge:E2", link=link)
            await stranger.ear.until(lambda ear: ear.link is Link.REFUSED)
            await asyncio.wait_for(stranger.task, 30)
            assert "指纹不符" in stranger.ear.connections[-1].zh
            assert heard == []

    play(scene)


def test_nor_does_the_secret_of_a_seat_that_has_sat_there_before(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held, impostor(tmp_path) as (port, heard):
            folder = tmp_path / "seats"
            link = held.link("judge:E2")
            seated = await held.join("judge:E2", folder=folder, link=link).seated()
            await seated.leave()
            again = held.join("judge:E2", folder=folder, link=msgspec.structs.replace(link, port=port))
            await again.ear.until(lambda ear: ear.link is Link.REFUSED)
            assert heard == []

    play(scene)


def test_the_impostor_of_these_tests_does_hear_what_it_is_sent(tmp_path: Path) -> None:
    """The control: with its own fingerprint in the link it gets the token."""

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held, impostor(tmp_path) as (port, heard):
            fingerprint = RoomKeys.of(tmp_path / "impostor").fingerprint
            link = msgspec.structs.replace(held.link("judge:E2"), port=port, fingerprint=fingerprint)
            sitter = held.join("judge:E2", link=link)
            await sitter.ear.until(lambda ear: ear.link is Link.OFFLINE)  # it closed without an answer
            assert link.token.encode() in b"".join(heard)

    play(scene)


# lost and found


class Cable:
    """A TCP proxy between a seat and its room whose cable can be pulled: connections end, new ones are refused."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Future[None]] = set()
        self.port = 0

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._between, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers = []
        await self._server.wait_closed()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, there_writer]
        for work in (self._pump(reader, there_writer), self._pump(there_reader, writer)):
            task = asyncio.ensure_future(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()


def test_what_is_put_while_the_cable_is_out_is_sent_when_it_is_back(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            cable = Cable(held.port)
            await cable.plug()
            link = msgspec.structs.replace(held.link("judge:E2"), port=cable.port)
            judge = await held.join("judge:E2", folder=tmp_path / "seats", link=link).seated()
            await held.begin()
            await judge.ear.until(lambda ear: "1" in ear.view.open)
            await cable.pull()
            await judge.ear.until(lambda ear: ear.link is Link.OFFLINE)
            command_id = judge.connection.send(held.sheet("E2"))
            assert judge.connection.pending() == 1
            assert judge.ear.commands[-1].delivery is Delivery.SENDING
            await cable.plug()
            receipt = await asyncio.wait_for(judge.connection.answered(command_id), 60)
            assert isinstance(receipt, Receipt)
            assert held.room.committed.projects["1"].sheets["E2"].status is SheetStatus.SUBMITTED
            await cable.pull()

    play(scene)


def test_what_was_put_before_a_crash_is_sent_by_the_next_run_with_the_same_id(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            link = held.link("judge:E2")
            folder = tmp_path / "seats"
            judge = await held.join("judge:E2", folder=folder, link=link).seated()
            await held.begin()
            await judge.ear.until(lambda ear: "1" in ear.view.open)
            judge.connection._ws = None  # the crash comes between the outbox and the send
            command_id = judge.connection.send(held.sheet("E2"))
            await judge.leave()
            assert held.room.committed.projects["1"].sheets["E2"].status is SheetStatus.EMPTY
            again = await held.join("judge:E2", folder=folder, link=link).seated()
            receipt = await asyncio.wait_for(again.connection.answered(command_id), 60)
            assert isinstance(receipt, Receipt)
            # and once more after a crash between the receipt's arrival and its being kept
            await again.leave()
            third = await held.join("judge:E2", folder=folder, link=link).seated()
            assert third.connection.receipts() == {command_id: receipt}
            assert third.connection.pending() == 0

    play(scene)


def test_a_receipt_that_does_not_verify_is_no_receipt(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            judge = await held.join("judge:E2").seated()
            await held.begin()
            await judge.ear.until(lambda ear: "1" in ear.view.open)
            kept = judge.connection._ws
            judge.connection._ws = None
            command_id = judge.connection.send(held.sheet("E2"))
            forged = Receipt(
                command_id=command_id, seq=57, hash="ab" * 32, digest="00" * 32, at="", signature="00" * 64
            )
            judge.connection._on_answer(forged)
            assert judge.connection.pending() == 1
            assert judge.ear.commands[-1].delivery is Delivery.SENDING
            judge.connection._ws = kept
            submit = judge.connection._outbox.find(command_id)
            assert submit is not None
            await judge.connection._send(submit)
            assert isinstance(await judge.connection.answered(command_id), Receipt)

    with caplog.at_level(logging.ERROR):
        play(scene)
    assert "does not verify" in caplog.text


def test_a_refusal_for_the_moment_is_tried_again_by_itself(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            judge = await held.join("judge:E2").seated()
            await held.begin()
            await judge.ear.until(lambda ear: "1" in ear.view.open)
            kept = held.room.take
            refused: list[int] = []

            def in_trouble(*given: Any) -> None:
                if not refused:
                    refused.append(1)
                    given[3](Refusal(command_id=given[2].command_id, code="store_trouble", zh="甲", en="a", again=True))
                    return
                kept(*given)

            held.room.take = in_trouble  # type: ignore[method-assign]
            assert isinstance(await judge.give(held.sheet("E2")), Receipt)
            assert refused
            assert Delivery.REFUSED not in [state.delivery for state in judge.ear.commands]

    play(scene)


def test_a_room_at_another_address_is_found_again_and_a_liar_is_passed_over(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held, impostor(tmp_path) as (port, heard):
            link = held.link("judge:E2")
            asked: list[bytes] = []

            async def find(fingerprint: bytes) -> list[tuple[str, int]]:
                asked.append(fingerprint)
                return [("127.0.0.1", port if len(asked) == 1 else held.port)]

            moved = msgspec.structs.replace(link, port=1)
            judge = await held.join("judge:E2", link=moved, find=find).seated()
            assert len(asked) == 2
            assert set(asked) == {link.fingerprint}
            assert heard == []
            assert Link.REFUSED not in [one.link for one in judge.ear.connections]

    play(scene)


# windows


def test_a_second_window_of_the_same_seat_on_this_computer_is_told_so(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            link = held.link("judge:E2")
            await held.join("judge:E2", folder=tmp_path / "seats", link=link).seated()
            with pytest.raises(BadInput) as caught:
                SeatConnection(link, Ear(), folder=tmp_path / "seats", device_name="x")
            assert "另一个窗口" in caught.value.problems[0].zh

    play(scene)


def test_a_borrowed_laptop_is_left_empty_once_every_receipt_is_there(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            folder = tmp_path / "seats"
            judge = await held.join("judge:E2", folder=folder).seated()
            await held.begin()
            await judge.ear.until(lambda ear: "1" in ear.view.open)
            kept = judge.connection._ws
            judge.connection._ws = None
            command_id = judge.connection.send(held.sheet("E2"))
            with pytest.raises(RuntimeError):
                judge.connection.wipe()
            assert len(list(folder.iterdir())) == 3
            judge.connection._ws = kept
            submit = judge.connection._outbox.find(command_id)
            assert submit is not None
            await judge.connection._send(submit)
            await judge.connection.answered(command_id)
            await judge.leave()
            judge.connection.wipe()
            assert list(folder.iterdir()) == []

    play(scene)


def test_an_old_link_is_refused_for_good_with_what_to_do(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            link = held.link("judge:E2")
            await held.join("judge:E2", link=link).seated()
            late = held.join("judge:E2", link=link)
            await asyncio.wait_for(late.task, 30)
            assert late.ear.link is Link.REFUSED
            assert "要新链接" in late.ear.connections[-1].zh

    play(scene)


def test_the_rooms_clock_is_known_to_within_the_round_trip(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True, rate=40) as held:
            judge = await held.join("judge:E2").seated()
            host = await held.join("host").seated()
            await host.give(commands.CallProject(entry_no="1"))  # pings went out before this was answered
            await judge.ear.until(lambda ear: ear.view.current == "1" and judge.connection.clock.known)
            before = held.room.clock.now_ns()
            shown = judge.connection.clock.now_ns()
            after = held.room.clock.now_ns()
            rtt = judge.connection.clock.rtt_ns
            assert shown is not None
            assert rtt is not None
            assert before - rtt * 40 <= shown <= after + rtt * 40

    play(scene)


def test_answers_and_views_of_unknown_shape_end_the_connection_and_not_the_seat(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            judge = await held.join("judge:E2").seated()
            (sink,) = held.room.showing._sinks
            sink.show(b'{"type":"Surprise"}')
            await judge.ear.until(lambda ear: Link.OFFLINE in [one.link for one in ear.connections])
            await judge.ear.until(lambda ear: ear.link is Link.ONLINE)

    with caplog.at_level(logging.WARNING):
        play(scene)
    assert "no message" in caplog.text
    assert messages.PROTOCOL > 1
