"""Every window in every state that it must hold: empty, loading, offline, error, very long, and all between.

A scene makes a window and brings it where a person would find it, by its setters and its public methods alone; the
sessions behind are played by the rules (samples.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import msgspec
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from judge_app.core import commands, events, views
from judge_app.core.clock import SECOND
from judge_app.core.contest import Presence
from judge_app.core.errors import Problem
from judge_app.core.events import SessionSetup
from judge_app.core.seats import Role
from judge_app.core.stages import Showing
from judge_app.seat.drafts import Draft
from judge_app.seat.state import CommandState, Connection, Delivery, Link
from judge_app.ui import samples
from judge_app.ui.central import scenes as central
from judge_app.ui.chair import ChairWindow
from judge_app.ui.connecting import ConnectingWindow
from judge_app.ui.console import ConsoleWindow
from judge_app.ui.judge import JudgeWindow
from judge_app.ui.language import tr
from judge_app.ui.prepare.scenes import STATES as PREPARE
from judge_app.ui.prepare.scenes import Bench
from judge_app.ui.samples import Play
from judge_app.ui.stage.audience import AudienceSurface
from judge_app.ui.stage.desk import StageDesk, screen_troubles
from judge_app.ui.stage.identify import ROLE_WORDS, ScreenSign, screen_name
from judge_app.ui.stage.presenter import PresenterWindow
from judge_app.ui.stage.scene import scene_of
from judge_app.ui.stage.screens import ScreenMark, ScreenRole, assign
from judge_app.ui.stage.sound import Player
from judge_app.ui.start import Recent, StartWindow
from judge_app.ui.start.join_page import FoundRoom
from judge_app.ui.start.ways import Way
from judge_app.ui.theme import DARK, Theme, wear
from judge_app.ui.widgets import Check
from judge_app.ui.widgets.help import TOPICS, HelpWindow

WALL = datetime(2026, 12, 5, 2, 14, 30, tzinfo=UTC)
ONLINE = Connection(link=Link.ONLINE, rtt_ms=3.0)
OFFLINE = Connection(link=Link.OFFLINE, since="2026-12-05T02:14:07Z")


class Shown(msgspec.Struct, frozen=True):
    """A window, the contest it shows (whose names stay as they are in any language), and what else people wrote."""

    widget: QWidget
    setup: SessionSetup | None = None
    written: tuple[str, ...] = ()
    after: Callable[[], None] | None = None
    """What a person does once the window is seen."""


class Scene(msgspec.Struct, frozen=True):
    """``view`` and ``state`` name it; ``make`` makes it anew; ``fixed_look``: it is dark whatever the look chosen."""

    view: str
    state: str
    make: Callable[[], Shown]
    fixed_look: bool = False


def wall() -> datetime:
    return WALL


# the console


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


def presenting(missing: Iterable[str] = ("E2", "E3", "E4", "E6", "E7", "P2", "P3", "P4"), *, away: str = "E6") -> Play:
    """Project 5 on stage: some write, some are in, one is away, the centre lags."""
    play = samples.under_way()
    seats = samples.everybody(play.setup, "5", E2=4, E3=2, E7=3)
    if away:
        seats[f"judge:{away}"] = msgspec.structs.replace(
            seats[f"judge:{away}"], online=False, offline_since="2026-12-05T02:14:07Z"
        )
    health = msgspec.structs.replace(samples.HEALTHY, centre="waiting", pending=12)
    play.live = msgspec.structs.replace(play.live, seats=seats, health=health)
    return samples.score(play, "5", but=missing)


def _console_loading() -> Shown:
    return Shown(ConsoleWindow(wall))


def _console_opened() -> Shown:
    play = samples.opened(rehearsal=True)
    return Shown(console(play), play.setup)


def _console_nobody() -> Shown:
    play = samples.opened()
    window = console(play, seats={}, health=views.Health())
    return Shown(window, play.setup)


def _console_admission() -> Shown:
    play = samples.opened()
    for seat, device, name in (("judge:E4", "d4", "祁若霖的电脑"), ("stage", "d9", "")):
        play.happen(events.DeviceEnrolled(seat=seat, device=device, name=name, key="00" * 32, admitted=False))
    return Shown(console(play), play.setup, written=("祁若霖的电脑",))


def _console_called(times: int) -> Callable[[], Shown]:
    def make() -> Shown:
        play = samples.opened()
        for _ in range(times):
            play.do("host", commands.CallProject(entry_no="1")).wait(40)
        return Shown(console(play), play.setup)

    return make


def _console_questions(play: Callable[[], Play], slides: int = 12) -> Callable[[], Shown]:
    def make() -> Shown:
        made = play()
        return Shown(console(made, slides=("5", slides)), made.setup)

    return make


def _console_presenting() -> Shown:
    play = presenting()
    return Shown(console(play), play.setup)


def _console_clicker() -> Shown:
    """A clicker's key came to the desk while slides are up."""
    play = presenting()
    window = console(play)
    window.take_clickers_step()
    return Shown(window, play.setup)


