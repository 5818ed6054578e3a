"""Real seats in one network namespace, a real room in another, and the faults of venue Wi-Fi between them.

    python run.py faults network [--loss 0.3] [--away 1,30] [--seed 7] [--json]     (--away 1,30,1200: twenty minutes, too)

In each round every judge gives the sheet of one project: with packets lost and late, with the network away for so many
seconds, with the judges' or the room's computer at another address. Then the independent checker reads the file and the
outboxes: every sheet is recorded exactly once. Told is how long from the judge's hand to the verified receipt. Takes
root and /dev/net/tun. Exit status 1 if a promise was broken, 2 where there can be no such network.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from judge_app.core import commands
from judge_app.wire.messages import Receipt
from tests.faults import rooms
from tests.faults.history import fold, read_journal
from tests.faults.lossy import ROOM_MOVED, SEAT_MOVED, Air, air, why_not
from tests.faults.rooms import Hall, hall


async def scored(held: Hall, entry_no: str) -> list[float]:
    """Every judge gives his sheet; the seconds to each receipt. Raises AssertionError where one is refused."""

    async def one(seat: str) -> float:
        began = time.perf_counter()
        answer = await held.give(seat, held.sheet(seat, entry_no))
        assert isinstance(answer, Receipt), answer
        return time.perf_counter() - began

    return list(await asyncio.gather(*(one(seat) for seat in held.judges())))


async def trial(folder: Path, between: Air, loss: float, away: Sequence[float]) -> dict[str, Any]:
    moved = asyncio.Event()

    async def find(fingerprint: bytes) -> list[tuple[str, int]]:
        return [(ROOM_MOVED, held.port)] if moved.is_set() else []

    rounds: dict[str, list[float]] = {}
    async with hall(folder, bind="0.0.0.0", wrap=["ip", "netns", "exec", between.room]) as held:
        held.join("host", find=find)
        held.join(*held.judges(), find=find)
        await held.seated()
        projects = iter(project.entry_no for project in held.setup.contest.projects)

        async def a_round(name: str) -> None:
            rounds[name] = rounds.get(name, []) + await scored(held, entry_no)
            between.loss = between.delay_s = 0.0
            await held.give("host", commands.OpenScoring())
            print(f"{name}: all recorded, last after {max(rounds[name]):.1f} s", file=sys.stderr, flush=True)

        for _ in range(4):
            await held.begin(entry_no := next(projects))
            between.loss, between.delay_s = loss, 0.02
            await a_round(f"{loss:.0%} lost, 0 to 40 ms late")
        for seconds in away:
            await held.begin(entry_no := next(projects))
            between.loss = 1.0

            async def back(seconds: float = seconds) -> None:
                await asyncio.sleep(seconds)
                between.loss = 0.0

            returning = asyncio.create_task(back())
            await a_round(f"away for {seconds:g} s")
            await returning
        await held.begin(entry_no := next(projects))
        between.move(between.seats, SEAT_MOVED)
        await a_round("the judges' address changed")
        await held.begin(entry_no := next(projects))
        between.move(between.room, ROOM_MOVED)
        moved.set()
        await a_round("the room's address changed")
        given = sum(len(seconds) for seconds in rounds.values())
        await asyncio.to_thread(held.room.stop)
        broken = held.problems()
        stored = len(fold(read_journal(held.file))[0])
        if stored != given:
            broken.append(f"{given} sheets were receipted, {stored} count")
    return {
        "fault": "network",
        "sheets": given,
        "packets": {"passed": between.passed, "lost": between.lost},
        "seconds_to_receipt": {
            name: {"p50": round(statistics.median(took), 2), "max": round(max(took), 2)}
            for name, took in rounds.items()
        },
        "broken": broken,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loss", type=float, default=0.3)
    parser.add_argument("--away", default="1,30", help="seconds, comma-separated")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if reason := why_not():
        print(reason, file=sys.stderr)
        return 2
    away = [float(one) for one in args.away.split(",") if one]
    rooms.WAIT_S = max(away, default=0.0) + 120.0
    with air(args.seed) as between, between.inside(between.seats), tempfile.TemporaryDirectory() as name:
        made = asyncio.run(trial(Path(name), between, args.loss, away))
    print(json.dumps(made, ensure_ascii=False, indent=None if args.json else 2))
    return 1 if made["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
