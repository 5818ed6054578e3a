"""The bar on top of the All rooms window: which contest, how near its publication is, and when it was looked at."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy

from judge_app.ui.central.board import Board
from judge_app.ui.central.steps import standing
from judge_app.ui.glossary import local_time
from judge_app.ui.language import tr
from judge_app.ui.widgets import AppearanceButton, ElidedLabel, Pill, TopBar


class RoomsBar(TopBar):
    """``contest_chosen`` carries the key of a contest among several."""

    contest_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._title = ElidedLabel("", "strong")
        self._rehearsal = Pill()
        self.contests = QComboBox()
        self._source = Pill()
        self.standing = Pill()
        self.appearance = AppearanceButton()
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.add_left(self._title, self._rehearsal, self.contests)
        self.add_right(self.standing, self._source, self.appearance)
        self.give_way(self._source, self.standing)
        self.contests.activated.connect(lambda at: self.contest_chosen.emit(str(self.contests.itemData(at))))

    def set_board(self, board: Board | None, *, stale: bool) -> None:
        """``stale``: the rooms cannot be seen now, the board is what was seen last."""
        if board is None:
            self._title.setText(tr("All rooms"))
            for pill in (self._rehearsal, self._source, self.standing):
                pill.set("")
            self.contests.hide()
            self.fit()
            return
        named = board.named
        self._title.setText(" ".join(one for one in (named.name, named.edition, named.region, named.round) if one))
        self._rehearsal.set(tr("Rehearsal") if named.rehearsal else "", "info")
        self.contests.setVisible(len(board.contests) > 1)
        if [self.contests.itemData(at) for at in range(self.contests.count())] != [one.key for one in board.contests]:
            self.contests.clear()
            for one in board.contests:
                words = " ".join(part for part in (one.name, one.edition, one.region, one.round) if part)
                self.contests.addItem(words + (f" · {tr('Rehearsal')}" if one.rehearsal else ""), one.key)
        self.contests.setCurrentIndex([one.key for one in board.contests].index(named.key))
        self.standing.set(*standing(board))
        self._source.set(
            tr("Seen {at}", at=local_time(board.at)), "stop" if stale else "ok", tr("Looked at every two seconds.")
        )
        self.fit()

    def retranslate(self) -> None:
        """The texts that stand whatever is shown."""
        self.contests.setAccessibleName(tr("Contest"))
