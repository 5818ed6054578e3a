"""The curtain: over everything on the projector, at once, with nobody's leave.

X11: a window that stays on top does not cover a focused full-screen show, one that bypasses the window manager does.
Windows: a show may raise itself again, so it is put on top again while it is up. Wayland: no program can do this; the
curtain is then a full-screen window like any other, and the rest of the ladder has to do.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPaintEvent, QScreen
from PySide6.QtWidgets import QWidget

from judge_app.ui.stage.audience import AudienceSurface
from judge_app.ui.stage.deckhand import place

_AGAIN_MS = 250


def over_all(window: QWidget) -> None:
    """Make a window one that lies over full-screen shows."""
    flags = Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
    if QGuiApplication.platformName() == "xcb":
        flags |= Qt.WindowType.X11BypassWindowManagerHint
    window.setWindowFlags(flags)
    window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)


def bring_over(window: QWidget) -> None:
    """On top of the other windows, where the window system lets a program do so."""
    if QGuiApplication.platformName() in {"xcb", "windows", "cocoa"}:
        window.raise_()


class Curtain(AudienceSurface):
    """The audience's picture as a curtain. ``up`` carries the instant (monotonic ns) at which it was first painted."""

    up = Signal(object)

    def __init__(self, now: Callable[[], int] = time.monotonic_ns) -> None:
        super().__init__()
        over_all(self)
        self.setWindowTitle("Judge App · curtain")
        self._now = now
        self._waiting = False
        self._again = QTimer(self)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self._over)

    @property
    def is_up(self) -> bool:
        return self.isVisible()

    def raise_over(self, screen: QScreen, inside: QRect | None = None) -> None:
        """Cover a screen now, or a part of it; ``up`` follows when it is painted, also where it was up already."""
        self._waiting = True
        place(self, screen, inside)
        self.show()
        self._over()
        self._again.start()
        self.update()

    def lower_away(self) -> None:
        """Take it away."""
        self._waiting = False
        self._again.stop()
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._waiting:
            self._waiting = False
            QTimer.singleShot(0, self, self._painted)  # after what was drawn has been flushed to the screen

    def _painted(self) -> None:
        self.up.emit(self._now())

    def _over(self) -> None:
        bring_over(self)
