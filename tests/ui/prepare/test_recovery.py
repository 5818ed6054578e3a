"""Unsaved preparing outlives a crash: a copy after each change, offered at the next opening, gone after a save."""

from __future__ import annotations

import datetime
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from judge_app.exchange import draft as drafts
from judge_app.exchange.draft_copy import STATE, Copy, load_copy, save_copy
from judge_app.exchange.tables import RawCell
from judge_app.ui.prepare import PrepareDesk, Recovery
from judge_app.ui.prepare.preparation import State
from tests.exchange.test_workbook import good, written
from tests.ui.prepare.preparing import prepared, window_of

WORKER = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from judge_app.cli.prepare import Shelf
from judge_app.exchange import draft as drafts
from judge_app.ui.prepare import Preparation, PrepareDesk, PrepareWindow, Recovery

app = QApplication([])
window = PrepareWindow()
desk = PrepareDesk(Preparation(Shelf()), window, Recovery(Path(sys.argv[1])))
desk.open(Path(sys.argv[2]))
number = 0

def change():
    global number
    number += 1
    desk.change(lambda draft: drafts.with_cell(draft, "项目", 3, 2, f"第 {number} 改"))

timer = QTimer()
timer.timeout.connect(change)
timer.start(5)
app.exec()
"""
"""A real window that changes a name again and again until it is killed."""


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return tmp_path / "copies"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return written(tmp_path / "contest.xlsx", good())


def _desk(qtbot: QtBot, copies: Path) -> tuple[PrepareDesk, Recovery]:
    recovery = Recovery(copies)
    return prepared(qtbot, recovery=recovery), recovery


def _states(copies: Path) -> list[Path]:
    return list(copies.glob(f"*/{STATE}"))


def _renamed(desk: PrepareDesk, name: str) -> None:
    desk.change(lambda draft: drafts.with_cell(draft, "项目", 3, 2, name))


def _left_behind(qtbot: QtBot, copies: Path, workbook: Path) -> State:
    """A window that was killed with a changed workbook and changed rules: its copy stays, its lock is nobody's."""
    desk, recovery = _desk(qtbot, copies)
    desk.open(workbook)
    window_of(desk).rules_page.edited.emit(("publicity_days",), 9)
    _renamed(desk, "改过的名字")
    recovery.flush()
    recovery.release()
    held = desk.preparation
    return State(held.draft, held.rules)


def test_a_copy_is_kept_after_each_change_and_gone_after_a_save(
    qtbot: QtBot, copies: Path, workbook: Path, tmp_path: Path
) -> None:
    desk, _ = _desk(qtbot, copies)
    desk.open(workbook)
    assert _states(copies) == []
    _renamed(desk, "改过的名字")
    qtbot.waitUntil(lambda: len(_states(copies)) == 1)
    (state,) = _states(copies)
    assert load_copy(state.parent).draft == desk.preparation.draft
    desk.save_to(tmp_path / "kept.xlsx")
    assert _states(copies) == []


def test_a_new_contest_in_its_place_leaves_no_copy_of_the_one_before(
    qtbot: QtBot, copies: Path, workbook: Path
) -> None:
    desk, recovery = _desk(qtbot, copies)
    desk.open(workbook)
    _renamed(desk, "改过的名字")
    recovery.flush()
    desk.begin("common-5")
    assert _states(copies) == []


def test_rules_that_were_being_typed_as_text_are_kept_too(qtbot: QtBot, copies: Path, workbook: Path) -> None:
    desk, recovery = _desk(qtbot, copies)
    desk.open(workbook)
    page = window_of(desk).rules_page
    page.show_section("text")
    page.text.editor.appendPlainText("half a li")
    typed = page.text.editor.toPlainText()
    recovery.flush()
    recovery.release()
    again, _ = _desk(qtbot, copies)
    window_of(again).ask.answered.emit("recover", "take", "", "")
    form = window_of(again).rules_page.text
    assert form.editor.toPlainText() == typed
    assert form.unapplied
    form.discard()
    assert not form.unapplied


def test_undoing_everything_leaves_no_copy(qtbot: QtBot, copies: Path, workbook: Path) -> None:
    desk, recovery = _desk(qtbot, copies)
    desk.open(workbook)
    _renamed(desk, "改过的名字")
    recovery.flush()
    window_of(desk).undo_requested.emit()
    assert _states(copies) == []


def test_a_plain_close_without_saving_leaves_no_copy(qtbot: QtBot, copies: Path, workbook: Path) -> None:
    desk, recovery = _desk(qtbot, copies)
    desk.open(workbook)
    _renamed(desk, "改过的名字")
    recovery.flush()
    assert not window_of(desk).close()
    window_of(desk).ask.answered.emit("leave", "", "", "")
    assert _states(copies) == []


