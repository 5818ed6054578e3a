"""The All rooms window: rooms as they are seen, what keeps a contest back, and publishing it with a record."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from judge_app.core.contest_log import (
    ObjectionReceived,
    ProjectDeparted,
    QuotaChosen,
    RulingMade,
    ValueConfirmed,
    folded,
)
from judge_app.core.errors import BadInput, Problem, Refused
from judge_app.store.contest_file import read_contest_log
from judge_app.store.rooms import Check, Difference
from judge_app.store.session_file import SessionFile
from judge_app.ui.central import CentralWindow, questions
from judge_app.ui.central.app import RoomsHall
from judge_app.ui.central.board import Board
from judge_app.ui.central.publishing import Order, publish
from judge_app.ui.central.questions import Record
from judge_app.ui.central.table import Table
from judge_app.ui.language import Language
from judge_app.ui.scenes import central as scenes
from judge_app.ui.theme import look, wear
from judge_app.ui.widgets import Label, OptionCard
from tests.core.contests import heard, sitting
from tests.ui.desk import Heard, button, dressed

NOW = dt.datetime(2026, 12, 7, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


def shown(qtbot: QtBot, window: CentralWindow) -> CentralWindow:
    qtbot.addWidget(window)
    window.show()
    return window


def scene(qtbot: QtBot, state: str) -> CentralWindow:
    made = scenes.STATES[state]()
    assert isinstance(made.widget, CentralWindow)
    window = shown(qtbot, made.widget)
    if made.after is not None:
        made.after()
    return window


def cells(table: Table, key: str) -> list[str]:
    return [cell.text for row in table.rows if row.key == key for cell in row.cells]


def titles(window: CentralWindow) -> list[str]:
    return [trouble.title for trouble in window.tasks.troubles]


def fill(window: CentralWindow, *texts: str) -> None:
    """What a person writes into the question's fields, from above."""
    fields = [one for one in window.ask.findChildren(QLineEdit) if one.isVisibleTo(window)]
    for field, text in zip(fields, texts, strict=True):
        field.setText(text)


def choose(window: CentralWindow, key: str) -> None:
    options = [one for one in window.ask.findChildren(OptionCard) if one.isVisibleTo(window)]
    next(one for one in options if one.property("choice") == key).setChecked(True)


# rooms


def test_every_session_stands_in_a_line_with_what_it_does(qtbot: QtBot) -> None:
    window = scene(qtbot, "rooms")
    first, second = (row.key for row in window.rooms_page.table.rows)
    assert cells(window.rooms_page.table, first)[:3] == ["第一场", "—", "8/8"]
    assert cells(window.rooms_page.table, second)[:3] == ["第二场", "14 无线院区网络切片", "5/14"]
    assert cells(window.rooms_page.table, first)[5] == "已锁定"
    assert cells(window.rooms_page.table, second)[5:8:2] == ["进行中", "仅中心"]


def test_what_is_wrong_with_a_room_is_told_when_it_is_chosen(qtbot: QtBot) -> None:
    window = scene(qtbot, "contested")
    assert titles(window)[:3] == ["第一场有两份记录", "第一场：会场与中心不一致", "第一场第 61 条记录无法识别"]
    assert titles(window)[3].startswith("第一场的告警")
    wishes = Heard(window.wished)
    window.tasks.acted.emit(window.tasks.troubles[0].key, "contested")
    choose(window, "d90e17bb|2")
    fill(window, "组长说明", "沈知衡")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    (resolve,) = wishes
    assert (resolve.head.host, resolve.by, resolve.why) == ("d90e17bb", "沈知衡", "组长说明")


def test_a_room_that_is_well_says_so(qtbot: QtBot) -> None:
    window = scene(qtbot, "rooms")
    window.rooms_page.table.picked.emit(window.rooms_page.table.rows[0].key)
    assert titles(window)[0] == "第一场：一切正常"


def test_when_the_rooms_are_lost_what_was_seen_stays_and_its_age_is_said(qtbot: QtBot) -> None:
    window = scene(qtbot, "lost")
    assert len(window.rooms_page.table.rows) == 2
    assert window.banner.isVisible()
    assert "现在看不到各会场" in window.banner.title.text()
    board = window.board
    window.set_board(board)
    assert not window.banner.isVisible()


