"""Seats that lose packets on the way to their room: recorded exactly once all the same. At length: ``faults network``."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from judge_app.wire.messages import Receipt
from tests.faults.history import fold, read_journal
from tests.faults.lossy import ROOM, air, why_not
from tests.faults.rooms import hall

REASON = why_not()
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)


def test_with_a_third_of_all_packets_lost_every_sheet_is_recorded_exactly_once(tmp_path: Path) -> None:
    async def play() -> None:
        async with hall(tmp_path, bind=ROOM, wrap=["ip", "netns", "exec", between.room]) as held:
            judges = held.judges()[:4]
            held.join("host", *judges)
            await held.seated()
            await held.begin("1")
            between.loss, between.delay_s = 0.3, 0.02
            receipts = await asyncio.gather(*(held.give(seat, held.sheet(seat, "1")) for seat in judges))
            assert all(isinstance(receipt, Receipt) for receipt in receipts)
            assert between.lost > 5
            between.loss = between.delay_s = 0.0
            await asyncio.to_thread(held.room.stop)
            assert held.problems() == []
            assert len(fold(read_journal(held.file))[0]) == len(judges)

    with air() as between, between.inside(between.seats):
        asyncio.run(play())
