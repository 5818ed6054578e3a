"""The scenes before a session is there: the start window, connecting, and each page of help."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from judge_app.core.errors import Problem
from judge_app.seat.state import Connection, Link
from judge_app.ui import samples
from judge_app.ui.connecting import ConnectingWindow
from judge_app.ui.language import tr
from judge_app.ui.scenes.scene import OFFLINE, Scene, Shown
from judge_app.ui.start import Recent, StartWindow
from judge_app.ui.start.join_page import FoundRoom
from judge_app.ui.start.ways import Way
from judge_app.ui.widgets import Check
from judge_app.ui.widgets.help import TOPICS, HelpWindow

WORKBOOK = "/home/organiser/大赛.xlsx"
GOOD_LINK = f"rsj://192.168.1.20:47600/?fp={'A' * 43}&t={'b' * 22}"
_ALL_WAYS: tuple[Way, ...] = ("host", "join", "rehearse", "prepare", "rooms")


def start() -> StartWindow:
    """A start window with every way and two sessions that were open lately."""
    window = StartWindow(_ALL_WAYS)
    window.set_recent(
        [
            Recent(path="/data/a.roadshow", title="星澜赛区决赛 · 第一场", when="12-04 16:02"),
            Recent(path="/data/b.roadshow", title="四川赛区 · 第二场", when="12-01 09:40"),
        ]
    )
    return window


_RECENT = ("星澜赛区决赛 · 第一场", "四川赛区 · 第二场", WORKBOOK)


def _plain() -> Shown:
    return Shown(StartWindow())


def _reading() -> Shown:
    window = start()
    window.host_page.take(WORKBOOK)
    return Shown(window, written=_RECENT)


def _workbook() -> Shown:
    contest, _, _ = samples.regional_final()
    window = start()
    window.host_page.take(WORKBOOK)
    window.set_contest(WORKBOOK, contest)
    play = samples.opened()
    return Shown(window, play.setup, written=_RECENT)


def _session_file() -> Shown:
    """The file of a session was named instead of a workbook."""
    window = start()
    window.host_page.take("/stick/第一场.roadshow")
    return Shown(window, written=(*_RECENT, "/stick/第一场.roadshow"))


def _problems() -> Shown:
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


def _join(link: str, found: Sequence[FoundRoom] | None = ()) -> Callable[[], Shown]:
    def make() -> Shown:
        window = start()
        window.choose_way("join")
        if found is not None:
            window.join_page.set_found(found)
        if link:
            window.set_link(link)
        return Shown(window, written=(*_RECENT, link, *(room.name for room in FOUND)))

    return make


def _unreachable() -> Shown:
    window = start()
    window.set_link("192.168.1.20:47600 3740 2915")
    window.join_page.set_found(())
    window.join_page.set_checks(FIREWALL)
    window.set_failed(tr("The room cannot be reached"))
    return Shown(window, written=_RECENT)


def _rehearse() -> Shown:
    window = start()
    window.choose_way("rehearse")
    return Shown(window, written=_RECENT)


def _failed() -> Shown:
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


def scenes() -> tuple[Scene, ...]:
    """Every state of the start window, of connecting and of help."""
    return (
        Scene("start", "plain", _plain),
        Scene("start", "reading", _reading),
        Scene("start", "workbook", _workbook),
        Scene("start", "session-file", _session_file),
        Scene("start", "problems", _problems),
        Scene("start", "join", _join("")),
        Scene("start", "join-good", _join(GOOD_LINK)),
        Scene("start", "join-bad", _join("rsj://192.168.1.20:47600/?fp=AAAA")),
        Scene("start", "join-looking", _join("", found=None)),
        Scene("start", "join-found", _join("192.168.1.20:47600", found=FOUND)),
        Scene("start", "join-code", _join("192.168.1.20:47600 3740 2915", found=FOUND)),
        Scene("start", "join-unreachable", _unreachable),
        Scene("start", "rehearse", _rehearse),
        Scene("start", "failed", _failed),
        Scene("connecting", "waiting", _connecting(Connection(link=Link.WAITING_ADMISSION))),
        Scene("connecting", "offline", _connecting(OFFLINE)),
        Scene("connecting", "firewall", _connecting(OFFLINE, FIREWALL)),
        Scene("connecting", "refused", _connecting(REFUSED, USED_LINK)),
        *(Scene("help", topic, _help(topic)) for topic in TOPICS),
    )
