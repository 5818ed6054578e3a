"""Sessions and panels: projects and judges moved by drag, by buttons and by keys; conflicts shown; split evenly."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from judge_app.core.contest import PanelRole
from judge_app.ui.language import Language
from judge_app.ui.prepare import PrepareDesk
from judge_app.ui.prepare.lines import LineList
from judge_app.ui.prepare.sessions_page import NOWHERE, SessionsPage
from tests.ui.prepare.preparing import FOUR_TRACKS, opened, window_of


@pytest.fixture
def desk(qtbot: QtBot) -> PrepareDesk:
    return opened(qtbot, FOUR_TRACKS, 2)


def page_of(desk: PrepareDesk) -> SessionsPage:
    return window_of(desk).sessions_page


def names(desk: PrepareDesk) -> list[str]:
    return [session.name for session in desk.preparation.contest.sessions]


def heard(desk: PrepareDesk, session: str) -> list[str]:
    return [project.entry_no for project in desk.preparation.contest.heard_in(session)]


def drop(source: LineList, keys: list[str], target: LineList, row: str) -> None:
    """Rows let fall on a row of another list."""
    place = [one.key for one in target.rows].index(row)
    at = target.visualRect(target.model().index(place, 0)).center()
    data = source.mime(keys)
    action, buttons = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
    target.dropEvent(QDropEvent(QPointF(at), action, data, buttons, Qt.KeyboardModifier.NoModifier))


def test_projects_are_dropped_on_a_session(desk: PrepareDesk) -> None:
    page = page_of(desk)
    first, second = names(desk)[:2]
    page.choose_session(first)
    moving = heard(desk, first)[:2]
    drop(page.projects, moving, page.sessions, second)
    assert set(moving) <= set(heard(desk, second))
    assert not set(moving) & set(heard(desk, first))
    assert page.session == first


def test_projects_are_moved_by_keys_and_a_button(qtbot: QtBot, desk: PrepareDesk) -> None:
    page = page_of(desk)
    first, second = names(desk)[:2]
    page.choose_session(first)
    moving = heard(desk, first)[0]
    page.projects.setFocus()
    page.projects.choose(moving)
    page.where.setCurrentIndex(page.where.findData(second))
    qtbot.keyClick(page.move_button, Qt.Key.Key_Space)
    assert moving in heard(desk, second)


def test_a_judge_is_seated_by_drop_and_by_the_space_bar_and_made_chair(qtbot: QtBot, desk: PrepareDesk) -> None:
    page = page_of(desk)
    page.add_button.click()
    new = page.session
    assert new == names(desk)[-1]
    judge = desk.preparation.contest.judges[0]
    drop(page.judges, [judge.no], page.sessions, new)
    assert [one.no for one in desk.preparation.contest.panel(new)] == [judge.no]
    page.judges.choose(judge.no)
    qtbot.keyClick(page.judges, Qt.Key.Key_Space)
    assert desk.preparation.contest.panel(new) == ()
    page.judges.choose(judge.no)
    page.role_buttons[PanelRole.RESERVE].click()
    assert desk.preparation.contest.judges[0].role is PanelRole.RESERVE
    page.remove_button.click()
    assert new not in names(desk)


def test_a_click_on_a_judge_has_the_keys_so_that_the_space_bar_seats_him(qtbot: QtBot, desk: PrepareDesk) -> None:
    page = page_of(desk)
    window = window_of(desk)
    window.next_button.setFocus()
    page.sessions.choose(names(desk)[0])
    at = page.judges.visualRect(page.judges.model().index(0, 0)).center()
    qtbot.mouseClick(page.judges.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert window.focusWidget() is page.judges


def test_the_sessions_of_a_judge_stand_in_a_row_as_the_language_sets_them(
    desk: PrepareDesk, language: Language
) -> None:
    page, judge = page_of(desk), desk.preparation.contest.judges[0]
    page.judges_seated.emit([judge.no], names(desk)[1], True)
    both = names(desk)
    page.add_button.click()  # and is chosen
    row = next(one for one in page.judges.rows if one.key == judge.no)
    assert "、".join(both) in row.spoken()
    language.use("en")
    desk.show_all()
    row = next(one for one in page.judges.rows if one.key == judge.no)
    assert ", ".join(both) in row.spoken()


def test_what_is_no_judge_or_project_is_not_taken(desk: PrepareDesk) -> None:
    page = page_of(desk)
    before = desk.preparation.contest
    drop(page.conflict_list, ["1"], page.sessions, names(desk)[0])
    assert desk.preparation.contest == before


def test_the_contest_is_split_and_left_as_it_is_where_that_cannot_be(qtbot: QtBot, desk: PrepareDesk) -> None:
    window, page = window_of(desk), page_of(desk)
    before = desk.preparation.contest
    page.split_button.click()
    window.ask.answered.emit("split", "nothing", "3", "")
    assert names(desk) == ["第一场", "第二场", "第三场"]
    sizes = [len(heard(desk, name)) for name in names(desk)]
    assert max(sizes) - min(sizes) <= 1
    qtbot.mouseClick(window.undo_button, Qt.MouseButton.LeftButton)
    assert desk.preparation.contest == before
    for count in ("900", "x"):
        page.split_button.click()
        window.ask.answered.emit("split", "nothing", count, "")
        assert desk.preparation.contest == before
        assert window.troubles.troubles != ()


def test_a_declared_relation_is_shown_as_a_conflict(desk: PrepareDesk) -> None:
    window, page = window_of(desk), page_of(desk)
    first = names(desk)[0]
    page.choose_session(first)
    before = len(page.conflict_list.rows)
    judge = desk.preparation.contest.panel(first)[0].no
    page.judges.choose(judge)
    page.projects.choose(heard(desk, first)[0])
    page.relation_button.click()
    assert window.ask.question is not None
    window.ask.answered.emit("relation", "", "师生", "")
    page.choose_session(first)
    assert len(page.conflict_list.rows) == before + 1
    assert "师生" in page.conflict_list.rows[-1].spoken()


def test_projects_without_a_session_have_a_place_of_their_own(desk: PrepareDesk) -> None:
    page = page_of(desk)
    first = names(desk)[0]
    assert NOWHERE not in [row.key for row in page.sessions.rows]
    desk.preparation.change()
    page.projects_moved.emit(heard(desk, first)[:1], "")
    assert page.sessions.rows[0].key == NOWHERE
    page.choose_session("")
    assert len(page.projects.rows) == 1
    drop(page.projects, [page.projects.rows[0].key], page.sessions, first)
    assert NOWHERE not in [row.key for row in page.sessions.rows]


def test_hall_and_time_are_filled_in_on_the_workbook_s_row(desk: PrepareDesk) -> None:
    window, page = window_of(desk), page_of(desk)
    page.choose_session(names(desk)[1])
    page.edit_button.click()
    assert window.step == 0
    assert window.workbook_page.sheet == "场次"
    assert window.workbook_page.table.currentIndex().row() == 1