def test_without_places_it_asks_and_says_why_one_cannot_be_looked_at(qtbot: QtBot) -> None:
    window = shown(qtbot, CentralWindow())
    chosen = Heard(window.places_chosen)
    window.places_page.address.setText(" postgresql://h/db ")
    qtbot.keyClick(window.places_page.address, Qt.Key.Key_Return)
    assert chosen == [["postgresql://h/db"]]
    assert not window.places_page.isVisible(), "it is being looked at"
    window.set_failed(Problem("h/db", "连接不上", "cannot be reached"))
    assert window.places_page.isVisible()
    assert "连接不上" in window.places_page._problem.text()


def test_once_the_rooms_are_seen_the_keys_are_the_windows(qtbot: QtBot) -> None:
    window = shown(qtbot, CentralWindow())
    window.activateWindow()
    window.places_page.address.setFocus()
    states = scenes.four_tracks(0), scenes.four_tracks(1)
    window.set_board(scenes.board(*map(scenes.room, states)))
    assert window.focusWidget() is window
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Space)
    assert window.ask.question is not None


def test_a_language_changed_meanwhile_changes_every_text(qtbot: QtBot, language: Language) -> None:
    window = scene(qtbot, "rooms")
    language.use("en")
    QApplication.processEvents()
    assert window.windowTitle() == "All rooms"
    assert cells(window.rooms_page.table, window.rooms_page.table.rows[0].key)[5] == "Locked"


# results


def test_results_are_ranked_by_the_rules_and_by_other_scopes_for_reading(qtbot: QtBot) -> None:
    window = scene(qtbot, "results")
    first = window.results_page.table.rows[0]
    assert [cell.text for cell in first.cells[:3]] == ["1", "04", "检验报告智能解读"]
    assert "按赛制规定的排名范围" in window.results_page.card.heading.text()
    window.results_page.show_scope("all")
    ranks = [row.cells[0].text for row in window.results_page.table.rows]
    assert ranks[:5] == ["1", "2", "2", "4", "5"]
    assert len(ranks) == 22
    assert "仅供查阅" in window.results_page.card.heading.text()
    window.results_page.search.setText("检验报告")
    assert [row.key for row in window.results_page.table.rows] == ["4"]


def test_rooms_that_cannot_be_counted_together_are_said_and_nothing_is_published(qtbot: QtBot) -> None:
    one = scenes.four_tracks(0)
    other = msgspec.structs.replace(
        scenes.four_tracks(1),
        setup=msgspec.structs.replace(
            scenes.four_tracks(1).session,
            rules=msgspec.structs.replace(scenes.four_tracks(1).session.rules, version=9),
        ),
    )
    window = shown(qtbot, scenes.window(scenes.board(scenes.room(one), scenes.room(other)), "results"))
    assert titles(window) == ["成绩无法计算"]
    assert "不能合并计算" in window.tasks.troubles[0].text
    assert not window.next_button.isEnabled()


def test_the_leniency_sheet_says_that_it_changes_nothing(qtbot: QtBot) -> None:
    window = scene(qtbot, "reference")
    assert "不影响任何成绩" in window.reference_page._notice.text()
    assert len(window.reference_page.panel_table.rows) == 2
    assert len(window.reference_page.judge_table.rows) == 14


# what keeps the contest back


def test_the_next_step_is_the_first_thing_in_the_way(qtbot: QtBot) -> None:
    window = scene(qtbot, "results-pending")
    assert window.next_button.text() == "等待第二场"
    assert not window.next_button.isEnabled()
    assert "还有 9 个项目未完成" in window.tasks.troubles[0].text
    window.tasks.acted.emit(window.tasks.troubles[0].key, "room")
    assert window.rooms_page.table.list.chosen == scenes.four_tracks(1).session.session_id


def test_assumed_values_are_confirmed_by_name(qtbot: QtBot) -> None:
    window = scene(qtbot, "results")
    wishes = Heard(window.wished)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    fill(window, "")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert wishes == [], "a name is needed"
    choose(window, "all")
    fill(window, "秘书组")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    (record,) = wishes
    assert record.actor == "秘书组"
    assert {entry.path for entry in record.entries} == set(scenes.four_tracks(0).session.rules.all_assumed)
    assert all(isinstance(entry, ValueConfirmed) for entry in record.entries)
    assert not window.next_button.isEnabled(), "until it is recorded"


