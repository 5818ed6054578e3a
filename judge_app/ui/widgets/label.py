"""Labels of plain text: whatever people wrote is shown as it stands, never as markup."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from judge_app.ui.theme import Tone, restyle


class Label(QLabel):
    """A label in one of the style sheet's roles; ``wrap`` lets it break lines."""

    def __init__(
        self, text: str = "", role: str = "", *, tone: Tone = "plain", wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.setText(text)

    def set_tone(self, tone: Tone) -> None:
        restyle(self, "tone", tone)


class ElidedLabel(QLabel):
    """A label that cuts its text with … in its last line, and shows the whole of it as a tool tip.

    ``lines`` is how many lines it may take; it is as tall as its text needs up to that.
    """

    def __init__(self, text: str = "", role: str = "", *, lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self._lines = lines
        self._whole = ""
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(lines > 1)
        self.setSizePolicy(policy)
        self.setMinimumWidth(24)
        self.setText(text)

    def setText(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        super().setText(text)
        self._tip()

    def set_tone(self, tone: Tone) -> None:
        restyle(self, "tone", tone)

    def elided(self) -> bool:
        """Whether some of the text is cut."""
        return self._broken(self.width())[-1] != self._last(self.width())

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        width = metrics.horizontalAdvance(self._whole) + 2
        return QSize(width, self.heightForWidth(self.width() if self._lines > 1 and self.width() > 24 else width))

    def minimumSizeHint(self) -> QSize:
        return QSize(24, QFontMetrics(self.font()).lineSpacing())

    def heightForWidth(self, width: int) -> int:
        return QFontMetrics(self.font()).lineSpacing() * len(self._broken(width))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        metrics = QFontMetrics(self.font())
        lines = [*self._broken(self.width())[:-1], self._last(self.width())]
        height = metrics.lineSpacing() * len(lines)
        top = 0 if self._lines > 1 else (self.height() - height) // 2
        align = self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
        for line in lines:
            rect = QRect(0, top, self.width(), metrics.lineSpacing())
            painter.drawText(rect, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), line)
            top += metrics.lineSpacing()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tip()
        if self._lines > 1:
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def _tip(self) -> None:
        self.setToolTip(self._whole if self.elided() else "")

    def _broken(self, width: int) -> list[str]:
        """The text in at most ``lines`` lines, the last one whole however long it is."""
        return broken(self._whole, QFontMetrics(self.font()), width, self._lines)

    def _last(self, width: int) -> str:
        metrics = QFontMetrics(self.font())
        return metrics.elidedText(self._broken(width)[-1], Qt.TextElideMode.ElideRight, max(0, width))


def broken(text: str, metrics: QFontMetrics, width: int, most: int) -> list[str]:
    """A text in at most ``most`` lines of a width; the last one holds all that is left, however long."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most - 1 and metrics.horizontalAdvance(rest) > width:
        at = _break(rest, metrics, width)
        short = len(rest) - at
        if 0 < short < _LEAST and at > 2 * _LEAST and metrics.horizontalAdvance(rest[at:]) <= width:
            earlier = at - (_LEAST - short)
            while earlier > _LEAST and _joined(rest, earlier):
                earlier -= 1
            at = earlier if earlier > _LEAST else at
        lines.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*lines, rest]


_LEAST = 3
"""A last line of one or two characters looks lost: it gets as many."""
_NEVER_FIRST = "，。、；：！？）》」』”’…·,.;:!?)"
_NEVER_LAST = "（《「『“‘("


def _break(text: str, metrics: QFontMetrics, width: int) -> int:
    """Where a line of Chinese or English may end: at a space of an English text, never before closing punctuation."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if metrics.horizontalAdvance(text[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    at = low
    while at > 1 and at < len(text) and _joined(text, at):
        at -= 1
    return at if at > 1 else low


def _joined(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return True
    return before.isascii() and after.isascii() and before != " " and after != " "
