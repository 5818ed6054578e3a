"""What the benches of a live room share: a room process on a loopback address, seats, and percentiles."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from judge_app import launch
from judge_app.core.commands import Points
from judge_app.core.contest import Contest, Judge, PanelRole, PlannedSession, Project
from judge_app.core.events import SessionSetup, SheetSubmitted
from judge_app.core.rules import Component, RuleSet
from judge_app.core.views import AnyView, Briefing
from judge_app.seat.connection import SeatConnection
from judge_app.seat.state import CommandState, Connection
from judge_app.store.presets import Presets
from judge_app.store.session_file import read_session
from judge_app.wire.link import read_link


def setup_of(judges: int, projects: int) -> SessionSetup:
    """A session of ``judges`` expert and professional judges and ``projects`` projects, by shanxi-2019."""
    rules = Presets().load("shanxi-2019")
    planned = PlannedSession(name="bench")
    panel = tuple(
        Judge(
            no=f"J{number}",
            name=f"评委{number}",
            judge_class="专家评委" if number % 3 else "专业评委",
            sessions=("bench",),
            role=PanelRole.JUDGE,
        )
        for number in range(1, judges + 1)
    )
    heard = tuple(
        Project(entry_no=str(number), name=f"项目{number}", session="bench") for number in range(1, projects + 1)
    )
    contest = Contest(name="bench", preset=rules.key, sessions=(planned,), projects=heard, judges=panel)
    return SessionSetup(
        session_id="0" * 32, contest=contest, session=planned, rules=rules, rehearsal=True, automatic_admission=True
    )


def full_points(components: Sequence[Component]) -> Points:
    """A sheet with every criterion at its maximum less one step."""
    return {
        component.key: {
            criterion.name: int((criterion.max - component.step_of(criterion)) * 100)
            for criterion in component.criteria
        }
        for component in components
    }


class Ear:
    """Hears a seat, and remembers when what came."""

    def __init__(self) -> None:
        self.view: AnyView | None = None
        self.briefing: Briefing | None = None
        self.viewed = asyncio.Event()
        self.heard_at = 0

    def on_briefing(self, briefing: Briefing) -> None:
        self.briefing = briefing

    def on_view(self, view: AnyView, seq: int) -> None:
        self.heard_at = time.perf_counter_ns()
        self.view = view
        self.viewed.set()

    def on_connection(self, connection: Connection) -> None: ...

    def on_command(self, state: CommandState) -> None: ...


class Hall:
    """A room process and seats joined to it."""

    def __init__(self, judges: int, projects: int) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="judge-app-bench-")
        self.setup = setup_of(judges, projects)
        self.rules: RuleSet = self.setup.rules
        self._tasks: list[asyncio.Task[None]] = []
        self.seats: dict[str, tuple[SeatConnection, Ear]] = {}

    async def __aenter__(self) -> Hall:
        folder = Path(self.folder.name)
        setup_file = folder / "setup.json"
        setup_file.write_bytes(msgspec.json.encode(self.setup))
        self.room = await asyncio.to_thread(
            launch.room, folder / "x.roadshow", setup=setup_file, log=folder / "room.log"
        )
        self.links: dict[str, str] = self.room.ready["links"]
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.room.stop)
        self.folder.cleanup()

    async def join(self, *seats: str) -> None:
        """Sit down in these seats, with outboxes in memory (a judge's disk is his own computer's)."""
        for at in range(0, len(seats), 50):
            some = seats[at : at + 50]
            for seat in some:
                ear = Ear()
                connection = SeatConnection(read_link(self.links[seat]), ear, folder=None, device_name=f"bench {seat}")
                self.seats[seat] = (connection, ear)
                self._tasks.append(asyncio.create_task(connection.run()))
            await asyncio.gather(*(self.seats[seat][1].viewed.wait() for seat in some))
        while not all(connection.clock.known for connection, _ in self.seats.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    async def give(self, seat: str, command: Any) -> Any:
        connection = self.seats[seat][0]
        return await connection.answered(connection.send(command))

    def judges(self) -> list[str]:
        return [f"judge:{judge.no}" for judge in self.setup.contest.judges]

    async def tls_round_trip_ms(self, times: int = 200) -> list[float]:
        """A bare HTTPS request on a kept connection, on the same room."""
        link = read_link(self.links["stage"])
        pinned = aiohttp.Fingerprint(link.fingerprint)  # one object: a new one would be a new connection each time
        taken = []
        async with aiohttp.ClientSession() as http:
            for _ in range(times):
                began = time.perf_counter_ns()
                async with http.get(f"{link.origin}/v1/hello", ssl=pinned) as answer:
                    await answer.read()
                taken.append((time.perf_counter_ns() - began) / 1e6)
        return taken[5:]

    async def stored_sheets(self) -> dict[int, tuple[str, str]]:
        """Seq → (entry number, judge) of every sheet in the session file, after the room has stopped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.to_thread(self.room.stop)
        records = read_session(Path(self.folder.name) / "x.roadshow")
        return {
            record.seq: (record.event.entry_no, record.event.judge)
            for record in records
            if isinstance(record.event, SheetSubmitted)
        }

    def memory_mb(self) -> float:
        """Resident memory of the room process."""
        import psutil

        return float(psutil.Process(self.room.pid).memory_info().rss) / 2**20


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p99 and max of milliseconds."""
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, -(-len(ordered) * 99 // 100) - 1)]
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p99_ms": round(p99, 2),
        "max_ms": round(ordered[-1], 2),
    }


def fsync_ms(times: int = 200) -> list[float]:
    """A bare appended and fsynced 4 KiB, in the folder where session files of a bench lie."""
    import os

    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(times):
            began = time.perf_counter_ns()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            taken.append((time.perf_counter_ns() - began) / 1e6)
    return taken


def tell(result: dict[str, Any], as_json: bool) -> None:
    """The figures, as one JSON object or for people."""
    text = json.dumps(result, ensure_ascii=False) if as_json else json.dumps(result, ensure_ascii=False, indent=2)
    sys.stdout.write(text + "\n")
