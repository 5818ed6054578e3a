"""Small things painted the same everywhere: a pill, a key cap, a text in one line."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from judge_app.ui.theme import Theme, Tone
from judge_app.ui.theme.type import MEDIUM, SMALL, TINY

PILL_HEIGHT = 24
_CENTRE = Qt.AlignmentFlag.AlignCenter


def paint_text(
    painter: QPainter,
    rect: QRect,
    text: str,
    font: QFont,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
) -> bool:
    """One line of plain text, cut with … where it does not fit; says whether it was cut."""
    painter.setFont(font)
    painter.setPen(QPen(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, int(align | Qt.TextFlag.TextSingleLine), shown)
    return shown != text


def pill_font(theme: Theme) -> QFont:
    return theme.font(SMALL, MEDIUM)


def pill_size(theme: Theme, text: str) -> QSize:
    """What a pill of this text takes."""
    width = QFontMetrics(pill_font(theme)).horizontalAdvance(text) + theme.px(20)
    return QSize(width, theme.px(PILL_HEIGHT))


def paint_pill(painter: QPainter, theme: Theme, rect: QRect, text: str, tone: Tone) -> None:
    """A word of state on its soft ground, in ``rect``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.soft(tone))
    radius = min(rect.height() / 2, theme.px(12))
    painter.drawRoundedRect(QRectF(rect), radius, radius)
    paint_text(
        painter, rect.adjusted(theme.px(8), 0, -theme.px(8), 0), text, pill_font(theme), theme.text(tone), _CENTRE
    )
    painter.restore()


def key_size(theme: Theme, key: str) -> QSize:
    """What a key cap takes."""
    width = QFontMetrics(theme.font(TINY, MEDIUM)).horizontalAdvance(key) + theme.px(12)
    return QSize(max(width, theme.px(20)), theme.px(20))


def paint_key(painter: QPainter, theme: Theme, rect: QRect, key: str, colour: QColor, edge: QColor) -> None:
    """A key cap: the name of a key in a small frame."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))
    paint_text(painter, rect, key, theme.font(TINY, MEDIUM), colour, _CENTRE)
    painter.restore()


def wrapped_lines(text: str, font: QFont, width: int) -> int:
    """How many lines a text takes at a width."""
    metrics = QFontMetrics(font)
    bounds = metrics.boundingRect(QRect(0, 0, width, 10_000), int(Qt.TextFlag.TextWordWrap), text)
    return max(1, round(bounds.height() / metrics.lineSpacing()))