def test_a_tie_is_ruled_with_its_effect_in_sight(qtbot: QtBot) -> None:
    window = scene(qtbot, "ask-ruling")
    question = window.ask.question
    assert question is not None
    assert [choice.key for choice in question.choices] == ["both", "5>6", "6>5"]
    assert [choice.effect for choice in question.choices] == ["晋级：05、06", "晋级：05", "晋级：06"]
    wishes = Heard(window.wished)
    choose(window, "6>5")
    fill(window, "现场评议", "沈知衡")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    (made,) = wishes[0].entries
    assert isinstance(made, RulingMade)
    assert (made.ruling.order, made.ruling.by, made.ruling.reason) == (("6", "5"), "沈知衡", "现场评议")
    assert [one.entry_no for one in made.effect.changes if one.advances_after] == ["6"]


def test_votes_are_voided_for_the_whole_contest_with_the_effect_in_sight(qtbot: QtBot) -> None:
    window = scene(qtbot, "votes")
    assert window.results_page.votes_button.isVisible()
    assert window.results_page.votes_button.isEnabled()
    wishes = Heard(window.wished)
    window.results_page.votes_button.click()
    question = window.ask.question
    assert question is not None
    assert [choice.key for choice in question.choices] == ["void", "void_up"]
    assert question.choices[0].effect.startswith("人气积分 5.98 → 0.00 · 总得分 "), question.choices[0].effect
    assert "其他不变" not in question.choices[1].effect
    choose(window, "void_up")
    fill(window, "刷票", "组委会")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    (made,) = wishes[0].entries
    assert isinstance(made, RulingMade)
    assert (made.ruling.kind, made.ruling.entry_no, made.ruling.method, made.ruling.by) == (
        "votes",
        "10",
        "void_up",
        "组委会",
    )
    assert window.board is not None
    log = msgspec.structs.replace(window.board.log, rulings=(made.ruling,))
    window.set_board(scenes.board(*window.board.rooms, log=log))
    window.set_done(None, None)
    window.show_page("places")
    assert [cell.text for cell in window.awards_page.ruling_table.rows[0].cells] == [
        "网络投票 · 10",
        "全赛",
        "组委会",
        "刷票",
    ]


def test_where_the_rules_know_no_votes_there_is_nothing_to_void(qtbot: QtBot) -> None:
    window = scene(qtbot, "results")
    assert not window.results_page.votes_button.isVisible()
    window.asking.ask_votes("4")
    assert window.ask.question is None


def test_a_quota_needs_two_different_people(qtbot: QtBot) -> None:
    window = scene(qtbot, "ask-quota")
    assert window.ask.question is not None
    assert window.ask.question.chosen == "passed_initial_review|half_up"
    wishes = Heard(window.wished)
    choose(window, "passed_initial_review|floor")
    fill(window, "名额有限", "甲、甲")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert wishes == []
    assert "须由两人确认" in titles(window)[0]
    window.asking.ask_quota()
    choose(window, "passed_initial_review|floor")
    fill(window, "名额有限", "甲，乙")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    (chosen,) = wishes[0].entries
    assert isinstance(chosen, QuotaChosen)
    assert (chosen.rounding, chosen.by, chosen.second_person) == ("floor", "甲", "乙")


@pytest.mark.parametrize(
    ("text", "scopes", "found"),
    [
        ("应用创新 8、技术创新：6", ["应用创新", "技术创新"], {"应用创新": 8, "技术创新": 6}),
        ("应用创新8，技术创新6", ["应用创新", "技术创新"], {"应用创新": 8, "技术创新": 6}),
        ("应用创新 8", ["应用创新", "技术创新"], {}),
        ("别的 8、技术创新 6", ["应用创新", "技术创新"], {}),
        ("22", [], {"": 22}),
        ("很多", [], {}),
    ],
)
def test_numbers_are_read_as_they_are_written(text: str, scopes: list[str], found: dict[str, int]) -> None:
    assert questions.read_numbers(text, scopes) == found


