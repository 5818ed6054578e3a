"""One of several answers, as a card to tap: its words, and below them what it leads to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from judge_app.ui.theme import theme_of
from judge_app.ui.theme.type import BODY, MEDIUM, SMALL
from judge_app.ui.widgets.paint import wrapped_lines


class OptionCard(QAbstractButton):
    """A checkable card; put several into a QButtonGroup. ``set_words`` gives it its text and effect."""

    def __init__(self, text: str = "", effect: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self._effect = ""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_words(text, effect)

    @property
    def effect(self) -> str:
        return self._effect

    def set_words(self, text: str, effect: str = "") -> None:
        self._effect = effect
        self.setText(text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(effect)
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        theme = theme_of(self)
        room = max(40, width - self._left() - theme.px(6))
        text, effect = theme.font(BODY, MEDIUM), theme.font(SMALL)
        tall = wrapped_lines(self.text(), text, room) * QFontMetrics(text).lineSpacing()
        if self._effect:
            tall += wrapped_lines(self._effect, effect, room) * QFontMetrics(effect).lineSpacing()
        return max(theme.px(40), tall + theme.px(12))

    def sizeHint(self) -> QSize:
        theme = theme_of(self)
        wide = QFontMetrics(theme.font(BODY, MEDIUM)).horizontalAdvance(self.text())
        width = min(theme.px(420), max(wide + self._left() + theme.px(16), theme.px(200)))
        return QSize(width, self.heightForWidth(max(width, self.width())))

    def minimumSizeHint(self) -> QSize:
        theme = theme_of(self)
        words = [QFontMetrics(theme.font(BODY, MEDIUM)).horizontalAdvance(self.text())]
        words.append(QFontMetrics(theme.font(SMALL)).horizontalAdvance(self._effect))
        width = min(theme.px(200), max(words) + self._left() + theme.px(8))
        return QSize(width, theme.px(40))

    def _left(self) -> int:
        return theme_of(self).px(34)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, lit = self.isChecked(), self.hasFocus() or (self.underMouse() and self.isEnabled())
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(
            QPen(theme.colour("brand" if on or lit else "edge"), theme.px(2) if on or self.hasFocus() else 1)
        )
        painter.setBrush(theme.colour("brand_soft" if on else "paper"))
        painter.drawRoundedRect(frame, theme.px(8), theme.px(8))
        side = theme.px(16)
        circle = QRectF(theme.px(10), (self.height() - side) / 2, side, side)
        painter.setPen(QPen(theme.colour("brand" if on else "edge"), theme.px(2)))
        painter.setBrush(theme.colour("paper"))
        painter.drawEllipse(circle)
        if on:
            inset = theme.px(4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("brand"))
            painter.drawEllipse(circle.adjusted(inset, inset, -inset, -inset))
        self._paint_words(painter)

    def _paint_words(self, painter: QPainter) -> None:
        theme = theme_of(self)
        text, effect = theme.font(BODY, MEDIUM), theme.font(SMALL)
        room = self.width() - self._left() - theme.px(6)
        tall = wrapped_lines(self.text(), text, room) * QFontMetrics(text).lineSpacing()
        below = wrapped_lines(self._effect, effect, room) * QFontMetrics(effect).lineSpacing() if self._effect else 0
        top = (self.height() - tall - below) // 2
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap)
        painter.setFont(text)
        painter.setPen(theme.colour("ink" if self.isEnabled() else "ink_3"))
        painter.drawText(QRect(self._left(), top, room, tall), flags, self.text())
        if self._effect:
            painter.setFont(effect)
            painter.setPen(theme.colour("ink_2"))
            painter.drawText(QRect(self._left(), top + tall, room, below), flags, self._effect)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.updateGeometry()
