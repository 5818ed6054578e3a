"""Points for votes at the chair's and the desk's windows: what voiding them does is seen first, and each is compared."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.core import commands, session
from judge_app.core.marks import Ruling
from judge_app.ui.chair import ChairWindow, votes
from judge_app.ui.chair.working import parts
from judge_app.ui.samples import Play
from judge_app.ui.scenes.chair import chair
from judge_app.ui.scenes.plays import presenting, void, voted_play
from judge_app.ui.widgets import OptionCard
from tests.ui.desk import Heard, button, dressed


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[None]:
    with dressed(qapp):
        yield


def shown(qtbot: QtBot, play: Play, seat: str = "chair") -> tuple[ChairWindow, Heard]:
    window = chair(play, seat)
    qtbot.addWidget(window)
    window.show()
    return window, Heard(window.command)


def test_the_chair_voids_a_projects_votes_with_a_reason_and_the_effect_in_sight(qtbot: QtBot) -> None:
    play = voted_play(lock=False)
    window, heard = shown(qtbot, play)
    window.show_project("3")
    button(window.sheet_panel, "网络投票…").click()
    question = window.ask.question
    assert question is not None
    assert question.title == "03 号的网络投票：15230 票"
    assert [choice.key for choice in question.choices] == ["void", "void_up"]
    kept, moved = (choice.effect for choice in question.choices)
    before = session.tabulation(play.state).project("3")
    assert f"人气积分 {before.popularity_counted} → 0.00" in kept
    assert "02 号总得分" not in kept
    assert "02 号总得分" in moved
    option = next(one for one in window.ask.findChildren(OptionCard) if one.property("choice") == "void")
    option.setChecked(True)
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert heard == [], "a reason is needed"
    assert window.ask._reason is not None
    window.ask._reason.setText("刷票")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    (made,) = heard
    ruling = msgspec.json.decode(made.ruling, type=Ruling)
    assert (ruling.kind, ruling.entry_no, ruling.method, ruling.reason) == ("votes", "3", "void", "刷票")
    play.do("chair", made)
    after = session.tabulation(play.state).project("3")
    assert f"总得分 {before.total} → {after.total}" in kept
    window.set_view(play.chair())
    votes_part = parts(play.briefing("chair").rules, after)[-2]
    assert (votes_part.working, votes_part.score) == ("投票已作废", "0.00")


def test_voided_votes_may_count_again(qtbot: QtBot) -> None:
    play = voted_play(lock=False).do("chair", void("3", "void"))
    asked = votes.asked(play.chair(), play.briefing("chair"), "3")
    assert asked is not None
    assert [choice.key for choice in asked.question.choices] == ["void_up", "count"]


def test_of_a_project_that_left_its_votes_may_still_be_voided_so_that_others_move_up(qtbot: QtBot) -> None:
    """Votes keep their place among the others' also where their project was disqualified for buying them."""
    play = voted_play(lock=False).do("chair", commands.RemoveProject(entry_no="3", disqualified=True, reason="刷票"))
    before = session.tabulation(play.state).project("2")
    window, _ = shown(qtbot, play)
    window.show_project("3")
    assert window.sheet_panel.isVisible()
    assert window.sheet_panel.can("votes")
    button(window.sheet_panel, "网络投票…").click()
    assert window.ask.question is not None
    asked = votes.asked(play.chair(), play.briefing("chair"), "3")
    assert asked is not None
    assert [choice.key for choice in asked.question.choices] == ["void_up"]
    play.do("chair", void("3", "void_up"))
    after = session.tabulation(play.state).project("2")
    assert after.popularity_rank is not None
    assert before.popularity_rank == after.popularity_rank + 1
    assert f"02 号总得分 {before.total} → {after.total}" in asked.question.choices[0].effect


@pytest.mark.parametrize("first", [True, False])
def test_after_a_ruling_on_a_project_that_left_others_are_still_ruled_on(first: bool) -> None:
    """The window counts as the room does: a ruling that lost its ground takes nobody else's."""
    play = voted_play(lock=False)
    left = commands.RemoveProject(entry_no="3", disqualified=True, reason="刷票")
    for command in (void("3", "void_up"), left) if first else (left, void("3", "void_up")):
        play.do("chair", command)
    asked = votes.asked(play.chair(), play.briefing("chair"), "2")
    assert asked is not None
    assert "void" in [choice.key for choice in asked.question.choices]


def test_moving_up_is_not_offered_where_it_would_change_a_locked_result(qtbot: QtBot) -> None:
    play = voted_play()
    asked = votes.asked(play.chair(), play.briefing("chair"), "3")
    assert asked is not None
    assert [choice.key for choice in asked.question.choices] == ["void"]
    assert asked.question.chosen == "void"
    assert "请先重新开启 01 号" in asked.question.consequence
    assert votes.asked(play.chair(), play.briefing("chair"), "1") is None, "it is locked itself"


def test_a_room_of_several_shows_its_own_count_as_provisional_and_has_nothing_to_rule_on(qtbot: QtBot) -> None:
    play = voted_play(part=True)
    window, _ = shown(qtbot, play)
    window.show_project("3")
    assert not window.sheet_panel.can("votes")
    assert votes.asked(play.chair(), play.briefing("chair"), "3") is None
    *_, of_votes, total = parts(play.briefing("chair").rules, session.tabulation(play.state).project("3"))
    assert (of_votes.working, total.working) == ("只按本会场的票数", "暂定，以全赛合并计算为准")
    assert of_votes.tone == total.tone == "warn"
    desk, _ = shown(qtbot, play, "scorer")
    desk.show_project("3")
    labels = [row.label for row in desk.review_card.list.rows]  # type: ignore[attr-defined]
    assert labels
    assert not {"网络人气积分", "投票名次", "计入积分", "总得分"} & set(labels)


def test_only_the_chair_rules_on_votes_and_only_where_there_are_some(qtbot: QtBot) -> None:
    desk, _ = shown(qtbot, voted_play(), "scorer")
    desk.show_project("3")
    assert not desk.sheet_panel.can("votes")
    plain, _ = shown(qtbot, presenting())
    plain.show_project("3")
    assert not plain.sheet_panel.can("votes")


def test_scorer_and_checker_tick_rank_points_cap_and_what_counts(qtbot: QtBot) -> None:
    play = voted_play()
    for seat, name, kind in (
        ("scorer", "纪言深", commands.RecomputeResult),
        ("checker", "程见微", commands.CheckResult),
    ):
        window, heard = shown(qtbot, play, seat)
        window.show_project("3")
        labels = [row.label for row in window.review_card.list.rows]  # type: ignore[attr-defined]
        assert labels[-6:] == ["网络人气积分", "投票名次", "折前积分", "上限", "计入积分", "总得分"]
        while window.review_card.at_hand is not None:
            qtbot.keyClick(window, Qt.Key.Key_Space)
        window.take_next_step()
        assert window.ask._reason is not None
        window.ask._reason.setText(name)
        window.ask._answer()
        assert isinstance(heard[-1], kind)
        assert {"votes_rank||", "votes_points||", "votes_cap||", "votes_counted||", "total||"} <= {
            tick.line for tick in heard[-1].ticks
        }
        play.do(seat, heard[-1])
    play.do("chair", commands.LockProject(entry_no="3"))
