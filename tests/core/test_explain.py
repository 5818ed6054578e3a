"""Every result is explained: as data, in words of both languages, and as the words that are read out."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from judge_app.core.explain import (
    VOTES_METHODS,
    announce,
    explain,
    flag_words,
    key_words,
    trim_words,
    words,
)
from judge_app.core.marks import METHODS
from judge_app.core.rules import RuleSet, change_rules, encode_rules
from judge_app.core.scoring import Deduction, Entry, Ruling, Sheet, Standing, Tabulation, tabulate
from judge_app.exchange.tabulation import read_input, tabulate_input
from judge_app.store.presets import Presets

ACCEPTANCE = Path(__file__).resolve().parents[1] / "acceptance"
CASES: dict[str, Any] = {
    case["id"]: case["input"] for case in json.loads((ACCEPTANCE / "scoring-cases.json").read_text("utf-8"))["cases"]
}
BLANK = Presets().load("blank")
NATIONAL = Presets().load("national-2020")


def counted(case: str) -> tuple[RuleSet, Tabulation, tuple[Entry, ...], tuple[Ruling, ...]]:
    given = read_input(json.dumps(CASES[case]).encode())
    rules, tabulation = tabulate_input(given, Presets().load)
    return rules, tabulation, given.entries, given.rulings


def told(case: str, entry_no: str = "1") -> list[str]:
    rules, tabulation, entries, rulings = counted(case)
    return [text.zh for text in words(rules, explain(rules, tabulation, entries, entry_no, rulings))]


def entry(*marks: str, **fields: Any) -> Entry:
    sheets = tuple(
        Sheet(judge=f"J{at}", component="judges100", total=Decimal(mark)) for at, mark in enumerate(marks, 1)
    )
    return Entry(entry_no="7", sheets=sheets, **fields)


def test_the_working_is_told_step_by_step() -> None:
    assert told("002-1") == [
        "专家评委评分（满分 100）：J1 88.5，J2 90，J3 86.5（去掉最低分），J4 91.5（去掉最高分），J5 89",
        "专家评委评分：有效评分 5 份，计入 3 份，合计 267.5 分，平均 89.166666…，四舍五入为 89.17 分",
        "总得分 89.17 分（满分 100）",
        "名次：第 1 名（共 1 个）",
    ]


def test_weights_show_what_each_part_adds() -> None:
    lines = told("004-1")
    assert "现场评分：有效评分 7 份，计入 5 份，合计 442 分，平均 88.40 分；权重 0.7，计 61.88 分" in lines
    assert "性能评测 92.50 分；权重 0.3，计 27.75 分" in lines


def test_the_cap_is_shown_before_and_after() -> None:
    rules, tabulation, entries, _ = counted("001B-1")
    held = explain(rules, tabulation, entries, "1")
    assert held.popularity is not None
    assert (str(held.popularity.points), str(held.popularity.most), str(held.popularity.counted)) == (
        "7.00",
        "6.48",
        "6.48",
    )
    assert "网络人气积分：得票第 4 名，积 7.00 分；不超过本项目总得分的 5%（6.48 分），计入 6.48 分" in told("001B-1")
    assert "网络人气积分：投票已作废，计 0 分" in told("001B-3-voided")


def test_the_tie_key_that_decided_is_told_on_both_sides() -> None:
    assert "与 丑 号总得分相同，按专家评委评分排在前（88 比 87.6）" in told("001A-6", "子")
    assert "与 子 号总得分相同，按专家评委评分排在后（87.6 比 88）" in told("001A-6", "丑")
    assert told("001A-6", "子")[-1] == "晋级"
    assert told("001A-6", "丑")[-1] == "未晋级"


def test_a_ruling_is_told_with_who_and_why() -> None:
    lines = told("000-5b-ruled")
    assert "评委评分：有效评分 2 份，计入 2 份，合计 175 分，平均 87.50 分（经裁定：取全部有效评分的平均分）" in lines
    assert "裁定：评委组长，理由：有效评分不足，取平均" in lines
    assert "待评委组裁定，暂无总得分" in told("000-5b")


def test_each_kind_of_not_being_counted_has_its_word() -> None:
    line = told("001B-3")[0]
    assert "E3 缺席" in line
    assert "E6 回避" in line
    blank = tabulate(BLANK, [entry("90", "91")])
    assert words(BLANK, explain(BLANK, blank, [entry("90", "91")], "7"))[0].zh.endswith("J1 90，J2 91")


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_case_is_told_in_both_languages_and_its_numbers_add_up(case: str) -> None:
    rules, tabulation, entries, rulings = counted(case)
    for project in tabulation.projects:
        held = explain(rules, tabulation, entries, project.entry_no, rulings)
        for text in (
            *words(rules, held),
            *(flag_words(rules, flag) for flag in project.flags),
            announce(rules, project),
        ):
            assert re.search(r"[一-鿿]", text.zh), text
            assert text.en
            assert not re.search(r"None|Decimal|Fraction|\{", text.zh + text.en)
        if held.total is not None:
            parts = sum((Fraction(step.counted) for step in held.components if step.counted), Fraction(0))
            parts += Fraction(held.popularity.counted or 0) if held.popularity else 0
            assert Fraction(held.unrounded or 0) == parts
            assert abs(Fraction(held.total) - parts) <= Fraction(1, 200)
            assert abs(Fraction(held.exact or 0) - Fraction(held.total)) < Fraction(1, 50)


def test_the_announcement_has_the_words_of_practice() -> None:
    rules, tabulation, _, _ = counted("000-1")
    project = tabulation.projects[0]
    assert announce(rules, project).zh == (
        "7 位评委的评分，去掉一个最高分 93 分，去掉一个最低分 85 分，其余 5 位评委的合计分为 445 分，平均分为 89.00 分。"
        "1 号项目，最后得分 89.00 分。请签名确认。"
    )
    assert (
        announce(rules, project, "short").zh
        == "去掉一个最高分 93 分，去掉一个最低分 85 分，1 号项目最后得分 89.00 分。"
    )
    assert announce(rules, project, "total").zh == "1 号项目，总得分 89.00 分。"
    assert announce(change_rules(rules, {"announce": "total"}), project).zh == "1 号项目，总得分 89.00 分。"


def test_several_components_are_read_one_by_one() -> None:
    rules, tabulation, _, _ = counted("001B-1")
    assert announce(rules, tabulation.projects[0]).zh == (
        "1 号项目，专家评委评分 88.80 分，专业评委评分 26.00 分，创新创意分 8.50 分，网络人气积分 6.48 分，总得分 129.78 分。"
    )


@pytest.mark.parametrize("style", ["full", "short", "components", "total"])
@pytest.mark.parametrize("case", ["000-5b", "001B-5"])
def test_a_result_that_is_not_final_is_never_read_as_a_number(case: str, style: str) -> None:
    rules, tabulation, _, _ = counted(case)
    for project in tabulation.projects:
        said = announce(rules, project, style)
        number = project.entry_no
        assert said.zh in (
            f"{number} 号项目的成绩待评委组裁定，稍后公布。",
            f"{number} 号项目的成绩尚未齐全，稍后公布。",
        )
        assert not re.search(r"\d", (said.zh + said.en).replace(number, ""))


def test_who_has_left_is_announced_without_a_number() -> None:
    held = entry("90", "90", "90", standing=Standing.WITHDRAWN)
    found = tabulate(BLANK, [held])
    assert announce(BLANK, found.projects[0]).zh == "7 号项目弃赛。"
    assert words(BLANK, explain(BLANK, found, [held], "7"))[-1].zh == "弃赛，不排名"


def test_two_highest_are_read_as_two() -> None:
    component = encode_rules(BLANK)["components"][0]
    component["trim"] |= {"high": 2, "from_n": 4}
    rules = change_rules(BLANK, {"components": [component]})
    found = tabulate(rules, [entry("95", "94", "90", "88", "80")])
    assert announce(rules, found.projects[0]).zh.startswith(
        "5 位评委的评分，去掉两个最高分 95、94 分，去掉一个最低分 80 分，其余 2 位评委的合计分为 178 分"
    )
    assert trim_words(rules.components[0].trim).zh == "去掉两个最高分、一个最低分，其余取平均"


def test_a_trim_on_each_criterion_is_told_line_by_line() -> None:
    component = encode_rules(BLANK)["components"][0]
    component["trim"] |= {"on": "criterion"}
    component["criteria"] = [{"name": "甲", "max": "60"}, {"name": "乙", "max": "40"}]
    rules = change_rules(BLANK, {"components": [component]})
    marks = [("50", "20"), ("40", "30"), ("30", "40"), ("45", "25")]
    sheets = tuple(
        Sheet(judge=f"J{at}", component="judges100", points={"甲": Decimal(a), "乙": Decimal(b)})
        for at, (a, b) in enumerate(marks, 1)
    )
    entries = [Entry(entry_no="1", sheets=sheets)]
    found = tabulate(rules, entries)
    lines = [text.zh for text in words(rules, explain(rules, found, entries, "1"))]
    assert "　甲：去掉 J1、J3，合计 85 ÷ 2" in lines
    assert announce(rules, found.projects[0]).zh.startswith(
        "4 位评委的评分，每个评分要素去掉一个最高分、一个最低分，合计分为 140 分"
    )


def test_a_deduction_is_told_and_read() -> None:
    rules = change_rules(BLANK, {"deductions": [{"key": "late", "name": "超时", "points": "2.5"}]})
    held = entry("90", "90", "90", deductions=(Deduction(key="late", by="计时员", reason="超时"),))
    found = tabulate(rules, [held])
    assert "扣分 2.5 分" in [text.zh for text in words(rules, explain(rules, found, [held], "7"))]
    assert announce(rules, found.projects[0]).zh == "7 号项目，评委评分 90.00 分，扣 2.5 分，总得分 87.50 分。"


def test_awards_shared_ranks_and_scopes_are_told() -> None:
    rules = change_rules(BLANK, {"awards": [{"name": "一等奖", "count": 2}], "rank_scope": "track"})
    first = entry("90", "90", "90", track="甲")
    entries = [first, Entry(entry_no="8", track="甲", sheets=first.sheets), Entry(entry_no="9", track="乙")]
    found = tabulate(rules, entries)
    held = explain(rules, found, entries, "7")
    assert held.shared_with == ("8",)
    lines = [text.zh for text in words(rules, held)]
    assert "名次：第 1 名（甲，共 2 个），与 8 号并列" in lines
    assert "奖项：一等奖" in lines


def test_every_tie_key_has_words() -> None:
    for rules in Presets().all():
        for key in rules.tie_keys:
            text = key_words(rules, key)
            assert key not in text.zh
            assert text.en
    assert key_words(NATIONAL, "ruling").zh == "评委组裁定"


def test_an_unknown_flag_is_shown_as_it_is() -> None:
    assert flag_words(NATIONAL, "SOMETHING:NEW").zh == "SOMETHING:NEW"
    assert flag_words(NATIONAL, "VALID_BELOW_5:creative10=3").zh == "创新创意分：有效评分 3 份，少于 5 份"


def test_a_project_of_an_event_of_its_own_is_told_by_its_own_sheet() -> None:
    rules = Presets().load("tianjin-2025")
    sheets = tuple(Sheet(judge=f"J{at}", component="talk100", total=Decimal(80 + at)) for at in range(1, 5))
    entries = [Entry(entry_no="T1", track="星锐TALK秀", sheets=sheets)]
    found = tabulate(rules, entries)
    lines = [text.zh for text in words(rules, explain(rules, found, entries, "T1"))]
    assert lines[-2:] == ["总得分 82.50 分（满分 100）", "名次：第 1 名（星锐TALK秀，共 1 个）"]
    assert announce(rules, found.projects[0]).zh.startswith("4 位评委的评分，去掉一个最高分 84 分")
    assert announce(rules, found.projects[0], "components").zh == "T1 号项目，评委评分 82.50 分，总得分 82.50 分。"
    assert flag_words(rules, "VALID_BELOW_5:talk100=4").zh == "评委评分：有效评分 4 份，少于 5 份"


def test_every_way_to_rule_on_votes_has_its_words() -> None:
    assert tuple(VOTES_METHODS) == METHODS["votes"]
    assert all(text.zh and text.en for text in VOTES_METHODS.values())
