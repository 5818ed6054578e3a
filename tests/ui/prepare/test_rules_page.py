"""The rule editor: sections typed in, what cannot work said where it is, the example counted anew, and rules that run."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from judge_app.__main__ import app
from judge_app.store.presets import Presets, read_rules, write_rules
from judge_app.ui.language import Language
from judge_app.ui.prepare import PrepareDesk
from judge_app.ui.prepare.fields import CheckField, ChoiceField, TextField
from judge_app.ui.prepare.rules_page import RulesPage
from tests.ui.prepare.preparing import REGIONAL_FINAL, begun, prepared, rules_of, window_of


@pytest.fixture
def desk(qtbot: QtBot) -> PrepareDesk:
    return begun(qtbot, "common-5", 1)


def page_of(desk: PrepareDesk) -> RulesPage:
    return window_of(desk).rules_page


def text(desk: PrepareDesk, *path: str | int) -> TextField:
    page = page_of(desk)
    for form in (page.components, page.basics, page.times, page.ranking, page.popularity):
        field = form.fields.get(path)
        if isinstance(field, TextField):
            return field
    raise AssertionError(path)


def test_a_change_makes_a_rule_set_of_the_contest_s_own_which_the_workbook_then_names(desk: PrepareDesk) -> None:
    text(desk, "components", 0, "criteria", 0, "max").type("25")
    assert rules_of(desk).key == "common-5-own"
    assert desk.preparation.contest.preset == "common-5-own"
    assert Presets().load("common-5").components[0].criteria[0].max == 30
    assert [one.problem.zh for one in desk.preparation.findings if "模板" in one.problem.zh] == []


def test_what_cannot_work_is_said_at_its_field_and_the_example_waits_until_it_can(
    qtbot: QtBot, desk: PrepareDesk
) -> None:
    page = page_of(desk)
    assert "去掉最高" in page.example.text
    text(desk, "components", 0, "criteria", 0, "max").type("25")
    assert page.problems.count == 1
    assert "95" in text(desk, "components", 0, "max").problem
    assert page.example.example is None
    page.show_section("basics")
    page.go_to_problem(0)
    assert page.section == "components"
    text(desk, "components", 0, "criteria", 0, "max").type("30")
    assert page.problems.count == 0
    assert text(desk, "components", 0, "max").problem == ""
    assert page.example.example is not None


def test_what_is_no_number_is_said_and_the_rules_cannot_be_used(desk: PrepareDesk) -> None:
    field = text(desk, "components", 0, "step")
    field.type("半分")
    assert "数" in field.problem
    assert desk.preparation.rule_set is None
    assert field.line.text() == "半分"  # what was typed stays to be mended
    field.type("0.5")
    assert str(rules_of(desk).components[0].step) == "0.5"


def test_the_example_is_counted_anew_at_every_change(qtbot: QtBot, desk: PrepareDesk) -> None:
    page = page_of(desk)
    before = page.example.text
    trim = page.components.fields["components", 0, "trim"]
    assert isinstance(trim, CheckField)
    with qtbot.waitSignal(page.example.counted):
        trim.box.click()
    after = page.example.text
    assert "去掉最高" not in after
    assert after != before
    page.example.set_judges(5)
    assert page.example.example is not None
    assert page.example.example.judges == 5


def test_components_and_criteria_are_added_moved_and_removed(qtbot: QtBot, desk: PrepareDesk) -> None:
    page = page_of(desk)
    page.added.emit(("components", 0, "criteria"), {"name": "新要素", "max": "5"})
    assert [one.name for one in rules_of(desk).components[0].criteria][-1] == "新要素"
    page.moved.emit(("components", 0, "criteria", 5), 0)
    assert rules_of(desk).components[0].criteria[0].name == "新要素"
    page.removed.emit(("components", 0, "criteria", 0))
    assert len(rules_of(desk).components[0].criteria) == 5
    assert desk.preparation.look is not None
    assert desk.preparation.look.usable is not None


def test_what_was_typed_at_one_place_is_one_step_back(qtbot: QtBot, desk: PrepareDesk) -> None:
    before = rules_of(desk)
    for typed in ("2", "25", "25.5"):
        text(desk, "components", 0, "criteria", 0, "max").type(typed)
    qtbot.mouseClick(window_of(desk).undo_button, Qt.MouseButton.LeftButton)
    assert rules_of(desk) == before
    assert desk.preparation.contest.preset == "common-5"


def test_assumed_values_are_confirmed_by_name_and_a_name_is_needed(qtbot: QtBot, desk: PrepareDesk) -> None:
    window, page = window_of(desk), page_of(desk)
    page.show_section("confirm")
    waiting = page.confirm.waiting
    assert "timing" in waiting
    page.confirm.list.picked.emit("timing")
    qtbot.keyClick(window.ask, Qt.Key.Key_Return)
    assert window.ask.question is not None  # without a name nothing is confirmed
    assert page.confirm.waiting == waiting
    window.ask.answered.emit("confirm", "", "芮书棠", "")
    assert "timing" not in page.confirm.waiting
    assert "芮书棠" in dict(rules_of(desk).stated)["timing"]
    qtbot.mouseClick(page.confirm.all_button, Qt.MouseButton.LeftButton)
    window.ask.answered.emit("confirm", "", "芮书棠", "")
    assert page.confirm.waiting == ()


def test_another_preset_is_taken_and_another_key_is_named_by_the_workbook(desk: PrepareDesk) -> None:
    page = page_of(desk)
    page.preset_chosen.emit("national-2020")
    assert rules_of(desk).key == "national-2020"
    text(desk, "publicity_days").type("5")
    text(desk, "key").type("our-final")
    assert desk.preparation.contest.preset == "our-final"
    scope = page.ranking.fields["rank_scope",]
    assert isinstance(scope, ChoiceField)
    scope.choose("session")
    assert rules_of(desk).rank_scope == "session"


def test_the_editor_speaks_the_other_language_at_once(desk: PrepareDesk, language: Language) -> None:
    page = page_of(desk)
    language.use("en")
    QApplication.processEvents()
    assert "highest, dropped" in page.example.text


def test_rules_made_here_pass_the_check_and_a_whole_session_is_played_by_them(qtbot: QtBot, tmp_path: Path) -> None:
    """From the sample's workbook: one line of 20 becomes 15 and a new one of 5, the trim goes, a key is given; saved,
    checked by the command, and played headless by robots on scores for the new lines."""
    desk = prepared(qtbot)
    desk.open(REGIONAL_FINAL)
    page = page_of(desk)
    text(desk, "components", 0, "criteria", 0, "max").type("15")
    page.added.emit(("components", 0, "criteria"), {"name": "团队协作", "max": "5"})
    trim = page.components.fields["components", 0, "trim"]
    assert isinstance(trim, CheckField)
    trim.box.click()
    text(desk, "key").type("our-final")
    assert desk.preparation.ready
    target = tmp_path / "contest.xlsx"
    desk.save_to(target)
    assert not desk.preparation.dirty
    checked = CliRunner().invoke(app, ["presets", "check", str(tmp_path / "our-final.toml"), "--json"])
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["problems"] == []
    assert read_rules(tmp_path / "our-final.toml").components[0].trim is None
    _scores(REGIONAL_FINAL.with_name("scores.csv"), tmp_path / "scores.csv")
    out = tmp_path / "out"
    done = CliRunner().invoke(
        app,
        ["rehearse", str(target), "--scores", str(tmp_path / "scores.csv"), "--out", str(out), "--headless", "--json"],
    )
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result["locked"]
    first = result["results"]["projects"][0]
    assert first["total"] is not None


def test_a_rule_file_beside_the_workbook_goes_with_it_even_under_a_preset_s_key(qtbot: QtBot, tmp_path: Path) -> None:
    own = msgspec.structs.replace(Presets().load("shanxi-2019"), publicity_days=9)
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    write_rules(tmp_path / "here" / "shanxi-2019.toml", own)
    shutil.copy(REGIONAL_FINAL, tmp_path / "here" / "contest.xlsx")
    desk = prepared(qtbot)
    desk.open(tmp_path / "here" / "contest.xlsx")
    assert rules_of(desk).publicity_days == 9
    desk.save_to(tmp_path / "there" / "contest.xlsx")
    assert read_rules(tmp_path / "there" / "shanxi-2019.toml").publicity_days == 9


def test_another_contest_s_rules_of_the_same_key_are_not_written_over(qtbot: QtBot, tmp_path: Path) -> None:
    other = msgspec.structs.replace(Presets().load("common-7"), key="our-final")
    write_rules(tmp_path / "our-final.toml", other)
    desk = prepared(qtbot)
    desk.open(REGIONAL_FINAL)
    text(desk, "key").type("our-final")
    desk.save_to(tmp_path / "contest.xlsx")
    assert window_of(desk).troubles.troubles != ()
    assert read_rules(tmp_path / "our-final.toml") == other
    assert not (tmp_path / "contest.xlsx").exists()


def _scores(source: Path, target: Path) -> None:
    """The sample's scores with the first line's points cut to 15 and five points for the new line."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in rows:
            if row[2:4] == ["expert100", "综合表现"] and row[4]:
                writer.writerow([*row[:4], str(min(int(row[4]), 15)), *row[5:]])
                writer.writerow([*row[:3], "团队协作", "5", *row[5:]])
            else:
                writer.writerow(row)


