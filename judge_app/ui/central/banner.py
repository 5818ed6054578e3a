"""The line under the bar of the All rooms window: that the rooms cannot be seen now, or which files cannot be read."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout

from judge_app.core.errors import Problem
from judge_app.ui.central.board import Board
from judge_app.ui.central.words import sentence
from judge_app.ui.glossary import local_time
from judge_app.ui.language import either, tr, tr_count
from judge_app.ui.theme import Tone, restyle
from judge_app.ui.widgets import Label


class RoomsBanner(QFrame):
    """Away while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.title = Label("", "strong")
        self.text = Label("", "second", wrap=True)
        self.setProperty("kind", "trouble")
        inside = QHBoxLayout(self)
        inside.setContentsMargins(16, 6, 16, 6)
        inside.setSpacing(12)
        inside.addWidget(self.title)
        inside.addWidget(self.text, 1)
        self.hide()

    def set_board(self, board: Board | None, problem: Problem | None) -> None:
        """``problem``: why the rooms cannot be seen now."""
        if board is None or (problem is None and not board.troubles):
            self.hide()
            return
        tone: Tone
        if problem is not None:
            tone = "stop"
            title = tr("The rooms cannot be seen now")
            seen = tr("Shown is what was seen at {at}; it tries again by itself.", at=local_time(board.at))
            text = f"{sentence(either(problem.zh, problem.en))}{either('', ' ')}{seen}"
        else:
            tone = "warn"
            title = tr_count(len(board.troubles), "{n} file cannot be read", "{n} files cannot be read")
            text = " · ".join(
                tr("{place}: {what}", place=one.place, what=either(one.zh, one.en)) for one in board.troubles[:3]
            )
        restyle(self, "tone", tone)
        self.title.set_tone(tone)
        self.title.setText(title)
        self.text.setText(text)
        self.show()
