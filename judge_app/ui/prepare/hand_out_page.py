"""The last step: a folder a room, and whether each session is ready for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from judge_app.core.contest import Contest, PanelRole
from judge_app.core.errors import Problem
from judge_app.exchange.hand_out import HandOut
from judge_app.ui.glossary import counts, people
from judge_app.ui.language import mark, tr, tr_count
from judge_app.ui.prepare.lines import LineList, LineRow
from judge_app.ui.start.problems import ProblemList
from judge_app.ui.theme import Tone
from judge_app.ui.widgets import ActionButton, Card, Label

LACKING = mark("Written, {n} slide deck lacking"), mark("Written, {n} slide decks lacking")
"""A room, or all rooms, whose files lack some: for one, for several."""


class HandOutPage(QWidget):
    """``folder_changed`` says that the folder may be another, ``stop_requested`` that no more is to be written;
    ``open_folder`` opens what was written."""

    folder_changed = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contest = Contest(name="")
        self._problems: tuple[Problem, ...] = ()
        self._done: HandOut | None = None
        self._percent: int | None = None
        self._unconfirmed = 0
        self._orders: dict[str, str] = {}
        self._dialog: QFileDialog | None = None
        self._make()
        self.path.textChanged.connect(lambda _: self.folder_changed.emit())
        self.choose.clicked.connect(self.open_dialog)
        self.show_button.clicked.connect(self.open_folder)
        self.stop_button.clicked.connect(self.stop_requested)
        self.retranslate()

    def _make(self) -> None:
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(12)
        self._room_card = Card(flush=True)
        self.rooms = LineList()
        self._room_card.body.addWidget(self.rooms, 1)
        columns.addWidget(self._room_card, 45)
        right = QVBoxLayout()
        right.setSpacing(8)
        self._where_card = Card()
        self._intro = Label("", "second", wrap=True)
        self.path = QLineEdit()
        self.choose = ActionButton("")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.path, 1)
        row.addWidget(self.choose)
        self._done_text = Label("", tone="ok", wrap=True)
        self._unconfirmed_text = Label("", tone="warn", wrap=True)
        self._lacking_text = Label("", tone="warn", wrap=True)
        self.show_button = ActionButton("")
        self._progress_text = Label("", "second", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.stop_button = ActionButton("")
        self._where_card.body.addWidget(self._intro)
        self._where_card.body.addLayout(row)
        self._where_card.body.addWidget(self._unconfirmed_text)
        self._where_card.body.addWidget(self._done_text)
        self._where_card.body.addWidget(self._lacking_text)
        self._where_card.body.addWidget(self._progress_text)
        self._where_card.body.addWidget(self.progress)
        self._where_card.body.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._where_card.body.addWidget(self.show_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._wrong_card = Card(flush=True, tone="stop")
        self.problems = ProblemList()
        self._wrong_card.body.addWidget(self.problems, 1)
        right.addWidget(self._where_card)
        right.addWidget(self._wrong_card, 100)
        right.addStretch(1)
        columns.addLayout(right, 55)

    # setters

    def set_plan(
        self, contest: Contest, problems: Sequence[Problem], orders: dict[str, str], unconfirmed: int = 0
    ) -> None:
        """The contest, what keeps it from being handed out, how each session's order stands, in words, and how many values
        of the rules nobody has confirmed."""
        self._contest, self._problems, self._orders = contest, tuple(problems), orders
        self._unconfirmed = unconfirmed
        self._fill()

    def set_done(self, done: HandOut | None) -> None:
        """What was written last; None where the contest was changed since."""
        self._done = done
        self._fill()

    def set_progress(self, percent: int | None) -> None:
        """How much of the slides is written, while rooms are; None while none are."""
        self._percent = percent
        self._show_progress()

    @property
    def folder(self) -> str:
        return self.path.text().strip().strip('"')

    # showing

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self._room_card.set_heading(tr("Rooms"))
        self.rooms.setAccessibleName(tr("Rooms"))
        self._where_card.set_heading(tr("Where to"))
        self._intro.setText(
            tr(
                "Each room gets a folder: its session's workbook, the rules, the slides. On the room's computer choose"
                " Host a session and this workbook."
            )
        )
        self.path.setPlaceholderText(tr("Folder, on a stick perhaps"))
        self.path.setAccessibleName(tr("Folder, on a stick perhaps"))
        self.choose.set_action(tr("Choose…"))
        self.show_button.set_action(tr("Show the folder"))
        self._wrong_card.set_heading(tr("First put right"))
        self.stop_button.set_action(tr("Stop writing"))
        self.progress.setAccessibleName(tr("Writing the rooms"))
        self._progress_text.setText(tr("The slides are copied and then read back. You may go on working meanwhile."))
        self._show_progress()
        self._fill()

    def _fill(self) -> None:
        written = {room.session: room for room in self._done.rooms} if self._done is not None else {}
        rows = []
        for planned in self._contest.sessions:
            heard = self._contest.heard_in(planned.name)
            panel = [one for one in self._contest.panel(planned.name) if one.role is not PanelRole.RESERVE]
            counted = counts(projects=len(heard), judges=len(panel))
            parts = [planned.hall, counted, self._orders.get(planned.name, "")]
            room = written.get(planned.name)
            if room is not None and room.lacking:
                parts.append(tr("slides lacking: {numbers}", numbers=people(list(room.lacking))))
            tone: Tone = "ok" if room is not None and not room.lacking else "warn"
            state = "" if room is None else tr_count(len(room.lacking), *LACKING)
            if room is not None and not room.lacking:
                state = tr("Written")
            text = " · ".join(part for part in parts if part)
            rows.append(LineRow(planned.name, planned.name, text, state, tone))
        self.rooms.set_rows(rows)
        self._unconfirmed_text.setVisible(bool(self._unconfirmed))
        self._unconfirmed_text.setText(
            tr_count(
                self._unconfirmed,
                "{n} value of the rules waits to be confirmed: until then no room can publish its results.",
                "{n} values of the rules wait to be confirmed: until then no room can publish its results.",
            )
        )
        self._done_text.setVisible(self._done is not None)
        self.show_button.setVisible(self._done is not None)
        self._lacking_text.setVisible(any(room.lacking for room in written.values()))
        if self._done is not None:
            self._done_text.setText(tr("Written: {folder}", folder=self._done.folder))
            self._lacking_text.setText(
                tr(
                    "The workbook names slides that are not there. Put them beside the workbook under the names that it"
                    " gives and write the rooms again, or bring them to the room, to the paths in its contest.xlsx."
                )
            )
        self._wrong_card.setVisible(bool(self._problems))
        self.problems.set_problems(self._problems)

    def _show_progress(self) -> None:
        busy = self._percent is not None
        for widget in (self._progress_text, self.progress, self.stop_button):
            widget.setVisible(busy)
        self.path.setEnabled(not busy)
        self.choose.setEnabled(not busy)
        self.progress.setValue(self._percent or 0)

    def open_dialog(self) -> None:
        """The system's dialog for a folder, without stopping anything."""
        dialog = QFileDialog(self, tr("Choose a folder for the rooms"), self.folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.path.setText)
        self._dialog = dialog
        dialog.open()

    def open_folder(self) -> None:
        """Opens what was written in the system's file manager."""
        if self._done is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._done.folder))))
