"""One seat: its computer and how it is replaced, how another one comes in, its presence for the project."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from judge_app.core.seats import Role
from judge_app.core.views import Briefing, HostView, SeatStatus
from judge_app.ui.console.join_box import JoinBox
from judge_app.ui.console.seats import away_seconds
from judge_app.ui.console.troubles import seat_words
from judge_app.ui.glossary import ROLES, duration, judge_class, number
from judge_app.ui.language import tr
from judge_app.ui.widgets import ActionButton, Card, ElidedLabel, Label, Pill
from judge_app.ui.widgets.running import Now


class SeatPanel(Card):
    """Shows one seat. ``presence_asked``, ``replace_asked`` and ``code_asked`` carry the seat; ``closed`` goes back to
    the list."""

    closed = Signal()
    presence_asked = Signal(str)
    replace_asked = Signal(str)
    code_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._status: SeatStatus | None = None
        self._entry_no: str | None = None
        self._wall: datetime | None = None
        top = QHBoxLayout()
        self._name = ElidedLabel("", "lead", lines=2)
        self._back = ActionButton("", "Esc", kind="quiet")
        top.addWidget(self._name, 1)
        top.addWidget(self._back, 0, Qt.AlignmentFlag.AlignTop)
        self._about = Label("", "second", wrap=True)
        self._state = Label("", "strong", wrap=True)
        self._away = Pill()
        self._replace = ActionButton("", kind="danger")
        self._presence = ActionButton("")
        self.join_box = JoinBox()
        inside = QWidget()
        inside.setProperty("kind", "flow")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._about)
        column.addWidget(self._away)
        column.addWidget(self._state)
        column.addWidget(self._presence)
        column.addWidget(self._replace)
        column.addWidget(self.join_box)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        self.body.setContentsMargins(16, 8, 12, 12)
        self.body.addLayout(top)
        self.body.addWidget(self._scroll, 1)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self._back.clicked.connect(self.closed)
        self._presence.clicked.connect(lambda: self.presence_asked.emit(self.seat_id))
        self._replace.clicked.connect(lambda: self.replace_asked.emit(self.seat_id))
        self.join_box.code_asked.connect(lambda: self.code_asked.emit(self.seat_id))

    def set_now(self, now: Now | None) -> None:
        self.join_box.set_now(now)

    @property
    def seat_id(self) -> str:
        return self._status.seat.id if self._status is not None else ""

    def show_seat(self, seat_id: str, view: HostView, briefing: Briefing, entry_no: str | None, wall: datetime) -> bool:
        """Fills the panel; False where the view has no such seat. ``entry_no`` is what presence is asked for."""
        status = next((one for one in view.seats if one.seat.id == seat_id), None)
        if status is None:
            return False
        fresh = seat_id != self.seat_id
        self._status, self._entry_no, self._wall = status, entry_no, wall
        unit = next((card.unit for card in briefing.judges if card.no == status.seat.judge), "")
        parts = [judge_class(status.judge_class) if status.judge_class else tr(ROLES[status.seat.role]), unit]
        self._about.setText(" · ".join(part for part in parts if part))
        self.join_box.setVisible(self.join_box.show_seat(seat_id, view) and not status.online)
        self._replace.setVisible(bool(status.device))
        self._presence.setVisible(status.seat.role is Role.JUDGE and entry_no is not None and status.status is not None)
        if fresh:
            self._scroll.verticalScrollBar().setValue(0)
        self.retranslate()
        return True

    def retranslate(self) -> None:
        self._back.set_action(tr("Back"))
        self._replace.set_action(tr("Replace its computer…"))
        self.join_box.retranslate()
        status = self._status
        if status is None:
            return
        self._name.setText(seat_words(status))
        no = number(self._entry_no) if self._entry_no else ""
        self._presence.set_action(tr("Presence for {no}…", no=no))
        gone = away_seconds(status, self._wall) if self._wall is not None else None
        self._state.setText(tr("Computer: {device}", device=status.device_name) if status.device_name else "")
        self._state.setVisible(bool(status.device and status.device_name))
        if status.online:
            self._away.set(tr("Connected"), "ok")
        elif gone is not None:
            self._away.set(tr("Away {time}", time=duration(gone)), "stop")
        else:
            self._away.set(tr("Not here yet"), "warn")
