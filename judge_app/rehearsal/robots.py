"""One robot a seat: each is an ordinary client of the room that gives what scores.csv says, and steps like a person.

A robot acts on what its view shows and on nothing else. ``act`` is called whenever something was heard, and again every
so often, until the robot has nothing left to do (``done``).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from judge_app.core import commands
from judge_app.core.clock import Outcome
from judge_app.core.contest import Presence
from judge_app.core.review import Tick, lines
from judge_app.core.seats import Role
from judge_app.core.session import rules_for
from judge_app.core.stages import ProjectStage, ReviewStep, SheetStatus
from judge_app.core.views import AnyView, Briefing, ChairView, HostView, JudgeView, ProjectProgress, StageView, Step
from judge_app.exchange.scores import GivenSheet
from judge_app.seat.connection import SeatConnection
from judge_app.seat.state import CommandState, Connection, Delivery, Link
from judge_app.wire.messages import Receipt, Refusal

POLL_S = 0.02
"""How often a robot that waits for the clock looks at it, in real seconds."""


SEEN_S = 0.3
"""How long a robot waits for the view of what it has just done."""
FAULT_S = 20
"""How long a rehearsed technical stop lasts, in seconds of the room's clock."""


class Window(Protocol):
    """Whoever else wants to see what the robot's seat sees (a real window)."""

    def on_briefing(self, briefing: Briefing) -> None: ...

    def on_view(self, view: AnyView, seq: int) -> None: ...

    def on_connection(self, connection: Connection) -> None: ...

    def on_command(self, state: CommandState) -> None: ...


class Robot:
    """The base: hears what a seat hears, passes it on to a window, and acts."""

    def __init__(self, window: Window | None = None) -> None:
        self.connection: SeatConnection | None = None
        self.briefing: Briefing | None = None
        self.view: AnyView | None = None
        self.seq = 0
        self.trouble: list[str] = []
        self.refused_for_good = False
        self.done = False
        self._window = window
        self._heard = asyncio.Event()

    # what the connection tells

    def on_briefing(self, briefing: Briefing) -> None:
        if not briefing.rehearsal:
            raise RuntimeError("robots sit in rehearsals only")
        self.briefing = briefing
        if self._window is not None:
            self._window.on_briefing(briefing)

    def on_view(self, view: AnyView, seq: int) -> None:
        self.view, self.seq = view, seq
        self._heard.set()
        if self._window is not None:
            self._window.on_view(view, seq)

    def on_connection(self, connection: Connection) -> None:
        if connection.link is Link.REFUSED:
            self.refused_for_good = True
            self.trouble.append(connection.zh)
            self._heard.set()
        if self._window is not None:
            self._window.on_connection(connection)

    def on_command(self, state: CommandState) -> None:
        if state.delivery is Delivery.REFUSED:
            self.trouble.append(f"{state.kind} {state.entry_no}: {state.zh}")
        if self._window is not None:
            self._window.on_command(state)

    # what it does

    async def run(self, connection: SeatConnection) -> None:
        """Sit down and act until there is nothing left to do, or cancelled."""
        self.connection = connection
        link = asyncio.ensure_future(connection.run())
        try:
            await self.keep_acting()
            await link  # stays in its seat
        finally:
            link.cancel()
            await asyncio.gather(link, return_exceptions=True)

    async def keep_acting(self) -> None:
        """Act until there is nothing left to do, or the room does not want this device."""
        while not self.done and not self.refused_for_good:
            assert self.connection is not None
            if self.view is not None and self.connection.clock.known:
                await self.act()
            if self.done:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), POLL_S if self.watches_clock() else 0.5)
            self._heard.clear()

    async def act(self) -> None:
        """Do what the view calls for now."""

    def watches_clock(self) -> bool:
        """Whether the time alone may call for something."""
        return False

    async def give(self, command: commands.AnyCommand) -> Receipt | Refusal:
        """A command and its answer, and the view that it made, so that nothing is asked for twice."""
        assert self.connection is not None
        answer = await self.connection.answered(self.connection.send(command))
        if isinstance(answer, Receipt):
            with contextlib.suppress(TimeoutError):  # not every command changes what this seat sees
                await asyncio.wait_for(self._seen(answer.seq), SEEN_S)
        return answer

    async def _seen(self, seq: int) -> None:
        while self.seq < seq:
            self._heard.clear()
            await self._heard.wait()

    def now_ns(self) -> int:
        assert self.connection is not None
        now = self.connection.clock.now_ns()
        assert now is not None
        return now


