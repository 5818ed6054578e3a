"""Handing out: not before everything is right, then a folder a room that is hosted as it lies; and the whole way there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from judge_app.cli.prepare import Shelf
from judge_app.core.contest import PanelRole
from judge_app.core.rules import RuleSet
from judge_app.exchange import draft as drafts
from judge_app.hosting import contest_of, new_session
from judge_app.ui.prepare import PrepareDesk
from judge_app.ui.prepare.lines import LineRow
from tests.ui.prepare.preparing import FOUR_TRACKS, opened, prepared, window_of


@pytest.fixture
def desk(qtbot: QtBot) -> PrepareDesk:
    return opened(qtbot, FOUR_TRACKS, 4)


def _write(qtbot: QtBot, desk: PrepareDesk) -> None:
    """The filled button of the last step, until the rooms are there."""
    qtbot.mouseClick(window_of(desk).next_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window_of(desk).hand_out_page.show_button.isVisible)


def test_rooms_are_written_and_another_change_makes_them_old(qtbot: QtBot, desk: PrepareDesk, tmp_path: Path) -> None:
    window = window_of(desk)
    page = window.hand_out_page
    assert not window.next_button.isEnabled()  # no folder yet
    page.path.setText(str(tmp_path))
    _write(qtbot, desk)
    (made,) = tmp_path.iterdir()
    folders = sorted(path for path in made.iterdir() if path.is_dir())
    assert len(folders) == len(desk.preparation.contest.sessions)
    for folder in folders:
        contest = contest_of(folder / "contest.xlsx")
        assert len(contest.sessions) == 1
        assert new_session(folder / "contest.xlsx", None, tmp_path / "sessions")[1].is_file()
    assert page.show_button.isVisible()
    desk.save_to(tmp_path / "kept.xlsx")
    assert page.show_button.isVisible()  # saving changes nothing of what was handed out
    desk.go_to(2)
    window.sessions_page.add_button.click()
    assert not page.show_button.isVisibleTo(page)


def test_the_first_space_takes_the_next_step_and_undoes_nothing(qtbot: QtBot, desk: PrepareDesk) -> None:
    window = window_of(desk)
    desk.go_to(2)
    window.sessions_page.add_button.click()
    added = len(desk.preparation.contest.sessions)
    window.hide()
    window.show()
    for button in (window.undo_button, window.redo_button, window.save_button):
        assert button.focusPolicy() is Qt.FocusPolicy.TabFocus
    desk.go_to(0)
    assert window.focusWidget() is window.next_button
    qtbot.keyClick(window.next_button, Qt.Key.Key_Space)
    assert window.step == 1
    assert len(desk.preparation.contest.sessions) == added
    desk.go_to(4)
    assert not window.next_button.isEnabled()
    assert window.focusWidget() is window.hand_out_page.path


def test_a_fresh_window_asks_for_a_file_first(qtbot: QtBot) -> None:
    window = window_of(prepared(qtbot))
    assert window.focusWidget() is window.workbook_page.path


def test_values_that_nobody_confirmed_are_recalled_before_the_rooms_are_written(desk: PrepareDesk) -> None:
    page = window_of(desk).hand_out_page
    waiting = len(desk.preparation.rule_set.all_assumed) if desk.preparation.rule_set is not None else 0
    assert waiting
    assert page._unconfirmed_text.isVisible()
    assert str(waiting) in page._unconfirmed_text.text()
    desk.confirm(window_of(desk).rules_page.confirm.waiting, "芮书棠")
    assert not page._unconfirmed_text.isVisible()


def test_what_is_written_is_then_saved_and_then_shown_and_another_folder_is_written_again(
    qtbot: QtBot, desk: PrepareDesk, tmp_path: Path
) -> None:
    window, page = window_of(desk), window_of(desk).hand_out_page
    desk.change(lambda draft: drafts.with_setting(draft, "大赛名称", "另一届"))
    page.path.setText(str(tmp_path / "one"))
    qtbot.keyClick(page.path, Qt.Key.Key_Return)  # as the filled button
    qtbot.waitUntil(page.show_button.isVisible)
    assert window.next_button.text() == "保存工作簿"
    assert window.focusWidget() is window.next_button
    window.next_button.click()
    assert window.ask.question is not None
    desk.save_to(tmp_path / "kept.xlsx")
    assert window.next_button.text() == "打开文件夹"
    page.path.setText(str(tmp_path / "two"))
    assert window.next_button.text().startswith("写出")
    window.next_button.click()
    qtbot.waitUntil(lambda: window.next_button.text() == "打开文件夹")
    assert len(list((tmp_path / "two").iterdir())) == 1


def test_the_focus_goes_on_after_a_question_and_never_to_undo(qtbot: QtBot, desk: PrepareDesk) -> None:
    window = window_of(desk)
    desk.go_to(1)
    window.rules_page.show_section("confirm")
    for answer in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        window.rules_page.confirm.all_button.click()
        window.ask._first_field().setFocus()
        if answer == Qt.Key.Key_Return:
            qtbot.keyClicks(window.ask._first_field(), "Rui")
        qtbot.keyClick(window.ask, answer)
        assert window.ask.question is None
        assert window.focusWidget() not in (window.undo_button, window.redo_button, window.save_button)


def test_a_room_whose_slides_lack_says_so_in_a_warning(qtbot: QtBot, desk: PrepareDesk, tmp_path: Path) -> None:
    window, page = window_of(desk), window_of(desk).hand_out_page
    first = desk.preparation.contest.sessions[0].name
    number = desk.preparation.contest.heard_in(first)[0].entry_no
    row = next(row for row, record in drafts.records(desk.preparation.draft, "项目") if record["参赛序号"] == number)
    desk.change(lambda draft: drafts.with_values(draft, "项目", "路演材料", {row: "nowhere.pptx"}))
    page.path.setText(str(tmp_path))
    _write(qtbot, desk)
    lines = [one for one in page.rooms.rows if isinstance(one, LineRow)]
    assert [one.tone for one in lines] == ["warn", *["ok"] * (len(lines) - 1)]
    assert "1" in lines[0].state
    assert window.steps.tabs[4].words.tone == "warn"


def test_a_contest_that_is_not_ready_is_not_handed_out(desk: PrepareDesk, tmp_path: Path) -> None:
    window = window_of(desk)
    window.hand_out_page.path.setText(str(tmp_path))
    assert window.next_button.isEnabled()
    window.sessions_page.projects_moved.emit([desk.preparation.contest.projects[0].entry_no], "")
    assert window.hand_out_page.problems.count > 0
    assert not window.next_button.isEnabled()
    desk.hand_out(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_file_is_said(qtbot: QtBot, desk: PrepareDesk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    desk.hand_out(tmp_path / "file")
    qtbot.waitUntil(lambda: window_of(desk).troubles.troubles != ())
    assert window_of(desk).next_button.text().startswith("写出")


class SlowShelf(Shelf):
    """Its disk takes no file before it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()

    def write(self, path: Path, rules: RuleSet) -> None:
        self.free.wait()
        super().write(path, rules)


