"""A process that writes a session file and says on standard output what it acknowledges: ``ack SEQ HASH`` after a batch.

    python tests/faults/writer.py PATH MODE SEED BATCHES [--step]
    python tests/faults/writer.py serve

MODE: ``good`` acknowledges after the append has returned; the others are negative controls, builds that must be caught:
``early`` acknowledges before the append, ``unsynced`` has switched syncing off, ``normal`` syncs at checkpoints only.
With ``--step`` it waits for a line on standard input after each acknowledgement. An append that fails ends it with
``failed CODE`` and exit status 3, any other end of the work with ``done``.

``serve`` takes such lines of arguments on standard input, does each in a child of its own (``pid N``, then what the child
says) and says ``gone`` when it has ended, however it ended: a fresh process without the wait for imports.
"""

from __future__ import annotations

import os
import random
import sys
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from judge_app.core.contest import Contest, Judge, PlannedSession, Project
from judge_app.core.errors import BadInput
from judge_app.core.events import SessionOpened, SessionSetup, SheetSubmitted
from judge_app.core.journal import Body, Record, Stamp, seal
from judge_app.core.rules import Component, Criterion, RuleSet, Text
from judge_app.store.errors import StoreFailed
from judge_app.store.session_file import SessionFile

CONTENT = Component(
    key="expert100",
    name="评委评分",
    max=Decimal(40),
    step=Decimal("0.01"),
    judge_class="评委",
    criteria=(Criterion(name="表现", max=Decimal(40)),),
)
OPENING = SessionOpened(
    setup=SessionSetup(
        session_id="5e" * 16,
        contest=Contest(
            name="小赛",
            projects=(Project(entry_no="1", name="项目一"),),
            judges=(Judge(no="E1", name="王一", judge_class="评委"),),
        ),
        session=PlannedSession(name="第一场"),
        rules=RuleSet(key="small", name=Text(zh="小赛"), components=(CONTENT,)),
    )
)


def a_sheet(seq: int, chance: random.Random) -> SheetSubmitted:
    points = {"expert100": {"表现": chance.randrange(4000)}}
    return SheetSubmitted(entry_no="1", judge="E1", revision=seq, points=points, comment="评" * chance.randrange(200))


def sheets(head: tuple[int, bytes], count: int, chance: random.Random) -> list[Record]:
    """Records behind ``head``; ids come from the system, so that no two runs on one file share any."""
    seq, prev = head
    made = []
    for _ in range(count):
        seq += 1
        body = Body(
            seq=seq,
            event_id=f"{random.SystemRandom().getrandbits(128):032x}",
            command_id=f"{random.SystemRandom().getrandbits(128):032x}",
            part=0,
            command_digest="0" * 64,
            version=1,
            actor="judge:E1",
            at=Stamp(mono_ns=seq, boot_id="boot", wall="2026-12-05T09:30:00.000Z"),
            salt=f"{chance.getrandbits(128):032x}",
            event=OPENING if seq == 1 else a_sheet(seq, chance),
        )
        made.append(seal(body, prev))
        prev = made[-1].hash
    return made


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main(path: str, mode: str, seed: str, batches: str, *flags: str) -> int:
    chance = random.Random(int(seed))
    step = "--step" in flags

    def acknowledge(records: list[Record]) -> None:
        sys.stdout.write("".join(f"ack {record.seq} {record.hash.hex()}\n" for record in records))
        sys.stdout.flush()
        if step:
            sys.stdin.readline()

    try:
        file = SessionFile.open(path) if Path(path).exists() else SessionFile.create(path)
    except (StoreFailed, BadInput) as problem:
        say("failed", getattr(problem, "code", type(problem).__name__))
        return 3
    if mode in ("unsynced", "normal"):
        connection = file._connection
        assert connection is not None
        connection.exec_driver_sql(f"PRAGMA synchronous={'OFF' if mode == 'unsynced' else 'NORMAL'}").close()
    say("open", file.head()[0])
    try:
        for number in range(int(batches)):
            records = sheets(file.head(), chance.choice((1, 1, 1, 2, 5, 12, 40)), chance)
            if mode == "early":
                acknowledge(records)
            file.append(records)
            if mode != "early":
                acknowledge(records)
            if number % 7 == 6:
                file.heartbeat()
            if number % 31 == 30:
                file.backup(f"{path}.backup")
    except StoreFailed as problem:
        say("failed", problem.code)
        file.close()
        return 3
    file.close()
    say("done")
    return 0


def serve() -> int:
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            status = 70
            try:
                say("pid", os.getpid())
                status = main(*line.rstrip("\n").split("\t"))
            finally:
                os._exit(status)
        os.waitpid(child, 0)
        say("gone")
    return 0


if __name__ == "__main__":
    sys.exit(serve() if sys.argv[1:] == ["serve"] else main(*sys.argv[1:]))
