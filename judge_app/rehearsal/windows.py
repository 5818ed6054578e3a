"""A robot inside a real window: it acts through the same connection that the window shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from judge_app.core.seats import Role
from judge_app.core.views import AnyView, Briefing
from judge_app.exchange.scores import GivenScores, GivenSheet
from judge_app.rehearsal.rehearse import robot_for
from judge_app.rehearsal.robots import JudgeRobot, Robot, StageRobot, hundredths
from judge_app.seat.connection import Listener, SeatConnection
from judge_app.seat.drafts import Draft
from judge_app.seat.state import CommandState, Connection

TYPING_S = 0.25
"""How long a robot takes for one criterion, so that one can watch it."""


class Hall(Listener, Protocol):
    """A seat's window, and what hears for it."""

    window: Any


class WindowRobot:
    """Waits for the briefing to learn its seat, then is that seat's robot; the stage's window acts by itself."""

    def __init__(self, scores: GivenScores, hall: Hall) -> None:
        self._scores = scores
        self._hall = hall
        self._robot: Robot | None = None
        self._connection: SeatConnection | None = None
        self._begun = asyncio.Event()

    def on_briefing(self, briefing: Briefing) -> None:
        self._hall.on_briefing(briefing)
        if self._robot is None and briefing.seat.role is not Role.STAGE:
            self._robot = self._robot_of(briefing)
            self._robot.connection = self._connection
            self._begun.set()
        if self._robot is not None:
            self._robot.on_briefing(briefing)

    def _robot_of(self, briefing: Briefing) -> Robot:
        no = briefing.seat.judge
        if briefing.seat.role is Role.JUDGE and no is not None:
            sheets = {sheet.entry_no: sheet for sheet in self._scores.sheets if sheet.judge == no}
            return JudgeRobot(sheets, seed=len(no), fill=self._fill)
        robot = robot_for(briefing.seat.id, [], self._scores)
        assert not isinstance(robot, StageRobot)
        return robot

    async def _fill(self, sheet: GivenSheet, lines: int) -> None:
        """The form filled in criterion by criterion, as the audience of a demonstration sees it."""
        assert self._connection is not None
        points = hundredths(sheet)
        shown: dict[str, dict[str, int]] = {}
        filled = 0
        for component, given in points.items():
            for criterion, value in given.items():
                shown.setdefault(component, {})[criterion] = value
                filled += 1
                draft = Draft(points={key: dict(marks) for key, marks in shown.items()})
                if hasattr(self._hall.window, "set_drafts"):
                    self._hall.window.set_drafts({sheet.entry_no: draft})
                self._connection.report_progress(sheet.entry_no, filled, lines)
                await asyncio.sleep(TYPING_S)

    def on_view(self, view: AnyView, seq: int) -> None:
        self._hall.on_view(view, seq)
        if self._robot is not None:
            self._robot.on_view(view, seq)

    def on_connection(self, connection: Connection) -> None:
        self._hall.on_connection(connection)
        if self._robot is not None:
            self._robot.on_connection(connection)

    def on_command(self, state: CommandState) -> None:
        self._hall.on_command(state)
        if self._robot is not None:
            self._robot.on_command(state)

    async def run(self, connection: SeatConnection) -> None:
        """The seat's connection, with the robot acting on it."""
        self._connection = connection
        link = asyncio.ensure_future(connection.run())
        acting = asyncio.ensure_future(self._act())
        try:
            await link
        finally:
            for task in (acting, link):
                task.cancel()
            await asyncio.gather(acting, link, return_exceptions=True)

    async def _act(self) -> None:
        await self._begun.wait()
        assert self._robot is not None
        await self._robot.keep_acting()


def robot_maker(scores_file: Path) -> Callable[[str, Hall], tuple[WindowRobot, WindowRobot]]:
    """Makes the robot of a window that was started with ``--robot``."""
    scores = msgspec.json.decode(scores_file.read_bytes(), type=GivenScores)

    def make(_: str, hall: Hall) -> tuple[WindowRobot, WindowRobot]:
        robot = WindowRobot(scores, hall)
        return robot, robot

    return make
