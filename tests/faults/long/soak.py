"""A room under steady work: so many clients submit so many sheets a second for so many minutes.

    python run.py faults soak [--minutes 10] [--clients 200] [--rate 50] [--desk] [--json]
    python run.py faults soak --desk --clients 15 --rate 2.4     # the sheets of an evening of eight hours

Every judge gives the sheet of project after project, evenly over the time. Told are latencies, the room's memory as it
goes, what its log says, and how long it takes to come back with that many records. At the end the independent checker
holds every receipt against the file. Exit status 1 for a refusal, a log line, a broken promise, or memory that grew by
more than 50 MB, or than 2 kB a sheet where that is more.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import multiprocessing
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import msgspec
from rooms import Ear, Hall, full_points, percentiles

from judge_app import launch
from judge_app.core import commands
from judge_app.seat.connection import SeatConnection
from judge_app.wire.link import read_link
from judge_app.wire.messages import Receipt
from tests.faults.history import fold, problems, read_journal

PER_PROCESS = 100
GROWTH_MB = 50.0
GROWTH_KB = 2.0
"""How much memory may grow: in all, or a sheet where that is more."""


def judges_process(links: dict[str, str], points: dict[str, commands.Points], pipe: Any) -> None:
    """Some judges' seats: give the sheet of the project that is told, at the times that are told."""
    asyncio.run(_judges(links, points, pipe))


async def _judges(links: dict[str, str], points: dict[str, commands.Points], pipe: Any) -> None:
    seats: dict[str, SeatConnection] = {}
    tasks = []
    for seat, link in links.items():
        ear = Ear()
        seats[seat] = SeatConnection(read_link(link), ear, folder=None, device_name=seat)
        tasks.append(asyncio.create_task(seats[seat].run()))
        await ear.viewed.wait()
    pipe.send("joined")
    while (told := await asyncio.to_thread(pipe.recv)) is not None:
        entry_no, waits = told

        async def one(seat: str, wait: float, entry_no: str = entry_no) -> tuple[float, dict[str, Any] | str]:
            await asyncio.sleep(wait)
            began = time.perf_counter_ns()
            sheet = commands.SubmitSheet(entry_no=entry_no, revision=0, points=points[seat])
            answer = await seats[seat].answered(seats[seat].send(sheet))
            took = (time.perf_counter_ns() - began) / 1e6
            return took, msgspec.to_builtins(answer) if isinstance(answer, Receipt) else answer.code

        pipe.send(await asyncio.gather(*(one(seat, wait) for seat, wait in waits.items())))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def soak(minutes: float, clients: int, rate: float, *, desk: bool = False) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    projects = max(1, math.ceil(minutes * 60 * rate / clients))
    took: list[float] = []
    receipts: list[dict[str, Any]] = []
    refused: list[str] = []
    memory: list[tuple[int, float]] = []
    async with Hall(clients, projects) as hall:
        seats = hall.judges()
        cards = {f"judge:{judge.no}": judge for judge in hall.setup.contest.judges}
        points = {seat: full_points(hall.rules.components_of(cards[seat].judge_class)) for seat in seats}
        await hall.join("host", *(("chair", "stage", "supervisor") if desk else ()))
        workers = []
        for at in range(0, clients, PER_PROCESS):
            some = seats[at : at + PER_PROCESS]
            ours, theirs = context.Pipe()
            links = {seat: hall.links[seat] for seat in some}
            worker = context.Process(target=judges_process, args=(links, {s: points[s] for s in some}, theirs))
            worker.start()
            workers.append((worker, ours, some))
        for _, pipe, _ in workers:
            await asyncio.to_thread(pipe.recv)
        began = time.monotonic()
        for number in range(1, projects + 1):
            await hall.give("host", commands.CallProject(entry_no=str(number)))
            await hall.give("host", commands.StartPhase(phase="presentation"))
            late = time.monotonic() - began - (number - 1) * clients / rate
            for _, pipe, some in workers:
                pipe.send((str(number), {seat: max(0.0, seats.index(seat) / rate - late) for seat in some}))
            for _, pipe, _ in workers:
                for ms, answer in await asyncio.to_thread(pipe.recv):
                    took.append(ms)
                    receipts += [answer] if isinstance(answer, dict) else []
                    refused += [answer] if isinstance(answer, str) else []
            await hall.give("host", commands.OpenScoring())
            memory.append((len(receipts), hall.memory_mb()))
            if number % 10 == 0 or number == projects:
                say = f"{len(receipts)} receipts, {time.monotonic() - began:.0f} s, {memory[-1][1]:.0f} MB"
                print(say, file=sys.stderr, flush=True)
        seconds = time.monotonic() - began
        for worker, pipe, _ in workers:
            pipe.send(None)
            await asyncio.to_thread(worker.join)
        folder = Path(hall.folder.name)
        file = folder / "x.roadshow"
        await asyncio.to_thread(hall.room.stop)
        broken = problems(file, receipts=receipts)
        rows = read_journal(file)
        counted = len(fold(rows)[0])
        if counted != len(receipts):
            broken.append(f"{len(receipts)} sheets were receipted, {counted} count")
        said = (folder / "room.log").read_text("utf-8").splitlines()
        again = time.monotonic()
        hall.room = await asyncio.to_thread(launch.room, file, log=folder / "again.log")
        recovery = time.monotonic() - again
        journal_mb = sum(len(row.body) for row in rows) / 2**20
    warm = memory[min(len(memory) - 1, max(1, len(memory) // 10))]
    growth = memory[-1][1] - warm[1]
    return {
        "fault": "soak",
        "clients": clients,
        "minutes": round(seconds / 60, 2),
        "submissions": len(took),
        "per_second": round(len(took) / seconds, 1),
        "to_receipt": percentiles(took),
        "refused": len(refused),
        "log_lines": len(said),
        "memory_mb": {
            "warm": round(warm[1], 1),
            "end": round(memory[-1][1], 1),
            "growth": round(growth, 1),
            "kb_per_submission": round(1024 * growth / max(1, memory[-1][0] - warm[0]), 2),
            "journal": round(journal_mb, 1),
        },
        "recovery": {"events": len(rows), "seconds": round(recovery, 2)},
        "broken": [*broken, *refused[:5], *said[:5]]
        + ([f"memory grew by {growth:.0f} MB"] if growth > max(GROWTH_MB, GROWTH_KB * len(receipts) / 1024) else []),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rate", type=float, default=50.0, help="submissions a second")
    parser.add_argument(
        "--desk", action="store_true", help="with chair, stage and supervisor, too, who see every sheet"
    )
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    made = asyncio.run(soak(args.minutes, args.clients, args.rate, desk=args.desk))
    print(json.dumps(made, ensure_ascii=False, indent=None if args.json else 2))
    return 1 if made["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
