"""How long a running order takes: 5,000 project names by strokes and by draw, the stroke table read each time.

    python tests/bench/order.py [--json]

Names are 4 to 16 characters of GB 2312 level one after one of 40 common beginnings, so that many comparisons go deep. Aim:
0.5 s for 5,000 names. Medians and p99 in milliseconds.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from judge_app.core.order import Entrant, by_draw, by_strokes
from judge_app.exchange.running_order import stroke_table

AIM_MS = 500.0
COUNTS = (500, 5_000, 20_000)


def names(count: int) -> list[Entrant]:
    """``count`` made-up names; the same on every run."""
    dice = random.Random(count)
    level_one = [bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF)]
    beginnings = ["".join(dice.choices(level_one, k=3)) for _ in range(40)]
    made = {
        dice.choice(beginnings) + "".join(dice.choices(level_one, k=dice.randint(1, 13))): None
        for _ in range(count * 2)
    }
    return [Entrant(id=str(number), name=name) for number, name in enumerate(list(made)[:count], start=1)]


def measure(work: Callable[[], object], times: int) -> dict[str, float]:
    """Median and p99 of ``times`` runs in milliseconds, the garbage collector running as it would."""
    taken = []
    for _ in range(times):
        gc.collect()
        start = time.perf_counter_ns()
        work()
        taken.append((time.perf_counter_ns() - start) / 1e6)
    taken.sort()
    return {
        "median_ms": round(statistics.median(taken), 2),
        "p99_ms": round(taken[min(len(taken) - 1, len(taken) * 99 // 100)], 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    for count in COUNTS:
        entrants = names(count)
        results[f"strokes {count}"] = measure(lambda entrants=entrants: by_strokes(entrants, stroke_table()), 20)
        results[f"draw {count}"] = measure(lambda entrants=entrants: by_draw(entrants, "2026"), 20)
    met = results["strokes 5000"]["p99_ms"] <= AIM_MS and results["draw 5000"]["p99_ms"] <= AIM_MS
    if given.json:
        print(json.dumps({"bench": "order", "aim_ms": AIM_MS, "met": met, "ms": results}))
    else:
        for name, figures in results.items():
            print(f"{name:>14}  p50 {figures['median_ms']:8.2f} ms  p99 {figures['p99_ms']:8.2f} ms")
        print(f"aim: 5,000 names in {AIM_MS:.0f} ms: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
