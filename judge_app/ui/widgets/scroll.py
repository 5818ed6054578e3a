"""A scroll area that takes what its content needs, up to a share of its window; beyond that it scrolls."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class FitScroll(QScrollArea):
    """Vertical scrolling only. ``share`` is the most of the window's height that it asks for; ``first`` tells how much of
    the content, at a width, is always in sight (up to half of the window)."""

    def __init__(
        self,
        content: QWidget,
        share: float = 0.5,
        parent: QWidget | None = None,
        *,
        first: Callable[[int], int] | None = None,
    ) -> None:
        super().__init__(parent)
        self._first = first
        self._content = content
        self._share = share
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        content.setProperty("flow", True)
        self.setWidget(content)
        content.installEventFilter(self)

    def needed(self) -> int:
        """The height of the content at the present width."""
        layout = self._content.layout()
        if layout is not None and layout.hasHeightForWidth():
            return layout.totalHeightForWidth(max(self.viewport().width(), 1))
        return self._content.sizeHint().height()

    def least(self) -> int:
        """The height that is always in sight."""
        first = 0 if self._first is None else self._first(max(self.viewport().width(), 1))
        return max(96, min(first, self.window().height() // 2))

    def sizeHint(self) -> QSize:
        most = round(self.window().height() * self._share)
        return QSize(super().sizeHint().width(), min(self.needed(), max(most, self.least())))

    def minimumSizeHint(self) -> QSize:
        return QSize(96, min(self.needed(), self.least()))

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.updateGeometry()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
