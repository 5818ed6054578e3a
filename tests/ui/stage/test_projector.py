"""The stage on a real screen with two monitors: what is seen there at each moment, pixel by pixel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage
from reportlab.pdfgen.canvas import Canvas

from tests.projector import missing, projector
from tests.show.odp import make_odp

SCRIPT = Path(__file__).with_name("on_projector.py")
RED, GROUND, BLACK = QColor("#ff0000"), QColor("#0d151c"), QColor("#000000")
LAPTOP, BEAMER = 0, 1280


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    if missing():
        pytest.skip(f"{missing()} is not installed")
    with projector() as name:
        yield name


class Seen:
    """The pictures that were taken, and what the stage reported."""

    def __init__(self, folder: Path, told: list[dict[str, Any]]) -> None:
        self._folder = folder
        self.told = told

    @property
    def report(self) -> dict[str, Any]:
        reports: list[dict[str, Any]] = [line["report"] for line in self.told if "report" in line]
        assert len(reports) == 1
        return reports[0]

    def colours(self, name: str, left: int) -> dict[str, float]:
        """How much of a monitor has which colour, coarsely."""
        picture = QImage(str(self._folder / f"{name}.png"))
        assert picture.width() == 2560
        counts: dict[str, int] = {}
        for x in range(left + 8, left + 1280, 16):
            for y in range(8, 720, 16):
                colour = picture.pixelColor(x, y).name()
                counts[colour] = counts.get(colour, 0) + 1
        whole = sum(counts.values())
        return {colour: count / whole for colour, count in counts.items()}

    def share(self, name: str, left: int, colour: QColor) -> float:
        return self.colours(name, left).get(colour.name(), 0.0)


def play(display: str, folder: Path, kind: str, *wishes: str) -> Seen:
    if kind == "odp":
        deck = make_odp(folder / "deck.odp", ("#ff0000", "#00ff00"))
    else:
        deck = folder / "deck.pdf"
        canvas = Canvas(str(deck), pagesize=(960, 540))
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(0, 0, 960, 540, stroke=0, fill=1)
        canvas.save()
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(deck), str(folder), *wishes],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return Seen(folder, [json.loads(line) for line in run.stdout.splitlines()])


KINDS = ["pdf", pytest.param("odp", marks=pytest.mark.office)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_slides_fill_the_projector_until_the_deadline_and_the_curtain_covers_them_after(
    display: str, tmp_path: Path, kind: str
) -> None:
    seen = play(display, tmp_path, kind)
    assert seen.share("called", BEAMER, GROUND) > 0.7, "nothing of the deck before its time"
    assert seen.share("slides", BEAMER, RED) > 0.9
    for moment in ("cut", "questions"):
        assert seen.share(moment, BEAMER, RED) == 0
        assert seen.share(moment, BEAMER, GROUND) > 0.6
    for moment in ("called", "slides", "cut", "questions"):
        assert seen.share(moment, LAPTOP, BLACK) == 1.0, "the host's screen is the host's"
    report = seen.report
    assert report["run"] == 9
    assert report["method"] == "end"
    assert report["confirmed"]
    assert 0 <= report["curtain_us"] <= report["gone_us"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_projector_that_is_unplugged_shows_nothing_on_the_hosts_screen_and_gets_its_slides_back(
    display: str, tmp_path: Path, kind: str
) -> None:
    seen = play(display, tmp_path, kind, "--unplug")
    assert seen.share("unplugged", LAPTOP, BLACK) == 1.0
    assert seen.share("unplugged", BEAMER, RED) == 0
    assert seen.share("slides", BEAMER, RED) > 0.9
    assert seen.share("cut", BEAMER, RED) == 0
    assert seen.report["confirmed"]


@pytest.mark.office
def test_a_frozen_office_is_behind_the_curtain_all_the_same_and_then_killed(display: str, tmp_path: Path) -> None:
    seen = play(display, tmp_path, "odp", "--freeze")
    assert seen.share("slides", BEAMER, RED) > 0.9
    assert seen.share("cut", BEAMER, RED) == 0
    assert seen.report["confirmed"]
    assert seen.report["method"] in ("close", "kill"), "openbox ends a program that does not answer its close button"


@pytest.mark.office
def test_a_show_that_is_started_again_is_told_and_not_seen(display: str, tmp_path: Path) -> None:
    seen = play(display, tmp_path, "odp", "--again")
    assert {"relapse": 9, "ended": True} in seen.told
    first, *relapses = [line["report"] for line in seen.told if "report" in line]
    assert first["run"] == 9
    assert not first.get("relapse")
    assert relapses, "and it is on record"
    for again in relapses:
        assert again["run"] == 9
        assert again["relapse"]
        assert again["confirmed"]
        assert again["curtain_us"] >= 0
    assert seen.share("questions", BEAMER, RED) == 0
