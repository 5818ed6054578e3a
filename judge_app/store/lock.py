"""The lock that keeps a session file to one process: a file beside it, locked by the system, naming its owner.

The lock dies with its process, so a crash leaves nothing to clear up. It is a file of its own because closing any
descriptor of a database drops the locks that SQLite holds on it in the same process (POSIX).
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import IO

from judge_app.core.errors import BadInput, Problem

_OFFSET = 1 << 20  # Windows locks are mandatory: lock a byte behind the text, so that the text stays readable.


class InUse(BadInput):
    """The file is held by a running process; ``owner`` is what its lock file says (``pid 4711 on HOST``)."""

    def __init__(self, path: Path, owner: str) -> None:
        self.path = path
        self.owner = owner
        super().__init__(
            Problem(
                str(path),
                f"场次文件正由另一个进程使用（{owner}）：请先关闭它，或向它索取备份",
                f"the session file is in use by another process ({owner}): close it first, or ask it for a backup",
            )
        )


def _acquire(file: IO[bytes]) -> bool:
    if sys.platform == "win32":
        import msvcrt

        file.seek(_OFFSET)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    else:
        import fcntl

        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class FileLock:
    """An exclusive lock on ``path``, held from construction to ``release``; raises ``InUse``, or ``OSError`` where the
    folder cannot be written. Two names of one file (symbolic links) share one lock."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._name = self._path.with_name(self._path.name + ".lock")
        while True:
            file = open(self._name, "a+b")  # noqa: SIM115 - held open on purpose
            if not _acquire(file):
                try:
                    file.seek(0)
                    owner = file.read(200).decode("utf-8", "replace").strip() or "pid ?"
                except OSError:
                    owner = "pid ?"
                file.close()
                raise InUse(path, owner)
            try:
                current = os.stat(self._name)
            except FileNotFoundError:
                current = None
            # The one before us may have unlinked the file between our open and our lock.
            if current is not None and os.path.samestat(current, os.fstat(file.fileno())):
                break
            file.close()
        file.truncate(0)
        file.write(f"pid {os.getpid()} on {socket.gethostname()}".encode())
        file.flush()
        self._file: IO[bytes] | None = file

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        file, self._file = self._file, None
        if file is None:
            return
        if sys.platform == "win32":
            file.close()
            try:
                os.unlink(self._name)
            except OSError:  # another process has just taken it
                return
        else:
            os.unlink(self._name)
            file.close()
