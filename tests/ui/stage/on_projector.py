"""A real stage on a real X server, for tests that look at the screen: run as ``on_projector.py DECK FOLDER``.

Runs a presentation to its deadline, then the questions, then the next call; saves what the whole screen shows and
prints the reports, one JSON line each. ``--freeze`` freezes the office just before the deadline; ``--again`` starts the
show again by hand after the cut-off; ``--unplug`` takes the projector away during the talk and gives it back.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import msgspec
import psutil
from PySide6.QtCore import QRect, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPixmap
from PySide6.QtWidgets import QApplication

from judge_app.core.clock import SECOND
from judge_app.ui.language import Language
from judge_app.ui.stage.deckhand import ProgramDeckHand, native_box
from judge_app.ui.stage.programs import find_hands
from judge_app.ui.stage.screens import assign, mark_of
from judge_app.ui.stage.window import StageWindow
from judge_app.ui.theme import load_fonts
from tests.projector import plug, unplug
from tests.ui.sitting import briefing, running, stage_view

TALK_S = 4.0
UNPLUGGED_TALK_S = 11.0
"""Long enough for a foreign program to fill a projector that has come back, on a busy machine too."""
GONE_S = 4.0
"""How long after the cable was pulled something may still stand on the laptop: the last look counts."""


class Evening:
    """The acts in their order; each is a moment in real seconds from the start of the talk."""

    def __init__(self, app: QApplication, deck: Path, folder: Path, wishes: set[str]) -> None:
        self.app, self.deck, self.folder, self.wishes = app, deck, folder, wishes
        self.hands = find_hands(folder / "programs")
        self.stage = StageWindow(hands=self.hands)
        self.origin = time.monotonic_ns()
        self.stage.command.connect(self.report)
        self.stage.relapsed.connect(lambda run, verdict: self.tell(relapse=run, ended=verdict is not None))
        self.stage.set_now(self.now)
        self.stage.set_briefing(briefing())
        self.stage.set_decks({"5": deck})
        self.stage.set_screens(assign([mark_of(screen) for screen in QGuiApplication.screens()], {}))
        self.stage.open_full_screen()
        self.stage.set_view(stage_view())
        self.started = False
        self.talk_s = UNPLUGGED_TALK_S if "--unplug" in wishes else TALK_S
        self.patience = QTimer()
        self.patience.timeout.connect(self.begin_when_ready)
        self.patience.start(250)

    def now(self) -> int:
        return time.monotonic_ns() - self.origin

    def tell(self, **what: object) -> None:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()

    def report(self, command: object) -> None:
        self.tell(report=msgspec.to_builtins(command))
        self.at(0.05, lambda: self.shoot("cut"))

    def begin_when_ready(self) -> None:
        """A foreign program's first start takes seconds: the talk begins when its deck is open."""
        hand = self.hands.get("slides")
        if isinstance(hand, ProgramDeckHand) and self.deck.suffix != ".pdf" and not hand.ready:
            return
        self.patience.stop()
        self.shoot("called")
        self.talk()

    def talk(self) -> None:
        end = self.now() + round(self.talk_s * SECOND)
        self.stage.set_view(stage_view(running(end)))
        self.at(self.talk_s - 1.2, lambda: self.shoot("slides"))
        if "--freeze" in self.wishes:
            self.at(self.talk_s - 0.3, self.freeze)
        if "--again" in self.wishes:
            self.at(self.talk_s + 2, self.again)
        if "--unplug" in self.wishes:
            self.at(0.5, lambda: unplug(os.environ["DISPLAY"]))
            self.at(1.2, lambda: self.look_at_laptop(end - round((self.talk_s - 0.5 - GONE_S) * SECOND)))
        wait = 6.0 if self.wishes else 2.0
        self.at(self.talk_s + wait, lambda: self.stage.set_view(stage_view(running(self.now() + 200 * SECOND, "qa"))))
        self.at(self.talk_s + wait + 0.8, lambda: self.shoot("questions"))
        self.at(self.talk_s + wait + 1.2, self.leave)

    def freeze(self) -> None:
        for process in psutil.process_iter(["name", "cmdline"]):
            if "soffice" in (process.info["name"] or "") and str(self.folder) in " ".join(
                process.info["cmdline"] or ()
            ):
                process.suspend()

    def again(self) -> None:
        """Somebody starts the show by hand: by the driver, behind the stage's back."""
        hand = self.hands["slides"]
        assert isinstance(hand, ProgramDeckHand)
        screen = QGuiApplication.screens()[-1]
        threading.Thread(target=hand._program.driver.start, args=(native_box(screen),), daemon=True).start()

    def look_at_laptop(self, last: int) -> None:
        """The projector is away: looks until nothing of it stands on the laptop, or until ``last``, and gives it back."""
        picture = self.shoot("unplugged").toImage()
        points = [(x, y) for x in range(8, 1280, 16) for y in range(8, 720, 16)]
        if self.now() < last and any(picture.pixelColor(x, y) != QColor(0, 0, 0) for x, y in points):
            self.at(0.2, lambda: self.look_at_laptop(last))
        else:
            self.at(0.2, lambda: plug(os.environ["DISPLAY"]))

    def shoot(self, name: str) -> QPixmap:
        whole = QRect(0, 0, 2560, 720)
        picture = QGuiApplication.primaryScreen().grabWindow(0, whole.x(), whole.y(), whole.width(), whole.height())
        picture.save(str(self.folder / f"{name}.png"))
        return picture

    def at(self, seconds: float, what: Callable[[], object]) -> None:
        QTimer.singleShot(round(seconds * 1000), self.stage, what)

    def leave(self) -> None:
        self.stage.close()
        self.app.quit()


def main(arguments: list[str]) -> int:
    app = QApplication(arguments[:1])
    load_fonts()
    language = Language(app, "zh")
    evening = Evening(app, Path(arguments[1]), Path(arguments[2]), set(arguments[3:]))
    status = app.exec()
    del evening, language
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv))
