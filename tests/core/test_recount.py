"""The program and the independent recount agree on random contests over all presets (100,000: tests/faults/long)."""

from __future__ import annotations

import json
import random
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from judge_app.exchange.tabulation import tabulate_file
from judge_app.store.presets import Presets, shipped

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import recount

PRESETS: dict[str, Any] = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in shipped().glob("*.toml")}
ACCEPTANCE = Path(__file__).resolve().parents[1] / "acceptance"


def both(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what the program says, what the recount says), flags in one order."""
    found = tabulate_file(json.dumps(given, ensure_ascii=False).encode(), Presets().load)
    for project in found["projects"]:
        project["flags"].sort()
    return found, recount.recount(PRESETS[given["preset"]], given)


@pytest.mark.parametrize("seed", range(300))
def test_the_recount_agrees_on_a_random_contest(seed: int) -> None:
    dice = random.Random(seed)
    given = recount.random_contest(dice, PRESETS)
    found, wanted = both(given)
    assert found == wanted
    rules = recount.patched(PRESETS[given["preset"]], given.get("rule_changes", {}))
    given["rulings"] = recount.random_rulings(dice, wanted, given, rules)
    found, wanted = both(given)
    assert found == wanted


@pytest.mark.parametrize(
    ("rulings", "points"),
    [
        ((), ["10.00", "9.00", "8.00", "0.00"]),
        ((("1", "void"),), ["0.00", "9.00", "8.00", "0.00"]),
        ((("1", "void_up"),), ["0.00", "10.00", "9.00", "0.00"]),
        ((("1", "void_up"), ("2", "void_up")), ["0.00", "0.00", "10.00", "0.00"]),
        ((("1", "void_up"), ("2", "void")), ["0.00", "0.00", "9.00", "0.00"]),
        ((("1", "void_up"), ("1", "count")), ["10.00", "9.00", "8.00", "0.00"]),
        ((("4", "void_up"),), ["10.00", "9.00", "8.00", "0.00"]),
    ],
)
def test_what_voided_votes_give_worked_by_hand(rulings: tuple[tuple[str, str], ...], points: list[str]) -> None:
    given = {
        "format": "judge-app/tabulation-input/1",
        "preset": "national-2020",
        "projects": [
            {"entry_no": str(no), "votes": votes, "sheets": []} for no, votes in enumerate((900, 700, 500, 0), 1)
        ],
        "rulings": [
            {"kind": "votes", "entry_no": no, "method": method, "by": "组长", "reason": "刷票"}
            for no, method in rulings
        ],
    }
    found, wanted = both(given)
    assert found == wanted
    assert [project["popularity_points"] for project in wanted["projects"]] == points


def test_the_recount_agrees_on_every_case_worked_by_hand() -> None:
    for case in json.loads((ACCEPTANCE / "scoring-cases.json").read_text("utf-8"))["cases"]:
        found, wanted = both(case["input"])
        assert found == wanted, case["id"]


def test_the_recount_imports_nothing_of_the_program() -> None:
    assert "judge_app" not in Path(recount.__file__).read_text("utf-8").replace("judge-app", "")


def test_the_random_contests_reach_everything_that_can_happen() -> None:
    seen: set[str] = set()
    for seed in range(300):
        dice = random.Random(seed)
        given = recount.random_contest(dice, PRESETS)
        wanted = recount.recount(PRESETS[given["preset"]], given)
        rules = recount.patched(PRESETS[given["preset"]], given.get("rule_changes", {}))
        given["rulings"] = recount.random_rulings(dice, wanted, given, rules)
        seen |= {f"votes {ruling['method']}" for ruling in given["rulings"] if ruling["kind"] == "votes"}
        ruled = recount.recount(PRESETS[given["preset"]], given)
        before = {project["entry_no"]: recount.frac(project["popularity_points"]) for project in wanted["projects"]}
        after = {project["entry_no"]: recount.frac(project["popularity_points"]) for project in ruled["projects"]}
        seen |= {"moved up" for no in before if after[no] > before[no]}
        for found in (wanted, ruled):
            seen |= {f"advance {found['advance_status']}", f"award {found['award_status']}"}
            for project in found["projects"]:
                seen.add(project["status"])
                seen |= {flag.partition(":")[0] for flag in project["flags"]}
                seen.add(f"key {str(project['tie_key']).partition(':')[0]}")
    assert seen >= {
        *(
            "FINAL",
            "FINAL_BY_RULING",
            "PENDING_RULING",
            "INCOMPLETE",
            "JUDGE_ABSENT",
            "JUDGE_RECUSED",
            "JUDGE_REPLACED",
        ),
        *("VALID_BELOW_5", "SINGLE_SCORE_LEFT", "OUTLIER", "ZERO_SCORE", "VOTES_VOIDED", "TIE_AT_CUT", "TIE_AT_AWARD"),
        *("votes void", "votes void_up", "votes count", "moved up"),
        *("WITHDRAWN", "DISQUALIFIED", "key exact_total", "key untrimmed_mean", "key ruling", "key criterion"),
        *(f"advance {state}" for state in ("FINAL", "PENDING", "PENDING_RULING", "NOT_STATED")),
        *(f"award {state}" for state in ("FINAL", "PENDING", "PENDING_RULING", "NOT_STATED")),
    }