def test_what_was_left_is_offered_with_its_time_and_taken_up_whole(
    qtbot: QtBot, copies: Path, workbook: Path, tmp_path: Path
) -> None:
    left = _left_behind(qtbot, copies, workbook)
    at = datetime.datetime.fromisoformat(load_copy(_states(copies)[0].parent).at)
    desk, _ = _desk(qtbot, copies)
    question = window_of(desk).ask.question
    assert question is not None
    assert at.astimezone().strftime("%Y-%m-%d %H:%M") in question.title
    qtbot.keyClick(window_of(desk).ask, Qt.Key.Key_Return)
    held = desk.preparation
    assert (held.draft, held.rules, held.path) == (left.draft, left.rules, workbook)
    assert held.dirty
    desk.save_to(tmp_path / "kept.xlsx")
    assert _states(copies) == []
    again, _ = _desk(qtbot, copies)
    assert window_of(again).ask.question is None


def test_what_was_left_is_thrown_away_only_where_that_is_chosen(qtbot: QtBot, copies: Path, workbook: Path) -> None:
    _left_behind(qtbot, copies, workbook)
    later, _ = _desk(qtbot, copies)
    qtbot.keyClick(window_of(later).ask, Qt.Key.Key_Escape)
    assert len(_states(copies)) == 1
    desk, _ = _desk(qtbot, copies)
    window_of(desk).ask.answered.emit("recover", "drop", "", "")
    assert _states(copies) == []


def test_what_another_window_still_works_on_is_offered_to_no_other(qtbot: QtBot, copies: Path, workbook: Path) -> None:
    desk, recovery = _desk(qtbot, copies)
    desk.open(workbook)
    _renamed(desk, "改过的名字")
    recovery.flush()
    other, _ = _desk(qtbot, copies)
    assert window_of(other).ask.question is None


def test_taking_it_up_over_unsaved_work_is_asked_about_first(
    qtbot: QtBot, copies: Path, workbook: Path, tmp_path: Path
) -> None:
    left = _left_behind(qtbot, copies, workbook)
    desk, _ = _desk(qtbot, copies)
    desk.open(written(tmp_path / "other.xlsx", good()))
    _renamed(desk, "另一份")
    window_of(desk).ask.answered.emit("recover", "take", "", "")
    assert window_of(desk).ask.question is not None
    assert desk.preparation.contest.projects[1].name == "另一份"
    window_of(desk).ask.answered.emit("another", "", "", "")
    assert desk.preparation.draft == left.draft


def test_a_disk_that_takes_no_copy_is_said(qtbot: QtBot, copies: Path, workbook: Path) -> None:
    copies.write_text("no folder")
    desk, recovery = _desk(qtbot, copies)
    desk.open(workbook)
    _renamed(desk, "改过的名字")
    recovery.flush()
    qtbot.waitUntil(lambda: window_of(desk).saved.tone == "stop")


def test_a_copy_that_cannot_be_read_is_not_offered(qtbot: QtBot, copies: Path, workbook: Path) -> None:
    _left_behind(qtbot, copies, workbook)
    _states(copies)[0].write_text("{")
    desk, _ = _desk(qtbot, copies)
    assert window_of(desk).ask.question is None


def test_every_kind_of_cell_is_copied_and_read_back(workbook: Path, tmp_path: Path) -> None:
    draft = drafts.open_draft(workbook)
    values: list[object] = [
        datetime.datetime.fromisoformat("2026-12-05T08:30:00"),
        datetime.date(2026, 12, 5),
        datetime.time(8, 30),
        12,
        3.5,
        True,
        "=1+1",
        "𬱖䶮",
    ]
    rows = {**draft.sheets["场次"], 9: {at + 1: RawCell(value, "n") for at, value in enumerate(values)}}
    rows.pop(2)
    draft = draft._replace(sheets={**draft.sheets, "场次": rows, "新表": {}})
    copy = Copy("2026-12-05T08:30:00+08:00", workbook, None, draft, {"key": "x"})
    save_copy(tmp_path / "copy", copy)
    assert load_copy(tmp_path / "copy") == copy


def test_a_window_killed_at_any_moment_leaves_a_copy_that_goes_on(qtbot: QtBot, copies: Path, workbook: Path) -> None:
    """Kill −9, a real process, five times, at moments of their own; each goes on from what the last one left."""
    chance = random.Random(20261205)
    for _ in range(5):
        for old in copies.glob("*/state.json"):
            old.unlink()
        process = subprocess.Popen([sys.executable, "-c", WORKER, str(copies), str(workbook)])
        try:
            qtbot.waitUntil(lambda: bool(_states(copies)), timeout=60_000)
            time.sleep(chance.random())
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        desk, recovery = _desk(qtbot, copies)
        assert window_of(desk).ask.question is not None
        window_of(desk).ask.answered.emit("recover", "take", "", "")
        assert desk.preparation.contest.projects[1].name.startswith("第 ")
        recovery.drop()
