"""A writer of a session file killed at every system call of its work, one after the other; and killed at random.

    python run.py faults storage_kills [--random 300] [--calls pwrite64,fdatasync,…] [--json]

For each kind of system call the N-th one kills the process (strace, SIGKILL), for N = 1, 2, 3 … until a run ends by itself:
creating, opening, appending, heartbeat, backup and closing are all on that path. After each kill: acknowledged ⊆ stored, the
chain holds for the program and for the independent verifier, and the file opens and takes more. A build that acknowledges
before the commit goes through the same and must be caught. Exit status 1 if a promise was broken, or the control was not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from judge_app.store.session_file import SessionFile
from tests.faults.ledger import WRITER, Ledger, Writers

CALLS = (
    "openat",
    "pwrite64",
    "fdatasync",
    "fsync",
    "ftruncate",
    "rename",
    "unlink",
    "close",
    "fcntl",
    "flock",
    "newfstatat",
)
TAILS = (
    "",
    "-wal",
    "-shm",
    "-journal",
    ".new",
    ".new-journal",
    ".lock",
    ".backup",
    ".backup.part",
    ".backup.part-journal",
)
"""The files that the work touches: only calls on them count, not those of Python's imports."""
BATCHES = 33  # the heartbeat and one backup included


def swept(folder: Path, call: str, mode: str, *, stride: int) -> tuple[int, list[str]]:
    """How many points were tried, and what was wrong after which."""
    found: list[str] = []
    points, when = 0, 1
    while True:
        path = folder / f"{call}-{when}.roadshow"
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:signal=SIGKILL:when={when}"]
        for touched in (folder, *(f"{path}{tail}" for tail in TAILS)):
            command += ["-P", str(touched)]
        command += [*WRITER, str(path), mode, "1", str(BATCHES)]
        done = subprocess.run(command, capture_output=True, text=True)
        ledger = Ledger()
        ledger.hear_all(done.stdout.splitlines(keepends=True))
        found += [f"{call} #{when}: {problem}" for problem in ledger.problems(path)]
        if not found and path.exists():
            with SessionFile.open(path) as file:
                file.heartbeat()
        for left in folder.iterdir():
            left.unlink()
        if ledger.ended == "done":
            return points, found
        if ledger.ended or done.returncode == 0 or "strace:" in done.stderr:
            found.append(f"{call} #{when}: the writer ended with {ledger.ended or done.stderr[-300:]!r}")
            return points, found
        points += 1
        when += stride


def at_random(folder: Path, rounds: int) -> tuple[int, list[str]]:
    """Kills at random moments on files that live through ten of them each."""
    chance = random.Random()
    found: list[str] = []
    acknowledged = 0
    with Writers() as writers:
        for number in range(rounds):
            if number % 10 == 0:
                path, ledger = folder / f"r{number}.roadshow", Ledger()
            pid = writers.start(path, "good", number, 100_000)
            after, heard = chance.randint(1, 300), 0
            for line in writers.words():
                ledger.hear(line)
                heard += line.startswith("ack")
                if heard == after:
                    os.kill(pid, signal.SIGKILL)
            found += [f"random {number}: {problem}" for problem in ledger.problems(path)]
            acknowledged += heard
    return acknowledged, found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=300)
    parser.add_argument("--calls", default=",".join(CALLS))
    parser.add_argument("--stride", type=int, default=1, help="every so-many-th call only")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if shutil.which("strace") is None:
        print("strace is not installed", file=sys.stderr)
        return 2
    points: dict[str, int] = {}
    found: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for call in args.calls.split(","):
            points[call], wrong = swept(folder, call, "good", stride=args.stride)
            found += wrong
            print(f"{call}: {points[call]} kill points, {len(wrong)} broken promises", file=sys.stderr, flush=True)
        acknowledged, wrong = at_random(folder, args.random)
        found += wrong
        print(
            f"random: {args.random} kills, {acknowledged} acknowledged, {len(wrong)} broken",
            file=sys.stderr,
            flush=True,
        )
        control, caught = swept(folder, "pwrite64", "early", stride=37)
        print(f"control: {len(caught)} caught at {control} points", file=sys.stderr, flush=True)
    made = {
        "fault": "storage_kills",
        "points": points,
        "random": {"kills": args.random, "acknowledged": acknowledged},
        "broken": found,
        "control": {"points": control, "caught": len(caught)},
    }
    print(json.dumps(made, ensure_ascii=False) if args.json else "\n".join(found) or "no promise was broken")
    return 1 if found or not caught else 0


if __name__ == "__main__":
    sys.exit(main())
