"""What every driver keeps to, the fake and the real ones alike."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from judge_app.show.driver import DriverKind, Position, ShowDriver, ShowError
from judge_app.show.fake import FakeDriver, FakeOffice
from judge_app.show.impress import ImpressProgram
from judge_app.show.office_com import OfficeDriver
from judge_app.show.pdf import DeckWindow, PdfDriver
from judge_app.show.worker import WorkerDriver, worker_argv
from tests.projector import BEAMER
from tests.show.fake_powerpoint import FakeAutomation
from tests.show.odp import make_odp

SCREEN = BEAMER
IMPRESS = pytest.param("impress", marks=pytest.mark.office)


@pytest.fixture(params=["fake", "fake in a worker", "pdf", "powerpoint on a fake", IMPRESS])
def driver(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[ShowDriver]:
    if request.param == "pdf":
        window = DeckWindow()
        qtbot.addWidget(window, before_close_func=lambda gone: gone.hide())
        pdf = PdfDriver(window)
        yield pdf
        pdf.close()
        return
    if request.param == "powerpoint on a fake":
        folder = request.getfixturevalue("tmp_path") / "copies"
        folder.mkdir()
        yield OfficeDriver(DriverKind.POWERPOINT, FakeAutomation(), folder)
        return
    if request.param == "impress":
        impress: ImpressProgram = request.getfixturevalue("impress")
        yield impress.driver
        return
    office: FakeOffice = request.getfixturevalue("office")
    if request.param == "fake":
        yield FakeDriver(office.folder)
        return
    worker = WorkerDriver(DriverKind.FAKE, worker_argv(DriverKind.FAKE, str(office.folder)))
    yield worker
    worker.stop()


@pytest.fixture
def deck(request: pytest.FixtureRequest, driver: ShowDriver, tmp_path: Path, deck: Path) -> Path:
    """Three pages in a form that the driver shows."""
    if driver.kind is DriverKind.IMPRESS:
        return make_odp(tmp_path / "deck.odp", ("#ff0000", "#00ff00", "#0000ff"))
    return deck


def test_a_deck_is_opened_without_being_shown(driver: ShowDriver, deck: Path) -> None:
    assert driver.open(deck) >= 3
    assert not driver.is_running()
    assert driver.position() is None


def test_a_show_starts_at_the_slide_asked_for_and_goes_where_told(driver: ShowDriver, deck: Path) -> None:
    slides = driver.open(deck)
    driver.start(SCREEN, slide=2)
    assert driver.is_running()
    assert driver.position() == Position(slide=2, slides=slides)
    driver.go(3)
    assert driver.position() == Position(slide=3, slides=slides)
    driver.go(999)
    assert driver.position() == Position(slide=slides, slides=slides)


def test_an_ended_show_is_gone_and_can_be_started_again(driver: ShowDriver, deck: Path) -> None:
    driver.open(deck)
    driver.start(SCREEN)
    assert driver.end() == 1
    assert not driver.is_running()
    assert driver.position() is None
    driver.start(SCREEN, slide=2)
    assert driver.is_running()


def test_ending_twice_does_no_harm(driver: ShowDriver, deck: Path) -> None:
    driver.open(deck)
    driver.start(SCREEN)
    driver.end()
    assert driver.end() == 0


def test_a_blanked_show_still_runs(driver: ShowDriver, deck: Path) -> None:
    driver.open(deck)
    driver.start(SCREEN)
    driver.blank()
    assert driver.is_running()


def test_closing_the_deck_ends_its_show(driver: ShowDriver, deck: Path) -> None:
    driver.open(deck)
    driver.start(SCREEN)
    driver.close()
    assert not driver.is_running()


def test_what_cannot_be_opened_is_said_in_both_languages(driver: ShowDriver, tmp_path: Path) -> None:
    with pytest.raises(ShowError) as caught:
        driver.open(tmp_path / "没有这个文件.pdf")
    assert caught.value.zh
    assert caught.value.en


def test_going_to_a_slide_of_no_show_is_an_error(driver: ShowDriver, deck: Path) -> None:
    driver.open(deck)
    with pytest.raises(ShowError):
        driver.go(2)


def test_the_worker_is_this_program_also_when_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    from_source: Any = worker_argv(DriverKind.FAKE, "folder")
    assert from_source == [sys.executable, "-m", "judge_app.show.worker", "fake", "folder"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert worker_argv(DriverKind.FAKE, "folder") == [sys.executable, "show-worker", "fake", "folder"]
