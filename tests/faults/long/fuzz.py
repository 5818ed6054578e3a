"""Every decoder of bytes from outside, fed with spoilt samples for so many seconds each.

    python run.py faults fuzz [--seconds 20] [--decoder "a workbook"] [--seed 1] [--out DIR] [--guided] [--json]

The samples are spoilt at random (``tests/faults/decoders.py``), without knowledge of what they reach; ``--guided`` lets
atheris find its way by coverage, where it is installed (``pip install atheris``; it has wheels for Linux). Bytes that a
decoder trips over are kept in ``--out``. Exit status 1 if there are any.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import importlib
import json
import random
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.faults.decoders import DECODERS, quiet, spoilt, tried


def at_random(name: str, seconds: float, seed: str, out: Path) -> tuple[int, dict[str, str]]:
    """How many were tried, and each kind of trip with the file of its bytes."""
    decoder, chance = DECODERS[name], random.Random(f"{name} {seed}")
    seeds = decoder.seeds()
    found: dict[str, str] = {}
    times, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        data = spoilt(seeds, chance)
        times += 1
        error = tried(decoder, data)
        if error is not None:
            last = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{name}: {type(error).__name__} in {Path(last.filename).name} {last.name}"
            if kind not in found:
                path = out / hashlib.sha256(data).hexdigest()[:16]
                path.write_bytes(data)
                found[kind] = f"{error} ({path})"
    return times, found


def guided(name: str, seconds: float, out: Path) -> None:
    """One decoder under atheris; ends the process."""
    import atheris

    for known in [one for one in sys.modules if one.startswith(("judge_app", "tests."))]:
        del sys.modules[known]  # to be imported once more, with counters in them
    with atheris.instrument_imports(include=["judge_app"]):
        counted = importlib.import_module("tests.faults.decoders")
    decoder = counted.DECODERS[name]
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(decoder.seeds()):
            (Path(corpus) / str(number)).write_bytes(data)

        def one(data: bytes) -> None:
            error = counted.tried(decoder, data)
            if error is not None:
                raise error

        flags = [f"-max_total_time={int(seconds)}", f"-artifact_prefix={out}/", "-max_len=65536", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *flags, "-print_final_stats=1", corpus], one)
        atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="for each decoder")
    parser.add_argument("--decoder", choices=list(DECODERS), help="this one alone")
    parser.add_argument("--seed", default=str(time.time_ns()))
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "judge-app-fuzz")
    parser.add_argument("--guided", action="store_true", help="by coverage, with atheris")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.one:
        with quiet():
            guided(args.one, args.seconds, args.out)
        return 0
    tried_times: collections.Counter[str] = collections.Counter()
    found: dict[str, str] = {}
    with quiet():
        for name in [args.decoder] if args.decoder else DECODERS:
            if args.guided:
                command = [sys.executable, __file__, "--one", name, "--seconds", str(args.seconds), "--out", args.out]
                done = subprocess.run(command, capture_output=True, text=True, errors="replace")
                units = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
                tried_times[name] = int(units[-1].split()[-1]) if units else 0
                if done.returncode != 0:
                    found[f"{name}: guided"] = done.stderr[-1_500:]
            else:
                times, wrong = at_random(name, args.seconds, args.seed, args.out)
                tried_times[name] += times
                found |= wrong
            print(f"{name}: {tried_times[name]} tried, {len(found)} trips so far", file=sys.stderr, flush=True)
    made: dict[str, Any] = {
        "fault": "fuzz",
        "guided": args.guided,
        "seed": args.seed,
        "tried": dict(tried_times),
        "all": sum(tried_times.values()),
        "broken": found,
    }
    print(json.dumps(made, ensure_ascii=False, indent=None if args.json else 2))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
