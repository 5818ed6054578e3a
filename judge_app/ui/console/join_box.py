"""How a computer comes to a seat: the room's addresses, the 8-digit code with its time left, the link and its QR code."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from judge_app.core.views import HostView, JoinLink
from judge_app.ui.glossary import duration
from judge_app.ui.language import tr
from judge_app.ui.widgets import ActionButton, Countdown, FlowLayout, Label, QrCode
from judge_app.ui.widgets.running import Now


class CodeTime(Countdown):
    """How long the code can still be used."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._words = Label("", "second")
        row.addWidget(self._words)

    def on_second(self, seconds: int) -> None:
        self._words.setText(tr("valid for {time}", time=duration(seconds)))


class JoinBox(QWidget):
    """Shows one seat's ways in; ``code_asked`` wants a fresh code for it."""

    code_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = JoinLink(seat="", link="")
        self._addresses: tuple[tuple[str, str], ...] = ()
        self._where = Label("", "second", wrap=True)
        self._address = Label("", "lead")
        self._address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._others = Label("", "second", wrap=True)
        self._code = Label("", "head", tone="brand")
        self._time = CodeTime()
        self._make = ActionButton("", "K")
        self._make.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._copy_code = ActionButton("", "Ctrl C")
        self._copy_code.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._how = Label("", "second", wrap=True)
        self._qr = QrCode()
        self._text = QLineEdit()
        self._text.setReadOnly(True)
        self._copy = ActionButton("")
        self._copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._copied = ""
        self._told = QTimer(self)
        self._told.setSingleShot(True)
        self._lay_out()
        self._make.clicked.connect(self.code_asked)
        self._copy.clicked.connect(self._copy_link)
        self._copy_code.clicked.connect(self.copy_invitation)
        self._told.timeout.connect(self._forget_copied)
        self.retranslate()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        code = FlowLayout(gap=12)  # how long it holds stands below where there is no room beside
        code.addWidget(self._code)
        code.addWidget(self._time)
        for button in (self._copy_code, self._make, self._copy):  # the name of its key gives way before its words
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for widget in (self._where, self._address, self._others):
            column.addWidget(widget)
        column.addLayout(code)
        column.addWidget(self._copy_code)
        column.addWidget(self._make)
        column.addSpacing(8)
        column.addWidget(self._how)
        column.addWidget(self._qr, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._text)
        column.addWidget(self._copy)

    def set_now(self, now: Now | None) -> None:
        self._time.set_now(now)

    def show_seat(self, seat_id: str, view: HostView) -> bool:
        """Fills the box; False where the room offers this seat no way in."""
        link = next((one for one in view.join_links if one.seat == seat_id), None)
        if link is None:
            return False
        if link != self._link:
            self._qr.set_text(link.link)
            self._text.setText(link.link)
            self._text.setCursorPosition(0)
        self._link, self._addresses = link, view.addresses
        self._time.set_until(link.code_until_ns)
        self.retranslate()
        return True

    @property
    def code(self) -> str:
        """The code as it is read out; '' while there is none."""
        return self._link.join_code

    def retranslate(self) -> None:
        link, addresses = self._link, self._addresses
        self._where.setText(tr("On that computer choose Join and type the address and the code:"))
        self._address.setText(addresses[0][0] if addresses else "")
        others = " · ".join(named(address, network) for address, network in addresses[1:4])
        self._others.setText(tr("If that does not connect: {addresses}", addresses=others) if others else "")
        for widget in (self._where, self._address, self._make):
            widget.setVisible(bool(addresses))
        self._others.setVisible(bool(others))
        self._code.setText(link.join_code)
        self._code.setVisible(bool(link.join_code))
        self._copy_code.setVisible(bool(addresses and link.join_code))
        told = tr("Copied")
        self._copy_code.set_action(told if self._copied == "code" else tr("Copy address and code"))
        self._make.set_action(tr("Another code") if link.join_code else tr("Make a code"))
        self._how.setText(tr("Or paste this link there, or read it with a camera:"))
        self._copy.set_action(told if self._copied == "link" else tr("Copy the link"))
        self._text.setAccessibleName(tr("Join link"))
        self._qr.setAccessibleName(tr("Join link as a code"))

    def copy_invitation(self) -> None:
        """The address and the code as they are typed at Join, for a message to that person; the link without a code."""
        if self._addresses and self._link.join_code:
            self._put(f"{self._addresses[0][0]} {self._link.join_code}", "code")
        else:
            self._copy_link()

    def _copy_link(self) -> None:
        self._put(self._link.link, "link")

    def _put(self, text: str, what: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._copied = what
        self._told.start(2000)
        self.retranslate()

    def _forget_copied(self) -> None:
        self._copied = ""
        self.retranslate()


def named(address: str, network: str) -> str:
    """An address with the network it is on."""
    return f"{address} ({network})" if network else address
