"""The contest over its rooms: counted together, decided by name, and not published while anything is open."""

from __future__ import annotations

from functools import cache

import msgspec
import pytest

from judge_app.core import commands, contest_log, overall
from judge_app.core.awards import Outcome
from judge_app.core.contest_log import (
    Log,
    ObjectionDecided,
    ObjectionReceived,
    ProjectDeparted,
    Publication,
    Published,
    QuotaChosen,
    RulingMade,
    ValueConfirmed,
)
from judge_app.core.errors import BadInput, Refused
from judge_app.core.journal import GENESIS
from judge_app.core.marks import Ruling, Standing
from judge_app.core.results import Departure, Objection
from judge_app.core.rules import Advance
from judge_app.core.session import State
from tests.core.contests import CONTEST_RULES, heard, sitting
from tests.core.sessions import setup
from tests.core.simulation import Sitting

CONFIRMED = Log(confirmed={"tie_keys": "组委会 甲"})


@cache
def clear() -> tuple[State, State]:
    """Two locked sessions without a tie: 1 before 3 before 2 before 4."""
    return heard(0, [0.9, 0.7]).state, heard(1, [0.8, 0.6]).state


@cache
def tied() -> tuple[State, State]:
    """1 leads; 2 of the first room and 3 of the second tie at the last place and at both award lines."""
    return heard(0, [0.9, 0.7]).state, heard(1, [0.7, 0.6]).state


def kinds(found: tuple[overall.Obstacle, ...]) -> list[str]:
    return [one.kind for one in found]


def test_rooms_are_counted_together_and_nothing_keeps_a_decided_contest_back() -> None:
    held = overall.count(clear(), CONFIRMED)
    assert [(one.entry_no, one.rank) for one in held.tabulation.projects] == [("1", 1), ("2", 3), ("3", 2), ("4", 4)]
    assert held.advance == ("1", "3")
    assert overall.keeping_from_list(held, clear()) == ()
    assert [project.entry_no for project in held.contest.projects] == ["1", "2", "3", "4"]
    assert overall.results(clear()) == held.tabulation


def test_two_people_who_walked_in_under_one_number_are_two_and_a_judge_of_both_rooms_is_one() -> None:
    rooms = []
    for at, name in enumerate(("甲来客", "乙来客")):
        made = sitting(at)
        made.do("host", commands.ProposeJudge(name=name, judge_class="专家评委", reason="评委不足"))
        made.do("chair", commands.AgreeJudge(no="E10"))
        rooms.append(made.state)
    contest = overall.count(rooms).contest
    assert [one.name for one in contest.judges if one.no == "E10"] == ["甲来客", "乙来客"]
    assert [[one.name for one in contest.panel(held.name) if one.no == "E10"] for held in contest.sessions] == [
        ["甲来客"],
        ["乙来客"],
    ]
    both = [one for one in contest.judges if one.no == "E2"]
    assert [set(one.sessions) >= {"第一场", "第二场"} for one in both] == [True]


def test_what_keeps_a_contest_back_is_said_in_the_order_in_which_it_is_cleared() -> None:
    first = heard(0, [0.9, 0.7], lock=False).state
    found = overall.keeping_from_list(overall.count([first]), [first])
    assert kinds(found) == ["session", "session", "value"]
    assert found[0].place == "第二场"
    assert "没有任何记录" in found[0].zh
    assert found[1].place == "第一场"
    started = sitting(1)
    both = [first, started.state]
    found = overall.keeping_from_list(overall.count(both), both)
    assert kinds(found) == ["session", "session", "project", "project", "value"]
    assert "第二场" in found[2].zh
    open_ties = overall.keeping_from_list(overall.count(tied(), CONFIRMED), tied())
    assert [(one.kind, one.entries) for one in open_ties] == [("cut", ("2", "3")), ("award", ("2", "3"))]


def test_a_ruling_is_tried_before_it_is_made_and_the_later_one_holds() -> None:
    held = overall.count(tied(), CONFIRMED)
    ruling = Ruling(kind="cut", by="组委会 甲", reason="现场评议", entries=("2", "3"), order=("3", "2"))
    after, effect = overall.with_ruling(held, ruling)
    assert after.advance == ("1", "3")
    assert effect.touches_advancement
    assert not effect.touches_ranks
    assert held.tabulation.advance == ("1",), "trying decides nothing"
    other = msgspec.structs.replace(ruling, order=("2", "3"))
    made = overall.count(tied(), msgspec.structs.replace(CONFIRMED, rulings=(ruling, other)))
    assert made.advance == ("1", "2")
    assert made.rulings == (("", ruling), ("", other))
    with pytest.raises(BadInput):
        overall.with_ruling(held, msgspec.structs.replace(ruling, entries=("2", "99")))


