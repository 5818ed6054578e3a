"""bench startup: from starting ``judge-app`` to a usable start window (shown, painted, answering), as a whole process."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from rooms import tell

from judge_app import launch

RUNS = 7

PROBE = """
import asyncio, sys
from judge_app import hosting
application = hosting.Application(hosting.Settings(hosting.Path(sys.argv[1])))
async def main():
    window = hosting.StartWindow()
    hosting.Start(application, window)
    window.show()
    await asyncio.sleep(0)
    application.qt.processEvents()
    window.grab()
    print("usable", flush=True)
    return 0
application.run(main)
"""


def once(folder: str) -> float:
    """Seconds until the process says that its window was painted."""
    environment = launch.environment()
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if not environment.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", PROBE, os.path.join(folder, "settings.json")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.readline()
    taken = time.perf_counter() - began
    process.wait(30)
    if said.strip() != "usable":
        raise SystemExit("the window did not come")
    return taken


def main() -> None:
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        once(folder)  # the byte code, once
        taken = sorted(once(folder) for _ in range(RUNS))
    tell(
        {
            "bench": "startup",
            "runs": RUNS,
            "window_s": {"median": round(statistics.median(taken), 3), "max": round(taken[-1], 3)},
            "aim_s": 1.5,
        },
        given.json,
    )


if __name__ == "__main__":
    main()
