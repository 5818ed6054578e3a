"""kill -9 of a real room process in mid-session: no receipt is lost or doubled, and the clock goes on."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import os
import random
import signal
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec

from judge_app import launch
from judge_app.core import clock, commands, overall, session
from judge_app.core.events import SessionSetup, SheetSubmitted
from judge_app.core.journal import first_break
from judge_app.core.views import AnyView, Briefing, HostView
from judge_app.exchange.workbook import read_contest
from judge_app.rehearsal.rehearse import setup_of
from judge_app.seat.connection import SeatConnection
from judge_app.seat.state import CommandState, Connection
from judge_app.store.presets import Presets
from judge_app.store.session_file import read_session
from judge_app.wire.link import read_link
from judge_app.wire.messages import Receipt

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "regional-final"
KILLS = 6


class Ear:
    """Hears a seat and remembers."""

    def __init__(self) -> None:
        self.view: AnyView | None = None
        self.changed = asyncio.Event()
        self.connections: list[Connection] = []

    def on_briefing(self, briefing: Briefing) -> None: ...

    def on_view(self, view: AnyView, seq: int) -> None:
        self.view = view
        self.changed.set()

    def on_connection(self, connection: Connection) -> None:
        self.connections.append(connection)

    def on_command(self, state: CommandState) -> None: ...

    async def until(self, holds: Any) -> None:
        """Until a view for which ``holds`` is true."""
        while self.view is None or not holds(self.view):
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 30)


def setup() -> SessionSetup:
    contest = read_contest(SAMPLE / "contest.xlsx", known_presets=Presets().keys())
    rules = Presets().load(contest.preset)
    return setup_of(contest, rules, contest.sessions[0], rehearsal=True, automatic_admission=True)


class Hall:
    """A room process that can be killed and started again, and seats that outlive it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "x.roadshow"
        self.setup = setup()
        self.setup_file = folder / "setup.json"
        self.setup_file.write_bytes(msgspec.json.encode(self.setup))
        self.port = 0
        self.seats: dict[str, tuple[SeatConnection, Ear]] = {}
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self.room = launch.room(self.file, setup=self.setup_file, port=self.port, log=self.folder / "room.log")
        self.port = self.room.ready["port"]

    def kill(self) -> None:
        os.kill(self.room.pid, signal.SIGKILL)
        self.room.wait(10)

    def join(self, *seats: str) -> None:
        for seat in seats:
            ear = Ear()
            link = read_link(self.room.ready["links"][seat])
            connection = SeatConnection(link, ear, folder=self.folder / "seats", device_name=seat)
            self.seats[seat] = (connection, ear)
            self.tasks.append(asyncio.create_task(connection.run()))

    async def give(self, seat: str, command: commands.AnyCommand) -> Any:
        connection = self.seats[seat][0]
        return await asyncio.wait_for(connection.answered(connection.send(command)), 60)


@contextlib.asynccontextmanager
async def hall(folder: Path) -> AsyncIterator[Hall]:
    held = Hall(folder)
    await asyncio.to_thread(held.start)
    try:
        yield held
    finally:
        for task in held.tasks:
            task.cancel()
        await asyncio.gather(*held.tasks, return_exceptions=True)
        await asyncio.to_thread(held.room.stop)


def points_for(held: SessionSetup, judge: str, mark: int) -> commands.Points:
    card = session.panel_judge(held, judge)
    return {
        component.key: {criterion.name: min(mark, int(criterion.max)) * 100 for criterion in component.criteria}
        for component in held.rules.components_of(card.judge_class)
    }


def check_history(file: Path, receipts: list[Receipt]) -> None:
    """The invariants: receipts ⊆ store · one effective sheet a judge and project · the chain holds · replay is sane."""
    records = read_session(file)
    assert first_break(records) is None
    stored = {record.seq: record for record in records}
    for receipt in receipts:
        record = stored[receipt.seq]
        assert record.hash.hex() == receipt.hash
        assert record.body.command_id == receipt.command_id
        assert record.body.command_digest == receipt.digest
    sheets = [record.event for record in records if isinstance(record.event, SheetSubmitted)]
    counted = collections.Counter((sheet.entry_no, sheet.judge, sheet.revision) for sheet in sheets)
    assert max(counted.values(), default=0) <= 1
    commands_seen = collections.Counter(
        record.body.command_id for record in records if record.body.command_digest and record.body.part == 0
    )
    assert max(commands_seen.values(), default=0) == 1
    overall.replay(records)


