"""A contest being prepared, without a window: what is held, and every step back."""

from __future__ import annotations

from judge_app.cli.prepare import Shelf
from judge_app.core import rule_draft
from judge_app.ui.prepare import Preparation

PLACE = ("components", 0, "max")


def retyped(held: Preparation, points: str) -> None:
    assert held.rules is not None
    held.change(rules=rule_draft.with_value(held.rules, PLACE, points), at=PLACE)


def test_changes_in_a_row_at_one_place_are_one_step_back() -> None:
    held = Preparation(Shelf())
    held.begin("common-5")
    before = held.rules
    retyped(held, "9")
    retyped(held, "90")
    held.undo()
    assert held.rules == before
    assert not held.can_undo


def test_the_first_change_of_another_contest_is_a_step_back_though_it_is_where_the_last_one_was() -> None:
    held = Preparation(Shelf())
    held.begin("common-5")
    retyped(held, "90")
    held.begin("common-5")
    retyped(held, "80")
    assert held.can_undo
