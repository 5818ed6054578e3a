"""bench console: a view update of the host's desk with 200 projects and 15 seats, and how long its window takes.

    python tests/bench/console.py [--json]

An update is ``set_view`` with a changed view and the painting that follows it; the changes take turns: a judge writes, a
sheet is recorded, a seat goes away, the clock is held. ``usable`` is from the start of a process to a console that shows
its first view. ``idle_cpu`` is the share of one core that a shown console with a running clock takes. Aims: 16 ms an
update, 1.2 s to usable, 2 % idle.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from judge_app.core import commands, views
from judge_app.ui.console import ConsoleWindow
from judge_app.ui.language import Language
from judge_app.ui.samples import Play, everybody, links, long_contest, submit_even
from judge_app.ui.theme import load_fonts, look, wear

AIM_UPDATE_MS, AIM_USABLE_S, AIM_IDLE_PERCENT = 16.0, 1.2, 2.0
UPDATES, STARTS, IDLE_S = 400, 5, 10.0

USABLE = (
    "import sys; sys.path.insert(0, sys.argv[1]); sys.path.insert(0, sys.argv[2]); import console; console.show_once()"
)


def sitting() -> Play:
    """200 projects, 15 judges and 12 criteria, the third project on stage."""
    play = Play(long_contest())
    play.live = views.Live(seats=everybody(play.setup, "1"), join_links=links(play.setup))
    play.do("host", commands.CallProject(entry_no="1"))
    return play.do("host", commands.StartPhase(phase="presentation")).wait(60)


def application() -> QApplication:
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(sys.argv[:1])
    load_fonts()
    wear(app, look("light"))
    Language(app, "zh")
    return app


def opened(play: Play) -> ConsoleWindow:
    window = ConsoleWindow()
    window.set_now(lambda: play.now_ns)
    window.set_briefing(play.briefing("host"))
    window.set_view(play.host())
    window.show()
    return window


def show_once() -> None:
    """A process of its own: the console with its first view, painted."""
    app = application()
    window = opened(sitting())
    app.processEvents()
    window.grab()
    print("usable", flush=True)


def changed_views(play: Play, count: int) -> list[views.HostView]:
    """Views as a session sends them, each with one thing changed."""
    made = []
    judges = [judge.no for judge in play.setup.contest.judges]
    waiting = list(judges)
    for at in range(count):
        seats = dict(play.live.seats)
        seat = f"judge:{judges[at % len(judges)]}"
        turn = at % 4
        if turn == 0:
            seats[seat] = msgspec.structs.replace(seats[seat], filled=1 + at % 12)
        elif turn == 1 and waiting:
            submit_even(play, "1", waiting.pop())
        elif turn == 2:
            online = not seats[seat].online
            since = "" if online else "2026-12-05T02:14:07Z"
            seats[seat] = msgspec.structs.replace(seats[seat], online=online, offline_since=since)
        else:
            run = play.state.run
            held = run is not None and run.hold is not None
            play.do("host", commands.ReleaseClock() if held else commands.HoldClock(technical=False, reason="—"))
        play.live = msgspec.structs.replace(play.live, seats=seats)
        made.append(play.host())
    return made


def updates(app: QApplication) -> list[float]:
    """Milliseconds of each update, painted."""
    play = sitting()
    sent = changed_views(play, UPDATES)
    window = opened(play)
    app.processEvents()
    taken = []
    for view in sent:
        began = time.perf_counter()
        window.set_view(view)
        app.processEvents()
        taken.append((time.perf_counter() - began) * 1000)
    window.hide()  # in the middle of a project a close would be asked about
    return taken


def idle(app: QApplication) -> float:
    """Per cent of one core that a shown console with a running clock takes."""
    play = sitting()
    began_at, first = play.now_ns, time.monotonic_ns()
    window = opened(play)
    window.set_now(lambda: began_at + time.monotonic_ns() - first)
    app.processEvents()
    cpu, wall = time.process_time(), time.perf_counter()
    QTimer.singleShot(round(IDLE_S * 1000), app.exit)
    app.exec()
    share = (time.process_time() - cpu) / (time.perf_counter() - wall)
    window.hide()
    return share * 100


def usable() -> list[float]:
    """Seconds from starting a process to a painted console."""
    taken = []
    for _ in range(STARTS):
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", USABLE, str(Path(__file__).resolve().parents[2]), str(Path(__file__).parent)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        taken.append(time.perf_counter() - began)
        if "usable" not in done.stdout:
            raise SystemExit(done.stderr)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description="The host's desk: updates, start, idle.")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    app = application()
    taken = updates(app)
    cuts = statistics.quantiles(taken, n=100)
    starts = usable()
    result = {
        "bench": "console",
        "update_ms": {
            "p50": round(cuts[49], 2),
            "p99": round(cuts[98], 2),
            "max": round(max(taken), 2),
            "aim": AIM_UPDATE_MS,
        },
        "usable_s": {"median": round(statistics.median(starts), 2), "max": round(max(starts), 2), "aim": AIM_USABLE_S},
        "idle_cpu_percent": {"share": round(idle(app), 2), "aim": AIM_IDLE_PERCENT},
    }
    if given.json:
        print(json.dumps(result))
        return
    for name in ("update_ms", "usable_s", "idle_cpu_percent"):
        print(name, result[name])


if __name__ == "__main__":
    main()
