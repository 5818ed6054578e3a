"""The command ``decks`` as scripts meet it: a workbook, a folder and a session file; its exits and its JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from judge_app.core.preflight import Preflight
from judge_app.sheets.fonts import Weight, font
from judge_app.show.preflight import SECTIONS
from tests.projector import missing, projector
from tests.show.odp import make_odp


def run(data: Path, *arguments: object, display: str = "") -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    if display:
        environment |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    command = [sys.executable, "-m", "judge_app", "decks", *map(str, arguments), "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=200, check=False)


def pdf(path: Path, words: str = "".join(SECTIONS), size: tuple[float, float] = (960, 540)) -> Path:
    canvas = Canvas(str(path), pagesize=size, initialFontName=font(Weight.REGULAR).fontName)
    canvas.setFont(font(Weight.REGULAR).fontName, 12)
    canvas.drawString(20, 50, words)
    canvas.save()
    return path


def told(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    answer = json.loads(done.stdout)
    return {deck["entry_no"]: deck for deck in answer["decks"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "decks"
    made.mkdir()
    pdf(made / "01-会诊.pdf")
    return made


def test_a_folder_of_good_decks_exits_0_and_keeps_their_pictures(folder: Path, tmp_path: Path) -> None:
    done = run(tmp_path / "data", folder, "--json", "--no-trial")
    assert done.returncode == 0, done.stderr
    (deck,) = told(done).values()
    assert (deck["entry_no"], deck["stills"], deck["slides"]) == ("1", 1, 1)
    assert [found["key"] for found in deck["findings"]] == ["untested"]
    assert json.loads(done.stdout)["light"] == "amber"


def test_a_red_deck_exits_1_and_says_what_to_do_in_both_languages(folder: Path, tmp_path: Path) -> None:
    (folder / "02-坏.pdf").write_bytes(b"%PDF-1.4")
    report = tmp_path / "report.json"
    done = run(tmp_path / "data", folder, "--no-trial", "--out", report)
    assert done.returncode == 1
    assert "文件已损坏" in done.stdout
    assert "ask the team for it again" in done.stdout
    written = json.loads(report.read_text("utf-8"))
    assert [deck["light"] for deck in written["decks"]] == ["amber", "red"]


def test_what_is_no_source_exits_2(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(tmp_path / "data", empty, "--no-trial").returncode == 2
    assert run(tmp_path / "data", tmp_path / "no.xlsx", "--no-trial").returncode == 2


@pytest.mark.skipif(bool(missing()), reason="needs Xvfb, xrandr and openbox")
@pytest.mark.office
def test_trial_shows_are_made_by_each_driver_and_remembered(folder: Path, tmp_path: Path) -> None:
    make_odp(folder / "02-影像.odp", ("#ff0000", "#00ff00"), " ".join(SECTIONS))
    data = tmp_path / "data"
    with projector() as display:
        done = run(data, folder, "--json", display=display)
    assert done.returncode == 0, done.stderr
    decks = told(done)
    assert [decks[no]["driver"] for no in ("1", "2")] == ["pdf", "impress"]
    assert all("stage" not in deck["trial"] and deck["trial"]["end_ms"] >= 0 for deck in decks.values())
    assert (decks["2"]["fallback"], decks["2"]["stills"]) == (True, 2)
    assert all(driver["tested"] for driver in json.loads(done.stdout)["drivers"])
    later = run(data, folder, "--json", "--no-trial")
    assert json.loads(later.stdout)["light"] == "green", "the drivers have passed their test here"


def test_an_empty_report_reads_back() -> None:
    assert Preflight(made="2026-12-01T01:00:00Z").decks == ()
