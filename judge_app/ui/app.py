"""A seat with its window: one connection, one window, and what passes between them.

The seat's role, which the room tells, chooses the window; until then a small window says how joining stands.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QTimer

from judge_app.core.seats import Role
from judge_app.core.views import AnyView, Briefing, ChairView, HostView, JudgeView
from judge_app.priority import go_first
from judge_app.seat.connection import Listener, SeatConnection
from judge_app.seat.drafts import Drafts
from judge_app.seat.state import CommandState, Connection
from judge_app.show.awake import Awake, ways_here
from judge_app.ui.application import Application, Settings, data_folder
from judge_app.ui.connecting import ConnectingWindow
from judge_app.ui.link import SeatLink
from judge_app.ui.widgets import Check
from judge_app.wire.link import JoinLink

log = logging.getLogger(__name__)


class Robot(Protocol):
    """A robot that sits in a seat in the window's stead (rehearsals)."""

    async def run(self, connection: SeatConnection) -> None: ...


RobotMaker = Callable[[str, "SeatHall"], "tuple[Robot, Listener]"]


class SeatHall:
    """Hears a seat's connection, opens the window of its role, and hands everything on to it."""

    def __init__(
        self, application: Application, join: JoinLink, folder: Path, name: str, decks: dict[str, Path]
    ) -> None:
        self._application = application
        self._join = join
        self._folder = folder
        self._name = name
        self._decks = decks
        self._link: SeatLink | None = None
        self._connection: SeatConnection | None = None
        self._briefing: Briefing | None = None
        self._view: AnyView | None = None
        self._printing: asyncio.Future[None] | None = None
        self._looking: asyncio.Future[None] | None = None
        self._drafts: Drafts | None = None
        self.window: Any = None
        self.awake = Awake(())
        self.left = asyncio.Event()
        self._connecting = ConnectingWindow(f"{join.host}:{join.port}")
        self._connecting.leave_requested.connect(self.left.set)
        self._connecting.check_requested.connect(self._look)
        application.serve(self._connecting)
        self._connecting.show()
        application.qt.lastWindowClosed.connect(self._closed)

    def use(self, connection: SeatConnection) -> None:
        self._connection = connection

    def _closed(self) -> None:
        """The person closed the last window; a stage's come and go with the screens, so that it must be told to leave."""
        if self._briefing is None or self._briefing.seat.role is not Role.STAGE:
            self.left.set()

    def _look(self) -> None:
        """Why does it not connect?"""
        self._looking = asyncio.ensure_future(self._look_now())

    async def _look_now(self) -> None:
        from judge_app.seat.discovery import find_again
        from judge_app.seat.identity import known_key
        from judge_app.seat.reach import Reach, Step

        found: list[Check] = []

        def told(step: Step) -> None:
            found.append(Check(name=step.name, ok=step.ok, zh=step.zh, en=step.en))
            self._connecting.set_checks(found, done=False)

        try:
            await Reach(self._join, known_key(self._folder, self._join), find=find_again).run(told)
        finally:
            self._connecting.set_checks(found, done=True)

    def on_briefing(self, briefing: Briefing) -> None:
        if self._link is None:
            self._open(briefing)
        self._briefing = briefing
        assert self._link is not None
        self._link.on_briefing(briefing)

    def on_view(self, view: AnyView, seq: int) -> None:
        self._view = view
        if self._link is not None:
            self._link.on_view(view, seq)

    def on_connection(self, connection: Connection) -> None:
        self._connecting.set_connection(connection)
        if self._link is not None:
            self._link.on_connection(connection)

    def on_command(self, state: CommandState) -> None:
        if self._link is not None:
            self._link.on_command(state)

    def _open(self, briefing: Briefing) -> None:
        assert self._connection is not None
        drafts = None
        if briefing.seat.role is Role.JUDGE:
            drafts = self._drafts = Drafts(self._folder / f"{briefing.session_id}-{briefing.seat.judge}.drafts")
        self.window = window_for(briefing, self._folder / "programs", self._connection.clock.wall)
        self._application.serve(self.window)
        if self._decks and hasattr(self.window, "set_decks"):
            self.window.set_decks(self._decks)
        if hasattr(self.window, "print_requested"):
            self.window.print_requested.connect(self._print)
        if hasattr(self.window, "leave_requested"):
            self.window.leave_requested.connect(self.left.set)
        self._link = SeatLink(self.window, drafts)
        self._link.use(self._connection)
        if briefing.seat.role is Role.STAGE and not briefing.rehearsal:
            self._take_screens()
        elif briefing.seat.role in (Role.STAGE, Role.VIEWER):
            self.window.open_in_window()
        else:
            self._application.open(self.window)
        self._connecting.hide()
        if briefing.seat.role is Role.STAGE and not briefing.rehearsal:
            go_first()
        if not briefing.rehearsal:
            self.awake = Awake(ways_here(data_folder(), screen=briefing.seat.role is Role.STAGE))
            QTimer.singleShot(0, self.window, self.awake.hold)

    def wipe(self) -> None:
        """A judge leaves after the results were locked: where every receipt is there, nothing stays on this computer,
        which may be a borrowed one. Before that a closed window may be opened again."""
        done = isinstance(self._view, JudgeView) and self._view.session_locked
        if not done or self._connection is None or self._connection.pending():
            return
        self._connection.wipe()
        if self._drafts is not None:
            self._drafts.wipe()

    def _take_screens(self) -> None:
        """The stage on the screens that were settled on this computer before."""
        from judge_app.ui.stage.screens import keep_screens, read_screens

        kept = data_folder() / "screens.json"
        self.window.screens_chosen.connect(lambda roles: keep_screens(kept, roles))
        self.window.set_screens(read_screens(kept))
        self.window.open_full_screen()

    def _print(self, form: str, entry_no: str) -> None:
        """The chosen forms as one PDF, made beside the event loop and opened in the system's viewer."""
        self._printing = asyncio.ensure_future(self._print_now(form, entry_no))

    async def _print_now(self, form: str, entry_no: str) -> None:
        from judge_app.ui import printing

        if self._briefing is None or self._connection is None:
            return
        now = self._connection.clock.now_ns()
        briefing, view = self._briefing, self._view
        if not isinstance(view, HostView | ChairView):
            return
        made = await asyncio.to_thread(printing.print_for, briefing, view, form, entry_no, now)
        made = printing.opened(made)
        if isinstance(view, HostView):
            self.window.set_printed(form, made.path, made.error)
        else:
            self.window.set_printed(form, made.path, made.error, opened=made.opened)


