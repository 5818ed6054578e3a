"""A room process ends in order when its starter says so, and goes on without him while the host sits there."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from judge_app import launch
from judge_app.core import commands
from judge_app.room import checkpoints, mirroring, photo_copies, server, starter, sync
from judge_app.seat.connection import SeatConnection
from judge_app.store.session_file import read_session
from judge_app.wire.link import read_link
from judge_app.wire.messages import Receipt
from tests.core.sessions import setup
from tests.faults.rooms import Ear


@pytest.fixture
def planned(tmp_path: Path) -> Path:
    file = tmp_path / "setup.json"
    file.write_bytes(msgspec.json.encode(setup()))
    return file


@pytest.fixture
def terminated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were terminated: on Windows that is an end without a last word."""
    pids: list[int] = []
    terminate = subprocess.Popen.terminate
    monkeypatch.setattr(subprocess.Popen, "terminate", lambda one: (pids.append(one.pid), terminate(one)))
    return pids


def test_a_room_is_stopped_by_a_word_on_its_input(tmp_path: Path, planned: Path, terminated: list[int]) -> None:
    room = launch.room(tmp_path / "x.roadshow", setup=planned, log=tmp_path / "room.log")
    assert room.status is None
    assert room.stop() == 0
    assert terminated == []
    assert (tmp_path / "room.log").read_text("utf-8") == ""
    assert read_session(tmp_path / "x.roadshow")
    assert not (tmp_path / "x.roadshow-wal").exists()


def test_a_process_that_does_not_mind_its_input_is_terminated(
    tmp_path: Path, planned: Path, terminated: list[int]
) -> None:
    """The negative control: the same room, which was not told to look at its input."""
    arguments = ["room", str(tmp_path / "x.roadshow"), "--setup", str(planned), "--ready"]
    room = launch.Process(arguments, log=tmp_path / "room.log", ready=True, stop_s=0.5)
    room.stop()
    assert terminated == [room.pid]


def test_a_room_whose_starter_was_killed_goes_on_with_the_session(tmp_path: Path, planned: Path) -> None:
    program = (
        "import json, sys, time; from pathlib import Path; from judge_app import launch;"
        "room = launch.room(Path(sys.argv[1]), setup=Path(sys.argv[2]), log=Path(sys.argv[3]));"
        "print(json.dumps([room.pid, room.ready['links']['host']]), flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program, tmp_path / "x.roadshow", planned, tmp_path / "room.log"]

    starter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=launch.environment())
    assert starter.stdout is not None
    pid, link = json.loads(starter.stdout.readline())
    room = psutil.Process(pid)

    async def scene() -> None:
        ear = Ear()
        host = SeatConnection(read_link(link), ear, folder=None, device_name="desk")
        sitting = asyncio.create_task(host.run())
        await ear.until(lambda view: view is not None)
        starter.kill()
        await ear.until(lambda view: any("意外退出" in zh for zh, _ in view.health.trouble))
        assert isinstance(await host.answered(host.send(commands.CallProject(entry_no="1"))), Receipt)
        sitting.cancel()
        await asyncio.gather(sitting, return_exceptions=True)
        room.terminate()
        await asyncio.to_thread(psutil.wait_procs, [room], 60)

    with starter:
        asyncio.run(scene())
    assert read_session(tmp_path / "x.roadshow")


class Hosted:
    """A room at which the host sits for so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks, self.troubles = looks, []
        self.health = self.showing = self

    def set_trouble(self, what: str, text: tuple[str, str] | None) -> None:
        self.troubles.append((what, text))

    def sits(self, seat_id: str) -> bool:
        assert seat_id == "host"
        self.looks -= 1
        return self.looks >= 0


def heard(monkeypatch: pytest.MonkeyPatch, said: list[bytes], looks: int, alone_s: float) -> tuple[bool, Hosted]:
    """Whether a room has ended by what its starter said before his end, and the room."""
    pieces = iter([*said, b""])
    monkeypatch.setattr(starter.os, "read", lambda *_: next(pieces))
    monkeypatch.setattr(starter, "LOOK_S", 0.01)
    room: Any = Hosted(looks)

    async def scene() -> bool:
        stop = asyncio.Event()
        watching = asyncio.create_task(starter.Starter(stop).watch(room, alone_s))
        try:
            await asyncio.wait_for(stop.wait(), 1.0)
        except TimeoutError:
            return False
        finally:
            watching.cancel()
        return True

    return asyncio.run(scene()), room


@pytest.mark.parametrize("said", [[b"stop\n"], [b"st", b"op\n"], [b"well\nstop\nmore"], [b"stop\r\n"]])
def test_a_room_ends_at_the_word(monkeypatch: pytest.MonkeyPatch, said: list[bytes]) -> None:
    ended, room = heard(monkeypatch, said, looks=10**9, alone_s=10**9)
    assert ended
    assert room.troubles == []


def test_the_word_is_heard_while_the_starter_lives_on(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    real = os.read
    monkeypatch.setattr(starter.os, "read", lambda _, most: real(reading, most))

    async def scene() -> None:
        stop = asyncio.Event()
        starter.Starter(stop)
        os.write(writing, b"stop\n")
        try:
            await asyncio.wait_for(stop.wait(), 5.0)
        finally:
            os.close(writing)

    asyncio.run(scene())
    os.close(reading)


def test_without_its_starter_a_room_ends_once_the_host_has_been_away_for_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        ended, room = heard(monkeypatch, [], looks=3, alone_s=0.03)
        assert ended
        assert [what for what, _ in room.troubles] == ["starter"]
        assert room.looks == -3  # not before he had been away for so long
        assert (
            heard(monkeypatch, [b"sto"], looks=10**9, alone_s=0.03)[0] is False
        )  # half a word, and the host sits there


def test_a_room_is_given_more_time_than_its_stop_may_wait_for() -> None:
    followers = max(photo_copies.STOP_S, mirroring.SLOW_S, sync.FLUSH_S)
    assert 4 * server.CLOSE_S + checkpoints.STOP_S + followers < launch.ROOM_STOP_S / 1.5
