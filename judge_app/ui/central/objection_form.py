"""An objection as it comes in: who, how to reach him, about what, since when (A-33)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout

from judge_app.core.errors import Problem
from judge_app.core.results import Objection
from judge_app.ui.language import either, tr
from judge_app.ui.widgets import ActionButton, Card, Label


class ObjectionForm(Card):
    """``given`` carries the objection without its number, and who takes it."""

    given = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.entry_no = QLineEdit()
        self.name = QLineEdit()
        self.contact = QLineEdit()
        self.received = QLineEdit()
        self.facts = QLineEdit()
        self.taken_by = QLineEdit()
        self.button = ActionButton("")
        self._problem = Label("", "second", tone="stop", wrap=True)
        self._problem.hide()
        self._words = {
            field: Label("", "second")
            for field in (self.entry_no, self.name, self.contact, self.received, self.facts, self.taken_by)
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for at, field in enumerate((self.entry_no, self.name, self.contact, self.received)):
            grid.addLayout(self._named(field), at // 2, at % 2)
            field.setMaxLength(120)
        self.facts.setMaxLength(500)
        grid.addLayout(self._named(self.facts), 2, 0, 1, 2)
        grid.addLayout(self._named(self.taken_by), 3, 0)
        grid.addWidget(self.button, 3, 1, Qt.AlignmentFlag.AlignBottom)
        self.body.addLayout(grid)
        self.body.addWidget(self._problem)
        self.button.clicked.connect(self.take)
        self.retranslate()

    def _named(self, field: QLineEdit) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self._words[field])
        column.addWidget(field)
        return column

    def retranslate(self) -> None:
        self.set_heading(tr("An objection came in"))
        for field, words in (
            (self.entry_no, tr("About which project (number)")),
            (self.name, tr("Real name, or the unit with its seal")),
            (self.contact, tr("How to reach them")),
            (self.received, tr("Received on (year-month-day)")),
            (self.facts, tr("The facts, in writing")),
            (self.taken_by, tr("Taken by (name)")),
        ):
            self._words[field].setText(words)
            field.setAccessibleName(words)
        self.received.setPlaceholderText("2026-12-09")
        self.button.set_action(tr("Record the objection"))

    def take(self) -> None:
        """Hands over what was filled in; what is missing is said by ``set_problem``."""
        objection = Objection(
            number="",
            entry_no=self.entry_no.text().strip().lstrip("0") or self.entry_no.text().strip(),
            name=self.name.text().strip(),
            contact=self.contact.text().strip(),
            facts=self.facts.text().strip(),
            received=self.received.text().strip(),
        )
        self.given.emit(objection, self.taken_by.text().strip())

    def set_problem(self, problem: Problem | None) -> None:
        self._problem.setText("" if problem is None else either(problem.zh, problem.en))
        self._problem.setVisible(problem is not None)

    def clear(self) -> None:
        """Empty again, after it was recorded; whoever takes objections stays."""
        for field in (self.entry_no, self.name, self.contact, self.received, self.facts):
            field.clear()
        self.set_problem(None)
