"""The host's hand on the slides in the questions: by keys and buttons, there only while it may be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.core import commands
from judge_app.core.clock import SECOND
from judge_app.core.commands import ShowSlide
from judge_app.seat.state import CommandState, Delivery
from judge_app.ui.console import ConsoleWindow
from judge_app.ui.language import Language
from judge_app.ui.samples import Play
from judge_app.ui.scenes.console import console
from judge_app.ui.scenes.plays import presenting
from tests.ui.desk import Heard, dressed

Key = Qt.Key


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


def in_questions() -> Play:
    return presenting().do("host", commands.StartPhase(phase="qa")).wait(30)


def shown(qtbot: QtBot, play: Play, slides: int | None = 12) -> tuple[ConsoleWindow, Heard]:
    window = console(play, slides=None if slides is None else ("5", slides))
    qtbot.addWidget(window)
    window.show()

    return window, Heard(window.command)


def answer(window: ConsoleWindow, play: Play, heard: Heard) -> None:
    """The room does what was asked for last."""
    play.do("host", heard[-1])
    window.set_view(play.host())


def type_slide(qtbot: QtBot, window: ConsoleWindow, number: str) -> None:
    qtbot.keyClick(window, Key.Key_G)
    assert window.focusWidget() is window.still_row.field
    qtbot.keyClicks(window.still_row.field, number)
    qtbot.keyClick(window.still_row.field, Key.Key_Return)


def test_a_slide_is_shown_stepped_and_taken_off_by_keys_alone(qtbot: QtBot) -> None:
    play = in_questions()
    window, heard = shown(qtbot, play)
    type_slide(qtbot, window, "7")
    assert heard == [ShowSlide(slide=7)]
    assert window.focusWidget() is window, "the space bar is the next step's again"
    answer(window, play, heard)
    assert window.still_row.words.text() == "投影上：7/12"
    qtbot.keyClick(window, Key.Key_BracketRight)
    answer(window, play, heard)
    qtbot.keyClick(window, Key.Key_BracketLeft)
    answer(window, play, heard)
    type_slide(qtbot, window, "3")
    answer(window, play, heard)
    qtbot.keyClick(window, Key.Key_X)
    assert heard == [ShowSlide(slide=number) for number in (7, 8, 7, 3, 0)]
    answer(window, play, heard)
    assert window.still_row.words.text() == "调出某一页（共 12 页）"


def test_the_buttons_do_the_same(qtbot: QtBot) -> None:
    play = in_questions()
    window, heard = shown(qtbot, play)
    row = window.still_row
    row.show_button.click()
    assert heard == []
    assert window.focusWidget() is row.field, "without a number it is asked for"
    qtbot.keyClicks(row.field, "11")
    row.show_button.click()
    answer(window, play, heard)
    for button in (row.on, row.back, row.away):
        button.click()
        answer(window, play, heard)
    assert heard == [ShowSlide(slide=number) for number in (11, 12, 11, 0)]


def test_steps_that_come_faster_than_the_answers_are_counted_all(qtbot: QtBot) -> None:
    play = in_questions().do("host", ShowSlide(slide=7))
    window, heard = shown(qtbot, play)
    for _ in range(3):
        qtbot.keyClick(window, Key.Key_BracketRight)
    assert heard == [ShowSlide(slide=number) for number in (8, 9, 10)]


def test_there_is_nothing_before_the_first_and_after_the_last(qtbot: QtBot) -> None:
    play = in_questions().do("host", ShowSlide(slide=1))
    window, heard = shown(qtbot, play, slides=1)
    assert not window.still_row.back.isEnabled()
    assert not window.still_row.on.isEnabled()
    for key in (Key.Key_BracketLeft, Key.Key_BracketRight):
        qtbot.keyClick(window, key)
    type_slide(qtbot, window, "2")
    assert heard == []


def test_a_number_that_is_none_gives_no_command_and_space_in_the_field_is_no_step(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, in_questions())
    qtbot.keyClick(window, Key.Key_G)
    field = window.still_row.field
    qtbot.keyClicks(field, " 0x")
    qtbot.keyClick(field, Key.Key_Return)
    qtbot.keyClicks(field, "99")
    qtbot.keyClick(field, Key.Key_Return)
    qtbot.keyClick(field, Key.Key_Escape)
    assert heard == []
    assert window.focusWidget() is window


def test_what_the_room_refuses_is_not_taken_for_shown(qtbot: QtBot) -> None:
    play = in_questions()
    window, heard = shown(qtbot, play)
    type_slide(qtbot, window, "7")
    assert window.still_row.shown == 7
    window.set_command_state(CommandState(command_id="c", delivery=Delivery.REFUSED, kind="ShowSlide", zh="不行"))
    assert window.still_row.shown == 0
    assert heard == [ShowSlide(slide=7)]


@pytest.mark.parametrize(
    "step",
    [
        None,
        commands.HoldClock(technical=False, reason="话筒"),
        commands.EndPhase(),
        commands.OpenScoring(),
    ],
)
def test_it_is_there_only_while_a_slide_may_be_shown(qtbot: QtBot, step: commands.Command | None) -> None:
    play = presenting() if step is None else in_questions().do("host", ShowSlide(slide=7), step)
    window, heard = shown(qtbot, play)
    assert window.still_row.isHidden()
    for key in (Key.Key_G, Key.Key_BracketRight, Key.Key_X):
        qtbot.keyClick(window, key)
    assert heard == []


def test_it_goes_with_the_time_and_comes_back_with_more_of_it(qtbot: QtBot) -> None:
    play = in_questions().do("host", ShowSlide(slide=7))
    window, heard = shown(qtbot, play)
    play.now_ns += 210 * SECOND
    window.set_now(lambda: play.now_ns)
    assert window.still_row.isHidden()
    play.do("host", commands.AddTime(seconds=30, reason="提问长"))
    window.set_view(play.host())
    assert not window.still_row.isHidden()
    assert window.still_row.shown == 0
    assert heard == []


@pytest.mark.parametrize(("slides", "online", "words"), [
    (0, True, "没有可调出的页面：投影端没有 PDF，也没有页面图片"),
    (12, False, "没有可调出的页面：投影端未连接"),
])  # fmt: skip
def test_where_there_are_no_pictures_it_says_so(qtbot: QtBot, slides: int, online: bool, words: str) -> None:
    play = in_questions()
    play.live = play.live.__class__(
        **{name: getattr(play.live, name) for name in play.live.__struct_fields__ if name != "health"},
        health=play.live.health.__class__(stage_online=online),
    )
    window, heard = shown(qtbot, play, slides)
    assert window.still_row.words.text() == words
    assert window.still_row.field.isHidden()
    qtbot.keyClick(window, Key.Key_G)
    assert heard == []


def test_it_makes_room_for_a_question(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, in_questions())
    assert not window.still_row.isHidden()
    window.ask_end()
    assert window.still_row.isHidden()
    qtbot.keyClick(window.ask, Key.Key_Escape)
    assert not window.still_row.isHidden()