def test_the_four_roundings_stand_side_by_side(qtbot: QtBot) -> None:
    window = scene(qtbot, "places")
    assert cells(window.awards_page.quota_table, "passed_initial_review|医疗信创")[1:] == [
        "0.60",
        "0",
        "1",
        "1",
        "0",
        "1",
    ]
    assert "请确认取整方式" in window.awards_page._quota_note.text()


def test_the_first_of_each_track_is_named_and_a_track_that_is_not_finished_is_left_out(qtbot: QtBot) -> None:
    firsts = [[cell.text for cell in row.cells[:2]] for row in scene(qtbot, "places").awards_page.top_table.rows]
    assert firsts == [["应用创新", "04"], ["技术创新", "10"], ["医疗信创", "16"], ["基层创新", "21"]]
    unfinished = scene(qtbot, "results-pending")
    unfinished.show_page("places")
    assert [row.cells[0].text for row in unfinished.awards_page.top_table.rows] == ["应用创新"]


def test_a_project_that_leaves_the_list_is_replaced_and_it_is_said_by_whom(qtbot: QtBot) -> None:
    window = scene(qtbot, "alternate")
    assert cells(window.awards_page.list_table, "2")[4] == "已退出"
    assert cells(window.awards_page.list_table, "5")[4] == "递补"
    window.awards_page.list_table.list.choose("10")
    window.awards_page.leave_list_button.click()
    assert window.ask.question is not None
    assert "11 号递补" in window.ask.question.consequence
    wishes = Heard(window.wished)
    choose(window, "withdrawn")
    fill(window, "来函", "秘书组")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    (left,) = wishes[0].entries
    assert isinstance(left, ProjectDeparted)
    assert (left.departure.entry_no, left.filled[0].entry_no) == ("10", "11")


def test_an_objection_is_checked_before_it_is_taken(qtbot: QtBot) -> None:
    window = scene(qtbot, "objections")
    wishes = Heard(window.wished)
    form = window.publishing_page.objection_form
    form.entry_no.setText("04")
    form.name.setText("某单位")
    form.contact.setText("来函")
    form.facts.setText("单位不符")
    form.received.setText("2026-12-20")
    form.taken_by.setText("秘书组")
    form.button.click()
    assert wishes == []
    assert "逾期不予受理" in form._problem.text()
    form.received.setText("2026-12-09")
    form.button.click()
    (entry,) = wishes[0].entries
    assert isinstance(entry, ObjectionReceived)
    assert (entry.objection.number, entry.objection.entry_no) == ("3", "4")
    assert window.next_button.text() == "处理异议"


def test_what_was_not_done_is_said(qtbot: QtBot) -> None:
    window = scene(qtbot, "before-list")
    window.set_done(None, Problem("", "磁盘已满", "the disk is full"))
    assert "磁盘已满" in titles(window)[0]
    window.tasks.acted.emit("wrong", "close")
    assert titles(window) == []


# words


def test_what_room_and_centre_differ_in_is_said_in_a_whole_sentence(qtbot: QtBot) -> None:
    window = scene(qtbot, "contested")
    text = next(one.text for one in window.tasks.troubles if one.key.startswith("check|"))
    assert text.splitlines() == [
        "记录条数：会场 158 条，中心 157 条",
        "04 号 · 分数合计：会场 628.5，中心 627.5",
    ]
    assert window.next_button.text() == "处理第一场的问题"
    window.take_next_step()
    assert window.ask.question is not None
    assert window.ask.question.key == "contested", "the room is in view: what is to be decided is asked"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("results-pending", "有 2 项阻碍公布"),
        ("before-list", "名单可以公示"),
        ("objections", "有 1 项阻碍公布"),
        ("alternate", "有 1 项阻碍公布"),
        ("published", "已公布"),
    ],
)
def test_the_bar_says_what_still_keeps_the_results_back(qtbot: QtBot, state: str, words: str) -> None:
    window = scene(qtbot, state)
    assert window.bar.standing.text == words


def test_a_line_of_what_was_published_says_what_its_numbers_are(qtbot: QtBot) -> None:
    row = scene(qtbot, "published").publishing_page.publication_table.rows[0]
    assert (row.cells[3].text, row.cells[3].below) == ("2 场", "5 个项目晋级")
    assert "晋级：04、02、10、16、21" in row.tip


