"""A slider over a line's marks: tap or drag, with the grade bands under it. Blank is not zero: its knob is hollow."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from judge_app.ui.judge.lines import Line, band_name, band_words, plain
from judge_app.ui.theme import theme_of
from judge_app.ui.theme.type import TINY


class PointsSlider(QWidget):
    """``chosen`` carries hundredths as the hand moves. It takes no focus: the field beside it has the keys."""

    chosen = Signal(int)

    def __init__(self, line: Line, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._value: int | None = None
        self._writable = True
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_value(self, value: int | None) -> None:
        if value != self._value:
            self._value = value
            self.update()

    def set_writable(self, writable: bool) -> None:
        self._writable = writable
        self.setCursor(Qt.CursorShape.PointingHandCursor if writable else Qt.CursorShape.ArrowCursor)
        self.update()

    def sizeHint(self) -> QSize:
        theme = theme_of(self)
        return QSize(theme.px(264), theme.px(46))

    def minimumSizeHint(self) -> QSize:
        theme = theme_of(self)
        return QSize(theme.px(120), theme.px(46))

    def x_of(self, value: int) -> int:
        """Where a mark stands on the track, for tests and hands."""
        left, width = self._track()
        return round(left + width * value / self._line.full) if self._line.full else round(left)

    def _track(self) -> tuple[float, float]:
        inset = theme_of(self).px(12)
        return float(inset), float(max(1, self.width() - 2 * inset))

    def _at(self, x: float) -> int:
        left, width = self._track()
        share = min(1.0, max(0.0, (x - left) / width))
        top = self._line.full // self._line.step
        return round(share * self._line.full / self._line.step) * self._line.step if top else 0

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._writable:
            self._choose(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._writable:
            self._choose(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page here; it turns marks in the field alone, while that has the focus."""
        event.ignore()

    def _choose(self, at: QPointF) -> None:
        value = min(self._at(at.x()), self._line.full // self._line.step * self._line.step)
        if value != self._value:
            self._value = value
            self.update()
            self.chosen.emit(value)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, width = self._track()
        middle, thick = theme.px(14), theme.px(6)
        track = QRectF(left, middle - thick / 2, width, thick)
        painter.setPen(Qt.PenStyle.NoPen)
        strong = theme.palette.least >= 7  # there both parts are dark, or both are light: what is left is thin
        slit = theme.px(2) if strong else thick
        painter.setBrush(theme.colour("edge" if strong else "line"))
        painter.drawRoundedRect(QRectF(left, middle - slit / 2, width, slit), slit / 2, slit / 2)
        ink = theme.colour("brand" if self._writable else "ink_3")
        knob = left
        if self._value is not None and self._line.full:
            knob = left + width * min(1.0, self._value / self._line.full)
            painter.setBrush(ink)
            painter.drawRoundedRect(QRectF(left, track.y(), max(thick, knob - left), thick), thick / 2, thick / 2)
        self._paint_bounds(painter, track)
        radius = theme.px(10)
        blank = self._value is None
        painter.setBrush(theme.colour("paper"))
        painter.setPen(QPen(theme.colour("edge") if blank else ink, theme.px(2)))
        painter.drawEllipse(QPointF(knob, middle), radius, radius)
        self._paint_bands(painter)

    def _paint_bounds(self, painter: QPainter, track: QRectF) -> None:
        """Small cuts where a grade begins."""
        theme = theme_of(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("paper"))
        for band in self._line.criterion.bands:
            low = int(band.low * 100)
            if 0 < low < self._line.full:
                x = track.x() + track.width() * (low - self._line.step / 2) / self._line.full
                painter.drawRect(QRectF(x - 1, track.y(), theme.px(2), track.height()))

    def _paint_bands(self, painter: QPainter) -> None:
        theme = theme_of(self)
        font = theme.font(TINY)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(theme.colour("ink_3"))
        left, width = self._track()
        top = theme.px(28)
        bands = sorted(self._line.criterion.bands, key=lambda one: one.low)
        if not bands:
            ends = ((0, Qt.AlignmentFlag.AlignLeft), (self._line.full, Qt.AlignmentFlag.AlignRight))
            for value, align in ends:
                rect = QRect(round(left - theme.px(8)), top, round(width + theme.px(16)), metrics.lineSpacing())
                painter.drawText(rect, int(align), plain(value))
            return
        texts = [band_words(band) for band in bands]
        if sum(metrics.horizontalAdvance(text) + theme.px(6) for text in texts) > self.width():
            texts = [band_name(band) for band in bands]
        room = self.width() - sum(metrics.horizontalAdvance(text) for text in texts)
        gap = room / max(1, len(texts) - 1)
        x = 0.0
        held = self._band()
        for band, text in zip(bands, texts, strict=True):
            wide = metrics.horizontalAdvance(text)
            on = band is held
            painter.setPen(theme.colour("brand" if on else "ink_3"))
            painter.drawText(
                QRect(round(x), top, wide + 2, metrics.lineSpacing()), int(Qt.AlignmentFlag.AlignLeft), text
            )
            x += wide + gap

    def _band(self) -> object:
        """The grade that the mark falls into."""
        if self._value is None:
            return None
        fitting = [band for band in self._line.criterion.bands if int(band.low * 100) <= self._value]
        return max(fitting, key=lambda one: one.low, default=None)
