"""Rule sets: their form, the merge patch, and what a rule set finds wrong with itself."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core.errors import BadInput
from judge_app.core.rule_check import check, notes, values_at
from judge_app.core.rules import RuleSet, change_rules, decode_rules, encode_rules, merge_patch
from judge_app.store.presets import Presets

BLANK = Presets().load("blank")
NATIONAL = Presets().load("national-2020")
SHANGHAI = Presets().load("shanghai-2025")


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [  # the examples of RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_merge_patch_is_that_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    before = json.dumps(target)
    assert merge_patch(target, patch) == result
    assert json.dumps(target) == before


def test_a_patch_changes_what_it_names_and_nothing_else() -> None:
    changed = change_rules(NATIONAL, {"popularity": {"cap_mode": "none"}, "advance": {"type": "top_n", "n": 5}})
    assert changed.popularity is not None
    assert changed.popularity.cap_mode == "none"
    assert changed.popularity.table == NATIONAL.popularity.table  # type: ignore[union-attr]
    assert changed.advance is not None
    assert changed.advance.n == 5
    assert change_rules(changed, {"popularity": {"cap_mode": "own_total"}, "advance": None}) == NATIONAL


def test_without_popularity_the_full_marks_are_those_of_the_judges() -> None:
    assert NATIONAL.full_marks == 150
    assert change_rules(NATIONAL, {"popularity": None}).full_marks == 140


def test_numbers_stay_decimals_through_the_encoded_form() -> None:
    assert encode_rules(SHANGHAI)["components"][0]["weight"] == "0.70"
    assert decode_rules(encode_rules(SHANGHAI)).components[0].weight == Decimal("0.70")


def test_a_judge_of_the_only_class_fits_under_the_general_name() -> None:
    assert [one.key for one in NATIONAL.components_of("专家评委")] == ["expert100", "creative10"]
    assert NATIONAL.components_of("评委") == ()
    tianjin = Presets().load("tianjin-2025")
    assert tianjin.components_of("评委") == tianjin.components
    assert SHANGHAI.components_of("评委") == SHANGHAI.components[:1]


def test_prompts_longer_than_a_phase_never_sound() -> None:
    timing = NATIONAL.timing
    assert timing is not None
    assert timing.prompts_of(timing.phases[0]) == (120, 60, 30, 0)
    assert timing.prompts_of(timing.phases[1]) == (60, 30, 0)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({}, "key"),
        ({"key": "a", "name": {"zh": "甲"}}, "components"),
        ({"key": "a", "name": "甲", "components": []}, "name"),
        (
            {"key": "a", "name": {"zh": "甲"}, "components": [{"key": "b", "name": "c", "max": "ten"}]},
            "components[0].max",
        ),
        (
            {"key": "a", "name": {"zh": "甲"}, "components": [{"key": "b", "name": "c", "max": "inf"}]},
            "components[0].max",
        ),
        ({"key": "a", "name": {"zh": "甲"}, "components": [], "colour": "red"}, "colour"),
        ({"key": "a", "name": {"zh": "甲"}, "components": [], "rank_scope": "hall"}, "rank_scope"),
        ({"key": "a", "name": {"zh": "甲"}, "components": [], "format": "judge-app/rules/2"}, "format"),
    ],
)
def test_a_form_that_cannot_be_taken_names_the_path(data: dict[str, Any], place: str) -> None:
    with pytest.raises(BadInput) as caught:
        decode_rules(data)
    assert caught.value.problems[0].place == place
    with pytest.raises(BadInput) as caught:
        decode_rules(data, "rules")
    assert caught.value.problems[0].place == f"rules.{place}"


def component(**changed: Any) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(json.dumps(encode_rules(BLANK)))["components"][0]
    return held | changed


TRIM = {"high": 1, "low": 1, "from_n": 3}


@pytest.mark.parametrize(
    ("rules", "patch", "place", "words"),
    [
        (SHANGHAI, {"components": [component(weight="0.7"), component(key="b", weight="0.4")]}, "components", "= 1.1"),
        (BLANK, {"components": []}, "components", "at least one"),
        (BLANK, {"components": [component(), component()]}, "components[1].key", "already number 1"),
        (BLANK, {"components": [component(max="90")]}, "components[0].max", "add up to 100"),
        (BLANK, {"components": [component(max="0")]}, "components[0].max", "more than 0"),
        (BLANK, {"components": [component(weight="0")]}, "components[0].weight", "more than 0"),
        (BLANK, {"components": [component(criteria=[])]}, "components[0].criteria", "at least one line"),
        (BLANK, {"components": [component(judge_class=None)]}, "components[0].judge_class", "which judges"),
        (BLANK, {"components": [component(step="0.005")]}, "components[0].step", "multiple of 0.01"),
        (BLANK, {"components": [component(step="0")]}, "components[0].step", "multiple of 0.01"),
        (BLANK, {"components": [component(step="3")]}, "components[0].step", "full marks"),
        (
            BLANK,
            {
                "components": [
                    component(
                        criteria=[
                            {"name": "甲", "max": "50", "step": "0.5"},
                            {"name": "乙", "max": "50", "step": "0.2"},
                        ]
                    )
                ]
            },
            "components[0].criteria[0]",
            "multiple of the smallest",
        ),
        (
            BLANK,
            {"components": [component(criteria=[{"name": "", "max": "100"}])]},
            "components[0].criteria[0].name",
            "empty",
        ),
        (
            BLANK,
            {
                "components": [
                    component(
                        criteria=[{"name": "甲", "max": "100", "bands": [{"name": "优", "low": "90", "high": "101"}]}]
                    )
                ]
            },
            "components[0].criteria[0].bands[0]",
            "not within",
        ),
        (BLANK, {"components": [component(trim={**TRIM, "high": 2})]}, "components[0].trim.from_n", "leaves nothing"),
        (BLANK, {"components": [component(trim={**TRIM, "low": -1})]}, "components[0].trim", "negative"),
        (SHANGHAI, {"components": [component(source="external")]}, "components[0]", "no judge gives"),
        (BLANK, {"tie_keys": ["exact_total", "luck"]}, "tie_keys[1]", "no tie key"),
        (BLANK, {"tie_keys": ["untrimmed_mean:b"]}, "tie_keys[0]", "no judged component"),
        (BLANK, {"tie_keys": ["criterion:亮点"]}, "tie_keys[0]", "no criterion"),
        (BLANK, {"tie_keys": ["exact_total", "exact_total"]}, "tie_keys[1]", "twice"),
        (NATIONAL, {"popularity": {"table": ["1", "2"]}}, "popularity.table[1]", "more points"),
        (NATIONAL, {"popularity": {"table": ["-1"]}}, "popularity.table", "negative"),
        (NATIONAL, {"popularity": {"cap": None}}, "popularity.cap", "needs the share"),
        (NATIONAL, {"popularity": {"cap": "5"}}, "popularity.cap", "0.05"),
        (BLANK, {"timing": None}, "timing", "needs its times"),
        (BLANK, {"timing": {"phases": []}}, "timing.phases", "at least one"),
        (
            BLANK,
            {"timing": {"phases": [{"key": "a", "name": "甲", "seconds": 0}]}},
            "timing.phases[0].seconds",
            "a day",
        ),
        (BLANK, {"timing": {"prompts_remaining": [-1]}}, "timing.prompts_remaining", "negative"),
        (BLANK, {"advance": {"type": "top_n"}}, "advance.n", "how many"),
        (BLANK, {"advance": {"type": "ratio", "ratio": "20"}}, "advance.ratio", "0.20"),
        (BLANK, {"advance": {"type": "score_line"}}, "advance.line", "line"),
        (NATIONAL, {"awards": [{"name": "甲"}, {"name": "乙", "count": 1}]}, "awards[1]", "never be reached"),
        (NATIONAL, {"awards": [{"name": "甲", "count": -1}]}, "awards[0].count", "negative"),
        (NATIONAL, {"awards": [{"name": "甲"}, {"name": "甲"}]}, "awards[1].name", "already"),
        (NATIONAL, {"publicity_days": 0}, "publicity_days", "one day"),
        (BLANK, {"rounding": {"places": 9}}, "rounding.places", "0 and 6"),
        (BLANK, {"key": "a b"}, "key", "letters"),
        (BLANK, {"name": {"zh": " "}}, "name.zh", "a name"),
        (
            BLANK,
            {"deductions": [{"key": "late", "name": "超时", "points": "0"}]},
            "deductions[0].points",
            "more than 0",
        ),
        (BLANK, {"stage_words": {"time_up": {"zh": "字" * 21}}}, "stage_words.time_up", "at most"),
        (BLANK, {"stage_words": {"welcome": {"zh": " "}}}, "stage_words.welcome", "at most"),
        (BLANK, {"outliers": {"share": "2"}}, "outliers.share", "between"),
        (BLANK, {"outliers": {"from_n": 2}}, "outliers.from_n", "3 sheets"),
        (SHANGHAI, {"entry_rules": {"team_min": 6}}, "entry_rules.team_min", "larger"),
        (SHANGHAI, {"entry_rules": {"unit_quota": 0}}, "entry_rules.unit_quota", "at least 1"),
        (SHANGHAI, {"form_fields": [{"name": "甲", "max_chars": 0}]}, "form_fields[0].max_chars", "more than 0"),
        (
            SHANGHAI,
            {"rounds": [{"key": "a", "name": "甲", "advance": {"type": "top_n"}}]},
            "rounds[0].advance.n",
            "how many",
        ),
        (BLANK, {"own_events": [{"name": "秀", "components": []}]}, "own_events[0].components", "at least one"),
        (BLANK, {"own_events": [{"name": "秀", "tie_keys": ["x"]}]}, "own_events[0].tie_keys[0]", "no tie key"),
    ],
)
def test_a_rule_set_finds_what_cannot_work(rules: RuleSet, patch: dict[str, Any], place: str, words: str) -> None:
    assert check(rules) == []
    found = check(change_rules(rules, patch))
    assert any(problem.place == place and words in problem.en for problem in found)
    assert all(problem.zh for problem in found)


def test_what_is_only_worth_a_look_stops_nothing() -> None:
    changed = change_rules(
        NATIONAL, {"popularity": {"table": [], "cap": None, "cap_mode": "none"}, "assumed": ["timing", "seating"]}
    )
    assert check(changed) == []
    assert {note.place for note in notes(changed)} == {"popularity.table", "assumed.seating"}


def test_a_path_finds_its_values() -> None:
    assert values_at(NATIONAL, "components.*.step") == ["1", "1", "0.5"]
    assert values_at(NATIONAL, "components.1.criteria.0.max") == ["30"]
    assert values_at(NATIONAL, "popularity.cap") == ["0.05"]
    assert values_at(NATIONAL, "components.7.step") == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=12,
    )
)
def test_whatever_is_patched_in_is_taken_or_refused_with_a_place(patch: Any) -> None:
    for key in ("components", "popularity", "timing", "awards", "stated", "own_events", "entry_rules", "tie_keys"):
        places = []
        try:
            check(change_rules(NATIONAL, {key: patch}))
        except BadInput as error:
            places = [problem.place for problem in error.problems]
        assert all(places)
