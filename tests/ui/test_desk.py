"""The scorer's and the checker's windows: number after number beside the sheet, by keys; what the chair is told of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.core import commands
from judge_app.core.stages import ReviewStep
from judge_app.ui.chair import ChairWindow
from judge_app.ui.language import Language
from judge_app.ui.samples import Play
from judge_app.ui.scenes.chair import chair
from judge_app.ui.scenes.plays import presenting, review, reviewed_play
from tests.ui.desk import Heard, button, dressed

SPACE = Qt.Key.Key_Space


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


def shown(qtbot: QtBot, play: Play, seat: str) -> tuple[ChairWindow, Heard]:
    window = chair(play, seat)
    qtbot.addWidget(window)
    window.show()
    return window, Heard(window.command)


def compare_all(qtbot: QtBot, window: ChairWindow) -> None:
    while window.review_card.at_hand is not None:
        qtbot.keyClick(window, SPACE)


def sign(window: ChairWindow, name: str) -> None:
    assert window.ask._reason is not None
    window.ask._reason.setText(name)
    window.ask._answer()


def take(play: Play, window: ChairWindow, seat: str, heard: Heard) -> None:
    """The room takes what the window asked last, and shows it."""
    play.do(seat, heard[-1])
    window.set_view(play.chair(seat))


def step_of(play: Play, entry_no: str) -> ReviewStep:
    return next(one.review for one in play.host().projects if one.entry_no == entry_no)


def test_space_ticks_number_after_number_and_then_records_under_a_name(qtbot: QtBot) -> None:
    play = reviewed_play()
    window, heard = shown(qtbot, play, "scorer")
    assert window.shown == "3", "what waits for the scorer"
    compare_all(qtbot, window)
    assert heard == []
    qtbot.keyClick(window, SPACE)
    sign(window, "纪言深")
    assert isinstance(heard[0], commands.RecomputeResult)
    assert len(heard[0].ticks) == 23
    take(play, window, "scorer", heard)
    assert step_of(play, "3") is ReviewStep.RECOMPUTED
    assert not window.review_card.isVisible()


def test_a_difference_is_marked_with_its_number_and_reason(qtbot: QtBot) -> None:
    play = reviewed_play()
    window, heard = shown(qtbot, play, "scorer")
    qtbot.keyClick(window, SPACE)
    qtbot.keyClick(window, Qt.Key.Key_D)
    assert window.ask._reason is not None
    assert window.ask._second is not None
    window.ask._reason.setText("86")
    window.ask._second.setText("抄错一位")
    qtbot.mouseClick(button(window.ask, "标记差异"), Qt.MouseButton.LeftButton)
    assert heard == []
    compare_all(qtbot, window)
    qtbot.keyClick(window, SPACE)
    sign(window, "纪言深")
    assert [(tick.found, tick.reason) for tick in heard[0].ticks if tick.found] == [("86", "抄错一位")]
    take(play, window, "scorer", heard)
    assert step_of(play, "3") is ReviewStep.DIFFERS


def test_who_reported_a_difference_looks_again_and_the_new_look_counts(qtbot: QtBot) -> None:
    play = review(reviewed_play(), "3", checked=False, found="86", reason="抄错一位")
    window, heard = shown(qtbot, play, "scorer")
    window.show_project("3")
    qtbot.mouseClick(button(window.review_card, "重新核对"), Qt.MouseButton.LeftButton)
    compare_all(qtbot, window)
    qtbot.keyClick(window, SPACE)
    sign(window, "纪言深")
    take(play, window, "scorer", heard)
    assert step_of(play, "3") is ReviewStep.RECOMPUTED


def test_a_picked_line_is_compared_again(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, reviewed_play(), "scorer")
    compare_all(qtbot, window)
    window.review_card.list.picked.emit("mark|expert100|E2")
    assert window.review_card.at_hand is not None
    assert window.review_card.at_hand.judge == "E2"
    assert not window.review_card.complete


def test_a_line_whose_number_changed_loses_its_tick(qtbot: QtBot) -> None:
    play = reviewed_play()
    window, _ = shown(qtbot, play, "scorer")
    compare_all(qtbot, window)
    play.do("chair", commands.ReturnSheet(entry_no="3", judge="E2", reason="涂改"))
    sheet = play.state.projects["3"].sheets["E2"]
    assert sheet.points is not None
    points = {key: dict(lines) for key, lines in sheet.points.items()}
    first = next(iter(points["expert100"]))
    points["expert100"][first] -= 100
    play.do("judge:E2", commands.SubmitSheet(entry_no="3", revision=1, points=points))
    window.set_view(play.chair("scorer"))
    assert window.review_card.at_hand is not None
    assert window.review_card.at_hand.judge == "E2"
    assert len(window.review_card.ticks) < 23


def test_the_checker_comes_after_the_scorer_and_is_another_person(qtbot: QtBot) -> None:
    play = reviewed_play()
    window, heard = shown(qtbot, play, "checker")
    window.show_project("3")
    assert not window.review_card.isVisible()
    review(play, "3", checked=False)
    window.set_view(play.chair("checker"))
    assert window.review_card.isVisible()
    compare_all(qtbot, window)
    qtbot.keyClick(window, SPACE)
    sign(window, "程见微")
    take(play, window, "checker", heard)
    assert step_of(play, "3") is ReviewStep.CHECKED


def test_the_chair_waits_for_the_desk_and_locks_behind_it(qtbot: QtBot) -> None:
    play = reviewed_play()
    window, heard = shown(qtbot, play, "chair")
    window.show_project("3")
    qtbot.keyClick(window, SPACE)
    assert heard == []
    assert not window.next_button.isEnabled()
    review(play, "3")
    window.set_view(play.chair())
    qtbot.keyClick(window, SPACE)
    assert heard == [commands.LockProject(entry_no="3")]


def test_the_chair_reads_what_the_desk_found(qtbot: QtBot) -> None:
    play = review(reviewed_play(), "3", checked=False, found="86", reason="抄错一位")
    window, _ = shown(qtbot, play, "chair")
    told = [one for one in window.tasks.troubles if one.key == "differs|3"]
    assert "86" in told[0].text
    assert "抄错一位" in told[0].text


def test_rules_that_ask_for_no_review_leave_the_desk_as_it_was(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, presenting(), "scorer")
    window.show_project("3")
    assert not window.review_card.isVisible()


def test_who_reported_a_difference_reads_what_it_was_until_it_is_settled(qtbot: QtBot) -> None:
    play = review(reviewed_play(), "3", checked=False, found="86", reason="抄错一位")
    window, _ = shown(qtbot, play, "scorer")
    window.show_project("3")
    card = window.review_card
    assert card.heading.text() == "核对"
    assert "纸面 86" in card.words.text()
    assert not card.list.isVisible()
    card.again.click()
    assert card.list.isVisible()
    assert "逐项核对" in card.heading.text()
