"""Reserves who sit in from now on, judges who walk in, and the list of what was done beside the plain way."""

from __future__ import annotations

import msgspec
import pytest

from judge_app.core import commands, events, session
from judge_app.core.acts import Kind
from judge_app.core.contest import Presence
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.views import briefing
from tests.core.sessions import setup
from tests.core.simulation import Sitting, encoded

REPLACE = commands.ReplaceJudge(judge="E2", replaced_by="E8", presence=Presence.LEFT, reason="急事离场")
PROPOSE = commands.ProposeJudge(name="新评委", judge_class="专家评委", reason="评委不足", unit="戊院")


def first_closed() -> Sitting:
    sitting = Sitting()
    sitting.hear("1")
    sitting.score("1")
    return sitting


# a reserve from now on


def test_a_reserve_sits_in_for_all_that_is_still_to_be_scored_and_for_nothing_before() -> None:
    sitting = first_closed()
    sitting.do("host", REPLACE)
    assert sitting.status("E2", "1") is SheetStatus.SUBMITTED
    assert "E8" not in sitting.state.projects["1"].sheets
    for entry_no in ("2", "3"):
        assert sitting.status("E2", entry_no) is SheetStatus.LEFT
        assert sitting.state.projects[entry_no].sheets["E8"].replaces == "E2"
    sitting.hear("2")
    sitting.score("2")
    assert sitting.stage("2") is ProjectStage.CLOSED
    marks = session.tabulation(sitting.state, ["2"]).projects[0].components["expert100"].marks
    assert {mark.judge for mark in marks if mark.total is not None} == {"E1", "E3", "E8"}


def test_a_sheet_that_is_in_stays_and_the_reserve_begins_with_the_next() -> None:
    sitting = Sitting()
    sitting.hear("1")
    sitting.submit("E2", "1")
    sitting.do("host", REPLACE)
    assert sitting.status("E2", "1") is SheetStatus.SUBMITTED
    assert "E8" not in sitting.state.projects["1"].sheets


def test_the_judge_comes_back_project_by_project() -> None:
    sitting = first_closed()
    sitting.do("host", REPLACE)
    back = commands.SetPresence(entry_no="3", judge="E2", presence=Presence.PRESENT, reason="已返回")
    sitting.do("host", back)
    assert sitting.status("E2", "3") is SheetStatus.EMPTY
    assert "E8" not in sitting.state.projects["3"].sheets
    assert sitting.status("E2", "2") is SheetStatus.LEFT


@pytest.mark.parametrize(
    ("judge", "by", "presence", "code"),
    [
        ("E2", "P9", Presence.LEFT, "wrong_class"),
        ("E2", "E3", Presence.LEFT, "not_reserve"),
        ("E2", "E8", Presence.PRESENT, "not_reserve"),
        ("X", "E8", Presence.LEFT, "unknown_judge"),
        ("E9", "E8", Presence.LEFT, "nothing_left"),
    ],
)
def test_a_replacement_that_cannot_be_is_refused(judge: str, by: str, presence: Presence, code: str) -> None:
    command = commands.ReplaceJudge(judge=judge, replaced_by=by, presence=presence, reason="x")
    assert Sitting().refusal("host", command) == code


# a judge who walks in


def test_a_walk_in_judge_joins_with_the_chairs_consent_and_scores_what_still_waits() -> None:
    sitting = first_closed()
    sitting.do("host", PROPOSE)
    assert sitting.host_view().proposed[0].no == "E10"
    assert "judge:E10" not in sitting.seats
    sitting.do("chair", commands.AgreeJudge(no="E10"))
    assert sitting.seats["judge:E10"].name == "新评委"
    assert "E10" not in sitting.state.projects["1"].sheets
    sitting.hear("2")
    sitting.score("2")
    valid = {no: session.tabulation(sitting.state, [no]).projects[0].components["expert100"].valid for no in ("1", "2")}
    assert valid == {"1": 3, "2": 4}
    assert sitting.read_back() == sitting.state


