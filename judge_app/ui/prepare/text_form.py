"""All rules as text: the rule set's file in an editor, checked while it is typed, taken over or given up as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from judge_app.core.errors import Problem
from judge_app.core.rule_check import label_in
from judge_app.core.rule_draft import Draft, dotted, path_of
from judge_app.core.rule_draft_text import Reading, TextProblem, read_text, text_of
from judge_app.ui.language import either, tr
from judge_app.ui.prepare.workbook_page import how_many
from judge_app.ui.start.problems import ProblemList
from judge_app.ui.theme import Tone, theme_of
from judge_app.ui.theme.type import SMALL
from judge_app.ui.widgets import ActionButton, Card, Label


class _Numbers(QWidget):
    """The line numbers beside the text."""

    def __init__(self, editor: RuleText) -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:
        return QSize(self._editor.margin, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._editor.paint_numbers(self, event.rect())


class RuleText(QPlainTextEdit):
    """A text with line numbers; lines that are wrong are marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wrong: frozenset[int] = frozenset()
        self._numbers = _Numbers(self)
        self.setTabChangesFocus(True)
        self.blockCountChanged.connect(lambda _: self._fit())
        self.updateRequest.connect(self._scroll)
        self._fit()

    @property
    def margin(self) -> int:
        """How wide the line numbers are."""
        metrics = QFontMetrics(theme_of(self).font(SMALL))
        return metrics.horizontalAdvance("0" * max(3, len(str(self.blockCount())))) + theme_of(self).px(14)

    def set_wrong(self, lines: Sequence[int]) -> None:
        """The lines (from 1) in which something is wrong."""
        self._wrong = frozenset(lines)
        marks = []
        for line in sorted(self._wrong):
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(theme_of(self).soft("stop"))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
            mark.cursor = cursor
            marks.append(mark)
        self.setExtraSelections(marks)
        self._numbers.update()

    def go_to(self, line: int) -> None:
        """The cursor at the end of a line, the line in sight."""
        cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def paint_numbers(self, area: QWidget, rect: QRect) -> None:
        theme = theme_of(self)
        painter = QPainter(area)
        painter.fillRect(rect, theme.colour("ground"))
        painter.setFont(theme.font(SMALL))
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= rect.bottom():
            height = self.blockBoundingRect(block).height()
            if block.isVisible() and top + height >= rect.top():
                number = block.blockNumber() + 1
                painter.setPen(theme.text("stop") if number in self._wrong else theme.colour("ink_2"))
                line = QFontMetrics(self.font()).lineSpacing()
                at = QRect(0, round(top), area.width() - theme.px(6), line)
                painter.drawText(at, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), str(number))
            top += height
            block = block.next()

    def _fit(self) -> None:
        self.setViewportMargins(self.margin, 0, 0, 0)
        held = self.contentsRect()
        self._numbers.setGeometry(QRect(held.left(), held.top(), self.margin, held.height()))

    def _scroll(self, rect: QRect, by: int) -> None:
        if by:
            self._numbers.scroll(0, by)
        else:
            self._numbers.update(0, rect.y(), self._numbers.width(), rect.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "_numbers"):
            self._fit()


