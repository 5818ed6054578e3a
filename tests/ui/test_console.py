"""The host's desk, by its signals and by real keys and clicks."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from judge_app.core import commands, events
from judge_app.core.clock import REOPENED, SECOND, Outcome
from judge_app.core.contest import Presence
from judge_app.core.seats import Role
from judge_app.core.stages import Showing
from judge_app.seat.state import CommandState, Connection, Delivery, Link
from judge_app.ui import samples
from judge_app.ui.console import ConsoleWindow, seats
from judge_app.ui.ending import end
from judge_app.ui.language import Language
from judge_app.ui.samples import Play
from judge_app.ui.scenes.console import console
from judge_app.ui.scenes.plays import led, presenting
from judge_app.ui.theme import look, wear
from judge_app.ui.widgets import OptionCard
from tests.ui.desk import Heard, button, dressed

SPACE = Qt.Key.Key_Space


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


def shown(qtbot: QtBot, play: Play) -> tuple[ConsoleWindow, Heard]:
    window = console(play)
    qtbot.addWidget(window)
    window.show()
    return window, Heard(window.command)


def test_space_takes_a_session_from_the_first_call_to_scoring(qtbot: QtBot) -> None:
    play = samples.opened()
    window, heard = shown(qtbot, play)
    for expected in (
        commands.CallProject(entry_no="1"),
        commands.StartPhase(phase="presentation"),
        commands.StartPhase(phase="qa"),
        commands.OpenScoring(),
        commands.CallProject(entry_no="2"),
    ):
        qtbot.keyClick(window, SPACE)
        assert heard[-1] == expected
        play.do("host", heard[-1])
        window.set_view(play.host())
        play.wait(30)
    assert len(heard) == 5


def test_the_next_step_says_what_will_happen(qtbot: QtBot, language: Language) -> None:
    window, _ = shown(qtbot, presenting())
    assert window.next_button.text() == "结束演示，开始问答"
    language.use("en")
    QApplication.processEvents()
    assert window.next_button.text() == "End Presentation, start Questions"


def test_space_on_a_focused_button_presses_that_button_and_not_the_next_step(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    window.hold_button.setFocus()
    qtbot.keyClick(window.hold_button, SPACE)
    assert [type(one) for one in heard] == [commands.HoldClock]


def test_a_click_leaves_the_keys_with_the_window(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, presenting())
    qtbot.mouseClick(window.hold_button, Qt.MouseButton.LeftButton)
    assert not window.hold_button.hasFocus()


def test_pause_is_at_once_and_goes_on_with_the_same_key(qtbot: QtBot) -> None:
    play = presenting()
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert isinstance(heard[0], commands.HoldClock)
    assert not heard[0].technical
    assert heard[0].reason
    play.do("host", heard[0])
    window.set_view(play.host())
    play.wait(1)
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert heard[1] == commands.ReleaseClock()


def test_a_technical_stop_takes_one_figure_and_is_settled_with_an_outcome(qtbot: QtBot) -> None:
    play = presenting()
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, Qt.Key.Key_T)
    assert heard == []
    qtbot.keyClick(window.ask, Qt.Key.Key_1)
    assert heard == [commands.HoldClock(technical=True, reason="投影")]
    play.do("host", heard[0])
    window.set_view(play.host())
    play.wait(1)
    qtbot.keyClick(window, SPACE)
    assert len(heard) == 1
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert heard[1] == commands.ReleaseClock(outcome=Outcome.NO_EFFECT)


def test_after_enter_without_a_reason_its_figures_are_keys_still_and_letters_are_a_reason(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.keyClick(window, Qt.Key.Key_T)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_2)
    assert heard == [commands.HoldClock(technical=True, reason="电脑")]
    qtbot.keyClick(window, Qt.Key.Key_T)
    qtbot.keyClicks(window.focusWidget(), "m")
    qtbot.keyClicks(window.focusWidget(), "ic 2")
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert heard[1:] == [commands.HoldClock(technical=True, reason="mic 2")]


def test_space_does_nothing_while_something_is_asked(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.keyClick(window, Qt.Key.Key_T)
    qtbot.keyClick(window.ask, SPACE)
    assert heard == []


def test_time_needs_a_reason_before_it_is_given(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.keyClick(window, Qt.Key.Key_Plus)
    qtbot.mouseClick(button(window.ask, "更改时间"), Qt.MouseButton.LeftButton)
    assert heard == []
    qtbot.mouseClick(button(window.ask, "组长决定"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "更改时间"), Qt.MouseButton.LeftButton)
    assert heard == [commands.AddTime(seconds=60, reason="组长决定")]


def test_minus_proposes_to_take_time(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.keyClick(window, Qt.Key.Key_Minus)
    qtbot.mouseClick(button(window.ask, "现场干扰"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "更改时间"), Qt.MouseButton.LeftButton)
    assert heard == [commands.AddTime(seconds=-60, reason="现场干扰")]


def test_ending_is_asked_with_its_consequence_and_escape_leaves_it(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.keyClick(window, Qt.Key.Key_E)
    assert window.ask.question is not None
    assert "1:46" in window.ask.question.consequence
    qtbot.keyClick(window.ask, Qt.Key.Key_Escape)
    assert window.ask.question is None
    qtbot.keyClick(window, Qt.Key.Key_E)
    qtbot.keyClick(window.ask, Qt.Key.Key_1)
    assert heard == [commands.EndPhase(reason="提前讲完")]


def test_a_question_about_the_clock_goes_when_the_phase_is_over(qtbot: QtBot) -> None:
    play = presenting()
    window, _ = shown(qtbot, play)
    qtbot.keyClick(window, Qt.Key.Key_E)
    window.set_view(play.wait(107).host())
    assert window.ask.question is None
    assert window.next_button.isVisible()


def test_undo_is_there_for_five_seconds_and_not_longer(qtbot: QtBot) -> None:
    play = presenting().do("host", commands.StartPhase(phase="qa")).wait(1)
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, Qt.Key.Key_U)
    assert heard == [commands.UndoStep()]
    play.wait(10)
    window.set_now(lambda: play.now_ns)
    qtbot.keyClick(window, Qt.Key.Key_U)
    assert len(heard) == 1
    assert not window.focus_card.undo.isVisible()


def test_the_clock_is_drawn_from_its_deadline_and_counts_nothing(qtbot: QtBot) -> None:
    play = presenting()
    window, _ = shown(qtbot, play)
    clock = window.focus_card.clock
    assert clock.text == "1:46"
    play.now_ns += 46 * SECOND
    assert clock.text == "1:00"
    play.now_ns += 300 * SECOND
    assert clock.text == "0:00"


def test_a_phase_whose_slides_stay_shows_overtime(qtbot: QtBot) -> None:
    play = presenting().wait(107).do("host", commands.StartPhase(phase="qa")).wait(275)
    window, _ = shown(qtbot, play)
    assert window.focus_card.clock.text == "+0:35"


def test_the_seats_say_who_writes_and_who_is_in_and_never_a_mark(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, presenting())
    words = {row.key: row.word for row in window.seat_list.rows}  # type: ignore[attr-defined]
    assert words["judge:E2"] == "填写中 4/6"
    assert words["judge:E6"] == "断开 0:23"
    assert words["judge:E1"].startswith("已记录 #")
    assert words["judge:P2"] == "未动笔"


def test_a_device_that_asks_is_let_in_or_refused_with_a_reason(qtbot: QtBot) -> None:
    play = samples.opened()
    play.happen(events.DeviceEnrolled(seat="judge:E4", device="d4", name="LAPTOP", key="00" * 32, admitted=False))
    window, heard = shown(qtbot, play)
    qtbot.mouseClick(button(window.trouble_panel, "准许"), Qt.MouseButton.LeftButton)
    assert heard == [commands.AdmitDevice(seat="judge:E4", device="d4")]
    qtbot.mouseClick(button(window.trouble_panel, "拒绝…"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "不是本人"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "拒绝"), Qt.MouseButton.LeftButton)
    assert heard[1] == commands.RevokeDevice(seat="judge:E4", device="d4", reason="不是本人")


def test_a_judge_away_is_marked_absent_from_the_trouble_itself(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.mouseClick(button(window.trouble_panel, "标记缺席…"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "电脑故障"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "记录"), Qt.MouseButton.LeftButton)
    assert heard == [commands.SetPresence(entry_no="5", judge="E6", presence=Presence.ABSENT, reason="电脑故障")]


def test_the_join_link_of_a_seat_is_shown_as_a_code_and_copied(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, presenting())
    window.show_seat("judge:E6")
    qtbot.mouseClick(button(window.seat_panel, "复制链接"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == samples.LINK.format(seat="judge:E6")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.seat_card.isVisible()


def test_a_new_running_order_is_a_draft_until_it_is_taken_with_a_reason(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    window.show_project("7")
    qtbot.mouseClick(button(window.project_panel, "提前"), Qt.MouseButton.LeftButton)
    assert heard == []
    assert [row.key for row in window.order_list.rows][5:7] == ["7", "6"]
    qtbot.mouseClick(button(window, "采用…"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "路演人迟到"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "采用新顺序"), Qt.MouseButton.LeftButton)
    assert heard == [commands.ReorderProjects(entry_nos=("7", "6", "8", "9", "10"), reason="路演人迟到")]


def test_after_three_calls_it_says_how_to_settle_it(qtbot: QtBot) -> None:
    play = samples.opened()
    for _ in range(3):
        play.do("host", commands.CallProject(entry_no="1"))
    window, heard = shown(qtbot, play)
    qtbot.mouseClick(button(window.trouble_panel, "处理…"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "叫号后无人上场"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "记录"), Qt.MouseButton.LeftButton)
    assert heard == [commands.MarkNoShow(entry_no="1", forfeit=False, reason="叫号后无人上场")]


def test_a_command_on_its_way_holds_the_next_one_back(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    window.set_command_state(CommandState(command_id="1", delivery=Delivery.SENDING))
    qtbot.keyClick(window, SPACE)
    assert heard == []
    window.set_command_state(CommandState(command_id="1", delivery=Delivery.RECORDED, seq=9))
    qtbot.keyClick(window, SPACE)
    assert len(heard) == 1


def test_a_refusal_says_why_until_it_is_understood(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, samples.opened())
    refused = CommandState(command_id="1", delivery=Delivery.REFUSED, code="busy", zh="请先结束", en="end it first")
    window.set_command_state(refused)
    assert window.trouble_panel.troubles[0].title == "未执行：请先结束"
    qtbot.mouseClick(button(window.trouble_panel, "知道了"), Qt.MouseButton.LeftButton)
    assert window.trouble_panel.troubles == ()


def test_without_the_room_the_clock_is_grey_and_the_banner_says_what_is_safe(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, presenting())
    assert not window.banner.isVisible()
    window.set_connection(Connection(link=Link.OFFLINE))
    assert window.banner.isVisible()
    assert "计时照常" in window.banner.accessibleName()


def test_the_timekeeper_has_the_clock_and_not_the_call(qtbot: QtBot) -> None:
    play = samples.opened()
    window = ConsoleWindow()
    qtbot.addWidget(window)
    window.set_briefing(play.briefing("timekeeper"))
    view = play.view("timekeeper")
    window.set_view(view)  # type: ignore[arg-type]
    assert not window.next_button.isEnabled()
    assert window.next_button.note == "由主持人操作。"


def test_names_with_markup_are_shown_as_they_stand(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, presenting())
    window.focus_card._name.setText("<b>粗</b>")
    assert window.focus_card._name.textFormat() is Qt.TextFormat.PlainText


def test_enter_in_a_reason_answers_once(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.keyClick(window, Qt.Key.Key_M)
    field = window.ask.findChild(QLineEdit)
    assert field is not None
    qtbot.keyClicks(field, "louder")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard == [commands.ShowMessage(text="louder")]


def test_the_seat_cards_are_printed_from_the_menu_and_where_they_lie_is_said(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, samples.opened())
    asked: list[tuple[str, str]] = []
    window.print_requested.connect(lambda form, entry_no: asked.append((form, entry_no)))
    window._menu.aboutToShow.emit()
    next(action for action in window._menu.actions() if action.text().startswith("打印席位卡")).trigger()
    assert asked == [("cards", "")]
    for path, error, said in (("/x/cards.pdf", "", "双面打印"), ("", "disk full", "disk full")):
        window.set_printed("cards", path, error)
        trouble = window.trouble_panel.troubles[0]
        assert said in trouble.title
        assert path in trouble.text
        qtbot.mouseClick(button(window.trouble_panel, "知道了"), Qt.MouseButton.LeftButton)
        assert window.trouble_panel.troubles == ()


def test_who_waits_to_be_let_in_stands_before_what_was_printed(qtbot: QtBot) -> None:
    play = samples.opened()
    window, _ = shown(qtbot, play)
    window.set_printed("cards", "/x/cards.pdf", "")
    play.happen(events.DeviceEnrolled(seat="judge:E4", device="d4", name="x", key="00" * 32, admitted=False))
    window.set_view(play.host())
    assert [one.key.split("|")[0] for one in window.trouble_panel.troubles] == ["admit", "printed"]


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_bar_is_as_high_as_its_buttons_in_any_size_of_type(qtbot: QtBot, qapp: QApplication, scale: float) -> None:
    wear(qapp, look("light", scale))
    try:
        window, _ = shown(qtbot, presenting())
        window.resize(1280, 720)
        assert window.appearance.height() >= window.appearance.sizeHint().height()
        assert window._bar.rect().contains(window.appearance.geometry())
    finally:
        wear(qapp, look("light"))


def test_a_seat_s_state_stands_below_the_name_where_both_have_no_room(qtbot: QtBot, qapp: QApplication) -> None:
    window, _ = shown(qtbot, presenting())
    rows = window.seat_list
    delegate, theme = seats.SeatDelegate(rows), look("light", 2.0)
    row = seats.SeatRow(key="judge:E1", name="沈知衡", note="", word="已记录 #146", tone="ok")
    wide, narrow = delegate.height(theme, row, 600), delegate.height(theme, row, 230)
    assert narrow > wide == theme.px(38)
    picture = QImage(230, narrow, QImage.Format.Format_RGB32)
    picture.fill(theme.colour("paper"))
    painter = QPainter(picture)
    delegate.paint_row(painter, theme, picture.rect(), row)
    painter.end()
    ink = theme.colour("ink").rgb()
    assert any(picture.pixel(x, y) == ink for x in range(32, 140) for y in range(theme.px(38))), "the name is there"


def test_a_language_that_changes_while_something_is_asked_asks_it_anew(qtbot: QtBot, language: Language) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.keyClick(window, Qt.Key.Key_Plus)
    assert window.ask.question is not None
    option = next(one for one in window.ask.findChildren(OptionCard) if one.property("choice") == "30")
    option.setChecked(True)
    window.ask.findChildren(QLineEdit)[-1].setText("现场")
    language.use("en")
    QApplication.processEvents()
    assert window.ask.question.title.startswith("Give or take time")
    fields = [one for one in window.ask.findChildren(QLineEdit) if one.isVisible()]
    assert [one.text() for one in fields] == ["现场"]
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert heard == [commands.AddTime(seconds=30, reason="现场")]


def test_in_the_middle_of_a_project_the_desk_is_left_only_once_that_is_answered(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, presenting())
    left: list[bool] = []
    window.leave_requested.connect(lambda: left.append(True))
    assert not window.close()
    window.leave()
    assert left == []
    assert window.ask.question is not None
    assert window.ask.question.key == "leave"
    qtbot.keyClick(window.focusWidget(), SPACE)
    assert left == []
    qtbot.keyClick(window.ask, Qt.Key.Key_Escape)
    assert window.isVisible()
    assert not window.close()
    qtbot.mouseClick(button(window.ask, "退出本场"), Qt.MouseButton.LeftButton)
    assert left == [True]
    assert window.close()


def test_who_ends_the_program_from_outside_is_asked_nothing(qtbot: QtBot, qapp: QApplication) -> None:
    window, _ = shown(qtbot, presenting())
    try:
        end()
        assert not window.isVisible()
        assert window.ask.question is None
    finally:
        qapp.setProperty("ending", False)


def test_between_projects_and_by_who_is_not_the_host_the_desk_is_left_at_once(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, samples.opened())
    assert window.close()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_project_s_name_is_whole_in_the_largest_type_too(qtbot: QtBot, qapp: QApplication, scale: float) -> None:
    wear(qapp, look("light", scale))
    try:
        window, _ = shown(qtbot, presenting())
        window.resize(1366, 748)
        QApplication.processEvents()
        name = window.focus_card._name
        assert name.height() >= name.fontMetrics().height()
    finally:
        wear(qapp, look("light"))


@pytest.mark.parametrize(
    ("reason", "said"), [(" / ".join(REOPENED), f"原因：{REOPENED[0]}"), ("话筒 / 灯光", "原因：话筒 / 灯光")]
)
def test_why_the_clock_is_held_stands_in_one_language(qtbot: QtBot, reason: str, said: str) -> None:
    play = presenting()
    play.do("host", commands.HoldClock(technical=True, reason=reason))
    window, _ = shown(qtbot, play)
    assert window.focus_card._below.text() == said


def test_what_is_shown_of_the_results_is_not_led_by_the_timekeeper(qtbot: QtBot) -> None:
    play = led(Showing.RANKING, 4)()
    window, heard = shown(qtbot, play)
    assert window.next_button.isEnabled()
    briefing = play.briefing("host")
    seat = msgspec.structs.replace(briefing.seat, role=Role.TIMEKEEPER)
    window.set_briefing(msgspec.structs.replace(briefing, seat=seat))
    assert not window.next_button.isEnabled()
    qtbot.keyClick(window, SPACE)
    assert heard == []
