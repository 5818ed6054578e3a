"""A room whose file was hit comes back paused with all that can be proved, keeps the hit file, and gets the rest from the
judges' outboxes: real room processes, real kills, flipped bytes. Each check has one that must fail."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from judge_app import launch
from judge_app.core import commands, overall
from judge_app.core.events import PauseKind, SessionPaused, SessionResumed, SheetSubmitted
from judge_app.core.journal import first_break
from judge_app.core.views import HostView
from judge_app.room.mirroring import mirror_file
from judge_app.seat.connection import SeatConnection
from judge_app.store.backups import Backups
from judge_app.store.journal_table import SCHEMA
from judge_app.store.mirror import last_seq
from judge_app.store.session_file import read_session
from judge_app.wire.messages import Receipt
from tests.faults.rooms import Hall, RoomProcess, hall, points_for

JUDGES = 3


class Copied(Hall):
    """A hall whose room mirrors and backs up, and can be started by the host's hand."""

    mirrored = True

    def start(self, *more: str) -> None:  # type: ignore[override]
        stick = self.folder / "stick"
        stick.mkdir(exist_ok=True)
        arguments = ["room", str(self.file), "--port", str(self.port), "--ready", *more]
        arguments += ["--backups", str(self.folder / "backups")]
        if self.mirrored:
            arguments += ["--mirror", str(stick)]
        if not self.file.exists() and not list(stick.iterdir()) and not (self.folder / "backups").exists():
            arguments += ["--setup", str(self.setup_file)]
        self.room = RoomProcess(arguments, self.log, self.program)
        self.port = self.room.ready["port"]

    @property
    def mirror(self) -> Path:
        return mirror_file(self.folder / "stick", self.file)

    async def sheets(self, entry_no: str, count: int = JUDGES) -> list[Receipt]:
        """A project is heard and the first judges' sheets are recorded."""
        await self.give("host", commands.CallProject(entry_no=entry_no))
        await self.give("host", commands.StartPhase(phase="presentation"))
        judges = [judge.no for judge in self.setup.contest.judges][:count]
        for no in judges:
            await self.seats[f"judge:{no}"][1].until(lambda view: entry_no in view.open)
        given = [
            self.give(
                f"judge:{no}",
                commands.SubmitSheet(entry_no=entry_no, revision=0, points=points_for(self.setup, no, 12)),
            )
            for no in judges
        ]
        made = list(await asyncio.gather(*given))
        assert all(isinstance(one, Receipt) for one in made), made
        await self.give("host", commands.OpenScoring())
        return made

    async def until_mirrored(self, seq: int) -> None:
        async with asyncio.timeout(30):
            while last_seq(self.mirror) < seq:  # noqa: ASYNC110 - it is another process's doing
                await asyncio.sleep(0.02)

    async def sit(self) -> None:
        """Host and judges are there."""
        self.join("host", *(f"judge:{judge.no}" for judge in self.setup.contest.judges[:JUDGES]))
        await self.seated()

    async def paused(self) -> HostView:
        ear = self.seats["host"][1]
        await ear.until(lambda view: view.paused is not None)
        assert isinstance(ear.view, HostView)
        return ear.view


def played(tmp_path: Path, story: Callable[[Copied], Any]) -> Copied:
    held: list[Copied] = []

    async def run() -> None:
        async with hall(tmp_path, kind=Copied) as made:
            assert isinstance(made, Copied)
            held.append(made)
            await story(made)

    asyncio.run(run())
    return held[0]


def check_history(file: Path, receipts: list[Receipt]) -> None:
    """Receipts ⊆ store · one sheet a judge, project and revision · the chain holds · the replay is sane."""
    records = read_session(file)
    assert first_break(records) is None
    stored = {record.seq: record for record in records}
    for receipt in receipts:
        record = stored[receipt.seq]
        assert record.hash.hex() == receipt.hash
        assert (record.body.command_id, record.body.command_digest) == (receipt.command_id, receipt.digest)
    sheets = [record.event for record in records if isinstance(record.event, SheetSubmitted)]
    assert len({(sheet.entry_no, sheet.judge, sheet.revision) for sheet in sheets}) == len(sheets)
    overall.replay(records)


def flip(path: Path, dice: random.Random, count: int = 40, start: int = 4096) -> None:
    """Turn bits over, in the pages behind the first."""
    content = bytearray(path.read_bytes())
    for _ in range(count):
        content[dice.randrange(start, len(content))] ^= dice.randrange(1, 256)
    path.write_bytes(content)


def flip_all(file: Path, dice: random.Random) -> None:
    """Hit a session file and its log."""
    for path in (Path(f"{file}-wal"), file):
        if path.exists() and path.stat().st_size > 8192:
            flip(path, dice)


