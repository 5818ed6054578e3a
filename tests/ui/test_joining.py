"""Joining: the seat's panel on the host's desk, the join page of the start window, and the window that says how it goes."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.core import commands
from judge_app.core.clock import SECOND
from judge_app.seat.state import Connection, Link
from judge_app.ui import samples
from judge_app.ui.connecting import ConnectingWindow
from judge_app.ui.console import ConsoleWindow
from judge_app.ui.language import Language
from judge_app.ui.samples import Play
from judge_app.ui.scenes.console import console
from judge_app.ui.scenes.plays import code_shown, presenting, with_computer
from judge_app.ui.scenes.scene import OFFLINE, ONLINE
from judge_app.ui.scenes.start import FIREWALL, FOUND
from judge_app.ui.start import StartWindow
from tests.ui.desk import Heard, button, dressed


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


def shown(qtbot: QtBot, play: Play) -> tuple[ConsoleWindow, Heard, Heard]:
    window = console(play)
    qtbot.addWidget(window)
    window.show()
    return window, Heard(window.command), Heard(window.code_asked)


# the host's desk


def test_a_seat_shows_the_likeliest_address_and_the_code_with_its_time(qtbot: QtBot) -> None:
    play = code_shown(samples.opened(), "judge:E6")
    play.live = msgspec.structs.replace(play.live, seats={})
    window, _, _ = shown(qtbot, play)
    window.show_seat("judge:E6")
    box = window.seat_panel.join_box
    assert box.isVisible()
    assert box.code == "3740 2915"
    assert box._address.text() == samples.ADDRESSES[0][0]
    assert samples.ADDRESSES[1][0] in box._others.text()
    assert box._time.seconds == 581
    play.now_ns += 582 * SECOND
    box._time._tick()
    assert not box._time.isVisible()


def test_a_code_is_asked_for_by_its_key_only_where_a_seat_is_shown(qtbot: QtBot) -> None:
    play = samples.opened()
    play.live = msgspec.structs.replace(play.live, seats={})
    window, _, asked = shown(qtbot, play)
    qtbot.keyClick(window, Qt.Key.Key_K)
    assert asked == []
    window.show_seat("judge:E6")
    qtbot.keyClick(window, Qt.Key.Key_K)
    qtbot.mouseClick(button(window.seat_panel, "生成加入码"), Qt.MouseButton.LeftButton)
    assert asked == ["judge:E6", "judge:E6"]


def test_a_connected_seat_hides_the_ways_in(qtbot: QtBot) -> None:
    window, _, _ = shown(qtbot, with_computer(presenting(away=""), "judge:E6"))
    window.show_seat("judge:E6")
    assert not window.seat_panel.join_box.isVisible()


def test_a_computer_is_replaced_in_two_clicks_and_the_next_one_gets_a_code(qtbot: QtBot) -> None:
    window, heard, asked = shown(qtbot, with_computer(presenting(), "judge:E6"))
    qtbot.mouseClick(button(window.trouble_panel, "更换这台电脑…"), Qt.MouseButton.LeftButton)
    question = window.ask.question
    assert question is not None
    assert "温老师的电脑" in question.consequence
    assert heard == []
    qtbot.mouseClick(button(window.ask, "电脑故障"), Qt.MouseButton.LeftButton)
    assert heard == [commands.RevokeDevice(seat="judge:E6", device="d6", reason="电脑故障")]
    assert asked == ["judge:E6"]
    assert window.seat_panel.isVisible()
    assert window.seat_panel.seat_id == "judge:E6"


def test_a_replacement_that_is_dropped_changes_nothing(qtbot: QtBot) -> None:
    window, heard, asked = shown(qtbot, with_computer(presenting(), "judge:E6"))
    window.ask_replace("judge:E6")
    qtbot.keyClick(window.ask, Qt.Key.Key_Escape)
    assert (heard, asked) == ([], [])


def test_a_seat_without_a_computer_has_none_to_replace(qtbot: QtBot) -> None:
    window, heard, _ = shown(qtbot, presenting())
    window.ask_replace("judge:E6")
    assert window.ask.question is None
    assert heard == []


# the start window


@pytest.fixture
def start(qtbot: QtBot) -> StartWindow:
    window = StartWindow()
    qtbot.addWidget(window)
    window.show()
    return window


def test_opening_the_join_page_looks_for_rooms_once(qtbot: QtBot, start: StartWindow) -> None:
    looked: list[None] = []
    start.find_requested.connect(lambda: looked.append(None))
    start.choose_way("join")
    start.choose_way("host")
    start.choose_way("join")
    assert len(looked) == 1
    start.join_page.set_found(())
    qtbot.mouseClick(button(start.join_page, "重新查找"), Qt.MouseButton.LeftButton)
    assert len(looked) == 2


def test_a_found_room_gives_the_address_and_the_code_is_typed_after_it(qtbot: QtBot, start: StartWindow) -> None:
    joined: list[tuple[str, str]] = []
    start.join_requested.connect(lambda given, name: joined.append((given, name)))
    start.choose_way("join")
    start.join_page.set_found(FOUND)
    start.join_page.found_list.picked.emit(FOUND[1].address)
    assert not start.next_button.isEnabled()
    qtbot.keyClicks(start.join_page.link, "3740-2915")
    assert start.next_button.isEnabled()
    qtbot.keyClick(start.join_page.link, Qt.Key.Key_Return)
    assert joined == [("192.168.1.31:51022 3740-2915", "")]


@pytest.mark.parametrize("given", ["192.168.1.20 3740 2915", "192.168.1.20:47600 3740 291", "37402915"])
def test_an_address_or_a_code_that_is_not_whole_cannot_be_joined(start: StartWindow, given: str) -> None:
    start.choose_way("join")
    start.join_page.link.setText(given)
    assert not start.next_button.isEnabled()


def test_why_an_address_failed_is_gone_with_the_next_letter(start: StartWindow) -> None:
    start.set_link("192.168.1.20:47600 3740 2915")
    start.join_page.set_checks(FIREWALL)
    start.set_failed("连不上主机")
    assert [check.ok for check in start.join_page.checks.checks] == [True, False]
    start.join_page.link.setText("192.168.1.21:47600 3740 2915")
    assert not start.join_page.checks.isVisible()
    assert not start._failed.isVisible()


# the window until the seat opens


@pytest.fixture
def connecting(qtbot: QtBot) -> ConnectingWindow:
    window = ConnectingWindow("192.168.1.20:47600")
    qtbot.addWidget(window)
    window.show()
    return window


def test_the_self_test_is_asked_for_when_it_first_fails_and_by_the_button(
    qtbot: QtBot, connecting: ConnectingWindow
) -> None:
    looks: list[None] = []
    connecting.check_requested.connect(lambda: looks.append(None))
    connecting.set_connection(Connection(link=Link.CONNECTING))
    assert looks == []
    connecting.set_connection(OFFLINE)
    connecting.set_connection(OFFLINE)
    assert len(looks) == 1
    assert not connecting.again.isEnabled()
    connecting.set_checks(FIREWALL, done=True)
    qtbot.mouseClick(connecting.again, Qt.MouseButton.LeftButton)
    assert len(looks) == 2


def test_each_step_stands_with_its_sign_and_what_to_do(connecting: ConnectingWindow, language: Language) -> None:
    connecting.set_connection(OFFLINE)
    connecting.set_checks(FIREWALL, done=True)
    words = connecting.checks.accessibleName()
    assert words.startswith("✓ 地址")
    assert "✗ 端口 主机的电脑" in words
    assert "– 证书" in words
    language.use("en")
    QApplication.processEvents()
    assert "✗ Port the host's computer" in connecting.checks.accessibleName()


@pytest.mark.parametrize("link", [Link.WAITING_ADMISSION, Link.ONLINE])
def test_a_connection_that_comes_after_all_takes_the_findings_away(connecting: ConnectingWindow, link: Link) -> None:
    connecting.set_connection(OFFLINE)
    connecting.set_checks(FIREWALL, done=True)
    connecting.set_connection(Connection(link=link) if link is not Link.ONLINE else ONLINE)
    connecting.set_checks(FIREWALL, done=True)
    assert not connecting.checks.isVisible()
    assert not connecting.again.isVisible()
