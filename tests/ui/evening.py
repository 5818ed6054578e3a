"""One whole short session in real windows: host, chair, three judges and the stage, each a process of its own.

Everybody starts at the start window. The judges and the chair join by address and code and are let in; two projects are
called, timed (the slides' end comes by the clock), scored, reviewed, locked, and the session is signed and locked. All
of it by the keys, and with ``mouse`` by clicks where there is a button. A timekeeper's seat looks on, so that a key is
pressed when its time has come and not after a guess.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import openpyxl
import psutil

from judge_app import launch
from judge_app.core import events
from judge_app.core.clock import SECOND, EndedBy
from judge_app.core.contest import Struct
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.views import AnyView, Briefing, HostView, ProjectProgress, SeatStatus
from judge_app.room.keys import RoomKeys
from judge_app.seat.connection import SeatConnection
from judge_app.seat.state import CommandState, Connection
from judge_app.store import presets
from judge_app.store.session_file import read_session
from judge_app.wire.link import JoinLink
from tests.ui.hands import Hands, until

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "regional-final" / "contest.xlsx"
TALK_S = 6
JUDGES = ("E1", "E2", "E3")
PROJECTS = ("1", "2")
MARKS = {("1", "E1"): (41, 40), ("1", "E2"): (44, 38), ("1", "E3"): (45, 45)} | {
    ("2", "E1"): (30, 31),
    ("2", "E2"): (33, 35),
    ("2", "E3"): (36, 30),
}
"""Two lines of at most 50 points for each project and judge."""


def write_contest(folder: Path, projects: Sequence[str] = PROJECTS) -> Path:
    """A small contest with rules of its own: a project or two, three judges, talks of a few seconds."""
    base = presets.read_rules(presets.shipped() / "shanxi-2019.toml")
    expert = base.components[0]
    lines = tuple(msgspec.structs.replace(line, max=expert.max / 2, bands=()) for line in expert.criteria[:2])
    assert base.timing is not None
    talk, questions = base.timing.phases
    rules = msgspec.structs.replace(
        base,
        key="evening",
        components=(msgspec.structs.replace(expert, criteria=lines, trim=None),),
        tie_keys=("exact_total",),
        assumed=(),
        advance=None,
        stated={},
        timing=msgspec.structs.replace(
            base.timing,
            phases=(msgspec.structs.replace(talk, seconds=TALK_S), msgspec.structs.replace(questions, seconds=60)),
            prompts_remaining=(3, 0),
        ),
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evening.toml").write_bytes(presets.encode_toml(rules))
    book = openpyxl.load_workbook(SAMPLE)
    for row in book["大赛"].iter_rows():
        if row[0].value == "赛制模板":
            row[1].value = "evening"
    for name, kept in (("项目", projects), ("评委", JUDGES)):
        sheet = book[name]
        for at in range(sheet.max_row, 1, -1):
            if str(sheet.cell(at, 1).value) not in kept:
                sheet.delete_rows(at)
    path = folder / "contest.xlsx"
    book.save(path)
    return path


class Looker:
    """A timekeeper's seat, in a thread of its own: what the host sees, without links."""

    def __init__(self, file: Path, port: int) -> None:
        keys = RoomKeys.of(file)
        self._link = JoinLink(
            host="127.0.0.1", port=port, fingerprint=keys.fingerprint, token=keys.token("timekeeper", 0)
        )
        self.view: HostView | None = None
        self._stop = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._sit, daemon=True)
        self._thread.start()

    def _sit(self) -> None:
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()

    async def _run(self) -> None:
        connection = SeatConnection(self._link, self, folder=None, device_name="looker")
        work = asyncio.ensure_future(connection.run())
        await self._stop.wait()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # the seat has ended by itself
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def on_briefing(self, briefing: Briefing) -> None: ...

    def on_view(self, view: AnyView, seq: int) -> None:
        assert isinstance(view, HostView)
        self.view = view

    def on_connection(self, connection: Connection) -> None: ...

    def on_command(self, state: CommandState) -> None: ...

    def sees(self, what: str, holds: Callable[[HostView], object]) -> None:
        """Wait until it is so."""
        until(f"{what}; seen: {self.view and self.view.next_step}", lambda: self.view is not None and holds(self.view))


class Person(Struct, frozen=True):
    """Somebody at a computer: the process of the start window, which becomes the seat's."""

    seat: str
    pid: int


