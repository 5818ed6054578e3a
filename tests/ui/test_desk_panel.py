"""Judges who walk in and reserves from now on, in the windows; the supervisor's list; late evidence and paper at the judge's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.core import commands
from judge_app.core.contest import Presence
from judge_app.core.stages import ProjectStage
from judge_app.ui.chair import acts, charts, questions
from judge_app.ui.console import questions as console_questions
from judge_app.ui.language import Language
from judge_app.ui.scenes.chair import chair
from judge_app.ui.scenes.console import console
from judge_app.ui.scenes.judge import judge
from judge_app.ui.scenes.plays import PROPOSE, paper_play, presenting, supervised_play
from tests.ui.desk import Heard, button, dressed


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


def test_the_host_proposes_a_judge_and_the_chair_agrees_by_a_click(qtbot: QtBot) -> None:
    play = presenting()
    desk = console(play)
    qtbot.addWidget(desk)
    desk.show()
    heard = Heard(desk.command)
    desk.ask_judge()
    assert desk.ask._group is not None
    desk.ask._group.buttons()[0].click()
    assert desk.ask._reason is not None
    assert desk.ask._second is not None
    desk.ask._reason.setText("戚望舒，云洲大学")
    desk.ask._second.setText("第 6 号评委临时有急事")
    desk.ask._answer()
    assert heard == [PROPOSE]
    play.do("host", heard[0])
    window = chair(play)
    qtbot.addWidget(window)
    window.show()
    asked = Heard(window.command)
    qtbot.mouseClick(button(window, "同意"), Qt.MouseButton.LeftButton)
    assert asked == [commands.AgreeJudge(no="E8")]
    play.do("chair", asked[0])
    window.set_briefing(play.briefing("chair"))
    window.set_view(play.chair())
    assert "E8" in [line.judge for line in play.chair().sheets]


def test_the_chair_declines_with_a_reason(qtbot: QtBot) -> None:
    play = presenting().do("host", PROPOSE)
    window = chair(play)
    qtbot.addWidget(window)
    window.show()
    heard = Heard(window.command)
    qtbot.mouseClick(button(window, "不同意…"), Qt.MouseButton.LeftButton)
    assert window.ask._reason is not None
    window.ask._reason.setText("评委已足")
    window.ask._answer()
    assert heard == [commands.DeclineJudge(no="E8", reason="评委已足")]


def test_a_reserve_is_offered_for_one_project_and_from_now_on() -> None:
    play = presenting()
    play.do("host", commands.ProposeJudge(name="候补人", judge_class="专家评委", reason="备", reserve=True))
    play.do("chair", commands.AgreeJudge(no="E8"))
    asked = questions.presence(play.briefing("chair"), "6", "E6")
    assert [choice.key for choice in asked.question.choices][-2:] == ["absent>E8", "left>>E8"]
    wanted = commands.ReplaceJudge(judge="E6", replaced_by="E8", presence=Presence.LEFT, reason="急事")
    assert asked.make("left>>E8", "急事", "") == [wanted]
    status = next(one for one in play.host().seats if one.seat.judge == "E6")
    hosts = console_questions.presence(play.host(), play.briefing("host"), status, "5")
    assert hosts.make("left>>E8", "急事", "") == wanted
    play.do("host", wanted)
    assert play.state.projects["7"].sheets["E8"].replaces == "E6"


def test_the_supervisor_reads_every_act_newest_first_and_can_change_nothing(qtbot: QtBot) -> None:
    play = supervised_play()
    window = chair(play, "supervisor")
    qtbot.addWidget(window)
    window.show()
    made = acts.rows(play.chair("supervisor"), play.briefing("supervisor"))
    assert made[0].what == "在席状态变更"
    assert [row.what for row in made if "02" in row.about] == ["重新开启"]
    assert "会同贺知微" in next(row.about for row in made if row.what == "重新开启")
    told = [row.about.split(" · ") for row in made]
    assert all(len(set(about)) == len(about) for about in told)  # a name that is added is said once
    assert window.acts_card.isVisible()
    heard = Heard(window.command)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_R, Qt.Key.Key_A, Qt.Key.Key_D, Qt.Key.Key_P):
        qtbot.keyClick(window, key)
    assert heard == []


def test_a_new_running_order_is_said_in_words() -> None:
    play = presenting()
    waiting = [no for no in play.state.order if play.state.projects[no].stage is ProjectStage.WAITING]
    play.do("host", commands.ReorderProjects(entry_nos=tuple(waiting[::-1]), reason="路上耽搁"))
    made = acts.rows(play.chair("supervisor"), play.briefing("supervisor"))[0]
    assert (made.what, made.about) == ("调整出场顺序", f"改为 {'、'.join(no.zfill(2) for no in waiting[::-1])}")


def test_every_kind_of_act_has_words() -> None:
    assert set(acts.KINDS) == set(acts.Kind)


def test_a_judge_reads_that_his_sheet_was_entered_for_him_or_came_too_late(qtbot: QtBot) -> None:
    window = judge(paper_play(9, 9), "E6")
    qtbot.addWidget(window)
    window.own_list.picked.emit("4")
    assert [one.title for one in window._beside("4")] == ["由纪言深、程见微按您的纸质表代录"]
    play = presenting()
    sheet = play.state.projects["1"].sheets["E2"]
    assert sheet.points is not None
    play.do("judge:E2", commands.SubmitSheet(entry_no="1", revision=1, points=sheet.points))
    late = judge(play, "E2")
    qtbot.addWidget(late)
    assert "锁定后提交" in late._beside("1")[0].title


def test_the_charts_hold_locked_projects_alone_and_the_time_that_was_used(qtbot: QtBot) -> None:
    play = presenting()
    made = charts.rows(play.chair(), play.briefing("chair"))
    judges = [row for row in made if row.dots]
    assert {len(row.dots) for row in judges if row.key.startswith("expert100")} == {1, 2}, "two are locked"
    assert all(0 <= dot <= 1000 for row in judges for dot in row.dots)
    times = [row for row in made if row.planned is not None]
    assert [row.words for row in times[:2]] == ["8:00 / 8:00", "4:02 / 4:00"]
    assert times[1].over


def test_the_charts_stand_in_the_place_of_the_sheets_until_a_project_is_chosen(qtbot: QtBot) -> None:
    window = chair(presenting())
    qtbot.addWidget(window)
    window.show()
    window.show_charts()
    assert window.chart_list.isVisible()
    window.show_project("2")
    assert not window.chart_list.isVisible()
