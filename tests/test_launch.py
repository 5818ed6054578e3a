"""A room process ends when its standard input does, in order, whoever started it; and it is given the time for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from judge_app import launch
from judge_app.room import checkpoints, mirroring, photo_copies, server, sync
from judge_app.store.session_file import read_session
from tests.core.sessions import setup


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


def test_a_room_is_stopped_by_the_end_of_its_input(tmp_path: Path, planned: Path, terminated: list[int]) -> None:
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


def test_a_room_whose_starter_was_killed_ends_in_order_and_its_file_is_free(tmp_path: Path, planned: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from judge_app import launch;"
        "room = launch.room(Path(sys.argv[1]), setup=Path(sys.argv[2]), log=Path(sys.argv[3]));"
        "print(room.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program, tmp_path / "x.roadshow", planned, tmp_path / "room.log"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=launch.environment()) as starter:
        assert starter.stdout is not None
        room = psutil.Process(int(starter.stdout.readline()))
        starter.kill()
    psutil.wait_procs([room], timeout=60)
    assert not room.is_running() or room.status() == psutil.STATUS_ZOMBIE
    assert read_session(tmp_path / "x.roadshow")


def test_a_room_is_given_more_time_than_its_stop_may_wait_for() -> None:
    followers = max(photo_copies.STOP_S, mirroring.SLOW_S, sync.FLUSH_S)
    assert 4 * server.CLOSE_S + checkpoints.STOP_S + followers < launch.ROOM_STOP_S / 1.5
