"""A room that is frozen, is started twice, or whose disk is full or fails: loud, and nothing that was receipted is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from judge_app import launch
from judge_app.core import commands
from judge_app.seat import connection
from judge_app.seat.state import Link
from judge_app.wire.messages import Receipt
from tests.faults.history import fold, read_journal
from tests.faults.kill_points import CAN_TRACE, STRACE, threads_of
from tests.faults.rooms import Hall, hall

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs signals and mounts of Linux")


@pytest.fixture(autouse=True)
def impatient_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PING_S", 0.2), ("SILENT_S", 0.5), ("DEAD_S", 1.0), ("CONNECT_S", 1.0)):
        monkeypatch.setattr(connection, name, value)


def sent(held: Hall, seats: list[str], entry_no: str) -> list[asyncio.Task[Any]]:
    return [asyncio.create_task(held.give(seat, held.sheet(seat, entry_no))) for seat in seats]


def fill(ballast: Path) -> None:
    """Nothing more fits on that disk."""
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while True:
            os.write(descriptor, bytes(4_096))
    os.close(descriptor)


async def ended_well(held: Hall, sheets: int) -> None:
    """The room ends by itself, and the file holds exactly so many sheets."""
    await asyncio.to_thread(held.room.stop)
    assert held.problems() == []
    assert len(fold(read_journal(held.file))[0]) == sheets


def test_a_room_that_is_frozen_is_said_to_be_silent_and_goes_on_where_it_was(tmp_path: Path) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held:
            judges = held.judges()[:3]
            held.join("host", *judges)
            await held.seated()
            await held.begin("1")
            held.room.signal(signal.SIGSTOP)
            waiting = sent(held, judges, "1")
            ear = held.seats[judges[0]][1]
            await asyncio.wait_for(ear.until_not_online(), 30)
            assert ear.link in (Link.SILENT, Link.OFFLINE)
            await asyncio.sleep(2.5)  # longer than a seat waits: it tries again and again meanwhile
            assert not any(one.done() for one in waiting)
            held.room.signal(signal.SIGCONT)
            assert all(isinstance(one, Receipt) for one in await asyncio.gather(*waiting))
            await ended_well(held, len(judges))

    asyncio.run(play())


def test_a_second_room_on_the_same_file_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held:
            held.join("host", "judge:E1")
            await held.seated()
            await held.begin("1")
            second = await asyncio.to_thread(
                subprocess.run,
                launch.command(["room", str(held.file), "--ready"]),
                env=launch.environment(),
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert second.returncode == 2
            assert str(held.room.pid) in second.stderr
            assert not second.stdout.startswith("{")
            assert isinstance(await held.give("judge:E1", held.sheet("judge:E1", "1")), Receipt)
            await ended_well(held, 1)

    asyncio.run(play())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder]).returncode != 0:
        pytest.skip("mounting a small file system takes root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_stops_the_room_loudly_and_what_waits_is_recorded_once_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held:
            await asyncio.to_thread(held.room.stop)
            held.file = small_disk / "x.roadshow"
            await asyncio.to_thread(held.start)
            judges = held.judges()
            held.join("host", *judges)
            await held.seated()
            await held.begin("1")
            ballast = small_disk / "ballast"
            fill(ballast)
            waiting = sent(held, judges, "1")
            host = held.seats["host"][1]
            await host.until(lambda view: "store" in str(view) or "写入" in str(view))
            assert not all(one.done() for one in waiting)
            ballast.unlink()
            assert all(isinstance(one, Receipt) for one in await asyncio.gather(*waiting))
            await held.give("host", commands.OpenScoring())
            await ended_well(held, len(judges))

    asyncio.run(play())


@pytest.mark.skipif(not CAN_TRACE, reason="tracing takes strace and root")
@pytest.mark.parametrize(
    "fault", ["fdatasync:error=EIO:when=1", "pwrite64:error=EIO:when=3", "pwrite64:error=ENOSPC:when=1"]
)
def test_an_error_of_the_disk_under_a_live_room_loses_and_doubles_nothing(tmp_path: Path, fault: str) -> None:
    async def play() -> None:
        async with hall(tmp_path) as held:
            judges = held.judges()[:3]
            held.join("host", *judges)
            await held.seated()
            await held.begin("1")
            others = [str(task) for task in threads_of(held.room.pid) if task != held.room.pid]
            command = [STRACE or "strace", "-qq", "-o", str(tmp_path / "trace"), "-e", f"inject={fault}"]
            command += [word for task in others for word in ("-p", task)]
            tracing = await asyncio.to_thread(subprocess.Popen, command)
            try:
                await asyncio.sleep(0.3)
                answers = await asyncio.gather(*sent(held, judges, "1"))
            finally:
                tracing.terminate()
                await asyncio.to_thread(tracing.wait, 30)
            assert "(INJECTED)" in (tmp_path / "trace").read_text("utf-8", errors="replace")
            assert all(isinstance(one, Receipt) for one in answers)
            assert "journal could not be written" in held.log.read_text("utf-8")
            await ended_well(held, len(judges))

    asyncio.run(play())
