"""A deck whose program fails is shown as its PDF; both are ended at the cut-off. On the fake office, for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from reportlab.pdfgen.canvas import Canvas

from judge_app.show.driver import DriverKind
from judge_app.show.fake import FakeDesktop, FakeOffice, Mood, set_mood
from judge_app.show.kept import KeptDecks, content_of
from judge_app.show.worker import WorkerDriver, worker_argv
from judge_app.ui.stage.deckhand import ProgramDeckHand, native_box
from judge_app.ui.stage.fallback import FallbackDeckHand, NoProgramHand


class FakeProgram:
    """The fake office as the stage's program."""

    kind = DriverKind.FAKE

    def __init__(self, office: FakeOffice) -> None:
        self.office = office
        self.driver = WorkerDriver(DriverKind.FAKE, worker_argv(DriverKind.FAKE, str(office.folder)))

    def ensure(self) -> None:
        self.driver.warm()

    def pids(self) -> tuple[int, ...]:
        return (self.office.pid,)

    def stop(self) -> None:
        self.driver.stop()


class Heard:
    """What a hand has said."""

    def __init__(self, hand: FallbackDeckHand) -> None:
        self.shown: list[bool] = []
        self.failed: list[str] = []
        self.verdicts: list[Any] = []
        self.moved: list[tuple[int, int]] = []
        self.relapses: list[int] = []
        hand.shown.connect(self.shown.append)
        hand.failed.connect(lambda zh, en: self.failed.append(zh))
        hand.verdict.connect(lambda run, verdict: self.verdicts.append((run, verdict)))
        hand.moved.connect(lambda slide, slides: self.moved.append((slide, slides)))
        hand.relapsed.connect(lambda run, _: self.relapses.append(run))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[FakeOffice]:
    folder = tmp_path / "office"
    folder.mkdir()
    program = FakeOffice(folder)
    yield program
    program.stop()


@pytest.fixture
def deck(tmp_path: Path) -> Path:
    path = tmp_path / "讲稿.pptx"
    path.write_bytes(b"a deck of the fake office")
    return path


@pytest.fixture
def kept(tmp_path: Path, deck: Path) -> KeptDecks:
    """The deck's PDF of four pages is kept."""
    made = tmp_path / "made.pdf"
    canvas = Canvas(str(made), pagesize=(960, 540))
    for _ in range(4):
        canvas.showPage()
    canvas.save()
    kept = KeptDecks(tmp_path / "kept")
    kept.folder.mkdir()
    kept.put_pdf(content_of(deck), made)
    return kept


Make = Callable[..., FallbackDeckHand]


@pytest.fixture
def make(qtbot: QtBot, office: FakeOffice, kept: KeptDecks) -> Iterator[Make]:
    made: list[FallbackDeckHand] = []

    def hand(kept: KeptDecks = kept, patience_ms: int = 60_000, program: Any = None) -> FallbackDeckHand:
        screen = native_box(QGuiApplication.primaryScreen())
        first = program or ProgramDeckHand(FakeProgram(office), FakeDesktop(office, screen))
        made.append(FallbackDeckHand(first, kept, patience_ms=patience_ms))
        return made[-1]

    yield hand
    for one in made:
        one.stop()


def show(hand: FallbackDeckHand, deck: Path, slide: int = 1) -> None:
    hand.allow()
    hand.show_deck(deck, QGuiApplication.primaryScreen(), slide)


def test_a_program_that_works_shows_its_deck_and_the_pdf_stays_away(
    qtbot: QtBot, make: Make, deck: Path, office: FakeOffice
) -> None:
    hand = make()
    heard = Heard(hand)
    hand.prepare(deck)
    show(hand, deck)
    qtbot.waitUntil(lambda: heard.shown == [True] and office.showing, timeout=20_000)
    assert (hand.kind, hand.overlay_parent) == (DriverKind.FAKE, None)
    assert hand.pages is not None, "the presenter sees the slides of the kept PDF"
    assert hand.pages.count == 4
    hand.cut(9)
    qtbot.waitUntil(lambda: len(heard.verdicts) == 1, timeout=20_000)
    assert heard.verdicts[0][1].confirmed
    assert not office.showing
    assert heard.failed == []