def test_while_the_list_is_open_to_objections_the_bar_says_so(qtbot: QtBot) -> None:
    states = scenes.four_tracks(0), scenes.four_tracks(1)
    log = scenes.published(scenes.confirmed(*states), *states)
    during = dt.datetime(2026, 12, 9, 2, tzinfo=dt.UTC)
    window = shown(qtbot, scenes.window(scenes.board(*map(scenes.room, states), log=log, now=during)))
    assert window.bar.standing.text == "公示中"
    assert "公示中，至 2026-12-10 期满" in window.next_button.text()


def test_every_field_that_is_filled_in_has_its_name_beside_it(qtbot: QtBot) -> None:
    window = scene(qtbot, "ask-publish")
    labels = [one.text() for one in window.ask.findChildren(Label) if one.isVisibleTo(window)]
    assert "公示首日和末日" in labels
    words = [one.text() for one in window.publishing_page.objection_form.findChildren(Label)]
    assert "收到日期（年-月-日）" in words


def test_sentences_begin_with_a_capital_and_end(qtbot: QtBot, language: Language) -> None:
    language.use("en")
    assert "it is open" not in scene(qtbot, "objections").tasks.troubles[0].title
    for state in ("objections", "alternate", "results-pending", "tie", "contested"):
        for trouble in scene(qtbot, state).tasks.troubles:
            assert trouble.title[0] == trouble.title[0].upper(), trouble.title
            assert "、" not in trouble.title
    assert "reached. Shown" in scene(qtbot, "lost").banner.text.text()


# one contest at a time, one thing at a time


def other_contest() -> Board:
    states = (scenes.tied(),)
    return scenes.board(*map(scenes.room, states), log=scenes.confirmed(*states))


def test_a_question_about_one_contest_is_not_answered_on_another(qtbot: QtBot) -> None:
    window = scene(qtbot, "ask-publish")
    wishes = Heard(window.wished)
    window.set_board(other_contest())
    assert window.ask.question is None
    assert not window._question.isVisible()
    assert window.next_button.isVisible()
    window.ask.answered.emit("publicity", "number", "2026-12-08 2026-12-10", "秘书组")
    assert wishes == []


def test_the_contest_cannot_be_changed_while_it_is_asked_about_or_a_wish_is_carried_out(qtbot: QtBot) -> None:
    window = scene(qtbot, "before-list")
    assert window.bar.contests.isEnabled()
    window.take_next_step()
    assert not window.bar.contests.isEnabled()
    fill(window, "2026-12-08 2026-12-10", "秘书组")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert window._busy
    assert not window.bar.contests.isEnabled()
    window.asking.ask_quota()
    assert window.ask.question is None, "one thing after the other"
    window.set_done(None, None)
    assert window.bar.contests.isEnabled()


def test_an_answer_to_results_that_have_changed_meanwhile_is_not_taken(qtbot: QtBot) -> None:
    window = scene(qtbot, "ask-quota")
    wishes = Heard(window.wished)
    choose(window, "passed_initial_review|floor")
    fill(window, "名额有限", "甲，乙")
    rooms = window.board.rooms if window.board is not None else ()
    gone = msgspec.structs.replace(rooms[1].state, order=rooms[1].state.order[1:])
    window.set_board(
        scenes.board(rooms[0], scenes.room(gone), log=window.board.log if window.board is not None else None)
    )
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert wishes == []
    assert "成绩有变化" in titles(window)[0]


def test_a_language_changed_while_it_is_asked_asks_anew_of_the_results_as_they_are(
    qtbot: QtBot, language: Language
) -> None:
    window = scene(qtbot, "ask-quota")
    wishes = Heard(window.wished)
    board = window.board
    assert board is not None
    asked = window.ask.question
    choose(window, "passed_initial_review|floor")
    fill(window, "名额有限", "甲，乙")
    gone = msgspec.structs.replace(board.rooms[1].state, order=board.rooms[1].state.order[1:])
    window.set_board(scenes.board(board.rooms[0], scenes.room(gone), log=board.log))
    language.use("en")
    window.retranslate()
    assert window.ask.question not in (None, asked)
    assert window.ask.question == window.asking.asked_now().question  # type: ignore[union-attr]
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert wishes == []  # it was filled in of results that are no more
    window.set_board(msgspec.structs.replace(board, counted=None))
    window.retranslate()
    assert window.ask.question is None
    assert window.next_button.isVisible()


