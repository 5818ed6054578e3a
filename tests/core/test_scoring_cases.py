"""The cases worked by hand: every one of tests/acceptance/scoring-cases.json, and the advancement and award cases."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from judge_app.core.awards import AwardRuling, CutRuling, Outcome, cut, give, quotas
from judge_app.core.ranking import Place, rank
from judge_app.core.rules import Award
from judge_app.exchange.tabulation import tabulate_file
from judge_app.store.presets import Presets

ACCEPTANCE = Path(__file__).resolve().parents[1] / "acceptance"
CASES: list[dict[str, Any]] = json.loads((ACCEPTANCE / "scoring-cases.json").read_text("utf-8"))["cases"]
OTHER: dict[str, Any] = json.loads((ACCEPTANCE / "other-cases.json").read_text("utf-8"))
ADVANCEMENT = {case["id"]: case for case in OTHER["advancement_cases"]}
AWARDS = {case["id"]: case for case in OTHER["award_cases"]}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_case_worked_by_hand_comes_out(case: dict[str, Any]) -> None:
    found = tabulate_file(json.dumps(case["input"], ensure_ascii=False).encode(), Presets().load)
    projects = {project["entry_no"]: project for project in found["projects"]}
    expect = case["expect"]
    for number, fields in expect["projects"].items():
        for name, value in fields.items():
            if name == "flags":
                assert set(value) <= set(projects[number]["flags"])
            else:
                assert projects[number][name] == value, (number, name)
    for number, key in expect.get("tie_keys", {}).items():
        assert projects[number]["tie_key"] == key
    for name in ("advance", "award_status"):
        if name in expect:
            assert found[name] == expect[name]


def test_every_case_asks_for_something() -> None:
    assert len(CASES) >= 28
    assert all(case["expect"]["projects"] for case in CASES)


def test_twenty_per_cent_of_each_track_is_shown_in_four_roundings() -> None:
    case = ADVANCEMENT["Q-1"]
    found = quotas(Decimal("0.20"), case["passed_initial_review"])
    results = case["results"]
    assert found.exact == results["exact"]
    assert found.half_up == results["half_up"] == case["expected_places"]
    assert found.floor == results["floor"]
    assert found.ceil == results["ceil"]
    assert found.largest_remainder == results["largest_remainder(total half_up)"]
    assert str(found.total) == results["total_exact"]
    assert sum(found.half_up.values()) == case["expected_sum"]
    assert found.warnings == ()


def test_the_basis_of_a_ratio_decides_how_many_go_on() -> None:
    case = ADVANCEMENT["Q-3"]
    passed = quotas(Decimal("0.20"), {"": case["passed_initial_review"]})
    ranked = quotas(Decimal("0.20"), {"": case["ranked_in_final"]})
    assert passed.half_up[""] == case["expected"]["basis=passed_initial_review"]
    assert ranked.half_up[""] == case["expected"]["basis=ranked_in_final,half_up"]
    assert ranked.floor[""] == case["expected"]["basis=ranked_in_final,floor"]


def places_of_q4() -> tuple[Place, ...]:
    case = ADVANCEMENT["Q-4"]
    totals = {number: Decimal(total) for number, total in case["totals"].items()}
    places = rank(totals, ("exact_total", "expert100"), lambda number, key: totals[number])
    assert {place.entry_no: place.rank for place in places} == case["expected"]["ranks"]
    return places


def test_a_tie_across_a_hard_quota_waits_for_a_ruling() -> None:
    found = cut(places_of_q4(), 5, hard=True)
    expected = ADVANCEMENT["Q-4"]["expected"]["hard_quota"]
    assert found.outcome == expected["status"]
    assert list(found.candidates) == expected["candidates"]
    assert found.advance == ("a", "b", "c", "d")


def test_a_soft_quota_lets_in_everyone_who_ties_at_it() -> None:
    found = cut(places_of_q4(), 5, hard=False)
    assert list(found.advance) == ADVANCEMENT["Q-4"]["expected"]["soft_quota"]["advance"]
    assert found.tied == ("e", "f")


def test_a_cut_ruling_orders_those_who_tie_or_lets_both_in() -> None:
    ordered = cut(places_of_q4(), 5, hard=True, rulings=[CutRuling(entries=("e", "f"), order=("f", "e"))])
    assert ordered.advance == ("a", "b", "c", "d", "f")
    both = cut(places_of_q4(), 5, hard=True, rulings=[CutRuling(entries=("f", "e"), both=True)])
    assert both.advance == ("a", "b", "c", "d", "e", "f")
    assert both.outcome is Outcome.FINAL


NATIONAL = (
    Award(name="特等奖", count=1),
    Award(name="一等奖", count=9),
    Award(name="二等奖", count=15),
    Award(name="三等奖", count=30),
    Award(name="优胜奖", count=45),
    Award(name="单项奖", count=40, kind="single"),
)


def places(count: int, tied_at: int = 0) -> tuple[Place, ...]:
    """Places 1 … count, named by rank; the one after ``tied_at`` shares its rank."""
    return tuple(
        Place(entry_no=str(one), rank=one - 1 if tied_at and one == tied_at + 1 else one) for one in range(1, count + 1)
    )


@pytest.mark.parametrize("case", [AWARDS["W-1"], AWARDS["W-2"]], ids=["W-1", "W-2"])
def test_awards_go_down_the_ranks(case: dict[str, Any]) -> None:
    ranges = case["expected_rank_ranges"]
    found = give(places(max(last for _, last in ranges.values())), NATIONAL)
    assert {name: [int(won[0]), int(won[-1])] for name, won in found.awards.items()} == ranges
    assert all(
        len(won) == last - first + 1 for won, (first, last) in zip(found.awards.values(), ranges.values(), strict=True)
    )
    assert found.unfilled == case.get("expected_unfilled", {})
    assert found.outcome is Outcome.FINAL


def test_a_tie_across_an_award_boundary_waits_and_has_three_ways_out() -> None:
    case = AWARDS["W-4"]["expected"]
    tied = places(100, tied_at=10)
    waiting = give(tied, NATIONAL)
    assert waiting.outcome == case["default"]
    assert waiting.candidates == (("10", "11"),)
    assert waiting.awards["二等奖"] == ()
    for option in ("keep_total", "add_place"):
        found = give(tied, NATIONAL, [AwardRuling(entries=("10", "11"), method=option)])
        assert {name: len(found.awards[name]) for name in ("一等奖", "二等奖")} == case[f"option_{option}"]
        assert found.outcome is Outcome.FINAL
    ordered = give(tied, NATIONAL, [AwardRuling(entries=("10", "11"), method="order", order=("11", "10"))])
    assert ordered.awards["一等奖"][-1] == "11"
    assert ordered.awards["二等奖"][0] == "10"
    assert [len(won) for won in ordered.awards.values()] == [1, 9, 15, 30, 45]
