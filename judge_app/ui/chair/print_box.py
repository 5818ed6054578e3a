"""Printing from the chair's window: the button with its menu of forms, and what became of the last one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from judge_app.ui.chair.printed import told
from judge_app.ui.glossary import number
from judge_app.ui.language import tr
from judge_app.ui.widgets import Label, Trouble

FORMS = ("F1", "F2", "F3", "F6")
"""What can be printed: judges' sheets and the summary of a project, the ranking and the times of the session."""


class PrintBox(QWidget):
    """``print_requested`` (form, entry number or '' for the session); ``told_changed``: there is other news in ``told``;
    ``charts_asked`` and ``leave_requested``, which stand in the same menu."""

    print_requested = Signal(str, str)
    told_changed = Signal()
    charts_asked = Signal()
    leave_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.told: Trouble | None = None
        """What is to be told of the last form; None where it lies open in a viewer, or was read."""
        self._printing: tuple[str, str] | None = None
        self._entry_no = ""
        self._seen = False
        self._charting = False
        self.button = QToolButton()
        self.note = Label("", "second", wrap=True)
        self.note.hide()
        self.menu = QMenu(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setMenu(self.menu)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column.addWidget(self.button)
        column.addWidget(self.note)
        self.menu.aboutToShow.connect(self._fill_menu)

    # setters

    def set_project(self, entry_no: str, *, seen: bool, charting: bool) -> None:
        """The project in view ('' while there is none), whether its sheets may be seen, and whether charts are shown."""
        self._entry_no = entry_no
        self._seen = seen
        self._charting = charting

    def set_printed(self, form: str, path: str, error: str, *, opened: bool = True) -> None:
        """A form is in the file ``path`` (``opened``: in the system's viewer as well), or why it is not; no path and no
        error: there was nothing to print."""
        entry_no = self._printing[1] if self._printing is not None and self._printing[0] == form else ""
        self._printing = None
        self.told = told(form, entry_no, path, error, opened=opened)
        self.note.setText(tr("Opened in the viewer: {file}", file=Path(path).name) if opened and path else "")
        self.note.setToolTip(path)
        self.retranslate()
        self.told_changed.emit()

    def retranslate(self) -> None:
        """While a form is being made the next one waits."""
        busy = self._printing is not None
        self.button.setEnabled(not busy)
        self.button.setText(tr("Making the pages…") if busy else tr("Print and more…"))
        self.note.setVisible(bool(self.note.text()) and not busy)

    # what a person does

    def print_form(self, form: str, entry_no: str) -> None:
        """Asks for a form (FORMS), of a project or ('') of the session."""
        self._printing = form, entry_no
        self.told = None
        self.retranslate()
        self.told_changed.emit()
        self.print_requested.emit(form, entry_no)

    def act(self, what: str, action: str) -> None:
        """An answer to ``told``; ``what`` is the rest of its key."""
        form, entry_no, path = what.split("|", 2)
        self.told = None
        self.told_changed.emit()
        if action == "again":
            self.print_form(form, entry_no)
        elif action == "copy":
            QGuiApplication.clipboard().setText(path)

    def _fill_menu(self) -> None:
        self.menu.clear()
        no = number(self._entry_no) if self._entry_no else ""
        words = {
            "F1": tr("Judges' sheets of {no} (F1)", no=no),
            "F2": tr("Summary of {no} (F2)", no=no),
            "F3": tr("Ranking of the session (F3)"),
            "F6": tr("Time record of the session (F6)"),
        }
        for form in FORMS:
            action = QAction(words[form], self.menu)
            of_project = form in ("F1", "F2")
            action.setEnabled(not of_project or self._seen)
            entry_no = self._entry_no if of_project else ""
            action.triggered.connect(lambda _=False, form=form, entry_no=entry_no: self.print_form(form, entry_no))
            self.menu.addAction(action)
        self.menu.addSeparator()
        drawn = QAction(tr("Charts: marks of each judge, time used"), self.menu)
        drawn.setCheckable(True)
        drawn.setChecked(self._charting)
        drawn.triggered.connect(self.charts_asked)
        self.menu.addAction(drawn)
        leave = QAction(tr("Leave the room"), self.menu)
        leave.triggered.connect(self.leave_requested)
        self.menu.addAction(leave)
