"""Between a seat's connection and its window: what the seat hears goes in by setters, what the window wants goes out.

A window knows no network; a connection knows no window. ``SeatLink`` is the connection's listener and the only place
where the two meet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QObject

from judge_app.core.commands import AnyCommand
from judge_app.core.views import AnyView, Briefing
from judge_app.seat.connection import SeatConnection
from judge_app.seat.drafts import Drafts
from judge_app.seat.state import CommandState, Connection, Delivery

log = logging.getLogger(__name__)


class Window(Protocol):
    """What every seat's window takes."""

    def set_briefing(self, briefing: Briefing) -> None: ...

    def set_view(self, view: Any) -> None: ...

    def set_connection(self, connection: Connection) -> None: ...

    def set_command_state(self, state: CommandState) -> None: ...

    def set_now(self, now: Callable[[], int | None]) -> None: ...


class SeatLink(QObject):
    """One seat's connection and its window."""

    def __init__(self, window: Any, drafts: Drafts | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._drafts = drafts
        self._connection: SeatConnection | None = None
        self._briefed = False
        # Connect Signals
        window.command.connect(self.send)
        if hasattr(window, "progress"):
            window.progress.connect(self._progress)
        if hasattr(window, "troubles_changed"):
            window.troubles_changed.connect(self._report_trouble)
        if hasattr(window, "slides_counted"):
            window.slides_counted.connect(self._report_slides)
        if hasattr(window, "code_asked"):
            window.code_asked.connect(self._ask_code)
        if hasattr(window, "photo"):
            window.photo.connect(self._photo)
        if drafts is not None and hasattr(window, "draft_changed"):
            window.draft_changed.connect(self._keep_draft)

    def use(self, connection: SeatConnection) -> None:
        """The connection that the window's commands go to."""
        self._connection = connection
        self._window.set_now(connection.clock.now_ns)

    # the connection's listener

    def on_briefing(self, briefing: Briefing) -> None:
        if hasattr(self._window, "set_rate") and self._connection is not None:
            self._window.set_rate(self._connection.clock.rate)
        self._window.set_briefing(briefing)
        if self._drafts is not None and not self._briefed and hasattr(self._window, "set_drafts"):
            self._window.set_drafts(self._drafts.all())
        self._briefed = True

    def on_view(self, view: AnyView, seq: int) -> None:
        self._window.set_view(view)

    def on_connection(self, connection: Connection) -> None:
        self._window.set_connection(connection)

    def on_command(self, state: CommandState) -> None:
        if state.delivery is Delivery.RECORDED and state.kind == "SubmitSheet" and self._drafts is not None:
            self._drafts.drop(state.entry_no)
        self._window.set_command_state(state)

    # the window's wishes

    def send(self, command: AnyCommand) -> None:
        """A command of the window; where it cannot even be kept, the window is told so at once."""
        if self._connection is None:
            return
        try:
            self._connection.send(command)
        except (OSError, RuntimeError) as error:
            log.error("a command could not be kept: %s", error)
            self._refused(command, error)

    def _refused(self, command: AnyCommand, error: Exception) -> None:
        self._window.set_command_state(
            CommandState(
                command_id="",
                delivery=Delivery.REFUSED,
                kind=type(command).__name__,
                entry_no=getattr(command, "entry_no", ""),
                code="not_kept",
                zh="没有发出：本机写不进磁盘，或还没有连上主机",
                en="not sent: this computer's disk takes no write, or the host was never reached",
            )
        )

    def _progress(self, entry_no: str, filled: int, lines: int) -> None:
        if self._connection is not None:
            self._connection.report_progress(entry_no, filled, lines)

    def _report_trouble(self, troubles: Sequence[tuple[str, str]]) -> None:
        if self._connection is not None:
            self._connection.report_trouble(troubles)

    def _report_slides(self, entry_no: str, slides: int) -> None:
        if self._connection is not None:
            self._connection.report_slides(entry_no, slides)

    def _ask_code(self, seat: str) -> None:
        if self._connection is not None:
            self._connection.ask_code(seat)

    def _photo(self, data: bytes) -> None:
        if self._connection is not None:
            self._connection.send_photo(data)

    def _keep_draft(self, entry_no: str, points: Any, comment: str) -> None:
        if self._drafts is not None:
            try:
                self._drafts.put(entry_no, points, comment)
            except OSError as error:
                log.error("a draft could not be kept: %s", error)