def test_a_look_that_changes_nothing_leaves_the_question_alone(qtbot: QtBot) -> None:
    window = scene(qtbot, "ask-quota")
    wishes = Heard(window.wished)
    choose(window, "passed_initial_review|floor")
    fill(window, "名额有限", "甲，乙")
    board = window.board
    assert board is not None
    window.set_board(scenes.board(*board.rooms, log=board.log, now=scenes.NOW + dt.timedelta(minutes=1)))
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert len(wishes) == 1


def test_the_contest_in_view_stays_whichever_is_recorded_last(qtbot: QtBot, tmp_path: Path) -> None:
    from judge_app.store.rooms import Look
    from judge_app.ui.central.watcher import Watcher

    class Rooms:
        """Two contests; at each look the other one was recorded last."""

        def __init__(self) -> None:
            self.looks = 0
            self.rooms = [scenes.room(scenes.tied()), scenes.room(scenes.four_tracks(0))]

        def look(self) -> Look:
            self.looks += 1
            late = "2026-12-05T03:00:00.000Z"
            folded = msgspec.structs.replace(self.rooms[self.looks % 2].folded, last_at=late)
            made = [msgspec.structs.replace(room) for room in self.rooms]
            made[self.looks % 2] = msgspec.structs.replace(self.rooms[self.looks % 2], folded=folded)
            return Look(rooms=tuple(made), at=late)

        def close(self) -> None: ...

    watcher = Watcher(Rooms(), tmp_path, every_s=0.01)
    boards: list[Board] = []
    watcher.seen.connect(boards.append)
    watcher.start()
    qtbot.waitUntil(lambda: len(boards) >= 3, timeout=8000)
    assert len({board.named for board in boards}) == 1
    assert len(boards[0].contests) == 2
    watcher.choose(next(one.key for one in boards[0].contests if one != boards[0].named))
    qtbot.waitUntil(lambda: boards[-1].named != boards[0].named, timeout=8000)
    watcher.stop()


def test_a_window_that_is_closed_while_it_publishes_says_so_and_closes_when_it_is_done(qtbot: QtBot) -> None:
    window = scene(qtbot, "ask-publish")
    fill(window, "2026-12-08 2026-12-10", "秘书组")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert not window.close()
    assert window.isVisible()
    assert titles(window)[0] == "正在公布……"
    assert "自动关闭" in window.tasks.troubles[0].text
    window.set_done(None, Problem("", "磁盘已满", "the disk is full"))
    assert window.isVisible(), "it says first why it was not done"
    assert "磁盘已满" in titles(window)[0]
    window.take_next_step()
    fill(window, "2026-12-08 2026-12-10", "秘书组")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert not window.close()
    window.set_done(None, None)
    assert not window.isVisible()


def test_who_will_not_wait_may_close_it_all_the_same(qtbot: QtBot) -> None:
    window = scene(qtbot, "before-list")
    window.set_busy("正在公布……")
    window.close()
    button(window.tasks, "不等待，关闭").click()
    assert not window.isVisible()


def test_what_was_to_be_recorded_when_the_looking_ends_is_recorded_and_told(qtbot: QtBot, tmp_path: Path) -> None:
    with SessionFile.create(tmp_path / "1.roadshow") as file:
        file.append(sitting(0).records)
        file.seal()
    window = shown(qtbot, CentralWindow(Clock()))
    rooms = hall(window, [], Clock())
    window.places_chosen.emit([str(tmp_path)])
    qtbot.waitUntil(lambda: window.board is not None, timeout=8000)
    window._wish(Record((ValueConfirmed(path="tie_keys", by="甲"),), "甲"))
    assert window._busy
    rooms.stop()
    assert folded(read_contest_log(tmp_path / "小赛.contest")).confirmed == {"tie_keys": "甲"}
    qtbot.waitUntil(lambda: not window._busy, timeout=8000)