def _console_last_minute() -> Shown:
    play = presenting().wait(59)
    return Shown(console(play), play.setup)


def _console_cut_off(confirmed: bool) -> Callable[[], Shown]:
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


def _console_overtime() -> Shown:
    play = presenting().wait(107).do("host", commands.StartPhase(phase="qa")).wait(275)
    return Shown(console(play), play.setup)


def _console_held(technical: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = presenting().do("host", commands.HoldClock(technical=technical, reason="投影故障"))
        return Shown(console(play), play.setup, written=("投影故障",))

    return make


def _console_asks(what: Callable[[ConsoleWindow], None], *, held: bool = False) -> Callable[[], Shown]:
    def make() -> Shown:
        play = presenting()
        if held:
            play.do("host", commands.HoldClock(technical=True, reason="投影故障"))
        window = console(play)
        return Shown(window, play.setup, written=("投影故障",), after=lambda: what(window))

    return make


def with_computer(play: Play, seat: str, name: str = "温老师的电脑") -> Play:
    """A seat with a computer that was let in."""
    play.happen(events.DeviceEnrolled(seat=seat, device="d6", name=name, key="00" * 32, admitted=True))
    seats = dict(play.live.seats)
    seats[seat] = msgspec.structs.replace(seats.get(seat, views.SeatLive()), device_name=name)
    play.live = msgspec.structs.replace(play.live, seats=seats)
    return play


def code_shown(play: Play, seat: str) -> Play:
    """The host has asked for a seat's join code a while ago."""
    play.live = msgspec.structs.replace(
        play.live,
        join_links=tuple(
            msgspec.structs.replace(one, join_code="3740 2915", code_until_ns=play.now_ns + 581 * SECOND)
            if one.seat == seat
            else one
            for one in play.live.join_links
        ),
    )
    return play


def _console_join() -> Shown:
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


def _console_replace() -> Shown:
    play = with_computer(presenting(), "judge:E6")
    window = console(play)

    def after() -> None:
        window.show_seat("judge:E6")
        window.ask_replace("judge:E6")

    return Shown(
        window, play.setup, written=(samples.LINK.format(seat="judge:E6"), "温老师的电脑", "以太网"), after=after
    )


def _console_panels() -> Shown:
    play = presenting()
    window = console(play)

    def after() -> None:
        window.show_seat("judge:E6")
        window.show_project("7")

    return Shown(window, play.setup, written=(samples.LINK.format(seat="judge:E6"), "以太网"), after=after)


def _console_reorder() -> Shown:
    play = presenting()
    window = console(play)

    def after() -> None:
        window.show_project("7")
        window.project_panel.asked.emit("earlier")

    return Shown(window, play.setup, after=after)


def _console_undo() -> Shown:
    play = presenting().do("host", commands.StartPhase(phase="qa")).wait(1)
    return Shown(console(play), play.setup)


def _console_scoring() -> Shown:
    play = presenting().wait(107).do("host", commands.StartPhase(phase="qa"), commands.OpenScoring())
    return Shown(console(play), play.setup)


def all_heard(lock: bool = False) -> Play:
    """Every project heard and scored; with ``lock`` also locked."""
    play = samples.opened()
    for project in play.setup.contest.projects:
        samples.hear(play, project.entry_no, lock=lock)
    return play


def _console_last_scoring() -> Shown:
    play = samples.opened()
    for project in play.setup.contest.projects:
        samples.hear(play, project.entry_no, but=["E4", "P2"] if project.entry_no == "10" else [])
    window = console(play)
    return Shown(window, play.setup, after=window.take_next_step)


def _console_done(locked: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = all_heard(lock=locked)
        if locked:
            play.do("chair", commands.SignOff(role="chair", name="沈知衡", head="0" * 64), commands.LockSession())
        return Shown(console(play), play.setup)

    return make


def _console_published(play: Callable[[], Play]) -> Callable[[], Shown]:
    def make() -> Shown:
        made = play()
        return Shown(console(made), made.setup)

    return make


def _console_trouble() -> Shown:
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


def _console_paused(kind: events.PauseKind) -> Callable[[], Shown]:
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


def _console_mirror() -> Shown:
    play = presenting()
    health = msgspec.structs.replace(
        samples.HEALTHY, mirror="waiting", mirror_folder="/media/stick", mirror_lag=42, battery=23, disk_free=48_200
    )
    return Shown(console(play, health=health), play.setup)


def _console_offline() -> Shown:
    play = presenting()
    return Shown(console(play, connection=OFFLINE), play.setup)


def long_play() -> Play:
    """200 projects with long names, 15 judges, 12 criteria; the third is on stage."""
    play = Play(samples.long_contest())
    play.live = views.Live(
        seats=samples.everybody(play.setup, "3"), health=samples.HEALTHY, join_links=samples.links(play.setup)
    )
    for entry_no in ("1", "2"):
        samples.hear(play, entry_no, judged=False)
        for judge in play.setup.contest.judges:
            samples.submit_even(play, entry_no, judge.no)
    play.do("host", commands.CallProject(entry_no="3")).wait(10)
    return play.do("host", commands.StartPhase(phase="presentation")).wait(400)


def _console_long() -> Shown:
    play = long_play()
    return Shown(console(play), play.setup)


# the chair and the desk


def chair(play: Play, seat: str = "chair", *, connection: Connection = ONLINE) -> ChairWindow:
    window = ChairWindow()
    window.set_briefing(play.briefing(seat))
    window.set_view(play.chair(seat))
    window.set_connection(connection)
    return window


def _chair_loading() -> Shown:
    return Shown(ChairWindow())


def _chair_contested(asked: bool) -> Callable[[], Shown]:
    """The centre holds two records of the session."""

    def make() -> Shown:
        play = all_heard()
        play.live = msgspec.structs.replace(
            play.live, health=msgspec.structs.replace(samples.HEALTHY, centre="contested")
        )
        window = chair(play)
        if asked:
            window.tasks.acted.emit("contested", "choose-chain")
        return Shown(window, play.setup)

    return make


def _chair_own_first() -> Shown:
    play = presenting(missing=["E1", "E2"])
    window = chair(play)
    return Shown(window, play.setup, after=lambda: window.show_project("5"))


def _chair_review() -> Shown:
    play = presenting()
    return Shown(chair(play), play.setup)


def _chair_locked() -> Shown:
    play = presenting()
    window = chair(play)

    def after() -> None:
        window.show_project("1")
        window.choose_judge("E3")

    return Shown(window, play.setup, written=("与项目单位存在利益关系",), after=after)


def few_sheets() -> Play:
    """Project 3 with two valid sheets of its professional judges, and a judge who asks for his sheet."""
    play = presenting()
    for judge in ("P1", "P2", "P3"):
        play.do("chair", commands.SetPresence(entry_no="3", judge=judge, presence=Presence.ABSENT, reason="临时离会"))
    return play.do("judge:E2", commands.AskReturn(entry_no="4", reason="第二项应为 17"))


def _chair_ruling(ask: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = few_sheets()
        window = chair(play)
        return Shown(
            window,
            play.setup,
            written=("第二项应为 17", "临时离会"),
            after=window.take_next_step if ask else None,
        )

    return make


def _chair_incomplete() -> Shown:
    play = presenting()
    missing = ("E6",)
    play.do("host", commands.CloseScoring(entry_no="4", missing=missing))
    window = chair(play)
    return Shown(window, play.setup, after=lambda: window.show_project("4"))


def _chair_presence() -> Shown:
    play = presenting()
    window = chair(play)

    def after() -> None:
        window.show_project("4")
        window.choose_judge("E6")
        window.ask_presence()

    return Shown(window, play.setup, after=after)


def _chair_reopen() -> Shown:
    play = presenting()
    window = chair(play)

    def after() -> None:
        window.show_project("2")
        window.ask_reopen()

    return Shown(window, play.setup, after=after)


def _chair_cut_tie() -> Shown:
    """A tie across the line of a hard quota: rules with no key but the total."""
    contest, rules, _ = samples.regional_final()
    plain = msgspec.structs.replace(rules, tie_keys=("exact_total",))
    play = Play(samples.setup_of(contest, plain))
    for project in play.setup.contest.projects:
        samples.hear(play, project.entry_no, lock=True)
    window = chair(play)
    return Shown(window, play.setup, after=window.take_next_step)


def _chair_signing(seat: str) -> Callable[[], Shown]:
    def make() -> Shown:
        play = all_heard(lock=True)
        play.do("scorer", commands.SignOff(role="scorer", name="程见微", head="0" * 64))
        return Shown(chair(play, seat), play.setup, written=("程见微",))

    return make


def _chair_sign_question() -> Shown:
    play = all_heard(lock=True)
    window = chair(play)
    return Shown(window, play.setup, after=lambda: window.ask_signature(Role.CHECKER))


def _chair_confirm() -> Shown:
    play = all_heard(lock=True)
    play.do("chair", commands.SignOff(role="chair", name="沈知衡", head="0" * 64), commands.LockSession())
    window = chair(play)
    return Shown(window, play.setup, after=window.take_next_step)


def published() -> Play:
    """Everything signed, locked and published."""
    play = all_heard(lock=True)
    play.do("chair", commands.SignOff(role="chair", name="沈知衡", head="0" * 64), commands.LockSession())
    play.do("chair", *(commands.ConfirmAssumed(path=path, name="秘书组") for path in play.setup.rules.assumed))
    return play.do("chair", commands.PublishResults())


def _chair_published() -> Shown:
    play = published()
    return Shown(chair(play), play.setup)


def _chair_printed(path: str, error: str, *, opened: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        play = presenting()
        window = chair(play)
        window.print_form("F3", "")
        window.set_printed("F3", path, error, opened=opened)
        return Shown(window, play.setup, written=("papers", "pdf", "No", "space", "left", "on", "device"))

    return make


def _chair_desk() -> Shown:
    play = presenting()
    return Shown(chair(play, "checker"), play.setup)


def _chair_offline() -> Shown:
    play = presenting()
    return Shown(chair(play, connection=OFFLINE), play.setup)


def _chair_long() -> Shown:
    play = long_play()
    window = chair(play)
    return Shown(window, play.setup, after=lambda: window.show_project("2"))


# preparing


def _prepare(make: Callable[[], Bench]) -> Callable[[], Shown]:
    def made() -> Shown:
        bench = make()
        return Shown(bench.window, written=bench.written)

    return made


# all rooms


def _central(make: Callable[[], central.Shown]) -> Callable[[], Shown]:
    def made() -> Shown:
        held = make()
        first = held.setups[0] if held.setups else None
        written = [*held.written]
        for setup in held.setups[1:]:
            contest = setup.contest
            written += [setup.session.name, setup.session.hall, *(one.name for one in contest.judges)]
            written += [text for one in contest.projects for text in (one.name, one.lead_unit, one.track, one.topic)]
        return Shown(held.widget, first, tuple(written), held.after)

    return made


# the start window

WORKBOOK = "/home/organiser/大赛.xlsx"
GOOD_LINK = f"rsj://192.168.1.20:47600/?fp={'A' * 43}&t={'b' * 22}"
_ALL_WAYS: tuple[Way, ...] = ("host", "join", "rehearse", "prepare", "rooms")


def start() -> StartWindow:
    window = StartWindow(_ALL_WAYS)
    window.set_recent(
        [
            Recent(path="/data/a.roadshow", title="星澜赛区决赛 · 第一场", when="12-04 16:02"),
            Recent(path="/data/b.roadshow", title="四川赛区 · 第二场", when="12-01 09:40"),
        ]
    )
    return window


_RECENT = ("星澜赛区决赛 · 第一场", "四川赛区 · 第二场", WORKBOOK)


def _start_plain() -> Shown:
    return Shown(StartWindow())


def _start_reading() -> Shown:
    window = start()
    window.host_page.take(WORKBOOK)
    return Shown(window, written=_RECENT)


def _start_workbook() -> Shown:
    contest, _, _ = samples.regional_final()
    window = start()
    window.host_page.take(WORKBOOK)
    window.set_contest(WORKBOOK, contest)
    play = samples.opened()
    return Shown(window, play.setup, written=_RECENT)


def _start_problems() -> Shown:
    window = start()
    window.host_page.take(WORKBOOK)
    window.set_problems(
        WORKBOOK,
        [
            Problem(
                f"大赛.xlsx · 项目 · 第 {row} 行 · 参赛序号 (A{row})",
                f"参赛序号 3 与第 4 行重复；请改成没有用过的序号（{row}）",
                f"entry number 3 is taken in row 4: give it one that is free ({row})",
            )
            for row in range(5, 17)
        ],
    )
    return Shown(window, written=(*_RECENT, "项目", "第", "行", "参赛序号", "大赛", "xlsx"))


FOUND = (FoundRoom("星澜赛区决赛 第一场", "192.168.1.20:47600"), FoundRoom("星澜赛区决赛 第二场", "192.168.1.31:51022"))


def _start_join(link: str, found: Sequence[FoundRoom] | None = ()) -> Callable[[], Shown]:
    def make() -> Shown:
        window = start()
        window.choose_way("join")
        if found is not None:
            window.join_page.set_found(found)
        if link:
            window.set_link(link)
        return Shown(window, written=(*_RECENT, link, *(room.name for room in FOUND)))

    return make


def _start_unreachable() -> Shown:
    window = start()
    window.set_link("192.168.1.20:47600 3740 2915")
    window.join_page.set_found(())
    window.join_page.set_checks(FIREWALL)
    window.set_failed(tr("The room cannot be reached"))
    return Shown(window, written=_RECENT)


def _start_rehearse() -> Shown:
    window = start()
    window.choose_way("rehearse")
    return Shown(window, written=_RECENT)


def _start_failed() -> Shown:
    window = start()
    window.choose_way("rehearse")
    window.set_failed(
        tr("The session did not start"),
        [Problem("host.log", "端口被另一个程序占用，请关闭它再试", "another program uses this port: close it")],
    )
    return Shown(window, written=(*_RECENT, "host.log"))


def _help(topic: str) -> Callable[[], Shown]:
    return lambda: Shown(HelpWindow(topic))


REFUSED = Connection(
    link=Link.REFUSED,
    zh="链接已被使用或已失效，请向主持人要新链接",
    en="the link was used or is old: ask for a new one",
)
_ADDRESS = Check("address", True, "主机地址 192.168.1.20，与本机在同一网络", "192.168.1.20, on our network")
FIREWALL = (
    _ADDRESS,
    Check(
        "port",
        False,
        "主机的电脑在同一网络并有回应，但端口被挡住，多半是防火墙：请主持人在防火墙提示中允许本程序"
        "（Windows：专用和公用网络都允许）",
        "the host's computer is on this network and answers, but the port is blocked, most likely by its firewall: have"
        " the host allow this program (on Windows for private and public networks)",
    ),
)
USED_LINK = (
    _ADDRESS,
    Check("port", True, "端口可以连接", "the port is open"),
    Check("certificate", True, "证书与链接一致", "the certificate is the link's own"),
    Check("room", True, "评审主机有回答", "the room answers"),
    Check(
        "seat",
        False,
        "这个链接已被另一台设备用过：请向主持人要新链接",
        "this link was used by another device: ask the host for a new one",
    ),
)


def _connecting(connection: Connection, checks: Sequence[Check] = ()) -> Callable[[], Shown]:
    def make() -> Shown:
        window = ConnectingWindow("192.168.1.20:47600")
        window.set_connection(connection)
        window.set_checks(checks, done=bool(checks))
        return Shown(window)

    return make


# a judge


def judge(play: Play, no: str = "E2", *, connection: Connection = ONLINE) -> JudgeWindow:
    window = JudgeWindow(wall)
    view = play.view(f"judge:{no}")
    assert isinstance(view, views.JudgeView)
    window.set_now(lambda: play.now_ns)
    window.set_briefing(play.briefing(f"judge:{no}"))
    window.set_view(view)
    window.set_connection(connection)
    return window


def _judge_loading() -> Shown:
    return Shown(JudgeWindow(wall))


def _judge_waiting() -> Shown:
    play = samples.opened()
    return Shown(judge(play), play.setup)


def _judge_writing(connection: Connection = ONLINE) -> Callable[[], Shown]:
    def make() -> Shown:
        play = presenting()
        window = judge(play, connection=connection)
        given = {"综合表现": 1800, "普及意义": 1700, "痛点明确": 1800, "方案可行性": 1600}
        window.set_drafts({"5": Draft(points={"expert100": given, "creative10": {"创新创意": 800}}, comment="")})
        return Shown(window, play.setup)

    return make


def _judge_recorded() -> Shown:
    play = presenting()
    return Shown(judge(play, "E5"), play.setup)


def _judge_long() -> Shown:
    play = long_play()
    return Shown(judge(play, "E3"), play.setup)


# the stage


def led(kind: Showing, step: int = 0, entry_no: str = "") -> Callable[[], Play]:
    """Published results, led so far before the audience."""
    return lambda: published().do("host", commands.ShowResults(kind=kind, entry_no=entry_no, step=step))


def _held(technical: bool) -> Callable[[], Play]:
    return lambda: presenting().do("host", commands.HoldClock(technical=technical, reason="话筒故障"))


def _called() -> Play:
    return samples.opened().do("host", commands.CallProject(entry_no="1")).wait(10)


def _asked() -> Play:
    return presenting().do("host", commands.StartPhase(phase="qa")).wait(35)


def _recalled(slide: int = 7, wait: float = 0) -> Callable[[], Play]:
    """In the questions a judge has asked for a slide."""
    return lambda: _asked().wait(wait).do("host", commands.ShowSlide(slide=slide))


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
        surface.set_scene(scene, _still(scene.still, QSize(1920, 1080)) if scene.still else None)
        return Shown(surface, made.setup)

    return make


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
        window.set_scene(scene, _still(scene.still, QSize(1920, 1080)) if scene.still else None)
        window.set_message(view.message)
        window.set_trouble(tr(trouble) if trouble else "")
        window.set_slide(_still if pictures and slide else None, slide, 12 if slide else 0)
        return Shown(window, made.setup, written=(message,))

    return make


def _still(slide: int, size: QSize) -> QImage:
    """A slide as a deck has one, 16:9."""
    width = min(size.width(), size.height() * 16 // 9)
    image = QImage(width, width * 9 // 16, QImage.Format.Format_RGB32)
    image.fill(QColor.fromHsv(slide * 47 % 360, 120, 170))
    return image


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


def scenes() -> list[Scene]:
    """Every scene, window by window."""
    from judge_app.ui import desk_scenes  # it stands on this module's plays

    made = [
        Scene("start", "plain", _start_plain),
        Scene("start", "reading", _start_reading),
        Scene("start", "workbook", _start_workbook),
        Scene("start", "problems", _start_problems),
        Scene("start", "join", _start_join("")),
        Scene("start", "join-good", _start_join(GOOD_LINK)),
        Scene("start", "join-bad", _start_join("rsj://192.168.1.20:47600/?fp=AAAA")),
        Scene("start", "join-looking", _start_join("", found=None)),
        Scene("start", "join-found", _start_join("192.168.1.20:47600", found=FOUND)),
        Scene("start", "join-code", _start_join("192.168.1.20:47600 3740 2915", found=FOUND)),
        Scene("start", "join-unreachable", _start_unreachable),
        Scene("start", "rehearse", _start_rehearse),
        Scene("start", "failed", _start_failed),
        Scene("connecting", "waiting", _connecting(Connection(link=Link.WAITING_ADMISSION))),
        Scene("connecting", "offline", _connecting(OFFLINE)),
        Scene("connecting", "firewall", _connecting(OFFLINE, FIREWALL)),
        Scene("connecting", "refused", _connecting(REFUSED, USED_LINK)),
        *(Scene("help", topic, _help(topic)) for topic in TOPICS),
        Scene("console", "loading", _console_loading),
        Scene("console", "opened", _console_opened),
        Scene("console", "nobody", _console_nobody),
        Scene("console", "admission", _console_admission),
        Scene("console", "called-twice", _console_called(2)),
        Scene("console", "no-show", _console_called(3)),
        Scene("console", "presenting", _console_presenting),
        Scene("console", "clicker", _console_clicker),
        Scene("console", "last-minute", _console_last_minute),
        Scene("console", "cut-off", _console_cut_off(True)),
        Scene("console", "cut-off-unconfirmed", _console_cut_off(False)),
        Scene("console", "overtime", _console_overtime),
        Scene("console", "questions", _console_questions(_asked)),
        Scene("console", "slide-again", _console_questions(_recalled())),
        Scene("console", "no-slides", _console_questions(_asked, slides=0)),
        Scene("console", "paused", _console_held(False)),
        Scene("console", "technical", _console_held(True)),
        Scene("console", "ask-technical", _console_asks(lambda window: window.ask_technical_stop())),
        Scene("console", "ask-release", _console_asks(lambda window: window.take_next_step(), held=True)),
        Scene("console", "ask-time", _console_asks(lambda window: window.ask_time(60))),
        Scene("console", "ask-end", _console_asks(lambda window: window.ask_end())),
        Scene("console", "ask-message", _console_asks(lambda window: window.ask_message())),
        Scene("console", "ask-presence", _console_asks(lambda window: window.ask_presence("judge:E6", "absent"))),
        Scene("console", "join", _console_join),
        Scene("console", "ask-replace", _console_replace),
        Scene("console", "panels", _console_panels),
        Scene("console", "reorder", _console_reorder),
        Scene("console", "undo", _console_undo),
        Scene("console", "scoring", _console_scoring),
        Scene("console", "last-scoring", _console_last_scoring),
        Scene("console", "done", _console_done(False)),
        Scene("console", "locked", _console_done(True)),
        Scene("console", "published", _console_published(published)),
        Scene("console", "published-ranking", _console_published(led(Showing.RANKING, 4))),
        Scene("console", "published-marks", _console_published(led(Showing.MARKS, 1, "5"))),
        Scene("console", "trouble", _console_trouble),
        Scene("console", "opened-again", _console_paused(events.PauseKind.OPENED)),
        Scene("console", "recovered", _console_paused(events.PauseKind.RECOVERED)),
        Scene("console", "taken-over", _console_paused(events.PauseKind.TAKEN_OVER)),
        Scene("console", "mirror", _console_mirror),
        Scene("console", "offline", _console_offline),
        Scene("console", "long", _console_long),
        Scene("chair", "loading", _chair_loading),
        Scene("chair", "own-first", _chair_own_first),
        Scene("chair", "review", _chair_review),
        Scene("chair", "locked", _chair_locked),
        Scene("chair", "contested", _chair_contested(False)),
        Scene("chair", "ask-contested", _chair_contested(True)),
        Scene("chair", "ruling", _chair_ruling(False)),
        Scene("chair", "ask-ruling", _chair_ruling(True)),
        Scene("chair", "incomplete", _chair_incomplete),
        Scene("chair", "ask-presence", _chair_presence),
        Scene("chair", "ask-reopen", _chair_reopen),
        Scene("chair", "ask-cut", _chair_cut_tie),
        Scene("chair", "signing", _chair_signing("chair")),
        Scene("chair", "ask-signature", _chair_sign_question),
        Scene("chair", "ask-confirm", _chair_confirm),
        Scene("chair", "published", _chair_published),
        Scene("chair", "printed", _chair_printed("/papers/F3-171204.pdf", "", opened=True)),
        Scene("chair", "print-failed", _chair_printed("/papers/F3.pdf", "No space left on device", opened=False)),
        Scene("chair", "print-unshown", _chair_printed("/papers/F3-171204.pdf", "", opened=False)),
        Scene("chair", "desk", _chair_desk),
        Scene("chair", "desk-signing", _chair_signing("checker")),
        Scene("chair", "offline", _chair_offline),
        Scene("chair", "long", _chair_long),
        *desk_scenes.scenes(),
        Scene("judge", "loading", _judge_loading),
        Scene("judge", "waiting", _judge_waiting),
        Scene("judge", "writing", _judge_writing()),
        Scene("judge", "offline", _judge_writing(OFFLINE)),
        Scene("judge", "recorded", _judge_recorded),
        Scene("judge", "long", _judge_long),
        Scene("presenter", "called", _presenter(_called), fixed_look=True),
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
        Scene("presenter", "slide-again", _presenter(_recalled(), 12), fixed_look=True),
        Scene("presenter", "slide-again-message", _presenter(_recalled(), 12, message="请靠近话筒"), fixed_look=True),
        Scene("presenter", "paused", _presenter(_held(False), 8), fixed_look=True),
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
    ]
    stages: list[tuple[str, Callable[[], Play]]] = [
        ("welcome", samples.opened),
        ("presenting", presenting),
        ("last-minute", lambda: presenting().wait(59)),
        ("time-up", lambda: presenting().wait(107)),
        ("called", _called),
        ("questions", _asked),
        ("slide-again", _recalled()),
        ("slide-again-last-minute", _recalled(12, 150)),
        ("paused", _held(False)),
        ("technical", _held(True)),
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
    made += [Scene("central", state, _central(make)) for state, make in central.STATES.items()]
    made += [Scene("prepare", state, _prepare(make)) for state, make in PREPARE.items()]
    made.append(Scene("stage", "offline", _stage(presenting, OFFLINE), fixed_look=True))
    return made + [Scene("stage", state, _stage(play), fixed_look=True) for state, play in stages]
