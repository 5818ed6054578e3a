"""Hosting a session: the workbook, what is wrong in it, and which of its sessions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from judge_app.core.contest import Contest, PanelRole
from judge_app.core.errors import Problem
from judge_app.ui.glossary import counts
from judge_app.ui.language import tr, tr_count
from judge_app.ui.start.problems import ProblemList
from judge_app.ui.widgets import ActionButton, Label, OptionCard

SESSION_FILE = ".roadshow"


class HostPage(QWidget):
    """``workbook_chosen`` carries a path; whoever reads it answers with ``set_contest`` or ``set_problems``.

    ``changed`` says that ``ready`` or ``session`` may be another.
    """

    workbook_chosen = Signal(str)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contest: Contest | None = None
        self._read = ""
        self._reading = False
        self._cards: list[OptionCard] = []
        self._group: QButtonGroup | None = None
        self._dialog: QFileDialog | None = None
        self.setAcceptDrops(True)
        self._intro = Label("", "second", wrap=True)
        self.path = QLineEdit()
        self.choose = ActionButton("")
        self._state = Label("", "strong", wrap=True)
        self._which = Label("", "second")
        self.mirror = ""
        """The folder on a second medium that was chosen for the mirror, or ''."""
        self.mirror_button = ActionButton("")
        self._mirror = Label("", "second", wrap=True)
        self.problems = ProblemList()
        self.again = ActionButton("")
        self._sessions = QWidget()
        self._sessions.setProperty("kind", "flow")
        self._list = QVBoxLayout(self._sessions)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(8)
        self._list.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._sessions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._intro)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.path, 1)
        row.addWidget(self.choose)
        column.addLayout(row)
        second = QHBoxLayout()
        second.setSpacing(8)
        second.addWidget(self.mirror_button)
        second.addWidget(self._mirror, 1)
        column.addWidget(self._state)
        column.addWidget(self._which)
        column.addWidget(self._scroll, 1)
        column.addLayout(second)
        column.addWidget(self.problems, 1)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(0)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self.path.returnPressed.connect(self._take_path)
        self.path.editingFinished.connect(self._take_path)
        self.choose.clicked.connect(self.open_dialog)
        self.again.clicked.connect(lambda: self.take(self._read))
        self.mirror_button.clicked.connect(self._choose_mirror)

    @property
    def ready(self) -> bool:
        return self._contest is not None and bool(self.session) and not self._reading

    @property
    def held_before(self) -> bool:
        """Whether the file that was named is that of a session: it is gone on with, there is nothing to choose."""
        return self._read.endswith(SESSION_FILE)

    @property
    def reading(self) -> bool:
        """Whether a workbook that was named is being read."""
        return self._reading

    @property
    def mendable(self) -> bool:
        """Whether what is wrong lies in the workbook's sheets, where it can be put right."""
        sheet = f"{Path(self._read).name} · "
        return not self._reading and any(one.place.startswith(sheet) for one in self.problems.problems)

    @property
    def workbook(self) -> str:
        return self._read

    @property
    def session(self) -> str:
        """The name of the chosen session, or ''."""
        checked = self._group.checkedButton() if self._group is not None else None
        return str(checked.property("session")) if checked is not None else ""

    @property
    def contest(self) -> Contest | None:
        return self._contest

    def set_contest(self, path: str, contest: Contest) -> None:
        """The workbook at ``path`` is in order."""
        if path != self._read:
            return
        self._reading = False
        self._contest = contest
        self.problems.set_problems(())
        self._fill_sessions(contest)
        self.retranslate()
        self.changed.emit()

    def set_problems(self, path: str, problems: Sequence[Problem]) -> None:
        """The workbook at ``path`` cannot be taken; nothing was created."""
        if path != self._read:
            return
        self._reading = False
        self._contest = None
        self._clear_sessions()
        self.problems.set_problems(problems)
        self.retranslate()
        self.changed.emit()

    def retranslate(self) -> None:
        self._intro.setText(
            tr(
                "Choose the organiser's workbook (.xlsx), or the file of a session to go on with (.roadshow), or drop it."
            )
        )
        self.path.setPlaceholderText(tr("Path of the workbook"))
        self.path.setAccessibleName(tr("Path of the workbook"))
        self.choose.set_action(tr("Choose…"))
        self.again.set_action(tr("Read it again"))
        contest, wrong = self._contest, self.problems.count
        if self._reading:
            self._state.setText(tr("Reading the workbook…"))
        elif self.held_before:
            self._state.setText(tr("The file of a session that was hosted before: it goes on with all its records."))
        elif contest is not None:
            self._state.setText(
                tr(
                    "{name}: {counts}",
                    name=contest.name,
                    counts=counts(
                        sessions=len(contest.sessions),
                        projects=len(contest.projects),
                        judges=len(contest.judges),
                    ),
                )
            )
        elif wrong:
            self._state.setText(
                tr_count(
                    wrong,
                    "{n} thing to put right; nothing was created.",
                    "{n} things to put right; nothing was created.",
                )
            )
        self._state.set_tone("stop" if wrong else "plain")
        self._state.setVisible(self._reading or self.held_before or contest is not None or bool(wrong))
        self._which.setText(tr("Which session?"))
        self._which.setVisible(contest is not None)
        self._scroll.setVisible(contest is not None)
        self.mirror_button.set_action(tr("Copy to a USB stick…"))
        self.mirror_button.setVisible(contest is not None)
        self._mirror.setText(self.mirror or tr("Recommended: every record also goes to a second disk, at once."))
        self._mirror.setVisible(contest is not None)
        self.problems.setVisible(bool(wrong))
        self.problems.retranslate()
        self.again.setVisible(bool(wrong))
        if contest is not None:
            self._word_sessions(contest)

    def _take_path(self) -> None:
        typed = self.path.text().strip().strip('"')
        if typed and typed != self._read:
            self.take(typed)

    def take(self, path: str) -> None:
        """A workbook was named: asks for it to be read."""
        self._read = path
        self._contest = None
        self._reading = not self.held_before
        self._clear_sessions()
        self.problems.set_problems(())
        if self.path.text() != path:
            self.path.setText(path)
        self.retranslate()
        self.changed.emit()
        if self._reading:
            self.workbook_chosen.emit(path)

    def open_dialog(self) -> None:
        """The system's file dialog, without stopping anything."""
        dialog = QFileDialog(self, tr("Choose the workbook"), str(Path(self._read).parent) if self._read else "")
        dialog.setNameFilters([tr("Workbooks, sessions (*.xlsx *.roadshow)"), tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take)
        self._dialog = dialog
        dialog.open()

    def _choose_mirror(self) -> None:
        """A folder on another disk, best a USB stick."""
        dialog = QFileDialog(self, tr("Choose a folder on a USB stick or another disk"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.set_mirror)
        self._dialog = dialog
        dialog.open()

    def set_mirror(self, folder: str) -> None:
        """The mirror is to lie there; '' for none."""
        self.mirror = folder
        self.retranslate()

    def _clear_sessions(self) -> None:
        for card in self._cards:
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = []
        self._group = None

    def _fill_sessions(self, contest: Contest) -> None:
        self._clear_sessions()
        self._group = QButtonGroup(self)
        for at, planned in enumerate(contest.sessions):
            card = OptionCard(planned.name)
            card.setProperty("session", planned.name)
            card.setChecked(at == 0)
            self._group.addButton(card)
            self._cards.append(card)
            self._list.insertWidget(at, card)
        self._group.buttonClicked.connect(lambda *_: self.changed.emit())

    def _word_sessions(self, contest: Contest) -> None:
        for planned, card in zip(contest.sessions, self._cards, strict=True):
            panel = [one for one in contest.panel(planned.name) if one.role is not PanelRole.RESERVE]
            counted = counts(projects=len(contest.heard_in(planned.name)), judges=len(panel))
            when = " ".join(part for part in (planned.date, planned.start) if part)
            effect = " · ".join(part for part in (planned.hall, when, counted) if part)
            card.set_words(planned.name, effect)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.take(url.toLocalFile())
                return
