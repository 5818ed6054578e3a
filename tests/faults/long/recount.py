"""The program against the independent recount on 100,000 random contests over all presets, with and without rulings.

    python tests/faults/long/recount.py [--count 100000] [--from 0] [--json]

Each contest is counted twice, the second time with random rulings on what the first left open. Prints progress, every
difference with its seed, and at the end how often each thing that can happen did. Exit status 1 if anything differs.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import recount  # noqa: E402

from judge_app.core.errors import BadInput  # noqa: E402
from judge_app.exchange.tabulation import tabulate_file  # noqa: E402
from judge_app.store.presets import Presets, shipped  # noqa: E402


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=100_000)
    arguments.add_argument("--from", dest="first", type=int, default=0)
    arguments.add_argument("--json", action="store_true", help="print one JSON object at the end, no progress")
    given = arguments.parse_args()
    presets: dict[str, Any] = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in shipped().glob("*.toml")}
    rules = {key: Presets().load(key) for key in presets}
    seen: collections.Counter[str] = collections.Counter()
    different: list[int] = []
    start = time.monotonic()
    for done, seed in enumerate(range(given.first, given.first + given.count), 1):
        problem = differs(seed, presets, rules, seen)
        if problem:
            different.append(seed)
            sys.stdout.write(f"seed {seed}: {problem}\n")
        if not given.json and (done % 2_000 == 0 or done == given.count):
            taken = time.monotonic() - start
            sys.stdout.write(f"{done:>7} contests, {len(different)} different, {taken:.0f} s\n")
            sys.stdout.flush()
    result = {
        "contests": given.count,
        "tabulations": 2 * given.count,
        "different": len(different),
        "seeds": different[:20],
        "seconds": round(time.monotonic() - start, 1),
        "seen": dict(sorted(seen.items())),
    }
    if given.json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    else:
        for name, count in sorted(seen.items()):
            sys.stdout.write(f"  {name:32} {count:>8}\n")
    return 1 if different else 0


def differs(seed: int, presets: dict[str, Any], rules: dict[str, Any], seen: collections.Counter[str]) -> str:
    """What differs for one contest; empty if nothing does."""
    dice = random.Random(seed)
    given = recount.random_contest(dice, presets)
    preset = presets[given["preset"]]
    for _ in range(2):
        wanted = recount.recount(preset, given)
        try:
            found = tabulate_file(json.dumps(given, ensure_ascii=False).encode(), rules.__getitem__)
        except BadInput as error:
            return f"refused: {error}"
        for project in found["projects"]:
            project["flags"].sort()
            seen[f"project {project['status']}"] += 1
            seen[f"tie key {str(project['tie_key']).partition(':')[0]}"] += 1
            seen.update(f"flag {flag.partition(':')[0]}" for flag in project["flags"])
        seen[f"preset {given['preset']}"] += 1
        seen.update(f"ruling {one['kind']} {one.get('method', 'order')}" for one in given.get("rulings", ()))
        seen[f"advance {found['advance_status']}"] += 1
        seen[f"awards {found['award_status']}"] += 1
        if found != wanted:
            return next(f"{key}: {found[key]!r} against {wanted[key]!r}" for key in wanted if found[key] != wanted[key])
        changed = recount.patched(preset, given.get("rule_changes") or {})
        changed.setdefault("rank_scope", "all")
        given["rulings"] = recount.random_rulings(dice, wanted, given, changed)
    return ""


if __name__ == "__main__":
    sys.exit(main())
