"""The windows of a real X server, seen from outside the program that owns them."""

from __future__ import annotations

import pytest

from judge_app.show.desktop import X11Desktop
from judge_app.show.impress import ImpressProgram
from tests.projector import BEAMER
from tests.show.odp import make_odp


def test_an_x_server_that_is_not_there_is_an_error() -> None:
    with pytest.raises(OSError, match="X server"):
        X11Desktop(":59999")


@pytest.mark.office
def test_a_show_is_seen_on_the_projector_with_its_owner(
    impress: ImpressProgram, desktop: X11Desktop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    deck = make_odp(tmp_path_factory.mktemp("deck") / "deck.odp", ["#ff0000"])
    impress.driver.open(deck)
    before = [window for window in desktop.windows() if window.box.covers(BEAMER, 0.9)]
    assert before == [], "the editor's own window is hidden"
    impress.driver.start(BEAMER)
    shows = [window for window in desktop.windows() if window.box == BEAMER]
    assert [window.pid for window in shows] == list(impress.pids())
    impress.driver.end()


@pytest.mark.office
def test_a_show_whose_window_is_asked_to_close_closes(
    impress: ImpressProgram, desktop: X11Desktop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    deck = make_odp(tmp_path_factory.mktemp("deck") / "deck.odp", ["#ff0000"])
    impress.driver.open(deck)
    impress.driver.start(BEAMER)
    show = next(window for window in desktop.windows() if window.box == BEAMER)
    desktop.close(show)
    for _ in range(2000):
        if not impress.driver.is_running():
            break
    assert not impress.driver.is_running()
    assert BEAMER not in [window.box for window in desktop.windows()]
