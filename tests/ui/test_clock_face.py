"""The clock on the desks: as large as its place allows, at every scale of the look."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.ui.theme import load_fonts, look, wear
from judge_app.ui.theme.type import CLOCK
from judge_app.ui.widgets import ClockFace


@pytest.mark.parametrize(("width", "height"), [(200, 80), (400, 120), (900, 400)])
def test_a_larger_look_in_a_place_that_is_larger_by_as_much_has_a_clock_that_is_larger_by_as_much(
    qtbot: QtBot, qapp: QApplication, width: int, height: int
) -> None:
    load_fonts()
    face = ClockFace()
    qtbot.addWidget(face)
    face.set_idle("8:00")
    sizes = []
    for scale in (1.0, 1.5, 2.0):
        wear(face, look("light", scale))
        face.resize(round(width * scale), round(height * scale))
        sizes.append(face._fitting(face.text))
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= CLOCK
    assert height < 400 or min(sizes) == CLOCK
