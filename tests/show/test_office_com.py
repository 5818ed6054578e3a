"""PowerPoint and WPS over the fake of their object model: what the contract tests cannot ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge_app.show.driver import DriverKind, Position, ShowError
from judge_app.show.office_com import BLACK, OfficeDriver, connect
from tests.projector import BEAMER
from tests.show.fake_powerpoint import FakeApplication, FakeAutomation, slide_file


@pytest.fixture
def automation() -> FakeAutomation:
    return FakeAutomation()


@pytest.fixture
def driver(automation: FakeAutomation, tmp_path: Path) -> OfficeDriver:
    copies = tmp_path / "copies"
    copies.mkdir()
    return OfficeDriver(DriverKind.POWERPOINT, automation, copies)


@pytest.fixture
def application(automation: FakeAutomation) -> FakeApplication:
    return automation.applications[0]


def shown(driver: OfficeDriver, tmp_path: Path, slide: int = 1) -> None:
    driver.open(slide_file(tmp_path))
    driver.start(BEAMER, slide)


def test_a_copy_is_opened_and_the_presenters_file_left_alone(
    driver: OfficeDriver, application: FakeApplication, tmp_path: Path
) -> None:
    original = slide_file(tmp_path)
    assert driver.open(original) == 6
    assert application.open[0].FullName != str(original)
    assert application.DisplayAlerts == 1


def test_the_show_is_put_on_the_projector_at_the_slide_asked_for(
    driver: OfficeDriver, automation: FakeAutomation, tmp_path: Path
) -> None:
    shown(driver, tmp_path, slide=4)
    assert automation.placed == [(9000, BEAMER)]
    assert driver.position() == Position(slide=4, slides=6)
    driver.go(99)
    assert driver.position() == Position(slide=6, slides=6)


def test_every_show_is_ended_also_of_another_instance(
    driver: OfficeDriver, automation: FakeAutomation, tmp_path: Path
) -> None:
    shown(driver, tmp_path)
    other = FakeApplication(pid=815)
    automation.applications.append(other)
    other.Presentations.Open("D:/手工打开.pptx", -1, 0, 0).SlideShowSettings.Run()
    other.open[0].SlideShowSettings.Run()
    assert driver.end() == 3
    assert not driver.is_running()


def test_a_program_that_is_busy_for_a_moment_is_asked_again(
    driver: OfficeDriver, application: FakeApplication, tmp_path: Path
) -> None:
    shown(driver, tmp_path)
    application.busy = 3
    assert driver.end() == 1


def test_a_dialog_is_said_to_be_in_the_way(driver: OfficeDriver, application: FakeApplication, tmp_path: Path) -> None:
    shown(driver, tmp_path)
    application.dialog = True
    with pytest.raises(ShowError, match="dialog"):
        driver.end()


def test_a_show_that_ignores_its_end_is_still_said_to_run_and_can_be_blanked(
    driver: OfficeDriver, application: FakeApplication, tmp_path: Path
) -> None:
    shown(driver, tmp_path)
    application.stuck = True
    driver.end()
    assert driver.is_running()
    driver.blank()
    assert application.shows[0].View.State == BLACK


def test_its_processes_are_found_by_its_windows(
    driver: OfficeDriver, automation: FakeAutomation, tmp_path: Path
) -> None:
    shown(driver, tmp_path)
    automation.applications.append(FakeApplication(pid=815))
    assert driver.pids() == (815, 4711)


def test_a_file_that_needs_repair_is_refused_with_the_programs_words(
    driver: OfficeDriver, application: FakeApplication, tmp_path: Path
) -> None:
    application.repair = True
    with pytest.raises(ShowError, match="problem with content"):
        driver.open(slide_file(tmp_path))


def test_a_program_that_runs_elevated_is_not_seen_and_not_claimed_to_have_been_ended(
    driver: OfficeDriver, application: FakeApplication, tmp_path: Path
) -> None:
    shown(driver, tmp_path)
    application.elevated = True
    assert driver.end() == 0
    assert driver.pids() == ()


def test_closing_saves_nothing_asks_nothing_and_lets_go(
    driver: OfficeDriver, automation: FakeAutomation, application: FakeApplication, tmp_path: Path
) -> None:
    shown(driver, tmp_path)
    driver.close()
    assert application.open == []
    assert not driver.is_running()
    assert automation.released == 1


def test_elsewhere_it_says_that_it_is_for_windows() -> None:
    with pytest.raises(ShowError, match="Windows"):
        connect(DriverKind.WPS)
