"""The JSON forms of a tabulation: what is read, what is refused and where, what is printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from judge_app.core.errors import BadInput
from judge_app.exchange.tabulation import dump, read_input, read_ruling, tabulate_file
from judge_app.store.presets import Presets

FIVE = ("综合表现", "普及意义", "痛点明确", "方案可行性", "技术先进性")


def sheet(judge: str, /, **fields: Any) -> dict[str, Any]:
    return {"judge": judge, "component": "expert100", "presence": "present"} | fields


def given(*sheets: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An input of one project on sichuan-2023."""
    held = sheets or (sheet("J1", total="88"), sheet("J2", total="90"), sheet("J3", total="92"))
    return {
        "format": "judge-app/tabulation-input/1",
        "preset": "sichuan-2023",
        "projects": [{"entry_no": "1", "track": "应用创新", "sheets": list(held)}],
        **fields,
    }


def count(held: dict[str, Any]) -> dict[str, Any]:
    return tabulate_file(json.dumps(held, ensure_ascii=False).encode(), Presets().load)


def refusal(held: Any) -> str:
    """The first problem: place and English words."""
    data = held if isinstance(held, bytes) else json.dumps(held, ensure_ascii=False).encode()
    with pytest.raises(BadInput) as caught:
        tabulate_file(data, Presets().load)
    problem = caught.value.problems[0]
    assert problem.zh
    assert "\n" not in str(problem)
    return f"{problem.place}: {problem.en}"


def points(**changed: Any) -> dict[str, Any]:
    return {**dict.fromkeys(FIVE, "18"), **changed}


def test_the_output_has_the_agreed_form() -> None:
    found = count(given(passed_initial_review={"应用创新": 5}))
    assert found == {
        "format": "judge-app/tabulation/1",
        "preset": "sichuan-2023",
        "full_marks": "100",
        "projects": [
            {
                "entry_no": "1",
                "status": "FINAL",
                "total": "90.00",
                "rank": 1,
                "tie_key": None,
                "flags": ["VALID_BELOW_5:expert100=3", "SINGLE_SCORE_LEFT"],
                "popularity_points": "0.00",
                "popularity_counted": "0.00",
                "components": {
                    "expert100": {
                        "score": "90.00",
                        "valid": 3,
                        "dropped_high": "J3",
                        "dropped_low": "J1",
                        "kept_sum": "90",
                    }
                },
            }
        ],
        "advance": ["1"],
        "advance_status": "FINAL",
        "advance_candidates": [],
        "awards": {},
        "award_status": "NOT_STATED",
        "assumed": ["components", "timing", "tie_keys", "order_method", "rank_scope"],
    }
    assert json.loads(dump(found)) == found
    assert "应用创新" not in dump(found).decode()
    assert dump(found) == dump(count(given(passed_initial_review={"应用创新": 5})))


def test_the_example_of_the_format_is_taken_whole() -> None:
    held = {
        "format": "judge-app/tabulation-input/1",
        "preset": "shanxi-2019",
        "rule_changes": {
            "rounding_stage": "final_only",
            "popularity": {"cap_mode": "none"},
            "advance": {"type": "top_n", "n": 1, "quota": "hard"},
            "awards": [{"name": "一等奖", "count": 2, "kind": "composite"}],
        },
        "passed_initial_review": {"应用创新": 10},
        "popularity": "voided",
        "rulings": [
            {
                "kind": "few_sheets",
                "entry_no": "1",
                "component": "professional30",
                "method": "plain_mean",
                "by": "评委组长",
                "reason": "…",
            }
        ],
        "projects": [
            {
                "entry_no": "1",
                "name": "…",
                "lead_unit": "…",
                "track": "…",
                "topic": "…",
                "session": "…",
                "sheets": [
                    sheet("E1", points=points()),
                    sheet("E2", total="91"),
                    {"judge": "E3", "component": "expert100", "presence": "absent"},
                    {"judge": "E4", "component": "expert100", "presence": "recused"},
                    sheet("E8", total="84", replaces="E4"),
                ],
                "votes": 8100,
                "popularity_rank": 4,
                "external": {},
            }
        ],
    }
    found = count(held)
    assert found["full_marks"] == "140"
    assert found["projects"][0]["status"] == "INCOMPLETE"
    assert "JUDGE_REPLACED:E4→E8" in found["projects"][0]["flags"]
    assert found["projects"][0]["popularity_counted"] is None
    held["projects"][0]["external"] = {"performance100": "92.50"}
    assert refusal(held).startswith("projects[0].external.performance100: ")


