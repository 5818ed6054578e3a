"""The invariants of the calculation hold for random contests, and each is broken by at least one mutant of the sources.

A mutant is a copy of the core under another package name with one passage rewritten; our own modules are never touched.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parent))
import invariants
from invariants import INVARIANTS, ROOT, Calculation

CORE = Calculation("judge_app.core")
Check = Callable[[Calculation, random.Random], None]


@pytest.mark.parametrize("name", INVARIANTS)
@settings(max_examples=60)
@given(seed=st.integers(min_value=0, max_value=2**48))
def test_an_invariant_holds_for_random_contests(name: str, seed: int) -> None:
    INVARIANTS[name](CORE, random.Random(seed))


MUTANTS = [
    ("same_result_for_any_order_of_sheets", "components", "sorted(held, key=natural)", "list(held)"),
    (
        "same_result_for_any_order_of_sheets",
        "components",
        "sorted({judge for judge, here in presence.items() if here is not there} | set(replaced), key=natural)",
        "[judge for judge, here in presence.items() if here is not there or judge in replaced]",
    ),
    (
        "a_recused_judge_changes_nothing",
        "components",
        "if here is not Presence.PRESENT:\n            why",
        "if here not in (Presence.PRESENT, Presence.RECUSED):\n            why",
    ),
    ("a_higher_sheet_never_lowers_a_total", "components", "left = sorted(valid)", "left = sorted(valid, key=str)"),
    (
        "ranks_are_a_competition_ranking",
        "ranking",
        "first = len(places) + 1",
        "first = len({place.rank for place in places}) + 1",
    ),
    ("ranks_are_a_competition_ranking", "ranking", "sorted(by_total, reverse=True)", "sorted(by_total, key=str)"),
    ("ranks_are_a_competition_ranking", "ranking", "inner = [*inner[:-1], (last, key, ruled)]", "pass"),
    (
        "a_tie_key_never_puts_the_worse_ahead",
        "ranking",
        "in sorted(steps, reverse=True):",
        "in sorted(steps):",
    ),
    (
        "printed_parts_add_up",
        "components",
        'final_only = rules.rounding_stage == "final_only"',
        "final_only = True",
    ),
    ("quotas_add_up", "awards", "[: total - sum(floors.values())]", "[:1]"),
    ("quotas_add_up", "awards", "return floor(value + Fraction(1, 2))", "return round(value)"),
    ("exactly_the_extremes_are_dropped", "components", "tops = [left.pop()[1]", "tops = [left.pop(0)[1]"),
    (
        "exactly_the_extremes_are_dropped",
        "components",
        "bottoms.append(left.pop(last)[1])",
        "bottoms.append(left.pop(last)[1]); left = [one for one in left if one[0] != lowest] or left",
    ),
    (
        "exactly_the_extremes_are_dropped",
        "components",
        "if here is not Presence.PRESENT:\n            why",
        "if here is not Presence.PRESENT and total is None:\n            why",
    ),
    ("what_is_missing_is_never_a_number", "components", "if blank or not order:", "if not order:"),
    ("what_is_missing_is_never_a_number", "components", "return given, count < len(criteria)", "return given, False"),
    ("too_few_sheets_wait_for_a_ruling", "components", 'trim.below == "plain_mean"', "True"),
    ("too_few_sheets_wait_for_a_ruling", "components", "count >= trim.from_n and possible", "possible"),
    (
        "one_changed_entry_counts_like_all_anew",
        "scoring",
        "_few_sheets(book.rulings).get(entry.entry_no, ())",
        "()",
    ),
    ("popularity_keeps_to_its_cap", "popularity", "(1 - share)", "(1 - 2 * share)"),
    (
        "popularity_keeps_to_its_cap",
        "popularity",
        "first[scope, vote] = place, sharing + 1",
        "first[scope, vote] = index + 1, sharing + 1",
    ),
    (
        "places_are_never_exceeded",
        "awards",
        "if len(advance) + len(group) <= quota:",
        "if len(advance) + len(group) <= quota + 1:",
    ),
    ("places_are_never_exceeded", "awards", "        if hard:\n", "        if not hard:\n"),
    ("awards_go_down_the_ranks", "awards", "if last <= ends[tier]:", "if last <= ends[tier] + 1:"),
    (
        "awards_go_down_the_ranks",
        "awards",
        "position = last\n            continue\n        tied",
        "position += 1\n            continue\n        tied",
    ),
    (
        "rounding_is_to_the_nearest_and_halves_go_up",
        "working",
        "return whole + (2 * rest >= denominator)",
        "return whole + (2 * rest > denominator)",
    ),
]
MODULES = (
    "awards",
    "components",
    "contest",
    "errors",
    "marks",
    "popularity",
    "ranking",
    "rule_check",
    "rules",
    "scoring",
    "working",
)
TRIES = 400


def mutated(module: str, old: str, new: str, folder: Path, package: str) -> Calculation:
    """The core as it would be with one passage rewritten, loaded beside the real one."""
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text("", "utf-8")
    for name in MODULES:
        source = (ROOT / "judge_app" / "core" / f"{name}.py").read_text("utf-8")
        if name == module:
            assert source.count(old) == 1, f"the passage is in {name}.py {source.count(old)} times"
            source = source.replace(old, new)
        (folder / package / f"{name}.py").write_text(source.replace("judge_app.core", package), "utf-8")
    return Calculation(package)


def survives(check: Check, core: Calculation) -> bool:
    """Whether no random contest tells the mutant from a sound calculation (a crash tells it, too)."""
    for seed in range(TRIES):
        try:
            check(core, random.Random(seed))
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError):
            return False
    return True


@pytest.mark.parametrize(
    ("number", "mutant"), list(enumerate(MUTANTS)), ids=[f"{one[0]}-{at}" for at, one in enumerate(MUTANTS)]
)
def test_a_mutant_breaks_its_invariant(
    number: int, mutant: tuple[str, str, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, module, old, new = mutant
    monkeypatch.syspath_prepend(str(tmp_path))
    core = mutated(module, old, new, tmp_path, f"mutant_{number}_core")
    assert not survives(INVARIANTS[name], core)


def test_an_unchanged_copy_breaks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    core = mutated("ranking", "RULING =", "RULING =", tmp_path, "unmutated_core")
    for check in INVARIANTS.values():
        for seed in range(15):
            check(core, random.Random(seed))


def test_every_invariant_has_a_mutant() -> None:
    assert {one[0] for one in MUTANTS} == set(invariants.INVARIANTS)