def test_nobody_joins_without_the_chair_and_the_host_may_take_it_back() -> None:
    sitting = Sitting()
    sitting.do("host", PROPOSE)
    assert sitting.refusal("host", commands.AgreeJudge(no="E10")) == "not_allowed"
    sitting.do("host", commands.DeclineJudge(no="E10", reason="弄错"))
    assert sitting.refusal("chair", commands.AgreeJudge(no="E10")) == "not_proposed"
    assert sitting.host_view().proposed == ()


def test_a_walk_in_reserve_is_expected_nowhere_and_may_replace() -> None:
    sitting = Sitting()
    sitting.do("host", commands.ProposeJudge(name="新候补", judge_class="专业评委", reason="备", reserve=True))
    sitting.do("chair", commands.AgreeJudge(no="P10"))
    assert not any("P10" in held.sheets for held in sitting.state.projects.values())
    command = commands.ReplaceJudge(judge="P1", replaced_by="P10", presence=Presence.ABSENT, reason="未到")
    sitting.do("host", command)
    assert sitting.state.projects["1"].sheets["P10"].replaces == "P1"


def test_a_walk_in_judge_is_recused_from_the_projects_of_his_own_unit() -> None:
    sitting = Sitting()
    sitting.do("host", commands.ProposeJudge(name="新评委", judge_class="专家评委", reason="补", unit="单位2"))
    sitting.do("chair", commands.AgreeJudge(no="E10"))
    assert sitting.status("E10", "2") is SheetStatus.RECUSED
    assert sitting.status("E10", "1") is SheetStatus.EMPTY


@pytest.mark.parametrize("name", ["队长2", "队员2"])
def test_a_walk_in_judge_is_recused_from_the_projects_whose_team_he_is_in(name: str) -> None:
    sitting = Sitting()
    sitting.do("host", commands.ProposeJudge(name=name, judge_class="专家评委", reason="补"))
    sitting.do("chair", commands.AgreeJudge(no="E10"))
    assert sitting.status("E10", "2") is SheetStatus.RECUSED
    assert sitting.status("E10", "1") is SheetStatus.EMPTY


@pytest.mark.parametrize(("name", "unit"), [("新候补", "单位2"), ("队员2", "")])
def test_a_reserve_replaces_nobody_at_a_project_that_is_his_own(name: str, unit: str) -> None:
    sitting = Sitting()
    proposal = commands.ProposeJudge(name=name, judge_class="专业评委", reason="备", unit=unit, reserve=True)
    sitting.do("host", proposal)
    sitting.do("chair", commands.AgreeJudge(no="P10"))
    sitting.do("host", commands.ReplaceJudge(judge="P1", replaced_by="P10", presence=Presence.ABSENT, reason="未到"))
    assert sitting.state.projects["1"].sheets["P10"].replaces == "P1"
    assert "P10" not in sitting.state.projects["2"].sheets
    assert sitting.status("P1", "2") is SheetStatus.ABSENT


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "name_needed"),
        ({"name": "李 二"}, "already_judge"),
        ({"judge_class": "观众"}, "unknown_class"),
        ({"reason": " "}, "reason_needed"),
        ({"unit": "x" * 51}, "too_long"),
    ],
)
def test_a_proposal_that_cannot_be_meant_is_refused(changes: dict[str, str], code: str) -> None:
    given = {"name": "新评委", "judge_class": "专家评委", "reason": "补", **changes}
    assert Sitting().refusal("host", commands.ProposeJudge(**given)) == code


def test_the_same_person_is_not_proposed_twice_and_numbers_are_not_given_twice() -> None:
    sitting = Sitting()
    sitting.do("host", PROPOSE)
    assert sitting.refusal("host", PROPOSE) == "already_judge"
    sitting.do("host", commands.ProposeJudge(name="又一位", judge_class="专家评委", reason="补"))
    assert [judge.no for judge, _ in sitting.state.proposed] == ["E10", "E11"]


