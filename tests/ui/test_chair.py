"""The chair's window and the desk's, by their signals and by real keys and clicks."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.core import commands, session
from judge_app.core.contest import Presence
from judge_app.core.marks import Ruling
from judge_app.core.seats import Role
from judge_app.ui.chair import ChairWindow, pending, table, trial
from judge_app.ui.chair.working import parts
from judge_app.ui.language import Code, Language
from judge_app.ui.samples import Play
from judge_app.ui.scenes.chair import chair, contested, long_contest
from judge_app.ui.scenes.plays import all_heard, few_sheets, presenting
from judge_app.ui.theme import theme_of
from judge_app.ui.theme.type import MEDIUM, SMALL
from judge_app.ui.widgets import OptionCard
from judge_app.ui.widgets.label import broken
from tests.ui.desk import Heard, button, dressed

SPACE = Qt.Key.Key_Space


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


def shown(qtbot: QtBot, play: Play, seat: str = "chair") -> tuple[ChairWindow, Heard]:
    window = chair(play, seat)
    qtbot.addWidget(window)
    window.show()
    return window, Heard(window.command)


def test_it_opens_on_what_waits_for_review_and_space_locks_it(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    assert window.shown == "3"
    qtbot.keyClick(window, SPACE)
    assert heard == [commands.LockProject(entry_no="3")]


def test_the_working_of_a_total_is_shown_in_numbers() -> None:
    play = presenting()
    view = play.chair()
    assert view.tabulation is not None
    made = parts(play.setup.rules, view.tabulation.project("2"))
    assert [(part.working, part.score) for part in made[:3]] == [
        ("446 ÷ 5 =", "89.20"),
        ("80 ÷ 3 =", "26.67"),
        ("42.5 ÷ 5 =", "8.50"),
    ]
    assert made[-1].score == "124.37"


def test_exactly_the_dropped_marks_are_struck_through_and_say_why() -> None:
    play = presenting()
    rows = {row.judge: row for row in table.rows(play.chair(), play.briefing("chair"), "2", "专家评委")}
    struck = {no: [at for at, cell in enumerate(row.cells) if cell.struck] for no, row in rows.items()}
    assert {no: cells for no, cells in struck.items() if cells} == {"E2": [6], "E4": [5], "E7": [5, 6]}
    assert [words for words, _ in rows["E4"].notes] == ["去最高"]


def test_a_judge_who_recused_has_dashes_and_never_a_zero() -> None:
    play = presenting()
    row = next(row for row in table.rows(play.chair(), play.briefing("chair"), "1", "专家评委") if row.judge == "E3")
    assert {cell.text for cell in row.cells} == {"—"}


def test_a_chair_who_judges_sees_nothing_of_a_project_before_her_own_sheet(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, presenting(missing=["E1", "E2"]))
    window.show_project("5")
    assert "您自己的评分表" in window.sheet_card._nothing.text()
    assert not any(one.isVisible() for one in window.sheet_card._tables.values())


def test_a_ruling_shows_its_effect_before_it_is_made_and_the_room_takes_it(qtbot: QtBot) -> None:
    play = few_sheets()
    window, heard = shown(qtbot, play)
    qtbot.keyClick(window, SPACE)
    question = window.ask.question
    assert question is not None
    assert "25.50" in question.choices[0].effect
    assert heard == []
    window.ask._reason.setText("评委组决定取平均")  # type: ignore[union-attr]
    qtbot.mouseClick(button(window.ask, "记录裁定"), Qt.MouseButton.LeftButton)
    made = msgspec.json.decode(heard[0].ruling, type=Ruling)
    assert (made.kind, made.entry_no, made.component, made.method) == (
        "few_sheets",
        "3",
        "professional30",
        "plain_mean",
    )
    play.do("chair", heard[0])
    results = play.chair().tabulation
    assert results is not None
    assert str(results.project("3").components["professional30"].score) == "25.50"


def test_the_trial_counts_as_the_room_counts() -> None:
    play = few_sheets()
    view, briefing = play.chair(), play.briefing("chair")
    one = pending.rulings_needed(view)[0]
    choice, ruling = pending.choices(one, view, briefing)[0]
    tried = trial.with_ruling(view, briefing, ruling)
    assert tried is not None
    play.do("chair", commands.MakeRuling(ruling=pending.encoded(ruling, "沈知衡", "理由"), reason="理由"))
    told = session.tabulation(play.state, play.chair().visible)
    assert {p.entry_no: (p.total, p.rank) for p in tried[0].projects} == {
        p.entry_no: (p.total, p.rank) for p in told.projects
    }
    assert choice.key == "plain_mean"


def test_a_sheet_is_returned_with_a_reason(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    window.choose_judge("E2")
    qtbot.keyClick(window, Qt.Key.Key_R)
    qtbot.mouseClick(button(window.ask, "疑似笔误"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "退回"), Qt.MouseButton.LeftButton)
    assert heard == [commands.ReturnSheet(entry_no="3", judge="E2", reason="疑似笔误")]


def test_nothing_is_returned_while_no_line_is_chosen(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    qtbot.keyClick(window, Qt.Key.Key_R)
    assert window.ask.question is None
    assert heard == []


def test_a_missing_judge_is_marked_absent_from_the_task(qtbot: QtBot) -> None:
    play = presenting().do("host", commands.CloseScoring(entry_no="4", missing=("E6",)))
    window, heard = shown(qtbot, play)
    qtbot.mouseClick(button(window.tasks, "标记缺席…"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "未到场"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "记录"), Qt.MouseButton.LeftButton)
    assert heard == [commands.SetPresence(entry_no="4", judge="E6", presence=Presence.ABSENT, reason="未到场")]


def test_opening_a_locked_result_takes_a_reason_and_a_second_person(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, presenting())
    window.show_project("1")
    qtbot.mouseClick(button(window.sheet_panel, "重新开启…"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "分数存疑"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(window.ask, "重新开启"), Qt.MouseButton.LeftButton)
    assert heard == []
    window.ask._second.setText("方景行")  # type: ignore[union-attr]
    qtbot.mouseClick(button(window.ask, "重新开启"), Qt.MouseButton.LeftButton)
    assert heard == [commands.ReopenProject(entry_no="1", reason="分数存疑", second_person="方景行")]


def test_the_end_of_a_session_is_sign_lock_confirm_publish_by_one_key(qtbot: QtBot) -> None:
    play = all_heard(lock=True)
    window, heard = shown(qtbot, play)

    def step(fill: str = "") -> None:
        qtbot.keyClick(window, SPACE)
        if fill:
            window.ask._reason.setText(fill)  # type: ignore[union-attr]
        qtbot.keyClick(window.ask, Qt.Key.Key_Return)
        play.do("chair", heard[-1])
        window.set_view(play.chair())

    step()
    assert isinstance(heard[-1], commands.SignOff)
    assert (heard[-1].role, heard[-1].name) == ("chair", "沈知衡")
    step()
    assert heard[-1] == commands.LockSession()
    for path in play.setup.rules.assumed:
        step("秘书组")
        assert heard[-1] == commands.ConfirmAssumed(path=path, name="秘书组")
    step()
    assert heard[-1] == commands.PublishResults()
    assert not window.next_button.isEnabled()


def test_a_signature_goes_stale_when_a_result_changes(qtbot: QtBot) -> None:
    play = all_heard(lock=True).do("scorer", commands.SignOff(role="scorer", name="程见微", head="x"))
    window, _ = shown(qtbot, play)
    state = window.signatures._rows[Role.SCORER].state
    assert state.text.startswith("已签")
    play.do("chair", commands.ReopenProject(entry_no="1", reason="存疑", second_person="方景行"))
    window.set_view(play.chair())
    assert state.text == "已失效，须重签"


def test_the_checker_signs_for_himself_and_is_asked_nothing_else(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, all_heard(lock=True), "checker")
    assert window.tasks.troubles == ()
    qtbot.keyClick(window, SPACE)
    window.ask._reason.setText("易安澜")  # type: ignore[union-attr]
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert (heard[0].role, heard[0].name) == ("checker", "易安澜")


def test_the_print_menu_asks_for_forms_by_project_or_session(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, presenting())
    wanted: list[tuple[str, str]] = []
    window.print_requested.connect(lambda form, entry_no: wanted.append((form, entry_no)))
    window.print_box.menu.aboutToShow.emit()
    for action in window.print_box.menu.actions()[:4]:
        action.trigger()
    assert wanted == [("F1", "3"), ("F2", "3"), ("F3", ""), ("F6", "")]


def test_what_is_read_out_is_a_number_only_when_the_result_is_final(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, few_sheets())
    assert "待评委组裁定" in window.sheet_card._announce_text.text()
    window.show_project("2")
    assert "124.37" in window.sheet_card._announce_text.text()


def test_what_can_be_done_about_the_worst_is_in_sight_in_a_small_window(qtbot: QtBot) -> None:
    window = contested(False)().widget
    assert isinstance(window, ChairWindow)
    qtbot.addWidget(window)
    window.resize(960, 540)
    window.show()
    QApplication.processEvents()
    decide = button(window.tasks, "处理…")
    area = window._task_scroll.viewport()
    seen = decide.mapTo(area, decide.rect().bottomRight())
    assert area.rect().contains(seen), (seen, area.rect())


@pytest.mark.parametrize("code", ["zh", "en"])
def test_headings_of_narrow_columns_are_whole(qtbot: QtBot, language: Language, code: Code) -> None:
    window = chair(presenting())
    qtbot.addWidget(window)
    window.resize(960, 540)
    window.show()
    language.use(code)
    QApplication.processEvents()
    table = window.sheet_card._tables["专家评委"]
    metrics = QFontMetrics(theme_of(table).font(SMALL, MEDIUM))
    for place, (text, _) in enumerate(table.lines.heads.marks, start=1):
        room = table.columnWidth(place) - theme_of(table).px(4)
        lines = broken(text, metrics, room, 3)
        assert all(metrics.horizontalAdvance(line) <= room for line in lines), (text, lines, room)
    tall = table.horizontalHeader().height()
    assert tall >= 3 * metrics.lineSpacing()


def test_words_about_a_line_that_have_no_room_beside_each_other_stand_below(qtbot: QtBot, language: Language) -> None:
    language.use("en")
    window = chair(presenting())
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    window.show_project("3")
    QApplication.processEvents()
    table = window.sheet_card._tables["专家评委"]
    assert table.rowHeight(6) > table.rowHeight(0), "dropped low, and high in creativity"
    assert not table.horizontalScrollBar().isVisible()


def test_who_has_not_signed_is_named_before_the_lock_and_may_still_sign_after_it(qtbot: QtBot) -> None:
    play = all_heard(lock=True)
    play.do("chair", commands.SignOff(role="chair", name="沈知衡", head="0" * 64))
    window, heard = shown(qtbot, play)
    window.take_next_step()
    assert window.ask.question is not None
    assert "尚未签字：统分人、复核人、监督人" in window.ask.question.consequence
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    play.do("chair", *heard)
    scorer, signed = shown(qtbot, play, "scorer")
    assert scorer.next_button.text() == "签字确认成绩…"
    scorer.take_next_step()
    assert scorer.ask._reason is not None
    scorer.ask._reason.setText("纪言深")
    scorer.ask._answer()
    play.do("scorer", *signed)
    scorer.set_view(play.chair("scorer"))
    assert scorer.next_button.text() == "已签字"


def test_the_project_in_view_is_the_one_that_is_marked_in_the_list(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, few_sheets())
    window.show_project("1")
    window.show_project("3")
    assert window.project_list.chosen == "3"


def test_every_mark_of_twelve_and_their_sum_are_in_sight_on_a_laptop(qtbot: QtBot) -> None:
    window = long_contest().widget
    assert isinstance(window, ChairWindow)
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    QApplication.processEvents()
    shown_table = next(iter(window.sheet_card._tables.values()))
    last = len(shown_table.lines.heads.marks)
    assert last == 13
    seen = shown_table.columnViewportPosition(last) + shown_table.columnWidth(last)
    assert seen <= shown_table.viewport().width()


def test_a_project_with_a_sheet_asked_back_is_locked_only_once_that_is_answered(qtbot: QtBot) -> None:
    play = presenting()
    window, heard = shown(qtbot, play)
    window.show_project("3")
    assert (window.next_button.text(), window.next_button.isEnabled()) == ("锁定 03 号", True)
    play.do("judge:E2", commands.AskReturn(entry_no="3", reason="第二项应为 17"))
    window.set_view(play.chair())
    assert window.next_button.note == "有评委申请退回评分表"
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert heard == []
    assert window.ask.question is not None
    assert "第二项应为 17" in window.ask.question.consequence
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert heard == [], "neither is chosen"
    _option(window, "return").setChecked(True)
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert heard == [commands.ReturnSheet(entry_no="3", judge="E2", reason="第二项应为 17")]
    other, heard = shown(qtbot, play)
    qtbot.keyClick(other, Qt.Key.Key_Space)
    _option(other, "lock").setChecked(True)
    qtbot.keyClick(other.ask, Qt.Key.Key_Return)
    assert heard == [commands.LockProject(entry_no="3")]


def test_the_chair_s_own_sheet_is_returned_after_the_others(qtbot: QtBot) -> None:
    play = presenting()
    own = play.briefing("chair").seat.judge
    assert own is not None
    for judge in (own, "E2"):
        play.do(f"judge:{judge}", commands.AskReturn(entry_no="3", reason="笔误"))
    window, heard = shown(qtbot, play)
    window.show_project("3")
    qtbot.keyClick(window, Qt.Key.Key_Space)
    _option(window, "return").setChecked(True)
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert [one.judge for one in heard if isinstance(one, commands.ReturnSheet)] == ["E2", own]
    for command in heard:
        play.do("chair", command)  # which raises where the room would refuse


def test_what_was_asked_back_of_a_locked_project_is_no_task_any_more(qtbot: QtBot) -> None:
    play = presenting()
    play.do("judge:E2", commands.AskReturn(entry_no="3", reason="第二项应为 17"))
    window, _ = shown(qtbot, play)
    assert [one.key for one in window.tasks.troubles] == ["return|3|E2"]
    play.do("chair", commands.LockProject(entry_no="3"))
    window.set_view(play.chair())
    assert window.tasks.troubles == ()


def _option(window: ChairWindow, key: str) -> OptionCard:
    return next(one for one in window.ask.findChildren(OptionCard) if one.property("choice") == key)


def test_a_language_that_changes_while_the_chair_is_asked_asks_it_anew(qtbot: QtBot, language: Language) -> None:
    window, _ = shown(qtbot, few_sheets())
    window.show_project("3")
    window.take_next_step()
    question = window.ask.question
    assert question is not None
    assert window.ask._reason is not None
    window.ask._reason.setText("合议")
    language.use("en")
    QApplication.processEvents()
    assert window.ask.question is not None
    assert window.ask.question.title.isascii()
    assert window.ask._reason.text() == "合议"
    assert [choice.key for choice in window.ask.question.choices] == [choice.key for choice in question.choices]
