"""bench submit: N judges submit in the same instant (burst) and one after the other (steady) to a real room over TLS.

Submit → verified receipt, beside one bare fsync and one bare TLS round trip of the same run. The judges sit in processes
of their own, one for each 100; they are light (light_judges.py), since in a hall each has a computer of his own.
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

from light_judges import play
from rooms import Hall, fsync_ms, full_points, percentiles, tell

from judge_app.core import commands

ROUNDS = 6
"""Projects: the first warms up, the rest are measured."""
PER_PROCESS = 100


async def measure(judges: int) -> dict[str, Any]:
    """One room with so many judges: bursts, then one steady round."""
    context = multiprocessing.get_context("spawn")
    async with Hall(judges, ROUNDS + 1) as hall:
        seats = hall.judges()
        cards = {f"judge:{judge.no}": judge for judge in hall.setup.contest.judges}
        points = {seat: full_points(hall.rules.components_of(cards[seat].judge_class)) for seat in seats}
        await hall.join("host")
        empty_mb = hall.memory_mb()
        pipes, workers = [], []
        for at in range(0, len(seats), PER_PROCESS):
            some = seats[at : at + PER_PROCESS]
            ours, theirs = context.Pipe()
            worker = context.Process(
                target=play,
                args=({s: hall.links[s] for s in some}, {s: points[s] for s in some}, ROUNDS + 1, theirs),
            )
            worker.start()
            pipes.append(ours)
            workers.append(worker)
        for pipe in pipes:
            await asyncio.to_thread(pipe.recv)
        joined_mb = hall.memory_mb()
        bursts: list[float] = []
        steady: list[float] = []
        receipts = 0
        seqs: set[int] = set()
        for number in range(1, ROUNDS + 2):
            entry_no = str(number)
            await hall.give("host", commands.CallProject(entry_no=entry_no))
            await hall.give("host", commands.StartPhase(phase="presentation"))
            last = number == ROUNDS + 1
            for pipe in pipes:
                pipe.send((entry_no, time.time() + 0.5, len(seats) / 50 if last else 0.0))
            told = [one for pipe in pipes for one in await asyncio.to_thread(pipe.recv)]
            receipts += sum(good for _, good, _ in told)
            seqs.update(seq for _, good, seq in told if good)
            if last:
                steady = [ms for ms, _, _ in told]
            elif number > 1:
                bursts += [ms for ms, _, _ in told]
            await hall.give("host", commands.OpenScoring())
        for worker in workers:
            await asyncio.to_thread(worker.join)
        round_trip = await hall.tls_round_trip_ms()
        stored = await hall.stored_sheets()
        return {
            **percentiles(bursts),
            "steady": percentiles(steady),
            "memory_mb_per_seat": round((joined_mb - empty_mb) / judges, 2),
            "lost": len(seqs - stored.keys()) + (judges * (ROUNDS + 1) - receipts),
            "doubled": len(stored) - len(set(stored.values())),
            "tls": round_trip,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seats", default="12,200", help="how many judges, comma-separated (12,60,200,1000)")
    given = parser.parse_args()
    seats: dict[str, Any] = {}
    tls: list[float] = []
    for count in given.seats.split(","):
        if not given.json:
            sys.stderr.write(f"{count} judges …\n")
        seats[count] = asyncio.run(measure(int(count)))
        tls += seats[count].pop("tls")
    result = {
        "bench": "submit",
        "seats": seats,
        "fsync_ms": percentiles(fsync_ms()),
        "tls_round_trip_ms": percentiles(tls),
        "lost": sum(one.pop("lost") for one in seats.values()),
        "doubled": sum(one.pop("doubled") for one in seats.values()),
    }
    for name in ("fsync_ms", "tls_round_trip_ms"):
        result[name] = {key.removesuffix("_ms"): value for key, value in result[name].items()}  # type: ignore[attr-defined]
    tell(result, given.json)


if __name__ == "__main__":
    main()
