"""The scenes of the stage's computer beside the audience's picture: presenter's monitor, sign, desk of screens."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize

from judge_app.core import commands, views
from judge_app.ui.language import tr
from judge_app.ui.samples import Play
from judge_app.ui.scenes.plays import called, held, long_play, presenting, recalled
from judge_app.ui.scenes.scene import ONLINE, Scene, Shown
from judge_app.ui.scenes.stage import slide_picture
from judge_app.ui.stage.desk import StageDesk, screen_troubles
from judge_app.ui.stage.identify import ROLE_WORDS, ScreenSign, screen_name
from judge_app.ui.stage.presenter import PresenterWindow
from judge_app.ui.stage.scene import scene_of
from judge_app.ui.stage.screens import ScreenMark, ScreenRole, assign
from judge_app.ui.stage.sound import Player
from judge_app.ui.theme import DARK, Theme, wear


def _presenter(
    play: Callable[[], Play], slide: int = 0, *, message: str = "", trouble: str = "", pictures: bool = True
) -> Callable[[], Shown]:
    def make() -> Shown:
        made = play()
        if message:
            made.do("host", commands.ShowMessage(text=message))
        view = made.view("stage")
        assert isinstance(view, views.StageView)
        window = PresenterWindow()
        wear(window, Theme(palette=DARK))
        scene = scene_of(made.briefing("stage"), view, made.now_ns, ONLINE)
        window.set_scene(scene, slide_picture(scene.still, QSize(1920, 1080)) if scene.still else None)
        window.set_message(view.message)
        window.set_trouble(tr(trouble) if trouble else "")
        window.set_slide(slide_picture if pictures and slide else None, slide, 12 if slide else 0)
        return Shown(window, made.setup, written=(message,))

    return make


LAPTOP = ScreenMark(name="eDP-1", maker="LENOVO", place=(0, 0, 1366, 768), primary=True)
BEAMER = ScreenMark(name="HDMI-1", maker="EPSON", model="EB-L200F", place=(1366, 0, 1920, 1080))
MONITOR = ScreenMark(name="DP-1", maker="DELL", model="U2424H", place=(1366, 1080, 1920, 1080))


def _sign() -> Shown:
    sign = ScreenSign(2, tr(ROLE_WORDS[ScreenRole.AUDIENCE]), screen_name(BEAMER))
    return Shown(sign, written=(BEAMER.maker, BEAMER.model, BEAMER.name))


def _desk(*here: ScreenMark, known: tuple[ScreenMark, ...] = ()) -> Callable[[], Shown]:
    def make() -> Shown:
        desk = StageDesk(Player())
        roles = assign(here, assign(known, {}) if known else {})
        desk.set_screens(here, roles)
        desk.set_troubles(screen_troubles(here, roles))
        return Shown(desk, written=tuple(part for one in here for part in (one.maker, one.model, one.name)))

    return make


def scenes() -> tuple[Scene, ...]:
    """Every state of the presenter's monitor, of the sign and of the desk of screens."""
    return (
        Scene("presenter", "called", _presenter(called), fixed_look=True),
        Scene("presenter", "slides", _presenter(presenting, 5), fixed_look=True),
        Scene("presenter", "message", _presenter(presenting, 5, message="请靠近话筒"), fixed_look=True),
        Scene("presenter", "last-slide", _presenter(lambda: presenting().wait(60), 12), fixed_look=True),
        Scene("presenter", "no-pictures", _presenter(presenting, 5, pictures=False), fixed_look=True),
        Scene(
            "presenter",
            "no-deck",
            _presenter(presenting, message="请靠近话筒", trouble="No slides were handed in: only the clock is shown"),
            fixed_look=True,
        ),
        Scene("presenter", "time-up", _presenter(lambda: presenting().wait(107)), fixed_look=True),
        Scene("presenter", "slide-again", _presenter(recalled(), 12), fixed_look=True),
        Scene("presenter", "slide-again-message", _presenter(recalled(), 12, message="请靠近话筒"), fixed_look=True),
        Scene("presenter", "paused", _presenter(held(False), 8), fixed_look=True),
        Scene(
            "presenter",
            "long",
            _presenter(long_play, 8, message="请把话筒拿近一点，后排的评委听不清楚，谢谢"),
            fixed_look=True,
        ),
        Scene("sign", "audience", _sign, fixed_look=True),
        Scene("desk", "one-screen", _desk(LAPTOP)),
        Scene("desk", "two-screens", _desk(LAPTOP, BEAMER)),
        Scene("desk", "three-screens", _desk(LAPTOP, BEAMER, MONITOR)),
        Scene("desk", "gone", _desk(LAPTOP, known=(LAPTOP, BEAMER))),
        Scene("desk", "another", _desk(LAPTOP, MONITOR, known=(LAPTOP, BEAMER))),
    )
