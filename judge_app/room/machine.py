"""What the host's computer itself may run out of, and copies that are late: said before it hurts."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from judge_app.room.decks import DeckReports, notes_of, trouble_of
from judge_app.room.room import Room

log = logging.getLogger(__name__)

EVERY_S = 5.0
DISK_LOW_MB = 500
"""A session takes some MB; less than this, and something else is filling the disk."""
BATTERY_LOW = 30
"""Percent, while not on mains."""
CENTRE_LATE_S = 120.0
"""How long events may wait for the centre before that is said."""

Text = tuple[str, str]


def free_mb(path: Path) -> int | None:
    """MB free on the disk of a file; None where that cannot be told."""
    try:
        return shutil.disk_usage(path.parent).free // 1_000_000
    except OSError:
        return None


def battery() -> int | None:
    """Percent left while this computer runs on its battery; None on mains, or without a battery."""
    sensors = getattr(psutil, "sensors_battery", None)
    found = None if sensors is None else sensors()
    return None if found is None or found.power_plugged is not False else round(found.percent)


def disk_trouble(free: int | None) -> Text | None:
    if free is None or free >= DISK_LOW_MB:
        return None
    return (
        f"主机磁盘只剩 {free} MB：请腾出空间，写满后将停止接收",
        f"only {free} MB are free on this computer: make room; once the disk is full nothing can be accepted",
    )


def battery_trouble(left: int | None) -> Text | None:
    if left is None or left > BATTERY_LOW:
        return None
    return f"主机电池只剩 {left}%：请接上电源", f"the battery of this computer is at {left} %: plug it in"


def backup_trouble(age_s: float | None, every_s: float) -> Text | None:
    """``age_s`` since the last verified copy, or since the room began; two turns may be missed."""
    if age_s is None or age_s <= 2 * every_s + 30:
        return None
    minutes = round(age_s / 60)
    return (
        f"已有 {minutes} 分钟没有核对过的备份：请检查磁盘空间和备份文件夹",
        f"no verified copy for {minutes} minutes: look at the disk and the folder of the copies",
    )


def centre_trouble(waiting_s: float | None, pending: int) -> Text | None:
    if waiting_s is None or waiting_s <= CENTRE_LATE_S:
        return None
    return (
        f"中心库已 {round(waiting_s / 60)} 分钟连不上，{pending} 条记录待传：评审照常，恢复后会自动补传",
        f"the centre has been away for {round(waiting_s / 60)} minutes, {pending} records wait: the session goes on, they"
        " are sent by themselves",
    )


def watch_trouble(error: Exception) -> Text:
    return (
        f"主机状态（磁盘、电池、备份、中心库）暂时无法查看：{error}",
        f"disk, battery, copies and centre of this computer cannot be watched just now: {error}",
    )


class Machine:
    """Looks every few seconds. ``backup_every_s`` None: no copies are made."""

    def __init__(
        self,
        room: Room,
        backup_every_s: float | None,
        *,
        free: Callable[[Path], int | None] = free_mb,
        left: Callable[[], int | None] = battery,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._room = room
        self._every_s = backup_every_s
        self._free, self._left, self._now = free, left, now
        self._backup = ("", now())
        self._centre_since: float | None = None
        self._decks = DeckReports(room.file.path)

    async def watch(self) -> None:
        """Until cancelled. A look that fails is said: what was seen last must not stand as if it were seen now."""
        while True:
            try:
                self.look()
            except Exception as error:  # whatever a system's sensors come up with
                log.exception("this computer could not be looked at")
                self._room.health.set_trouble("watch", watch_trouble(error))
            else:
                self._room.health.set_trouble("watch", None)
            await asyncio.sleep(EVERY_S)

    def look(self) -> None:
        """Once."""
        room, now = self._room, self._now()
        free, left = self._free(room.file.path), self._left()
        room.health.set(disk_free=free, battery=left)
        room.health.set_trouble("disk", disk_trouble(free))
        room.health.set_trouble("battery", battery_trouble(left))
        report = self._decks.read()
        room.health.set(decks=notes_of(report))
        room.health.set_trouble("decks", trouble_of(report))
        health = room.live().health
        if health.last_backup != self._backup[0]:
            self._backup = (health.last_backup, now)
        if self._every_s is not None:
            room.health.set_trouble("backup_late", backup_trouble(now - self._backup[1], self._every_s))
        waiting = health.centre == "waiting" and health.pending > 0
        self._centre_since = (self._centre_since or now) if waiting else None
        since = None if self._centre_since is None else now - self._centre_since
        room.health.set_trouble("centre", centre_trouble(since, health.pending))