@pytest.mark.parametrize(
    ("held", "message"),
    [
        (
            given(
                sheet("J1", points=points()), sheet("J2", points=points()), sheet("J3", points=points(综合表现="21"))
            ),
            "projects[0].sheets[2].points.综合表现: 21 is over the full marks 20",
        ),
        (given(sheet("J1", total="-1")), "projects[0].sheets[0].total: -1 is below 0"),
        (given(sheet("J1", total="100.5")), "projects[0].sheets[0].total: 100.5 is over the full marks 100"),
        (given(sheet("J1", total="88.5")), "projects[0].sheets[0].total: 88.5 is not on the step 1"),
        (given(sheet("J1", points=points(痛点明确="17.5"))), "projects[0].sheets[0].points.痛点明确: 17.5 is not on"),
        (
            given(sheet("J1", points={"亮点": "9"})),
            "projects[0].sheets[0].points.亮点: is not a criterion of expert100",
        ),
        (
            given(sheet("J1", points=points(), total="91")),
            "projects[0].sheets[0].total: 91 is not the sum of the points",
        ),
        (given(sheet("J1", total="abc")), "projects[0].sheets[0].total: 'abc' is not a decimal number"),
        (given(sheet("J1", total="１８")), "projects[0].sheets[0].total: '１８' is not a decimal number"),
        (given(sheet("J1", total="1e1")), "projects[0].sheets[0].total: '1e1' is not a decimal number"),
        (given(sheet("J1", total=" 18")), "projects[0].sheets[0].total: ' 18' is not a decimal number"),
        (given(sheet("J1", total="")), "projects[0].sheets[0].total: '' is not a decimal number"),
        (given(sheet("J1", total="9" * 400)), "projects[0].sheets[0].total: "),
        (given(sheet("J1", total=True)), "projects[0].sheets[0].total: expected a number, got true or false"),
        (given(sheet("J1", total=["1"])), "projects[0].sheets[0].total: expected a number, got a list"),
        (given(sheet("J1", presence="here")), "projects[0].sheets[0].presence: here is not one of present, absent"),
        (given(sheet("J1", judge="")), "projects[0].sheets[0].judge: is empty"),
        (given(sheet("J1", component="expert99")), "projects[0].sheets[0].component: expert99 is not one of"),
        (given(sheet("J1", marks="1")), "projects[0].sheets[0].marks: there is no such key"),
        (given(sheet("J1", total="1"), sheet("J1", total="1")), "projects[0].sheets[1]: J1 already has a sheet"),
        (given(sheet("J1", total="1", replaces="J1")), "projects[0].sheets[0].replaces: "),
        ({**given(), "format": "judge-app/tabulation-input/2"}, "format: must be judge-app/tabulation-input/1"),
        ({**given(), "preset": "sichuan-2024"}, "preset: there is no preset sichuan-2024"),
        ({"format": "judge-app/tabulation-input/1", "preset": "blank"}, "projects: is missing"),
        ({**given(), "projects": {}}, "projects: expected a list, got an object"),
        ({**given(), "projects": [7]}, "projects[0]: expected an object, got a number"),
        ({**given(), "projects": given()["projects"] * 2}, "projects[1].entry_no: 1 is already projects[0]"),
        ({**given(), "popularity": "void"}, "popularity: void is not one of voided"),
        ({**given(), "passed_initial_review": {"甲": "1.5"}}, "passed_initial_review.甲: 1.5 is not a whole number"),
        ({**given(), "passed_initial_review": {"甲": -1}}, "passed_initial_review.甲: -1 is below 0"),
        ({**given(), "rule_changes": {"advance": {"type": "first"}}}, "rule_changes.advance.type: 'first' is not one"),
        ({**given(), "rule_changes": {"trim": 1}}, "rule_changes.trim: there is no such key"),
        ({**given(), "rule_changes": {"tie_keys": ["expert99"]}}, "rule_changes.tie_keys[0]: 'expert99' is no tie key"),
        ({**given(), "rule_changes": {"advance": {"type": "ratio", "ratio": "20"}}}, "rule_changes.advance.ratio: "),
        ({**given(), "rule_changes": {"components": None}}, "rule_changes.components: this key is missing"),
        ({**given(), "rule_changes": []}, "rule_changes: expected an object, got a list"),
        ({**given(), "rulings": {}}, "rulings: expected a list, got an object"),
        ({**given(), "rulings": [{"kind": "few_sheets"}]}, "rulings[0].by: is missing"),
        ({**given(), "rulings": [{"kind": "guess", "by": "a", "reason": "b"}]}, "rulings[0].kind: guess is not one of"),
        (
            {
                **given(),
                "rulings": [{"kind": "few_sheets", "entry_no": "9", "method": "literal", "by": "a", "reason": "b"}],
            },
            "rulings[0].entry_no: there is no entry 9",
        ),
        (
            {**given(), "rulings": [{"kind": "tie", "entries": ["1", "2"], "order": ["1"], "by": "a", "reason": "b"}]},
            "rulings[0].entries: there is no entry 2",
        ),
        (
            {**given(), "rulings": [{"kind": "cut", "entries": ["1"], "method": "literal", "by": "", "reason": "b"}]},
            "rulings[0].by: say who ruled",
        ),
        (b"\xff", "byte 0: the file is not UTF-8"),
        (b"{", "line 1 column 2: not JSON"),
        (b"[" * 100_000, "$: the JSON is nested too deeply"),
        (b'{"a": 1, "a": 2}', "a: appears twice in one object"),
        (b'{"a": NaN}', "$: NaN is not a number"),
        (b"7", "$: expected an object, got a number"),
        (json.dumps({**given(), "preset": "\ud800"}).encode(), "preset: holds half of a surrogate pair"),
    ],
)
def test_bad_input_is_refused_with_its_place_and_what_is_wrong(held: Any, message: str) -> None:
    assert refusal(held).startswith(message)


