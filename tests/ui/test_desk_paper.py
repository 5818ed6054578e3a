"""代录 in the desk's windows: one reads, another reads apart, and what differs is seen once both are in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.core.stages import SheetStatus
from judge_app.ui.chair import ChairWindow, paper
from judge_app.ui.language import Language
from judge_app.ui.samples import Play
from judge_app.ui.scenes.chair import chair
from judge_app.ui.scenes.plays import paper_play
from judge_app.wire.messages import MAX_PHOTO
from tests.ui.desk import Heard, button, dressed


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used


def shown(qtbot: QtBot, play: Play, seat: str) -> tuple[ChairWindow, Heard]:
    window = chair(play, seat)
    qtbot.addWidget(window)
    window.show()
    window.show_project("4")
    return window, Heard(window.command)


def fill(window: ChairWindow, less: int = 200) -> None:
    for row in window.paper_card.form.rows:
        row.entry.choose(row.line.full - less)


def read(qtbot: QtBot, window: ChairWindow, name: str, less: int = 200) -> None:
    qtbot.mouseClick(button(window, "代录纸质评分表…"), Qt.MouseButton.LeftButton)
    window.paper_card.name.setText(name)
    fill(window, less)
    window.take_next_step()


def test_two_people_read_a_sheet_apart_and_agree(qtbot: QtBot) -> None:
    play = paper_play()
    scorer, first = shown(qtbot, play, "scorer")
    read(qtbot, scorer, "纪言深")
    play.do("scorer", first[0])
    checker, second = shown(qtbot, play, "checker")
    assert [one.key for one in checker.tasks.troubles] == ["paper|4|E6"]
    read(qtbot, checker, "程见微")
    assert second[0].points == first[0].points
    play.do("checker", second[0])
    assert play.state.projects["4"].sheets["E6"].status is SheetStatus.SUBMITTED
    scorer.set_view(play.chair("scorer"))
    assert scorer.tasks.troubles == ()


def test_the_second_form_is_empty_and_tells_nothing_of_the_first(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, paper_play(9), "checker")
    window.enter_paper("4", "E6")
    assert window.paper_card.isVisible()
    assert window.paper_card.form.filled == 0
    assert not window.next_button.isEnabled()


def test_readings_that_differ_are_shown_line_by_line_to_both(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, paper_play(9, 8), "scorer")
    told = window.tasks.troubles[0]
    assert "您 18，对方 16" in told.text
    window.enter_paper("4", "E6")
    assert window.paper_card.form.complete, "the own reading is there to be looked over"
    window.paper_card.name.setText("纪言深")
    window.take_next_step()
    assert heard[0].judge == "E6"


def test_a_reading_without_a_name_is_not_recorded(qtbot: QtBot) -> None:
    window, heard = shown(qtbot, paper_play(), "scorer")
    window.enter_paper("4", "E6")
    fill(window)
    window.take_next_step()
    assert heard == []


def test_a_form_that_the_judge_overtakes_is_put_away(qtbot: QtBot) -> None:
    play = paper_play()
    window, _ = shown(qtbot, play, "scorer")
    window.enter_paper("4", "E6")
    other = paper_play(9, 9)
    window.set_view(other.chair("scorer"))
    assert not window.paper_card.isVisible()


def test_the_supervisor_enters_nothing(qtbot: QtBot) -> None:
    window, _ = shown(qtbot, paper_play(9), "supervisor")
    assert not window.paper_button.isVisible()
    assert [one.actions for one in window.tasks.troubles] == [()]


def test_a_photo_is_made_small_and_goes_before_the_reading_that_names_it(qtbot: QtBot, tmp_path: Path) -> None:
    image = QImage(3000, 2000, QImage.Format.Format_RGB32)
    for x in range(0, 3000, 3):
        for y in range(0, 2000, 40):
            image.setPixelColor(x, y, QColor(x * y % 256, x % 256, y % 256))
    path = tmp_path / "表.png"
    assert image.save(str(path))
    window, heard = shown(qtbot, paper_play(), "scorer")
    sent: list[bytes] = []
    window.photo.connect(sent.append)
    window.enter_paper("4", "E6")
    window.paper_card.take_photo(str(path))
    window.paper_card.name.setText("纪言深")
    fill(window)
    window.take_next_step()
    assert len(sent[0]) <= MAX_PHOTO
    assert heard[0].photo == hashlib.sha256(sent[0]).hexdigest()


def test_a_file_that_is_no_picture_is_said_to_be_none(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_text("no picture")
    window, _ = shown(qtbot, paper_play(), "scorer")
    window.enter_paper("4", "E6")
    window.paper_card.take_photo(str(path))
    assert "a.jpg" in window.paper_card._note.text()
    assert paper.small_enough(path) is None
