"""The entry check on a workbook in memory: as the command has it, and each finding at the cell it is put right at."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge_app.core.eligibility import Finding, Verdict
from judge_app.core.entries import DeckFacts
from judge_app.exchange import draft as drafts
from judge_app.exchange.draft import Draft
from judge_app.exchange.draft_entries import look_at_entries, place_of
from judge_app.exchange.entries import SHEETS, check_entries
from judge_app.store.presets import Presets
from tests.exchange.test_workbook import good, written

RULES = Presets().load("shanghai-2025")


def _draft() -> Draft:
    draft = drafts.blank_draft("contest.xlsx", RULES.key)
    projects = [("1", "心电云", "市一院", "AI+智慧医疗"), ("2", "用药审核", "市二院", "没有的赛道")]
    for number, name, unit, track in projects:
        held = {"参赛序号": number, "项目名称": name, "主体申报单位": unit, "赛道": track, "场次": "第一场"}
        draft = drafts.with_record(draft, "项目", held)[0]
    draft = drafts.with_values(draft, "项目", "队长", {2: "甲某", 3: "乙某"})
    draft = drafts.with_record(draft, "单位", {"名称": "市一院", "类型": "企业"})[0]
    for name in "丙丁戊己庚辛":
        draft = drafts.with_record(draft, "成员", {"参赛序号": "2", "姓名": f"{name}某"})[0]
    return draft


def test_a_draft_is_checked_as_its_file_is(tmp_path: Path) -> None:
    draft = drafts.with_setting(_draft(), "大赛名称", "样例大赛")
    draft = drafts.with_record(draft, "评委", {"编号": "J1", "姓名": "评委一", "类别": "评委", "场次": "第一场"})[0]
    look = look_at_entries(draft, RULES, known_presets=[])
    drafts.save(draft, tmp_path / "contest.xlsx")
    whole = check_entries(tmp_path / "contest.xlsx", Presets().load, known_presets=Presets().keys(), preset=RULES.key)
    assert look.report == whole.report
    assert look.located == ()


def test_findings_stand_at_their_cells() -> None:
    draft = _draft()
    report = look_at_entries(draft, RULES, known_presets=[]).report
    assert report is not None
    places = {(one.check, one.entry_no): place_of(draft, one) for one in report.findings}
    assert places["tracks", "2"] == ("项目", 3, drafts.heading_of(draft, "项目")[1]["赛道"])
    assert places["lead_in_health_system", "1"] == ("单位", 2, 2)
    assert places["team_size", "2"] == ("成员", 2, 2)
    assert all(one == 0 or title for title, one, _ in places.values())


@pytest.mark.parametrize(
    ("check", "place"),
    [
        ("lead_in_health_system", ("项目", 3, 3)),  # its unit is not listed
        ("files", ("项目", 3, 2)),  # there is no sheet of papers
        ("projects_per_person", ("成员", 2, 2)),
    ],
)
def test_a_finding_without_a_row_of_its_own_stands_at_its_project(check: str, place: tuple[str, int, int]) -> None:
    finding = Finding(verdict=Verdict.REJECT, check=check, entry_no="2", zh="", en="")
    assert place_of(_draft(), finding) == place


def test_a_finding_of_no_project_stands_nowhere() -> None:
    finding = Finding(verdict=Verdict.REJECT, check="files", entry_no="99", zh="", en="")
    assert place_of(_draft(), finding) == ("项目", 0, 0)


def test_what_is_wrong_in_an_entry_sheet_is_told_with_its_cell_and_the_rest_is_checked() -> None:
    draft = drafts.with_record(_draft(), "成员", {"参赛序号": "77", "姓名": "谁某"})[0]
    look = look_at_entries(draft, RULES, known_presets=[])
    assert [(one.title, one.row, one.column) for one in look.located] == [("成员", 8, 1)]
    assert look.report is not None
    assert look.report.findings != ()


def test_slides_are_asked_for_only_where_a_rule_needs_them(tmp_path: Path) -> None:
    asked: list[str] = []

    def slides(projects: object) -> tuple[DeckFacts, ...]:
        asked.append("slides")
        return ()

    draft = drafts.open_draft(written(tmp_path / "contest.xlsx", good()))
    look_at_entries(draft, Presets().load("common-5"), known_presets=[], slides=slides)
    assert asked == []
    look_at_entries(draft, Presets().load("national-2020"), known_presets=[], slides=slides)
    assert asked == ["slides"]


def test_without_rules_nothing_is_checked() -> None:
    assert look_at_entries(_draft(), None, known_presets=[]).report is None


def test_every_sheet_of_the_check_can_be_added_and_typed_in() -> None:
    draft = _draft()
    for title in SHEETS:
        draft = drafts.with_known_columns(draft, title)
        assert tuple(drafts.heading_of(draft, title)[1])[:1] == SHEETS[title].required[:1]
