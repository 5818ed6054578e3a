"""The stage's hand on a foreign program, as far as it is not the guard's: a show that nobody has started here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from judge_app.show.desktop import open_desktop
from judge_app.show.driver import Box, DriverKind, Position
from judge_app.show.worker import WorkerDriver
from judge_app.ui.stage.deckhand import ProgramDeckHand
from tests.projector import missing, projector

PATIENCE = 20_000


class Office:
    """A program, and its driver in one, whose show a person may start by hand."""

    kind = DriverKind.IMPRESS

    def __init__(self) -> None:
        self.up = False

    @property
    def driver(self) -> WorkerDriver:
        return cast(WorkerDriver, self)

    def ensure(self) -> None: ...

    def pids(self) -> tuple[int, ...]:
        return ()

    def stop(self) -> None: ...

    def open(self, deck: Path) -> int:
        return 3

    def start(self, screen: Box, slide: int = 1) -> None:
        self.up = True

    def position(self) -> Position | None:
        return Position(slide=1, slides=3) if self.up else None

    def close(self) -> None:
        self.up = False


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def hand(office: Office, qtbot: QtBot) -> Iterator[ProgramDeckHand]:
    made = ProgramDeckHand(office, open_desktop())
    yield made
    made.stop()


def test_a_show_that_somebody_starts_by_hand_is_told_and_its_end_too(
    hand: ProgramDeckHand, office: Office, qtbot: QtBot
) -> None:
    hand.prepare(Path("a.odp"))
    with qtbot.waitSignal(hand.stray, timeout=PATIENCE) as told:
        office.up = True
    assert told.args == [True]
    with qtbot.waitSignal(hand.stray, timeout=PATIENCE) as told:
        office.up = False
    assert told.args == [False]


def test_our_own_show_is_no_stray(hand: ProgramDeckHand, office: Office, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(hand.stray), qtbot.waitSignals([hand.shown, hand.moved, hand.moved], timeout=PATIENCE):
        hand.show_deck(Path("a.odp"), QGuiApplication.primaryScreen(), 1)


FILLED = """
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from judge_app.ui.stage.deckhand import fill
app = QApplication([])
desk, audience = QWidget(), QWidget()
desk.show()
desk.activateWindow()
while not desk.isActiveWindow():
    app.processEvents()
{fill}
loop = QEventLoop()
QTimer.singleShot(1000, loop.quit)  # for the window manager's answer
loop.exec()
print(audience.isVisible(), audience.isFullScreen(), desk.isActiveWindow())
"""


@pytest.mark.skipif(bool(missing()), reason=f"{missing()} is not installed")
@pytest.mark.parametrize(("how", "kept"), [("fill(audience)", True), ("audience.showFullScreen()", False)])
def test_a_window_over_a_whole_screen_leaves_the_keys_at_the_host_s_desk(how: str, kept: bool) -> None:
    with projector() as display:
        said = subprocess.run(
            [sys.executable, "-c", FILLED.format(fill=how)],
            env={**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
    assert said.split() == ["True", "True", str(kept)]
