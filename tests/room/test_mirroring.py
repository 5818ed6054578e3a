"""The mirror of a running room: it follows without being waited for, says when its medium is away, and is whole again
once that is back; the room's signatures are in it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from judge_app.core import commands
from judge_app.room import mirroring as module
from judge_app.room.checkpoints import Checkpoints
from judge_app.room.mirroring import Mirroring, mirror_file
from judge_app.store.mirror import read_mirror
from judge_app.store.session_file import read_session
from judge_app.verify import verify_file
from tests.room.halls import WAIT_S, Hall, hall


@contextlib.asynccontextmanager
async def mirrored(folder: Path, stick: Path) -> AsyncIterator[tuple[Hall, Mirroring, Checkpoints]]:
    """A hall whose journal is mirrored to a folder."""
    async with hall(folder) as held:
        checkpoints, mirroring = Checkpoints(held.room), Mirroring(held.room, stick)
        checkpoints.signed.append(mirroring.signed)
        checkpoints.start()
        mirroring.start()
        try:
            yield held, mirroring, checkpoints
        finally:
            await checkpoints.stop()
            await mirroring.stop()


async def until(holds: Any) -> None:
    async with asyncio.timeout(WAIT_S):
        while not holds():  # noqa: ASYNC110 - it is another thread's doing
            await asyncio.sleep(0.01)


def health(held: Hall) -> Any:
    return held.room.live().health


def test_the_mirror_holds_what_the_file_holds_and_the_rooms_signatures(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()

    async def scene() -> None:
        async with mirrored(tmp_path, stick) as (held, _, checkpoints):
            device = await held.seated("judge:E2")
            await held.begin()
            await held.room.submit(held.seat("judge:E2"), device.id, device.sign(held.sheet("E2")))
            assert checkpoints.make()
            await until(lambda: health(held).checkpoint == health(held).head_seq)
            assert not checkpoints.make()  # there is nothing new
            await until(lambda: health(held).mirror == "same_disk" and health(held).mirror_lag == 0)
            assert not health(held).trouble

    asyncio.run(scene())
    path = mirror_file(stick, tmp_path / "x.roadshow")
    assert read_mirror(path) == read_session(tmp_path / "x.roadshow")
    for one in (path, tmp_path / "x.roadshow"):
        report = verify_file(one)
        assert report.ok, report.faults
        assert report.checkpoints >= 1
    assert verify_file(path).keys == verify_file(tmp_path / "x.roadshow").keys


def test_an_event_that_binds_is_signed_at_once(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()

    async def scene() -> None:
        async with mirrored(tmp_path, stick) as (held, _, _):
            await held.begin()
            before = health(held).checkpoint  # negative control: what binds nothing is not
            chair = await held.seated("chair")
            judges = [judge.no for judge in held.setup.contest.judges]
            await held.order(commands.OpenScoring())
            for no in judges:
                if no in held.room.committed.projects["1"].sheets:
                    device = await held.seated(f"judge:{no}")
                    await held.room.submit(held.seat(f"judge:{no}"), device.id, device.sign(held.sheet(no)))
            assert health(held).checkpoint == before
            receipt = await held.room.submit(
                held.seat("chair"), chair.id, chair.sign(commands.LockProject(entry_no="1"))
            )
            seq = receipt.seq  # type: ignore[union-attr]
            await until(lambda: health(held).checkpoint >= seq)
            await until(lambda: health(held).mirror_lag == 0)

    asyncio.run(scene())
    assert verify_file(mirror_file(stick, tmp_path / "x.roadshow")).checkpoints == 1


def test_a_stick_taken_out_is_said_and_filled_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    monkeypatch.setattr(module, "WATCH_S", 0.05)
    stick, away = tmp_path / "stick", tmp_path / "away"
    stick.mkdir()

    async def scene() -> None:
        async with mirrored(tmp_path, stick) as (held, _, _):
            await until(lambda: health(held).mirror == "same_disk")
            stick.rename(away)
            await until(lambda: health(held).mirror == "waiting")
            assert any("镜像盘不可用" in zh for zh, _ in health(held).trouble)
            device = await held.seated("judge:E2")  # the session goes on
            await held.begin()
            await held.room.submit(held.seat("judge:E2"), device.id, device.sign(held.sheet("E2")))
            await until(lambda: health(held).mirror_lag > 0)
            kept = read_mirror(mirror_file(away, tmp_path / "x.roadshow"))
            assert len(kept) < held.room.committed.seq
            away.rename(stick)
            await until(lambda: health(held).mirror == "same_disk" and health(held).mirror_lag == 0)
            assert not health(held).trouble

    with caplog.at_level(logging.INFO, logger="judge_app.room.mirroring"):
        asyncio.run(scene())
    assert read_mirror(mirror_file(stick, tmp_path / "x.roadshow")) == read_session(tmp_path / "x.roadshow")


def test_a_folder_that_was_never_there_is_not_made_on_this_disk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stick = tmp_path / "no stick"

    async def scene() -> None:
        async with mirrored(tmp_path, stick) as (held, _, _):
            await until(lambda: any("镜像盘不可用" in zh for zh, _ in health(held).trouble))
            assert health(held).mirror == "waiting"

    with caplog.at_level(logging.WARNING):
        asyncio.run(scene())
    assert not stick.exists()


def test_a_medium_that_hangs_delays_no_receipt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mirror's own write is held up for as long as the test likes: receipts come all the same."""
    import threading

    from judge_app.store.mirror import Mirror

    go = threading.Event()
    reached = threading.Event()

    class Hanging(Mirror):
        def append(self, records: Any) -> None:
            if records and self.head()[0] > 0:
                reached.set()
                assert go.wait(WAIT_S)
            super().append(records)

    monkeypatch.setattr(module, "Mirror", Hanging)
    monkeypatch.setattr(module, "SLOW_S", 0.0)
    monkeypatch.setattr(module, "WATCH_S", 0.05)
    stick = tmp_path / "stick"
    stick.mkdir()

    async def scene() -> None:
        async with mirrored(tmp_path, stick) as (held, _, _):
            await until(lambda: health(held).mirror == "same_disk")
            device = await held.seated("judge:E2")
            await held.begin()
            receipt = await held.room.submit(held.seat("judge:E2"), device.id, device.sign(held.sheet("E2")))
            assert hasattr(receipt, "seq")
            await until(reached.is_set)
            await until(lambda: any("镜像盘很慢" in zh for zh, _ in health(held).trouble))
            go.set()
            await until(lambda: health(held).mirror_lag == 0 and not health(held).trouble)
            monkeypatch.setattr(module, "SLOW_S", 10.0)

    asyncio.run(scene())
    assert read_mirror(mirror_file(stick, tmp_path / "x.roadshow")) == read_session(tmp_path / "x.roadshow")