class Evening:
    """The people, their windows and what they do. ``mouse``: by clicks where there is a button."""

    def __init__(self, display: str, folder: Path, *, mouse: bool) -> None:
        self.folder = folder
        self.mouse = mouse
        self.hands = Hands(display)
        self._display = display
        self._open: list[subprocess.Popen[bytes]] = []
        self.looker: Looker | None = None
        self._handed: set[str] = set()

    def start(self, who: str) -> Person:
        """Open the program on somebody's computer."""
        home = self.folder / who
        home.mkdir(parents=True)
        environment = {
            **launch.environment(),
            "DISPLAY": self._display,
            "QT_QPA_PLATFORM": "xcb",
            "XDG_DATA_HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
        }
        environment.pop("WAYLAND_DISPLAY", None)
        with open(home / "log", "wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "judge_app"], env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self._open.append(process)
        return Person(seat=who, pid=process.pid)

    def close(self) -> None:
        """Everybody leaves; the host's own processes too."""
        if self.looker is not None:
            self.looker.stop()
        for one in hosts(self.folder):
            one.terminate()
        for process in self._open:
            process.terminate()
        psutil.wait_procs(hosts(self.folder), timeout=20)
        for process in self._open:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)

    def go_on(self, window: str, *keys: str) -> None:
        """The window's one next step."""
        if self.mouse:
            self.hands.click_next(window)
        else:
            self.hands.press(window, *keys)

    # the host

    def host(self, person: Person, workbook: Path) -> str:
        """From the start window to the host's desk, whose window this gives."""
        hands = self.hands
        window = hands.window(person.pid, "路演评审")
        hands.press(window, "1")
        hands.write(window, str(workbook))
        hands.press(window, "Return")
        until("the workbook is read", lambda: hands.next_button(window))
        self.go_on(window, "Return")
        host = until("the host's process", lambda: next(iter(hosts(self.folder)), None))
        children = until("the desk", lambda: _all_children(host))
        port = until("the room's port", lambda: _listens(children["room"]))
        file = until("the session file", lambda: next((self.folder / "host").rglob("*.roadshow"), None))
        self.file = file
        self.looker = Looker(file, port)
        hands.window(children["stage"].pid, "投影")
        desk = hands.window(children["console"].pid, "主持台")
        until("the desk has the keys, whatever the stage opens", lambda: hands.in_front == desk)
        until("the desk shows the next step", lambda: hands.next_button(desk))
        return desk

    def invite(self, desk: str, row: int) -> str:
        """The address and the code of the seat in that row of the list, as the host copies them for a message."""
        hands = self.hands
        hands.press(desk, "s", "Home", *["Down"] * row, "Return")
        hands.press(desk, "k")

        def copied() -> str:
            hands.press(desk, "ctrl+c")
            said = hands.clipboard()
            return "" if said.startswith("rsj:") or said in self._handed else said

        given = until("a code", copied)
        self._handed.add(given)
        hands.press(desk, "Escape")
        return given

    def let_in(self, desk: str, seat: str) -> None:
        """The host lets in who asks."""
        assert self.looker is not None
        self.looker.sees(f"{seat} asks", lambda view: _seat(view, seat).waiting)
        self.hands.press(desk, "a", "space")
        self.looker.sees(f"{seat} is in", lambda view: _seat(view, seat).online)

    def join(self, person: Person, invitation: str) -> None:
        """From the start window to the seat, up to where the host has to let it in."""
        hands = self.hands
        window = hands.window(person.pid, "路演评审")
        hands.press(window, "2")
        hands.write(window, invitation)
        self.go_on(window, "Return")

    # a project

    def hear(self, desk: str, entry_no: str) -> None:
        """Called, timed to the end of its time, asked, and its scoring opened."""
        assert self.looker is not None
        sees = self.looker.sees
        self.go_on(desk, "space")
        sees(f"{entry_no} is called", lambda view: _project(view, entry_no).stage is ProjectStage.CALLED)
        _a_moment()
        self.go_on(desk, "space")
        sees("the talk runs", lambda view: view.clock and view.clock.phase == "presentation")
        sees("the slides' end is reported", lambda view: any(one.entry_no == entry_no for one in view.cut_offs))
        self.go_on(desk, "Next")
        sees("questions", lambda view: view.clock and view.clock.phase == "qa")
        _a_moment()
        self.go_on(desk, "Right")
        sees("scoring", lambda view: _project(view, entry_no).stage is ProjectStage.SCORING)

    def score(self, person: Person, entry_no: str) -> None:
        """A judge writes down two marks and submits them."""
        assert self.looker is not None
        hands = self.hands
        window = hands.window(person.pid, "评委")
        first, second = MARKS[entry_no, person.seat]
        self.go_on(window, "ctrl+Return")
        hands.write(window, str(first))
        hands.press(window, "Return")
        hands.write(window, str(second))
        hands.press(window, "Return")
        self.go_on(window, "ctrl+Return")
        _a_moment()
        self.go_on(window, "ctrl+Return")
        seat = f"judge:{person.seat}"
        self.looker.sees(f"{seat}'s sheet", lambda view: _seat(view, seat).status is SheetStatus.SUBMITTED)

    # the chair

    def review(self, person: Person, projects: Sequence[str]) -> None:
        """The chair locks every project, signs, and locks the session."""
        assert self.looker is not None
        sees, hands = self.looker.sees, self.hands
        window = hands.window(person.pid, "评委组长")
        for entry_no in projects:
            while self.looker.view is None or _project(self.looker.view, entry_no).stage is not ProjectStage.LOCKED:
                self.go_on(window, "space")
                _a_moment()
        self.go_on(window, "space")
        _a_moment()
        hands.write(window, "Shen Zhiheng")
        hands.press(window, "Return")
        _a_moment()
        self.go_on(window, "space")
        _a_moment()
        hands.press(window, "Return")
        sees("the session is locked", lambda view: view.session_locked)

    def leave(self, desk: str) -> None:
        """The host closes the desk, and with it room and stage end."""
        self.hands.take(desk)
        self.hands.close_window(desk)
        until("the host's processes have ended", lambda: not hosts(self.folder))

    def whole(self, workbook: Path, projects: Sequence[str]) -> Path:
        """The whole session; gives its file."""
        everybody = [*JUDGES, "chair"]
        people = {who: self.start(who) for who in ("host", *everybody)}
        for person in people.values():  # a window that opens takes the keys from the one before
            self.hands.window(person.pid, "路演评审")
        desk = self.host(people["host"], workbook)
        for row, who in enumerate(everybody):
            self.join(people[who], self.invite(desk, row))
            self.let_in(desk, "chair" if who == "chair" else f"judge:{who}")
            # the seat's window takes the keys when it opens
            self.hands.settle(self.hands.window(people[who].pid, "评委组长" if who == "chair" else "评委"))
        for entry_no in projects:
            self.hear(desk, entry_no)
            for judge in JUDGES:
                self.score(people[judge], entry_no)
        self.review(people["chair"], projects)
        self.leave(desk)
        return self.file

    @contextlib.contextmanager
    def together(self) -> Iterator[Evening]:
        try:
            yield self
        except AssertionError as error:
            picture = self.folder / "failed.png"
            self.hands.keep(picture)
            raise AssertionError(f"{error} (see {picture})") from error
        finally:
            self.close()


