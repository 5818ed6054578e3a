"""What ``judge-app presets`` prints: every rule set whole, with its sources and what waits for confirmation."""

from __future__ import annotations

import pytest

from judge_app.core.rule_check import check
from judge_app.core.rules import change_rules
from judge_app.exchange.rules_text import ASSUMED, check_text, list_text, show_text
from judge_app.store.presets import Presets


def test_the_list_has_a_line_for_each_preset() -> None:
    lines = list_text(Presets().all()).splitlines()
    assert [line.split()[0] for line in lines] == Presets().keys()
    assert "满分  150" in lines[2]


@pytest.mark.parametrize("key", Presets().keys())
def test_a_rule_set_is_shown_whole(key: str) -> None:
    rules = Presets().load(key)
    text = show_text(rules)
    for component in rules.components:
        assert component.name in text
        assert all(criterion.name in text for criterion in component.criteria)
    assert text.count(ASSUMED) >= (1 if rules.all_assumed else 0)
    assert all(path in text for path in rules.all_assumed)
    assert "None" not in text


def test_sources_and_assumptions_stand_beside_their_values() -> None:
    lines = show_text(Presets().load("national-2020")).splitlines()
    assert any(line.startswith("  专家评委评分") and line.endswith("[S1-04]") for line in lines)
    assert any("综合表现" in line and ASSUMED in line for line in lines)
    assert any(line.startswith("计时") and line.endswith("[S1-03]") for line in lines)
    assert any("5%" in line and ASSUMED in line for line in lines)


def test_a_checked_rule_set_says_what_is_wrong_or_that_it_can_be_used() -> None:
    rules = Presets().load("common-5")
    assert check_text(rules, check(rules)).splitlines()[-1].startswith("✓ common-5")
    broken = change_rules(rules, {"tie_keys": ["luck"]})
    text = check_text(broken, check(broken))
    assert text.startswith("✗ tie_keys[0]: ")
    assert "✓" not in text
