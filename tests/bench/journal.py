"""The session file alone: one commit of 1, 12 and 200 records against a bare fsync, and opening, backing up, verifying.

    python run.py bench journal [--rounds 300] [--folder FOLDER] [--json]

``append_ms`` is append → on disk, ``fsync_ms`` a bare fdatasync of as many bytes as the smallest commit writes, on the same
disk in the same run; ``own_ms`` is what an append takes with syncing switched off: our own work and SQLite's.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from judge_app.store.session_file import SessionFile, read_session
from judge_app.verify import verify_file
from tests.faults.writer import sheets


def figures(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {
        key: round(value * 1e3, 3)
        for key, value in (("p50", statistics.median(times)), ("p99", p99), ("max", ordered[-1]))
    }


def timed(act: object) -> float:
    began = time.perf_counter()
    act()  # type: ignore[operator]
    return time.perf_counter() - began


def fsyncs(folder: Path, rounds: int) -> dict[str, float]:
    handle = os.open(folder / "bare", os.O_CREAT | os.O_RDWR)
    block = os.urandom(4 * 4120)
    sync = getattr(os, "fdatasync", os.fsync)
    times = []
    for number in range(rounds):
        os.pwrite(handle, block, number * len(block)) if hasattr(os, "pwrite") else os.write(handle, block)
        times.append(timed(lambda: sync(handle)))
    os.close(handle)
    return figures(times)


def appends(folder: Path, count: int, rounds: int, *, synced: bool) -> dict[str, float]:
    path = folder / f"{count}-{synced}.roadshow"
    chance = random.Random(1)
    times = []
    with SessionFile.create(path) as file:
        if not synced:
            assert file._connection is not None
            file._connection.exec_driver_sql("PRAGMA synchronous=OFF").close()
        for _ in range(rounds):
            records = sheets(file.head(), count, chance)
            times.append(timed(lambda records=records: file.append(records)))
    return figures(times)


def whole_file(folder: Path, count: int) -> dict[str, float]:
    """Seconds for a file of so many events."""
    path = folder / f"whole-{count}.roadshow"
    made = {}
    with SessionFile.create(path) as file:
        for _ in range(0, count, 500):
            file.append(sheets(file.head(), 500, random.Random(1)))
    began = time.perf_counter()
    with SessionFile.open(path) as file:
        made["open"] = time.perf_counter() - began
        made["read_back"] = timed(lambda: list(file.records()))
        made["backup"] = timed(lambda: file.backup(folder / "backup.roadshow"))
    made["read_session"] = timed(lambda: read_session(path))
    made["verify"] = timed(lambda: verify_file(path))
    return {key: round(value, 3) for key, value in made.items()}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--folder", type=Path, default=None, help="on the disk to measure")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name)
        made = {
            "bench": "journal",
            "fsync_ms": fsyncs(folder, args.rounds),
            "append_ms": {
                str(n): appends(folder, n, max(10, args.rounds // (1 + n // 50)), synced=True) for n in (1, 12, 200)
            },
            "own_ms": {
                str(n): appends(folder, n, max(10, args.rounds // (1 + n // 50)), synced=False) for n in (1, 12, 200)
            },
            "whole_file_s": {str(n): whole_file(folder, n) for n in (1_000, 20_000)},
        }
    print(json.dumps(made) if args.json else json.dumps(made, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
