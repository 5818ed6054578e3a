"""Hosting as a person does it: a workbook becomes a running room with its windows, and what dies comes back."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import openpyxl
import psutil
import pytest
import zeroconf
from PySide6.QtWidgets import QApplication

from judge_app import hosting, launch
from judge_app.core.errors import BadInput, Problem
from judge_app.core.events import SessionSetup
from judge_app.core.views import AnyView, Briefing, ChairView
from judge_app.seat.connection import SeatConnection
from judge_app.seat.state import CommandState, Connection, Link
from judge_app.wire.link import JoinLink, read_link

SAMPLE = Path(__file__).resolve().parents[1] / "resources" / "samples" / "regional-final" / "contest.xlsx"


class Ear:
    """Hears a seat."""

    def __init__(self) -> None:
        self.view: AnyView | None = None
        self.changed = asyncio.Event()
        self.links: list[Link] = []

    def on_briefing(self, briefing: Briefing) -> None: ...

    def on_view(self, view: AnyView, seq: int) -> None:
        self.view = view
        self.changed.set()

    def on_connection(self, connection: Connection) -> None:
        self.links.append(connection.link)
        self.changed.set()

    def on_command(self, state: CommandState) -> None: ...

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 60)


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    environment = {**launch.environment(), "QT_QPA_PLATFORM": "offscreen", "XDG_DATA_HOME": str(tmp_path / "data")}
    command = [sys.executable, "-m", "judge_app", "host", str(SAMPLE), "--folder", str(tmp_path / "kept")]
    process = subprocess.Popen(
        [*command, "--bind", "127.0.0.1", "--ready"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    try:
        assert line.startswith("{"), process.stderr and process.stderr.read()
        yield process, json.loads(line)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def child(parent: int, command: str) -> psutil.Process:
    """The process of ours that runs a command."""
    return next(one for one in psutil.Process(parent).children() if command in one.cmdline())


def test_a_killed_room_and_stage_come_back_by_themselves(hosted: tuple[subprocess.Popen[str], Any]) -> None:
    process, told = hosted

    async def play() -> None:
        ear = Ear()
        seat = SeatConnection(read_link(told["links"]["chair"]), ear, folder=None, device_name="test")
        task = asyncio.create_task(seat.run())
        try:
            await ear.until(lambda: isinstance(ear.view, ChairView))
            room, stage = child(process.pid, "room"), child(process.pid, "stage")
            room.kill()
            stage.kill()
            await ear.until(lambda: Link.OFFLINE in ear.links)
            await ear.until(lambda: ear.links[-1] is Link.ONLINE)
            assert await asyncio.to_thread(lambda: child(process.pid, "room").pid) != room.pid
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())
    assert Path(told["session_file"]).exists()


def test_room_and_stage_go_before_the_desk_where_the_system_lets_them(
    hosted: tuple[subprocess.Popen[str], Any],
) -> None:
    process, _ = hosted
    first = psutil.ABOVE_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else -5
    allowed = sys.platform == "win32" or os.geteuid() == 0
    usual = psutil.Process().nice()
    assert usual != first, "an earlier test has left its mark on this process"
    until = time.monotonic() + 60
    while (stage := child(process.pid, "stage").nice()) == usual and allowed and time.monotonic() < until:
        time.sleep(0.1)
    assert stage == child(process.pid, "room").nice() == (first if allowed else usual)
    assert child(process.pid, "console").nice() == usual


def test_nothing_is_created_from_a_workbook_with_something_wrong(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        hosting.new_session(SAMPLE.with_name("scores.csv"), None, tmp_path / "kept")
    with pytest.raises(BadInput):
        hosting.new_session(SAMPLE, "第九场", tmp_path / "kept")
    assert list(tmp_path.iterdir()) == []


def test_windows_of_the_same_computer_use_loopback_where_the_room_listens_there() -> None:
    link = "rsj://192.168.1.5:4100/?fp=Po7G0a2BJAFlzxhSZbnG0i_jlN_0m634ZicSFrGpxBE&t=H16EW4-KF1FltcxvwSWHPQ"
    assert read_link(hosting.at_home(link, "0.0.0.0")).host == "127.0.0.1"
    assert hosting.at_home(link, "192.168.1.5") == link


def test_a_session_that_is_opened_again_knows_its_mirror_and_its_centre(tmp_path: Path) -> None:
    session, stick = tmp_path / "x.roadshow", tmp_path / "stick"
    assert hosting._remembered(session, None, None) == (None, None)
    assert hosting._remembered(session, "sqlite:///c", stick) == ("sqlite:///c", stick)
    assert hosting._remembered(session, None, None) == ("sqlite:///c", stick)
    assert hosting._remembered(session, None, tmp_path) == ("sqlite:///c", tmp_path)


class Desk:
    """What a start window needs of the application."""

    def __init__(self, qt: QApplication) -> None:
        self.qt = qt
        self.settings = SimpleNamespace(values={}, set=lambda name, value: None)

    def serve(self, window: object) -> None: ...


@pytest.mark.parametrize("error", [PermissionError("no room for the log"), BadInput(Problem("x", "写错了", "wrong"))])
def test_what_the_start_window_cannot_do_is_said_instead_of_waited_for(
    qapp: QApplication, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    async def fails() -> None:
        raise error

    async def scene() -> None:
        window = hosting.StartWindow()
        start = hosting.Start(Desk(qapp), window)  # type: ignore[arg-type]
        window.set_busy("…")
        start._spawn(fails())
        await asyncio.sleep(0.01)
        assert not window._failed.isHidden()
        assert not window._busy
        window.deleteLater()

    with caplog.at_level(logging.ERROR):
        asyncio.run(scene())


@pytest.mark.parametrize("error", [OSError("no network"), zeroconf.EventLoopBlocked()])
def test_a_start_window_that_cannot_ask_the_network_finds_no_room(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(**_: object) -> None:
        raise error

    monkeypatch.setattr("judge_app.seat.discovery.AsyncZeroconf", fails)
    told: list[object] = []

    async def scene() -> None:
        window = hosting.StartWindow()
        start = hosting.Start(Desk(qapp), window)  # type: ignore[arg-type]
        monkeypatch.setattr(window.join_page, "set_found", told.append)
        await start._find()
        window.deleteLater()

    asyncio.run(scene())
    assert told == [[]]


def test_where_a_session_was_hosted_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    centre = "postgresql+psycopg://room:secret@10.0.0.5/centre"
    file = tmp_path / "a.roadshow"
    assert hosting._remembered(file, centre, None) == (centre, None)
    assert hosting._remembered(file, None, None) == (centre, None)
    kept = file.with_suffix(".hosting.json")
    if sys.platform != "win32":
        assert kept.stat().st_mode & 0o077 == 0


# a spare that is to take over


FINGERPRINT = bytes(range(32))


@pytest.fixture
def copy_of_a_room(tmp_path: Path) -> Path:
    copy = tmp_path / "spare.roadshow"
    link = JoinLink(host="192.0.2.1", port=7001, fingerprint=FINGERPRINT, token="A" * 22)
    told = {"link": str(link), "met": [["192.0.2.7", 7001]]}
    hosting.origin_of(copy).write_text(json.dumps(told), "utf-8")
    return copy


@pytest.mark.parametrize(
    ("answering", "announced", "where"),
    [
        ({("192.0.2.1", 7001): FINGERPRINT}, [], "192.0.2.1:7001"),
        ({("192.0.2.7", 7001): FINGERPRINT}, [], "192.0.2.7:7001"),
        ({("192.0.2.9", 7002): FINGERPRINT}, [("192.0.2.8", 7002), ("192.0.2.9", 7002)], "192.0.2.9:7002"),
        ({("192.0.2.9", 7002): FINGERPRINT}, [], ""),
        ({("192.0.2.9", 7002): bytes(32)}, [("192.0.2.9", 7002)], ""),
        ({("192.0.2.1", 7001): bytes(32)}, zeroconf.EventLoopBlocked(), ""),
        ({("192.0.2.1", 7001): FINGERPRINT}, zeroconf.NotRunningException(), "192.0.2.1:7001"),
    ],
    ids=[
        "its address",
        "where it was met",
        "announced",
        "nobody knows",
        "a stranger announces",
        "away, mDNS fails",
        "mDNS fails",
    ],
)
def test_a_spare_looks_for_the_room_wherever_it_may_be(
    copy_of_a_room: Path, monkeypatch: pytest.MonkeyPatch, answering: Any, announced: Any, where: str
) -> None:
    async def fingerprint_of(host: str, port: int, seconds: float) -> bytes:
        if (host, port) not in answering:
            raise TimeoutError
        return bytes(answering[host, port])

    async def find_again(fingerprint: bytes) -> list[tuple[str, int]]:
        return list(announced)

    def fails(**_: object) -> None:
        raise announced

    monkeypatch.setattr("judge_app.seat.certificate.fingerprint_of", fingerprint_of)
    if isinstance(announced, Exception):
        monkeypatch.setattr("judge_app.seat.discovery.AsyncZeroconf", fails)
    else:
        monkeypatch.setattr("judge_app.seat.discovery.find_again", find_again)
    if not where:
        hosting.check_alone(copy_of_a_room)
        return
    with pytest.raises(BadInput, match="still answers") as caught:
        hosting.check_alone(copy_of_a_room)
    assert where in caught.value.problems[0].en


def test_the_origin_that_an_older_program_kept_is_read_and_a_broken_one_is_no_spares(
    copy_of_a_room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*_: Any) -> bytes:
        raise OSError("nobody there")

    async def nowhere(fingerprint: bytes) -> list[tuple[str, int]]:
        return []

    monkeypatch.setattr("judge_app.seat.certificate.fingerprint_of", nobody)
    monkeypatch.setattr("judge_app.seat.discovery.find_again", nowhere)
    origin = hosting.origin_of(copy_of_a_room)
    link = json.loads(origin.read_text("utf-8"))["link"]
    origin.write_text(json.dumps({"link": link}), "utf-8")
    hosting.check_alone(copy_of_a_room)
    for broken in ("", "[]", "{}", json.dumps({"link": link, "met": [["a", "b"]]})):
        origin.write_text(broken, "utf-8")
        with pytest.raises(BadInput, match="no spare's copy"):
            hosting.check_alone(copy_of_a_room)


def test_a_round_is_hosted_by_its_own_rules(tmp_path: Path) -> None:
    """A first round on paper: its own sheet, and no clock, although the contest's final has one."""
    book = openpyxl.load_workbook(SAMPLE)
    book["大赛"]["B4"], book["大赛"]["B5"] = "初赛", "shanghai-2025"
    for row in book["评委"].iter_rows(min_row=2):
        row[2].value = "评委"
    book.save(tmp_path / "contest.xlsx")
    _, setup_file, _ = hosting.new_session(tmp_path / "contest.xlsx", None, tmp_path / "sessions")
    rules = msgspec.json.decode(setup_file.read_bytes(), type=SessionSetup).rules
    assert (rules.kind, rules.timing, [one.key for one in rules.components]) == ("paper_review", None, ["paper100"])
