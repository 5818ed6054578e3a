"""The little motion of a reveal: what has just come or gone moves for 150 ms, a total counts up in short steps.

Where motion is not wanted everything is in its place at once.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

MOVE_MS = 150
COUNT_MS = 960
_STEP_MS = 30


class Motion(QObject):
    """``way`` of what moves and ``count`` of a total that counts up, both from 0 to 1; ``moved`` when they change."""

    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reduced = False
        self.way = self.count = 1.0
        self._counting = False
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._step)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def begin(self, *, counting: bool) -> None:
        """Something else stands there now; ``counting``: its total counts up."""
        self._timer.stop()
        self.way = self.count = 1.0
        if not self.reduced:
            self.way, self.count = 0.0, 0.0 if counting else 1.0
            self._counting = counting
            self._since.start()
            self._timer.start()
        self.moved.emit()

    def _step(self) -> None:
        elapsed = self._since.elapsed()
        self.way = min(1.0, elapsed / MOVE_MS)
        self.count = min(1.0, elapsed // 120 * 120 / COUNT_MS) if self._counting else 1.0
        if self.way >= 1.0 and self.count >= 1.0:
            self._timer.stop()
        self.moved.emit()
