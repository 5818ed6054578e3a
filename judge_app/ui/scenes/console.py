"""The scenes of the host's console."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from judge_app.core import commands, events, views
from judge_app.core.stages import Showing
from judge_app.seat.state import CommandState, Connection, Delivery
from judge_app.ui import samples
from judge_app.ui.console import ConsoleWindow
from judge_app.ui.samples import Play
from judge_app.ui.scenes.plays import (
    all_heard,
    asked,
    code_shown,
    led,
    long_play,
    presenting,
    published,
    recalled,
    with_computer,
)
from judge_app.ui.scenes.scene import OFFLINE, ONLINE, Scene, Shown, wall


def console(play: Play, *, connection: Connection = ONLINE, entry_no: str = "", **changes: object) -> ConsoleWindow:
    """A console that shows a session as it stands."""
    window = ConsoleWindow(wall, lambda: play.now_ns)
    if changes:
        play.live = msgspec.structs.replace(play.live, **changes)
    window.set_now(lambda: play.now_ns)
    window.set_briefing(play.briefing("host"))
    window.set_view(play.host())
    window.set_connection(connection)
    return window


def _loading() -> Shown:
    return Shown(ConsoleWindow(wall))


def _opened() -> Shown:
    play = samples.opened(rehearsal=True)
    return Shown(console(play), play.setup)


def _nobody() -> Shown:
    play = samples.opened()
    window = console(play, seats={}, health=views.Health())
    return Shown(window, play.setup)


def _admission() -> Shown:
    play = samples.opened()
    for seat, device, name in (("judge:E4", "d4", "祁若霖的电脑"), ("stage", "d9", "")):
        play.happen(events.DeviceEnrolled(seat=seat, device=device, name=name, key="00" * 32, admitted=False))
    return Shown(console(play), play.setup, written=("祁若霖的电脑",))


def _called(times: int) -> Callable[[], Shown]:
    def make() -> Shown:
        play = samples.opened()
        for _ in range(times):
            play.do("host", commands.CallProject(entry_no="1")).wait(40)
        return Shown(console(play), play.setup)

    return make


def _questions(play: Callable[[], Play], slides: int = 12) -> Callable[[], Shown]:
    def make() -> Shown:
        made = play()
        return Shown(console(made, slides=("5", slides)), made.setup)

    return make


def _presenting() -> Shown:
    play = presenting()
    return Shown(console(play), play.setup)


def _leave() -> Shown:
    """The window's cross was pressed while slides are up."""
    play = presenting()
    window = console(play)
    return Shown(window, play.setup, after=window.leave)


def _clicker() -> Shown:
    """A clicker's key came to the desk while slides are up."""
    play = presenting()
    window = console(play)
    window.take_clickers_step()
    return Shown(window, play.setup)


def _last_minute() -> Shown:
    play = presenting().wait(59)
    return Shown(console(play), play.setup)


