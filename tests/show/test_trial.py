"""A trial on the fake office (which hangs, lies and refuses), on the built-in show, and on LibreOffice itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from judge_app.show.desktop import X11Desktop
from judge_app.show.driver import DriverKind
from judge_app.show.fake import FakeDesktop, FakeOffice, Mood, set_mood
from judge_app.show.guard import ProgramHand
from judge_app.show.impress import ImpressProgram
from judge_app.show.pdf import DeckWindow, PdfDriver
from judge_app.show.tested import TestedDrivers
from judge_app.show.trial import Trial, try_show
from judge_app.show.worker import WorkerDriver, worker_argv
from tests.projector import BEAMER
from tests.show.odp import make_odp

AT = "2026-12-01T01:00:00Z"


def fake_trial(office: FakeOffice, deck: Path, mood: Mood) -> Trial:
    set_mood(office.folder, mood)
    driver = WorkerDriver(DriverKind.FAKE, worker_argv(DriverKind.FAKE, str(office.folder)))
    hand = ProgramHand(driver, FakeDesktop(office, BEAMER))
    try:
        return try_show(
            driver,
            deck,
            BEAMER,
            ready=lambda: hand.know((office.pid,), (BEAMER,)),
            gone=hand.gone,
            pause=lambda ms: None,
        )
    finally:
        driver.stop()


def test_a_good_program_passes_and_nothing_is_left_on_the_screen(office: FakeOffice, deck: Path) -> None:
    trial = fake_trial(office, deck, Mood())
    assert (trial.stage, trial.slides) == ("", 6)
    assert min(trial.open_ms, trial.start_ms, trial.end_ms) >= 0
    assert not office.showing


@pytest.mark.parametrize(
    ("mood", "hung"), [(Mood(hang=True), True), (Mood(lie=True), False), (Mood(dialog=True), False)]
)
def test_a_program_that_does_not_end_its_show_fails_there(
    office: FakeOffice, deck: Path, mood: Mood, hung: bool
) -> None:
    trial = fake_trial(office, deck, mood)
    assert (trial.stage, trial.hung, trial.end_ms) == ("end", hung, -1)
    assert trial.zh
    assert trial.en


def test_a_deck_that_cannot_be_opened_fails_there(office: FakeOffice, tmp_path: Path) -> None:
    assert fake_trial(office, tmp_path / "没有.pptx", Mood()).stage == "open"


def test_the_built_in_show_passes(qtbot: QtBot, deck: Path) -> None:
    window = DeckWindow()
    qtbot.addWidget(window)
    trial = try_show(PdfDriver(window), deck, BEAMER, pause=qtbot.wait)
    assert (trial.stage, trial.slides) == ("", 3)
    assert not window.isVisible()


@pytest.mark.office
def test_libreoffice_passes(impress: ImpressProgram, desktop: X11Desktop, tmp_path: Path) -> None:
    hand = ProgramHand(impress.driver, desktop)
    trial = try_show(
        impress.driver,
        make_odp(tmp_path / "讲稿.odp", ("#ff0000", "#00ff00")),
        BEAMER,
        ready=lambda: hand.know(impress.pids(), (BEAMER,)),
        gone=hand.gone,
    )
    assert (trial.stage, trial.en, trial.slides) == ("", "", 2)


def test_a_driver_is_untested_until_its_trial_and_again_after_an_update_or_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "drivers.json"
    here = TestedDrivers(path, "this machine")
    good = Trial(slides=3, open_ms=1, start_ms=2, end_ms=21)
    assert here.status(DriverKind.IMPRESS, "7.4").tested == ""
    assert here.learn(DriverKind.IMPRESS, "7.4", Trial(stage="end", zh="甲", en="a"), AT).tested == ""
    assert here.learn(DriverKind.IMPRESS, "7.4", good, AT).tested == AT
    again = TestedDrivers(path, "this machine")
    assert (again.status(DriverKind.IMPRESS, "7.4").tested, again.status(DriverKind.IMPRESS, "7.4").end_ms) == (AT, 21)
    assert again.status(DriverKind.IMPRESS, "7.5").tested == ""
    assert again.status(DriverKind.PDF, "7.4").tested == ""
    assert TestedDrivers(path, "another machine").status(DriverKind.IMPRESS, "7.4").tested == ""
    path.write_bytes(b"broken")
    assert here.status(DriverKind.IMPRESS, "7.4").tested == ""
