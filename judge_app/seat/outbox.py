"""The seat's outbox: a command lies on the disk before it is first sent, and stays there with its receipt.

One file of JSON lines, only ever appended to and fsynced. A torn last line (a crash while writing it) is dropped: such a
command was never sent. ``MemoryOutbox`` is the same without a disk, for load tests.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
from pathlib import Path
from typing import IO, Protocol

import msgspec

from judge_app.core.errors import BadInput, Problem
from judge_app.wire.messages import Receipt, Refusal, Submit

log = logging.getLogger(__name__)


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line: a command made, or the answer to one."""

    submit: Submit | None = None
    receipt: Receipt | None = None
    refusal: Refusal | None = None


class Outbox(Protocol):
    """What a seat keeps of its commands."""

    def put(self, submit: Submit) -> None:
        """Keep a command; when this returns it is on the disk. Raises OSError."""

    def settle(self, answer: Receipt | Refusal) -> None:
        """The room has answered for good."""

    def pending(self) -> list[Submit]:
        """Commands without an answer, oldest first."""

    def find(self, command_id: str) -> Submit | None:
        """A command without an answer, or with a receipt; None for any other."""

    def recorded(self) -> list[Submit]:
        """Commands that have a receipt, oldest first: a room that was put together from copies may lack them."""

    def receipts(self) -> dict[str, Receipt]:
        """Receipts by command id."""

    def next_counter(self) -> int:
        """The counter of the next command of this device."""

    def close(self) -> None: ...

    def wipe(self) -> None:
        """Close it and leave nothing behind."""


class MemoryOutbox:
    """An outbox that is lost with its process."""

    def __init__(self) -> None:
        self._pending: dict[str, Submit] = {}
        self._receipts: dict[str, Receipt] = {}
        self._recorded: dict[str, Submit] = {}
        self._counter = 0

    def put(self, submit: Submit) -> None:
        self._pending[submit.command_id] = submit
        self._counter = max(self._counter, submit.counter)

    def settle(self, answer: Receipt | Refusal) -> None:
        submit = self._pending.pop(answer.command_id, None)
        if isinstance(answer, Receipt):
            self._receipts[answer.command_id] = answer
            if submit is not None:
                self._recorded[answer.command_id] = submit

    def pending(self) -> list[Submit]:
        return list(self._pending.values())

    def find(self, command_id: str) -> Submit | None:
        return self._pending.get(command_id) or self._recorded.get(command_id)

    def recorded(self) -> list[Submit]:
        return list(self._recorded.values())

    def receipts(self) -> dict[str, Receipt]:
        return dict(self._receipts)

    def next_counter(self) -> int:
        return self._counter + 1

    def close(self) -> None:
        pass

    def wipe(self) -> None:
        self._pending, self._receipts, self._recorded = {}, {}, {}


class FileOutbox(MemoryOutbox):
    """An outbox in a file that only its owner may read, and only one process at a time uses.

    Raises BadInput where another window has it, and OSError.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        self._path = path
        self._file: IO[bytes] = os.fdopen(descriptor, "r+b")
        try:
            if not _alone(self._file):
                raise BadInput(
                    Problem(
                        str(path),
                        "这个席位已在本机的另一个窗口打开，请用那个窗口",
                        "this seat is open in another window of this computer: use that one",
                    )
                )
            whole = self._load()
            self._file.truncate(whole)
            self._file.seek(whole)
            if fresh:
                sync_folder(path)
        except BaseException:
            self._file.close()
            raise

    def _load(self) -> int:
        """Read what is there; returns how many bytes of it are whole lines. A torn last line was never sent. A damaged
        line before it is passed over, and the file as it was is kept beside."""
        whole = 0
        damaged = False
        decoder = msgspec.json.Decoder(Entry)
        self._file.seek(0)
        data = self._file.read()
        for line in data.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            try:
                entry = decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                damaged = True
                continue
            if entry.submit is not None:
                super().put(entry.submit)
            for answer in (entry.receipt, entry.refusal):
                if answer is not None:
                    super().settle(answer)
        if damaged:
            kept = self._path.with_name(self._path.name + ".damaged")
            log.warning("%s is damaged; it is kept as %s", self._path.name, kept.name)
            kept.write_bytes(data)
        return whole

    def put(self, submit: Submit) -> None:
        self._append(Entry(submit=submit))
        super().put(submit)

    def settle(self, answer: Receipt | Refusal) -> None:
        self._append(Entry(receipt=answer) if isinstance(answer, Receipt) else Entry(refusal=answer))
        super().settle(answer)

    def _append(self, entry: Entry) -> None:
        """One whole line, or none: a line that could not be written whole is taken back."""
        if self._file.closed:
            raise OSError(errno.EBADF, "this seat was left, or is not wanted any more", str(self._path))
        at = self._file.tell()
        try:
            self._file.write(msgspec.json.encode(entry) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                self._file.seek(at)
                self._file.truncate(at)
            raise

    def close(self) -> None:
        self._file.close()

    def wipe(self) -> None:
        super().wipe()
        self._file.close()
        self._path.unlink(missing_ok=True)


_LOCKED = 1 << 40  # Windows' locks are mandatory: one byte far behind the text


def _alone(file: IO[bytes]) -> bool:
    """Lock the file for this process; False where another has it. The lock ends with the process."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(_LOCKED)
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


def sync_folder(path: Path) -> None:
    """Make the name of a new file durable (POSIX; Windows has no such call)."""
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
