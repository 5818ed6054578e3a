"""What in a rule set cannot work, in words that an organiser understands."""

from __future__ import annotations

from judge_app.core.errors import Problem
from judge_app.core.rules import RuleSet


def check(rules: RuleSet) -> list[Problem]:
    """Everything that would keep the rule set from being used, in reading order."""
    return []
