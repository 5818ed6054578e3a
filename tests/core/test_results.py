"""Corrections and their effect, what keeps results from being published, alternates, publicity and objections."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from judge_app.core.contest import Contest, ExternalScore, Project
from judge_app.core.errors import BadInput, Refused
from judge_app.core.results import (
    Correction,
    Departure,
    Objection,
    RuleChange,
    advancing,
    alternates,
    basis_of,
    change_rules_of,
    check_objection,
    correct,
    decide_objection,
    effect,
    entries_of,
    external_scores,
    obstacles,
    publicity,
    quota_table,
    top_of_each,
    unconfirmed,
)
from judge_app.core.rules import RuleSet, change_rules
from judge_app.core.scoring import Entry, Ruling, Scorebook, Sheet, Standing, open_book, tabulate, tabulate_book
from judge_app.store.presets import Presets

BLANK = Presets().load("blank")
SHANGHAI = Presets().load("shanghai-2025")
SICHUAN = Presets().load("sichuan-2023")
NATIONAL = Presets().load("national-2020")


def rules(**changes: Any) -> RuleSet:
    return change_rules(BLANK, changes)


def entry(number: str, mark: str, **fields: Any) -> Entry:
    sheets = tuple(
        Sheet(judge=f"J{at}", component="judges100", points={"综合评分": Decimal(mark)}) for at in range(1, 6)
    )
    return Entry(entry_no=number, sheets=sheets, **fields)


def book(*entries: Entry, **changes: Any) -> Scorebook:
    changes = {"advance": {"type": "top_n", "n": 2}, "awards": [{"name": "一等奖", "count": 1}]} | changes
    return open_book(rules(**changes), entries)


THREE = (entry("1", "90"), entry("2", "88"), entry("3", "86"))


def correction(**changed: Any) -> Correction:
    held: dict[str, Any] = {
        "entry_no": "3",
        "judge": "J1",
        "component": "judges100",
        "criterion": "综合评分",
        "old": Decimal(86),
        "new": Decimal(96),
        "by": "计分员甲",
        "checked_by": "复核人乙",
        "reason": "纸面为 96，录入有误",
    }
    return Correction(**(held | changed))


def test_a_correction_shows_what_it_does_to_ranks_awards_and_advancement() -> None:
    held = book(*THREE)
    for judge in ("J1", "J2", "J3", "J4"):
        held, found = correct(held, correction(judge=judge))
    change = {one.entry_no: one for one in found.changes}
    assert (change["3"].total_before, change["3"].total_after) == (Decimal("92.67"), Decimal("96.00"))
    before = tabulate_book(book(*THREE))
    whole = effect(before, tabulate_book(held))
    assert [(one.entry_no, one.rank_before, one.rank_after) for one in whole.changes] == [
        ("1", 1, 2),
        ("2", 2, 3),
        ("3", 3, 1),
    ]
    assert whole.touches_ranks
    assert whole.touches_awards
    assert whole.touches_advancement
    assert [one.advances_after for one in whole.changes] == [True, False, True]
    assert [one.awards_after for one in whole.changes] == [(), (), ("一等奖",)]


def test_a_correction_without_effect_says_so() -> None:
    _, found = correct(book(*THREE), correction(new=Decimal(87)))
    assert found.changes == ()
    assert not (found.touches_ranks)
    assert not (found.touches_awards)
    assert not (found.touches_advancement)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": " "}, "reason_missing"),
        ({"checked_by": ""}, "names_missing"),
        ({"checked_by": "计分员甲"}, "same_person"),
        ({"entry_no": "9"}, "no_entry"),
        ({"judge": "J9"}, "no_sheet"),
        ({"old": Decimal(85)}, "value_moved"),
        ({"criterion": None, "old": None}, "has_criteria"),
    ],
)
def test_a_correction_is_refused_for_a_reason(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        correct(book(*THREE), correction(**changed))
    assert caught.value.code == code


def test_a_correction_keeps_to_the_range_of_its_line() -> None:
    with pytest.raises(BadInput, match="over the full marks"):
        correct(book(*THREE), correction(new=Decimal(101)))


def test_a_total_alone_is_corrected_as_a_total() -> None:
    sheets = tuple(Sheet(judge=f"J{at}", component="judges100", total=Decimal(86)) for at in range(1, 4))
    held = open_book(rules(), [Entry(entry_no="3", sheets=sheets)])
    after, _ = correct(held, correction(criterion=None))
    assert after.entries[0].sheets[0].total == 96
    with pytest.raises(Refused) as caught:
        correct(held, correction(old=None))
    assert caught.value.code == "total_only"


def test_an_effect_can_be_asked_of_any_two_results() -> None:
    before = tabulate(BLANK, THREE)
    after = tabulate(change_rules(BLANK, {"components": [{**component(), "trim": None}]}), THREE)
    assert effect(before, after).changes == ()
    voided = effect(before, tabulate(BLANK, [*THREE[:2], entry("3", "90")]))
    assert [one.entry_no for one in voided.changes] == ["2", "3"]


def component() -> dict[str, Any]:
    from judge_app.core.rules import encode_rules

    held: dict[str, Any] = encode_rules(BLANK)["components"][0]
    return held


def rule_change(**changed: Any) -> RuleChange:
    held: dict[str, Any] = {
        "patch": {"awards": [{"name": "一等奖", "count": 2}]},
        "by": "组委会 甲",
        "second_person": "监督人 乙",
        "reason": "奖项名额经批准调整",
    }
    return RuleChange(**(held | changed))


def test_a_change_of_the_rules_is_a_new_version_with_its_before_and_after() -> None:
    after, found = change_rules_of(book(*THREE), rule_change())
    assert after.rules.version == 2
    assert [(one.entry_no, one.awards_before, one.awards_after) for one in found.changes] == [("2", (), ("一等奖",))]


@pytest.mark.parametrize(
    "changed",
    [{"reason": ""}, {"second_person": " "}, {"second_person": "组委会 甲"}, {"second_person": "组委会甲"}, {"by": ""}],
)
def test_a_change_of_the_rules_needs_a_reason_and_two_people(changed: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        change_rules_of(book(*THREE), rule_change(**changed))


def test_rules_that_cannot_work_or_do_not_fit_the_sheets_are_refused() -> None:
    with pytest.raises(BadInput, match="luck"):
        change_rules_of(book(*THREE), rule_change(patch={"tie_keys": ["luck"]}))
    smaller = component() | {"max": "50", "criteria": [{"name": "综合评分", "max": "50"}]}
    with pytest.raises(BadInput, match="over the full marks 50"):
        change_rules_of(book(*THREE), rule_change(patch={"components": [smaller]}))


# publishing


def test_assumed_values_block_publishing_until_somebody_confirms_them_by_name() -> None:
    found = tabulate(SICHUAN, [])
    assert unconfirmed(SICHUAN, {}) == ("components", "timing", "tie_keys", "order_method", "rank_scope")
    blocked = obstacles(change_rules(SICHUAN, {"advance": None}), found, {"timing": "组委会 甲", "components": " "})
    assert [one.place for one in blocked] == ["components", "tie_keys", "order_method", "rank_scope"]
    assert blocked[0].zh == "得分项：待组委会确认"
    everything = dict.fromkeys(SICHUAN.all_assumed, "组委会 甲")
    assert obstacles(change_rules(SICHUAN, {"advance": None}), found, everything) == []


def test_an_assumed_value_that_the_rules_no_longer_hold_blocks_nothing() -> None:
    assert "popularity.tie" in unconfirmed(NATIONAL, {})
    assert "popularity.tie" not in unconfirmed(change_rules(NATIONAL, {"popularity": None}), {})


def test_what_is_open_blocks_publishing() -> None:
    confirmed = dict.fromkeys(BLANK.all_assumed, "甲")
    few = Entry(entry_no="4", sheets=entry("4", "70").sheets[:2])
    tied = [entry("1", "90"), entry("2", "90")]
    held = rules(advance={"type": "top_n", "n": 1}, awards=[{"name": "一等奖", "count": 1}])
    assert [one.place for one in obstacles(held, tabulate(held, [*tied, few, Entry(entry_no="5")]), confirmed)] == [
        "4",
        "5",
    ]
    open_ties = obstacles(held, tabulate(held, tied), confirmed)
    assert [one.place for one in open_ties] == ["advance", "awards"]
    assert "1、2 号在晋级线上同分" in open_ties[0].zh
    ruled = [
        Ruling(kind="tie", entries=("1", "2"), order=("2", "1"), by="评委组长", reason="合议"),
    ]
    assert obstacles(held, tabulate(held, tied, rulings=ruled), confirmed) == []
    ratio = rules(advance={"type": "ratio", "ratio": "0.2", "per": "all"})
    assert [one.place for one in obstacles(ratio, tabulate(ratio, THREE), confirmed)] == ["advance"]


def test_who_has_left_blocks_nothing() -> None:
    confirmed = dict.fromkeys(BLANK.all_assumed, "甲")
    found = tabulate(BLANK, [*THREE, Entry(entry_no="9", standing=Standing.WITHDRAWN)])
    assert obstacles(BLANK, found, confirmed) == []


# alternates


def gone(number: str, **changed: Any) -> Departure:
    held: dict[str, Any] = {
        "entry_no": number,
        "standing": Standing.WITHDRAWN,
        "by": "组委会",
        "reason": "书面弃权",
    }
    return Departure(**(held | changed))


FIVE = tuple(entry(str(at), str(95 - at)) for at in range(1, 6))


def test_the_next_in_rank_fills_a_place_that_falls_free() -> None:
    numbers, log = alternates(book(*FIVE), [gone("1")])
    assert numbers == ("2", "3")
    assert [(one.departure.entry_no, one.entry_no) for one in log] == [("1", "3")]


def test_an_alternate_that_leaves_is_passed_over() -> None:
    numbers, log = alternates(book(*FIVE), [gone("3"), gone("2"), gone("4")])
    assert numbers == ("1", "5")
    assert [one.entry_no for one in log] == ["5"]
    numbers, log = alternates(book(*FIVE), [gone("1"), gone("2"), gone("3"), gone("4"), gone("5")])
    assert numbers == ()
    assert [one.entry_no for one in log] == [None, None]


def test_equals_next_in_line_wait_for_a_ruling() -> None:
    held = book(entry("1", "95"), entry("2", "94"), entry("3", "90"), entry("4", "90"))
    numbers, log = alternates(held, [gone("1")])
    assert numbers == ("2",)
    assert log[0].candidates == ("3", "4")


def test_a_place_is_filled_from_its_own_track() -> None:
    entries = [
        *(entry(str(at), str(95 - at), track="甲") for at in range(1, 4)),
        *(entry(str(at), str(75 - at), track="乙") for at in range(4, 7)),
    ]
    held = book(*entries, rank_scope="track", advance={"type": "top_n", "n": 1})
    assert tabulate_book(held).advance == ("1", "4")
    assert alternates(held, [gone("4")])[0] == ("1", "5")
    assert alternates(held, [gone("1")])[0] == ("2", "4")
    over_all = book(*entries, rank_scope="track", advance={"type": "top_n", "n": 2, "per": "all"})
    assert alternates(over_all, [gone("1")])[0] == ("2", "3")
    assert alternates(over_all, [gone("1"), gone("3")])[0] == ("2", "4")


@pytest.mark.parametrize(
    ("departures", "code"),
    [
        ([gone("1", reason="")], "reason_missing"),
        ([gone("1", standing=Standing.COMPETING)], "not_a_departure"),
        ([gone("9")], "no_entry"),
        ([gone("1"), gone("1")], "gone_already"),
    ],
)
def test_a_departure_is_refused_for_a_reason(departures: list[Departure], code: str) -> None:
    with pytest.raises(Refused) as caught:
        alternates(book(*FIVE), departures)
    assert caught.value.code == code


def test_nobody_fills_a_place_on_a_list_that_is_not_decided() -> None:
    with pytest.raises(Refused):
        alternates(book(entry("1", "90"), entry("2", "80"), entry("3", "80")), [gone("1")])


# the first of each track, the roundings, the next round


def test_the_first_of_each_track_is_named_and_a_tie_for_first_is_seen() -> None:
    entries = [
        entry("1", "90", track="甲"),
        entry("2", "95", track="甲"),
        entry("3", "80", track="乙"),
        entry("4", "80", track="乙"),
        entry("5", "99", track="丙", standing=Standing.DISQUALIFIED),
        entry("6", "70", track="丁"),
        Entry(entry_no="7", track="丁"),
    ]
    assert top_of_each(book(*entries)) == {"甲": ("2",), "乙": ("3", "4")}


def test_both_bases_and_all_four_roundings_stand_side_by_side() -> None:
    entries = [entry(str(at), str(60 + at), track="甲" if at < 8 else "乙") for at in range(1, 11)]
    held = open_book(
        rules(advance={"type": "ratio", "ratio": "0.2", "per": "track"}, rank_scope="track"),
        entries,
        passed_initial_review={"甲": 13, "乙": 2},
    )
    table = quota_table(held)
    assert table["passed_initial_review"].half_up == {"甲": 3, "乙": 0}
    assert table["passed_initial_review"].ceil == {"甲": 3, "乙": 1}
    assert table["passed_initial_review"].largest_remainder == {"甲": 3, "乙": 0}
    assert table["ranked_in_final"].floor == {"甲": 1, "乙": 0}
    assert table["ranked_in_final"].half_up == {"甲": 1, "乙": 1}
    assert "乙" in table["passed_initial_review"].warnings[0][0]
    assert quota_table(book(*THREE)) == {}


CONTEST = Contest(
    name="样例",
    projects=tuple(
        Project(entry_no=str(at), name=f"项目{at}", lead_unit=f"单位{at}", partner_units=("联合",), track="甲")
        for at in (3, 1, 2)
    ),
)


def test_who_advances_is_the_list_of_the_next_round() -> None:
    found = tabulate_book(book(*THREE))
    assert [project.entry_no for project in advancing(CONTEST, found)] == ["1", "2"]
    entries, _ = entries_of(BLANK, CONTEST, {}, round_projects=found.advance)
    assert [one.entry_no for one in entries] == ["1", "2"]
    with pytest.raises(Refused):
        advancing(CONTEST, tabulate(BLANK, THREE))


def test_a_paper_review_is_counted_like_a_roadshow_and_feeds_the_next_round() -> None:
    first = change_rules(SHANGHAI.for_round("first"), {"advance": {"type": "top_n", "n": 1, "per": "track"}})
    assert first.timing is None
    sheets = {
        str(at): [Sheet(judge=f"J{j}", component="paper100", total=Decimal(70 + at)) for j in range(1, 6)]
        for at in (1, 2, 3)
    }
    entries, problems = entries_of(first, CONTEST, sheets)
    assert problems == []
    found = tabulate(first, entries)
    assert found.advance == ("3",)
    second, _ = entries_of(SHANGHAI.for_round("second"), CONTEST, {}, round_projects=found.advance)
    assert [one.name for one in second] == ["项目3"]


# external results


def external(score: str, *people: str, number: str = "1", key: str = "performance100") -> ExternalScore:
    return ExternalScore(entry_no=number, component=key, score=score, entered_by=people)


@pytest.mark.parametrize(
    ("rows", "found", "problems"),
    [
        ([external("92.50", "甲", "乙")], {"1": {"performance100": Decimal("92.50")}}, 0),
        ([external("92.50", "甲"), external("92.5", "乙")], {"1": {"performance100": Decimal("92.50")}}, 0),
        ([external("92.50", "甲")], {"1": {}}, 1),
        ([external("92.50", "甲", "甲 ")], {"1": {}}, 1),
        ([external("92.50", "甲"), external("93", "乙")], {"1": {}}, 1),
        ([external("92.50", "甲", "乙", key="onsite100")], {}, 1),
    ],
)
def test_a_result_entered_twice_counts_when_two_people_agree(
    rows: list[ExternalScore], found: dict[str, Any], problems: int
) -> None:
    held, wrong = external_scores(SHANGHAI, msgspec.structs.replace(CONTEST, external=tuple(rows)))
    assert held == found
    assert len(wrong) == problems


# publicity and objections


def test_the_public_list_shows_no_marks_and_masks_what_is_confidential() -> None:
    held = change_rules(book(*THREE).rules, {"publicity_days": 3})
    listed = publicity(held, tabulate_book(book(*THREE)), CONTEST.projects, "2026-04-06", confidential={"2"})
    assert [(row.position, row.entry_no, row.name, row.total, row.rank) for row in listed.rows] == [
        (1, "1", "项目1", None, None),
        (2, "2", "（涉密项目，名称不公开）", None, None),
    ]
    assert (listed.start, listed.end) == ("2026-04-06", "2026-04-08")
    assert listed.basis.zh == "综合排名前 2 名晋级"
    assert listed.order.zh == "按参赛序号排列"
    by_rank = publicity(
        held, tabulate_book(book(*THREE)), CONTEST.projects, "2026-04-06", by_rank=True, numbers=("2", "3")
    )
    assert [(row.entry_no, row.rank) for row in by_rank.rows] == [("2", 2), ("3", 3)]
    with pytest.raises(Refused):
        publicity(held, tabulate(BLANK, THREE), CONTEST.projects, "2026-04-06")


def test_the_basis_is_told_for_every_kind_of_quota() -> None:
    assert basis_of(SICHUAN).zh == "各赛道按通过初审项目总数的 20% 晋级，名额四舍五入"
    assert basis_of(NATIONAL).zh == "通知未写明晋级办法"
    assert basis_of(rules(advance={"type": "score_line", "line": "90"})).en == "from 90 points on"


def objection(**changed: Any) -> Objection:
    held: dict[str, Any] = {
        "number": "Y-1",
        "entry_no": "1",
        "name": "某单位（盖章）",
        "contact": "office@example.org",
        "facts": "项目与往届获奖项目雷同",
        "received": "2026-04-07",
    }
    return Objection(**(held | changed))


@pytest.mark.parametrize(
    ("changed", "places"),
    [
        ({}, []),
        ({"received": "2026-04-08"}, []),
        ({"received": "2026-04-09"}, ["Y-1.received"]),
        ({"received": "2026-04-05"}, ["Y-1.received"]),
        ({"received": "昨天"}, ["Y-1.received"]),
        ({"name": "", "contact": " ", "facts": ""}, ["Y-1.name", "Y-1.contact", "Y-1.facts"]),
        ({"entry_no": "3"}, ["Y-1.entry_no"]),
    ],
)
def test_an_objection_needs_a_name_a_contact_facts_and_to_be_in_time(
    changed: dict[str, Any], places: list[str]
) -> None:
    held = change_rules(book(*THREE).rules, {"publicity_days": 3})
    listed = publicity(held, tabulate_book(book(*THREE)), CONTEST.projects, "2026-04-06")
    assert [one.place for one in check_objection(objection(**changed), listed)] == places


def test_an_objection_is_decided_once_in_words_and_by_name() -> None:
    decided = decide_objection(objection(), "rejected", "经核查不属实", "评审委员会")
    assert (decided.outcome, decided.decided_by) == ("rejected", "评审委员会")
    for held, outcome, decision, by in (
        (decided, "upheld", "改判", "评审委员会"),
        (objection(), "open", "—", "评审委员会"),
        (objection(), "upheld", "", "评审委员会"),
        (objection(), "upheld", "属实", " "),
    ):
        with pytest.raises(Refused):
            decide_objection(held, outcome, decision, by)
