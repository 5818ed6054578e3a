"""The stage acts by itself: at the deadline, never before, once, and also when the host does it first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from judge_app.core.clock import SECOND, EndedBy, HoldKind
from judge_app.core.commands import ReportCutOff
from judge_app.core.stages import ProjectStage
from judge_app.rehearsal.decks import make_deck
from judge_app.seat.state import Connection, Link
from judge_app.ui.language import Language
from judge_app.ui.stage.sound import Player
from judge_app.ui.stage.window import StageWindow
from judge_app.ui.theme import load_fonts
from tests.ui.sitting import CONTEST, PROJECTS, HandClock, briefing, ended, running, stage_view

END = 600 * SECOND
PATIENCE = 20_000


class Silent(Player):
    """Notes what would have been played."""

    def __init__(self) -> None:
        super().__init__()
        self.played: list[str] = []

    def play(self, name: str) -> None:
        self.played.append(name)


@pytest.fixture(scope="session")
def decks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("decks")
    return {project.entry_no: make_deck(CONTEST, project, folder) for project in PROJECTS[2:]}


@pytest.fixture
def clock() -> HandClock:
    return HandClock(END - 480 * SECOND)


@pytest.fixture
def player() -> Silent:
    return Silent()


@pytest.fixture
def stage(
    qtbot: QtBot, qapp: QApplication, clock: HandClock, decks: dict[str, Path], player: Silent
) -> Iterator[StageWindow]:
    load_fonts()
    language = Language(qapp, "zh")
    window = StageWindow(player=player)
    qtbot.addWidget(window)
    window.set_briefing(briefing())
    window.set_decks(decks)
    window.set_now(clock)
    window.open_in_window()
    yield window
    window.close()
    language.use("en")


def move(stage: StageWindow, clock: HandClock, ns: int) -> None:
    """Let the room's clock be at ``ns`` and the stage look at it."""
    clock.ns = ns
    stage.set_now(clock)


def cut(qtbot: QtBot, stage: StageWindow, clock: HandClock, ns: int = END) -> ReportCutOff:
    with qtbot.waitSignal(stage.command, timeout=PATIENCE) as sent:
        move(stage, clock, ns)
    assert sent.args is not None
    report = sent.args[0]
    assert isinstance(report, ReportCutOff)
    return report


def test_slides_are_up_during_the_presentation_and_down_at_its_deadline(
    qtbot: QtBot, stage: StageWindow, clock: HandClock
) -> None:
    stage.set_view(stage_view(running(END)))
    assert stage.deck_up
    move(stage, clock, END - 1)
    assert stage.deck_up
    assert not stage.curtain.is_up
    report = cut(qtbot, stage, clock)
    assert (report.run, report.driver, report.method, report.confirmed) == (9, "pdf", "end", True)
    assert 0 <= report.curtain_us <= report.gone_us
    assert not stage.deck_up
    assert stage.curtain.is_up
    assert stage.curtain.scene.words == "时间到，请停止演示"
    assert stage.presenter.slide == (0, 0), "nothing to read on from"


def test_it_cuts_once_a_run(qtbot: QtBot, stage: StageWindow, clock: HandClock) -> None:
    stage.set_view(stage_view(running(END)))
    cut(qtbot, stage, clock)
    with qtbot.assertNotEmitted(stage.command, wait=50):
        move(stage, clock, END + SECOND)
        stage.set_view(stage_view(running(END)))
        stage.set_view(stage_view(ended(END, EndedBy.DEADLINE)))
        stage.set_view(stage_view(running(END + 240 * SECOND, "qa")))
    assert not stage.deck_up


def test_without_the_room_it_cuts_all_the_same(qtbot: QtBot, stage: StageWindow, clock: HandClock) -> None:
    stage.set_view(stage_view(running(END)))
    stage.set_connection(Connection(link=Link.OFFLINE))
    assert cut(qtbot, stage, clock).confirmed


