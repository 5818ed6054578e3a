"""A QR code of a text, painted sharp at any size: dark on white, whatever the look, so that cameras read it."""

from __future__ import annotations

import segno
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from judge_app.ui.theme import theme_of

_QUIET = 4


class QrCode(QWidget):
    """The code of a text; empty while there is none."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._rows: tuple[bytes, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    @property
    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        if text == self._text:
            return
        self._text = text
        self._rows = tuple(bytes(row) for row in segno.make_qr(text, error="m").matrix) if text else ()
        self.update()

    def sizeHint(self) -> QSize:
        side = theme_of(self).px(168)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        side = theme_of(self).px(120)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        side = min(self.width(), self.height())
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        left, top = (self.width() - side) / 2, (self.height() - side) / 2
        painter.fillRect(QRectF(left, top, side, side), QColor("#ffffff"))
        if not self._rows:
            return
        cell = side / (len(self._rows) + 2 * _QUIET)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(
                        QRectF(left + (x + _QUIET) * cell, top + (y + _QUIET) * cell, cell + 0.3, cell + 0.3),
                        QColor("#000000"),
                    )