@pytest.mark.parametrize(
    ("method", "order", "awards"),
    [
        ("order", ("3", "2"), {"一等奖": ("1",), "二等奖": ("3",)}),
        ("add_place", (), {"一等奖": ("1",), "二等奖": ("2", "3")}),
        ("keep_total", (), {"一等奖": ("1",), "二等奖": ("2", "3")}),
    ],
)
def test_a_tie_across_an_award_line_has_three_ways(
    method: str, order: tuple[str, ...], awards: dict[str, tuple[str, ...]]
) -> None:
    ruling = msgspec.convert(
        {"kind": "award", "by": "甲", "reason": "评议", "entries": ("2", "3"), "method": method, "order": order}, Ruling
    )
    after, effect = overall.with_ruling(overall.count(tied(), CONFIRMED), ruling)
    assert after.awards == awards
    assert effect.touches_awards


def ratio(**changes: object) -> tuple[State, State]:
    rules = msgspec.structs.replace(
        CONTEST_RULES,
        advance=msgspec.convert({"type": "ratio", "ratio": "0.375", "per": "all", **changes}, Advance, strict=False),
        awards=(),
    )
    return heard(0, [0.9, 0.7], rules).state, heard(1, [0.8, 0.6], rules).state


def chosen(**changes: object) -> QuotaChosen:
    base = {
        "rounding": "floor",
        "basis": "ranked_in_final",
        "by": "甲",
        "second_person": "乙",
        "reason": "名额有限",
        **changes,
    }
    return QuotaChosen(**base)  # type: ignore[arg-type]


def test_a_quota_is_chosen_by_two_people_and_tried_first() -> None:
    states = ratio(basis="ranked_in_final")
    held = overall.count(states, CONFIRMED)
    assert held.advance == ("1", "3")
    after, effect = overall.with_quota(held, chosen())
    assert after.advance == ("1",)
    assert [one.entry_no for one in effect.changes] == ["3"]
    assert overall.count(states, msgspec.structs.replace(CONFIRMED, quota=chosen())).advance == ("1",)
    for wrong in (chosen(second_person="甲"), chosen(second_person=" 甲 "), chosen(by=" "), chosen(reason=" ")):
        with pytest.raises(Refused):
            overall.with_quota(held, wrong)
    with pytest.raises(Refused):
        overall.with_quota(overall.count(clear()), chosen())


def test_the_number_that_a_quota_is_a_share_of_may_be_given_for_the_contest() -> None:
    states = ratio()
    held = overall.count(states, CONFIRMED)
    assert held.tabulation.advance_status is Outcome.NOT_STATED
    assert kinds(overall.keeping_from_list(held, states)) == ["basis"]
    given = chosen(rounding="half_up", basis="passed_initial_review", passed_initial_review={"": 8})
    assert overall.count(states, msgspec.structs.replace(CONFIRMED, quota=given)).advance == ("1", "3", "2")


def published(held: overall.Count, **changes: object) -> Publication:
    base = {
        "kind": "publicity",
        "by": "甲",
        "sessions": (),
        "results_sha256": overall.fingerprint(held.tabulation),
        "advance": held.advance,
        "start": "2026-12-08",
        "end": "2026-12-10",
        **changes,
    }
    return Publication(at="2026-12-07T01:00:00.000Z", seq=3, published=Published(**base))  # type: ignore[arg-type]


def test_nothing_is_final_before_its_days_are_over_and_every_objection_has_an_outcome() -> None:
    held = overall.count(clear(), CONFIRMED)
    assert kinds(overall.keeping_from_final(held, clear(), CONFIRMED, "2026-12-20")) == ["list"]
    listed = msgspec.structs.replace(CONFIRMED, publications=(published(held),))
    assert kinds(overall.keeping_from_final(held, clear(), listed, "2026-12-10")) == ["period"]
    assert overall.keeping_from_final(held, clear(), listed, "2026-12-11") == ()
    objection = Objection(number="1", entry_no="1", name="某单位", contact="来函", facts="…", received="2026-12-09")
    objected = msgspec.structs.replace(listed, objections={"1": objection})
    assert kinds(overall.keeping_from_final(held, clear(), objected, "2026-12-11")) == ["objection"]
    decided = msgspec.structs.replace(objection, outcome="rejected", decision="查无实据", decided_by="甲")
    settled = msgspec.structs.replace(listed, objections={"1": decided})
    assert overall.keeping_from_final(held, clear(), settled, "2026-12-11") == ()
    other = overall.count(tied(), settled)
    assert "changed" in kinds(overall.keeping_from_final(other, tied(), settled, "2026-12-11"))


def test_rules_that_let_nobody_advance_need_no_list() -> None:
    rules = msgspec.structs.replace(CONTEST_RULES, advance=None)
    states = heard(0, [0.9, 0.7], rules).state, heard(1, [0.8, 0.6], rules).state
    assert overall.keeping_from_final(overall.count(states, CONFIRMED), states, CONFIRMED, "2026-12-11") == ()


