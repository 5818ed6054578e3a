"""Splitting into sessions, clock times and conflicts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core.contest import Contest, Judge, PlannedSession, Project
from judge_app.core.errors import Refused
from judge_app.core.split import conflicts, ordinal, split, timetable

CASES = json.loads(
    (Path(__file__).resolve().parents[1] / "acceptance" / "other-cases.json").read_text(encoding="utf-8")
)
T5 = next(case for case in CASES["timing_cases"] if case["id"] == "T-5")


def projects(**tracks: int) -> list[Project]:
    made = []
    for track, count in tracks.items():
        made += [Project(entry_no=f"{track}{number}", name=f"{track}{number}", track=track) for number in range(count)]
    return made


def test_200_projects_over_18_sessions_make_2_of_12_and_16_of_11() -> None:
    sittings = split(projects(甲=T5["projects"]), T5["sessions"], by="nothing")
    sizes = Counter(len(sitting.entry_nos) for sitting in sittings)
    assert sizes == {12: T5["expected"]["sessions_with_12"], 11: T5["expected"]["sessions_with_11"]}
    assert [sitting.name for sitting in sittings][::17] == ["第一场", "第十八场"]


def test_eleven_projects_of_12_and_3_minutes_with_a_break_end_at_11_25() -> None:
    plan = T5["session_plan"]
    table = timetable(
        [str(number) for number in range(plan["projects"])],
        start=plan["start"],
        talk_seconds=720,
        changeover_seconds=180,
        break_after=plan["break_10min_after"],
        break_seconds=600,
    )
    assert table.ends == plan["expected_end"]
    assert table.breaks == (("10:00", "10:10"),)
    assert (table.turns[0].starts, table.turns[0].ends, table.turns[6].starts) == ("08:30", "08:42", "10:10")


def test_no_break_follows_the_last_project() -> None:
    table = timetable(["1", "2"], start="09:00", talk_seconds=90, changeover_seconds=0, break_after=2)
    assert table.breaks == ()
    assert (table.turns[1].starts, table.ends) == ("09:01:30", "09:03")


@pytest.mark.parametrize(
    ("start", "talk", "after", "code"),
    [
        ("24:00", 60, None, "NO_TIME"),
        ("早上", 60, None, "NO_TIME"),
        ("09:00", 0, None, "NO_LENGTH"),
        ("09:00", 60, 0, "NO_LENGTH"),
        ("23:00", 3601, None, "PAST_MIDNIGHT"),
    ],
)
def test_a_timetable_that_cannot_be_is_refused(start: str, talk: int, after: int | None, code: str) -> None:
    with pytest.raises(Refused) as caught:
        timetable(["1"], start=start, talk_seconds=talk, changeover_seconds=0, break_after=after)
    assert caught.value.code == code


def test_tracks_keep_to_themselves_while_there_are_sessions_enough() -> None:
    sittings = split(projects(甲=23, 乙=17, 丙=6), 5)
    assert [(sitting.scope, len(sitting.entry_nos)) for sitting in sittings] == [
        ("甲", 12),
        ("甲", 11),
        ("乙", 9),
        ("乙", 8),
        ("丙", 6),
    ]


def test_whole_tracks_share_a_session_when_there_are_more_tracks_than_sessions() -> None:
    sittings = split(projects(应用创新=8, 技术创新=6, 医疗信创=3, 基层创新=5), 2)
    assert [(sitting.scope, len(sitting.entry_nos)) for sitting in sittings] == [
        ("应用创新、医疗信创", 11),
        ("技术创新、基层创新", 11),
    ]


@pytest.mark.parametrize("sessions", [0, -1, 4])
def test_more_sessions_than_projects_or_none_are_refused(sessions: int) -> None:
    with pytest.raises(Refused, match="CANNOT_SPLIT"):
        split(projects(甲=3), sessions)


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=7), data=st.data())
def test_every_project_sits_once_in_order_and_sessions_of_one_track_differ_by_at_most_one(
    sizes: list[int], data: st.DataObject
) -> None:
    listed = projects(**{f"t{index}_": size for index, size in enumerate(sizes)})
    shuffled = data.draw(st.permutations(listed))
    sessions = data.draw(st.integers(1, len(listed)))
    sittings = split(shuffled, sessions)
    assert len(sittings) == sessions
    assert sorted(no for sitting in sittings for no in sitting.entry_nos) == sorted(one.entry_no for one in listed)
    places = {project.entry_no: place for place, project in enumerate(shuffled)}
    for sitting in sittings:
        assert sitting.entry_nos
        assert list(sitting.entry_nos) == sorted(sitting.entry_nos, key=places.__getitem__)
    if len(sizes) <= sessions:
        for scope in {sitting.scope for sitting in sittings}:
            lengths = [len(sitting.entry_nos) for sitting in sittings if sitting.scope == scope]
            assert max(lengths) - min(lengths) <= 1


def test_sessions_are_named_in_chinese() -> None:
    assert [ordinal(number) for number in (1, 9, 10, 11, 20, 21, 99, 100)] == [
        "第一场",
        "第九场",
        "第十场",
        "第十一场",
        "第二十场",
        "第二十一场",
        "第九十九场",
        "第100场",
    ]


def contest() -> Contest:
    return Contest(
        name="赛",
        sessions=(PlannedSession(name="第一场"), PlannedSession(name="第二场")),
        projects=(
            Project(
                entry_no="1",
                name="甲",
                lead_unit="一院",
                partner_units=("云公司",),
                session="第一场",
                members=("沈知衡",),
            ),
            Project(entry_no="2", name="乙", lead_unit="二院", session="第二场"),
        ),
        judges=(
            Judge(no="J1", name="顾清越", judge_class="评委", unit="一院", sessions=("第一场",)),
            Judge(no="J2", name="陆闻舟", judge_class="评委", unit="云公司（分部）", sessions=("第一场",)),
            Judge(no="J3", name="沈知衡", judge_class="评委", unit="大学", sessions=("第一场", "第二场")),
            Judge(no="J4", name="祁若霖", judge_class="评委", sessions=("第二场",)),
        ),
    )


def test_a_judge_of_a_units_own_a_member_and_a_declared_relation_are_shown() -> None:
    found = conflicts(
        contest(), declared=[("J4", "2", "师生"), ("J4", "1", "不在本场")], same_unit={"云公司（分部）": "云公司"}
    )
    assert [(one.session, one.entry_no, one.judge, one.kind, one.detail) for one in found] == [
        ("第一场", "1", "J1", "lead_unit", "一院"),
        ("第一场", "1", "J2", "partner_unit", "云公司"),
        ("第一场", "1", "J3", "member", "沈知衡"),
        ("第二场", "2", "J4", "declared", "师生"),
    ]


def test_without_aliases_another_name_of_the_unit_is_not_seen_and_no_unit_matches_none() -> None:
    assert [one.judge for one in conflicts(contest())] == ["J1", "J3"]
