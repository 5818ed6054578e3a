"""The guard on the fake office: ended, proved, and ended again, whatever the program does."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from judge_app.show.desktop import BlindDesktop
from judge_app.show.driver import Box, DriverKind
from judge_app.show.fake import FakeDesktop, FakeOffice, Mood, read_screen, set_mood
from judge_app.show.guard import Guard, ProgramHand
from judge_app.show.ladder import Verdict
from judge_app.show.worker import WorkerDriver, worker_argv

SCREEN = Box(x=0, y=0, width=1280, height=720)
PATIENCE = 60


class Watched:
    """A guard on the fake office, and what it has said."""

    def __init__(self, office: FakeOffice, *, blind: bool = False) -> None:
        self.office = office
        self.driver = WorkerDriver(DriverKind.FAKE, worker_argv(DriverKind.FAKE, str(office.folder)))
        self.driver.is_running(10**10)
        self.verdicts: queue.Queue[tuple[int, Verdict]] = queue.Queue()
        self.relapses: queue.Queue[tuple[int, Verdict | None]] = queue.Queue()
        self.hand = ProgramHand(self.driver, BlindDesktop() if blind else FakeDesktop(office, SCREEN))
        self.hand.know((office.pid,), (SCREEN,))
        self.guard = Guard(
            self.hand,
            lambda run, verdict: self.verdicts.put((run, verdict)),
            lambda run, verdict: self.relapses.put((run, verdict)),
        )

    def show(self, deck: Path) -> None:
        self.driver.open(deck)
        self.driver.start(SCREEN)
        assert self.office.showing

    def verdict(self) -> Verdict:
        return self.verdicts.get(timeout=PATIENCE)[1]

    def stop(self) -> None:
        self.guard.stop()
        self.driver.stop()


@pytest.fixture
def watched(office: FakeOffice) -> Iterator[Watched]:
    watched = Watched(office)
    yield watched
    watched.stop()


def test_a_show_is_ended_and_proved_gone(watched: Watched, deck: Path) -> None:
    watched.show(deck)
    watched.guard.forbid(7)
    run, verdict = watched.verdicts.get(timeout=PATIENCE)
    assert (run, verdict.method, verdict.confirmed) == (7, "end", True)
    assert not watched.office.showing
    assert watched.office.alive


def test_one_run_is_ended_once(watched: Watched, deck: Path) -> None:
    watched.show(deck)
    watched.guard.forbid(7)
    watched.verdict()
    watched.guard.forbid(7)
    watched.guard.forbid(8)
    assert watched.verdicts.get(timeout=PATIENCE)[0] == 8


def test_a_show_started_again_by_hand_is_ended_again(watched: Watched, deck: Path) -> None:
    watched.show(deck)
    watched.guard.forbid(7)
    watched.verdict()
    for _ in range(2):
        watched.office.press_f5()
        assert watched.relapses.get(timeout=PATIENCE) == (7, None)
        run, verdict = watched.relapses.get(timeout=PATIENCE)
        assert verdict is not None
        assert (run, verdict.confirmed) == (7, True)
        assert not watched.office.showing


def test_a_show_that_is_allowed_again_is_left_alone(watched: Watched, deck: Path) -> None:
    watched.show(deck)
    watched.guard.forbid(7)
    watched.verdict()
    watched.guard.allow()
    watched.office.press_f5()
    watched.guard.stop()
    assert watched.office.showing
    assert watched.relapses.empty()


def test_a_program_that_lies_is_closed_at_its_window(watched: Watched, deck: Path) -> None:
    watched.show(deck)
    set_mood(watched.office.folder, Mood(lie=True))
    watched.guard.forbid(1)
    verdict = watched.verdict()
    assert (verdict.method, verdict.confirmed) == ("close", True)
    assert not watched.office.showing


def test_a_program_that_hangs_is_killed(watched: Watched, deck: Path) -> None:
    watched.show(deck)
    set_mood(watched.office.folder, Mood(hang=True, stubborn=True))
    psutil.Process(watched.office.pid).suspend()
    watched.guard.forbid(1)
    verdict = watched.verdict()
    assert (verdict.method, verdict.confirmed) == ("kill", True)
    assert not watched.office.alive


def test_a_dialog_in_the_way_is_passed_by_the_window(
    watched: Watched, deck: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watched.show(deck)
    set_mood(watched.office.folder, Mood(dialog=True))
    with caplog.at_level("WARNING"):
        watched.guard.forbid(1)
        verdict = watched.verdict()
    assert verdict.method == "close"
    assert read_screen(watched.office.folder).black, "blanked while it was still up"
    assert "Keep your ink annotations?" in caplog.text


def test_a_program_that_has_crashed_is_gone(watched: Watched, deck: Path, caplog: pytest.LogCaptureFixture) -> None:
    watched.show(deck)
    watched.office.stop()
    with caplog.at_level("WARNING"):
        watched.guard.forbid(1)
        assert watched.verdict().confirmed


def test_without_eyes_on_the_desktop_a_frozen_program_is_killed_and_not_believed(
    office: FakeOffice, deck: Path
) -> None:
    watched = Watched(office, blind=True)
    try:
        watched.show(deck)
        psutil.Process(office.pid).suspend()
        watched.guard.forbid(1)
        assert watched.verdict().method == "kill"
    finally:
        watched.stop()


def test_a_dead_guard_would_be_noticed(watched: Watched, deck: Path) -> None:
    """The negative control: with nothing forbidden, the show goes on."""
    watched.show(deck)
    watched.guard.stop()
    assert watched.office.showing
    assert watched.verdicts.empty()
