"""The fake office program, fresh for each test that asks for it, and a deck of three pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from judge_app.show.fake import FakeOffice


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
