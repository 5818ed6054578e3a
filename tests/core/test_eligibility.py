"""Entry rules: the worked cases, every rule at its limit, and what lacks data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from judge_app.core.contest import Contest, Judge, Project, StaffMember
from judge_app.core.eligibility import EligibilityReport, Finding, Verdict, examine
from judge_app.core.entries import (
    DeckFacts,
    Entries,
    EntryFile,
    FormAnswer,
    PastEntry,
    Placement,
    PriorAward,
    TeamMember,
    UnitRecord,
)
from judge_app.core.entry_papers import lengths
from judge_app.core.entry_teams import age_on, captain_of
from judge_app.core.entry_tracks import edition_number
from judge_app.core.rules import RuleSet, Text, change_rules
from judge_app.store.presets import Presets

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads(
        (Path(__file__).resolve().parents[1] / "acceptance" / "other-cases.json").read_text(encoding="utf-8")
    )["eligibility_cases"]
}
SICHUAN = Presets().load("sichuan-2023")
SHANGHAI = Presets().load("shanghai-2025")
TIANJIN = Presets().load("tianjin-2025")
SHANXI = Presets().load("shanxi-2019")
NATIONAL_2026 = Presets().load("national-2026")


def entry(no: str, **changes: Any) -> Project:
    return Project(**({"entry_no": no, "name": f"项目{no}", "lead_unit": "市一院"} | changes))


def entries(*projects: Project, **changes: Any) -> Entries:
    contest = {
        name: changes.pop(name)
        for name in ("edition", "region", "entry_deadline", "judges", "staff")
        if name in changes
    }
    return Entries(contest=Contest(name="赛", projects=projects, **contest), **changes)


def people(no: str, *names: str, unit: str = "") -> tuple[TeamMember, ...]:
    return tuple(TeamMember(entry_no=no, name=name, unit=unit, captain=name == names[0]) for name in names)


def found(report: EligibilityReport, check: str, entry_no: str = "1") -> list[Verdict]:
    return [finding.verdict for finding in report.of(entry_no) if finding.check == check]


def the(report: EligibilityReport, check: str, entry_no: str = "1") -> Finding:
    (finding,) = [finding for finding in report.of(entry_no) if finding.check == check]
    return finding


def undone(report: EligibilityReport) -> set[str]:
    return {state.check for state in report.not_checked}


def test_every_worked_case_has_its_test_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [id for id in CASES if f'CASES["{id}"]' not in source] == []


# Worked cases


def test_a_team_of_six_is_rejected_and_one_to_five_are_not() -> None:
    case = CASES["E-1"]
    assert case["expected"] == "REJECT"
    for size in range(1, case["input"]["members"] + 1):
        members = people("1", *(f"成员{number}" for number in range(size)))
        report = examine(entries(entry("1"), members=members), SHANGHAI)
        assert found(report, "team_size") == ([Verdict.REJECT] if size == 6 else [])
    assert the(report, "team_size").rule == "S4-06"
    assert "1-5人" in the(report, "team_size").quote


def test_a_single_member_is_captain_without_being_named() -> None:
    case = CASES["E-2"]
    assert case["input"] == {"members": 1, "captain": None}
    alone = (TeamMember(entry_no="1", name="芮书棠"),)
    report = examine(entries(entry("1"), members=alone), SHANGHAI)
    assert found(report, "captain") == [Verdict.NOTE]
    assert captain_of(entry("1"), alone) == "芮书棠"


def test_a_persons_third_project_is_rejected() -> None:
    case = CASES["E-4"]
    before = case["input"]["person_projects_before"]
    numbers = [str(number) for number in range(1, before + 2)]
    members = tuple(one for no in numbers for one in people(no, "芮书棠", unit="市一院"))
    report = examine(entries(*(entry(no) for no in numbers), members=members), SHANGHAI)
    assert [found(report, "projects_per_person", no) for no in numbers] == [[], [], [Verdict.REJECT]]
    assert the(report, "projects_per_person", "3").zh == "芮书棠 已参加 1、2 号，本项目是第 3 个，超过上限 2"


def test_three_members_of_a_partner_unit_are_rejected() -> None:
    case = CASES["E-6"]
    for count in (2, case["input"]["partner_members"]):
        members = people("1", "队长", unit="市一院") + people("1", *(f"伙伴{n}" for n in range(count)), unit="云公司")
        members = tuple(msgspec.structs.replace(one, captain=one.name == "队长") for one in members)
        report = examine(entries(entry("1", partner_units=("云公司",)), members=members), SHANGHAI)
        assert found(report, "partner_members") == ([Verdict.REJECT] if count == 3 else [])
        assert found(report, "partner_units") == []


def test_a_judge_or_a_staff_member_may_not_compete() -> None:
    assert CASES["E-8"]["expected"] == "REJECT"
    judge = Judge(no="J1", name="沈知衡", judge_class="评委", unit="市一院")
    report = examine(entries(entry("1"), members=people("1", "沈知衡", unit="市一院"), judges=(judge,)), SHANGHAI)
    assert found(report, "staff_may_compete") == [Verdict.REJECT]
    assert the(report, "staff_may_compete").rule == "S4-09"
    keeper = StaffMember(name="沈知衡", role="计时员")
    report = examine(entries(entry("1"), members=people("1", "沈知衡"), staff=(keeper,)), SHANGHAI)
    assert found(report, "staff_may_compete") == [Verdict.REJECT]


def test_the_package_is_strictly_below_500_m() -> None:
    case = CASES["E-10"]
    for size, expected in zip(case["input"]["bytes"], case["expected"], strict=True):
        files = (
            EntryFile(entry_no="1", kind="申报表", name="a.pdf", size=size - 1),
            EntryFile(entry_no="1", kind="视频", name="b.mp4", size=1),
        )
        report = examine(entries(entry("1"), files=files), SHANGHAI)
        rejected = any("全部" in one.zh for one in report.of("1") if one.verdict is Verdict.REJECT)
        assert rejected == expected.startswith("REJECT")


def test_a_unit_counts_as_lead_and_as_partner_together() -> None:
    case = CASES["E-12"]
    listed = [entry(str(number)) for number in range(1, case["input"]["as_lead"] + 1)]
    listed += [entry("3", lead_unit="云公司", partner_units=("市一院",))]
    assert examine(entries(*listed), SICHUAN).findings == ()
    report = examine(entries(*listed, entry("4")), SICHUAN)
    assert found(report, "unit_quota", "4") == [Verdict.REJECT]
    assert "第 4 个" in the(report, "unit_quota", "4").zh
    assert the(report, "unit_quota", "4").rule == "S0-18"
    # notice 004 counts the applicant alone
    assert examine(entries(*listed, entry("4")), SHANGHAI).of("4") == ()


@pytest.mark.parametrize(
    ("editions", "rejected"),
    [((4, 5), True), ((4,), False), ((3, 5), False), ((5,), False), ((2, 3, 4), False), ((3, 4, 5), True)],
)
def test_a_third_edition_in_a_row_with_one_topic_is_rejected_and_a_gap_resets(
    editions: tuple[int, ...], rejected: bool
) -> None:
    assert CASES["E-13"]["input"]["new_edition"] == 6
    past = tuple(PastEntry(unit="市一院", topic="远程医疗", edition=edition) for edition in editions)
    report = examine(entries(entry("1", topic="远程医疗"), edition="第六届", past=past), SICHUAN)
    assert found(report, "editions_running") == ([Verdict.REJECT] if rejected else [])


def test_one_track_in_two_regions_is_rejected() -> None:
    case = CASES["E-15"]
    placements = tuple(
        Placement(entry_no="1", region=f"赛区{number}", track="应用创新") for number in range(case["input"]["regions"])
    )
    report = examine(entries(entry("1", track="应用创新"), placements=placements), SICHUAN)
    assert found(report, "one_region") == [Verdict.REJECT]
    assert found(report, "one_track") == []


def test_talk_is_for_35_and_younger_on_the_last_day_of_entry() -> None:
    case = CASES["E-16"]
    for birth, expected in zip(case["input"]["birth"], case["expected"], strict=True):
        members = (TeamMember(entry_no="1", name="邬听雨", birth=birth),)
        report = examine(entries(entry("1", track="星锐TALK秀"), members=members), TIANJIN)
        assert found(report, "max_age") == ([Verdict.REJECT] if expected.startswith("REJECT") else [])
        assert age_on(birth, "2025-11-15") == (int(expected[8:10]),) * 2
    assert the(report, "max_age").rule == "S2-06"


def test_seven_members_are_a_note_on_the_fee_and_no_obstacle() -> None:
    case = CASES["E-18"]
    members = people("1", *(f"成员{number}" for number in range(case["input"]["members"])))
    report = examine(entries(entry("1"), members=members), NATIONAL_2026)
    assert report.verdict("1") is Verdict.NOTE
    assert "另 2 人" in the(report, "fee_covers_members").zh


# Units


def test_a_unit_is_counted_under_all_its_names_and_with_its_branches_it_is_asked_about() -> None:
    units = (
        UnitRecord(name="市一院", aliases=("市第一人民医院",)),
        UnitRecord(name="东院区", parent="市一院"),
    )
    listed = (
        entry("1"),
        entry("2", lead_unit="市第一人民医院"),
        entry("3", lead_unit="东院区"),
        entry("4", lead_unit="东院区"),
    )
    report = examine(entries(*listed, units=units), SICHUAN)
    assert found(report, "unit_quota", "4") == [Verdict.CONFIRM]
    report = examine(entries(*listed[:2], entry("3"), entry("4", lead_unit="市第一人民医院"), units=units), SICHUAN)
    assert found(report, "unit_quota", "4") == [Verdict.REJECT]
    without = examine(entries(*listed[:2], entry("3"), entry("4", lead_unit="市第一人民医院")), SICHUAN)
    assert found(without, "unit_quota", "4") == []
    assert "unit_aliases" in undone(without)


def test_a_circle_of_parents_ends() -> None:
    units = (UnitRecord(name="甲", parent="乙"), UnitRecord(name="乙", parent="甲"))
    report = examine(entries(*(entry(str(n), lead_unit="甲乙"[n % 2]) for n in range(4)), units=units), SICHUAN)
    assert found(report, "unit_quota", "3") == [Verdict.CONFIRM]


@pytest.mark.parametrize(
    ("track", "type", "expected"),
    [
        ("应用创新", "医院", []),
        ("应用创新赛道", "妇幼保健院", []),
        ("应用创新", "企业", [Verdict.REJECT]),
        ("应用创新", "社团", [Verdict.CONFIRM]),
        ("应用创新", "", [Verdict.CONFIRM]),
        ("技术创新", "有限公司", []),
        ("技术创新", "医院", [Verdict.REJECT]),
        ("医疗信创", "企业", []),
    ],
)
def test_a_track_has_its_kind_of_lead_unit(track: str, type: str, expected: list[Verdict]) -> None:
    report = examine(entries(entry("1", track=track), units=(UnitRecord(name="市一院", type=type),)), SICHUAN)
    assert found(report, "lead_types") == expected


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("二级甲等", []),
        ("一级", []),
        ("三级甲等", [Verdict.REJECT]),
        ("未定级", [Verdict.CONFIRM]),
        ("", [Verdict.CONFIRM]),
        ("省级重点", [Verdict.CONFIRM]),
    ],
)
def test_the_primary_track_is_below_level_three_and_the_unrated_are_asked(level: str, expected: list[Verdict]) -> None:
    units = (UnitRecord(name="市一院", type="医院", level=level),)
    report = examine(entries(entry("1", track="基层创新"), units=units), SICHUAN)
    assert found(report, "lead_levels") == expected
    if expected:
        assert the(report, "lead_levels").rule == "S0-10"


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("医院", []),
        ("疾控中心", []),
        ("企业", [Verdict.REJECT]),
        ("高校", [Verdict.REJECT]),
        ("其他", [Verdict.CONFIRM]),
        ("", [Verdict.CONFIRM]),
    ],
)
def test_the_lead_belongs_to_the_health_system(type: str, expected: list[Verdict]) -> None:
    report = examine(entries(entry("1"), units=(UnitRecord(name="市一院", type=type),)), SHANGHAI)
    assert found(report, "lead_in_health_system") == expected


def test_one_partner_unit_at_most_and_two_names_of_it_are_one() -> None:
    two = entry("1", partner_units=("云公司", "云公司上海"))
    assert found(examine(entries(two), SHANGHAI), "partner_units") == [Verdict.REJECT]
    units = (UnitRecord(name="云公司", aliases=("云公司上海",)),)
    assert found(examine(entries(two, units=units), SHANGHAI), "partner_units") == []


def test_a_member_of_a_third_unit_or_without_one_is_asked_about() -> None:
    members = (
        *people("1", "甲", unit="市一院"),
        TeamMember(entry_no="1", name="乙", unit="别处"),
        TeamMember(entry_no="1", name="丙"),
    )
    report = examine(entries(entry("1", partner_units=("云公司",)), members=members), SHANGHAI)
    assert found(report, "partner_members") == [Verdict.CONFIRM, Verdict.CONFIRM]


def test_joining_is_advised_never_demanded() -> None:
    units = (UnitRecord(name="市一院", type="医院"),)
    report = examine(entries(entry("1"), units=units), SHANXI)
    assert found(report, "joint_advice") == [Verdict.NOTE]
    assert report.verdict("1") is Verdict.NOTE


# Tracks and editions


def test_two_tracks_are_rejected_and_two_names_of_one_are_not() -> None:
    assert found(examine(entries(entry("1", track="应用创新、技术创新")), SICHUAN), "one_track") == [Verdict.REJECT]
    placements = (Placement(entry_no="1", track="应用创新赛道"),)
    assert found(examine(entries(entry("1", track="应用创新"), placements=placements), SICHUAN), "one_track") == []
    placements = (Placement(entry_no="1", track="医疗信创"),)
    assert found(examine(entries(entry("1", track="应用创新"), placements=placements), SICHUAN), "one_track") == [
        Verdict.REJECT
    ]


def test_an_unknown_track_is_asked_about_and_an_own_event_is_known() -> None:
    report = examine(entries(entry("1", track="数据要素"), entry("2", track="星锐TALK秀")), TIANJIN)
    assert found(report, "tracks", "1") == [Verdict.CONFIRM]
    assert found(report, "tracks", "2") == []


def test_another_region_than_this_one_is_asked_about() -> None:
    for region, expected in (("四川赛区", []), ("四川", []), ("四川省", []), ("重庆", [Verdict.CONFIRM])):
        report = examine(
            entries(entry("1"), region="四川省", placements=(Placement(entry_no="1", region=region),)), SICHUAN
        )
        assert found(report, "one_region") == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第六届", 6),
        ("首届", 1),
        ("第十届", 10),
        ("第十二届", 12),
        ("第二十届", 20),
        ("第三十一届", 31),
        ("第8届", 8),
        ("6", 6),
        ("年度", None),
    ],
)
def test_the_number_of_an_edition_is_read_from_its_name(text: str, number: int | None) -> None:
    assert edition_number(text) == number


def test_an_entry_without_a_topic_of_a_unit_that_ran_twice_is_asked_about() -> None:
    past = tuple(PastEntry(unit="市一院", topic="远程医疗", edition=edition) for edition in (4, 5))
    report = examine(entries(entry("1"), entry("2", lead_unit="别院"), edition="第六届", past=past), SICHUAN)
    assert [found(report, "editions_running", no) for no in "12"] == [[Verdict.CONFIRM], []]


def test_a_branch_that_goes_on_with_its_parents_topic_is_asked_about() -> None:
    past = (
        PastEntry(unit="市一院", topic="远程医疗", edition=4),
        PastEntry(unit="东院区", topic="远程医疗", edition=5),
    )
    units = (UnitRecord(name="东院区", parent="市一院"),)
    report = examine(entries(entry("1", topic="远程医疗"), edition="第六届", past=past, units=units), SICHUAN)
    assert found(report, "editions_running") == [Verdict.CONFIRM]


# Awards


@pytest.mark.parametrize(
    ("date", "field", "expected"),
    [
        ("2022-12-29", "远程医疗", [Verdict.CONFIRM]),
        ("2022-12-30", "远程医疗", []),
        ("2022-12", "远程医疗", []),
        ("2022-11", "", [Verdict.CONFIRM]),
        ("2022", "远程医疗", []),
        ("2021", "", [Verdict.CONFIRM]),
        ("", "", [Verdict.CONFIRM]),
        ("2020-05-01", "财务", [Verdict.NOTE]),
    ],
)
def test_an_award_older_than_six_months_before_the_deadline_is_asked_about(
    date: str, field: str, expected: list[Verdict]
) -> None:
    awards = (PriorAward(entry_no="1", award="创新奖", field=field, date=date),)
    for deadline in ("2023-06-30", "2023-07-01T00:00"):  # 30 June, 24:00 is the same day
        report = examine(entries(entry("1", topic="远程医疗"), entry_deadline=deadline, awards=awards), SICHUAN)
        assert found(report, "prior_awards") == expected


def test_the_end_of_a_short_month_is_reached() -> None:
    awards = (
        PriorAward(entry_no="1", award="奖", date="2023-02-27"),
        PriorAward(entry_no="2", award="奖", date="2023-02-28"),
    )
    report = examine(entries(entry("1"), entry("2"), entry_deadline="2023-08-31", awards=awards), SICHUAN)
    assert [found(report, "prior_awards", no) for no in "12"] == [[Verdict.CONFIRM], []]


@pytest.mark.parametrize(
    ("award", "level", "expected"),
    [
        ("科学技术奖一等奖", "市级", [Verdict.REJECT]),
        ("国家科学技术进步奖", "", [Verdict.REJECT]),
        ("科技进步奖", "国家级", [Verdict.REJECT]),
        ("科学技术奖", "", [Verdict.CONFIRM]),
        ("科学技术奖", "区级", []),
        ("优秀论文奖", "国家级", []),
    ],
)
def test_a_state_or_city_science_award_bars_an_entry(award: str, level: str, expected: list[Verdict]) -> None:
    awards = (PriorAward(entry_no="1", award=award, level=level),)
    assert found(examine(entries(entry("1"), awards=awards), SHANGHAI), "barred_awards") == expected


# Teams


def test_a_team_of_several_needs_exactly_one_captain_who_is_a_member() -> None:
    none = tuple(TeamMember(entry_no="1", name=name) for name in "甲乙")
    two = tuple(TeamMember(entry_no="1", name=name, captain=True) for name in "甲乙")
    assert found(examine(entries(entry("1"), members=none), SHANGHAI), "captain") == [Verdict.REJECT]
    assert found(examine(entries(entry("1"), members=two), SHANGHAI), "captain") == [Verdict.REJECT]
    assert found(examine(entries(entry("1", captain="甲"), members=none), SHANGHAI), "captain") == []
    assert found(examine(entries(entry("1", captain="丙"), members=none), SHANGHAI), "captain") == [Verdict.CONFIRM]


def test_teams_are_known_from_the_projects_own_line_too() -> None:
    six = entry("1", captain="甲", members=tuple("甲乙丙丁戊己"))
    assert found(examine(entries(six), SHANGHAI), "team_size") == [Verdict.REJECT]
    report = examine(entries(six, entry("2")), SHANGHAI)
    assert found(report, "team_size", "2") == [Verdict.CONFIRM]


def test_one_name_in_three_units_is_asked_about_unless_the_births_differ() -> None:
    numbers = "123"
    members = tuple(TeamMember(entry_no=no, name="柏予安", unit=f"单位{no}", captain=True) for no in numbers)
    report = examine(entries(*map(entry, numbers), members=members), SHANGHAI)
    assert [found(report, "projects_per_person", no) for no in numbers] == [[], [], [Verdict.CONFIRM]]
    apart = tuple(msgspec.structs.replace(one, birth=f"199{one.entry_no}-01") for one in members)
    report = examine(entries(*map(entry, numbers), members=apart), SHANGHAI)
    assert found(report, "projects_per_person", "3") == []


def test_one_person_listed_twice_in_one_project_counts_once() -> None:
    members = people("1", "甲", "甲") + people("2", "甲")
    assert found(examine(entries(entry("1"), entry("2"), members=members), SHANGHAI), "projects_per_person", "2") == []


def test_a_judges_namesake_of_another_unit_is_asked_about() -> None:
    judge = Judge(no="J1", name="沈知衡", judge_class="评委", unit="大学")
    report = examine(entries(entry("1"), members=people("1", "沈知衡", unit="市一院"), judges=(judge,)), SHANGHAI)
    assert found(report, "staff_may_compete") == [Verdict.CONFIRM]


def test_where_no_notice_bars_it_a_judge_who_competes_is_still_asked_about() -> None:
    judge = Judge(no="J1", name="沈知衡", judge_class="评委")
    report = examine(entries(entry("1", members=("沈知衡",)), judges=(judge,)), SICHUAN)
    assert found(report, "staff_may_compete") == [Verdict.CONFIRM]
    assert the(report, "staff_may_compete").rule == ""


def test_a_member_of_the_host_unit_is_asked_about() -> None:
    staff = (StaffMember(name="别人", role="承办", unit="市一院"),)
    report = examine(entries(entry("1"), members=people("1", "甲", unit="市一院"), staff=staff), SHANGHAI)
    assert found(report, "staff_may_compete") == [Verdict.CONFIRM]


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("1989-12", []),
        ("1989-11", [Verdict.CONFIRM]),
        ("1989-10", [Verdict.REJECT]),
        ("1989", [Verdict.CONFIRM]),
        ("", [Verdict.CONFIRM]),
    ],
)
def test_a_birth_of_which_only_the_month_is_known_is_asked_about_where_it_matters(
    birth: str, expected: list[Verdict]
) -> None:
    members = (TeamMember(entry_no="1", name="甲", birth=birth),)
    report = examine(entries(entry("1", track="星锐TALK秀"), members=members), TIANJIN)
    assert found(report, "max_age") == expected


def test_talk_is_one_person_and_its_age_limit_is_not_the_contests() -> None:
    old = TeamMember(entry_no="1", name="甲", birth="1960-01-01")
    members = (old, msgspec.structs.replace(old, name="乙"), msgspec.structs.replace(old, entry_no="2"))
    report = examine(entries(entry("1", track="星锐TALK秀"), entry("2", track="应用创新"), members=members), TIANJIN)
    assert found(report, "team_size", "1") == [Verdict.REJECT]
    assert found(report, "max_age", "2") == []
    assert found(report, "team_size", "2") == []


def test_29_february_becomes_a_year_older_on_1_march() -> None:
    assert age_on("2000-02-29", "2025-02-28") == (24, 24)
    assert age_on("2000-02-29", "2025-03-01") == (25, 25)


# Papers


FORM = EntryFile(entry_no="1", kind="报名表", name="市一院+项目1.docx", size=5_242_880)
PAPERS = (FORM, EntryFile(entry_no="1", kind="身份证明"), EntryFile(entry_no="1", kind="证明材料"))


def test_five_megabytes_are_allowed_and_one_byte_more_is_not() -> None:
    assert examine(entries(entry("1"), files=PAPERS), SICHUAN).findings == ()
    big = (msgspec.structs.replace(FORM, size=5_242_881), *PAPERS[1:])
    report = examine(entries(entry("1"), files=big), SICHUAN)
    assert found(report, "files") == [Verdict.REJECT]
    assert the(report, "files").rule == "S0-21"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("市一院+项目1.docx", []),
        ("市一院＋项目1.doc", []),
        ("市一院-项目1.docx", []),
        ("市一院项目1.docx", []),
        ("市第一人民医院 项目1.DOCX", []),
        ("项目1.docx", [Verdict.NOTE]),
        ("市一院+项目1.pdf", [Verdict.REJECT]),
        ("", [Verdict.REJECT, Verdict.NOTE]),
    ],
)
def test_a_wrong_name_is_a_note_and_a_wrong_type_a_refusal(name: str, expected: list[Verdict]) -> None:
    files = (msgspec.structs.replace(FORM, name=name), *PAPERS[1:])
    units = (UnitRecord(name="市一院", type="医院", aliases=("市第一人民医院",)),)
    assert found(examine(entries(entry("1"), files=files, units=units), SICHUAN), "files") == expected


def test_a_missing_paper_is_refused_and_a_missing_size_asked_about() -> None:
    report = examine(entries(entry("1"), files=(msgspec.structs.replace(FORM, size=None),)), SICHUAN)
    assert found(report, "files") == [Verdict.CONFIRM, Verdict.REJECT, Verdict.REJECT]


def test_a_phone_number_in_a_files_name_is_noted_and_never_repeated() -> None:
    package = EntryFile(entry_no="1", kind="全部", name="AI+智慧医疗-一院-甲-13800000000.zip", size=1)
    wrong = msgspec.structs.replace(package, name="一院-13800000000.zip")
    units = (UnitRecord(name="市一院", type="医院", aliases=("一院",)),)
    for file, expected in ((package, [Verdict.NOTE]), (wrong, [Verdict.NOTE, Verdict.NOTE])):
        report = examine(entries(entry("1", track="AI+智慧医疗", captain="甲"), files=(file,), units=units), SHANGHAI)
        said = [one for one in report.of("1") if one.rule == "S4-15"]
        assert [one.verdict for one in said] == expected
        assert not any("13800000000" in one.zh + one.en for one in report.findings)


def test_characters_are_counted_as_word_processors_do() -> None:
    assert lengths("本项目 uses GPT-4，共3项。") == (17, 10)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("字" * 300, []),
        ("字" * 301, [Verdict.REJECT]),
        ("字 \n" * 300, []),
        ("word " * 200, [Verdict.CONFIRM]),
        ("", [Verdict.REJECT]),
    ],
)
def test_a_summary_has_at_most_300_characters(content: str, expected: list[Verdict]) -> None:
    forms = (
        FormAnswer(entry_no="1", field="项目简介（300字以内）", content=content),
        FormAnswer(entry_no="1", field="项目方案", content="方案"),
    )
    report = examine(entries(entry("1"), forms=forms), SHANGHAI)
    assert found(report, "form_fields") == expected


def test_an_entry_or_a_field_that_the_form_sheet_does_not_have_is_not_passed() -> None:
    forms = (FormAnswer(entry_no="1", field="创新点", content="字"),)
    report = examine(entries(entry("1"), entry("2"), forms=forms), SHANXI)
    assert set(found(report, "form_fields", "1")) == {Verdict.REJECT}
    assert found(report, "form_fields", "2") == [Verdict.CONFIRM]
    optional = change_rules(
        SHANXI, {"form_fields": [{"name": "创新点", "max_chars": 1}, {"name": "简介", "max_chars": 9}]}
    )
    assert found(examine(entries(entry("1"), forms=forms), optional), "form_fields") == [Verdict.NOTE]


SECTIONS = "项目起源 主创团队 痛点难点 解决思路与方法 创新点 推广普及意义 所需支持"


@pytest.mark.parametrize(
    ("deck", "expected"),
    [
        (DeckFacts(entry_no="1", width=1280, height=720, text=SECTIONS), []),
        (DeckFacts(entry_no="1", width=1024, height=768, text=SECTIONS), [Verdict.CONFIRM]),
        (DeckFacts(entry_no="1", width=16, height=9, text=SECTIONS.replace("创新点", "")), [Verdict.CONFIRM]),
        (DeckFacts(entry_no="1", unreadable=Text(zh="已损坏", en="damaged")), [Verdict.CONFIRM, Verdict.CONFIRM]),
    ],
)
def test_slides_are_16_to_9_and_have_their_seven_sections(deck: DeckFacts, expected: list[Verdict]) -> None:
    rules = Presets().load("national-2020")
    assert found(examine(entries(entry("1"), decks=(deck,)), rules), "slides") == expected


# What is not there


def test_a_check_without_its_data_says_so_and_never_passes() -> None:
    bare = entries(entry("1", track="应用创新"), judges_given=False, staff_given=False)
    assert undone(examine(bare, SICHUAN)) == {
        "one_region",
        "lead_types",
        "lead_levels",
        "unit_aliases",
        "staff_may_compete",
        "editions_running",
        "prior_awards",
        "files",
    }
    assert undone(examine(bare, SHANGHAI)) == {
        "unit_aliases",
        "lead_in_health_system",
        "partner_members",
        "team_size",
        "captain",
        "projects_per_person",
        "staff_may_compete",
        "host_staff",
        "barred_awards",
        "files",
        "form_fields",
    }


def test_a_deadline_or_edition_that_is_not_given_is_named_as_what_lacks() -> None:
    report = examine(entries(entry("1"), awards=(), past=()), SICHUAN)
    lacking = {state.check: state.lacking for state in report.not_checked}
    assert lacking["prior_awards"] == "大赛 · 报名截止"
    assert lacking["editions_running"] == "大赛 · 届次"


def test_a_rule_set_that_asks_nothing_checks_nothing_but_judges() -> None:
    blank = Presets().load("blank")
    report = examine(entries(entry("1", members=("甲",))), blank)
    assert [state.check for state in report.checks] == ["staff_may_compete"]
    assert report.verdict("1") is None


@pytest.mark.parametrize("rules", list(Presets().all()), ids=lambda rules: rules.key)
def test_every_shipped_rule_set_can_be_held_against_a_full_entry_and_quotes_what_it_states(rules: RuleSet) -> None:
    full = entries(
        entry("1", track=rules.tracks[0].name if rules.tracks else "", topic="影像", members=tuple("甲乙丙丁戊己庚")),
        edition="第六届",
        entry_deadline="2025-06-30",
        units=(UnitRecord(name="市一院", type="医院", level="三级"),),
        members=tuple(TeamMember(entry_no="1", name=name, birth="1950-01-01") for name in "甲乙丙丁戊己庚"),
        awards=(PriorAward(entry_no="1", award="国家科学技术奖", date="2020"),),
        past=(PastEntry(unit="市一院", topic="影像", edition=5), PastEntry(unit="市一院", topic="影像", edition=4)),
        files=(EntryFile(entry_no="1", kind="申报表", name="x.exe", size=10**10),),
        forms=(FormAnswer(entry_no="1", field="创新点", content="字" * 4000),),
        placements=(Placement(entry_no="1", region="甲", track="乙"), Placement(entry_no="1", region="丙", track="丁")),
        decks=(DeckFacts(entry_no="1", width=4, height=3),),
    )
    report = examine(full, rules)
    assert report.not_checked == ()
    for finding in report.findings:
        assert finding.zh
        assert finding.en
        assert not finding.rule or finding.quote, finding
    assert report == examine(full, rules)


def test_a_changed_limit_is_followed_without_touching_the_code() -> None:
    rules = change_rules(SHANGHAI, {"entry_rules": {"team_max": 6}})
    members = people("1", *(f"成员{number}" for number in range(6)))
    assert found(examine(entries(entry("1"), members=members), rules), "team_size") == []