def test_a_half_written_objection_stays_when_something_else_is_done(qtbot: QtBot) -> None:
    window = scene(qtbot, "objections")
    form = window.publishing_page.objection_form
    form.facts.setText("单位不符")
    window.asking.ask_decision("2")
    choose(window, "rejected")
    fill(window, "查无实据", "秘书组")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    window.set_done(None, None)
    assert form.facts.text() == "单位不符"
    for field, text in ((form.entry_no, "4"), (form.name, "某单位"), (form.contact, "来函")):
        field.setText(text)
    form.received.setText("2026-12-09")
    form.taken_by.setText("秘书组")
    form.button.click()
    window.set_done(None, Problem("", "磁盘已满", "the disk is full"))
    assert form.facts.text() == "单位不符", "it was not recorded"
    form.button.click()
    window.set_done(None, None)
    assert (form.facts.text(), form.taken_by.text()) == ("", "秘书组")


# publishing


def test_nothing_that_is_held_back_is_published(tmp_path: Path) -> None:
    states = scenes.four_tracks(0), scenes.four_tracks(1)
    rooms = [scenes.room(state) for state in states]
    log = scenes.confirmed(*states)
    order = Order(kind="publicity", by="秘书组", start="2026-12-08", end="2026-12-10")
    differing = Check(by="file", differences=(Difference(what="count", entry_no="", room="1", centre="2"),))
    for board, code in (
        (scenes.board(*rooms), "blocked"),
        (scenes.board(rooms[0], log=log), "blocked"),
        (scenes.board(msgspec.structs.replace(rooms[0], check=differing), rooms[1], log=log), "blocked"),
        (scenes.board(msgspec.structs.replace(rooms[0], contested=True), rooms[1], log=log), "blocked"),
        (scenes.board(*rooms, log=log), "name_missing"),
    ):
        held = msgspec.structs.replace(board, log_path=tmp_path / "x.contest")
        given = msgspec.structs.replace(order, by=" ") if code == "name_missing" else order
        with pytest.raises(Refused, match=code):
            publish(held, given, NOW)
    with pytest.raises(Refused, match="blocked"):
        publish(scenes.board(*rooms, log=log), msgspec.structs.replace(order, kind="final"), NOW)
    assert list(tmp_path.iterdir()) == []


def test_no_file_stays_where_the_record_could_not_be_written(tmp_path: Path) -> None:
    states = scenes.four_tracks(0), scenes.four_tracks(1)
    board = scenes.board(*map(scenes.room, states), log=scenes.confirmed(*states))
    held = msgspec.structs.replace(
        board, log_path=tmp_path / "x.contest"
    )  # an empty log, where the board saw six entries
    order = Order(kind="publicity", by="秘书组", start="2026-12-08", end="2026-12-10")
    with pytest.raises(Refused, match="moved"):
        publish(held, order, NOW)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


def hall(window: CentralWindow, opened: list[QUrl], clock: Clock) -> RoomsHall:
    def opener(url: QUrl) -> bool:
        opened.append(url)
        return True

    return RoomsHall(window, every_s=0.05, now=clock, opener=opener)


def test_from_session_files_to_published_results(qtbot: QtBot, tmp_path: Path) -> None:
    """Two rooms' files, a value to confirm, a list made public, days that pass, and the results published."""
    for at, shares in enumerate(([0.9, 0.7], [0.8, 0.6])):
        with SessionFile.create(tmp_path / f"{at}.roadshow") as file:
            file.append(heard(at, shares).records)
            file.seal()
    clock, opened = Clock(), list[QUrl]()
    window = shown(qtbot, CentralWindow(clock))
    rooms = hall(window, opened, clock)

    def step(words: str) -> None:
        qtbot.waitUntil(lambda: window.next_button.text() == words and window.next_button.isEnabled(), timeout=8000)
        window.take_next_step()

    def answer(*texts: str) -> None:
        fill(window, *texts)
        qtbot.keyClick(window.ask, Qt.Key.Key_Return)

    window.places_chosen.emit([str(tmp_path)])
    try:
        step("确认待定的规则")
        answer("秘书组")
        step("公示名单")
        answer("2026-12-08 2026-12-10", "秘书组")
        qtbot.waitUntil(lambda: window.next_button.text() == "公示中，至 2026-12-10 期满", timeout=8000)
        assert not window.next_button.isEnabled()
        clock.now = NOW + dt.timedelta(days=4)
        step("公布成绩")
        answer("秘书组")
        qtbot.waitUntil(lambda: window.next_button.text() == "成绩已公布", timeout=8000)
    finally:
        rooms.stop()
    path = tmp_path / "小赛.contest"
    records = read_contest_log(path)
    kinds = [type(record.body.entry).__name__ for record in records]
    assert kinds == ["ContestOpened", "ValueConfirmed", "Published", "Published"]
    log = folded(records)
    listed = log.listed
    assert listed is not None
    assert (listed.published.start, listed.published.end, listed.published.advance) == (
        "2026-12-08",
        "2026-12-10",
        ("1", "3"),
    )
    assert [one.name for one in listed.published.sessions] == ["第一场", "第二场"]
    made = {one.name for one in listed.published.files}
    assert made == {"成绩.xlsx", "成绩.json", "F3-成绩排名表.pdf", "F4-晋级名单公示.pdf"}
    folder = Path(opened[0].toLocalFile())
    assert {one.name for one in folder.iterdir()} == made
    assert json.loads((folder / "成绩.json").read_bytes())["advance"] == ["1", "3"]
    sheet = openpyxl.load_workbook(folder / "成绩.xlsx")["成绩排名"]
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == ["1", "3", "2", "4"]
    assert [row.cells[0].text for row in window.publishing_page.publication_table.rows] == ["公布成绩", "公示名单"]


