"""Help pages: one for each kind of window in both languages, opened and closed by F1, in the language in force."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from judge_app.ui.chair import ChairWindow
from judge_app.ui.connecting import ConnectingWindow
from judge_app.ui.console import ConsoleWindow
from judge_app.ui.judge import JudgeWindow
from judge_app.ui.language import Language
from judge_app.ui.start import StartWindow
from judge_app.ui.widgets.help import TOPICS, HelpWindow, offer_help, page, show_help, topic_of
from tests.ui.desk import dressed

# the offscreen platform has no stack of windows
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


@pytest.mark.parametrize("topic", TOPICS)
def test_every_page_says_what_for_what_next_and_what_to_do_in_both_languages(topic: str) -> None:
    zh, en = page(topic, "zh"), page(topic, "en")
    assert all(f"**{words}**" in zh for words in ("用途", "下一步", "遇到问题"))
    assert all(f"**{words}**" in en for words in ("What for", "Next step", "When something is wrong"))
    assert not re.search("[一-鿿]", en.replace("中 / A", ""))


@pytest.mark.parametrize(
    ("make", "topic"),
    [
        (StartWindow, "start"),
        (lambda: ConnectingWindow("192.168.1.20:47600"), "join"),
        (ConsoleWindow, "console"),
        (JudgeWindow, "judge"),
        (ChairWindow, "chair"),
        (QWidget, "start"),
    ],
)
def test_a_window_has_the_page_of_its_kind(qtbot: QtBot, make: type[QWidget], topic: str) -> None:
    window = make()
    qtbot.addWidget(window)
    assert topic_of(window) == topic


def test_f1_opens_the_page_and_escape_closes_it(qtbot: QtBot) -> None:
    window = ConsoleWindow()
    qtbot.addWidget(window)
    offer_help(window)
    window.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    found = window.findChildren(HelpWindow)
    assert [one.topic for one in found] == ["console"]
    assert not found[0].isModal()
    found[0].close()
    assert not found[0].isVisible()


def test_a_page_that_is_open_is_not_opened_again(qtbot: QtBot) -> None:
    window = ConsoleWindow()
    qtbot.addWidget(window)
    window.show()
    assert show_help(window) is show_help(window)


def test_the_page_follows_the_language(qtbot: QtBot, language: Language) -> None:
    shown = HelpWindow("judge")
    qtbot.addWidget(shown)
    assert "下一步" in shown.text.toPlainText()
    language.use("en")
    QApplication.processEvents()
    assert "Next step" in shown.text.toPlainText()
