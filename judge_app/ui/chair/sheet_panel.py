"""The chosen judge's sheet: his words, its history, and what the chair can do with it; and with the project."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.views import JudgeCard, SheetLine
from judge_app.ui.glossary import judge_class
from judge_app.ui.language import tr
from judge_app.ui.widgets import ActionButton, Card, ElidedLabel, FlowLayout, Label


class SheetPanel(Card):
    """``asked`` carries what is to be done: return, presence, reopen, votes, disqualify."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._line: SheetLine | None = None
        self._card: JudgeCard | None = None
        self._stage: ProjectStage | None = None
        self._may = False
        self._votes = False
        self._name = ElidedLabel("", "strong")
        self._words = Label("", "second", wrap=True)
        self.buttons = {
            "return": ActionButton("", "R"),
            "presence": ActionButton("", "A"),
            "reopen": ActionButton("", kind="danger"),
            "votes": ActionButton(""),
            "disqualify": ActionButton("", kind="danger"),
        }
        self._acts = QWidget()
        row = FlowLayout(self._acts, gap=8)
        for what, button in self.buttons.items():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, what=what: self.asked.emit(what))
            row.addWidget(button)
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.addWidget(self._name)
        self.body.addWidget(self._words)
        self.body.addWidget(self._acts)

    def set_line(
        self,
        line: SheetLine | None,
        card: JudgeCard | None,
        stage: ProjectStage | None,
        may: bool,
        *,
        votes: bool = False,
    ) -> None:
        """The chosen line, or None; ``may``: this seat may return sheets and set presence; ``votes``: and rule on the
        project's votes."""
        self._line, self._card, self._stage, self._may, self._votes = line, card, stage, may, votes
        self.retranslate()

    def can(self, what: str) -> bool:
        """Whether an action can be taken now."""
        return not self.buttons[what].isHidden() and self.buttons[what].isEnabled()

    def retranslate(self) -> None:
        texts = {
            "return": tr("Return…"),
            "presence": tr("Presence…"),
            "reopen": tr("Open again…"),
            "votes": tr("Votes…"),
            "disqualify": tr("Disqualify…"),
        }
        for what, button in self.buttons.items():
            button.set_action(texts[what])
        line, card, locked = self._line, self._card, self._stage is ProjectStage.LOCKED
        if line is None or card is None:
            self._name.setText("")
            may = tr("Choose a judge's line to see the comment, or to return the sheet.")
            self._words.setText(may if self._may else tr("Choose a judge's line to see the comment."))
        else:
            self._name.setText(f"{card.no} {card.name}")
            self._words.setText(self._about(line, card))
        self._name.setVisible(line is not None)
        self.buttons["return"].setVisible(self._may and not locked and line is not None)
        self.buttons["presence"].setVisible(self._may and not locked and line is not None)
        self.buttons["return"].setEnabled(line is not None and line.status is SheetStatus.SUBMITTED)
        self.buttons["reopen"].setVisible(self._may and locked)
        settled = self._stage in (ProjectStage.CLOSED, ProjectStage.SCORING)
        self.buttons["disqualify"].setVisible(self._may and line is None and settled)
        self.buttons["votes"].setVisible(self._may and line is None and self._votes)
        self._acts.setVisible(any(not button.isHidden() for button in self.buttons.values()))

    def _about(self, line: SheetLine, card: JudgeCard) -> str:
        parts = [" · ".join(part for part in (judge_class(card.judge_class), card.unit) if part)]
        if line.seq is not None and line.status is SheetStatus.SUBMITTED:
            parts.append(tr("Recorded #{seq}, version {n}", seq=line.seq, n=line.revision))
        if line.reason:
            parts.append(tr("Reason: {reason}", reason=line.reason))
        if line.comment:
            parts.append(tr("Comment: {comment}", comment=line.comment))
        return "\n".join(parts)
