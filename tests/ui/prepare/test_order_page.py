"""Running orders: drawn with a recorded seed, by strokes, changed by hand with a log, published and then frozen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from judge_app.core.order import replay
from judge_app.exchange import planning
from judge_app.exchange.planning import Planned
from judge_app.ui.prepare import PrepareDesk
from judge_app.ui.prepare.order_page import OrderPage
from tests.ui.prepare.preparing import REGIONAL_FINAL, opened, window_of

SESSION = "第一场"


@pytest.fixture
def desk(qtbot: QtBot) -> PrepareDesk:
    return opened(qtbot, REGIONAL_FINAL, 3)


def page_of(desk: PrepareDesk) -> OrderPage:
    return window_of(desk).order_page


def plan_of(desk: PrepareDesk) -> Planned:
    return planning.planned_order(desk.preparation.draft, desk.preparation.contest, SESSION)


def ids(desk: PrepareDesk) -> list[str]:
    return [row.key for row in page_of(desk).order.rows]


def test_a_draw_keeps_its_seed_and_its_people_and_can_be_held_again(qtbot: QtBot, desk: PrepareDesk) -> None:
    page = page_of(desk)
    page.seed.setText("20261205")
    page.operator.setText("芮书棠")
    page.witness.setText("蒲沐辰")
    qtbot.mouseClick(page.method_buttons["draw"], Qt.MouseButton.LeftButton)
    order = plan_of(desk).order
    assert order is not None
    assert order.draw is not None
    assert (order.draw.seed, order.draw.operator, order.draw.witness) == ("20261205", "芮书棠", "蒲沐辰")
    assert ids(desk) == list(replay(order.draw))


def test_a_draw_without_a_seed_takes_a_random_one_and_writes_it_down(desk: PrepareDesk) -> None:
    page_of(desk).method_buttons["draw"].click()
    order = plan_of(desk).order
    assert order is not None
    assert order.draw is not None
    assert len(order.draw.seed) == 16


def test_by_strokes_and_back_as_registered(desk: PrepareDesk) -> None:
    before = ids(desk)  # the sample's numbers were given by strokes
    page = page_of(desk)
    for method in ("strokes", "registration"):
        page.seed.setText(method)
        page.method_buttons["draw"].click()
        assert ids(desk) != before
        page.method_buttons[method].click()
        assert ids(desk) == before


def test_a_move_by_keys_asks_for_name_and_reason_and_is_logged(qtbot: QtBot, desk: PrepareDesk) -> None:
    window, page = window_of(desk), page_of(desk)
    page.order.choose("3")
    qtbot.keyClick(page.order, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert window.ask.question is not None
    assert ids(desk)[2] == "3"  # nothing moves before it is answered
    window.ask.answered.emit("move", "", "迟到", "芮书棠")
    assert ids(desk)[1] == "3"
    order = plan_of(desk).order
    assert order is not None
    assert [(one.id, one.before, one.after, one.by, one.reason) for one in order.changes] == [
        ("3", 3, 2, "芮书棠", "迟到")
    ]
    assert any("芮书棠" in row.spoken() for row in page.log.rows)


def test_a_project_is_dropped_on_another_s_place(desk: PrepareDesk) -> None:
    page = page_of(desk)
    at = page.order.visualRect(page.order.model().index(0, 0)).center()
    data = page.order.mime(["5"])
    action, buttons = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
    page.order.dropEvent(QDropEvent(QPointF(at), action, data, buttons, Qt.KeyboardModifier.NoModifier))
    window_of(desk).ask.answered.emit("move", "", "队伍申请", "芮书棠")
    assert ids(desk)[0] == "5"


def test_a_published_order_is_frozen(qtbot: QtBot, desk: PrepareDesk) -> None:
    window, page = window_of(desk), page_of(desk)
    assert not page.publish_button.isEnabled()  # there is no order yet
    page.method_buttons["draw"].click()
    page.publish_button.click()
    window.ask.answered.emit("publish", "", "芮书棠", "")
    before = ids(desk)
    assert plan_of(desk).published
    assert not page.publish_button.isEnabled()
    assert not page.method_buttons["draw"].isEnabled()
    page.order.choose(before[2])
    qtbot.keyClick(page.order, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    page.made.emit(SESSION, "draw", "other", "", "")
    assert ids(desk) == before
    assert window.troubles.troubles != ()  # why it cannot be done


def test_places_that_the_rule_does_not_decide_wait_to_be_confirmed(desk: PrepareDesk) -> None:
    window, page = window_of(desk), page_of(desk)
    window.workbook_page.edited.emit("项目", {3: {"项目名称": "心电云"}, 5: {"项目名称": "心电云"}})
    page.method_buttons["strokes"].click()
    assert not page.publish_button.isEnabled()
    order = plan_of(desk).order
    assert order is not None
    for one in [place.id for place in order.unsure]:
        page.order.choose(one)
        page.confirm_button.click()
        window.ask.answered.emit("move", "", "笔画相同，现场商定", "芮书棠")
    assert page.publish_button.isEnabled()


def test_an_order_is_to_be_made_again_once_a_project_goes(desk: PrepareDesk) -> None:
    page = page_of(desk)
    page.method_buttons["draw"].click()
    window_of(desk).sessions_page.projects_moved.emit(["3"], "")
    assert plan_of(desk).stale
    assert not page.publish_button.isEnabled()
