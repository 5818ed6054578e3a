"""The guard on the real LibreOffice: frozen, killed, a second deck, F5 after the end, a deck opened by hand."""

from __future__ import annotations

import queue
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from judge_app.show.desktop import X11Desktop
from judge_app.show.guard import Guard, ProgramHand
from judge_app.show.impress import ImpressProgram, find_soffice
from judge_app.show.ladder import Verdict
from tests.projector import BEAMER
from tests.show.odp import make_odp

pytestmark = pytest.mark.office
PATIENCE = 60


class Watched:
    """A guard on the real program, and a second pair of eyes on its windows."""

    def __init__(self, program: ImpressProgram, display: str) -> None:
        self.program = program
        self.eyes = X11Desktop(display)
        self._guards_eyes = X11Desktop(display)
        self.verdicts: queue.Queue[tuple[int, Verdict]] = queue.Queue()
        self.relapses: queue.Queue[tuple[int, Verdict | None]] = queue.Queue()
        self.hand = ProgramHand(program.driver, self._guards_eyes)
        self.guard = Guard(
            self.hand,
            lambda run, verdict: self.verdicts.put((run, verdict)),
            lambda run, verdict: self.relapses.put((run, verdict)),
        )

    @property
    def shown(self) -> bool:
        """Whether a window of soffice fills the projector."""
        pids = self.program.pids()
        return any(window.box == BEAMER and window.pid in pids for window in self.eyes.windows())

    def show(self, deck: Path) -> None:
        self.program.driver.open(deck)
        self.program.driver.start(BEAMER)
        self.hand.know(self.program.pids(), (BEAMER,))
        assert self.shown

    def cut(self, run: int = 1) -> Verdict:
        self.guard.forbid(run)
        return self.verdicts.get(timeout=PATIENCE)[1]

    def stop(self) -> None:
        self.guard.stop()
        self.eyes.stop()
        self._guards_eyes.stop()


@pytest.fixture
def watched(impress: ImpressProgram, display: str) -> Iterator[Watched]:
    watched = Watched(impress, display)
    yield watched
    watched.stop()
    impress.ensure()


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    return make_odp(tmp_path / "讲稿.odp", ("#ff0000", "#00ff00", "#0000ff"), "演示")


def test_a_show_is_ended_and_its_window_is_gone(watched: Watched, deck: Path) -> None:
    watched.show(deck)
    verdict = watched.cut()
    assert (verdict.method, verdict.confirmed) == ("end", True)
    assert not watched.shown


def test_a_frozen_soffice_is_killed(watched: Watched, deck: Path) -> None:
    watched.show(deck)
    for pid in watched.program.pids():
        psutil.Process(pid).suspend()
    verdict = watched.cut()
    assert (verdict.method, verdict.confirmed) == ("kill", True)
    assert not watched.shown
    watched.program.ensure()
    watched.guard.allow()
    watched.show(deck)


def test_a_soffice_that_was_killed_by_somebody_is_gone(
    watched: Watched, deck: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watched.show(deck)
    for pid in watched.program.pids():
        psutil.Process(pid).kill()
    with caplog.at_level("WARNING"):
        assert watched.cut().confirmed
    assert not watched.shown


def test_a_show_that_is_started_again_after_the_end_is_ended_again(watched: Watched, deck: Path) -> None:
    watched.show(deck)
    watched.cut()
    watched.program.driver.start(BEAMER)
    assert watched.relapses.get(timeout=PATIENCE) == (1, None)
    run, verdict = watched.relapses.get(timeout=PATIENCE)
    assert verdict is not None
    assert (run, verdict.confirmed) == (1, True)
    assert not watched.shown


def test_a_second_deck_that_was_opened_by_hand_is_ended_too(watched: Watched, deck: Path, tmp_path: Path) -> None:
    watched.show(deck)
    second = make_odp(tmp_path / "另一份.odp", ("#ffff00",))
    soffice = find_soffice()
    assert soffice is not None
    profile = f"-env:UserInstallation={(watched.program.folder / 'libreoffice').resolve().as_uri()}"
    subprocess.run([soffice, profile, "--show", str(second)], check=True, timeout=PATIENCE)
    verdict = watched.cut()
    assert verdict.confirmed
    assert not watched.shown
    assert not watched.program.driver.is_running()


def test_a_stage_that_was_started_anew_finds_the_soffice_it_had(watched: Watched, deck: Path, display: str) -> None:
    watched.show(deck)
    again = ImpressProgram(watched.program.folder, lambda: [BEAMER], watched.eyes, environment={"DISPLAY": display})
    again.ensure()
    assert again.pids() == watched.program.pids()
    assert again.driver.is_running()
    assert again.driver.end() == 1
    again.driver.stop()
    assert not watched.shown
