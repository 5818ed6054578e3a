"""The photos of paper sheets once more: beside the backups and beside the mirror, under their hashes.

Whatever the journal names is copied there, is read back before it counts, and comes back from there where the session's
own folder has lost it. What is nowhere whole is said to the host. The work is done on a thread beside the loop.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from judge_app.core import events
from judge_app.core.contest import Struct
from judge_app.core.journal import Record
from judge_app.room.mirroring import mirror_file
from judge_app.room.photos import PhotoFolder
from judge_app.room.room import Room

log = logging.getLogger(__name__)

EVERY_S = 5.0
"""How often it is looked whether every copy has every photo; a new one is copied at once."""

STOP_S = 5.0
"""How long the end of a room waits for the last copies."""


class Look(Struct, frozen=True):
    """What was found: photos that are nowhere whole, how many came back from a copy, and copies that cannot be written
    (folder, why)."""

    lost: tuple[str, ...]
    restored: int
    problems: tuple[tuple[str, str], ...]


class PhotoCopies:
    """Keeps the photos of a room's session in ``backups`` and ``mirror``, the folders that hold its copies."""

    def __init__(self, room: Room, *, backups: Path | None, mirror: Path | None) -> None:
        self._room = room
        self._mirror = None if mirror is None else mirror_file(mirror, room.file.path)
        self._backups = backups
        stem = room.file.path.stem
        self._beside_backups = None if backups is None else PhotoFolder(backups / f"{stem}.papers")
        self._beside_mirror = None if self._mirror is None else PhotoFolder(self._mirror.with_name(f"{stem}.papers"))
        self._wake = asyncio.Event()
        self._one_at_a_time = threading.Lock()
        self._restored = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with what the journal names."""
        self._room.new_records.append(self._hear)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Copy what is not copied yet, if the media take it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._turn(), STOP_S)

    def _hear(self, records: Sequence[Record]) -> None:
        if any(isinstance(record.event, events.PaperEntered) and record.event.photo for record in records):
            self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            await self._turn()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY_S)

    async def _turn(self) -> None:
        names = tuple(self._room.named_photos)
        if not names:
            return
        try:
            found = await self._beside(names)
        except Exception:  # a mistake of ours must not end the room's other copies
            log.exception("the photos could not be looked at")
            return
        self._restored += found.restored
        self._room.set_trouble("photos", _trouble(found, self._restored))

    async def _beside(self, names: Sequence[str]) -> Look:
        """``look``, on a thread that a medium which hangs may keep for ever: nobody waits for its end."""
        looked: concurrent.futures.Future[Look] = concurrent.futures.Future()

        def run() -> None:
            with self._one_at_a_time:
                if not looked.set_running_or_notify_cancel():
                    return
                try:
                    looked.set_result(self.look(names))
                except Exception as error:
                    looked.set_exception(error)

        threading.Thread(target=run, name="photos", daemon=True).start()
        return await asyncio.wrap_future(looked)

    def look(self, names: Sequence[str]) -> Look:
        """Bring every copy, and the session's own folder, up to what the journal names."""
        own = self._room.photos
        copies = self._copies()
        problems: dict[str, str] = {}
        lost: list[str] = []
        restored = 0
        for name in names:
            try:
                if not own.folder.has(name):
                    data = next((held for copy in copies if (held := _read(copy, name, problems)) is not None), None)
                    if data is None:
                        lost.append(name)
                        continue
                    log.warning("photo %s was missing or damaged; it came back from a copy", name)
                    own.put_back(name, data)
                    restored += 1
            except OSError as problem:
                problems[str(own.folder.path)] = str(problem)
                continue
            for copy in copies:
                try:
                    if not copy.has(name):
                        _copy(own.folder, copy, name)
                except OSError as problem:
                    problems[str(copy.path)] = str(problem)
        return Look(lost=tuple(lost), restored=restored, problems=tuple(problems.items()))

    def _copies(self) -> list[PhotoFolder]:
        """Where copies are kept now: with a backup, and with the mirror where its medium is in (a folder that a stick
        left behind is none: the mirror says that it is away)."""
        found = []
        if self._beside_backups is not None and self._backups is not None and self._backups.is_dir():
            found.append(self._beside_backups)
        if self._beside_mirror is not None and self._mirror is not None and self._mirror.is_file():
            found.append(self._beside_mirror)
        return found


def _read(copy: PhotoFolder, name: str, problems: dict[str, str]) -> bytes | None:
    try:
        return copy.read(name)
    except OSError as problem:
        problems[str(copy.path)] = str(problem)
        return None


def _copy(own: PhotoFolder, copy: PhotoFolder, name: str) -> None:
    data = own.read(name)
    if data is None:
        raise OSError("the photo has changed under the copy")
    copy.put(name, data)
    if copy.read(name) != data:
        raise OSError("what was written does not read back")


def _trouble(found: Look, restored: int) -> tuple[str, str] | None:
    if found.lost:
        listed = ", ".join(name[:8] for name in found.lost)
        return (
            f"{len(found.lost)} 张纸质表照片缺失或损坏，各处副本中也没有（{listed}）；已记录的分数不受影响，请妥善保管纸质原件",
            f"{len(found.lost)} photos of paper sheets are missing or damaged, here and in every copy ({listed}); what was"
            " recorded stands: keep the paper itself",
        )
    if found.problems:
        folder, why = found.problems[0]
        return (
            f"纸质表照片不能写入或读取：{folder}（{why}）；请检查该磁盘，会自动重试",
            f"the photos of paper sheets cannot be written or read in {folder} ({why}): look at that disk; it is tried"
            " again",
        )
    if restored:
        return (
            f"{restored} 张纸质表照片曾缺失或损坏，已从副本补回",
            f"{restored} photos of paper sheets were missing or damaged and came back from a copy",
        )
    return None