@pytest.fixture
def slow(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[PrepareDesk, SlowShelf]]:
    """Rooms that are being written to a disk that takes nothing yet."""
    shelf = SlowShelf()
    made = prepared(qtbot, shelf)
    made.open(FOUR_TRACKS)
    window_of(made).rules_page.edited.emit(("publicity_days",), 9)  # rules of its own, to be written
    made.go_to(4)
    window_of(made).hand_out_page.path.setText(str(tmp_path / "stick"))
    qtbot.mouseClick(window_of(made).next_button, Qt.MouseButton.LeftButton)
    yield made, shelf
    shelf.free.set()


def test_the_window_goes_on_while_rooms_are_written_and_writes_them_once(
    qtbot: QtBot, slow: tuple[PrepareDesk, SlowShelf], tmp_path: Path
) -> None:
    desk, shelf = slow
    window, page = window_of(desk), window_of(desk).hand_out_page
    assert page.progress.isVisible()
    assert not window.next_button.isEnabled()
    desk.hand_out(tmp_path / "stick")  # a second press starts nothing
    desk.go_to(2)
    desk.go_to(4)
    shelf.free.set()
    qtbot.waitUntil(page.show_button.isVisible)
    assert not page.progress.isVisible()
    assert len(list((tmp_path / "stick").iterdir())) == 1


def test_what_is_changed_while_rooms_are_written_makes_them_old(
    qtbot: QtBot, slow: tuple[PrepareDesk, SlowShelf]
) -> None:
    desk, shelf = slow
    window_of(desk).sessions_page.add_button.click()
    window_of(desk).undo_button.click()
    desk.change(lambda draft: drafts.with_setting(draft, "大赛名称", "另一届"))
    shelf.free.set()
    qtbot.waitUntil(window_of(desk).next_button.isEnabled)
    assert not window_of(desk).hand_out_page.show_button.isVisible()


