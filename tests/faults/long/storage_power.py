"""Power loss under a session file: an ext4 file system on a loop device is shut down at a random moment, without its cache.

    python run.py faults storage_power [--rounds 200] [--json]        (takes root)

``EXT4_IOC_SHUTDOWN`` without a flush drops what had not reached the device, as a power cut does. The device is mounted
again, the file opened: every acknowledged event must be there. The same with a build whose syncing is off, and one that
syncs at checkpoints only (``synchronous=NORMAL``): they must lose events, or the trial proves nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from judge_app.store.session_file import SessionFile
from tests.faults.ledger import Ledger, Writers

SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
NO_LOG_FLUSH = 2


def call(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextlib.contextmanager
def device(folder: Path) -> Iterator[str]:
    image = folder / "image"
    with open(image, "wb") as file:
        file.truncate(64 * 2**20)
    call("mkfs.ext4", "-q", "-F", "-O", "^metadata_csum_seed", str(image))
    name = subprocess.run(
        ["losetup", "-f", "--show", str(image)], check=True, capture_output=True, text=True
    ).stdout.strip()
    try:
        yield name
    finally:
        call("losetup", "-d", name)


def one(
    writers: Writers, loop: str, mount: Path, mode: str, number: int, chance: random.Random
) -> tuple[int, list[str]]:
    """One power cut: how many events were acknowledged, and what is wrong afterwards."""
    call("mount", loop, str(mount))
    path = mount / f"{mode}-{number // 10}.roadshow"
    ledger = Ledger()
    after, heard = chance.randint(1, 200), 0
    handle = os.open(mount, os.O_RDONLY)
    pid = writers.start(path, mode, number, 100_000)
    for line in writers.words():
        ledger.hear(line)
        heard += line.startswith("ack")
        if heard == after:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            break
    # What it said after the cut it cannot have stored, and what it said before it may have.
    at_cut = Ledger()
    at_cut.acknowledged = dict(ledger.acknowledged)
    for _ in writers.words():
        pass
    os.close(handle)
    call("umount", str(mount))
    call("mount", loop, str(mount))
    found = at_cut.problems(path)
    if not found:
        with SessionFile.open(path) as file:
            file.heartbeat()
    elif path.exists():
        for left in mount.glob(f"{path.name}*"):
            left.unlink()
    call("umount", str(mount))
    return heard, found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if os.geteuid() != 0:
        print("takes root: a loop device is mounted", file=sys.stderr)
        return 2
    chance = random.Random()
    made: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as name, device(Path(name)) as loop, Writers() as writers:
        mount = Path(name) / "mount"
        mount.mkdir()
        for mode, rounds in (
            ("good", args.rounds),
            ("unsynced", max(5, args.rounds // 20)),
            ("normal", max(5, args.rounds // 20)),
        ):
            acknowledged, broken = 0, []
            for number in range(rounds):
                heard, found = one(writers, loop, mount, mode, number, chance)
                acknowledged += heard
                if found:
                    broken.append(f"round {number}: {found[0]} (+{len(found) - 1})")
            made[mode] = {
                "rounds": rounds,
                "acknowledged": acknowledged,
                "rounds_with_loss": len(broken),
                "broken": broken,
            }
            words = f"{mode}: {rounds} power cuts, {acknowledged} acknowledged, {len(broken)} rounds with a loss"
            print(words, file=sys.stderr, flush=True)
    lost = made["good"]["rounds_with_loss"]
    bites = bool(made["unsynced"]["rounds_with_loss"] and made["normal"]["rounds_with_loss"])
    if args.json:
        print(json.dumps({"fault": "storage_power", **made}, ensure_ascii=False))
    else:
        print(f"rounds with a loss: {lost}; the controls lost: {bites}")
    return 1 if lost or not bites else 0


if __name__ == "__main__":
    sys.exit(main())
