"""A question asked inside the window: what will happen, a choice, a reason, and the two answers. Never a modal box."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from judge_app.ui.language import tr
from judge_app.ui.theme import Tone, restyle
from judge_app.ui.widgets.button import ActionButton
from judge_app.ui.widgets.flow import EvenGrid, FlowLayout
from judge_app.ui.widgets.label import Label
from judge_app.ui.widgets.option import OptionCard


class Choice(msgspec.Struct, frozen=True):
    """One way to answer: its key, its words, and what it leads to."""

    key: str
    text: str
    effect: str = ""


class Question(msgspec.Struct, frozen=True):
    """What is asked. ``key`` comes back with the answer. ``reasons`` can be taken by a click; ``needs_reason`` False
    leaves the reason out altogether. ``field`` names the line of text where it is not a reason (a person's name).
    ``quick``: a reason that is taken answers at once, by a click or by its figure. ``columns`` of choices. ``yes`` and
    ``no``: the words of the two answers where the usual ones do not say it."""

    key: str
    title: str
    consequence: str = ""
    choices: tuple[Choice, ...] = ()
    chosen: str = ""
    reasons: tuple[str, ...] = ()
    needs_reason: bool = True
    quick: bool = False
    columns: int = 1
    text: str = ""
    field: str = ""
    second_field: str = ""
    yes: str = ""
    no: str = ""
    danger: bool = False
    tone: Tone = "brand"


class AskPanel(QFrame):
    """Asks one question at a time. ``answered`` carries (key, choice, reason, second text); ``dropped`` the key;
    ``asking`` whether a question is there, while which the window's own next step steps aside: one button is filled.

    Enter answers, Esc drops. It stays until it is answered, dropped or replaced.
    """

    answered = Signal(str, str, str, str)
    dropped = Signal(str)
    asking = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question: Question | None = None
        self.setProperty("kind", "card")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(6)
        self._inside: QWidget | None = None
        self._group: QButtonGroup | None = None
        self._reason: QLineEdit | None = None
        self._second: QLineEdit | None = None
        self._yes: QPushButton | None = None
        self._missing: Label | None = None
        self.hide()

    def ask(self, question: Question) -> None:
        """Shows a question, in place of one that was open."""
        self.close_question()
        self.question = question
        restyle(self, "tone", "stop" if question.danger else question.tone)
        self.setAccessibleName(question.title)
        self._build(question)
        self.show()
        self._first_field().setFocus(Qt.FocusReason.OtherFocusReason)
        self.asking.emit(True)

    def reword(self, question: Question) -> None:
        """The same question in other words (another language): what was chosen and written stays."""
        checked = self._group.checkedButton() if self._group is not None else None
        choice = checked.property("choice") if checked is not None else None
        reason = self._reason.text() if self._reason is not None else ""
        second = self._second.text() if self._second is not None else ""
        kept = self.question is None or reason == self.question.text
        self.ask(question)
        for button in self._group.buttons() if self._group is not None else ():
            button.setChecked(button.property("choice") == choice)
        if self._reason is not None and not kept:
            self._reason.setText(reason)
        if self._second is not None:
            self._second.setText(second)

    def close_question(self) -> None:
        """Takes the question away without an answer."""
        self.question = None
        self._group = self._reason = self._second = self._yes = self._missing = None
        if self._inside is not None:
            self._column.removeWidget(self._inside)
            self._inside.hide()
            self._inside.deleteLater()
            self._inside = None
        self.hide()
        self.asking.emit(False)

    def _first_field(self) -> QWidget:
        if self.question is not None and self.question.quick:
            return self
        if self.question is not None and self.question.danger and self._group is None and self._reason is None:
            return self  # the space bar, which is the next step's, does nothing that cannot be taken back
        if self._group is not None:
            chosen = self._group.checkedButton()
            return chosen or self._group.buttons()[0]
        return self._reason or self._yes or self

    def _build(self, question: Question) -> None:
        self._inside = QWidget(self)
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(Label(question.title, "strong", tone="stop" if question.danger else "plain", wrap=True))
        if question.consequence:
            column.addWidget(Label(question.consequence, "second", wrap=True))
        if question.choices:
            self._group = QButtonGroup(self._inside)
            options = QWidget()
            grid = EvenGrid(question.columns, parent=options)
            for choice in question.choices:
                grid.addWidget(self._option(choice, choice.key == question.chosen))
            column.addWidget(options)
        if question.needs_reason:
            if question.reasons:
                chips = QWidget()
                flow = FlowLayout(chips)
                for at, reason in enumerate(question.reasons):
                    flow.addWidget(self._chip(reason, str(at + 1) if question.quick else ""))
                column.addWidget(chips)
            if question.field and question.text:  # filled in, it no longer says by itself what it is
                column.addWidget(Label(question.field, "second"))
            self._reason = QLineEdit()
            self._reason.setPlaceholderText(question.field or tr("Reason (needed)"))
            self._reason.setAccessibleName(question.field or tr("Reason (needed)"))
            self._reason.setMaxLength(200)
            self._reason.setText(question.text)
            self._reason.textChanged.connect(self._forgive)
            column.addWidget(self._reason)
        if question.second_field:
            self._second = QLineEdit()
            self._second.setPlaceholderText(question.second_field)
            self._second.setAccessibleName(question.second_field)
            self._second.setMaxLength(60)
            self._second.textChanged.connect(self._forgive)
            column.addWidget(self._second)
        self._missing = Label("", "second", tone="stop", wrap=True)
        self._missing.hide()
        column.addWidget(self._missing)
        column.addLayout(self._answers(question))
        self._column.addWidget(self._inside)

    def _answers(self, question: Question) -> FlowLayout:
        """Beside each other, or below where the panel is too narrow for both."""
        row = FlowLayout(gap=8, fill=True)
        self._yes = QPushButton(question.yes or tr("Confirm"))
        self._yes.setProperty("kind", "danger" if question.danger else "primary")
        self._yes.setAccessibleDescription(question.consequence)
        self._yes.clicked.connect(self._answer)
        no = QPushButton(question.no or tr("Leave it"))
        no.clicked.connect(self._drop)
        row.addWidget(self._yes)
        row.addWidget(no)
        return row

    def _option(self, choice: Choice, chosen: bool) -> QWidget:
        card = OptionCard(choice.text, choice.effect)
        card.setProperty("choice", choice.key)
        card.setChecked(chosen)
        assert self._group is not None
        self._group.addButton(card)
        return card

    def _chip(self, reason: str, key: str) -> QAbstractButton:
        chip = ActionButton(reason, key, kind="chip")
        chip.clicked.connect(lambda: self._take(reason))
        return chip

    def _take(self, reason: str) -> None:
        if self._reason is not None:
            self._reason.setText(reason)
            if self.question is not None and self.question.quick:
                self._answer()
            else:
                self._reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forgive(self) -> None:
        if self._missing is not None:
            self._missing.hide()
        for field in (self._reason, self._second):
            if field is not None:
                restyle(field, "tone", "plain")

    def _answer(self) -> None:
        question = self.question
        if question is None:
            return
        choice = ""
        if self._group is not None:
            checked = self._group.checkedButton()
            if checked is None:
                self._complain(None, tr("Choose one of these first."))
                return
            choice = str(checked.property("choice"))
        reason = self._reason.text().strip() if self._reason is not None else ""
        if self._reason is not None and not reason:
            what = question.field or tr("a reason")
            self._complain(self._reason, tr("Please write this down first: {what}.", what=what))
            return
        second = self._second.text().strip() if self._second is not None else ""
        if self._second is not None and not second:
            self._complain(self._second, tr("Please write this down first: {what}.", what=question.second_field))
            return
        self.close_question()
        self.answered.emit(question.key, choice, reason, second)

    def _complain(self, field: QLineEdit | None, words: str) -> None:
        if self._missing is not None:
            self._missing.setText(words)
            self._missing.show()
        if field is not None:
            restyle(field, "tone", "stop")
            quick = self.question is not None and self.question.quick and field is self._reason
            (self if quick else field).setFocus(Qt.FocusReason.OtherFocusReason)  # figures stay the reasons' keys

    def _drop(self) -> None:
        if self.question is not None:
            key = self.question.key
            self.close_question()
            self.dropped.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._drop()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._answer()
        elif (reason := self._reason_of(event.text())) is not None:
            self._take(reason)
        elif self._reason is not None and not self._reason.text() and event.text().isalpha():
            self._reason.setFocus(Qt.FocusReason.OtherFocusReason)
            self._reason.insert(event.text())
        else:
            super().keyPressEvent(event)

    def _reason_of(self, figure: str) -> str | None:
        question = self.question
        if question is None or not question.quick or figure not in "123456789" or not figure:
            return None
        return question.reasons[int(figure) - 1] if int(figure) <= len(question.reasons) else None
