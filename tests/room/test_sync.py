"""The sync fills what the centre lacks, from memory or from the journal, and calls contested only what is."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from judge_app.cli.record import send_to_centre
from judge_app.core import commands
from judge_app.core.events import PauseKind, SessionPaused
from judge_app.core.journal import Record
from judge_app.room import sync as module
from judge_app.room.opening import take_up
from judge_app.room.photos import folder_of
from judge_app.room.sync import Sync
from judge_app.store.central import Central
from judge_app.store.intake import Alarm, Pushed
from judge_app.store.session_file import read_session
from judge_app.wire.messages import Receipt
from tests.core.sessions import sheet
from tests.room.halls import WAIT_S, Hall, hall


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GATHER_S", 0.02)
    monkeypatch.setattr(module, "IDLE_S", 0.05)
    monkeypatch.setattr(module, "RETRY_S", (0.05, 0.1))


@contextlib.asynccontextmanager
async def synced(
    folder: Path, centre: Path, connect: Callable[[str], Central] | None = None
) -> AsyncIterator[tuple[Hall, Sync]]:
    async with hall(folder) as held:
        sync = Sync(held.room, url(centre), connect)
        sync.start()
        try:
            yield held, sync
        finally:
            await sync.stop()


def url(centre: Path) -> str:
    return f"sqlite:///{centre}"


async def until(held: Hall, status: str) -> None:
    async with asyncio.timeout(WAIT_S):
        while (now := held.room.live().health).centre != status or now.pending:  # noqa: ASYNC110 - another thread's doing
            await asyncio.sleep(0.01)


def equal(folder: Path, centre: Path) -> bool:
    records = read_session(folder / "x.roadshow")
    event: Any = records[0].event
    with Central.connect(url(centre)) as central:
        return central.reconcile(event.setup.session_id, records).equal


def by_hand(centre: Path, *sql: str) -> None:
    with contextlib.closing(sqlite3.connect(centre)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for one in sql:
            connection.execute(one)
        connection.commit()


def test_the_centre_gets_everything_and_says_so(tmp_path: Path) -> None:
    async def scene() -> None:
        async with synced(tmp_path, tmp_path / "c.db") as (held, _):
            await held.begin()
            await until(held, "ok")

    asyncio.run(scene())
    assert equal(tmp_path, tmp_path / "c.db")


def test_a_centre_that_lost_its_newest_events_is_filled_again_from_the_journal(tmp_path: Path) -> None:
    centre = tmp_path / "c.db"

    async def scene() -> None:
        async with synced(tmp_path, centre) as (held, sync):
            await held.begin()
            await until(held, "ok")
            assert not sync._tail  # what it has to send again is in memory no more
            lost = "SELECT hash FROM events WHERE seq = 3"
            by_hand(
                centre,
                f"UPDATE journals SET seq = 3, hash = ({lost})",
                "DELETE FROM events WHERE seq > 3",
                "DELETE FROM sessions",
            )
            assert held.room.committed.seq > 4
            await held.order(commands.ShowMessage(text="后面的"))
            await until(held, "ok")

    asyncio.run(scene())
    assert equal(tmp_path, centre)


def test_a_centre_restored_from_an_old_copy_is_filled_by_the_next_room(tmp_path: Path) -> None:
    centre, older = tmp_path / "c.db", tmp_path / "older.db"

    async def first() -> None:
        async with synced(tmp_path, centre) as (held, _):
            await until(held, "ok")

    async def second() -> None:
        async with synced(tmp_path, centre) as (held, _):
            await held.begin()
            await until(held, "ok")

    async def third() -> None:
        async with synced(tmp_path, centre) as (held, _):
            await until(held, "ok")

    asyncio.run(first())
    shutil.copyfile(centre, older)
    asyncio.run(second())
    shutil.copyfile(older, centre)
    assert not equal(tmp_path, centre)  # negative control
    asyncio.run(third())
    assert equal(tmp_path, centre)


def test_another_story_at_the_centre_is_contested_until_the_chair_says_which_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A session file restored from an old copy: what it does next contradicts what the centre has."""
    centre, older = tmp_path / "c.db", tmp_path / "older"

    async def first() -> None:
        async with synced(tmp_path, centre) as (held, _):
            await until(held, "ok")

    async def second() -> None:
        async with synced(tmp_path, centre) as (held, _):
            await held.begin()
            await until(held, "ok")

    async def third() -> None:
        recovered = SessionPaused(kind=PauseKind.RECOVERED, sheets=0, last_at="", may_lack=True)
        async with hall(tmp_path, pause=recovered) as held:
            await held.order(commands.GoOn())
            sync = Sync(held.room, url(centre))
            sync.start()
            await until(held, "contested")
            chair = await held.seated("chair")
            receipt = await held.room.submit(
                held.seat("chair"), chair.id, chair.sign(commands.ChooseChain(reason="备份后重新评的"))
            )
            assert hasattr(receipt, "seq"), receipt
            await until(held, "ok")
            await sync.stop()

    asyncio.run(first())
    shutil.copyfile(tmp_path / "x.roadshow", older)
    asyncio.run(second())
    shutil.copyfile(older, tmp_path / "x.roadshow")
    with caplog.at_level(logging.WARNING):
        asyncio.run(third())
    assert "contested" in caplog.text
    assert equal(tmp_path, centre)


