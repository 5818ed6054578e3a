"""The stage's hand on a deck: prepare it, show it, cut it off, without the window ever waiting for a program.

``PdfDeckHand`` is the built-in show, all in the GUI thread. ``ProgramDeckHand`` drives a foreign program: opening,
starting and asking for the slide happen in a thread of its own, the cut-off in the guard's. All signals arrive in the
GUI thread. Instants are nanoseconds of ``time.monotonic_ns``.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from judge_app.show import guard
from judge_app.show.desktop import Desktop
from judge_app.show.driver import Box, DriverKind, Position, ShowError, ShowHung
from judge_app.show.guard import Guard, ProgramHand
from judge_app.show.ladder import Verdict
from judge_app.show.pdf import DeckWindow, PdfDriver, PdfPages
from judge_app.show.worker import WorkerDriver

_log = logging.getLogger(__name__)
_POSITION_EVERY_S = 0.25
_STRAY_EVERY = 4
"""Of so many looks one is for a show that nobody has started here."""


def native_box(screen: QScreen, inside: QRect | None = None) -> Box:
    """A screen, or a part of it, in the window system's own pixels."""
    place, ratio = inside or screen.geometry(), screen.devicePixelRatio()
    return Box(x=place.x(), y=place.y(), width=round(place.width() * ratio), height=round(place.height() * ratio))


class DeckHand(QObject):
    """What the stage asks of whatever shows decks. ``kind`` names it in the record of a cut-off."""

    kind: DriverKind
    shown = Signal(bool)
    """The show is up (True) or down."""
    moved = Signal(int, int)
    """(slide, of how many)"""
    failed = Signal(str, str)
    """What went wrong with the deck, in Chinese and English."""
    verdict = Signal(int, object)
    """(run, Verdict): how the cut-off for this run went."""
    relapsed = Signal(int, object)
    """(run, None) when a forbidden show was seen again, then (run, Verdict)."""

    stray = Signal(bool)
    """A show is up (or no longer) that nobody has started here."""

    @property
    def pages(self) -> PdfPages | None:
        """The deck's pages as pictures, where it has them."""
        return None

    @property
    def overlay_parent(self) -> QWidget | None:
        """The window that a clock may be laid into, where the show is our own."""
        return None

    def prepare(self, deck: Path) -> None:
        """Open a deck without showing it."""

    def show_deck(self, deck: Path, screen: QScreen, slide: int, inside: QRect | None = None) -> None:
        """Show it full-screen on a screen, from a slide on; our own show keeps to the part ``inside``."""

    def go(self, slide: int) -> None:
        """Show another slide."""

    def cut(self, run: int) -> None:
        """End the show and keep it ended; answered by ``verdict``."""

    def allow(self) -> None:
        """A show may run again."""

    def rest(self) -> None:
        """Take the show down without forbidding it."""

    def stop(self) -> None:
        """The stage closes: let go of everything."""


class PdfDeckHand(DeckHand):
    """The built-in show."""

    kind = DriverKind.PDF

    def __init__(self, parent: QObject | None = None, now: Callable[[], int] = time.monotonic_ns) -> None:
        super().__init__(parent)
        self.window = DeckWindow()
        self.window.moved.connect(self._moved)
        self._driver = PdfDriver(self.window)
        self._now = now

    @property
    def pages(self) -> PdfPages | None:
        return self._driver.pages

    @property
    def overlay_parent(self) -> QWidget | None:
        return self.window

    def prepare(self, deck: Path) -> None:
        try:
            self._driver.open(deck)
        except ShowError as error:
            self.failed.emit(error.zh, error.en)

    def show_deck(self, deck: Path, screen: QScreen, slide: int, inside: QRect | None = None) -> None:
        self._driver.allow()
        try:
            self._driver.open(deck)
            self._driver.start(native_box(screen, inside), slide)
        except ShowError as error:
            self.failed.emit(error.zh, error.en)
            return
        self.shown.emit(True)

    def go(self, slide: int) -> None:
        self.window.go(slide)

    def cut(self, run: int) -> None:
        self._driver.forbid()
        verdict = guard.end_show(self._driver, self._now)
        self.shown.emit(False)
        assert verdict is not None
        self.verdict.emit(run, verdict)

    def allow(self) -> None:
        self._driver.allow()

    def rest(self) -> None:
        if self._driver.is_running():
            self._driver.end()
            self.shown.emit(False)

    def stop(self) -> None:
        self._driver.close()
        self.window.deleteLater()

    def _moved(self, slide: int) -> None:
        if self._driver.pages is not None:
            self.moved.emit(slide, self._driver.pages.count)


class Program(Protocol):
    """A foreign program that shows decks: how to have it running, and its driver."""

    @property
    def kind(self) -> DriverKind: ...

    @property
    def driver(self) -> WorkerDriver: ...

    def ensure(self) -> None:
        """Have it running and its workers warm; raises ShowError."""

    def pids(self) -> tuple[int, ...]:
        """Its processes."""

    def stop(self) -> None:
        """End what we started of it."""


