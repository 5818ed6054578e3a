"""A rule set being written: values change at a path, lists change their places, and where values come from stays true."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from judge_app.core import rule_draft
from judge_app.core.rules import RuleSet, decode_rules, encode_rules
from judge_app.core.worked_example import example

PRESETS = Path(__file__).resolve().parents[2] / "resources" / "presets"
KEYS = sorted(path.stem for path in PRESETS.glob("*.toml"))


def preset(key: str) -> RuleSet:
    return decode_rules(tomllib.loads((PRESETS / f"{key}.toml").read_text("utf-8")))


def test_a_value_is_changed_and_the_draft_before_stays() -> None:
    before = rule_draft.draft_from(preset("common-5"))
    after = rule_draft.with_value(before, ("components", 0, "trim", "high"), 2)
    assert rule_draft.value_at(after, ("components", 0, "trim", "high")) == 2
    assert rule_draft.value_at(before, ("components", 0, "trim", "high")) == 1
    found = rule_draft.look(after)
    assert [rule_draft.path_of(one.place) for one in found.problems] == [("components", 0, "trim", "from_n")]
    assert found.usable is None
    assert rule_draft.look(before).usable == preset("common-5")


def test_what_is_no_number_is_named_where_it_stands() -> None:
    draft = rule_draft.with_value(rule_draft.draft_from(preset("blank")), ("components", 0, "max"), "many")
    found = rule_draft.look(draft)
    assert (found.rules, [one.place for one in found.problems]) == (None, ["components[0].max"])


@pytest.mark.parametrize("path", [("components", 0, "max"), ("key",), ("timing", "phases", 1, "seconds")])
def test_a_path_and_the_place_that_problems_name_are_the_same(path: rule_draft.Path) -> None:
    assert rule_draft.path_of(rule_draft.place_of(path)) == path


def test_a_changed_value_that_a_notice_stated_waits_for_confirmation_and_a_name_settles_it() -> None:
    draft = rule_draft.draft_from(preset("national-2020"))
    path = ("components", 1, "max")
    assert rule_draft.source_of(draft, path) == "S1-05"
    changed = rule_draft.with_value(draft, path, "40")
    assert rule_draft.source_of(changed, path) == "assumed"
    assert rule_draft.source_of(changed, ("components", 1, "weight")) == "S1-05"
    assert rule_draft.with_value(draft, path, "30") == draft
    settled = rule_draft.confirmed(changed, "components.1.max", "芮书棠", "2026-11-22")
    assert rule_draft.source_of(settled, path) == "组委会确认：芮书棠 2026-11-22"
    again = rule_draft.with_value(settled, path, "50")
    assert rule_draft.source_of(again, path) == "assumed"


def test_a_name_may_change_without_confirmation() -> None:
    draft = rule_draft.draft_from(preset("national-2020"))
    changed = rule_draft.with_value(draft, ("components", 0, "name"), "专家打分")
    assert changed["assumed"] == draft["assumed"]


def test_marks_follow_the_items_that_they_are_about() -> None:
    draft = rule_draft.draft_from(preset("national-2020"))
    without = rule_draft.without_item(draft, ("components", 0))
    assert without["components"][0]["key"] == "professional30"
    assert without["stated"]["components.0"] == "S1-05"
    assert "components.2" not in without["stated"]
    moved = rule_draft.with_item_moved(draft, ("components", 2), 0)
    assert [moved["stated"][f"components.{at}"] for at in range(3)] == ["S1-06", "S1-04", "S1-05"]
    more = rule_draft.with_item(draft, ("components",), rule_draft.new_component(draft), 0)
    assert [more["stated"].get(f"components.{at}") for at in range(4)] == [None, "S1-04", "S1-05", "S1-06"]
    assert rule_draft.with_item_moved(draft, ("components", 0), 9) == draft


@pytest.mark.parametrize("key", KEYS)
def test_every_assumed_value_of_a_preset_can_be_confirmed(key: str) -> None:
    draft = rule_draft.draft_from(preset(key))
    for pattern in preset(key).all_assumed:
        draft = rule_draft.confirmed(draft, pattern, "芮书棠", "2026-11-22")
    rules = rule_draft.look(draft).usable
    assert rules is not None
    assert rules.all_assumed == ()


def test_new_items_say_what_they_lack() -> None:
    draft = rule_draft.draft_from(preset("blank"))
    draft = rule_draft.with_item(draft, ("components",), rule_draft.new_component(draft))
    draft = rule_draft.with_value(draft, ("components", 0, "max"), "110")
    line = rule_draft.new_criterion(draft["components"][0])
    assert line["max"] == "10"
    draft = rule_draft.with_item(draft, ("components", 0, "criteria"), line)
    assert {one.place for one in rule_draft.look(draft).problems} == {"components[0].criteria[1].name"}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("judges", [3, 7, 9])
def test_every_preset_has_a_worked_example_whose_first_project_has_a_total(key: str, judges: int) -> None:
    found = example(preset(key), judges)
    assert found.tabulation.project("1").total is not None
    assert len(found.words) >= 3
    assert found.announcement.zh


def test_the_example_follows_the_rules() -> None:
    rules = preset("common-5")
    draft = rule_draft.with_value(rule_draft.draft_from(rules), ("components", 0, "trim"), None)
    untrimmed = rule_draft.look(draft).usable
    assert untrimmed is not None
    with_trim, without = example(rules), example(untrimmed)
    assert with_trim.tabulation.project("1").components["judges100"].kept == 5
    assert without.tabulation.project("1").components["judges100"].kept == 7
    assert encode_rules(untrimmed) != encode_rules(rules)


def test_grade_bands_are_scaled_with_the_points_whatever_was_typed_on_the_way() -> None:
    before = rule_draft.draft_from(preset("national-2020"))
    path = ("components", 0, "criteria", 0, "max")
    draft = before
    for typed in ("1", "15"):
        draft = rule_draft.with_points(draft, path, typed, before)
    bands = rule_draft.value_at(draft, (*path[:-1], "bands"))
    assert [(band["low"], band["high"]) for band in bands] == [("13", "15"), ("11", "12"), ("9", "10"), ("0", "8")]
    assert [one.place for one in rule_draft.look(draft).problems] == ["components[0].max"]
    odd = rule_draft.with_points(draft, path, "many", before)
    assert rule_draft.value_at(odd, path) == "many"


def test_what_a_round_marks_as_assumed_is_known_moves_with_its_places_and_is_confirmed() -> None:
    draft = rule_draft.draft_from(preset("shanghai-2025"))
    assert rule_draft.source_of(draft, ("rounds", 0, "components", 0, "step")) == "assumed"
    assert rule_draft.source_of(draft, ("rounds", 0, "kind")) == "S4-17"
    held = rule_draft.with_value(draft, ("rounds", 0, "assumed"), ["components.0.criteria.1.max"])
    moved = rule_draft.with_item_moved(held, ("rounds", 0, "components", 0, "criteria", 1), 0)
    assert moved["rounds"][0]["assumed"] == ["components.0.criteria.0.max"]
    gone = rule_draft.without_item(moved, ("rounds", 0, "components", 0, "criteria", 0))
    assert gone["rounds"][0]["assumed"] == []
    settled = rule_draft.confirmed(draft, "rounds.0.components", "芮书棠", "2026-11-22")
    assert "芮书棠" in rule_draft.source_of(settled, ("rounds", 0, "components", 0, "step"))


def test_a_rule_set_that_was_written_anew_doubts_what_it_changed_and_nothing_else() -> None:
    draft = rule_draft.draft_from(preset("national-2020"))
    rules = preset("national-2020")
    part = msgspec.structs.replace(rules.components[1], max=Decimal(40))
    other = msgspec.structs.replace(rules, components=(rules.components[0], part, *rules.components[2:]))
    new = rule_draft.with_rules(draft, other)
    assert rule_draft.source_of(new, ("components", 1, "max")) == "assumed"
    assert set(new["assumed"]) - set(draft["assumed"]) == {"components.1.max"}
    assert rule_draft.with_rules(draft, rules) == draft
    said = msgspec.structs.replace(other, stated={**rules.stated, "components.1.max": "S9-01"})
    assert rule_draft.source_of(rule_draft.with_rules(draft, said), ("components", 1, "max")) == "S9-01"


def test_words_of_the_stage_that_are_empty_in_both_languages_are_none() -> None:
    draft = rule_draft.draft_from(preset("common-5"))
    one = rule_draft.with_typed(draft, ("stage_words", "welcome", "zh"), "欢迎", draft)
    assert one["stage_words"] == {"welcome": {"zh": "欢迎", "en": ""}}
    assert rule_draft.look(one).problems == ()
    assert rule_draft.with_typed(one, ("stage_words", "welcome", "zh"), "", one) == draft


def test_points_that_are_typed_take_their_grade_bands_along_in_a_round_too() -> None:
    draft = rule_draft.draft_from(preset("shanghai-2025"))
    line = ("rounds", 0, "components", 0, "criteria", 0)
    held = rule_draft.with_value(draft, (*line, "bands"), [{"name": "优", "low": "20", "high": "25"}])
    typed = rule_draft.with_typed(held, (*line, "max"), "50", held)
    assert rule_draft.value_at(typed, (*line, "bands")) == [{"name": "优", "low": "40", "high": "50"}]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("entry_rules", "age_on"), "2026-13-05", "entry_rules.age_on"),
        (("entry_rules", "slide_ratio"), "wide", "entry_rules.slide_ratio"),
        (("entry_rules", "max_age"), 0, "entry_rules.max_age"),
        (("entry_rules", "partner_units"), -1, "entry_rules.partner_units"),
        (("entry_rules", "files", 0, "name_parts"), ["colour"], "entry_rules.files[0].name_parts"),
        (("entry_rules", "files", 0, "kind"), "", "entry_rules.files[0].kind"),
        (("tracks", 1, "aliases"), ["应用创新赛道"], "tracks[1].aliases"),
        (("topics",), ["甲", "甲"], "topics[1]"),
        (("own_events", 0, "team_size"), 0, "own_events[0].team_size"),
        (("own_events", 0, "age_on"), "soon", "own_events[0].age_on"),
        (("deductions",), [{"key": "late", "name": "", "points": "1"}], "deductions[0].name"),
        (("rounds",), [{"key": "a", "name": ""}], "rounds[0].name"),
    ],
)
def test_what_cannot_be_meant_is_said_where_it_stands(path: rule_draft.Path, value: object, place: str) -> None:
    draft = rule_draft.draft_from(preset("tianjin-2025"))
    assert rule_draft.look(draft).problems == ()
    assert [one.place for one in rule_draft.look(rule_draft.with_value(draft, path, value)).problems] == [place]
