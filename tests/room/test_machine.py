"""What the host's computer may run out of is said before it hurts, and no more once it is over."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from judge_app.room import machine
from judge_app.room.machine import Machine
from tests.room.halls import hall


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (machine.disk_trouble(None), machine.disk_trouble(20)),
        (machine.disk_trouble(machine.DISK_LOW_MB), machine.disk_trouble(machine.DISK_LOW_MB - 1)),
        (machine.battery_trouble(None), machine.battery_trouble(12)),
        (machine.battery_trouble(95), machine.battery_trouble(30)),
        (machine.backup_trouble(300.0, 300.0), machine.backup_trouble(900.0, 300.0)),
        (machine.backup_trouble(None, 300.0), machine.backup_trouble(631.0, 300.0)),
        (machine.centre_trouble(30.0, 5), machine.centre_trouble(300.0, 5)),
        (machine.centre_trouble(None, 0), machine.centre_trouble(121.0, 1)),
    ],
)
def test_trouble_is_said_where_it_is_and_nowhere_else(good: object, bad: object) -> None:
    assert good is None
    assert isinstance(bad, tuple)
    assert all(bad)


def test_the_host_sees_it_come_and_go(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            now, free, left = [1000.0], [9000], [None]
            watch = Machine(held.room, 300.0, free=lambda _: free[0], left=lambda: left[0], now=lambda: now[0])
            watch.look()
            assert not held.room.live().health.trouble
            assert held.room.live().health.disk_free == 9000
            free[0], left[0] = 40, 9  # type: ignore[call-overload]
            now[0] += 800.0
            held.room.health.set_centre("waiting", 12)
            watch.look()
            now[0] += 800.0
            watch.look()
            said = " ".join(zh for zh, _ in held.room.live().health.trouble)
            assert all(word in said for word in ("40 MB", "9%", "备份", "中心库"))
            free[0], left[0] = 9000, None
            held.room.health.set(last_backup="2026-12-05T09:30:00.000Z")
            held.room.health.set_centre("ok", 0)
            watch.look()
            assert not held.room.live().health.trouble

    asyncio.run(scene())


def test_a_look_that_fails_is_said_and_the_next_one_is_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = 0

    def broken() -> int | None:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise RuntimeError("no such sensor")
        return None

    async def scene() -> None:
        async with hall(tmp_path) as held:
            watching = asyncio.create_task(Machine(held.room, None, left=broken).watch())
            async with asyncio.timeout(10):
                while not held.room.live().health.trouble:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                assert "no such sensor" in held.room.live().health.trouble[0][0]
                while held.room.live().health.trouble:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            watching.cancel()

    monkeypatch.setattr(machine, "EVERY_S", 0.05)
    with caplog.at_level(logging.ERROR):
        asyncio.run(scene())
    assert "could not be looked at" in caplog.text


def test_the_real_disk_and_battery_can_be_asked(tmp_path: Path) -> None:
    assert (machine.free_mb(tmp_path / "x") or 0) > 0
    assert machine.free_mb(tmp_path / "nowhere" / "x") is None
    left = machine.battery()
    assert left is None or 0 <= left <= 100
