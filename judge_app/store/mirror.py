"""The mirror: the journal once more as lines of JSON, synced, on a second medium (a USB stick, say).

First line ``{"format": "judge-app/mirror/1"}``, then one line a record:
``{"seq": 57, "prev_hash": HEX, "hash": HEX, "body": "the hashed bytes as text"}``, and behind a record it may be signed:
``{"checkpoint": {"seq": 57, "hash": HEX, "at": …, "public_key": HEX, "signature": HEX}}``. A line without its line feed
was being written when the power went; it does not count. The mirror follows the session file and is never asked while
that holds.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from judge_app.core.errors import BadInput, Problem
from judge_app.core.journal import GENESIS, Record, read
from judge_app.store import chained_line
from judge_app.store.errors import CorruptSession, failure_of
from judge_app.store.session_file import Checkpoint, SessionFile

FORMAT = "judge-app/mirror/1"
_FIRST = msgspec.json.encode({"format": FORMAT}) + b"\n"


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seq: int
    hash: str
    at: str
    public_key: str
    signature: str


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checkpoint: _Signed


_signature_decoder = msgspec.json.Decoder(_Signature)
_TAIL = 1 << 20
_SIGNATURE = b'{"checkpoint":'


def _signature(signed: Checkpoint) -> bytes:
    values = (signed.seq, signed.hash.hex(), signed.at, signed.public_key.hex(), signed.signature.hex())
    return msgspec.json.encode(_Signature(_Signed(*values))) + b"\n"


def _read_signature(raw: bytes) -> Checkpoint:
    """Raises msgspec.MsgspecError and ValueError."""
    held = _signature_decoder.decode(raw).checkpoint
    return Checkpoint(
        seq=held.seq,
        hash=bytes.fromhex(held.hash),
        at=held.at,
        public_key=bytes.fromhex(held.public_key),
        signature=bytes.fromhex(held.signature),
    )


def _lines(path: Path) -> Iterator[tuple[int, Record | Checkpoint]]:
    """(offset behind the line, record or checkpoint) for every whole line; raises CorruptSession at the first that does
    not hold. A checkpoint stands behind its record, and for its hash; its signature is not checked here."""
    expected, prev = 1, GENESIS
    hashes: list[bytes] = []
    with open(path, "rb") as file:
        first = file.readline(4096)
        if not first.endswith(b"\n"):
            return
        if first != _FIRST:
            raise BadInput(Problem(f"{path}:1", "不是场次镜像文件", "this is no mirror of a session"))
        offset = len(first)
        for raw in file:
            if not raw.endswith(b"\n"):
                return
            if raw.startswith(_SIGNATURE):
                try:
                    signed = _read_signature(raw)
                    if not 1 <= signed.seq < expected or hashes[signed.seq - 1] != signed.hash:
                        raise ValueError(f"the checkpoint of record {signed.seq} is for another one")
                except (msgspec.MsgspecError, ValueError) as problem:
                    raise CorruptSession(
                        path, "record", str(problem), first_bad=expected, good=expected - 1
                    ) from problem
                offset += len(raw)
                yield offset, signed
                continue
            record = chained_line.checked(path, raw, expected, prev, read)
            offset += len(raw)
            yield offset, record
            expected, prev = expected + 1, record.hash
            hashes.append(record.hash)


def lines(path: Path) -> Iterator[Record | Checkpoint]:
    """The records and checkpoints of a mirror in order; raises CorruptSession at the first that does not hold, BadInput
    for a file that is no mirror, and OSError."""
    for _, line in _lines(path):
        yield line


def last_seq(path: Path) -> int:
    """The seq of a mirror's last whole record, from its end alone; 0 where there is none or it cannot be read."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL))
            tail = file.read()
    except OSError:
        return 0
    for raw in reversed(tail[: tail.rfind(b"\n") + 1].splitlines()):
        try:
            return chained_line.seq_of(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return 0


def read_mirror(path: str | Path) -> list[Record]:
    """All records of a mirror, checked; a torn last line is left out. Raises BadInput (CorruptSession among them)."""
    path = Path(path)
    try:
        return [line for _, line in _lines(path) if isinstance(line, Record)]
    except OSError as problem:
        raise BadInput(
            Problem(str(path), f"镜像无法读取（{problem.strerror}）", f"the mirror cannot be read ({problem.strerror})")
        ) from problem


class MirrorAhead(BadInput):
    """The mirror goes on where the session file ends: records have been lost from the file; see recovery.recover."""

    def __init__(self, path: Path, mirror: int, session: int) -> None:
        super().__init__(
            Problem(
                str(path),
                f"镜像有 {mirror} 条记录，场次文件只有 {session} 条：场次文件丢失了记录，请恢复",
                f"the mirror has {mirror} records, the session file only {session}: the file has lost records, recover it",
            )
        )


class Mirror:
    """A mirror being kept; made by ``open``. Every call may raise StoreFailed, which harms nothing but the mirror:
    open it again when its medium is back."""

    def __init__(
        self,
        path: Path,
        file: BinaryIO,
        head: tuple[int, bytes],
        signed: int,
        set_aside: Path | None,
        why: Problem | None,
    ) -> None:
        self.path = path
        self.set_aside = set_aside
        """Where ``open`` moved a file that was damaged or had another chain, with ``why``; None where it had not to."""
        self.why = why
        self._file = file
        self._head = head
        self._signed = signed

    @classmethod
    def open(cls, path: str | Path, session: SessionFile) -> Mirror:
        """Take up (or begin) the mirror of ``session`` at ``path`` and bring it up to the session's head.

        A torn last line is cut off. A mirror that is damaged or has another chain is renamed and kept, and begun anew.
        Raises MirrorAhead, and leaves the mirror alone, where it has this chain and more of it.
        """
        path = Path(path)
        kept: Path | None = None
        why: Problem | None = None
        try:
            end, head, signed = 0, (0, GENESIS), 0
            if path.exists():
                try:
                    end, head, signed = cls._follow(path, session)
                except MirrorAhead:
                    raise
                except BadInput as problem:
                    why = problem.problems[0]
                    number = 1
                    while path.with_name(f"{path.stem}.kept-{number}{path.suffix}").exists():
                        number += 1
                    kept = path.rename(path.with_name(f"{path.stem}.kept-{number}{path.suffix}"))
                    end, head, signed = 0, (0, GENESIS), 0
            file = open(path, "r+b" if path.exists() else "w+b")  # noqa: SIM115 - kept open
            try:
                file.truncate(end)
                file.seek(end)
                if end == 0:
                    file.write(_FIRST)
                    file.flush()
                    os.fsync(file.fileno())
                mirror = cls(path, file, head, signed, kept, why)
                mirror.catch_up(session)
            except BaseException:
                file.close()
                raise
        except OSError as problem:
            raise failure_of(path, problem) from problem
        return mirror

    @staticmethod
    def _follow(path: Path, session: SessionFile) -> tuple[int, tuple[int, bytes], int]:
        """Where the whole lines end, the head they have and the last record signed, if they are the session's own."""
        end, head, signed = 0, (0, GENESIS), 0
        if path.stat().st_size >= len(_FIRST):
            end = len(_FIRST)
        own = session.records()
        follows = True
        for offset, record in _lines(path):
            if isinstance(record, Checkpoint):
                end, signed = offset, record.seq
                continue
            mine = next(own, None)
            if mine is None:
                follows = False
            elif mine.hash != record.hash:
                raise BadInput(Problem(str(path), "镜像属于另一条链", "the mirror has another chain"))
            end, head = offset, (record.seq, record.hash)
        if not follows and session.head()[0] > 0:
            raise MirrorAhead(path, head[0], session.head()[0])
        if not follows:
            raise BadInput(Problem(str(path), "镜像属于另一场次", "the mirror belongs to another session"))
        return end, head, signed

    def head(self) -> tuple[int, bytes]:
        """(seq, hash) of the last record that is on the second medium."""
        return self._head

    def catch_up(self, session: SessionFile) -> int:
        """Write and sync what the session has beyond the mirror, 500 records at a time, and its checkpoints; returns how
        many records they were."""
        count = 0
        batch: list[Record] = []
        for record in session.records(self._head[0]):
            batch.append(record)
            if len(batch) == 500:
                self.append(batch)
                count, batch = count + 500, []
        self.append(batch)
        for signed in session.checkpoints():
            if signed.seq > self._signed:
                self.checkpoint(signed)
        return count + len(batch)

    def append(self, records: Sequence[Record]) -> None:
        """Write and sync records that follow the mirror's head."""
        if not records:
            return
        if records[0].prev_hash != self._head[1]:
            raise ValueError(f"record {records[0].seq} does not follow the mirror's head {self._head[0]}")
        self._write(b"".join(map(chained_line.written, records)))
        self._head = (records[-1].seq, records[-1].hash)

    def checkpoint(self, signed: Checkpoint) -> None:
        """Write and sync a signed statement about a record that is here; one that is here already is passed over."""
        if not 1 <= signed.seq <= self._head[0]:
            raise ValueError(f"the mirror has no record {signed.seq} yet")
        if signed.seq <= self._signed:
            return
        self._write(_signature(signed))
        self._signed = signed.seq

    def touch(self) -> None:
        """Whether the medium is still there: raises StoreFailed where it is not."""
        self._write(b"")

    def _write(self, lines: bytes) -> None:
        try:
            # A medium that was taken out may leave its open file behind: what is written there is nowhere.
            if not os.path.samestat(os.stat(self.path), os.fstat(self._file.fileno())):
                raise FileNotFoundError(errno.ENOENT, "the medium was taken out", str(self.path))
            if not lines:
                return
            self._file.write(lines)
            self._file.flush()
            os.fsync(self._file.fileno())
        except (OSError, ValueError) as problem:
            raise failure_of(self.path, problem) from problem

    def close(self) -> None:
        """Close the file; what was appended has been synced already."""
        try:
            self._file.close()
        except OSError as problem:
            raise failure_of(self.path, problem) from problem
