"""bench cutoff: deadline → curtain and → show gone, with the real stage window on a real projector, per driver.

    python3 run.py bench cutoff --json            everything: about 30 minutes
    … --cuts 5 --minutes 0.2 --seats 12           a quick look while developing
    … --drivers pdf-room-killed,pdf-console-killed,pdf-both-killed --minutes 0 --seats ""

An X server of its own (Xvfb, two monitors, a window manager) carries the real stage. For every cut-off it gets a view
with a deadline, as the room sends it, and nothing else: it cuts off by itself. Drivers: ``pdf`` (the built-in show),
``impress`` (LibreOffice over UNO), ``impress-frozen`` (the same, its processes stopped just before the deadline);
``pdf-room-killed``, ``pdf-console-killed`` and ``pdf-both-killed`` are a whole hosted session, whose room or console (or
both) get SIGKILL 0.3 s before each deadline and are brought back by the host. A driver that cannot be run here is absent.

``curtain_ms`` and ``gone_ms`` are what the stage itself reports to the journal. A witness that shares nothing with it
looks at the projector's pixels and windows meanwhile (``seen``, as fine as ``every_ms``). ``early`` counts the
cut-offs where the curtain was painted, or the slides went, before the deadline by either account; ``uncovered`` those
where a slide was seen again after the curtain. ``drift_ms`` is the most that a seat's clock and its room's are apart
during a phase of twelve real minutes; ``command_ms`` is a clock command of the host → the view of so many seats.

Aims: curtain p99 ≤ 50 ms, gone p99 ≤ 300 ms with Impress, 0 early, drift ≤ 5 ms, 1,000 seats p99 ≤ 100 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import broadcast
import msgspec
import psutil
from _killed import KilledStage
from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication
from reportlab.pdfgen.canvas import Canvas
from rooms import Hall, tell

from judge_app.core import commands
from judge_app.core.clock import SECOND
from judge_app.room.clock import real_ns
from judge_app.show.desktop import X11Desktop
from judge_app.show.impress import find_soffice, find_uno_python
from judge_app.ui.language import Language
from judge_app.ui.stage.deckhand import ProgramDeckHand
from judge_app.ui.stage.programs import find_hands
from judge_app.ui.stage.window import StageWindow
from judge_app.ui.theme import load_fonts
from tests.projector import BEAMER, missing, projector
from tests.show.odp import make_odp
from tests.ui.sitting import briefing, running, stage_view

SLIDE = QColor("#ff0000")
SPOT = (BEAMER.x + 160, BEAMER.y + 480)
"""A pixel of the projector that is slide while slides are shown, and neither words nor the clock in its corner."""
LEAD_S = {"pdf": 0.7, "impress": 2.0, "impress-frozen": 2.0}
"""From the start of a phase to its deadline: the show has to be up by then."""
KILLED = {"pdf-room-killed": ("room",), "pdf-console-killed": ("console",), "pdf-both-killed": ("room", "console")}
"""Drivers of a whole hosted session → which of its processes are killed."""
FREEZE_S = 0.1
HELD_S = 0.4
"""How long the projector is watched after the show is gone."""
EVERY_S = 0.0015
STILL_S = 1.0
PATIENCE_S = 120.0


class Stage(QObject):
    """The stage's process: one cut-off for each line on standard input."""

    def __init__(self, app: QApplication, driver: str, deck: Path, folder: Path) -> None:
        super().__init__()
        self.app, self.driver, self.deck = app, driver, deck
        self.hands = {} if driver == "pdf" else find_hands(folder)
        self.hand = self.hands.get("slides")
        self.stage = StageWindow(hands=self.hands)
        self.stage.set_muted(True)
        self.chance = random.Random(5)
        self.run = 0
        self.origin = time.monotonic_ns()
        self.wait = QTimer(self)
        self.wait.timeout.connect(self.begin)
        self.painted_ns = 0
        self.trouble = ""
        self.stage.curtain.up.connect(self.painted)
        self.stage.command.connect(self.reported)
        self.stage.trouble_changed.connect(self.troubled)
        self.stage.set_now(lambda: time.monotonic_ns() - self.origin)
        self.stage.set_briefing(briefing())
        self.stage.set_decks({"5": deck})
        self.stage.open_full_screen()
        self.stage.set_view(stage_view())
        self.asked = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self.asked.activated.connect(self.listen)

    def listen(self) -> None:
        if not sys.stdin.readline():
            self.asked.setEnabled(False)
            self.stage.close()
            self.app.quit()
            return
        self.stage.set_view(stage_view())
        self.wait.start(20)

    def begin(self) -> None:
        """The talk, once the deck is open: a foreign program takes seconds for that. One whose deck did not open begins
        all the same, as a host would have it."""
        if isinstance(self.hand, ProgramDeckHand) and not self.hand.ready and not self.trouble:
            return
        self.wait.stop()
        self.run += 1
        lead = LEAD_S[self.driver] + self.chance.random() * 0.05
        now = time.monotonic_ns()
        deadline = now - self.origin + round(lead * SECOND)
        self.stage.set_view(stage_view(running(deadline, run=self.run)))
        self.put(deadline_ns=self.origin + deadline)
        if self.driver == "impress-frozen":
            QTimer.singleShot(round((lead - FREEZE_S) * 1000), self, self.freeze)

    def freeze(self) -> None:
        assert isinstance(self.hand, ProgramDeckHand)
        for pid in soffice_of(os.getpid()):
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(pid).suspend()

    def troubled(self, words: str) -> None:
        self.trouble = words
        if words:
            say(words)

    def painted(self, at_ns: int) -> None:
        self.painted_ns = at_ns

    def reported(self, command: object) -> None:
        if isinstance(command, commands.ReportCutOff):
            told = msgspec.to_builtins(command)
            QTimer.singleShot(0, self, lambda: self.put(report=told, painted_ns=self.painted_ns))  # told before we are

    def put(self, **what: object) -> None:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