def test_a_place_that_falls_free_goes_to_the_next_in_line() -> None:
    gone = Departure(entry_no="3", standing=Standing.WITHDRAWN, by="甲", reason="来函放弃")
    held = overall.count(clear(), msgspec.structs.replace(CONFIRMED, departures=(gone,)))
    assert held.tabulation.advance == ("1", "3"), "what was published stays as it was"
    assert held.advance == ("1", "2")
    assert [(one.departure.entry_no, one.entry_no) for one in held.filled] == [("3", "2")]


def test_equals_next_in_line_wait_for_a_ruling() -> None:
    states = heard(0, [0.9, 0.7, 0.8]).state, heard(1, [0.7, 0.6, 0.5]).state
    gone = Departure(entry_no="3", standing=Standing.DISQUALIFIED, by="甲", reason="材料不实")
    log = msgspec.structs.replace(CONFIRMED, departures=(gone,))
    found = overall.keeping_from_list(overall.count(states, log), states)
    assert [(one.kind, one.entries) for one in found] == [("alternate", ("2", "4"))]
    ruling = Ruling(kind="tie", by="甲", reason="评议", entries=("2", "4"), order=("4", "2"))
    ruled = overall.count(states, msgspec.structs.replace(log, rulings=(ruling,)))
    assert ruled.advance == ("1", "4")
    assert overall.keeping_from_list(ruled, states) == ()


def test_a_project_that_left_its_session_is_named_apart() -> None:
    first = heard(0, [0.9, 0.7], lock=False)
    first.do("chair", commands.ReopenProject(entry_no="2", reason="来函", second_person="复核"))
    first.do("chair", commands.RemoveProject(entry_no="2", disqualified=False, reason="来函"))
    held = overall.count([first.state, clear()[1]], CONFIRMED)
    assert [one.entry_no for one in held.tabulation.projects] == ["1", "3", "4"]
    assert {no: stage.value for no, stage in held.outside.items()} == {"2": "withdrawn"}


def test_a_log_folds_to_what_stands() -> None:
    held = overall.count(tied())
    ruling = Ruling(kind="cut", by="甲", reason="评议", entries=("2", "3"), method="both")
    objection = Objection(number="1", entry_no="1", name="某", contact="函", facts="…", received="2026-12-09")
    entries = [
        contest_log.ContestOpened(contest="小赛"),
        RulingMade(ruling=ruling, effect=overall.with_ruling(held, ruling)[1]),
        ValueConfirmed(path="tie_keys", by="甲"),
        ValueConfirmed(path="tie_keys", by="乙"),
        chosen(),
        ProjectDeparted(departure=Departure(entry_no="1", standing=Standing.WITHDRAWN, by="甲", reason="函")),
        published(held).published,
        ObjectionReceived(objection=objection),
        ObjectionDecided(number="1", outcome="upheld", decision="更正", by="甲"),
    ]
    prev, records = GENESIS, []
    for seq, entry in enumerate(entries, 1):
        body = contest_log.Body(
            seq=seq, version=1, actor="甲", at="2026-12-07T01:00:00.000Z", salt=f"{seq:032x}", entry=entry
        )
        record = contest_log.seal(body, prev)
        assert contest_log.read(record.data, prev, record.hash) == record
        prev = record.hash
        records.append(record)
    log = contest_log.folded(records)
    assert (log.opened, log.rulings, log.confirmed, log.quota) == (entries[0], (ruling,), {"tie_keys": "乙"}, chosen())
    assert [one.entry_no for one in log.departures] == ["1"]
    assert log.listed is not None
    assert log.listed.seq == 7
    assert log.final is None
    assert log.open_objections == ()
    assert log.objections["1"].outcome == "upheld"
    assert log.seq == 9


def test_votes_voided_for_the_contest_stay_voided_when_their_project_is_disqualified() -> None:
    made = Sitting(setup(votes=(900, 700, 500)))
    for entry_no in ("1", "2", "3"):
        made.hear(entry_no)
        made.score(entry_no)
        made.lock(entry_no)
    log = Log(rulings=(Ruling(kind="votes", by="组委会", reason="刷票", entry_no="1", method="void_up"),))

    def points() -> dict[str, int]:
        return {
            one.entry_no: int(one.popularity_points) for one in overall.count([made.state], log).tabulation.projects
        }

    assert points() == {"1": 0, "2": 3, "3": 2}
    made.do("chair", commands.ReopenProject(entry_no="1", reason="刷票", second_person="郑核"))
    made.do("chair", commands.RemoveProject(entry_no="1", disqualified=True, reason="刷票"))
    assert points() == {"2": 3, "3": 2}
