"""For the tests of the Prepare window: a window with its desk, on the rule sets of the disk."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from judge_app.cli.prepare import Shelf
from judge_app.ui.prepare import EntryCheck, Preparation, PrepareDesk, PrepareWindow, Recovery


def prepared(
    qtbot: QtBot, shelf: Shelf | None = None, *, recovery: Recovery | None = None, entry_check: EntryCheck | None = None
) -> PrepareDesk:
    """A desk whose window is shown."""
    window = PrepareWindow()
    qtbot.addWidget(window)
    made = PrepareDesk(Preparation(shelf or Shelf()), window, recovery, entry_check)
    window.show()
    return made


def window_of(desk: PrepareDesk) -> PrepareWindow:
    window = desk.parent()
    assert isinstance(window, PrepareWindow)
    return window
