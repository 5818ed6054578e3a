"""Trouble explains itself where it happens: what is wrong, what is safe, and the two things one can do."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from judge_app.ui.theme import Tone
from judge_app.ui.widgets.flow import FlowLayout
from judge_app.ui.widgets.label import Label


class Trouble(msgspec.Struct, frozen=True):
    """One thing that is wrong. ``actions`` are (key, words, dangerous)."""

    key: str
    title: str
    text: str = ""
    tone: Tone = "stop"
    actions: tuple[tuple[str, str, bool], ...] = ()


class TroubleCard(QFrame):
    """One trouble with what can be done about it; ``acted`` carries the key of the action."""

    acted = Signal(str)

    def __init__(self, trouble: Trouble, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trouble = trouble
        self.setProperty("kind", "trouble")
        self.setProperty("tone", trouble.tone)
        self.setAccessibleName(f"{trouble.title} {trouble.text}")
        body = QVBoxLayout(self)
        body.setContentsMargins(12, 10, 12, 10)
        body.setSpacing(4)
        body.addWidget(Label(trouble.title, "strong", tone=trouble.tone, wrap=True))
        if trouble.text:
            text = Label(trouble.text, "second", wrap=True)
            body.addWidget(text)
        if trouble.actions:
            buttons = QWidget()
            row = FlowLayout(buttons, gap=8)
            for key, words, danger in trouble.actions:
                button = QPushButton(words)
                button.setProperty("kind", "danger" if danger else "plain")
                button.setAccessibleName(f"{words} · {trouble.title}")
                button.clicked.connect(lambda _=False, key=key: self.acted.emit(key))
                row.addWidget(button)
            body.addSpacing(4)
            body.addWidget(buttons)


class TroublePanel(QWidget):
    """All that is wrong now, worst first; takes no room when nothing is. ``acted`` carries (trouble, action)."""

    acted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, TroubleCard] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addStretch(1)
        self.hide()

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        return tuple(card.trouble for card in self._cards.values())

    def first_height(self, width: int) -> int:
        """How tall the first card is at a width: what is worst is never cut off from what can be done about it."""
        card = next(iter(self._cards.values()), None)
        layout = None if card is None else card.layout()
        return 0 if layout is None else layout.totalHeightForWidth(width)

    def set_troubles(self, troubles: Sequence[Trouble]) -> None:
        """What is wrong now; a card that stays the same is left alone, so that a click is not lost."""
        if tuple(troubles) == self.troubles:
            return
        wanted = {trouble.key: trouble for trouble in troubles}
        kept: dict[str, TroubleCard] = {}
        for key, card in self._cards.items():
            if wanted.get(key) == card.trouble:
                kept[key] = card
            else:
                self._column.removeWidget(card)
                card.hide()
                card.deleteLater()
        self._cards = {}
        for at, (key, trouble) in enumerate(wanted.items()):
            card = kept.get(key) or self._make(trouble)
            self._cards[key] = card
            self._column.removeWidget(card)
            self._column.insertWidget(at, card)
            card.show()
        self.setVisible(bool(self._cards))

    def _make(self, trouble: Trouble) -> TroubleCard:
        card = TroubleCard(trouble, self)
        card.acted.connect(lambda action, key=trouble.key: self.acted.emit(key, action))
        return card
