"""Room and host's desk stand still (SIGSTOP) for a whole minute, across the deadline of a talk: the stage cuts off all the same.

    python run.py faults frozen [--seconds 60] [--only room,console,both] [--control] [--json]

A hosted session on a real X server with a projector: host, room, console and stage, each its own process, a judge who has
sent one sheet before and gives another while nobody answers. A third of the time lies before the deadline, the rest after.
Held against: the projector shows the slide until the deadline and not once after the curtain; the stage's own report has
both latencies within their bounds; the journal has the talk's end at its very deadline, no second given or taken, both
sheets once, and an unbroken chain; desk and judge are back by themselves. Exit status 1 where anything is otherwise.
``--control``: the stage itself stands still, too; that has to be found.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import msgspec
from PySide6.QtGui import QColor, QGuiApplication
from reportlab.pdfgen.canvas import Canvas

from judge_app.core import commands, events, overall
from judge_app.core.clock import SECOND, EndedBy
from judge_app.core.views import CutOff, HostView, JudgeView
from judge_app.seat.state import Link
from judge_app.store.session_file import read_session
from tests import projector
from tests.faults.rooms import points_for
from tests.hosted import Hosted, Sitter, TooLate, wait_for

SLIDE = QColor("#ff0000")
SPOT = (projector.BEAMER.x + 160, projector.BEAMER.y + 480)
"""A pixel of the projector that is slide while slides are shown, and neither words nor the clock in its corner."""
CURTAIN_MS, GONE_MS = 50.0, 300.0
VICTIMS = {"room": ("room",), "console": ("console",), "both": ("room", "console")}
CONTROL = {"control": ("room", "console", "stage")}


class Witness(threading.Thread):
    """Looks at the projector's one pixel from another process than the stage's; its clock is the monotonic one."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: list[tuple[int, bool]] = []
        """Whenever it changed: when, and whether a slide was there."""
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            picture = QGuiApplication.primaryScreen().grabWindow(0, *SPOT, 1, 1).toImage()
            slide = picture.pixelColor(0, 0) == SLIDE
            if not self.seen or self.seen[-1][1] != slide:
                self.seen.append((time.monotonic_ns(), slide))
            time.sleep(0.002)

    def stop(self) -> None:
        self._ended.set()
        self.join(10)


def trial(folder: Path, display: str, victims: Sequence[str], seconds: float) -> dict[str, Any]:
    """One freeze; what was measured, and what is wrong."""
    deck = folder / "deck.pdf"
    canvas = Canvas(str(deck), pagesize=(960, 540))
    canvas.setFillColorRGB(*SLIDE.getRgbF()[:3])
    canvas.rect(0, 0, 960, 540, stroke=0, fill=1)
    canvas.save()
    before_s = seconds / 3
    hosted = Hosted(deck, folder, display, talk_s=round(before_s) + 5)
    judges = {no: Sitter(hosted.links[f"judge:{no}"]) for no in ("E2", "E3")}
    try:
        told = _trial(hosted, judges, victims, seconds, before_s)
    finally:
        for judge in judges.values():
            judge.stop()
        hosted.stop()
    return {**told, "wrong": told["wrong"] + _of_the_file(hosted.file)}


def _trial(
    hosted: Hosted, judges: dict[str, Sitter], victims: Sequence[str], seconds: float, before_s: float
) -> dict[str, Any]:
    setup = msgspec.json.decode(hosted.file.with_suffix(".setup.json").read_bytes(), type=events.SessionSetup)
    run, deadline = hosted.talk()
    sheets = {}
    for no, judge in judges.items():
        wait_for("a judge's view", lambda judge=judge: isinstance(judge.view, JudgeView) and judge.view.open)
        sheets[no] = commands.SubmitSheet(entry_no="1", revision=0, points=points_for(setup, no, 12))
    judges["E2"].give(sheets["E2"])
    hosted.until("the first sheet", lambda view: view.projects[0].done == 1)
    frozen = [hosted.process(name).pid for name in victims]
    witness = Witness()
    witness.start()
    _until(deadline - round(before_s * SECOND))
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    since = time.monotonic_ns()
    try:
        time.sleep(before_s / 2)
        judges["E3"].give(sheets["E3"])
        _until(since + round(seconds * SECOND))
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    frozen_s = (time.monotonic_ns() - since) / SECOND
    wrong: list[str] = []
    try:
        view = hosted.until("the report", lambda view: any(one.run == run for one in view.cut_offs))
        hosted.ended_ns(run)
        view = hosted.until("both sheets", lambda view: view.projects[0].done == 2)
        view = hosted.until(
            "desk and stage back",
            lambda view: view.health.stage_online and any(one.seat.id == "host" and one.online for one in view.seats),
        )
        for no, judge in judges.items():
            wait_for(f"{no} back", lambda judge=judge: judge.link is Link.ONLINE)
        report = next(one for one in view.cut_offs if one.run == run)
        wrong += _of_the_record(view, run)
    except (TooLate, AssertionError) as error:
        witness.stop()
        return {"frozen_s": round(frozen_s, 1), "wrong": [*wrong, f"{error}"]}
    witness.stop()
    wrong += _of_the_stage(report) + _of_the_projector(witness, deadline)
    covered = next((at for at, slide in witness.seen if not slide and at > deadline - SECOND), deadline)
    return {
        "frozen_s": round(frozen_s, 1),
        "curtain_ms": report.curtain_us / 1000,
        "gone_ms": report.gone_us / 1000,
        "seen_covered_ms": round((covered - deadline) / 1e6, 2),
        "wrong": wrong,
    }