def test_a_window_that_was_overtaken_is_told_and_looks_again(qtbot: QtBot, tmp_path: Path) -> None:
    with SessionFile.create(tmp_path / "1.roadshow") as file:
        file.append(sitting(0).records)
        file.seal()
    clock = Clock()
    window = shown(qtbot, CentralWindow(clock))
    rooms = hall(window, [], clock)
    window.places_chosen.emit([str(tmp_path)])
    try:
        qtbot.waitUntil(lambda: window.board is not None, timeout=8000)
        before = window.board
        window.wished.emit(Record((ValueConfirmed(path="tie_keys", by="甲"),), "甲"))
        qtbot.waitUntil(lambda: window.board is not None and window.board.log.seq == 2, timeout=8000)
        window.set_board(before)  # the other window has seen less
        window.wished.emit(Record((ValueConfirmed(path="tie_keys", by="乙"),), "乙"))
        qtbot.waitUntil(lambda: any("另一个窗口" in one for one in titles(window)), timeout=8000)
        qtbot.waitUntil(lambda: window.board is not None and window.board.log.seq == 2, timeout=8000)
    finally:
        rooms.stop()
    assert folded(read_contest_log(tmp_path / "小赛.contest")).confirmed == {"tie_keys": "甲"}


def test_a_place_that_is_not_there_is_said_at_once(qtbot: QtBot, tmp_path: Path) -> None:
    window = shown(qtbot, CentralWindow())
    rooms = hall(window, [], Clock())
    window.places_chosen.emit([str(tmp_path / "none")])
    assert rooms.watcher is None
    assert "没有这个文件或文件夹" in window.places_page._problem.text()


def test_an_odd_job_is_told_not_lost(qtbot: QtBot, tmp_path: Path) -> None:
    from judge_app.store.rooms import Watch
    from judge_app.ui.central.watcher import Watcher

    watcher = Watcher(Watch([tmp_path]), tmp_path, every_s=0.05)
    told: list[Any] = []
    watcher.done.connect(lambda *given: told.append(given))

    def odd() -> None:
        raise BadInput(Problem("x", "不行", "no"))

    with qtbot.waitSignal(watcher.seen, timeout=5000) as seen:
        watcher.start()
    assert seen.args == [None], "an empty folder: no room yet"
    watcher.do("record", odd)
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    watcher.stop()
    assert (told[0][0], told[0][2].zh) == ("record", "不行")
    assert button(shown(qtbot, scenes.window()), "连接")


def test_words_under_a_heading_keep_their_distance_when_the_look_changes(qtbot: QtBot, qapp: QApplication) -> None:
    window = scene(qtbot, "places")
    window.resize(1280, 720)
    QApplication.processEvents()

    def left(label: Label) -> int:
        return (
            label.mapTo(window, label.contentsRect().topLeft()).x()
            - window.awards_page.quota_card.mapTo(window, QPoint(0, 0)).x()
        )

    before = left(window.awards_page._quota_note)
    assert before >= 16
    wear(qapp, look("contrast"))
    QApplication.processEvents()
    assert left(window.awards_page._quota_note) == before
