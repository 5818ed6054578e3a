"""Layouts that set their items in lines."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from judge_app.ui.widgets import FlowLayout


def test_the_first_of_a_line_takes_what_is_left_and_what_has_no_room_stands_below(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder, gap=8, fill=True)
    yes, no = QPushButton("Mark the difference"), QPushButton("Leave it")
    flow.addWidget(yes)
    flow.addWidget(no)
    both = yes.sizeHint().width() + 8 + no.sizeHint().width()
    flow.setGeometry(QRect(0, 0, both + 100, 200))
    assert (yes.y(), yes.width()) == (no.y(), yes.sizeHint().width() + 100)
    assert no.geometry().right() == both + 99
    flow.setGeometry(QRect(0, 0, both - 1, 200))
    assert no.y() >= yes.y() + yes.height()
    assert yes.width() == no.width() == both - 1
    assert flow.heightForWidth(both - 1) > flow.heightForWidth(both)
