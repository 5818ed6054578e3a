"""What must hold for every contest, as functions of (the calculation, dice): used on the program and on its mutants.

``Calculation`` is the core as loaded under some package name; a mutant is a copy of its sources with one line changed.
Contests come from ``tests/recount.py`` (plain data) and are turned into entries here.
"""

from __future__ import annotations

import importlib
import json
import random
import sys
import tomllib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import recount  # noqa: E402

PRESETS: dict[str, Any] = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in sorted((ROOT / "resources" / "presets").glob("*.toml"))
}
FINISHED = ("FINAL", "FINAL_BY_RULING")


class Calculation:
    """The modules of the calculation, from ``package`` (judge_app.core, or a mutated copy of it)."""

    def __init__(self, package: str) -> None:
        def load(name: str) -> ModuleType:
            return importlib.import_module(f"{package}.{name}")

        self.rules, self.scoring, self.awards = load("rules"), load("scoring"), load("awards")
        self.working, self.contest = load("working"), load("contest")

    def decode(self, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments of ``tabulate`` for a tabulation-input object."""
        rules = self.rules.decode_rules(recount.patched(PRESETS[given["preset"]], given.get("rule_changes") or {}))
        return {
            "rules": rules,
            "entries": [self.entry(project) for project in given["projects"]],
            "rulings": [
                self.scoring.Ruling(**{key: tuple(one) if isinstance(one, list) else one for key, one in held.items()})
                for held in given.get("rulings", [])
            ],
            "popularity_voided": given.get("popularity") == "voided",
            "passed_initial_review": given.get("passed_initial_review"),
        }

    def entry(self, project: dict[str, Any]) -> Any:
        fields = dict(project)
        fields["sheets"] = tuple(self.sheet(sheet) for sheet in project["sheets"])
        fields["external"] = {key: Decimal(score) for key, score in project.get("external", {}).items()}
        if "standing" in fields:
            fields["standing"] = self.scoring.Standing(fields["standing"])
        return self.scoring.Entry(**fields)

    def sheet(self, sheet: dict[str, Any]) -> Any:
        points = sheet.get("points")
        return self.scoring.Sheet(
            judge=sheet["judge"],
            component=sheet["component"],
            presence=self.contest.Presence(sheet["presence"]),
            points=None
            if points is None
            else {name: None if value is None else Decimal(value) for name, value in points.items()},
            total=None if sheet.get("total") is None else Decimal(sheet["total"]),
            replaces=sheet.get("replaces"),
        )

    def tabulate(self, given: dict[str, Any]) -> Any:
        return self.scoring.tabulate(**self.decode(given))

    def encoded(self, given: dict[str, Any]) -> bytes:
        """The whole result as bytes."""
        import msgspec

        return msgspec.json.encode(self.tabulate(given))


def contest(dice: random.Random) -> dict[str, Any]:
    """A random contest with rulings on part of what its first count leaves open."""
    given = recount.random_contest(dice, PRESETS)
    preset = PRESETS[given["preset"]]
    rules = recount.patched(preset, given.get("rule_changes") or {})
    rules.setdefault("rank_scope", "all")
    if dice.random() < 0.5:
        given["rulings"] = recount.random_rulings(dice, recount.recount(preset, given), given, rules)
    return given


def rules_of(given: dict[str, Any]) -> dict[str, Any]:
    return recount.patched(PRESETS[given["preset"]], given.get("rule_changes") or {})


def judged(given: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in rules_of(given)["components"] if one.get("source", "judges") == "judges"]


def same_result_for_any_order_of_sheets(core: Calculation, dice: random.Random) -> None:
    """The working never depends on the order of judges; equal input gives equal bytes."""
    given = contest(dice)
    before = core.encoded(given)
    assert core.encoded(json.loads(json.dumps(given))) == before
    for project in given["projects"]:
        dice.shuffle(project["sheets"])
    assert core.encoded(given) == before


def a_recused_judge_changes_nothing(core: Calculation, dice: random.Random) -> None:
    """Adding a judge who is recused (with or without numbers on his sheet) changes no score, total, rank or list."""
    given = contest(dice)
    before = core.tabulate(given)
    project = dice.choice(given["projects"])
    components = [one for one in judged(given) if any(s["component"] == one["key"] for s in project["sheets"])]
    if not components:
        return
    component = dice.choice(components)
    sheet: dict[str, Any] = {"judge": "A0", "component": component["key"], "presence": "recused"}
    if dice.random() < 0.5 and (component.get("trim") or {}).get("on") != "criterion":
        sheet["total"] = component["max"]
    project["sheets"].append(sheet)
    after = core.tabulate(given)
    for old, new in zip(before.projects, after.projects, strict=True):
        assert (old.total, old.rank, old.status, old.tie_key) == (new.total, new.rank, new.status, new.tie_key)
        for key, part in old.components.items():
            assert part.score == new.components[key].score
            assert part.valid == new.components[key].valid
    assert (before.advance, before.awards) == (after.advance, after.awards)


def a_higher_sheet_never_lowers_a_total(core: Calculation, dice: random.Random) -> None:
    """One more step on one line of one sheet: the total is at least what it was."""
    given = contest(dice)
    given.pop("rulings", None)
    before = core.tabulate(given)
    project = dice.choice(given["projects"])
    if not project["sheets"]:
        return
    sheet = dice.choice(project["sheets"])
    component = next(one for one in judged(given) if one["key"] == sheet["component"])
    if sheet.get("total") is not None:
        full, step, values, key = component["max"], recount.smallest_step(component), sheet, "total"
    elif sheet.get("points"):
        line = dice.choice(component["criteria"])
        full, step = line["max"], line.get("step") or component.get("step", "1")
        values, key = sheet["points"], line["name"]
    else:
        return
    if values[key] is None:
        return
    most = Fraction(full) - Fraction(values[key])
    values[key] = recount.short(Fraction(values[key]) + Fraction(step) * dice.randint(0, int(most / Fraction(step))))
    after = core.tabulate(given).project(project["entry_no"])
    old = before.project(project["entry_no"])
    assert (old.total is None) == (after.total is None)
    if old.total is not None:
        assert after.total >= old.total


def ranks_are_a_competition_ranking(core: Calculation, dice: random.Random) -> None:
    """Rank = 1 + the number ranked better in the scope; a better printed total is a better rank; only finished
    projects have one."""
    given = contest(dice)
    found = core.tabulate(given)
    for project in found.projects:
        assert (project.rank is None) == (project.total is None or project.standing != "competing")
        assert (project.total is None) == (project.status not in FINISHED)
    scopes: dict[str, list[Any]] = {}
    for project in found.projects:
        if project.rank is not None:
            scopes.setdefault(project.scope, []).append(project)
    for members in scopes.values():
        for project in members:
            assert project.rank == 1 + sum(other.rank < project.rank for other in members)
            assert all(other.rank < project.rank for other in members if other.total > project.total)
            equal = [one for one in members if one.total == project.total and one.rank > project.rank]
            assert bool(equal) == (project.tie_key is not None)


def a_tie_key_never_puts_the_worse_ahead(core: Calculation, dice: random.Random) -> None:
    """Of two with equal printed totals the one ahead has the better value of the key that decided."""
    given = contest(dice)
    arguments = core.decode(given)
    found = core.scoring.tabulate(**arguments)
    entries = {entry.entry_no: entry for entry in arguments["entries"]}
    for project in found.projects:
        if project.tie_key in (None, "ruling"):
            continue
        behind = [
            one
            for one in found.projects
            if one.scope == project.scope and one.total == project.total and one.rank and one.rank > project.rank
        ]
        nearest = min(behind, key=lambda one: one.rank)
        values = [
            core.scoring.tie_value(arguments["rules"], entries[one.entry_no], one, project.tie_key)
            for one in (project, nearest)
        ]
        assert values[0] > values[1]


def printed_parts_add_up(core: Calculation, dice: random.Random) -> None:
    """Unweighted and rounded part by part: the printed parts and the counted points add up to the printed total."""
    given = contest(dice)
    given.setdefault("rule_changes", {})["rounding_stage"] = "component_then_sum"
    if any(Fraction(one.get("weight", "1")) != 1 for one in rules_of(given)["components"]):
        return
    for project in core.tabulate(given).projects:
        if project.total is not None:
            parts = [part.score for part in project.components.values() if part.score is not None]
            assert sum(parts, project.popularity_counted) == project.total


def quotas_add_up(core: Calculation, dice: random.Random) -> None:
    """Largest remainder meets the share of the sum; the others differ from the exact share by less than one."""
    basis = {f"T{at}": dice.randint(0, 30) for at in range(dice.randint(1, 6))}
    ratio = Decimal(dice.randint(0, 100)) / 100
    found = core.awards.quotas(ratio, basis)
    exact = {track: Fraction(ratio) * count for track, count in basis.items()}
    assert sum(found.largest_remainder.values()) == found.total
    total = sum(exact.values(), Fraction(0))
    assert abs(found.total - total) <= Fraction(1, 2)
    for track, value in exact.items():
        assert found.floor[track] <= value < found.floor[track] + 1
        assert found.ceil[track] - 1 < value <= found.ceil[track]
        assert found.floor[track] <= found.largest_remainder[track] <= found.floor[track] + 1
        assert found.half_up[track] == found.floor[track] + (value - found.floor[track] >= Fraction(1, 2))


def exactly_the_extremes_are_dropped(core: Calculation, dice: random.Random) -> None:
    """One copy for each place of the trim; nothing dropped as highest is below, or as lowest above, what is kept; a
    valid zero counts; what is not valid is not counted."""
    given = contest(dice)
    trims = {one["key"]: one.get("trim") for one in judged(given)}
    for project in core.tabulate(given).projects:
        for key, part in project.components.items():
            if not part.marks or part.score is None or part.criteria:
                continue
            by_use: dict[str, list[Decimal]] = {}
            for mark in part.marks:
                by_use.setdefault(str(mark.use), []).append(mark.total)
                assert (mark.use == "not_valid") == (mark.presence != "present")
            kept = by_use.get("kept", [])
            high, low = by_use.get("dropped_high", []), by_use.get("dropped_low", [])
            assert len(kept) == part.kept
            assert sum(kept, Decimal(0)) == part.kept_sum
            assert part.valid == len(kept) + len(high) + len(low)
            trim = trims[key]
            if trim is not None and part.valid >= trim.get("from_n", 3):
                assert (len(high), len(low)) == (trim.get("high", 1), trim.get("low", 1))
            elif part.method != "literal":
                assert not high
                assert not low
            assert all(one >= max(kept) for one in high)
            assert all(one <= min(kept) for one in low)


def what_is_missing_is_never_a_number(core: Calculation, dice: random.Random) -> None:
    """A judge who is there without a sheet, or with a line left blank, leaves the project INCOMPLETE."""
    given = contest(dice)
    project = dice.choice(given["projects"])
    there = [
        sheet
        for sheet in project["sheets"]
        if sheet["presence"] == "present"
        and next(one for one in judged(given) if one["key"] == sheet["component"]).get("required", True)
    ]
    if not there:
        return
    sheet = dice.choice(there)
    if sheet.get("points") and len(sheet["points"]) > 1 and dice.random() < 0.5:
        sheet["points"][dice.choice(sorted(sheet["points"]))] = None
    else:
        sheet.pop("points", None)
        sheet.pop("total", None)
    found = core.tabulate(given).project(project["entry_no"])
    assert found.status == "INCOMPLETE"
    assert found.total is None
    assert found.rank is None


def too_few_sheets_wait_for_a_ruling(core: Calculation, dice: random.Random) -> None:
    """Without a ruling nobody with fewer valid sheets than the trim needs gets a number, unless the rule says how."""
    given = contest(dice)
    given.pop("rulings", None)
    trims = {one["key"]: one.get("trim") for one in judged(given)}
    for project in core.tabulate(given).projects:
        for key, part in project.components.items():
            trim = trims.get(key)
            if not part.marks or trim is None or part.status == "INCOMPLETE":
                continue
            short = part.valid == 0 or (part.valid < trim.get("from_n", 3) and trim.get("below", "ruling") == "ruling")
            assert (part.status == "PENDING_RULING") == short
            assert (part.score is None) == short


def one_changed_entry_counts_like_all_anew(core: Calculation, dice: random.Random) -> None:
    """Replacing one entry in a scorebook gives what counting everything again gives."""
    given = contest(dice)
    arguments = core.decode(given)
    book = core.scoring.open_book(**arguments)
    changed = dice.choice(given["projects"])
    changed["sheets"] = changed["sheets"][: dice.randint(0, len(changed["sheets"]))]
    after = core.scoring.tabulate_book(core.scoring.replace_entry(book, core.entry(changed)))
    assert after == core.tabulate(given)


def _last_of_votes(given: dict[str, Any], ruling: dict[str, Any]) -> bool:
    """Whether no later ruling is on the same votes."""
    own = [one for one in given["rulings"] if one["kind"] == "votes" and one["entry_no"] == ruling["entry_no"]]
    return own[-1] is ruling


def popularity_keeps_to_its_cap(core: Calculation, dice: random.Random) -> None:
    """own_total: at most the share of the project's own printed total; equal votes share the better rank's points; no
    vote and voided votes, no points."""
    given = contest(dice)
    given.pop("popularity", None)
    given.setdefault("rule_changes", {})["popularity"] = {
        "table": ["10", "9", "8", "7", "6", "5", "4", "3", "2", "1"],
        "cap": "0.05",
        "cap_mode": "own_total",
        "scope": "all",
        "zero_votes": "0",
    }
    for one in given["projects"]:
        one.pop("popularity_rank", None)
    found = core.tabulate(given)
    votes = {one["entry_no"]: one.get("votes") for one in given["projects"]}
    for ruling in given.get("rulings", []):
        if ruling["kind"] == "votes" and ruling["method"] == "void_up" and _last_of_votes(given, ruling):
            votes[ruling["entry_no"]] = 0  # as if nobody had voted for it
    competing = [one for one in found.projects if one.standing == "competing"]
    judged_alone = all(one.get("source", "judges") == "judges" for one in rules_of(given)["components"])
    for project in competing:
        if not votes[project.entry_no] or "VOTES_VOIDED" in project.flags:
            assert project.popularity_points == 0
        else:
            better = sum((votes[other.entry_no] or 0) > votes[project.entry_no] for other in found.projects)
            assert project.popularity_points == max(0, 10 - better)
        for other in competing:
            if "VOTES_VOIDED" in (*project.flags, *other.flags):
                continue
            if votes[project.entry_no] and votes[project.entry_no] == votes[other.entry_no]:
                assert project.popularity_points == other.popularity_points
            if votes[project.entry_no] and votes[project.entry_no] > (votes[other.entry_no] or 0):
                assert project.popularity_points >= other.popularity_points
        if project.total is not None and judged_alone and rules_of(given).get("rounding_stage") != "final_only":
            assert project.popularity_counted * 20 <= project.total
        if project.popularity_counted is not None:
            assert project.popularity_counted <= project.popularity_points


def places_are_never_exceeded(core: Calculation, dice: random.Random) -> None:
    """A hard quota is filled and never exceeded without a ruling; who goes on is ranked before who does not."""
    given = contest(dice)
    given.pop("rulings", None)
    count = dice.randint(0, 4)
    given.setdefault("rule_changes", {}).update(
        {"advance": {"type": "top_n", "n": count, "quota": "hard", "per": "all"}, "rank_scope": "all"}
    )
    found = core.tabulate(given)
    ranked = [project for project in found.projects if project.rank is not None]
    assert len(found.advance) <= count
    if found.advance_status == "FINAL":
        assert len(found.advance) == min(count, len(ranked))
    if found.advance_status == "PENDING_RULING":
        assert len(found.advance) < count < len(found.advance) + len(found.advance_candidates)
    inside = [project.rank for project in ranked if project.entry_no in found.advance]
    outside = [project.rank for project in ranked if project.entry_no not in found.advance]
    if found.advance_status != "PENDING":
        assert not inside or not outside or max(inside) < min(outside)


def awards_go_down_the_ranks(core: Calculation, dice: random.Random) -> None:
    """Nobody gets two composite awards, equal ranks get the same, a better rank never a lesser one; counts hold."""
    given = contest(dice)
    given.pop("rulings", None)
    counts = [dice.randint(0, 3) for _ in range(3)]
    given.setdefault("rule_changes", {}).update(
        {
            "awards": [{"name": f"奖{at}", "count": count, "kind": "composite"} for at, count in enumerate(counts)],
            "rank_scope": "all",
        }
    )
    found = core.tabulate(given)
    tier = {number: at for at, won in enumerate(found.awards.values()) for number in won}
    assert len(tier) == sum(len(won) for won in found.awards.values())
    if found.award_status == "FINAL":
        ranked = sorted((one for one in found.projects if one.rank is not None), key=lambda one: one.rank)
        tiers = [tier.get(one.entry_no, len(counts)) for one in ranked]
        assert tiers == sorted(tiers)
        assert [len(won) for won in found.awards.values()] == [
            min(count, max(0, len(ranked) - sum(counts[:at]))) for at, count in enumerate(counts)
        ]
        by_rank: dict[int, set[int]] = {}
        for one, level in zip(ranked, tiers, strict=True):
            by_rank.setdefault(one.rank, set()).add(level)
        assert all(len(levels) == 1 for levels in by_rank.values())


def rounding_is_to_the_nearest_and_halves_go_up(core: Calculation, dice: random.Random) -> None:
    """HALF_UP: at most half a unit away, and exactly half goes up."""
    denominator = dice.choice([1, 2, 3, 4, 6, 8, 16, 40, 200, dice.randint(1, 999)])
    numerator = dice.randint(0, 100 * denominator)
    value = Fraction(numerator, denominator)
    found = core.working.rounded(value, core.rules.Rounding(places=2))
    assert -Fraction(1, 200) < Fraction(found) - value <= Fraction(1, 200)


INVARIANTS: dict[str, Callable[[Calculation, random.Random], None]] = {
    check.__name__: check
    for check in (
        same_result_for_any_order_of_sheets,
        a_recused_judge_changes_nothing,
        a_higher_sheet_never_lowers_a_total,
        ranks_are_a_competition_ranking,
        a_tie_key_never_puts_the_worse_ahead,
        printed_parts_add_up,
        quotas_add_up,
        exactly_the_extremes_are_dropped,
        what_is_missing_is_never_a_number,
        too_few_sheets_wait_for_a_ruling,
        one_changed_entry_counts_like_all_anew,
        popularity_keeps_to_its_cap,
        places_are_never_exceeded,
        awards_go_down_the_ranks,
        rounding_is_to_the_nearest_and_halves_go_up,
    )
}