def test_every_problem_of_the_numbers_is_found_at_once() -> None:
    held = given(sheet("J1", total="101"), sheet("J2", points=points(综合表现="-1", 痛点明确="19.5")))
    with pytest.raises(BadInput) as caught:
        count(held)
    assert [problem.place.rpartition("]")[2] for problem in caught.value.problems] == [
        ".total",
        ".points.综合表现",
        ".points.痛点明确",
    ]


def test_one_judge_has_one_presence_for_a_project() -> None:
    held = given()
    held["preset"] = "shanxi-2019"
    held["projects"][0]["sheets"] = [
        sheet("E1", total="88"),
        {"judge": "E1", "component": "creative10", "presence": "absent"},
    ]
    assert refusal(held).startswith("projects[0].sheets[1].presence: absent differs from present in sheets[0]")


def test_a_byte_order_mark_and_json_numbers_are_taken_by_their_digits() -> None:
    text = json.dumps(given(sheet("J1", total=88), sheet("J2", total=90), sheet("J3", total=91)))
    text = text.replace('"total": 91', '"total": 91.0')
    found = tabulate_file(b"\xef\xbb\xbf" + text.encode(), Presets().load)
    assert found["projects"][0]["total"] == "90.00"
    assert found["projects"][0]["components"]["expert100"]["dropped_high"] == "J3"


def test_an_absent_judges_numbers_are_not_counted_but_checked() -> None:
    sheets = [sheet(f"J{at}", total="90") for at in range(1, 4)]
    found = count(given(*sheets, sheet("J4", presence="absent", total="10")))
    assert found["projects"][0]["total"] == "90.00"
    assert refusal(given(*sheets, sheet("J4", presence="absent", total="101"))).startswith(
        "projects[0].sheets[3].total"
    )


@pytest.mark.parametrize(
    ("blank", "valid"),
    [
        (sheet("J4"), 3),
        (sheet("J4", points={}), 3),
        (sheet("J4", points=dict.fromkeys(FIVE)), 3),
        (sheet("J4", points=points(综合表现=None)), 3),
        (sheet("J4", points=dict.fromkeys(FIVE[1:], "18")), 3),
    ],
)
def test_a_blank_is_neither_a_zero_nor_an_absence(blank: dict[str, Any], valid: int) -> None:
    sheets = [sheet(f"J{at}", total="90") for at in range(1, 4)]
    project = count(given(*sheets, blank))["projects"][0]
    assert (project["status"], project["total"], project["rank"]) == ("INCOMPLETE", None, None)
    assert project["components"]["expert100"] == {
        "score": None,
        "valid": valid,
        "dropped_high": None,
        "dropped_low": None,
        "kept_sum": None,
    }


def test_a_zero_counts_and_is_pointed_out() -> None:
    zero = sheet("J4", points=dict.fromkeys(FIVE, "0"))
    project = count(given(*[sheet(f"J{at}", total="90") for at in range(1, 4)], zero))["projects"][0]
    assert project["total"] == "90.00"
    assert project["components"]["expert100"]["dropped_low"] == "J4"
    assert "ZERO_SCORE:J4" in project["flags"]
    assert "OUTLIER:expert100:J4" in project["flags"]


