"""Which stage is opened for whom: a real one drives the programs of this machine, a rehearsal's leaves them alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from judge_app.core.seats import Role
from judge_app.ui.app import window_for
from judge_app.ui.console.window import utc_now
from judge_app.ui.stage.programs import find_hands
from tests.ui.sitting import briefing


@pytest.mark.parametrize(
    ("role", "rehearsal", "drives"),
    [(Role.STAGE, False, True), (Role.STAGE, True, False), (Role.VIEWER, False, False)],
)
def test_a_stage_outside_rehearsals_drives_the_programs_that_are_here(
    qtbot: QtBot, tmp_path: Path, role: Role, rehearsal: bool, drives: bool
) -> None:
    here = find_hands(tmp_path / "looked")
    for hand in here.values():
        hand.stop()
    window = window_for(briefing(role, rehearsal=rehearsal), tmp_path, utc_now)
    qtbot.addWidget(window)
    assert window.kinds == {"pdf"} | (here.keys() if drives else set())
