"""How long a tabulation takes: 200 projects × 15 judges × 3 components, one changed sheet, and growth to 10,000 projects.

    python tests/bench/tabulate.py [--json]

Every judge gives every criterion of every component (of one class, so that all 15 fill all three). Aims: from scratch
50 ms, one changed sheet 2 ms, linear growth. Medians and p99 in milliseconds.
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
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec

from judge_app.core.rules import RuleSet
from judge_app.core.scoring import Entry, Sheet, open_book, replace_entry, tabulate, tabulate_book
from judge_app.store.presets import Presets

JUDGES = 15


def three_components() -> RuleSet:
    """The three components of the regional final, all filled by one class of judges."""
    rules = Presets().load("shanxi-2019")
    components = tuple(msgspec.structs.replace(one, judge_class="专家评委") for one in rules.components)
    return msgspec.structs.replace(rules, components=components)


def entry(rules: RuleSet, number: int, dice: random.Random) -> Entry:
    sheets = []
    for judge in range(1, JUDGES + 1):
        for component in rules.components:
            points: dict[str, Decimal | None] = {}
            for criterion in component.criteria:
                step = component.step_of(criterion)
                points[criterion.name] = step * dice.randint(
                    int(criterion.max / step) * 6 // 10, int(criterion.max / step)
                )
            sheets.append(Sheet(judge=f"J{judge}", component=component.key, points=points))
    return Entry(entry_no=str(number), track=f"T{number % 6}", sheets=tuple(sheets))


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
        "median_ms": round(statistics.median(taken), 3),
        "p99_ms": round(taken[min(times - 1, times * 99 // 100)], 3),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="print one JSON object")
    as_json = arguments.parse_args().json
    dice = random.Random(1)
    rules = three_components()
    entries = [entry(rules, number, dice) for number in range(1, 201)]
    scratch = measure(lambda: tabulate(rules, entries), 50)
    book = open_book(rules, entries)
    changes = [entry(rules, dice.randint(1, 200), dice) for _ in range(300)]
    turn = iter(changes)
    changed = measure(lambda: tabulate_book(replace_entry(book, next(turn))), 300)
    growth = {}
    for size in (1_000, 10_000):
        many = [msgspec.structs.replace(entries[at % 200], entry_no=str(at)) for at in range(size)]
        growth[size] = measure(lambda many=many: tabulate(rules, many), 3)["median_ms"]  # type: ignore[misc]
    result = {
        "bench": "tabulate",
        "projects": 200,
        "judges": JUDGES,
        "components": len(rules.components),
        "sheets": 200 * JUDGES * len(rules.components),
        "from_scratch": {**scratch, "aim_ms": 50},
        "one_changed_sheet": {**changed, "aim_ms": 2},
        "growth_ms": {str(size): taken for size, taken in growth.items()},
        "us_per_project": {"200": round(scratch["median_ms"] * 5, 1)}
        | {str(size): round(taken * 1000 / size, 1) for size, taken in growth.items()},
    }
    if as_json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        for name, value in result.items():
            sys.stdout.write(f"{name:20} {value}\n")


if __name__ == "__main__":
    main()
