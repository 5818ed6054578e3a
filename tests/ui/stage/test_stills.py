"""A slide of the ended talk is shown again, as a picture: where it comes from, where it is seen, and when it goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from reportlab.pdfgen.canvas import Canvas

from judge_app.core.clock import SECOND, EndedBy, HoldKind
from judge_app.core.seats import Role
from judge_app.seat.state import Connection, Link
from judge_app.show.kept import KeptDecks, content_of, still_name
from judge_app.ui.language import Language
from judge_app.ui.stage.scene import Kind
from judge_app.ui.stage.sound import Player
from judge_app.ui.stage.stills import Stills
from judge_app.ui.stage.window import StageWindow
from judge_app.ui.theme import load_fonts
from tests.ui.sitting import HandClock, briefing, ended, running, stage_view

PATIENCE = 20_000
END = 600 * SECOND
TALK, QUESTIONS = END - 480 * SECOND, END + 60 * SECOND
COLOURS = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


def make_pdf(path: Path, colours: tuple[tuple[int, int, int], ...] = COLOURS) -> Path:
    """A deck with one page of each colour."""
    canvas = Canvas(str(path), pagesize=(960, 540))
    for colour in colours:
        canvas.setFillColorRGB(*colour)
        canvas.rect(0, 0, 960, 540, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return path


def colour_of(image: QImage | None) -> str:
    assert image is not None
    return QColor(image.pixel(image.width() // 2, image.height() // 2)).name()


@pytest.fixture
def kept(tmp_path: Path) -> KeptDecks:
    kept = KeptDecks(tmp_path / "kept")
    kept.folder.mkdir()
    return kept


@pytest.fixture
def slides(tmp_path: Path) -> Path:
    path = tmp_path / "讲稿.pptx"
    path.write_bytes(b"a deck of some office")
    return path


@pytest.fixture
def stills(qapp: QApplication, kept: KeptDecks) -> Iterator[Stills]:
    made = Stills(kept)
    yield made
    made.stop()


def look(qtbot: QtBot, stills: Stills, deck: Path) -> int:
    with qtbot.waitSignal(stills.counted, timeout=PATIENCE) as told:
        stills.look(deck)
    assert told.args is not None
    return int(told.args[0])


# where a picture comes from


def test_the_pages_of_a_pdf_are_pictures_themselves(qtbot: QtBot, stills: Stills, tmp_path: Path) -> None:
    assert look(qtbot, stills, make_pdf(tmp_path / "deck.pdf")) == 3
    assert [colour_of(stills.picture(slide)) for slide in (1, 2, 3)] == ["#ff0000", "#00ff00", "#0000ff"]
    assert stills.picture(0) is None
    assert stills.picture(4) is None
    assert stills.picture(2) is stills.picture(2), "it is drawn once"


def test_the_pictures_that_the_pre_flight_kept_are_taken(
    qtbot: QtBot, stills: Stills, kept: KeptDecks, slides: Path
) -> None:
    pictures = kept.workshop() / "stills"
    pictures.mkdir()
    for slide, colour in enumerate(("#800000", "#008000"), start=1):
        image = QImage(192, 108, QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        image.save(str(pictures / still_name(slide)), quality=100)
    kept.put_stills(content_of(slides), pictures)
    assert look(qtbot, stills, slides) == 2
    assert QColor(colour_of(stills.picture(2))).green() > 120
    (kept.folder / content_of(slides) / "stills" / still_name(2)).write_bytes(b"no picture any more")
    assert stills.picture(1) is not None
    assert stills.picture(2) is None, "a damaged picture is none"


def test_the_pdf_that_was_made_of_a_deck_stands_in_for_pictures(
    qtbot: QtBot, stills: Stills, kept: KeptDecks, slides: Path, tmp_path: Path
) -> None:
    kept.put_pdf(content_of(slides), make_pdf(tmp_path / "made.pdf"))
    assert look(qtbot, stills, slides) == 3
    assert colour_of(stills.picture(3)) == "#0000ff"


@pytest.mark.parametrize("deck", ["nothing kept", "not there", "damaged"])
def test_where_there_is_nothing_it_is_none(qtbot: QtBot, stills: Stills, slides: Path, deck: str) -> None:
    damaged = slides.with_suffix(".pdf")
    damaged.write_bytes(b"no PDF at all")
    path = {"nothing kept": slides, "not there": slides.with_name("x.pdf"), "damaged": damaged}[deck]
    assert look(qtbot, stills, path) == 0
    assert stills.picture(1) is None


def test_another_deck_takes_the_place_of_the_one_before(qtbot: QtBot, stills: Stills, tmp_path: Path) -> None:
    look(qtbot, stills, make_pdf(tmp_path / "one.pdf"))
    assert stills.picture(1) is not None
    stills.look(make_pdf(tmp_path / "two.pdf", ((0, 0, 0),)))
    assert stills.picture(1) is None, "nothing of the one before while the next is read"
    qtbot.waitUntil(lambda: stills.count == 1, timeout=PATIENCE)
    assert colour_of(stills.picture(1)) == "#000000"


def test_what_is_made_later_is_found_when_it_is_looked_for_again(
    qtbot: QtBot, stills: Stills, kept: KeptDecks, slides: Path, tmp_path: Path
) -> None:
    assert look(qtbot, stills, slides) == 0
    kept.put_pdf(content_of(slides), make_pdf(tmp_path / "made.pdf"))
    with qtbot.waitSignal(stills.counted, timeout=PATIENCE) as told:
        stills.look_again()
    assert told.args == [3]
    with qtbot.assertNotEmitted(stills.counted, wait=50):
        stills.look_again()


# on the stage


class Silent(Player):
    def play(self, name: str) -> None:
        return


@pytest.fixture
def clock() -> HandClock:
    return HandClock(TALK)


@pytest.fixture
def stage(qtbot: QtBot, qapp: QApplication, clock: HandClock, kept: KeptDecks, tmp_path: Path) -> Iterator[StageWindow]:
    load_fonts()
    language = Language(qapp, "zh")
    window = StageWindow(player=Silent(), kept=kept)
    qtbot.addWidget(window)
    window.set_briefing(briefing())
    window.set_decks({"5": make_pdf(tmp_path / "deck.pdf")})
    window.set_now(clock)
    window.open_in_window()
    yield window
    window.close()
    language.use("en")


def in_questions(qtbot: QtBot, stage: StageWindow, clock: HandClock) -> None:
    """The talk has been cut off and the questions run; the deck has been counted."""
    with qtbot.waitSignal(stage.slides_counted, timeout=PATIENCE) as told:
        stage.set_view(stage_view(running(END)))
    assert told.args == ["5", 3]
    with qtbot.waitSignal(stage.command, timeout=PATIENCE):
        clock.ns = END
        stage.set_now(clock)
    clock.ns = QUESTIONS
    stage.set_view(questions())


def questions(still: int = 0, **changes: object) -> object:
    return stage_view(running(QUESTIONS + 200 * SECOND, "qa", **changes), still=still)


def test_a_slide_is_seen_again_everywhere_while_the_show_stays_ended(
    qtbot: QtBot, stage: StageWindow, clock: HandClock
) -> None:
    in_questions(qtbot, stage, clock)
    assert stage.scene.kind is Kind.CLOCK
    stage.set_view(questions(still=2))
    for surface in (stage, stage.curtain):
        assert (surface.scene.kind, surface.scene.still) == (Kind.STILL, 2)
        assert colour_of(surface.still) == "#00ff00"
    drawn = stage.presenter.grab().toImage()
    assert drawn.pixelColor(drawn.width() // 3, drawn.height() // 2).name() == "#00ff00"
    assert not stage.deck_up
    stage.set_view(questions(still=3))
    assert colour_of(stage.still) == "#0000ff"
    stage.set_view(questions())
    assert (stage.scene.kind, stage.still) == (Kind.CLOCK, None)


def test_it_goes_by_itself_at_the_end_of_the_time(qtbot: QtBot, stage: StageWindow, clock: HandClock) -> None:
    in_questions(qtbot, stage, clock)
    stage.set_view(questions(still=2))
    clock.ns = QUESTIONS + 200 * SECOND
    stage.set_now(clock)
    assert (stage.scene.kind, stage.scene.prompt, stage.still) == (Kind.CLOCK, "时间到", None)


@pytest.mark.parametrize("held", list(HoldKind))
def test_it_is_not_there_while_the_clock_is_held(
    qtbot: QtBot, stage: StageWindow, clock: HandClock, held: HoldKind
) -> None:
    in_questions(qtbot, stage, clock)
    stage.set_view(questions(still=2, held=held, deadline_ns=None, remaining_ns=60 * SECOND))
    assert stage.scene.kind is Kind.CLOCK


def test_between_the_talk_and_the_questions_there_is_none(qtbot: QtBot, stage: StageWindow, clock: HandClock) -> None:
    in_questions(qtbot, stage, clock)
    stage.set_view(stage_view(ended(END, EndedBy.DEADLINE), still=2))
    assert stage.scene.kind is Kind.CLOCK
    assert stage.scene.alarm


def test_a_slide_without_a_picture_is_told_to_the_host_and_the_clock_stays(
    qtbot: QtBot, stage: StageWindow, clock: HandClock
) -> None:
    in_questions(qtbot, stage, clock)
    with qtbot.waitSignal(stage.troubles_changed) as told:
        stage.set_view(questions(still=9))
    assert told.args is not None
    assert told.args[0] == (("没有第 9 页的图片，无法调出", "There is no picture of slide 9 to show"),)
    assert stage.scene.kind is Kind.CLOCK
    with qtbot.waitSignal(stage.troubles_changed) as told:
        stage.set_view(questions(still=2))
    assert told.args == [()]


def test_how_many_there_are_is_said_again_when_the_room_is_back(
    qtbot: QtBot, stage: StageWindow, clock: HandClock
) -> None:
    in_questions(qtbot, stage, clock)
    stage.set_connection(Connection(link=Link.OFFLINE))
    with qtbot.waitSignal(stage.slides_counted) as told:
        stage.set_connection(Connection(link=Link.ONLINE))
    assert told.args == ["5", 3]


def test_slides_that_were_kept_during_the_talk_are_there_for_the_questions(
    qtbot: QtBot, stage: StageWindow, kept: KeptDecks, slides: Path, tmp_path: Path
) -> None:
    stage.set_decks({"5": slides})
    with qtbot.waitSignal(stage.slides_counted, timeout=PATIENCE) as told:
        stage.set_view(stage_view(running(END)))
    assert told.args == ["5", 0]
    kept.put_pdf(content_of(slides), make_pdf(tmp_path / "made.pdf"))
    with qtbot.waitSignal(stage.slides_counted, timeout=PATIENCE) as told:
        stage.set_view(questions())
    assert told.args == ["5", 3]


def test_a_project_without_slides_has_none_to_show(qtbot: QtBot, stage: StageWindow) -> None:
    with qtbot.waitSignal(stage.slides_counted, timeout=PATIENCE) as told:
        stage.set_view(stage_view(running(END), current="6"))
    assert told.args == ["6", 0]


def test_a_viewer_has_no_slides_and_looks_for_none(qtbot: QtBot, stage: StageWindow) -> None:
    stage.set_briefing(briefing(Role.VIEWER))
    with qtbot.assertNotEmitted(stage.slides_counted, wait=100):
        stage.set_view(stage_view(running(END)))