def test_a_deck_that_its_program_refuses_is_shown_as_its_pdf_at_the_same_slide(
    qtbot: QtBot, make: Make, deck: Path, office: FakeOffice
) -> None:
    set_mood(office.folder, Mood(refuse=True))
    hand = make()
    heard = Heard(hand)
    show(hand, deck, slide=3)
    qtbot.waitUntil(lambda: heard.shown == [True], timeout=20_000)
    assert hand.kind is DriverKind.PDF
    assert heard.moved[-1] == (3, 4)
    assert "已改为放映 PDF" in heard.failed[0]
    window = hand.overlay_parent
    assert window is not None
    assert window.isVisible()
    hand.cut(9)
    qtbot.waitUntil(lambda: len(heard.verdicts) == 1, timeout=20_000)
    run, verdict = heard.verdicts[0]
    assert (run, verdict.confirmed) == (9, True)
    assert not window.isVisible()


def test_a_program_that_does_not_begin_is_not_waited_for_and_stays_down(
    qtbot: QtBot, make: Make, deck: Path, office: FakeOffice
) -> None:
    set_mood(office.folder, Mood(freeze=True))
    hand = make(patience_ms=300)
    heard = Heard(hand)
    show(hand, deck)
    qtbot.waitUntil(lambda: heard.shown == [True], timeout=20_000)
    assert hand.kind is DriverKind.PDF
    assert heard.relapses == []
    hand.cut(9)
    qtbot.waitUntil(lambda: len(heard.verdicts) == 1, timeout=20_000)
    assert heard.verdicts[0][0] == 9


def test_a_deck_without_a_pdf_fails_as_before(
    qtbot: QtBot, make: Make, deck: Path, office: FakeOffice, tmp_path: Path
) -> None:
    set_mood(office.folder, Mood(refuse=True))
    hand = make(KeptDecks(tmp_path / "nothing"))
    heard = Heard(hand)
    show(hand, deck)
    qtbot.waitUntil(lambda: len(heard.failed) == 1, timeout=20_000)
    assert heard.shown == []
    assert (hand.kind, hand.pages) == (DriverKind.FAKE, None)
    assert "PDF" not in heard.failed[0]


def test_where_no_program_is_the_pdf_is_shown_and_ended(qtbot: QtBot, make: Make, deck: Path) -> None:
    hand = make(program=NoProgramHand())
    heard = Heard(hand)
    show(hand, deck)
    assert heard.shown == [True]
    hand.cut(9)
    (told,) = heard.verdicts
    assert (told[0], told[1].confirmed, hand.kind) == (9, True, DriverKind.PDF)
    hand.rest()
    other = deck.with_name("别的.pptx")
    other.write_bytes(b"another deck")
    show(hand, other)
    assert "没有能放映" in heard.failed[-1]
    hand.cut(10)
    assert (heard.verdicts[-1][1].method, heard.verdicts[-1][1].confirmed) == ("curtain", False)


def test_beside_the_hosts_desk_the_pdf_is_shown_since_a_program_would_cover_it(
    qtbot: QtBot, make: Make, deck: Path, office: FakeOffice
) -> None:
    hand = make()
    heard = Heard(hand)
    hand.allow()
    part = QRect(100, 100, 640, 360)
    hand.show_deck(deck, QGuiApplication.primaryScreen(), 2, part)
    assert heard.shown == [True]
    assert hand.kind is DriverKind.PDF
    assert not office.showing
    window = hand.overlay_parent
    assert window is not None
    assert window.geometry() == part
    assert heard.failed == [], "nothing has failed"
    hand.cut(9)
    qtbot.waitUntil(lambda: len(heard.verdicts) == 1, timeout=20_000)
    assert heard.verdicts[0][1].confirmed
    show(hand, deck)
    qtbot.waitUntil(lambda: office.showing, timeout=20_000)
    assert hand.kind is DriverKind.FAKE, "with a projector the program is asked again"
