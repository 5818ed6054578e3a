"""What the calculation does at its edges: rulings, ties, scopes, popularity, events, withdrawals, deductions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec
import pytest

from judge_app.core.contest import Presence
from judge_app.core.errors import BadInput
from judge_app.core.rules import RuleSet, change_rules
from judge_app.core.scoring import (
    Deduction,
    Entry,
    Ruling,
    Sheet,
    Standing,
    Status,
    Tabulation,
    check_rulings,
    open_book,
    places_of,
    replace_entry,
    tabulate,
    tabulate_book,
)
from judge_app.store.presets import Presets

BLANK = Presets().load("blank")
NATIONAL = Presets().load("national-2020")
TIANJIN = Presets().load("tianjin-2025")
SHANGHAI = Presets().load("shanghai-2025")


def sheets(*marks: str, component: str = "judges100") -> tuple[Sheet, ...]:
    return tuple(Sheet(judge=f"J{at}", component=component, total=Decimal(mark)) for at, mark in enumerate(marks, 1))


def entry(number: str, *marks: str, **fields: Any) -> Entry:
    component = fields.pop("component", "judges100")
    return Entry(entry_no=number, sheets=sheets(*marks, component=component), **fields)


def rules(**changes: Any) -> RuleSet:
    return change_rules(BLANK, changes)


def ruling(kind: Any, **fields: Any) -> Ruling:
    return Ruling(kind=kind, by="评委组长", reason="合议", **fields)


def ranks(found: Tabulation) -> dict[str, int | None]:
    return {project.entry_no: project.rank for project in found.projects}


def totals(found: Tabulation) -> dict[str, str | None]:
    return {one.entry_no: None if one.total is None else str(one.total) for one in found.projects}


TIED = (entry("a", "90", "90", "90"), entry("b", "90", "90", "90"), entry("c", "80", "80", "80"))


def test_what_no_key_tells_apart_shares_the_rank_and_the_next_rank_is_left_out() -> None:
    assert ranks(tabulate(BLANK, TIED)) == {"a": 1, "b": 1, "c": 3}


def test_a_tie_ruling_orders_those_who_tie_and_makes_them_final_by_ruling() -> None:
    found = tabulate(BLANK, TIED, rulings=[ruling("tie", entries=("a", "b"), order=("b", "a"))])
    assert ranks(found) == {"a": 2, "b": 1, "c": 3}
    assert found.project("b").tie_key == "ruling"
    assert found.project("a").tie_key is None
    assert [found.project(number).status for number in "abc"] == ["FINAL_BY_RULING", "FINAL_BY_RULING", "FINAL"]
    assert found.unused_rulings == ()


def test_the_last_of_several_rulings_on_one_matter_decides() -> None:
    first, last = (ruling("tie", entries=("a", "b"), order=order) for order in (("a", "b"), ("b", "a")))
    assert ranks(tabulate(BLANK, TIED, rulings=[first, last]))["b"] == 1
    few = [
        ruling("few_sheets", entry_no="a", component="judges100", method=method) for method in ("plain_mean", "literal")
    ]
    four = change_rules(BLANK, {"components": [encoded(from_n=5)]})
    held = [entry("a", "70", "80", "81", "100")]
    assert totals(tabulate(four, held, rulings=few)) == {"a": "80.50"}
    assert totals(tabulate(four, held, rulings=few[::-1])) == {"a": "82.75"}


def encoded(**trim: Any) -> dict[str, Any]:
    from judge_app.core.rules import encode_rules

    component: dict[str, Any] = encode_rules(BLANK)["components"][0]
    return component | {"trim": {**component["trim"], **trim}}


def test_a_tie_ruling_on_projects_that_do_not_tie_is_listed_as_unused() -> None:
    found = tabulate(BLANK, TIED, rulings=[ruling("tie", entries=("a", "c"), order=("c", "a"))])
    assert ranks(found) == {"a": 1, "b": 1, "c": 3}
    assert found.unused_rulings == (0,)
    assert found.project("c").status is Status.FINAL


@pytest.mark.parametrize(
    ("quota", "rulings", "advance", "status"),
    [
        ("hard", [], (), "PENDING_RULING"),
        ("soft", [], ("a", "b"), "FINAL"),
        ("hard", [ruling("cut", entries=("a", "b"), method="both")], ("a", "b"), "FINAL"),
        ("hard", [ruling("cut", entries=("a", "b"), method="order", order=("b", "a"))], ("b",), "FINAL"),
        ("hard", [ruling("cut", entries=("a", "b"), order=("b", "a"))], ("b",), "FINAL"),
        ("hard", [ruling("cut", entries=("a", "b"), method="order", order=("b",))], ("b",), "FINAL"),
        ("hard", [ruling("tie", entries=("a", "b"), order=("b", "a"))], ("b",), "FINAL"),
    ],
)
def test_a_tie_at_the_cut(quota: str, rulings: list[Ruling], advance: tuple[str, ...], status: str) -> None:
    held = rules(advance={"type": "top_n", "n": 1, "quota": quota})
    found = tabulate(held, TIED, rulings=rulings)
    assert (found.advance, found.advance_status) == (advance, status)
    assert found.advance_candidates == (("a", "b") if status == "PENDING_RULING" else ())
    by_tie = bool(rulings) and rulings[0].kind == "tie"
    assert ("TIE_AT_CUT" in found.project("a").flags) is not by_tie
    assert found.project("a").status == ("FINAL_BY_RULING" if rulings else "FINAL")
    assert found.project("a").total == Decimal("90.00")


def test_an_unfinished_project_keeps_its_own_scope_alone_open() -> None:
    held = rules(advance={"type": "top_n", "n": 1}, rank_scope="track", awards=[{"name": "一等奖", "count": 1}])
    entries = (
        entry("1", "90", "90", "90", track="甲"),
        entry("2", "91", "91", "91", track="乙"),
        entry("3", track="乙"),
    )
    found = tabulate(held, entries)
    assert (found.advance, found.advance_status) == (("1",), "PENDING")
    assert (found.awards, found.award_status) == ({"一等奖": ("1",)}, "PENDING")
    assert ranks(found) == {"1": 1, "2": 1, "3": None}
    assert [project.entry_no for project in found.ranked] == ["1", "2", "3"]


def test_a_quota_without_its_basis_is_not_stated() -> None:
    held = rules(advance={"type": "ratio", "ratio": "0.2", "per": "track"}, rank_scope="track")
    entries = (entry("1", "90", "90", "90", track="甲"), entry("2", "91", "91", "91", track="乙"))
    assert tabulate(held, entries).advance_status == "NOT_STATED"
    found = tabulate(held, entries, passed_initial_review={"甲": 5})
    assert (found.advance, found.advance_status) == (("1",), "NOT_STATED")
    found = tabulate(held, entries, passed_initial_review={"甲": 5, "乙": 2})
    assert (found.advance, found.advance_status, found.places) == (("1",), "FINAL", {"甲": 1, "乙": 0})


def test_a_quota_may_run_over_all_while_ranks_run_by_track() -> None:
    held = rules(advance={"type": "top_n", "n": 2, "per": "all"}, rank_scope="track")
    entries = tuple(entry(str(at), *[str(80 + at)] * 3, track="甲乙"[at % 2]) for at in range(1, 5))
    found = tabulate(held, entries)
    assert found.advance == ("4", "3")
    assert ranks(found) == {"1": 2, "2": 2, "3": 1, "4": 1}


def test_a_line_of_points_lets_everyone_from_it_on_in() -> None:
    held = rules(advance={"type": "score_line", "line": "90"})
    assert tabulate(held, TIED).advance == ("a", "b")


def test_awards_may_run_over_all_while_ranks_run_by_track() -> None:
    held = rules(awards=[{"name": "特等奖", "count": 1, "per": "all"}], rank_scope="track")
    entries = tuple(entry(str(at), *[str(80 + at)] * 3, track="甲乙"[at % 2]) for at in range(1, 5))
    assert tabulate(held, entries).awards == {"特等奖": ("4",)}
    by_track = rules(awards=[{"name": "一等奖", "count": 1}], rank_scope="track")
    assert tabulate(by_track, entries).awards == {"一等奖": ("3", "4")}


def test_places_for_which_there_is_no_project_are_counted() -> None:
    held = rules(awards=[{"name": "一等奖", "count": 2}, {"name": "二等奖", "count": 3}])
    found = tabulate(held, TIED)
    assert found.awards == {"一等奖": ("a", "b"), "二等奖": ("c",)}
    assert found.award_unfilled == {"二等奖": 2}


def test_the_first_award_without_a_count_ends_the_list() -> None:
    held = rules(awards=[{"name": "一等奖", "count": 2}, {"name": "优秀奖"}])
    found = tabulate(held, TIED)
    assert (found.awards, found.award_status) == ({"一等奖": ("a", "b")}, "FINAL")


def test_single_awards_are_not_given_by_rank() -> None:
    held = rules(awards=[{"name": "人气奖", "count": 3, "kind": "single"}])
    assert tabulate(held, TIED).award_status == "NOT_STATED"


# popularity


def national(number: str, **fields: Any) -> Entry:
    held = [
        Sheet(judge=f"{letter}{at}", component=key, total=Decimal(mark))
        for letter, key, mark in (("E", "expert100", "88"), ("P", "professional30", "26"), ("E", "creative10", "8"))
        for at in range(1, 6)
    ]
    return Entry(entry_no=number, sheets=tuple(held), **fields)


@pytest.mark.parametrize(
    ("mode", "counted"),
    [("own_total", "6.42"), ("full_marks_clip", "7.50"), ("full_marks_scale", "7.50"), ("none", "10.00")],
)
def test_the_four_readings_of_the_cap(mode: str, counted: str) -> None:
    held = change_rules(NATIONAL, {"popularity": {"cap_mode": mode}})
    project = tabulate(held, [national("1", votes=10)]).projects[0]
    assert str(project.popularity_points) == "10.00"
    assert str(project.popularity_counted) == counted  # of 122: 122 × 5/95 = 6.421…
    assert project.total == Decimal("122.00") + Decimal(counted)


def test_the_clip_leaves_what_is_below_it_and_the_scale_does_not() -> None:
    for mode, counted in (("full_marks_clip", "7.00"), ("full_marks_scale", "5.25")):
        held = change_rules(NATIONAL, {"popularity": {"cap_mode": mode}})
        assert str(tabulate(held, [national("1", popularity_rank=4)]).projects[0].popularity_counted) == counted


def test_equal_votes_may_share_the_mean_of_their_places() -> None:
    entries = [national(str(at), votes=votes) for at, votes in enumerate((50, 40, 40, 0), 1)]
    held = change_rules(NATIONAL, {"popularity": {"tie": "mean_of_places", "cap_mode": "none"}})
    found = tabulate(held, entries)
    assert [str(one.popularity_points) for one in found.projects] == ["10.00", "8.50", "8.50", "0.00"]
    assert [one.popularity_rank for one in found.projects] == [1, 2, 2, None]


def test_votes_are_compared_within_their_scope() -> None:
    entries = [national("1", votes=50, track="甲"), national("2", votes=40, track="乙")]
    held = change_rules(NATIONAL, {"popularity": {"scope": "track", "cap_mode": "none"}})
    assert [str(one.popularity_points) for one in tabulate(held, entries).projects] == ["10.00", "10.00"]


def test_beyond_the_table_there_are_no_points_and_voided_votes_count_for_nobody() -> None:
    entries = [national(str(at), votes=100 - at) for at in range(1, 13)]
    found = tabulate(NATIONAL, entries)
    assert [int(one.popularity_points) for one in found.projects] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    voided = tabulate(NATIONAL, entries, popularity_voided=True)
    assert {str(one.total) for one in voided.projects} == {"122.00"}
    assert all(one.votes_voided for one in voided.projects)


def test_the_votes_of_one_project_are_voided_by_a_ruling_with_or_without_those_behind_moving_up() -> None:
    entries = [national(str(at), votes=votes) for at, votes in enumerate((50, 40, 30), 1)]
    held = change_rules(NATIONAL, {"popularity": {"cap_mode": "none"}})

    def ruled(*methods: Literal["void", "void_up", "count"]) -> Tabulation:
        rulings = [Ruling(kind="votes", by="组长", reason="刷票", entry_no="1", method=one) for one in methods]
        return tabulate(held, entries, rulings=rulings)

    def points(found: Tabulation) -> list[int]:
        return [int(one.popularity_points) for one in found.projects]

    assert points(ruled()) == [10, 9, 8]
    kept, moved = ruled("void"), ruled("void_up")
    assert (points(kept), points(moved)) == ([0, 9, 8], [0, 10, 9])
    first = kept.projects[0]
    assert (first.popularity_rank, first.status, first.votes_voided) == (None, Status.FINAL_BY_RULING, True)
    assert kept.unused_rulings == ()
    back = ruled("void_up", "count")
    assert (points(back), back.unused_rulings) == ([10, 9, 8], (0,))
    assert back.projects[0].status is Status.FINAL
    assert check_rulings(NATIONAL, entries, [Ruling(kind="votes", by="a", reason="b", entry_no="9", method="void")])
    assert check_rulings(NATIONAL, entries, [Ruling(kind="votes", by="a", reason="b", entry_no="1", method="both")])
    none = msgspec.structs.replace(NATIONAL, popularity=None)
    assert check_rulings(none, entries, [Ruling(kind="votes", by="a", reason="b", entry_no="1", method="void")])


def test_nobody_moves_up_where_ranks_by_votes_are_given_and_so_no_ruling_says_so() -> None:
    """The new ranks are known where the given ones came from, not here."""

    def problems(method: Literal["void", "void_up", "count"], *entries: Entry) -> list[str]:
        ruling = Ruling(kind="votes", by="组长", reason="刷票", entry_no="1", method=method)
        return [one.en for one in check_rulings(NATIONAL, entries, [ruling])]

    ranked = national("2", popularity_rank=2)
    for entries in (
        [national("1", popularity_rank=1), ranked],
        [national("1", votes=50), ranked],
        [national("1", popularity_rank=1), national("2", votes=9)],
    ):
        (said,) = problems("void_up", *entries)
        assert "given" in said
        assert problems("void", *entries) == problems("count", *entries) == []
        with pytest.raises(BadInput):
            tabulate(
                NATIONAL,
                entries,
                rulings=[Ruling(kind="votes", by="组长", reason="刷票", entry_no="1", method="void_up")],
            )
    assert problems("void_up", national("1", votes=50), national("2", votes=40)) == []
    assert NATIONAL.popularity is not None
    per_track = msgspec.structs.replace(
        NATIONAL, popularity=msgspec.structs.replace(NATIONAL.popularity, scope="track")
    )
    elsewhere = [national("1", votes=50, track="甲"), national("2", popularity_rank=2, track="乙")]
    ruling = Ruling(kind="votes", by="组长", reason="刷票", entry_no="1", method="void_up")
    assert check_rulings(per_track, elsewhere, [ruling]) == []


def test_votes_beside_keep_their_place_among_those_that_are_counted() -> None:
    entries = [national(str(at), votes=votes) for at, votes in enumerate((50, 40, 30), 1)]
    found = tabulate(NATIONAL, entries[1:], beside=entries[:1])
    assert [one.popularity_rank for one in found.projects] == [2, 3]
    assert len(found.projects) == 2


# events, external results, deductions, withdrawals


def test_an_event_of_its_own_has_its_own_sheet_ranks_and_no_quota() -> None:
    entries = [
        *(entry(str(at), *[str(80 + at)] * 3, component="expert100", track="应用创新") for at in range(1, 4)),
        *(entry(f"T{at}", *[str(70 + at)] * 3, component="talk100", track="星锐TALK秀") for at in range(1, 4)),
    ]
    found = tabulate(TIANJIN, entries, passed_initial_review={"应用创新": 5})
    assert ranks(found) == {"1": 3, "2": 2, "3": 1, "T1": 3, "T2": 2, "T3": 1}
    assert found.advance == ("3",)
    assert found.advance_status == "FINAL"
    with pytest.raises(BadInput, match="talk100"):
        tabulate(TIANJIN, [entry("T1", "80", component="expert100", track="星锐TALK秀")])


def test_a_missing_performance_test_is_incomplete_and_listed_last() -> None:
    entries = [
        entry("1", "95", "95", "95", component="onsite100"),
        entry("2", "80", "80", "80", component="onsite100", external={"performance100": Decimal("92.50")}),
    ]
    found = tabulate(SHANGHAI, entries)
    assert totals(found) == {"1": None, "2": "83.75"}
    assert [one.entry_no for one in found.ranked] == ["2", "1"]
    assert found.project("1").status is Status.INCOMPLETE
    assert found.project("1").popularity_counted == 0  # the judged sum is known


def test_an_optional_component_that_nobody_gave_is_left_out() -> None:
    from judge_app.core.rules import encode_rules

    components = encode_rules(SHANGHAI)["components"]
    components[1] |= {"required": False}
    held = change_rules(SHANGHAI, {"components": components})
    found = tabulate(held, [entry("1", "95", "95", "95", component="onsite100")])
    assert totals(found) == {"1": "66.50"}
    assert found.projects[0].components["performance100"].omitted


def test_nothing_is_deducted_unless_the_rules_say_so() -> None:
    late = (Deduction(key="late", by="计时员", reason="超时 2 分钟"),)
    with pytest.raises(BadInput, match="late"):
        tabulate(BLANK, [entry("1", "90", "90", "90", deductions=late)])
    held = rules(deductions=[{"key": "late", "name": "超时", "points": "5"}])
    found = tabulate(held, [entry("1", "90", "90", "90", deductions=late), entry("2", "2", "2", "2", deductions=late)])
    assert totals(found) == {"1": "85.00", "2": "0.00"}
    assert found.project("1").deducted == 5


def test_who_has_left_has_no_rank_and_leaves_no_gap() -> None:
    held = rules(advance={"type": "top_n", "n": 1}, awards=[{"name": "一等奖", "count": 1}])
    entries = (
        entry("1", "95", "95", "95", standing=Standing.WITHDRAWN),
        entry("2", "90", "90", "90"),
        entry("3", standing=Standing.DISQUALIFIED),
    )
    found = tabulate(held, entries)
    assert ranks(found) == {"1": None, "2": 1, "3": None}
    assert (found.advance, found.awards) == (("2",), {"一等奖": ("2",)})
    assert "WITHDRAWN" in found.project("1").flags
    assert "DISQUALIFIED" in found.project("3").flags
    assert found.advance_status == "FINAL"


def test_a_reserve_judge_counts_and_the_one_he_replaces_is_named() -> None:
    held = (
        *sheets("90", "90", "90"),
        Sheet(judge="J4", component="judges100", presence=Presence.RECUSED),
        Sheet(judge="R1", component="judges100", total=Decimal(84), replaces="J4"),
    )
    project = tabulate(BLANK, [Entry(entry_no="1", sheets=held)]).projects[0]
    assert project.components["judges100"].valid == 4
    assert {"JUDGE_RECUSED:J4", "JUDGE_REPLACED:J4→R1"} <= set(project.flags)


def test_presence_is_for_one_project_alone() -> None:
    away = tuple(Sheet(judge=f"J{at}", component="judges100", presence=Presence.LEFT) for at in (4, 5))
    found = tabulate(
        BLANK,
        [entry("1", "90", "90", "90", "90", "90"), Entry(entry_no="2", sheets=(*sheets("90", "90", "90"), *away))],
    )
    assert [one.components["judges100"].valid for one in found.projects] == [5, 3]


# order, bad entries, the scorebook


def test_ties_are_told_apart_key_by_key() -> None:
    held = change_rules(TIANJIN, {"tie_keys": ["exact_total", "untrimmed_mean", "criterion:技术先进性"]})
    names = [one.name for one in held.components[0].criteria]

    def given(number: str, *lines: tuple[str, ...]) -> Entry:
        made = tuple(
            Sheet(
                judge=f"J{at}",
                component="expert100",
                points=dict(zip(names, [Decimal(mark) for mark in marks], strict=True)),
            )
            for at, marks in enumerate(lines, 1)
        )
        return Entry(entry_no=number, sheets=made)

    same = ("18", "18", "18", "18", "18")
    found = tabulate(
        held,
        [
            given("plain", same, same, same),
            given("advanced", same, same, ("18", "18", "18", "17", "19")),
            given("generous", same, same, ("20", "18", "18", "18", "18")),
            given("twin", same, same, same),
        ],
    )
    assert ranks(found) == {"generous": 1, "advanced": 2, "plain": 3, "twin": 3}
    assert found.project("generous").tie_key == "untrimmed_mean"
    assert found.project("advanced").tie_key == "criterion:技术先进性"
    assert found.project("plain").tie_key is None


def test_a_key_that_one_of_the_equal_ones_lacks_decides_nothing() -> None:
    held = change_rules(TIANJIN, {"tie_keys": ["criterion:技术先进性"]})
    names = [one.name for one in held.components[0].criteria]
    full = tuple(
        Sheet(judge=f"J{at}", component="expert100", points=dict.fromkeys(names, Decimal(18))) for at in range(1, 4)
    )
    found = tabulate(held, [Entry(entry_no="1", sheets=full), entry("2", "90", "90", "90", component="expert100")])
    assert ranks(found) == {"1": 1, "2": 1}


@pytest.mark.parametrize(
    "bad",
    [
        entry("1", "101"),
        entry("1", "88.5"),
        entry("1", "-1"),
        entry("1", "90", component="luck"),
        entry("1", "90.005"),
        entry("1", "90", votes=-1),
        entry("1", "90", popularity_rank=0),
        entry("1", "90", external={"performance100": Decimal(1)}),
        Entry(entry_no="1", sheets=sheets("90") * 2),
        Entry(entry_no="1", sheets=(Sheet(judge="J1", component="judges100", points={"亮点": Decimal(1)}),)),
        Entry(entry_no="1", sheets=(Sheet(judge="J1", component="judges100", points={"综合评分": Decimal(101)}),)),
        Entry(
            entry_no="1",
            sheets=(Sheet(judge="J1", component="judges100", points={"综合评分": Decimal(9)}, total=Decimal(8)),),
        ),
    ],
)
def test_what_cannot_be_counted_is_refused_never_dropped(bad: Entry) -> None:
    with pytest.raises(BadInput) as caught:
        tabulate(BLANK, [bad])
    assert caught.value.problems[0].place.startswith("entry 1.")


def test_an_external_result_over_its_maximum_is_refused() -> None:
    with pytest.raises(BadInput, match="over the full marks 100"):
        tabulate(SHANGHAI, [entry("1", "90", component="onsite100", external={"performance100": Decimal("100.01")})])


def test_totals_alone_are_refused_where_each_criterion_is_trimmed() -> None:
    held = change_rules(BLANK, {"components": [encoded(on="criterion")]})
    with pytest.raises(BadInput, match="every criterion"):
        tabulate(held, [entry("1", "90", "90", "90")])
    away = Entry(
        entry_no="1",
        sheets=(Sheet(judge="J1", component="judges100", presence=Presence.ABSENT, total=Decimal(90)),),
    )
    assert tabulate(held, [away]).projects[0].status is Status.PENDING_RULING


def test_two_entries_with_one_number_are_refused() -> None:
    with pytest.raises(BadInput, match="already"):
        tabulate(BLANK, [entry("1"), entry("1")])


def test_an_empty_contest_has_nothing_to_say() -> None:
    found = tabulate(NATIONAL, [])
    assert (found.projects, found.advance, found.awards) == ((), (), {})


def test_a_scorebook_knows_an_entry_by_its_number() -> None:
    book = open_book(BLANK, TIED)
    after = replace_entry(book, entry("c", "99", "99", "99"))
    assert ranks(tabulate_book(after)) == {"a": 2, "b": 2, "c": 1}
    assert ranks(tabulate_book(book)) == {"a": 1, "b": 1, "c": 3}
    with pytest.raises(KeyError):
        replace_entry(book, entry("d", "99"))


def test_places_can_be_asked_for_in_another_scope() -> None:
    entries = [entry(str(at), *[str(80 + at)] * 3, track="甲乙"[at % 2]) for at in range(1, 5)]
    found = places_of(open_book(BLANK, entries), "track")
    assert {scope: [place.entry_no for place in places] for scope, places in found.items()} == {
        "乙": ["3", "1"],
        "甲": ["4", "2"],
    }
