"""The entry check beside the workbook's findings: what, where, what to do, and what nobody has looked at."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from judge_app.exchange import draft as drafts
from judge_app.exchange.draft import Draft
from judge_app.ui.prepare import EntryCheck, PrepareDesk
from judge_app.ui.prepare.lines import LineRow
from judge_app.ui.prepare.workbook_page import WorkbookPage
from tests.exchange.test_entries import pptx
from tests.ui.prepare.preparing import REGIONAL_FINAL, prepared, window_of


@pytest.fixture
def desk(qtbot: QtBot) -> PrepareDesk:
    """Two projects under rules that ask much of an entry: one has a track that there is not."""
    made = prepared(qtbot)
    made.begin("shanghai-2025")
    made.change(_entered)
    return made


def _entered(draft: Draft) -> Draft:
    for number, name, track in (("1", "心电云", "AI+智慧医疗"), ("2", "用药审核", "没有的赛道")):
        held = {
            "参赛序号": number,
            "项目名称": name,
            "主体申报单位": f"单位{number}",
            "赛道": track,
            "队长": f"甲{number}",
        }
        draft = drafts.with_record(draft, "项目", {**held, "场次": "第一场"})[0]
    return draft


def page_of(desk: PrepareDesk) -> WorkbookPage:
    return window_of(desk).workbook_page


def lines(desk: PrepareDesk) -> list[LineRow]:
    return [row for row in page_of(desk).entries.rows if isinstance(row, LineRow)]


def test_a_finding_quotes_its_rule_and_is_put_right_on_the_spot(qtbot: QtBot, desk: PrepareDesk) -> None:
    page = page_of(desk)
    at = next(at for at, row in enumerate(lines(desk)) if "没有的赛道" in row.text)
    assert "S4-01" in lines(desk)[at].text
    assert lines(desk)[at].title.startswith("2 号")
    page.entries.picked.emit(str(at))
    assert page.sheet == "项目"
    assert page.fix_text.text() == "没有的赛道"
    page.fix_text.setText("AI+智慧服务")
    qtbot.keyClick(page.fix_text, Qt.Key.Key_Return)
    assert not any("没有的赛道" in row.text for row in lines(desk))
    assert desk.preparation.contest.projects[1].track == "AI+智慧服务"


def test_what_nobody_looked_at_says_so_and_its_sheet_is_added(desk: PrepareDesk) -> None:
    page = page_of(desk)
    at = next(at for at, row in enumerate(lines(desk)) if row.state == "未检查" and "成员" in row.text)
    page.entries.picked.emit(str(at))
    assert page.mend_button.isVisibleTo(page)
    assert "成员" in page.mend_button.text()
    page.mend_button.click()
    assert "成员" in desk.preparation.draft.sheets
    assert page.sheet == "成员"


def test_an_entry_that_is_refused_shows_at_the_step_and_keeps_nobody_from_handing_out(desk: PrepareDesk) -> None:
    def join(draft: Draft) -> Draft:
        for number in range(1, 6):
            judge = {"编号": f"J{number}", "姓名": f"评委{number}", "类别": "评委", "场次": "第一场", "单位": "大学"}
            role = "评委组长" if number == 1 else ""
            draft = drafts.with_record(draft, "评委", {**judge, "角色": role})[0]
        draft = drafts.with_setting(draft, "大赛名称", "样例大赛")
        return drafts.with_values(draft, "项目", "联合申报单位", {2: "市一院、市二院、市三院"})

    desk.change(join)
    assert desk.preparation.findings == ()
    assert "1" in window_of(desk).steps.tabs[0].words.state
    assert window_of(desk).steps.tabs[0].words.tone == "warn"
    desk.go_to(4)
    assert window_of(desk).hand_out_page.problems.count == 0


def test_findings_of_the_workbook_and_of_the_entries_stand_side_by_side(qtbot: QtBot, desk: PrepareDesk) -> None:
    page = page_of(desk)
    assert page.problems.count > 0
    assert page.problems.isVisible()
    qtbot.mouseClick(page.entries_chip, Qt.MouseButton.LeftButton)
    assert page.entries.isVisible()
    assert not page.problems.isVisible()
    qtbot.mouseClick(page.findings_chip, Qt.MouseButton.LeftButton)
    assert page.problems.isVisible()


def test_what_was_not_checked_takes_no_room_before_it_is_asked_for(qtbot: QtBot, desk: PrepareDesk) -> None:
    page = page_of(desk)
    desk.begin("common-5")
    assert lines(desk) == []
    assert not page.unchecked.isVisible()
    desk.open(REGIONAL_FINAL)
    assert not page.entries.isVisible()
    assert not page.problems.isVisible()
    qtbot.mouseClick(page.unchecked, Qt.MouseButton.LeftButton)
    assert page.entries.isVisible()
    assert {row.state for row in lines(desk)} == {"未检查"}
    qtbot.mouseClick(page.unchecked, Qt.MouseButton.LeftButton)
    assert not page.entries.isVisible()


def test_an_entry_sheet_is_offered_only_where_the_workbook_has_it(desk: PrepareDesk) -> None:
    page = page_of(desk)

    def tabs() -> set[str]:
        return {str(tab.property("sheet")) for tab in page._tabs.buttons() if tab.isVisibleTo(page)}

    assert "成员" not in tabs()
    desk.change(lambda draft: drafts.with_known_columns(draft, "成员"))
    assert "成员" in tabs()


def test_slides_are_looked_into_beside_the_window_and_again_once_they_are_others(qtbot: QtBot, tmp_path: Path) -> None:
    check = EntryCheck()
    desk = prepared(qtbot, entry_check=check)
    shutil.copy(REGIONAL_FINAL, tmp_path / "contest.xlsx")
    pptx(tmp_path / "deck.pptx", 9_144_000, 6_858_000, "封面")
    with qtbot.waitSignal(check.looked):
        desk.open(tmp_path / "contest.xlsx")

    def named(draft: Draft) -> Draft:
        draft = drafts.with_setting(draft, "赛制模板", "national-2020")
        return drafts.with_values(draft, "项目", "路演材料", {2: "deck.pptx"})

    with qtbot.waitSignal(check.looked):
        desk.change(named)
    assert any("版面应为" in row.text for row in lines(desk))
    pptx(tmp_path / "deck.pptx", 12_192_000, 6_858_000, "封面", "痛点")
    with qtbot.waitSignal(check.looked):
        desk.change(lambda draft: drafts.with_setting(draft, "大赛名称", "另一届"))
    assert not any("版面应为" in row.text for row in lines(desk))
    check.end()
