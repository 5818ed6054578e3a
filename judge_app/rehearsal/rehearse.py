"""A whole session played through a real room process by robots, as fast as is wanted.

``rehearse`` starts the room, seats a robot in every seat (or a window with a robot in it), and returns when the session
is signed and locked, or nothing more can be done; the session file is then at rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from judge_app import launch
from judge_app.core.contest import Contest, PanelRole, PlannedSession
from judge_app.core.errors import BadInput, Problem
from judge_app.core.events import SessionSetup
from judge_app.core.rules import RuleSet
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView, HostView
from judge_app.exchange.scores import GivenScores, GivenSheet
from judge_app.rehearsal.robots import ChairRobot, DeskRobot, HostRobot, JudgeRobot, Robot, StageRobot
from judge_app.seat.connection import SeatConnection
from judge_app.wire.link import read_link


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a rehearsal leaves: the session file, and what the chair saw at its end (to print from)."""

    session_file: Path
    briefing: Briefing
    view: ChairView
    receipts: int
    locked: bool
    trouble: tuple[str, ...]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is, for a progress display: projects done of all, who is on stage and in which stage, sheets in."""

    done: int
    projects: int
    current: str
    stage: str
    sheets: int
    expected: int


def setup_of(
    contest: Contest, rules: RuleSet, session: PlannedSession, *, rehearsal: bool, automatic_admission: bool
) -> SessionSetup:
    """What a room needs of a contest to run one of its sessions; raises BadInput where it has no projects or judges."""
    projects, panel = contest.heard_in(session.name), contest.panel(session.name)
    if not projects or not panel:
        what = ("没有项目", "has no projects") if not projects else ("没有评委", "has no judges")
        raise BadInput(Problem(session.name, f"本场{what[0]}", f"the session {what[1]}"))
    own = msgspec.structs.replace(
        contest,
        projects=projects,
        judges=panel,
        external=tuple(score for score in contest.external if any(p.entry_no == score.entry_no for p in projects)),
    )
    return SessionSetup(
        session_id=secrets.token_hex(16),
        contest=own,
        session=session,
        rules=rules,
        rehearsal=rehearsal,
        automatic_admission=automatic_admission,
    )


def check_scores(setup: SessionSetup, scores: GivenScores) -> None:
    """Robots sit in judges' seats, whose sheets have every criterion; raises BadInput for totals alone."""
    mine = {project.entry_no for project in setup.contest.projects}
    problems = [
        Problem(
            f"scores.csv · {sheet.entry_no} · {sheet.judge}",
            "只有总分；评委席位须逐项给分（只有总分的纸质表由代录入席位录入）",
            "a total alone: a judge's own sheet needs every criterion (totals are for proxy entry from paper)",
        )
        for sheet in scores.sheets
        if sheet.entry_no in mine and sheet.totals
    ]
    if problems:
        raise BadInput(problems)


def file_name(text: str) -> str:
    """A session's name as a file name on every system."""
    kept = "".join(letter if letter.isalnum() or letter in "-_（）()" else "-" for letter in text)
    return kept.strip("-")[:60] or "session"


async def rehearse(
    setup: SessionSetup,
    scores: GivenScores,
    folder: Path,
    *,
    rate: int,
    central: str | None = None,
    windows: Sequence[str] = (),
    decks: Mapping[str, Path] | None = None,
    seen: Callable[[Seen], None] = lambda _: None,
) -> Outcome:
    """Play one session. ``windows`` are seats whose real windows are opened (each a process with a robot inside).

    Raises BadInput for scores that no judge can give, launch.NotReady where the room does not start.
    """
    check_scores(setup, scores)
    work, session_file, setup_file, scores_file = _lay_out(setup, scores, folder)
    process = await asyncio.to_thread(
        launch.room, session_file, setup=setup_file, rate=rate, central=central, log=work / "room.log"
    )
    shown: list[launch.Process] = []
    tasks: list[asyncio.Task[None]] = []
    try:
        links: dict[str, str] = process.ready["links"]
        robots = _robots(setup, scores, except_for=windows)
        for seat, robot in robots.items():
            connection = SeatConnection(
                read_link(links[seat]), robot, folder=work / "seats", device_name=f"robot {seat} {os.getpid()}"
            )
            tasks.append(asyncio.create_task(robot.run(connection)))
        for seat in windows:
            arguments = [_command(seat), links[seat], "--robot", str(scores_file), "--data", str(work / "seats")]
            if seat == "stage" and decks:
                decks_file = work / "decks.json"
                decks_file.write_bytes(msgspec.json.encode({no: str(path) for no, path in decks.items()}))
                arguments += ["--decks", str(decks_file)]
            shown.append(launch.Process(arguments, log=work / f"{file_name(seat)}.log"))
        watcher = robots.get("chair")
        if not isinstance(watcher, ChairRobot):
            # The chair's window plays the chair; a second pair of eyes on the same view is the supervisor's seat.
            watcher = ChairWatcher()
            connection = SeatConnection(
                read_link(links["supervisor"]), watcher, folder=work / "seats", device_name="rehearsal"
            )
            tasks.append(asyncio.create_task(watcher.run(connection)))
        await _until_settled(robots, watcher, tasks, seen)
        assert watcher.briefing is not None
        assert isinstance(watcher.view, ChairView)
        return Outcome(
            session_file=session_file,
            briefing=watcher.briefing,
            view=watcher.view,
            receipts=sum(len(robot.connection.receipts()) for robot in robots.values() if robot.connection),
            locked=watcher.view.session_locked,
            trouble=tuple(text for robot in robots.values() for text in robot.trouble),
        )
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for window in shown:
            await asyncio.to_thread(window.stop)
        await asyncio.to_thread(process.stop)


