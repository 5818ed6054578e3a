"""bench broadcast: one clock command of the host → the view of 200 seats, and the same beside one bare TLS round trip."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from rooms import Hall, percentiles, tell

from judge_app.core import commands

ROUNDS = 30


async def measure(judges: int) -> dict[str, Any]:
    """Hold and release the clock again and again; when has each judge's seat its view?"""
    async with Hall(judges, 2) as hall:
        seats = hall.judges()
        await hall.join("host", *seats)
        await hall.give("host", commands.CallProject(entry_no="1"))
        await hall.give("host", commands.StartPhase(phase="presentation"))
        await asyncio.sleep(0.5)
        taken: list[float] = []
        last: list[float] = []
        for number in range(ROUNDS):
            for seat in seats:
                hall.seats[seat][1].viewed.clear()
            command: Any = (
                commands.HoldClock(technical=False, reason="bench") if number % 2 == 0 else commands.ReleaseClock()
            )
            began = time.perf_counter_ns()
            hall.seats["host"][0].send(command)
            await asyncio.gather(*(hall.seats[seat][1].viewed.wait() for seat in seats))
            each = [(hall.seats[seat][1].heard_at - began) / 1e6 for seat in seats]
            if number >= 2:
                taken += each
                last.append(max(each))
            await asyncio.sleep(0.05)
        return {**percentiles(taken), "last_seat": percentiles(last), "tls": await hall.tls_round_trip_ms()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seats", default="12,200")
    given = parser.parse_args()
    seats = {count: asyncio.run(measure(int(count))) for count in given.seats.split(",")}
    tls = [value for one in seats.values() for value in one.pop("tls")]
    tell({"bench": "broadcast", "seats": seats, "tls_round_trip": percentiles(tls)}, given.json)


if __name__ == "__main__":
    main()
