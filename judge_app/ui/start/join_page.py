"""Joining: a link that is pasted, an address with the 8-digit code, or a room that was found on the network."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from judge_app.core.errors import BadInput
from judge_app.ui.language import either, tr
from judge_app.ui.theme import Theme
from judge_app.ui.theme.type import MEDIUM, SMALL
from judge_app.ui.widgets import ActionButton, Check, CheckList, Label, Pill, RowList
from judge_app.ui.widgets.paint import paint_text
from judge_app.ui.widgets.rows import Row, RowDelegate
from judge_app.wire.link import SCHEME, read_link


class FoundRoom(msgspec.Struct, frozen=True):
    """A room that says it is on this network: its session's name, its address and port. A hint, and no more."""

    name: str
    address: str

    @property
    def key(self) -> str:
        return self.address

    def spoken(self) -> str:
        return f"{self.name} {self.address}"


class FoundDelegate(RowDelegate):
    """Name and address."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        return theme.px(40)

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, FoundRoom)
        small = theme.font(SMALL)
        width = QFontMetrics(small).horizontalAdvance(row.address) + 2
        right = QRect(rect.right() - width, rect.y(), width, rect.height())
        paint_text(painter, right, row.address, small, theme.colour("ink_2"))
        room = rect.adjusted(theme.px(12), 0, -width - theme.px(8), 0)
        paint_text(painter, room, row.name, theme.font(weight=MEDIUM), theme.colour("ink"))


class JoinPage(QWidget):
    """``changed`` when what stands in the field changed; ``find_requested`` asks to look for rooms."""

    changed = Signal()
    find_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._looking = False
        self._looked = False
        self._text = Label("", "second", wrap=True)
        self.link = QLineEdit()
        self._state = Pill()
        self._hint = Label("", "second", wrap=True)
        self.checks = CheckList(("address", "port"))
        self._found_text = Label("", "strong")
        self._again = ActionButton("", kind="quiet")
        self._again.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._none = Label("", "second", wrap=True)
        self.found_list = RowList(FoundDelegate, fit=True)
        self._name_text = Label("", "second", wrap=True)
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self._lay_out()
        self.link.textChanged.connect(self._changed)
        self.found_list.picked.connect(self._take_found)
        self._again.clicked.connect(self.look)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        state = QHBoxLayout()
        state.setSpacing(8)
        state.addWidget(self._state, 0, Qt.AlignmentFlag.AlignTop)
        state.addWidget(self._hint, 1)
        found = QHBoxLayout()
        found.addWidget(self._found_text, 1)
        found.addWidget(self._again)
        column.addWidget(self._text)
        column.addWidget(self.link)
        column.addLayout(state)
        column.addWidget(self.checks)
        column.addLayout(found)
        column.addWidget(self.found_list)
        column.addWidget(self._none)
        column.addSpacing(8)
        column.addWidget(self._name_text)
        column.addWidget(self.name)
        column.addStretch(1)

    @property
    def invitation(self) -> str:
        """What was typed or pasted: a link without its line breaks, or an address and a code."""
        text = self.link.text().strip()
        return "".join(text.split()) if _is_link(text) else text

    @property
    def ready(self) -> bool:
        return self._problem() is None and bool(self.invitation)

    def look(self) -> None:
        """Look for rooms on the network, unless that is being done."""
        if not self._looking:
            self._looking = True
            self.retranslate()
            self.find_requested.emit()

    def set_found(self, rooms: Sequence[FoundRoom]) -> None:
        """The rooms that answered."""
        self._looking, self._looked = False, True
        self.found_list.set_rows(list(rooms))
        self.retranslate()

    def set_checks(self, checks: Sequence[Check]) -> None:
        """How far the address could be reached."""
        self.checks.set_checks(checks)

    def show_page(self) -> None:
        """The page is opened: the field has the keys, and rooms are looked for once."""
        self.link.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self._looked:
            self.look()

    def _take_found(self, address: str) -> None:
        self.link.setText(f"{address} ")
        self.link.setFocus(Qt.FocusReason.OtherFocusReason)
        self.link.end(False)

    def _changed(self) -> None:
        self.checks.set_checks(())
        self._show_state()
        self.changed.emit()

    def _problem(self) -> BadInput | None:
        """What is wrong with what was typed; None where it is in order."""
        text = self.link.text().strip()
        try:
            if _is_link(text):
                read_link(text)
            else:
                from judge_app.wire.pairing import read_by_code

                read_by_code(text)
        except BadInput as error:
            return error
        return None

    def _show_state(self) -> None:
        text = self.link.text().strip()
        self._state.setVisible(bool(text))
        self._hint.setText("")
        if not text:
            return
        problem = self._problem()
        if problem is None:
            address = read_link(text).origin.removeprefix("https://") if _is_link(text) else text.split()[0]
            self._state.set(tr("In order"), "ok")
            self._hint.setText(tr("Room at {address}", address=address))
        elif any(text == row.key for row in self.found_list.rows):
            self._state.set(tr("The code is still missing"), "warn")
            self._hint.setText(tr("Ask the host for this seat's 8-digit code and type it after the address."))
        else:
            self._state.set(tr("Not complete yet"), "warn")
            self._hint.setText(either(problem.problems[0].zh, problem.problems[0].en))

    def retranslate(self) -> None:
        self._text.setText(tr("Paste the link that the host gives you, or type the host's address and the code:"))
        self.link.setPlaceholderText("rsj://…   192.168.1.5:41234 3740 2915")
        self.link.setAccessibleName(tr("Join link, or address and code"))
        self._found_text.setText(tr("Rooms on this network"))
        self._again.set_action(tr("Looking…") if self._looking else tr("Look again"))
        self._again.setEnabled(not self._looking)
        self.found_list.setAccessibleName(tr("Rooms on this network"))
        rooms = bool(self.found_list.rows)
        self.found_list.setVisible(rooms)
        self._none.setText(
            tr("Choose yours, then type the code.")
            if rooms
            else tr("None answers. In many networks that is usual: type the address that the host shows.")
        )
        self._none.setVisible(rooms or (self._looked and not self._looking))
        self._name_text.setText(tr("Name of this computer, as the host sees it (may stay empty)"))
        self.name.setAccessibleName(tr("Name of this computer, as the host sees it (may stay empty)"))
        self._show_state()


def _is_link(text: str) -> bool:
    return text.lower().startswith(f"{SCHEME}:")
