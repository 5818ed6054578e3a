"""The judge's window through its public signals, with views that the rules themselves have made."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.core import commands
from judge_app.core.commands import AskReturn, Recuse, SubmitSheet
from judge_app.core.contest import Presence
from judge_app.seat.drafts import Draft
from judge_app.seat.state import CommandState, Connection, Delivery, Link
from judge_app.ui.judge import JudgeWindow
from judge_app.ui.judge.standing import Stand, standing
from judge_app.ui.language import Language
from judge_app.ui.samples import Play, long_contest, opened, score
from judge_app.ui.samples import under_way as played
from judge_app.ui.scenes.plays import presenting
from judge_app.ui.theme import load_fonts, look, wear

ONLINE = Connection(link=Link.ONLINE)
OFFLINE = Connection(link=Link.OFFLINE)
FULL = {
    "expert100": {"综合表现": 1800, "普及意义": 1700, "痛点明确": 1800, "方案可行性": 1600, "技术先进性": 1500},
    "creative10": {"创新创意分": 850},
}
MARKS = ["18", "17", "18", "16", "15", "8.5"]


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[Language]:
    load_fonts()
    wear(qapp, look("light"))
    language = Language(qapp, "zh")
    yield language
    language.use("en")


@cache
def _played_once() -> Play:
    return played()


def under_way() -> Play:
    """A play of its own, from the one that was played for all: its state is a value."""
    return copy(_played_once())


class Sat:
    """A judge's window at a play, and what came out of it."""

    def __init__(self, qtbot: QtBot, play: Play, judge: str = "E6", drafts: dict[str, Draft] | None = None) -> None:
        self.qtbot, self.play, self.seat = qtbot, play, f"judge:{judge}"
        self.window = JudgeWindow(wall=lambda: datetime(2026, 12, 5, 2, 14, 5, tzinfo=UTC))
        qtbot.addWidget(self.window)
        self.commands: list[Any] = []
        self.drafts: list[tuple[str, Any, str]] = []
        self.progress: list[tuple[str, int, int]] = []
        self.window.command.connect(self.commands.append)
        self.window.draft_changed.connect(lambda *draft: self.drafts.append(draft))
        self.window.progress.connect(lambda *done: self.progress.append(done))
        self.window.set_now(lambda: play.now_ns)
        self.window.set_briefing(play.briefing(self.seat))
        if drafts is not None:
            self.window.set_drafts(drafts)
        self.window.set_connection(ONLINE)
        self.window.show()
        self.look()

    def look(self) -> None:
        """The room sends its view."""
        view = self.play.view(self.seat)
        self.window.set_view(view)  # type: ignore[arg-type]  # a judge's seat gets a judge's view

    def type(self, *marks: str) -> None:
        for row, mark in zip(self.window.form.rows, marks, strict=False):
            row.entry.setFocus()
            row.entry.field.selectAll()
            self.qtbot.keyClicks(row.entry.field, mark)

    def press(self) -> None:
        self.qtbot.mouseClick(self.window.next_button, Qt.MouseButton.LeftButton)

    @property
    def next_words(self) -> str:
        return self.window.next_button.text()

    def answer(self, delivery: Delivery, **more: Any) -> None:
        state = CommandState(command_id="c", delivery=delivery, kind="SubmitSheet", entry_no="5", **more)
        self.window.set_command_state(state)


@pytest.fixture
def sat(qtbot: QtBot) -> Sat:
    return Sat(qtbot, under_way())


def test_a_whole_sheet_typed_goes_out_as_hundredths_after_it_was_looked_over(sat: Sat) -> None:
    sat.type(*MARKS)
    sat.window.comment.setPlainText("建议补充成本测算")
    assert sat.next_words == "提交评分"
    sat.press()
    assert sat.commands == []
    assert sat.window.summary.isVisible()
    assert sat.next_words == "确认提交"
    sat.press()
    assert sat.commands == [SubmitSheet(entry_no="5", revision=0, points=FULL, comment="建议补充成本测算")]
    assert sat.next_words == "正在送出……"
    sat.play.do(sat.seat, sat.commands[0])
    sat.answer(Delivery.RECORDED, seq=57)
    assert sat.window.head.state.text == "已记录 #57"
    sat.look()
    assert sat.window.head.state.text.startswith("已记录 #")
    assert sat.next_words == "等待下一个项目"


