"""kill -9 of a real room process in mid-session: no receipt is lost or doubled, and the clock goes on."""

from __future__ import annotations

import asyncio
import random
import uuid
from pathlib import Path
from typing import Any

import msgspec

from judge_app.core import clock, commands, overall
from judge_app.core.views import HostView
from judge_app.store.session_file import read_session
from judge_app.wire.messages import Receipt
from tests.faults.rooms import HASTY, Hall, hall

KILLS = 6


async def killed_in_every_project(held: Hall, dice: random.Random) -> list[Receipt]:
    """Every judge submits for project after project, and the room is killed meanwhile each time."""
    judges = held.judges()
    held.join("host", *judges)
    await held.seated()
    receipts: list[Receipt] = []
    for project in held.setup.contest.projects[:KILLS]:
        entry_no = project.entry_no
        await held.begin(entry_no)
        sheets = [asyncio.create_task(held.give(seat, held.sheet(seat, entry_no))) for seat in judges]
        await asyncio.sleep(dice.uniform(0.0, 0.02))  # somewhere between the first send and the last receipt
        await asyncio.to_thread(held.kill)
        assert held.problems() == []
        await asyncio.to_thread(held.start)
        receipts += await asyncio.gather(*sheets)
        await held.give("host", commands.OpenScoring())
    return receipts


def test_no_receipt_is_lost_or_doubled_when_the_room_is_killed_again_and_again(tmp_path: Path) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held:
            receipts = await killed_in_every_project(held, random.Random(7))
            assert all(isinstance(receipt, Receipt) for receipt in receipts)
            assert len({receipt.seq for receipt in receipts}) == KILLS * len(held.judges())
            await asyncio.to_thread(held.room.stop)
            assert held.problems() == []
            state = overall.replay(read_session(held.file))
            assert all(not state.projects[p.entry_no].missing for p in held.setup.contest.projects[:KILLS])

    asyncio.run(play())


def test_a_room_that_acknowledges_before_the_commit_is_caught_by_the_same_kill(tmp_path: Path) -> None:
    """The negative control: the first receipt is out, the room is killed, and the record is not there."""

    async def play() -> list[str]:
        async with hall(tmp_path, program=HASTY) as held:
            held.join("host", "judge:E1")
            await held.seated()
            await held.begin("1")
            receipt = await held.give("judge:E1", held.sheet("judge:E1", "1"))
            await asyncio.to_thread(held.kill)
            assert isinstance(receipt, Receipt)
            return held.problems()

    found = asyncio.run(play())
    assert any("is for what is not stored" in one for one in found)


def test_the_same_kill_of_the_room_as_it_is_finds_nothing(tmp_path: Path) -> None:
    async def play() -> list[str]:
        async with hall(tmp_path) as held:
            held.join("host", "judge:E1")
            await held.seated()
            await held.begin("1")
            receipt = await held.give("judge:E1", held.sheet("judge:E1", "1"))
            await asyncio.to_thread(held.kill)
            assert isinstance(receipt, Receipt)
            return held.problems()

    assert asyncio.run(play()) == []


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
            command_id = connection.send(held.sheet("judge:E1", "1"))
            submit = next(one for one in connection._outbox.pending() if one.command_id == command_id)
            await asyncio.gather(*(connection._send(submit) for _ in range(100)))
            receipt = await connection.answered(command_id)
            assert isinstance(receipt, Receipt)
            other = msgspec.structs.replace(submit, data=submit.data.replace("1500", "1600"))
            assert uuid.UUID(other.command_id)
            await connection._send(other)
            again = await held.give("judge:E1", commands.AskReturn(entry_no="1", reason="试"))
            assert isinstance(again, Receipt)
            await asyncio.to_thread(held.room.stop)
            assert held.problems() == []

    asyncio.run(play())
