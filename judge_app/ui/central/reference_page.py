"""The page for reference: panels and judges compared, which changes no result."""

from __future__ import annotations

from judge_app.core.leniency import NOTICE
from judge_app.ui.central import reference_rows
from judge_app.ui.central.board import Board
from judge_app.ui.central.sections import Sections
from judge_app.ui.central.table import Table
from judge_app.ui.central.words import said, sentence
from judge_app.ui.language import tr
from judge_app.ui.widgets import Card, Label


class ReferencePage(Sections):
    """A notice that it changes nothing, and the two comparisons below it."""

    def __init__(self) -> None:
        super().__init__()
        self._notice = Label("", "strong", tone="warn", wrap=True)
        self.panel_card, self.panel_table = Card(flush=True), Table(fit=True)
        self.judge_card, self.judge_table = Card(flush=True), Table(fit=True)
        self.lay_out(
            (self.panel_card, None, self.panel_table, None),
            (self.judge_card, None, self.judge_table, None),
            first=self._notice,
        )

    def set_board(self, board: Board) -> None:
        """What was compared, as far as it has been."""
        counted = board.counted
        if counted is None:
            return
        self._notice.setText(sentence(said(NOTICE)))
        empty = tr("Comparing…") if counted.leniency is None else tr("No marks yet.")
        self.panel_card.set_heading(tr("Panels compared"))
        self.panel_table.set_table(
            tr("Panels compared"), reference_rows.panel_columns(), reference_rows.panel_rows(counted), empty
        )
        self.judge_card.set_heading(tr("Judges compared with the others on the same projects"))
        self.judge_table.set_table(
            tr("Judges"), reference_rows.judge_columns(), reference_rows.judge_rows(counted), empty
        )
