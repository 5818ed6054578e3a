"""A judge's laptop dies and another takes its place: a real room, two devices, one seat; and a borrowed one is left clean."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from judge_app.core import commands
from judge_app.seat.connection import SeatConnection
from judge_app.seat.state import Link
from judge_app.wire.link import read_link
from judge_app.wire.messages import Receipt
from tests.faults.rooms import Ear, hall

SEAT = "judge:E1"


async def until_link(ear: Ear, link: Link) -> None:
    async with asyncio.timeout(60):
        while ear.link is not link:
            ear.changed.clear()
            await ear.changed.wait()


def test_a_replaced_laptop_sees_the_earlier_receipts_and_the_old_one_is_out(tmp_path: Path) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held:
            held.join("host", SEAT)
            await held.seated()
            await held.begin("1")
            receipt = await held.give(SEAT, held.sheet(SEAT, "1"))
            assert isinstance(receipt, Receipt)
            old, old_ear = held.seats[SEAT]
            # the host reads the link that his desk shows now
            view = held.seats["host"][1].view
            shown = next(one for one in view.join_links if one.seat == SEAT)  # type: ignore[union-attr]
            assert shown.link != shown.card
            ear = Ear()
            new = SeatConnection(read_link(shown.link), ear, folder=tmp_path / "another laptop", device_name="spare")
            task = asyncio.create_task(new.run())
            try:
                await ear.until(lambda view: view.sheets["1"].seq == receipt.seq)
                assert ear.view.sheets["1"].points == held.sheet(SEAT, "1").points  # type: ignore[union-attr]
                await until_link(old_ear, Link.REFUSED)  # one judge sits at one device
                # what the old one still says is not heard
                with pytest.raises(OSError, match="not wanted"):
                    old.send(held.sheet(SEAT, "1", revision=1))
                del held.seats[SEAT]
                await held.give("host", commands.OpenScoring())
                await held.begin("2")
                await ear.until(lambda view: "2" in view.open)
                answer = await asyncio.wait_for(new.answered(new.send(held.sheet(SEAT, "2"))), 60)
                assert isinstance(answer, Receipt)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())


def test_a_revoked_device_is_out_at_once_and_a_borrowed_one_is_left_clean(tmp_path: Path) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held:
            held.join("host", SEAT)
            await held.seated()
            await held.begin("1")
            connection, ear = held.seats[SEAT]
            sheet = connection.send(held.sheet(SEAT, "1"))
            with pytest.raises(RuntimeError):  # negative control: nothing is wiped before the receipt is there
                connection.wipe()
            assert isinstance(await connection.answered(sheet), Receipt)
            device = connection._identity.enrolled
            assert device is not None
            await held.give("host", commands.RevokeDevice(seat=SEAT, device=device.device, reason="试验"))
            await until_link(ear, Link.REFUSED)
            await held.leave(SEAT)
            files = {path.name for path in (tmp_path / "seats").iterdir()}
            connection.wipe()
            left = {path.name for path in (tmp_path / "seats").iterdir()}
            assert {Path(name).suffix for name in files - left} == {".key", ".outbox"}
            del held.seats[SEAT]

    asyncio.run(play())
