"""Buttons: the one next step, and plain ones that show their key."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from judge_app.ui.theme import theme_of
from judge_app.ui.theme.type import BODY, BOLD, LEAD, SMALL, TITLE
from judge_app.ui.widgets.label import broken
from judge_app.ui.widgets.paint import key_size, paint_key, paint_text, wrapped_lines


class NextStepButton(QPushButton):
    """The one filled button of a window: what happens next, in words, with its key and, where it needs one, a line of
    consequence below. Its text shrinks and then breaks before it is cut."""

    def __init__(self, text: str = "", key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._note = ""
        self.setText(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("kind", "next")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted again when the pointer leaves

    def set_step(self, text: str, note: str = "", key: str | None = None) -> None:
        """Another step. ``note`` is a line below it, ``key`` the name on its key cap (None: as it is)."""
        if key is not None:
            self._key = key
        self._note = note
        self.setText(text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(note)
        self.updateGeometry()
        self.update()

    @property
    def note(self) -> str:
        return self._note

    def sizeHint(self) -> QSize:
        theme = theme_of(self)
        width = QFontMetrics(theme.font(LEAD, BOLD)).horizontalAdvance(self.text())
        height = theme.px(64)
        if self._note_lines() > 1:
            height += QFontMetrics(theme.font(SMALL)).lineSpacing()
        return QSize(width + key_size(theme, self._key).width() + theme.px(48), height)

    def _note_lines(self) -> int:
        """How many lines the note takes at the present width: up to 2."""
        theme = theme_of(self)
        room = self.width() - theme.px(24)
        return min(2, wrapped_lines(self._note, theme.font(SMALL), room)) if self._note and room > 0 else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        theme = theme_of(self)
        return QSize(theme.px(160), theme.px(64))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        enabled = self.isEnabled()
        ground = theme.colour("brand" if enabled else "brand_off")
        if enabled and (self.underMouse() or self.isDown()):
            ground = theme.colour("brand_hover")
        ink = theme.colour("on_brand" if enabled else "on_brand_off")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        radius = theme.px(8)
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        if self.hasFocus():
            inner = QRectF(self.rect()).adjusted(4, 4, -4, -4)
            painter.setPen(QPen(ink, theme.px(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(inner, radius - 3, radius - 3)
        self._paint_words(painter, ink)

    def _paint_words(self, painter: QPainter, ink: QColor) -> None:
        theme = theme_of(self)
        key = key_size(theme, self._key) if self._key else QSize(0, 0)
        gap = theme.px(10) if self._key else 0
        room = self.width() - theme.px(32) - key.width() - gap
        note_height = QFontMetrics(theme.font(SMALL)).lineSpacing() * self._note_lines()
        tall = self.height() - theme.px(8) - note_height
        font = theme.font(TITLE, BOLD)
        flags = int(Qt.AlignmentFlag.AlignCenter)
        for size in (TITLE, LEAD, BODY, SMALL):
            font = theme.font(size, BOLD)
            metrics = QFontMetrics(font)
            if metrics.horizontalAdvance(self.text()) <= room and metrics.height() <= tall:
                width, lines = metrics.horizontalAdvance(self.text()), 1
                break
            lines = wrapped_lines(self.text(), font, room)
            if size != TITLE and lines * metrics.lineSpacing() <= tall:
                width = room
                flags |= int(Qt.TextFlag.TextWordWrap)
                break
        else:
            width, lines = room, 1
        metrics = QFontMetrics(font)
        height = metrics.lineSpacing() * lines
        left = (self.width() - width - gap - key.width()) // 2
        top = (self.height() - height - note_height) // 2
        painter.setFont(font)
        painter.setPen(QPen(ink))
        painter.drawText(QRect(left, top, width, height), flags, self.text())
        if self._key:
            at = QRect(left + width + gap, top + (height - key.height()) // 2, key.width(), key.height())
            paint_key(painter, theme, at, self._key, ink, ink)
        if self._note:
            painter.setFont(theme.font(SMALL))
            painter.setPen(QPen(ink))
            room = self.width() - theme.px(24)
            said = broken(self._note, QFontMetrics(painter.font()), room, 2)
            tall = note_height // len(said)
            for place, line in enumerate(said):
                below = QRect(theme.px(12), top + height + place * tall, room, tall)
                paint_text(painter, below, line, painter.font(), ink, Qt.AlignmentFlag.AlignCenter)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.updateGeometry()


class ActionButton(QPushButton):
    """An outlined button with the name of its key on it. ``kind`` is one of the style sheet's: plain, danger, quiet."""

    def __init__(self, text: str = "", key: str = "", kind: str = "plain", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setProperty("kind", kind)
        self.set_action(text)

    def set_action(self, text: str, key: str | None = None) -> None:
        """Another text, and another key where one is given."""
        if key is not None:
            self._key = key
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(f"{text} ({self._key})" if self._key else "")
        self.updateGeometry()

    @property
    def key(self) -> str:
        return self._key

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if not self._key:
            return hint
        theme = theme_of(self)
        return QSize(hint.width() + key_size(theme, self._key).width() + theme.px(8), hint.height())

    def minimumSizeHint(self) -> QSize:
        theme = theme_of(self)
        self.ensurePolished()
        words = QFontMetrics(self.font()).horizontalAdvance(self.text()) + theme.px(28)
        return QSize(words, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        cap = key_size(theme, self._key) if self._key else QSize(0, 0)
        text_width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        both = text_width + theme.px(8) + cap.width()
        if not self._key or both > self.width() - theme.px(12):
            super().paintEvent(event)
            return
        left = (self.width() - both) // 2
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.setFont(self.font())
        painter.setPen(self._ink())
        words = QRect(left, 0, text_width + 2, self.height())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text())
        at = QRect(left + text_width + theme.px(8), (self.height() - cap.height()) // 2, cap.width(), cap.height())
        paint_key(painter, theme, at, self._key, theme.colour("ink_2"), theme.colour("edge"))

    def _ink(self) -> QColor:
        theme = theme_of(self)
        if not self.isEnabled():
            return theme.colour("ink_3")
        kinds = {"danger": "stop", "quiet": "brand", "primary": "on_brand"}
        return theme.colour(kinds.get(self.property("kind"), "ink"))