def test_of_equal_marks_the_judge_whose_number_sorts_last_is_dropped() -> None:
    sheets = [sheet(f"J{at}", total="90") for at in (10, 2, 1, 9)]
    part = count(given(*sheets))["projects"][0]["components"]["expert100"]
    assert (part["dropped_high"], part["dropped_low"]) == ("J10", "J9")


def test_a_judge_who_left_one_component_out_leaves_it_incomplete() -> None:
    held = given()
    held["preset"] = "shanxi-2019"
    held["projects"][0]["sheets"] = [sheet(f"E{at}", total="88") for at in range(1, 6)]
    held["projects"][0]["sheets"] += [
        {"judge": f"E{at}", "component": "creative10", "presence": "present", "total": "8"} for at in range(1, 5)
    ]
    held["projects"][0]["sheets"] += [
        {"judge": f"P{at}", "component": "professional30", "presence": "present", "total": "25"} for at in range(1, 6)
    ]
    project = count(held)["projects"][0]
    assert project["status"] == "INCOMPLETE"
    assert project["components"]["creative10"]["score"] is None
    assert project["components"]["expert100"]["score"] == "88.00"


def test_a_trim_on_each_criterion_needs_each_criterion() -> None:
    trim = {"high": 1, "low": 1, "from_n": 3, "on": "criterion", "below": "ruling", "warn_below": 5}
    held = given()
    held["rule_changes"] = {
        "components": [
            {
                "key": "expert100",
                "name": "评委评分",
                "max": "100",
                "judge_class": "评委",
                "criteria": [{"name": "甲", "max": "60"}, {"name": "乙", "max": "40"}],
                "trim": trim,
            }
        ]
    }
    marks = [("50", "20"), ("40", "30"), ("30", "40"), ("45", "25")]
    held["projects"][0]["sheets"] = [sheet(f"J{at}", points={"甲": a, "乙": b}) for at, (a, b) in enumerate(marks, 1)]
    project = count(held)["projects"][0]
    assert project["total"] == "70.00"  # (40 + 45) / 2 + (30 + 25) / 2
    assert project["components"]["expert100"]["dropped_high"] is None
    held["projects"][0]["sheets"][0] = sheet("J1", total="70")
    assert refusal(held).startswith("projects[0].sheets[0].total: the extremes are dropped on each criterion")


def test_several_dropped_judges_are_listed() -> None:
    held = given(*[sheet(f"J{at}", total=str(80 + at)) for at in range(1, 8)])
    components = [dict(sichuan_component())]
    components[0]["trim"] = {"high": 2, "low": 1, "from_n": 4, "on": "judge_total", "below": "ruling", "warn_below": 5}
    held["rule_changes"] = {"components": components}
    part = count(held)["projects"][0]["components"]["expert100"]
    assert (part["dropped_high"], part["dropped_low"], part["score"]) == (["J6", "J7"], "J1", "83.50")


def sichuan_component() -> dict[str, Any]:
    from judge_app.core.rules import encode_rules

    component: dict[str, Any] = json.loads(json.dumps(encode_rules(Presets().load("sichuan-2023"))))["components"][0]
    return component


def test_a_ruling_that_fits_nothing_changes_nothing() -> None:
    ruling = {
        "kind": "few_sheets",
        "entry_no": "1",
        "component": "expert100",
        "method": "plain_mean",
        "by": "a",
        "reason": "b",
    }
    assert count(given(rulings=[ruling])) == count(given())


def test_a_ruling_alone_can_be_read() -> None:
    held = {"kind": "cut", "entries": ["1", "2"], "order": ["2", "1"], "by": "评委组长", "reason": "复议"}
    assert read_ruling(held).order == ("2", "1")
    del held["entries"]
    assert read_ruling(held).entries == ("2", "1")
    with pytest.raises(BadInput) as caught:
        read_ruling({**held, "entries": "1"})
    assert caught.value.problems[0].place == "ruling.entries"


@pytest.mark.parametrize("change", [lambda held: held, lambda held: {**held, "rulings": None, "rule_changes": None}])
def test_null_stands_for_nothing_given(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    held = change(given())
    held["projects"][0].update(votes=None, popularity_rank=None, external=None, track=None)
    assert read_input(json.dumps(held).encode()).entries[0].votes is None