def test_an_end_by_the_host_takes_the_slides_off(qtbot: QtBot, stage: StageWindow, clock: HandClock) -> None:
    stage.set_view(stage_view(running(END)))
    move(stage, clock, END - 90 * SECOND)
    with qtbot.waitSignal(stage.command, timeout=PATIENCE) as sent:
        stage.set_view(stage_view(ended(END - 90 * SECOND, EndedBy.HOST, left_ns=90 * SECOND)))
    assert sent.args is not None
    assert sent.args[0].run == 9
    assert not stage.deck_up


def test_going_over_to_the_questions_takes_the_slides_off_for_the_presentations_run(
    qtbot: QtBot, stage: StageWindow, clock: HandClock
) -> None:
    stage.set_view(stage_view(running(END)))
    now = END - 90 * SECOND
    move(stage, clock, now)
    with qtbot.waitSignal(stage.command, timeout=PATIENCE) as sent:
        stage.set_view(stage_view(running(now + 240 * SECOND, "qa")))
    assert sent.args is not None
    assert sent.args[0].run == 9


def test_an_undone_end_brings_the_same_slide_back(qtbot: QtBot, stage: StageWindow, clock: HandClock) -> None:
    stage.set_view(stage_view(running(END)))
    hand = stage._active
    assert hand is not None
    hand.go(4)
    move(stage, clock, END - 90 * SECOND)
    with qtbot.waitSignal(stage.command, timeout=PATIENCE):
        stage.set_view(stage_view(ended(END - 90 * SECOND, EndedBy.HOST, left_ns=90 * SECOND)))
    stage.set_view(stage_view(running(END)))
    assert stage.deck_up
    assert not stage.curtain.is_up
    assert stage.presenter.slide == (4, 6)
    assert cut(qtbot, stage, clock).run == 9


def test_a_restart_begins_at_the_first_slide(stage: StageWindow, clock: HandClock) -> None:
    stage.set_view(stage_view(running(END)))
    hand = stage._active
    assert hand is not None
    hand.go(4)
    stage.set_view(stage_view(running(END + 60 * SECOND, run=10)))
    assert stage.deck_up
    assert stage.presenter.slide == (1, 6)


def test_time_that_is_added_moves_the_cut_and_time_taken_brings_it_at_once(
    qtbot: QtBot, stage: StageWindow, clock: HandClock
) -> None:
    stage.set_view(stage_view(running(END)))
    move(stage, clock, END - SECOND)
    stage.set_view(stage_view(running(END + 60 * SECOND, added_ns=60 * SECOND)))
    move(stage, clock, END + 59 * SECOND)
    assert stage.deck_up
    with qtbot.waitSignal(stage.command, timeout=PATIENCE):
        stage.set_view(stage_view(running(END + 30 * SECOND, added_ns=30 * SECOND)))
    assert not stage.deck_up


def test_a_held_clock_holds_the_cut(stage: StageWindow, clock: HandClock) -> None:
    stage.set_view(stage_view(running(END)))
    held = running(END, deadline_ns=None, remaining_ns=SECOND, held=HoldKind.TECHNICAL)
    stage.set_view(stage_view(held))
    move(stage, clock, 10 * END)
    assert stage.deck_up
    assert stage.scene.clock == "0:01"


def test_while_the_rooms_time_is_not_known_nothing_is_cut(stage: StageWindow, clock: HandClock) -> None:
    stage.set_view(stage_view(running(END)))
    clock.ns = None
    stage.set_now(clock)
    assert stage.deck_up
    assert stage.scene.clock == "–:––"


