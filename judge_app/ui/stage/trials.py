"""Trial shows on the projector, before the session: every kind of deck by the program that will show it."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import psutil
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication

from judge_app.core.preflight import Trial
from judge_app.show.desktop import open_desktop
from judge_app.show.driver import Box, DriverKind, ShowError
from judge_app.show.guard import ProgramHand
from judge_app.show.pdf import DeckWindow, PdfDriver
from judge_app.show.trial import try_show
from judge_app.ui.stage.deckhand import Program, native_box
from judge_app.ui.stage.programs import find_programs


class TrialScreen:
    """The screen that trial shows appear on, and the programs that show them. ``folder`` keeps their profiles."""

    def __init__(self, folder: Path) -> None:
        self._qt = QApplication.instance() or QApplication(sys.argv[:1])
        self._programs: dict[str, Program] = dict(find_programs(folder))
        self._families: frozenset[str] | None = None

    def kinds(self) -> dict[str, DriverKind]:
        """Kind of deck → the driver that shows it here."""
        return {"pdf": DriverKind.PDF, **{deck: program.kind for deck, program in self._programs.items()}}

    def families(self) -> frozenset[str]:
        """The fonts that are installed."""
        if self._families is None:
            self._families = frozenset(QFontDatabase.families())
        return self._families

    def trial(self, kind: str, deck: Path) -> Trial:
        """Start and end a show of the deck."""
        if kind == "pdf":
            return self._own(deck)
        program = self._programs[kind]
        try:
            program.ensure()
        except ShowError as error:
            return Trial(stage="open", zh=error.zh, en=error.en)
        trial = self._foreign(program, deck)
        if trial.hung:
            _recover(program)
        return trial

    def close(self) -> None:
        """End the programs that were started."""
        for program in self._programs.values():
            program.stop()

    def _own(self, deck: Path) -> Trial:
        window = DeckWindow()
        try:
            return try_show(PdfDriver(window), deck, self._box(), pause=_pause)
        finally:
            window.deleteLater()

    def _foreign(self, program: Program, deck: Path) -> Trial:
        box = self._box()
        hand = ProgramHand(program.driver, open_desktop())
        return try_show(
            program.driver, deck, box, ready=lambda: hand.know(program.pids(), (box,)), gone=hand.gone, pause=_pause
        )

    def _box(self) -> Box:
        """The projector, or the only screen."""
        primary = QGuiApplication.primaryScreen()
        screens = [screen for screen in QGuiApplication.screens() if screen is not primary]
        return native_box(screens[0] if screens else primary)


def _recover(program: Program) -> None:
    """A program that hung over one deck is not to spoil the next one's trial."""
    with contextlib.suppress(ShowError):
        for pid in program.pids():
            with contextlib.suppress(psutil.Error):
                psutil.Process(pid).kill()
    program.stop()


def _pause(milliseconds: int) -> None:
    """Wait while windows are drawn."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