def soffice_of(pid: int) -> list[int]:
    """The soffice processes that a stage's process has started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return [one.pid for one in psutil.Process(pid).children(recursive=True) if "soffice" in one.name()]
    return []


def serve_stage(driver: str, deck: Path, folder: Path) -> int:
    app = QApplication(sys.argv[:1])
    load_fonts()
    language = Language(app, "zh")
    stage = Stage(app, driver, deck, folder)
    status = app.exec()
    del stage, language
    return status


class Cut(msgspec.Struct, frozen=True):
    """One cut-off. Milliseconds after its deadline; ``seen`` are the witness's."""

    curtain: float
    gone: float
    seen_curtain: float
    seen_gone: float
    early: bool
    uncovered: bool
    method: str
    confirmed: bool


class StoodStill(Exception):
    """The witness itself did not run for a while (the machine slept, or was stopped): it saw nothing worth telling."""


class Witness:
    """Looks at the projector from another process than the stage's."""

    def __init__(self, display: str) -> None:
        self._eyes = X11Desktop(display)
        self.gaps: list[float] = []

    def slide(self) -> bool:
        """Whether a slide is what the projector shows."""
        picture = QGuiApplication.primaryScreen().grabWindow(0, *SPOT, 1, 1).toImage()
        return picture.pixelColor(0, 0) == SLIDE

    def show(self, stage: int, offices: Sequence[int]) -> bool:
        """Whether a window of a show is on the projector, covered or not."""
        return any(
            window.box == BEAMER and (window.pid in offices or (window.pid == stage and window.title.endswith("deck")))
            for window in self._eyes.windows()
        )

    def watch(self, deadline_ns: int, stage: int, offices: Sequence[int]) -> tuple[float, float, bool, bool] | None:
        """(covered, gone) in ms after the deadline, whether either was early, whether a slide was seen again. None
        where no slide was seen before the deadline: then there was nothing to end. Raises StoodStill."""
        seen = False
        covered: int | None = None
        gone: int | None = None
        again = False
        before = 0
        while True:
            slide = self.slide()
            at = time.monotonic_ns()
            if covered is not None and gone is None and not self.show(stage, offices):
                gone = time.monotonic_ns()
            if before and at > deadline_ns and gone is None:
                self.gaps.append((at - before) / 1e6)
            if before and at - before > STILL_S * SECOND:
                raise StoodStill
            before = at
            if slide:
                again = again or covered is not None
                seen = True
            elif seen and covered is None:
                covered = at
            if at > deadline_ns and not seen:
                return None
            if covered is not None and gone is not None and at > max(gone, deadline_ns) + HELD_S * SECOND:
                break
            if at > deadline_ns + 20 * SECOND:
                left = [f"{one.pid} {one.title} {one.box}" for one in self._eyes.windows()]
                raise SystemExit(f"20 s after the deadline a show is left (covered {covered}): {offices} of {left}")
            time.sleep(EVERY_S)
        assert covered is not None
        assert gone is not None
        after = (covered - deadline_ns) / 1e6, (gone - deadline_ns) / 1e6
        return *after, min(after) < 0, again

    def stop(self) -> None:
        self._eyes.stop()


