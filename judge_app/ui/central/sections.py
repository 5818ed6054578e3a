"""A page of the All rooms window that is read downwards: cards below each other, longer than the window it scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from judge_app.ui.central.table import Table
from judge_app.ui.widgets import Card, Label


class Sections(QScrollArea):
    """Empty until ``lay_out`` gives it its cards."""

    def lay_out(
        self,
        *parts: tuple[Card, Label | None, Table, QPushButton | None],
        first: QWidget | None = None,
        last: QWidget | None = None,
    ) -> None:
        """Cards below each other, each with a note, a table and a button."""
        inside = QWidget()
        inside.setProperty("kind", "flow")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        if first is not None:
            column.addWidget(first)
        for card, note, table, button in parts:
            if note is not None:
                beside = QHBoxLayout()  # margins of the label's own are lost when the style changes
                beside.setContentsMargins(16, 8, 16, 4)
                beside.addWidget(note)
                card.body.addLayout(beside)
            card.body.addWidget(table)
            if button is not None:
                row = QHBoxLayout()
                row.setContentsMargins(8, 4, 8, 8)
                row.addWidget(button)
                row.addStretch(1)
                card.body.addLayout(row)
            column.addWidget(card)
        if last is not None:
            column.addWidget(last)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)


def quiet() -> QPushButton:
    """A button below a table, reached by Tab and not by a click."""
    button = QPushButton()
    button.setProperty("kind", "quiet")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
