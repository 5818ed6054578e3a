"""Planning in a workbook: sessions, panels, running orders with their history, and the part for one room."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge_app.core.contest import Contest, PanelRole, PlannedSession
from judge_app.core.errors import Refused
from judge_app.core.order import by_draw, by_strokes, moved, published, replay
from judge_app.core.split import conflicts
from judge_app.exchange import draft as drafts
from judge_app.exchange import planning
from judge_app.exchange.draft import Draft
from judge_app.exchange.running_order import stroke_table
from judge_app.exchange.workbook import check_fit, read_contest
from judge_app.store.presets import Presets
from tests.exchange.test_workbook import SAMPLES

KNOWN = Presets().keys()


def opened(sample: str = "four-tracks") -> Draft:
    return drafts.open_draft(SAMPLES / sample / "contest.xlsx")


def contest_of(draft: Draft) -> Contest:
    return drafts.read(draft, known_presets=KNOWN).contest


def reopened(draft: Draft, folder: Path) -> Draft:
    drafts.save(draft, folder / "saved.xlsx")
    return drafts.open_draft(folder / "saved.xlsx")


def test_a_draw_is_written_down_survives_the_file_and_can_be_held_again(tmp_path: Path) -> None:
    draft = opened("regional-final")
    contest = contest_of(draft)
    order = by_draw(planning.entrants(contest, "第一场"), "20261205", operator="祁若霖", witness="监督", at="09:00")
    held = reopened(planning.with_new_order(draft, contest, "第一场", order, by="", at="09:00"), tmp_path)
    found = planning.planned_order(held, contest_of(held), "第一场")
    assert (found.order, found.stale, len(found.log)) == (order, False, 1)
    assert order.draw is not None
    assert replay(order.draw) == tuple(project.entry_no for project in contest_of(held).heard_in("第一场"))
    assert order.ids != tuple(project.entry_no for project in contest.heard_in("第一场"))


def test_a_change_by_hand_is_logged_and_a_published_order_is_frozen(tmp_path: Path) -> None:
    draft = opened("regional-final")
    contest = contest_of(draft)
    order = by_strokes(planning.entrants(contest, "第一场"), stroke_table())
    draft = planning.with_new_order(draft, contest, "第一场", order, by="祁若霖", at="09:00")
    changed = moved(order, order.ids[0], 3, by="祁若霖", reason="路上堵车", at="09:10")
    draft = planning.with_order_change(draft, "第一场", changed)
    signed = published(changed, by="祁若霖", at="09:20")
    draft = reopened(planning.with_order_published(draft, "第一场", signed), tmp_path)
    contest = contest_of(draft)
    found = planning.planned_order(draft, contest, "第一场")
    assert found.order == signed
    assert found.published
    for attempt in (
        lambda: planning.with_new_order(draft, contest, "第一场", order, by="x", at="y"),
        lambda: planning.with_projects_in(draft, contest, [order.ids[0]], ""),
        lambda: planning.without_session(draft, contest, "第一场"),
        lambda: planning.with_split(draft, contest, 2, "track"),
    ):
        with pytest.raises(Refused, match="ORDER_FROZEN"):
            attempt()


def test_an_order_is_stale_once_a_project_comes_or_goes() -> None:
    draft = opened()
    contest = contest_of(draft)
    first, second = (session.name for session in contest.sessions[:2])
    order = by_draw(planning.entrants(contest, first), "7")
    draft = planning.with_new_order(draft, contest, first, order, by="x", at="y")
    moving = contest.heard_in(second)[0].entry_no
    draft = planning.with_projects_in(draft, contest_of(draft), [moving], first)
    contest = contest_of(draft)
    assert planning.planned_order(draft, contest, first).stale
    assert moving in [project.entry_no for project in contest.heard_in(first)]
    assert not planning.planned_order(draft, contest, second).stale


def test_projects_are_split_evenly_and_what_judges_sat_in_follows() -> None:
    draft = opened()
    contest = contest_of(draft)
    count = len(contest.sessions)
    again = contest_of(planning.with_split(draft, contest, count + 2, "track"))
    assert len(again.sessions) == count + 2
    assert sum(len(again.heard_in(session.name)) for session in again.sessions) == len(contest.projects)
    assert all(again.heard_in(session.name) for session in again.sessions)
    assert [one.hall for one in again.sessions[:count]] == [one.hall for one in contest.sessions]
    fewer = contest_of(planning.with_split(draft, contest, 1, "nothing"))
    assert [session.name for session in fewer.sessions] == ["第一场"]
    assert len(fewer.heard_in("第一场")) == len(contest.projects)


def test_a_judge_sits_in_several_sessions_and_has_one_role() -> None:
    draft = opened()
    contest = contest_of(draft)
    judge = contest.judges[0]
    draft = planning.with_session(draft, contest, PlannedSession(name="加场"))
    draft = planning.with_judges_in(draft, contest_of(draft), [judge.no], "加场", sit=True)
    assert contest_of(draft).judges[0].sessions == (*judge.sessions, "加场")
    draft = planning.with_judges_in(draft, contest_of(draft), [judge.no], judge.sessions[0], sit=False)
    assert contest_of(draft).judges[0].sessions == (*judge.sessions[1:], "加场")
    draft = planning.with_role(draft, judge.no, PanelRole.RESERVE)
    assert contest_of(draft).judges[0].role is PanelRole.RESERVE


def test_a_session_is_added_renamed_with_all_that_sit_in_it_and_taken_away() -> None:
    draft = opened()
    contest = contest_of(draft)
    first = contest.sessions[0]
    draft = planning.with_session(draft, contest, PlannedSession(name="加场", hall="五号厅"))
    assert contest_of(draft).sessions[-1].hall == "五号厅"
    draft = planning.with_session(draft, contest_of(draft), PlannedSession(name="上午场", start="09:15"), first.name)
    again = contest_of(draft)
    assert again.sessions[0] == PlannedSession(name="上午场", start="09:15")
    assert len(again.heard_in("上午场")) == len(contest.heard_in(first.name))
    assert len(again.panel("上午场")) == len(contest.panel(first.name))
    with pytest.raises(Refused, match="SESSION_NAME"):
        planning.with_session(draft, again, PlannedSession(name="上午场"))
    gone = contest_of(planning.without_session(draft, again, "上午场"))
    assert len(gone.projects) == len(contest.projects)
    assert all(session.name != "上午场" for session in gone.sessions)


def test_a_session_s_name_in_full_width_letters_is_still_that_session() -> None:
    draft = opened()
    contest = contest_of(draft)
    first = contest.sessions[0].name
    for title in ("场次", "项目"):
        rows = [row for row, record in drafts.records(draft, title) if record["场次"] == first]
        draft = drafts.with_values(draft, title, "场次", dict.fromkeys(rows, "Ａ场"))
    seats = {row: record["场次"].replace(first, "Ａ场") for row, record in drafts.records(draft, "评委")}
    draft = drafts.with_values(draft, "评委", "场次", seats)
    contest = contest_of(draft)
    assert contest.sessions[0].name == "A场"
    assert planning.row_of_session(draft, "A场") == 2
    renamed = contest_of(planning.with_session(draft, contest, PlannedSession(name="上午场"), "A场"))
    assert renamed.sessions[0].name == "上午场"
    assert len(renamed.heard_in("上午场")) == len(contest.heard_in("A场")) > 0
    part = contest_of(planning.part_for(draft, contest, "A场"))
    assert [one.name for one in part.sessions] == ["A场"]


def test_a_declared_relation_is_a_conflict() -> None:
    draft = opened()
    contest = contest_of(draft)
    session = contest.sessions[0].name
    judge, project = contest.panel(session)[0], contest.heard_in(session)[0]
    draft = planning.with_declared(draft, judge.no, project.entry_no, "导师")
    before = conflicts(contest)
    after = conflicts(contest_of(draft), declared=planning.declared(draft))
    assert [(one.judge, one.entry_no, one.detail) for one in after if one not in before] == [
        (judge.no, project.entry_no, "导师")
    ]


def test_the_only_room_of_a_contest_is_no_part_of_it() -> None:
    draft = opened("regional-final")
    contest = contest_of(draft)
    assert len(contest.sessions) == 1
    assert not contest_of(planning.part_for(draft, contest, contest.sessions[0].name)).part


def test_the_part_for_a_room_can_be_hosted_alone_and_keeps_the_bases_of_the_quotas(tmp_path: Path) -> None:
    draft = opened()
    contest = contest_of(draft)
    session = contest.sessions[1].name
    part = planning.part_for(draft, contest, session)
    drafts.save(part, tmp_path / "contest.xlsx")
    read = read_contest(tmp_path / "contest.xlsx", known_presets=KNOWN)
    assert [one.name for one in read.sessions] == [session]
    assert read.part, "there are other rooms, though it does not name them"
    assert contest_of(drafts.draft_of(read)) == read
    assert not contest.part
    assert read.projects == contest.heard_in(session)
    assert [judge.no for judge in read.judges] == [judge.no for judge in contest.panel(session)]
    assert read.passed_initial_review == contest.passed_initial_review
    assert check_fit(read, Presets().load(read.preset)) == []
