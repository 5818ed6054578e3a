"""From the start of a room's process until it accepts again: after a kill, with a damaged file, with a lost one.

    python run.py bench recovery [--events 1000 20000] [--folder FOLDER] [--json]

Seconds of the whole process, from the command line to its ready line. ``killed``: a log was left behind. ``damaged``: the
file was hit and is put together from the mirror. ``lost``: there is the mirror alone. The target is 10 s.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from judge_app import launch
from judge_app.core import events
from judge_app.core.journal import GENESIS, VERSION, Body, Record, Stamp, seal
from judge_app.room.mirroring import mirror_file
from judge_app.store.mirror import Mirror
from judge_app.store.session_file import SessionFile
from tests.faults.rooms import points_for, setup

TARGET_S = 10.0


def journal(count: int) -> list[Record]:
    """A session of so many events: sheets that come in, go back and come again."""
    held = setup()
    judges = [judge.no for judge in held.contest.judges]
    entries = [project.entry_no for project in held.contest.projects]
    points = {no: points_for(held, no, 15) for no in judges}
    records: list[Record] = []
    for seq in range(1, count + 1):
        number = seq // 2
        judge, entry_no = judges[number % len(judges)], entries[number % len(entries)]
        event: events.AnyEvent
        if seq == 1:
            event = events.SessionOpened(setup=held)
        elif seq % 2:
            event = events.SheetReturned(entry_no=entry_no, judge=judge, reason="改")
        else:
            event = events.SheetSubmitted(entry_no=entry_no, judge=judge, revision=seq, points=points[judge])
        body = Body(
            seq=seq,
            event_id=os.urandom(16).hex(),
            command_id=os.urandom(16).hex(),
            part=0,
            command_digest="cd" * 32,
            version=VERSION,
            actor=f"judge:{judge}",
            at=Stamp(mono_ns=seq, boot_id="boot", wall="2026-12-05T09:30:00.000Z"),
            salt=os.urandom(16).hex(),
            event=event,
        )
        records.append(seal(body, records[-1].hash if records else GENESIS))
    return records


def start(file: Path, folder: Path) -> float:
    """Seconds until a room of that file is ready; it is stopped again."""
    began = time.perf_counter()
    room = launch.room(file, log=folder / "room.log", options={"--mirror": str(folder / "stick")})
    took = time.perf_counter() - began
    room.stop()
    return round(took, 2)


def measure(folder: Path, count: int) -> dict[str, float]:
    (folder / "stick").mkdir(parents=True)
    file = folder / "x.roadshow"
    records = journal(count)
    with SessionFile.create(file) as session:
        for at in range(0, count, 500):
            session.append(records[at : at + 500])
        Mirror.open(mirror_file(folder / "stick", file), session).close()
        with open(f"{file}-wal", "rb") as log:
            left = log.read()
        sound = file.read_bytes()
    Path(f"{file}-wal").write_bytes(left)
    file.write_bytes(sound)
    made = {"killed": start(file, folder)}
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = os.urandom(8192)
    file.write_bytes(content)
    made["damaged"] = start(file, folder)
    with contextlib.closing(sqlite3.connect(file)) as connection:
        stored = connection.execute("SELECT count(*) FROM journal").fetchone()[0]
    if stored < count:
        raise SystemExit(f"{count - stored} of {count} events were lost")
    if not list(folder.glob("x.damaged-*")):
        raise SystemExit("the damage was not seen")
    for path in folder.glob("x.*roadshow"):
        path.unlink()
    made["lost"] = start(file, folder)
    return made


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, nargs="+", default=[1_000, 20_000])
    parser.add_argument("--folder", type=Path, default=None, help="on the disk to measure")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        made = {
            "bench": "recovery",
            "target_s": TARGET_S,
            "accepting_s": {str(count): measure(Path(name) / str(count), count) for count in args.events},
        }
    print(json.dumps(made) if args.json else json.dumps(made, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
