"""A whole short session in real windows, from the start window to locked and signed, by real clicks and keys.

The longer ones, and a session by the keys alone: ``python3 run.py faults evening``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import projector
from tests.ui import hands
from tests.ui.evening import Evening, told, write_contest

pytestmark = pytest.mark.skipif(bool(hands.missing() or projector.missing()), reason="Xvfb, openbox or xdotool missing")


def test_a_session_goes_from_the_start_window_to_locked_and_signed(tmp_path: Path) -> None:
    workbook = write_contest(tmp_path / "contest", ["1"])
    with projector.projector() as display, Evening(display, tmp_path, mouse=True).together() as evening:
        file = evening.whole(workbook, ["1"])
    assert told(file, ["1"]) == []