@pytest.fixture
def rounds(qtbot: QtBot) -> PrepareDesk:
    made = begun(qtbot, "shanghai-2025", 1)
    window_of(made).rules_page.show_section("rounds")
    return made


def test_one_round_is_shown_at_a_time_with_its_own_example(qtbot: QtBot, rounds: PrepareDesk) -> None:
    page = page_of(rounds)
    assert [chip.text() for chip in page.rounds.chips] == ["初赛", "复赛", "决赛"]
    assert "初评" in page.example.text
    with qtbot.waitSignal(page.example.counted):
        page.rounds.chips[1].click()
    assert ("rounds", 1, "name") in page.rounds.fields
    assert ("rounds", 0, "name") not in page.rounds.fields
    assert "初评" not in page.example.text
    page.show_section("components")
    assert "性能评测" in page.example.text


def test_a_round_is_added_named_and_given_a_sheet_of_its_own(qtbot: QtBot, rounds: PrepareDesk) -> None:
    page = page_of(rounds)
    (add,) = [one for one in page.rounds.findChildren(QPushButton) if one.text() == "添加一轮"]
    add.click()
    assert page.rounds.chosen == 3
    field = page.rounds.fields["rounds", 3, "name"]
    assert isinstance(field, TextField)
    assert "不能为空" in field.problem
    assert field.line.hasFocus() or not window_of(rounds).isActiveWindow()
    for typed in ("加", "加赛"):
        field.type(typed)
        assert page.rounds.fields["rounds", 3, "name"] is field  # what is typed in is not made anew
    assert page.rounds.chips[3].text() == "加赛"
    own = page.rounds.fields["rounds", 3, "components"]
    assert isinstance(own, CheckField)
    own.box.click()
    assert rules_of(rounds).rounds[3].components == rules_of(rounds).components
    own = page.rounds.fields["rounds", 3, "components"]
    assert isinstance(own, CheckField)
    own.box.click()
    assert rules_of(rounds).rounds[3].components is None
    page.removed.emit(("rounds", 3))
    assert page.rounds.chosen == 2