def _lay_out(setup: SessionSetup, scores: GivenScores, folder: Path) -> tuple[Path, Path, Path, Path]:
    """The folder of what the processes need, the session file to be, the set-up and the scores."""
    name = file_name(setup.session.name)
    work = folder / ".work" / name
    work.mkdir(parents=True, exist_ok=True)
    setup_file, scores_file = work / "setup.json", work / "scores.json"
    setup_file.write_bytes(msgspec.json.encode(setup))
    scores_file.write_bytes(msgspec.json.encode(scores))
    return work, folder / f"{name}.roadshow", setup_file, scores_file


class ChairWatcher(ChairRobot):
    """Sees what the chair sees, and does nothing."""

    async def act(self) -> None:
        view = self.view
        assert isinstance(view, ChairView)
        if view.session_locked:
            self.locked.set()
            self.settled.set()


def _command(seat: str) -> str:
    return {"host": "console"}.get(seat, seat.partition(":")[0])


def robot_for(seat: str, setup_judges: Sequence[str], scores: GivenScores) -> Robot:
    """The robot of a seat."""
    if seat == "host":
        given = scores.by_seat()
        away = {key: sheet for key, sheet in given.items() if sheet.presence.value in ("absent", "left")}
        replaced = {
            (sheet.entry_no, sheet.replaces): given.get((sheet.entry_no, sheet.replaces), sheet)
            for sheet in scores.sheets
            if sheet.replaces
        }
        return HostRobot({**away, **replaced, **{k: s for k, s in given.items() if s.replaces}})
    if seat == "chair":
        return ChairRobot()
    if seat == "stage":
        return StageRobot()
    if seat in ("scorer", "checker"):
        return DeskRobot()
    judge = seat.partition(":")[2]
    sheets: dict[str, GivenSheet] = {sheet.entry_no: sheet for sheet in scores.sheets if sheet.judge == judge}
    return JudgeRobot(sheets, seed=list(setup_judges).index(judge) if judge in setup_judges else 0)


def _robots(setup: SessionSetup, scores: GivenScores, *, except_for: Sequence[str]) -> dict[str, Robot]:
    judges = [judge.no for judge in setup.contest.judges]
    giving = {sheet.judge for sheet in scores.sheets}
    desk = ["scorer", "checker"] if setup.rules.review == "two_people" else []
    seats = ["host", "chair", "stage", *desk] + [
        f"judge:{judge.no}"
        for judge in setup.contest.judges
        if judge.role is not PanelRole.RESERVE or judge.no in giving
    ]
    return {seat: robot_for(seat, judges, scores) for seat in seats if seat not in except_for}


async def _until_settled(
    robots: Mapping[str, Robot],
    chair: ChairRobot,
    tasks: Sequence[asyncio.Task[None]],
    seen: Callable[[Seen], None],
) -> None:
    """Until the session is locked, or every project is heard and the chair can do no more."""
    while not chair.settled.is_set():
        for task in tasks:
            if task.done() and task.exception() is not None:
                await task
        host = robots.get("host")
        view = host.view if host is not None else chair.view
        if isinstance(view, HostView | ChairView):
            heard = (ProjectStage.CLOSED, ProjectStage.LOCKED, ProjectStage.FORFEITED, ProjectStage.WITHDRAWN)
            now = next((p for p in view.projects if p.entry_no == view.current), None)
            seen(
                Seen(
                    done=sum(progress.stage in heard for progress in view.projects),
                    projects=len(view.projects),
                    current=view.current or "",
                    stage=now.stage.value if now else "",
                    sheets=now.done if now else 0,
                    expected=now.expected if now else 0,
                )
            )
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(chair.settled.wait(), 0.1)
