"""For the tests of the Prepare window: a window with its desk, on the rule sets of the disk and the samples."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from judge_app.cli.prepare import Shelf
from judge_app.core.rules import RuleSet
from judge_app.ui.prepare import EntryCheck, Preparation, PrepareDesk, PrepareWindow, Recovery

SAMPLES = Path(__file__).resolve().parents[3] / "resources" / "samples"
REGIONAL_FINAL = SAMPLES / "regional-final" / "contest.xlsx"
FOUR_TRACKS = SAMPLES / "four-tracks" / "contest.xlsx"


def prepared(
    qtbot: QtBot, shelf: Shelf | None = None, *, recovery: Recovery | None = None, entry_check: EntryCheck | None = None
) -> PrepareDesk:
    """A desk whose window is shown."""
    window = PrepareWindow()
    qtbot.addWidget(window)
    made = PrepareDesk(Preparation(shelf or Shelf()), window, recovery, entry_check)
    window.show()
    return made


def begun(qtbot: QtBot, preset: str, step: int) -> PrepareDesk:
    """A new contest under a preset, at a step."""
    made = prepared(qtbot)
    made.begin(preset)
    made.go_to(step)
    return made


def opened(qtbot: QtBot, workbook: Path, step: int) -> PrepareDesk:
    """A contest from its workbook, at a step."""
    made = prepared(qtbot)
    made.open(workbook)
    made.go_to(step)
    return made


def window_of(desk: PrepareDesk) -> PrepareWindow:
    window = desk.parent()
    assert isinstance(window, PrepareWindow)
    return window


def rules_of(desk: PrepareDesk) -> RuleSet:
    """The rules as they stand."""
    rules = desk.preparation.rule_set
    assert rules is not None
    return rules
