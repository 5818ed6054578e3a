"""bench broadcast: one clock command of the host → the view of 200 seats, and the same beside one bare TLS round trip.

The judges sit in two processes of their own and are light (light_judges.py): in a hall each has a computer of his own.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from light_judges import listen
from rooms import Hall, percentiles, tell

from judge_app.core import commands

ROUNDS = 30
PER_PROCESS = 500


async def measure(judges: int) -> dict[str, Any]:
    """Hold and release the clock again and again; when has each judge's seat its view?"""
    context = multiprocessing.get_context("spawn")
    async with Hall(judges, 2) as hall:
        seats = hall.judges()
        await hall.join("host")
        pipes, workers = [], []
        each = max(1, min(PER_PROCESS, -(-len(seats) // 2)))
        for at in range(0, len(seats), each):
            ours, theirs = context.Pipe()
            links = {seat: hall.links[seat] for seat in seats[at : at + each]}
            workers.append(context.Process(target=listen, args=(links, ROUNDS, theirs)))
            workers[-1].start()
            pipes.append(ours)
        for pipe in pipes:
            await asyncio.to_thread(pipe.recv)
        await hall.give("host", commands.CallProject(entry_no="1"))
        await hall.give("host", commands.StartPhase(phase="presentation"))
        await asyncio.sleep(0.5)
        taken: list[float] = []
        last: list[float] = []
        for number in range(ROUNDS):
            for pipe in pipes:
                pipe.send("next")
            for pipe in pipes:
                await asyncio.to_thread(pipe.recv)
            command: Any = (
                commands.HoldClock(technical=False, reason="bench") if number % 2 == 0 else commands.ReleaseClock()
            )
            began = time.perf_counter_ns()
            hall.seats["host"][0].send(command)
            heard = [at for pipe in pipes for at in await asyncio.to_thread(pipe.recv)]
            if number >= 2:
                taken += [(at - began) / 1e6 for at in heard]
                last.append((max(heard) - began) / 1e6)
            await asyncio.sleep(0.05)
        for worker in workers:
            await asyncio.to_thread(worker.join)
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
