"""The steps of preparing, as tabs: where one is, and how each one stands."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from judge_app.ui.theme import Tone, theme_of
from judge_app.ui.theme.type import BODY, BOLD, MEDIUM, SMALL
from judge_app.ui.widgets.paint import paint_text


class StepWords(msgspec.Struct, frozen=True):
    """One step: what it is called, how it stands in a word, and how that looks."""

    title: str
    state: str = ""
    tone: Tone = "plain"


class StepTab(QAbstractButton):
    """A number, a title, and a line of state."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self._number = number
        self._words = StepWords("")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, words: StepWords) -> None:
        if words == self._words:
            return
        self._words = words
        self.setText(words.title)
        self.setAccessibleName(f"{self._number} {words.title}")
        self.setAccessibleDescription(words.state)
        self.setToolTip(f"{words.title} · {words.state}" if words.state else words.title)
        self.update()

    @property
    def words(self) -> StepWords:
        return self._words

    def sizeHint(self) -> QSize:
        theme = theme_of(self)
        wide = QFontMetrics(theme.font(BODY, BOLD)).horizontalAdvance(f"{self._number} {self._words.title}")
        return QSize(wide + theme.px(20), theme.px(64))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme_of(self).px(64), theme_of(self).px(64))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, lit = self.isChecked(), self.hasFocus() or (self.underMouse() and self.isEnabled())
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme.colour("brand" if on or lit else "line"), theme.px(2) if on or lit else 1))
        painter.setBrush(theme.colour("brand_soft" if on else "paper"))
        painter.drawRoundedRect(frame, theme.px(8), theme.px(8))
        room = QRect(theme.px(8), 0, self.width() - theme.px(16), self.height())
        ink = theme.colour("ink" if self.isEnabled() else "ink_3")
        title = QRect(room.x(), theme.px(9), room.width(), theme.px(24))
        font = theme.font(BODY, BOLD if on else MEDIUM)
        paint_text(painter, title, f"{self._number} {self._words.title}", font, ink)
        state = QRect(room.x(), theme.px(33), room.width(), theme.px(22))
        paint_text(painter, state, self._words.state, theme.font(SMALL), theme.text(self._words.tone))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self.updateGeometry()


class StepBar(QWidget):
    """The steps side by side; ``picked`` carries the place of one from 0."""

    picked = Signal(int)

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._group = QButtonGroup(self)
        self.tabs = [StepTab(at + 1) for at in range(count)]
        for at, tab in enumerate(self.tabs):
            self._group.addButton(tab, at)
            row.addWidget(tab)
        self.tabs[0].setChecked(True)
        self._group.idClicked.connect(self.picked)

    def show_step(self, at: int) -> None:
        self.tabs[at].setChecked(True)

    def set_words(self, words: list[StepWords]) -> None:
        for tab, one in zip(self.tabs, words, strict=True):
            tab.set_words(one)
