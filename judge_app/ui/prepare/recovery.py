"""Copies of unsaved preparing in the program's own folder: kept after each change, found again after a crash.

Each running window has a folder of its own with a lock, so that what a window still works on is offered to no other.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import shutil
import threading
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from judge_app.core.errors import BadInput
from judge_app.exchange.draft_copy import STATE, Copy, load_copy, save_copy

log = logging.getLogger(__name__)

AFTER_MS = 400
"""How long after a change its copy is written: typing goes on meanwhile."""


class Found(NamedTuple):
    """What a window that is gone left behind."""

    folder: Path
    copy: Copy


class Recovery(QObject):
    """``keep`` writes a copy soon, beside the window's thread; ``drop`` removes it. ``failed`` says whether the last copy
    could not be written."""

    failed = Signal(bool)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._own: Path | None = None
        self._lock: QLockFile | None = None
        self._wanted: Copy | None = None
        self._writing: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._write_soon)

    def keep(self, copy: Copy) -> None:
        """This is what is not saved now."""
        self._wanted = copy
        if not self._timer.isActive():
            self._timer.start()

    def flush(self) -> None:
        """Writes now what waits to be written."""
        self._timer.stop()
        self._wait()
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self._write(self._own_folder(), wanted)

    def drop(self) -> None:
        """Nothing is unsaved any more, or nobody wants it."""
        self._timer.stop()
        self._wanted = None
        self._wait()
        if self._own is not None:
            _remove(self._own)
            self._own = None
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def release(self) -> None:
        """Leaves the copy to the next window: this one ends."""
        self._timer.stop()
        self._wait()
        if self._lock is not None:
            self._lock.unlock()
        self._own = self._lock = None

    def found(self) -> list[Found]:
        """What windows that are gone have left, the newest first; what cannot be read is left where it is."""
        made: list[Found] = []
        for state in self._folder.glob(f"*/{STATE}"):
            lock = _lock(state.parent)
            if state.parent == self._own or not lock.tryLock(0):
                continue
            lock.unlock()
            try:
                made.append(Found(state.parent, load_copy(state.parent)))
            except BadInput as error:
                log.info("a copy of unsaved work cannot be read: %s", error)
        return sorted(made, key=lambda one: one.copy.at, reverse=True)

    def adopt(self, found: Found) -> bool:
        """The copy's folder is this window's from now on; False where another window was first."""
        lock = _lock(found.folder)
        if not lock.tryLock(0):
            return False
        self.drop()
        self._own, self._lock = found.folder, lock
        return True

    def discard(self, found: Found) -> None:
        """Removes what a window that is gone has left."""
        lock = _lock(found.folder)
        if lock.tryLock(0):
            _remove(found.folder)
            lock.unlock()

    def _write_soon(self) -> None:
        if self._writing is not None and self._writing.is_alive():
            self._timer.start()
            return
        if self._wanted is None:
            return
        wanted, self._wanted = self._wanted, None
        self._writing = threading.Thread(target=self._write, args=(self._own_folder(), wanted), name="recovery-copy")
        self._writing.start()

    def _own_folder(self) -> Path:
        if self._own is None:
            self._own = self._folder / secrets.token_hex(8)
            self._lock = _lock(self._own)
            self._lock.tryLock(0)  # a disk that takes no lock takes no copy either, and that is said
        return self._own

    def _write(self, folder: Path, copy: Copy) -> None:
        try:
            save_copy(folder, copy)
        except OSError as error:
            log.info("the copy of unsaved work is not written: %s", error)
            self.failed.emit(True)
        else:
            self.failed.emit(False)

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.join()
            self._writing = None


def _remove(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / STATE).unlink(missing_ok=True)  # first: half a copy is none
    shutil.rmtree(folder, ignore_errors=True)


def _lock(folder: Path) -> QLockFile:
    """The lock of a copy's folder, beside it; one of a process that is gone counts for nothing."""
    with contextlib.suppress(OSError):
        folder.parent.mkdir(parents=True, exist_ok=True)
    lock = QLockFile(str(folder.with_name(f"{folder.name}.lock")))
    lock.setStaleLockTime(0)
    return lock
