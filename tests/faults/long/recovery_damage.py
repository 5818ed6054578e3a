"""Session files hit at random, hundreds of times: what can be proved comes back, nothing is reset.

    python run.py faults recovery_damage [--rounds 300] [--events 400] [--seed 1] [--json]

Each round hits a file (bits turned over, pieces overwritten, its end cut off, its log lost, a hand in its tables), and in
every third round its mirror too, then takes it up as a room does. Held against: the result is sound and a prefix of the
truth; it lacks nothing that the mirror still has; a file that was put together anew leaves the hit one behind, byte for
byte; what is refused is left as it is. As a control, rounds whose file is not hit must change nothing.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from judge_app.core.errors import BadInput
from judge_app.room.mirroring import mirror_file
from judge_app.room.opening import take_up
from judge_app.store.errors import NotASession, VersionMismatch
from judge_app.store.mirror import Mirror
from judge_app.store.recovery import salvage_mirror
from judge_app.store.session_file import SessionFile, read_session
from judge_app.verify import verify_file
from tests.bench.recovery import journal


def flip(path: Path, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(dice.randint(1, 60)):
        content[dice.randrange(len(content))] ^= dice.randrange(1, 256)
    path.write_bytes(content)


def overwrite(path: Path, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    at = dice.randrange(len(content))
    length = min(dice.choice((512, 4096, 65536)), len(content) - at)
    content[at : at + length] = dice.randbytes(length)
    path.write_bytes(content)


def cut(path: Path, dice: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: dice.randrange(1, len(content))])


def hand(path: Path, dice: random.Random) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER journal_no_update")
    connection.execute("UPDATE journal SET actor = 'x' WHERE seq = ?", (dice.randint(2, 300),))
    connection.commit()
    connection.close()


def nothing(path: Path, dice: random.Random) -> None:
    """The control."""


HITS: list[Callable[[Path, random.Random], None]] = [flip, overwrite, cut, hand, nothing]


def one_round(folder: Path, truth: list[object], whole: Path, mirror: Path, dice: random.Random, number: int) -> str:
    """What became of one hit; raises AssertionError where a promise is broken."""
    file, stick = folder / "x.roadshow", folder / "stick"
    stick.mkdir()
    shutil.copyfile(whole, file)
    shutil.copyfile(mirror, mirror_file(stick, file))
    hit = HITS[number % len(HITS)]
    hit(file, dice)
    if number % 3 == 0:
        dice.choice((flip, cut))(mirror_file(stick, file), dice)
    before, provable = file.read_bytes(), len(salvage_mirror(mirror_file(stick, file)))
    refusal: BadInput | None = None
    try:
        pause = take_up(file, by_hand=True, mirror=stick)
    except BadInput as problem:
        refusal = problem
    if refusal is not None:
        assert file.read_bytes() == before, "a refused file was changed"
        odd_header = isinstance(refusal, NotASession | VersionMismatch)  # another program's file, for all one can tell
        assert odd_header or provable == 0, f"refused, though {provable} records could be proved: {refusal}"
        return f"{hit.__name__}: refused{', its header hit' if odd_header else ', and nothing is left'}"
    records = read_session(file)
    assert records == truth[: len(records)], "the result is not the truth's beginning"
    assert len(records) >= provable, f"{provable} records could be proved, {len(records)} are there"
    assert verify_file(file).ok
    assert pause is not None
    if pause.kept:
        assert (folder / pause.kept).read_bytes() == before, "the hit file was not kept as it was"
    if hit is nothing:
        assert not pause.kept, "a sound file was put aside"
        assert len(records) == len(truth)
    lost = len(truth) - len(records)
    return f"{hit.__name__}: {'put together' if pause.kept else 'sound'}{', newest lost' if lost else ''}"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--events", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    dice = random.Random(args.seed)
    truth = journal(args.events)
    found: Counter[str] = Counter()
    broken = []
    with tempfile.TemporaryDirectory() as name:
        whole, mirror = Path(name) / "whole.roadshow", Path(name) / "whole.mirror.jsonl"
        with SessionFile.create(whole) as session:
            session.append(truth)
            Mirror.open(mirror, session).close()
            session.seal()
        for number in range(args.rounds):
            folder = Path(name) / str(number)
            folder.mkdir()
            try:
                found[one_round(folder, list(truth), whole, mirror, dice, number)] += 1
            except AssertionError as problem:
                broken.append(f"round {number}: {problem}")
            shutil.rmtree(folder)
            if (number + 1) % 50 == 0:
                print(f"  {number + 1}/{args.rounds}", file=sys.stderr)
    made = {"trial": "recovery_damage", "rounds": args.rounds, "found": dict(sorted(found.items())), "broken": broken}
    print(json.dumps(made) if args.json else json.dumps(made, indent=2, ensure_ascii=False))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