class Parking(Central):
    """A centre that cannot fold something, and says so once."""

    told = False

    def push(self, session_id: str, records: Sequence[Record], host: str = "") -> Pushed:
        pushed = super().push(session_id, records, host)
        if self.told:
            return pushed
        self.told = True
        alarm = Alarm(session_id=session_id, kind="parked", host=host, epoch=1, seq=2, detail="x", raised_at="")
        return msgspec.structs.replace(pushed, alarms=(alarm,))


def test_an_event_that_the_centre_parks_is_not_contested_and_later_ones_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    centre = tmp_path / "c.db"

    async def scene() -> None:
        async with synced(tmp_path, centre, lambda url: Parking.connect(url, migrate=True)) as (held, _):
            await held.begin()
            await until(held, "ok")
            await held.order(commands.ShowMessage(text="后面的"))
            await until(held, "ok")

    with caplog.at_level(logging.ERROR):
        asyncio.run(scene())
    assert "parked" in caplog.text
    assert equal(tmp_path, centre)


def test_a_session_file_restored_from_an_old_copy_gets_its_lost_records_from_the_centre(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    centre, older = tmp_path / "c.db", tmp_path / "older"

    async def first() -> None:
        async with synced(tmp_path, centre) as (held, _):
            await until(held, "ok")

    async def second() -> None:
        async with synced(tmp_path, centre) as (held, _):
            await held.begin()
            await until(held, "ok")

    asyncio.run(first())
    shutil.copyfile(tmp_path / "x.roadshow", older)
    asyncio.run(second())
    whole = read_session(tmp_path / "x.roadshow")
    shutil.copyfile(older, tmp_path / "x.roadshow")
    assert take_up(tmp_path / "x.roadshow", by_hand=True) == SessionPaused(kind=PauseKind.OPENED, sheets=0, last_at="")
    with caplog.at_level(logging.WARNING):
        pause = take_up(tmp_path / "x.roadshow", by_hand=True, central=url(centre))
    assert pause is not None
    assert (pause.kind, pause.source) == (PauseKind.RECOVERED, "centre")
    assert read_session(tmp_path / "x.roadshow") == whole


def test_the_centre_of_an_older_program_helps_a_recovery_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    centre, older = tmp_path / "c.db", tmp_path / "older"

    async def scene(*more: commands.AnyCommand) -> None:
        async with synced(tmp_path, centre) as (held, _):
            for command in more:
                await held.order(command)
            await until(held, "ok")

    asyncio.run(scene())
    shutil.copyfile(tmp_path / "x.roadshow", older)
    asyncio.run(scene(commands.ShowMessage(text="后面的")))
    whole = read_session(tmp_path / "x.roadshow")
    shutil.copyfile(older, tmp_path / "x.roadshow")
    with contextlib.closing(sqlite3.connect(centre)) as database:
        database.executescript("DROP TABLE photos; UPDATE judge_app_version SET version_num = '0001'")
    with caplog.at_level(logging.WARNING):
        pause = take_up(tmp_path / "x.roadshow", by_hand=True, central=url(centre))
    assert pause is not None
    assert pause.source == "centre"
    assert read_session(tmp_path / "x.roadshow") == whole


def test_photos_go_to_the_centre_and_come_back_from_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    centre = tmp_path / "c.db"
    jpeg = b"\xff\xd8\xff" + bytes(range(256))
    name = hashlib.sha256(jpeg).hexdigest()
    own = folder_of(tmp_path / "x.roadshow") / f"{name}.jpg"

    async def first() -> None:
        async with synced(tmp_path, centre) as (held, _):
            scorer = await held.seated("scorer")
            await held.begin()
            await asyncio.to_thread(held.room.photos.keep, name, jpeg)
            points = sheet(held.setup, "E2", 0.5)
            entered = commands.EnterPaper(entry_no="1", judge="E2", revision=0, points=points, name="吴计", photo=name)
            answer = await held.room.submit(held.seat("scorer"), scorer.id, scorer.sign(entered))
            assert isinstance(answer, Receipt)

    async def second() -> None:
        async with synced(tmp_path, centre) as (held, _):
            async with asyncio.timeout(WAIT_S):
                while not held.room.photos.known(name):  # noqa: ASYNC110 - another thread's doing
                    await asyncio.sleep(0.01)

    asyncio.run(first())
    with Central.connect(url(centre)) as central:
        (session_id,) = [one.session_id for one in central.journals()]
        assert central.photo(session_id, name) == jpeg
    own.unlink()
    with caplog.at_level(logging.WARNING):
        asyncio.run(second())
    assert own.read_bytes() == jpeg
    assert "came back from the centre" in caplog.text


class Slow(Central):
    """A centre whose first photo takes until it is let through; it keeps the order in which things come."""

    came: list[str]
    reached: threading.Event
    go: threading.Event

    def push(self, session_id: str, records: Sequence[Record], host: str = "") -> Pushed:
        self.came.append("records")
        return super().push(session_id, records, host)

    def keep_photo(self, session_id: str, digest: str, data: bytes) -> None:
        self.came.append("photo")
        self.reached.set()
        assert self.go.wait(WAIT_S)
        super().keep_photo(session_id, digest, data)


def test_a_record_goes_to_the_centre_before_the_photos_that_wait(tmp_path: Path) -> None:
    came: list[str] = []
    reached, go = threading.Event(), threading.Event()

    def connect(url: str) -> Central:
        central = Slow.connect(url, migrate=True)
        central.came, central.reached, central.go = came, reached, go
        return central

    async def scene() -> None:
        async with hall(tmp_path, automatic=True) as held:
            scorer = await held.seated("scorer")
            await held.begin()
            for number, judge in enumerate(("E2", "E3", "P1")):
                jpeg = b"\xff\xd8\xff" + bytes([number]) * 256
                name = hashlib.sha256(jpeg).hexdigest()
                if judge != "P1":  # one that is nowhere holds up no other, nor the end
                    await asyncio.to_thread(held.room.photos.keep, name, jpeg)
                else:
                    held.room.photos._kept.add(name)
                points = sheet(held.setup, judge, 0.5)
                entered = commands.EnterPaper(
                    entry_no="1", judge=judge, revision=0, points=points, name="吴计", photo=name
                )
                answer = await held.room.submit(held.seat("scorer"), scorer.id, scorer.sign(entered))
                assert isinstance(answer, Receipt)
            sync = Sync(held.room, url(tmp_path / "c.db"), connect)
            sync.start()
            assert await asyncio.to_thread(reached.wait, WAIT_S)
            assert came == ["records", "photo"]
            await held.order(commands.ShowMessage(text="后面的"))
            go.set()
            await until(held, "ok")
            await sync.stop()

    asyncio.run(scene())
    assert came == ["records", "photo", "records", "photo"]
    assert equal(tmp_path, tmp_path / "c.db")


def test_photos_of_a_session_that_is_over_are_sent_with_its_records(tmp_path: Path) -> None:
    jpeg = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    name = hashlib.sha256(jpeg).hexdigest()

    async def scene() -> None:
        async with hall(tmp_path) as held:
            scorer = await held.seated("scorer")
            await held.begin()
            await asyncio.to_thread(held.room.photos.keep, name, jpeg)
            points = sheet(held.setup, "E2", 0.5)
            entered = commands.EnterPaper(entry_no="1", judge="E2", revision=0, points=points, name="吴计", photo=name)
            await held.room.submit(held.seat("scorer"), scorer.id, scorer.sign(entered))

    asyncio.run(scene())
    centre = tmp_path / "c.db"
    for _ in range(2):
        assert send_to_centre(url(centre), tmp_path / "x.roadshow")
        with Central.connect(url(centre)) as central:
            assert [central.photos(one.session_id) for one in central.journals()] == [{name}]
