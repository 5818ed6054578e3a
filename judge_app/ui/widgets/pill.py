"""A pill: one word of state, its colour second."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from judge_app.ui.theme import Tone, theme_of
from judge_app.ui.widgets.paint import PILL_HEIGHT, paint_pill, pill_size


class Pill(QWidget):
    """A word in a soft round ground; hidden while it has no word."""

    def __init__(self, text: str = "", tone: Tone = "plain", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._tone: Tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set(text, tone)

    @property
    def text(self) -> str:
        return self._text

    @property
    def tone(self) -> Tone:
        return self._tone

    def set(self, text: str, tone: Tone = "plain", tip: str = "") -> None:
        """Another word; ``tip`` explains it under the pointer."""
        if (text, tone) != (self._text, self._tone):
            self._text, self._tone = text, tone
            self.updateGeometry()
            self.update()
        self.setAccessibleName(text)
        if tip != self.toolTip():
            self.setToolTip(tip)
        if self.parent() is not None:
            self.setVisible(bool(text))

    def sizeHint(self) -> QSize:
        return pill_size(theme_of(self), self._text)

    def minimumSizeHint(self) -> QSize:
        theme = theme_of(self)
        return QSize(min(self.sizeHint().width(), theme.px(48)), theme.px(PILL_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._text:
            return
        painter = QPainter(self)
        paint_pill(painter, theme_of(self), self.rect(), self._text, self._tone)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ParentChange and self.parent() is not None:
            self.setVisible(bool(self._text))
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.updateGeometry()
