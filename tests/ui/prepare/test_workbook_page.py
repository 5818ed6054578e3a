"""The Prepare window's first step: a workbook opened, put right in its cells, and saved where the person says."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from judge_app.exchange import draft as drafts
from judge_app.exchange.workbook import read_contest
from judge_app.store.presets import Presets
from judge_app.ui.prepare import PrepareDesk
from judge_app.ui.prepare.window import PrepareWindow
from judge_app.ui.prepare.workbook_page import WorkbookPage
from judge_app.ui.widgets import Question
from tests.exchange.test_workbook import good, written
from tests.ui.prepare.preparing import prepared, window_of


@pytest.fixture
def desk(qtbot: QtBot) -> PrepareDesk:
    return prepared(qtbot)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A number twice, and a judge of a class that there is not."""
    rows = good()
    rows["项目"][2][0] = 1
    rows["评委"][1][2] = "外聘评委"
    return written(tmp_path / "contest.xlsx", rows)


def test_what_is_wrong_is_put_right_on_the_spot_and_saved_beside_the_original(
    qtbot: QtBot, desk: PrepareDesk, broken: Path
) -> None:
    window, before = window_of(desk), broken.read_bytes()
    page = window.workbook_page
    page.path.setText(str(broken))
    qtbot.keyClick(page.path, Qt.Key.Key_Return)
    assert page.problems.count == 2
    assert page.fix_text.text() == "1"
    page.fix_text.setText("2")
    qtbot.keyClick(page.fix_text, Qt.Key.Key_Return)
    assert page.problems.count == 1
    assert page.sheet == "评委"  # the next finding, ready to be typed over
    assert page.fix_text.text() == "外聘评委"
    page.fix_text.setText("评委")
    qtbot.mouseClick(page.fix_button, Qt.MouseButton.LeftButton)
    assert not page.problems.isVisible()
    qtbot.mouseClick(window.save_button, Qt.MouseButton.LeftButton)
    assert window.ask.question is not None
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    saved = broken.with_name("contest-prepared.xlsx")
    assert [one.entry_no for one in read_contest(saved, known_presets=Presets().keys()).projects] == ["1", "2"]
    assert broken.read_bytes() == before


def test_the_original_is_written_over_only_where_that_is_chosen(qtbot: QtBot, desk: PrepareDesk, broken: Path) -> None:
    window, before = window_of(desk), broken.read_bytes()
    desk.open(broken)
    desk.change(lambda draft: drafts.with_cell(draft, "项目", 3, 1, "7"))
    desk.save()
    assert broken.read_bytes() == before
    question = window.ask.question
    assert question is not None
    assert question.chosen == "copy"
    window.ask.answered.emit("where", "over", "", "")
    assert broken.read_bytes() != before
    assert not broken.with_name("contest-prepared.xlsx").exists()


def test_a_cell_is_typed_in_the_table_and_steps_back_and_forth_are_kept(
    qtbot: QtBot, desk: PrepareDesk, broken: Path
) -> None:
    window = window_of(desk)
    desk.open(broken)
    page = window.workbook_page
    page.show_sheet("项目")
    page.table.go_to(3, 1)
    index = page.table.currentIndex()
    assert page.table.model().setData(index, "2")
    assert [one.entry_no for one in desk.preparation.contest.projects] == ["1", "2"]
    qtbot.mouseClick(window.undo_button, Qt.MouseButton.LeftButton)
    assert [one.entry_no for one in desk.preparation.contest.projects] == ["1", "1"]
    qtbot.mouseClick(window.redo_button, Qt.MouseButton.LeftButton)
    assert [one.entry_no for one in desk.preparation.contest.projects] == ["1", "2"]


