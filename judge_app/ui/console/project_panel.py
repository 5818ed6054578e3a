"""One project of the running order: what it is, where it stands, and what the host can do with it now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, HostView, ProjectProgress
from judge_app.ui.glossary import OUT, STAGES, number, people
from judge_app.ui.language import tr
from judge_app.ui.widgets import ActionButton, Card, ElidedLabel, Label, Pill


class ProjectPanel(Card):
    """``asked`` carries what is to be done: call, no-show, withdraw, disqualify, close, earlier, later."""

    asked = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._progress: ProjectProgress | None = None
        self._free = True
        self._ends = (False, False)
        top = QHBoxLayout()
        self._number = Label("", "number", tone="brand")
        self._state = Pill()
        self._back = ActionButton("", "Esc", kind="quiet")
        top.addWidget(self._number)
        top.addStretch(1)
        top.addWidget(self._back)
        self._name = ElidedLabel("", "strong", lines=3)
        self._unit = ElidedLabel("", "second", lines=2)
        self._buttons = {
            what: ActionButton("", kind="danger" if what in ("withdraw", "disqualify") else "plain")
            for what in ("call", "close", "earlier", "later", "no-show", "withdraw", "disqualify")
        }
        moves = QHBoxLayout()
        moves.addWidget(self._buttons["earlier"])
        moves.addWidget(self._buttons["later"])
        self.body.setContentsMargins(16, 8, 12, 12)
        self.body.setSpacing(6)
        self.body.addLayout(top)
        self.body.addWidget(self._state)
        self.body.addWidget(self._name)
        self.body.addWidget(self._unit)
        self.body.addWidget(self._buttons["call"])
        self.body.addWidget(self._buttons["close"])
        self.body.addLayout(moves)
        self.body.addWidget(self._buttons["no-show"])
        self.body.addWidget(self._buttons["withdraw"])
        self.body.addWidget(self._buttons["disqualify"])
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self._back.clicked.connect(self.closed)
        for what, button in self._buttons.items():
            button.clicked.connect(lambda _=False, what=what: self.asked.emit(what))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def entry_no(self) -> str:
        return self._progress.entry_no if self._progress is not None else ""

    def show_project(self, entry_no: str, view: HostView, briefing: Briefing, waiting: tuple[str, ...]) -> bool:
        """Fills the panel; False where there is no such project. ``waiting`` is the order in which the rest wait."""
        self._progress = next((one for one in view.projects if one.entry_no == entry_no), None)
        project = next((one for one in briefing.projects if one.entry_no == entry_no), None)
        if self._progress is None or project is None:
            return False
        self._name.setText(project.name)
        units = [project.lead_unit, *project.partner_units]
        self._unit.setText(" · ".join(part for part in (people([u for u in units if u]), project.captain) if part))
        busy = next((one.stage for one in view.projects if one.entry_no == view.current), None)
        self._free = busy not in (ProjectStage.RUNNING, ProjectStage.BETWEEN)
        at = waiting.index(entry_no) if entry_no in waiting else -1
        self._ends = (at > 0, 0 <= at < len(waiting) - 1)
        self.retranslate()
        return True

    def retranslate(self) -> None:
        self._back.set_action(tr("Back"))
        texts = {
            "call": tr("Call it now"),
            "close": tr("Close its scoring…"),
            "earlier": tr("Earlier"),
            "later": tr("Later"),
            "no-show": tr("Did not come…"),
            "withdraw": tr("Withdraws…"),
            "disqualify": tr("Disqualify…"),
        }
        for what, button in self._buttons.items():
            button.set_action(texts[what])
        progress = self._progress
        if progress is None:
            return
        self._number.setText(number(progress.entry_no))
        words, tone = STAGES[progress.stage]
        self._state.set(tr(words), tone)
        stage = progress.stage
        before = stage in (ProjectStage.WAITING, ProjectStage.CALLED)
        if stage is ProjectStage.CALLED:
            self._buttons["call"].set_action(tr("Call again ({n} so far)", n=progress.call))
        self._buttons["call"].setVisible(before)
        self._buttons["call"].setEnabled(self._free and progress.call < 3)
        self._buttons["close"].setVisible(stage is ProjectStage.SCORING)
        for what, possible in zip(("earlier", "later"), self._ends, strict=True):
            self._buttons[what].setVisible(stage is ProjectStage.WAITING)
            self._buttons[what].setEnabled(possible)
        self._buttons["no-show"].setVisible(before)
        gone = stage in OUT or stage in (ProjectStage.LOCKED, ProjectStage.RUNNING)
        for what in ("withdraw", "disqualify"):
            self._buttons[what].setVisible(not gone)
