"""The first thing a joining person sees: how the connection stands and what to do, until the seat's own window opens."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from judge_app.seat.state import Connection, Link
from judge_app.ui.language import either, tr
from judge_app.ui.theme import theme_of
from judge_app.ui.widgets import ActionButton, Card, Check, CheckList, ConnectionBanner, FitScroll, Label


class ConnectingWindow(QWidget):
    """Shows a Connection until there is a briefing. Where it does not come about, ``check_requested`` asks for the
    self-test, whose steps come by ``set_checks``; ``leave_requested`` when the person gives up."""

    leave_requested = Signal()
    check_requested = Signal()

    def __init__(self, address: str) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._address = address
        self._connection = Connection(link=Link.CONNECTING)
        self._checking = False
        theme = theme_of(self)
        self.setMinimumSize(theme.px(480), theme.px(240))
        self.resize(theme.px(720), theme.px(460))
        self._title = Label("", "head", wrap=True)
        self._where = Label("", "second", wrap=True)
        self._advice = Label("", "body", wrap=True)
        self._banner = ConnectionBanner()
        self.checks = CheckList()
        self.again = ActionButton("")
        self._leave = ActionButton("")
        self._leave.clicked.connect(self.leave_requested)
        self.again.clicked.connect(self._ask)
        card = Card()
        for part in (self._title, self._where, self._banner, self._advice):
            card.body.addWidget(part)
        card.body.addWidget(FitScroll(self.checks, share=0.6))
        card.body.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.again)
        buttons.addWidget(self._leave)
        card.body.addLayout(buttons)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(16, 16, 16, 16)
        outside.addWidget(card)
        self.retranslate()

    def set_connection(self, connection: Connection) -> None:
        """How the connection stands now; the first time that it fails the self-test is asked for."""
        failed = connection.link in (Link.OFFLINE, Link.REFUSED)
        fresh = failed and self._connection.link not in (Link.OFFLINE, Link.REFUSED)
        self._connection = connection
        self._banner.set_connection(connection)
        if connection.link in (Link.WAITING_ADMISSION, Link.ONLINE):
            self.checks.set_checks(())
        self._show()
        if fresh:
            self._ask()

    def set_checks(self, checks: Sequence[Check], *, done: bool) -> None:
        """What the self-test has found so far, and whether that is all."""
        self._checking = not done
        if self._connection.link in (Link.OFFLINE, Link.REFUSED):
            self.checks.set_checks(checks)
        self._show()

    def _ask(self) -> None:
        if not self._checking:
            self._checking = True
            self._show()
            self.check_requested.emit()

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self.setWindowTitle(tr("Judge App"))
        self._leave.setText(tr("Leave"))
        self._where.setText(tr("Room at {address}", address=self._address))
        self._show()

    def _show(self) -> None:
        link = self._connection.link
        self._title.setText(
            tr("You cannot join with this link")
            if link is Link.REFUSED
            else tr("Waiting for the host")
            if link is Link.WAITING_ADMISSION
            else tr("The room cannot be reached")
            if link is Link.OFFLINE
            else tr("Joining the room…")
        )
        banner = self._banner.isVisibleTo(self)
        self._advice.setText("" if banner else either(self._connection.zh, self._connection.en))
        self._advice.setVisible(bool(self._advice.text()))
        self.again.set_action(tr("Looking why…") if self._checking else tr("Look again why"))
        self.again.setEnabled(not self._checking)
        self.again.setVisible(link in (Link.OFFLINE, Link.REFUSED))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
