"""The first thing a joining person sees: how the connection stands and what to do, until the seat's own window opens."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from judge_app.seat.state import Connection, Link
from judge_app.ui.language import either, tr
from judge_app.ui.theme import theme_of
from judge_app.ui.widgets import ActionButton, Card, ConnectionBanner, Label


class ConnectingWindow(QWidget):
    """Shows a Connection until there is a briefing; ``leave_requested`` when the person gives up."""

    leave_requested = Signal()

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address
        self._connection = Connection(link=Link.CONNECTING)
        theme = theme_of(self)
        self.setMinimumSize(theme.px(480), theme.px(240))
        self.resize(theme.px(640), theme.px(320))
        self._title = Label("", "head", wrap=True)
        self._where = Label("", "second", wrap=True)
        self._advice = Label("", "body", wrap=True)
        self._banner = ConnectionBanner()
        self._leave = ActionButton("")
        self._leave.clicked.connect(self.leave_requested)
        card = Card()
        for part in (self._title, self._where, self._banner, self._advice):
            card.body.addWidget(part)
        card.body.addStretch(1)
        card.body.addWidget(self._leave, 0, Qt.AlignmentFlag.AlignRight)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(16, 16, 16, 16)
        outside.addWidget(card)
        self.retranslate()

    def set_connection(self, connection: Connection) -> None:
        """How the connection stands now."""
        self._connection = connection
        self._banner.set_connection(connection)
        self._show()

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self.setWindowTitle(tr("Judge App"))
        self._leave.setText(tr("Leave"))
        self._where.setText(tr("Room at {address}", address=self._address))
        self._show()

    def _show(self) -> None:
        refused = self._connection.link is Link.REFUSED
        waiting = self._connection.link is Link.WAITING_ADMISSION
        self._title.setText(
            tr("You cannot join with this link")
            if refused
            else tr("Waiting for the host")
            if waiting
            else tr("Joining the room …")
        )
        self._advice.setText(either(self._connection.zh, self._connection.en))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