def test_enter_goes_from_line_to_line_and_then_to_the_button(qtbot: QtBot, sat: Sat) -> None:
    rows = sat.window.form.rows
    rows[0].entry.setFocus()
    for row, mark in zip(rows, MARKS, strict=True):
        assert row.entry.field.hasFocus()
        qtbot.keyClicks(row.entry.field, mark)
        qtbot.keyClick(row.entry.field, Qt.Key.Key_Return)
    assert sat.window.next_button.hasFocus()
    assert sat.window.form.points() == FULL


def test_the_keyboard_alone_submits(qtbot: QtBot, sat: Sat) -> None:
    sat.type(*MARKS)
    for _ in range(2):
        qtbot.keyClick(sat.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(sat.commands) == 1


def test_esc_goes_back_from_the_summary(qtbot: QtBot, sat: Sat) -> None:
    sat.type(*MARKS)
    sat.press()
    qtbot.keyClick(sat.window, Qt.Key.Key_Escape)
    assert not sat.window.summary.isVisible()
    sat.type("10")
    assert sat.window.form.points()["expert100"]["综合表现"] == 1000


def test_a_missing_line_is_gone_to_and_nothing_is_sent(sat: Sat) -> None:
    sat.type("18", "17")
    assert sat.next_words == "还差 4 项，去填写"
    sat.press()
    assert sat.window.form.rows[2].entry.field.hasFocus()
    assert sat.commands == []


@pytest.mark.parametrize(
    ("row", "typed", "reason"), [(0, "25", "最高 20 分"), (5, "8.3", "步长为 0.5"), (1, "a", "数字")]
)
def test_a_mark_that_cannot_be_is_said_at_once_and_never_sent(sat: Sat, row: int, typed: str, reason: str) -> None:
    sat.type(*MARKS)
    entry = sat.window.form.rows[row].entry
    entry.setFocus()
    entry.field.selectAll()
    sat.qtbot.keyClicks(entry.field, typed)
    assert reason in entry.wrong
    assert entry.field.text() == typed, "what was typed stays to be seen"
    assert sat.next_words == "去改正填错的分数"
    sat.press()
    assert sat.commands == []
    assert entry.field.hasFocus()


def test_steps_by_arrows_buttons_and_the_focused_wheel(qtbot: QtBot, sat: Sat) -> None:
    entry = sat.window.form.rows[5].entry
    entry.setFocus()
    qtbot.keyClicks(entry.field, "8")
    qtbot.keyClick(entry.field, Qt.Key.Key_Up)
    assert entry.value == 850
    qtbot.mouseClick(entry.more, Qt.MouseButton.LeftButton)
    assert entry.value == 900
    qtbot.mouseClick(entry.less, Qt.MouseButton.LeftButton)
    qtbot.keyClick(entry.field, Qt.Key.Key_PageDown)
    assert entry.value == 600

    def wheel(notches: int) -> None:
        at = QPointF(entry.field.rect().center())
        event = QWheelEvent(
            at,
            at,
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(entry.field, event)

    wheel(1)
    assert entry.value == 650
    sat.window.form.rows[0].entry.setFocus()
    wheel(1)
    assert entry.value == 650, "the wheel scrolls the page unless the field has the focus"


def test_a_tap_on_the_slider_sets_the_mark(qtbot: QtBot, sat: Sat) -> None:
    row = sat.window.form.rows[0]
    qtbot.mouseClick(row.slider, Qt.MouseButton.LeftButton, pos=QPoint(row.slider.x_of(1700), 14))
    assert row.value == 1700
    assert row.entry.field.text() == "17"


def test_the_total_runs_along_and_nothing_given_is_not_zero(sat: Sat) -> None:
    card = sat.window.totals_card
    assert card.total.text() == "—"
    sat.type("18", "17")
    assert (card.total.text(), card.missing.text()) == ("35", "合计（还差 4 项）")
    assert card.others.text() == "创新创意分 — / 10"
    sat.type(*MARKS)
    assert (card.total.text(), card.missing.text(), card.others.text()) == ("84", "合计", "创新创意分 8.5 / 10")


def test_progress_is_told_in_lines_and_never_in_marks(sat: Sat) -> None:
    sat.type("18", "17")
    assert sat.progress[-1] == ("5", 2, 6)


def test_drafts_are_told_by_themselves_and_come_back(qtbot: QtBot, sat: Sat) -> None:
    with qtbot.waitSignal(sat.window.draft_changed, timeout=20_000):
        sat.type("18", "17")
    entry_no, points, comment = sat.drafts[-1]
    assert (entry_no, points, comment) == ("5", {"expert100": {"综合表现": 1800, "普及意义": 1700}}, "")
    assert "10:14:05" in sat.window.foot.text() or "02:14:05" in sat.window.foot.text()
    again = Sat(qtbot, sat.play, drafts={"5": Draft(points=points, comment="稍后补")})
    assert again.window.form.points() == points
    assert again.window.comment.toPlainText() == "稍后补"


def test_closing_the_window_keeps_what_was_typed_last(sat: Sat) -> None:
    sat.type("18")
    sat.window.close()
    assert sat.drafts[-1][1] == {"expert100": {"综合表现": 1800}}


def test_a_view_that_arrives_while_typing_touches_nothing(sat: Sat) -> None:
    sat.type("18", "17")
    sat.qtbot.keyClicks(sat.window.form.rows[2].entry.field, "1")
    sat.play.do("host", commands.ShowMessage(text="请靠近话筒"))
    sat.look()
    assert [row.entry.field.text() for row in sat.window.form.rows[:3]] == ["18", "17", "1"]


def test_the_next_project_does_not_take_a_half_written_sheet_away(sat: Sat) -> None:
    sat.type("18", "17")
    sat.play.do("host", commands.StartPhase(phase="qa"), commands.OpenScoring(), commands.CallProject(entry_no="6"))
    sat.look()
    assert sat.window.entry_no == "5"
    troubles = {trouble.key: trouble for trouble in sat.window.troubles.troubles}
    assert troubles["called"].title == "06 号项目已叫号"
    sat.window.troubles.acted.emit("called", "go")
    assert sat.window.entry_no == "6"
    assert sat.window.form.filled == 0
    assert sat.drafts[-1][:2] == ("5", {"expert100": {"综合表现": 1800, "普及意义": 1700}})
    sat.window.own_list.picked.emit("5")
    assert sat.window.form.points() == {"expert100": {"综合表现": 1800, "普及意义": 1700}}


def test_with_nothing_written_it_goes_along_with_the_stage(sat: Sat) -> None:
    sat.play.do("host", commands.StartPhase(phase="qa"), commands.OpenScoring(), commands.CallProject(entry_no="6"))
    sat.look()
    assert sat.window.entry_no == "6"
    assert sat.next_words == "演示开始后可提交"


def test_without_the_room_it_says_what_is_recorded_and_what_is_not(sat: Sat) -> None:
    sat.window.set_connection(OFFLINE)
    assert sat.window.banner.isVisible()
    sat.type(*MARKS)
    sat.press()
    sat.press()
    assert sat.next_words == "已存本机，尚未送出"
    assert sat.window.head.state.text == "尚未送出"
    assert "尚未送出 1 份" in sat.window.banner.accessibleName()
    assert "。已记录" in sat.window.banner.accessibleName(), "one sentence ends before the next begins"
    assert not any(row.entry.more.isEnabled() for row in sat.window.form.rows), "a sheet that is out is not changed"


def test_a_refusal_gives_the_sheet_back_with_its_reason(sat: Sat) -> None:
    sat.type(*MARKS)
    sat.press()
    sat.press()
    sat.answer(Delivery.REFUSED, code="not_open", zh="5 号项目现在不能评分", en="project 5 is not open")
    assert sat.window.form.points() == FULL
    troubles = {trouble.key: trouble for trouble in sat.window.troubles.troubles}
    assert "5 号项目现在不能评分" in troubles["refused"].text
    assert sat.next_words == "提交评分"
    sat.press()
    sat.press()
    assert len(sat.commands) == 2


def test_a_returned_sheet_builds_on_its_revision_and_starts_from_its_marks(qtbot: QtBot) -> None:
    play = under_way()
    score(play, "5")
    play.do("chair", commands.ReturnSheet(entry_no="5", judge="E6", reason="综合表现请核对"))
    sat = Sat(qtbot, play)
    assert sat.window.form.complete
    assert "综合表现请核对" in sat.window.troubles.troubles[0].text
    sat.type("11")
    sat.press()
    sat.press()
    sent = sat.commands[0]
    assert (sent.revision, sent.points["expert100"]["综合表现"]) == (1, 1100)
    play.do(sat.seat, sent)


def test_a_recorded_sheet_is_read_only_and_can_be_asked_for(qtbot: QtBot) -> None:
    play = under_way()
    score(play, "5")
    sat = Sat(qtbot, play)
    assert sat.window.form.complete
    assert all(row.entry.field.isReadOnly() for row in sat.window.form.rows)
    qtbot.mouseClick(sat.window.return_button, Qt.MouseButton.LeftButton)
    sat.window.ask.answered.emit(sat.window.ask.question.key, "", "分数填错", "")  # type: ignore[union-attr]  # it was asked
    assert sat.commands == [AskReturn(entry_no="5", reason="分数填错")]
    play.do(sat.seat, sat.commands[0])
    sat.look()
    assert sat.window.head.state.text == "已申请退回"


def test_recusing_needs_a_reason_and_ends_the_sheet(qtbot: QtBot, sat: Sat) -> None:
    qtbot.mouseClick(sat.window.recuse_button, Qt.MouseButton.LeftButton)
    question = sat.window.ask.question
    assert question is not None
    assert question.needs_reason
    sat.window.ask.answered.emit(question.key, "", "同一单位", "")
    assert sat.commands == [Recuse(entry_no="5", reason="同一单位")]
    sat.play.do(sat.seat, sat.commands[0])
    sat.look()
    assert sat.window.head.state.text == "回避"
    assert not sat.window.recuse_button.isVisible()


def test_the_project_one_marks_is_seen_in_the_list_of_ones_own_also_in_a_small_window(qtbot: QtBot) -> None:
    sat = Sat(qtbot, under_way())
    rows = sat.window.own_list
    sat.window.resize(1280, 1200)
    sat.window.show()
    last = rows.model().index(len(rows.rows) - 1, 0)
    assert rows.rows[-1].shown  # type: ignore[attr-defined]
    assert rows.viewport().rect().contains(rows.visualRect(last))
    sat.window.resize(1280, 560)
    QApplication.processEvents()
    assert rows.viewport().height() < rows.content_height  # negative control: not all have room
    assert rows.viewport().rect().contains(rows.visualRect(last))


def test_only_the_own_marks_are_listed_with_their_states(sat: Sat) -> None:
    rows = {row.key: row for row in sat.window.own_list.rows}
    assert list(rows) == ["1", "2", "3", "4", "5"]
    assert rows["1"].main == "91"  # type: ignore[attr-defined]  # an OwnRow
    assert rows["1"].word.startswith("已记录 #")  # type: ignore[attr-defined]  # an OwnRow
    assert rows["4"].main == ""  # type: ignore[attr-defined]  # an OwnRow


def test_an_earlier_project_can_be_read_and_left_again(sat: Sat) -> None:
    sat.window.own_list.picked.emit("1")
    assert sat.window.entry_no == "1"
    assert sat.window.form.complete
    assert sat.next_words == "回到 05 号项目"
    sat.press()
    assert sat.window.entry_no == "5"


def test_before_the_first_call_it_says_what_will_come(qtbot: QtBot) -> None:
    sat = Sat(qtbot, opened())
    assert sat.window.entry_no is None
    assert not sat.window.next_button.isEnabled()
    sat.press()
    assert sat.commands == []


def test_a_professional_judge_has_the_sheet_of_his_class(qtbot: QtBot) -> None:
    sat = Sat(qtbot, under_way(), judge="P1")
    assert [row.line.key for row in sat.window.form.rows] == [("professional30", "专业评分")]


def test_english_and_a_larger_type_lose_nothing_that_was_typed(
    qtbot: QtBot, qapp: QApplication, dressed: Language, sat: Sat
) -> None:
    sat.type("18", "17")
    dressed.use("en")
    wear(qapp, look("contrast-dark", 1.5))
    qapp.processEvents()
    assert sat.window.form.filled == 2
    assert sat.next_words == "4 to fill in"
    with qtbot.waitSignal(sat.window.scale_requested) as asked:
        qtbot.mouseClick(sat.window.bar.larger, Qt.MouseButton.LeftButton)
    assert asked.args == [1.75]


def test_twelve_criteria_and_long_names_fit_and_scroll(qtbot: QtBot) -> None:
    play = Play(long_contest(projects=30))
    play.do("host", commands.CallProject(entry_no="1"), commands.StartPhase(phase="presentation"))
    sat = Sat(qtbot, play, judge="E2")
    assert sat.window.form.lines == 12
    last = sat.window.form.rows[-1]
    last.entry.setFocus()
    qtbot.waitUntil(lambda: last.visibleRegion().boundingRect().height() > 0)


@pytest.mark.parametrize(
    ("done", "stand"),
    [
        (lambda play: play, Stand.OPEN),
        (lambda play: score(play, "5"), Stand.RECORDED),
        (
            lambda play: play.do(
                "host",
                commands.SetPresence(entry_no="5", judge="E6", presence=Presence.ABSENT, reason="临时有事"),
            ),
            Stand.ABSENT,
        ),
        (
            lambda play: play.do(
                "host", commands.EndPhase(), commands.RemoveProject(entry_no="5", disqualified=True, reason="造假")
            ),
            Stand.OUT,
        ),
    ],
)
def test_where_a_sheet_stands_follows_from_the_view(done: Any, stand: Stand) -> None:
    view = done(under_way()).view("judge:E6")
    assert standing(view, "5").stand is stand


def test_a_window_that_is_brought_to_the_front_takes_figures_at_once(qtbot: QtBot, sat: Sat) -> None:
    window = sat.window
    window.setFocus()
    assert window.focusWidget() is window
    with qtbot.waitActive(window):
        window.activateWindow()
    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    assert window.focusWidget() is window.form.rows[0].entry.field


def test_a_field_that_somebody_is_in_keeps_the_keys_when_the_window_comes_back(qtbot: QtBot, sat: Sat) -> None:
    window = sat.window
    with qtbot.waitActive(window):
        window.activateWindow()
    window.comment.setFocus()
    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    assert window.focusWidget() is window.comment


def test_the_clock_goes_with_the_phases_and_scoring_shows_none_of_what_was_left(qtbot: QtBot) -> None:
    play = presenting()
    sat = Sat(qtbot, play, "E1")
    assert (sat.window.bar.phase.text(), sat.window.bar.clock.isVisible()) == ("演示", True)
    play.do("host", commands.StartPhase(phase="qa"))
    play.do("host", commands.OpenScoring())
    sat.look()
    assert (sat.window.bar.phase.text(), sat.window.bar.clock.isVisible()) == ("评分", False)


def test_a_figure_after_a_click_beside_the_fields_is_a_mark(qtbot: QtBot, sat: Sat) -> None:
    sat.window.activateWindow()
    qtbot.waitUntil(sat.window.isActiveWindow)
    qtbot.mouseClick(sat.window.bar.larger, Qt.MouseButton.LeftButton)
    assert sat.window.focusWidget() is sat.window
    qtbot.keyClick(sat.window, Qt.Key.Key_1)
    qtbot.keyClick(sat.window.focusWidget(), Qt.Key.Key_7)
    assert next(row.value for row in sat.window.form.rows) == 1700


def test_a_letter_after_a_click_beside_the_fields_is_none(qtbot: QtBot, sat: Sat) -> None:
    qtbot.mouseClick(sat.window.bar.larger, Qt.MouseButton.LeftButton)
    qtbot.keyClick(sat.window, Qt.Key.Key_P)
    assert sat.window.form.filled == 0
