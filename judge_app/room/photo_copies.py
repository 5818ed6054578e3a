"""The photos of paper sheets once more: beside the backups and beside the mirror, under their hashes.

Whatever the journal names is copied there, is read back before it counts, and comes back from there where the session's
own folder has lost it. What is nowhere whole is said to the host. Every folder has a thread of its own beside the loop: a
medium that hangs is said too, and holds up no other.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import enum
import functools
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic

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

TURN_S = 2.0
"""How long a look waits for a folder; one that is still at work goes on, and the others do not wait for it."""

ANSWER_S = 10.0
"""How long a folder may be at one photo before it counts as one that does not answer."""


class Look(Struct, frozen=True):
    """What was found: photos that are nowhere whole, how many have come back from a copy so far, folders that cannot be
    written (folder, why), folders that do not answer, and whether a folder is still at work."""

    lost: tuple[str, ...]
    restored: int
    problems: tuple[tuple[str, str], ...]
    silent: tuple[str, ...] = ()
    more: bool = False


class PhotoCopies:
    """Keeps the photos of a room's session in ``backups`` and ``mirror``, the folders that hold its copies."""

    def __init__(self, room: Room, *, backups: Path | None, mirror: Path | None) -> None:
        self._room = room
        stem = room.file.path.stem
        self._own = _Place(room.photos.folder, lambda: True)  # where no folder is, one is made
        self._copies: list[_Place] = []
        # With a backup, and with the mirror where its medium is in: a folder that a stick left behind is none, and the
        # mirror says that it is away.
        if backups is not None:
            self._copies.append(_Place(PhotoFolder(backups / f"{stem}.papers"), backups.is_dir))
        if mirror is not None:
            file = mirror_file(mirror, room.file.path)
            self._copies.append(_Place(PhotoFolder(file.with_name(f"{stem}.papers")), file.is_file))
        self._wake = asyncio.Event()
        self._restored = 0
        self._putting_back = threading.Lock()
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
            async with asyncio.timeout(STOP_S):
                while await self._turn():
                    pass

    def _hear(self, records: Sequence[Record]) -> None:
        if any(isinstance(record.event, events.PaperEntered) and record.event.photo for record in records):
            self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            await self._turn()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY_S)

    async def _turn(self) -> bool:
        """A look, of which the host is told; whether a folder is still at work."""
        names = tuple(self._room.named_photos)
        if not names:
            return False
        try:
            found = await self.look(names)
        except Exception:  # a mistake of ours must not end the room's other copies
            log.exception("the photos could not be looked at")
            return False
        self._room.health.set_trouble("photos", _trouble(found))
        return found.more

    async def look(self, names: Sequence[str]) -> Look:
        """Bring every copy, and the session's own folder, up to what the journal names."""
        whole: set[str] = set()
        missing: set[str] = set()
        held: set[str] = set()
        states = {self._own: await self._own.ask(lambda: self._check(names, whole, missing))}
        lost = [name for name in names if name in missing]
        if lost:
            states |= await self._ask(lambda copy: self._restore(copy, lost, held, whole))
            asked_all = _State.BUSY not in states.values()
            lost = [name for name in lost if asked_all and name not in held]
        given = [name for name in names if name in whole]
        states |= await self._ask(lambda copy: self._complete(copy, given))
        places = (self._own, *self._copies)
        return Look(
            lost=tuple(lost),
            restored=self._restored,
            problems=tuple((str(place.folder.path), place.problem) for place in places if place.problem),
            silent=tuple(str(place.folder.path) for place in places if states[place] is _State.SILENT),
            more=_State.BUSY in states.values(),
        )

    async def _ask(self, act: Callable[[_Place], None]) -> dict[_Place, _State]:
        """Have something done in the folders of the copies, side by side."""
        states = await asyncio.gather(*(copy.ask(functools.partial(act, copy)) for copy in self._copies))
        return dict(zip(self._copies, states, strict=True))

    # on the folders' threads

    def _check(self, names: Sequence[str], whole: set[str], missing: set[str]) -> None:
        """Which photos the session's own folder has."""
        with self._own.afresh():
            for name in self._own.one_by_one(names):
                with self._own.said():
                    (whole if self._own.folder.has(name) else missing).add(name)

    def _restore(self, copy: _Place, lost: Sequence[str], held: set[str], whole: set[str]) -> None:
        """Bring back from a copy what the session's own folder has lost; ``held`` are those that a copy has."""
        with copy.said():
            if not copy.is_there():
                return
            for name in copy.one_by_one(lost):
                with copy.said():
                    data = copy.folder.read(name)
                    if data is not None:
                        held.add(name)
                        self._put_back(name, data, whole)

    def _put_back(self, name: str, data: bytes, whole: set[str]) -> None:
        with self._putting_back, self._own.said():
            if not self._own.folder.has(name):
                self._room.photos.put_back(name, data)
                log.warning("photo %s was missing or damaged; it came back from a copy", name)
                self._restored += 1
            whole.add(name)

    def _complete(self, copy: _Place, given: Sequence[str]) -> None:
        """Copy what a copy lacks."""
        with copy.afresh():
            if not copy.is_there():
                return
            for name in copy.one_by_one(given):
                with copy.said():
                    if not copy.folder.has(name):
                        _copy(self._own.folder, copy.folder, name)


