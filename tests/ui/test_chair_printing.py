"""Whoever prints from the chair's window is told what became of it: open in a viewer, only a file, or why nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.ui import samples
from judge_app.ui.chair import ChairWindow
from judge_app.ui.scenes.chair import chair
from tests.ui.desk import button, dressed


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[None]:
    with dressed(qapp):
        yield


@pytest.fixture
def window(qtbot: QtBot) -> ChairWindow:
    made = chair(samples.under_way())
    qtbot.addWidget(made)
    made.show()
    return made


def told(window: ChairWindow) -> list[tuple[str, str]]:
    return [(one.title, one.text) for one in window.tasks.troubles if one.key.startswith("printed|")]


def test_while_the_pages_are_made_the_button_says_so_and_waits(window: ChairWindow) -> None:
    asked: list[tuple[str, str]] = []
    window.print_requested.connect(lambda *given: asked.append(given))
    window.print_box.print_form("F3", "")
    assert asked == [("F3", "")]
    assert not window.print_box.button.isEnabled()
    assert window.print_box.button.text() == "正在生成页面……"
    window.set_printed("F3", "/papers/F3-101112.pdf", "")
    assert window.print_box.button.isEnabled()
    assert told(window) == []
    assert window.print_box.note.isVisibleTo(window)
    assert window.print_box.note.text() == "已在阅读器中打开：F3-101112.pdf"


def test_a_form_that_could_not_be_made_is_said_with_its_place_and_may_be_tried_again(window: ChairWindow) -> None:
    window.print_box.print_form("F2", "3")
    window.set_printed("F2", "/papers/first", "No space left on device")
    ((title, text),) = told(window)
    assert title == "F2 · 03 未能生成，无法打印"
    assert "/papers/first：No space left on device" in text
    assert "重新打印" in text
    asked: list[tuple[str, str]] = []
    window.print_requested.connect(lambda *given: asked.append(given))
    button(window.tasks, "重新打印").click()
    assert asked == [("F2", "3")]
    assert told(window) == []


def test_a_file_that_no_program_shows_is_told_where_it_lies(window: ChairWindow) -> None:
    window.print_box.print_form("F3", "")
    window.set_printed("F3", "/papers/F3.pdf", "", opened=False)
    ((title, text),) = told(window)
    assert "没有可以打开 PDF 的程序" in title
    assert text.startswith("/papers/F3.pdf\n")
    button(window.tasks, "复制文件位置").click()
    assert QGuiApplication.clipboard().text() == "/papers/F3.pdf"
    assert told(window) == []


def test_nothing_to_print_is_said(window: ChairWindow) -> None:
    window.print_box.print_form("F1", "7")
    window.set_printed("F1", "", "")
    assert told(window)[0][0] == "F1 · 07：还没有可打印的内容"
