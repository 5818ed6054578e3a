"""The page of the rooms: every session in a line with what it does, and how far all of them are together."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal

from judge_app.ui.central import rooms_rows
from judge_app.ui.central.board import Board
from judge_app.ui.central.table import Table
from judge_app.ui.language import tr, tr_count
from judge_app.ui.widgets import Card


class RoomsPage(Card):
    """``picked`` carries the session of the room that is asked about."""

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__(flush=True)
        self.table = Table()
        self.body.addWidget(self.table)
        self.table.picked.connect(self.picked)

    def set_board(self, board: Board, now: datetime) -> None:
        """``now`` is for how long ago each room was heard of."""
        total = sum(one.total for one in board.progress.values())
        heard = sum(one.heard + one.out for one in board.progress.values())
        locked = sum(1 for room in board.rooms if room.state.locked)
        self.set_heading(
            tr_count(len(board.rooms), "{n} session", "{n} sessions"),
            tr("{locked} locked · {heard} of {total} projects heard", locked=locked, heard=heard, total=total),
        )
        self.table.set_table(tr("Rooms"), rooms_rows.room_columns(), rooms_rows.room_rows(board, now))

    def choose(self, session_id: str) -> None:
        """Marks a room's line."""
        self.table.list.choose(session_id)
