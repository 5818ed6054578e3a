"""Hosting as a person does it, on two real monitors: the projector is the stage's, the laptop the host's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.projector import missing, projector
from tests.show.odp import make_odp

SCRIPT = Path(__file__).with_name("hosted_on_projector.py")
SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "samples" / "regional-final" / "contest.xlsx"
RED, GREEN, GROUND = "#ff0000", "#00ff00", "#0d151c"


def make_deck(folder: Path, kind: str) -> str:
    """A red slide and a green one."""
    if kind == "odp":
        return make_odp(folder / "deck.odp", (RED, GREEN)).name
    canvas = Canvas(str(folder / "deck.pdf"), pagesize=(960, 540))
    for colour in ((1, 0, 0), (0, 1, 0)):
        canvas.setFillColorRGB(*colour)
        canvas.rect(0, 0, 960, 540, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return "deck.pdf"


def workbook(folder: Path, deck: str) -> Path:
    """The sample contest with slides for its first project."""
    book = openpyxl.load_workbook(SAMPLE)
    sheet = book["项目"]
    column = [cell.value for cell in sheet[1]].index("路演材料") + 1
    sheet.cell(2, column, deck)
    book.save(folder / "contest.xlsx")
    return folder / "contest.xlsx"


@pytest.mark.parametrize("kind", ["pdf", pytest.param("odp", marks=pytest.mark.office)])
def test_a_hosted_session_shows_its_slides_ends_them_and_shows_one_again_when_asked(tmp_path: Path, kind: str) -> None:
    lacking = missing() or next((name for name in ("xdotool",) if shutil.which(name) is None), "")
    if lacking:
        pytest.skip(f"{lacking} is not installed")
    deck = make_deck(tmp_path, kind)
    book = workbook(tmp_path, deck)
    with projector() as display:
        run = subprocess.run(
            [sys.executable, str(SCRIPT), str(book), str(tmp_path), str(tmp_path / deck)],
            env={**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    seen = {line["moment"]: line for line in map(json.loads, run.stdout.splitlines())}
    assert seen["opened"]["beamer"][GROUND] > 0.6
    assert RED not in seen["called"]["beamer"], "nothing of the deck before its time"
    assert seen["slides"]["beamer"][RED] > 0.9
    assert seen["questions"]["beamer"][GROUND] > 0.6
    assert 0.3 < seen["again"]["beamer"][RED] < 0.7, "the slide is beside the clock, not in its place"
    assert 0.3 < seen["next"]["beamer"][GREEN] < 0.7
    assert GREEN not in seen["off"]["beamer"]
    assert seen["second"]["beamer"][GREEN] > 0.3
    assert GREEN not in seen["scoring"]["beamer"], "it goes by itself with the questions"
    for moment in seen.values():
        assert moment["laptop"].get(RED, 0) == 0, "the host's screen is the host's"