def _until(monotonic_ns: int) -> None:
    while (left := monotonic_ns - time.monotonic_ns()) > 0:
        time.sleep(min(0.5, left / SECOND))


def _of_the_record(view: HostView, run: int) -> list[str]:
    held = next(one for one in view.runs if one.run == run)
    if held.ended_by is not EndedBy.DEADLINE or held.holds or held.additions:
        return [f"the talk's record is not that of a talk that ran to its deadline: {held}"]
    return []


def _of_the_stage(report: CutOff) -> list[str]:
    wrong = []
    if not report.confirmed:
        wrong.append("the show's end was not confirmed")
    for name, us, most in (("curtain", report.curtain_us, CURTAIN_MS), ("gone", report.gone_us, GONE_MS)):
        if not 0 <= us <= most * 1000:
            wrong.append(f"{name} {us / 1000} ms after the deadline")
    return wrong


def _of_the_projector(witness: Witness, deadline: int) -> list[str]:
    """The slide until the deadline, and not once after it was covered."""
    wrong = []
    changes = [(round((at - deadline) / 1e6, 1), slide) for at, slide in witness.seen]
    gone = [at for at, slide in changes if not slide and at > -1000]
    if not any(slide for at, slide in changes if at < 0):
        wrong.append("no slide was seen before the deadline: nothing was tried")
    elif len(gone) != 1 or not 0 <= gone[0] <= GONE_MS:
        wrong.append(f"the slide was covered at {gone} ms")
    if gone and any(slide for at, slide in changes if at > gone[0]):
        wrong.append("a slide was seen again after the curtain")
    return wrong


def _of_the_file(file: Path) -> list[str]:
    """The session file, once the room has ended: an unbroken chain, each sheet once, one talk with one end."""
    records = read_session(file)  # raises for a broken chain
    wrong = []
    sheets = Counter(one.event.judge for one in records if isinstance(one.event, events.SheetSubmitted))
    if sheets != {"E2": 1, "E3": 1}:
        wrong.append(f"sheets in the file: {dict(sheets)}")
    ends = [one.event for one in records if isinstance(one.event, events.PhaseEnded)]
    if len(ends) != 1:
        wrong.append(f"{len(ends)} ends of the talk")
    if overall.replay(records).run is not None:
        wrong.append("a phase still runs")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="run.py faults frozen", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long they stand still")
    parser.add_argument("--only", default=",".join(VICTIMS), help="who stands still: room, console, both")
    parser.add_argument("--control", action="store_true", help="only that a stage that stands still is found")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    given = parser.parse_args()
    unknown = [name for name in given.only.split(",") if name not in VICTIMS]
    lacks = projector.missing()
    if unknown or lacks or sys.platform == "win32":
        sys.stderr.write(f"{f'no {unknown[0]}' if unknown else lacks or 'Windows has no SIGSTOP'}\n")
        return 2
    trials: dict[str, Any] = {}
    chosen = CONTROL if given.control else {name: VICTIMS[name] for name in given.only.split(",")}
    with projector.projector() as display:
        os.environ.update(DISPLAY=display, QT_QPA_PLATFORM="xcb")
        app = QGuiApplication(sys.argv[:1])
        for name, victims in chosen.items():
            with tempfile.TemporaryDirectory(prefix="judge-app-frozen-") as folder:
                trials[name] = trial(Path(folder), display, victims, given.seconds)
            sys.stderr.write(f"{name}: {trials[name]}\n")
        del app
    if given.json:
        sys.stdout.write(json.dumps({"faults": "frozen", "trials": trials}, ensure_ascii=False) + "\n")
    else:
        for name, told in trials.items():
            sys.stdout.write(f"{name}: {'; '.join(told['wrong']) or 'as it must be'}\n")
    return int(any(bool(told["wrong"]) != given.control for told in trials.values()))


if __name__ == "__main__":
    sys.exit(main())