def window_for(briefing: Briefing, programs: Path, wall: Callable[[], datetime]) -> Any:
    """A fresh window for a seat. ``wall`` tells the session's wall time (UTC). ``programs`` is where the programs that show
    slides keep their own files: a stage that really ends shows drives them; one of a rehearsal, and a viewer's, leave
    them alone."""
    role = briefing.seat.role
    if role in (Role.HOST, Role.TIMEKEEPER):
        from judge_app.ui.console import ConsoleWindow

        return ConsoleWindow(wall)
    if role is Role.JUDGE:
        from judge_app.ui.judge import JudgeWindow

        return JudgeWindow()
    if role in (Role.STAGE, Role.VIEWER, Role.SPARE):
        from judge_app.show.kept import KeptDecks
        from judge_app.ui.stage import StageWindow
        from judge_app.ui.stage.programs import find_hands

        driving = role is Role.STAGE and not briefing.rehearsal
        kept = KeptDecks(data_folder() / "decks")
        return StageWindow(hands=find_hands(programs, kept), kept=kept) if driving else StageWindow()
    from judge_app.ui.chair import ChairWindow

    return ChairWindow()


def run_seat(
    link: JoinLink,
    *,
    data: Path | None = None,
    decks: dict[str, Path] | None = None,
    robot: RobotMaker | None = None,
    name: str = "",
) -> int:
    """A seat's window until the person leaves; returns the exit status."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    application = Application(Settings(data_folder() / "settings.json"))
    folder = data or data_folder() / "seats"

    from judge_app.seat.discovery import find_again

    async def main() -> int:
        hall = SeatHall(application, link, folder, "", decks or {})
        sitting: Robot | None = None
        listener: Listener = hall
        if robot is not None:
            sitting, listener = robot(link.token, hall)
        connection = SeatConnection(
            link, listener, folder=folder, device_name=name or socket.gethostname(), find=find_again
        )
        hall.use(connection)
        work = asyncio.ensure_future(connection.run() if sitting is None else sitting.run(connection))
        leaving = asyncio.ensure_future(hall.left.wait())
        done, _ = await asyncio.wait({work, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if work in done and work.exception() is None and leaving not in done:
            await leaving  # refused for good: the window says why until the person closes it
        failed = work in done and work.exception() is not None
        for task in (work, leaving):
            task.cancel()
        results = await asyncio.gather(work, leaving, return_exceptions=True)
        if failed:
            log.error("the seat failed", exc_info=results[0] if isinstance(results[0], BaseException) else None)
        if hall.window is not None:
            hall.window.close()
        hall.wipe()
        hall.awake.release()
        return 1 if failed else 0

    return application.run(main)