def _cut_off(confirmed: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = presenting().wait(107)
        play.do(
            "stage",
            commands.ReportCutOff(
                run=play.state.runs[-1].run,
                driver="impress",
                method="end",
                curtain_us=12_400,
                gone_us=18_200 if confirmed else -1,
                confirmed=confirmed,
            ),
        )
        return Shown(console(play), play.setup, written=("impress", "end"))

    return make


def _overtime() -> Shown:
    play = presenting().wait(107).do("host", commands.StartPhase(phase="qa")).wait(275)
    return Shown(console(play), play.setup)


def _held(technical: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = presenting().do("host", commands.HoldClock(technical=technical, reason="投影故障"))
        return Shown(console(play), play.setup, written=("投影故障",))

    return make


def _asks(what: Callable[[ConsoleWindow], None], *, held: bool = False) -> Callable[[], Shown]:
    def make() -> Shown:
        play = presenting()
        if held:
            play.do("host", commands.HoldClock(technical=True, reason="投影故障"))
        window = console(play)
        return Shown(window, play.setup, written=("投影故障",), after=lambda: what(window))

    return make


def _join() -> Shown:
    play = code_shown(samples.opened(), "judge:E6")
    seats = dict(play.live.seats)
    seats.pop("judge:E6")
    window = console(play, seats=seats)
    return Shown(
        window,
        play.setup,
        written=(samples.LINK.format(seat="judge:E6"), "Wi-Fi", "以太网"),
        after=lambda: window.show_seat("judge:E6"),
    )


def _replace() -> Shown:
    play = with_computer(presenting(), "judge:E6")
    window = console(play)

    def after() -> None:
        window.show_seat("judge:E6")
        window.ask_replace("judge:E6")

    return Shown(
        window, play.setup, written=(samples.LINK.format(seat="judge:E6"), "温老师的电脑", "以太网"), after=after
    )


def _panels() -> Shown:
    play = presenting()
    window = console(play)

    def after() -> None:
        window.show_seat("judge:E6")
        window.show_project("7")

    return Shown(window, play.setup, written=(samples.LINK.format(seat="judge:E6"), "以太网"), after=after)


def _reorder() -> Shown:
    play = presenting()
    window = console(play)

    def after() -> None:
        window.show_project("7")
        window.project_panel.asked.emit("earlier")

    return Shown(window, play.setup, after=after)


def _undo() -> Shown:
    play = presenting().do("host", commands.StartPhase(phase="qa")).wait(1)
    return Shown(console(play), play.setup)


def _scoring() -> Shown:
    play = presenting().wait(107).do("host", commands.StartPhase(phase="qa"), commands.OpenScoring())
    return Shown(console(play), play.setup)


def _last_scoring() -> Shown:
    play = samples.opened()
    for project in play.setup.contest.projects:
        samples.hear(play, project.entry_no, but=["E4", "P2"] if project.entry_no == "10" else [])
    window = console(play)
    return Shown(window, play.setup, after=window.take_next_step)


def _done(locked: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = all_heard(lock=locked)
        if locked:
            play.do("chair", commands.SignOff(role="chair", name="沈知衡", head="0" * 64), commands.LockSession())
        return Shown(console(play), play.setup)

    return make


def _published(play: Callable[[], Play]) -> Callable[[], Shown]:
    def make() -> Shown:
        made = play()
        return Shown(console(made), made.setup)

    return make


def _trouble() -> Shown:
    play = presenting()
    health = msgspec.structs.replace(
        samples.HEALTHY,
        centre="contested",
        stage_online=False,
        last_backup="",
        trouble=(("磁盘只剩 180 MB，请清理", "180 MB left on the disk: make room"),),
    )
    window = console(play, health=health)
    window.set_command_state(
        CommandState(
            command_id="1",
            delivery=Delivery.REFUSED,
            code="busy",
            zh="5 号项目还没有结束",
            en="project 5 is not finished",
        )
    )
    return Shown(window, play.setup)


def _paused(kind: events.PauseKind) -> Callable[[], Shown]:
    """A room that was taken up again says what it holds."""

    def make() -> Shown:
        play = presenting()
        hit = kind is events.PauseKind.RECOVERED
        play.happen(
            events.SessionPaused(
                kind=kind,
                sheets=57,
                last_at="2026-12-05T06:32:07.000Z",
                source="第一场.mirror.jsonl" if hit else "",
                kept="第一场.damaged-1.roadshow" if hit else "",
                may_lack=kind is not events.PauseKind.OPENED,
            )
        )
        written = ("第一场.mirror.jsonl", "第一场.damaged-1.roadshow") if hit else ()
        return Shown(console(play), play.setup, written=written)

    return make


def _mirror() -> Shown:
    play = presenting()
    health = msgspec.structs.replace(
        samples.HEALTHY, mirror="waiting", mirror_folder="/media/stick", mirror_lag=42, battery=23, disk_free=48_200
    )
    return Shown(console(play, health=health), play.setup)


def _offline() -> Shown:
    play = presenting()
    return Shown(console(play, connection=OFFLINE), play.setup)


def _long() -> Shown:
    play = long_play()
    return Shown(console(play), play.setup)


def scenes() -> tuple[Scene, ...]:
    """Every state of the console."""
    return (
        Scene("console", "loading", _loading),
        Scene("console", "opened", _opened),
        Scene("console", "nobody", _nobody),
        Scene("console", "admission", _admission),
        Scene("console", "called-twice", _called(2)),
        Scene("console", "no-show", _called(3)),
        Scene("console", "presenting", _presenting),
        Scene("console", "clicker", _clicker),
        Scene("console", "ask-leave", _leave),
        Scene("console", "last-minute", _last_minute),
        Scene("console", "cut-off", _cut_off(True)),
        Scene("console", "cut-off-unconfirmed", _cut_off(False)),
        Scene("console", "overtime", _overtime),
        Scene("console", "questions", _questions(asked)),
        Scene("console", "slide-again", _questions(recalled())),
        Scene("console", "no-slides", _questions(asked, slides=0)),
        Scene("console", "paused", _held(False)),
        Scene("console", "technical", _held(True)),
        Scene("console", "ask-technical", _asks(lambda window: window.ask_technical_stop())),
        Scene("console", "ask-release", _asks(lambda window: window.take_next_step(), held=True)),
        Scene("console", "ask-time", _asks(lambda window: window.ask_time(60))),
        Scene("console", "ask-end", _asks(lambda window: window.ask_end())),
        Scene("console", "ask-message", _asks(lambda window: window.ask_message())),
        Scene("console", "ask-presence", _asks(lambda window: window.ask_presence("judge:E6", "absent"))),
        Scene("console", "join", _join),
        Scene("console", "ask-replace", _replace),
        Scene("console", "panels", _panels),
        Scene("console", "reorder", _reorder),
        Scene("console", "undo", _undo),
        Scene("console", "scoring", _scoring),
        Scene("console", "last-scoring", _last_scoring),
        Scene("console", "done", _done(False)),
        Scene("console", "locked", _done(True)),
        Scene("console", "published", _published(published)),
        Scene("console", "published-ranking", _published(led(Showing.RANKING, 4))),
        Scene("console", "published-marks", _published(led(Showing.MARKS, 1, "5"))),
        Scene("console", "trouble", _trouble),
        Scene("console", "opened-again", _paused(events.PauseKind.OPENED)),
        Scene("console", "recovered", _paused(events.PauseKind.RECOVERED)),
        Scene("console", "taken-over", _paused(events.PauseKind.TAKEN_OVER)),
        Scene("console", "mirror", _mirror),
        Scene("console", "offline", _offline),
        Scene("console", "long", _long),
    )
