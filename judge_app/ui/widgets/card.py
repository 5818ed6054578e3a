"""A card: a piece of paper on the ground, with a heading, a word at its right, and a body."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from judge_app.ui.theme import Tone, restyle
from judge_app.ui.widgets.label import ElidedLabel, Label


def rule(parent: QWidget | None = None) -> QFrame:
    """A hairline."""
    line = QFrame(parent)
    line.setProperty("kind", "rule")
    return line


class Card(QFrame):
    """A card. ``body`` is its layout; ``heading`` and ``aside`` stand on top where ``set_heading`` gave them words.

    ``flush`` leaves the body without margins, for lists that reach the edges.
    """

    def __init__(self, *, flush: bool = False, tone: Tone = "plain", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.setProperty("tone", tone)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.head = QWidget(self)
        row = QHBoxLayout(self.head)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(4)
        self.heading = Label("", "second", parent=self.head)
        self.aside = ElidedLabel("", "strong", parent=self.head)
        self.aside.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row.addWidget(self.heading)
        row.addStretch(1)
        row.addWidget(self.aside)
        outer.addWidget(self.head)
        self._under = rule(self)
        outer.addWidget(self._under)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(*((0, 0, 0, 0) if flush else (16, 16, 16, 16)))
        self.body.setSpacing(0 if flush else 8)
        outer.addLayout(self.body, 1)
        self.head.hide()
        self._under.hide()
        self._flush = flush

    def set_heading(self, heading: str, aside: str = "") -> None:
        """Words over the body; an empty heading takes them away."""
        self.heading.setText(heading)
        self.aside.setText(aside)
        self._fit()
        self.head.setVisible(bool(heading))
        self._under.setVisible(bool(heading) and self._flush)
        if not self._flush:
            self.body.setContentsMargins(16, 0 if heading else 16, 16, 16)
        self.setAccessibleName(heading)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The word at the right is left out where it would have to be cut."""
        needed = self.heading.sizeHint().width() + self.aside.sizeHint().width() + 40
        self.aside.setVisible(needed <= self.width() or not self.isVisible())

    def set_tone(self, tone: Tone) -> None:
        restyle(self, "tone", tone)
