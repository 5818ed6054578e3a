"""Whole short sessions in real windows: host, chair, three judges and the stage, each a process of its own, under Xvfb.

    python run.py faults evening [--rounds 1] [--json]

Each round plays two projects from the start window to locked and signed, once by clicks and keys and once by the keys
alone, and compares the session file with what the people did. Exit status 1 where anything is missing or otherwise.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import psutil

from tests import projector
from tests.ui import hands
from tests.ui.evening import PROJECTS, Evening, told, write_contest


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.py faults evening", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    given = parser.parse_args()
    lacks = hands.missing() or projector.missing()
    if lacks:
        sys.stderr.write(f"{lacks} is missing\n")
        return 2
    rounds = []
    for at in range(given.rounds):
        for mouse in (True, False):
            sys.stderr.write(f"round {at + 1}, {'clicks and keys' if mouse else 'keys alone'}\n")
            rounds.append(play(mouse=mouse))
            sys.stderr.write(f"{rounds[-1]}\n")
    wrong = [text for one in rounds for text in one["wrong"]]
    if given.json:
        sys.stdout.write(json.dumps({"faults": "evening", "rounds": rounds}, ensure_ascii=False) + "\n")
    else:
        for one in rounds:
            sys.stdout.write(f"{one['by']}: {one['seconds']} s, {'; '.join(one['wrong']) or 'as played'}\n")
    return 1 if wrong else 0


def play(*, mouse: bool) -> dict[str, object]:
    """One session; what came of it."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="judge-app-evening-") as name:
        folder = Path(name)
        workbook = write_contest(folder / "contest")
        try:
            with projector.projector() as display, Evening(display, folder, mouse=mouse).together() as evening:
                wrong = told(evening.whole(workbook, PROJECTS), PROJECTS)
        except (AssertionError, psutil.Error) as error:
            wrong = [f"{type(error).__name__}: {error}"]
    return {"by": "mouse" if mouse else "keys", "seconds": round(time.monotonic() - began, 1), "wrong": wrong}


if __name__ == "__main__":
    sys.exit(main())