def paste(qtbot: QtBot, page: WorkbookPage, text: str) -> None:
    """What a spreadsheet copied, from the first cell on."""
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(page.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_rows_are_pasted_from_a_spreadsheet_and_emptied(qtbot: QtBot, desk: PrepareDesk) -> None:
    window = window_of(desk)
    desk.begin("common-5")
    page = window.workbook_page
    page.show_sheet("项目")
    paste(qtbot, page, "1\t心电云\t市一院\r\n2\t用药审核\t市二院\r\n")
    assert [(one.entry_no, one.name) for one in desk.preparation.contest.projects] == [
        ("1", "心电云"),
        ("2", "用药审核"),
    ]
    page.table.setCurrentIndex(page.table.model().index(0, 1))
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "心电云"
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert desk.preparation.contest.projects[0].name == ""


def test_emptying_what_is_empty_changes_nothing(qtbot: QtBot, desk: PrepareDesk, tmp_path: Path) -> None:
    desk.open(written(tmp_path / "contest.xlsx", good()))
    page = window_of(desk).workbook_page
    page.show_sheet("工作人员")
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert not desk.preparation.dirty


def test_rows_that_were_copied_with_their_heading_go_by_its_names(qtbot: QtBot, desk: PrepareDesk) -> None:
    window = window_of(desk)
    desk.begin("common-5")
    page = window.workbook_page
    page.show_sheet("项目")
    paste(qtbot, page, "*参赛序号\t电话\t场次（必填）\t项目名称\n1\t5550\t第一场\t心电云\n2\t\t第一场\t用药\n")
    projects = desk.preparation.contest.projects
    assert [(one.entry_no, one.name, one.session) for one in projects] == [
        ("1", "心电云", "第一场"),
        ("2", "用药", "第一场"),
    ]
    assert page.table.sheet.text(page.table.sheet.index(0, page.table.sheet.names.index("电话"))) == "5550"


@pytest.mark.parametrize("title", ["工作人员", "利益关系"])
def test_a_column_that_is_not_known_is_kept_where_the_sheet_begins_with_the_paste(
    qtbot: QtBot, desk: PrepareDesk, title: str
) -> None:
    desk.begin("common-5")
    page = window_of(desk).workbook_page
    page.show_sheet(title)
    first, second = page.table.sheet.names[:2]
    paste(qtbot, page, f"{second}\t电话\t{first}\t{first}\n乙\t5550\t甲\t丙\n")
    sheet = page.table.sheet
    held = {name: sheet.text(sheet.index(0, at)) for at, name in enumerate(sheet.names)}
    assert held | {first: "甲", second: "乙", "电话": "5550"} == held, "and of two of one name the first"


def test_a_pasted_row_that_holds_the_name_of_one_column_is_a_row(qtbot: QtBot, desk: PrepareDesk) -> None:
    window = window_of(desk)
    desk.begin("common-5")
    page = window.workbook_page
    page.show_sheet("项目")
    paste(qtbot, page, "1\t赛道\n2\t心电云\n")
    assert [one.name for one in desk.preparation.contest.projects] == ["赛道", "心电云"]


def test_judges_without_a_session_are_sent_to_the_step_where_they_are_seated(qtbot: QtBot, desk: PrepareDesk) -> None:
    window = window_of(desk)
    desk.begin("common-5")
    page = window.workbook_page
    page.show_sheet("项目")
    assert page.table.sheet.names
    empty = next(one for one in desk.preparation.findings if one.title == "评委")
    page._go_to(empty)
    assert "粘贴" in page._fix_hint.text()
    page.show_sheet("评委")
    paste(qtbot, page, "编号\t姓名\t类别\n1\t沈知衡\t评委\n")
    for one in desk.preparation.findings:
        if one.title == "评委":
            page._go_to(one)
            assert "第 3 步" in page._fix_hint.text()


def test_a_file_that_is_no_workbook_says_so_where_it_was_asked_for(desk: PrepareDesk, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("no")
    page = window_of(desk).workbook_page
    page.open_requested.emit(str(tmp_path / "a.xlsx"))
    assert page.currentIndex() == 0
    assert not desk.preparation.open_now
    assert page._problems.count == 1


def test_a_sheet_that_lacks_columns_gets_them(desk: PrepareDesk, tmp_path: Path) -> None:
    rows = good()
    for row in rows["评委"]:
        del row[2]
    desk.open(written(tmp_path / "contest.xlsx", rows))
    page = window_of(desk).workbook_page
    assert page.mend_button.isVisible()
    page.mend_button.click()
    assert [(one.title, one.column) for one in desk.preparation.findings] == [("评委", 6)] * 3


def test_a_new_contest_says_which_value_is_empty_and_where_rows_are_typed(qtbot: QtBot, desk: PrepareDesk) -> None:
    desk.begin("common-5")
    page = window_of(desk).workbook_page
    assert "大赛名称" in page.problems.rows[0].spoken()
    qtbot.keyClicks(page.fix_text, "Contest")
    qtbot.keyClick(page.fix_text, Qt.Key.Key_Return)
    assert page.sheet == "项目"
    assert not page.mend_button.isVisible()  # no column lacks
    assert page.table.currentIndex() == page.table.sheet.index(0, 0)
    long = "面向基层医疗卫生机构的慢病管理"
    before = page.table.columnWidth(1)
    paste(qtbot, page, f"1\t{long}\t市一院\n")
    assert page.table.columnWidth(1) > before


def test_merged_and_hidden_rows_are_taken_apart(desk: PrepareDesk, tmp_path: Path) -> None:
    def hide(book: object) -> None:
        book["项目"].row_dimensions[3].hidden = True  # type: ignore[index]  # openpyxl's workbook

    desk.open(written(tmp_path / "contest.xlsx", good(), hide))
    page = window_of(desk).workbook_page
    assert len(desk.preparation.findings) == 1
    page.mend_button.click()
    assert desk.preparation.findings == ()


def test_a_window_with_unsaved_work_asks_before_it_closes(qtbot: QtBot, desk: PrepareDesk, broken: Path) -> None:
    window = window_of(desk)
    desk.open(broken)
    desk.change(lambda draft: drafts.with_cell(draft, "项目", 3, 1, "7"))
    assert not window.close()
    stay = next(one for one in window.ask.findChildren(QPushButton) if one.text() == "留在这里")
    qtbot.mouseClick(stay, Qt.MouseButton.LeftButton)
    assert window.isVisible()
    assert not window.close()
    with qtbot.waitSignal(desk.left):
        window.ask.answered.emit("leave", "", "", "")
    assert not window.isVisible()


def _dropped(desk: PrepareDesk, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    nothing = Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, nothing)
    window_of(desk).workbook_page.dropEvent(event)


def test_a_file_dropped_on_unsaved_work_is_asked_about_first(desk: PrepareDesk, broken: Path, tmp_path: Path) -> None:
    window = window_of(desk)
    other = written(tmp_path / "other.xlsx", good())
    desk.open(broken)
    desk.change(lambda draft: drafts.with_cell(draft, "项目", 3, 1, "7"))
    _dropped(desk, other)
    assert window.ask.question is not None
    assert [one.entry_no for one in desk.preparation.contest.projects] == ["1", "7"]
    window.ask.dropped.emit("another")
    assert desk.preparation.path == broken
    window.ask.answered.emit("another", "", "", "")
    assert desk.preparation.path == other


def test_a_file_dropped_where_all_is_saved_is_opened_at_once(desk: PrepareDesk, broken: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.xlsx", good())
    desk.open(broken)
    _dropped(desk, other)
    assert window_of(desk).ask.question is None
    assert desk.preparation.path == other


def test_what_is_unsaved_is_saved_at_the_close_unless_one_says_otherwise(
    qtbot: QtBot, desk: PrepareDesk, broken: Path, tmp_path: Path
) -> None:
    window = window_of(desk)
    desk.open(broken)
    desk.save_to(tmp_path / "kept.xlsx")
    desk.change(lambda draft: drafts.with_cell(draft, "项目", 3, 1, "7"))
    assert not window.close()
    with qtbot.waitSignal(desk.left):
        qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert drafts.records(drafts.open_draft(tmp_path / "kept.xlsx"), "项目")[1][1]["参赛序号"] == "7"
    assert not window.isVisible()


def test_a_save_at_the_close_that_is_called_off_closes_nothing_later(
    qtbot: QtBot, desk: PrepareDesk, broken: Path, tmp_path: Path
) -> None:
    window = window_of(desk)
    desk.open(broken)
    desk.change(lambda draft: drafts.with_cell(draft, "项目", 3, 1, "7"))
    assert not window.close()
    window.ask.answered.emit("leave", "save", "", "")
    assert window.ask.question is not None
    assert window.ask.question.key == "where"  # it was never saved before
    qtbot.keyClick(window.ask, Qt.Key.Key_Escape)
    with qtbot.assertNotEmitted(desk.left):
        desk.save_to(tmp_path / "kept.xlsx")
    assert window.isVisible()


def test_a_save_at_the_close_that_another_question_replaces_closes_nothing_later(
    qtbot: QtBot, desk: PrepareDesk, broken: Path, tmp_path: Path
) -> None:
    window = window_of(desk)
    desk.open(broken)
    desk.change(lambda draft: drafts.with_cell(draft, "项目", 3, 1, "7"))
    assert not window.close()
    window.ask.answered.emit("leave", "save", "", "")
    _dropped(desk, written(tmp_path / "other.xlsx", good()))
    assert window.ask.question is not None
    assert window.ask.question.key == "another"
    with qtbot.assertNotEmitted(desk.left):
        window.save_requested.emit()  # by hand, much later
        window.ask.answered.emit("where", "copy", "", "")
    assert not desk.preparation.dirty
    assert window.isVisible()


def _typing(qtbot: QtBot, desk: PrepareDesk, typed: str) -> None:
    """Somebody types into the name of the second project and has not pressed Enter."""
    page = window_of(desk).workbook_page
    page.show_sheet("项目")
    page.table.go_to(3, 2)
    page.table.edit(page.table.currentIndex())
    editor = page.table.indexWidget(page.table.currentIndex())
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, typed)


def test_what_is_being_typed_in_a_cell_is_saved(qtbot: QtBot, desk: PrepareDesk, tmp_path: Path) -> None:
    desk.open(written(tmp_path / "contest.xlsx", good()))
    desk.save_to(tmp_path / "kept.xlsx")
    _typing(qtbot, desk, "halftyped")
    window_of(desk).save_requested.emit()
    saved = read_contest(tmp_path / "kept.xlsx", known_presets=Presets().keys())
    assert saved.projects[1].name == "halftyped"


def test_what_is_being_typed_in_a_cell_is_not_lost_to_a_step_forth(
    qtbot: QtBot, desk: PrepareDesk, tmp_path: Path
) -> None:
    desk.open(written(tmp_path / "contest.xlsx", good()))
    desk.change(lambda draft: drafts.with_setting(draft, "大赛名称", "另一届"))
    window_of(desk).undo_requested.emit()
    _typing(qtbot, desk, "halftyped")
    window_of(desk).redo_requested.emit()
    assert desk.preparation.contest.projects[1].name == "halftyped"


def test_what_is_being_typed_in_a_cell_is_asked_about_at_the_close(
    qtbot: QtBot, desk: PrepareDesk, tmp_path: Path
) -> None:
    desk.open(written(tmp_path / "contest.xlsx", good()))
    _typing(qtbot, desk, "halftyped")
    with qtbot.assertNotEmitted(desk.left):
        assert not window_of(desk).close()
    assert window_of(desk).ask.question is not None
    assert desk.preparation.contest.projects[1].name == "halftyped"


def test_a_correction_that_is_being_typed_is_saved_and_not_lost_to_another_finding(
    qtbot: QtBot, desk: PrepareDesk, broken: Path
) -> None:
    page = window_of(desk).workbook_page
    desk.open(broken)
    page.choose_finding(0)
    page.fix_text.clear()
    qtbot.keyClicks(page.fix_text, "2")
    page.problems.picked.emit("1")
    assert [one.entry_no for one in desk.preparation.contest.projects] == ["1", "2"]
    assert page.fix_text.text() == "外聘评委"
    page.fix_text.clear()
    qtbot.keyClicks(page.fix_text, "someclass")
    desk.change(lambda draft: drafts.with_cell(draft, "项目", 3, 2, "x"))
    assert page.fix_text.text() == "someclass"  # a change elsewhere leaves it
    desk.save_to(broken.with_name("kept.xlsx"))
    qtbot.keyClicks(page.fix_text, "2")
    window_of(desk).save_requested.emit()
    assert not desk.preparation.dirty
    assert drafts.records(desk.preparation.draft, "评委")[0][1]["类别"] == "someclass2"


def test_a_window_with_nothing_unsaved_closes_at_once(qtbot: QtBot, desk: PrepareDesk, broken: Path) -> None:
    desk.open(broken)
    with qtbot.waitSignal(desk.left):
        assert window_of(desk).close()


def test_while_something_is_asked_its_answer_is_the_only_filled_button(qtbot: QtBot) -> None:
    window = PrepareWindow()
    qtbot.addWidget(window)
    window.show()
    assert window.next_button.isVisible()
    window.ask_question(Question(key="x", title="?", yes="Yes", needs_reason=False))
    assert not window.next_button.isVisible()
    window.ask.close_question()
    assert window.next_button.isVisible()
