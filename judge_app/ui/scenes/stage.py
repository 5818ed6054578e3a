"""The scenes of the audience's picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

from judge_app.core import commands, views
from judge_app.core.stages import Showing
from judge_app.seat.state import Connection
from judge_app.ui import samples
from judge_app.ui.samples import Play
from judge_app.ui.scenes.plays import all_heard, asked, called, held, led, long_play, presenting, published, recalled
from judge_app.ui.scenes.scene import OFFLINE, ONLINE, Scene, Shown
from judge_app.ui.stage.audience import AudienceSurface
from judge_app.ui.stage.scene import scene_of
from judge_app.ui.theme import DARK, Theme, wear


def _scored() -> Play:
    return samples.hear(samples.opened(), "1", judged=False)


def _between() -> Play:
    play = samples.hear(samples.opened(), "1")
    return play.do("chair", commands.LockProject(entry_no="1"))


def _stage(play: Callable[[], Play], connection: Connection = ONLINE) -> Callable[[], Shown]:
    def make() -> Shown:
        made = play()
        view = made.view("stage")
        assert isinstance(view, views.StageView)
        surface = AudienceSurface()
        surface.resize(1280, 720)
        wear(surface, Theme(palette=DARK))
        surface.motion.reduced = True
        scene = scene_of(made.briefing("stage"), view, made.now_ns, connection)
        surface.set_scene(scene, slide_picture(scene.still, QSize(1920, 1080)) if scene.still else None)
        return Shown(surface, made.setup)

    return make


def slide_picture(slide: int, size: QSize) -> QImage:
    """A slide as a deck has one, 16:9."""
    width = min(size.width(), size.height() * 16 // 9)
    image = QImage(width, width * 9 // 16, QImage.Format.Format_RGB32)
    image.fill(QColor.fromHsv(slide * 47 % 360, 120, 170))
    return image


def scenes() -> tuple[Scene, ...]:
    """Every state of the audience's picture."""
    stages: list[tuple[str, Callable[[], Play]]] = [
        ("welcome", samples.opened),
        ("presenting", presenting),
        ("last-minute", lambda: presenting().wait(59)),
        ("time-up", lambda: presenting().wait(107)),
        ("called", called),
        ("questions", asked),
        ("slide-again", recalled()),
        ("slide-again-last-minute", recalled(12, 150)),
        ("paused", held(False)),
        ("technical", held(True)),
        ("scoring", _scored),
        ("between", _between),
        ("done", all_heard),
        ("long", long_play),
        ("results-soon", published),
        ("results-list", led(Showing.LIST)),
        ("results-page-2", led(Showing.LIST, 1)),
        ("results-ranking-first", led(Showing.RANKING, 1)),
        ("results-ranking-middle", led(Showing.RANKING, 6)),
        ("results-ranking-whole", led(Showing.RANKING, 10)),
        ("results-marks-soon", led(Showing.MARKS, 0, "5")),
        ("results-marks", led(Showing.MARKS, 1, "5")),
        ("results-dropped", led(Showing.MARKS, 2, "5")),
        ("results-total", led(Showing.MARKS, 3, "5")),
    ]
    offline = Scene("stage", "offline", _stage(presenting, OFFLINE), fixed_look=True)
    return (offline, *(Scene("stage", state, _stage(play), fixed_look=True) for state, play in stages))