def _a_moment() -> None:
    """Somebody looks at what is shown before the next press (the desk takes none before 0.8 s)."""
    time.sleep(1.0)


ROLES = ("room", "console", "stage")


def hosts(folder: Path) -> list[psutil.Process]:
    """The host processes whose data lies in that folder."""
    found = []
    for one in psutil.process_iter(["cmdline", "environ"]):
        with contextlib.suppress(psutil.Error):
            given = one.info["cmdline"] or []
            home = (one.info["environ"] or {}).get("XDG_DATA_HOME", "")
            if "host" in given and "judge_app" in given and home.startswith(f"{folder}{os.sep}"):
                found.append(one)
    return found


def _all_children(host: psutil.Process) -> dict[str, psutil.Process] | None:
    """Role → process, once each is there; one that has just been forked is still called as its parent."""
    found = {}
    for one in host.children():
        with contextlib.suppress(psutil.Error):
            found |= {name: one for name in ROLES if name in one.cmdline()}
    return found if len(found) == len(ROLES) else None


def _listens(process: psutil.Process) -> int | None:
    return next((one.laddr.port for one in process.net_connections("tcp4") if one.status == "LISTEN"), None)


def _seat(view: HostView, seat: str) -> SeatStatus:
    return next(one for one in view.seats if one.seat.id == seat)


def _project(view: HostView, entry_no: str) -> ProjectProgress:
    return next(one for one in view.projects if one.entry_no == entry_no)


def told(file: Path, projects: Sequence[str]) -> list[str]:
    """What is wrong in the session file of an evening, in words; empty where it holds what people did."""
    records = read_session(file)
    by = [(record.body.actor, record.event) for record in records]
    wrong = []
    given = {
        (event.entry_no, event.judge): tuple(value // 100 for part in event.points.values() for value in part.values())
        for _, event in by
        if isinstance(event, events.SheetSubmitted)
    }
    wanted = {key: marks for key, marks in MARKS.items() if key[0] in projects}
    if given != wanted:
        wrong.append(f"marks {given} instead of {wanted}")
    cut = [event for _, event in by if isinstance(event, events.PhaseEnded) and event.by is EndedBy.DEADLINE]
    if len(cut) != len(projects):
        wrong.append(f"{len(cut)} talks cut at their deadline")
    runs = {event.run: event for _, event in by if isinstance(event, events.PhaseStarted)}
    for event in cut:
        if event.ended_ns - runs[event.run].started_ns != TALK_S * SECOND:
            wrong.append(f"run {event.run} was not cut at {TALK_S} s")
    admitted = {event.seat for actor, event in by if isinstance(event, events.DeviceAdmitted) and actor == "host"}
    if admitted != {"chair", *(f"judge:{no}" for no in JUDGES)}:
        wrong.append(f"let in by the host: {sorted(admitted)}")
    last = [(actor, type(event).__name__) for actor, event in by[-2:]]
    if last != [("chair", "SignedOff"), ("chair", "SessionLocked")]:
        wrong.append(f"ends with {last}")
    calls = [event.entry_no for _, event in by if isinstance(event, events.ProjectCalled)]
    if calls != list(projects):
        wrong.append(f"called {calls}")
    return wrong
