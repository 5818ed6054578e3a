"""The looks are readable, and a window may wear its own."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from judge_app.ui.theme import DARK, LOOKS, Theme, contrast, look, theme_of, wear


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_every_text_pair_of_a_look_is_readable(name: str) -> None:
    palette = LOOKS[name]
    assert [(one, two) for one, two in palette.pairs() if contrast(one, two) < palette.least] == []


def test_the_contrast_of_black_on_white_is_21_and_of_a_colour_on_itself_1() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#0b6e6e", "#0b6e6e") == pytest.approx(1)


def test_a_window_wears_its_own_theme_over_that_of_the_application(qapp: QApplication) -> None:
    wear(qapp, look("light"))
    window, other = QWidget(), QWidget()
    inside = QLabel("x", window)
    wear(window, Theme(palette=DARK))
    assert theme_of(inside).palette is DARK
    assert theme_of(other).palette.name == "light"


def test_a_look_that_is_not_known_is_light_and_a_scale_stays_between_1_and_2() -> None:
    assert look("purple").palette.name == "light"
    assert (look("dark", 9).scale, look("dark", 0.1).scale) == (2.0, 1.0)
