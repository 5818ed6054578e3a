"""The host's hands: keys and a clicker, a press too many, what is asked first, and what stands in the time record."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from judge_app.core import commands
from judge_app.core.clock import SECOND, EndedBy, Outcome
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Step
from judge_app.sheets import f6_timing
from judge_app.ui import samples
from judge_app.ui.console import ConsoleWindow
from judge_app.ui.console.bounce import TWICE_NS
from judge_app.ui.language import Language
from judge_app.ui.samples import Play
from judge_app.ui.scenes.console import console
from judge_app.ui.scenes.plays import presenting
from tests.ui.desk import Heard, button, dressed

Key = Qt.Key
NEXT = [Key.Key_Space, Key.Key_Right, Key.Key_PageDown]


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


def shown(qtbot: QtBot, play: Play) -> tuple[ConsoleWindow, Heard]:
    window = console(play)
    qtbot.addWidget(window)
    window.show()
    return window, Heard(window.command)


def done(window: ConsoleWindow, play: Play, command: commands.Command) -> None:
    """The room has carried it out and the host sees it, a moment ago."""
    play.do("host", command)
    window.set_view(play.host())
    play.wait(1)


# a press too many


@pytest.mark.parametrize("key", NEXT)
def test_a_second_press_on_the_heels_of_the_first_starts_nothing(qtbot: QtBot, key: Key) -> None:
    play = samples.opened()
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, key)
    play.do("host", heard[0])
    window.set_view(play.host())
    assert play.host().next_step.step is Step.START_PHASE
    play.now_ns += TWICE_NS - 1
    qtbot.keyClick(window, key)
    qtbot.mouseClick(window.next_button, Qt.MouseButton.LeftButton)
    assert heard == [commands.CallProject(entry_no="1")]
    assert window.next_button.note == "按了两次：只算第一次。"


@pytest.mark.parametrize("key", NEXT)
def test_a_press_after_the_step_has_been_seen_counts(qtbot: QtBot, key: Key) -> None:
    play = samples.opened()
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, key)
    play.do("host", heard[0])
    window.set_view(play.host())
    play.now_ns += TWICE_NS
    qtbot.keyClick(window, key)
    assert heard[1:] == [commands.StartPhase(phase="presentation")]


def test_a_sheet_that_comes_in_does_not_hold_the_next_press_up(qtbot: QtBot) -> None:
    play = presenting(missing=["E2"])
    window, heard = shown(qtbot, play)
    play.now_ns += SECOND
    samples.submit_even(play, "5", "E2")
    window.set_view(play.host())
    qtbot.keyClick(window, Key.Key_Space)
    assert heard == [commands.StartPhase(phase="qa")]


@pytest.mark.parametrize("key", [Key.Key_Right, Key.Key_PageDown])
def test_a_clicker_ends_no_talk_early_and_the_window_says_so(qtbot: QtBot, key: Key) -> None:
    play = presenting()
    window, heard = shown(qtbot, play)
    play.wait(5)
    qtbot.keyClick(window, key)
    assert heard == []
    assert window.next_button.note == "翻页键不会提前结束演示；要提前结束，请按空格。"
    qtbot.keyClick(window, Key.Key_Space)  # the negative control
    assert heard == [commands.StartPhase(phase="qa")]


def test_the_desk_says_so_too_where_the_next_step_has_a_note_of_its_own(qtbot: QtBot) -> None:
    play = presenting()
    view = play.host()
    scoring = msgspec.structs.replace(view.next_step, step=Step.OPEN_SCORING, missing=("E2",))
    window, _ = shown(qtbot, play)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.set_view(msgspec.structs.replace(view, next_step=scoring))
    assert window.next_button.note == "还有 1 份评分表未交"
    deck = QWidget()
    qtbot.addWidget(deck)
    deck.show()
    deck.activateWindow()
    qtbot.waitUntil(deck.isActiveWindow)
    assert window.next_button.note.startswith("键盘现在归别的窗口")


def test_the_desk_says_that_the_slides_have_the_keys_until_they_come_back(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, presenting())
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert window.next_button.note == ""
    deck = QWidget()
    qtbot.addWidget(deck)
    deck.show()
    deck.activateWindow()
    qtbot.waitUntil(deck.isActiveWindow)
    assert window.next_button.note == "键盘现在归别的窗口（如放映）；要用主持台的键，先点一下这里。"
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert window.next_button.note == ""


def test_without_slides_nothing_is_said_of_the_keys(qtbot: QtBot) -> None:
    play = presenting()
    window, _ = shown(qtbot, play)
    done(window, play, commands.StartPhase(phase="qa"))
    deck = QWidget()
    qtbot.addWidget(deck)
    deck.show()
    deck.activateWindow()
    qtbot.waitUntil(deck.isActiveWindow)
    assert "按键" not in window.next_button.note


@pytest.mark.parametrize("key", NEXT)
def test_after_its_time_a_clicker_goes_on_and_so_it_does_from_a_pause(qtbot: QtBot, key: Key) -> None:
    play = presenting()
    window, heard = shown(qtbot, play)
    play.do("host", commands.HoldClock(technical=False, reason="现场暂停"))
    window.set_view(play.host())
    play.wait(2)
    qtbot.keyClick(window, key)
    assert heard == [commands.ReleaseClock()]
    done(window, play, commands.ReleaseClock())
    play.wait(120)
    window.set_view(play.host())
    play.wait(1)
    qtbot.keyClick(window, key)
    assert heard[1:] == [commands.StartPhase(phase="qa")]


def test_a_cut_off_just_before_the_press_asks_for_no_second_one(qtbot: QtBot) -> None:
    play = presenting()
    window, heard = shown(qtbot, play)
    play.wait(107)
    window.set_view(play.host())
    qtbot.keyClick(window, Key.Key_Space)
    assert heard == [commands.StartPhase(phase="qa")]


def test_a_pause_pressed_twice_is_one_pause(qtbot: QtBot) -> None:
    play = presenting()
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, Key.Key_P)
    play.do("host", heard[0])
    window.set_view(play.host())
    qtbot.keyClick(window, Key.Key_P)
    assert len(heard) == 1


# a clicker and the arrows


@pytest.mark.parametrize("key", [Key.Key_U, Key.Key_Left, Key.Key_PageUp])
def test_the_step_is_taken_back_within_five_seconds(qtbot: QtBot, key: Key) -> None:
    play = presenting()
    left = play.host().clock
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, Key.Key_Space)
    done(window, play, heard[0])
    qtbot.keyClick(window, key)
    assert heard[1:] == [commands.UndoStep()]
    play.do("host", heard[1])
    now = play.host().clock
    assert left is not None
    assert now is not None
    assert (now.run, now.deadline_ns) == (left.run, left.deadline_ns)


@pytest.mark.parametrize("key", [Key.Key_U, Key.Key_Left, Key.Key_PageUp])
def test_after_five_seconds_nothing_is_taken_back(qtbot: QtBot, key: Key) -> None:
    play = presenting()
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, Key.Key_Space)
    done(window, play, heard[0])
    play.wait(5)
    window.focus_card.undo._tick()
    qtbot.keyClick(window, key)
    assert len(heard) == 1


def test_b_pauses_and_lets_run_on(qtbot: QtBot) -> None:
    play = presenting()
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, Key.Key_B)
    assert [type(one) for one in heard] == [commands.HoldClock]
    done(window, play, heard[0])
    qtbot.keyClick(window, Key.Key_B)
    assert heard[1:] == [commands.ReleaseClock()]


@pytest.mark.parametrize(
    ("key", "seconds"), [(Key.Key_Up, 10), (Key.Key_Down, -10), (Key.Key_Plus, 60), (Key.Key_Minus, -60)]
)
def test_time_is_given_and_taken_by_key_with_a_reason(qtbot: QtBot, key: Key, seconds: int) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.keyClick(window, key)
    qtbot.mouseClick(button(window.ask, "组长决定"), Qt.MouseButton.LeftButton)
    qtbot.keyClick(window.ask, Key.Key_Return)
    assert heard == [commands.AddTime(seconds=seconds, reason="组长决定")]


# who did not come, and a talk that nobody times


def test_a_call_that_bounces_is_no_second_call(qtbot: QtBot) -> None:
    """The third call in vain offers a no-show: a key that bounced twice would have made it three."""
    play = samples.opened()
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, Key.Key_Space)
    play.do("host", heard[0])
    window.set_view(play.host())
    play.now_ns += TWICE_NS - 1
    qtbot.keyClick(window, Key.Key_C)
    assert heard == [commands.CallProject(entry_no="1")]
    play.now_ns += 1
    qtbot.keyClick(window, Key.Key_C)
    assert heard == [commands.CallProject(entry_no="1")] * 2


def test_a_no_show_is_settled_by_keys_alone(qtbot: QtBot) -> None:
    play = samples.opened().do("host", commands.CallProject(entry_no="1"))
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, Key.Key_C)
    done(window, play, heard[0])
    qtbot.keyClick(window, Key.Key_C)
    done(window, play, heard[1])
    assert "3" in window.order_list.rows[0].word  # type: ignore[attr-defined]
    qtbot.keyClick(window, Key.Key_N)
    qtbot.mouseClick(button(window.ask, "叫号后无人上场"), Qt.MouseButton.LeftButton)
    qtbot.keyClick(window.ask, Key.Key_Return)
    assert heard[2:] == [commands.MarkNoShow(entry_no="1", forfeit=False, reason="叫号后无人上场")]


def test_nobody_is_called_so_that_nobody_failed_to_come(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.keyClick(window, Key.Key_N)
    assert window.ask.question is None
    assert heard == []


def test_a_called_project_without_a_clock_is_said_after_a_minute_and_started_from_there(qtbot: QtBot) -> None:
    play = samples.opened()
    window, heard = shown(qtbot, play)
    done(window, play, commands.CallProject(entry_no="1"))
    play.wait(58)
    window._on_second()
    assert [one for one in window.trouble_panel.troubles if one.key.startswith("uncounted")] == []
    play.wait(2)
    window._on_second()
    assert [one.key for one in window.trouble_panel.troubles] == ["uncounted|1"]
    qtbot.keyClick(window, Key.Key_A)
    assert window.focusWidget() is button(window.trouble_panel, "开始计时")
    qtbot.keyClick(button(window.trouble_panel, "开始计时"), Key.Key_Space)
    done(window, play, heard[0])
    assert heard == [commands.StartPhase(phase="presentation")]
    assert window.trouble_panel.troubles == ()


# the record


def test_every_deviation_stands_in_the_time_record_with_who_and_why() -> None:
    play = samples.opened()
    for command in (
        commands.CallProject(entry_no="1"),
        commands.MarkNoShow(entry_no="1", forfeit=False, reason="叫号后无人上场"),
        commands.CallProject(entry_no="2"),
        commands.StartPhase(phase="presentation"),
        commands.HoldClock(technical=True, reason="投影"),
        commands.ReleaseClock(outcome=Outcome.EXTRA_TIME, extra_seconds=30),
        commands.AddTime(seconds=-10, reason="计时开始晚了"),
        commands.RestartPhase(reason="PPT 故障"),
        commands.EndPhase(reason="提前讲完"),
        commands.StartPhase(phase="qa"),
        commands.ShowSlide(slide=7),
        commands.ShowSlide(slide=8),
        commands.ShowSlide(slide=0),
    ):
        play.wait(7).do("host", command)
    record = f6_timing.from_view(play.briefing("host"), play.host())
    lines = {line.entry_no: line for line in record.lines}
    assert lines["1"].remark == "叫号未到，排到最后（叫号后无人上场；主持人）"
    first, again, questions = lines["2"].runs
    assert [(hold.kind, hold.reason, hold.by, hold.outcome) for hold in first.holds] == [
        ("技术中断", "投影", "主持人", "补时")
    ]
    assert [(one.seconds, one.reason, one.by) for one in first.additions] == [
        ("+0:30", "投影", "主持人"),
        ("−0:10", "计时开始晚了", "主持人"),
    ]
    assert (first.how_ended, first.why_ended) == ("重讲，重新计时", "PPT 故障；主持人")
    assert (again.how_ended, again.why_ended) == ("主动", "提前讲完；主持人")
    assert questions.why_ended == ""
    assert questions.stills == "调出演示页：00:00:49 第7页，00:00:56 第8页（主持人）"
    assert first.stills == ""


def test_many_slides_that_were_shown_again_are_counted_in_the_time_record() -> None:
    play = presenting().do("host", commands.StartPhase(phase="qa"))
    for slide in range(1, 13):
        play.do("timekeeper" if slide % 2 else "host", commands.ShowSlide(slide=slide))
    lines = f6_timing.from_view(play.briefing("host"), play.host()).lines
    (run,) = [run for line in lines if line.entry_no == "5" for run in line.runs if run.stills]
    assert run.stills.count("页") == 9
    assert run.stills.endswith("……共 12 次（计时员、主持人）")


def test_time_alone_has_nobody_to_name() -> None:
    play = presenting().wait(107)
    run = play.host().runs[-1]
    assert run.ended_by is EndedBy.DEADLINE
    assert (run.ended_who, run.end_reason) == ("", "")


def test_a_project_that_is_out_says_why_in_the_time_record() -> None:
    play = samples.opened().do("host", commands.RemoveProject(entry_no="3", disqualified=False, reason="书面申请退出"))
    progress = next(one for one in play.host().projects if one.entry_no == "3")
    assert progress.stage is ProjectStage.WITHDRAWN
    line = next(one for one in f6_timing.from_view(play.briefing("host"), play.host()).lines if one.entry_no == "3")
    assert line.remark == "弃赛（书面申请退出；主持人）"
    view = play.view("judge:E2")
    assert all(one.remarks == () for one in view.projects)  # type: ignore[union-attr]
