"""A judge who walks in: there is a seat more with its link, everybody is told, and he sits down and scores."""

from __future__ import annotations

import asyncio
from pathlib import Path

from judge_app.core import commands
from judge_app.core.stages import SheetStatus
from judge_app.wire import messages
from tests.room.halls import hall, heard


def test_a_walk_in_judge_gets_a_seat_and_everybody_hears_of_him(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            host, chair = await held.seated("host"), await held.seated("chair")
            proposal = commands.ProposeJudge(name="新评委", judge_class="专家评委", reason="评委不足")
            await held.room.submit(held.seat("host"), host.id, host.sign(proposal))
            async with held.socket(host) as ws:
                await heard(ws, messages.Welcome)
                agreed = chair.sign(commands.AgreeJudge(no="E10"))
                answer = await held.room.submit(held.seat("chair"), chair.id, agreed)
                assert isinstance(answer, messages.Receipt)
                briefed = await heard(ws, messages.Briefed)
                assert "新评委" in [card.name for card in briefed.briefing.judges]
            judge = await held.seated("judge:E10")
            await held.begin()
            assert held.room.committed.projects["1"].sheets["E10"].status is SheetStatus.EMPTY
            async with held.socket(judge) as ws:
                welcome = await heard(ws, messages.Welcome)
                assert welcome.briefing.seat.name == "新评委"

    asyncio.run(scene())