class ProgramDeckHand(DeckHand):
    """A foreign program's show. ``desktop`` is looked at from the guard's thread alone."""

    def __init__(
        self,
        program: Program,
        desktop: Desktop,
        parent: QObject | None = None,
        now: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        super().__init__(parent)
        self.kind = program.kind
        self._program = program
        self._deck: Path | None = None
        self._showing = False
        self._stopped = False
        self._forbidden = False
        self._stray = False
        self._turn = 0
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._hand = ProgramHand(program.driver, desktop)
        self._guard = Guard(self._hand, self._told_verdict, self._told_relapse, now)
        self._thread = threading.Thread(target=self._work, name="deck-hand", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether a deck is open, so that showing it takes no time."""
        return self._deck is not None

    def prepare(self, deck: Path) -> None:
        self._tasks.put(lambda: self._open(deck))

    def show_deck(self, deck: Path, screen: QScreen, slide: int, inside: QRect | None = None) -> None:
        self.allow()
        box = native_box(screen)
        self._tasks.put(lambda: self._start(deck, box, slide))

    def go(self, slide: int) -> None:
        self._tasks.put(lambda: self._program.driver.go(slide))

    def cut(self, run: int) -> None:
        self._showing = False
        self._forbidden = True
        self._guard.forbid(run)

    def allow(self) -> None:
        self._forbidden = False
        self._guard.allow()

    def rest(self) -> None:
        self._showing = False
        self._tasks.put(self._close)

    def stop(self) -> None:
        self._stopped = True
        self._showing = False
        self._tasks.put(None)
        self._guard.stop()
        self._thread.join(timeout=5)
        self._program.stop()

    # in the working thread

    def _work(self) -> None:
        while True:
            try:
                task = self._tasks.get(timeout=_POSITION_EVERY_S)
            except queue.Empty:
                task = self._look
            if task is None:
                return
            try:
                task()
            except ShowError as error:
                if not self._stopped:
                    self.failed.emit(error.zh, error.en)

    def _open(self, deck: Path) -> None:
        if self._deck == deck:
            return
        self._program.ensure()
        if self._deck is not None:
            self._program.driver.close()
            self._deck = None
        try:
            self._program.driver.open(deck)
        except ShowHung:
            self._program.stop()  # what hangs over one deck would hang over the next: the next ask starts it anew
            raise
        self._deck = deck
        self._hand.know(self._program.pids(), ())

    def _start(self, deck: Path, box: Box, slide: int) -> None:
        try:
            self._open(deck)
            self._hand.know(self._program.pids(), (box,))
            self._program.driver.start(box, slide)
        except ShowError:
            self._deck = None  # opened anew next time: the program may have been killed and started again
            raise
        self._showing = True
        self._note_stray(False)
        self.shown.emit(True)
        self._look()

    def _look(self) -> None:
        if not self._showing:
            self._look_for_stray()
            return
        try:
            position: Position | None = self._program.driver.position()
        except ShowError:
            return
        if position is not None:
            self.moved.emit(position.slide, position.slides)

    def _look_for_stray(self) -> None:
        """About every second, while a deck lies open that may be shown and is not to be yet."""
        self._turn = (self._turn + 1) % _STRAY_EVERY
        if self._turn or self._deck is None or self._forbidden:
            return
        try:
            self._note_stray(self._program.driver.position() is not None)
        except ShowError:
            return

    def _note_stray(self, there: bool) -> None:
        if there != self._stray:
            self._stray = there
            self.stray.emit(there)

    def _close(self) -> None:
        if self._deck is not None:
            self._deck = None
            self._program.driver.close()
            self.shown.emit(False)

    # in the guard's thread

    def _told_verdict(self, run: int, verdict: Verdict) -> None:
        if verdict.method == "kill":
            self._tasks.put(self._forget)
        self.shown.emit(False)
        self.verdict.emit(run, verdict)

    def _told_relapse(self, run: int, verdict: Verdict | None) -> None:
        self.relapsed.emit(run, verdict)

    def _forget(self) -> None:
        self._deck = None


def place(window: QWidget, screen: QScreen, inside: QRect | None = None) -> None:
    """Put a frameless window over the whole of a screen, or over a part of it."""
    window.setScreen(screen)
    window.setGeometry(QRect(inside or screen.geometry()))


def fill(window: QWidget) -> None:
    """Full screen; the keys stay with the window that has them (``showFullScreen`` would take them)."""
    window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    window.setWindowState(Qt.WindowState.WindowFullScreen)
    window.show()


def later(milliseconds: int, receiver: QObject, what: Callable[[], None]) -> None:
    """Once, so many real milliseconds from now, unless the receiver is gone by then."""
    QTimer.singleShot(milliseconds, receiver, what)
