"""Keynote and PowerPoint on macOS over a fake interpreter: the scripts that are sent, and what comes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge_app.show.driver import DriverKind, Position, ShowError
from judge_app.show.keynote import AppleScriptDriver, quoted
from tests.projector import BEAMER


class FakeInterpreter:
    """Understands the phrases by their telling words."""

    def __init__(self, application: str) -> None:
        self.application = application
        self.alive = True
        self.playing = False
        self.slide = 1
        self.scripts: list[str] = []

    def __call__(self, script: str) -> str:
        self.scripts.append(script)
        if script.endswith("is running"):
            return "true" if self.alive else "false"
        assert script.startswith(f'tell application "{self.application}"\n')
        assert script.endswith("\nend tell")
        body = script.split("\n", 1)[1]
        if body.startswith("open POSIX file"):
            return "6"
        if body.startswith(("start front document", "set show type")):
            self.playing = True
            self.slide = int("".join(char for char in body if char.isdigit())[-1])
            return ""
        if body.startswith(("return playing", "return (count of slide show windows)")):
            return "true" if self.playing else "false"
        if body.startswith(("return (slide number", "return (current show")):
            return f"{self.slide}/6"
        if body.startswith(("show slide", "go to slide")):
            self.slide = int("".join(char for char in body if char.isdigit())[-1])
            return ""
        if body.startswith("return count of slides"):
            return "6"
        if body.startswith(("if playing", "set n to")):
            was, self.playing = self.playing, False
            return "1" if was else "0"
        assert body.startswith(("close", "set slide state"))
        return ""


@pytest.fixture(params=[DriverKind.KEYNOTE, DriverKind.POWERPOINT_MAC])
def both(request: pytest.FixtureRequest) -> tuple[AppleScriptDriver, FakeInterpreter]:
    name = "Keynote" if request.param is DriverKind.KEYNOTE else "Microsoft PowerPoint"
    interpreter = FakeInterpreter(name)
    return AppleScriptDriver(request.param, interpreter), interpreter


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    path = tmp_path / '带"引号"的.key'
    path.write_bytes(b"PK")
    return path


def test_a_show_from_opening_to_closing(both: tuple[AppleScriptDriver, FakeInterpreter], deck: Path) -> None:
    driver, interpreter = both
    assert driver.open(deck) == 6
    assert driver.position() is None
    driver.start(BEAMER, slide=3)
    assert driver.position() == Position(slide=3, slides=6)
    driver.go(99)
    assert driver.position() == Position(slide=6, slides=6)
    assert driver.end() == 1
    assert driver.end() == 0
    assert not driver.is_running()
    driver.close()
    assert interpreter.scripts[-1].splitlines()[1].startswith("close")


def test_a_path_with_quotes_stays_one_path(both: tuple[AppleScriptDriver, FakeInterpreter], deck: Path) -> None:
    driver, interpreter = both
    driver.open(deck)
    assert r"\"引号\"" in interpreter.scripts[-1]
    assert quoted('a"b\\c') == '"a\\"b\\\\c"'


def test_a_program_that_does_not_run_is_not_started_by_asking(
    both: tuple[AppleScriptDriver, FakeInterpreter],
) -> None:
    driver, interpreter = both
    interpreter.alive = False
    assert not driver.is_running()
    assert driver.end() == 0
    assert all(script.endswith("is running") for script in interpreter.scripts)


def test_starting_without_a_deck_is_an_error(both: tuple[AppleScriptDriver, FakeInterpreter]) -> None:
    with pytest.raises(ShowError):
        both[0].start(BEAMER)


def test_what_a_program_cannot_do_it_says(both: tuple[AppleScriptDriver, FakeInterpreter], deck: Path) -> None:
    driver, _ = both
    driver.open(deck)
    driver.start(BEAMER)
    if driver.kind is DriverKind.KEYNOTE:
        with pytest.raises(ShowError):
            driver.blank()
    else:
        driver.blank()
    assert driver.is_running()
