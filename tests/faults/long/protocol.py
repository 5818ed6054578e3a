"""Seats, room, network and disk on paper, in as many random orders as are asked for; a wrong build must be found out.

    python run.py faults protocol [--examples 2000] [--steps 100] [--json]

The model is ``tests/faults/test_paper_network.py``: the real room and the real seats' clients, every delivery, copy, loss,
crash and commit chosen. Exit status 1 with the shortest order of things that breaks a promise.
"""

from __future__ import annotations

import argparse
import collections
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.test_paper_network import HastyNetwork, Network, receipt_then_crash


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=2_000)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    logging.disable(logging.WARNING)  # that an id is used for other content is told each time, and tried each time
    seen: collections.Counter[str] = collections.Counter()

    class Counted(Network):
        def teardown(self) -> None:
            super().teardown()
            if hasattr(self, "world"):
                seen["orders"] += 1
                seen["events"] += len(self.world.disk.rows)
                seen["commands"] += sum(len(laptop.given) for laptop in self.world.laptops)
                seen["receipts"] += sum(len(laptop.client.receipts()) for laptop in self.world.laptops)
                seen.update(record.kind for record in self.world.disk.rows)

    kinds: dict[str, Any] = {
        "max_examples": args.examples,
        "stateful_step_count": args.steps,
        "deadline": None,
        "database": None,
        "suppress_health_check": list(HealthCheck),
    }
    began = time.monotonic()
    broken = ""
    try:
        run_state_machine_as_test(Counted, settings=settings(**kinds))  # type: ignore[no-untyped-call]
    except Exception as error:
        broken = f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - began
    try:
        receipt_then_crash(HastyNetwork)
        caught = False
    except AssertionError:
        caught = True
    made = {
        "fault": "protocol",
        "seconds": round(seconds),
        "seen": dict(seen.most_common()),
        "broken": [broken] if broken else [],
        "control_caught": caught,
    }
    print(json.dumps(made, ensure_ascii=False, indent=None if args.json else 2))
    return 1 if broken or not caught else 0


if __name__ == "__main__":
    sys.exit(main())
