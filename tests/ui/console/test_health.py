"""The room's health in the pills of the top bar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from judge_app.core.views import Health
from judge_app.ui import samples
from judge_app.ui.console.health import battery, copies, saved
from judge_app.ui.language import Language
from tests.ui.desk import dressed

WALL = datetime(2026, 12, 5, 2, 14, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp, "en") as used:
        yield used


def healthy(**changes: object) -> Health:
    return msgspec.structs.replace(samples.HEALTHY, **changes)


def test_a_verified_copy_is_said_with_its_age() -> None:
    assert copies(healthy(), WALL) == ("Copy 2 min ago", "ok", "")


@pytest.mark.parametrize(
    ("mirror", "word", "tone"),
    [
        ("ok", "Copy 2 min ago", "ok"),
        ("waiting", "Mirror: 42 behind", "warn"),
        ("same_disk", "Mirror on this disk", "warn"),
        ("ahead", "Mirror knows more", "stop"),
    ],
)
def test_a_mirror_that_is_not_whole_has_the_word(mirror: str, word: str, tone: str) -> None:
    found = copies(healthy(mirror=mirror, mirror_lag=42, mirror_folder="/media/stick"), WALL)
    assert found[:2] == (word, tone)
    assert found[2]


def test_the_battery_is_said_only_while_the_computer_runs_on_it() -> None:
    assert battery(healthy())[0] == ""
    assert battery(healthy(battery=80))[:2] == ("Battery 80 %", "plain")
    assert battery(healthy(battery=29))[:2] == ("Battery 29 %", "warn")


def test_the_disk_s_room_stands_in_the_tip_of_the_last_write() -> None:
    assert "free" not in saved(healthy())[2]
    assert "48.2 GB free" in saved(healthy(disk_free=48_200))[2]
    assert saved(Health()) == ("", "ok", "")
