"""The scenes of a judge's window."""

from __future__ import annotations

from collections.abc import Callable

from judge_app.core import views
from judge_app.seat.drafts import Draft
from judge_app.seat.state import Connection
from judge_app.ui import samples
from judge_app.ui.judge import JudgeWindow
from judge_app.ui.samples import Play
from judge_app.ui.scenes.plays import long_play, presenting
from judge_app.ui.scenes.scene import OFFLINE, ONLINE, Scene, Shown, wall


def judge(play: Play, no: str = "E2", *, connection: Connection = ONLINE) -> JudgeWindow:
    """A judge's window that shows a session as it stands."""
    window = JudgeWindow(wall)
    view = play.view(f"judge:{no}")
    assert isinstance(view, views.JudgeView)
    window.set_now(lambda: play.now_ns)
    window.set_briefing(play.briefing(f"judge:{no}"))
    window.set_view(view)
    window.set_connection(connection)
    return window


def _loading() -> Shown:
    return Shown(JudgeWindow(wall))


def _waiting() -> Shown:
    play = samples.opened()
    return Shown(judge(play), play.setup)


def _writing(connection: Connection = ONLINE) -> Callable[[], Shown]:
    def make() -> Shown:
        play = presenting()
        window = judge(play, connection=connection)
        given = {"综合表现": 1800, "普及意义": 1700, "痛点明确": 1800, "方案可行性": 1600}
        window.set_drafts({"5": Draft(points={"expert100": given, "creative10": {"创新创意": 800}}, comment="")})
        return Shown(window, play.setup)

    return make


def _recorded() -> Shown:
    play = presenting()
    return Shown(judge(play, "E5"), play.setup)


def _long() -> Shown:
    play = long_play()
    return Shown(judge(play, "E3"), play.setup)


def scenes() -> tuple[Scene, ...]:
    """Every state of a judge's window."""
    return (
        Scene("judge", "loading", _loading),
        Scene("judge", "waiting", _waiting),
        Scene("judge", "writing", _writing()),
        Scene("judge", "offline", _writing(OFFLINE)),
        Scene("judge", "recorded", _recorded),
        Scene("judge", "long", _long),
    )
