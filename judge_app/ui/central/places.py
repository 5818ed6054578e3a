"""Which rooms are to be looked at: a centre's address, a folder or files of sessions."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from judge_app.core.errors import Problem
from judge_app.ui.language import either, tr
from judge_app.ui.widgets import ActionButton, Card, Label


class PlacesPage(QWidget):
    """``places_chosen`` carries a list of places as text. Files and folders may be dropped here."""

    places_chosen = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dialog: QFileDialog | None = None
        self.setAcceptDrops(True)
        self._title = Label("", "head", wrap=True)
        self._text = Label("", "second", wrap=True)
        self._address_text = Label("", "strong")
        self.address = QLineEdit()
        self.address_button = ActionButton("", kind="primary")
        self._address_hint = Label("", "second", wrap=True)
        self._files_text = Label("", "strong")
        self._files_hint = Label("", "second", wrap=True)
        self.folder_button = ActionButton("")
        self.files_button = ActionButton("")
        self._problem = Label("", "strong", tone="stop", wrap=True)
        self._problem.hide()
        self._lay_out()
        self.address.returnPressed.connect(self.take_address)
        self.address_button.clicked.connect(self.take_address)
        self.folder_button.clicked.connect(self._choose_folder)
        self.files_button.clicked.connect(self._choose_files)
        self.retranslate()

    def _lay_out(self) -> None:
        card = Card()
        card.setMaximumWidth(760)
        card.body.setContentsMargins(32, 28, 32, 28)
        card.body.setSpacing(10)
        card.body.addWidget(self._title)
        card.body.addWidget(self._text)
        card.body.addWidget(self._problem)
        card.body.addSpacing(8)
        card.body.addWidget(self._address_text)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.address, 1)
        row.addWidget(self.address_button)
        card.body.addLayout(row)
        card.body.addWidget(self._address_hint)
        card.body.addSpacing(12)
        card.body.addWidget(self._files_text)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.folder_button)
        buttons.addWidget(self.files_button)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        card.body.addWidget(self._files_hint)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card, 8)
        middle.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addLayout(middle)
        column.addStretch(2)

    def retranslate(self) -> None:
        self._title.setText(tr("Which rooms?"))
        self._text.setText(
            tr("All sessions of a contest in one window: their state, the results over all, publishing.")
        )
        self._address_text.setText(tr("From the centre that the rooms send to"))
        self.address.setAccessibleName(tr("Address of the centre"))
        self.address.setPlaceholderText("postgresql://  sqlite:///")
        self.address_button.set_action(tr("Connect"))
        self._address_hint.setText(tr("The address that the rooms were started with; rooms are seen as they run."))
        self._files_text.setText(tr("From session files"))
        self.folder_button.set_action(tr("A folder…"))
        self.files_button.set_action(tr("Files…"))
        self._files_hint.setText(
            tr("Files that were copied here from the rooms (*.roadshow), or drop them on this window.")
        )

    def set_problem(self, problem: Problem | None) -> None:
        """Why the places cannot be looked at."""
        words = "" if problem is None else either(problem.zh, problem.en)
        place = "" if problem is None else problem.place
        self._problem.setText(f"{place}\n{words}" if place and place not in words else words)
        self._problem.setVisible(bool(words))

    def take_address(self) -> None:
        text = self.address.text().strip()
        if text:
            self.places_chosen.emit([text])

    def _choose_folder(self) -> None:
        self._open_dialog(QFileDialog.FileMode.Directory, tr("Folder with session files"))

    def _choose_files(self) -> None:
        self._open_dialog(QFileDialog.FileMode.ExistingFiles, tr("Session files"))

    def _open_dialog(self, mode: QFileDialog.FileMode, title: str) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(mode)
        if mode is QFileDialog.FileMode.ExistingFiles:
            dialog.setNameFilter(tr("Session files (*.roadshow)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda paths: self.places_chosen.emit(list(paths)))
        self._dialog = dialog
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.places_chosen.emit(paths)