def test_no_receipt_is_lost_or_doubled_when_the_room_is_killed_again_and_again(tmp_path: Path) -> None:
    async def play() -> None:
        dice = random.Random(7)
        async with hall(tmp_path) as held:
            judges = [f"judge:{judge.no}" for judge in held.setup.contest.judges]
            held.join("host", *judges)
            for _, ear in held.seats.values():
                await ear.until(lambda view: True)
            given: list[asyncio.Task[Any]] = []
            for project in held.setup.contest.projects[:KILLS]:
                entry_no = project.entry_no
                await held.give("host", commands.CallProject(entry_no=entry_no))
                await held.give("host", commands.StartPhase(phase="presentation"))
                for seat in judges:
                    await held.seats[seat][1].until(lambda view, no=entry_no: no in view.open)
                sheets = [
                    asyncio.create_task(
                        held.give(
                            seat,
                            commands.SubmitSheet(
                                entry_no=entry_no, revision=0, points=points_for(held.setup, seat[6:], 15)
                            ),
                        )
                    )
                    for seat in judges
                ]
                await asyncio.sleep(dice.uniform(0.0, 0.02))  # somewhere between the first send and the last receipt
                await asyncio.to_thread(held.kill)
                await asyncio.to_thread(held.start)
                given += sheets
                await asyncio.gather(*sheets)
                await held.give("host", commands.OpenScoring())
            receipts = [await task for task in given]
            assert all(isinstance(receipt, Receipt) for receipt in receipts)
            assert len({receipt.seq for receipt in receipts}) == KILLS * len(judges)
        check_history(held.file, receipts)
        state = overall.replay(read_session(held.file))
        assert all(not state.projects[p.entry_no].missing for p in held.setup.contest.projects[:KILLS])

    asyncio.run(play())


def test_the_clock_goes_on_through_a_kill_and_a_restart(tmp_path: Path) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held:
            held.join("host")
            connection, ear = held.seats["host"]
            await ear.until(lambda view: True)
            await held.give("host", commands.CallProject(entry_no="1"))
            await held.give("host", commands.StartPhase(phase="presentation"))
            await ear.until(lambda view: view.clock is not None)
            assert isinstance(ear.view, HostView)
            assert ear.view.clock is not None
            before = ear.view.clock.deadline_ns
            await asyncio.to_thread(held.kill)
            await asyncio.to_thread(held.start)
            heard = len(ear.connections)
            await held.give("host", commands.AddTime(seconds=10, reason="补时"))
            await ear.until(lambda view: view.clock.added_ns == 10 * clock.SECOND)
            assert ear.view.clock is not None
            assert ear.view.clock.deadline_ns == before + 10 * clock.SECOND
            assert heard >= 1
            now = connection.clock.now_ns()
            assert now is not None
            run = overall.replay(read_session_live(held)).run
            assert run is not None
            assert 0 < clock.remaining_ns(run, now) < 490 * clock.SECOND

    def read_session_live(held: Hall) -> Any:
        held.room.stop()
        return read_session(held.file)

    asyncio.run(play())


def test_a_deadline_that_passed_while_the_room_was_dead_keeps_its_true_end(tmp_path: Path) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held:
            held.join("host")
            ear = held.seats["host"][1]
            await ear.until(lambda view: True)
            await held.give("host", commands.CallProject(entry_no="1"))
            await held.give("host", commands.StartPhase(phase="presentation"))
            await held.give("host", commands.AddTime(seconds=-478, reason="试验"))
            await ear.until(lambda view: view.clock is not None and view.clock.added_ns != 0)
            assert isinstance(ear.view, HostView)
            assert ear.view.clock is not None
            deadline = ear.view.clock.deadline_ns
            await asyncio.to_thread(held.kill)
            await asyncio.sleep(2.2)  # the real clock runs on while nobody keeps it
            await asyncio.to_thread(held.start)
            await ear.until(lambda view: view.clock is not None and view.clock.ended_ns is not None)
            assert ear.view.clock is not None
            assert ear.view.clock.ended_ns == deadline
            assert ear.view.clock.ended_by == "deadline"

    asyncio.run(play())


def test_the_same_command_sent_a_hundred_times_is_recorded_once(tmp_path: Path) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held:
            held.join("host", "judge:E1")
            for _, ear in held.seats.values():
                await ear.until(lambda view: True)
            await held.give("host", commands.CallProject(entry_no="1"))
            await held.give("host", commands.StartPhase(phase="presentation"))
            connection, ear = held.seats["judge:E1"]
            await ear.until(lambda view: "1" in view.open)
            sheet = commands.SubmitSheet(entry_no="1", revision=0, points=points_for(held.setup, "E1", 15))
            command_id = connection.send(sheet)
            submit = next(one for one in connection._outbox.pending() if one.command_id == command_id)
            await asyncio.gather(*(connection._send(submit) for _ in range(100)))
            receipt = await connection.answered(command_id)
            assert isinstance(receipt, Receipt)
            other = msgspec.structs.replace(submit, data=submit.data.replace("1500", "1600"))
            assert uuid.UUID(other.command_id)
            await connection._send(other)
            again = await held.give("judge:E1", commands.AskReturn(entry_no="1", reason="试"))
            assert isinstance(again, Receipt)
        check_history(held.file, [receipt, again])

    asyncio.run(play())


def test_the_history_checker_finds_a_receipt_for_what_was_never_stored(tmp_path: Path) -> None:
    """The negative control: a room that acknowledged before its commit would be caught by the same check."""

    async def play() -> None:
        async with hall(tmp_path) as held:
            held.join("host")
            await held.seats["host"][1].until(lambda view: True)
            receipt = await held.give("host", commands.CallProject(entry_no="1"))
        check_history(held.file, [receipt])
        for wrong in (
            msgspec.structs.replace(receipt, seq=receipt.seq + 1000),
            msgspec.structs.replace(receipt, hash="00" * 32),
            msgspec.structs.replace(receipt, digest="00" * 32),
        ):
            try:
                check_history(held.file, [wrong])
            except (AssertionError, KeyError):
                continue
            raise AssertionError("the checker let a lost receipt pass")

    asyncio.run(play())
