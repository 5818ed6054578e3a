"""bench sheets: how fast the forms of a session are set: 120 judge sheets in one file, and each form in its own.

A session of 10 projects, 7 expert and 5 professional judges, the rules of three components. The first figure of each
pair is cold: a new process, fonts and libraries read from disk in it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
began = time.perf_counter()

from judge_app.sheets import paper  # noqa: E402 - reading the libraries is part of the cold figure
from judge_app.sheets.printing import Printing  # noqa: E402

IMPORT_MS = (time.perf_counter() - began) * 1000

from judge_app.core.rules import decode_rules  # noqa: E402
from tests.sheets.sittings import AT, contest_of, judged, opened, preset, shown  # noqa: E402

ROUNDS = 5


def measure() -> dict[str, Any]:
    """The figures as data; times in milliseconds."""
    rules = decode_rules(preset("shanxi-2019"))
    state = judged(
        opened(contest_of(10, {"专家评委": 7, "专业评委": 5}), rules),
        lambda no, judge, name, most, step: most // 2 // step * step,
    )
    session = Printing(*shown(state), printed_at=AT)

    def timed(forms: list[paper.Form]) -> float:
        start = time.perf_counter()
        paper.render(forms, "bench")
        return (time.perf_counter() - start) * 1000

    start, cpu = time.perf_counter(), time.process_time()
    f1 = list(session.f1().values())
    data = paper.render(f1, "bench")
    cold = (time.perf_counter() - start) * 1000
    cold_cpu = (time.process_time() - cpu) * 1000
    warm = sorted(timed(f1) for _ in range(ROUNDS))[ROUNDS // 2]
    single = sorted(timed([form]) for form in f1)[len(f1) // 2]
    others = {
        name: round(min(timed(list(held.values())[:1]) for _ in range(ROUNDS)), 1)
        for name, held in (("F2", session.f2()), ("F3", session.f3()), ("F6", session.f6()))
    }
    return {
        "bench": "sheets",
        "pages": len(f1),
        "import_ms": round(IMPORT_MS, 1),
        "f1_cold_ms": round(cold, 1),
        "f1_cold_cpu_ms": round(cold_cpu, 1),
        "f1_warm_ms": round(warm, 1),
        "pages_per_s": round(len(f1) / warm * 1000, 1),
        "bytes": len(data),
        "one_f1_file_ms": round(single, 1),
        "one_file_ms": others,
        "target_ms": 2000,
        "within_target": cold <= 2000,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench sheets", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    found = measure() if (given := parser.parse_args()) else {}
    if given.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return 0
    sys.stdout.write(
        f"{found['pages']} F1 pages in one file: cold {found['f1_cold_ms']} ms, of the processor "
        f"{found['f1_cold_cpu_ms']} ms (target {found['target_ms']}), "
        f"warm {found['f1_warm_ms']} ms, {found['pages_per_s']} pages/s, {found['bytes'] // 1024} KB\n"
        f"one F1 in its own file: {found['one_f1_file_ms']} ms; "
        + ", ".join(f"{name} {value} ms" for name, value in found["one_file_ms"].items())
        + f"; reading the libraries {found['import_ms']} ms\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
