"""A Postgres centre killed -9 at random moments while a room sends its journal; and what an outage of hours does.

    python run.py faults centre_kills [--rounds 30] [--events 20000] [--json]

In each round a sender pushes batches and notes what was acknowledged; the server and all its processes are killed at a
random moment (in COMMIT too), started again, and asked: acknowledged ⊆ stored, byte for byte; then the rest is sent and room
and centre are equal. At the end a journal of ``--events`` events is drained into an empty centre (target: 20,000 in 30 s),
on Postgres and on SQLite. Exit status 1 if a promise was broken.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from judge_app.core.journal import Record, first_break
from judge_app.store.central import Central
from judge_app.store.errors import StoreFailed
from tests.faults.writer import sheets
from tests.postgres import Server

SESSION = "5e" * 16


def journal(count: int, chance: random.Random) -> list[Record]:
    from judge_app.core.journal import GENESIS

    return sheets((0, GENESIS), count, chance)


def killed_while_sending(
    server: Server, url: str, records: list[Record], chance: random.Random
) -> tuple[int, list[str]]:
    """One round: returns how many events were acknowledged before the kill, and what is wrong afterwards."""
    acknowledged = 0
    began = threading.Event()

    def send() -> None:
        nonlocal acknowledged
        with Central.connect(url) as central:
            at = 0
            while at < len(records):
                size = chance.choice((1, 1, 2, 5, 20, 100))
                try:
                    at = central.push(SESSION, records[at : at + size], "h1").seq
                except StoreFailed:
                    return
                acknowledged = at
                began.set()

    sender = threading.Thread(target=send)
    sender.start()
    began.wait(60)
    sender.join(chance.random() * 0.5)  # it goes on meanwhile
    server.kill()
    sender.join(60)
    heard = acknowledged
    server.start()
    found = []
    with Central.connect(url) as central:
        seq, digest = central.high_water(SESSION, "h1")
        if seq < heard:
            found.append(f"{heard} events were acknowledged, {seq} are stored")
        if seq and digest != records[seq - 1].hash:
            found.append(f"event {seq} has another hash")
        for at in range(seq, len(records), 500):
            central.push(SESSION, records[at : at + 500], "h1")
        stored = central.records(SESSION)
        if stored != records or first_break(stored) is not None:
            found.append("the journal read back is not the room's")
        difference = central.reconcile(SESSION, records).differences
        found += [f"{one.what}: room {one.room}, centre {one.centre}" for one in difference]
    return heard, found


def drained(url: str, records: list[Record]) -> float:
    """Seconds until an empty centre has all records."""
    with Central.connect(url) as central:
        began = time.perf_counter()
        for at in range(0, len(records), 500):
            central.push(SESSION, records[at : at + 500], "h1")
        took = time.perf_counter() - began
        assert central.high_water(SESSION) == (len(records), records[-1].hash)
    return took


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # of connections that were cut: that is what this is about
    chance = random.Random()
    found: list[str] = []
    acknowledged = 0
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(name))
        for number in range(args.rounds):
            server.execute(f"CREATE SCHEMA round{number}")
            url = server.url(schema=f"round{number}")
            Central.connect(url).close()
            heard, wrong = killed_while_sending(server, url, journal(2_000, chance), chance)
            acknowledged += heard
            found += [f"round {number}: {problem}" for problem in wrong]
        print(f"{args.rounds} kills, {acknowledged} acknowledged, {len(found)} broken", file=sys.stderr, flush=True)
        records = journal(args.events, chance)
        server.execute("CREATE SCHEMA drained")
        seconds = {
            "postgres": drained(server.url(schema="drained"), records),
            "sqlite": drained(f"sqlite:///{name}/centre.db", records),
        }
        server.stop()
    made = {
        "fault": "centre_kills",
        "rounds": args.rounds,
        "acknowledged": acknowledged,
        "broken": found,
        "drain": {"events": args.events, "seconds": {key: round(value, 2) for key, value in seconds.items()}},
    }
    print(json.dumps(made, ensure_ascii=False) if args.json else "\n".join([*found, f"drained in {made['drain']}"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
