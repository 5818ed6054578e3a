"""One seat: who may come in, its join link with its code, its presence for the project, its computer."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from judge_app.core.seats import Role
from judge_app.core.views import Briefing, HostView, SeatStatus
from judge_app.ui.console.seats import away_seconds
from judge_app.ui.console.troubles import seat_words
from judge_app.ui.glossary import ROLES, duration, judge_class, number
from judge_app.ui.language import tr
from judge_app.ui.widgets import ActionButton, Card, ElidedLabel, Label, Pill, QrCode


class SeatPanel(Card):
    """Shows one seat. ``presence_asked`` carries the seat; ``closed`` goes back to the list."""

    closed = Signal()
    presence_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._status: SeatStatus | None = None
        self._entry_no: str | None = None
        self._wall: datetime | None = None
        self._link = ""
        top = QHBoxLayout()
        self._name = ElidedLabel("", "lead", lines=2)
        self._back = ActionButton("", "Esc", kind="quiet")
        top.addWidget(self._name, 1)
        top.addWidget(self._back, 0, Qt.AlignmentFlag.AlignTop)
        self._about = Label("", "second", wrap=True)
        self._state = Pill()
        self._presence = ActionButton("")
        self._how = Label("", "second", wrap=True)
        self._qr = QrCode()
        self._text = QLineEdit()
        self._text.setReadOnly(True)
        self._copy = ActionButton("")
        self._told = QTimer(self)
        self._told.setSingleShot(True)
        inside = QWidget()
        inside.setProperty("kind", "flow")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._about)
        column.addWidget(self._state)
        column.addWidget(self._qr, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._how)
        column.addWidget(self._text)
        column.addWidget(self._copy)
        column.addWidget(self._presence)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        self.body.setContentsMargins(16, 8, 12, 12)
        self.body.addLayout(top)
        self.body.addWidget(scroll, 1)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self._back.clicked.connect(self.closed)
        self._copy.clicked.connect(self._copy_link)
        self._told.timeout.connect(self.retranslate)
        self._presence.clicked.connect(lambda: self.presence_asked.emit(self.seat_id))

    @property
    def seat_id(self) -> str:
        return self._status.seat.id if self._status is not None else ""

    def show_seat(self, seat_id: str, view: HostView, briefing: Briefing, entry_no: str | None, wall: datetime) -> bool:
        """Fills the panel; False where the view has no such seat. ``entry_no`` is what presence is asked for."""
        self._status = next((status for status in view.seats if status.seat.id == seat_id), None)
        if self._status is None:
            return False
        self._entry_no, self._wall = entry_no, wall
        link = next((one.link for one in view.join_links if one.seat == seat_id), "")
        if link != self._link:
            self._link = link
            self._qr.set_text(link)
            self._text.setText(link)
            self._text.setCursorPosition(0)
        unit = next((card.unit for card in briefing.judges if card.no == self._status.seat.judge), "")
        status = self._status
        parts = [judge_class(status.judge_class) if status.judge_class else tr(ROLES[status.seat.role]), unit]
        self._about.setText(" · ".join(part for part in parts if part))
        for widget in (self._qr, self._how, self._text, self._copy):
            widget.setVisible(bool(link))
        self._presence.setVisible(status.seat.role is Role.JUDGE and entry_no is not None and status.status is not None)
        self.retranslate()
        return True

    def retranslate(self) -> None:
        self._back.set_action(tr("Back"))
        self._how.setText(tr("Paste this link at 'Join' on that computer, or read the code with its camera."))
        self._copy.set_action(tr("Copied") if self._told.isActive() else tr("Copy the link"))
        self._text.setAccessibleName(tr("Join link"))
        self._qr.setAccessibleName(tr("Join link as a code"))
        status = self._status
        if status is None:
            return
        self._name.setText(seat_words(status))
        no = number(self._entry_no) if self._entry_no else ""
        self._presence.set_action(tr("Presence for {no}…", no=no))
        gone = away_seconds(status, self._wall) if self._wall is not None else None
        if status.online:
            self._state.set(tr("Connected: {device}", device=status.device_name or "—"), "ok")
        elif gone is not None:
            self._state.set(tr("Away {time}", time=duration(gone)), "stop")
        else:
            self._state.set(tr("Not here yet"), "warn")

    def _copy_link(self) -> None:
        QGuiApplication.clipboard().setText(self._link)
        self._told.start(2000)
        self.retranslate()