class TextForm(QWidget):
    """``applied`` carries the rule set that the text says; ``typed`` tells that it was changed, and read. What is typed
    stays until it is taken over or given up, also while other pages change the rules."""

    applied = Signal(object)
    typed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft: Draft = {}
        self._base = self._from = ""
        self._reading = Reading(None, ())
        self._read: str | None = None
        self._filling = False
        self._make()
        self.editor.textChanged.connect(self._type)
        self.problems.picked.connect(lambda key: self.editor.go_to(self._reading.problems[int(key)].line))
        self.apply_button.clicked.connect(self.apply)
        self.discard_button.clicked.connect(self.discard)
        self.retranslate()

    def _make(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        self._intro = Label("", "second", wrap=True)
        self.editor = RuleText()
        self._state = Label("", wrap=True)
        self.problems = ProblemList(fit=True)
        self.problems.setMaximumHeight(160)
        self.apply_button, self.discard_button = ActionButton(""), ActionButton("")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._state, 1)
        row.addWidget(self.discard_button)
        row.addWidget(self.apply_button)
        column.addWidget(self._intro)
        card = Card(flush=True)
        card.body.addWidget(self.editor)
        column.addWidget(card, 1)
        column.addLayout(row)
        column.addWidget(self.problems)

    # setters

    def show_draft(self, draft: Draft) -> None:
        """The rule set as it stands. A text that was changed and not taken over stays, and says so."""
        pending = self.unapplied
        self._draft = draft
        if not pending:
            self._fill()
        self._show()

    def forget(self) -> None:
        """Another contest is shown: what was typed for the one before goes."""
        self._draft = {}
        self._fill()
        self._show()

    @property
    def unapplied(self) -> bool:
        """Whether the text says something that was neither taken over nor given up."""
        return self.editor.toPlainText() != self._base

    @property
    def reading(self) -> Reading:
        """The text as it was read last."""
        return self._reading

    @property
    def state(self) -> str:
        """How the text stands, in words."""
        return self._state.text()

    @property
    def wrong(self) -> tuple[Problem, ...]:
        """What keeps the text from being taken over, with its lines; none where it was taken over or could be."""
        if not self.unapplied:
            return ()
        return () if self._reading.rules is not None else tuple(self._named(one) for one in self._reading.problems)

    def apply(self) -> None:
        """Takes the text over, where it is well-formed."""
        rules = self._reading.rules
        if self.unapplied and rules is not None:
            self._base = self.editor.toPlainText()
            self.applied.emit(rules)

    def discard(self) -> None:
        """Gives up what was typed: the text says the rules as they stand."""
        self._fill()
        self._show()
        self.typed.emit()

    # showing

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self._intro.setText(
            tr(
                "The whole rule set as the text of its file (TOML), for changes that are quicker typed. A value that is left"
                " out has its default; comments are not kept."
            )
        )
        self.editor.setAccessibleName(tr("All rules as text"))
        self.problems.setAccessibleName(tr("What is wrong in the text"))
        self.apply_button.set_action(tr("Take it over"))
        self.discard_button.set_action(tr("Give it up"))
        self._show()

    def _fill(self) -> None:
        text = self._from = text_of(self._draft)
        if text != self.editor.toPlainText():
            self._filling = True
            at = self.editor.verticalScrollBar().value()
            self.editor.setPlainText(text)
            self.editor.verticalScrollBar().setValue(at)
            self._filling = False
        self._base = self.editor.toPlainText()
        self._check()

    def _type(self) -> None:
        if not self._filling:
            self._check()
            self.typed.emit()

    def _check(self) -> None:
        text = self.editor.toPlainText()
        if text != self._read:
            self._read = text
            self._reading = read_text(text)
            self._show()

    def _named(self, one: TextProblem) -> Problem:
        problem = one.problem
        words = tr("Line {n}", n=one.line)
        if problem.place and problem.place != "$":
            path = path_of(problem.place)
            zh, en = label_in(self._reading.data, dotted(path))
            words = f"{words} · {either(zh, en)}"
        return Problem(words, problem.zh, problem.en)

    def _show(self) -> None:
        found = self._reading.problems
        self.problems.set_problems([self._named(one) for one in found])
        self.problems.setVisible(bool(found))
        self.editor.set_wrong([one.line for one in found])
        self._show_buttons()

    def _show_buttons(self) -> None:
        pending, found = self.unapplied, self._reading.problems
        if pending and self._reading.rules is None:
            words = tr("Not taken over: it cannot be read yet")
            tone: Tone = "stop"
        elif pending and text_of(self._draft) != self._from:
            words, tone = tr("Not taken over; other pages have changed the rules since, which it would undo"), "warn"
        elif pending:
            words, tone = tr("Not taken over yet"), "warn"
        elif found:
            words, tone = how_many(len(found)), "stop"
        else:
            words, tone = tr("No findings"), "ok"
        self._state.setText(words)
        self._state.set_tone(tone)
        self.apply_button.setEnabled(pending and self._reading.rules is not None)
        self.discard_button.setEnabled(pending)
