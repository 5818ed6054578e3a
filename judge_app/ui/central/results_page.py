"""The page of the results over all rooms: ranked as the rules have it or, for reading, otherwise; searched by words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from judge_app.ui.central import results_rows
from judge_app.ui.central.board import Board, Counted
from judge_app.ui.central.sections import quiet
from judge_app.ui.central.table import Table
from judge_app.ui.central.troubles import why_uncounted
from judge_app.ui.language import tr
from judge_app.ui.widgets import Card


class ResultsPage(QWidget):
    """``votes_asked`` carries the project whose votes are to be ruled on."""

    votes_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._board: Board | None = None
        self._per = ""
        self._free = True
        self._scopes = QButtonGroup(self)
        self._scope_row = QWidget()
        self.search = QLineEdit()
        self.table = Table()
        self.card = Card(flush=True)
        self.votes_button = quiet()
        self._lay_out()
        # Connect Signals
        self._scopes.buttonClicked.connect(lambda button: self.show_scope(str(button.property("per"))))
        self.search.textChanged.connect(lambda _: self._show())
        self.table.picked.connect(lambda _: self._show_votes_button())
        self.table.list.selectionModel().currentRowChanged.connect(lambda *_: self._show_votes_button())
        self.votes_button.clicked.connect(lambda: self.votes_asked.emit(self.table.list.chosen))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        scopes = QHBoxLayout(self._scope_row)
        scopes.setContentsMargins(0, 0, 0, 0)
        scopes.setSpacing(6)
        for key in results_rows.SCOPES:
            button = QPushButton()
            button.setProperty("kind", "chip")
            button.setProperty("per", key)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._scopes.addButton(button)
            scopes.addWidget(button)
        row.addWidget(self._scope_row)
        row.addStretch(1)
        self.search.setMaximumWidth(260)
        self.search.setMinimumWidth(120)
        row.addWidget(self.search, 1)
        column.addLayout(row)
        self.card.body.addWidget(self.table)
        self._votes_row = QWidget()
        votes = QHBoxLayout(self._votes_row)
        votes.setContentsMargins(8, 4, 8, 8)
        votes.addWidget(self.votes_button)
        votes.addStretch(1)
        self.card.body.addWidget(self._votes_row)
        column.addWidget(self.card, 1)

    # setters

    def set_board(self, board: Board) -> None:
        """What the rooms give together now."""
        self._board = board
        self._show()
        self._show_votes_button()

    def set_free(self, free: bool) -> None:
        """Whether anything may be begun now."""
        self._free = free
        self._show_votes_button()

    def forget(self) -> None:
        """Another contest: it is ranked as its own rules have it."""
        self._per = ""

    def show_scope(self, per: str) -> None:
        """Ranks by all, session, track or topic."""
        self._per = per
        self._show()

    def retranslate(self) -> None:
        """The texts that stand whatever is shown."""
        for button in self._scopes.buttons():
            button.setText(tr(results_rows.SCOPES[str(button.property("per"))]))
        self.search.setPlaceholderText(tr("Find…"))
        self.search.setAccessibleName(tr("Find number, name, unit"))
        self.votes_button.setText(tr("Rule on the chosen project's votes…"))

    # showing

    def _counted(self) -> Counted | None:
        return None if self._board is None else self._board.counted

    def _show(self) -> None:
        if self._board is None:
            return
        counted = self._board.counted
        if counted is None:
            self.card.set_heading("")
            self.table.set_table(tr("Results over all"), [], [], why_uncounted(self._board))
            self._scope_row.setVisible(False)
            return
        official = counted.held.rules.rank_scope
        self._per = self._per if self._per in counted.places else official
        for button in self._scopes.buttons():
            per = str(button.property("per"))
            button.setVisible(per in counted.places)
            button.setChecked(per == self._per)
        self._scope_row.setVisible(len(counted.places) > 1)
        words = (
            tr("Ranks as the rules have them") if self._per == official else tr("For reading: the rules rank otherwise")
        )
        self.card.set_heading(words, results_rows.full_marks(counted))
        made = results_rows.result_rows(counted, self._per, self.search.text().strip())
        empty = tr("Nothing is found.") if self.search.text().strip() else tr("No project has been counted yet.")
        self.table.set_table(tr("Results over all"), results_rows.result_columns(counted), made, empty)

    def _show_votes_button(self) -> None:
        counted = self._counted()
        self._votes_row.setVisible(counted is not None and counted.held.rules.popularity is not None)
        chosen = self.table.list.chosen
        entry = None
        if counted is not None:
            entry = next((one for one in counted.held.book.entries if one.entry_no == chosen), None)
        self.votes_button.setEnabled(entry is not None and bool(entry.votes) and self._free)
