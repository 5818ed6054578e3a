"""The page of places and awards: how many advance, who does, who is awarded, and which rulings made it so."""

from __future__ import annotations

from PySide6.QtCore import Signal

from judge_app.core.awards import Outcome
from judge_app.core.results import basis_of
from judge_app.ui.central import awards_rows
from judge_app.ui.central.board import Board
from judge_app.ui.central.sections import Sections, quiet
from judge_app.ui.central.table import Table
from judge_app.ui.central.words import said, sentence
from judge_app.ui.language import either, tr
from judge_app.ui.widgets import Card, Label


class AwardsPage(Sections):
    """``quota_asked``: the rounding is to be chosen; ``departure_asked`` carries the project that leaves the list."""

    quota_asked = Signal()
    departure_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._board: Board | None = None
        self._free = True
        self.quota_card, self.quota_table = Card(flush=True), Table(fit=True)
        self._quota_note = Label("", "second", wrap=True)
        self.list_card, self.list_table = Card(flush=True), Table(fit=True)
        self.award_card, self.award_table = Card(flush=True), Table(fit=True)
        self.top_card, self.top_table = Card(flush=True), Table(fit=True)
        self.ruling_card, self.ruling_table = Card(flush=True), Table(fit=True)
        self.quota_button = quiet()
        self.leave_list_button = quiet()
        self.lay_out(
            (self.quota_card, self._quota_note, self.quota_table, self.quota_button),
            (self.list_card, None, self.list_table, self.leave_list_button),
            (self.award_card, None, self.award_table, None),
            (self.top_card, None, self.top_table, None),
            (self.ruling_card, None, self.ruling_table, None),
        )
        # Connect Signals
        self.quota_button.clicked.connect(self.quota_asked)
        self.list_table.picked.connect(lambda _: self._show_list_button())
        self.list_table.list.selectionModel().currentRowChanged.connect(lambda *_: self._show_list_button())
        self.leave_list_button.clicked.connect(lambda: self.departure_asked.emit(self.list_table.list.chosen))

    def set_board(self, board: Board) -> None:
        """What the rooms give together now."""
        self._board = board
        counted = board.counted
        for card in (self.quota_card, self.list_card, self.award_card, self.top_card, self.ruling_card):
            card.setVisible(counted is not None)
        if counted is None:
            return
        held = counted.held
        self.quota_card.setVisible(bool(counted.quotas))
        self.quota_card.set_heading(tr("How many advance"), said(basis_of(held.rules)))
        warnings = [either(*one) for table in counted.quotas.values() for one in table.warnings]
        self._quota_note.setText("\n".join(map(sentence, dict.fromkeys(warnings))))
        self._quota_note.setVisible(bool(warnings))
        self.quota_table.set_table(tr("How many advance"), awards_rows.quota_columns(), awards_rows.quota_rows(counted))
        words, _ = awards_rows.OUTCOME_WORDS[held.tabulation.advance_status]
        self.list_card.setVisible(held.rules.advance is not None)
        self.list_card.set_heading(tr("Those who advance"), tr(words))
        self.list_table.set_table(
            tr("Those who advance"),
            awards_rows.list_columns(),
            awards_rows.list_rows(counted),
            tr("Nobody yet: {why}", why=tr(words)),
        )
        words, _ = awards_rows.OUTCOME_WORDS[held.tabulation.award_status]
        self.award_card.set_heading(tr("Awards"), tr(words))
        unstated = held.tabulation.award_status is Outcome.NOT_STATED
        empty = tr("The rules do not say how many awards there are.") if unstated else tr("None is decided yet.")
        self.award_table.set_table(tr("Awards"), awards_rows.award_columns(), awards_rows.award_rows(counted), empty)
        firsts = awards_rows.top_rows(counted)
        self.top_card.setVisible(bool(firsts))
        words = tr("First of each track") if counted.top.get("track") else tr("First of each topic")
        self.top_card.set_heading(words)
        self.top_table.set_table(words, awards_rows.top_columns(), firsts)
        self.ruling_card.set_heading(tr("Rulings that count"))
        self.ruling_table.set_table(
            tr("Rulings that count"),
            awards_rows.ruling_columns(),
            awards_rows.ruling_rows(counted),
            tr("None has been needed."),
        )
        self._show_list_button()

    def set_free(self, free: bool) -> None:
        """Whether anything may be begun now."""
        self._free = free
        self.quota_button.setEnabled(free)
        self._show_list_button()

    def retranslate(self) -> None:
        """The texts that stand whatever is shown."""
        self.quota_button.setText(tr("Choose the rounding…"))
        self.leave_list_button.setText(tr("The chosen project leaves the list…"))

    def _show_list_button(self) -> None:
        board = self._board
        counted = None if board is None else board.counted
        chosen = self.list_table.list.chosen
        can = board is not None and counted is not None and chosen in counted.held.advance
        public = board is not None and board.log.listed is not None
        self.leave_list_button.setVisible(public)
        self.leave_list_button.setEnabled(can and self._free)