def test_a_project_without_slides_is_timed_and_curtained_and_that_is_said(
    qtbot: QtBot, stage: StageWindow, clock: HandClock
) -> None:
    stage.set_decks({})
    stage.set_view(stage_view(running(END)))
    assert not stage.deck_up
    assert stage.trouble == "没有收到演示文稿，只显示计时"
    report = cut(qtbot, stage, clock)
    assert (report.driver, report.method, report.gone_us, report.confirmed) == ("none", "no_slides", -1, True)
    assert report.curtain_us >= 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("坏.pdf", b"no pdf", "打不开 PDF"),
        ("没有.pdf", None, "文件不在"),
        ("deck.pptx", b"PK", "没有能放映 deck.pptx 的程序"),
    ],
)
def test_slides_that_cannot_be_shown_are_said_to_be_so(
    stage: StageWindow, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    stage.set_decks({"5": tmp_path / name})
    stage.set_view(stage_view())
    assert said in stage.trouble
    stage.set_view(stage_view(running(END)))
    assert said in stage.trouble
    assert not stage.deck_up


def test_a_stage_that_was_dead_at_the_deadline_cuts_when_it_is_back_and_says_how_late(
    qtbot: QtBot, stage: StageWindow, clock: HandClock
) -> None:
    clock.ns = END + 7 * SECOND
    with qtbot.waitSignal(stage.command, timeout=PATIENCE) as sent:
        stage.set_view(stage_view(ended(END, EndedBy.DEADLINE)))
    assert sent.args is not None
    assert sent.args[0].run == 9
    assert sent.args[0].curtain_us >= 7_000_000


def test_a_stage_that_starts_during_the_questions_has_nothing_to_report(
    qtbot: QtBot, stage: StageWindow, clock: HandClock
) -> None:
    clock.ns = END
    with qtbot.assertNotEmitted(stage.command, wait=200):
        stage.set_view(stage_view(running(END + 240 * SECOND, "qa")))
    assert not stage.deck_up


def test_the_next_project_clears_the_stage(qtbot: QtBot, stage: StageWindow, clock: HandClock) -> None:
    stage.set_view(stage_view(running(END)))
    cut(qtbot, stage, clock)
    stage.set_view(stage_view(current="6", following=None))
    assert not stage.curtain.is_up
    assert stage.scene.number == "06"
    later = END + 900 * SECOND
    stage.set_view(stage_view(running(later, entry_no="6", run=11), current="6"))
    assert stage.deck_up
    assert cut(qtbot, stage, clock, later).run == 11


def test_prompts_sound_when_they_are_reached_and_not_for_who_joins_after(
    stage: StageWindow, clock: HandClock, player: Silent
) -> None:
    move(stage, clock, END - 45 * SECOND)
    stage.set_view(stage_view(running(END)))
    assert player.played == []
    for left_s in (40, 30, 29, 1, 0, -1):
        move(stage, clock, END - left_s * SECOND)
    assert player.played == ["short", "long"]


def test_the_presenters_monitor_has_the_hosts_words_and_its_keys_turn_the_slides(
    qtbot: QtBot, stage: StageWindow
) -> None:
    stage.set_view(stage_view(running(END), message="请靠近话筒"))
    assert stage.presenter.message == "请靠近话筒"
    assert stage.presenter.slide == (1, 6)
    qtbot.keyClick(stage.presenter, Qt.Key.Key_PageDown)
    assert stage.presenter.slide == (2, 6)


def test_the_corner_clock_lies_over_the_slides_only(qtbot: QtBot, stage: StageWindow, clock: HandClock) -> None:
    stage.set_view(stage_view(running(END)))
    move(stage, clock, END - 60 * SECOND)
    assert stage.corner.isVisible()
    assert stage.corner.words == "剩余 1 分钟"
    stage.set_corner_clock(False)
    assert not stage.corner.isVisible()
    stage.set_corner_clock(True)
    cut(qtbot, stage, clock)
    assert not stage.corner.isVisible()


@pytest.mark.parametrize("rate", [1, 60])
def test_its_own_timer_cuts_on_time_and_never_early(qtbot: QtBot, stage: StageWindow, rate: int) -> None:
    """With a real clock, which in a rehearsal runs ``rate`` times as fast."""
    origin = time.monotonic_ns()
    stage.set_rate(rate)
    stage.set_now(lambda: (time.monotonic_ns() - origin) * rate)
    end = rate * SECOND * 3 // 10
    with qtbot.waitSignal(stage.command, timeout=PATIENCE) as sent:
        stage.set_view(stage_view(running(end)))
        assert stage.deck_up
    assert (time.monotonic_ns() - origin) * rate >= end
    assert sent.args is not None
    assert sent.args[0].curtain_us >= 0


def test_closing_the_stage_closes_all_its_windows(qtbot: QtBot, stage: StageWindow) -> None:
    stage.set_view(stage_view(running(END)))
    with qtbot.waitSignal(stage.leave_requested):
        stage.close()
    assert [window for window in QApplication.topLevelWidgets() if window.isVisible()] == []


@pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)  # the offscreen platform has none
def test_with_one_monitor_the_picture_and_its_slides_are_a_window_beside_the_hosts_desk(
    qtbot: QtBot, stage: StageWindow, clock: HandClock, decks: dict[str, Path]
) -> None:
    stage.open_full_screen()
    screen = stage.screen().geometry()
    assert not stage.isFullScreen()
    assert stage.width() * stage.height() < screen.width() * screen.height() / 4
    assert stage.scene.note, "it says what this window is"
    stage.set_view(stage_view(running(END)))
    (deck,) = [window for window in QApplication.topLevelWidgets() if window.windowTitle() == "Judge App · deck"]
    assert deck.size() == stage.size()
    cut(qtbot, stage, clock)
    assert stage.curtain.size() == stage.size(), "the host can work on"
    qtbot.keyClick(stage, Qt.Key.Key_F11)
    assert stage.isFullScreen()
    assert not stage.scene.note
    qtbot.keyClick(stage, Qt.Key.Key_Escape)
    assert not stage.isFullScreen()


@pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)  # the offscreen platform has none
def test_what_a_person_settles_is_to_be_remembered_and_one_monitor_is_nothing_to_remember(
    qtbot: QtBot, stage: StageWindow
) -> None:
    stage.open_full_screen()
    with qtbot.assertNotEmitted(stage.screens_chosen):
        qtbot.mouseClick(stage.desk.done, Qt.MouseButton.LeftButton)
        stage.desk.close()


def test_the_host_is_told_what_he_has_to_mend_and_again_when_the_room_is_back(
    stage: StageWindow, tmp_path: Path
) -> None:
    told: list[tuple[tuple[str, str], ...]] = []
    stage.troubles_changed.connect(told.append)
    (tmp_path / "坏.pdf").write_bytes(b"no pdf")
    stage.set_decks({"5": tmp_path / "坏.pdf"})
    stage.set_view(stage_view())
    assert [zh[:6] for zh, _ in told[-1]] == ["打不开 PDF"[:6]]
    for link in (Link.ONLINE, Link.ONLINE, Link.OFFLINE, Link.ONLINE):
        stage.set_connection(Connection(link=link))
    assert len(told) == 3, "once as it came, and once each time the room was reached"
    assert told[0] == told[1] == told[2]


def test_a_project_without_a_deck_is_nothing_to_mend(stage: StageWindow) -> None:
    told: list[object] = []
    stage.troubles_changed.connect(told.append)
    stage.set_decks({})
    stage.set_view(stage_view(running(END)))
    assert stage.trouble
    assert told == []


@pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)  # the offscreen platform has none
@pytest.mark.parametrize(("current", "opens"), [(None, True), ("5", False)])
def test_the_desk_lies_open_before_the_session_and_stays_away_from_a_talk(
    stage: StageWindow, current: str | None, opens: bool
) -> None:
    stage.open_full_screen()
    assert not stage.desk.isVisible(), "where the session stands is not known yet"
    stage.set_view(stage_view(current=current, stage=None if current is None else ProjectStage.CALLED))
    assert (stage.desk.isVisible() and not stage.desk.isMinimized()) is opens