class _State(enum.Enum):
    """How far a folder's thread is."""

    DONE = "done"
    BUSY = "busy"
    SILENT = "silent"


class _Place:
    """A folder that is used on a thread of its own, one at a time. A medium that hangs may keep it for ever: nobody waits
    for its end, and nothing more is asked of that folder until it comes."""

    def __init__(self, folder: PhotoFolder, is_there: Callable[[], bool]) -> None:
        self.folder = folder
        self.is_there = is_there
        self.problem = ""
        """What its disk raised since it was last looked at from the beginning."""
        self._noted = ""
        self._done: concurrent.futures.Future[Exception | None] | None = None
        self._silent = False
        self._moved = 0.0

    async def ask(self, act: Callable[[], None]) -> _State:
        """Have something done on the folder's thread, once that is free; raises what an ``act`` raises. It is not begun
        where the thread is still busy with what it was asked before."""
        if self._done is not None and (state := await self._wait(self._done)) is not _State.DONE:
            return state
        done: concurrent.futures.Future[Exception | None] = concurrent.futures.Future()

        def run() -> None:
            try:
                act()
            except Exception as error:
                done.set_result(error)
            else:
                done.set_result(None)

        done.set_running_or_notify_cancel()
        self._done, self._moved = done, monotonic()
        threading.Thread(target=run, name=f"photos in {self.folder.path}", daemon=True).start()
        return await self._wait(done)

    async def _wait(self, done: concurrent.futures.Future[Exception | None]) -> _State:
        if not self._hangs(done):
            waited = asyncio.wrap_future(done)
            try:
                await asyncio.wait([waited], timeout=TURN_S)
            finally:
                waited.cancel()  # the thread goes on
        if done.done():
            self._done, self._silent = None, False
            error = done.result()
            if error is not None:
                raise error
            return _State.DONE
        if not self._hangs(done):
            return _State.BUSY
        if not self._silent:
            log.warning("the photos' folder %s does not answer", self.folder.path)
        self._silent = True
        return _State.SILENT

    def _hangs(self, done: concurrent.futures.Future[Exception | None]) -> bool:
        return not done.done() and monotonic() - self._moved > ANSWER_S

    # on the thread

    def one_by_one(self, names: Sequence[str]) -> Iterator[str]:
        """The names, of which each is a sign that the folder answers."""
        for name in names:
            self._moved = monotonic()
            yield name

    @contextlib.contextmanager
    def said(self) -> Iterator[None]:
        """What the disk raises is noted."""
        try:
            yield
        except OSError as problem:
            self._noted = self.problem = str(problem)

    @contextlib.contextmanager
    def afresh(self) -> Iterator[None]:
        """As ``said``, for a look at everything: where nothing is raised, what was noted before is over."""
        self._noted = ""
        with self.said():
            yield
        self.problem = self._noted


def _copy(own: PhotoFolder, copy: PhotoFolder, name: str) -> None:
    data = own.read(name)
    if data is None:
        raise OSError("the photo has changed under the copy")
    copy.put(name, data)
    if copy.read(name) != data:
        raise OSError("what was written does not read back")


def _trouble(found: Look) -> tuple[str, str] | None:
    if found.lost and found.silent:
        listed = ", ".join(name[:8] for name in found.lost)
        return (
            f"{len(found.lost)} 张纸质表照片缺失或损坏（{listed}），{found.silent[0]} 没有响应，不能从那里补回；"
            "已记录的分数不受影响，请检查该磁盘，并妥善保管纸质原件",
            f"{len(found.lost)} photos of paper sheets are missing or damaged ({listed}), and {found.silent[0]} does not"
            " answer, from where they may come back; what was recorded stands: look at that disk, and keep the paper"
            " itself",
        )
    if found.lost:
        listed = ", ".join(name[:8] for name in found.lost)
        return (
            f"{len(found.lost)} 张纸质表照片缺失或损坏，各处副本中也没有（{listed}）；已记录的分数不受影响，请妥善保管纸质原件",
            f"{len(found.lost)} photos of paper sheets are missing or damaged, here and in every copy ({listed}); what was"
            " recorded stands: keep the paper itself",
        )
    if found.silent:
        return (
            f"{found.silent[0]} 没有响应，纸质表照片暂时不能存入那里；评审不受影响，请检查该磁盘，恢复后会自动补齐",
            f"{found.silent[0]} does not answer, photos of paper sheets are not kept there now; the session goes on: look"
            " at that disk, and it is filled by itself",
        )
    if found.problems:
        folder, why = found.problems[0]
        return (
            f"纸质表照片不能写入或读取：{folder}（{why}）；请检查该磁盘，会自动重试",
            f"the photos of paper sheets cannot be written or read in {folder} ({why}): look at that disk; it is tried"
            " again",
        )
    if found.restored:
        return (
            f"{found.restored} 张纸质表照片曾缺失或损坏，已从副本补回",
            f"{found.restored} photos of paper sheets were missing or damaged and came back from a copy",
        )
    return None
