"""The start window: ways in, a workbook with what is wrong in it, a join link checked as it is pasted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from judge_app.core.errors import Problem
from judge_app.ui import samples
from judge_app.ui.language import Language
from judge_app.ui.scenes.start import GOOD_LINK
from judge_app.ui.start import Recent, StartWindow
from tests.ui.desk import dressed

BOOK = "/tmp/大赛.xlsx"


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


@pytest.fixture
def window(qtbot: QtBot) -> StartWindow:
    made = StartWindow()
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_workbook_is_asked_to_be_read_and_its_session_hosted(qtbot: QtBot, window: StartWindow) -> None:
    chosen, hosted = [], []
    window.workbook_chosen.connect(chosen.append)
    window.host_requested.connect(lambda path, session: hosted.append((path, session)))
    window.host_page.path.setText(BOOK)  # QTest types Latin letters only
    qtbot.keyClick(window.host_page.path, Qt.Key.Key_Return)
    assert chosen == [BOOK]
    assert not window.next_button.isEnabled()
    window.set_contest(BOOK, samples.regional_final()[0])
    qtbot.mouseClick(window.next_button, Qt.MouseButton.LeftButton)
    assert hosted == [(BOOK, "第一场")]


def test_problems_are_listed_in_the_language_in_force_and_nothing_can_be_hosted(
    window: StartWindow, language: Language
) -> None:
    window.host_page.take(BOOK)
    window.set_problems(BOOK, [Problem("项目 · A4", "序号重复", "a number twice")])
    assert [row.text for row in window.host_page.problems.rows] == ["序号重复"]  # type: ignore[attr-defined]
    assert not window.host_page.ready
    language.use("en")
    QApplication.processEvents()
    assert [row.text for row in window.host_page.problems.rows] == ["a number twice"]  # type: ignore[attr-defined]


def test_what_is_wrong_in_a_sheet_is_put_right_in_prepare_and_what_is_no_workbook_is_not(
    qtbot: QtBot, window: StartWindow
) -> None:
    prepared: list[str] = []
    hosted: list[str] = []
    window.prepare_requested.connect(prepared.append)
    window.host_requested.connect(hosted.append)
    window.host_page.take(BOOK)
    window.set_problems(BOOK, [Problem("大赛.xlsx", "不是工作簿", "no workbook")])
    assert "改正" not in window.next_button.text()
    window.host_page.take(BOOK)
    assert not window.next_button.isEnabled()
    assert "读取" in window.next_button.text()
    window.set_problems(BOOK, [Problem("大赛.xlsx · 项目 · 第 4 行", "序号重复", "a number twice")])
    assert "改正" in window.next_button.text()
    qtbot.mouseClick(window.next_button, Qt.MouseButton.LeftButton)
    assert (prepared, hosted) == ([BOOK], [])


def test_a_file_with_a_dot_between_words_in_its_name_is_no_sheet_of_it(window: StartWindow) -> None:
    book = "/tmp/评审 · 决赛.xlsx"
    window.host_page.take(book)
    window.set_problems(book, [Problem("评审 · 决赛.xlsx", "不是工作簿", "it is no workbook")])
    assert not window.host_page.mendable
    window.set_problems(book, [Problem("评审 · 决赛.xlsx · 项目 · 第 3 行", "序号重复", "a number twice")])
    assert window.host_page.mendable


def test_a_second_disk_is_offered_with_the_session_and_the_choice_is_shown(window: StartWindow) -> None:
    assert not window.host_page.mirror_button.isVisible()  # there is nothing to copy yet
    window.host_page.take(BOOK)
    window.set_contest(BOOK, samples.regional_final()[0])
    assert window.host_page.mirror_button.isVisible()
    assert window.host_page.mirror == ""
    window.host_page.set_mirror("/media/stick")
    assert window.host_page.mirror == "/media/stick"
    assert any("/media/stick" in label.text() for label in window.host_page.findChildren(QLabel))


def test_an_answer_about_another_workbook_changes_nothing(window: StartWindow) -> None:
    window.host_page.take(BOOK)
    window.set_contest("/tmp/other.xlsx", samples.regional_final()[0])
    assert window.host_page.contest is None


@pytest.mark.parametrize("broken", ["", "http://x", GOOD_LINK[:-1], GOOD_LINK.replace("fp=A", "fp=")])
def test_a_link_that_is_not_whole_cannot_be_joined(window: StartWindow, broken: str) -> None:
    window.choose_way("join")
    window.join_page.link.setText(broken)
    assert not window.next_button.isEnabled()


def test_a_link_pasted_with_line_breaks_is_joined_whole(qtbot: QtBot, window: StartWindow) -> None:
    joined = []
    window.join_requested.connect(lambda link, name: joined.append((link, name)))
    qtbot.keyClick(window, Qt.Key.Key_2)
    window.join_page.link.setText(f"  {GOOD_LINK[:30]} {GOOD_LINK[30:]} ")
    qtbot.keyClicks(window.join_page.name, "LAPTOP-3")
    qtbot.keyClick(window.join_page.name, Qt.Key.Key_Return)
    assert joined == [(GOOD_LINK, "LAPTOP-3")]


def test_the_rehearsal_starts_by_two_keys(qtbot: QtBot, window: StartWindow) -> None:
    with qtbot.waitSignal(window.rehearse_requested):
        qtbot.keyClick(window, Qt.Key.Key_3)
        qtbot.keyClick(window, Qt.Key.Key_Return)


def test_a_session_opened_before_is_opened_again(qtbot: QtBot, window: StartWindow) -> None:
    assert not window.recent_card.isVisible()
    window.set_recent([Recent(path="/a.roadshow", title="第一场", when="2026-12-04T08:02+00:00")])
    assert window.recent_card.isVisible()
    with qtbot.waitSignal(window.open_requested) as heard:
        index = window.recent_list.model().index(0, 0)
        at = window.recent_list.visualRect(index).center()
        qtbot.mouseClick(window.recent_list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert heard.args == ["/a.roadshow"]


def test_the_file_of_a_session_that_is_named_or_dropped_is_gone_on_with(qtbot: QtBot, window: StartWindow) -> None:
    with qtbot.assertNotEmitted(window.workbook_chosen):
        window.host_page.take("/stick/第一场.roadshow")
    assert window.next_button.text() == "接着主持这一场"
    with qtbot.waitSignal(window.open_requested) as heard:
        qtbot.keyClick(window, Qt.Key.Key_Return)
    assert heard.args == ["/stick/第一场.roadshow"]
    with qtbot.waitSignal(window.workbook_chosen):  # the negative control
        window.host_page.take("/stick/contest.xlsx")


def test_while_a_session_of_the_list_is_opened_no_workbook_is_asked_for(window: StartWindow) -> None:
    assert window.next_button.text() == "选择工作簿…"
    window.set_busy("正在启动会场……")
    assert (window.next_button.text(), window.next_button.note) == ("正在启动会场……", "")


def test_the_first_step_of_hosting_is_to_choose_the_workbook_and_a_path_that_is_typed_asks_for_none(
    qtbot: QtBot, window: StartWindow
) -> None:
    hosted: list[str] = []
    window.host_requested.connect(hosted.append)
    qtbot.keyClick(window, Qt.Key.Key_Return)
    assert window.next_button.isEnabled()
    assert (window.findChildren(QFileDialog), hosted) == ([], [])


def test_a_wish_under_way_cannot_be_made_twice(window: StartWindow) -> None:
    window.choose_way("rehearse")
    window.set_busy("正在启动")
    assert not window.next_button.isEnabled()
    assert (window.next_button.text(), window.next_button.note) == ("开始演练", "正在启动")
    window.set_failed("场次没有启动", [Problem("x", "坏了", "broken")])
    assert window.next_button.isEnabled()
    assert window._failed.isVisible()
