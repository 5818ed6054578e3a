"""Real seats behind a bad network in front of a real room: every judge's sheet is recorded, exactly once.

``run.py faults network`` does the same at length, in network namespaces that lose packets.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from judge_app.core import commands
from judge_app.seat import connection
from judge_app.seat.outbox import FileOutbox
from judge_app.wire.messages import Receipt, Submit
from tests.faults.history import fold, read_journal
from tests.faults.proxy import NONE, Fault, Proxy, proxy
from tests.faults.rooms import WAIT_S, Hall, hall


@pytest.fixture(autouse=True)
def impatient_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is noticed sooner than in a hall, so that a test need not wait for it."""
    for name, value in (("PING_S", 0.3), ("SILENT_S", 0.6), ("DEAD_S", 1.5), ("CONNECT_S", 2.0)):
        monkeypatch.setattr(connection, name, value)


async def armed(between: Proxy, fault: Fault) -> None:
    between.arm(fault)


async def away(between: Proxy, seconds: float) -> None:
    between.go_away()

    async def back() -> None:
        await asyncio.sleep(seconds)
        between.come_back()

    between.returning = asyncio.ensure_future(back())  # type: ignore[attr-defined]


async def one_by_one(between: Proxy) -> None:
    between.cutting = asyncio.ensure_future(between.cut_one_by_one(0.05))  # type: ignore[attr-defined]


FAULTS: dict[str, Callable[[Proxy], Awaitable[None]]] = {
    "the reply is lost": lambda one: armed(one, Fault("the reply is lost", lose_reply=True)),
    "cut on the way there": lambda one: armed(one, Fault("cut on the way there", cut_up=3_000)),
    "cut on the way back": lambda one: armed(one, Fault("cut on the way back", cut_down=1_500)),
    "delayed": lambda one: armed(one, Fault("delayed", delay_s=0.1)),
    "throttled": lambda one: armed(one, Fault("throttled", rate=20_000)),
    "away for a moment": lambda one: away(one, 1.0),
    "away for longer than a seat waits": lambda one: away(one, 3.0),
    "one by one": one_by_one,
}


async def until(holds: Callable[[], bool]) -> None:
    """Until something holds of which nobody tells."""
    async with asyncio.timeout(WAIT_S):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def scored(held: Hall, judges: Sequence[str], entry_no: str) -> list[Any]:
    """Every judge gives his sheet in the same instant; returns the answers."""
    return list(await asyncio.gather(*(held.give(seat, held.sheet(seat, entry_no)) for seat in judges)))


def test_whatever_the_network_does_every_sheet_is_recorded_exactly_once(tmp_path: Path) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held, proxy(held.port, random.Random(5)) as between:
            judges = held.judges()
            held.join("host")
            held.join(*judges, via=("127.0.0.1", between.port))
            await held.seated()
            receipts = []
            for project, (name, begin) in zip(held.setup.contest.projects, FAULTS.items(), strict=False):
                await held.begin(project.entry_no)
                await begin(between)
                receipts += await scored(held, judges, project.entry_no)
                between.arm(NONE)
                assert between.did["away" if name.startswith("away") else name] > 0
                await held.give("host", commands.OpenScoring())
            assert all(isinstance(receipt, Receipt) for receipt in receipts)
            assert len({receipt.seq for receipt in receipts}) == len(FAULTS) * len(judges)
            await asyncio.to_thread(held.room.stop)
            assert held.problems() == []
            assert len(fold(read_journal(held.file))[0]) == len(FAULTS) * len(judges)

    asyncio.run(play())


def test_what_was_heard_on_the_air_and_is_said_again_does_nothing(tmp_path: Path) -> None:
    """A replay of a seat's bytes on a connection of its own: TLS does not take it, nothing is stored."""

    async def play() -> None:
        async with hall(tmp_path) as held, proxy(held.port, random.Random(5)) as between:
            between.arm(Fault("replay", replay=True))
            held.join("host")
            held.join("judge:E1", via=("127.0.0.1", between.port))
            await held.seated()
            await held.begin("1")
            assert isinstance(await held.give("judge:E1", held.sheet("judge:E1", "1")), Receipt)
            assert between.did["replay"] > 3
            await asyncio.to_thread(held.room.stop)
            assert held.problems() == []
            assert [row.event["event"] for row in read_journal(held.file)].count("SheetSubmitted") == 1

    asyncio.run(play())


@pytest.mark.parametrize("heard", [0, 1, 1_200, 1_600, 2_400])
def test_a_seat_gives_up_a_connection_that_is_half_open_whenever_that_came(tmp_path: Path, heard: int) -> None:
    """Nothing of the room comes any more, in the handshake, before the welcome or after it, and nothing is closed."""

    async def play() -> None:
        async with hall(tmp_path) as held, proxy(held.port, random.Random(5)) as between:
            held.join("host")
            held.join("judge:E1", via=("127.0.0.1", between.port))
            await held.seated()
            await held.begin("1")
            between.arm(Fault("mute", mute_down=heard))
            between.cut_all()
            connection, ear = held.seats["judge:E1"]
            connection.send(held.sheet("judge:E1", "1"))
            await until(lambda: between.did["mute"] > 0)
            between.arm(NONE)
            (command_id,) = (one for one, kind in connection._kinds.items() if kind[0] == "SubmitSheet")
            assert isinstance(await asyncio.wait_for(connection.answered(command_id), 50), Receipt)
            assert ear.recorded == [command_id]
            await asyncio.to_thread(held.room.stop)
            assert held.problems() == []

    asyncio.run(play())


def test_a_room_that_moves_to_another_address_is_found_again_with_what_was_not_sent(tmp_path: Path) -> None:
    async def play() -> None:
        chance = random.Random(5)
        async with hall(tmp_path) as held, proxy(held.port, chance) as before, proxy(held.port, chance) as after:
            asked = []

            async def find(fingerprint: bytes) -> Sequence[tuple[str, int]]:
                asked.append(fingerprint)
                return [("127.0.0.1", after.port)]

            held.join("host")
            held.join("judge:E1", "judge:E2", via=("127.0.0.1", before.port), find=find)
            await held.seated()
            await held.begin("1")
            await before.close()
            receipts = await scored(held, ["judge:E1", "judge:E2"], "1")
            assert all(isinstance(receipt, Receipt) for receipt in receipts)
            assert asked
            assert after.lines == 2
            await asyncio.to_thread(held.room.stop)
            assert held.problems() == []

    asyncio.run(play())


def test_a_seat_that_forgets_what_it_sent_is_caught_by_the_same_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a seat without an outbox that outlives a cut loses its sheet, and is seen to."""

    def forgets(self: FileOutbox) -> list[Submit]:
        return []

    monkeypatch.setattr(FileOutbox, "pending", forgets)

    async def play() -> int:
        async with hall(tmp_path) as held, proxy(held.port, random.Random(5)) as between:
            held.join("host")
            held.join("judge:E1", via=("127.0.0.1", between.port))
            await held.seated()
            await held.begin("1")
            between.arm(Fault("cut", cut_up=2))
            heard = len(held.seats["judge:E1"][1].connections)
            held.seats["judge:E1"][0].send(held.sheet("judge:E1", "1"))
            await held.seats["judge:E1"][1].until_again_online(heard)
            await held.give("judge:E1", commands.Recuse(entry_no="2", reason="等一下"))  # it can be heard again
            await asyncio.to_thread(held.room.stop)
            assert held.problems() == []
            return len(fold(read_journal(held.file))[0])

    assert asyncio.run(play()) == 0