def test_nobody_walks_in_once_every_project_has_been_heard() -> None:
    sitting = Sitting(setup(projects=1))
    sitting.do("host", PROPOSE)
    sitting.hear("1")
    assert sitting.refusal("chair", commands.AgreeJudge(no="E10")) == "nothing_left"


def test_the_briefing_names_the_judge_who_joined() -> None:
    sitting = Sitting()
    sitting.do("host", PROPOSE)
    sitting.do("chair", commands.AgreeJudge(no="E10"))
    assert "新评委" in [card.name for card in briefing(sitting.state, sitting.seat("chair")).judges]
    assert "新评委".encode() not in encoded(briefing(sitting.state, sitting.seat("E2")))


# what the supervisor reads


def test_the_supervisor_reads_what_was_done_beside_the_plain_way() -> None:
    sitting = first_closed()
    sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="涂改"))
    sitting.submit("E2", "1", 0.5)
    sitting.lock("1")
    sitting.do("chair", commands.ReopenProject(entry_no="1", reason="复议", second_person="周持"))
    sitting.do("host", REPLACE)
    sitting.do("host", PROPOSE)
    sitting.do("chair", commands.AgreeJudge(no="E10"))
    acts = sitting.chair_view("supervisor").acts
    assert [(act.kind, act.entry_no, act.judge, act.actor) for act in acts] == [
        (Kind.RETURNED, "1", "E2", "chair"),
        (Kind.CORRECTED, "1", "E2", "judge:E2"),
        (Kind.REOPENED, "1", "", "chair"),
        (Kind.REPLACED, "2", "E2", "host"),
        (Kind.REPLACED, "3", "E2", "host"),
        (Kind.JUDGE_ADDED, "", "E10", "chair"),
    ]
    assert acts[2].other == "周持"
    assert sitting.chair_view("scorer").acts == ()


def test_a_plain_session_has_nothing_on_the_list() -> None:
    sitting = Sitting()
    sitting.finish()
    assert sitting.chair_view("supervisor").acts == ()


def test_a_reason_that_may_tell_a_mark_is_left_out_until_the_sheets_may_be_seen() -> None:
    sitting = Sitting()
    sitting.hear("1")
    away = commands.SetPresence(entry_no="1", judge="E3", presence=Presence.LEFT, reason="他给了59分后离场")
    sitting.do("host", away)
    assert [act.reason for act in sitting.chair_view("supervisor").acts] == [""]
    sitting.score("1")
    assert sitting.chair_view("supervisor").acts[0].reason == "他给了59分后离场"
    assert sitting.chair_view("chair").acts == ()


def test_late_evidence_is_on_the_list() -> None:
    sitting = first_closed()
    sitting.lock("1")
    sitting.submit("E2", "1")
    assert sitting.chair_view("supervisor").acts[-1].kind is Kind.EVIDENCE
    assert isinstance(sitting.records[-1].event, events.LateSheetKept)


def test_how_many_passed_the_initial_review_is_told_to_the_desk_alone() -> None:
    given = setup()
    passed = {"": 40}
    contest = msgspec.structs.replace(given.contest, passed_initial_review=passed)
    sitting = Sitting(msgspec.structs.replace(given, contest=contest))
    told = {seat.id: briefing(sitting.state, seat).passed_initial_review for seat in sitting.seats.values()}
    assert {seat for seat, what in told.items() if what} == {"chair", "scorer", "checker", "supervisor"}
    assert told["chair"] == passed


def test_why_a_project_is_out_stands_on_the_list_though_nobody_sees_its_sheets() -> None:
    sitting = Sitting()
    sitting.do("host", commands.RemoveProject(entry_no="2", disqualified=True, reason="材料造假"))
    assert [(act.kind, act.reason) for act in sitting.chair_view("supervisor").acts] == [(Kind.REMOVED, "材料造假")]
