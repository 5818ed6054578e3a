"""All rules as text: checked with its lines while it is typed, taken over as one step, given up, and never lost unasked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from judge_app.core.rule_draft import draft_from
from judge_app.core.rule_draft_text import Reading, read_text, text_of
from judge_app.store.presets import Presets
from judge_app.ui.prepare import PrepareDesk, text_form
from judge_app.ui.prepare.text_form import TextForm
from tests.ui.prepare.preparing import begun, prepared, rules_of, window_of


@pytest.fixture
def desk(qtbot: QtBot) -> PrepareDesk:
    made = begun(qtbot, "national-2020", 1)
    window_of(made).rules_page.show_section("text")
    return made


def form_of(desk: PrepareDesk) -> TextForm:
    return window_of(desk).rules_page.text


def _type(desk: PrepareDesk, old: str, new: str) -> None:
    """What a person changes in the text."""
    form = form_of(desk)
    text = form.editor.toPlainText()
    assert text.count(old) >= 1
    form.editor.setPlainText(text.replace(old, new, 1))


@pytest.mark.parametrize("key", Presets().keys())
def test_every_preset_is_taken_over_unchanged(qtbot: QtBot, key: str) -> None:
    desk = prepared(qtbot)
    desk.begin(key)
    before = desk.preparation.rules
    window_of(desk).rules_page.show_section("text")
    form = form_of(desk)
    assert form.editor.toPlainText() == text_of(draft_from(Presets().load(key)))
    form.editor.appendPlainText("# a remark")
    form.apply()
    assert desk.preparation.rules == before
    assert not form.unapplied


def test_what_is_typed_is_taken_over_as_one_step(qtbot: QtBot, desk: PrepareDesk) -> None:
    form, before = form_of(desk), rules_of(desk)
    assert not form.apply_button.isEnabled()
    _type(desk, 'announce = "full"', 'announce = "total"')
    _type(desk, "carry_over = false", "carry_over = true")
    assert rules_of(desk) == before  # not yet
    qtbot.mouseClick(form.apply_button, Qt.MouseButton.LeftButton)
    now = rules_of(desk)
    assert (now.announce, now.timing is not None and now.timing.carry_over) == ("total", True)
    assert now.key == "national-2020-own"
    assert "national-2020-own" in form.editor.toPlainText()
    assert not form.unapplied
    window_of(desk).undo_requested.emit()
    assert rules_of(desk) == before
    assert "national-2020-own" not in form.editor.toPlainText()


def test_a_stated_value_that_is_typed_over_waits_for_confirmation(qtbot: QtBot, desk: PrepareDesk) -> None:
    assert "S1-05" in rules_of(desk).stated.values()
    part = rules_of(desk).components[1]
    _type(desk, f'max = "{part.max}"', 'max = "41"')  # the first that says so, wherever it is
    form_of(desk).apply()
    changed = set(rules_of(desk).assumed) - set(Presets().load("national-2020").assumed)
    assert len(changed) == 1


def test_what_is_wrong_stands_with_its_line_and_is_gone_to(qtbot: QtBot, desk: PrepareDesk) -> None:
    form = form_of(desk)
    _type(desk, "rounding_stage =", "rounding_stagge =")
    line = form.editor.toPlainText().split("rounding_stagge")[0].count("\n") + 1
    assert [one.line for one in form.reading.problems] == [line]
    assert not form.apply_button.isEnabled()
    form.editor.go_to(1)
    form.problems.picked.emit("0")
    assert form.editor.textCursor().blockNumber() + 1 == line
    assert [mark.cursor.blockNumber() + 1 for mark in form.editor.extraSelections()] == [line]


def test_what_cannot_work_can_be_taken_over_and_is_put_right_on_its_page(qtbot: QtBot, desk: PrepareDesk) -> None:
    part = rules_of(desk).components[0]
    _type(desk, f'max = "{part.max}"', 'max = "999"')
    form_of(desk).apply()
    assert window_of(desk).rules_page.problems.count > 0


def test_a_text_is_read_once_a_key(qtbot: QtBot, desk: PrepareDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(text: str) -> Reading:
        read.append(text)
        return read_text(text)

    monkeypatch.setattr(text_form, "read_text", reading)
    qtbot.keyClicks(form_of(desk).editor, "# abc")
    assert len(read) == 5
    assert read[-1].startswith("# abc")


def test_what_was_typed_can_be_given_up(qtbot: QtBot, desk: PrepareDesk) -> None:
    form, text = form_of(desk), form_of(desk).editor.toPlainText()
    _type(desk, "version = 1", "version = x")
    qtbot.mouseClick(form.discard_button, Qt.MouseButton.LeftButton)
    assert form.editor.toPlainText() == text
    assert not form.discard_button.isEnabled()
    assert form.reading.problems == ()


def test_what_was_typed_outlives_a_change_on_another_page_and_says_so(qtbot: QtBot, desk: PrepareDesk) -> None:
    form, page = form_of(desk), window_of(desk).rules_page
    _type(desk, 'announce = "full"', 'announce = "total"')
    page.show_section("basics")
    page.edited.emit(("publicity_days",), 9)
    assert form.unapplied
    assert 'announce = "total"' in form.editor.toPlainText()
    assert "其他页" in form.state
    form.discard()
    assert "publicity_days = 9" in form.editor.toPlainText()


def test_a_save_takes_over_what_is_typed_and_says_what_it_could_not(
    qtbot: QtBot, desk: PrepareDesk, tmp_path: Path
) -> None:
    desk.save_to(tmp_path / "kept.xlsx")
    _type(desk, 'announce = "full"', 'announce = "total"')
    window_of(desk).save_requested.emit()
    assert (tmp_path / "national-2020-own.toml").is_file()
    assert rules_of(desk).announce == "total"
    assert window_of(desk).may_close
    _type(desk, 'announce = "total"', "announce = ")
    assert not window_of(desk).may_close
    window_of(desk).save_requested.emit()
    assert re.match(r"第 \d+ 行.*：", window_of(desk).troubles.troubles[0].text)
    assert not window_of(desk).close()
    assert window_of(desk).ask.question is not None


def test_a_text_that_cannot_be_read_is_said_on_the_steps_and_shown_where_a_save_left_it_out(
    qtbot: QtBot, desk: PrepareDesk, tmp_path: Path
) -> None:
    window = window_of(desk)
    rules = window.steps.tabs[1]
    assert "待改正" not in rules.accessibleDescription()  # negative control
    desk.save_to(tmp_path / "kept.xlsx")
    assert [one.tone for one in window.troubles.troubles] == ["ok"]
    _type(desk, 'announce = "full"', "announce = ")
    assert "待改正" in rules.accessibleDescription()
    assert window.troubles.troubles == ()  # it is no longer all saved
    desk.go_to(3)
    assert not window.close()
    assert window.ask.question is not None
    assert "读不出来" in window.ask.question.choices[0].effect
    window.ask.close_question()
    desk.save_to(tmp_path / "kept.xlsx")
    assert (window.step, window.rules_page.section) == (1, "text")


def test_rooms_wait_for_a_text_that_cannot_be_read(qtbot: QtBot, desk: PrepareDesk) -> None:
    _type(desk, 'announce = "full"', "announce = ")
    desk.go_to(4)
    assert any("等号" in row.spoken() for row in window_of(desk).hand_out_page.problems.rows)


def test_another_contest_does_not_get_what_was_typed_for_this_one(qtbot: QtBot, desk: PrepareDesk) -> None:
    _type(desk, 'announce = "full"', "announce = ")
    desk.begin("common-5")
    assert not form_of(desk).unapplied
    window_of(desk).rules_page.show_section("text")
    assert 'key = "common-5"' in form_of(desk).editor.toPlainText()
