"""The fake office program, fresh for each test that asks for it, and a deck of three pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from judge_app.show.desktop import X11Desktop
from judge_app.show.fake import FakeOffice
from judge_app.show.impress import ImpressProgram
from tests.projector import BEAMER, missing, projector


@pytest.fixture
def office(tmp_path: Path) -> Iterator[FakeOffice]:
    folder = tmp_path / "office"
    folder.mkdir()
    program = FakeOffice(folder)
    yield program
    program.stop()


@pytest.fixture(scope="session")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages of 16:9, red, green and blue."""
    path = tmp_path_factory.mktemp("deck") / "deck.pdf"
    canvas = Canvas(str(path), pagesize=(960, 540))
    for colour in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
        canvas.setFillColorRGB(*colour)
        canvas.rect(0, 0, 960, 540, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return path


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """An X display with two monitors and a window manager."""
    if missing():
        pytest.skip(f"{missing()} is not installed")
    with projector() as name:
        yield name


@pytest.fixture
def desktop(display: str) -> Iterator[X11Desktop]:
    seen = X11Desktop(display)
    yield seen
    seen.stop()


@pytest.fixture(scope="session")
def impress_session(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImpressProgram]:
    """One soffice for all tests: its first start takes seconds."""
    seen = X11Desktop(display)
    program = ImpressProgram(
        tmp_path_factory.mktemp("impress"), lambda: [BEAMER], seen, environment={"DISPLAY": display}
    )
    yield program
    program.stop()
    seen.stop()


@pytest.fixture
def impress(impress_session: ImpressProgram) -> Iterator[ImpressProgram]:
    """The soffice running, with nothing open."""
    impress_session.ensure()
    yield impress_session
    impress_session.driver.close_all()