def test_a_problem_of_another_round_is_gone_to(rounds: PrepareDesk) -> None:
    page = page_of(rounds)
    page.edited.emit(("rounds", 1, "components", 0, "max"), "7")
    page.show_section("basics")
    page.go_to_problem(0)
    assert page.section == "rounds"
    assert page.rounds.chosen == 1
    field = page.rounds.fields["rounds", 1, "components", 0, "max"]
    assert isinstance(field, TextField)
    assert "7" in field.problem


def test_ties_are_called_by_the_names_that_are_typed(desk: PrepareDesk) -> None:
    page = page_of(desk)
    text(desk, "components", 0, "criteria", 0, "name").type("新要素")
    ties = page.ranking.fields["tie_keys", 0]
    assert isinstance(ties, ChoiceField)
    assert any("新要素" in ties.box.itemText(at) for at in range(ties.box.count()))


def test_a_size_is_typed_as_people_write_it(desk: PrepareDesk) -> None:
    page = page_of(desk)
    page.added.emit(("entry_rules", "files"), {"kind": "申报表"})
    size = page.papers.fields["entry_rules", "files", 0, "max_bytes"]
    assert isinstance(size, TextField)
    for typed, held in (("5", 5 << 20), ("500 KB", 500 << 10), ("1.5MB", 3 << 19), ("", None)):
        size.type(typed)
        assert rules_of(desk).entry_rules.files[0].max_bytes == held
    size.type("viel")
    assert size.problem != ""


def test_the_field_that_one_types_in_stays_where_it_is(qtbot: QtBot, desk: PrepareDesk) -> None:
    """A message above it makes the page longer; the next field must not slip away under the pointer."""
    page = page_of(desk)
    window_of(desk).resize(1280, 720)
    field = text(desk, "components", 0, "criteria", 0, "max")
    full = text(desk, "components", 0, "max")
    field.line.setFocus()

    def height() -> int:
        return field.line.mapTo(page, QPoint(0, 0)).y()

    before = height()
    field.type("25")
    qtbot.waitUntil(lambda: full.problem != "" and full.height() > field.height())
    qtbot.waitUntil(lambda: height() == before)
