"""The seat's outbox: a command lies on the disk before it is first sent, and stays there with its receipt.

One file of JSON lines, only ever appended to and fsynced. A torn last line (a crash while writing it) is dropped: such a
command was never sent. ``MemoryOutbox`` is the same without a disk, for load tests.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Protocol

import msgspec

from judge_app.wire.messages import Receipt, Refusal, Submit


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

    def receipts(self) -> dict[str, Receipt]:
        """Receipts by command id."""

    def next_counter(self) -> int:
        """The counter of the next command of this device."""

    def close(self) -> None: ...


class MemoryOutbox:
    """An outbox that is lost with its process."""

    def __init__(self) -> None:
        self._commands: dict[str, Submit] = {}
        self._receipts: dict[str, Receipt] = {}
        self._settled: set[str] = set()

    def put(self, submit: Submit) -> None:
        self._commands[submit.command_id] = submit

    def settle(self, answer: Receipt | Refusal) -> None:
        self._settled.add(answer.command_id)
        if isinstance(answer, Receipt):
            self._receipts[answer.command_id] = answer

    def pending(self) -> list[Submit]:
        return [submit for submit in self._commands.values() if submit.command_id not in self._settled]

    def receipts(self) -> dict[str, Receipt]:
        return dict(self._receipts)

    def next_counter(self) -> int:
        return max((submit.counter for submit in self._commands.values()), default=0) + 1

    def close(self) -> None:
        pass


class FileOutbox(MemoryOutbox):
    """An outbox in a file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = self._load(path)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "r+b")
        self._file.truncate(whole)
        self._file.seek(whole)

    def _load(self, path: Path) -> int:
        """Read what is there; returns how many bytes of it are whole lines."""
        if not path.exists():
            return 0
        whole = 0
        decoder = msgspec.json.Decoder(Entry)
        for line in path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            try:
                entry = decoder.decode(line)
            except msgspec.DecodeError:
                break
            whole += len(line)
            if entry.submit is not None:
                super().put(entry.submit)
            for answer in (entry.receipt, entry.refusal):
                if answer is not None:
                    super().settle(answer)
        return whole

    def put(self, submit: Submit) -> None:
        self._append(Entry(submit=submit))
        super().put(submit)

    def settle(self, answer: Receipt | Refusal) -> None:
        self._append(Entry(receipt=answer) if isinstance(answer, Receipt) else Entry(refusal=answer))
        super().settle(answer)

    def _append(self, entry: Entry) -> None:
        self._file.write(msgspec.json.encode(entry) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
