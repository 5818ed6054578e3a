"""The page of publishing: what was published, the public list, and the objections to it."""

from __future__ import annotations

from PySide6.QtCore import Signal

from judge_app.core import overall
from judge_app.core.results import basis_of
from judge_app.ui.central import awards_rows, publishing_rows
from judge_app.ui.central.board import Board
from judge_app.ui.central.objection_form import ObjectionForm
from judge_app.ui.central.sections import Sections, quiet
from judge_app.ui.central.table import Table
from judge_app.ui.central.words import said
from judge_app.ui.language import tr
from judge_app.ui.widgets import Card, Label


class PublishingPage(Sections):
    """``folder_asked``: what was published is to be opened; ``decision_asked`` carries an objection's number."""

    folder_asked = Signal()
    decision_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.publication_card, self.publication_table = Card(flush=True), Table(fit=True)
        self.public_card, self.public_table = Card(flush=True), Table(fit=True)
        self._public_note = Label("", "second", wrap=True)
        self.objection_card, self.objection_table = Card(flush=True), Table(fit=True)
        self.objection_form = ObjectionForm()
        self.folder_button = quiet()
        self.lay_out(
            (self.publication_card, None, self.publication_table, self.folder_button),
            (self.public_card, self._public_note, self.public_table, None),
            (self.objection_card, None, self.objection_table, None),
            last=self.objection_form,
        )
        # Connect Signals
        self.folder_button.clicked.connect(self.folder_asked)
        self.objection_table.picked.connect(self.decision_asked)

    def set_board(self, board: Board) -> None:
        """What was published and what came in."""
        counted = board.counted
        kept = tr("Recorded in {file}", file=board.log_path.name) if board.log.publications else ""
        self.publication_card.set_heading(tr("What was published"), kept)
        self.publication_table.set_table(
            tr("What was published"),
            publishing_rows.publication_columns(),
            publishing_rows.publication_rows(board),
            tr("Nothing yet. What is published is recorded here with who, when and from which records."),
        )
        self.folder_button.setVisible(bool(board.log.publications))
        listed = board.log.listed
        self.public_card.setVisible(counted is not None and overall.needs_list(counted.held.rules))
        if counted is not None:
            period = f"{listed.published.start} – {listed.published.end}" if listed is not None else ""
            self.public_card.set_heading(tr("The list"), period)
            note = said(basis_of(counted.held.rules))
            self._public_note.setText(note)
            self.public_table.set_table(
                tr("The list"), awards_rows.list_columns(), awards_rows.list_rows(counted), tr("Nobody is on it yet.")
            )
        self.objection_card.setVisible(listed is not None)
        self.objection_form.setVisible(listed is not None)
        self.objection_card.set_heading(tr("Objections"))
        self.objection_table.set_table(
            tr("Objections"),
            publishing_rows.objection_columns(),
            publishing_rows.objection_rows(board),
            tr("None has come in."),
        )

    def set_free(self, free: bool) -> None:
        """Whether anything may be begun now."""
        for one in (self.objection_table, self.objection_form):
            one.setEnabled(free)

    def retranslate(self) -> None:
        """The texts that stand whatever is shown."""
        self.objection_form.retranslate()
        self.folder_button.setText(tr("Open the folder"))
