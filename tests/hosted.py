"""A hosted session as a person has it: host, room, console and stage, each its own process, on a display with a projector.

One project with slides and a talk of a few seconds, which a timekeeper's seat runs again as often as wished. An instant of
the room's clock is brought onto this process's monotonic one through the room's own origin: all are on one machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import openpyxl
import psutil

from judge_app.core import commands
from judge_app.core.clock import SECOND
from judge_app.core.views import AnyView, Briefing, ClockView, HostView
from judge_app.launch import command, environment
from judge_app.room.clock import real_ns
from judge_app.seat.connection import SeatConnection
from judge_app.seat.state import CommandState, Connection, Link
from judge_app.store import presets
from judge_app.wire.link import read_link

SAMPLE = Path(__file__).resolve().parents[1] / "resources" / "samples" / "regional-final" / "contest.xlsx"
PATIENCE_S = 120.0
DESK = "主持台"


class TooLate(AssertionError):
    """What was waited for has not come."""


def write_contest(folder: Path, deck: Path, talk_s: int) -> Path:
    """One project with that deck, and a talk of so many seconds."""
    rules = presets.read_rules(presets.shipped() / "shanxi-2019.toml")
    assert rules.timing is not None
    talk, *others = rules.timing.phases
    timing = msgspec.structs.replace(rules.timing, phases=(msgspec.structs.replace(talk, seconds=talk_s), *others))
    own = msgspec.structs.replace(rules, key="short", timing=timing, stated={}, assumed=())
    (folder / "short.toml").write_bytes(presets.encode_toml(own))
    book = openpyxl.load_workbook(SAMPLE)
    for row in book["大赛"].iter_rows():
        if row[0].value == "赛制模板":
            row[1].value = "short"
    sheet = book["项目"]
    sheet.delete_rows(3, sheet.max_row)
    sheet.cell(2, [cell.value for cell in sheet[1]].index("路演材料") + 1, deck.name)
    book.save(folder / "contest.xlsx")
    return folder / "contest.xlsx"


class Sitter:
    """A seat in a thread of its own: what it sees, and what it is told of the connection."""

    def __init__(self, link: str) -> None:
        self.view: AnyView | None = None
        self.link = Link.CONNECTING
        self._loop = asyncio.new_event_loop()
        self._connection = SeatConnection(read_link(link), self, folder=None, device_name="test")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._connection.run())
        finally:
            self._loop.close()

    def stop(self) -> None:
        def end() -> None:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()

        with contextlib.suppress(RuntimeError):  # the seat has ended by itself
            self._loop.call_soon_threadsafe(end)
        self._thread.join(10)

    def on_briefing(self, briefing: Briefing) -> None: ...

    def on_view(self, view: AnyView, seq: int) -> None:
        self.view = view

    def on_connection(self, connection: Connection) -> None:
        self.link = connection.link

    def on_command(self, state: CommandState) -> None: ...

    def give(self, made: commands.AnyCommand) -> None:
        """A command; the connection brings it once the room is there."""
        self._loop.call_soon_threadsafe(self._connection.send, made)

    def monotonic(self, room_ns: int) -> int:
        """When this process's monotonic clock shows an instant of the room's."""
        origin = self._connection.clock._origin
        assert origin is not None
        return origin.real(room_ns) - real_ns() + time.monotonic_ns()


def wait_for(what: str, holds: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Raises TooLate."""
    end = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > end:
            raise TooLate(what)
        time.sleep(0.01)


class Hosted:
    """See the module. Ends with ``stop``."""

    def __init__(self, deck: Path, folder: Path, display: str, talk_s: int) -> None:
        self.talk_s = talk_s
        workbook = write_contest(folder, deck, talk_s)
        home = {"XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
        self._environment = {**environment(), **home, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        with (folder / "host.log").open("wb") as log:
            self._host = subprocess.Popen(
                command(["host", str(workbook), "--bind", "127.0.0.1", "--folder", str(folder), "--ready"]),
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._host.stdout is not None
        told = json.loads(self._host.stdout.readline())
        self.links: dict[str, str] = told["links"]
        self.file = Path(told["session_file"])
        self.looker = Sitter(self.links["timekeeper"])
        self.until("the stage is there", lambda view: view.health.stage_online)
        self._call()

    def stop(self) -> None:
        self.looker.stop()
        self._host.terminate()
        try:
            self._host.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._host.kill()
            self._host.wait()

    def until(self, what: str, holds: Callable[[HostView], object]) -> HostView:
        """What the host sees, once it is so; raises TooLate."""
        looker = self.looker
        wait_for(what, lambda: isinstance(looker.view, HostView) and holds(looker.view))
        assert isinstance(looker.view, HostView)
        return looker.view

    def talk(self) -> tuple[int, int]:
        """The talk begins (again): its run and its deadline, in monotonic nanoseconds of this process."""
        view = self.until("a view", lambda view: True)
        before = 0 if view.clock is None else view.clock.run
        start = commands.StartPhase(phase="presentation")
        self.looker.give(commands.RestartPhase(reason="重来") if before else start)
        clock = self.until("the talk runs", lambda view: _begun(view.clock, before)).clock
        assert clock is not None
        assert clock.deadline_ns is not None
        return clock.run, self.looker.monotonic(clock.deadline_ns)

    def ended_ns(self, run: int) -> int:
        """When the journal says that a talk ended, room's clock; raises AssertionError unless it is its deadline."""
        view = self.until(
            f"the end of run {run}", lambda view: any(one.run == run and one.ended_ns for one in view.runs)
        )
        held = next(one for one in view.runs if one.run == run)
        assert held.ended_ns == held.started_ns + self.talk_s * SECOND, f"{held} did not end at its deadline"
        return held.ended_ns

    def process(self, name: str) -> psutil.Process:
        """The living process of ours that runs a command (room, console, stage); raises TooLate."""
        found: list[psutil.Process] = []

        def there() -> bool:
            found[:] = []
            for one in psutil.Process(self._host.pid).children():
                with contextlib.suppress(psutil.Error):
                    if name in one.cmdline() and one.status() != psutil.STATUS_ZOMBIE:
                        found.append(one)
            return bool(found)

        wait_for(f"a process {name}", there)
        return found[0]

    def desk(self) -> str:
        """The window of the host's desk, once it is there."""
        search = ["xdotool", "search", "--onlyvisible", "--name", f"^{DESK}$"]
        found: list[str] = []

        def there() -> bool:
            said = subprocess.run(search, env=self._environment, capture_output=True, text=True, check=False)
            found[:] = said.stdout.split()
            return bool(found)

        wait_for("the host's desk", there)
        return found[0]

    def _call(self) -> None:
        """The project is called, by the space bar on the host's desk."""
        press = ["xdotool", "windowactivate", "--sync", self.desk(), "key", "space"]
        for _ in range(int(PATIENCE_S)):
            subprocess.run(press, env=self._environment, check=False, timeout=30)
            with contextlib.suppress(TooLate):
                wait_for(
                    "the call",
                    lambda: isinstance(self.looker.view, HostView) and self.looker.view.current is not None,
                    patience_s=1.0,
                )
                return
        raise TooLate("the project cannot be called")


def _begun(clock: ClockView | None, before: int) -> bool:
    return clock is not None and clock.run > before and clock.deadline_ns is not None