class StageProcess:
    """The stage's process, from outside."""

    def __init__(self, driver: str, deck: Path, folder: Path, display: str) -> None:
        command = [sys.executable, __file__, "--stage", driver, str(deck), str(folder)]
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        self.pid = self._process.pid

    def ask(self) -> int:
        """Begin the next talk; its deadline, monotonic nanoseconds."""
        assert self._process.stdin is not None
        self._process.stdin.write("cut\n")
        self._process.stdin.flush()
        return int(self._line()["deadline_ns"])

    def report(self) -> tuple[dict[str, Any], int]:
        """What the stage reports to the room, and when its curtain was painted, unrounded."""
        line = self._line()
        return dict(line["report"]), int(line["painted_ns"])

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        timer = threading.Timer(PATIENCE_S, self._process.kill)
        timer.start()
        line = self._process.stdout.readline()
        timer.cancel()
        if not line:
            raise SystemExit(f"the stage ended by itself, or said nothing for {PATIENCE_S:g} s")
        return dict(json.loads(line))

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def cut_off(stage: StageProcess | KilledStage, witness: Witness) -> Cut | None:
    """One talk to its deadline; None where its slides were not up in time."""
    deadline = stage.ask()
    offices = soffice_of(stage.pid)
    seen = witness.watch(deadline, stage.pid, offices)
    report, painted = stage.report()
    if seen is None or report["curtain_us"] < 0:
        return None
    covered, gone, early, again = seen
    curtain, ended = report["curtain_us"] / 1000, report["gone_us"] / 1000
    return Cut(
        curtain=curtain,
        gone=ended,
        seen_curtain=covered,
        seen_gone=gone,
        early=early or painted < deadline,
        uncovered=again,
        method=report["method"],
        confirmed=report["confirmed"],
    )


