"""The bar on top of a window: names at the left, words of state at the right; the least needed gives way first."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from judge_app.ui.widgets.pill import Pill


class TopBar(QFrame):
    """``add_left`` and ``add_right`` take widgets; ``give_way`` lists those that may hide, first to go first.

    A pill without words is hidden anyway; one that says warn or stop stays before one that says ok.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 4, 12, 4)
        self._row.setSpacing(10)
        self._row.addStretch(1)
        self._left = 0
        self._order: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def add_left(self, *widgets: QWidget) -> None:
        for widget in widgets:
            self._row.insertWidget(self._left, widget)
            self._left += 1

    def add_right(self, *widgets: QWidget) -> None:
        for widget in widgets:
            self._row.addWidget(widget)

    def give_way(self, *widgets: QWidget) -> None:
        """What may hide where there is no room, the first named first."""
        self._order = list(widgets)

    def fit(self) -> None:
        """Shows what has room."""
        for widget in self._order:
            widget.setVisible(_says_something(widget))
        room = self.width() - 28
        for widget in sorted(self._order, key=_urgent):
            if self._needed() <= room:
                break
            widget.hide()

    def _needed(self) -> int:
        shown = [
            item.sizeHint().width()
            for item in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
            if not item.isHidden()
        ]
        return sum(shown) + self._row.spacing() * len(shown)

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(0, 48))

    def minimumSizeHint(self) -> QSize:
        """As high as what stands in it: in larger type a tight window would else cut its buttons."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


def _says_something(widget: QWidget) -> bool:
    return bool(widget.text) if isinstance(widget, Pill) else True


def _urgent(widget: QWidget) -> bool:
    return isinstance(widget, Pill) and widget.tone in ("warn", "stop")
