"""Published results before the audience: as far as the host has led them, and not a step further."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from judge_app.core.commands import ShowResults
from judge_app.core.stages import Showing
from judge_app.core.views import StageView
from judge_app.ui import samples
from judge_app.ui.console.bounce import TWICE_NS
from judge_app.ui.console.results_row import ResultsRow
from judge_app.ui.samples import Play
from judge_app.ui.scenes.console import console
from judge_app.ui.scenes.plays import all_heard, published
from judge_app.ui.stage.audience import AudienceSurface
from judge_app.ui.stage.results_picture import counted
from judge_app.ui.stage.scene import Kind, Scene, scene_of

PATIENCE = 20_000


@pytest.fixture(scope="module")
def play() -> Play:
    return published()


def scene(play: Play) -> Scene:
    view = play.view("stage")
    assert isinstance(view, StageView)
    return scene_of(play.briefing("stage"), view, play.now_ns, None)


def led(play: Play, kind: Showing, step: int = 0, entry_no: str = "") -> Scene:
    play.do("host", ShowResults(kind=kind, step=step, entry_no=entry_no))
    return scene(play)


def test_nothing_stands_there_until_the_host_leads_it(play: Play) -> None:
    shown = led(play, Showing.NOTHING)
    assert (shown.kind, shown.results) == (Kind.CARD, None)
    assert shown.title == "The results are about to be announced"


def test_a_session_that_is_not_published_shows_no_result() -> None:
    shown = scene(all_heard(lock=True))
    assert (shown.kind, shown.results) == (Kind.CARD, None)
    assert shown.title == "Thank you all"


def test_the_ranking_builds_from_the_last_place(play: Play) -> None:
    places = len(play.setup.contest.projects)
    assert led(play, Showing.RANKING, 0).results is None
    seen: list[str] = []
    for step in range(1, places + 1):
        held = led(play, Showing.RANKING, step).results
        assert held is not None
        assert held.hidden == places - step
        assert [line.fresh for line in held.lines][:2] in ([True], [True, False])
        seen.append(held.lines[0].number)
        assert len(held.lines) == min(step, 8)
    assert held.lines[0].rank == "1"
    assert seen == list(dict.fromkeys(seen)), "each place once"


def test_the_list_is_read_page_by_page(play: Play) -> None:
    first, second = (led(play, Showing.LIST, step).results for step in (0, 1))
    assert first is not None
    assert second is not None
    assert [line.rank for line in first.lines][:3] == ["1", "2", "3"]
    assert len(first.lines) + len(second.lines) == len(play.setup.contest.projects)
    assert (second.page, second.pages) == (2, 2)


def test_a_projects_marks_come_at_once_then_the_dropped_fall_out_then_the_total(play: Play) -> None:
    hidden, marks, dropped, total = (led(play, Showing.MARKS, step, "5").results for step in range(4))
    assert hidden is not None
    assert marks is not None
    assert dropped is not None
    assert total is not None
    assert (hidden.parts, hidden.total) == ((), "")
    assert [len(part.tiles) for part in marks.parts] == [len(part.tiles) for part in dropped.parts]
    assert not any(tile.out or tile.note for part in marks.parts for tile in part.tiles)
    for part in dropped.parts:
        assert [tile.note for tile in part.tiles if tile.out] == ["Lowest out", "Highest out"]
        assert part.score == ""
    assert dropped.total == ""
    assert total.total == "122.00"
    assert all(part.score for part in total.parts)


def test_a_total_counts_up_to_exactly_what_is_printed() -> None:
    assert [counted("122.00", way) for way in (0.0, 0.5, 1.0)] == ["0.00", "61.00", "122.00"]
    assert counted("—", 0.5) == "—"


def test_what_has_come_moves_once_and_not_where_motion_is_not_wanted(qtbot: QtBot, play: Play) -> None:
    surface = AudienceSurface()
    qtbot.addWidget(surface)
    surface.set_scene(led(play, Showing.MARKS, 2, "5"))
    assert surface.motion.running
    qtbot.waitUntil(lambda: not surface.motion.running, timeout=PATIENCE)
    assert (surface.motion.way, surface.motion.count) == (1.0, 1.0)
    surface.motion.reduced = True
    surface.set_scene(led(play, Showing.MARKS, 3, "5"))
    assert not surface.motion.running
    assert (surface.motion.way, surface.motion.count) == (1.0, 1.0)


def test_the_host_leads_by_one_row(qtbot: QtBot) -> None:
    play = published()
    window = QWidget()
    window.resize(800, 300)
    now = 0
    row = ResultsRow(lambda: now, window)
    row.resize(800, 200)
    qtbot.addWidget(window)
    window.show()
    row.command.connect(lambda command: play.do("host", command))

    def click(button: object, later_ns: int = TWICE_NS) -> None:
        nonlocal now
        now += later_ns
        row.set_view(play.host(), play.briefing("host"))
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[arg-type]
        row.set_view(play.host(), play.briefing("host"))

    click(row.ranking)
    click(row.on)
    assert row.words.text() == "On stage: 2 of 10 places"
    click(row.on, TWICE_NS - 1)
    assert row.words.text() == "On stage: 2 of 10 places", "a press that bounced has not shown the next place"
    click(row.back, 0)
    assert row.words.text() == "On stage: 1 of 10 places"
    click(row.away)
    assert play.host().showing is None
    click(row.list)
    click(row.on)
    assert not row.on.isEnabled(), "the last page"
    assert row.words.text() == "On stage: all results, page 2 of 2"


def test_the_space_bar_and_the_clicker_lead_the_reveal_and_a_double_press_is_one_step(qtbot: QtBot) -> None:
    play = published()
    play.do("host", ShowResults(kind=Showing.RANKING, step=1))
    window = console(play)
    qtbot.addWidget(window)
    window.show()
    given: list[object] = []
    window.command.connect(given.append)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_PageDown):
        qtbot.keyClick(window, key)
    assert given == [ShowResults(kind=Showing.RANKING, step=2)] * 2, "the same step once more changes nothing"
    given.clear()
    play.do("host", ShowResults(kind=Showing.RANKING, step=2))
    window.set_view(play.host())
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert given == [], "it had been pressed for the step before"
    play.now_ns += TWICE_NS
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert given == [ShowResults(kind=Showing.RANKING, step=3)]
    given.clear()
    play.do("host", ShowResults(kind=Showing.RANKING, step=10))
    window.set_view(play.host())
    play.now_ns += TWICE_NS
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert given == []


def test_before_results_are_published_the_row_is_away(qtbot: QtBot) -> None:
    row = ResultsRow()
    qtbot.addWidget(row)
    play = samples.opened()
    row.set_view(play.host(), play.briefing("host"))
    assert row.isHidden()


def test_the_one_filled_button_of_the_desk_leads_the_reveal(qtbot: QtBot) -> None:
    play = published()
    window = console(play)
    qtbot.addWidget(window)
    window.show()
    assert not window.next_button.isEnabled(), (
        "how it is shown is chosen first: nobody reveals a place by one key too many"
    )
    play.do("host", ShowResults(kind=Showing.RANKING, step=1))
    window.set_view(play.host())
    assert (window.next_button.text(), window.next_button.isEnabled()) == ("Next place", True)
    assert not window.results_row.on.isVisible()
    play.do("host", ShowResults(kind=Showing.RANKING, step=10))
    window.set_view(play.host())
    assert not window.next_button.isEnabled()
