"""Words that several windows share, in both languages."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QApplication

from judge_app.core.worked_example import example
from judge_app.core.working import VOTES_VOIDED
from judge_app.exchange.cells import in_english
from judge_app.store.presets import Presets
from judge_app.ui.chair.working import flags, parts
from judge_app.ui.glossary import counts, where
from judge_app.ui.language import Language
from judge_app.ui.prepare.order_page import log_row


def test_one_of_a_thing_is_not_several(qapp: QApplication) -> None:
    language = Language(qapp, "en")
    assert counts(sessions=1, projects=1, judges=12) == "1 session, 1 project, 12 judges"
    language.use("zh")
    assert counts(sessions=1, projects=10, judges=12) == "1 场，10 个项目，12 位评委"
    assert counts(projects=2, judges=1) == "2 个项目，1 位评委"
    language.use("en")


def test_the_place_of_a_fault_is_said_in_the_language_in_force(qapp: QApplication) -> None:
    language = Language(qapp, "en")
    place = "contest.xlsx · 项目 · 第 14 行 · 参赛序号 (A14)"
    assert where(place) == "contest.xlsx · 项目 · row 14 · 参赛序号 (A14)"
    assert where("components.0.name") == "components.0.name"
    language.use("zh")
    assert where(place) == place
    language.use("en")


def test_a_weight_stands_with_the_part_and_not_in_a_sum_that_would_be_wrong(qapp: QApplication) -> None:
    rules = Presets().load("shanghai-2025")
    made = parts(rules, example(rules).tabulation.project("1"))
    shown = {one.name: (one.working, one.score) for one in made}
    assert ("424 ÷ 5 =", "84.80") in [shown[name] for name in shown if name.endswith(" × 0.7")]
    assert not any("×" in working for working, _ in shown.values())


def test_why_a_place_of_a_running_order_is_open_is_said_in_words(qapp: QApplication) -> None:
    language = Language(qapp, "en")
    unsure = {"事项": "待确认", "参赛序号": "4", "说明": "2、7"}
    row = log_row(0, unsure)
    assert (row.title, row.text) == ("No. 4: Place to confirm", "the same strokes as No. 2, 7")
    assert log_row(0, {**unsure, "说明": "字库缺字：𰻝"}).text == "not in the stroke table: 𰻝"
    language.use("zh")
    assert log_row(0, unsure).text == "与 2、7 号笔画相同"
    assert log_row(0, {**unsure, "说明": "字库缺字：𰻝"}).text == "字库缺字：𰻝"
    language.use("en")


def test_names_that_a_workbook_has_are_a_row_in_english_too() -> None:
    assert in_english("评委、专家评委") == "评委, 专家评委"
    assert in_english("（无）") == "none"


def test_a_flag_is_a_sentence_that_stands_alone(qapp: QApplication) -> None:
    Language(qapp, "en")
    rules = Presets().load("shanxi-2019")
    result = msgspec.structs.replace(example(rules).tabulation.project("1"), flags=(VOTES_VOIDED,))
    assert flags(rules, result) == ["The votes were voided"]