def restore(file: Path, older: Path) -> None:
    """Put an older copy in a session file's place, as somebody does who means well."""
    for tail in ("-wal", "-shm"):
        Path(f"{file}{tail}").unlink(missing_ok=True)
    shutil.copyfile(older, file)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hit_file_is_put_together_from_the_mirror_and_the_host_goes_on(tmp_path: Path, seed: int) -> None:
    receipts: list[Receipt] = []
    hit = b""

    async def story(held: Copied) -> None:
        nonlocal hit
        await held.sit()
        receipts.extend(await held.sheets("1"))
        await held.until_mirrored(max(one.seq for one in receipts))
        await asyncio.to_thread(held.kill)
        flip_all(held.file, random.Random(seed))
        hit = held.file.read_bytes()
        await asyncio.to_thread(held.start)
        view = await held.paused()
        assert view.paused is not None
        assert view.paused.kind is PauseKind.RECOVERED
        assert view.paused.sheets == JUDGES
        assert view.paused.may_lack
        assert (held.folder / view.paused.kept).read_bytes() == hit
        # Nothing is taken until the host goes on: a judge's sheet waits at his seat.
        refused = await held.give("host", commands.OpenScoring())
        assert refused.code == "paused"
        assert isinstance(await held.give("host", commands.GoOn()), Receipt)
        await held.seats["host"][1].until(lambda view: view.paused is None)
        receipts.extend(await held.sheets("2"))

    held = played(tmp_path, story)
    check_history(held.file, receipts)
    stored = [record.event for record in read_session(held.file)]
    assert any(isinstance(event, SessionPaused) for event in stored)
    assert any(isinstance(event, SessionResumed) for event in stored)


async def renewed(seat: SeatConnection, old: Receipt) -> Receipt:
    """The receipt of the same command after it was sent, and recorded, once more."""
    async with asyncio.timeout(30):
        while (now := seat.receipts()[old.command_id]).hash == old.hash:  # noqa: ASYNC110 - it is another process's doing
            await asyncio.sleep(0.02)
    return now


def test_what_no_copy_here_knows_comes_from_the_judges_outboxes(tmp_path: Path) -> None:
    """The file and the mirror are lost, a backup from before the sheets is what there is: the receipts bring them back."""
    receipts: list[Receipt] = []
    again: list[Receipt] = []

    async def story(held: Copied) -> None:
        await held.sit()
        receipts.extend(await held.sheets("1"))
        backup = Backups(held.folder / "backups", held.file.stem).list()[-1]
        assert backup.seq < min(one.seq for one in receipts)
        await asyncio.to_thread(held.kill)
        for path in held.folder.glob("x.roadshow*"):
            if path.suffix != ".key":
                path.unlink()
        shutil.rmtree(held.folder / "stick")
        held.mirrored = False
        await asyncio.to_thread(held.start)
        # The devices were enrolled after the backup: the host, on his own computer, is in at once.
        view = await held.paused()
        assert view.paused is not None
        assert view.paused.sheets == 0  # negative control: the backup has none of them
        assert isinstance(await held.give("host", commands.GoOn()), Receipt)
        await held.give("host", commands.CallProject(entry_no="1"))
        await held.give("host", commands.StartPhase(phase="presentation"))
        for judge, one in zip(held.setup.contest.judges[:JUDGES], receipts, strict=True):
            # What a seat's window shows is from before the loss until it is back: the new receipt says that it is.
            again.append(await renewed(held.seats[f"judge:{judge.no}"][0], one))

    held = played(tmp_path, story)
    assert [one.command_id for one in again] == [one.command_id for one in receipts]
    check_history(held.file, again)
    state = overall.replay(read_session(held.file))
    for judge in held.setup.contest.judges[:JUDGES]:
        assert state.projects["1"].sheets[judge.no].points == points_for(held.setup, judge.no, 12)


def test_records_lost_from_the_end_of_a_sound_file_come_back_from_the_mirror(tmp_path: Path) -> None:
    receipts: list[Receipt] = []

    async def story(held: Copied) -> None:
        await held.sit()
        await asyncio.to_thread(held.room.stop)
        shutil.copyfile(held.file, held.folder / "older")
        await asyncio.to_thread(held.start)
        receipts.extend(await held.sheets("1"))
        await held.until_mirrored(max(one.seq for one in receipts))
        await asyncio.to_thread(held.kill)
        restore(held.file, held.folder / "older")
        shutil.copyfile(held.file, held.folder / "looked-at.roadshow")
        with pytest.raises(KeyError):  # negative control: as it lies there the receipts are not in it
            check_history(held.folder / "looked-at.roadshow", receipts)
        await asyncio.to_thread(held.start)
        view = await held.paused()
        assert view.paused is not None
        assert view.paused.sheets == JUDGES
        assert view.paused.source == held.mirror.name

    held = played(tmp_path, story)
    check_history(held.file, receipts)