class JudgeRobot(Robot):
    """Gives the sheets of one judge, one project after the other, at human moments of the talk."""

    def __init__(
        self,
        sheets: Mapping[str, GivenSheet],
        *,
        seed: int,
        window: Window | None = None,
        fill: Callable[[GivenSheet, int], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(window)
        self._sheets = dict(sheets)
        self._random = random.Random(seed)
        self._wait: dict[str, float] = {}
        self._given: set[str] = set()
        self._fill = fill

    def watches_clock(self) -> bool:
        return bool(self._wait)

    async def act(self) -> None:
        view = self.view
        assert isinstance(view, JudgeView)
        stages = {progress.entry_no: progress.stage for progress in view.projects}
        for entry_no in view.open:
            sheet = self._sheets.get(entry_no)
            if sheet is None or entry_no in self._given:
                continue
            if sheet.presence is Presence.RECUSED:
                self._given.add(entry_no)
                await self.give(commands.Recuse(entry_no=entry_no, reason=sheet.note or "利益关系"))
            elif sheet.presence is Presence.PRESENT and not sheet.blank and self._ready(entry_no, stages[entry_no]):
                self._given.add(entry_no)
                await self._submit(view, sheet)

    def _ready(self, entry_no: str, stage: ProjectStage) -> bool:
        """Some send their sheet during the questions, most once scoring is open."""
        if stage is ProjectStage.RUNNING and entry_no not in self._wait:
            self._wait[entry_no] = self._random.uniform(0.1, 1.2)
        share = self._wait.get(entry_no, 0.0)
        if stage in (ProjectStage.SCORING, ProjectStage.CLOSED):
            return True
        assert isinstance(self.view, JudgeView)
        at = self.view.clock
        if at is None or at.entry_no != entry_no or at.slides_end or at.deadline_ns is None:
            return False
        return self.now_ns() >= at.started_ns + int(at.planned_ns * share)

    async def _submit(self, view: JudgeView, sheet: GivenSheet) -> None:
        points = hundredths(sheet)
        assert self.connection is not None
        lines = sum(len(given) for given in points.values())
        if self._fill is not None:
            await self._fill(sheet, lines)
        else:
            for filled in range(1, lines + 1):
                self.connection.report_progress(sheet.entry_no, filled, lines)
        own = view.sheets.get(sheet.entry_no)
        await self.give(
            commands.SubmitSheet(
                entry_no=sheet.entry_no,
                revision=own.revision if own else 0,
                points=points,
                comment=sheet.note,
            )
        )
        self._wait.pop(sheet.entry_no, None)


def hundredths(sheet: GivenSheet) -> commands.Points:
    """A sheet's points as integers of hundredths."""
    return {
        component: {criterion: int(value * 100) for criterion, value in given.items()}
        for component, given in sheet.points.items()
    }


class HostRobot(Robot):
    """Drives the session by the one next step: call, present, question, score; marks who does not come."""

    def __init__(self, absences: Mapping[tuple[str, str], GivenSheet], *, window: Window | None = None) -> None:
        super().__init__(window)
        self._absences = dict(absences)
        self._replaced = {(s.entry_no, s.replaces): s for s in absences.values() if s.replaces}
        self._marked: set[tuple[str, str]] = set()
        self._faults = {"3": "投影信号中断", "7": "话筒无声"}
        self.finished = asyncio.Event()

    def watches_clock(self) -> bool:
        return True

    async def act(self) -> None:
        view = self.view
        assert isinstance(view, HostView)
        if view.session_locked:
            self.done = True
            return
        if await self._mark_absent(view):
            return
        step = view.next_step
        at = view.clock
        if step.step is Step.CALL and view.current is not None and not _settled(view, view.current):
            return  # the sheets of the last project first
        if step.step is Step.CALL:
            await self.give(commands.CallProject(entry_no=step.entry_no))
        elif step.step is Step.START_PHASE:
            if at is not None and at.ended_ns is None and not self._over(at.deadline_ns):
                await self._fault(view)
            elif at is None or at.ended_ns is not None or not at.slides_end:
                await self.give(commands.StartPhase(phase=step.phase))
        elif step.step is Step.RELEASE:
            await self.give(commands.ReleaseClock(outcome=Outcome.EXTRA_TIME, extra_seconds=15))
        elif step.step is Step.OPEN_SCORING:
            if at is None or at.ended_ns is not None or self._over(at.deadline_ns):
                await self.give(commands.OpenScoring())
        elif step.step is Step.DONE:
            self.finished.set()

    def _over(self, deadline_ns: int | None) -> bool:
        return deadline_ns is not None and self.now_ns() >= deadline_ns

    async def _fault(self, view: HostView) -> None:
        """A rehearsal has its faults too, so that F6 and the windows show what they look like."""
        at = view.clock
        assert at is not None
        reason = self._faults.get(at.entry_no)
        if reason is not None and at.slides_end and self.now_ns() > at.started_ns + at.planned_ns // 3:
            del self._faults[at.entry_no]
            await self.give(commands.HoldClock(technical=True, reason=reason))
            assert self.connection is not None
            await asyncio.sleep(FAULT_S / self.connection.clock.rate)

    async def _mark_absent(self, view: HostView) -> bool:
        """Judges who are absent or have left, once the project is on stage."""
        if view.current is None:
            return False
        stage = next(progress.stage for progress in view.projects if progress.entry_no == view.current)
        if stage in (ProjectStage.WAITING, ProjectStage.CALLED):
            return False
        for (entry_no, judge), sheet in self._absences.items():
            away = sheet.presence in (Presence.ABSENT, Presence.LEFT) or (entry_no, judge) in self._replaced
            if entry_no != view.current or (entry_no, judge) in self._marked or not away:
                continue
            self._marked.add((entry_no, judge))
            reserve = self._replaced.get((entry_no, judge))
            await self.give(
                commands.SetPresence(
                    entry_no=entry_no,
                    judge=judge,
                    presence=sheet.presence,
                    reason=sheet.note or "未到场",
                    replaced_by=reserve.judge if reserve else None,
                )
            )
            return True
        return False


def _settled(view: HostView, entry_no: str) -> bool:
    stage = next(progress.stage for progress in view.projects if progress.entry_no == entry_no)
    return stage not in (ProjectStage.SCORING,)


class ChairRobot(Robot):
    """Locks each project once its sheets are in, signs and locks the session."""

    def __init__(self, *, window: Window | None = None) -> None:
        super().__init__(window)
        self._tried: dict[str, int] = {}
        self.locked = asyncio.Event()
        self.settled = asyncio.Event()
        """Nothing is left that this chair can do."""

    async def act(self) -> None:
        view = self.view
        assert isinstance(view, ChairView)
        assert self.briefing is not None
        if view.session_locked:
            self.locked.set()
            self.settled.set()
            self.done = True
            return
        for progress in view.projects:
            ready = progress.stage is ProjectStage.CLOSED and progress.entry_no in view.visible
            if self.briefing.rules.review == "two_people" and progress.review is not ReviewStep.CHECKED:
                continue
            if ready and self._tried.get(progress.entry_no) != self.seq:
                self._tried[progress.entry_no] = self.seq
                await self.give(commands.LockProject(entry_no=progress.entry_no))
                return
        done = (ProjectStage.LOCKED, ProjectStage.FORFEITED, ProjectStage.WITHDRAWN, ProjectStage.DISQUALIFIED)
        if any(progress.stage not in done for progress in view.projects):
            if all(progress.stage in (*done, ProjectStage.CLOSED) for progress in view.projects) and not any(
                self._desk_at_work(view, progress) for progress in view.projects
            ):
                self.settled.set()
            return
        if not any(signed.role == "chair" and not signed.stale for signed in view.signatures):
            name = self.briefing.seat.name or "评委组长"
            await self.give(commands.SignOff(role="chair", name=name, head=view.head_hash))
        else:
            await self.give(commands.LockSession())

    def _desk_at_work(self, view: ChairView, progress: ProjectProgress) -> bool:
        """Whether the desk will still review a project, so that the lock is yet to come."""
        assert self.briefing is not None
        if self.briefing.rules.review != "two_people" or progress.stage is not ProjectStage.CLOSED:
            return False
        results = view.tabulation.projects if view.tabulation is not None else ()
        return any(one.entry_no == progress.entry_no and one.status.finished for one in results)


class DeskRobot(Robot):
    """The scorer, or the checker behind him: ticks every line of each result, where the rules want a review."""

    async def act(self) -> None:
        view, briefing = self.view, self.briefing
        assert isinstance(view, ChairView)
        assert briefing is not None
        if view.session_locked:
            self.done = True
            return
        scorer = briefing.seat.role is Role.SCORER
        due = ReviewStep.NONE if scorer else ReviewStep.RECOMPUTED
        results = {one.entry_no: one for one in view.tabulation.projects} if view.tabulation is not None else {}
        for progress in view.projects:
            result = results.get(progress.entry_no)
            if progress.stage is not ProjectStage.CLOSED or progress.review is not due or result is None:
                continue
            if not result.status.finished:
                continue
            ticks = tuple(
                Tick(line=line.key, shown=line.shown)
                for line in lines(rules_for(briefing.rules, briefing.projects, progress.entry_no), result)
            )
            name = briefing.seat.name or ("统分人" if scorer else "复核人")
            kind = commands.RecomputeResult if scorer else commands.CheckResult
            await self.give(kind(entry_no=progress.entry_no, name=name, ticks=ticks))
            return


class StageRobot(Robot):
    """A stage without a screen: at the deadline it reports that the clock alone cut off (driver ``none``).

    It closes no show, and says so: ``gone_us`` stays −1.
    """

    def __init__(self) -> None:
        super().__init__(None)
        self._reported: set[int] = set()

    def watches_clock(self) -> bool:
        return True

    async def act(self) -> None:
        view = self.view
        assert isinstance(view, StageView)
        at = view.clock
        if view.done:
            return
        if at is None or not at.slides_end or at.run in self._reported:
            return
        deadline = at.deadline_ns if at.deadline_ns is not None else at.ended_ns
        if deadline is None or self.now_ns() < deadline:
            return
        assert self.connection is not None
        self._reported.add(at.run)
        late_us = (self.now_ns() - deadline) // 1000 // self.connection.clock.rate
        await self.give(
            commands.ReportCutOff(
                run=at.run, driver="none", method="clock", curtain_us=late_us, gone_us=-1, confirmed=False
            )
        )


def answered(sheet_status: SheetStatus) -> bool:
    """Whether a sheet is in or accounted for."""
    return sheet_status not in (SheetStatus.EMPTY, SheetStatus.RETURNED)