def test_a_close_while_rooms_are_written_asks_stops_and_goes_on_to_what_is_unsaved(
    qtbot: QtBot, slow: tuple[PrepareDesk, SlowShelf], tmp_path: Path
) -> None:
    desk, shelf = slow
    window = window_of(desk)
    assert not window.close()
    assert window.ask.question is not None
    assert window.ask.question.key == "stop"
    window.ask.answered.emit("stop", "", "", "")
    window.ask.close_question()
    shelf.free.set()
    qtbot.waitUntil(lambda: window.ask.question is not None and window.ask.question.key == "leave")
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_stop_that_comes_too_late_closes_nothing_later(
    qtbot: QtBot, slow: tuple[PrepareDesk, SlowShelf], tmp_path: Path
) -> None:
    desk, shelf = slow
    window = window_of(desk)
    assert not window.close()
    shelf.free.set()
    qtbot.waitUntil(window.hand_out_page.show_button.isVisible)  # written while the question stood
    window.ask.answered.emit("stop", "", "", "")
    assert window.ask.question is not None
    assert window.ask.question.key == "leave"
    qtbot.keyClick(window.ask, Qt.Key.Key_Escape)
    desk.save_to(tmp_path / "kept.xlsx")
    with qtbot.assertNotEmitted(desk.left):
        desk.hand_out(tmp_path / "again")
        qtbot.waitUntil(lambda: (tmp_path / "again").exists() and not window.hand_out_page.progress.isVisible())
    assert window.isVisible()


def test_stopped_rooms_leave_no_file(qtbot: QtBot, slow: tuple[PrepareDesk, SlowShelf], tmp_path: Path) -> None:
    desk, shelf = slow
    window_of(desk).hand_out_page.stop_button.click()
    shelf.free.set()
    qtbot.waitUntil(window_of(desk).next_button.isEnabled)
    assert list((tmp_path / "stick").iterdir()) == []
    assert window_of(desk).troubles.troubles != ()


def test_from_a_preset_to_a_hosted_room_by_keys_and_a_paste(qtbot: QtBot, tmp_path: Path) -> None:
    """The whole way: a preset, a name, two pasted tables, one changed rule, a draw, a folder a room."""
    desk = prepared(qtbot)
    window = window_of(desk)
    page = window.workbook_page
    page.preset_list.choose("common-5")
    qtbot.keyClick(page.preset_list, Qt.Key.Key_Return)
    page.fix_text.setText("第一届样例大赛")
    qtbot.keyClick(page.fix_text, Qt.Key.Key_Return)
    projects = "\n".join(f"{at}\t项目{at}\t单位{at}\t第一场" for at in range(1, 7))
    judges = "\n".join(
        f"J{at}\t评委{at}\t评委\t第一场\t大学{at}\t{'评委组长' if at == 1 else ''}" for at in range(1, 6)
    )
    for title, text in (("项目", projects), ("评委", judges)):
        page.show_sheet(title)
        page.table.setCurrentIndex(page.table.model().index(0, 0))
        QGuiApplication.clipboard().setText(text)
        qtbot.keyClick(page.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert desk.preparation.findings == ()
    qtbot.mouseClick(window.next_button, Qt.MouseButton.LeftButton)
    assert window.step == 1
    window.rules_page.edited.emit(("timing", "phases", 1, "seconds"), 300)
    assert desk.preparation.ready
    chair = desk.preparation.contest.panel("第一场")[0]
    assert chair.role is PanelRole.CHAIR
    desk.go_to(3)
    window.order_page.method_buttons["draw"].click()
    desk.go_to(4)
    window.hand_out_page.path.setText(str(tmp_path / "stick"))
    _write(qtbot, desk)
    (workbook,) = (tmp_path / "stick").rglob("contest.xlsx")
    assert (workbook.parent / "common-5-own.toml").is_file()
    contest = contest_of(workbook)
    order = [project.entry_no for project in desk.preparation.contest.heard_in("第一场")]
    assert [project.entry_no for project in contest.projects] == order
    session_file, setup, _ = new_session(workbook, None, tmp_path / "sessions")
    assert setup.is_file()
    assert session_file.suffix == ".roadshow"