def test_a_session_opened_by_hand_begins_with_what_it_holds(tmp_path: Path) -> None:
    async def story(held: Copied) -> None:
        await held.sit()
        receipts = await held.sheets("1")
        assert held.seats["host"][1].view.paused is None  # type: ignore[union-attr]
        await asyncio.to_thread(held.room.stop)
        await asyncio.to_thread(lambda: held.start("--pause"))
        view = await held.paused()
        assert view.paused is not None
        assert (view.paused.kind, view.paused.sheets, view.paused.may_lack) == (PauseKind.OPENED, len(receipts), False)
        assert view.next_step.step == "go_on"
        waits = asyncio.create_task(held.sheets("2"))  # the host's wishes are refused while it is paused
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(waits, 1)
        assert isinstance(await held.give("host", commands.GoOn()), Receipt)
        await held.sheets("2")

    played(tmp_path, story)


def test_the_clock_stands_in_a_session_opened_by_hand(tmp_path: Path) -> None:
    async def story(held: Copied) -> None:
        await held.sit()
        await held.give("host", commands.CallProject(entry_no="1"))
        await held.give("host", commands.StartPhase(phase="presentation"))
        await asyncio.to_thread(held.kill)
        await asyncio.to_thread(lambda: held.start("--pause"))
        view = await held.paused()
        assert view.clock is not None
        assert view.clock.held == "technical"

    played(tmp_path, story)


def _room(file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "judge_app", "room", str(file), *more]
    return subprocess.run(
        command, env=launch.environment(), capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )


def test_a_newer_file_and_one_in_use_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    async def story(held: Copied) -> None:
        await held.sit()
        second = await asyncio.to_thread(_room, held.file)
        assert second.returncode == 2
        assert str(held.room.pid) in second.stderr

    held = played(tmp_path, story)
    content = bytearray(held.file.read_bytes())
    content[60:64] = (SCHEMA + 1).to_bytes(4, "big")
    held.file.write_bytes(content)
    newer = _room(held.file, "--backups", str(tmp_path / "backups"))
    assert newer.returncode == 2
    assert "newer" in newer.stderr
    assert held.file.read_bytes() == bytes(content)
    assert not list(tmp_path.glob("*.damaged-*"))


def test_a_damaged_file_without_any_copy_is_kept_and_refused(tmp_path: Path) -> None:
    async def story(held: Copied) -> None:
        await held.sit()

    held = played(tmp_path, story)
    content = b"SQLite format 3\0" + os.urandom(8192)
    held.file.write_bytes(content)
    for path in tmp_path.glob("*-wal"):
        path.unlink()
    refused = _room(held.file)
    assert refused.returncode == 2
    assert held.file.read_bytes() == content


def drop_a_trigger(file: Path) -> None:
    """A hand in the file: every record is still there, and the file is not to be trusted."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TRIGGER journal_no_update")
        connection.commit()


def start_and_kill(command: list[str], folder: Path, sign: str) -> None:
    """Start a room and kill it as soon as a file of that name is there."""
    process = subprocess.Popen(command, env=launch.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    began = time.monotonic()
    while not list(folder.glob(sign)) and time.monotonic() - began < 60:
        time.sleep(0.0005)
    process.send_signal(signal.SIGKILL)
    process.wait(10)


@pytest.mark.parametrize("copied", [True, False])
def test_a_room_killed_while_it_recovers_recovers_again(tmp_path: Path, copied: bool) -> None:
    """Killed as soon as the new file is begun, is there, and the damaged one has its new name; also without a copy."""
    receipts: list[Receipt] = []

    async def story(held: Copied) -> None:
        await held.sit()
        receipts.extend(await held.sheets("1"))
        await held.until_mirrored(max(one.seq for one in receipts))
        await asyncio.to_thread(held.room.stop)
        drop_a_trigger(held.file)
        if not copied:
            held.mirrored = False
            shutil.rmtree(held.folder / "stick")
            shutil.rmtree(held.folder / "backups")
        more = ["--mirror", str(held.folder / "stick")] if copied else []
        command = launch.command(["room", str(held.file), "--port", str(held.port), *more])
        for sign in ("x.recovered.roadshow.new", "x.recovered.roadshow", "x.damaged-*.roadshow"):
            await asyncio.to_thread(start_and_kill, command, held.folder, sign)
        await asyncio.to_thread(held.start)
        view = await held.paused()
        assert view.paused is not None
        assert view.paused.sheets == JUDGES

    held = played(tmp_path, story)
    check_history(held.file, receipts)