def drive(driver: str, cuts: int, folder: Path, display: str) -> dict[str, Any]:
    """``cuts`` cut-offs of a driver."""
    deck = make_deck(driver, folder)
    witness = Witness(display)
    stage = open_stage(driver, deck, folder, display)
    made: list[Cut] = []
    void = still = 0
    try:
        while len(made) < cuts:
            try:
                cut = cut_off(stage, witness)
            except StoodStill:
                still += 1
                stage.report()
                continue
            if cut is None:
                void += 1
                if void > max(3, cuts // 5):
                    raise SystemExit(f"{driver}: the slides are not up in time")
                continue
            made.append(cut)
            if len(made) % 10 == 0:
                say(f"{driver}: {len(made)}/{cuts}")
    finally:
        stage.stop()
        witness.stop()
    methods = sorted({cut.method for cut in made})
    return {
        "n": len(made),
        "early": sum(cut.early for cut in made),
        "curtain_ms": figures([cut.curtain for cut in made]),
        "gone_ms": figures([cut.gone for cut in made if cut.confirmed]),
        "uncovered": sum(cut.uncovered for cut in made),
        "unconfirmed": sum(not cut.confirmed for cut in made),
        "methods": {method: sum(cut.method == method for cut in made) for method in methods},
        "seen": {
            "curtain_ms": figures([cut.seen_curtain for cut in made]),
            "gone_ms": figures([cut.seen_gone for cut in made]),
            "every_ms": figures(witness.gaps),
        },
        "not_up_in_time": void,
        "machine_stood_still": still,
    }


def open_stage(driver: str, deck: Path, folder: Path, display: str) -> StageProcess | KilledStage:
    if driver in KILLED:
        return KilledStage(KILLED[driver], deck, folder, display)
    return StageProcess(driver, deck, folder / "programs", display)


def make_deck(driver: str, folder: Path) -> Path:
    """Two pages of one colour."""
    folder.mkdir(parents=True, exist_ok=True)
    if not driver.startswith("pdf"):
        return make_odp(folder / "deck.odp", (SLIDE.name(), SLIDE.name()))
    deck = folder / "deck.pdf"
    canvas = Canvas(str(deck), pagesize=(960, 540))
    for _ in range(2):
        canvas.setFillColorRGB(*SLIDE.getRgbF()[:3])
        canvas.rect(0, 0, 960, 540, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return deck


def figures(values: Sequence[float]) -> dict[str, float]:
    """p50, p99 and max."""
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, -(-len(ordered) * 99 // 100) - 1)]
    return {"p50": round(ordered[len(ordered) // 2], 2), "p99": round(p99, 2), "max": round(ordered[-1], 2)}


def drivers_here() -> list[str]:
    """The drivers that can be run on this machine."""
    if missing():
        return []
    killed = list(KILLED) if shutil.which("xdotool") else []
    soffice = find_soffice()
    if soffice is None or find_uno_python(soffice) is None:
        return ["pdf", *killed]
    return ["pdf", *killed, "impress", "impress-frozen"]


async def drift(minutes: float) -> dict[str, float]:
    """The most that the stage's clock and the room's are apart while a phase of so many real minutes runs, and how
    long after the deadline the seat heard that the phase has ended."""
    async with Hall(3, 1) as hall:
        await hall.join("host", "stage")
        connection, ear = hall.seats["stage"]
        origin = connection.clock._origin  # the machine is the same, so that the true room's time can be told
        assert origin is not None
        await hall.give("host", commands.CallProject(entry_no="1"))
        await hall.give("host", commands.StartPhase(phase="presentation"))
        change = round(minutes * 60) - 480
        if change:
            await hall.give("host", commands.AddTime(seconds=change, reason="bench"))
        worst = 0
        heard = 0.0
        until = time.monotonic() + minutes * 60 + 30
        while time.monotonic() < until:
            before = origin.shown(real_ns())
            shown = connection.clock.now_ns()
            after = origin.shown(real_ns())
            assert shown is not None
            worst = max(worst, before - shown, shown - after)
            clock = getattr(ear.view, "clock", None)
            if clock is not None and clock.ended_ns is not None:
                heard = (time.perf_counter_ns() - ear.heard_at) / 1e6
                heard = (after - clock.ended_ns) / 1e6 - heard
                break
            await asyncio.sleep(0.05)
        else:
            raise SystemExit("the phase did not end")
        return {"drift_ms": round(worst / 1e6, 3), "end_heard_ms": round(heard, 2)}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    if sys.argv[1:2] == ["--stage"]:
        sys.exit(serve_stage(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cuts", type=int, default=50, help="cut-offs a driver")
    parser.add_argument("--minutes", type=float, default=12.0, help="of the drift; 0: none")
    parser.add_argument("--seats", default="12,200,1000", help="of the clock command; empty: none")
    parser.add_argument("--drivers", default="", help="these alone")
    given = parser.parse_args()
    wanted = [name for name in given.drivers.split(",") if name]
    if unknown := [name for name in wanted if name not in (*LEAD_S, *KILLED)]:
        parser.error(f"no driver {unknown[0]}: {', '.join((*LEAD_S, *KILLED))}")
    chosen = [name for name in drivers_here() if not wanted or name in wanted]
    result: dict[str, Any] = {"bench": "cutoff", "drivers": {}, "load_before": round(os.getloadavg()[0], 2)}
    with ThreadPoolExecutor(1) as beside:
        drifted = beside.submit(lambda: asyncio.run(drift(given.minutes)) if given.minutes else {})
        if chosen:
            with tempfile.TemporaryDirectory(prefix="judge-app-bench-") as folder, projector() as display:
                os.environ.update(DISPLAY=display, QT_QPA_PLATFORM="xcb")
                app = QGuiApplication(sys.argv[:1])
                for name in chosen:
                    result["drivers"][name] = drive(name, given.cuts, Path(folder) / name, display)
                del app
        if not drifted.done():
            say("the drift's minutes go on")
    if given.minutes:
        result |= {**drifted.result(), "drift_minutes": given.minutes}
    seats = [int(count) for count in given.seats.split(",") if count]
    if seats:
        result["command_ms"] = {}
        for count in seats:
            say(f"a clock command → {count} seats")
            told = asyncio.run(broadcast.measure(count))
            result["command_ms"][str(count)] = {key: told[f"{key}_ms"] for key in ("p50", "p99", "max")}
    tell(result, given.json)


if __name__ == "__main__":
    main()
