"""The built-in show: pages as pictures, the presenter's keys and clicker, and the latch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from judge_app.show import guard
from judge_app.show.driver import Box, ShowError
from judge_app.show.pdf import DeckWindow, PdfDriver, PdfPages

SCREEN = Box(x=0, y=0, width=640, height=360)
RED, GREEN, BLUE, BLACK = QColor(255, 0, 0), QColor(0, 255, 0), QColor(0, 0, 255), QColor(0, 0, 0)


@pytest.fixture
def show(qtbot: QtBot, deck: Path) -> Iterator[PdfDriver]:
    window = DeckWindow()
    qtbot.addWidget(window, before_close_func=lambda gone: gone.hide())
    driver = PdfDriver(window)
    driver.open(deck)
    driver.start(SCREEN)
    yield driver
    driver.close()


def colour(show: PdfDriver) -> QColor:
    picture = show.window.grab().toImage()
    return picture.pixelColor(picture.width() // 2, picture.height() // 2)


def test_a_page_is_drawn_as_large_as_fits_in_its_own_ratio(deck: Path) -> None:
    pages = PdfPages(deck)
    assert pages.count == 3
    assert pages.size(1) == (960.0, 540.0)
    picture = pages.picture(2, QSize(1280, 1024))
    assert (picture.width(), picture.height()) == (1280, 720)
    assert picture.pixelColor(640, 360) == GREEN
    pages.close()


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_Return]
)
def test_keys_and_clickers_go_on(qtbot: QtBot, show: PdfDriver, key: Qt.Key) -> None:
    assert colour(show) == RED
    qtbot.keyClick(show.window, key)
    assert show.window.slide == 2
    assert colour(show) == GREEN


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Backspace])
def test_keys_and_clickers_go_back(qtbot: QtBot, show: PdfDriver, key: Qt.Key) -> None:
    show.go(3)
    qtbot.keyClick(show.window, key)
    assert show.window.slide == 2


def test_the_ends_hold(qtbot: QtBot, show: PdfDriver) -> None:
    qtbot.keyClick(show.window, Qt.Key.Key_Left)
    assert show.window.slide == 1
    qtbot.keyClick(show.window, Qt.Key.Key_End)
    qtbot.keyClick(show.window, Qt.Key.Key_Space)
    assert show.window.slide == 3
    qtbot.keyClick(show.window, Qt.Key.Key_Home)
    assert show.window.slide == 1


def test_a_number_and_enter_jump(qtbot: QtBot, show: PdfDriver) -> None:
    qtbot.keyClicks(show.window, "3")
    qtbot.keyClick(show.window, Qt.Key.Key_Return)
    assert show.window.slide == 3


@pytest.mark.parametrize("key", [Qt.Key.Key_B, Qt.Key.Key_Period])
def test_black_and_back_on_the_same_slide(qtbot: QtBot, show: PdfDriver, key: Qt.Key) -> None:
    show.go(2)
    qtbot.keyClick(show.window, key)
    assert colour(show) == BLACK
    qtbot.keyClick(show.window, key)
    assert colour(show) == GREEN


def test_going_on_from_black_shows_the_slide_that_was_hidden(qtbot: QtBot, show: PdfDriver) -> None:
    show.go(2)
    qtbot.keyClick(show.window, Qt.Key.Key_B)
    qtbot.keyClick(show.window, Qt.Key.Key_PageDown)
    assert colour(show) == GREEN


def test_escape_and_the_close_button_do_not_end_a_show(qtbot: QtBot, show: PdfDriver) -> None:
    qtbot.keyClick(show.window, Qt.Key.Key_Escape)
    show.window.close()
    assert show.is_running()


def test_clicks_go_on_and_back(qtbot: QtBot, show: PdfDriver) -> None:
    qtbot.mouseClick(show.window, Qt.MouseButton.LeftButton)
    assert show.window.slide == 2
    qtbot.mouseClick(show.window, Qt.MouseButton.RightButton)
    assert show.window.slide == 1


def test_moving_is_told(qtbot: QtBot, show: PdfDriver) -> None:
    with qtbot.waitSignal(show.window.moved) as told:
        qtbot.keyClick(show.window, Qt.Key.Key_Space)
    assert told.args == [2]


def test_the_ladder_ends_it_at_the_first_rung_and_nothing_starts_it_again(show: PdfDriver) -> None:
    verdict = guard.end_show(show, lambda: 5)
    assert verdict is not None
    assert (verdict.method, verdict.gone_ns, verdict.confirmed) == ("end", 5, True)
    with pytest.raises(ShowError):
        show.start(SCREEN)
    assert not show.is_running()
    show.allow()
    show.start(SCREEN, slide=2)
    assert show.window.slide == 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 but no more", "不是 PDF".encode()])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "坏文件.pdf"
    path.write_bytes(content)
    with pytest.raises(ShowError, match=r"坏文件\.pdf"):
        PdfPages(path)
