"""A real room killed at every system call between a sheet's frame and its receipt, one after the other; and while it
locks, signs, publishes and opens a result again.

    python run.py faults submit_kills [--stride 1] [--json]

For each thread (the loop's, the journal's) and each kind of call on the path, the N-th one kills the room (strace, SIGKILL),
for N = 1, 2, 3 … until a receipt comes first. After each kill the independent checker reads the file and the judges'
outboxes; then the room is started again and the sheet must be recorded, once. A build that acknowledges before the
commit goes through a part of it and must be caught. Exit status 1 if a promise was broken, or the control was not.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import msgspec

from judge_app.core import commands
from judge_app.seat import connection
from tests.faults.kill_points import CAN_TRACE, LOOP, WRITER, Point, Sheets, killed_at, killed_while
from tests.faults.rooms import HASTY, Hall, hall

MOST = 40
"""A call that comes so often before the receipt is not on its path alone."""


async def swept(thread: str, calls: tuple[str, ...], program: list[str] | None, stride: int) -> list[Point]:
    """Every point of one thread."""
    told: list[Point] = []
    for call in calls:
        when = 1
        while when <= MOST:
            with tempfile.TemporaryDirectory() as name:
                async with hall(Path(name), program=program) as held:
                    when = await _some(held, told, thread, call, when, stride)
        reached = [point for point in told if point.call == call and point.died]
        print(f"{thread} {call}: {len(reached)} kill points", file=sys.stderr, flush=True)
    return told


async def _some(held: Hall, told: list[Point], thread: str, call: str, when: int, stride: int) -> int:
    """Points of one call in one room, until a receipt came first or its sheets are used up; returns the next N."""
    judges = held.judges()
    held.join("host", *judges)
    await held.seated()
    sheets = Sheets(held, judges)
    while when <= MOST and (given := await sheets.next()) is not None:
        point = await killed_at(held, *given, thread, call, when)
        told.append(point)
        if not point.died or point.problems:
            return MOST + 1
        when += stride
    return when


DECISIONS = (
    ("writer", "pwrite64", 1),
    ("writer", "pwrite64", 4),
    ("writer", "fdatasync", 1),
    ("writer", "sendto", 1),
    ("loop", "sendto", 1),
)
"""Where the room is killed while it locks, signs, publishes and opens again."""


class OneProject(Hall):
    """One project, nothing left to be confirmed by an organiser."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        replace = msgspec.structs.replace
        contest = replace(self.setup.contest, projects=self.setup.contest.projects[:1])
        self.setup = replace(self.setup, contest=contest, rules=replace(self.setup.rules, assumed=()))
        self.setup_file.write_bytes(msgspec.json.encode(self.setup))


async def decided() -> list[tuple[str, Point]]:
    """The chair locks, signs, locks the session, publishes and opens again, with a kill in each, over and over."""
    told: list[tuple[str, Point]] = []
    with tempfile.TemporaryDirectory() as name:
        async with hall(Path(name), kind=OneProject) as held:
            entry_no = held.setup.contest.projects[0].entry_no
            held.join("host", "chair", *held.judges())
            await held.seated()
            await held.begin(entry_no)
            await asyncio.gather(*(held.give(seat, held.sheet(seat, entry_no)) for seat in held.judges()))
            await held.give("host", commands.OpenScoring())
            reopened = commands.ReopenProject(entry_no=entry_no, reason="复议", second_person="第二人")
            steps: tuple[commands.AnyCommand, ...] = (
                commands.LockProject(entry_no=entry_no),
                commands.SignOff(role="chair", name="组长", head="ab" * 32),
                commands.LockSession(),
                commands.PublishResults(),
                reopened,
            )
            for point in DECISIONS:
                for command in steps:
                    told.append((type(command).__name__, await killed_while(held, "chair", command, *point)))
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stride", type=int, default=1, help="every so-many-th call only")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not CAN_TRACE:
        print("tracing takes strace and root on Linux", file=sys.stderr)
        return 2
    connection.PING_S = 30.0  # the seats' own pings would be most of the loop's calls
    began = time.monotonic()
    told = asyncio.run(swept("loop", LOOP, None, args.stride)) + asyncio.run(swept("writer", WRITER, None, args.stride))
    decisions = asyncio.run(decided())
    print(f"decisions: {sum(one.died for _, one in decisions)} kill points", file=sys.stderr, flush=True)
    control = asyncio.run(swept("writer", ("pwrite64", "fdatasync"), HASTY, 3))
    caught = [point for point in control if point.problems]
    broken = [f"{point.thread} {point.call} #{point.when}: {one}" for point in told for one in point.problems]
    broken += [f"{name} {one.call} #{one.when}: {text}" for name, one in decisions for text in one.problems]
    made: dict[str, Any] = {
        "fault": "submit_kills",
        "points": {
            f"{thread} {call}": sum(point.died and (point.thread, point.call) == (thread, call) for point in told)
            for thread, calls in (("loop", LOOP), ("writer", WRITER))
            for call in calls
        },
        "kills": len(told),
        "phases": dict(collections.Counter(point.phase for point in told)),
        "decisions": dict(collections.Counter(name for name, one in decisions if one.died)),
        "broken": broken,
        "control": {"points": len(control), "caught": len(caught)},
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(made, ensure_ascii=False, indent=None if args.json else 2))
    return 1 if broken or not caught else 0


if __name__ == "__main__":
    sys.exit(main())
